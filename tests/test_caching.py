"""Caching and conditional requests: entity tags, 304 and 412."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.support import expect, raw
from tests.support.client import (
    Client,
    User,
    together,
    unique,
    unique_url,
)
from tests.support.servers import Server
from tests.support.tables import locked

SAME = [
    "{etag}",
    "W/{etag}",
    "*",
    '"x", {etag}',
    '"x",{etag},W/"y"',
    '"a,b", {etag}',
]
OTHER = ['"x"', 'W/"x"', '"*"', '"x", "y"', '"{bare}x"', '"{half}"']
LETTING = [
    "{etag}",
    "*",
    '"x", {etag}',
    '{etag}, "x"',
    '"x",{etag},W/"y"',
    None,
]
STOPPING = [*OTHER, "{old}", "W/{old}"]
UNREADABLE = [
    "x",
    '"x',
    "W/x",
    "x, {etag}",
    "{etag}, x",
    "{etag}x",
    "x{etag}",
    "{etag} {etag}",
    '{etag}, "x',
    '"x, {etag}',
    '{etag}"',
    "{etag}, W/",
    "w/{etag}",
    "{etag}; q=1",
    "*, {etag}",
    "{etag}, *",
    "**",
    "{bare}",
    '"a b", {etag}',
]
WRITES = ["replace_bookmark", "update_bookmark", "delete_bookmark"]
LISTS = ["list_bookmarks", "list_tags"]
READS = ["show_me", "show_bookmark", "export_bookmarks", *LISTS]


@pytest.fixture
def user(someone: User) -> User:
    """Let the tests of this file share an account."""
    return someone


def forms(etag: str, old: str = '"old"') -> dict[str, str]:
    """Return what the templates of conditions are filled with."""
    bare = etag.strip('"')
    half = bare[: len(bare) // 2]
    return {"etag": etag, "bare": bare, "half": half, "old": old}


def condition(name: str, template: str | None, **values: str) -> dict:
    """Write a header with a condition, None for none."""
    return {name: template and template.format(**values)}


def body_of(operation: str, url: str) -> dict:
    """Return what makes an operation change the title."""
    bodies = {
        "replace_bookmark": {"url": url, "title": "Changed"},
        "update_bookmark": {"title": "Changed"},
    }
    known = operation in bodies
    return {"json": bodies[operation]} if known else {}


@pytest.fixture
def made(user: User) -> tuple[dict, str]:
    """Give a bookmark that was changed once, with its entity tag."""
    number = user.bookmark(tags=["t"])["id"]
    answer = user.request(
        "update_bookmark", id=number, json={"notes": "n"}, expect=200
    )
    return answer.json(), expect.etag(answer)


def old_tag(user: User, number: int) -> str:
    """Return an entity tag that has just become an old one."""
    shown = user.request("show_bookmark", id=number, expect=200)
    user.request("update_bookmark", id=number, json={}, expect=200)
    user.request(
        "update_bookmark", id=number, json={"notes": unique()}, expect=200
    )
    return expect.etag(shown)


@pytest.mark.rule("CACHING-1")
@pytest.mark.parametrize("template", SAME)
def test_the_current_tag_makes_304(
    user: User, made: tuple[dict, str], template: str
) -> None:
    """The current tag, in a list, weak, or as `*`: 304 without a body."""
    bookmark, etag = made
    headers = condition("If-None-Match", template, **forms(etag))
    answer = user.request(
        "show_bookmark", id=bookmark["id"], headers=headers, expect=304
    )
    expect.no_body(answer)


@pytest.mark.rule("CACHING-1")
@pytest.mark.parametrize("template", OTHER)
def test_other_tags_make_200(
    user: User, made: tuple[dict, str], template: str
) -> None:
    """With other tags only the bookmark comes whole."""
    bookmark, etag = made
    headers = condition("If-None-Match", template, **forms(etag))
    answer = user.request(
        "show_bookmark", id=bookmark["id"], headers=headers, expect=200
    )
    assert answer.json() == bookmark


@pytest.mark.rule("CACHING-1")
def test_an_old_tag_makes_200(user: User, made: tuple[dict, str]) -> None:
    """After every change the tag from before is another one."""
    bookmark, etag = made
    seen = [etag]
    for title in ("One", "Two", "One"):
        body = {"title": title}
        user.request(
            "update_bookmark", id=bookmark["id"], json=body, expect=200
        )
        answer = user.request(
            "show_bookmark",
            id=bookmark["id"],
            headers={"If-None-Match": ", ".join(seen)},
            expect=200,
        )
        assert answer.json()["title"] == title
        seen.append(expect.etag(answer))
    assert len(set(seen)) == 4


@pytest.mark.rule("CACHING-1")
@pytest.mark.parametrize(
    "date", ["Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"]
)
def test_a_date_does_not_stand_in_for_a_tag(
    user: User, made: tuple[dict, str], date: str
) -> None:
    """Beside `If-None-Match` a date decides nothing."""
    bookmark, etag = made
    for tag, status in (('"x"', 200), (etag, 304)):
        headers = {"If-None-Match": tag, "If-Modified-Since": date}
        user.request(
            "show_bookmark", id=bookmark["id"], headers=headers, expect=status
        )


@pytest.mark.rule("CACHING-1")
def test_after_304_the_connection_goes_on(
    server: Server, user: User, made: tuple[dict, str]
) -> None:
    """A 304 has nothing behind its headers."""
    bookmark, etag = made
    path = f"/api/bookmarks/{bookmark['id']}"
    bearer = ("Authorization", f"Bearer {user.token}")
    asked = raw.message(
        "GET", path, [bearer, ("If-None-Match", etag)], close=False
    )
    last = raw.message("GET", path, [bearer])
    answers = raw.exchange(server, asked, last, expect=[304, 200])
    assert answers[1].json() == bookmark


@pytest.mark.rule("CACHING-2")
def test_304_has_the_headers_of_200(
    user: User, made: tuple[dict, str]
) -> None:
    """A 304 carries the `ETag` and the `Cache-Control` of the 200."""
    bookmark, etag = made
    full = user.request("show_bookmark", id=bookmark["id"], expect=200)
    answer = user.request(
        "show_bookmark",
        id=bookmark["id"],
        headers={"If-None-Match": etag},
        expect=304,
    )
    assert answer.headers["etag"] == full.headers["etag"] == etag
    assert expect.cache_control(answer) == expect.cache_control(full)


def lines(user: User, name: str, *values: str) -> list[tuple[str, str]]:
    """Return a header over several lines, with the token."""
    bearer = ("Authorization", f"Bearer {user.token}")
    return [bearer, *((name, value) for value in values)]


@pytest.mark.rule("CACHING-3")
@pytest.mark.parametrize(
    ("method", "name", "status"),
    [("GET", "If-None-Match", 304), ("DELETE", "If-Match", 204)],
)
def test_several_lines_are_one_list(
    server: Server,
    user: User,
    made: tuple[dict, str],
    method: str,
    name: str,
    status: int,
) -> None:
    """The current tag counts on whichever line it stands."""
    path = f"/api/bookmarks/{made[0]['id']}"
    sent = lines(user, name, '"x"', '"y", "z"', f'W/"a", {made[1]}')
    raw.exchange(server, raw.message(method, path, sent), expect=status)


@pytest.mark.rule("CACHING-4")
@pytest.mark.parametrize("template", LETTING)
def test_the_current_tag_lets_a_change_through(
    user: User, made: tuple[dict, str], template: str | None
) -> None:
    """The current tag, alone or in a list, `*` and nothing: done."""
    bookmark, etag = made
    for operation in ("update_bookmark", "replace_bookmark"):
        answer = user.request(
            operation,
            id=bookmark["id"],
            headers=condition("If-Match", template, **forms(etag)),
            json={"url": bookmark["url"], "title": operation},
            expect=200,
        )
        assert answer.json()["title"] == operation
        etag = expect.etag(answer)
    user.request(
        "delete_bookmark",
        id=bookmark["id"],
        headers=condition("If-Match", template, **forms(etag)),
        expect=204,
    )
    user.request("show_bookmark", id=bookmark["id"], expect=404)


@pytest.mark.rule("CACHING-4")
def test_each_answer_gives_the_tag_for_the_next_change(user: User) -> None:
    """The tags of POST, PUT, PATCH and GET guard the next change."""
    url = unique_url()
    answer = user.request(
        "create_bookmark", json={"url": url, "title": "0"}, expect=201
    )
    number = answer.json()["id"]
    for turn in range(1, 6):
        operation = WRITES[turn % 2]
        answer = user.request(
            operation,
            id=number,
            json={"url": url, "title": str(turn)},
            headers={"If-Match": expect.etag(answer)},
            expect=200,
        )
    shown = user.request("show_bookmark", id=number, expect=200)
    assert shown.json()["title"] == "5"
    headers = {"If-Match": expect.etag(shown)}
    user.request("delete_bookmark", id=number, headers=headers, expect=204)


@pytest.mark.rule("CACHING-5")
@pytest.mark.parametrize("operation", WRITES)
def test_other_tags_stop_a_change(user: User, operation: str) -> None:
    """Other tags answer 412, what cannot be read 4xx; nothing is changed."""
    number = user.bookmark(tags=["t"])["id"]
    old = old_tag(user, number)
    shown = user.request("show_bookmark", id=number, expect=200)
    values = forms(expect.etag(shown), old)
    wanted = dict.fromkeys(STOPPING, {412})
    wanted |= dict.fromkeys(UNREADABLE, expect.REFUSED)
    for template, status in wanted.items():
        answer = user.request(
            operation,
            id=number,
            headers=condition("If-Match", template, **values),
            **body_of(operation, unique_url()),
            expect=status,
        )
        expect.problem(answer, answer.status_code)
    again = user.request("show_bookmark", id=number, expect=200)
    assert again.json() == shown.json()
    assert again.headers["etag"] == shown.headers["etag"]


@pytest.mark.rule("CACHING-10")
@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("template", ["W/{etag}", '"x", W/{etag}'])
def test_the_weak_form_stops_a_change(
    user: User, made: tuple[dict, str], operation: str, template: str
) -> None:
    """The current tag in its weak form answers 412."""
    user.request(
        operation,
        id=made[0]["id"],
        headers=condition("If-Match", template, **forms(made[1])),
        **body_of(operation, unique_url()),
        expect=412,
    )


@pytest.mark.rule("CACHING-6")
@pytest.mark.parametrize("value", ["*", '"x"', 'W/"x"'])
@pytest.mark.parametrize("operation", WRITES)
def test_a_missing_object_answers_404_whatever_the_condition(
    user: User, other: User, operation: str, value: str
) -> None:
    """Missing, deleted or somebody else's: 404 and not 412."""
    gone = user.bookmark()["id"]
    user.request("delete_bookmark", id=gone, expect=204)
    theirs = other.bookmark()
    for number in (gone, 987654321, theirs["id"]):
        user.request(
            operation,
            id=number,
            headers={"If-Match": value},
            **body_of(operation, unique_url()),
            expect=404,
        )
    shown = other.request("show_bookmark", id=theirs["id"], expect=200)
    assert shown.json() == theirs


