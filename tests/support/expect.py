"""Say what a right answer looks like; raise AssertionError if it is not.

All functions take a response as `raw` has it: whole, with its headers.
"""

import base64
import json
import re
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from unicodedata import normalize
from urllib.parse import unquote_plus, urljoin, urlsplit

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
    "/app/",
    "site-packages",
]
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


class Statuses(set):
    """A set of statuses with a name, by which a failure tells it."""

    def __init__(self, name: str, statuses: Iterable[int | str]) -> None:
        """Name some statuses."""
        super().__init__(statuses)
        self.name = name

    def __repr__(self) -> str:
        """Return the name."""
        return self.name


REFUSED = Statuses("4xx", range(400, 500))  # as spec/README.md says


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
    assert kind in ("application/json", PROBLEM), f"Content-Type {kind!r}"
    charset = re.search(
        r"charset=\"?([^\s;\"]*)", response.headers["content-type"], re.I
    )
    assert not charset or charset[1].lower() == "utf-8", charset[0]
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
        raise AssertionError(f"no strict JSON: {error}") from None
    return parsed


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
    assert response.status_code == status, (
        f"status {response.status_code}, not {status}"
    )
    kind = media_type(response)
    assert kind == PROBLEM, f"Content-Type {kind!r}"
    body = strict_json(response)
    assert isinstance(body, dict), f"no object: {body!r}"
    members = {"type", "title", "status", "detail"}
    has_errors = status == 422 and (errors is not None or "errors" in body)
    members |= {"errors"} if has_errors else set()
    assert set(body) == members, f"members {sorted(body)}"
    assert body["type"] == "about:blank", f"type {body['type']!r}"
    assert is_text(body["title"]), f"title {body['title']!r}"
    assert type(body["status"]) is int, f"status {body['status']!r}"
    assert body["status"] == status, f"status {body['status']!r}"
    assert is_text(body["detail"]), f"detail {body['detail']!r}"
    if has_errors:
        check_errors(body["errors"], errors)
    return body


def is_text(value: object) -> bool:
    """Tell whether a value is a string with something in it."""
    return isinstance(value, str) and value.strip() != ""


def check_errors(
    found: object,
    wanted: Sequence[tuple[str, str | set[str]]] | None,
) -> None:
    """Compare the errors of a 422 with what they must be."""
    assert isinstance(found, list), f"errors {found!r}"
    assert found, "errors is empty"
    for error in found:
        assert isinstance(error, dict), f"error {error!r}"
        assert set(error) == {"field", "code", "message"}, f"error {error}"
        assert isinstance(error["field"], str), f"error {error}"
        assert error["code"] in CODES, f"code {error['code']!r}"
        assert is_text(error["message"]), f"error {error}"
    codes = {error["field"]: error["code"] for error in found}
    assert len(codes) == len(found), f"a field twice: {found}"
    if wanted is None:
        return
    assert set(codes) == {field for field, _ in wanted}, f"fields {codes}"
    for field, code in wanted:
        options = code if isinstance(code, set) else {code}
        assert codes[field] in options, (
            f"{field}: code {codes[field]}, not {code}"
        )


def page_error(response: object, status: int) -> str:
    """Check an error under a page path: HTML that names the status."""
    assert response.status_code == status, (
        f"status {response.status_code}, not {status}"
    )
    kind = media_type(response)
    assert kind == "text/html", f"Content-Type {kind!r}"
    charset = response.headers["content-type"].lower().replace('"', "")
    assert "charset=utf-8" in charset, f"Content-Type {charset!r}"
    text = response.content.decode("utf-8")
    assert re.match(r"(?i)\s*<!doctype html>", text), text[:100]
    assert re.search(r"(?i)<html[^>]*\slang=", text), "no lang"
    assert len(re.findall(r"(?i)<h1[\s>]", text)) == 1, "not one h1"
    assert str(status) in text, f"{status} is not in the page"
    return text


def allow(response: object, methods: set[str]) -> None:
    """Check that `Allow` lists exactly these methods, each once."""
    value = response.headers.get("allow")
    assert value is not None, "no Allow"
    listed = [method.strip(" \t") for method in value.split(",")]
    assert len(set(listed)) == len(listed), f"Allow: {value}: twice"
    assert set(listed) == set(methods), (
        f"Allow: {value}, not {', '.join(sorted(methods))}"
    )


