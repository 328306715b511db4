"""Pairing two implementations, and showing them side by side."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from compare.diff.pairing import (
    FilePair,
    Tally,
    only_capabilities,
    pair_files,
    read_pieces,
    tally,
)
from compare.diff.show import (
    align,
    find_reason,
    print_file,
    unified_lines,
    wide_lines,
)
from compare.ledger.capabilities import Capabilities, Cell, Code, Remark

SHARED = "def shared():\n    return 1\n"
LEFT = {
    "validation.py": f"import re\n\n\n{SHARED}\n\ndef by_hand():\n    pass\n",
    "server.py": "def serve():\n    a = 1\n    return a\n",
    "hosts.py": "def moved():\n    return 5\n",
}
RIGHT = {
    "forms.py": f"import django\n\n\n{SHARED}\n\nclass Form:\n    pass\n",
    "routing.py": "def moved():\n    return 5\n",
}
MAP = Capabilities(
    {
        "validation": {
            "stdlib": Cell((Code("app/validation.py"),)),
            "django": Cell((Code("app/forms.py"),)),
        },
        "server": {
            "stdlib": Cell((Code("app/server.py"),)),
            "django": Cell((), (Remark("not_offered", "why"),)),
        },
    },
    {"app/forms.py": "app/validation.py"},
)


@pytest.fixture
def files(tmp_path: Path) -> list[FilePair]:
    """Give the pairs of two small implementations."""
    for name, texts in (("stdlib", LEFT), ("django", RIGHT)):
        (tmp_path / name / "app").mkdir(parents=True)
        for file, text in texts.items():
            (tmp_path / name / "app" / file).write_text(text)
    sides = [read_pieces(MAP, n, tmp_path / n) for n in ("stdlib", "django")]
    return pair_files(*sides, MAP.aliases)


def names(files: list[FilePair]) -> list[tuple]:
    """Return the names in all pairs, None where a side is missing."""
    return [
        (p.left.name if p.left else None, p.right.name if p.right else None)
        for file in files
        for p in file.pairs
    ]


def test_files_pair_by_name_and_alias(files: list[FilePair]) -> None:
    """An alias pairs two files; what has no partner stands alone."""
    assert {(file.left, file.right) for file in files} == {
        ("app/validation.py", "app/forms.py"),
        ("app/server.py", None),
        ("app/hosts.py", None),
        (None, "app/routing.py"),
    }


def test_an_alias_gives_way_to_a_file_of_that_name() -> None:
    """No file is lost where a side has both."""
    right = {"app/forms.py": [], "app/validation.py": []}
    files = pair_files({"app/validation.py": []}, right, MAP.aliases)
    assert [(file.left, file.right) for file in files] == [
        ("app/validation.py", "app/validation.py"),
        (None, "app/forms.py"),
    ]


def test_functions_pair_by_name_across_files(files: list[FilePair]) -> None:
    """A function that moved is paired where it came from, and only once."""
    assert sorted(names(files), key=str) == [
        ("", ""),
        ("by_hand", None),
        ("moved", "moved"),
        ("serve", None),
        ("shared", "shared"),
        (None, "Form"),
    ]


def test_an_operation_pairs_a_function_with_a_method(
    tmp_path: Path,
) -> None:
    """The map says which method answers; its text is set to the left."""
    texts = {
        "flask": "def show():\n    return 1\n",
        "django": "class V:\n    def get():\n        return 1\n",
    }
    codes = {"show": Code("app/api.py", "V.get")}
    found = Capabilities({}, operations={"django": codes})
    for name, text in texts.items():
        (tmp_path / name / "app").mkdir(parents=True)
        (tmp_path / name / "app" / "api.py").write_text(text)
    sides = [read_pieces(found, name, tmp_path / name) for name in texts]
    (file,) = pair_files(*sides, {})
    assert names([file]) == [("show", "show"), (None, "V")]
    assert file.pairs[0].right.lines == ("def get():", "    return 1")
    assert tally([file]) == {"wiring": Tally(gone=1, added=2, kept=1)}


def test_tally_counts_lines_by_capability(files: list[FilePair]) -> None:
    """Lines that went, came and stayed add up to both sides."""
    assert tally(files) == {
        "validation": Tally(gone=3, added=3, kept=2),
        "server": Tally(gone=3, added=0, kept=0),
        "wiring": Tally(gone=0, added=0, kept=2),
    }


def test_only_capabilities_keeps_their_pairs(files: list[FilePair]) -> None:
    """Chosen capabilities show their own files only."""
    kept = only_capabilities(files, ["server", "tags"])
    assert [(file.left, file.right) for file in kept] == [
        ("app/server.py", None)
    ]


def test_align_marks_what_went_came_and_changed() -> None:
    """Each line has one sign."""
    left, right = ("a", "b", "c", "d"), ("a", "x", "d", "e")
    assert list(align(left, right)) == [
        (" ", "a", "a"),
        ("|", "b", "x"),
        ("<", "c", ""),
        (" ", "d", "d"),
        (">", "", "e"),
    ]


def test_wide_and_unified_lines_need_no_colour() -> None:
    """Signs say it all, also in a file."""
    lines = list(align(("a", "b"), ("a", "x")))
    assert [t.plain for t in unified_lines(iter(lines))] == [" a", "-b", "+x"]
    wide = [text.plain for text in wide_lines(iter(lines))]
    assert wide[1] == "b".ljust(79) + " | x"
    assert max(map(len, wide)) <= 161


def test_unified_lines_show_all_that_went_before_what_came() -> None:
    """A changed stretch is not torn into pieces."""
    lines = align(("a", "b", "c", "d"), ("a", "x", "d"))
    shown = [text.plain for text in unified_lines(lines)]
    assert shown == [" a", "-b", "-c", "+x", " d"]


def test_a_whole_file_is_one_line(files: list[FilePair]) -> None:
    """What vanishes is named with who does it now, not dumped."""
    file = next(f for f in files if f.left == "app/server.py")
    output = io.StringIO()
    reason = find_reason(MAP, file, "stdlib", "django")
    print_file(file, reason, False, False, Console(file=output))
    assert output.getvalue() == (
        "< app/server.py  — 3 lines: why (not offered)\n"
    )


def test_identical_functions_are_folded(files: list[FilePair]) -> None:
    """What is the same takes one line."""
    file = next(f for f in files if f.left == "app/validation.py")
    output = io.StringIO()
    print_file(file, "", False, False, Console(file=output))
    assert "= shared: 2 lines, the same" in output.getvalue()
    assert "-import re\n+import django\n" in output.getvalue()