@pytest.mark.rule("CACHING-6")
@pytest.mark.parametrize("value", ["*", '"x"'])
def test_a_missing_object_is_never_304(
    user: User, other: User, value: str
) -> None:
    """`If-None-Match` makes nobody see what is not theirs."""
    for number in (987654321, other.bookmark()["id"]):
        user.request(
            "show_bookmark",
            id=number,
            headers={"If-None-Match": value},
            expect=404,
        )


@pytest.mark.rule("CACHING-6", "ERRORS-8")
@pytest.mark.parametrize("operation", WRITES)
def test_a_token_comes_before_the_condition(
    user: User, client: Client, operation: str
) -> None:
    """Without a token every condition answers 401."""
    for name in ("If-Match", "If-None-Match"):
        client.request(
            operation,
            id=user.bookmark()["id"],
            headers={name: '"x"'},
            **body_of(operation, unique_url()),
            expect=401,
        )


@pytest.mark.rule("CACHING-6", "BOOKMARKS-11")
@pytest.mark.parametrize("operation", WRITES[:2])
@pytest.mark.parametrize(
    ("template", "status"), [("{etag}", 409), ('"x"', 412)]
)
def test_a_condition_comes_before_a_conflict(
    user: User,
    made: tuple[dict, str],
    operation: str,
    template: str,
    status: int,
) -> None:
    """412 where the condition fails, 409 where only the URL is taken."""
    taken = user.bookmark()["url"]
    user.request(
        operation,
        id=made[0]["id"],
        json={"url": taken, "title": "T"},
        headers=condition("If-Match", template, **forms(made[1])),
        expect=status,
    )


