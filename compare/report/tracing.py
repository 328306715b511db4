"""Trace all operations, unless it was done since the code last changed."""

from datetime import datetime
from pathlib import Path

from compare import IMPLEMENTATIONS, ROOT
from compare.ledger.capabilities import files_in, folder_of
from compare.report.results import read_json


def refresh_traces(folder: Path) -> None:
    """Trace all operations where one is missing or older than the code."""
    from compare.trace.document import write_document
    from compare.trace.operations import OPERATIONS
    from compare.trace.run import trace_all

    if all(is_fresh(folder / f"{name}.json") for name in OPERATIONS):
        return
    documents, _ = trace_all(OPERATIONS, measure=True, say=print)
    for document in documents.values():
        write_document(document)


def is_fresh(path: Path) -> bool:
    """Say whether a trace was made after the last change of the code."""
    trace = read_json(path)
    if trace is None:
        return False
    return datetime.fromisoformat(trace["made"]).timestamp() > last_change()


def last_change() -> float:
    """Return when what is traced, or what traces, last changed."""
    folders = [*map(folder_of, IMPLEMENTATIONS), ROOT / "compare" / "trace"]
    files = [path for one in folders for path in files_in(one)]
    return max(
        path.stat().st_mtime for path in [*files, ROOT / "requirements.lock"]
    )
