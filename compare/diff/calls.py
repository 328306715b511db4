"""What a function of an implementation calls, as far as names tell."""

import ast
from collections import deque
from collections.abc import Iterator

from compare.diff.program import Definition, Module, Program
from compare.ledger.source import FUNCTIONS, NAMED

# How many calls away from an operation a function is still shown.
LEVELS = 4
# What is made by a call is an object, but for this one.
WRAPPERS = {"Depends"}
MODELS = "app/models.py"


def reached(program: Program, starts: list[Definition]) -> list[Definition]:
    """Return what some definitions call, themselves first, in call order."""
    called: dict[Definition, list[Definition]] = {}
    waiting = deque((start, 0) for start in starts)
    while waiting:
        definition, level = waiting.popleft()
        if definition in called:
            continue
        called[definition] = list(calls(program, definition))
        if level < LEVELS:
            following = [(other, level + 1) for other in called[definition]]
            if is_alias(definition):  # a name for something is no call
                waiting.extendleft((other, level) for other, _ in following)
            else:
                waiting.extend(following)
    order: dict[Definition, None] = {}

    def visit(definition: Definition) -> None:
        if definition in called and definition not in order:
            order[definition] = None
            for other in called[definition]:
                visit(other)

    for definition in starts:
        visit(definition)
    return list(order)


def is_alias(definition: Definition) -> bool:
    """Tell an assigned name from code."""
    return not isinstance(definition.node, NAMED)


def calls(program: Program, definition: Definition) -> Iterator[Definition]:
    """Yield what a definition names of the application's own code."""
    module = program.module_of(definition)
    owner = definition.name.partition(".")[0]
    for name in names_in(followed_part(definition), injects(module)):
        first, _, rest = name.partition(".")
        if first == "self":  # within a class it is shown with the class
            if "." in definition.name:
                yield from own_methods(program, module, owner, rest)
            continue
        found = program.find(module, name)
        if found and is_followed(found.node):
            yield found


def followed_part(definition: Definition) -> ast.AST:
    """Return what of a definition is run: of a table its methods only."""
    node = definition.node
    if definition.file == MODELS and isinstance(node, ast.ClassDef):
        methods = [n for n in node.body if isinstance(n, FUNCTIONS)]
        return ast.Module(methods, [])
    return node


def own_methods(
    program: Program, module: Module, owner: str, name: str
) -> Iterator[Definition]:
    """Find a method that a class calls on itself, in it or its bases."""
    found = program.find(module, owner)
    while found and isinstance(found.node, ast.ClassDef):
        methods = list(program.methods(found, {name.partition(".")[0]}))
        if methods:
            yield methods[0]
            return
        found = next(program.bases(found), None)


def injects(module: Module) -> bool:
    """Tell whether annotations of parameters are calls, as in FastAPI."""
    return any(
        isinstance(node, ast.ImportFrom)
        and f"{node.module}.".startswith(("fastapi.", "starlette."))
        for node in module.tree.body
    )


def is_followed(node: ast.stmt) -> bool:
    """Tell code and constants from objects that were made on import."""
    if isinstance(node, NAMED):
        return True
    value = getattr(node, "value", None)
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) in WRAPPERS
    return value is not None


def names_in(node: ast.AST, injected: bool) -> Iterator[str]:
    """Yield the names that code loads, in order, attributes with dots.

    Left out are a function's own variables, and annotations that say
    nothing but types.
    """
    local = set(local_names(node)) if isinstance(node, FUNCTIONS) else set()
    for name in loaded(node, injected):
        if name.partition(".")[0] not in local:
            yield name


def local_names(node: ast.AST) -> Iterator[str]:
    """Yield the parameters and variables of a function but `self`."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.arg) and inner.arg != "self":
            yield inner.arg
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id


def loaded(node: ast.AST, injected: bool) -> Iterator[str]:
    """Yield the names that a node loads, in the order of the source."""
    if isinstance(node, ast.Attribute):
        try:
            yield dotted(node)
        except ValueError:
            yield from loaded(node.value, injected)
        return
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load):
            yield node.id
        return
    for part in parts_of(node, injected):
        yield from loaded(part, injected)


def parts_of(node: ast.AST, injected: bool) -> Iterator[ast.AST]:
    """Yield the parts of a node, in the order of a call, but no types."""
    if isinstance(node, ast.Call):  # arguments are called first
        yield from node.args
        yield from node.keywords
        yield node.func
    elif isinstance(node, FUNCTIONS):
        yield from () if injected else node.decorator_list
        yield from [node.args] if injected else ()
        yield from node.body
        # What a decorator of FastAPI names makes the response.
        yield from node.decorator_list if injected else ()
    elif isinstance(node, ast.Tuple) and any(map(is_dependency, node.elts)):
        yield from filter(is_dependency, node.elts)
    else:
        yield from ast.iter_child_nodes(node)


def is_dependency(node: ast.expr) -> bool:
    """Tell what FastAPI calls from the type of what it returns."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) in WRAPPERS


def dotted(node: ast.expr) -> str:
    """Write "a.b.c"; raises ValueError where it does not begin with a name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    raise ValueError(ast.unparse(node))
