"""Validation: what a well-formed request must say, field by field."""

from collections.abc import Callable

import pytest

from tests.support import expect
from tests.support.client import PASSWORD, Client, User, unique, unique_url
from tests.support.pairs import BAD_URLS, GOOD_URLS, PAIRS, WHITE

Pairs = list[tuple[str, str | set[str]]]
URL = "https://example.com/"
EMOJI = "\U0001f600"
REQUIRED = [
    ("register_user", "username"),
    ("register_user", "password"),
    ("create_token", "username"),
    ("create_token", "password"),
    ("change_password", "current_password"),
    ("change_password", "new_password"),
    ("create_bookmark", "url"),
    ("create_bookmark", "title"),
    ("replace_bookmark", "url"),
    ("replace_bookmark", "title"),
]
TEXTS = [
    *REQUIRED,
    ("create_bookmark", "notes"),
    ("replace_bookmark", "notes"),
    ("update_bookmark", "url"),
    ("update_bookmark", "title"),
    ("update_bookmark", "notes"),
]
WRITES = sorted({operation for operation, _ in TEXTS})
CONTROLS = ["\x01", "\x08", "\x1b", "\x1c", "\x1f", "\x7f", "\x80", "\x9f"]


@pytest.fixture
def user(someone: User) -> User:
    """Let the tests of this file share an account."""
    return someone


def texts_of(operation: str) -> list[str]:
    """Return the fields of an operation that hold a text, in order."""
    return [field for name, field in TEXTS if name == operation]


def valid(operation: str) -> dict:
    """Make a body that breaks no rule of any field."""
    bodies = {
        "register_user": {"username": unique(), "password": PASSWORD},
        "create_token": {"username": unique(), "password": PASSWORD},
        "change_password": {
            "current_password": PASSWORD,
            "new_password": "another battery staple",
        },
    }
    return bodies.get(operation, {"url": unique_url(), "title": "A title"})


@pytest.fixture(scope="module")
def number(shared: User) -> int:
    """Give the id of a bookmark that no test of this file changes."""
    return shared.bookmark()["id"]


@pytest.fixture
def refuse(user: User, number: int) -> Callable[..., None]:
    """Give a sender of bodies that must bring exactly these errors."""

    def refuse(operation: str, body: object, errors: Pairs) -> None:
        answer = user.request(operation, json=body, id=number, expect=422)
        expect.problem(answer, 422, errors)

    return refuse


def refuse_url(user: User, url: str) -> None:
    """Try to create a bookmark with a bad url."""
    body = {"url": url, "title": "A title"}
    answer = user.request("create_bookmark", json=body, expect=422)
    expect.problem(answer, 422, [("url", "invalid")])


def refuse_field(user: User, field: str, value: object, code: object) -> None:
    """Send one bad field to all operations on bookmarks that take it."""
    made = user.bookmark()
    for operation in (
        "create_bookmark",
        "replace_bookmark",
        "update_bookmark",
    ):
        body = valid(operation) | {field: value}
        answer = user.request(operation, json=body, id=made["id"], expect=422)
        expect.problem(answer, 422, [(field, code)])
    newest = user.request("list_bookmarks", expect=200).json()["items"]
    assert newest[:1] == [made]


def keep(user: User, **fields: object) -> dict:
    """Create a bookmark, check that it reads back as answered."""
    body = {"url": unique_url(), "title": "A title", **fields}
    answer = user.request("create_bookmark", json=body, expect=201)
    made = expect.bookmark(expect.strict_json(answer))
    read = user.request("show_bookmark", id=made["id"], expect=200)
    assert expect.strict_json(read) == made
    return made


@pytest.mark.rule("VALIDATION-1")
@pytest.mark.parametrize("operation", WRITES)
def test_errors_have_their_form(
    refuse: Callable[..., None], operation: str
) -> None:
    """Invalid input answers 422 with field, code and message."""
    body = valid(operation) | {"colour": "red"}
    refuse(operation, body, [("colour", "unknown")])


