"""The pages of the capabilities."""

from functools import partial
from typing import Any

from compare.ledger.capabilities import parse_code
from compare.report.listing import Part
from compare.report.material import Material
from compare.report.mentioned import find
from compare.report.results import judge, left_open
from compare.report.site import Site, relink
from compare.report.texts import (
    Note,
    inline_html,
    on_page,
    read_chapter,
    read_note,
    summaries,
)
from tests.support.report import Rule

PROVED = {
    True: "seen at work while the tests ran",
    False: "not seen while the tests ran",
    "at start": "run once, when the server starts",
    "declares": "only declares: nothing of it runs with a request",
}
HEADINGS = {"": ("notice", "What to notice"), "Try it": ("try", "Try it")}


def write(site: Site, material: Material) -> None:
    """Write a page for each capability."""
    names = list(material.found.rows)
    for index, name in enumerate(names):
        path = path_of(name)
        first, *rest = material.codes[name]
        for part in rest:
            write_code(site, part, path, name)
        site.write(
            path,
            "capability.html",
            name=name,
            summary=inline_html(summaries()[name]),
            cells=material.cells[name],
            place_of=partial(place_of, material, name),
            proved=PROVED,
            proof=material.proof,
            notes=[show_note(path, n, material) for n in read_note(name)],
            rules=[
                show_rule(path, rule, material)
                for rule in material.rules.get(name, [])
            ],
            chapter=[
                show_note(path, part, material) for part in read_chapter(name)
            ],
            open=left_open(material.runs, name),
            code=first.html,
            rest=rest,
            before=neighbour(names, index - 1),
            after=neighbour(names, index + 1),
        )


def write_code(site: Site, part: Part, path: str, name: str) -> None:
    """Write the page of code that the page of a path has no room for."""
    site.write(part.path, "code.html", above=path, name=name, code=part.html)


def path_of(name: str) -> str:
    """Return the page of a capability."""
    return f"capability/{name}.html"


def place_of(
    material: Material, capability: str, name: str, code: str
) -> str | None:
    """Return where the code of an entry of the ledger is shown, if it is.

    The symbol is looked for first, then its file in the same capability.
    """
    place = parse_code(code)
    shown = find(name, place.symbol or place.file, material.anchors)
    if shown and shown != f"{path_of(capability)}#{name}":
        return shown
    block = f"fn-{name}-{place.file}"
    for part in material.codes[capability]:
        if block in part.anchors:
            return f"{part.path}#{block}"
    return None


def neighbour(names: list[str], index: int) -> tuple[str, str] | None:
    """Return link and name of the page before or after another."""
    if not 0 <= index < len(names):
        return None
    return f"{names[index]}.html", names[index]


def show_note(path: str, note: Note, material: Material) -> dict[str, Any]:
    """Give a part of a note its heading and its anchor."""
    usual = (note.heading.lower().replace(" ", "-"), note.heading)
    anchor, heading = HEADINGS.get(note.heading, usual)
    html = on_page(path, note.text, material.anchors)
    return {"id": anchor, "heading": heading, "html": html}


def show_rule(path: str, rule: Rule, material: Material) -> dict[str, Any]:
    """Describe a rule, with what the tests said of it."""
    return {
        "id": rule.id,
        "must": rule.level,
        "source": rule.source,
        "sentence": relink(path, inline_html(rule.sentence)),
        "verdicts": {
            name: judge(rule, run, material.deviations.get(name, {}))
            for name, run in material.runs.items()
        },
    }
