"""The pages of the pairs: what vanishes, what stays, what is new."""

from itertools import combinations

from markupsafe import Markup

from compare import IMPLEMENTATIONS
from compare.diff.page import pair_html
from compare.diff.sections import Section, sections
from compare.report.material import Material
from compare.report.site import LIMIT, Site

ROOM = LIMIT - 30_000  # bytes of code, with a page around it


def write(site: Site, material: Material) -> None:
    """Write a page for each pair, one for each of its capabilities."""
    pairs = list(combinations(IMPLEMENTATIONS, 2))
    found = {pair: sections(material.found, *pair) for pair in pairs}
    site.write("pairs.html", "pairs.html", pairs=found)
    for (left, right), parts in found.items():
        widest = max(
            p.tally.gone + p.tally.kept + p.tally.added for p in parts
        )
        site.write(
            f"pair/{left}-{right}.html",
            "pair.html",
            left=left,
            right=right,
            parts=parts,
            widest=widest,
        )
        for index in range(len(parts)):
            write_part(site, material, left, right, parts, index)


def write_part(
    site: Site,
    material: Material,
    left: str,
    right: str,
    parts: list[Section],
    index: int,
) -> None:
    """Write what differs between two implementations in one capability."""
    part = parts[index]
    site.write(
        f"pair/{left}-{right}/{part.name}.html",
        "pair-part.html",
        left=left,
        right=right,
        part=part,
        code=Markup(pair_html(material.found, left, right, [part.name])),
        before=neighbour(parts, index - 1),
        after=neighbour(parts, index + 1),
    )


def neighbour(parts: list[Section], index: int) -> tuple[str, str] | None:
    """Return link and name of the part before or after another."""
    if not 0 <= index < len(parts):
        return None
    return f"{parts[index].name}.html", parts[index].name
