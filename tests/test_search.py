"""Search: finding text, and keeping it text."""

from collections.abc import Iterator

import pytest

from tests.support import expect
from tests.support.client import User, register, unique, unique_url
from tests.support.pairs import PAIRS
from tests.support.servers import Server

INJECTIONS = [
    "' OR '1'='1",
    "' OR 1=1 --",
    "'; DROP TABLE bookmarks; --",
    '" OR ""="',
    "') OR ('1'='1",
    "1); DELETE FROM users; --",
    "' UNION SELECT username, password FROM users --",
    "%' OR '%'='",
    "\\' OR 1=1 --",
    "$1",
    "?",
    ":user_id",
    "%s",
    "%(user)s",
    "{0}",
    "'||(SELECT password FROM users LIMIT 1)||'",
]


def shelf(server: Server, *marks: dict) -> tuple[User, list[int]]:
    """Register an account with bookmarks that nobody changes."""
    owner = register(server.url)
    return owner, [owner.bookmark(**mark)["id"] for mark in marks]


@pytest.fixture(scope="module")
def phrases(server: Server) -> Iterator[tuple[User, list[int]]]:
    """Give an account with words in several orders."""
    owner, ids = shelf(
        server,
        {"title": "red green", "notes": "blue", "tags": ["tagged"]},
        {"title": "green red"},
        {"title": "x", "notes": "a green"},
        {"title": "one", "url": "https://example.com/end", "notes": "two"},
    )
    yield owner, ids
    owner.client.close()


@pytest.fixture(scope="module")
def wild(server: Server) -> Iterator[tuple[User, list[int]]]:
    """Give an account with titles like patterns."""
    titles = ["100% a", "a_c", "a\\c", "abc", "[a-c]", "a%c"]
    marks = [
        {"url": f"http://e.example/{n}", "title": title}
        for n, title in enumerate(titles)
    ]
    owner, ids = shelf(server, *marks)
    yield owner, ids
    owner.client.close()


@pytest.fixture(scope="module")
def injected(server: Server) -> Iterator[tuple[User, dict[str, int]]]:
    """Give an account with SQL in its bookmarks, as another has, too."""
    marks = [
        {
            "url": f"https://e.example/{n}",
            "title": f"has {text}",
            "notes": text,
            "tags": [text.replace(",", "")],
        }
        for n, text in enumerate(INJECTIONS)
    ]
    other, _ = shelf(server, *marks)
    plain = {"title": "plain", "tags": ["plain"], "url": "https://e.e/"}
    owner, ids = shelf(server, plain, *marks)
    yield owner, dict(zip(INJECTIONS, ids[1:], strict=True))
    owner.client.close()
    other.client.close()


def found(user: User, **params: object) -> list[int]:
    """Return the ids that a list with these parameters shows, in order."""
    params = {"sort": "created_at", **params}
    body = user.request("list_bookmarks", params=params, expect=200).json()
    assert body["total"] == len(expect.page(body))
    return [item["id"] for item in body["items"]]


@pytest.mark.rule("SEARCH-1")
@pytest.mark.parametrize("field", ["title", "url", "notes"])
@pytest.mark.parametrize("form", ["{0}", "a{0}", "{0}b", "a {0} b", "x{0}.y"])
def test_q_looks_into_title_url_and_notes(
    someone: User, field: str, form: str
) -> None:
    """`q` keeps bookmarks whose title, url or notes contain it."""
    word = unique()
    text = form.format(word)
    url = "https://example.com/" + text.replace(" ", "-")
    value = {"title": text, "url": url, "notes": text}[field]
    someone.bookmark()
    made = someone.bookmark(**{field: value})
    assert found(someone, q=word) == [made["id"]]


@pytest.mark.rule("SEARCH-1")
@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("red green", [0]),
        ("d g", [0]),
        ("green red", [1]),
        ("red", [0, 1]),
        ("red  green", []),
        ("redgreen", []),
        ("green, red", []),
        (" green", [0, 2]),
        ("red green blue", []),
        ("tagged", []),
    ],
)
def test_q_is_one_phrase(
    phrases: tuple[User, list[int]], q: str, wanted: list[int]
) -> None:
    """`q` is one phrase in one field; tags are not searched."""
    user, ids = phrases
    assert found(user, q=q) == [ids[number] for number in wanted]


