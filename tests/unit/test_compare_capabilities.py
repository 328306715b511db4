"""The map of the code, and the checks that hold it true."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from compare import ROOT
from compare.ledger.assigned import check_assigned
from compare.ledger.capabilities import (
    Capabilities,
    Cell,
    Code,
    Remark,
    Source,
    capability_order,
    cell_lines,
    claimed_text,
    load,
    read_source,
    source_files,
)
from compare.ledger.check import (
    check_code,
    check_copies,
    check_framework,
    check_mirrors,
    check_operations,
    check_rows,
)
from compare.ledger.functions import (
    check_functions,
    find_functions,
    write_functions,
)
from compare.ledger.levels import level
from compare.ledger.places import places
from compare.ledger.sources import check_sources
from compare.ledger.symbols import owner, requirement

CSRF = "django.middleware.csrf:CsrfViewMiddleware"
MAP = f"""
same = ["app/bookmark_file.py"]

[aliases]
"app/forms.py" = "app/validation.py"

[operations.django]
create_token = "app/api.py::TokensView.post"
show_openapi = "{CSRF} @ app/api.py"

[server]
stdlib = ["app/server.py"]

[tokens]
stdlib = ["app/tokens.py", "app/api.py::create_token"]
flask = {{ not_offered = "why", instead = "others" }}
django = [{{ builtin = "{CSRF} @ app/settings.py::MIDDLEWARE" }}, "app/t.py"]
fastapi = []
contract = {{ stdlib = ["app/tokens.py::parse"] }}
"""
TOKENS = "import os\n\n\ndef parse():\n    return 1\n"
API = 'def create_token():\n    """Sign in."""\n    return 1\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an implementation of two files."""
    folder = tmp_path / "one"
    (folder / "app" / "__pycache__").mkdir(parents=True)
    (folder / "app" / "__init__.py").write_text("")
    (folder / "app" / "tokens.py").write_text(TOKENS)
    (folder / "app" / "api.py").write_text(API)
    (folder / "app" / "__pycache__" / "api.pyc").write_bytes(b"\xff")
    return folder


def read(tmp_path: Path, text: str = MAP) -> Capabilities:
    """Load a map from text."""
    path = tmp_path / "capabilities.toml"
    path.write_text(text, "utf-8")
    return load(path)


def test_load_reads_every_kind_of_entry(tmp_path: Path) -> None:
    """Every kind of entry arrives in its place."""
    found = read(tmp_path)
    row = found.rows["tokens"]
    assert row["stdlib"].code == (
        Code("app/tokens.py"),
        Code("app/api.py", "create_token"),
    )
    assert row["stdlib"].contract == (Code("app/tokens.py", "parse"),)
    absent = Remark("not_offered", "why", "others")
    assert row["flask"].remarks == (absent,)
    (remark,) = row["django"].remarks
    assert remark.source == Source(
        *CSRF.split(":"),
        Code("app/settings.py", "MIDDLEWARE"),
        "CsrfViewMiddleware",
    )
    assert row["django"].code == (Code("app/t.py"),)
    assert found.aliases == {"app/forms.py": "app/validation.py"}
    assert found.same == (Code("app/bookmark_file.py"),)
    assert found.server["stdlib"].code == (Code("app/server.py"),)


def test_an_operation_is_a_function_unless_the_map_says_else(
    tmp_path: Path,
) -> None:
    """A method, or a framework, may answer it instead."""
    found = read(tmp_path)
    method = Code("app/api.py", "TokensView.post")
    assert found.operation("flask", "show_me") == Code("app/api.py", "show_me")
    assert found.operation("django", "create_token") == method
    assert isinstance(found.operation("django", "show_openapi"), Source)
    assert found.symbols("django", "app/api.py") == {
        "TokensView.post": "create_token"
    }


def test_the_word_of_a_place_can_be_given() -> None:
    """Where it is switched on by another name, that is looked for."""
    found = read_source("gunicorn.config:Workers @ gunicorn.conf.py @ workers")
    assert found.place == Code("gunicorn.conf.py")
    assert found.word == "workers"


