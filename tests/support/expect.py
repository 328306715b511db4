"""Say what a right answer looks like; raise AssertionError if it is not.

All functions take a response as `raw` has it: whole, with its headers.
"""

import base64
import json
import re
import zlib
from collections.abc import Sequence, Set
from datetime import UTC, datetime
from unicodedata import normalize
from urllib.parse import unquote_plus, urljoin, urlsplit

from tests.support.difference import (
    Form,
    differ,
    differences,
    names,
    statuses,
)

JSON = "application/json"
PROBLEM = "application/problem+json"
BOOKMARK = {
    "id",
    "url",
    "title",
    "notes",
    "tags",
    "created_at",
    "updated_at",
}
USER = {"id", "username", "admin", "created_at"}
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
LINK = re.compile(
    r"\s*<([^<>\s\"]*)>((?:\s*;\s*"
    + NAME
    + r"\s*(?:=\s*(?:"
    + NAME
    + r"|\"(?:[^\"\\]|\\.)*\"))?)*)\s*"
)
LINK_PARAMETER = re.compile(
    r";\s*(" + NAME + r")\s*(?:=\s*(" + NAME + r"|\"(?:[^\"\\]|\\.)*\"))?"
)
ETAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
LEAKS = [
    "Traceback (most recent",
    'File "',
    "sqlite",
    "SELECT ",
    "INSERT INTO",
    "sqlalchemy",
    "psycopg",
    "django.",
    "werkzeug",
    "starlette",
    "pydantic",
    "fastapi.",
    ".py",
    "Exception",
    "java.lang.",
    "node:internal",
    "goroutine ",
    "/app/",
    "site-packages",
]
# What no answer may be: the rule, and what is told.
INVARIANTS = {
    "server_error": ("", "a server error that nothing asked for"),
    "problem": ("ERRORS-2", "an error is no problem document"),
    "json": ("BODIES-12", "a success of the API is no strict JSON"),
    "body_of_204": ("", "a 204 has a body (RFC 9110 §15.3.5)"),
    "challenge": ("TOKENS-9", "a 401 has no WWW-Authenticate"),
    "cookie": ("SESSIONS-8", "an answer of the API sets a cookie"),
    "leak": ("ERRORS-4", "an error shows the inside of the server"),
}
# What may be answered before the application is asked: by a server, a check
# of the host or a limit on bodies.
BEFORE_THE_APPLICATION = {400, 408, 411, 413, 414, 417, 431, 501, 505}
CODES = {
    "required",
    "type",
    "too_short",
    "too_long",
    "too_many",
    "too_small",
    "too_large",
    "invalid",
    "unknown",
    "common",
}


A_TEXT, AN_OBJECT, A_LIST = map(Form, ("a text", "an object", "a list"))
AN_ID = Form("an integer from 1")
REFUSED = set(range(400, 500))  # as spec/README.md says


def has_status(response: object, wanted: int | Set) -> None:
    """Check the status; a set holds all that will do."""
    options = wanted if isinstance(wanted, Set) else {wanted}
    assert response.status_code in options, (
        f"status: expected {statuses(wanted)}, got {response.status_code}"
    )


def media_type(response: object) -> str:
    """Return the type of the body, without parameters, in lower case."""
    value = response.headers.get("content-type", "")
    return value.split(";")[0].strip(" \t").lower()


def refuse_constant(name: str) -> None:
    """Refuse NaN and the infinities: JSON has none."""
    raise ValueError(f"{name} is no JSON")