@pytest.mark.rule("SEARCH-1", "SEARCH-8")
@pytest.mark.parametrize(
    "q", ["onehttps", "one https", "oneh", "/two", "endtwo", "end two"]
)
def test_q_is_not_found_across_fields(
    phrases: tuple[User, list[int]], q: str
) -> None:
    """A phrase stands in one field, not in two that touch."""
    assert found(phrases[0], q=q) == []


@pytest.mark.rule("SEARCH-8")
@pytest.mark.parametrize(
    "separator",
    ["\x1f", "\x1e", "\x1c", "\x01", "\n", "\t", "\x85", "\u2028", "\ufffd"],
    ids=ascii,
)
def test_no_character_leads_from_field_to_field(
    phrases: tuple[User, list[int]], separator: str
) -> None:
    """Whatever keeps the fields apart can be searched for."""
    user, ids = phrases
    for start, end in [("one", "https"), ("/end", "two"), ("d", "t")]:
        assert found(user, q=start + separator + end) == []
    made = user.bookmark(notes=f"left{separator}right")
    assert found(user, q=f"LEFT{separator}right") == [made["id"]]
    user.request("delete_bookmark", id=made["id"], expect=204)


@pytest.mark.rule("SEARCH-9")
@pytest.mark.parametrize("letter", ["\ufffd", "\ufffe", "\uffff"], ids=ascii)
def test_strange_characters_mean_themselves(user: User, letter: str) -> None:
    """U+FFFD, U+FFFE and U+FFFF stand for no other character."""
    made = user.bookmark(title=f"a{letter}b")
    for other in {"x", "\ufffc", "\ufffd", "\ufffe", "\uffff"} - {letter}:
        user.bookmark(title=f"a{other}b")
    assert found(user, q=letter) == [made["id"]]
    assert found(user, q=f"a{letter}b") == [made["id"]]


@pytest.mark.rule("SEARCH-2")
@pytest.mark.parametrize(
    ("text", "q"),
    [
        *PAIRS["folded"],
        *((kept, sent) for sent, kept in PAIRS["folded"]),
        ("Café", "CAFÉ"),
        ("Ǆ", "ǆ"),
        ("µ", "μ"),
    ],
)
def test_q_is_compared_folded(someone: User, text: str, q: str) -> None:
    """`q` and the text are compared folded."""
    word = unique()
    someone.bookmark(title=f"{word} cafe strase x")
    by_title = someone.bookmark(title=f"The {word} {text}")
    by_notes = someone.bookmark(notes=f"{word} {text}!")
    wanted = [by_title["id"], by_notes["id"]]
    assert found(someone, q=f"{word} {q}") == wanted


@pytest.mark.rule("SEARCH-2")
@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("é", "e"),
        ("e\u0301", "e"),
        ("cafe", "café"),
        ("ı", "i̇"),
        ("\u00b2", "2"),
    ],
)
def test_q_keeps_different_letters_apart(
    user: User, text: str, q: str
) -> None:
    """No accent is dropped, and compatible is not the same."""
    user.bookmark(url="https://xx.xx/", title=text)
    assert found(user, q=q) == []


@pytest.mark.rule("SEARCH-2")
def test_q_finds_the_text_as_it_is_now(user: User) -> None:
    """A change of the text changes what is found."""
    old, new = unique(), unique()
    made = user.bookmark(title=old)
    user.request(
        "update_bookmark", id=made["id"], json={"title": new}, expect=200
    )
    assert found(user, q=old) == []
    assert found(user, q=new.upper()) == [made["id"]]
    sent = {"url": unique_url(), "title": "T", "notes": old.upper()}
    user.request("replace_bookmark", id=made["id"], json=sent, expect=200)
    assert found(user, q=new) == []
    assert found(user, q=old) == [made["id"]]


@pytest.mark.rule("SEARCH-3")
@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("%", [0, 5]),
        ("_", [1]),
        ("\\", [2]),
        ("100%", [0]),
        ("a_c", [1]),
        ("a\\c", [2]),
        ("a%c", [5]),
        ("\\%", []),
        ("\\_", []),
        ("%%", []),
        ("a__", []),
        ("*", []),
        ("a?c", []),
        ("[a-c]", [4]),
        ("^", []),
        (".", [0, 1, 2, 3, 4, 5]),
        (".*", []),
    ],
)
def test_wildcards_mean_themselves(
    wild: tuple[User, list[int]], q: str, wanted: list[int]
) -> None:
    """`%`, `_` and `\\` in `q` mean themselves, and so does the rest."""
    user, ids = wild
    assert found(user, q=q) == [ids[number] for number in wanted]


