"""Pagination: long lists in short answers."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests import seed
from tests.support import expect, servers
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    register,
)
from tests.support.servers import Server
from tests.support.statements import Trace
from tests.support.visitor import Visitor

SIZE = 25
NUMBERS = [
    "",
    " ",
    "abc",
    "1.5",
    "0x1",
    "²",
    "1,2",
    "null",
    "true",
    "--1",
    "NaN",
    "∞",
]
SORTS = ["created_at", "-created_at", "updated_at", "-updated_at"]
BAD_SORTS = [
    "",
    "id",
    "-id",
    "title",
    "url",
    "created",
    "CREATED_AT",
    "+created_at",
    "--created_at",
    "created_at ",
    "created_at,id",
    "created_at DESC",
    "created_at; DROP TABLE users",
    "user_id",
    "password",
    "1",
    "created_at\0",
]


@pytest.fixture(scope="module")
def shelf(server: Server) -> Iterator[User]:
    """Give an account with 25 bookmarks that nobody changes."""
    owner = register(server.url)
    for number in range(SIZE):
        owner.bookmark(title=f"No. {number}", tags=["t", f"m{number % 2}"])
    first = owner.request(
        "list_bookmarks", params={"sort": "created_at"}, expect=200
    ).json()["items"][0]
    owner.request(
        "update_bookmark", id=first["id"], json={"notes": "n"}, expect=200
    )
    yield owner
    owner.client.close()


def ask(user: User, params: object) -> tuple[list, dict, dict[str, str]]:
    """Return the items, the page and the links of a list."""
    answer = user.request("list_bookmarks", params=params, expect=200)
    body = expect.strict_json(answer)
    return expect.page(body), body, expect.link(answer)


def parameters(target: str) -> dict[str, str]:
    """Return the parameters of a link, which leads to the same list."""
    parts = urlsplit(expect.relative(target))
    assert parts.path == "/api/bookmarks"
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    names = [name for name, _ in pairs]
    assert names.count("page") == 1, f"{target}: not one page"
    return dict(pairs)


def pages(links: dict[str, str]) -> dict[str, int]:
    """Return the number of the page to which each relation leads."""
    return {
        relation: int(parameters(target)["page"])
        for relation, target in links.items()
    }


@pytest.mark.rule("PAGINATION-1", "PAGINATION-2", "PAGINATION-3")
def test_list_bookmarks_begins_with_twenty(shelf: User) -> None:
    """Without parameters: page 1, 20 items a page, `total` of all."""
    items, body, _ = ask(shelf, None)
    assert (body["page"], body["per_page"], body["total"]) == (1, 20, SIZE)
    assert len(items) == 20


@pytest.mark.rule("PAGINATION-1")
@pytest.mark.parametrize(
    ("page", "size", "count"),
    [
        (1, 1, 1),
        (1, 10, 10),
        (2, 10, 10),
        (3, 10, 5),
        (4, 10, 0),
        (1, 25, 25),
        (2, 25, 0),
        (1, 26, 25),
        (1, 100, 25),
        (25, 1, 1),
        (26, 1, 0),
    ],
)
def test_total_counts_all_items_on_every_page(
    shelf: User, page: int, size: int, count: int
) -> None:
    """A page has its items; `total` counts all that match."""
    items, body, _ = ask(shelf, {"page": page, "per_page": size})
    expect.page(body, page=page, per_page=size, total=SIZE)
    assert len(items) == count


@pytest.mark.rule("PAGINATION-1", "SEARCH-7")
@pytest.mark.parametrize(
    ("params", "total"),
    [
        ({"tag": "t"}, 25),
        ({"tag": "m0"}, 13),
        ({"tag": "m1"}, 12),
        ({"tag": ["m0", "m1"]}, 0),
        ({"q": "no. 1"}, 11),
        ({"q": "No. 24"}, 1),
        ({"q": "no. 1", "tag": "m1"}, 6),
    ],
)
def test_total_counts_what_passes_the_filters(
    shelf: User, params: dict, total: int
) -> None:
    """`total` counts all items that match, not those of the page."""
    _, body, links = ask(shelf, {**params, "per_page": 3})
    expect.page(body, page=1, per_page=3, total=total)
    assert pages(links)["last"] == max(1, -(-total // 3))


@pytest.mark.rule("PAGINATION-2", "PAGINATION-3", "VALIDATION-21")
@pytest.mark.parametrize("name", ["page", "per_page"])
@pytest.mark.parametrize("value", NUMBERS)
def test_what_is_not_an_integer_is_refused(
    shelf: User, name: str, value: str
) -> None:
    """Anything but an integer, an empty value too, answers 422."""
    answer = shelf.request("list_bookmarks", params={name: value}, expect=422)
    expect.problem(answer, 422, [(name, "type")])


@pytest.mark.rule("PAGINATION-2", "PAGINATION-3")
@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("page", "0", "too_small"),
        ("page", "-1", {"too_small", "type"}),
        ("page", "1000000001", "too_large"),
        ("page", "9223372036854775807", "too_large"),
        ("page", "9223372036854775808", "too_large"),
        ("page", "9" * 400, "too_large"),
        ("page", "9" * 5000, {"too_large", "type"}),
        ("per_page", "0", "too_small"),
        ("per_page", "101", "too_large"),
        ("per_page", "1000000000", "too_large"),
        ("per_page", "99999999999999999999", "too_large"),
        ("per_page", "9" * 5000, {"too_large", "type"}),
    ],
)
def test_a_number_out_of_range_is_refused(
    shelf: User, name: str, value: str, code: str | set[str]
) -> None:
    """`page` ends at 1,000,000,000 and `per_page` at 100."""
    answer = shelf.request("list_bookmarks", params={name: value}, expect=422)
    expect.problem(answer, 422, [(name, code)])


@pytest.mark.rule("PAGINATION-2", "PAGINATION-3", "PAGINATION-9")
def test_all_bad_parameters_are_reported_at_once(shelf: User) -> None:
    """Each bad parameter has its entry, in any order."""
    answer = shelf.request(
        "list_bookmarks",
        params={
            "sort": "x",
            "q": "x" * 201,
            "tag": "a,b",
            "per_page": "101",
            "page": "x",
        },
        expect=422,
    )
    expect.problem(
        answer,
        422,
        [
            ("page", "type"),
            ("per_page", "too_large"),
            ("tag", "invalid"),
            ("q", "too_long"),
            ("sort", "invalid"),
        ],
    )


@pytest.mark.rule("PAGINATION-7", "PAGINATION-2", "PAGINATION-5")
@pytest.mark.parametrize("page", [4, 5, 1000, 10**9])
def test_a_page_past_the_end_is_empty(shelf: User, page: int) -> None:
    """Past the end: 200, no items, and `prev` is the last page."""
    items, body, links = ask(shelf, {"page": page, "per_page": 10})
    assert items == []
    expect.page(body, page=page, per_page=10, total=SIZE)
    assert pages(links) == {"first": 1, "last": 3, "prev": 3}


@pytest.mark.rule("PAGINATION-4", "PAGINATION-5", "PAGINATION-7")
@pytest.mark.parametrize("page", [1, 2, 7])
def test_an_empty_list_has_one_page(user: User, page: int) -> None:
    """`last` is page 1 when there is nothing."""
    items, body, links = ask(user, {"page": page})
    assert (items, body["total"]) == ([], 0)
    wanted = {"first": 1, "last": 1}
    assert pages(links) == wanted | ({"prev": 1} if page > 1 else {})


@pytest.mark.rule("PAGINATION-4", "PAGINATION-5")
@pytest.mark.parametrize(
    ("page", "size", "wanted"),
    [
        (1, 10, {"first": 1, "last": 3, "next": 2}),
        (2, 10, {"first": 1, "last": 3, "prev": 1, "next": 3}),
        (3, 10, {"first": 1, "last": 3, "prev": 2}),
        (1, 25, {"first": 1, "last": 1}),
        (1, 24, {"first": 1, "last": 2, "next": 2}),
        (2, 24, {"first": 1, "last": 2, "prev": 1}),
        (1, 26, {"first": 1, "last": 1}),
        (1, 5, {"first": 1, "last": 5, "next": 2}),
        (5, 5, {"first": 1, "last": 5, "prev": 4}),
        (24, 1, {"first": 1, "last": 25, "prev": 23, "next": 25}),
        (25, 1, {"first": 1, "last": 25, "prev": 24}),
    ],
)
def test_links_lead_to_the_pages_that_exist(
    shelf: User, page: int, size: int, wanted: dict[str, int]
) -> None:
    """`prev` and `next` stand where such a page exists, only there."""
    _, _, links = ask(shelf, {"page": page, "per_page": size})
    assert pages(links) == wanted


KEPT = [
    {"per_page": "3"},
    {"per_page": "3", "sort": "created_at"},
    {"per_page": "3", "tag": "t"},
    {"per_page": "3", "tag": " T ", "q": "No. "},
    {"per_page": "3", "q": "a&b=c#d?e/f%41+ é😀\"<>'\\^`{|}"},
    {"per_page": "3", "unknown": "ä b&c=d", "empty": ""},
    {"per_page": "3", "q": "", "tag": ""},
    {"per_page": "3", "Page": "7", "page2": "x"},
]


@pytest.mark.rule("PAGINATION-6")
@pytest.mark.parametrize("params", KEPT)
def test_links_keep_all_other_parameters(shelf: User, params: dict) -> None:
    """Targets are relative and keep the other parameters."""
    _, _, links = ask(shelf, {**params, "page": "1"})
    for target in links.values():
        found = parameters(target)
        del found["page"]
        assert found == params
        shelf.request("GET", expect.relative(target), expect=200)


@pytest.mark.rule("PAGINATION-6")
def test_links_keep_a_repeated_tag(shelf: User) -> None:
    """A parameter that is given twice is kept twice."""
    _, _, links = ask(shelf, [("tag", "t"), ("tag", "m1"), ("per_page", "3")])
    query = urlsplit(expect.relative(links["next"])).query
    assert sorted(parse_qsl(query)) == [
        ("page", "2"),
        ("per_page", "3"),
        ("tag", "m1"),
        ("tag", "t"),
    ]
    answer = shelf.request("GET", expect.relative(links["next"]), expect=200)
    assert answer.json()["total"] == 12


@pytest.mark.rule("PAGINATION-8", "PAGINATION-5")
@pytest.mark.parametrize(
    ("sort", "size"),
    [
        *((sort, 4) for sort in SORTS),
        *(("-created_at", size) for size in (1, 5, 20, 24, 25, 100)),
    ],
)
def test_following_next_gives_each_item_once(
    shelf: User, sort: str, size: int
) -> None:
    """Walking `next` gives each item exactly once, in the whole order."""
    whole, _, _ = ask(shelf, {"sort": sort, "per_page": 100})
    target = f"/api/bookmarks?per_page={size}&sort={sort}"
    seen, links = [], {"next": target}
    while "next" in links:
        answer = shelf.request(
            "GET", expect.relative(links["next"]), expect=200
        )
        seen += expect.page(answer.json())
        links = expect.link(answer)
    assert seen == whole
    assert len({item["id"] for item in seen}) == SIZE


@pytest.mark.rule("PAGINATION-9", "PAGINATION-10")
@pytest.mark.parametrize("sort", SORTS)
def test_sort_orders_by_time(shelf: User, sort: str) -> None:
    """`sort` goes by that time, newest first with the minus."""
    items, _, _ = ask(shelf, {"sort": sort, "per_page": 100})
    field, newest_first = sort.lstrip("-"), sort.startswith("-")
    keys = [(expect.timestamp(item[field]), item["id"]) for item in items]
    assert keys == sorted(keys, reverse=newest_first)


@pytest.mark.rule("PAGINATION-9")
def test_the_newest_bookmark_comes_first_by_default(shelf: User) -> None:
    """`-created_at` is the default."""
    by_default, _, _ = ask(shelf, None)
    by_name, _, _ = ask(shelf, {"sort": "-created_at"})
    assert by_default == by_name
    assert by_default[0]["title"] == f"No. {SIZE - 1}"


@pytest.mark.rule("PAGINATION-9")
def test_a_change_moves_a_bookmark_in_the_order_of_changes(
    shelf: User,
) -> None:
    """`updated_at` and `created_at` are different orders."""
    changed, _, _ = ask(shelf, {"sort": "-updated_at"})
    created, _, _ = ask(shelf, {"sort": "created_at"})
    assert changed[0]["title"] == created[0]["title"] == "No. 0"


@pytest.mark.rule("PAGINATION-9")
@pytest.mark.parametrize("sort", BAD_SORTS)
def test_another_sort_is_refused(shelf: User, sort: str) -> None:
    """Any other `sort` answers 422."""
    answer = shelf.request("list_bookmarks", params={"sort": sort}, expect=422)
    codes = {"invalid", "type", "too_short"}
    expect.problem(answer, 422, [("sort", codes)])


@pytest.mark.rule("PAGINATION-11")
@pytest.mark.parametrize(
    "name",
    ["limit", "offset", "PAGE", "per-page", "pages", "user_id", "é", "tag[]"],
)
def test_unknown_parameters_are_ignored(shelf: User, name: str) -> None:
    """Unknown query parameters are ignored."""
    usual, page, _ = ask(shelf, None)
    for value in ("", "1", "abc", "\0"):
        items, body, _ = ask(shelf, {name: value})
        assert (items, body) == (usual, page)


def set_equal_times(server: Server, url: str) -> None:
    """Give all bookmarks the times of one, in the database itself."""
    with closing(sqlite3.connect(server.database)) as db, db:
        db.row_factory = sqlite3.Row
        tables = [
            row[0]
            for row in db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
        ]
        for table in tables:
            rows = db.execute(f'SELECT * FROM "{table}"').fetchall()
            models = [row for row in rows if url in tuple(row)]
            for model in models:
                for name in ("created_at", "updated_at"):
                    db.execute(
                        f'UPDATE "{table}" SET {name} = ?', [model[name]]
                    )


@dataclass
class Traced:
    """Hold a server with `demo`, 100 bookmarks and a trace."""

    server: Server
    trace: Trace
    demo: User

    def count(self, size: int, work: Callable[[], object]) -> int:
        """Return how many statements a request takes, at the least.

        A new connection of a thread may ask the database about itself.
        """
        counts = []
        for _ in range(4):
            with self.trace.during() as statements:
                work()
            counts.append(len(statements))
        assert min(counts), f"no statement for {size} items"
        return min(counts)


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    """Give a server whose statements are written down."""
    trace = Trace(tmp_path_factory.mktemp("trace") / "statements")
    env = {"THREADS": "2", **trace.environment()}
    name = os.environ.get("IMPL") or "stdlib"
    with servers.Server(name, env) as server:
        token = seed.seed(server.url, "demo", PASSWORD, 100)
        client = Client(server.url, token)
        yield Traced(server, trace, User("demo", PASSWORD, token, client))
        client.close()


@pytest.mark.rule("PAGINATION-12")
@pytest.mark.managed
def test_a_larger_page_takes_no_more_statements(traced: Traced) -> None:
    """The number of SQL statements does not grow with the page."""
    counts = {}
    for size in (1, 2, 10, 50, 100):
        params = {"per_page": size, "sort": "created_at"}
        items, _, _ = ask(traced.demo, params)
        assert len(items) == size
        counts[size] = traced.count(
            size, lambda params=params: ask(traced.demo, params)
        )
    assert len(set(counts.values())) == 1, counts


@pytest.mark.rule("PAGINATION-12", "PERMISSIONS-5")
@pytest.mark.managed
def test_a_larger_page_of_accounts_takes_no_more_statements(
    traced: Traced,
) -> None:
    """The number of SQL statements of `list_users` does not grow either."""
    for _ in range(4):
        register(traced.server.url).client.close()
    admin = register(traced.server.url)
    traced.server.promote(admin.username)
    client, counts = admin.client, {}
    for size in (1, 2, 5):
        target = f"/api/users?per_page={size}"
        answer = client.request("GET", target, expect=200)
        assert len(expect.page(answer.json())) == size
        counts[size] = traced.count(
            size, lambda path=target: client.request("GET", path, expect=200)
        )
    client.close()
    assert len(set(counts.values())) == 1, counts


@pytest.mark.rule("PAGINATION-12", "PAGES-8")
@pytest.mark.managed
def test_a_fuller_list_of_the_pages_takes_no_more_statements(
    traced: Traced,
) -> None:
    """The page that lists bookmarks does not ask for each one either."""
    browser = Visitor(traced.server.url)
    browser.sign_in("demo", PASSWORD)
    counts = {}
    for query, size in (("Article 100", 1), ("Article 1", 12), ("Art", 20)):
        target = f"/?q={query.replace(' ', '+')}"
        page = browser.visit(target)
        assert len(page.one("ul", class_="bookmarks").all("h2")) == size
        counts[size] = traced.count(
            size, lambda path=target: browser.get(path, expect=200)
        )
    browser.close()
    assert len(set(counts.values())) == 1, counts


@pytest.mark.rule("PAGINATION-10", "PAGINATION-8")
@pytest.mark.managed
@pytest.mark.parametrize(
    ("sort", "size"), [*((sort, 20) for sort in SORTS), ("-created_at", 7)]
)
def test_equal_times_are_in_the_order_of_ids(
    traced: Traced, sort: str, size: int
) -> None:
    """Items with the same time are in the order of `id`, same direction."""
    set_equal_times(traced.server, "https://example.com/articles/50")
    seen, links = [], {"next": f"?sort={sort}&per_page={size}"}
    while "next" in links:
        answer = traced.demo.request(
            "GET", expect.relative(links["next"]), expect=200
        )
        seen += [item["id"] for item in expect.page(answer.json())]
        links = expect.link(answer)
    assert len(seen) == 100
    assert seen == sorted(seen, reverse=sort.startswith("-"))


@pytest.mark.rule("PAGINATION-11")
def test_a_fresh_account_sees_nothing_of_others(
    make_user: Callable[..., User], shelf: User
) -> None:
    """A page holds only what is the account's own."""
    items, body, _ = ask(make_user(), {"per_page": 100})
    assert (items, body["total"]) == ([], 0)