@pytest.mark.parametrize(
    "text",
    [
        '[tokens]\nstdlb = ["app/tokens.py"]\n',
        '[tokens]\nflask = { magic = "why" }\n',
        '[tokens]\nflask = { not_offered = "", instead = "x" }\n',
        '[tokens]\nflask = { not_offered = "why" }\n',
        '[tokens]\nflask = { spec = "x.yaml", instead = "x" }\n',
        '[tokens]\nflask = { not_offered = "a", instead = "b", spec = "c" }\n',
        '[operations.flask]\nshow_me = "flask @ app/api.py"\n',
    ],
)
def test_load_refuses_slips(tmp_path: Path, text: str) -> None:
    """A slip in the file is told, not passed over."""
    with pytest.raises(ValueError):
        read(tmp_path, text)


@pytest.mark.parametrize("kind", ["builtin", "library"])
@pytest.mark.parametrize(
    "text", ["the tooth fairy", "flask:Flask", "flask @ app/api.py"]
)
def test_load_refuses_a_fairy(tmp_path: Path, kind: str, text: str) -> None:
    """Who does the work is named in one form, and the form is told."""
    with pytest.raises(ValueError, match="tokens.flask.*module:Symbol @ app/"):
        read(tmp_path, f'[tokens]\nflask = {{ {kind} = "{text}" }}\n')


def test_capability_order_is_that_of_the_chapters(tmp_path: Path) -> None:
    """A capability counts when its chapter exists."""
    (tmp_path / "README.md").write_text(
        "[start](start.md)\n| [tags](tags.md) | x |\n| [bodies](bodies.md#x) |"
        "\n| [later](later.md) |\n| [tags](tags.md) |\n"
    )
    for name in ("bodies", "tags", "start"):
        (tmp_path / f"{name}.md").write_text("")
    assert capability_order(tmp_path) == ["tags", "bodies"]


def test_source_files_are_those_with_code(folder: Path) -> None:
    """Files beside the package count; prose and what is made do not."""
    (folder / "gunicorn.conf.py").write_text("workers = 1\n")
    (folder / "run").write_text("#!/bin/sh\nexec gunicorn\n")
    for name in ("README.md", "requirements.txt", "deviations.toml"):
        (folder / name).write_text("text\n")
    assert source_files(folder) == [
        "app/api.py",
        "app/tokens.py",
        "gunicorn.conf.py",
        "run",
    ]


def test_a_contract_line_is_a_line_of_its_cell(
    tmp_path: Path, folder: Path
) -> None:
    """It is counted once."""
    cell = read(tmp_path).rows["tokens"]["stdlib"]
    assert len(cell_lines(cell, folder)) == 5
    assert cell_lines(replace(cell, code=()), folder) == {
        ("app/tokens.py", 4),
        ("app/tokens.py", 5),
    }


def test_a_folder_claims_all_its_files(folder: Path) -> None:
    """An entry that ends in a slash stands for every file below."""
    claimed = cell_lines(Cell((Code("app/"),)), folder)
    assert {file for file, _ in claimed} == {"app/api.py", "app/tokens.py"}


def test_claimed_text_has_no_docstrings(folder: Path) -> None:
    """What a docstring says switches nothing on."""
    text = claimed_text(Code("app/api.py"), folder)
    assert text == "def create_token():\n    return 1"


def test_check_rows_names_missing_rows_and_empty_cells(
    tmp_path: Path,
) -> None:
    """A capability without a row and a cell without content are told."""
    found = list(check_rows(read(tmp_path), ["bodies", "tokens"]))
    assert found == [
        "bodies: no row in capabilities.toml",
        "tokens.fastapi: empty cell",
    ]


def test_check_rows_refuses_a_cell_that_contradicts_itself() -> None:
    """What is offered, by code or by others, is not "not offered"."""
    absent, code = Remark("not_offered", "why"), Code("app/tokens.py")
    found = Capabilities(
        {
            "a": {
                "flask": Cell((), (absent,)),
                "django": Cell((code,), (absent,)),
                "fastapi": Cell((), (absent, Remark("spec", "x.yaml"))),
            }
        }
    )
    assert list(check_rows(found, ["a"])) == [
        "a.django: offered and not offered",
        "a.fastapi: offered and not offered",
    ]


