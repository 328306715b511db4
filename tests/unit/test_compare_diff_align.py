"""Aligning lines by likeness."""

from difflib import SequenceMatcher

from compare.diff.align import APART, CHANGED, LIKE, SAME, Row, align, changes


def test_lines_are_paired_by_likeness_not_by_rank() -> None:
    """The line that resembles it is the one that changed."""
    left = ("user = authenticate(request, db)", "return Response(204)")
    right = ("with atomic():", "delete(user)", "return HttpResponse(204)")
    assert align(left, right) == [
        Row(left[0], right[0], APART),
        Row(None, right[1], APART),
        Row(left[1], right[2], CHANGED),
    ]


def test_what_is_not_alike_has_not_changed() -> None:
    """No pair lies below the threshold."""
    left = ("a = first(1)", "b = 2", "return a + b", "x")
    right = ("a = first(2)", "raise Other", "return b + a", "yyyyyyyy")
    rows = [row for row in align(left, right) if row.sign == CHANGED]
    ratios = [
        SequenceMatcher(None, row.left, row.right).ratio() for row in rows
    ]
    assert len(rows) == 2
    assert min(ratios) >= LIKE


def test_indentation_alone_is_no_change() -> None:
    """A function that became a method stays."""
    assert [row.sign for row in align(("a()", ""), ("    a()", ""))] == [
        SAME,
        SAME,
    ]


def test_every_line_is_shown_once_and_in_order() -> None:
    """Whatever is paired, nothing is lost."""
    left, right = tuple("abcabxdd"), tuple("bcaaxyd")
    rows = align(left, right)
    assert tuple(row.left for row in rows if row.left) == left
    assert tuple(row.right for row in rows if row.right) == right


def test_marks_are_around_the_words_that_differ() -> None:
    """Characters are counted from 0, the end is not included."""
    left, right = 'return bookmark["id"]', "return bookmark.id"
    ours, theirs = changes(left, right)
    assert [left[a:b] for a, b in ours] == ['["', '"]']
    assert [right[a:b] for a, b in theirs] == ["."]