@pytest.mark.rule("CACHING-7")
@pytest.mark.parametrize("operation", WRITES[:2])
def test_of_twenty_changes_under_one_tag_one_wins(
    user: User, crowd: list[Client], operation: str
) -> None:
    """Of 20 parallel changes with one `If-Match` exactly one is done."""
    made = user.bookmark()
    for turn in range(2):
        shown = user.request("show_bookmark", id=made["id"], expect=200)
        headers = {"If-Match": expect.etag(shown)}

        def work(
            number: int, turn: int = turn, headers: dict = headers
        ) -> tuple[int, str]:
            title = f"{turn}: {number}"
            answer = crowd[number].request(
                operation,
                id=made["id"],
                json={"url": made["url"], "title": title},
                headers=headers,
                expect={200, 412},
                timeout=20,
            )
            return answer.status_code, title

        answers = together(20, work)
        counts = Counter(status for status, _ in answers)
        assert counts == {200: 1, 412: 19}
        shown = user.request("show_bookmark", id=made["id"], expect=200)
        assert shown.json()["title"] == dict(answers)[200]


@pytest.mark.rule("CACHING-7")
@pytest.mark.managed
@pytest.mark.parametrize("operation", WRITES[:2])
def test_a_change_that_had_to_wait_compares_the_tag_then(
    server: Server, user: User, crowd: list[Client], operation: str
) -> None:
    """Of changes that wait for another writer one is done, too."""
    made = user.bookmark()
    shown = user.request("show_bookmark", id=made["id"], expect=200)
    headers = {"If-Match": expect.etag(shown)}
    with ExitStack() as stack:
        stack.enter_context(locked(server.database))

        def work(number: int) -> int:
            if number == 0:
                time.sleep(0.5)
                stack.close()
                return 0
            answer = crowd[number].request(
                operation,
                id=made["id"],
                json={"url": made["url"], "title": f"{number}"},
                headers=headers,
                expect={200, 412},
                timeout=20,
            )
            return answer.status_code

        assert Counter(together(5, work)) == {0: 1, 200: 1, 412: 3}