@pytest.mark.rule("VALIDATION-2")
@pytest.mark.parametrize(
    ("operation", "body", "errors"),
    [
        (
            "create_bookmark",
            {"x": 1, "tags": "a", "notes": 1, "title": "", "url": None},
            [
                ("url", "type"),
                ("title", "too_short"),
                ("notes", "type"),
                ("tags", "type"),
                ("x", "unknown"),
            ],
        ),
        (
            "create_bookmark",
            {"tags": ["", "a,b", "x" * 51], "notes": "n" * 1001},
            [
                ("url", "required"),
                ("title", "required"),
                ("notes", "too_long"),
                ("tags", {"too_short", "invalid", "too_long"}),
            ],
        ),
        (
            "replace_bookmark",
            {"id": 7, "tags": None, "title": 7},
            [
                ("url", "required"),
                ("title", "type"),
                ("tags", "type"),
                ("id", "unknown"),
            ],
        ),
        (
            "update_bookmark",
            {"more": 1, "tags": [1], "title": "t" * 301, "url": "x"},
            [
                ("url", "invalid"),
                ("title", "too_long"),
                ("tags", "type"),
                ("more", "unknown"),
            ],
        ),
        (
            "update_bookmark",
            {"created_at": "now", "url": ""},
            [("url", {"too_short", "invalid"}), ("created_at", "unknown")],
        ),
        (
            "register_user",
            {"admin": True, "password": "short", "username": "A B"},
            [
                ("username", "invalid"),
                ("password", "too_short"),
                ("admin", "unknown"),
            ],
        ),
        (
            "create_bookmark",
            {"b": 1, "url": 1, "a": 2, "title": 3, "ä": 4},
            [
                ("url", "type"),
                ("title", "type"),
                ("a", "unknown"),
                ("b", "unknown"),
                ("ä", "unknown"),
            ],
        ),
        (
            "register_user",
            {},
            [("username", "required"), ("password", "required")],
        ),
        (
            "create_token",
            {"password": 1, "remember": True},
            [
                ("username", "required"),
                ("password", "type"),
                ("remember", "unknown"),
            ],
        ),
        (
            "change_password",
            {"new_password": "p" * 129, "password": "x"},
            [
                ("current_password", "required"),
                ("new_password", "too_long"),
                ("password", "unknown"),
            ],
        ),
    ],
)
def test_all_faults_at_once(
    refuse: Callable[..., None], operation: str, body: dict, errors: Pairs
) -> None:
    """All faults are reported, one per field."""
    refuse(operation, body, errors)


@pytest.mark.rule("VALIDATION-2")
def test_faults_of_several_tags_count_once(user: User) -> None:
    """A fault inside tags counts as tags."""
    codes = {"type", "too_short", "too_long", "invalid", "too_many"}
    tags = [1, "", "a,b", "x" * 51, None, *["t"] * 20]
    refuse_field(user, "tags", tags, codes)


@pytest.mark.rule("VALIDATION-4")
@pytest.mark.parametrize(("operation", "field"), REQUIRED)
def test_missing_field(
    refuse: Callable[..., None], operation: str, field: str
) -> None:
    """A missing required field is `required`."""
    body = valid(operation)
    del body[field]
    refuse(operation, body, [(field, "required")])


@pytest.mark.rule("VALIDATION-5")
@pytest.mark.parametrize(
    "value", [None, True, False, 0, 5, 2**64, 1.5, [], ["x"], {}, {"a": "b"}]
)
@pytest.mark.parametrize("operation", WRITES)
def test_text_of_another_type(
    refuse: Callable[..., None], operation: str, value: object
) -> None:
    """What is not a string is `type`: nothing is converted."""
    fields = texts_of(operation)
    body = dict.fromkeys(fields, value)
    refuse(operation, body, [(field, "type") for field in fields])


@pytest.mark.rule("VALIDATION-5")
@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        5,
        1.5,
        "",
        "news",
        {},
        {"a": "b"},
        [1],
        [None],
        [True],
        ["a", 2],
        [["a"]],
        [{}],
    ],
)
def test_tags_of_another_type(user: User, value: object) -> None:
    """What is not a list of strings is `type`."""
    refuse_field(user, "tags", value, "type")


