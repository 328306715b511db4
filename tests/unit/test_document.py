"""The reader of pages, on good and on bad documents."""

import pytest

from tests.support import document, report

PAGE = """<!doctype html>
<html lang="en"><head><title>T</title></head><body>
<h1>One</h1>
<form method="post" action="/x">
<input type="hidden" name="csrf" value="a&amp;b">
<label for="t">T</label><input id="t" name="t" value='"q"'>
<label for="n">N</label><textarea id="n" name="n">

two &lt;b&gt;
</textarea>
<button>Go</button>
</form>
</body></html>"""
REFERENCES = sorted((report.SPEC / "pages").glob("*.html"))


def with_body(body: str) -> str:
    """Write a page around a body."""
    return (
        '<!doctype html><html lang="en"><head><title>T</title></head>'
        f"<body><h1>One</h1>{body}</body></html>"
    )


def test_parse_reads_elements_attributes_and_text() -> None:
    """Entities are decoded, and a textarea drops one line break."""
    page = document.parse(PAGE)
    assert page.get("lang") == "en"
    assert page.one("h1").text == "One"
    assert page.one("input", name="t").value == '"q"'
    assert page.one("textarea").value == "\ntwo <b>\n"


def test_parse_makes_one_line_break_of_all() -> None:
    """CRLF and CR are LF to a browser."""
    page = document.parse(with_body("<p>a\r\nb\rc</p>"))
    assert page.one("p").text == "a\nb\nc"


@pytest.mark.parametrize(
    "page",
    [
        "",
        "text",
        "<html></html>",
        "<p>x</p><!doctype html><html></html>",
        "<!doctype html><!doctype html><html></html>",
        "<!doctype html PUBLIC 'x'><html></html>",
        "<!doctype html><html>",
        "<!doctype html><html></html><p></p>",
        "<!doctype html><html></html>text",
        "text<!doctype html><html></html>",
        with_body("<p>"),
        with_body("</p>"),
        with_body("<b><i></b></i>"),
        with_body("<div/>"),
        with_body("</br>"),
        with_body("<p id=a id=b></p>"),
    ],
)
def test_parse_refuses_what_is_malformed(page: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(document.MalformedPageError):
        document.parse(page)


def test_faults_finds_none_in_a_good_page() -> None:
    """A page that keeps the rule has no faults."""
    assert document.faults(document.parse(PAGE)) == []


@pytest.mark.parametrize("file", REFERENCES, ids=lambda file: file.stem)
def test_references_are_good_pages(file: object) -> None:
    """Each document of the spec is well-formed and keeps the rule."""
    page = document.parse(file.read_text("utf-8"))
    assert document.faults(page) == []
    assert document.outline(page)
    assert page.one("title").text == f"{page.one('h1').text} · Shelf"


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Two</h1>",
        "<script></script>",
        "<style></style>",
        '<p style="color: red"></p>',
        '<p onclick="x()"></p>',
        '<a href="javascript:x()">x</a>',
        '<a href=" java&#10;script:x()">x</a>',
        '<form action="data:text/html,x"></form>',
        '<input name="a">',
        '<input name="a" id="a">',
        '<label for="a"></label><input name="a" id="a">',
        '<textarea name="a"></textarea>',
        '<p id="a"></p><p id="a"></p>',
    ],
)
def test_faults_finds_each(body: str) -> None:
    """Each way to break the rule is found."""
    assert len(document.faults(document.parse(with_body(body)))) == 1


@pytest.mark.parametrize(
    "page",
    [
        PAGE.replace('lang="en"', ""),
        PAGE.replace("<title>T</title>", ""),
        PAGE.replace("<title>T</title>", "<title> </title>"),
        PAGE.replace("<h1>One</h1>", ""),
        PAGE.replace("<h1>One</h1>", "<h1></h1>"),
    ],
)
def test_faults_finds_what_is_missing(page: str) -> None:
    """A page without language, title or heading is found."""
    assert len(document.faults(document.parse(page))) == 1


def test_form_to_wants_exactly_one_form_that_posts() -> None:
    """No form, two forms and a form that gets are no answer."""
    form = '<form method="post" action="/x"></form>'
    page = document.parse(with_body(form))
    assert document.form_to(page, "/x").name == "form"
    for body in ("", form + form, '<form action="/x"></form>'):
        with pytest.raises(AssertionError):
            document.form_to(document.parse(with_body(body)), "/x")


def test_hidden_of_gives_hidden_fields_alone() -> None:
    """The other fields are not among them."""
    form = document.form_to(document.parse(PAGE), "/x")
    assert document.hidden_of(form) == {"csrf": "a&b"}


def test_filled_sends_all_fields_of_the_form() -> None:
    """Values replace what is there; line breaks are those of forms."""
    form = document.form_to(document.parse(PAGE), "/x")
    assert document.filled(form, t="new") == [
        ("csrf", "a&b"),
        ("t", "new"),
        ("n", "\r\ntwo <b>\r\n"),
    ]