@pytest.mark.rule("CACHING-8")
@pytest.mark.parametrize("operation", LISTS)
def test_a_list_that_did_not_change_is_304(user: User, operation: str) -> None:
    """The tag of a list, sent back, makes it answer 304."""
    user.bookmark(tags=["a", "b"])
    check_list(user, operation)


@pytest.mark.rule("CACHING-8")
def test_the_list_of_users_that_did_not_change_is_304(admin: User) -> None:
    """The tag of the list of accounts makes it answer 304."""
    check_list(admin, "list_users")


def check_list(user: User, operation: str) -> None:
    """Check that a list answers 304 to its own tag, and only to that."""
    full = user.request(operation, expect=200)
    etag = expect.any_etag(full)
    for value in (etag, f'"x", {etag}', "*"):
        headers = {"If-None-Match": value}
        user.request(operation, headers=headers, expect=304)
    headers = {"If-None-Match": '"x", W/"y"'}
    again = user.request(operation, headers=headers, expect=200)
    assert again.json() == full.json()
    assert again.headers["etag"] == etag


def changes(user: User) -> list[Callable[[], object]]:
    """Return changes that each show in both lists."""
    made = user.bookmark(tags=["first"])
    number = made["id"]

    def change(**fields: object) -> object:
        return user.request(
            "update_bookmark", id=number, json=fields, expect=200
        )

    return [
        lambda: change(tags=["second"]),
        lambda: change(tags=["second", "third"]),
        lambda: user.bookmark(tags=["third"]),
        lambda: change(tags=["third"]),
        lambda: user.request("delete_bookmark", id=number, expect=204),
    ]


