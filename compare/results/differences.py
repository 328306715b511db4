"""What the spec leaves open, and where the implementations differ in it.

An input is the id of a test of robustness; its answer is the statuses
that came, one for each request that may be answered in several ways.
"""

import re
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from compare.ledger.grid import table_line

Answers = dict[str, str]  # input: answer
LONGEST = 180
SHOWN = 20
BORDER = 4
TITLE = "Left open by the spec, and answered differently"
NONE = "–"


def differences(answers: dict[str, Answers]) -> dict[str, Answers]:
    """Return, by input, the answer of each name, where they differ."""
    inputs = dict.fromkeys(one for found in answers.values() for one in found)
    rows = {
        one: {
            name: found[one] for name, found in answers.items() if one in found
        }
        for one in inputs
    }
    return {
        one: {name: row.get(name, NONE) for name in answers}
        for one, row in rows.items()
        if len(set(row.values())) > 1
    }


def tell_differences(
    found: dict[str, Answers], console: Console, path: Path
) -> None:
    """Print the first differences and write all of them to a file."""
    if not found:
        path.unlink(missing_ok=True)
        return
    path.write_text(differences_markdown(found), "utf-8")
    table = Table(title=TITLE)
    table.add_column("input", style="bold", no_wrap=True)
    shown = list(found)[:SHOWN]
    left = console.width - BORDER
    for name in next(iter(found.values())):
        width = max(
            len(text) for text in (name, *(found[o][name] for o in shown))
        )
        table.add_column(name, no_wrap=True, min_width=width)
        left -= width + BORDER
    for one in shown:
        table.add_row(Text(plain(one, max(left, 9))), *found[one].values())
    console.print(table)
    rest = len(found) - SHOWN
    more = f"and {rest} more; all of them: " if rest > 0 else "also in "
    console.print(f"{more}{path.parent.name}/{path.name}", markup=False)


def differences_markdown(found: dict[str, Answers]) -> str:
    """Write all differences as a table."""
    names = list(next(iter(found.values())))
    lines = [f"# {TITLE}", "", table_line(["input", *names])]
    lines.append(table_line(["---"] * (1 + len(names))))
    for one, row in found.items():
        name = f"`` {plain(one)} ``"
        lines.append(table_line([name, *row.values()]))
    return "\n".join([*lines, ""])


def plain(nodeid: str, longest: int = LONGEST) -> str:
    """Write the id of a test short: "odd_path[GET-///]"."""
    text = re.sub(r"^.*?::(test_)?", "", nodeid)
    return text if len(text) <= longest else text[: longest - 1] + "…"