@pytest.mark.rule("VALIDATION-6")
@pytest.mark.parametrize(
    ("operation", "field"),
    [
        *((operation, "x") for operation in WRITES),
        ("register_user", "Username"),
        ("create_bookmark", "TITLE"),
        ("update_bookmark", " url"),
        ("create_bookmark", "é"),
        ("create_bookmark", "__proto__"),
        ("create_bookmark", "a" * 100),
        ("create_bookmark", "."),
    ],
)
def test_unknown_field(
    refuse: Callable[..., None], operation: str, field: str
) -> None:
    """A field that the operation does not have is `unknown`."""
    body = valid(operation) | {field: "x"}
    refuse(operation, body, [(field, "unknown")])


@pytest.mark.rule("VALIDATION-6")
@pytest.mark.parametrize("value", [None, [], {}, 0, False])
def test_unknown_field_that_is_empty(user: User, value: object) -> None:
    """An unknown field is unknown whatever its value."""
    refuse_field(user, "colour", value, "unknown")


@pytest.mark.rule("VALIDATION-7")
@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("form", ["{}\0", "\0{}", "{}\0{}"])
def test_nul_in_a_text(
    refuse: Callable[..., None], operation: str, form: str
) -> None:
    """A NUL in any string is `invalid`."""
    fields = texts_of(operation)
    texts = {"notes": "some notes"} | valid(operation)
    body = {field: form.format(texts[field], "x") for field in fields}
    refuse(operation, body, [(field, "invalid") for field in fields])


@pytest.mark.rule("VALIDATION-7")
@pytest.mark.parametrize("tag", ["a\0", "\0a", "a\0b", "\0"])
def test_nul_in_a_tag(user: User, tag: str) -> None:
    """A NUL in a tag is `invalid`."""
    refuse_field(user, "tags", ["fine", tag], "invalid")


@pytest.mark.rule("VALIDATION-7")
@pytest.mark.parametrize("text", ["%00", "a%00", "a%00b", "%00a"])
@pytest.mark.parametrize("field", ["tag", "q", "sort"])
def test_nul_in_a_parameter(user: User, field: str, text: str) -> None:
    """A NUL in a query parameter is `invalid`."""
    answer = user.request("GET", f"/api/bookmarks?{field}={text}", expect=422)
    expect.problem(answer, 422, [(field, "invalid")])


@pytest.mark.rule("VALIDATION-8")
@pytest.mark.parametrize(("text", "size"), PAIRS["lengths"])
def test_lengths_count_code_points(user: User, text: str, size: int) -> None:
    """A code point counts one, however many bytes it takes."""
    made = keep(
        user,
        url=URL + text * (1980 // size),
        title=text * (300 // size),
        notes=text * (1000 // size) + "x" * (1000 % size),
        tags=["é" * 50, EMOJI * 50],
    )
    assert len(made["url"]) == 2000
    assert len(made["title"]) == 300
    assert len(made["notes"]) == 1000


@pytest.mark.rule("VALIDATION-8")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", URL + EMOJI * 1981),
        ("title", "é" * 301),
        ("title", EMOJI * 301),
        ("notes", EMOJI * 1001),
        ("notes", "e\u0301" * 500 + "x"),
        ("tags", [EMOJI * 51]),
    ],
)
def test_one_code_point_too_many(
    user: User, field: str, value: object
) -> None:
    """One code point more than the limit is too long."""
    refuse_field(user, field, value, "too_long")


@pytest.mark.rule("VALIDATION-9")
@pytest.mark.parametrize("length", [1999, 2000])
def test_longest_url(user: User, length: int) -> None:
    """A url may have 2000 code points."""
    url = URL + "x" * (length - len(URL))
    assert keep(user, url=url)["url"] == url


@pytest.mark.rule("VALIDATION-9")
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", {"too_short", "invalid"}),
        (URL + "x" * 1981, "too_long"),
        (URL + "é" * 1981, "too_long"),
        (URL + "x" * 20000, "too_long"),
    ],
)
def test_length_of_a_url(user: User, url: str, code: object) -> None:
    """A url of 0 or of 2001 code points is refused."""
    refuse_field(user, "url", url, code)