def test_check_rows_keeps_the_order_of_the_spec(tmp_path: Path) -> None:
    """Rows in another order, or of no capability, are told."""
    cells = "\n".join(
        f'{i} = {{ not_offered = "x", instead = "y" }}'
        for i in ("stdlib", "flask", "django", "fastapi")
    )
    text = f"[a]\n{cells}\n[b]\n{cells}\n[c]\n{cells}\n"
    found = list(check_rows(read(tmp_path, text), ["b", "a"]))
    assert found == [
        "c: a row, but no chapter in spec/README.md",
        "the rows do not stand in the order of spec/README.md",
    ]


def alone(cell: Cell, **rows: Cell) -> Capabilities:
    """Make a map of one implementation."""
    cells = {"a": cell, **rows}
    return Capabilities({name: {"one": cell} for name, cell in cells.items()})


def test_check_code_accepts_a_true_map(tmp_path: Path, folder: Path) -> None:
    """Nothing is told where all is claimed once."""
    found = alone(read(tmp_path).rows["tokens"]["stdlib"])
    assert list(check_code(found, {"one": folder})) == []


def test_check_code_names_what_is_wrong(folder: Path) -> None:
    """Missing symbols, unclaimed files and double claims are told."""
    entries = ("app/tokens.py", "app/gone.py", "app/words.txt")
    (folder / "app" / "words.txt").write_text("data\n")
    absent = Code("app/tokens.py", "absent")
    found = alone(
        Cell((*map(Code, entries), absent)),
        b=Cell((Code("app/tokens.py", "parse"),)),
    )
    assert list(check_code(found, {"one": folder})) == [
        "one: a: app/gone.py does not exist or has no code",
        "one: a: app/tokens.py::absent does not exist or has no code",
        "one: app/api.py stands in no row",
        "one: app/tokens.py: lines counted under a and under b",
    ]


def test_a_served_file_has_to_be_there(folder: Path) -> None:
    """A file that the spec does not have is told."""
    cell = Cell((Code("app/"),), (Remark("spec", "fairy.yaml"),))
    assert list(check_code(alone(cell), {"one": folder})) == [
        "one: a: spec/fairy.yaml does not exist"
    ]


def test_what_is_the_same_stands_in_no_row(folder: Path) -> None:
    """A line of it that a row counts too is told."""
    found = replace(alone(Cell((Code("app/"),))), same=(Code("app/api.py"),))
    assert list(check_code(found, {"one": folder})) == [
        "one: app/api.py: lines counted under a and under same"
    ]


def test_a_symbol_of_another_row_is_taken_out(
    tmp_path: Path, folder: Path
) -> None:
    """What is said of a part counts for more than what is said of all."""
    text = (
        '[a]\nflask = ["app/tokens.py"]\n[b]\nflask = ["app/tokens.py::parse"]'
    )
    found = read(tmp_path, text).rows
    assert cell_lines(found["a"]["flask"], folder) == {("app/tokens.py", 1)}
    assert cell_lines(found["b"]["flask"], folder) == {
        ("app/tokens.py", 4),
        ("app/tokens.py", 5),
    }


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("app/x.py", "import os\n\nlog = os.x\n", []),
        ("app/x.py", "def f():\n    pass\n", ["app/x.py::f"]),
        ("app/x.py", "class C:\n    a = 1\n", ["app/x.py::C"]),
        ("app/settings.py", "LIMIT = 1\n", ["app/settings.py::LIMIT"]),
        ("app/templates/x.html", "<p>\n", ["app/templates/x.html"]),
        ("app/migrations/1.sql", "SELECT 1;\n", ["app/migrations/1.sql"]),
    ],
)
def test_all_but_imports_and_glue_stand_in_a_row(
    folder: Path, file: str, text: str, told: list[str]
) -> None:
    """Functions, classes, settings, templates and migrations."""
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(text)
    known = (Code("app/tokens.py"), Code("app/api.py"))
    found = check_assigned(alone(Cell(known)), {"one": folder})
    assert list(found) == [
        f"one: {symbol} stands in no row" for symbol in told
    ]


