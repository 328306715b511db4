"""The report: a tiny one from made-up results, and its parts."""

import dataclasses
import json
from collections import defaultdict
from pathlib import Path

import pytest
from markupsafe import Markup

from compare import IMPLEMENTATIONS
from compare.ledger.capabilities import load
from compare.ledger.symbols import closure
from compare.report import capability, cells, overview, search
from compare.report.build import shared
from compare.report.footprint import Footprint
from compare.report.frames import bars, tree
from compare.report.listing import Part
from compare.report.material import Material
from compare.report.mentioned import link_places
from compare.report.results import read_run
from compare.report.site import LIMIT, Site, TooLarge, relative
from compare.report.texts import read_chapter
from compare.results.table import MORE_THAN

PASSED = {
    "kind": "test",
    "nodeid": "tests/test_static.py::test_it",
    "capability": "static",
    "rules": ["STATIC-1", "STATIC-3"],
    "outcome": "passed",
    "left_open": [],
}
FAILED = PASSED | {"rules": ["STATIC-2"], "outcome": "failed"}
OPEN = PASSED | {"nodeid": "tests/test_static.py::test_odd[/a]", "rules": []}


def write_run(
    folder: Path, name: str, *tests: dict, sent: int = MORE_THAN + 1
) -> None:
    """Write the results of a suite; `sent` counts its requests."""
    lines = [
        {
            "kind": "header",
            "implementation": name.partition("-")[0],
            "time": "2026-01-02T03:04:05+00:00",
        },
        *tests,
        {
            "kind": "footer",
            "different_requests": sent,
            "waiting": {"cli": 7} if name == "mine" else {},
        },
    ]
    path = folder / f"tests-{name}.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Build the pages of a ledger with one row."""
    write_run(tmp_path, "stdlib", PASSED, OPEN | {"left_open": ["404"]})
    write_run(tmp_path, "flask", FAILED, OPEN | {"left_open": ["400"]})
    write_run(tmp_path, "mine", PASSED, OPEN | {"left_open": ["302"]})
    write_run(tmp_path, "flask-static", PASSED)
    whole = load()
    found = dataclasses.replace(whole, rows={"static": whole.rows["static"]})
    place = {"file": "a/b.py", "line": 7, "distribution": "A", "version": "1"}
    monkeypatch.setattr(
        cells, "find_places", lambda found: defaultdict(lambda: place)
    )
    material = Material(tmp_path, found)
    code = Part("capability/static.html", Markup('<p id="fn-stdlib-serve">'))
    material.__dict__["codes"] = {"static": [code]}
    material.__dict__["footprint"] = dict.fromkeys(
        IMPLEMENTATIONS, Footprint(["A"], 1234, 5_000_000, 0.5, 1.5, 9_000_000)
    )
    site = Site(tmp_path / "report", shared(material))
    for part in (overview, capability, search):
        part.write(site, material)
    return site


def test_the_page_of_a_capability_shows_what_was_found(site: Site) -> None:
    """Results, deviations, the place of a symbol, what was left open."""
    page = (site.target / "capability/static.html").read_text("utf-8")
    rule = page.split('<tr id="STATIC-2">')[1].split("</tr>")[0]
    states = ["not run", "failed", "not run", "not run", "not run"]
    assert [s for s in rule.split("<") if "word" in s] == [
        f'span class="word">{state}' for state in states
    ]
    deviating = page.split('<tr id="STATIC-3">')[1].split("</tr>")[0]
    assert "<b>FastAPI</b> deviates" in deviating
    assert "A 1, <code>a/b.py:7</code>" in page
    assert "<code>odd[/a]</code></th><td>404</td><td>400</td>" in page


def test_a_server_beside_the_four_has_a_column(site: Site) -> None:
    """Its rules, its answers, and how much of the suite it passed."""
    page = (site.target / "capability/static.html").read_text("utf-8")
    assert page.count('<th scope="col" class="result">mine</th>') == 1
    passed = page.split('<tr id="STATIC-1">')[1].split("</tr>")[0]
    assert passed.count(">passed<") == 2
    assert "<td>302</td></tr>" in page
    assert "flask-static" not in page
    first = (site.target / "index.html").read_text("utf-8")
    assert "<b>mine</b>: 2 tests passed, none failed, 7 need its" in first


def test_the_overview_says_what_is_missing_and_how_to_make_it(
    site: Site,
) -> None:
    """Two suites did not run, and nothing was measured."""
    page = (site.target / "index.html").read_text("utf-8")
    assert page.count("not run") == 2
    assert "<code>make test-all</code>" in page
    assert "<code>make bench</code>" in page
    assert 'href="capability/static.html#flask"' in page


