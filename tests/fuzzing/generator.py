"""Make up requests, most of them valid, from the words in pools.toml."""

import json
import tomllib
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from tests.fuzzing.step import Step

POOLS = tomllib.loads(
    Path(__file__).with_name("pools.toml").read_text("utf-8")
)
POOLS["long"] = [" " * 9000]  # past MAX_BODY_BYTES
ODD = [None, True, 0, -1.5, [], {}, [1], "", ["a"] * 21]
# The fields of an object, each with the pool of its values.
BOOKMARK = {"url": "urls", "title": "texts", "notes": "texts", "tags": "tags"}
CREATE = Step(
    "POST",
    "/api/bookmarks",
    (
        ("Authorization", "Bearer <<token0>>"),
        ("Content-Type", "application/json"),
    ),
    b'{"url": "http://a", "title": "A", "notes": "N", "tags": ["a"]}',
)
ACCOUNT = {"username": "usernames", "password": "passwords"}
CHANGE = {"current_password": "passwords", "new_password": "passwords"}
OPERATIONS = [
    *[("POST", "/api/bookmarks", BOOKMARK)] * 6,
    *[("PUT", "/api/bookmarks/{id}", BOOKMARK)] * 3,
    *[("PATCH", "/api/bookmarks/{id}", BOOKMARK)] * 3,
    ("DELETE", "/api/bookmarks/{id}", {}),
    *[("GET", "/api/bookmarks/{id}", {})] * 3,
    *[("GET", "/api/bookmarks", {})] * 4,
    *[("GET", path, {}) for path in ("/api/tags", "/api/export") * 2],
    *[("POST", "/api/bookmarks", BOOKMARK)] * 6,
    *[("PATCH", "/api/bookmarks/{id}", BOOKMARK)] * 3,
    ("POST", "/api/users", ACCOUNT),
    ("POST", "/api/tokens", ACCOUNT),
    ("PUT", "/api/me/password", CHANGE),
    ("DELETE", "/api/tokens/current", {}),
    ("DELETE", "/api/me", {}),
    ("GET", "/api/me", {}),
    ("GET", "/api/users", {}),
]
FORMS = [
    *[("/", "/bookmarks", BOOKMARK)] * 4,
    *[("/bookmarks/{id}/edit", "/bookmarks/{id}/edit", BOOKMARK)] * 3,
    *[("/bookmarks/{id}/delete", "/bookmarks/{id}/delete", {})] * 2,
    ("/login", "/login", ACCOUNT),
    ("/register", "/register", ACCOUNT),
    ("/", "/logout", {}),
]


