"""Tags: counted, and filtered by."""

from collections.abc import Iterator
from unicodedata import normalize
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support import expect
from tests.support.client import User, register, tags_of, unique
from tests.support.servers import Server

PAIRS = [
    ("web", "web"),
    ("web", "WEB"),
    ("web", "  Web\t"),
    ("Straße", "STRASSE"),
    ("straße", "strasse"),
    ("ÉCOLE", "école"),
    ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ("İ", "i̇"),
    ("ﬁn", "FIN"),
    ("a b", "A B"),
    ("c++", "C++"),
    ("a/b", "a/b"),
    ("a&b=c", "A&B=C"),
    ("100%", "100%"),
    ("x_y", "X_Y"),
    ("😀", "😀"),
    ("'; --", "'; --"),
    ("#?", "#?"),
    ("日本", "日本"),
    ("cafe\u0301", "café"),
    ("café", "CAFE\u0301"),
    ("\u1e9b\u0323", "\u1e9b\u0323"),
]


def listed(user: User, *tags: str) -> list[int]:
    """Return the ids of the bookmarks that have all these tags."""
    answer = user.request(
        "list_bookmarks",
        params=[("tag", tag) for tag in tags] + [("sort", "created_at")],
        expect=200,
    )
    body = expect.strict_json(answer)
    assert body["total"] == len(expect.page(body))
    return [item["id"] for item in body["items"]]


def counted(user: User) -> list[tuple[str, int]]:
    """Return the tags of the account with their counts, checked."""
    items = tags_of(user)
    assert all(set(item) == {"name", "bookmarks"} for item in items)
    assert all(type(item["bookmarks"]) is int for item in items)
    return [(item["name"], item["bookmarks"]) for item in items]


@pytest.mark.rule("TAGS-1")
def test_list_tags_counts_bookmarks(user: User) -> None:
    """`list_tags` gives each tag with the number of its bookmarks."""
    assert counted(user) == []
    user.bookmark(tags=["a", "b"])
    user.bookmark(tags=["b", "B ", "b"])
    user.bookmark(tags=["c", "b"])
    user.bookmark()
    assert counted(user) == [("a", 1), ("b", 3), ("c", 1)]


@pytest.fixture(scope="module")
def worded(server: Server) -> Iterator[User]:
    """Give an account with 45 tags that nobody changes."""
    owner = register(server.url)
    for first in (0, 15, 30):
        owner.bookmark(tags=[f"t{n:02}" for n in range(first, first + 15)])
    owner.bookmark(tags=[f"t{n:02}" for n in range(5, 25)])
    yield owner
    owner.client.close()


@pytest.mark.rule("TAGS-1", "TAGS-2", "PAGINATION-3")
@pytest.mark.parametrize(
    ("query", "page", "size", "links"),
    [
        ("", 1, 20, {"first": 1, "last": 3, "next": 2}),
        ("page=2", 2, 20, {"first": 1, "last": 3, "prev": 1, "next": 3}),
        ("page=3", 3, 20, {"first": 1, "last": 3, "prev": 2}),
        ("page=4", 4, 20, {"first": 1, "last": 3, "prev": 3}),
        ("per_page=100", 1, 100, {"first": 1, "last": 1}),
        ("per_page=1&page=45", 45, 1, {"first": 1, "last": 45, "prev": 44}),
        ("per_page=9&page=1&x=y", 1, 9, {"first": 1, "last": 5, "next": 2}),
    ],
)
def test_list_tags_gives_a_page(
    worded: User, query: str, page: int, size: int, links: dict[str, int]
) -> None:
    """A page holds its part of all tags, in the order of all."""
    answer = worded.request("GET", f"/api/tags?{query}", expect=200)
    body = expect.strict_json(answer)
    items = expect.page(body, page=page, per_page=size, total=45)
    numbers = range(45)[(page - 1) * size : page * size]
    assert items == [
        {"name": f"t{n:02}", "bookmarks": 2 if 5 <= n < 25 else 1}
        for n in numbers
    ]
    found = expect.link(answer)
    assert found.keys() == links.keys()
    for relation, target in found.items():
        parts = urlsplit(expect.relative(target, "http://x/api/tags"))
        pairs = dict(parse_qsl(parts.query))
        assert parts.path == "/api/tags"
        assert pairs == {
            **dict(parse_qsl(query)),
            "page": str(links[relation]),
        }


