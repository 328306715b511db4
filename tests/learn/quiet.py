"""Run pytest in this process, without a word of its own."""

import io
import os
import sys
import tempfile
from contextlib import redirect_stdout

import pytest

from tests.support.report import ROOT

OPTIONS = ["-p", "no:cacheprovider", "--no-header", "--quiet"]


def run(arguments: list[str], plugin: object) -> tuple[int, str]:
    """Run it with a plugin; return its exit status and what it printed."""
    said = io.StringIO()
    os.chdir(ROOT)
    with redirect_stdout(said):
        status = pytest.main([*OPTIONS, *arguments], plugins=[plugin])
    forget_temporary_modules()
    return int(status), said.getvalue()


def forget_temporary_modules() -> None:
    """Let the next run import anew what a test wrote for itself.

    The client that is generated from the description is such a package,
    under the same name in another folder. This repository and its packages
    may stand in a temporary folder, too.
    """
    folder = os.path.join(tempfile.gettempdir(), "")
    kept = (os.path.join(ROOT, ""), os.path.join(sys.prefix, ""))
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(folder) and not file.startswith(kept):
            del sys.modules[name]