def sent(headers: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Write the headers that have a value."""
    return tuple((name, value) for name, value in headers.items() if value)


def encoded(text: str) -> str:
    """Encode a value for a form, but not the names in it."""
    value = urlencode({"": text})[1:]
    return value.replace("%3C%3C", "<<").replace("%3E%3E", ">>")


class Generator:
    """Make up sequences; the same seed makes the same ones."""

    def __init__(self, seed: str) -> None:
        """Begin with a seed."""
        self.random = Random(seed)

    def sequence(self) -> list[Step]:
        """Make up some steps."""
        kinds = [self.operation] * 8 + [self.form] * 3
        kinds += [self.odd_request] * 3 + [self.upload] * 2
        kinds += [self.page, self.raw_request]
        length = self.random.randint(5, 40)
        made = [make() for make in self.random.choices(kinds, k=length)]
        return [CREATE, *made]

    def once_in(self, number: int) -> bool:
        """Say yes now and then."""
        return self.random.randrange(number) == 0

    def one(self, pool: str) -> str:
        """Choose from a pool, from its good values most of the time."""
        if f"good_{pool}" in POOLS and not self.once_in(9):
            pool = f"good_{pool}"
        return self.random.choice(POOLS[pool])

    def odd(self, requests: str) -> dict[str, str]:
        """Choose what is odd in every tenth of such requests."""
        return self.random.choice(POOLS[requests]) if self.once_in(10) else {}

    def value(self, pool: str) -> object:
        """Choose the value of a field."""
        if pool != "tags":
            return self.one(pool)
        return [self.one("texts") for _ in range(self.random.randrange(4))]

    def members(self, known: dict[str, str], some: bool) -> dict[str, object]:
        """Make the members of an object, or some of them."""
        made = {
            name: self.value(pool)
            for name, pool in known.items()
            if not some or self.once_in(2)
        }
        if self.once_in(15):
            made[self.random.choice([*known, "id"])] = self.random.choice(ODD)
        return made

    def operation(self) -> Step:
        """Call an operation, with a good body or a broken one."""
        method, path, known = self.random.choice(OPERATIONS)
        path = path.replace("{id}", self.one("ids"))
        headers = {"Authorization": self.one("authorizations")}
        headers["Accept-Encoding"] = self.one("accepted")
        if self.once_in(3) and ("<<" in path or method == "GET"):
            name = self.random.choice(["If-Match", "If-None-Match"])
            headers[name] = self.one("tags_of_entities")
        if not known:
            pairs = [
                self.one("queries") for _ in range(self.random.randrange(4))
            ]
            names = {pair.split("=")[0] for pair in pairs}
            left_open = "any ROBUSTNESS" * (len(names) < len(pairs))
            path += "?" + "&".join(pairs) if method == "GET" else ""
            return Step(method, path, sent(headers), left_open=left_open)
        odd = self.odd("odd_bodies")
        headers["Content-Type"] = self.one(odd.get("kind", "json"))
        some = method == "PATCH" or self.once_in(15)
        body = json.dumps(self.members(known, some))
        if "body" in odd:
            body = self.one(odd["body"])
        return Step(
            method,
            path,
            sent(headers),
            body.encode("latin-1"),
            left_open=odd.get("left_open", ""),
        )

    def page(self) -> Step:
        """Look at a page."""
        path = self.one("pages")
        if self.once_in(2):
            path += "?" + self.one("queries")
        return Step("GET", path, sent({"Cookie": self.one("browsers")}))

    def form(self) -> Step:
        """Fill in a form and send it, now and then a broken one."""
        place, action, known = self.random.choice(FORMS)
        values, one = self.members(known, False), self.one("ids")
        values.pop("id", None)
        if isinstance(values.get("tags"), list):
            values["tags"] = ", ".join(map(str, values["tags"]))
        pairs = [f"{name}={encoded(str(v))}" for name, v in values.items()]
        odd = self.odd("odd_forms")
        headers = {
            "Cookie": self.one("browsers"),
            "Content-Type": self.one(odd.get("kind", "form")),
            "Origin": "https://evil.example" * self.once_in(20),
        }
        fields = odd.get("fields", "<<fields>>&").encode("latin-1")
        path, page = (text.replace("{id}", one) for text in (action, place))
        return Step(
            "POST",
            path,
            sent(headers),
            fields + "&".join(pairs).encode(),
            page,
            odd.get("left_open", ""),
        )

    def bookmark_file(self) -> bytes:
        """Write a bookmark file as people have them."""
        lines = [self.one("starts")]
        for _ in range(self.random.randrange(7)):
            words = {"url": self.one("urls"), "text": self.one("texts")}
            lines.append(
                self.one("entries").format(**words, date=self.one("dates"))
            )
        more = self.random.choice([b""] * 20 + [b"\xff", b" " * 30000])
        return "".join(lines).encode() + more

    def upload(self) -> Step:
        """Send a file to the API or to the page, in a form good or broken."""
        disposition = self.one("dispositions")
        usual = disposition in POOLS["good_dispositions"]
        part = (
            b"--fuzz\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n"
            % (disposition.encode("latin-1"), self.bookmark_file())
        )
        odd = self.odd("odd_uploads")
        left_open = odd.get("left_open", "" if usual else "any IMPORTING Why")
        body = part * odd.get("parts", 1)
        body += odd.get("end", "--fuzz--\r\n").encode()
        if "line" in odd:
            body = body.replace(b"\r\n", odd["line"].encode())
        headers = {"Content-Type": self.one(odd.get("kind", "multipart"))}
        if self.once_in(2):
            headers["Authorization"] = self.one("authorizations")
            path = "/api/import"
            return Step("POST", path, sent(headers), body, "", left_open)
        headers["Cookie"] = self.one("browsers")
        body, path = b"<<parts>>" + body, "/import"
        if self.once_in(15):
            path, left_open = self.one("pages"), "any ROBUSTNESS"
        return Step("POST", path, sent(headers), body, "/import", left_open)

    def odd_request(self) -> Step:
        """Send something that no client would."""
        odd = self.random.choice(POOLS["odd_requests"])
        method = self.one(odd.get("method", "methods"))
        path = odd.get("path") or self.one(
            self.random.choice(["paths", "pages"])
        )
        headers = {
            "Authorization": "Bearer <<token0>>",
            "Cookie": "<<cookie0>>",
            "Accept-Encoding": self.one("accepted"),
            "Content-Type": odd.get("kind", ""),
        }
        if "header" in odd:
            name, value = self.one(odd["header"]).split(": ")
            headers[name] = value
        if "piece" in odd:
            at = self.random.randint(1, len(path))
            path = path[:at] + self.one(odd["piece"]) + path[at:]
        headers["Connection"] = "Upgrade" * ("Upgrade" in headers)
        body = odd.get("body", "").encode()
        probed = method != "HEAD" and (bool(body) or self.once_in(2))
        left_open = odd.get("left_open", "")
        return Step(method, path, sent(headers), body, "", left_open, probed)

    def raw_request(self) -> Step:
        """Break the bytes of a request, or try to smuggle a second one."""
        lines = [self.one("raw_heads"), "Host: localhost"]
        lines.append("Authorization: Bearer <<token0>>")
        lines += self.random.choices(
            POOLS["raw_fields"], k=self.random.randrange(4)
        )
        text = "\r\n".join([*lines, "", self.one("raw_bodies")])
        at = self.random.randint(0, len(text))
        text = text[:at] + self.one("raw_bytes") + text[at:]
        method, raw = lines[0].split(" ")[0], text.encode("latin-1")
        return Step(method, "", raw=raw, left_open="any ROBUSTNESS")
