"""What a failure tells: the rule, what was expected, the exchange."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import expect, page, raw, report, telling
from tests.support.difference import differences, names, say, statuses
from tests.support.failure import (
    Failure,
    by_cause,
    is_assertion,
    read_failure,
    told_request,
)

RULES = {
    rule: report.Rule(rule, "MUST", "own", False, sentence, "spec/x.md")
    for rule, sentence in {
        "A-1": "The answer has `token_type`, which is `Bearer`.",
        "A-2": "A list has a `Link`.",
        "A-3": "`show_health` answers 415 to what is no JSON.",
        "BODIES-12": "It is strict JSON.",
        "ERRORS-1": "It is `application/problem+json`.",
        "ERRORS-2": "It has exactly the members.",
        "ERRORS-4": "No response shows the inside.",
        "VALIDATION-1": "It has errors.",
    }.items()
}
JSON = ("Content-Type", "application/json")
TOKEN = {
    "token": "A" * 43,
    "token_type": "bearer",
    "expires_at": "2026-01-02T03:04:05.678901Z",
}


@pytest.fixture
def sent() -> list[report.Exchange]:
    """Collect the exchanges of a test."""
    return []


def answer(
    sent: list[report.Exchange],
    body: object,
    status: int = 200,
    *headers: tuple[str, str],
) -> raw.Response:
    """Answer one more request, whose line is its number."""
    number = str(len(sent) + 1)
    exchange = report.Exchange("", 200, lambda: number, "GET", "/api/x")
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = raw.Response(status, "OK", list(headers) or [JSON], content)
    exchange.take(response)
    sent.append(exchange)
    return response


def told(
    sent: list[report.Exchange],
    work: Callable[[], object],
    test: str = "t",
    cited: tuple[str, ...] = ("A-1", "A-2", "A-3"),
) -> Failure:
    """Let some work fail and tell it."""
    with pytest.raises(Exception) as error:  # noqa: B017, PT011
        work()
    return read_failure(test, list(cited), error, sent, RULES)


def test_what_differs_and_its_rule(sent: list) -> None:
    """Both values by name; of three rules the one that names it."""
    good = answer(sent, TOKEN)
    answer(sent, {})
    failure = told(sent, lambda: expect.token(good.json()))
    assert failure.says == 'token_type: expected "Bearer", got "bearer"'
    assert failure.rules == ["A-1"]
    assert failure.request.split("\n")[0] == "1"
    assert failure.answer.startswith("HTTP/1.1 200 OK\nContent-Type: ")
    assert '"bearer"' in failure.answer
    assert failure.places[-1].startswith("tests/unit/test_failure.py:")


def test_an_assertion_of_a_test(sent: list) -> None:
    """pytest's own words are left out, but for both sides."""
    first = answer(sent, {"total": 25, "items": [1, 2], "more": 7})
    answer(sent, {"total": 12})

    def work() -> None:
        body = first.json()
        assert body == {"total": 12, "items": [1, 3]}

    failure = told(sent, work)
    assert failure.request.split("\n")[0] == "1"
    assert failure.says.splitlines()[-3:] == [
        "total: expected 12, got 25",
        "items[1]: expected 3, got 2",
        "more: not expected, got 7",
    ]


def test_the_answer_that_the_statement_names(sent: list) -> None:
    """Other answers in the same function are not meant, nor is the last."""
    first, second = answer(sent, {}), answer(sent, {})
    answer(sent, {})

    def work() -> None:
        assert first
        assert second.status_code == 404, "another"

    assert told(sent, work).request[0] == "2"


def unpack(values: list) -> None:
    """Take the only one."""
    (only,) = values
    assert only


@pytest.mark.parametrize(
    ("values", "got"), [([], "0"), ([1, 2], "more")], ids=["none", "two"]
)
def test_values_that_are_not_as_many_are_told(
    sent: list, values: list, got: str
) -> None:
    """To name one value is to expect one."""
    failure = told(sent, lambda: unpack(values))
    assert failure.says == f"values: expected 1, got {got}"


@pytest.mark.parametrize(
    ("work", "asserts"),
    [
        (
            lambda: expect.has_status(raw.Response(200, "OK", [], b""), 404),
            True,
        ),
        (lambda: unpack([]), True),
        (lambda: pytest.raises(OSError, int), True),
        (lambda: int("x"), False),
    ],
    ids=["assert", "unpack", "raises", "another"],
)
def test_what_a_test_asserts(
    work: Callable[[], object], asserts: bool
) -> None:
    """An assertion, one value where there is another number, no error."""
    with pytest.raises(BaseException) as error:  # noqa: B017, PT011
        work()
    assert is_assertion(error) == asserts


