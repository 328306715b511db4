"""One request in ten steps, with values of a run."""

import json

import pytest

from compare.report.learn import VALUE, Step, introduction, steps


@pytest.fixture(scope="module")
def walked() -> list[Step]:
    """Walk through the steps once."""
    return steps()


def in_hand(step: Step) -> list[str]:
    """Return the values that a step shows."""
    return [text for caption, _, text in step.code if caption == VALUE]


def test_every_step_has_text_source_values_and_a_question(
    walked: list[Step],
) -> None:
    """None of the ten is empty, and what they name exists."""
    assert len(walked) == 10
    for step in walked:
        assert step.text, step.title
        assert step.question.endswith("?"), step.title
        assert in_hand(step), step.title
        assert all(text for _, _, text in step.code), step.title
    assert introduction()


def test_values_are_those_of_one_request(walked: list[Step]) -> None:
    """The bytes that came, the row that was stored, the bytes that left."""
    shown = ["\n".join(in_hand(step)) for step in walked]
    assert shown[0].startswith("POST /api/bookmarks HTTP/1.1\\r\\n\n")
    assert shown[4] == str(
        {"url": "https://example.com/", "title": " Example ", "tags": ["Web"]}
    )
    assert "'tags': ['web']" in shown[6]
    statements = shown[7].splitlines()
    assert statements[0] == "BEGIN IMMEDIATE;"
    assert statements[-1] == "COMMIT;"
    assert any(one.startswith("INSERT INTO bookmarks") for one in statements)
    head, _, body = shown[9].partition("\\r\\n\n\\r\\n\n")
    assert head.startswith("HTTP/1.1 201 Created")
    document = json.loads(body)
    assert f"Location: /api/bookmarks/{document['id']}" in head
    assert document["created_at"] in shown[7]