def refuse_twins(pairs: list[tuple[str, object]]) -> dict:
    """Refuse an object that names a member twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def strict_json(response: object) -> object:
    """Parse a body as RFC 8259 wants it: UTF-8, no BOM, no NaN."""
    kind = media_type(response)
    assert kind in (JSON, PROBLEM), differ("Content-Type", JSON, kind)
    charset = re.search(
        r"charset=\"?([^\s;\"]*)", response.headers["content-type"], re.I
    )
    assert not charset or charset[1].lower() == "utf-8", (
        f"Content-Type has {charset[0]}"
    )
    body = response.content
    assert not body.startswith(b"\xef\xbb\xbf"), "the body has a BOM"
    try:
        parsed = json.loads(
            body.decode("utf-8"),
            parse_constant=refuse_constant,
            object_pairs_hook=refuse_twins,
        )
        json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except ValueError as error:
        raise AssertionError(f"the body is no JSON: {error}") from None
    return response.remember(parsed)


def problem(
    response: object,
    status: int,
    errors: Sequence[tuple[str, str | set[str]]] | None = None,
) -> dict:
    """Check a problem document and, for 422, all its errors.

    `errors` lists pairs of field and code, in any order; where the code is
    not compared it is a set of codes. None takes any errors of right form,
    and none.
    """
    has_status(response, status)
    body = check_problem(response, errors is not None)
    if "errors" in body:
        check_errors(body["errors"])
        compare_errors(body["errors"], errors)
    return body


def check_problem(response: object, needs_errors: bool) -> dict:
    """Check the form of a problem document."""
    status, kind = response.status_code, media_type(response)
    assert kind == PROBLEM, differ("Content-Type", PROBLEM, kind)
    body = strict_json(response)
    members = {"type", "title", "status", "detail"}
    has_errors = status == 422 and (needs_errors or "errors" in body)
    has_members(body, members | {"errors"} if has_errors else members)
    same(body, type="about:blank", status=status)
    for name in ("title", "detail"):
        assert is_text(body[name]), differ(name, A_TEXT, body[name])
    return body


def has_members(body: object, wanted: Set, what: str = "the body") -> None:
    """Check that a value is an object with exactly these members."""
    assert isinstance(body, dict), differ(what, AN_OBJECT, body)
    assert body.keys() == wanted, names(wanted, body.keys(), what)


def same(body: dict, **fields: object) -> None:
    """Compare members with values, which have to be of the same type."""
    for name, value in fields.items():
        assert body[name] == value and type(body[name]) is type(value), (
            "\n".join(differences(value, body[name], name))
            or differ(name, value, body[name])
        )


def is_text(value: object) -> bool:
    """Tell whether a value is a string with something in it."""
    return isinstance(value, str) and value.strip() != ""


def check_errors(found: object) -> None:
    """Check the form of the errors of a 422."""
    assert isinstance(found, list), differ("errors", A_LIST, found)
    assert found, "errors is empty"
    for error in found:
        members = {"field", "code", "message"}
        has_members(error, members, "an entry of errors")
        for name in ("field", "message"):
            shown = error[name]
            assert isinstance(shown, str), differ(name, A_TEXT, shown)
        assert is_text(error["message"]), "message is empty"
        assert error["code"] in CODES, differ(
            "code", Form("one of spec/validation.md"), error["code"]
        )


def compare_errors(
    found: list[dict], wanted: Sequence[tuple[str, str | set[str]]] | None
) -> None:
    """Compare the errors of a 422 with what they must be."""
    codes = {error["field"]: error["code"] for error in found}
    assert len(codes) == len(found), f"errors has a field twice: {found}"
    if wanted is None:
        return
    fields = {field for field, _ in wanted}
    assert codes.keys() == fields, names(fields, codes.keys(), "errors")
    for field, code in wanted:
        options = code if isinstance(code, set) else {code}
        assert codes[field] in options, differ(
            f"the code of {field}",
            Form(" or ".join(sorted(options))),
            codes[field],
        )


def page_error(response: object, status: int) -> str:
    """Check an error under a page path: HTML that names the status."""
    has_status(response, status)
    kind = media_type(response)
    assert kind == "text/html", differ("Content-Type", "text/html", kind)
    charset = response.headers["content-type"].lower().replace('"', "")
    assert "charset=utf-8" in charset, "Content-Type has no charset=utf-8"
    text = response.content.decode("utf-8")
    assert re.match(r"(?i)\s*<!doctype html>", text), "the page has no doctype"
    assert re.search(r"(?i)<html[^>]*\slang=", text), "the page has no lang"
    headings = len(re.findall(r"(?i)<h1[\s>]", text))
    assert headings == 1, differ("h1 of the page", 1, headings)
    assert str(status) in text, f"the page does not name {status}"
    return text


def allow(response: object, methods: set[str]) -> None:
    """Check that `Allow` lists exactly these methods, each once."""
    value = header(response, "Allow")
    listed = [method.strip(" \t") for method in value.split(",")]
    assert len(set(listed)) == len(listed), f"Allow: {value}: twice"
    assert set(listed) == set(methods), names(methods, set(listed), "Allow")


def header(response: object, name: str) -> str:
    """Return the value of a header that has to be there."""
    value = response.headers.get(name)
    assert value is not None, f"the answer has no {name}"
    return value


def link(response: object) -> dict[str, str]:
    """Parse `Link` strictly (RFC 8288 §3): relation to target."""
    value = header(response, "Link")
    assert value, "Link is empty"
    found, position = {}, 0
    while position < len(value):
        match = LINK.match(value, position)
        assert match, f"Link: {value[position:]!r} is no link"
        parameters = LINK_PARAMETER.findall(match[2])
        relations = [v for name, v in parameters if name.lower() == "rel"]
        assert len(relations) == 1, f"Link: {match[0]!r}: not one rel"
        for relation in relations[0].strip('"').split():
            assert relation not in found, f"Link: {relation} stands twice"
            found[relation] = match[1]
        assert relations[0].strip('" '), f"Link: {match[0]!r}: empty rel"
        position = match.end()
        if position < len(value):
            assert value[position] == ",", f"Link: {value[position:]!r}"
            position += 1
            assert value[position:].strip(), f"Link: {value!r} ends in ,"
    return found


def relative(reference: str, base: str = "http://x/api/bookmarks") -> str:
    """Resolve a relative reference to a path with its query."""
    parts = urlsplit(reference)
    assert not parts.scheme, f"{reference!r} is not relative"
    assert not parts.netloc, f"{reference!r} is not relative"
    assert reference.isascii(), f"{reference!r} is not ASCII"
    assert not re.search(r"[\s<>\"\\^`{|}]", reference), repr(reference)
    resolved = urlsplit(urljoin(base, reference))
    return resolved.path + ("?" + resolved.query if resolved.query else "")


def location(response: object, path: str) -> None:
    """Check that `Location` is a relative reference to a path."""
    value = header(response, "Location")
    assert relative(value) == path, differ("Location", path, value)


def timestamp(value: object) -> datetime:
    """Parse a time: RFC 3339, UTC, six digits of fraction, `Z`."""
    form = Form("YYYY-MM-DDThh:mm:ss.ffffffZ")
    assert isinstance(value, str), differ("a time", form, value)
    assert TIMESTAMP.fullmatch(value), differ("a time", form, value)
    try:
        moment = datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        raise AssertionError(f"the time {value} does not exist") from None
    return moment.replace(tzinfo=UTC)


def is_id(value: object) -> bool:
    """Tell whether a value is an integer from 1."""
    return type(value) is int and value >= 1


def token(body: object) -> str:
    """Check the answer of `create_token` and return the token."""
    has_members(body, {"token", "token_type", "expires_at"})
    value, form = body["token"], Form("43 of A-Z, a-z, 0-9, - and _")
    assert isinstance(value, str), differ("token", form, value)
    assert TOKEN.fullmatch(value), differ("token", form, value)
    raw = base64.urlsafe_b64decode(value + "=")
    again = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert again == value, f"token: {value} is not base64url of 32 bytes"
    same(body, token_type="Bearer")
    timestamp(body["expires_at"])
    return value


def bookmark(body: object, **fields: object) -> dict:
    """Check a bookmark's form and the values that are named."""
    has_members(body, BOOKMARK)
    assert is_id(body["id"]), differ("id", AN_ID, body["id"])
    for name, least, most in (("url", 1, 2000), ("title", 1, 300)):
        has_length(name, body[name], least, most)
    has_length("notes", body["notes"], 0, 1000)
    assert re.match(r"(?i)https?://", body["url"]), differ(
        "url", Form("http:// or https://"), body["url"]
    )
    title = body["title"].strip()
    assert body["title"] == title, differ("title", title, body["title"])
    check_tags(body["tags"])
    created = timestamp(body["created_at"])
    assert timestamp(body["updated_at"]) >= created, "updated before created"
    compared(body, fields)
    return body