def test_a_method_stands_in_a_row_by_itself(folder: Path) -> None:
    """Of a class that rows share, each method needs one."""
    text = "class V:\n    def get(self): ...\n    def put(self): ...\n"
    (folder / "app" / "api.py").write_text(text)
    codes = (Code("app/tokens.py"), Code("app/api.py", "V.get"))
    found = check_assigned(alone(Cell(codes)), {"one": folder})
    assert list(found) == ["one: app/api.py::V.put stands in no row"]


def test_a_function_that_is_renamed_is_missed_in_its_row(
    tmp_path: Path,
) -> None:
    """The map names functions of the real code, and the row is told."""
    copy = tmp_path / "flask"
    shutil.copytree(ROOT / "implementations" / "flask", copy)
    api = copy / "app" / "api.py"
    api.write_text(api.read_text().replace("def create_token(", "def make("))
    told = [*check_code(load(), {"flask": copy})]
    assert told == [
        "flask: tokens: app/api.py::create_token does not exist or has no code"
    ]
    assert [*check_assigned(load(), {"flask": copy})] == [
        "flask: app/api.py::make stands in no row"
    ]


def test_whole_files_miss_a_function_that_is_renamed(tmp_path: Path) -> None:
    """A row that claims a file knows what stands in it."""
    real, copy = ROOT / "implementations" / "flask", tmp_path / "flask"
    shutil.copytree(real, copy)
    found, file = load(), tmp_path / "functions.toml"
    functions = find_functions(found, {"flask": real})
    assert write_functions(functions, file)
    assert not write_functions(functions, file)
    tags = copy / "app" / "tags.py"
    text = tags.read_text("utf-8")
    name = re.search(r"^def (\w+)", text, re.M)[1]
    tags.write_text(text.replace(f"def {name}(", "def other("), "utf-8")
    assert list(check_functions(found, {"flask": real}, file)) == []
    assert list(check_functions(found, {"flask": copy}, file)) == [
        f"tags.flask: app/tags.py::{name} is gone; `make grid` notes it",
        "tags.flask: app/tags.py::other is new; `make grid` notes it",
    ]


BUILTIN = Remark("builtin", "flask:Flask @ app/api.py")
LIBRARY = Remark("library", "flask_cors:CORS @ app/api.py")
TAKEN = (Code("app/tokens.py"),)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (Cell((), (Remark("not_offered", "why", "others"),)), "not offered"),
        (Cell((), (BUILTIN, LIBRARY)), "automatic"),
        (Cell(TAKEN, (BUILTIN, LIBRARY)), "configured"),
        (Cell((), (LIBRARY, BUILTIN)), "library"),
        (Cell(TAKEN, (BUILTIN,), by_hand=True), "by hand"),
        (Cell((), (Remark("spec", "x.yaml"),)), "by hand"),
        (Cell(TAKEN), "by hand"),
    ],
)
def test_level(folder: Path, cell: Cell, expected: str) -> None:
    """What stands first in a cell does the main part."""
    assert level(cell, folder) == expected


def test_own_code_that_stands_first_does_the_main_part(
    tmp_path: Path,
) -> None:
    """The order of a cell says who leads and who helps."""
    sources = f'{{ builtin = "{CSRF} @ app/t.py" }}'
    text = (
        f'[a]\nflask = ["app/t.py", {sources}]\ndjango = [{sources}, "x.py"]'
    )
    row = read(tmp_path, text).rows["a"]
    assert (row["flask"].by_hand, row["django"].by_hand) == (True, False)


