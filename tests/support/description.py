"""Read OpenAPI documents, and say in what two of them differ."""

from collections.abc import Iterator

from referencing import Registry
from referencing.jsonschema import DRAFT202012

METHODS = {"get", "put", "post", "patch", "delete", "head", "options"}


def resolve(document: dict, item: dict) -> dict:
    """Follow references within a document; raises Unresolvable."""
    root = DRAFT202012.create_resource(document)
    resolver = Registry().resolver_with_root(root)
    while "$ref" in item:
        item = resolver.lookup(item["$ref"]).contents
    return item


def fields_of(document: dict, schema: dict) -> dict[str, str]:
    """Return the fields of an object: `required` or `optional`.

    Those of the objects in a list stand behind its name: `items[] id`.
    """
    schema = resolve(document, schema)
    found = {}
    for part in schema.get("allOf", []):
        found |= fields_of(document, part)
    required = schema.get("required", [])
    for name, item in schema.get("properties", {}).items():
        found[name] = "required" if name in required else "optional"
        items = resolve(document, item).get("items", {})
        for inner, state in fields_of(document, items).items():
            found[f"{name}[] {inner}"] = state
    return found


def contents_of(document: dict, item: dict) -> dict[str, str]:
    """Return the media types of a body, and the fields of each."""
    found = {}
    for kind, content in item.get("content", {}).items():
        kind = kind.partition(";")[0].lower()
        found[kind] = "a body"
        fields = fields_of(document, content.get("schema", {}))
        for name, state in fields.items():
            found[f"{kind} {name}"] = state
    return found


def parameters_of(document: dict, items: list[dict]) -> dict[str, str]:
    """Return the parameters of an operation: `required` or `optional`."""
    found = {}
    for item in items:
        item = resolve(document, item)
        place, name = item["in"], item["name"]
        name = name.lower() if place == "header" else name
        state = "required" if item.get("required") else "optional"
        found[f"{place} parameter {name}"] = state
    return found


def describe(document: dict, shared: list, operation: dict) -> dict[str, str]:
    """Return all that is compared of one operation: no errors."""
    items = [*shared, *operation.get("parameters", [])]
    found = parameters_of(document, items)
    body = resolve(document, operation.get("requestBody", {}))
    if body:
        state = "required" if body.get("required") else "optional"
        found["request body"] = state
    for name, state in contents_of(document, body).items():
        found[f"request body {name}"] = state
    for status, answer in operation.get("responses", {}).items():
        if not status.startswith("2"):
            continue
        found[f"response {status}"] = "there"
        answer = resolve(document, answer)
        for name, state in contents_of(document, answer).items():
            found[f"response {status} {name}"] = state
    return found


def operations(document: dict) -> dict[str, dict[str, str]]:
    """Return what is compared of all operations, by their names."""
    found = {}
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method in METHODS & set(item):
            operation = item[method]
            name = operation.get("operationId", f"{method} {path}")
            assert name not in found, f"operationId {name} stands twice"
            found[name] = {"request line": f"{method.upper()} {path}"}
            found[name] |= describe(document, shared, operation)
    return found


def differences(spec: dict, served: dict) -> Iterator[str]:
    """Name each difference, by operation and by what differs."""
    wanted, got = operations(spec), operations(served)
    for name in sorted(wanted.keys() | got.keys()):
        if name not in got:
            yield f"{name}: is missing"
        elif name not in wanted:
            yield f"{name}: is not in the spec"
        else:
            yield from compare(name, wanted[name], got[name])


def compare(
    name: str, wanted: dict[str, str], got: dict[str, str]
) -> Iterator[str]:
    """Name each difference of one operation."""
    for key in sorted(wanted.keys() | got.keys()):
        if wanted.get(key) != got.get(key):
            yield (
                f"{name}: {key}: {got.get(key, 'missing')},"
                f" not {wanted.get(key, 'in the spec')}"
            )