@pytest.mark.rule("CACHING-8")
@pytest.mark.parametrize("operation", LISTS)
def test_the_tag_of_a_list_changes_with_it(user: User, operation: str) -> None:
    """Whatever changes the answer changes the tag."""
    seen = [expect.any_etag(user.request(operation, expect=200))]
    for change in changes(user):
        change()
        headers = {"If-None-Match": ", ".join(seen)}
        answer = user.request(operation, headers=headers, expect=200)
        seen.append(expect.any_etag(answer))
    assert len(set(seen)) == len(seen)


@pytest.mark.rule("CACHING-8")
@pytest.mark.parametrize(
    "field", [{"title": "Other"}, {"notes": "Other"}, {"url": "other"}]
)
def test_every_field_changes_the_tag_of_the_list(
    user: User, field: dict
) -> None:
    """A title, notes or a URL that change show in the tag."""
    number = user.bookmark()["id"]
    full = user.request("list_bookmarks", expect=200)
    body = {name: unique_url() for name in field}
    user.request("update_bookmark", id=number, json=body, expect=200)
    headers = {"If-None-Match": expect.any_etag(full)}
    user.request("list_bookmarks", headers=headers, expect=200)


@pytest.mark.rule("CACHING-8")
def test_each_page_has_a_tag_of_its_own(user: User, other: User) -> None:
    """Answers that differ have tags that differ, of one account or two."""
    for number in range(3):
        user.bookmark(title=f"T{number}", tags=[f"t{number}"])
    tags = set()
    queries = [
        {},
        {"page": "2"},
        {"page": "3"},
        {"per_page": "1"},
        {"per_page": "1", "page": "2"},
        {"sort": "created_at"},
        {"q": "T1"},
        {"tag": "t2"},
        {"q": "nothing"},
    ]
    for query in queries:
        answer = user.request("list_bookmarks", params=query, expect=200)
        tags.add(expect.any_etag(answer))
    assert len(tags) == len(queries)
    for tag in tags:
        headers = {"If-None-Match": tag}
        other.bookmark()
        other.request("list_bookmarks", headers=headers, expect=200)


@pytest.mark.rule("CACHING-8")
def test_the_tag_of_the_list_of_users_changes_with_it(
    admin: User, make_user: Callable[..., User]
) -> None:
    """An account more, and one less, change the tag."""
    query = {"per_page": "1"}
    seen = []
    for turn in range(3):
        if turn == 1:
            fresh = make_user()
        if turn == 2:
            fresh.request("delete_me", expect=204)
        headers = {"If-None-Match": seen[-1] if seen else '"none"'}
        answer = admin.request(
            "list_users", params=query, headers=headers, expect=200
        )
        seen.append(expect.any_etag(answer))
    assert seen[1] not in (seen[0], seen[2])


@pytest.mark.rule("CACHING-9")
@pytest.mark.parametrize("operation", READS)
def test_only_the_client_may_keep_an_answer(
    user: User, operation: str
) -> None:
    """What needs a token is `private`, or not stored at all."""
    number = user.bookmark(tags=["t"])["id"]
    answer = user.request(operation, id=number, expect=200)
    assert expect.cache_control(answer).keys() & {"private", "no-store"}


@pytest.mark.rule("CACHING-9")
def test_only_an_administrator_may_keep_the_list_of_users(admin: User) -> None:
    """The list of accounts is no matter of shared caches, either."""
    answer = admin.request("list_users", expect=200)
    assert expect.cache_control(answer).keys() & {"private", "no-store"}