@pytest.mark.rule("TAGS-1", "PAGINATION-4")
def test_list_tags_of_no_tags_is_a_page(user: User) -> None:
    """An account without tags has one page, without items."""
    user.bookmark()
    answer = user.request("list_tags", expect=200)
    page = {"items": [], "page": 1, "per_page": 20, "total": 0}
    assert expect.strict_json(answer) == page
    assert expect.link(answer).keys() == {"first", "last"}


@pytest.mark.rule("TAGS-1", "PAGINATION-2", "VALIDATION-21")
@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("page=0", [("page", "too_small")]),
        ("page=1000000001", [("page", "too_large")]),
        ("page=x&per_page=", [("page", "type"), ("per_page", "type")]),
        ("per_page=101", [("per_page", "too_large")]),
        ("per_page=0", [("per_page", "too_small")]),
    ],
)
def test_list_tags_refuses_a_page_that_cannot_be(
    worded: User, query: str, errors: list[tuple[str, str]]
) -> None:
    """A number that breaks its rule answers 422."""
    answer = worded.request("GET", f"/api/tags?{query}", expect=422)
    expect.problem(answer, 422, errors)


@pytest.mark.rule("TAGS-1", "PERMISSIONS-3")
def test_list_tags_counts_only_what_is_ones_own(
    user: User, other: User
) -> None:
    """`list_tags` counts the account's own bookmarks."""
    user.bookmark(tags=["shared", "mine"])
    other.bookmark(tags=["shared", "theirs"])
    other.bookmark(tags=["shared"])
    assert counted(user) == [("mine", 1), ("shared", 1)]
    assert counted(other) == [("shared", 2), ("theirs", 1)]


@pytest.mark.rule("TAGS-2")
@pytest.mark.parametrize(
    "names",
    [
        ["b", "a", "c"],
        ["10", "9", "1", "01"],
        ["z", "é", "e", "ä", "a"],
        ["a b", "a", "a-b", "ab", "a_b", "a.b"],
        ["\U0001f600", "\uffee", "\ue000", "~", "!"],
        ["日本", "я", "ω", "ñ", "_"],
    ],
)
def test_list_tags_is_in_the_order_of_code_points(
    user: User, names: list[str]
) -> None:
    """`list_tags` and a bookmark's tags go by code points."""
    made = user.bookmark(tags=names)
    for name in names:
        user.bookmark(tags=[name])
    assert [name for name, _ in counted(user)] == sorted(names)
    assert made["tags"] == sorted(names)


@pytest.mark.rule("TAGS-3")
def test_a_tag_without_bookmarks_is_gone(user: User) -> None:
    """A tag that no bookmark has any more is gone."""
    first = user.bookmark(tags=["a", "b"])
    second = user.bookmark(tags=["b", "c"])
    user.request(
        "update_bookmark", id=first["id"], json={"tags": ["b"]}, expect=200
    )
    assert counted(user) == [("b", 2), ("c", 1)]
    sent = {"url": second["url"], "title": "T"}
    user.request("replace_bookmark", id=second["id"], json=sent, expect=200)
    assert counted(user) == [("b", 1)]
    user.request("delete_bookmark", id=first["id"], expect=204)
    assert counted(user) == []
    assert listed(user, "b") == []