def has_length(name: str, text: object, least: int, most: int) -> None:
    """Check that a value is a text of so many characters."""
    assert isinstance(text, str), differ(name, A_TEXT, text)
    form = Form(f"{least} to {most} characters")
    assert least <= len(text) <= most, differ(name, form, len(text))


def compared(body: dict, fields: dict[str, object]) -> None:
    """Compare the members that are named."""
    got = {name: body[name] for name in fields}
    assert got == fields, "\n".join(differences(fields, got))


def check_tags(tags: object) -> None:
    """Check the tags of a bookmark: normal, in order, without twins."""
    assert isinstance(tags, list), differ("tags", A_LIST, tags)
    assert len(tags) <= 20, differ("tags", Form("at most 20"), len(tags))
    for tag in tags:
        has_length("a tag", tag, 1, 50)
        folded = normalize("NFC", tag.strip().casefold())
        assert tag == folded, differ("a tag, folded", folded, tag)
        assert "," not in tag, f"a tag with a comma: {tag!r}"
    in_order = sorted(set(tags))
    assert tags == in_order, differ("tags, in order", in_order, tags)


def user(body: object, **fields: object) -> dict:
    """Check an account's form and the values that are named."""
    has_members(body, USER)
    name = body["username"]
    assert is_id(body["id"]), differ("id", AN_ID, body["id"])
    assert isinstance(name, str), differ("username", A_TEXT, name)
    assert re.fullmatch("[a-z0-9_]{3,30}", name), differ(
        "username", Form("3 to 30 of a-z, 0-9 and _"), name
    )
    assert type(body["admin"]) is bool, differ(
        "admin", Form("true or false"), body["admin"]
    )
    timestamp(body["created_at"])
    compared(body, fields)
    return body


