"""Send random sequences of requests to several servers, and compare.

python -m tests.fuzzing stdlib flask …     fresh servers of these
python -m tests.fuzzing http://… http://…  servers that somebody started

In the environment, N is the number of requests to each server (by default
as many as two minutes allow) and SEED says which. What the spec leaves open
is written to results/fuzz-differences.md; all else is told, with commands
for the shell to see it again, and makes the exit status 1. Ctrl-C ends the
search, and what was found until then is told.
"""

import os
import sys
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import repeat
from pathlib import Path

from rich.progress import Progress

from tests.fuzzing.generator import Generator
from tests.fuzzing.judge import Finding, compare
from tests.fuzzing.step import Step
from tests.fuzzing.world import Answer, World
from tests.support import report, servers

SECONDS = 120
MOST = 8  # findings that are made smaller
RESULTS = report.ROOT / "results" / "fuzz-differences.md"
SMALL = {  # limits that a few requests reach
    "MAX_BODY_BYTES": "8192",
    "MAX_IMPORT_BYTES": "20000",
    "MAX_IMPORT_ENTRIES": "4",
    "MAX_BOOKMARKS": "6",
    "MAX_TAGS": "9",
    "CORS_ORIGINS": "https://app.example",
}
TOKEN = (("Authorization", "Bearer <<token0>>"),)
STATE = [
    Step("GET", "/api/bookmarks?per_page=100&sort=created_at", TOKEN),
    Step("GET", "/api/tags?per_page=100", TOKEN),
    Step("GET", "/api/export?format=ndjson", TOKEN),
    Step("GET", "/api/export", TOKEN),
    Step("GET", "/", (("Cookie", "<<cookie0>>"),)),
]


class Fuzzer:
    """Play sequences on all servers and collect what differs."""

    def __init__(
        self, urls: dict[str, str], declared: dict[str, set[str]]
    ) -> None:
        """Start with nothing found; `declared` are the deviations."""
        self.urls, self.declared = urls, declared
        self.found: dict[str, Finding] = {}
        self.sequences = self.steps = 0
        self.start = f"f{time.time_ns() // 10**8 % 10**9:09d}"
        self.pool = ThreadPoolExecutor(len(urls))

    def play(self, steps: list[Step], only: str = "") -> None:
        """Send steps, then look at the state; stop where servers part.

        `only` is the signature that is looked for, if it is not any.
        """
        self.sequences += 1
        report.log.clear()
        prefix = f"{self.start}_{self.sequences}_"
        worlds = [World(url, prefix) for url in self.urls.values()]
        sequence = [*steps, *STATE]
        for number, step in enumerate(sequence, 1):
            self.steps += 1
            played = self.pool.map(World.play, worlds, repeat(step))
            answers = dict(zip(self.urls, played, strict=True))
            for finding in compare(step, answers, self.declared):
                finding.steps = sequence[:number]
                if only in ("", finding.signature):
                    self.keep(finding)
            told = {len(world.told["id"]) for world in worlds}
            if part(answers) or len(told) > 1 or step.ambiguous:
                break  # from here on, the state and the names may differ

    def keep(self, finding: Finding) -> None:
        """Keep the shortest sequence of each signature."""
        known = self.found.setdefault(finding.signature, finding)
        known.count += known is not finding
        if len(repr(finding.steps)) < len(repr(known.steps)):
            known.steps, known.said = finding.steps, finding.said

    def search(self, seed: str, go_on: Callable[[], bool]) -> None:
        """Make up sequences and play them."""
        generator = Generator(seed)
        while go_on():
            self.play(generator.sequence())

    def shrink(self, finding: Finding) -> None:
        """Leave out steps and headers; the shortest is kept by itself."""
        size = len(finding.steps)
        while size := size // 2:
            for start in reversed(range(0, len(finding.steps) - 1, size)):
                *steps, last = finding.steps
                fewer = steps[:start] + steps[start + size :]
                self.play([*fewer, last], finding.signature)
        for header in finding.steps[-1].headers:
            *steps, last = finding.steps
            kept = tuple(one for one in last.headers if one != header)
            fewer = replace(last, headers=kept)
            self.play([*steps, fewer], finding.signature)

    def unexplained(self) -> list[Finding]:
        """List what no rule allows."""
        return [one for one in self.found.values() if not one.rules]


def part(answers: dict[str, Answer]) -> bool:
    """Tell whether some did what others refused."""
    return (
        len({answer["status"] in range(400) for answer in answers.values()})
        > 1
    )


def tell(finding: Finding) -> None:
    """Print what differs, from where on it does, and how to see it."""
    print(f"\n== {finding.signature}")
    values = {name: str(value) for name, value in finding.said.items()}
    start = max(0, len(os.path.commonprefix(list(values.values()))) - 60)
    for name, value in values.items():
        print(f"{name}: {value[start : start + 300]}")
    for step in finding.steps:
        print(step.curl())


def write(found: list[Finding]) -> None:
    """Write what is explained as a table."""
    lines = ["# Answered differently, as the spec allows", ""]
    lines += ["| times | what | by |", "|---|---|---|"]
    for one in sorted(found, key=lambda one: one.signature):
        cells = str(one.count), one.signature, ", ".join(one.rules)
        lines.append("| " + " | ".join(cells).replace("\n", " ") + " |")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join([*lines, ""]), "utf-8")


def fuzz(fuzzer: Fuzzer, limit: int, seed: str) -> None:
    """Search until there were enough requests, or the time is over."""
    started = time.monotonic()

    def seconds() -> float:
        return time.monotonic() - started

    with Progress() as progress:
        bar = progress.add_task("Fuzzing", total=limit or SECONDS)

        def go_on() -> bool:
            done = fuzzer.steps if limit else seconds()
            progress.update(bar, completed=done)
            return done < (limit or SECONDS)

        with suppress(KeyboardInterrupt):  # tell what there is
            fuzzer.search(seed, go_on)
    sent, took = fuzzer.steps * len(fuzzer.urls), seconds()
    for finding in fuzzer.unexplained()[:MOST]:
        fuzzer.shrink(finding)
    unexplained = fuzzer.unexplained()
    write([one for one in fuzzer.found.values() if one.rules])
    for finding in unexplained:
        tell(finding)
    print(
        f"{sent} requests in {took:.0f} s, {sent / took:.0f} a second:"
        f" {len(fuzzer.found)} signatures, {len(unexplained)} unexplained"
    )


def main(targets: list[str]) -> int:
    """Start what is to be started, fuzz, return the exit status."""
    limit, seed = int(os.environ.get("N") or 0), os.environ.get("SEED") or "1"
    urls, declared = {}, {}
    with ExitStack() as stack:
        for target in targets:
            if "://" in target:
                urls[target] = servers.Remote(target).start().url
                continue
            server = stack.enter_context(servers.Server(target, SMALL))
            name = Path(target).name
            path = servers.run_file(target).with_name("deviations.toml")
            text = path.read_text("utf-8") if path.exists() else ""
            urls[name], declared[name] = server.url, set(tomllib.loads(text))
        fuzzer = Fuzzer(urls, declared)
        fuzz(fuzzer, limit, seed)
    return int(bool(fuzzer.unexplained()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
