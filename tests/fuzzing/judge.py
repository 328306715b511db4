"""Compare the answers of several servers, and explain what may differ."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.fuzzing.step import Step
from tests.fuzzing.world import Answer

Said = dict[str, object]  # what one aspect is, by the server's name


# For each SHOULD: what shows that an implementation deviates. Asked are the
# step, the aspect, its value, and the values of the others.
EXCUSES: dict[str, Callable[[Step, str, object, list], object]] = {
    "ROUTING-3": lambda step, aspect, *_: aspect == "allow",
    "ROUTING-4": lambda step, *_: step.method == "HEAD",
    "ROUTING-5": lambda step, *_: step.method == "OPTIONS",
    "BODIES-1": lambda step, *_: step.left_open == "BODIES-1",
    "BODIES-14": lambda step, *_: step.left_open == "BODIES-14",
    "CACHING-1": lambda step, _, value, others: value == 200 and 304 in others,
    "CACHING-8": lambda step, _, value, others: value == 200 and 304 in others,
    "CORS-8": lambda step, aspect, *_: aspect == "origin" and is_page(step),
    "CSRF-4": lambda step, *_: step.page and step.header("origin"),
    "ERRORS-10": lambda step, _, value, __: value is None and is_page(step),
    "HOSTS-8": lambda step, _, value, __: step.header("host") and value == 400,
    "PAGES-14": lambda step, _, value, others: (
        step.page and value in (200, 400) and all(map(is_refusal, others))
    ),
    "SEARCH-9": lambda step, *_: "%EF%BF%BE" in step.path,
    "STATIC-3": lambda step, *_: step.path.startswith("/static/"),
}


def is_page(step: Step) -> bool:
    """Tell whether a path is one of the pages."""
    return not step.path.startswith("/api")


@dataclass
class Finding:
    """Hold what differs in one way, and the shortest way to it."""

    signature: str
    rules: list[str]
    said: Said
    steps: list[Step] = field(default_factory=list)
    count: int = 1


def compare(
    step: Step, answers: dict[str, Answer], declared: dict[str, set[str]]
) -> Iterator[Finding]:
    """Give what differs between the answers to one step."""
    for name, answer in answers.items():
        for fault in answer.get("broken", []):
            said = {name: answer["status"]}
            yield Finding(f"{step.kind}: {fault} ({name})", [], said)
    alike = dict(answers)
    for aspect in dict.fromkeys(a for one in answers.values() for a in one):
        said = {name: one.get(aspect) for name, one in alike.items()}
        if aspect == "broken" or same(said):
            continue
        rules = explain(step, aspect, said, declared)
        yield Finding(f"{step.kind}: {aspect}: {partition(said)}", rules, said)
        if aspect == "status":
            usual, _ = Counter(said.values()).most_common(1)[0]
            alike = {n: one for n, one in alike.items() if said[n] == usual}


def explain(
    step: Step, aspect: str, said: Said, declared: dict[str, set[str]]
) -> list[str]:
    """Name the rules that allow what differs; none if it is not allowed."""
    excused = {}
    for name, value in said.items():
        others = [one for other, one in said.items() if other != name]
        for rule in declared.get(name, set()) & EXCUSES.keys():
            if EXCUSES[rule](step, aspect, value, others):
                excused[name] = rule
    rest = {name: v for name, v in said.items() if name not in excused}
    rules = sorted(set(excused.values()))
    if same(rest):
        return rules
    rule = left_open(step, aspect, list(rest.values()))
    return [*rules, rule] if rule else []


def left_open(step: Step, aspect: str, values: list[object]) -> str:
    """Say which rule leaves open what differs, if one does."""
    level, _, rule = step.left_open.partition(" ")
    if level == "any" or (level and aspect != "status"):
        return rule or level
    if aspect != "status":
        about = str(values)
        bare = step.header("authorization") == "Bearer"
        adds = step.method == "POST" and is_page(step)
        return {
            "body": "LIMITS-17" * (adds and "" in values),
            "codes": "VALIDATION-1",
            "fields": "VALIDATION-2" * ("password" in about),
            "challenge": "TOKENS-17" * bare,
        }.get(aspect, "")
    found = set(values)
    taken = {one for one in found if not is_refusal(one)}
    if level and len(taken) <= (level == "refusal"):
        return rule or "ERRORS Why"
    if found == {412, 422} or (found & {413, 415} and not taken):
        return "ERRORS Why"
    if 412 in found and step.method == "GET":
        return "RFC 9110 §13.1.1"
    if found == {200, 304} and not step.path.startswith("/api/bookmarks"):
        return "RFC 9110 §13.1.2"
    # The tag of a list may have come with another coding than is asked for.
    if found == {200, 304} and "<<list" in step.header("if-none-match"):
        return "COMPRESSION-6"
    return "ROUTING-2" * (is_page(step) and found <= {303, 401, 403, 405})


def is_refusal(status: object) -> bool:
    """Tell whether a status refuses a request."""
    return status == "closed" or status in range(400, 500)


def same(said: Said) -> bool:
    """Tell whether all say the same."""
    return len(set(map(repr, said.values()))) <= 1


def partition(said: Said) -> str:
    """Say who agrees with whom: "stdlib, django: 404; flask: 405"."""
    groups: dict[str, list[str]] = {}
    for name, value in said.items():
        groups.setdefault(repr(value), []).append(name)
    short = all(len(value) < 30 for value in groups)
    return "; ".join(
        ", ".join(names) + f": {value}" * short
        for value, names in groups.items()
    )
