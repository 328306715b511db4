"""What Django says of a deployment, and what the settings chapter says."""

import os
import re
import subprocess
import sys

from tests.support.servers import IMPLEMENTATIONS, SETTINGS

CHAPTER = (IMPLEMENTATIONS.parent / "spec" / "settings.md").read_text("utf-8")
DJANGO = IMPLEMENTATIONS / "django"


def warnings_in(text: str) -> set[str]:
    """Return the ids of Django's warnings that a text names."""
    return set(re.findall(r"\bW\d{3}\b", text))


def check_deploy(**settings: str) -> str:
    """Run `manage.py check --deploy` and return what it prints."""
    kept = {k: v for k, v in os.environ.items() if k not in SETTINGS}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=DJANGO,
        env={**kept, **settings},
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_deployment_with_all_switches_leaves_https_to_the_proxy() -> None:
    """With a long key and secure cookies, only HTTPS is left to say."""
    key = "".join(map(chr, range(48, 123)))
    warned = warnings_in(check_deploy(SECRET_KEY=key, SECURE_COOKIES="1"))
    assert warned == {"W004", "W008"}


def test_warnings_are_explained() -> None:
    """What Django warns of by default, the chapter explains."""
    warned = warnings_in(check_deploy(SECRET_KEY="x" * 32))
    assert warned
    assert warned <= warnings_in(CHAPTER)
