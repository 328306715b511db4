"""What must hold for the files of this repository."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMPLEMENTATIONS = sorted(
    folder.parent for folder in ROOT.glob("implementations/*/app")
)
STDLIB = ROOT / "implementations" / "stdlib"
FRAMEWORKS = [folder for folder in IMPLEMENTATIONS if folder != STDLIB]


def tracked_files() -> list[Path]:
    """List the text files under version control."""
    listing = subprocess.run(
        [
            "git",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listing.stdout.decode().split("\0")
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def imported_modules(path: Path) -> set[str]:
    """Name the top-level modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize(
    "path",
    sorted((STDLIB / "app").rglob("*.py")),
    ids=lambda path: str(path.relative_to(STDLIB)),
)
def test_stdlib_imports_nothing_else(path: Path) -> None:
    """The standard-library version imports the standard library only."""
    assert imported_modules(path) <= sys.stdlib_module_names | {"app"}


def test_stdlib_starts_without_site_packages(tmp_path: Path) -> None:
    """The standard-library version runs isolated, without site-packages."""
    database = tmp_path / "shelf.db"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(STDLIB / "run"), "migrate"],
        env={"DATABASE_URL": f"sqlite:///{database}"},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert database.exists()


@pytest.mark.parametrize("folder", FRAMEWORKS, ids=lambda f: f.name)
def test_direct_dependencies_are_those_of_the_lock(folder: Path) -> None:
    """What an implementation pins is what the lock file installs."""
    lock = (ROOT / "requirements.lock").read_text().lower()
    locked = dict(re.findall(r"^([a-z0-9-]+)(?:\[.*?])?==(\S+)", lock, re.M))
    text = (folder / "requirements.txt").read_text().lower()
    pinned = dict(re.findall(r"^([a-z0-9-]+)(?:\[.*?])?==(\S+)", text, re.M))
    assert pinned
    assert pinned == {name: locked[name] for name in pinned}


def test_lock_has_hashes_and_names_no_index() -> None:
    """The lock holds a hash for every package and no address."""
    lock = (ROOT / "requirements.lock").read_text()
    requirements = re.findall(
        r"^[A-Za-z0-9].*==(?:.|\\\n)*?(?<!\\)$", lock, re.M
    )
    assert requirements
    assert all("--hash=sha256:" in item for item in requirements)
    assert "://" not in lock


def test_no_path_of_a_machine_stands_in_a_file() -> None:
    """No file names a folder of the machine it was written on."""
    home = re.compile(r"(?<![\w./])/(?:root|home/\w+|Users/\w+|work)/")
    texts = {
        path: path.read_bytes().decode("utf-8", "replace")
        for path in tracked_files()
        if path != Path(__file__)
    }
    found = [str(path) for path, text in texts.items() if home.search(text)]
    assert found == []


def test_python_lines_have_79_columns_at_most() -> None:
    """Two panes of code stand side by side."""
    wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked_files()
        if path.suffix == ".py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 79
    ]
    assert wide == []
