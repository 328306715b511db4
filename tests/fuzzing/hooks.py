"""Sign-ins for the fuzzer; Schemathesis loads this file (SCHEMATHESIS_HOOKS).

The environment names the server (FUZZ_URL) and an administrator on it
(FUZZ_ADMIN). Operations that end a sign-in get an account of their own.
"""

import os
from typing import Any

import schemathesis
from hypothesis import strategies

from tests.support import client

URL = os.environ["FUZZ_URL"]
ENDING = {"change_password", "delete_me", "delete_token"}
FILE = (
    "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"
    '<DT><A HREF="https://example.com/{}">{}</A>\n</DL>\n'
)
kept: list[str] = []
# The schema cannot say what a bookmark file is.
schemathesis.openapi.format(
    "binary",
    strategies.tuples(
        strategies.integers(0, 9), strategies.text(max_size=50)
    ).map(lambda values: FILE.format(*values).encode()),
)


def token_of_administrator() -> str:
    """Sign the administrator in, once."""
    if not kept:
        answer = client.Client(URL).request(
            "create_token",
            json={
                "username": os.environ["FUZZ_ADMIN"],
                "password": client.PASSWORD,
            },
            expect=201,
        )
        kept.append(answer.json()["token"])
    return kept[0]


@schemathesis.auth(refresh_interval=None)
class BearerToken:
    """Give each request a token that fits what it does."""

    def get(
        self, case: schemathesis.Case, context: schemathesis.AuthContext
    ) -> str:
        """Return a token."""
        operation = context.operation.definition.raw.get("operationId")
        if operation in ENDING:
            return client.register(URL).token
        return token_of_administrator()

    def set(self, case: schemathesis.Case, data: str, context: Any) -> None:
        """Put the token where the spec wants it."""
        case.headers = {
            **(case.headers or {}),
            "Authorization": f"Bearer {data}",
        }


@schemathesis.hook
def filter_body(context: schemathesis.HookContext, body: Any) -> bool:
    """Leave out a password that is the name: no schema can forbid it."""
    named = isinstance(body, dict) and "username" in body
    return not named or body["username"] != body.get("password")


@schemathesis.hook
def before_load_schema(
    context: schemathesis.HookContext, raw_schema: dict[str, Any]
) -> None:
    """Take 405 for an id that is too large for the router (ROUTING-9)."""
    for path, item in raw_schema["paths"].items():
        for operation in item.values():
            if "{id}" in path and "responses" in operation:
                problem = operation["responses"]["404"]
                operation["responses"].setdefault("405", problem)
