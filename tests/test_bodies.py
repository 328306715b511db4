"""Bodies: label, length and syntax, before the first field is looked at."""

import json
from collections.abc import Callable, Iterator
from itertools import product

import pytest

from tests.support import expect, raw, uploads
from tests.support.client import (
    PASSWORD,
    Client,
    User,
    register,
    unique,
    unique_url,
)
from tests.support.expect import REFUSED
from tests.support.servers import Server

JSON = {"Content-Type": "application/json"}
WRITES = [
    "register_user",
    "create_token",
    "change_password",
    "create_bookmark",
    "replace_bookmark",
    "update_bookmark",
]
Send = Callable[..., object]


@pytest.fixture
def user(someone: User) -> User:
    """Let the tests of this file share an account."""
    return someone


@pytest.fixture(scope="module")
def number(shared: User) -> int:
    """Make the bookmark that the bytes are sent to."""
    made = shared.bookmark()
    shared.client.close()
    return made["id"]


@pytest.fixture
def send(user: User, number: int) -> Send:
    """Give a sender of bytes to any operation that takes a body."""

    def send(operation: str, data: object, **more: object) -> object:
        headers = {**JSON, **more.pop("headers", {})}
        return user.request(
            operation, data=data, headers=headers, id=number, **more
        )

    return send


@pytest.fixture(scope="module")
def still(server: Server) -> Iterator[tuple[User, list[dict]]]:
    """Give an account that nothing is stored for, and what it has shown."""
    account = register(server.url)
    account.bookmark()
    yield account, [account.request("list_bookmarks", expect=200).json()]
    account.client.close()


@pytest.fixture
def unharmed(still: tuple[User, list[dict]]) -> Iterator[User]:
    """Give that account; nothing is stored or changed by the test."""
    account, shown = still
    yield account
    shown.append(account.request("list_bookmarks", expect=200).json())
    assert shown[-1] == shown[-2]


@pytest.fixture
def refuse(unharmed: User) -> Callable[[bytes], raw.Response]:
    """Give a sender of bytes that are no bookmark."""

    def refuse(data: bytes) -> raw.Response:
        return unharmed.request(
            "create_bookmark", data=data, headers=JSON, expect=REFUSED
        )

    return refuse


def valid(user: User, operation: str) -> bytes:
    """Write a body without faults; it changes nobody's password."""
    bodies = {
        "register_user": {"username": unique(), "password": PASSWORD},
        "create_token": {"username": user.username, "password": PASSWORD},
        "change_password": {
            "current_password": "not the password",
            "new_password": "another battery staple",
        },
    }
    bookmark = {"url": unique_url(), "title": "A title"}
    return json.dumps(bodies.get(operation, bookmark)).encode()


def nested(text: bytes) -> bytes:
    """Put a JSON value into the title of a bookmark."""
    return b'{"url": "https://example.com/", "title": ' + text + b"}"


@pytest.mark.rule("BODIES-1")
@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
    ],
)
def test_another_type(
    user: User, send: Send, operation: str, kind: str | None
) -> None:
    """Another Content-Type than JSON, or none, answers 415."""
    more = {"headers": {"Content-Type": kind}}
    answer = send(operation, valid(user, operation), **more, expect=415)
    expect.problem(answer, 415)


@pytest.mark.rule("BODIES-2")
@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        'application/json; CHARSET="UTF-8"',
        "application/json; foo=bar; charset=utf-8",
        'application/json; foo="a b"',
    ],
)
def test_create_bookmark_takes_a_spelling_of_json(
    user: User, send: Send, kind: str
) -> None:
    """The type is case-insensitive and may have parameters."""
    body = json.dumps({"url": unique_url(), "title": "Ω"}, ensure_ascii=False)
    more = {"headers": {"Content-Type": kind}}
    answer = send("create_bookmark", body, **more, expect=201)
    expect.bookmark(answer.json(), title="Ω")


