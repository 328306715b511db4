"""Pairing what two implementations have for the same purpose."""

from pathlib import Path

import pytest

from compare.diff.pairing import Pair, Tally, count_lines, pair_pieces
from compare.diff.pieces import Piece
from compare.diff.reading import read_pieces
from compare.ledger.capabilities import Capabilities, Cell, Code

SHARED = "def shared():\n    return 1\n"
LEFT = {
    "validation.py": f"import re\n\n\n{SHARED}\n\ndef by_hand():\n    pass\n",
    "hosts.py": "def moved():\n    return 5\n",
    "raising.py": "class Problem(Exception):\n    status = 1\n",
    "migrations/0001_users.sql": "CREATE TABLE users (\n    name TEXT\n);\n",
}
RIGHT = {
    "forms.py": f"import django\n\n\n{SHARED}\n\nclass Form:\n    pass\n",
    "routing.py": "def moved():\n    return 5\n",
    "schemas.py": "class Problem(Schema):\n    status = 1\n",
    "migrations/0001_initial.py": "operations = []\n",
    "models.py": 'class User:\n    db_table = "users"\n    name = text()\n',
    "settings.py": "HOST = 1\nTTL = 2\nPORT = 3\n",
}
VALIDATION = Cell(
    (Code("app/validation.py"), Code("app/forms.py"), Code("app/models.py"))
)
SESSIONS = Cell((Code("app/settings.py", "TTL"),))
MAP = Capabilities(
    {
        "validation": {"stdlib": VALIDATION, "django": VALIDATION},
        "sessions": {"stdlib": Cell(), "django": SESSIONS},
    },
    {"app/forms.py": "app/validation.py"},
)


def write(folder: Path, texts: dict[str, str]) -> list[Piece]:
    """Write an implementation and cut it into pieces."""
    for file, text in texts.items():
        path = folder / "app" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_pieces(MAP, folder.name, folder)


@pytest.fixture
def sides(tmp_path: Path) -> tuple[list[Piece], list[Piece]]:
    """Give the pieces of two small implementations."""
    left = write(tmp_path / "stdlib", LEFT)
    return left, write(tmp_path / "django", RIGHT)


@pytest.fixture
def pairs(sides: tuple[list[Piece], list[Piece]]) -> list[Pair]:
    """Give the pairs of two small implementations."""
    return pair_pieces(*sides, MAP.aliases)


def names(pairs: list[Pair]) -> set[tuple[str | None, str | None]]:
    """Return the titles in all pairs, None where a side is missing."""
    return {
        (p.left and p.left.title, p.right and p.right.title) for p in pairs
    }


def test_what_has_one_purpose_is_paired(pairs: list[Pair]) -> None:
    """By names in files of one purpose, migrations by number."""
    assert names(pairs) >= {
        ("imports", "imports"),
        ("shared", "shared"),
        ("moved", "moved"),
        ("0001_users.sql", "0001_initial.py"),
        ("by_hand", None),
        (None, "Form"),
    }


def test_an_exception_is_no_schema(pairs: list[Pair]) -> None:
    """What moved is paired only where its kind is the same."""
    assert names(pairs) >= {("Problem", None), (None, "Problem")}


def test_what_moved_to_another_capability_is_not_paired() -> None:
    """One name is no reason: the capability has to agree."""
    pieces = [
        Piece(f"app/{word}.py", "check", "function", 1, ("x",), ("x",), word)
        for word in ("tokens", "sessions")
    ]
    assert len(pair_pieces(pieces[:1], pieces[1:], {})) == 2


def test_a_model_stands_beside_its_table(pairs: list[Pair]) -> None:
    """The SQL is counted where it stands, in the migrations."""
    pair = next(p for p in pairs if p.right and p.right.name == "User")
    assert pair.left and pair.left.file == "app/migrations/0001_users.sql"
    rows = [(row.left, row.right) for row in pair.rows]
    assert ("    name TEXT", "    name = text()") in rows
    assert count_lines(pair) == Tally(gone=0, added=3, kept=0)


def test_settings_are_cut_by_capability(
    sides: tuple[list[Piece], list[Piece]],
) -> None:
    """Statements of one capability are one piece, with a mark between."""
    found = {
        p.capability: p.lines for p in sides[1] if p.file == "app/settings.py"
    }
    assert found == {
        "wiring": ("HOST = 1", "…", "PORT = 3"),
        "sessions": ("TTL = 2",),
    }


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
    pairs = pair_pieces(*sides, {})
    assert names(pairs) == {("show", "show"), (None, "V")}
    assert pairs[0].right.lines == ("def get():", "    return 1")
    assert count_lines(pairs[0]) == Tally(gone=1, added=1, kept=1)


def test_an_alias_gives_way_to_a_file_of_that_name() -> None:
    """Nothing is lost where a side has both."""
    files = ("app/validation.py", "app/forms.py")
    left, right, other = (
        Piece(file, "check", "function", 1, ("x",), ("x",), "validation")
        for file in (files[0], *files)
    )
    found = pair_pieces([left], [right, other], MAP.aliases)
    assert found == [Pair(left, right), Pair(None, other)]
