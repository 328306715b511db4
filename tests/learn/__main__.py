"""Find the level of a server: `python -m tests.learn URL`."""

import argparse
import sys
from pathlib import Path

from tests.learn import prove, show, watch
from tests.learn.course import NoAnswer, Outcome, run_levels
from tests.learn.levels import Level, read_ladder
from tests.learn.progress import FILE, note, read_progress
from tests.support.report import load_rules
from tests.support.target import BadTarget, check_admin, check_target


class Climb:
    """Run levels of one server and tell what came of them."""

    def __init__(self, url: str, file: Path) -> None:
        """Read the levels, the rules and which tests are where."""
        self.url = url
        self.file = file
        self.ladder = read_ladder()
        self.rules = load_rules()
        self.passed: Level | None = None  # the last one in this run

    def up(self, again: bool) -> bool:
        """Run up to the first level that is not whole."""
        progress = {} if again else read_progress(self.url, self.file)
        whole = []
        for level in self.ladder.levels:
            if not progress.get(level.number, {}).get("whole"):
                break
            whole.append(level)
        if whole and not self.look_back(whole):
            return False
        return all(
            self.run(level) for level in self.ladder.levels[len(whole) :]
        )

    def look_back(self, levels: list[Level]) -> bool:
        """Run a test of each rule of levels that were whole."""
        outcome = run_levels(self.url, self.ladder, levels, one=True)
        if outcome.whole:
            print(
                f"✓ 1–{levels[-1].number} as before "
                f"({outcome.tests} tests, one for each rule)"
            )
            return True
        for level in levels:
            if any(outcome.failed[rule] for rule in level.rules):
                return self.run(level)
        return self.run(levels[-1])

    def run(self, level: Level, in_full: bool = False) -> bool:
        """Run one level, tell it, and return whether it is whole."""
        outcome = run_levels(self.url, self.ladder, [level])
        if outcome.tests:
            note(self.url, level.number, outcome, self.file)
        if outcome.whole and outcome.tests and not in_full:
            print(*show.passed_lines(level, outcome), sep="\n")
            self.passed = level
        else:
            self.tell(level, outcome)
        return outcome.whole

    def tell(self, level: Level, outcome: Outcome) -> None:
        """Show where the server stands and what to do next."""
        if self.passed:
            print(*show.wrap("Now think: " + self.passed.after), sep="\n")
        print(
            show.ladder_line(self.ladder, read_progress(self.url, self.file))
        )
        told = show.level_lines(level, outcome, self.rules, self.ladder)
        print(*told, sep="\n")
        if outcome.failures:
            first = (outcome.failed_musts or outcome.failures)[0]
            print(*show.failure_lines(first, self.rules), sep="\n")
            for line in show.causes_lines(first, outcome.failures):
                print(line)
            print()
            print(show.next_line(first, list(level.rules), self.rules))
        if outcome.whole and outcome.tests:
            onward = show.onward_lines(level, outcome, self.ladder)
            print(*onward, sep="\n")


def main() -> int:
    """Read the command line, run, and return the exit status."""
    given = make_parser().parse_args()
    try:
        if given.prove:
            return prove.prove(given.level)
        if given.folder:
            return prove.check_folder(given.folder, given.reach)
        if given.watch is not None:
            return watch.watch(lambda: run(given), given.watch)
        return run(given)
    except (BadTarget, NoAnswer) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def make_parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.learn")
    parser.add_argument("url", nargs="?", default="")
    parser.add_argument("--level", type=int, help="run this one only")
    parser.add_argument(
        "--all", action="store_true", help="all from the first"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        default=FILE,
        help="where progress is kept (results/learn.json)",
    )
    parser.add_argument(
        "--watch",
        nargs="?",
        const="",
        metavar="FOLDER",
        help="run again when a file of the folder changes",
    )
    parser.add_argument(
        "--prove",
        action="store_true",
        help="show that no level needs a later one",
    )
    parser.add_argument(
        "--folder", help="start the server by the `run` of this folder"
    )
    parser.add_argument(
        "--reach", type=int, default=1, help="how far it must come"
    )
    return parser


def run(given: argparse.Namespace) -> int:
    """Run once what the command line asks for."""
    climb = Climb(check_target(given.url), given.keep)
    check_admin(climb.url)
    if given.level:
        last = len(climb.ladder.levels)
        if not 1 <= given.level <= last:
            raise BadTarget(f"LEVEL={given.level}: there are 1 to {last}")
        level = climb.ladder.levels[given.level - 1]
        return 0 if climb.run(level, in_full=True) else 1
    return 0 if climb.up(given.all) else 1


if __name__ == "__main__":
    sys.exit(main())
