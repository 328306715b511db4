"""The data of the spec: what is given, and what comes of it."""

import json
import re

from tests.support.report import SPEC

BLOCK = re.compile(r"^```json (\w+)\n(.*?)^```$", re.M | re.S)


def read_blocks() -> dict[str, list[list]]:
    """Return the lines of each block in a chapter, by its name."""
    return {
        name: [json.loads(line) for line in lines.split("\n") if line]
        for chapter in sorted(SPEC.glob("*.md"))
        for name, lines in BLOCK.findall(chapter.read_text("utf-8"))
    }


PAIRS = read_blocks()
WHITE = [
    chr(number)
    for first, last in PAIRS["white"]
    for number in range(ord(first), ord(last) + 1)
]
GOOD_URLS = [url for url, good in PAIRS["urls"] if good]
BAD_URLS = [url for url, good in PAIRS["urls"] if not good]
OWN_PATHS = [path for path, own in PAIRS["paths"] if own]
FOREIGN_PATHS = [path for path, own in PAIRS["paths"] if not own]