@pytest.mark.rule("BODIES-2", "ROBUSTNESS-1")
@pytest.mark.parametrize(
    "parameters", ["x*=a; x*0=b", "x*0*=a'b'%; x*1=", "="]
)
def test_odd_parameters_of_the_type_are_no_crash(
    user: User, send: Send, parameters: str
) -> None:
    """A parameter that no standard allows is ignored, or refused."""
    body = valid(user, "create_bookmark")
    more = {"headers": {"Content-Type": f"application/json; {parameters}"}}
    send("create_bookmark", body, **more, expect={201, *REFUSED})


@pytest.mark.rule("BODIES-4")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"\r\n\t",
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b'{"url":',
        b'{"url": "https://example.com/", "title": "x"',
        b'{"url": "https://example.com/", "title": "x"} x',
        b'{"url": "https://example.com/", "title": "x"}{}',
        b'{"url": "https://example.com/", "title": "x",}',
        b'{"url" "https://example.com/", "title": "x"}',
        b'{"url": "https://example.com/" "title": "x"}',
        b"{'url': 'https://example.com/', 'title': 'x'}",
        b'{url: "https://example.com/", title: "x"}',
        b'{"url": "https://example.com/", "title": "x"} // y',
        b'/* y */ {"url": "https://example.com/", "title": "x"}',
        nested(b'"a\nb"'),
        nested(b'"a\x00b"'),
        nested(b'"a\tb"'),
        nested(b'"\\x41"'),
        nested(b'"\\u12"'),
        nested(b'"\\u 041"'),
        nested(b'"\\"'),
        nested(b"01"),
        nested(b".5"),
        nested(b"1."),
        nested(b"+1"),
        nested(b"0x10"),
        nested(b"1_000"),
        nested(b"1e"),
        nested(b"True"),
        nested(b"None"),
        nested(b"undefined"),
        nested(b"nul"),
        nested(b"[1,]"),
        nested(b"[1 2]"),
        nested(b"`x`"),
        b"url=https%3A%2F%2Fexample.com&title=x",
        b"<bookmark/>",
        b"\x00",
        b"{}\x00",
        b"\x0c{}",
        b"\xc2\xa0{}",
    ],
)
def test_create_bookmark_refuses_what_is_not_json(
    refuse: Callable[[bytes], raw.Response], body: bytes
) -> None:
    """What is not JSON answers 4xx, and nothing is stored."""
    answer = refuse(body)
    expect.problem(answer, answer.status_code)


@pytest.mark.rule("BODIES-13")
@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("body", [b"", b"{", b"{'a': 1}"])
def test_what_is_not_json_is_a_bad_request(
    send: Send, operation: str, body: bytes
) -> None:
    """What is not JSON answers 400, at every operation."""
    expect.problem(send(operation, body, expect=400), 400)


@pytest.mark.rule("BODIES-5")
@pytest.mark.parametrize(
    "text",
    [
        b'"\xff"',
        b'"\xe9"',
        b'"caf\xe9"',
        b'"\xc3"',
        b'"\xc0\xaf"',
        b'"\xed\xa0\x80"',
        b'"\xf0\x9f\x98"',
        b'"\xf5\x80\x80\x80"',
        b'"\x80"',
    ],
)
def test_create_bookmark_refuses_what_is_not_utf_8(
    refuse: Callable[[bytes], raw.Response], text: bytes
) -> None:
    """Bytes that are no text answer 4xx, and nothing is stored."""
    answer = refuse(nested(text))
    expect.problem(answer, answer.status_code)


@pytest.mark.rule("BODIES-5")
@pytest.mark.parametrize("operation", WRITES)
def test_every_operation_refuses_what_is_not_utf_8(
    send: Send, operation: str
) -> None:
    """It holds for every operation, also for the name of a field."""
    send(operation, b'{"\xff": 1}', expect=REFUSED)


