"""Load the implementation with the edits of one fault in its source."""

import sys
from collections import defaultdict
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

from tests.faults.every import FAULTS
from tests.faults.fault import Edit, edited


class EditingLoader(SourceFileLoader):
    """Load one module from its source as edited."""

    edits: list[Edit] = []

    def get_code(self, fullname: str) -> CodeType:
        """Compile the edited source, past any cached bytecode."""
        text = Path(self.path).read_text("utf-8")
        return compile(edited(text, self.edits), self.path, "exec")


class EditingFinder:
    """Find the modules of the package `app` that have edits."""

    def __init__(self, folder: Path, edits: tuple[Edit, ...]) -> None:
        """Sort the edits by module."""
        self.folder = folder
        self.edits: dict[str, list[Edit]] = defaultdict(list)
        for edit in edits:
            module = edit[0].removesuffix(".py").replace("/", ".")
            self.edits["app." + module].append(edit)

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """Return how to load an edited module, None for all others."""
        if name not in self.edits:
            return None
        module = name.removeprefix("app.").replace(".", "/")
        file = str(self.folder / f"{module}.py")
        loader = EditingLoader(name, file)
        loader.edits = self.edits[name]
        return spec_from_file_location(name, file, loader=loader)


def install(name: str, folder: Path) -> None:
    """Put the edits of a fault in place; none for an empty name."""
    if not name:
        return
    (fault,) = [fault for fault in FAULTS if fault.name == name]
    sys.meta_path.insert(0, EditingFinder(folder, fault.edits))
