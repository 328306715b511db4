"""The comparisons in a terminal."""

from collections.abc import Callable, Iterable

from rich.console import Console, RenderableType

from compare.diff.draw_columns import draw_columns
from compare.diff.draw_pairs import draw_difference
from compare.diff.operation import operation_groups
from compare.diff.pager import show_text
from compare.diff.sections import sections
from compare.ledger.capabilities import Capabilities

# Draws something for a terminal of some width.
Drawing = Callable[[int], Iterable[RenderableType]]


def difference(
    found: Capabilities, left: str, right: str, capabilities: list[str]
) -> Drawing:
    """Compare two implementations."""
    made = sections(found, left, right, capabilities)
    return lambda width: draw_difference(made, left, right, width)


def operation(found: Capabilities, name: str) -> Drawing:
    """Compare one operation in all implementations."""
    groups = operation_groups(found, name)
    return lambda width: draw_columns(name, groups, width)


def show(drawing: Drawing, width: int | None = None) -> None:
    """Show a drawing; without a terminal COLUMNS or `width` is its width."""
    console = Console(width=width, highlight=False)
    with console.capture() as captured:
        for part in drawing(console.width):
            console.print(part, soft_wrap=True)
    show_text(captured.get())
