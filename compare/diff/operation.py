"""One operation in all implementations, with what it calls."""

import ast
from collections.abc import Iterator

from compare import IMPLEMENTATIONS
from compare.diff.calls import reached
from compare.diff.columns import Columns, Group, line_up, merged
from compare.diff.cutting import Owners, SourceFile, with_comments
from compare.diff.pieces import CLASS, FUNCTION, STATEMENTS, Piece
from compare.diff.program import Definition, Program
from compare.diff.reading import line_owners
from compare.diff.work import Work, places, source_work, work_of
from compare.ledger.capabilities import Capabilities, Code, Source, folder_of
from compare.ledger.check import operations_of
from compare.ledger.openapi import read_spec
from compare.ledger.source import FUNCTIONS, Block, node_lines

PAGES = "app/pages.py"


def operations(found: Capabilities) -> list[str]:
    """Return the operations of the spec, then the pages."""
    mapped = found.operations.values()
    pages = (name for table in mapped for name in table)
    return list(dict.fromkeys([*operations_of(read_spec()), *pages]))


def operation_groups(found: Capabilities, operation: str) -> list[Group]:
    """Return the rows of an operation, by the capabilities it calls."""
    columns = {
        name: list(operation_pieces(found, name, operation))
        for name in IMPLEMENTATIONS
    }
    orders = [[p.capability for p in some] for some in columns.values()]
    groups = list(answered_by_others(found, operation))
    for capability in merged(orders):
        inside = {
            name: [p for p in some if p.capability == capability]
            for name, some in columns.items()
        }
        groups += titled(found, capability, inside)
    return groups


def titled(
    found: Capabilities, capability: str, columns: Columns
) -> Iterator[Group]:
    """Yield the rows of one capability; who does it where no code does."""
    work = {
        name: work_of(found, name, capability)
        for name, pieces in columns.items()
        if not pieces
    }
    first, *rest = line_up(columns, found.aliases)
    yield Group(capability, first.pieces, work)
    yield from rest


def answered_by_others(found: Capabilities, operation: str) -> Iterator[Group]:
    """Yield who answers an operation where no code of one's own does."""
    work: dict[str, list[Work]] = {}
    for name in IMPLEMENTATIONS:
        answer = found.operation(name, operation)
        if isinstance(answer, Source):
            work[name] = [source_work(answer, folder_of(name), places(found))]
    if work:
        yield Group(operation, {}, work)


def operation_pieces(
    found: Capabilities, implementation: str, operation: str
) -> Iterator[Piece]:
    """Yield what an operation calls in one implementation, in call order."""
    answer = found.operation(implementation, operation)
    folder = folder_of(implementation)
    if not isinstance(answer, Code):
        return
    program = Program(folder)
    owners = line_owners(found, implementation, folder)
    starts = list(program.symbol(answer.file, answer.symbol))
    starts = starts or list(program.symbol(PAGES, operation))
    for definition in reached(program, starts):
        names = found.symbols(implementation, definition.file)
        yield piece_of(program, definition, owners, names)


def piece_of(
    program: Program,
    definition: Definition,
    owners: Owners,
    names: dict[str, str],
) -> Piece:
    """Take the text of a definition; `names` are those of operations."""
    source = SourceFile(program.folder, definition.file, owners)
    name = names.get(definition.name, definition.name)
    block = Block(name, *node_lines(definition.node))
    kinds = {ast.ClassDef: CLASS, **dict.fromkeys(FUNCTIONS, FUNCTION)}
    kind = kinds.get(type(definition.node), STATEMENTS)
    return source.piece(with_comments(block, source.lines), kind)
