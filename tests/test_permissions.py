"""Permissions: who may do what, and who may know what exists."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support import expect
from tests.support.client import (
    OPERATIONS,
    Client,
    User,
    tags_of,
    unique,
    unique_url,
)
from tests.support.raw import Response
from tests.support.servers import Server

OPEN = {"show_health", "show_readiness", "register_user", "create_token"}
CLOSED = [
    *(OPERATIONS[name] for name in sorted(OPERATIONS.keys() - OPEN)),
    ("POST", "/api/import"),
    ("GET", "/api/export"),
]
WHOLE = {"url": "https://example.com/mine", "title": "Mine now"}
METHODS = [
    ("GET", ...),
    ("PUT", WHOLE),
    ("PUT", {}),
    ("PUT", []),
    ("PATCH", {"title": "Mine now"}),
    ("PATCH", {}),
    ("PATCH", {"title": ""}),
    ("DELETE", ...),
]
CHANGING = {"date", "expires", "x-request-id"}


def kept_headers(answer: Response) -> dict[str, str]:
    """Return the headers that do not change by themselves."""
    return {
        k: v for k, v in answer.headers.items() if k.lower() not in CHANGING
    }


@pytest.mark.rule("PERMISSIONS-1")
@pytest.mark.parametrize(("method", "path"), CLOSED)
@pytest.mark.parametrize("body", [{}, WHOLE])
def test_an_operation_answers_401_without_a_token(
    client: Client, method: str, path: str, body: object
) -> None:
    """Every operation that needs a token answers 401 without one."""
    answer = client.request(method, path, id=1, json=body, expect=401)
    expect.problem(answer, 401)
    expect.challenge(answer)


@pytest.mark.rule("PERMISSIONS-1")
@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_an_operation_answers_401_for_a_token_that_is_none(
    client: Client, method: str, path: str
) -> None:
    """A token that nobody has opens nothing."""
    answer = client.request(
        method,
        path,
        id=1,
        headers={"Authorization": "Bearer " + "A" * 43},
        json=WHOLE,
        expect=401,
    )
    expect.problem(answer, 401)
    expect.challenge(answer)


@pytest.mark.rule("PERMISSIONS-2")
@pytest.mark.parametrize(("method", "body"), METHODS)
def test_anothers_bookmark_answers_as_a_missing_one(
    user: User, other: User, method: str, body: object
) -> None:
    """Another's bookmark answers exactly as a missing one, and stays."""
    theirs = other.bookmark(notes="secret", tags=["secret"])
    gone = user.bookmark()
    user.request("delete_bookmark", id=gone["id"], expect=204)
    answers = [
        user.request(method, f"/api/bookmarks/{number}", json=body, expect=404)
        for number in (theirs["id"], gone["id"])
    ]
    number = f"{gone['id']}|{theirs['id']}"  # both in both: 40 is in 404
    one, two = (re.sub(number, "{id}", answer.text) for answer in answers)
    assert one == two
    assert kept_headers(answers[0]) == kept_headers(answers[1])
    shown = other.request("show_bookmark", id=theirs["id"], expect=200)
    assert shown.json() == theirs


@pytest.mark.rule("PERMISSIONS-2")
def test_anothers_bookmark_is_no_conflict(user: User, other: User) -> None:
    """A PUT to another's bookmark is 404 also where it would conflict."""
    mine, theirs = user.bookmark(), other.bookmark()
    for sent in (mine, theirs):
        answer = user.request(
            "replace_bookmark",
            id=theirs["id"],
            json={"url": sent["url"], "title": "T"},
            expect=404,
        )
        expect.problem(answer, 404)


@pytest.mark.rule("PERMISSIONS-3")
def test_lists_show_nothing_of_another_account(
    user: User, other: User
) -> None:
    """Lists, totals, searches and tags show only what is one's own."""
    word = unique()
    for number in range(3):
        other.bookmark(title=word, notes=word, tags=[word, f"t{number}"])
    mine = user.bookmark(title="own", tags=["own"])
    for params in ({}, {"per_page": 100}, {"sort": "updated_at"}):
        answer = user.request("list_bookmarks", params=params, expect=200)
        assert expect.page(answer.json(), total=1) == [mine]
    for params in ({"q": word}, {"tag": word}, {"q": word, "tag": word}):
        answer = user.request("list_bookmarks", params=params, expect=200)
        assert expect.page(answer.json(), total=0) == []
        assert set(expect.link(answer)) == {"first", "last"}
    assert tags_of(user) == [{"name": "own", "bookmarks": 1}]


