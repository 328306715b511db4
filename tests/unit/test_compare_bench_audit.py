"""The audit after a window: what it must notice, on hand-made bookmarks."""

import copy
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compare.bench.audit import Kept, integrity_faults
from compare.bench.workload import count_tags

Bookmarks = list[dict[str, Any]]


def bookmark(number: int, title: str = "old") -> dict[str, Any]:
    """Make a bookmark."""
    url = f"https://example.com/{number}"
    return {"url": url, "title": title, "tags": ["a", "b"]}


def row(number: int, title: str) -> dict[str, Any]:
    """Make what an update leaves."""
    return {"url": f"https://example.com/{number}", "title": title}


@pytest.fixture
def seeded() -> Bookmarks:
    """Give three bookmarks."""
    return [bookmark(number) for number in range(3)]


def test_what_was_acknowledged_has_no_fault(seeded: Bookmarks) -> None:
    """A new bookmark and a changed one are there."""
    kept = Kept.of(seeded)
    kept.add([(1.0, 2.0, [row(7, "new") | {"tags": ["a"]}])])
    kept.add([(3.0, 4.0, [row(0, "read")])])
    found = [
        bookmark(0, "read"),
        *seeded[1:],
        bookmark(7, "new") | {"tags": ["a"]},
    ]
    assert list(kept.faults(found)) == []
    assert list(kept.tag_fault(count_tags(b["tags"] for b in found))) == []


def lose(found: Bookmarks) -> None:
    """Drop a bookmark."""
    found.pop()


def invent(found: Bookmarks) -> None:
    """Add somebody else's."""
    found.append(bookmark(9))


def double(found: Bookmarks) -> None:
    """Store a bookmark twice."""
    found.append(found[0])


def revert(found: Bookmarks) -> None:
    """Forget an update."""
    found[0] = bookmark(0)


def untag(found: Bookmarks) -> None:
    """Lose the tags."""
    found[1]["tags"] = []


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lose, "1 of 3 bookmarks are lost"),
        (invent, "1 bookmarks that nobody wrote"),
        (double, "a bookmark is there twice"),
        (revert, "a lost update of https://example.com/0"),
        (untag, "other tags at https://example.com/1"),
    ],
)
def test_each_harm_is_told(
    seeded: Bookmarks, harm: Callable[[Bookmarks], None], said: str
) -> None:
    """Of what the server holds nothing may be other than acknowledged."""
    kept = Kept.of(seeded)
    kept.add([(1.0, 2.0, [row(0, "read")])])
    found = copy.deepcopy([bookmark(0, "read"), *seeded[1:]])
    assert list(kept.faults(found)) == []
    harm(found)
    assert list(kept.faults(found)) == [said]


@pytest.mark.parametrize(
    ("second", "first_may_stand"), [((3.0, 4.0), False), ((1.5, 4.0), True)]
)
def test_of_two_updates_at_once_either_may_be_the_last(
    seeded: Bookmarks, second: tuple[float, float], first_may_stand: bool
) -> None:
    """One that was sent after the answer to the other must have won."""
    kept = Kept.of(seeded)
    kept.add([(*second, [row(0, "two")]), (1.0, 2.0, [row(0, "one")])])
    for title, allowed in (("one", first_may_stand), ("two", True)):
        found = [bookmark(0, title), *seeded[1:]]
        assert (list(kept.faults(found)) == []) is allowed


def test_wrong_counts_of_tags_are_told(seeded: Bookmarks) -> None:
    """Each tag has to be counted as often as it is there."""
    kept = Kept.of(seeded)
    tags = [{"name": "a", "bookmarks": 3}, {"name": "b", "bookmarks": 2}]
    assert list(kept.tag_fault(tags)) == ["the tags are counted wrong"]


def test_a_broken_database_is_told(tmp_path: Path) -> None:
    """SQLite itself says whether its file and its references are whole."""
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE one (id INTEGER PRIMARY KEY)")
        db.execute("CREATE TABLE two (one REFERENCES one (id))")
        db.execute("INSERT INTO two VALUES (NULL)")
    assert list(integrity_faults(path)) == []
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO two VALUES (7)")
    assert list(integrity_faults(path)) == ["a row of two refers to none"]
    pages = path.read_bytes()
    path.write_bytes(pages[:4096] + b"\xff" * (len(pages) - 4096))
    with pytest.raises(sqlite3.DatabaseError):
        list(integrity_faults(path))
