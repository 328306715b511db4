"""People who use the service, for Locust.

Each signs up, imports some bookmarks and then works with them: reads and
searches most of all, writes now and then, signs in again at times. Every
answer is checked; a wrong one counts as a failure. `make load` starts it.
"""

import json
import random
import secrets
from itertools import count
from typing import Any

import gevent
from locust import FastHttpUser, between, task
from locust.exception import RescheduleTask
from urllib3 import encode_multipart_formdata

from compare.bench.calls import BOOKMARK
from compare.bench.workload import PER_PAGE
from tests.seed import WORDS, bookmark, files

BOOKMARKS = 100  # of each account
TRIES = 10


class Person(FastHttpUser):
    """Somebody with an account of a hundred bookmarks."""

    wait_time = between(0.5, 2)  # seconds between two requests

    def on_start(self) -> None:
        """Sign up, sign in, and import bookmarks."""
        self.chance = random.Random()
        self.numbers = count(BOOKMARKS + 1)
        self.token = ""
        self.account = {
            "username": f"load_{secrets.token_hex(8)}",
            "password": secrets.token_urlsafe(18),
        }
        self.ask("POST", "/api/users", 201, json=self.account)
        self.sign_in()
        for content, _ in files(BOOKMARKS):
            fields = {"file": ("bookmarks.html", content, "text/html")}
            body, kind = encode_multipart_formdata(fields)
            headers = {"Content-Type": kind}
            self.ask("POST", "/api/import", 200, data=body, headers=headers)
        page = self.ask("GET", f"/api/bookmarks?per_page={BOOKMARKS}", 200)
        self.ids = [item["id"] for item in page["items"]]

    def on_stop(self) -> None:
        """Delete the account with all that it has."""
        self.ask("DELETE", "/api/me", 204)

    @task(2)
    def sign_in(self) -> None:
        """Trade name and password for a token."""
        answer = self.ask("POST", "/api/tokens", 201, json=self.account)
        self.token = answer["token"]

    @task(30)
    def list_bookmarks(self) -> None:
        """Read a page of the list."""
        page = self.chance.randint(1, max(1, -(-len(self.ids) // PER_PAGE)))
        wanted = {"page": page, "total": len(self.ids)}
        self.ask("GET", f"/api/bookmarks?page={page}", 200, wanted)

    @task(10)
    def search(self) -> None:
        """Look for a word."""
        word = self.chance.choice(WORDS)
        self.ask("GET", f"/api/bookmarks?q={word}", 200, {"page": 1})

    @task(5)
    def filter_by_tag(self) -> None:
        """Look at what has a tag."""
        self.ask("GET", "/api/bookmarks?tag=odd", 200, {"page": 1})

    @task(5)
    def list_tags(self) -> None:
        """Count the tags."""
        self.ask("GET", "/api/tags", 200, {"page": 1})

    @task(25)
    def show_bookmark(self) -> None:
        """Look at one bookmark."""
        number = self.choose()
        path = f"/api/bookmarks/{number}"
        found = self.ask("GET", path, 200, {"id": number})
        if set(found) != BOOKMARK:
            raise ValueError(f"a bookmark with the fields {sorted(found)}")

    @task(12)
    def create_bookmark(self) -> None:
        """Add a bookmark."""
        body = bookmark(next(self.numbers))
        created = self.ask("POST", "/api/bookmarks", 201, body, json=body)
        self.ids.append(created["id"])

    @task(6)
    def update_bookmark(self) -> None:
        """Change a title."""
        number = self.choose()
        body = {"title": f"Read on day {self.chance.randint(1, 365)}"}
        wanted = {**body, "id": number}
        self.ask("PATCH", f"/api/bookmarks/{number}", 200, wanted, json=body)

    @task(4)
    def delete_bookmark(self) -> None:
        """Remove a bookmark."""
        number = self.choose()
        self.ask("DELETE", f"/api/bookmarks/{number}", 204)
        self.ids.remove(number)

    @task(1)
    def export_bookmarks(self) -> None:
        """Export everything, and see that nothing is missing."""
        lines = self.ask("GET", "/api/export?format=ndjson", 200).splitlines()
        if len(lines) != len(self.ids):
            raise ValueError(f"{len(lines)} of {len(self.ids)} exported")

    def choose(self) -> int:
        """Return the id of some bookmark, or leave the task alone."""
        if not self.ids:
            raise RescheduleTask
        return self.chance.choice(self.ids)

    def ask(
        self,
        method: str,
        path: str,
        status: int,
        wanted: dict[str, Any] | None = None,
        **more: Any,
    ) -> Any:
        """Send a request; return the document or text that came.

        `wanted` has fields of the document. What is wrong counts as a
        failure and ends the task; who is asked to wait does so.
        """
        more["name"] = name_of(path)
        more["headers"] = {
            "Authorization": f"Bearer {self.token}",
            **more.get("headers", {}),
        }
        for _ in range(TRIES):
            with self.client.request(
                method, path, catch_response=True, **more
            ) as response:
                pause = pause_of(response)
                if not pause:
                    text = checked(response, status, wanted)
                    return text if "ndjson" in path else json.loads(text)
                response.request_meta["name"] += " (asked to wait)"
                response.success()
            gevent.sleep(pause)
        raise RescheduleTask


def pause_of(response: Any) -> int:
    """Return how many seconds a busy server asks to wait, or 0."""
    asked = (response.headers or {}).get("Retry-After", "")
    busy = response.status_code == 503 and asked.isdecimal()
    return int(asked) if busy else 0


def checked(response: Any, status: int, wanted: dict[str, Any] | None) -> str:
    """Return the text of a right answer; another is a failure."""
    text = response.text or "null"
    fault = find_fault(response.status_code, text, status, wanted)
    if fault:
        response.failure(fault)
        raise RescheduleTask
    return text


def name_of(path: str) -> str:
    """Name a request without what differs from one to the next."""
    path, _, query = path.partition("?")
    parts = ["{id}" if part.isdecimal() else part for part in path.split("/")]
    keys = [pair.partition("=")[0] for pair in query.split("&") if pair]
    return " ".join(["/".join(parts), *keys])


def find_fault(
    got: int, text: str, status: int, wanted: dict[str, Any] | None
) -> str | None:
    """Say what is wrong with an answer, or None."""
    if got != status:
        return f"status {got} instead of {status}"
    if wanted is None:
        return None
    try:
        document = json.loads(text)
    except ValueError:
        return "the body is not JSON"
    for name, value in wanted.items():
        if document.get(name) != value:
            return f"{name} is {document.get(name)!r} instead of {value!r}"
    return None
