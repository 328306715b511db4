"""One server during one sequence: what it made up, and what it answers."""

import json
import re
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from tests.fuzzing.step import NAME, Step
from tests.support import document, expect, raw
from tests.support.client import PASSWORD
from tests.support.visitor import Visitor, set_cookies

TIMEOUT = 10
WAITING = 1  # seconds, where a server may rightly wait for more
DAY = 86400
MISSING = {"id": "987654321", "etag": '"none"', "list": 'W/"none"'}
ALIKE = {302: 303, 307: 308, 301: 308}  # by PAGES-4, ROUTING-6
HIDDEN = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
ID = re.compile(r'("id": |/bookmarks/|%2Fbookmarks%2F)(\d+)(?=, "n|/|%2F|$)')
TIME = re.compile(
    r"(\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z)"
    r'|(?<=(?:DATE|FIED)=")\d+|(?<="id": )\d+, "u'
)
TOKEN = re.compile(r'(?<="token": ")[\w-]{43}')
PUBLIC = re.compile(r"/(static/|healthz|readyz|api/openapi\.json)")
Answer = dict[str, object]  # aspect: value


class World:
    """Put in the names for one server, and find them in its answers."""

    def __init__(self, url: str, prefix: str) -> None:
        """Start with nothing; the prefix makes the accounts new."""
        self.url, self.prefix = url, prefix
        self.told: dict[str, list[str]] = {kind: [] for kind in MISSING}
        self.tokens: dict[str, str] = {}
        self.visitors: dict[str, Visitor] = {}
        self.hidden: dict[str, str] = {}

    def fill(self, text: bytes) -> bytes:
        """Put what this server made up in the place of the names."""
        return NAME.sub(self.resolve, text)

    def resolve(self, match: re.Match) -> bytes:
        """Return what one name stands for."""
        kind, number = re.fullmatch(
            r"([a-z]+)(\d*)", match[1].decode()
        ).groups()
        if kind in MISSING:
            known = dict(enumerate(self.told[kind]))
            return known.get(int(number), MISSING[kind]).encode()
        if kind == "fields":
            return urlencode(self.hidden).encode()
        if kind == "parts":
            parts = [HIDDEN.format(*pair) for pair in self.hidden.items()]
            return "".join(f"--fuzz\r\n{part}" for part in parts).encode()
        if kind == "user":
            return (self.prefix + number).encode()
        make = {"token": self.token, "cookie": self.cookie}
        return make[kind](number).encode()

    def token(self, number: str) -> str:
        """Return a token of an account, which is made when first named."""
        if number not in self.tokens:
            account = {"username": self.prefix + number, "password": PASSWORD}
            kind, body = ("Content-Type", "application/json"), account
            for path in ("/api/users", "/api/tokens"):
                step = Step("POST", path, (kind,), json.dumps(body).encode())
                answer, *_ = self.answers(step)
            self.tokens[number] = answer.json().get("token", "x" * 43)
        return self.tokens[number]

    def cookie(self, number: str) -> str:
        """Return the cookies of a browser, signed in if it has a number."""
        if number not in self.visitors:
            self.visitors[number] = Visitor(self.url)
            if number:
                self.token(number)
                with suppress(AssertionError):  # it may be deleted already
                    self.visitors[number].sign_in(
                        self.prefix + number, PASSWORD
                    )
        return self.visitors[number].cookie

    def prepare(self, step: Step) -> None:
        """Get the page that a form stands on, and its hidden fields."""
        cookies = tuple(h for h in step.headers if h[0] == "Cookie")
        answer, *_ = self.answers(Step("GET", step.page, cookies))
        self.keep(step, answer)
        self.hidden = {}
        with suppress(AssertionError):
            action = self.fill(step.path.encode()).decode()
            form = document.form_to(document.read(answer), action)
            self.hidden = document.hidden_of(form)

    def keep(self, step: Step, answer: raw.Response) -> None:
        """Keep the cookies of an answer in the browser that asked."""
        browser = re.search(r"<<cookie(\d*)>>", step.header("cookie"))
        if browser:
            self.visitors[browser[1]].keep(set_cookies(answer))

    def answers(self, step: Step) -> list[raw.Response]:
        """Send a request and read all answers, until the server closes."""
        message, data = step.message(self.fill), b""
        at = urlsplit(self.url)
        seconds = WAITING if step.raw else TIMEOUT
        with (
            socket.create_connection((at.hostname, at.port), seconds) as peer,
            suppress(ConnectionError, TimeoutError),
        ):
            with suppress(ConnectionError):  # it may refuse while we send
                peer.sendall(message)
            while piece := peer.recv(65536):
                data += piece
        answers, methods = [], [step.method.encode(), b"GET"]
        while data:
            answer, data = raw.parse(data, methods[min(len(answers), 1)])
            answers.append(answer)
            if step.method == "HEAD":  # gunicorn's own 4xx has a body
                break
        return answers

    def play(self, step: Step) -> Answer:
        """Send a step; say what comes in names, aspect by aspect."""
        try:
            if step.page:
                self.prepare(step)
            answers = self.answers(step)
            if not answers:
                return {"status": "closed"}
            if answers[0].content:
                answers[0].content = expect.plain(answers[0])
            self.keep(step, answers[0])
        except (AssertionError, OSError, raw.UnfinishedError) as error:
            return {"status": 599, "broken": [type(error).__name__]}
        status, broken = answers[0].status_code, self.broken(step, answers)
        if step.method == "OPTIONS" and status == 204:  # ROUTING-5
            status = 200
        said = {"status": ALIKE.get(status, status), "broken": broken}
        try:
            said |= self.headers(step, answers[0])
            if step.method == "POST" and said["location"] == "/login":
                said["status"] = 303 if step.path == "/logout" else 401
            said |= self.content(step, answers[0])
        except (AssertionError, ValueError, LookupError) as error:
            broken.append(f"{type(error).__name__}: {error}"[:80])
        return said

    def broken(self, step: Step, answers: list[raw.Response]) -> list[str]:
        """Name what no answer may ever be, and no second answer."""
        first, sent = answers[0], step.message(self.fill)
        broken = [
            *expect.broken_invariants(
                first, step.method, step.path, {501, 505}, sent
            )
        ]
        if first.status_code in (206, 412) and step.method == "GET":
            broken.clear()  # what a framework does by itself
        if "csrf=" in step.header("cookie"):  # Django makes a better one
            broken = [fault for fault in broken if fault != "cookie"]
        if step.probed and len(answers) > 2:
            broken.append("smuggled")
        if step.probed and len(answers) == 2 and answers[1].status_code != 200:
            broken.append("spoils the connection")
        return broken

    def name_of(self, kind: str, value: str) -> str:
        """Name an id or a tag; they are numbered as they are first told."""
        known = self.told[kind]
        if value not in [*known, MISSING[kind]]:
            known.append(value)
        return f"{kind}{known.index(value)}" if value in known else value

    def named(self, text: str) -> str:
        """Put names in the place of what this server made up."""
        text = ID.sub(lambda m: m[1] + self.name_of("id", m[2]), text)
        today = str(datetime.now(UTC).date())
        text = TIME.sub(lately, TOKEN.sub("(a token)", text))
        return text.replace(f"  {today}", "  today")

    def headers(self, step: Step, answer: raw.Response) -> Answer:
        """Say what the chosen headers mean."""
        found, status = answer.headers, answer.status_code
        said: Answer = {
            "location": self.named(
                document.normal_path(found.get("location", ""))
            ),
            "nosniff": found.get("x-content-type-options"),
            "request id": "x-request-id" in found,
        }
        if PUBLIC.match(step.path):
            return said
        said["origin"] = found.get("access-control-allow-origin")
        if status == 401:
            said["challenge"] = expect.challenge(answer)
        if status == 405 or step.method == "OPTIONS":
            said["allow"] = sorted(expect.listed(answer, "allow"))
        if "etag" in found and step.method in ("GET", "POST", "PUT", "PATCH"):
            is_one = step.method != "GET" or "bookmarks/" in step.path
            name = self.name_of("etag" if is_one else "list", found["etag"])
            said["etag"] = name if is_one else None
        if status == 200 and step.method == "GET":
            caching = expect.listed(answer, "cache-control")
            said["kept"] = not caching & {"private", "no-store"}
            file = found.get("content-disposition", "")
            said["file"] = file.replace('"', "")
            links = expect.link(answer) if "link" in found else {}
            said["link"] = {
                relation: document.normal_path(expect.relative(target))
                for relation, target in links.items()
            }
        return said

    def content(self, step: Step, answer: raw.Response) -> Answer:
        """Say what the body means."""
        kind, status = expect.media_type(answer), answer.status_code
        body, early = answer.content, expect.BEFORE_THE_APPLICATION
        if kind == expect.PROBLEM and status == 422:
            errors = json.loads(body).get("errors", [])
            codes = sorted((e["field"], e["code"]) for e in errors)
            return {"fields": [f for f, _ in codes], "codes": codes}
        if not body or 300 <= status < 400 or status in early:
            return {}
        said: Answer = {"type": kind}
        if kind == "text/html" and "content-disposition" not in answer.headers:
            page = document.parse(body.decode())
            lines = document.outline(page)
            said["policy"] = expect.policy(answer)
            if re.match(r"[45]\d\d", page.one("h1").text):
                lines = []  # the words of errors are not compared
            said["body"] = self.named("\n".join(lines))
        elif kind == "application/x-ndjson":
            lines = body.decode().removesuffix("\n").split("\n")
            items = [json.loads(line) for line in lines]
            said["body"] = self.checked({"items": items})
        elif kind == "application/json" and "openapi" not in step.path:
            said["body"] = self.checked(json.loads(body))
        elif kind == "text/html":
            said["body"] = self.named(body.decode())
        return said

    def checked(self, value: dict) -> str:
        """Check the bookmarks in a value (ROBUSTNESS-3) and write it."""
        for one in value.get("items", [value]):
            if "url" in one:
                expect.bookmark(one)
        if "reasons" in value:  # an entry may be wrong in two ways
            value["reasons"].sort(key=lambda one: (one["line"], one["code"]))
        return self.named(json.dumps(value, sort_keys=True))


def lately(found: re.Match) -> str:
    """Write a time of these days as "now", and an account's id as "one"."""
    if found[0].endswith('"u'):
        return 'one, "u'
    instant = found[0]
    if found[1]:
        instant = expect.timestamp(found[1]).timestamp()
    return "now" if abs(time.time() - int(instant)) < 2 * DAY else found[0]
