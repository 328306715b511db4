"""What a failed test has to tell: the rule, the request, both sides."""

import ast
import linecache
import re
import textwrap
import traceback
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import pytest

from tests.send import printable
from tests.support import expect
from tests.support.document import Element
from tests.support.raw import Asked, Response
from tests.support.report import ROOT, Exchange, Rule

# Where an assertion fails for one rule, whatever the test is about.
BLAME = {
    "strict_json": ["BODIES-12"],
    "check_problem": ["ERRORS-1", "ERRORS-2"],
    "check_errors": ["VALIDATION-1"],
}
BEFORE = 3  # exchanges that are named
LONGEST = 600  # characters of a body
UNPACKED = re.compile(
    r"(?:not enough|too many) values to unpack"
    r" \(expected (\d+)(?:, got (\d+))?\)"
)
CHANCE = re.compile(r"z[0-9a-f]{12}|(?<=[/ ])\d{2,}\b(?<!\b\d{3})")


@dataclass(frozen=True)
class Failure:
    """Hold what a reader needs of a test that failed."""

    test: str
    says: str = ""
    rules: list[str] = field(default_factory=list)
    request: str = ""
    answer: str = ""
    places: list[str] = field(default_factory=list)

    @property
    def cause(self) -> str:
        """Return what failures of one cause have in common."""
        return CHANCE.sub("…", self.says.partition("\n")[0])

    def as_dict(self) -> dict:
        """Return it as JSON has it."""
        return asdict(self)

    def text(self, rules: dict[str, Rule], columns: int = 79) -> str:
        """Tell it in full; the request stands on a line of its own."""
        cited = [
            textwrap.fill(
                f"{one}: {rules[one].sentence} ({rules[one].chapter})", columns
            )
            for one in self.rules
        ]
        places = "\n".join(self.places)
        blocks = ["\n".join(cited), self.says, self.request]
        return "\n\n".join(filter(None, [*blocks, self.answer, places]))


def by_cause(failures: list[Failure]) -> dict[str, list[Failure]]:
    """Group failures; those of the largest group come first."""
    groups = defaultdict(list)
    for one in failures:
        groups[one.cause].append(one)
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))


def read_failure(
    test: str,
    cited: list[str],
    error: pytest.ExceptionInfo | None,
    exchanges: list[Exchange],
    rules: dict[str, Rule],
) -> Failure:
    """Tell why a test failed; without an error, by what no answer may be."""
    exchange = next((one for one in exchanges if one.broken), None)
    if error is None and exchange:
        says, blamed, lines = *told_broken(exchange), []
    elif error is None:
        return Failure(
            test, "passed, though deviations.toml says that it fails", cited
        )
    else:
        exchange = failing_exchange(error, exchanges)
        says, blamed = message_of(error), blame(error)
        lines = list(named_places(error))
    request = answer = ""
    if exchange:
        request = told_request(exchange, exchanges)
        answer = told_answers(exchange, "\n".join([says, *lines[:1]]))
    return Failure(
        test,
        printable(says),
        narrowed(blamed or cited, says, test, rules),
        request,
        printable(answer),
        lines,
    )


def told_broken(exchange: Exchange) -> tuple[str, list[str]]:
    """Say which invariants an exchange breaks, and of which rules."""
    lines, rules = [], []
    for name, fault in exchange.broken.items():
        rule, words = expect.INVARIANTS[name]
        lines.append(f"{words}: {fault}" if fault else words)
        rules += [rule] if rule else []
    return "\n".join(lines), rules


def is_assertion(error: pytest.ExceptionInfo) -> bool:
    """Tell whether it says what was missed, and not that a test is broken.

    So do `pytest.raises`, and the names for as many values as must be there.
    """
    said = str(error.value)
    return (
        isinstance(error.value, AssertionError)
        or said.startswith("DID NOT RAISE")
        or bool(UNPACKED.fullmatch(said))
    )


def message_of(error: pytest.ExceptionInfo) -> str:
    """Return what an exception says, without the words of pytest."""
    said = str(error.value)
    if error.type is KeyError:
        return f"there is no {said} in what was answered"
    if found := UNPACKED.fullmatch(said):
        about = compared(places(error)[0].source)
        return f"{about}: expected {found[1]}, got {found[2] or 'more'}"
    if not isinstance(error.value, AssertionError):
        return f"{error.typename}: {said}"
    if said.startswith("assert "):
        pairs = re.findall(r"^ +(.*\bexpected\b.*)$", said, re.M)
        about = compared(places(error)[0].source)
        lines = [
            f"{about}: {one}"
            if one.startswith("expected")
            else about * one.startswith("[") + one
            for one in pairs
        ]
        whole = "not true: " + compared(places(error)[0].source, whole=True)
        return "\n".join(lines or [whole, said.removeprefix("assert ")])
    return said.partition("\nassert ")[0]


def compared(statement: str, whole: bool = False) -> str:
    """Return what an assertion compares, or says, as the source has it."""
    try:
        (node,) = ast.parse(textwrap.dedent(statement)).body
        if isinstance(node, ast.Assign):
            part = node.value
        else:
            part = node.test if whole else node.test.left
        return " ".join(ast.unparse(part).split())[:80]
    except (SyntaxError, ValueError, AttributeError):
        return "a value"


