"""The rows that the seeding tool makes, and the files it puts them in."""

import pytest

from tests import seed


def test_bookmark_is_made_by_its_number() -> None:
    """Words take turns, and tags say what the number is divisible by."""
    assert seed.bookmark(1) == {
        "url": "https://example.com/articles/1",
        "title": "Article 1: Routing",
        "notes": "",
        "tags": ["odd", "topic-1"],
    }
    assert seed.bookmark(30) == {
        "url": "https://example.com/articles/30",
        "title": "Article 30: Storage",
        "notes": "Note 30",
        "tags": ["even", "fifth", "topic-0"],
    }


@pytest.mark.parametrize("number", [0, 1, 2, 250])
@pytest.mark.parametrize("piece", [1, 400, 5000, seed.PIECE])
def test_files_hold_each_bookmark_once(number: int, piece: int) -> None:
    """Whatever fits into a piece, no entry is lost, cut or repeated."""
    found = list(seed.files(number, piece=piece))
    text = b"".join(content for content, _ in found).decode()
    urls = [f'"{seed.bookmark(n + 1)["url"]}"' for n in range(number)]
    assert [text.count(url) for url in urls] == [1] * number
    assert sum(count for _, count in found) == number
    assert text.count("<DT>") == text.count("</A>") == number
    assert all(len(content) <= piece or count == 1 for content, count in found)


def test_files_begin_where_they_are_told_to() -> None:
    """An account can be filled further."""
    ((content, count),) = seed.files(2, first=10)
    assert count == 2
    assert b"/articles/10" in content
    assert b"/articles/11" in content
