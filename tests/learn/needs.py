"""Which operations and pages a test needs, as its source names them.

What it names is looked for in its parameters, in its code, in its fixtures
and in the functions of the suite that these call. That may be more than it
sends, which puts it on a later level; `--prove` finds what was overlooked.
"""

import re
from collections.abc import Iterator
from functools import cache
from types import CodeType, FunctionType, ModuleType
from urllib.parse import unquote

import pytest

from tests.support.client import ALL_OPERATIONS, Client, User
from tests.support.report import ROOT
from tests.support.visitor import Visitor

API = ("/api/", "/healthz", "/readyz")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
TESTS = str(ROOT / "tests")
ANY = {"request": None, "send": None}  # they send what they are given


def operation_at(path: str, methods: set[str]) -> set[str]:
    """Return what stands at a path: operations, or the path of a page.

    Without a method that the path has, the first operation stands for it.
    """
    plain = unquote(re.split(r"[?#\s]", path)[0])
    if not plain.startswith(API):
        return {plain}
    here = {
        name: method
        for name, (method, template) in ALL_OPERATIONS.items()
        if fits(plain, template)
    }
    named = {name for name, method in here.items() if method in methods}
    return named or set(list(here)[:1])


def fits(path: str, template: str) -> bool:
    """Tell whether a path, or the beginning of one, is of a template."""
    pattern = re.escape(template).replace(re.escape("{id}"), r"[^/]*")
    return bool(re.fullmatch(pattern, path))


def strings(value: object) -> Iterator[str]:
    """Find all strings in a value of parameters or constants."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings(list(value.items()))
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from strings(one)
    elif isinstance(value, FunctionType):
        yield from strings_of(value)


@cache
def strings_of(function: FunctionType) -> frozenset[str]:
    """Return the strings that stand in a function and in what it calls."""
    found: set[str] = set()
    waiting, seen = [function], set()
    while waiting:
        one = waiting.pop()
        if one in seen or not one.__code__.co_filename.startswith(TESTS):
            continue
        seen.add(one)
        for code in codes(one.__code__):
            found |= set(strings(code.co_consts))
            waiting += called(code, one)
    return frozenset(found)


def codes(code: CodeType) -> Iterator[CodeType]:
    """Give the code of a function and of those inside of it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def called(code: CodeType, within: FunctionType) -> Iterator[FunctionType]:
    """Find the functions and methods that a code may call."""
    names = within.__globals__
    places = [names, vars(User) | ANY, vars(Client) | ANY]
    if "Visitor" in code.co_names or "Visitor" in str(within.__annotations__):
        places.append(vars(Visitor) | ANY)
    for value in map(names.get, code.co_names):
        if isinstance(value, ModuleType):
            places.append(vars(value))
    for place in places:
        for name in code.co_names:
            if isinstance(place.get(name), FunctionType):
                yield place[name]


def named(texts: set[str]) -> set[str]:
    """Return the operations and paths that some texts name."""
    found = texts & ALL_OPERATIONS.keys()
    methods = METHODS & {word for text in texts for word in text.split()[:1]}
    for text in texts:
        path = re.search(r"(?:^|^[A-Z]+ )(/[^/\s]\S*)", text)
        if path:
            found |= operation_at(path[1], methods)
    return found


def needs(item: pytest.Item) -> set[str]:
    """Return the operations and the paths of pages that a test names.

    Operations in its parameters stand for all that its own code names.
    """
    parameters = getattr(item, "callspec", None)
    texts = set(strings(parameters.params if parameters else {}))
    if not texts & ALL_OPERATIONS.keys():
        texts |= strings_of(item.function)
    found = named(texts)
    for fixtures in item._fixtureinfo.name2fixturedefs.values():
        found |= named(set(strings_of(fixtures[-1].func)))
    return found
