"""Find out what a seeded server holds."""

from itertools import count

import requests

from compare.bench.workload import Data

USERNAME = "demo"
STEP = 100


def sign_in(url: str, password: str) -> str:
    """Trade the password of the seeded user for a token."""
    answer = requests.post(
        f"{url}/api/tokens",
        json={"username": USERNAME, "password": password},
        timeout=30,
    )
    answer.raise_for_status()
    return answer.json()["token"]


def read_bookmarks(url: str, token: str) -> Data:
    """Walk through all bookmarks of the seeded user, newest first."""
    found: list[dict] = []
    for page in count(1):
        answer = read_page(url, token, page, STEP)
        found += answer["items"]
        if len(found) >= answer["total"] or not answer["items"]:
            break
    return Data(found)


def read_page(url: str, token: str, page: int, per_page: int) -> dict:
    """Read one page; raises requests.RequestException."""
    answer = requests.get(
        f"{url}/api/bookmarks",
        params={"page": page, "per_page": per_page},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    answer.raise_for_status()
    return answer.json()
