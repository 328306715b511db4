"""What a change costs in one implementation, file by file."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compare.changes.generated import TOOLS, share, write_again
from compare.changes.patches import FilePatch
from compare.ledger.capabilities import claimed_lines, load

Costs = dict[str, Any]


def list_costs(
    name: str, patch: list[FilePatch], copies: list[str], folder: Path
) -> Iterator[Costs]:
    """Describe all files of an implementation that a change touches.

    `folder` is the copy after the change, `copies` what was made there of
    the spec. Raises ToolFailed.
    """
    prefix = f"implementations/{name}/"
    root = folder / prefix
    for one in patch:
        file = one.file.removeprefix(prefix)
        yield {
            "file": file,
            "added": len(one.added),
            "removed": one.removed,
            "capability": capability_of(file, one.added, name, root),
            **generation(name, one.is_new, root / file, root),
        }
    for copy in copies:
        if copy.startswith(prefix):
            yield {
                "file": copy.removeprefix(prefix),
                "added": 1,  # all of it is one line
                "removed": 1,
                "capability": "docs",
                "generated_by": "make grid",
            }


def generation(name: str, is_new: bool, path: Path, root: Path) -> Costs:
    """Say whether a tool writes a file, and how many lines of it.

    It counts as the tool's when the tool writes most of its lines.
    """
    tool = TOOLS.get(name)
    if not (tool and is_new and path.parent == root / tool.folder):
        return {"generated_by": ""}
    made = write_again(tool, path, root)
    by_tool, by_hand = share(path.read_text("utf-8"), made)
    return {
        "generated_by": tool.name if by_tool > by_hand else "",
        "by_tool": by_tool,
        "by_hand": by_hand,
    }


def capability_of(file: str, lines: list[int], name: str, root: Path) -> str:
    """Return the capability that most of some lines belong to, or ""."""
    owners: Counter[str] = Counter()
    for capability, row in load().rows.items():
        for code in row[name].code:
            whole = code.file.endswith("/") and file.startswith(code.file)
            if whole or code.file == file:
                claimed = claimed_lines(code, root)
                owners[capability] += sum((file, n) in claimed for n in lines)
    found = [owner for owner, count in owners.most_common(1) if count]
    if not found and file.startswith("app/static/"):
        return "static"
    return found[0] if found else ""