def test_filled_refuses_a_field_that_the_form_lacks() -> None:
    """A test cannot send by mistake what no browser would."""
    form = document.form_to(document.parse(PAGE), "/x")
    with pytest.raises(AssertionError, match="zzz"):
        document.filled(form, zzz="1")


def test_field_finds_what_is_seen() -> None:
    """A hidden field of the same name is not meant."""
    page = document.parse(PAGE)
    assert document.field(page, "n").name == "textarea"
    for name in ("csrf", "absent"):
        with pytest.raises(AssertionError):
            document.field(page, name)


FAULT = """<input id="a" name="a" {}>
<span class="help" id="a_help">Help</span>
<span class="error" id="a_error">Wrong.</span>"""


MARKS = 'aria-invalid="true" aria-describedby="a_help a_error"'
OTHER_MARKS = 'aria-invalid="true" aria-describedby="b_error b_help"'


def test_messages_follows_the_description() -> None:
    """The message is that which the field names."""
    page = document.parse(with_body(FAULT.format(MARKS)))
    assert document.messages(page) == {"a": "Wrong."}
    page = document.parse(with_body(FAULT.format("")))
    assert document.messages(page) == {}


@pytest.mark.parametrize(
    "marks",
    [
        'aria-invalid="true"',
        'aria-invalid="true" aria-describedby="a_help"',
        'aria-invalid="true" aria-describedby="elsewhere"',
    ],
)
def test_messages_wants_a_message_for_each_mark(marks: str) -> None:
    """A field that is marked names an element with words in it."""
    with pytest.raises(AssertionError, match="no message"):
        document.messages(document.parse(with_body(FAULT.format(marks))))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ('<p id="a" class="b">x</p>', '<p class="b" id="a">x</p>'),
        ("<p>x  y\n</p>", "<p> x\ny</p>"),
        ("<p>x</p>", '<input type="hidden" name="h" value="1"><p>x</p>'),
        ('<a href="/?q=1&amp;tag=2">x</a>', '<a href="/?tag=2&amp;q=1">x</a>'),
        ('<a href="/?q=a+b">x</a>', '<a href="/?q=a%20b">x</a>'),
        ('<a href="/?">x</a>', '<a href="/">x</a>'),
        (
            '<a href="/x?next=/%3Fq=1%26tag=2">x</a>',
            '<a href="/x?next=%2F%3Ftag%3D2%26q%3D1">x</a>',
        ),
        ('<input id="a" value="">', '<input id="a">'),
        ("<input required>", "<input maxlength=5 autofocus>"),
        (
            '<label for="a">A</label><input id="a" name="a">',
            '<label for="b">A</label><input id="b" name="a">',
        ),
        ("<textarea>\nx</textarea>", '<textarea rows="3">x</textarea>'),
        (FAULT.format(MARKS), FAULT.replace("a_", "b_").format(OTHER_MARKS)),
        ("<p>Served by Flask</p>", "<p>Served by  the moon</p>"),
        ("<p>&amp;</p>", "<p>&#38;</p>"),
        ('<p class="error">one</p>', '<p class="error">two</p>'),
    ],
)
def test_outline_does_not_see(one: str, two: str) -> None:
    """What PAGES-13 sets apart makes no difference."""
    outlines = [
        document.outline(document.parse(with_body(b))) for b in (one, two)
    ]
    assert outlines[0] == outlines[1]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("<p>x</p>", "<div>x</div>"),
        ("<p>x</p>", "<p>y</p>"),
        ("<p>xy</p>", "<p>x y</p>"),
        ("<p>x</p>", "<p>x</p><p></p>"),
        ("<p>x</p>", '<p class="a">x</p>'),
        ("<p>Served by Flask</p>", "<p>Served by</p>"),
        ("<p>Not Served by Flask</p>", "<p>Not Served by x</p>"),
        (FAULT.format(MARKS), FAULT.format('aria-describedby="a_help"')),
        (FAULT.format(MARKS), FAULT.format("")),
        ('<input name="a">', '<input name="b">'),
        ('<input type="text">', '<input type="password">'),
        ('<a href="/x?next=/">x</a>', '<a href="/x?next=/import">x</a>'),
        ('<form action="/x"></form>', '<form action="/y"></form>'),
        ('<p class="error">x</p>', ""),
        ('<a href="/?q=1">x</a>', '<a href="/?q=1&amp;q=1">x</a>'),
        ('<a href="/?q=1">x</a>', '<a href="/?q=1&amp;tag=">x</a>'),
        ("<b>x</b><i></i>", "<b>x<i></i></b>"),
        ("<textarea>x </textarea>", "<textarea>x</textarea>"),
        ('<input type="text">', '<input type="hidden">'),
    ],
)
def test_outline_sees(one: str, two: str) -> None:
    """Everything else does."""
    outlines = [
        document.outline(document.parse(with_body(b))) for b in (one, two)
    ]
    assert outlines[0] != outlines[1]