def test_a_header_that_is_talked_of_is_shown(sent: list) -> None:
    """Where a header is at fault, it stands in the answer."""
    one = answer(sent, [], 200, JSON, ("X-Other", "y"), ("ETag", "W/x"))
    failure = told(sent, lambda: expect.link(one))
    assert failure.says == "the answer has no Link"
    assert failure.rules == ["A-2"]
    assert "X-Other" not in failure.answer
    failure = told(sent, lambda: expect.etag(one))
    assert failure.says == 'ETag: expected "…", strong, got "W/x"'
    assert "ETag: W/x" in failure.answer
    assert "X-Other" not in failure.answer
    failure = told(sent, lambda: expect.token(one.json()))
    assert failure.says == "the body: expected an object, got []"


def test_what_is_not_named_is_the_source_of_the_test(sent: list) -> None:
    """A bare value or a place in a list has the name that the test has."""

    def work() -> None:
        sizes = [1, 25]
        assert sizes[1] == 20

    assert told(sent, work).says == "sizes[1]: expected 20, got 25"

    def more() -> None:
        sizes = [1, 25]
        assert sizes == [1, 20]

    assert told(sent, more).says == "sizes[1]: expected 20, got 25"


def test_what_is_not_true_is_the_source_of_the_test(sent: list) -> None:
    """A bare False would tell nothing, and chance is no cause."""

    def work() -> None:
        assert "b" not in {"a": 1, "b": 2}

    cause = "not true: 'b' not in {'a': 1, 'b': 2}"
    assert told(sent, work).cause == cause

    def bare() -> None:
        assert str.isupper("a")

    assert told(sent, bare).cause == "not true: str.isupper('a')"


def test_a_member_that_is_missing(sent: list) -> None:
    """A test that takes it for granted tells what is not there."""
    one = answer(sent, {})
    failure = told(sent, lambda: one.json()["token_type"])
    assert failure.says == "there is no 'token_type' in what was answered"
    assert failure.rules == ["A-1"]
    assert failure.request == "1"


def test_a_request_that_cannot_be_repeated_says_so(sent: list) -> None:
    """What came before it is named, and that its work is done."""
    for method, status in (("GET", 404), ("POST", 201), ("POST", 422)):
        answer(sent, {}, status)
        sent[-1].method = method
    before = "# after GET /api/x: 404"
    done = "# it has done its work: again, it may answer otherwise"
    lines = [told_request(one, sent).split("\n") for one in sent]
    assert lines[:2] == [["1"], ["2", before, done]]
    assert lines[2] == ["3", before + "; POST /api/x: 201"]


@pytest.mark.parametrize(
    ("test", "rules"), [("t[x-show_health]", ["A-3"]), ("t", ["A-1", "A-2"])]
)
def test_a_status_and_its_rule(sent: list, test: str, rules: list) -> None:
    """A rule is meant that has the operation or the status."""
    one = answer(sent, {})
    cited = ("A-1", "A-2", "A-3") if "[" in test else ("A-1", "A-2")
    failure = told(
        sent, lambda: expect.has_status(one, {404, 400}), test, cited
    )
    assert failure.says == "status: expected 400 or 404, got 200"
    assert failure.rules == rules
    failure = told(sent, lambda: expect.has_status(one, 415))
    assert failure.rules == ["A-3"]


@pytest.mark.parametrize(
    ("body", "kind", "rule", "says"),
    [
        (b"{", "application/problem+json", "BODIES-12", "the body is no JSON"),
        (b"{}", "application/json", "ERRORS-1", "Content-Type: expected"),
        (b"{}", "application/problem+json", "ERRORS-2", "the body names not"),
    ],
)
def test_what_every_answer_has_to_be(
    sent: list, body: bytes, kind: str, rule: str, says: str
) -> None:
    """A problem document that is none breaks its rule, not the test's."""
    one = answer(sent, body, 404, ("Content-Type", kind))
    failure = told(sent, lambda: expect.problem(one, 404))
    assert failure.says.startswith(says)
    assert rule in failure.rules
    assert "A-1" not in failure.rules


def test_what_no_answer_may_be(sent: list) -> None:
    """Without an error, the exchange tells that broke an invariant."""
    answer(sent, {})
    answer(sent, {"a": "x\x1b"}, 404)
    answer(sent, {})
    sent[1].broken = {"problem": "X", "leak": ""}
    failure = read_failure("t", ["A-1"], None, sent, RULES)
    assert failure.says.splitlines() == [
        "an error is no problem document: X",
        "an error shows the inside of the server",
    ]
    assert failure.rules == ["ERRORS-2", "ERRORS-4"]
    assert failure.request.split("\n")[0] == "2"