@pytest.mark.rule("PERMISSIONS-3", "PERMISSIONS-2")
@pytest.mark.managed
def test_an_administrator_sees_no_bookmarks_of_others(
    admin: User, other: User
) -> None:
    """Lists, searches, tags and single bookmarks: for an admin neither."""
    word = unique()
    theirs = other.bookmark(title=word, tags=[word])
    for params in ({}, {"q": word}, {"tag": word}):
        answer = admin.request("list_bookmarks", params=params, expect=200)
        assert expect.page(answer.json(), total=0) == []
    assert tags_of(admin) == []
    for method, body in METHODS:
        admin.request(
            method, f"/api/bookmarks/{theirs['id']}", json=body, expect=404
        )
    shown = other.request("show_bookmark", id=theirs["id"], expect=200)
    assert shown.json() == theirs


@pytest.mark.rule("PERMISSIONS-4")
@pytest.mark.parametrize("params", [{}, {"page": "0"}, {"per_page": "x"}])
def test_list_users_is_for_administrators(user: User, params: dict) -> None:
    """`list_users` answers 403 to others, whatever they ask for."""
    answer = user.request("list_users", params=params, expect=403)
    expect.problem(answer, 403)


@pytest.mark.rule("PERMISSIONS-4")
@pytest.mark.parametrize("number", [1, 987654321])
def test_delete_user_is_for_administrators(user: User, number: int) -> None:
    """`delete_user` answers 403 whether the object exists or not."""
    answer = user.request("delete_user", id=number, expect=403)
    expect.problem(answer, 403)


@pytest.mark.rule("PERMISSIONS-4")
def test_delete_user_deletes_nothing_for_others(
    user: User, other: User
) -> None:
    """An account cannot be deleted this way, one's own neither."""
    for account in (user, other):
        answer = user.request("delete_user", id=account.id, expect=403)
        expect.problem(answer, 403)
        account.request("show_me", expect=200)


def all_users(admin: User) -> tuple[list[dict], int]:
    """Walk through all accounts along `next`; return them and `total`."""
    seen, links = [], {"next": "/api/users?per_page=100"}
    while "next" in links:
        answer = admin.request(
            "GET",
            expect.relative(links["next"], "http://x/api/users"),
            expect=200,
        )
        seen += expect.page(answer.json())
        links = expect.link(answer)
    return seen, answer.json()["total"]


@pytest.mark.rule("PERMISSIONS-5")
def test_list_users_shows_all_accounts_by_id(
    admin: User, user: User, other: User
) -> None:
    """An administrator sees a page of all accounts in the order of id."""
    seen, total = all_users(admin)
    numbers = [expect.user(item)["id"] for item in seen]
    assert numbers == sorted(set(numbers))
    for account in (admin, user, other):
        me = account.request("show_me", expect=200).json()
        assert me in seen
    assert total == len(seen)
    params = {"page": 2, "per_page": 3}
    second = admin.request("list_users", params=params, expect=200)
    assert second.json()["items"] == seen[3:6]


@pytest.mark.rule("PERMISSIONS-5", "PAGINATION-4", "PAGINATION-6")
def test_list_users_has_links(admin: User, user: User) -> None:
    """`list_users` has `Link` as every page has."""
    answer = admin.request(
        "list_users", params={"per_page": 1, "x": "y"}, expect=200
    )
    body = answer.json()
    expect.page(body, page=1, per_page=1)
    links = {
        relation: parse_qs(
            urlsplit(expect.relative(target, "http://x/api/users")).query
        )
        for relation, target in expect.link(answer).items()
    }
    same = {"per_page": ["1"], "x": ["y"]}
    assert links == {
        "first": {**same, "page": ["1"]},
        "last": {**same, "page": [str(body["total"])]},
        "next": {**same, "page": ["2"]},
    }


