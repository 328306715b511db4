"""Fill an account with bookmarks, through the API of any server.

From the root of the repository, where SHELF_PASSWORD holds the password:

    python -m tests.seed http://127.0.0.1:8000 demo 100
"""

import argparse
import os
from collections.abc import Iterator

import urllib3

WORDS = ("Routing", "Parsing", "Sessions", "Caching", "Storage")
START = 1767225600  # 2026-01-01, in seconds since 1970
PIECE = 1_000_000  # bytes: a tenth of the default of MAX_IMPORT_BYTES
TIMEOUT = 120
HEAD = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"
TAIL = "</DL><p>\n"


class SeedError(Exception):
    """Says what a server answered instead."""


def bookmark(number: int) -> dict[str, object]:
    """Make up the fields of one bookmark; numbers begin with 1."""
    tags = ["odd" if number % 2 else "even", f"topic-{number % 10}"]
    return {
        "url": f"https://example.com/articles/{number}",
        "title": f"Article {number}: {WORDS[(number - 1) % len(WORDS)]}",
        "notes": "" if number % 3 else f"Note {number}",
        "tags": sorted(tags if number % 5 else [*tags, "fifth"]),
    }


def entry(number: int) -> str:
    """Write one bookmark as an entry of a Netscape bookmark file."""
    made = bookmark(number)
    notes = f"<DD>{made['notes']}\n" if made["notes"] else ""
    return (
        f'<DT><A HREF="{made["url"]}" ADD_DATE="{START + number}"'
        f' TAGS="{",".join(made["tags"])}">{made["title"]}</A>\n{notes}'
    )


def files(
    number: int, first: int = 1, piece: int = PIECE
) -> Iterator[tuple[bytes, int]]:
    """Write bookmark files with their counts, none larger than `piece`."""
    lines, size = [], len(HEAD + TAIL)
    for made in map(entry, range(first, first + number)):
        if lines and size + len(made) > piece:
            yield write(lines), len(lines)
            lines, size = [], len(HEAD + TAIL)
        lines.append(made)
        size += len(made)
    if lines:
        yield write(lines), len(lines)


def write(lines: list[str]) -> bytes:
    """Write a bookmark file around its entries."""
    return "".join([HEAD, *lines, TAIL]).encode()


def send(url: str, expect: set[int], **more: object) -> dict:
    """Post something and return the JSON that comes."""
    answer = urllib3.request(
        "POST", url, retries=False, timeout=TIMEOUT, **more
    )
    if answer.status not in expect:
        raise SeedError(f"POST {url}: {answer.status} {answer.data[:500]!r}")
    return answer.json()


def fill(url: str, token: str, number: int, first: int = 1) -> None:
    """Import bookmarks into the account of a token."""
    for content, count in files(number, first):
        result = send(
            f"{url}/api/import",
            {200},
            headers={"Authorization": f"Bearer {token}"},
            fields={"file": ("bookmarks.html", content, "text/html")},
        )
        if result != {"created": count, "skipped": 0, "reasons": []}:
            raise SeedError(f"{count} bookmarks sent, but {result}")


def seed(url: str, username: str, password: str, number: int) -> str:
    """Create an account unless it exists, fill it, return a token."""
    account = {"username": username, "password": password}
    send(f"{url}/api/users", {201, 409}, json=account)
    token = send(f"{url}/api/tokens", {201}, json=account)["token"]
    fill(url, token, number)
    return token


def main() -> None:
    """Fill the account that the arguments name."""
    parser = argparse.ArgumentParser(description="Fill an account.")
    parser.add_argument("url", help="of the server, such as http://[::1]:8000")
    parser.add_argument("username")
    parser.add_argument("number", type=int, help="of bookmarks")
    given = parser.parse_args()
    password = os.environ.get("SHELF_PASSWORD")
    if not password:
        parser.error("SHELF_PASSWORD is not set")
    seed(given.url.rstrip("/"), given.username, password, given.number)
    print(f"{given.username}: {given.number} bookmarks")


if __name__ == "__main__":
    main()
