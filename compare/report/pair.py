"""The pages of the pairs: what vanishes, what stays, what is new."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from markupsafe import Markup

from compare import IMPLEMENTATIONS
from compare.diff.page import pair_html
from compare.diff.pairing import Pair, Tally, count_lines
from compare.diff.pieces import UNCLAIMED
from compare.diff.sections import Section, sections
from compare.ledger.capabilities import all_claimed, folder_of
from compare.ledger.grid import SAME
from compare.report.capability import neighbour
from compare.report.material import Material
from compare.report.site import LIMIT, Site

ROOM = LIMIT - 30_000  # bytes of code, with a page around it
START = "imports and start-up"


@dataclass(frozen=True)
class Row:
    """A line of the table: its anchor, the page it leads to, its title."""

    id: str
    page: str
    title: str
    tally: Tally


def write(site: Site, material: Material) -> None:
    """Write a page for each pair, one for each of its capabilities."""
    pairs = list(combinations(IMPLEMENTATIONS, 2))
    found = {pair: sections(material.found, *pair) for pair in pairs}
    same = {
        file
        for name in IMPLEMENTATIONS
        for file, _ in all_claimed(material.found.same, folder_of(name))
    }
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
            parts=list(rows(parts, same)),
            widest=widest,
        )
        for index in range(len(parts)):
            write_part(site, material, left, right, parts, index)


def rows(parts: list[Section], same: set[str]) -> Iterator[Row]:
    """Yield the lines of the table; what no capability has makes two.

    `same` are the files that all four have.
    """
    for part in parts:
        if part.name != UNCLAIMED:
            yield Row(part.name, part.name, part.name, part.tally)
            continue
        shared = [pair for pair in part.pairs if file_of(pair) in same]
        rest = [pair for pair in part.pairs if pair not in shared]
        yield Row(part.name, part.name, START, total(rest))
        yield Row("same", part.name, SAME, total(shared))


def file_of(pair: Pair) -> str:
    """Return the file of a pair, of its left side where there is one."""
    piece = pair.left or pair.right
    assert piece
    return piece.file


def total(pairs: list[Pair]) -> Tally:
    """Count the lines of several pairs."""
    return sum(map(count_lines, pairs), Tally())


def write_part(
    site: Site,
    material: Material,
    left: str,
    right: str,
    parts: list[Section],
    index: int,
) -> None:
    """Write what differs between two implementations in one capability."""
    part, names = parts[index], [part.name for part in parts]
    site.write(
        f"pair/{left}-{right}/{part.name}.html",
        "pair-part.html",
        left=left,
        right=right,
        part=part,
        title=START if part.name == UNCLAIMED else part.name,
        code=Markup(pair_html(material.found, left, right, [part.name])),
        before=neighbour(names, index - 1),
        after=neighbour(names, index + 1),
    )