@pytest.mark.rule("VALIDATION-10")
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript://example.com/%0Aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.com/",
        "ws://example.com/",
        "mailto:a.example",
        "about:blank",
        "httpx://example.com/",
        "xhttp://example.com/",
        "view-source:http://example.com/",
        "//example.com/",
        "://example.com/",
        "example.com",
        "www.example.com/path",
        "/path",
        "?q",
        "http",
        "http:",
        "http:/",
        "http://",
        "https://",
        "http:example.com",
        "http:/example.com",
        "https//example.com",
        "http:///path",
        "http://?q",
        "http://#f",
        "http://:80",
        "http://:80/path",
    ],
)
def test_url_without_scheme_or_host(user: User, url: str) -> None:
    """Another scheme, or no host after `://`, is `invalid`."""
    refuse_url(user, url)


@pytest.mark.rule("VALIDATION-10")
@pytest.mark.parametrize("scheme", ["http", "https", "HTTP", "HttpS"])
def test_scheme_in_any_case(user: User, scheme: str) -> None:
    """http and https are known in any case."""
    url = scheme + "://example.com/"
    assert keep(user, url=url)["url"] == url


@pytest.mark.rule("VALIDATION-11")
@pytest.mark.parametrize(
    "url",
    [
        "http://user@example.com/",
        "http://user:word@example.com/",
        "http://@example.com/",
        "http://:@example.com/",
        "http://a@b@example.com/",
        "http://example.com:80@evil.example/",
        "http://user@example.com:80",
        "http://user@[::1]/",
        "https://example.com@evil.example?q",
        "https://example.com@evil.example#f",
    ],
)
def test_url_with_a_user(user: User, url: str) -> None:
    """An `@` in the authority is `invalid`."""
    refuse_url(user, url)


@pytest.mark.rule("VALIDATION-11", "VALIDATION-15")
@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/@user",
        "http://example.com?a@b",
        "http://example.com#a@b",
        "http://example.com/a:b@c",
    ],
)
def test_url_with_an_at_sign_elsewhere(user: User, url: str) -> None:
    """An `@` after the authority is fine."""
    assert keep(user, url=url)["url"] == url


@pytest.mark.rule("VALIDATION-12")
@pytest.mark.parametrize("character", [*WHITE, *CONTROLS, "\\"])
def test_url_with_a_forbidden_character(user: User, character: str) -> None:
    """White space, control characters and backslashes are `invalid`."""
    refuse_url(user, f"https://example.com/a{character}b")


@pytest.mark.rule("VALIDATION-12")
@pytest.mark.parametrize("character", [" ", "\n", "\x1f", "\x85", "\\"])
@pytest.mark.parametrize(
    "form",
    [
        "{}https://example.com/",
        "https://exa{}mple.com/",
        "https://example.com/?a={}b",
        "https://example.com/{}",
    ],
)
def test_a_forbidden_character_anywhere(
    user: User, form: str, character: str
) -> None:
    """At the ends and in each part: a url is not trimmed."""
    refuse_url(user, form.format(character))


@pytest.mark.rule(
    "VALIDATION-10",
    "VALIDATION-11",
    "VALIDATION-12",
    "VALIDATION-13",
    "VALIDATION-14",
)
@pytest.mark.parametrize("operation", ["replace_bookmark", "update_bookmark"])
@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "http:///path",
        "http://user@example.com/",
        " " + URL,
        URL + "\n",
        "https:\\\\a.example",
        "http://example.com:65536/",
        "http://[::1",
    ],
)
def test_change_to_a_bad_url(
    refuse: Callable[..., None], operation: str, url: str
) -> None:
    """The rules hold for changes, too."""
    body = valid(operation) | {"url": url}
    refuse(operation, body, [("url", "invalid")])


