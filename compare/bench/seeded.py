"""The accounts of a seeded server, and what they hold."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests

from compare.bench.calls import Call
from compare.bench.workload import BOUNDARY, Data
from compare.trace.world import Visit
from tests.seed import seed

TIMEOUT = 120


@dataclass(frozen=True)
class Account:
    """Somebody with bookmarks; `path` is the file that lists them."""

    username: str
    password: str
    token: str
    cookie: str
    path: str

    def read(self) -> Data:
        """Read what the account holds, newest first."""
        text = Path(self.path).read_text("utf-8")
        return Data(json.loads(text), self.username, self.password)

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers of a request: a page knows no token."""
        found = {"Accept-Encoding": "identity"}
        if call.path.startswith("/?"):
            found["Cookie"] = self.cookie
        else:
            found["Authorization"] = f"Bearer {self.token}"
        if call.upload:
            found["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        return found

    def describe(self) -> dict[str, str]:
        """Return the account for another process."""
        return asdict(self)


def make_account(
    url: str, username: str, password: str, number: int, path: Path
) -> Account:
    """Create an account, fill it, sign in twice, and note what it holds.

    Raises SeedError, world.Refused and requests.RequestException.
    """
    token = seed(url, username, password, number)
    path.write_text(json.dumps(export(url, token)[::-1]), "utf-8")
    visit = Visit(url)
    visit.open("/login")
    visit.send("/login", username=username, password=password)
    cookie = visit.headers().get("Cookie", "")
    return Account(username, password, token, cookie, str(path))


def export(url: str, token: str) -> list[dict[str, Any]]:
    """Return all bookmarks of an account, the oldest first."""
    answer = ask(url, token, "/api/export?format=ndjson")
    return [json.loads(line) for line in answer.content.splitlines()]


def ask(url: str, token: str, path: str) -> requests.Response:
    """Read something; raises requests.RequestException."""
    answer = requests.get(
        url + path,
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT,
    )
    answer.raise_for_status()
    return answer


def read_tags(url: str, token: str) -> list[dict[str, Any]]:
    """Return the tags of an account with their counts."""
    return ask(url, token, "/api/tags?per_page=100").json()["items"]


def sign_in(url: str, username: str, password: str) -> str:
    """Trade name and password for a token."""
    answer = requests.post(
        f"{url}/api/tokens",
        json={"username": username, "password": password},
        timeout=TIMEOUT,
    )
    answer.raise_for_status()
    return answer.json()["token"]