@pytest.mark.rule("PERMISSIONS-5", "PAGINATION-2", "PAGINATION-3")
@pytest.mark.parametrize(
    ("params", "errors"),
    [
        ({"page": "0"}, [("page", "too_small")]),
        ({"page": "x"}, [("page", "type")]),
        ({"page": "1000000001"}, [("page", "too_large")]),
        ({"per_page": "0"}, [("per_page", "too_small")]),
        ({"per_page": "101"}, [("per_page", "too_large")]),
        (
            {"per_page": "-1", "page": "1.5"},
            [("page", "type"), ("per_page", {"type", "too_small"})],
        ),
    ],
)
def test_list_users_refuses_bad_pages(
    admin: User, params: dict, errors: list
) -> None:
    """`page` and `per_page` are checked as for bookmarks."""
    answer = admin.request("list_users", params=params, expect=422)
    expect.problem(answer, 422, errors)


@pytest.mark.rule("PERMISSIONS-5", "PAGINATION-11")
def test_list_users_ignores_the_parameters_of_other_lists(
    admin: User,
) -> None:
    """`list_users` knows `page` and `per_page` only."""
    plain = admin.request("list_users", expect=200).json()
    odd = admin.request(
        "list_users",
        params={"sort": "nope", "tag": ",", "q": "x" * 300},
        expect=200,
    ).json()
    assert odd == plain
    past = admin.request("list_users", params={"page": 10**9}, expect=200)
    assert expect.page(past.json(), page=10**9) == []


@pytest.mark.rule("PERMISSIONS-6", "ACCOUNTS-14")
def test_delete_user_deletes_the_account(
    admin: User, user: User, other: User, client: Client
) -> None:
    """`delete_user` answers 204 and deletes as `delete_me` would."""
    user.bookmark(tags=["t"])
    kept = other.bookmark(tags=["t"])
    answer = admin.request("delete_user", id=user.id, expect=204)
    expect.no_body(answer)
    user.request("show_me", expect=401)
    sent = {"username": user.username, "password": user.password}
    client.request("create_token", json=sent, expect=401)
    client.request("register_user", json=sent, expect=201)
    shown = other.request("show_bookmark", id=kept["id"], expect=200)
    assert shown.json() == kept
    admin.request("show_me", expect=200)


@pytest.mark.rule("PERMISSIONS-6")
@pytest.mark.managed
def test_delete_user_deletes_the_administrators_own(
    server: Server, user: User, client: Client
) -> None:
    """An administrator may delete the own account too."""
    server.promote(user.username)
    answer = user.request("delete_user", id=user.id, expect=204)
    expect.no_body(answer)
    user.request("show_me", expect=401)
    sent = {"username": user.username, "password": user.password}
    client.request("create_token", json=sent, expect=401)


@pytest.mark.rule("PERMISSIONS-6")
def test_delete_user_answers_404_for_a_missing_account(
    admin: User, user: User
) -> None:
    """An account that never was, or that was deleted, is missing."""
    admin.request("delete_user", id=user.id, expect=204)
    for number in (user.id, 987654321):
        answer = admin.request("delete_user", id=number, expect=404)
        expect.problem(answer, 404)


@pytest.mark.rule("PERMISSIONS-4", "ACCOUNTS-15")
def test_a_registered_account_is_no_administrator(
    make_user: Callable[..., User],
) -> None:
    """Who registers may not list accounts."""
    user = make_user()
    assert user.request("show_me", expect=200).json()["admin"] is False
    user.request("list_users", expect=403)


@pytest.mark.rule("PERMISSIONS-5", "ACCOUNTS-2")
def test_create_admin_makes_an_administrator(
    server: Server, admin: User
) -> None:
    """`admin` is true for an administrator and only there."""
    me = admin.request("show_me", expect=200).json()
    expect.user(me, admin=True, username=admin.username)


@pytest.mark.rule("PERMISSIONS-2")
def test_anothers_bookmark_may_have_my_url(user: User, other: User) -> None:
    """Nothing of mine is found under another's id."""
    url = unique_url()
    mine, theirs = user.bookmark(url=url), other.bookmark(url=url)
    user.request("delete_bookmark", id=theirs["id"], expect=404)
    other.request("delete_bookmark", id=mine["id"], expect=404)
    user.request("show_bookmark", id=mine["id"], expect=200)
    other.request("show_bookmark", id=theirs["id"], expect=200)
