"""The map of the code, and the checks that hold it true."""

from pathlib import Path

import pytest

from compare.capabilities import (
    Cell,
    Code,
    Remark,
    app_files,
    capability_order,
    cell_lines,
    load,
)
from compare.check import (
    check_code,
    check_copies,
    check_mirrors,
    check_operations,
    check_rows,
)

MAP = """
[aliases]
"app/forms.py" = "app/validation.py"

[tokens]
stdlib = ["app/tokens.py", "app/api.py::create_token"]
flask = { not_offered = "why" }
django = [{ builtin = "who" }, "app/tokens.py"]
fastapi = []
contract = { stdlib = ["app/tokens.py::parse"] }
"""
TOKENS = "import os\n\n\ndef parse():\n    return 1\n"
API = 'def create_token():\n    """Sign in."""\n    return 1\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an implementation of two files."""
    (tmp_path / "app" / "__pycache__").mkdir(parents=True)
    (tmp_path / "app" / "__init__.py").write_text("")
    (tmp_path / "app" / "tokens.py").write_text(TOKENS)
    (tmp_path / "app" / "api.py").write_text(API)
    (tmp_path / "app" / "__pycache__" / "api.pyc").write_bytes(b"\xff")
    return tmp_path


def read(tmp_path: Path, text: str = MAP) -> object:
    """Load a map from text."""
    path = tmp_path / "capabilities.toml"
    path.write_text(text, "utf-8")
    return load(path)


def test_load_reads_code_remarks_contract_and_aliases(tmp_path: Path) -> None:
    """Every kind of entry arrives in its place."""
    found = read(tmp_path)
    row = found.rows["tokens"]
    assert row["stdlib"].code == (
        Code("app/tokens.py"),
        Code("app/api.py", "create_token"),
    )
    assert row["stdlib"].contract == (Code("app/tokens.py", "parse"),)
    assert row["flask"].remarks == (Remark("not_offered", "why"),)
    assert row["django"].remarks == (Remark("builtin", "who"),)
    assert row["django"].code == (Code("app/tokens.py"),)
    assert found.aliases == {"app/forms.py": "app/validation.py"}


@pytest.mark.parametrize(
    "text",
    [
        '[tokens]\nstdlb = ["app/tokens.py"]\n',
        '[tokens]\nflask = { magic = "why" }\n',
        '[tokens]\nflask = { builtin = "" }\n',
    ],
)
def test_load_refuses_unknown_keys(tmp_path: Path, text: str) -> None:
    """A slip in the file is told, not passed over."""
    with pytest.raises(ValueError):
        read(tmp_path, text)


def test_capability_order_is_that_of_the_chapters(tmp_path: Path) -> None:
    """A capability counts when its chapter exists."""
    (tmp_path / "README.md").write_text(
        "[tags](tags.md) [bodies](bodies.md#x) [later](later.md) "
        "[tags](tags.md)"
    )
    for name in ("bodies", "tags", "stray"):
        (tmp_path / f"{name}.md").write_text("")
    assert capability_order(tmp_path) == ["tags", "bodies"]


def test_app_files_are_those_with_code(folder: Path) -> None:
    """Empty and compiled files are left out."""
    assert app_files(folder) == ["app/api.py", "app/tokens.py"]


def test_cell_lines_keep_contract_lines_apart(
    tmp_path: Path, folder: Path
) -> None:
    """A contract line is not counted as an own line too."""
    cell = read(tmp_path).rows["tokens"]["stdlib"]
    own, contract = cell_lines(cell, folder)
    assert own == {
        ("app/tokens.py", 1),
        ("app/api.py", 1),
        ("app/api.py", 3),
    }
    assert contract == {("app/tokens.py", 4), ("app/tokens.py", 5)}


def test_a_folder_claims_all_its_files(folder: Path) -> None:
    """An entry that ends in a slash stands for every file below."""
    own, _ = cell_lines(Cell((Code("app/"),)), folder)
    assert {file for file, _ in own} == {"app/api.py", "app/tokens.py"}


def test_check_rows_names_missing_rows_and_empty_cells(
    tmp_path: Path,
) -> None:
    """A capability without a row and a cell without content are told."""
    found = list(check_rows(read(tmp_path), ["bodies", "tokens"]))
    assert found == [
        "bodies: no row in capabilities.toml",
        "tokens.fastapi: empty cell",
    ]


