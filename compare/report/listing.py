"""The code of a capability or an operation, in pieces that fit on a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from compare.diff.columns import Group, capability_groups
from compare.diff.operation import operation_groups
from compare.diff.page import columns_html
from compare.ledger.capabilities import Capabilities
from compare.report.site import ID

ROOM = 110_000  # bytes of code on one page


@dataclass(frozen=True)
class Part:
    """Rows of code, and the page that holds them."""

    path: str
    html: Markup

    @property
    def anchors(self) -> list[str]:
        """Return the ids of its functions."""
        return [name for name in ID.findall(self.html) if name[:3] == "fn-"]


def capability_code(found: Capabilities, name: str) -> list[Part]:
    """Return the code of a capability; what is too long is on more pages."""
    groups = capability_groups(found, name)
    return list_code(groups, "capability", name)


def operation_code(found: Capabilities, name: str) -> list[Part]:
    """Return the code of an operation, with what it calls."""
    return list_code(operation_groups(found, name), "operation", name)


def list_code(groups: list[Group], folder: str, name: str) -> list[Part]:
    """Cut rows of code into pages; the first is that of the name itself."""
    return [
        Part(
            f"{folder}/{name}{f'-{number}' if number > 1 else ''}.html",
            Markup(columns_html(chunk, name)),
        )
        for number, chunk in enumerate(chunks(groups, name), 1)
    ]


def chunks(groups: list[Group], name: str) -> Iterator[list[Group]]:
    """Yield rows that fit on a page together."""
    kept: list[Group] = []
    size = 0
    for group in groups:
        more = len(columns_html([group], name).encode())
        if kept and size + more > ROOM:
            yield kept
            kept, size = [], 0
        kept.append(group)
        size += more
    yield kept