@pytest.mark.rule("VALIDATION-13")
@pytest.mark.parametrize(
    "port",
    [
        "65536",
        "99999",
        "4294967376",
        "-1",
        "-0",
        "+80",
        "80a",
        "a",
        "1e2",
        "0x50",
        "8_0",
        "80:80",
        "\uff18\uff10",
        "\u0668\u0660",
        "\u00b2",
    ],
)
@pytest.mark.parametrize("host", ["example.com", "[::1]"])
def test_url_with_a_bad_port(user: User, host: str, port: str) -> None:
    """A port other than 0 to 65535 in ASCII digits is `invalid`."""
    refuse_url(user, f"http://{host}:{port}/")


@pytest.mark.rule("VALIDATION-13", "VALIDATION-15")
@pytest.mark.parametrize("port", ["0", "1", "80", "8080", "65535"])
@pytest.mark.parametrize("host", ["example.com", "[::1]", "127.0.0.1"])
def test_url_with_a_port(user: User, host: str, port: str) -> None:
    """0 to 65535 are ports."""
    url = f"http://{host}:{port}"
    assert keep(user, url=url)["url"] == url


@pytest.mark.rule("VALIDATION-14")
@pytest.mark.parametrize(
    "url",
    [
        "http://[",
        "http://]",
        "http://[::1/path",
        "https://exa]mple.com/",
        "http://example.com\uff1a80/",
        "http://a\u2048b/",
    ],
)
def test_url_that_cannot_be_parsed(user: User, url: str) -> None:
    """Brackets hold an IPv6 address, and NFKC makes no delimiter."""
    refuse_url(user, url)


@pytest.mark.rule(
    "VALIDATION-10",
    "VALIDATION-11",
    "VALIDATION-12",
    "VALIDATION-13",
    "VALIDATION-14",
)
@pytest.mark.parametrize("url", BAD_URLS)
def test_what_is_no_url(user: User, url: str) -> None:
    """What the grammar of a URL does not allow is `invalid`."""
    refuse_url(user, url)


@pytest.mark.rule("VALIDATION-15")
@pytest.mark.parametrize(
    "url",
    [
        *GOOD_URLS,
        "http://EXAMPLE.com:80/",
        "HTTPS://Example.COM/Path",
        "http://example.com?",
        "http://example.com/?",
        "http://example.com/#",
        "http://example.com/a/../b/./c",
        "http://example.com//a//b",
        "http://example.com/%7e%7E%zz%",
        "http://example.com/?a=1&a=2&;b",
        "http://example.com/?q=<script>'\"",
        "http://example.com/{}|^`",
        "http://example.com/(a),b;c",
        "http://example.com/caf\u00e9",
        "http://example.com/cafe\u0301",
        "http://example.com/\u00e9?\u00fc#\u4e2d",
        "https://例え.テスト/パス",
        "https://xn--r8jz45g.xn--zckzah/",
        "https://" + EMOJI + ".example/",
        "http://localhost",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://a_b.example/",
        "http://-x-.example/",
        "http://example.com./",
    ],
)
def test_url_is_kept(user: User, url: str) -> None:
    """A url that is accepted is kept exactly as sent."""
    assert keep(user, url=url)["url"] == url


@pytest.mark.rule("VALIDATION-15")
@pytest.mark.parametrize("operation", ["replace_bookmark", "update_bookmark"])
def test_changed_url_is_kept(user: User, operation: str) -> None:
    """A change keeps a url as sent, too."""
    number = user.bookmark()["id"]
    url = f"HTTP://EXAMPLE.com:80/%7e/../é{unique()}"
    body = {"url": url, "title": "A title"}
    answer = user.request(operation, json=body, id=number, expect=200)
    expect.bookmark(answer.json(), url=url)


@pytest.mark.rule("VALIDATION-16")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        *PAIRS["trimmed"],
        ("\u200b", "\u200b"),
        ("t" * 300, "t" * 300),
        (" " + "t" * 300 + " ", "t" * 300),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("Á ﬁ ß I", "Á ﬁ ß I"),
    ],
)
def test_title_is_trimmed(user: User, sent: str, kept: str) -> None:
    """A title is kept trimmed, and otherwise as sent."""
    made = keep(user, title=sent)
    assert made["title"] == kept
    user.request(
        "update_bookmark", id=made["id"], json={"title": "-"}, expect=200
    )
    answer = user.request(
        "update_bookmark", id=made["id"], json={"title": sent}, expect=200
    )
    expect.bookmark(answer.json(), title=kept)


