"""Where the implementations deviate from a SHOULD, for people to read.

The suite checks the files (tests/support/deviations.py); here they are
only shown.
"""

import tomllib
from pathlib import Path

from compare import IMPLEMENTATIONS
from tests.support.report import Rule

Deviations = dict[str, dict[str, str]]  # rule: texts by their keys


def read_deviations(folder: Path) -> Deviations:
    """Read the file of an implementation; nothing where there is none."""
    path = folder / "deviations.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def deviations_markdown(
    found: dict[str, Deviations],
    rules: dict[str, Rule],
    titles: dict[str, str],
) -> str:
    """Write the list: each rule, and what each answers instead."""
    named = {rule for deviations in found.values() for rule in deviations}
    lines = []
    for rule in (rule for rule in rules.values() if rule.id in named):
        lines += [
            f"**[{rule.id}](../{rule.chapter})** {rule.sentence}",
            "",
            *(
                deviation_line(titles[name], found[name][rule.id])
                for name in IMPLEMENTATIONS
                if rule.id in found.get(name, {})
            ),
            "",
        ]
    return "\n".join(lines[:-1]) or "None."


def deviation_line(title: str, texts: dict[str, str]) -> str:
    """Write one item of the list."""
    return (
        f"- {title}: {texts['answers']} {texts['why']} "
        f"([source]({texts['source']})) To change it: {texts['remedy']}"
    )
