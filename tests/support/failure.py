"""What a failed test has to tell: the rule, the request, both sides."""

import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

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
LONGEST = 1000  # characters of a body
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
            textwrap.fill(f"{one}: {rules[one].sentence}", columns)
            + f" ({rules[one].chapter})"
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
        says, blamed, places = *told_broken(exchange), []
    elif error is None:
        return Failure(test, "passes, though it is declared to fail", cited)
    else:
        exchange = failing_exchange(error, exchanges)
        says, blamed = message_of(error), blame(error)
        places = list(places_of(error))
    return Failure(
        test,
        printable(says),
        narrowed(blamed or cited, f"{says}\n{test}", rules),
        exchange.line() if exchange else "",
        printable(told_answers(exchange, says)) if exchange else "",
        places,
    )


def told_broken(exchange: Exchange) -> tuple[str, list[str]]:
    """Say which invariants an exchange breaks, and of which rules."""
    lines, rules = [], []
    for name in exchange.broken:
        rule, words = expect.INVARIANTS[name]
        if name in ("problem", "json"):
            answer = exchange.answers[0]
            words += ": " + expect.body_fault(answer, exchange.target)
        lines.append(words)
        rules += [rule] if rule else []
    return "\n".join(lines), rules


def message_of(error: pytest.ExceptionInfo) -> str:
    """Return what an exception says, without the words of pytest."""
    said = str(error.value)
    if not isinstance(error.value, AssertionError):
        return f"{error.typename}: {said}"
    if said.startswith("assert "):
        pairs = re.findall(r"^  ?(\S.*expected.*)$", said, re.M)
        return "\n".join(pairs) or said.removeprefix("assert ")
    return said.partition("\nassert ")[0]


def blame(error: pytest.ExceptionInfo) -> list[str]:
    """Return the rules that the failing function stands for, if any."""
    called = [BLAME[one.name] for one in error.traceback if one.name in BLAME]
    return called[-1] if called else []


def narrowed(rules: list[str], says: str, known: dict[str, Rule]) -> list[str]:
    """Keep the rules that name what differs or the operation, if any does."""
    found = re.match(r"(.+?): (?:expected (.+?), got|not expected)", says)
    terms = found.groups() if found else re.findall(r"\bno (\S+)", says)
    words = [one.strip('"') for one in terms if one and one != "status"]
    words += re.findall(r"(?<=[\[-])[a-z]+_[a-z_]+(?=[]-])", says)
    naming = [
        rule
        for rule in rules
        if any(is_named(word, known[rule].sentence) for word in words)
    ]
    return naming or list(rules)


def is_named(word: str, sentence: str) -> bool:
    """Tell whether a sentence has a word."""
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sentence))


def frames(error: pytest.ExceptionInfo) -> Iterator[object]:
    """Give what of a traceback is in tests/, the innermost first."""
    folder = ROOT / "tests"
    for entry in reversed(error.traceback):
        if Path(entry.path).is_relative_to(folder):
            yield entry


def places_of(error: pytest.ExceptionInfo) -> Iterator[str]:
    """Name the line of the test that failed, and what called it."""
    for entry in frames(error):
        path = Path(entry.path).relative_to(ROOT)
        if path.parts[1] != "support":
            source = " ".join(str(entry.statement).split())
            yield f"{path}:{entry.lineno + 1}: {source[:200]}"


def failing_exchange(
    error: pytest.ExceptionInfo, exchanges: list[Exchange]
) -> Exchange | None:
    """Find the exchange that the failing statement looked at.

    Its variables tell: an answer, or what was made of the body of one.
    """
    owners = dict(owned(exchanges))
    for entry in frames(error):
        found = [
            owner
            for name, value in entry.locals.items()
            if re.search(rf"\b{name}\b", str(entry.statement))
            or "support" in Path(entry.path).parts
            for owner in owners_of(value, owners)
        ]
        if found:
            return max(found, key=exchanges.index)
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


def told_answers(exchange: Exchange, says: str) -> str:
    """Write what came, with its headers where one of them is at fault."""
    blocks = []
    for answer in exchange.answers:
        if answer is None:
            blocks.append("closed without an answer")
            continue
        lines = [f"{answer.version} {answer.status_code} {answer.reason}"]
        lines += [
            f"{name}: {value}"
            for name, value in answer.header_list
            if expect.is_header(says) or name.lower() == "content-type"
        ]
        text = answer.content.decode("utf-8", "replace")
        cut = text[:LONGEST] + "…" * (len(text) > LONGEST)
        blocks.append("\n".join([*lines, cut]).rstrip())
    return "\n\n".join(blocks) or "no answer"
