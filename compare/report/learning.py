"""The page that follows one request through ten steps."""

from typing import Any

from compare.report.code import highlight
from compare.report.learn import Step, introduction, steps
from compare.report.material import Material
from compare.report.site import Site
from compare.report.texts import on_page

PATH = "learn.html"


def write(site: Site, material: Material) -> None:
    """Write the page."""
    site.write(
        PATH,
        "learn.html",
        introduction=on_page(PATH, introduction(), material.anchors),
        steps=[show_step(step, material) for step in steps()],
    )


def show_step(step: Step, material: Material) -> dict[str, Any]:
    """Describe a step: its texts, its code, and what it had in hand."""
    return {
        "title": step.title,
        "text": on_page(PATH, step.text, material.anchors),
        "question": on_page(PATH, step.question, material.anchors),
        "code": [
            (caption, highlight(text, language))
            for caption, language, text in step.code
        ],
    }
