"""The OpenAPI file says what the chapters say."""

import re

import pytest
import yaml

from tests.support.description import resolve
from tests.support.report import ROOT

SPEC = ROOT / "spec"
METHODS = {"get", "put", "post", "patch", "delete"}
DOCUMENT = yaml.safe_load((SPEC / "openapi.yaml").read_text("utf-8"))
BY_NAME = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}
ROW = re.compile(r"^\| `(\w+)` \| `([A-Z]+) (/[^?`]*)[^|]*\| (\d+)", re.M)
README = ROW.findall((SPEC / "README.md").read_text("utf-8"))
BODIES = {"POST", "PUT", "PATCH"}


def test_operations_are_those_of_the_table() -> None:
    """Name, method, path and success of each operation stand in both."""
    assert len(README) == 20
    assert {name: row for name, *row in README} == {
        name: [method, path, min(operation["responses"])]
        for name, (method, path, operation) in BY_NAME.items()
    }


def test_operations_have_the_order_of_the_table() -> None:
    """Paths stand in the order of their first operation."""
    first = {}
    for _, _, path, _ in README:
        first.setdefault(path, len(first))
    assert list(DOCUMENT["paths"]) == list(first)


def test_methods_are_those_of_routing() -> None:
    """What `Allow` names is what the file has, HEAD and OPTIONS added."""
    text = (SPEC / "routing.md").read_text("utf-8")
    rows = re.findall(r"^\| `(/[^`]*)` \| ([A-Z, ]+) \|$", text, re.M)
    told = {path: set(methods.split(", ")) for path, methods in rows}
    found = {}
    for path, item in DOCUMENT["paths"].items():
        methods = {name.upper() for name in METHODS & set(item)}
        head = {"HEAD"} if "GET" in methods else set()
        found[path] = methods | head | {"OPTIONS"}
    assert found == told


@pytest.mark.parametrize("name", BY_NAME)
def test_statuses_follow_from_the_operation(name: str) -> None:
    """Bodies, tokens, the database and ids bring their statuses along."""
    method, path, operation = BY_NAME[name]
    statuses = set(operation["responses"])
    open_to_all = operation.get("security") == []
    stored = name not in ("show_health", "show_openapi")
    assert "400" in statuses
    assert ("401" in statuses) == (not open_to_all or name == "create_token")
    assert ("503" in statuses) == stored
    assert ("404" in statuses) == ("{id}" in path)
    body = {"413", "415"} & statuses
    assert body == ({"413", "415"} if method in BODIES else set())
    assert ("requestBody" in operation) == (method in BODIES)


@pytest.mark.parametrize("name", BY_NAME)
def test_conditions_come_with_their_statuses(name: str) -> None:
    """412 stands where `If-Match` does, and 304 beside an `ETag`."""
    _, _, operation = BY_NAME[name]
    parameters = [
        resolve(DOCUMENT, one) for one in operation.get("parameters", [])
    ]
    names = {one["name"] for one in parameters if one["in"] == "header"}
    statuses = set(operation["responses"])
    assert ("If-Match" in names) == ("412" in statuses)
    shown = resolve(DOCUMENT, operation["responses"].get("200", {}))
    tagged = "ETag" in shown.get("headers", {})
    assert "304" not in statuses or tagged


@pytest.mark.parametrize("status", ["429", "503"])
def test_waiting_is_told(status: str) -> None:
    """Every answer that asks to wait says how long."""
    for _, _, operation in BY_NAME.values():
        answer = resolve(DOCUMENT, operation["responses"].get(status, {}))
        assert not answer or "Retry-After" in answer["headers"]