def link(response: object) -> dict[str, str]:
    """Parse `Link` strictly (RFC 8288 §3): relation to target."""
    value = response.headers.get("link")
    assert value, "no Link"
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
    value = response.headers.get("location")
    assert value is not None, "no Location"
    assert relative(value) == path, f"Location: {value}, not {path}"


def timestamp(value: object) -> datetime:
    """Parse a time: RFC 3339, UTC, six digits of fraction, `Z`."""
    assert isinstance(value, str), f"time {value!r}"
    assert TIMESTAMP.fullmatch(value), f"time {value!r}"
    try:
        moment = datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        raise AssertionError(f"time {value!r} does not exist") from None
    return moment.replace(tzinfo=UTC)


def is_id(value: object) -> bool:
    """Tell whether a value is an integer from 1."""
    return type(value) is int and value >= 1


def token(body: object) -> str:
    """Check the answer of `create_token` and return the token."""
    assert isinstance(body, dict), f"no object: {body!r}"
    assert set(body) == {"token", "token_type", "expires_at"}, sorted(body)
    value = body["token"]
    assert isinstance(value, str), f"token {value!r}"
    assert TOKEN.fullmatch(value), f"token {value!r}"
    raw = base64.urlsafe_b64decode(value + "=")
    again = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert again == value, f"token {value!r} is not 32 bytes"
    assert body["token_type"] == "Bearer", body["token_type"]
    timestamp(body["expires_at"])
    return value


def bookmark(body: object, **fields: object) -> dict:
    """Check a bookmark's form and the values that are named."""
    assert isinstance(body, dict), f"no object: {body!r}"
    assert set(body) == BOOKMARK, f"members {sorted(body)}"
    assert is_id(body["id"]), f"id {body['id']!r}"
    for name in ("url", "title", "notes"):
        assert isinstance(body[name], str), f"{name} {body[name]!r}"
    assert re.match(r"(?i)https?://", body["url"]), f"url {body['url']!r}"
    assert 1 <= len(body["url"]) <= 2000, "length of url"
    assert 1 <= len(body["title"]) <= 300, "length of title"
    assert body["title"] == body["title"].strip(), "title is not trimmed"
    assert len(body["notes"]) <= 1000, "length of notes"
    check_tags(body["tags"])
    created = timestamp(body["created_at"])
    assert timestamp(body["updated_at"]) >= created, "updated before created"
    for name, value in fields.items():
        assert body[name] == value, f"{name}: {body[name]!r}, not {value!r}"
    return body


def check_tags(tags: object) -> None:
    """Check the tags of a bookmark: normal, in order, without twins."""
    assert isinstance(tags, list), f"tags {tags!r}"
    assert all(isinstance(tag, str) for tag in tags), f"tags {tags!r}"
    assert tags == sorted(set(tags)), f"tags {tags!r}: order or twins"
    assert len(tags) <= 20, f"{len(tags)} tags"
    for tag in tags:
        assert 1 <= len(tag) <= 50, f"length of tag {tag!r}"
        folded = normalize("NFC", tag.strip().casefold())
        assert tag == folded, f"tag {tag!r} is not normal"
        assert "," not in tag, f"tag {tag!r}"


def user(body: object, **fields: object) -> dict:
    """Check an account's form and the values that are named."""
    assert isinstance(body, dict), f"no object: {body!r}"
    assert set(body) == USER, f"members {sorted(body)}"
    assert is_id(body["id"]), f"id {body['id']!r}"
    assert isinstance(body["username"], str), f"username {body!r}"
    assert re.fullmatch("[a-z0-9_]{3,30}", body["username"]), (
        f"username {body['username']!r}"
    )
    assert type(body["admin"]) is bool, f"admin {body['admin']!r}"
    timestamp(body["created_at"])
    for name, value in fields.items():
        assert body[name] == value, f"{name}: {body[name]!r}, not {value!r}"
    return body