def test_places_of_symbols() -> None:
    """Each is where its code is, however it is imported and wrapped."""
    found = places(
        [
            "flask:Flask",
            "flask:Request.authorization",  # a property of a base class
            "django.contrib.auth.models:User.set_password",  # needs Django
            "django.views.decorators.http:conditional_page",  # made by a call
            "flask:session",  # a proxy without a request
            "json:scanner.c_make_scanner",
            "flask:Flask.tooth",
            "fairy:Tooth",
        ]
    )
    told = {name: place and place["file"] for name, place in found.items()}
    assert told == {
        "flask:Flask": "flask/app.py",
        "flask:Request.authorization": "werkzeug/sansio/request.py",
        "django.contrib.auth.models:User.set_password": (
            "django/contrib/auth/base_user.py"
        ),
        "django.views.decorators.http:conditional_page": (
            "django/views/decorators/http.py"
        ),
        "flask:session": "flask/globals.py",
        "json:scanner.c_make_scanner": "json/__init__.py",
        "flask:Flask.tooth": None,
        "fairy:Tooth": None,
    }
    assert found["json:scanner.c_make_scanner"]["line"] is None


@pytest.fixture
def flask(tmp_path: Path) -> Path:
    """Give an implementation that needs Flask and a companion."""
    folder = tmp_path / "flask"
    folder.mkdir()
    (folder / "requirements.txt").write_text("Flask==3\nFlask-Cors==6\n")
    return folder


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("flask", "Flask"),
        ("werkzeug.security", "Flask"),
        ("flask_cors", "Flask-Cors"),
        ("django.http", None),
        ("os.path", None),
        ("fairy", None),
    ],
)
def test_owner(flask: Path, module: str, name: str | None) -> None:
    """What a framework requires is the framework; others are named."""
    assert owner(module, flask) == name


def test_a_library_has_the_name_that_the_requirements_give_it(
    flask: Path,
) -> None:
    """Also where the framework requires it too."""
    (flask / "requirements.txt").write_text("Flask==3\nclick==8\n")
    assert (owner("click", flask), requirement("click", flask)) == (
        "Flask",
        "click",
    )


@pytest.mark.parametrize(
    ("source", "complaints"),
    [
        ("flask_cors:CORS @ app/__init__.py::create_app", []),
        ("flask_cors:CORS @ app/__init__.py", []),
        (
            "flask_cors:Tooth @ app/__init__.py @ CORS",
            ["a.flask: flask_cors:Tooth cannot be imported"],
        ),
        (
            "os:environ @ app/__init__.py @ CORS",
            ["a.flask: nothing requires os"],
        ),
        (
            "flask_cors:cross_origin @ app/__init__.py::create_app",
            ["a.flask: app/__init__.py::create_app has no cross_origin"],
        ),
        (
            "flask_cors:CORS @ app/__init__.py::fairy",
            ["a.flask: app/__init__.py::fairy has no CORS"],
        ),
        ("flask_cors:CORS @ run", ["a.flask: run has no CORS"]),
        (
            "markupsafe._speedups:_escape_inner @ run @ CORS",
            [
                "a.flask: markupsafe._speedups:_escape_inner has no source: "
                "name who calls it",
                "a.flask: run has no CORS",
            ],
        ),
    ],
)
def test_check_sources(
    flask: Path, source: str, complaints: list[str]
) -> None:
    """Who does the work is installed, required and switched on."""
    (flask / "app").mkdir()
    (flask / "app" / "__init__.py").write_text(
        '"""cross_origin"""\n\n\ndef create_app():\n    CORS(app)\n'
    )
    cell = Cell((), (Remark("library", source),))
    found = Capabilities({"a": {"flask": cell}})
    assert list(check_sources(found, {"flask": flask})) == complaints


def function(name: str, docstring: str = "Same.") -> str:
    """Write a function."""
    return f'def {name}():\n    """{docstring}"""\n    return 1\n\n\n'


def test_check_operations_names_those_that_are_missing(
    folder: Path,
) -> None:
    """An operation of the spec is a function, or where the map says."""
    folders = {"flask": folder, "django": folder}
    operations = {"django": {"show_me": Code("app/api.py", "MeView.get")}}
    found = Capabilities({}, operations=operations)
    complaints = check_operations(found, folders, ["create_token", "show_me"])
    assert list(complaints) == [
        "flask: show_me: app/api.py::show_me does not exist",
        "django: show_me: app/api.py::MeView.get does not exist",
    ]