def page(body: object, **fields: int) -> list:
    """Check the frame of a list and return its items."""
    has_members(body, {"items", "page", "per_page", "total"})
    items = body["items"]
    assert isinstance(items, list), differ("items", A_LIST, items)
    for name in ("page", "per_page", "total"):
        assert type(body[name]) is int, differ(
            name, Form("an integer"), body[name]
        )
    assert len(items) <= body["per_page"], "more items than per_page"
    assert len(items) <= body["total"], "more items than total"
    compared(body, fields)
    return items


def etag(response: object) -> str:
    """Check that `ETag` is there and strong, and return it."""
    value = header(response, "ETag")
    assert ETAG.fullmatch(value), differ("ETag", Form('"…", strong'), value)
    return value


def challenge(response: object) -> str | None:
    """Check the scheme that a 401 asks for and return its error, if any."""
    has_status(response, 401)
    value = response.headers.get("www-authenticate", "")
    scheme, _, rest = value.partition(" ")
    assert scheme.lower() == "bearer", differ(
        "WWW-Authenticate", "Bearer", value
    )
    found = re.search(r'(?:^|[\s,])error="?([^",]*)"?', rest)
    return found[1] if found else None


def retry_after(response: object) -> int:
    """Check that `Retry-After` is a whole number of seconds from 1."""
    value = response.headers.get("retry-after", "")
    assert re.fullmatch(r"[1-9][0-9]*", value), differ(
        "Retry-After", Form("a number of seconds from 1"), value
    )
    return int(value)


def no_body(response: object) -> None:
    """Check that nothing follows the headers."""
    length = len(response.content)
    assert length == 0, differ("the length of the body", 0, length)


def no_secret(response: object, *secrets: str) -> None:
    """Check that neither a given secret nor a hash shows anywhere."""
    shown = (
        response.text
        + "\n"
        + "\n".join(
            f"{name}: {value}" for name, value in response.headers.items()
        )
    )
    for secret in secrets:
        assert secret not in shown, "a secret shows in the response"
    assert not re.search(
        r"(?i)scrypt|argon2|pbkdf2|password[_ ]?hash", shown
    ), "a hash shows in the response"


def is_api(path: str) -> bool:
    """Tell whether a path belongs to the API, pages being the rest."""
    path = path.partition("?")[0]
    return path in ("/api", "/healthz", "/readyz") or (
        path.startswith("/api/")
    )