def page(body: object, **fields: int) -> list:
    """Check the frame of a list and return its items."""
    assert isinstance(body, dict), f"no object: {body!r}"
    assert set(body) == {"items", "page", "per_page", "total"}, sorted(body)
    assert isinstance(body["items"], list), f"items {body['items']!r}"
    for name in ("page", "per_page", "total"):
        assert type(body[name]) is int, f"{name} {body[name]!r}"
    assert len(body["items"]) <= body["per_page"], "more items than per_page"
    assert len(body["items"]) <= body["total"], "more items than total"
    for name, value in fields.items():
        assert body[name] == value, f"{name}: {body[name]}, not {value}"
    return body["items"]


def etag(response: object) -> str:
    """Check that `ETag` is there and strong, and return it."""
    value = response.headers.get("etag")
    assert value is not None, "no ETag"
    assert ETAG.fullmatch(value), f"ETag: {value}"
    return value


def challenge(response: object) -> str | None:
    """Check the scheme that a 401 asks for and return its error, if any."""
    assert response.status_code == 401, f"status {response.status_code}"
    value = response.headers.get("www-authenticate", "")
    scheme, _, rest = value.partition(" ")
    assert scheme.lower() == "bearer", f"WWW-Authenticate: {value!r}"
    found = re.search(r'(?:^|[\s,])error="?([^",]*)"?', rest)
    return found[1] if found else None


def retry_after(response: object) -> int:
    """Check that `Retry-After` is a whole number of seconds from 1."""
    value = response.headers.get("retry-after", "")
    assert re.fullmatch(r"[1-9][0-9]*", value), f"Retry-After: {value!r}"
    return int(value)


def no_body(response: object) -> None:
    """Check that nothing follows the headers."""
    assert response.content == b"", f"a body: {response.content[:100]!r}"


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
) -> list[str]:
    """Name what every response must keep and this one does not."""
    status, broken = response.status_code, []
    if status >= 500 and status not in wanted:
        broken.append("server_error")
    if is_api(target) and method not in ("HEAD", "OPTIONS"):
        broken += broken_body(response, target)
    if status == 204 and response.content:
        broken.append("body_of_204")
    if status == 401 and "www-authenticate" not in response.headers:
        broken.append("challenge")
    if is_api(target) and "set-cookie" in response.headers:
        broken.append("cookie")
    if status >= 400 and leaks(response, target, sent):
        broken.append("leak")
    return broken


def broken_body(response: object, target: str) -> list[str]:
    """Name what is wrong with the type and the syntax of a body."""
    status, is_problem = response.status_code, media_type(response) == PROBLEM
    try:
        if status >= 400 and (
            is_problem or status not in BEFORE_THE_APPLICATION
        ):
            problem(response, status)
        elif status < 300 and status != 204 and not is_export(target):
            strict_json(response)
    except AssertionError:
        return ["problem" if status >= 400 else "json"]
    return []


def is_export(target: str) -> bool:
    """Tell whether a path answers a file, and no JSON."""
    return target.partition("?")[0] == "/api/export"


def leaks(response: object, target: str, sent: bytes) -> list[str]:
    """List signs of the inside that the request itself did not hold."""
    # A token in a hidden field may look like anything.
    shown = without_hidden(response.content.decode("utf-8", "replace"))
    asked = unquote_plus(target) + sent.decode("utf-8", "replace")
    return [sign for sign in LEAKS if sign in shown and sign not in asked]


def any_etag(response: object) -> str:
    """Check that `ETag` is there, weak or strong, and return it."""
    value = response.headers.get("etag")
    assert value is not None, "no ETag"
    assert ETAG.fullmatch(value.removeprefix("W/")), f"ETag: {value}"
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
    value = response.headers.get("content-security-policy")
    assert value, "no Content-Security-Policy"
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
    content = machine.decompress(response.content)
    assert machine.eof, "the gzip stream is cut short"
    assert not machine.unused_data, "bytes behind the gzip stream"
    return content


def without_hidden(html: str) -> str:
    """Return a page without its hidden fields, whose values may vary."""
    return re.sub(r'(?i)<input\b[^>]*type="?hidden[^>]*>', "", html)
