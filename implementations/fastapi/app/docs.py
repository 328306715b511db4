"""What FastAPI cannot know of the answers, for the document it makes."""

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

DESCRIPTIONS = {
    304: "As it was. There is no body.",
    400: "The body cannot be read, or the host is bad.",
    401: "No valid token, or at sign-in a wrong name or password.",
    403: "For administrators only, or a wrong current password.",
    404: "Missing, or somebody else's.",
    409: "The name, or the URL in this account, is taken.",
    411: "A chunked body, where chunked bodies are refused.",
    412: "The bookmark has changed since.",
    413: "The body is too large.",
    415: "The body is not labelled as what the operation takes.",
    422: "The input is invalid. All faults are named.",
    429: "There were too many failed sign-ins.",
    503: "The database cannot serve now.",
}
DATABASE = (400, 503)
SIGNED_IN = (400, 401, 503)
BODY = (411, 413, 415, 422)


class FieldError(BaseModel):
    """One fault of the input."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """Why a request failed (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str


class InvalidProblem(Problem):
    """Why input is invalid, with every fault."""

    errors: list[FieldError]


class OpenapiDocument(BaseModel):
    """What makes a document one of OpenAPI."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe what an operation may answer apart from success."""
    return {status: answer(status) for status in sorted(statuses)}


def answer(status: int) -> dict[str, Any]:
    """Describe one answer: a problem document, if it has a body."""
    described: dict[str, Any] = {"description": DESCRIPTIONS[status]}
    if status >= 400:
        name = "InvalidProblem" if status == 422 else "Problem"
        schema = {"$ref": f"#/components/schemas/{name}"}
        described["content"] = {"application/problem+json": {"schema": schema}}
    return described


def text(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """Describe an answer that is text, of one of these types."""
    schema = {"schema": {"type": "string"}}
    return {200: {"content": dict.fromkeys(media_types, schema)}}


def multipart(**properties: dict[str, Any]) -> dict[str, Any]:
    """Describe a body that the operation reads by itself."""
    schema = {
        "type": "object",
        "required": list(properties),
        "properties": properties,
    }
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


class DescribedAPI(FastAPI):
    """A service that describes its problems as they are."""

    def openapi(self) -> dict[str, Any]:
        """Make the document, once."""
        if not self.openapi_schema:
            document = super().openapi()
            for path in document["paths"].values():
                for operation in path.values():
                    drop_assumption(operation["responses"])
            document["components"]["schemas"] |= problem_schemas()
        return self.openapi_schema


def drop_assumption(responses: dict[str, Any]) -> None:
    """Drop the 422 that FastAPI adds wherever there is a parameter."""
    # One of our own has another type.
    if "application/json" in responses.get("422", {}).get("content", {}):
        del responses["422"]


def problem_schemas() -> dict[str, Any]:
    """Describe problem documents."""
    models = [(Problem, "serialization"), (InvalidProblem, "serialization")]
    reference = "#/components/schemas/{model}"
    return models_json_schema(models, ref_template=reference)[1]["$defs"]