def blame(error: pytest.ExceptionInfo) -> list[str]:
    """Return the rules that the failing function stands for, if any."""
    called = [BLAME[one.name] for one in error.traceback if one.name in BLAME]
    return called[-1] if called else []


def narrowed(
    rules: list[str], says: str, test: str, known: dict[str, Rule]
) -> list[str]:
    """Keep the rules that name the operation or what differs, if any does."""
    found = re.match(r"(.+?): (?:expected (.+?), got|not expected)", says)
    terms = found.groups() if found else re.findall(r"\bno '?([\w-]+)", says)
    words = [one.strip('"') for one in terms if one and one != "status"]
    operations = re.findall(r"(?<=[\[-])[a-z]+_[a-z_]+(?=[]-])", test)
    for group in (operations, words):
        naming = [
            rule
            for rule in rules
            if any(is_named(word, known[rule].sentence) for word in group)
        ]
        rules = naming or rules
    return list(rules)


def is_named(word: str, sentence: str) -> bool:
    """Tell whether a sentence has a word."""
    pattern = rf"(?i)(?<!\w){re.escape(word)}(?!\w)"
    return bool(re.search(pattern, sentence))


class Place(NamedTuple):
    """Hold a frame of a traceback, and the lines of what it called."""

    frame: FrameType
    path: Path
    line: int
    source: str


def places(error: pytest.ExceptionInfo) -> list[Place]:
    """List what of a traceback is in tests/, the innermost first."""
    found = []
    summaries = traceback.extract_tb(error.tb)
    for (frame, _), about in zip(
        traceback.walk_tb(error.tb), summaries, strict=True
    ):
        path, last = Path(about.filename), about.end_lineno or about.lineno
        if path.is_relative_to(ROOT / "tests"):
            lines = linecache.getlines(about.filename)[about.lineno - 1 : last]
            found.append(Place(frame, path, about.lineno, "".join(lines)))
    return found[::-1]


def named_places(error: pytest.ExceptionInfo) -> Iterator[str]:
    """Name the line of the test that failed, and what called it."""
    for one in places(error):
        path = one.path.relative_to(ROOT)
        if path.parts[1] != "support":
            source = " ".join(one.source.split())
            yield f"{path}:{one.line}: {source[:200]}"


def failing_exchange(
    error: pytest.ExceptionInfo, exchanges: list[Exchange]
) -> Exchange | None:
    """Find the exchange that the failing statement looked at.

    Its variables tell: an answer, or what was made of the body of one.
    """
    owners = dict(owned(exchanges))
    for place in places(error):
        is_support = place.path.parent.name == "support"
        found = [
            owner
            for name, value in place.frame.f_locals.items()
            if is_support or re.search(rf"\b{name}\b", place.source)
            for owner in owners_of(value, owners)
        ]
        if found:  # one from before the test is kept by a fixture
            order = {one: n for n, one in enumerate(exchanges, 1)}
            return max(found, key=lambda one: order.get(one, 0))
    return exchanges[-1] if exchanges else None


def owned(exchanges: list[Exchange]) -> Iterator[tuple[int, Exchange]]:
    """Give the identity of all that was made of the answers' bodies."""
    for exchange in exchanges:
        for answer in filter(None, exchange.answers):
            for one in parts(answer.parsed):
                yield id(one), exchange


def parts(value: object) -> Iterator[object]:
    """Give lists, objects and elements of a page with all that is in them."""
    if isinstance(value, Element):
        yield from value.walk()
    elif isinstance(value, dict | list):
        yield value
        for one in value.values() if isinstance(value, dict) else value:
            yield from parts(one)


def owners_of(value: object, owners: dict[int, Exchange]) -> list[Exchange]:
    """Return to which exchanges the value of a variable belongs."""
    if isinstance(value, Exchange):
        return [value]
    if isinstance(value, Asked):
        return [value.noted]
    if isinstance(value, Response):
        return [value.exchange] if value.exchange else []
    if id(value) in owners:
        return [owners[id(value)]]
    if isinstance(value, list | tuple):
        return [one for part in value for one in owners_of(part, owners)]
    return []


def told_request(exchange: Exchange, exchanges: list[Exchange]) -> str:
    """Write the line for the shell, and what has to be known of it."""
    lines = [exchange.line()]
    place = exchanges.index(exchange) if exchange in exchanges else 0
    if before := exchanges[max(0, place - BEFORE) : place]:
        lines.append("# after " + "; ".join(one.name for one in before))
    if exchange.changes:
        lines.append("# it has done its work: again, it may answer otherwise")
    return printable("\n".join(lines))


def told_answers(exchange: Exchange, says: str = "") -> str:
    """Write what came, with the headers that are talked of."""
    blocks = []
    for answer in exchange.answers:
        if answer is None:
            blocks.append("closed without an answer")
            continue
        lines = [f"{answer.version} {answer.status_code} {answer.reason}"]
        lines += [
            f"{name}: {value}"
            for name, value in answer.header_list
            if re.search(rf"(?i)\b{re.escape(name)}\b", f"{says} content-type")
        ]
        text = answer.content.decode("utf-8", "replace")
        cut = text[:LONGEST] + "…" * (len(text) > LONGEST)
        blocks.append("\n".join([*lines, cut]).rstrip())
    return "\n\n".join(blocks) or "no answer"