@pytest.mark.rule("TAGS-4")
@pytest.mark.parametrize(("tag", "asked"), PAIRS)
def test_list_bookmarks_folds_the_tag_that_it_is_asked_for(
    someone: User, tag: str, asked: str
) -> None:
    """`tag` is trimmed and folded as tags are."""
    made = someone.bookmark(tags=[tag])
    other = someone.bookmark(title=tag, notes=tag, tags=["another"])
    assert made["tags"] == [normalize("NFC", tag.strip().casefold())]
    ids = listed(someone, asked)
    assert made["id"] in ids
    assert other["id"] not in ids


@pytest.mark.rule("TAGS-4")
def test_list_bookmarks_compares_whole_tags(user: User) -> None:
    """`tag` keeps bookmarks that have that tag, not a similar one."""
    user.bookmark(tags=["web"])
    for asked in ("we", "eb", "webb", "%", "w_b", "w%", "*", "web web", "w.b"):
        assert listed(user, asked) == [], asked


@pytest.mark.rule("TAGS-4")
def test_list_bookmarks_takes_the_longest_tag(user: User) -> None:
    """A tag of 50 code points can be asked for."""
    made = user.bookmark(tags=["é" * 50])
    assert listed(user, "É" * 50) == [made["id"]]


@pytest.mark.rule("TAGS-5")
@pytest.mark.parametrize(
    ("tags", "code"),
    [
        (["a" * 51], "too_long"),
        (["é" * 51], "too_long"),
        (["ß" * 26], "too_long"),
        (["a,b"], "invalid"),
        ([","], "invalid"),
        (["a\0"], "invalid"),
        (["\0"], "invalid"),
        (["ok", "a,b"], "invalid"),
        (["a,b", "ok"], "invalid"),
        ([f"t{n}" for n in range(21)], "too_many"),
        (["same"] * 21, "too_many"),
    ],
)
def test_list_bookmarks_refuses_what_could_not_be_a_tag(
    someone: User, tags: list[str], code: str
) -> None:
    """A `tag` that could not be one, or too many, answers 422."""
    answer = someone.request(
        "list_bookmarks", params={"tag": tags}, expect=422
    )
    expect.problem(answer, 422, [("tag", code)])


@pytest.mark.rule("TAGS-5")
def test_list_bookmarks_takes_twenty_tags(user: User) -> None:
    """Twenty tags may be asked for."""
    names = [f"t{n:02}" for n in range(20)]
    made = user.bookmark(tags=names)
    user.bookmark(tags=names[1:])
    assert listed(user, *names) == [made["id"]]


@pytest.fixture(scope="module")
def tagged(server: Server) -> Iterator[tuple[User, list[int]]]:
    """Give an account with all sorts of tags."""
    owner = register(server.url)
    sorts = (["a", "b"], ["a"], ["b"], ["a", "b", "c"], [])
    yield owner, [owner.bookmark(tags=tags)["id"] for tags in sorts]
    owner.client.close()


@pytest.mark.rule("TAGS-6")
@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (["a"], [0, 1, 3]),
        (["b"], [0, 2, 3]),
        (["a", "b"], [0, 3]),
        (["b", "a"], [0, 3]),
        (["A", " b ", "a"], [0, 3]),
        (["a", "b", "c"], [3]),
        (["a", "missing"], []),
        (["missing"], []),
        (["a", ""], [0, 1, 3]),
        (["", ""], [0, 1, 2, 3, 4]),
    ],
)
def test_list_bookmarks_wants_all_of_several_tags(
    tagged: tuple[User, list[int]], asked: list[str], wanted: list[int]
) -> None:
    """`tag` several times keeps bookmarks that have all of them."""
    user, ids = tagged
    assert listed(user, *asked) == [ids[number] for number in wanted]


@pytest.mark.rule("TAGS-6", "PERMISSIONS-3")
def test_list_bookmarks_by_tag_shows_only_what_is_ones_own(
    user: User, other: User
) -> None:
    """A tag that only others use finds nothing."""
    name = unique()
    other.bookmark(tags=[name])
    assert listed(user, name) == []
