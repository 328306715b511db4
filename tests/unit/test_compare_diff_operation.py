"""What an operation calls."""

from pathlib import Path

import pytest

from compare import IMPLEMENTATIONS
from compare.diff.calls import reached
from compare.diff.operation import operation_pieces, operations
from compare.diff.program import Program
from compare.ledger.capabilities import load

API = """\
from fastapi.routing import APIRouter

from app import store
from app.rules import CurrentUser, check
from app.settings import settings

api = APIRouter()


@api.post("/")
def create(user: CurrentUser, title: str) -> dict:
    store.insert(check(title))
    create(settings.again)
    return title
"""
RULES = """\
from app.store import find

CurrentUser = Annotated[User, Depends(authenticate)]


def authenticate(name):
    return find(name)


def check(title):
    return title


def unused():
    pass


def title():
    pass


class User:
    pass
"""
STORE = """\
def insert(row):
    return Row(row).save()


def find(name):
    pass


class Base:
    def save(self):
        return self.log()

    def log(self):
        pass


class Row(Base):
    pass
"""


def test_names_are_followed_across_modules(tmp_path: Path) -> None:
    """In the order of the calls, each once; local names are none."""
    texts = {"api": API, "rules": RULES, "store": STORE, "settings": ""}
    (tmp_path / "app").mkdir()
    for name, text in texts.items():
        (tmp_path / "app" / f"{name}.py").write_text(text)
    program = Program(tmp_path)
    starts = list(program.symbol("app/api.py", "create"))
    assert [found.name for found in reached(program, starts)] == [
        "create",
        "CurrentUser",
        "authenticate",
        "find",
        "check",
        "insert",
        "Row",
        "Base",
    ]


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_an_operation_is_found_in_each_implementation(name: str) -> None:
    """The function itself comes first, then what it calls."""
    pieces = list(operation_pieces(load(), name, "create_bookmark"))
    assert pieces[0].name == "create_bookmark"
    titles = {piece.title for piece in pieces}
    assert titles >= {"authenticate", "find_token", "refuse_more_bookmarks"}


def test_pages_are_operations() -> None:
    """What the spec describes and what pages do can be asked for."""
    found = operations(load())
    assert {"create_bookmark", "show_home"} <= set(found)