NO_NUMBERS = [
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e999",
    b"-1e999",
    b"1" * 5000,
    b"-" + b"9" * 5000,
]
HALF_CHARACTERS = [
    rb'"\ud800"',
    rb'"\udfff"',
    rb'"a\udc00b"',
    rb'"\ude00\ud83d"',
    rb'"\ud83d\ud83d\ude00"',
]


@pytest.mark.rule("BODIES-6")
@pytest.mark.parametrize(
    "place",
    [
        b"%s",
        b'{"url": "https://example.com/", "title": %s}',
        b'{"url": "https://example.com/", "title": "x", "tags": [%s]}',
        b'{"url": "https://example.com/", "title": "x", "more": %s}',
        b'{"url": "https://example.com/", "title": "x", "more": {"a": [%s]}}',
    ],
)
def test_create_bookmark_refuses_numbers_that_are_none(
    refuse: Callable[[bytes], raw.Response], place: bytes
) -> None:
    """Numbers that JSON lacks, and numbers out of range answer 4xx."""
    for number in NO_NUMBERS:
        refuse(place % number)


@pytest.mark.rule("BODIES-6")
@pytest.mark.parametrize("operation", WRITES)
def test_every_operation_refuses_nan(send: Send, operation: str) -> None:
    """NaN is refused by every operation that takes a body."""
    send(operation, b'{"more": NaN}', expect=REFUSED)


@pytest.mark.rule("BODIES-7")
@pytest.mark.parametrize(
    "place",
    [
        b"%s",
        b'{"url": %s, "title": "x"}',
        b'{"url": "https://example.com/", "title": %s}',
        b'{"url": "https://example.com/", "title": "x", "notes": %s}',
        b'{"url": "https://example.com/", "title": "x", "tags": [%s]}',
        b'{"url": "https://example.com/", "title": "x", %s: "y"}',
    ],
)
def test_create_bookmark_refuses_a_lone_surrogate(
    refuse: Callable[[bytes], raw.Response], place: bytes
) -> None:
    """Half a character answers 4xx, wherever it stands."""
    for text in HALF_CHARACTERS:
        refuse(place % text)


@pytest.mark.rule("BODIES-7")
@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("register_user", rb'{"username": "abc\ud800", "password": "%s"}'),
        ("register_user", rb'{"username": "abcd", "password": "%s\udfff"}'),
        ("create_token", rb'{"username": "abc\ud800", "password": "%s"}'),
        (
            "change_password",
            rb'{"current_password": "%s", "new_password": "%s\ud800"}',
        ),
    ],
)
def test_accounts_refuse_a_lone_surrogate(
    send: Send, operation: str, body: bytes
) -> None:
    """Half a character is refused in names and passwords, too."""
    data = body.replace(b"%s", PASSWORD.encode())
    send(operation, data, expect=REFUSED)


@pytest.mark.rule("BODIES-7")
def test_create_bookmark_takes_a_pair_of_surrogates(send: Send) -> None:
    """Two halves that fit are one character."""
    body = nested(rb'"\ud83d\ude00"').replace(b".com/", b".com/pair")
    answer = send("create_bookmark", body, expect=201)
    expect.bookmark(answer.json(), title="\U0001f600")


@pytest.mark.rule("BODIES-8")
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 30000,
        b"[" * 30000 + b"]" * 30000,
        nested(b"[" * 30000 + b"]" * 30000),
        b'{"tags": ' + b"[" * 30000 + b"]" * 30000 + b"}",
        b'{"more": ' + b"[" * 30000 + b"]" * 30000 + b"}",
        b'{"a":' * 10000 + b"1" + b"}" * 10000,
    ],
    ids=["open", "top", "title", "tags", "unknown", "objects"],
)
def test_create_bookmark_refuses_a_deep_body(
    refuse: Callable[[bytes], raw.Response], body: bytes
) -> None:
    """A body nested 30,000 levels deep answers 4xx."""
    refuse(body)