@pytest.mark.rule("SEARCH-4")
@pytest.mark.parametrize("letter", ["a", "é", "😀"])
def test_q_has_at_most_200_code_points(user: User, letter: str) -> None:
    """`q` of 200 code points is searched, a longer one answers 422."""
    made = user.bookmark(title=letter * 201)
    assert found(user, q=letter * 200) == [made["id"]]
    answer = user.request(
        "list_bookmarks", params={"q": letter * 201}, expect=422
    )
    expect.problem(answer, 422, [("q", "too_long")])


@pytest.mark.rule("SEARCH-4", "VALIDATION-21")
@pytest.mark.parametrize("q", ["\0", "a\0", "\0a"])
def test_q_with_a_nul_is_refused(someone: User, q: str) -> None:
    """A NUL in `q` answers 422."""
    answer = someone.request("list_bookmarks", params={"q": q}, expect=422)
    expect.problem(answer, 422, [("q", "invalid")])


@pytest.mark.rule("SEARCH-5")
@pytest.mark.parametrize(
    "params",
    [{"q": ""}, {"tag": ""}, {"q": "", "tag": ""}, {"tag": ["", ""]}],
)
def test_empty_filters_are_as_if_not_given(user: User, params: dict) -> None:
    """An empty `q` or `tag` is as if it was not given."""
    made = [user.bookmark(tags=["a"]), user.bookmark()]
    assert found(user, **params) == [item["id"] for item in made]


@pytest.mark.rule("SEARCH-6")
@pytest.mark.parametrize("text", INJECTIONS)
def test_sql_in_a_filter_is_text(
    injected: tuple[User, dict[str, int]], text: str
) -> None:
    """SQL in `q` and `tag` finds what contains it, and nothing else."""
    user, ids = injected
    holding = [ids[one] for one in ids if text.casefold() in one.casefold()]
    assert found(user, q=text) == holding
    assert found(user, tag=text.replace(",", "")) == [ids[text]]
    shown = user.request("show_bookmark", id=ids[text], expect=200).json()
    expect.bookmark(shown, title=f"has {text}", notes=text)


@pytest.mark.rule("SEARCH-6")
@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("name", ["sort", "page", "per_page"])
def test_sql_in_a_number_or_an_order_is_refused(
    someone: User, name: str, text: str
) -> None:
    """SQL where a number or a name is wanted answers 422."""
    answer = someone.request("list_bookmarks", params={name: text}, expect=422)
    expect.problem(answer, 422, [(name, {"type", "invalid"})])


@pytest.mark.rule("SEARCH-6")
@pytest.mark.parametrize("texts", [INJECTIONS[:8], INJECTIONS[8:]])
def test_sql_in_a_sign_in_is_text(user: User, texts: list[str]) -> None:
    """SQL in a name or a password signs nobody in."""
    sent = [(text, user.password) for text in texts]
    for name, password in [*sent, *((user.username, one) for one in texts)]:
        user.request(
            "create_token",
            json={"username": name, "password": password},
            headers={"Authorization": None},
            expect=401,
        )


@pytest.mark.rule("SEARCH-7")
def test_filters_order_and_pages_work_together(user: User) -> None:
    """`total` counts what passes all filters, over all pages."""
    word = unique()
    hits = [
        user.bookmark(title=f"{word} {n}", tags=["a", "b"])["id"]
        for n in range(5)
    ]
    user.bookmark(title=word, tags=["a"])
    user.bookmark(title="x", tags=["a", "b"])
    params = {
        "q": word.upper(),
        "tag": ["a", "B"],
        "sort": "created_at",
        "per_page": 2,
    }
    pages = []
    for number in (1, 2, 3, 4):
        answer = user.request(
            "list_bookmarks", params={**params, "page": number}, expect=200
        )
        items = expect.page(answer.json(), page=number, per_page=2, total=5)
        pages.append([item["id"] for item in items])
    assert pages == [hits[:2], hits[2:4], hits[4:], []]
    answer = user.request(
        "list_bookmarks",
        params={**params, "sort": "-created_at", "per_page": 5},
        expect=200,
    )
    items = expect.page(answer.json(), page=1, per_page=5, total=5)
    assert [item["id"] for item in items] == hits[::-1]


@pytest.mark.rule("SEARCH-7", "PERMISSIONS-3")
def test_q_never_finds_what_is_anothers(user: User, other: User) -> None:
    """A search shows nothing of another account."""
    word = unique()
    other.bookmark(title=word, notes=word, tags=[word])
    assert found(user, q=word) == []
    assert found(user, q=word, tag=word) == []
