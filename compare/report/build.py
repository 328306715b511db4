"""Build the whole site."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from compare import ROOT
from compare.ledger.grid import TITLES
from compare.report import (
    benchmark,
    capability,
    change,
    layers,
    learning,
    operation,
    overview,
    pair,
    search,
    single,
)
from compare.report.material import Material, gather
from compare.report.site import HERE, Site
from compare.report.texts import operations
from compare.report.tracing import refresh_traces

SECTIONS = [
    ("index.html", "Overview"),
    ("operations.html", "Operations"),
    ("pairs.html", "Pairs"),
    ("change/favourite.html", "One change"),
    ("learn.html", "Learn"),
    ("production.html", "Production"),
    ("differences.html", "Differences"),
    ("benchmark.html", "Benchmark"),
    ("layers.html", "Layers"),
]
SIGNS = {"passed": "✓", "failed": "✗", "deviates": "≠", "not run": "–"}
ORIGIN_TITLES = {
    "own": "code of this project",
    "framework": "framework",
    "library": "library",
    "server": "HTTP server",
    "stdlib": "standard library",
    "database": "SQLite",
}
MEANINGS = {
    "own": "What was written for this service, in the implementation's app.",
    "framework": "The framework and all that it requires.",
    "library": "Any other package that the implementation requires.",
    "server": "What speaks HTTP: gunicorn, uvicorn with h11, or the one by "
    "hand.",
    "stdlib": "Python's own modules.",
    "database": "SQLite, behind Python's module for it.",
}
# The search comes last: it knows what all others have written.
PARTS = (
    overview,
    capability,
    operation,
    pair,
    change,
    learning,
    benchmark,
    layers,
    single,
    search,
)
STYLES = ("diff/diff.css", "report/static/style.css")
SCRIPT = HERE / "static" / "report.js"


def build(results: Path, target: Path) -> int:
    """Write the site into a folder, anew; return how many pages it has.

    What was there stays until the new site is whole.
    """
    refresh_traces(results / "traces")
    material = gather(results)
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    site = Site(fresh, shared(material))
    site.put("style.css", stylesheet())
    site.put("report.js", SCRIPT.read_text("utf-8"))
    for part in PARTS:
        part.write(site, material)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return len(site.ids)


def shared(material: Material) -> dict[str, object]:
    """Return what every template may use."""
    now = datetime.now(UTC).isoformat(" ", "minutes")
    return {
        "sections": SECTIONS,
        "titles": TITLES,
        "columns": list(material.runs),
        "made": now.replace("+00:00", " UTC"),
        "meanings": MEANINGS,
        "signs": SIGNS,
        "origin_titles": ORIGIN_TITLES,
        "capability_links": [
            (f"capability/{name}.html", name) for name in material.found.rows
        ],
        "operation_links": [
            (f"operation/{name}.html", name) for name in operations()
        ],
    }


def stylesheet() -> str:
    """Put the stylesheets together."""
    files = [ROOT / "compare" / name for name in STYLES]
    return "\n".join(f.read_text("utf-8") for f in files if f.exists())
