"""Keep what was sent and answered, and tell it: to people and as JSON."""

import hashlib
import json
import re
import shlex
import threading
import time
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec"
SCHEMA = 1
RULE = re.compile(
    r"^\*\*([A-Z]+-\d+)\*\* \((MUST|SHOULD), ([^)]*?)(, managed)?\) (.+)$",
    re.M,
)
# Headers that the client adds by itself, or that follow from the rest.
IDLE_HEADERS = {
    "user-agent",
    "accept-encoding",
    "connection",
    "content-length",
}
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


@dataclass
class Exchange:
    """Hold one request, what was expected, and what came."""

    curl: str
    key: str
    expected: object
    got: str = "no answer"
    status: str = "no answer"
    broken: list[str] = field(default_factory=list)

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
    url: str,
    headers: dict[str, str],
    body: bytes | None,
    expected: object,
) -> Exchange:
    """Note a request that goes out by the client."""
    target = target_of(url)
    matter = sorted(
        (name.lower(), value)
        for name, value in headers.items()
        if name.lower() not in IDLE_HEADERS
        and (name.lower(), value) != ("accept", "*/*")
    )
    key = make_key(method, target, repr(matter), body or b"")
    return log.add(
        Exchange(curl_line(method, url, matter, body), key, expected)
    )


def sent_raw(data: bytes, expected: object) -> Exchange:
    """Note a request that goes out by a socket."""
    shown = shorten(repr(data)[2:-1])
    line = "printf '" + shown[:600].replace("'", "'\\''") + "' | nc …"
    return log.add(Exchange(line, make_key("raw", "", "", data), expected))


def answered(exchange: Exchange, *responses: object | None) -> None:
    """Note what came back; None is a connection that closed."""
    exchange.status = " ".join(
        "closed" if one is None else str(one.status_code) for one in responses
    )
    exchange.got, last = "closed without an answer", responses[-1]
    if last is not None:
        body = last.content[:500].decode("utf-8", "replace")
        exchange.got = f"{last.status_code} {body}"


def target_of(url: str) -> str:
    """Return what stands behind the authority of an absolute URL."""
    return re.match(r"https?://[^/?#]*(.*)", url, re.S)[1]


def make_key(method: str, target: str, headers: str, body: bytes) -> str:
    """Name a request so that only chance parts of it do not count."""
    text = "\n".join(
        [method, target, headers, body.decode("utf-8", "backslashreplace")]
    )
    text = TOKEN.sub(r"\1{token}", text)
    for pattern, instead in NORMAL:
        text = pattern.sub(instead, text)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def shorten(text: str) -> str:
    """Cut tokens and cookies: a failure goes into logs."""
    return re.sub(
        r"(?i)((?:bearer\s+|session=)[A-Za-z0-9_-]{6})[^;\s]+", r"\1…", text
    )


def curl_line(
    method: str,
    url: str,
    headers: list[tuple[str, str]],
    body: bytes | None,
) -> str:
    """Write a request as a command for the shell."""
    words = ["curl", "-i", "-X", method]
    for name, value in headers:
        words += ["-H", f"{name}: {shorten(str(value))}"]
    if body:
        text = body.decode("utf-8", "backslashreplace")
        cut = text if len(text) <= 600 else text[:600] + "…"
        words += ["--data-binary", cut]
    return shlex.join([*words, url[:600]])


def describe(rule_ids: list[str], rules: dict[str, Rule]) -> str:
    """Tell a failure: rules, last request, expected, got, chapters."""
    lines = []
    for rule_id in rule_ids:
        rule = rules.get(rule_id)
        lines.append(
            f"{rule_id}: {rule.sentence} ({rule.chapter})"
            if rule
            else f"{rule_id}: (no such rule in spec/)"
        )
    if log.exchanges:
        last = log.exchanges[-1]
        lines += [
            f"request:  {last.curl}",
            f"expected: {last.expected}",
            f"got:      {last.got}",
        ]
    return "\n".join(lines)


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
        self.path = path
        self.file = path.open("w", encoding="utf-8")
        self.counts = dict.fromkeys(
            ["passed", "failed", "blocked", "skipped", "xfailed"], 0
        )
        self.requests = 0
        self.keys: dict[str, set[bool | None]] = {}
        self.began = time.monotonic()
        self.write({"kind": "header", "schema": SCHEMA, **header})

    def write(self, line: dict) -> None:
        """Append one line."""
        self.file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.file.flush()

    def add(self, line: dict, sent: list[tuple[str, bool | None]]) -> None:
        """Append the line of one test and count its requests."""
        self.counts[line["outcome"]] += 1
        self.requests += len(sent)
        for key, error in sent:
            self.keys.setdefault(key, set()).add(error)
        self.write({"kind": "test", **line, "requests": len(sent)})

    def close(self, not_run: dict[str, int], deviations: int = 0) -> dict:
        """Append the footer and return it; count the rules deviated from."""
        expected = self.keys.values()
        footer = {
            "kind": "footer",
            **self.counts,
            "not_run": not_run,
            "deviations": deviations,
            "requests": self.requests,
            "different_requests": len(self.keys),
            "different_expecting_error": sum(True in e for e in expected),
            "different_left_open": sum(e == {None} for e in expected),
            "seconds": round(time.monotonic() - self.began, 2),
        }
        self.write(footer)
        self.file.close()
        return footer