def write_apis(tmp_path: Path, one: str, other: str) -> dict[str, Path]:
    """Give two implementations of one file each."""
    folders = {"one": tmp_path / "one", "other": tmp_path / "other"}
    for folder, text in zip(folders.values(), (one, other), strict=True):
        (folder / "app").mkdir(parents=True)
        (folder / "app" / "api.py").write_text(text)
    return folders


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
    folders = write_apis(tmp_path, function("a") + function("b"), text)
    assert list(check_mirrors(Capabilities({}), folders)) == complaints


def test_check_mirrors_knows_methods_by_their_operations(
    tmp_path: Path,
) -> None:
    """A method has the docstring of its operation; its order is free."""
    methods = (
        'class V:\n    def post():\n        """Same."""\n\n'
        '    def get():\n        """Another."""\n'
    )
    folders = write_apis(tmp_path, function("a") + function("b"), methods)
    codes = {
        "a": Code("app/api.py", "V.get"),
        "b": Code("app/api.py", "V.post"),
    }
    found = Capabilities({}, operations={"other": codes})
    assert list(check_mirrors(found, folders)) == [
        "app/api.py: one and other: the docstring of a differs"
    ]


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("import os.path", []),
        ("from app.framework.messages import Request", []),
        ("from app.framework import messages", []),
        ("from app.settings import settings", ["app.settings"]),
        ("from app import framework_of", ["app"]),
        ("import app.frameworks", ["app.frameworks"]),
        ("import flask", ["flask"]),
        ("from .. import settings", [".."]),
    ],
)
def test_check_framework(
    tmp_path: Path, line: str, refused: list[str]
) -> None:
    """It imports the standard library and itself."""
    (tmp_path / "server.py").write_text(f"def f():\n    {line}\n")
    told = [complaint.split()[-1] for complaint in check_framework(tmp_path)]
    assert told == refused


SAME = (
    Code("app/static/"),
    Code("app/common-passwords.txt"),
    Code("app/bookmark_file.py"),
)


@pytest.fixture
def copies(tmp_path: Path) -> dict[str, Path]:
    """Give a spec and four implementations with copies of its files."""
    folders = {
        name: tmp_path / "implementations" / name
        for name in ("stdlib", "flask", "django", "fastapi")
    }
    apps = (path / "app" for path in folders.values())
    for place in (tmp_path / "spec", *apps):
        (place / "static").mkdir(parents=True)
        (place / "static" / "icon.svg").write_text("<svg/>")
        (place / "common-passwords.txt").write_text("password")
        (place / "bookmark_file.py").write_text("")
        (place / "openapi.json").write_text("{}")
    (folders["fastapi"] / "app" / "openapi.json").unlink()
    (tmp_path / "spec" / "bookmark_file.py").unlink()
    return folders


def test_check_copies_accepts_copies(
    tmp_path: Path, copies: dict[str, Path]
) -> None:
    """Nothing is told where all files are those of the spec."""
    found = check_copies(SAME, copies, b"{}", tmp_path / "spec")
    assert list(found) == []


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
        ("static/more.js", "1", "is not that of the spec"),
        ("bookmark_file.py", "1", "is not that of stdlib"),
    ],
)
def test_check_copies_names_what_differs(
    tmp_path: Path,
    copies: dict[str, Path],
    file: str,
    content: str,
    complaint: str,
) -> None:
    """A copy that differs, or that the spec does not have, is told."""
    (copies["flask"] / "app" / file).write_text(content)
    found = check_copies(SAME, copies, b"{}", tmp_path / "spec")
    assert list(found) == [f"flask/app/{file} {complaint}"]


def test_check_copies_names_what_is_missing(
    tmp_path: Path, copies: dict[str, Path]
) -> None:
    """A copy that is missing is told."""
    for file in ("openapi.json", "static/icon.svg", "bookmark_file.py"):
        (copies["django"] / "app" / file).unlink()
    found = check_copies(SAME, copies, b"{}", tmp_path / "spec")
    assert len(list(found)) == 3