def test_a_cell_links_to_code_and_never_to_itself(site: Site) -> None:
    """A symbol leads to its function; what is shown nowhere is text."""
    page = (site.target / "capability/static.html").read_text("utf-8")
    work = page.split('id="work"')[1].split('id="rules"')[0]
    own = [name for name in IMPLEMENTATIONS if f'href="#{name}"' in work]
    assert own == []
    assert "<li><code>app/framework/static.py</code></li>" in work


def test_the_tables_of_a_chapter_stand_on_its_page() -> None:
    """Rules refer to them; rules, reasons and example are told elsewhere."""
    headings = [part.heading for part in read_chapter("validation")]
    assert headings == ["Fields and codes"]


def test_a_selection_of_the_tests_is_no_run_of_the_suite(
    tmp_path: Path,
) -> None:
    """Too few requests show it, where no chapter was asked for."""
    write_run(tmp_path, "flask", PASSED, sent=3)
    assert not read_run(tmp_path, "flask").whole


def test_search_finds_rules_symbols_and_code(site: Site) -> None:
    """Names of four kinds lead to their pages."""
    script = (site.target / "search-index.js").read_text("utf-8")
    entries = json.loads(script.removeprefix("const INDEX = ").rstrip(";\n"))
    targets = {(kind, name): target for kind, name, _, target in entries}
    assert targets["rule", "STATIC-2"] == "capability/static.html#STATIC-2"
    assert targets["capability", "static"] == "capability/static.html"
    assert targets["code", "app/framework/static.py"].endswith("#stdlib")
    assert ("operation", "create_bookmark") in targets


def test_a_page_that_is_too_large_is_named(tmp_path: Path) -> None:
    """No page is cut, and none is written past the limit."""
    site = Site(tmp_path, {})
    site.environment.loader.searchpath.append(str(tmp_path))
    (tmp_path / "big.html").write_text("x" * (LIMIT + 1), "utf-8")
    with pytest.raises(TooLarge, match=r"report/a/b\.html: 300,001 bytes"):
        site.write("a/b.html", "big.html")
    assert not (tmp_path / "a/b.html").exists()


@pytest.mark.parametrize(
    ("page", "target", "link"),
    [
        ("index.html", "capability/a.html#b", "capability/a.html#b"),
        ("capability/a.html", "index.html", "../index.html"),
        ("capability/a.html", "capability/a.html#b", "#b"),
        ("pair/a-b/c.html", "pair/a-b.html#c", "../a-b.html#c"),
    ],
)
def test_links_are_relative(page: str, target: str, link: str) -> None:
    """Pages can be read from any folder."""
    assert relative(page, target) == link


def test_places_in_a_text_lead_to_the_code() -> None:
    """A method leads to its class where that is shown whole."""
    anchors = {"fn-flask-User": "capability/accounts.html#fn-flask-User"}
    html = link_places(
        "<p><code>flask/app/models.py::User.name</code></p>", anchors
    )
    assert html == (
        '<p><a href="capability/accounts.html#fn-flask-User">'
        '<code title="flask/app/models.py::User.name">User.name</code></a></p>'
    )


def test_places_of_one_name_are_shown_whole() -> None:
    """Nobody can tell them apart by the symbol."""
    places = ["flask/app/a.py::check", "django/app/b.py::check"]
    html = " ".join(f"<code>{place}</code>" for place in places)
    shown = link_places(html, {})
    assert all(f">{place}</code>" in shown for place in places)


def frame(number: int, parent: int | None, name: str, *time: float) -> dict:
    """Make a frame of a trace."""
    return {
        "id": number,
        "parent": parent,
        "name": name,
        "file": "a.py",
        "line": 1,
        "start_us": time[0],
        "end_us": time[1],
    }


def test_like_calls_of_one_caller_are_one_line() -> None:
    """Their counts and times add up, and so do the calls below."""
    frames = [
        frame(0, None, "serve", 0, 100),
        frame(1, 0, "read", 10, 20),
        frame(2, 0, "read", 30, 50),
        frame(3, 1, "recv", 11, 12),
        frame(4, 2, "recv", 31, 32),
    ]
    (root,) = tree(frames)
    (read,) = root.below
    assert (read.count, read.us) == (2, 30)
    assert read.below[0].count == 2
    placed = {bar.frame["id"]: bar for bar in bars(frames)}
    assert (placed[2].left, placed[2].width, placed[2].row) == (30, 20, 1)


def test_what_packages_require_is_counted_once() -> None:
    """Extras bring their packages, markers keep others out."""
    found = closure(["Flask==3.1.3", "Werkzeug", "psycopg[binary]"])
    assert {"Flask", "Werkzeug", "Jinja2", "psycopg-binary"} <= set(found)
    assert "asgiref" not in found  # of the extra "async" alone