def test_check_rows_wants_the_order_of_the_spec(tmp_path: Path) -> None:
    """Rows in another order, or of no capability, are told."""
    cells = "\n".join(
        f'{i} = {{ not_offered = "x" }}'
        for i in ("stdlib", "flask", "django", "fastapi")
    )
    text = f"[a]\n{cells}\n[b]\n{cells}\n[c]\n{cells}\n"
    found = list(check_rows(read(tmp_path, text), ["b", "a"]))
    assert found == [
        "c: a row, but no chapter in spec/README.md",
        "the rows do not stand in the order of spec/README.md",
    ]


def test_check_code_accepts_a_true_map(tmp_path: Path, folder: Path) -> None:
    """Nothing is told where all is claimed once."""
    cells = {"tokens": read(tmp_path).rows["tokens"]["stdlib"]}
    assert list(check_code(cells, folder)) == []


def test_check_code_names_what_is_wrong(tmp_path: Path, folder: Path) -> None:
    """Missing symbols, unclaimed files and double claims are told."""
    row = '["app/tokens.py", "app/tokens.py::absent", "app/gone.py"]'
    text = f'[a]\nstdlib = {row}\n[b]\nstdlib = ["app/tokens.py::parse"]\n'
    rows = read(tmp_path, text).rows
    cells = {name: row["stdlib"] for name, row in rows.items()}
    assert list(check_code(cells, folder)) == [
        "a: app/tokens.py::absent does not exist or has no code",
        "a: app/gone.py does not exist or has no code",
        "app/api.py stands in no row",
        "app/tokens.py: lines counted under a and under b",
    ]


def function(name: str, docstring: str = "Same.") -> str:
    """Write a function."""
    return f'def {name}():\n    """{docstring}"""\n    return 1\n\n\n'


def test_check_operations_names_those_that_no_function_has(
    folder: Path,
) -> None:
    """An operation of the spec is a function of api.py."""
    found = check_operations({"one": folder}, ["create_token", "show_me"])
    assert list(found) == ["one: app/api.py has no show_me"]


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        (function("a") + function("x") + function("b"), []),
        (
            function("b") + function("a"),
            ["app/api.py: one and other: the order of a, b differs"],
        ),
        (
            function("a") + function("b", "Another."),
            ["app/api.py: one and other: the docstring of b differs"],
        ),
    ],
)
def test_check_mirrors(
    tmp_path: Path, text: str, complaints: list[str]
) -> None:
    """Functions of one name have one order and one docstring."""
    folders = {"one": tmp_path / "one", "other": tmp_path / "other"}
    texts = {"one": function("a") + function("b"), "other": text}
    for name, path in folders.items():
        (path / "app").mkdir(parents=True)
        (path / "app" / "api.py").write_text(texts[name])
    assert list(check_mirrors(folders)) == complaints


@pytest.fixture
def copies(tmp_path: Path) -> dict[str, Path]:
    """Give a spec and four implementations with copies of its files."""
    folders = {
        name: tmp_path / "implementations" / name
        for name in ("stdlib", "flask", "django", "fastapi")
    }
    for place in (tmp_path, *(path / "app" for path in folders.values())):
        (place / "static").mkdir(parents=True)
        (place / "static" / "icon.svg").write_text("<svg/>")
        (place / "common-passwords.txt").write_text("password")
        (place / "bookmark_file.py").write_text("")
        (place / "openapi.json").write_text("{}")
    (folders["fastapi"] / "app" / "openapi.json").unlink()
    return folders


def test_check_copies_accepts_copies(
    tmp_path: Path, copies: dict[str, Path]
) -> None:
    """Nothing is told where all files are those of the spec."""
    assert list(check_copies(copies, b"{}", tmp_path)) == []


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        (
            "openapi.json",
            "{ }",
            "is stale; run `python -m compare openapi --write`",
        ),
        ("common-passwords.txt", "Password", "is not that of the spec"),
        ("static/icon.svg", "<svg />", "is not that of the spec"),
        ("static/more.js", "1", "is not in the spec"),
        (
            "bookmark_file.py",
            "1",
            "and stdlib/app/bookmark_file.py differ",
        ),
    ],
)
def test_check_copies_names_what_differs(
    tmp_path: Path,
    copies: dict[str, Path],
    file: str,
    content: str,
    complaint: str,
) -> None:
    """A copy that differs is told."""
    (copies["flask"] / "app" / file).write_text(content)
    found = list(check_copies(copies, b"{}", tmp_path))
    assert found == [f"flask/app/{file} {complaint}"]


def test_check_copies_names_what_is_missing(
    tmp_path: Path, copies: dict[str, Path]
) -> None:
    """A copy that is missing is told."""
    for file in ("openapi.json", "static/icon.svg", "bookmark_file.py"):
        (copies["django"] / "app" / file).unlink()
    assert len(list(check_copies(copies, b"{}", tmp_path))) == 3