@pytest.mark.rule("VALIDATION-16")
@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("", "too_short"),
        (" ", "too_short"),
        ("\t\n", "too_short"),
        ("\u2003\xa0\u3000\x85", "too_short"),
        ("t" * 301, "too_long"),
        (" " + "t" * 301, "too_long"),
        ("t " * 200, "too_long"),
    ],
)
def test_length_of_a_title(user: User, title: str, code: str) -> None:
    """A title of 0 or 301 code points after trimming is refused."""
    refuse_field(user, "title", title, code)


@pytest.mark.rule("VALIDATION-17")
@pytest.mark.parametrize(
    "notes",
    ["", " ", "\n", "  x\r\n\ty  ", "n" * 1000, " " * 1000, "\u200b\x01"],
)
def test_notes_are_kept(user: User, notes: str) -> None:
    """Notes have up to 1000 code points and are kept as sent."""
    assert keep(user, notes=notes)["notes"] == notes


@pytest.mark.rule("VALIDATION-17", "VALIDATION-18")
def test_optional_fields_have_defaults(user: User) -> None:
    """Notes and tags are empty when they are not given."""
    made = keep(user)
    assert made["notes"] == ""
    assert made["tags"] == []


@pytest.mark.rule("VALIDATION-17")
@pytest.mark.parametrize("notes", ["n" * 1001, " " * 1001, "é" * 20000])
def test_length_of_notes(user: User, notes: str) -> None:
    """Notes of 1001 code points are refused, also blank ones."""
    refuse_field(user, "notes", notes, "too_long")


@pytest.mark.rule("VALIDATION-18")
@pytest.mark.parametrize("count", [0, 1, 19, 20])
def test_number_of_tags(user: User, count: int) -> None:
    """Up to 20 tags are kept."""
    tags = [f"tag {number:02}" for number in range(count)]
    assert keep(user, tags=tags)["tags"] == tags


@pytest.mark.rule("VALIDATION-18")
@pytest.mark.parametrize(
    "tags",
    [
        [f"tag {number}" for number in range(21)],
        ["same"] * 21,
        [f"tag {number}" for number in range(2000)],
    ],
    ids=["21", "duplicates", "2000"],
)
def test_too_many_tags(user: User, tags: list[str]) -> None:
    """More than 20 tags as sent are refused, duplicates counted."""
    refuse_field(user, "tags", tags, "too_many")


@pytest.mark.rule("VALIDATION-19")
@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("", "too_short"),
        (" ", "too_short"),
        ("\u3000\t", "too_short"),
        ("x" * 51, "too_long"),
        (" " + "x" * 51 + " ", "too_long"),
        ("ß" * 26, "too_long"),
        ("\ufb03" * 17, "too_long"),
        ("e\u0301" * 51, "too_long"),
        (",", "invalid"),
        ("a,b", "invalid"),
        ("a,", "invalid"),
        (" ,a", "invalid"),
    ],
)
def test_form_of_a_tag(user: User, tag: str, code: str) -> None:
    """A tag has 1 to 50 code points after folding, and no comma."""
    refuse_field(user, "tags", ["fine", tag], code)


@pytest.mark.rule("VALIDATION-19")
@pytest.mark.parametrize(
    ("tag", "kept"),
    [
        ("x" * 50, "x" * 50),
        ("  " + "x" * 50 + "\n", "x" * 50),
        ("ß" * 25, "ss" * 25),
        ("\ufb03" * 16, "ffi" * 16),
        ("e\u0301" * 50, "\u00e9" * 50),
        ("\u0390" * 50, "\u0390" * 50),
        ("a;b/c?d#e&f", "a;b/c?d#e&f"),
        ("\uff0c", "\uff0c"),
        ("<i>", "<i>"),
        ("'; drop table tags; --", "'; drop table tags; --"),
    ],
)
def test_longest_tag(user: User, tag: str, kept: str) -> None:
    """Length is counted after trimming, folding and composing."""
    assert keep(user, tags=[tag])["tags"] == [kept]


