"""The rules, what a test sent and was answered, and the results of a run."""

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.metadata import distributions
from pathlib import Path
from urllib.parse import quote

from tests.support import shell

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec"
SCHEMA = 1
RULE = re.compile(
    r"^\*\*([A-Z]+-\d+)\*\* \((MUST|SHOULD), ([^)]*?)(, managed)?\) (.+)$",
    re.M,
)
# Headers that every request has, or that follow from the rest.
IDLE_HEADERS = {
    "user-agent",
    "accept-encoding",
    "connection",
    "content-length",
}
DEFAULTS = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
FRAMING = {"content-length", "transfer-encoding"}
TOKEN = re.compile(r"(?i)(bearer\s+)[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")
NORMAL = [
    (re.compile(r"z[0-9a-f]{12}"), "{unique}"),
    (
        re.compile(r"(/(?:bookmarks|users)/)[1-9][0-9]{0,8}(?![0-9])"),
        r"\1{id}",
    ),
    (re.compile(r"((?:session|csrf\w*)=)[^;&'\s]+"), r"\1{chance}"),
    (re.compile(r"(boundary=|--)[0-9a-f]{32}"), r"\1{chance}"),
]


@dataclass(frozen=True)
class Rule:
    """Hold one rule of the spec."""

    id: str
    level: str
    source: str
    managed: bool
    sentence: str
    chapter: str


def load_rules(folder: Path = SPEC) -> dict[str, Rule]:
    """Read the rules of all chapters, by their ids."""
    rules = {}
    for chapter in sorted(folder.glob("*.md")):
        for found in RULE.finditer(chapter.read_text("utf-8")):
            rule, level, source, managed, sentence = found.groups()
            if rule in rules:
                raise ValueError(f"{rule} stands twice, in {chapter.name}")
            rules[rule] = Rule(
                rule,
                level,
                source,
                bool(managed),
                sentence,
                f"spec/{chapter.name}",
            )
    return rules


@dataclass(eq=False)
class Exchange:
    """Hold one request, what was expected, and what came.

    `line` writes the request for the shell; in `answers`, None is a
    connection that closed; `broken` is what no answer may be; `dropped`
    tells that the server had closed the connection kept for it.
    """

    key: str
    expected: object
    line: Callable[[], str] = str
    method: str = ""
    target: str = ""
    answers: list = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    dropped: bool = False

    @property
    def name(self) -> str:
        """Name the request and what came, in a few words."""
        return f"{self.method[:20]} {self.target[:60]}: {self.status}"

    @property
    def changes(self) -> bool:
        """Tell whether it has done something that cannot be done again."""
        safe = self.method in ("GET", "HEAD", "OPTIONS")
        return not safe and self.status[:1] in ("2", "3")

    def take(self, *answers: object | None) -> None:
        """Keep what came; each answer knows to what."""
        self.answers = list(answers)
        for one in filter(None, answers):
            one.exchange = self

    @property
    def status(self) -> str:
        """Return what came, as it is compared between implementations."""
        statuses = [
            "closed" if one is None else str(one.status_code)
            for one in self.answers
        ]
        return " ".join(statuses) or "no answer"

    @property
    def left_open(self) -> bool:
        """Tell whether the spec allows more than one status."""
        return isinstance(self.expected, set) and len(self.expected) > 1

    @property
    def expects_error(self) -> bool | None:
        """Tell whether only an error is right; None if either would do."""
        wanted = self.expected
        options = wanted if isinstance(wanted, list) else [wanted]
        kinds = [
            {
                status == "closed" or status >= 400
                for status in (option if isinstance(option, set) else [option])
            }
            for option in options
        ]
        if {True, False} in kinds:
            return None
        return all(True in kind for kind in kinds)


class Log:
    """Collect the exchanges of the test that runs."""

    def __init__(self) -> None:
        """Start empty."""
        self.lock = threading.Lock()
        self.exchanges: list[Exchange] = []

    def add(self, exchange: Exchange) -> Exchange:
        """Keep one exchange."""
        with self.lock:
            self.exchanges.append(exchange)
        return exchange

    def clear(self) -> None:
        """Forget all, for the next test."""
        with self.lock:
            self.exchanges = []


log = Log()


