"""Read a page strictly, as a tree of elements, and judge its form."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urlsplit

# What a framework may add to a field or leave out (PAGES-13).
FREE = {
    "accept",
    "autocapitalize",
    "autocomplete",
    "autocorrect",
    "autofocus",
    "cols",
    "for",
    "id",
    "max",
    "maxlength",
    "min",
    "minlength",
    "pattern",
    "required",
    "rows",
    "size",
    "spellcheck",
    "step",
    "title",
    "value",
}
VOID = {"base", "br", "hr", "img", "input", "link", "meta", "source", "wbr"}
FIELDS = {"input", "select", "textarea"}
UNSEEN = {"hidden", "submit", "button"}
Pairs = list[tuple[str, str]]


class MalformedPageError(AssertionError):
    """Says why a text is no well-formed page."""


class Element:
    """Hold one element with its attributes and children."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        """Start without children."""
        self.name = name
        self.attributes = attributes
        self.children: list[Element | str] = []

    def walk(self) -> Iterator["Element"]:
        """Give this element and all below it, in their order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, name: str = "", /, **attributes: str) -> list["Element"]:
        """List the elements with a name and attributes; `class_` too."""
        wanted = {
            key.rstrip("_").replace("_", "-"): value
            for key, value in attributes.items()
        }
        return [
            element
            for element in self.walk()
            if name in ("", element.name)
            and wanted.items() <= element.attributes.items()
        ]

    def one(self, name: str = "", /, **attributes: str) -> "Element":
        """Return the only such element."""
        found = self.all(name, **attributes)
        assert len(found) == 1, f"{len(found)} × {name} {attributes}"
        return found[0]

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute."""
        return self.attributes.get(name, default)

    @property
    def text(self) -> str:
        """Return all text, white space as it is."""
        return "".join(
            child if isinstance(child, str) else child.text
            for child in self.children
        )

    @property
    def value(self) -> str:
        """Return what a field holds."""
        return self.text if self.name == "textarea" else self.get("value")


class Reader(HTMLParser):
    """Build the tree; refuse what a browser would have to guess."""

    def __init__(self) -> None:
        """Start with a root that is no element of the page."""
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]
        self.declared = False

    def handle_decl(self, decl: str) -> None:
        """Take the doctype, once, before everything else."""
        if decl.lower() != "doctype html" or self.declared:
            raise MalformedPageError(f"<!{decl}>")
        if self.root.children:
            raise MalformedPageError("the doctype does not come first")
        self.declared = True

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        """Open an element, unless it never has content."""
        attributes = {name: value or "" for name, value in attrs}
        if len(attributes) != len(attrs):
            raise MalformedPageError(f"<{tag}>: an attribute stands twice")
        element = Element(tag, attributes)
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        """Take `<br/>`; `<div/>` would stay open in a browser."""
        if tag not in VOID:
            raise MalformedPageError(f"<{tag}/>")
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which has to be this one."""
        if len(self.open) == 1 or self.open[-1].name != tag:
            raise MalformedPageError(f"</{tag}> in <{self.open[-1].name}>")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        """Keep text; outside of the document there is none."""
        if len(self.open) == 1:
            if data.strip():
                raise MalformedPageError(f"text outside: {data[:50]!r}")
            return
        self.open[-1].children.append(data)


def parse(page: str) -> Element:
    """Read a page and return its `html` element."""
    reader = Reader()
    reader.feed(page.replace("\r\n", "\n").replace("\r", "\n"))
    reader.close()
    if not reader.declared:
        raise MalformedPageError("no doctype")
    if len(reader.open) > 1:
        raise MalformedPageError(f"<{reader.open[-1].name}> stays open")
    names = [child.name for child in reader.root.children]
    if names != ["html"]:
        raise MalformedPageError(f"not one html element: {names}")
    for element in reader.root.all("textarea"):
        drop_first_line_break(element)
    return reader.root.children[0]


def drop_first_line_break(textarea: Element) -> None:
    """Drop the line break that HTML ignores after the start tag."""
    text = "".join(
        child for child in textarea.children if isinstance(child, str)
    )
    if len(text) == len(textarea.text):
        textarea.children = [text.removeprefix("\n")]


def read(response: object) -> Element:
    """Read the page in a response: HTML in UTF-8."""
    kind = response.headers.get("content-type", "")
    assert re.fullmatch(r'(?i)text/html\s*;\s*charset="?utf-8"?', kind), kind
    return parse(response.content.decode("utf-8"))


def faults(page: Element) -> list[str]:
    """Name what breaks the rule for every page (PAGES-1)."""
    found = []
    if not page.get("lang"):
        found.append("no lang")
    if [title.text.strip() for title in page.all("title")] in ([], [""]):
        found.append("no title")
    if len(page.all("h1")) != 1 or not page.one("h1").text.strip():
        found.append("not one h1")
    ids = [e.get("id") for e in page.walk() if "id" in e.attributes]
    found += [f"id {i!r} twice" for i in sorted(set(ids)) if ids.count(i) > 1]
    for element in page.walk():
        found += element_faults(page, element)
    return found


def element_faults(page: Element, element: Element) -> list[str]:
    """Name what one element must not be or lack."""
    found = []
    if element.name in ("script", "style"):
        found.append(f"<{element.name}>")
    for name, value in element.attributes.items():
        if name == "style" or name.startswith("on"):
            found.append(f"{element.name} has {name}")
        if name in ("href", "src", "action") and is_code(value):
            found.append(f"{name} {value!r}")
    if is_seen(element) and not label_of(page, element):
        found.append(f"no label for {element.get('name')!r}")
    return found


