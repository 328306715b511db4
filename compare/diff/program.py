"""Find definitions of an implementation by name, across its modules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from compare.ledger.source import FUNCTIONS, bound_names

Node = ast.stmt


@dataclass(frozen=True)
class Definition:
    """A function, a class, a method or an assignment of a module.

    `name` is dotted for a method; `node` its syntax.
    """

    file: str
    name: str
    node: Node = field(compare=False, hash=False)


class Module:
    """The names of one module of the application."""

    def __init__(self, folder: Path, file: str) -> None:
        """Read the module; `file` is relative to the folder."""
        self.file = file
        self.tree = ast.parse((folder / file).read_text("utf-8"))

    @cached_property
    def definitions(self) -> dict[str, Node]:
        """Return what the module defines, by name."""
        return {
            name: node for node in self.tree.body for name in bound_names(node)
        }

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """Return what it imports from the application: (module, name)."""
        return {
            alias.asname or alias.name: (node.module or "", alias.name)
            for node in self.tree.body
            if isinstance(node, ast.ImportFrom)
            and f"{node.module}.".startswith("app.")
            for alias in node.names
        }


class Program:
    """The modules of one implementation, read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        """Take the folder that holds `app`."""
        self.folder = folder
        self.modules: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """Return a module by its dotted name, None if there is none."""
        if name not in self.modules:
            path = name.replace(".", "/")
            files = [f"{path}.py", f"{path}/__init__.py"]
            found = [f for f in files if (self.folder / f).is_file()]
            self.modules[name] = (
                Module(self.folder, found[0]) if found else None
            )
        return self.modules[name]

    def find(self, module: Module, name: str) -> Definition | None:
        """Find a name as the module knows it: "name" or "module.name"."""
        first, _, rest = name.partition(".")
        if first in module.definitions:
            return Definition(module.file, first, module.definitions[first])
        source, original = module.imports.get(first, ("", ""))
        if not source:
            return None
        if inner := self.module(f"{source}.{original}"):
            return self.find(inner, rest) if rest else None
        outer = self.module(source)
        return self.find(outer, original) if outer else None

    def symbol(self, file: str, symbol: str) -> Iterator[Definition]:
        """Find "name" or "Class.method" in a file, if it is there.

        A method comes with the application's own bases of its class, whose
        methods a framework calls before and after.
        """
        module = self.module(file.removesuffix(".py").replace("/", "."))
        name, _, method = symbol.partition(".")
        found = module and self.find(module, name)
        if found and method:
            yield from self.methods(found, {method})
            yield from self.bases(found)
        elif found:
            yield found

    def bases(self, definition: Definition) -> Iterator[Definition]:
        """Yield the bases of a class that are the application's own."""
        module = self.module_of(definition)
        for base in getattr(definition.node, "bases", []):
            if found := self.find(module, ast.unparse(base)):
                yield found

    def module_of(self, definition: Definition) -> Module:
        """Return the module that holds a definition."""
        name = definition.file.removesuffix(".py").removesuffix("/__init__")
        module = self.module(name.replace("/", "."))
        assert module
        return module

    def methods(
        self, definition: Definition, names: set[str] | None = None
    ) -> Iterator[Definition]:
        """Yield the methods of a class, or those of some names."""
        for node in getattr(definition.node, "body", []):
            if isinstance(node, FUNCTIONS) and (
                names is None or node.name in names
            ):
                yield Definition(
                    definition.file, f"{definition.name}.{node.name}", node
                )