def broken_invariants(
    response: object,
    method: str,
    target: str,
    wanted: set[int],
    sent: bytes = b"",
) -> dict[str, str]:
    """Name what every response must keep and this one does not.

    Beside each name stands what is wrong, if there is more to say of it.
    """
    status, broken = response.status_code, {}
    if status >= 500 and status not in wanted:
        broken["server_error"] = ""
    has_meaning = is_api(target) and method not in ("HEAD", "OPTIONS")
    if has_meaning and (fault := body_fault(response, target)):
        broken["problem" if status >= 400 else "json"] = fault
    if status == 204 and response.content:
        broken["body_of_204"] = ""
    if status == 401 and "www-authenticate" not in response.headers:
        broken["challenge"] = ""
    if is_api(target) and "set-cookie" in response.headers:
        broken["cookie"] = ""
    if status >= 400 and leaks(response, target, sent):
        broken["leak"] = ""
    return broken


def body_fault(response: object, target: str) -> str:
    """Say what is wrong with the type and the syntax of a body, or nothing."""
    status, is_problem = response.status_code, media_type(response) == PROBLEM
    try:
        if status >= 400 and (
            is_problem or status not in BEFORE_THE_APPLICATION
        ):
            problem(response, status)
        elif status < 300 and status != 204 and not is_export(target):
            strict_json(response)
    except AssertionError as error:
        return str(error)
    return ""


def is_export(target: str) -> bool:
    """Tell whether a path answers a file, and no JSON."""
    return target.partition("?")[0] == "/api/export"


def leaks(response: object, target: str, sent: bytes) -> list[str]:
    """List signs of the inside that the request itself did not hold."""
    # A token in a hidden field may look like anything.
    shown = without_hidden(response.content.decode("utf-8", "replace"))
    asked = unquote_plus(target) + sent.decode("utf-8", "replace")
    early = (
        response.status_code in BEFORE_THE_APPLICATION
        and media_type(response) != PROBLEM
    )
    # The JDK's server names one where it refuses an address.
    signs = [one for one in LEAKS if not (early and one == "Exception")]
    return [sign for sign in signs if sign in shown and sign not in asked]


def any_etag(response: object) -> str:
    """Check that `ETag` is there, weak or strong, and return it."""
    value = header(response, "ETag")
    assert ETAG.fullmatch(value.removeprefix("W/")), differ(
        "ETag", Form('"…"'), value
    )
    return value


def vary(response: object) -> set[str]:
    """Return the names in `Vary`, in lower case."""
    return listed(response, "vary")


def cache_control(response: object) -> dict[str, str]:
    """Return the directives of `Cache-Control`, in lower case."""
    value = response.headers.get("cache-control", "")
    found = {}
    for part in value.split(","):
        name, _, argument = part.strip(" \t").partition("=")
        name = name.lower()
        assert name not in found, f"Cache-Control: {value}: {name} twice"
        found[name] = argument.strip('"')
    return {name: found[name] for name in found if name}


def policy(response: object) -> dict[str, list[str]]:
    """Return the directives of `Content-Security-Policy`."""
    value = header(response, "Content-Security-Policy")
    assert value, "Content-Security-Policy is empty"
    found = {}
    for part in value.split(";"):
        name, *sources = part.split() or [""]
        assert name.lower() not in found, f"policy: {name} twice"
        found[name.lower()] = sources
    return {name: found[name] for name in found if name}


def no_cors(response: object) -> None:
    """Check that no origin is allowed to read this."""
    value = response.headers.get("access-control-allow-origin")
    assert value is None, f"Access-Control-Allow-Origin: {value}"


def listed(response: object, name: str) -> set[str]:
    """Return the members of a header that is a list, in lower case."""
    value = response.headers.get(name, "")
    return {part.strip(" \t").lower() for part in value.split(",")} - {""}


def plain(response: object) -> bytes:
    """Return the content of a raw response, decompressed where it is."""
    coding = response.headers.get("content-encoding")
    if coding is None:
        return response.content
    assert coding.lower() == "gzip", f"Content-Encoding: {coding}"
    machine = zlib.decompressobj(wbits=31)
    try:
        content = machine.decompress(response.content)
    except zlib.error as error:
        raise AssertionError(f"the body is no gzip: {error}") from None
    assert machine.eof, "the gzip stream is cut short"
    assert not machine.unused_data, "bytes behind the gzip stream"
    return content


def without_hidden(html: str) -> str:
    """Return a page without its hidden fields, whose values may vary."""
    return re.sub(r'(?i)<input\b[^>]*type="?hidden[^>]*>', "", html)