def is_code(address: str) -> bool:
    """Tell whether a browser would run an address as code."""
    bare = re.sub(r"[\x00-\x20]", "", address).lower()
    return bare.startswith(("javascript:", "data:", "vbscript:"))


def is_seen(element: Element) -> bool:
    """Tell whether an element is a field that people see."""
    return element.name in FIELDS and element.get("type") not in UNSEEN


def label_of(page: Element, field: Element) -> str:
    """Return the words of the label of a field, or nothing."""
    if not field.get("id"):
        return ""
    labels = page.all("label", for_=field.get("id"))
    return labels[0].text.strip() if len(labels) == 1 else ""


def field(page: Element, name: str) -> Element:
    """Return the only field of this name that is not hidden."""
    found = [
        one
        for one in page.walk()
        if one.name in FIELDS
        and one.get("name") == name
        and one.get("type") != "hidden"
    ]
    assert len(found) == 1, f"{len(found)} fields {name}"
    return found[0]


def form_to(page: Element, action: str) -> Element:
    """Return the only form that posts to a path."""
    forms = [
        form
        for form in page.all("form", action=action)
        if form.get("method").lower() == "post"
    ]
    assert len(forms) == 1, f"{len(forms)} forms post to {action}"
    return forms[0]


def fields_of(form: Element) -> dict[str, Element]:
    """Return the fields that a form sends, by their names."""
    fields = [e for e in form.walk() if e.name in FIELDS and e.get("name")]
    names = [field.get("name") for field in fields]
    assert len(set(names)) == len(names), f"a field twice: {names}"
    return dict(zip(names, fields, strict=True))


def hidden_of(form: Element) -> dict[str, str]:
    """Return the hidden fields of a form with their values."""
    return {
        name: field.value
        for name, field in fields_of(form).items()
        if field.get("type") == "hidden"
    }


def filled(form: Element, **values: str) -> Pairs:
    """Return what a browser sends after these values were typed in."""
    fields = fields_of(form)
    unknown = sorted(values.keys() - fields.keys())
    assert not unknown, f"the form has no {unknown}"
    pairs = []
    for name, field in fields.items():
        if field.get("type") != "file":
            text = values.get(name, field.value)
            pairs.append((name, re.sub(r"\r\n|\r|\n", "\r\n", text)))
    return pairs


def messages(page: Element) -> dict[str, str]:
    """Return the message of each field that is marked as wrong."""
    found = {}
    for field in page.walk():
        if field.get("aria-invalid") == "true":
            ids = field.get("aria-describedby").split()
            errors = [
                element
                for element in page.walk()
                if element.get("id") in ids and element.get("class") == "error"
            ]
            texts = [element.text.strip() for element in errors]
            assert len(texts) == 1 and texts[0], (
                f"{field.get('name')}: no message"
            )
            found[field.get("name")] = texts[0]
    return found


def outline(page: Element) -> list[str]:
    """Write a page in one normal form, a line for each part.

    Left out is what PAGES-13 leaves to the implementation: hidden fields,
    white space, ids, the order of attributes and of query parameters, the
    words of messages, and the attributes by which a browser checks or
    fills in a field. Fields are written with their values.
    """
    return list(write(page, page, 0))


def write(page: Element, element: Element, depth: int) -> Iterator[str]:
    """Write an element of a page and what is in it."""
    if element.name == "input" and element.get("type") == "hidden":
        return
    indent = "  " * depth
    attributes = "".join(
        f' {name}="{value}"' for name, value in shown(page, element)
    )
    yield f"{indent}<{element.name}{attributes}>"
    if element.get("class") == "error":
        yield f"{indent}  (a message)"
        return
    if element.name in FIELDS:
        yield f"{indent}  {element.value!r}"
        return
    for child in joined(element.children):
        if isinstance(child, Element):
            yield from write(page, child, depth + 1)
        elif child.strip():
            yield f"{indent}  {normal_text(child)}"


def shown(page: Element, element: Element) -> list[tuple[str, str]]:
    """Return the attributes that are compared, in one order."""
    found = {
        name: normal_value(name, value)
        for name, value in element.attributes.items()
        if name not in FREE
    }
    if "aria-describedby" in found:
        found["aria-describedby"] = description(page, element)
    if element.name == "main":  # where the first link leads
        found["id"] = element.get("id")
    return sorted(found.items())


def description(page: Element, element: Element) -> str:
    """Return the classes of what describes a field, in one order."""
    ids = element.get("aria-describedby").split()
    classes = [one.get("class") for one in page.walk() if one.get("id") in ids]
    assert len(classes) == len(ids), f"{ids}: no such elements"
    return " ".join(sorted(classes))


def normal_text(text: str) -> str:
    """Make white space even, and leave out who serves the page."""
    words = " ".join(text.split())
    return re.sub(r"(?<=^Served by ).+", "(a name)", words)


def joined(children: list[Element | str]) -> Iterator[Element | str]:
    """Join neighbouring texts, which a parser may give in pieces."""
    text = ""
    for child in children:
        if isinstance(child, str):
            text += child
            continue
        yield text
        yield child
        text = ""
    yield text


def normal_value(name: str, value: str) -> str:
    """Put the query of a path on this host into one order."""
    if name != "href" or not value.startswith("/"):
        return value
    return normal_path(value)


def normal_path(path: str) -> str:
    """Put the query of a path, and of `next` in it, into one order."""
    parts = urlsplit(path)
    pairs = [
        (name, normal_path(value) if name == "next" else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    query = urlencode(sorted(pairs))
    return f"{parts.path}?{query}" if query else parts.path