@pytest.mark.rule("BODIES-8")
@pytest.mark.parametrize("operation", WRITES)
def test_every_operation_refuses_a_deep_body(
    send: Send, operation: str
) -> None:
    """Depth is refused by every operation that takes a body."""
    send(operation, b"[" * 30000 + b"]" * 30000, expect=REFUSED)


@pytest.mark.rule("BODIES-9")
@pytest.mark.parametrize(
    ("operation", "body"),
    [
        *product(WRITES, ["[]", "null", '""']),
        *zip(WRITES, ["[{}]", '"url"', "1", "0", "1.5", "true"], strict=True),
    ],
)
def test_top_level_that_is_no_object(
    send: Send, operation: str, body: str
) -> None:
    """A top level that is not an object answers 422."""
    expect.problem(send(operation, body, expect=422), 422)


def chunked_request(user: User, coded: bytes) -> bytes:
    """Write the creation of a bookmark with a body that is coded."""
    return raw.message(
        "POST",
        "/api/bookmarks",
        [
            ("Authorization", f"Bearer {user.token}"),
            ("Content-Type", "application/json"),
            ("Transfer-Encoding", "chunked"),
        ],
        coded,
    )


BODY = b'{"url": "https://example.com/chunked", "title": "In parts"}'
HALVES = (BODY[:30], BODY[30:])


@pytest.mark.rule("BODIES-10")
@pytest.mark.parametrize(
    "coded",
    [
        raw.chunked(BODY),
        raw.chunked(*HALVES),
        raw.chunked(*(BODY[i : i + 1] for i in range(len(BODY)))),
        b"%X\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY),
        b"0%x\r\n%s\r\n000\r\n\r\n" % (len(BODY), BODY),
        b"%x;name=value\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY),
        b"%x\r\n%s\r\n0\r\nX-Trailer: 1\r\n\r\n" % (len(BODY), BODY),
    ],
    ids=["one", "two", "many", "upper", "zeros", "extension", "trailer"],
)
def test_create_bookmark_takes_chunks_whole_or_refuses(
    server: Server, make_user: Callable[..., User], coded: bytes
) -> None:
    """Chunks mean the same as a length, or are refused with 4xx."""
    user = make_user()
    request = chunked_request(user, coded)
    answer = raw.exchange(server, request, expect={201, *REFUSED})[0]
    listed = user.request("list_bookmarks", expect=200).json()["items"]
    stored = [(item["url"], item["title"]) for item in listed]
    whole = [("https://example.com/chunked", "In parts")]
    assert stored == {201: whole}.get(answer.status_code, [])


@pytest.mark.rule("BODIES-10")
def test_create_bookmark_takes_chunks_that_come_slowly(
    server: Server, make_user: Callable[..., User]
) -> None:
    """Where the network cuts does not matter."""
    user = make_user()
    request = chunked_request(user, raw.chunked(*HALVES))
    cut = [request[:-75], request[-75:-40], request[-40:-3], request[-3:]]
    answer = raw.exchange(server, *cut, expect={201, *REFUSED})[0]
    listed = user.request("list_bookmarks", expect=200).json()
    assert listed["total"] == {201: 1}.get(answer.status_code, 0)


@pytest.mark.rule("BODIES-10")
@pytest.mark.parametrize(
    "body",
    [
        [b""],
        [b'{"url": ', b'"x"'],
        [b"[", b"]"],
        [b'{"url": "https://example.com/x", ', b'"title": ""}'],
    ],
)
def test_create_bookmark_checks_chunks_as_any_body(
    unharmed: User, body: list[bytes]
) -> None:
    """What a length would not make valid, chunks do not."""
    unharmed.request(
        "create_bookmark", data=iter(body), headers=JSON, expect=REFUSED
    )