def test_nothing_does_anything_to_a_terminal(sent: list) -> None:
    """What a server sends is shown with escapes."""
    one = answer(sent, b"a\x1b[2J\0b")
    failure = told(sent, lambda: expect.strict_json(one))
    assert failure.answer.endswith("a\\x1b[2J\\x00b")


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (404, "404"),
        ({302, 303}, "302 or 303"),
        (set(range(400, 500)), "400 to 499"),
        ({200, "closed", *range(400, 500)}, "200, 400 to 499 or closed"),
        ([404, {200, 400}], "404, then 200 or 400"),
    ],
)
def test_statuses(expected: object, text: str) -> None:
    """A hundred statuses are two numbers."""
    assert statuses(expected) == text


@pytest.mark.parametrize(
    ("expected", "got", "lines"),
    [
        (1, 1, []),
        (12, 25, ["expected 12, got 25"]),
        ({"a": None}, {}, ["a: expected null, got nothing"]),
        ({}, {"a": 1}, ["a: not expected, got 1"]),
        (
            {"a": {"b": [1, 2]}},
            {"a": {"b": [1, 3]}},
            ["a.b[1]: expected 2, got 3"],
        ),
        ([1], [1, 2], ["expected [1], got [1, 2]"]),
        ({"x", "y"}, {"x", "z"}, ["x, z; expected also y; not expected: z"]),
    ],
)
def test_differences(expected: object, got: object, lines: list) -> None:
    """What differs is named by its place, a line each."""
    assert differences(expected, got) == lines


def test_long_values_are_cut_to_what_differs() -> None:
    """A long common beginning is left out, and many lines are counted."""
    one, two = "a" * 500 + "b", "a" * 500 + "c"
    assert differences(one, two, "notes") == [
        f'notes: expected "…{"a" * 20}b", got "…{"a" * 20}c"'
    ]
    many = differences(list(range(20)), [0] * 20)
    assert many[-1] == "… and 11 more"
    assert len(say("x" * 1000)) < 130
    text = names({"page", "q"}, {"page"}, "errors")
    assert text == "errors names page; expected also q"


def test_failures_of_one_cause() -> None:
    """Chance parts make no other cause; the most frequent comes first."""
    failures = [
        Failure("a", "status: expected 404, got 200"),
        Failure("b", 'username: expected "z0123456789ab", got 1\nmore'),
        Failure("c", 'username: expected "zba9876543210", got 1'),
    ]
    groups = by_cause(failures)
    assert [len(group) for group in groups.values()] == [2, 1]


def test_a_page_shows_failures_and_all_tests(tmp_path: Path) -> None:
    """Names, words and numbers, with nothing of them as markup."""
    results = report.Results(tmp_path / "x.jsonl", {})
    failure = Failure("t[<b>]", "<i>: expected 1, got 2", ["A-1"], "curl x")
    common = {"capability": "cli", "seconds": 0}
    bad = {"nodeid": "t[<b>]", "outcome": "failed", **common}
    results.add({**bad, "failure": failure.as_dict()}, [])
    results.add({"nodeid": "u", "outcome": "passed", **common}, [])
    results.close({})
    html = page.write_page(results, RULES).read_text("utf-8")
    assert "1 × &lt;i&gt;: expected 1, got 2" in html
    assert "curl x" in html
    assert "cli: 1 of 2 passed" in html
    assert "<li>passed: <code>u</code>" in html
    assert "<b>" not in html


class Reports:
    """Stand for pytest's own reporter."""

    def __init__(self, count: int) -> None:
        """Have so many failures of two causes."""
        self.reportchars, self.written = "fEX", []
        self.stats = {"failed": [self.report(n) for n in range(count)]}

    @staticmethod
    def report(number: int) -> pytest.TestReport:
        """Make one report."""
        said = Failure(f"t{number}", f"{number % 2}: expected 1, got 2")
        return pytest.TestReport(
            f"t{number}",
            ("t.py", 1, "t"),
            {},
            "failed",
            "said",
            "call",
            user_properties=[("failure", said.as_dict())],
        )

    def section(self, title: str) -> None:
        """Write a title."""
        self.written.append(title)

    write_line = section


@pytest.mark.parametrize(("count", "shown"), [(10, 10), (11, 2)])
def test_many_failures_are_folded(count: int, shown: int) -> None:
    """Of more than ten, one of each cause is in full, all are named."""
    reports = Reports(count)
    summary = telling.pytest_terminal_summary(reports)
    next(summary)
    assert len(reports.stats["failed"]) == shown
    assert ("f" in reports.reportchars) == (count == 10)
    with pytest.raises(StopIteration):
        summary.send(None)
    assert len(reports.stats["failed"]) == count
    more = [one for one in reports.written if one.startswith("    and")]
    assert more == ([] if count == 10 else ["    and 1 more"])