@pytest.mark.rule("VALIDATION-20")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        *PAIRS["sorted"],
        *(([sent], [kept]) for sent, kept in PAIRS["trimmed"]),
        *(([sent], [kept]) for sent, kept in PAIRS["folded"]),
        ([" x ", "X", "x\n"], ["x"]),
        (["STRASSE", "straße", "Straẞe"], ["strasse"]),
        (["Σ", "ς", "σ"], ["σ"]),
        (["e\u0301", "\u00c9", "\u00e9"], ["\u00e9"]),
    ],
)
def test_tags_are_normalised(
    user: User, sent: list[str], kept: list[str]
) -> None:
    """Tags are trimmed, folded, in NFC, without duplicates, in order."""
    assert keep(user, tags=sent)["tags"] == kept
    number = user.bookmark(tags=["old"])["id"]
    body = {"tags": sent}
    answer = user.request("update_bookmark", id=number, json=body, expect=200)
    expect.bookmark(answer.json(), tags=kept)


@pytest.mark.rule("VALIDATION-21")
@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("page=0", [("page", "too_small")]),
        ("page=1000000001", [("page", "too_large")]),
        ("page=" + "9" * 30, [("page", "too_large")]),
        ("page=1%00", [("page", {"type", "invalid"})]),
        ("page=-1", [("page", {"type", "too_small"})]),
        ("page=1.5", [("page", "type")]),
        ("page=0x1", [("page", "type")]),
        ("page=one", [("page", "type")]),
        ("page=true", [("page", "type")]),
        ("per_page=0", [("per_page", "too_small")]),
        ("per_page=101", [("per_page", "too_large")]),
        ("per_page=9223372036854775808", [("per_page", "too_large")]),
        ("per_page=-20", [("per_page", {"type", "too_small"})]),
        ("per_page=%C2%B2", [("per_page", "type")]),
        ("tag=" + "x" * 51, [("tag", "too_long")]),
        ("tag=a%2Cb", [("tag", "invalid")]),
        ("tag=a&tag=b%2Cc", [("tag", "invalid")]),
        ("q=" + "x" * 201, [("q", "too_long")]),
        ("sort=title", [("sort", "invalid")]),
        ("sort=-title", [("sort", "invalid")]),
        ("sort=Created_at", [("sort", "invalid")]),
        ("sort=created_at%20desc", [("sort", "invalid")]),
        ("sort=created_at%2Cid", [("sort", "invalid")]),
        (
            "sort=x&q=" + "x" * 201 + "&tag=a%2C&per_page=0&page=x",
            [
                ("page", "type"),
                ("per_page", "too_small"),
                ("tag", "invalid"),
                ("q", "too_long"),
                ("sort", "invalid"),
            ],
        ),
    ],
)
def test_query_parameters(user: User, query: str, errors: Pairs) -> None:
    """A parameter that breaks its rule: 422 with the same codes."""
    answer = user.request("GET", f"/api/bookmarks?{query}", expect=422)
    expect.problem(answer, 422, errors)


@pytest.mark.rule("VALIDATION-21")
@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("page=0", [("page", "too_small")]),
        ("per_page=101", [("per_page", "too_large")]),
        ("per_page=x&page=x", [("page", "type"), ("per_page", "type")]),
    ],
)
def test_query_parameters_of_list_users(
    admin: User, query: str, errors: Pairs
) -> None:
    """The same holds for the list of accounts."""
    answer = admin.request("GET", f"/api/users?{query}", expect=422)
    expect.problem(answer, 422, errors)


@pytest.mark.rule("VALIDATION-4", "VALIDATION-5", "VALIDATION-6")
def test_register_user_stores_nothing_invalid(client: Client) -> None:
    """A name that was refused together with a bad password is free."""
    body = {"username": unique(), "password": 12345678}
    client.request("register_user", json=body, expect=422)
    body["password"] = PASSWORD
    client.request("register_user", json=body, expect=201)