@pytest.mark.rule("BODIES-10", "BODIES-11")
def test_chunks_without_their_end(server: Server, unharmed: User) -> None:
    """A whole chunk is no whole body while the last one is missing."""
    coded = raw.chunked(BODY).removesuffix(b"0\r\n\r\n")
    request = chunked_request(unharmed, coded)
    wanted = {raw.CLOSED, *REFUSED}
    raw.exchange(server, request, expect=wanted, half_close=True)


@pytest.mark.rule("BODIES-11")
@pytest.mark.parametrize("operation", ["create_bookmark", "update"])
@pytest.mark.parametrize("sent", [0, 20, len(BODY)])
def test_body_that_is_cut(
    server: Server,
    unharmed: User,
    still: tuple[User, list[dict]],
    operation: str,
    sent: int,
) -> None:
    """A body shorter than it says is refused, and nothing is stored."""
    (made,) = still[1][0]["items"]
    method, path = {
        "create_bookmark": ("POST", "/api/bookmarks"),
        "update": ("PATCH", f"/api/bookmarks/{made['id']}"),
    }[operation]
    request = raw.message(
        method,
        path,
        [
            ("Authorization", f"Bearer {unharmed.token}"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(BODY) + 10)),
        ],
        BODY[:sent],
    )
    wanted = {raw.CLOSED, *REFUSED}
    raw.exchange(server, request, expect=wanted, half_close=True)


@pytest.mark.rule("BODIES-12")
@pytest.mark.parametrize(
    "path",
    [
        "/healthz",
        "/readyz",
        "/api/me",
        "/api/bookmarks",
        "/api/bookmarks/{id}",
        "/api/tags",
    ],
)
def test_answer_is_strict_json(user: User, path: str) -> None:
    """A success with a body is application/json, strict, in UTF-8."""
    number = user.bookmark(title="É \u2028 \U0001f600 </script>")["id"]
    answer = user.request("GET", path.format(id=number), expect=200)
    assert expect.media_type(answer) == "application/json"
    expect.strict_json(answer)


@pytest.mark.rule("BODIES-12")
@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ("register_user", 201),
        ("create_token", 201),
        ("create_bookmark", 201),
        ("replace_bookmark", 200),
        ("update_bookmark", 200),
    ],
)
def test_answer_to_a_write_is_strict_json(
    user: User, send: Send, operation: str, status: int
) -> None:
    """What a write answers is application/json."""
    answer = send(operation, valid(user, operation), expect=status)
    assert expect.media_type(answer) == "application/json"
    expect.strict_json(answer)


@pytest.mark.rule("BODIES-12")
def test_error_is_strict_json(client: Client) -> None:
    """An error that names input is strict JSON in UTF-8, too."""
    body = {"é\u2028\U0001f600": 1, "username": 1, "password": "\x7f"}
    answer = client.request("register_user", json=body, expect=422)
    expect.strict_json(answer)


@pytest.mark.rule("BODIES-14")
@pytest.mark.parametrize(
    ("kind", "chunked"),
    [
        ("multipart/form-data; boundary={0}", True),
        ("Multipart/Form-Data; boundary={0}", False),
        ("MULTIPART/FORM-DATA; BOUNDARY={0}", False),
        ('multipart/form-data; Boundary="{0}"', False),
    ],
    ids=["chunked", "type", "capitals", "parameter"],
)
def test_a_form_in_any_letters_and_pieces(
    server: Server, someone: User, kind: str, chunked: bool
) -> None:
    """A file is imported whatever the case of the type, chunked or not."""
    body = uploads.form(uploads.write(uploads.entry(unique_url())))
    coding = [("Transfer-Encoding", "chunked")] if chunked else []
    headers = [
        ("Authorization", f"Bearer {someone.token}"),
        ("Content-Type", kind.format(uploads.BOUNDARY)),
        *coding,
    ]
    plain = b"" if chunked else body
    rest = raw.chunked(body[:100], body[100:]) if chunked else b""
    request = raw.message("POST", "/api/import", headers, plain)
    (answer,) = raw.exchange(server, request + rest, expect=200)
    assert answer.json()["created"] == 1
