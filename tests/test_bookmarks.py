"""Bookmarks: create, read, replace, change, delete."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.support import expect
from tests.support.client import Client, User, tags_of, unique, unique_url
from tests.support.servers import Server
from tests.support.tables import holds

TEXTS = [
    "plain",
    "über – “quotes” … №",
    "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}",
    "e\N{COMBINING ACUTE ACCENT} is not \N{LATIN SMALL LETTER E WITH ACUTE}",
    "\N{LATIN SMALL LETTER E WITH ACUTE} is not e\N{COMBINING ACUTE ACCENT}",
    "שלום \N{RIGHT-TO-LEFT OVERRIDE}abc",
    "line\N{LINE SEPARATOR}and\N{PARAGRAPH SEPARATOR}paragraph",
    "\N{ZERO WIDTH SPACE}kept\N{ZERO WIDTH SPACE}",
    "\ufeffmark",
    "\ufffd\uffff\U0010ffff",
    "tab\tand\nline\r\nbreaks",
    "unit\x1fseparator and \x7f and \x85.",
    '<script>alert("1")</script> &amp; {{7*7}} ${x} %s %(x)s {0}',
    "'); DROP TABLE bookmarks; --",
    "back\\slash / \\u0041 / \\\\",
    "null",
    "１２３ ٤٥٦",
    "ﬁ ß İ Ǆ ς",
]
TICK = timedelta(microseconds=1)
WRITES = ["create_bookmark", "replace_bookmark", "update_bookmark"]


def state(user: User) -> tuple[object, object]:
    """Return all that the account has: bookmarks and tags."""
    bookmarks = user.request(
        "list_bookmarks", params={"per_page": 100}, expect=200
    )
    return bookmarks.json(), tags_of(user)


@pytest.mark.rule("BOOKMARKS-1", "BOOKMARKS-2")
def test_create_bookmark_answers_the_bookmark_and_where_it_is(
    user: User,
) -> None:
    """`create_bookmark` answers 201, the bookmark and `Location`."""
    sent = {
        "url": unique_url(),
        "title": "Example",
        "notes": "Some notes",
        "tags": ["web", "a b"],
    }
    answer = user.request("create_bookmark", json=sent, expect=201)
    made = expect.bookmark(
        expect.strict_json(answer), **{**sent, "tags": ["a b", "web"]}
    )
    expect.location(answer, f"/api/bookmarks/{made['id']}")
    path = expect.relative(answer.headers["Location"])
    assert user.request("GET", path, expect=200).json() == made


@pytest.mark.rule("BOOKMARKS-2")
def test_create_bookmark_fills_in_defaults(user: User) -> None:
    """A bookmark has all its fields, also those not sent."""
    made = user.bookmark()
    expect.bookmark(made, notes="", tags=[])


@pytest.mark.rule("BOOKMARKS-2")
def test_a_bookmark_is_the_same_wherever_it_appears(user: User) -> None:
    """A bookmark is the same in every answer that shows it."""
    made = user.bookmark(notes="n", tags=["t2", "t1"])
    number = made["id"]
    fields = {k: made[k] for k in ("url", "title", "notes", "tags")}
    shown = [
        user.request("show_bookmark", id=number, expect=200).json(),
        user.request(
            "replace_bookmark", id=number, json=fields, expect=200
        ).json(),
        user.request("update_bookmark", id=number, json={}, expect=200).json(),
        *user.request("list_bookmarks", expect=200).json()["items"],
        *user.request("list_bookmarks", params={"q": "A"}, expect=200).json()[
            "items"
        ],
    ]
    assert shown == [made] * 5


@pytest.mark.rule("BOOKMARKS-3")
def test_ids_grow_and_are_not_used_again(user: User) -> None:
    """An id is an integer that is never used again."""
    seen = []
    for _ in range(4):
        made = user.bookmark()
        assert type(made["id"]) is int
        seen.append(made["id"])
        user.request("delete_bookmark", id=made["id"], expect=204)
    assert len(set(seen)) == 4
    for number in seen:
        user.request("show_bookmark", id=number, expect=404)


@pytest.mark.rule("BOOKMARKS-3")
def test_ids_are_not_used_again_after_the_account_is_deleted(
    user: User, other: User
) -> None:
    """An id is never used again, not even that of the newest bookmark."""
    first = user.bookmark()["id"]
    user.request("delete_me", expect=204)
    assert other.bookmark()["id"] != first
    other.request("show_bookmark", id=first, expect=404)


@pytest.mark.rule("BOOKMARKS-4")
def test_times_are_now_in_utc_and_equal_at_creation(user: User) -> None:
    """Times are in UTC with six digits; `updated_at` begins the same."""
    before = datetime.now(UTC) - timedelta(seconds=2)
    made = user.bookmark()
    created = expect.timestamp(made["created_at"])
    assert made["updated_at"] == made["created_at"]
    assert before <= created <= datetime.now(UTC) + timedelta(seconds=2)


@pytest.mark.rule("BOOKMARKS-5")
def test_etag_is_strong_and_the_same_for_the_same_state(user: User) -> None:
    """Answers with one bookmark carry the same strong `ETag`."""
    sent = {"url": unique_url(), "title": "T", "notes": "", "tags": ["x"]}
    answer = user.request("create_bookmark", json=sent, expect=201)
    number = answer.json()["id"]
    tags = [
        expect.etag(answer),
        expect.etag(user.request("show_bookmark", id=number, expect=200)),
        expect.etag(user.request("show_bookmark", id=number, expect=200)),
        expect.etag(
            user.request("replace_bookmark", id=number, json=sent, expect=200)
        ),
        expect.etag(
            user.request(
                "update_bookmark",
                id=number,
                json={"title": "T"},
                expect=200,
            )
        ),
    ]
    assert len(set(tags)) == 1, tags


CHANGES = [
    {"url": "https://example.com/changed"},
    {"title": "Other"},
    {"title": "a title"},
    {"notes": "other"},
    {"notes": " "},
    {"tags": []},
    {"tags": ["x"]},
    {"tags": ["x", "y", "z"]},
    {"title": "Other", "notes": "other", "tags": ["other"]},
]


@pytest.mark.rule("BOOKMARKS-6", "BOOKMARKS-8")
@pytest.mark.parametrize("change", CHANGES)
def test_update_bookmark_changes_what_is_named_and_the_time(
    someone: User, change: dict
) -> None:
    """A change moves `updated_at` and the `ETag`, and only what is named."""
    made = someone.bookmark(notes="old", tags=["x", "y"])
    before = someone.request("show_bookmark", id=made["id"], expect=200)
    answer = someone.request(
        "update_bookmark", id=made["id"], json=change, expect=200
    )
    changed = expect.bookmark(answer.json(), **change)
    expect.bookmark(
        {**changed, "updated_at": made["updated_at"]}, **{**made, **change}
    )
    assert expect.timestamp(changed["updated_at"]) > expect.timestamp(
        made["updated_at"]
    )
    assert expect.etag(answer) != expect.etag(before)
    shown = someone.request("show_bookmark", id=made["id"], expect=200)
    assert shown.json() == changed
    assert expect.etag(shown) == expect.etag(answer)


@pytest.mark.rule("BOOKMARKS-6")
def test_many_changes_in_a_row_each_move_the_time(user: User) -> None:
    """A change moves `updated_at` forward even within one clock tick."""
    made = user.bookmark()
    times, tags = [made["updated_at"]], set()
    for turn in range(20):
        answer = user.request(
            "update_bookmark",
            id=made["id"],
            json={"title": ("there", "back")[turn % 2]},
            expect=200,
        )
        times.append(answer.json()["updated_at"])
        tags.add(expect.etag(answer))
        assert answer.json()["created_at"] == made["created_at"]
    moments = [expect.timestamp(time) for time in times]
    assert all(b - a >= TICK for a, b in pairwise(moments)), times
    assert len(tags) == 20


@pytest.mark.rule("BOOKMARKS-6")
@pytest.mark.managed
def test_a_clock_that_was_put_back_moves_no_time_back(
    server: Server, user: User
) -> None:
    """A change is later than the one before, whatever the clock says."""
    made = user.bookmark()
    (table, _), *_ = holds(server.database, made["url"])
    with closing(sqlite3.connect(server.database, timeout=10)) as db, db:
        db.execute(
            f"UPDATE {table} SET updated_at = '29' || substr(updated_at, 3)"
            " WHERE id = ?",
            [made["id"]],
        )
    before = user.request("show_bookmark", id=made["id"], expect=200)
    ahead = before.json()["updated_at"]
    assert ahead == "29" + made["updated_at"][2:]
    answer = user.request(
        "update_bookmark", id=made["id"], json={"title": "New"}, expect=200
    )
    moved = expect.timestamp(answer.json()["updated_at"])
    assert moved > expect.timestamp(ahead)
    assert expect.etag(answer) != expect.etag(before)


@pytest.mark.rule("BOOKMARKS-7")
@pytest.mark.parametrize(
    "sent",
    [
        {"title": "New"},
        {"title": "New", "notes": "new"},
        {"title": "New", "tags": ["new"]},
        {"title": "New", "notes": "", "tags": []},
        {"title": "New", "notes": "new", "tags": ["b", "a"]},
    ],
)
def test_replace_bookmark_replaces_all_fields(
    someone: User, sent: dict
) -> None:
    """PUT replaces all fields; a missing optional one gets its default."""
    made = someone.bookmark(notes="old", tags=["old"])
    sent = {"url": unique_url(), **sent}
    answer = someone.request(
        "replace_bookmark", id=made["id"], json=sent, expect=200
    )
    wanted = {"notes": "", "tags": [], **sent}
    changed = expect.bookmark(
        answer.json(),
        **{**wanted, "tags": sorted(wanted["tags"])},
        id=made["id"],
        created_at=made["created_at"],
    )
    assert changed["updated_at"] > made["updated_at"]
    shown = someone.request("show_bookmark", id=made["id"], expect=200)
    assert shown.json() == changed


@pytest.mark.rule("BOOKMARKS-7")
@pytest.mark.parametrize("missing", ["url", "title"])
def test_replace_bookmark_needs_the_required_fields(
    someone: User, missing: str
) -> None:
    """PUT is the whole bookmark: url and title are required."""
    made = someone.bookmark()
    sent = {"url": made["url"], "title": "New", "notes": "new"}
    del sent[missing]
    answer = someone.request(
        "replace_bookmark", id=made["id"], json=sent, expect=422
    )
    expect.problem(answer, 422, [(missing, "required")])
    shown = someone.request("show_bookmark", id=made["id"], expect=200)
    assert shown.json() == made


SAME = [
    {},
    {"title": "A title"},
    {"title": "  A title\n"},
    {"notes": "n"},
    {"tags": ["b", "a"]},
    {"tags": ["A ", " b", "a"]},
    {"title": "A title", "notes": "n", "tags": ["a", "b"]},
]


@pytest.mark.rule("BOOKMARKS-9")
@pytest.mark.parametrize("change", SAME)
@pytest.mark.parametrize("operation", ["update_bookmark", "replace_bookmark"])
def test_a_request_that_changes_nothing_leaves_the_time(
    someone: User, operation: str, change: dict
) -> None:
    """A request that changes nothing leaves `updated_at` and `ETag`."""
    made = someone.bookmark(notes="n", tags=["a", "b"])
    before = someone.request("show_bookmark", id=made["id"], expect=200)
    whole = {k: made[k] for k in ("url", "title", "notes", "tags")}
    sent = {"update_bookmark": {}, "replace_bookmark": whole}[operation]
    answer = someone.request(
        operation, id=made["id"], json={**sent, **change}, expect=200
    )
    assert answer.json() == made
    assert expect.etag(answer) == expect.etag(before)


OWNED = [
    ("id", 1),
    ("created_at", "2026-01-01T00:00:00.000000Z"),
    ("updated_at", "2026-01-01T00:00:00.000000Z"),
    ("user_id", 1),
    ("folded", "x"),
    ("ID", 1),
]


@pytest.mark.rule("BOOKMARKS-10")
@pytest.mark.parametrize("operation", WRITES)
def test_a_field_that_the_server_owns_is_unknown(
    user: User, operation: str
) -> None:
    """A field that the server owns in a body answers 422 `unknown`."""
    made = user.bookmark()
    for field, value in OWNED:
        sent = {"url": unique_url(), "title": "T", field: value}
        answer = user.request(operation, id=made["id"], json=sent, expect=422)
        expect.problem(answer, 422, [(field, "unknown")])
    assert state(user)[0]["items"] == [made]


@pytest.mark.rule("BOOKMARKS-11", "BOOKMARKS-13")
@pytest.mark.parametrize("operation", WRITES)
def test_a_url_that_another_bookmark_has_is_a_conflict(
    user: User, operation: str
) -> None:
    """The URL of another bookmark of the account answers 409."""
    taken = user.bookmark(tags=["t"])
    made = user.bookmark(notes="kept", tags=["kept"])
    before = state(user)
    sent = {
        "url": taken["url"],
        "title": "New",
        "notes": "new",
        "tags": ["new"],
    }
    answer = user.request(operation, id=made["id"], json=sent, expect=409)
    expect.problem(answer, 409)
    assert state(user) == before


@pytest.mark.rule("BOOKMARKS-11")
def test_a_url_is_free_again_when_its_bookmark_lets_go_of_it(
    user: User,
) -> None:
    """Only a URL that a bookmark has now answers 409."""
    made = user.bookmark()
    old, new = made["url"], unique_url()
    user.request(
        "update_bookmark", id=made["id"], json={"url": new}, expect=200
    )
    again = user.bookmark(url=old)
    user.request("delete_bookmark", id=again["id"], expect=204)
    user.bookmark(url=old)


SPELLINGS = ["{0}", "{0}/", "{0}?", "{0}#", "{0}#a", "{0}?a=1", "{0}?a=1&"]


@pytest.mark.rule("BOOKMARKS-11")
def test_urls_are_compared_as_text(user: User) -> None:
    """Other spellings of one address are other URLs."""
    base = unique_url()
    urls = [form.format(base) for form in SPELLINGS]
    urls += [base.replace("https", "HTTPS"), base.replace("com", "COM")]
    made = [user.bookmark(url=url)["url"] for url in urls]
    assert made == urls


@pytest.mark.rule("BOOKMARKS-12")
def test_two_accounts_may_have_the_same_url(user: User, other: User) -> None:
    """Different accounts may have the same URL."""
    mine = user.bookmark(notes="mine")
    theirs = other.bookmark(url=mine["url"], notes="theirs")
    assert theirs["id"] != mine["id"]
    shown = user.request("show_bookmark", id=mine["id"], expect=200)
    assert shown.json() == mine


BAD = [
    {"url": "nope", "title": "New", "tags": ["new"]},
    {"url": "https://example.com/x", "title": "", "tags": ["new"]},
    {"url": "https://example.com/x", "title": "New", "tags": ["new", ""]},
    {"url": "https://example.com/x", "title": "New", "notes": "x" * 1001},
    {"url": "https://example.com/x", "title": "New", "extra": 1},
]


@pytest.mark.rule("BOOKMARKS-13")
@pytest.mark.parametrize("operation", WRITES)
def test_a_refused_write_leaves_nothing_behind(
    user: User, operation: str
) -> None:
    """A write that is refused changes no bookmark, no field, no tag."""
    made = user.bookmark(notes="kept", tags=["kept"])
    before = state(user)
    for sent in BAD:
        user.request(operation, id=made["id"], json=sent, expect=422)
    assert state(user) == before


@pytest.mark.rule("BOOKMARKS-13")
@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"url": "https://e.example/"', b"\xff"]
)
def test_a_body_that_is_no_json_leaves_nothing_behind(
    user: User, body: bytes
) -> None:
    """A write that is refused leaves no bookmark behind."""
    headers = {"Content-Type": "application/json"}
    user.request(
        "create_bookmark", data=body, headers=headers, expect=expect.REFUSED
    )
    assert state(user)[0]["total"] == 0


@pytest.mark.rule("BOOKMARKS-14")
@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back_code_point_for_code_point(
    someone: User, text: str
) -> None:
    """Text comes back code point for code point."""
    made = someone.bookmark(title=f".{text}.", notes=f" {text} ")
    expect.bookmark(made, title=f".{text}.", notes=f" {text} ")
    answer = someone.request("show_bookmark", id=made["id"], expect=200)
    assert expect.strict_json(answer) == made
    listed = someone.request("list_bookmarks", expect=200).json()["items"]
    assert listed[0] == made


@pytest.mark.rule("BOOKMARKS-14")
def test_escaped_and_plain_json_mean_the_same_text(user: User) -> None:
    """A surrogate pair in escapes is one code point."""
    body = (
        b'{"url": "https://example.com/\\u00e9", '
        b'"title": "\\ud83d\\ude00\\/\\"\\n\\u0041."}'
    )
    answer = user.request(
        "create_bookmark",
        data=body,
        headers={"Content-Type": "application/json"},
        expect=201,
    )
    expect.bookmark(
        answer.json(), url="https://example.com/é", title='😀/"\nA.'
    )


@pytest.mark.rule("BOOKMARKS-15")
def test_delete_bookmark_ends_it(user: User) -> None:
    """DELETE answers 204 without a body, a second one 404."""
    kept, gone = user.bookmark(), user.bookmark(tags=["gone"])
    answer = user.request("delete_bookmark", id=gone["id"], expect=204)
    expect.no_body(answer)
    for method in ("GET", "DELETE"):
        answer = user.request(
            method, f"/api/bookmarks/{gone['id']}", expect=404
        )
        expect.problem(answer, 404)
    sent = {"url": unique_url(), "title": "T"}
    user.request("replace_bookmark", id=gone["id"], json=sent, expect=404)
    user.request("update_bookmark", id=gone["id"], json={}, expect=404)
    bookmarks, tags = state(user)
    assert (bookmarks["items"], tags) == ([kept], [])


@pytest.mark.rule("BOOKMARKS-15", "BOOKMARKS-1")
@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("show_bookmark", {}),
        ("replace_bookmark", {"json": {"url": "http://a.b", "title": "T"}}),
        ("update_bookmark", {"json": {"title": "T"}}),
        ("update_bookmark", {"json": {}}),
        ("delete_bookmark", {}),
    ],
)
def test_a_bookmark_that_never_was_is_missing(
    user: User, operation: str, more: dict
) -> None:
    """No operation finds or makes a bookmark that is not there."""
    for number in (987654321, 10**17, 10**18):
        answer = user.request(operation, id=number, expect=404, **more)
        expect.problem(answer, 404)
    assert state(user)[0]["total"] == 0


@pytest.mark.rule("BOOKMARKS-8")
def test_update_bookmark_of_one_leaves_the_others(user: User) -> None:
    """PATCH changes one bookmark, and of that the named fields."""
    kept = user.bookmark(notes="kept", tags=["kept"])
    made = user.bookmark(notes="kept", tags=["kept"])
    user.request(
        "update_bookmark",
        id=made["id"],
        json={"title": unique(), "tags": []},
        expect=200,
    )
    shown = user.request("show_bookmark", id=kept["id"], expect=200)
    assert shown.json() == kept


@pytest.mark.rule("BOOKMARKS-1")
def test_create_bookmark_needs_a_token(client: Client, user: User) -> None:
    """Nothing is created for a request without a token."""
    sent = {"url": unique_url(), "title": "T"}
    client.request("create_bookmark", json=sent, expect=401)
    assert state(user)[0]["total"] == 0
