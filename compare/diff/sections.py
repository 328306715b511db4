"""The difference between two implementations, capability by capability."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

from compare.diff.pairing import Pair, Tally, count_lines, pair_pieces
from compare.diff.pieces import UNCLAIMED, Piece
from compare.diff.reading import pieces_of
from compare.diff.work import Work, who, work_of
from compare.ledger.capabilities import Capabilities


@dataclass
class Section:
    """One capability: its pairs, and who does the work on each side.

    `who` says the latter in a few words.
    """

    name: str
    left_work: list[Work]
    right_work: list[Work]
    who: tuple[str, str] = ("", "")
    pairs: list[Pair] = field(default_factory=list)

    @property
    def both(self) -> list[Pair]:
        """Return the pairs of which both sides are there."""
        return [pair for pair in self.pairs if pair.left and pair.right]

    def alone(self, side: str) -> list[Piece]:
        """Return what only "left" or "right" has."""
        alone = [p for p in self.pairs if not (p.left and p.right)]
        return [piece for p in alone if (piece := getattr(p, side))]

    @property
    def tally(self) -> Tally:
        """Count the lines that went, came and stayed."""
        return sum(map(count_lines, self.pairs), Tally())


@cache
def all_sections(
    found: Capabilities, left: str, right: str
) -> dict[str, Section]:
    """Compare two implementations, in the order of the capabilities.

    What no capability claims comes last.
    """
    made = {
        name: Section(
            name,
            work_of(found, left, name),
            work_of(found, right, name),
            (who(found, left, name), who(found, right, name)),
        )
        for name in [*found.rows, UNCLAIMED]
    }
    for pair in pair_pieces(
        pieces_of(found, left), pieces_of(found, right), found.aliases
    ):
        made[pair.capability].pairs.append(pair)
    return made


def sections(
    found: Capabilities,
    left: str,
    right: str,
    capabilities: Collection[str] = (),
) -> list[Section]:
    """Compare in some capabilities, or in all."""
    made = all_sections(found, left, right)
    return [made[name] for name in capabilities or made]