def sent(
    method: str,
    root: str,
    target: str,
    headers: dict[str, str],
    body: bytes | bytearray | None,
    expected: object,
) -> Exchange:
    """Note a request that goes out by the client; the body may yet grow."""
    matter = sorted(
        (name.lower(), value)
        for name, value in headers.items()
        if name.lower() not in IDLE_HEADERS
        and (name.lower(), value) != ("accept", "*/*")
    )
    key = make_key(method, target, repr(matter), body or b"")
    fields = [
        (name, str(value).encode("latin-1"))
        for name, value in headers.items()
        if DEFAULTS.get(name) != value
    ]
    framed = FRAMING & {name.lower() for name in headers}
    if not (body or framed) and method in ("PATCH", "POST", "PUT"):
        fields.append(("Content-Length", b"0"))  # as the client does
    body = b"" if body is None else body
    line = partial(
        shell.curl_line, method, root, encoded(target), fields, body
    )
    return log.add(Exchange(key, expected, line, method, target))


def encoded(target: str) -> str:
    """Return a target as urllib3 sends it."""
    text = quote(target.partition("#")[0], "!$&'()*+,;=:@/?%~")
    return re.sub("%..", lambda found: found[0].upper(), text)


def sent_raw(
    root: str, data: bytes, expected: object, half_close: bool = False
) -> Exchange:
    """Note bytes that go out by a socket."""
    line = partial(shell.raw_line, root, data, half_close)
    method, *rest = data.split(b"\r\n")[0].decode("latin-1").split(" ")[:2]
    key = make_key("raw", "", "", data)
    return log.add(Exchange(key, expected, line, method, "".join(rest)))


def make_key(method: str, target: str, headers: str, body: bytes) -> str:
    """Name a request so that only chance parts of it do not count."""
    text = "\n".join(
        [method, target, headers, body.decode("utf-8", "backslashreplace")]
    )
    text = TOKEN.sub(r"\1{token}", text)
    for pattern, instead in NORMAL:
        text = pattern.sub(instead, text)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def dropped(count: int) -> str:
    """Say how often a server closed a connection without saying so."""
    return f"{count} connections closed without Connection: close"


def read_lines(path: Path) -> list[dict]:
    """Read a file of results; raises ValueError where it is no JSON."""
    # Not splitlines(): it would also break at U+2028, inside of a string.
    lines = path.read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


@cache
def packages() -> dict[str, str]:
    """Return the versions of all packages that are installed."""
    about = (one.metadata for one in distributions())
    return {one["Name"]: one["Version"] for one in about}


class Results:
    """Write one JSON object a line: header, tests, footer."""

    def __init__(self, path: Path, header: dict) -> None:
        """Open the file and write the header."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path.resolve()
        self.file = path.open("w", encoding="utf-8")
        self.lines: list[dict] = []
        self.counts = dict.fromkeys(
            ["passed", "failed", "blocked", "skipped", "xfailed"], 0
        )
        self.requests = self.dropped = 0
        self.keys: dict[str, set[bool | None]] = {}
        self.began = time.monotonic()
        self.write({"kind": "header", "schema": SCHEMA, **header})

    def write(self, line: dict) -> None:
        """Append one line."""
        self.lines.append(line)
        self.file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.file.flush()

    def add(self, line: dict, sent: list[tuple[str, bool | None]]) -> None:
        """Append the line of one test and count its requests."""
        self.counts[line["outcome"]] += 1
        self.requests += len(sent)
        self.dropped += line.get("dropped", 0)
        for key, error in sent:
            self.keys.setdefault(key, set()).add(error)
        self.write({"kind": "test", **line, "requests": len(sent)})

    def close(
        self,
        not_run: dict[str, int],
        deviations: int = 0,
        waiting: dict[str, int] | None = None,
    ) -> dict:
        """Append the footer and return it.

        `deviations` counts the rules deviated from, `waiting` for each
        chapter the tests that need `run`.
        """
        expected = self.keys.values()
        footer = {
            "kind": "footer",
            **self.counts,
            "not_run": not_run,
            "waiting": waiting or {},
            "deviations": deviations,
            "requests": self.requests,
            "dropped": self.dropped,
            "different_requests": len(self.keys),
            "different_expecting_error": sum(True in e for e in expected),
            "different_left_open": sum(e == {None} for e in expected),
            "seconds": round(time.monotonic() - self.began, 2),
        }
        self.write(footer)
        self.file.close()
        return footer
