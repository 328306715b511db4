"""What two OpenAPI documents are told to differ in."""

from copy import deepcopy

import pytest

from tests.support.description import differences, operations

SPEC = {
    "paths": {
        "/things/{id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "put": {
                "operationId": "replace_thing",
                "parameters": [{"name": "If-Match", "in": "header"}],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Thing"}
                        }
                    },
                },
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "$ref": "#/components/schemas/Thing"
                                }
                            }
                        }
                    },
                    "404": {"$ref": "#/components/responses/Missing"},
                },
            },
        },
    },
    "components": {
        "parameters": {"id": {"name": "id", "in": "path", "required": True}},
        "responses": {
            "Missing": {
                "content": {
                    "application/problem+json": {
                        "schema": {"properties": {"title": {}}}
                    }
                }
            }
        },
        "schemas": {
            "Thing": {
                "required": ["name"],
                "properties": {
                    "name": {},
                    "notes": {},
                    "parts": {"items": {"$ref": "#/components/schemas/Part"}},
                },
            },
            "Part": {"required": ["size"], "properties": {"size": {}}},
        },
    },
}


def changed(change: str) -> dict:
    """Return a copy in which something is other than in the spec."""
    copy = deepcopy(SPEC)
    item = copy["paths"]["/things/{id}"]
    names = {"copy": copy, "item": item, "put": item["put"]}
    names |= copy["components"]["schemas"]
    exec(change, names)  # noqa: S102
    return copy


def test_the_same_has_no_differences() -> None:
    """What is compared is the meaning, not the form, and no errors."""
    inline = changed(
        "item['parameters'] = [{'name': 'id', 'in': 'path',"
        " 'required': True}]\n"
        "put['parameters'][0]['name'] = 'if-match'\n"
        "put['summary'] = 'Other words.'\n"
        "kinds = put['requestBody']['content']\n"
        "kinds['application/json']['schema'] = {'allOf':"
        " [{'$ref': '#/components/schemas/Thing'}]}\n"
        "del put['responses']['404']\n"
        "put['responses']['422'] = {}\n"
    )
    assert list(differences(SPEC, inline)) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("put['operationId'] = 'x_thing'", "replace_thing: is missing"),
        ("del copy['paths']['/things/{id}']", "replace_thing: is missing"),
        ("del item['parameters']", "path parameter id: missing"),
        (
            "put['parameters'][0]['name'] = 'If-None-Match'",
            "header parameter if-match: missing",
        ),
        (
            "put['parameters'][0]['required'] = True",
            "header parameter if-match: required, not optional",
        ),
        (
            "put['parameters'][0]['in'] = 'query'",
            "query parameter If-Match: optional, not in the spec",
        ),
        ("del put['responses']['200']", "response 200: missing"),
        (
            "put['responses']['204'] = {}",
            "response 204: there, not in the spec",
        ),
        (
            "put['responses']['200'] = {}",
            "response 200 application/json: missing",
        ),
        (
            "del put['requestBody']['required']",
            "request body: optional, not required",
        ),
        ("del put['requestBody']", "request body: missing"),
        (
            "Thing['required'] = []",
            "request body application/json name: optional, not required",
        ),
        (
            "del Thing['properties']['notes']",
            "response 200 application/json notes: missing",
        ),
        (
            "Part['required'] = []",
            "parts[] size: optional, not required",
        ),
        (
            "item['patch'] = item.pop('put')",
            "request line: PATCH /things/{id}, not PUT /things/{id}",
        ),
        (
            "item['delete'] = {'operationId': 'delete_thing'}",
            "delete_thing: is not in the spec",
        ),
    ],
)
def test_each_difference_is_named(change: str, told: str) -> None:
    """Operation, what differs, what it is and what it should be."""
    found = list(differences(SPEC, changed(change)))
    assert any(told in line for line in found), found
    assert all("_thing: " in line for line in found)


def test_operations_name_a_twin() -> None:
    """Two operations of one name are told."""
    twin = changed("item['post'] = put")
    with pytest.raises(AssertionError, match="replace_thing stands twice"):
        operations(twin)
