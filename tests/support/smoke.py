"""The first minute of a server: is it worth asking it anything else?"""

from tests.send import printable
from tests.support import report
from tests.support.client import PASSWORD, Client, unique, unique_url
from tests.support.failure import told_answers
from tests.support.raw import Response


class RedError(Exception):
    """Says which step of the smoke stage failed, and how."""


def check(url: str) -> None:
    """Walk through the steps that every other test builds on."""
    client = Client(url)
    account = {"username": unique(), "password": PASSWORD}
    bookmark = {"url": unique_url(), "title": "Smoke"}
    step(client, "show_health", expect=200)
    step(client, "show_readiness", expect=200)
    step(client, "register_user", json=account, expect=201)
    signed_in = step(client, "create_token", json=account, expect=201)
    client.token = member(signed_in, "token")
    created = step(client, "create_bookmark", json=bookmark, expect=201)
    number = member(created, "id")
    read = step(client, "show_bookmark", id=number, expect=200)
    if member(read, "url") != bookmark["url"]:
        raise RedError(f"show_bookmark: another url: {read.text[:200]}")
    client.close()


def step(client: Client, operation: str, **more: object) -> Response:
    """Send one request and turn its failure into a reason."""
    try:
        return client.request(operation, **more)
    except AssertionError as error:
        last = report.log.exchanges[-1]
        words = [f"{operation}: {error}", last.line(), told_answers(last)]
        raise RedError(printable("\n\n".join(words))) from None


def member(response: Response, name: str) -> object:
    """Return one member of a JSON object, or say that it is not there."""
    try:
        return response.json()[name]
    except (ValueError, LookupError, TypeError):
        raise RedError(f"no {name} in {response.text[:200]!r}") from None
