"""What the spec leaves open, and where the implementations differ in it."""

from pathlib import Path

from rich.console import Console

from compare.results.differences import (
    SHOWN,
    differences,
    plain,
    tell_differences,
)


def test_only_what_differs_is_kept() -> None:
    """Who does not answer an input differs from nobody."""
    answers = {
        "stdlib": {"same": "200", "other": "404", "alone": "400"},
        "flask": {"same": "200", "other": "301"},
        "django": {"same": "200", "other": "404"},
    }
    other = {"stdlib": "404", "flask": "301", "django": "404"}
    assert differences(answers) == {"other": other}
    del answers["django"]["other"]
    assert differences(answers)["other"]["django"] == "–"
    assert differences({}) == {}


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    """A terminal shows the first of them, the file all."""
    path, console = tmp_path / "differences.md", Console(width=100)
    names = [f"x.py::test_{'odd' * 30}_a|b[{n}]" for n in range(SHOWN + 7)]
    found = {name: {"stdlib": "200", "flask": "404"} for name in names}
    with console.capture() as captured:
        tell_differences(found, console, path)
    assert captured.get().count("200") == SHOWN
    assert "and 7 more" in captured.get()
    assert path.read_text("utf-8").count("| 404 |") == len(names)
    tell_differences({}, console, path)
    assert not path.exists()


def test_an_id_is_written_short() -> None:
    """The file and the word `test` say nothing."""
    assert plain("tests/test_x.py::test_odd_path[GET-/]") == "odd_path[GET-/]"
    assert plain("x::test_" + "a" * 99, 9) == "a" * 8 + "…"
