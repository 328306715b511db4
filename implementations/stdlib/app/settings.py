"""The settings, read once from the environment and checked."""

import os
import re
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
LEVELS = ("debug", "info", "warning", "error")
SECRET = ("SECRET_KEY", "DATABASE_URL")  # named in messages, never quoted


@dataclass(frozen=True)
class Settings:
    """Hold every setting of the service."""

    host: str
    port: int
    database: Path
    secret_key: str
    allowed_hosts: list[str]
    cors_origins: list[str]
    log_level: str
    max_body_bytes: int
    max_import_bytes: int
    token_ttl: int
    session_ttl: int
    login_limit: tuple[int, int]
    secure_cookies: bool
    workers: int
    threads: int
    password_log_n: int


def integer(low: int, high: int) -> Callable[[str], int]:
    """Accept the integers from low to high."""

    def parse(text: str) -> int:
        """Parse one of them."""
        digits = re.fullmatch("[0-9]{1,18}", text)
        if not digits or not low <= int(text) <= high:
            raise ValueError(f"an integer from {low} to {high}")
        return int(text)

    return parse


def boolean(text: str) -> bool:
    """Parse 0 or 1."""
    if text not in ("0", "1"):
        raise ValueError("0 or 1")
    return text == "1"


def items(text: str) -> list[str]:
    """Parse a list with commas."""
    return [item.strip() for item in text.split(",") if item.strip()]


def host_names(text: str) -> list[str]:
    """Parse host names without ports, to be compared without case."""
    names = [name.lower() for name in items(text)]
    if not all(
        re.fullmatch(r"\*|\[[0-9a-f:.]+\]|[a-z0-9._-]+", name)
        for name in names
    ):
        raise ValueError("host names without port, or *, with commas")
    return names


def origins(text: str) -> list[str]:
    """Parse origins (RFC 6454 §6.2), which have no path."""
    if not all(re.fullmatch(r"https?://[^/,\s]+", o) for o in items(text)):
        raise ValueError("origins such as https://example.com, with commas")
    return items(text)


def level(text: str) -> str:
    """Parse the name of a log level."""
    if text not in LEVELS:
        raise ValueError("one of " + ", ".join(LEVELS))
    return text


def rate(text: str) -> tuple[int, int]:
    """Parse COUNT/SECONDS."""
    match = re.fullmatch("0*([1-9][0-9]{0,8})/0*([1-9][0-9]{0,8})", text)
    if not match:
        raise ValueError("COUNT/SECONDS, such as 10/60")
    return int(match[1]), int(match[2])


def database_file(text: str) -> Path:
    """Parse the URL of an SQLite file."""
    if text.startswith(("postgresql:", "postgres:")):
        raise ValueError(
            "sqlite:///file; PostgreSQL is not offered: "
            "the standard library has no driver for it"
        )
    if not re.fullmatch("sqlite:///.+", text):
        raise ValueError("sqlite:///file or sqlite:////absolute/file")
    return FOLDER / text.removeprefix("sqlite:///")


def secret(text: str) -> str:
    """Check the length of the secret key, or take the one kept on disk."""
    path = FOLDER / "var" / "secret_key"
    try:
        key = text or kept_secret(path)
    except OSError as error:
        raise ValueError(f"set, nor can one be kept: {error}") from error
    if len(key) < 32:
        where = "" if text else f" in {path}"
        raise ValueError("at least 32 characters" + where)
    return key


def kept_secret(path: Path) -> str:
    """Read the secret key of this installation, making it on first use."""
    path.parent.mkdir(exist_ok=True)
    draft = path.with_name(f"secret_key.{os.getpid()}")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # fails if another process was faster
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


PARSERS: dict[str, tuple[Callable[[str], object], str]] = {
    "HOST": (str, "127.0.0.1"),
    "PORT": (integer(1, 65535), "8000"),
    "DATABASE_URL": (database_file, "sqlite:///var/shelf.db"),
    "SECRET_KEY": (secret, ""),
    "ALLOWED_HOSTS": (host_names, "localhost,127.0.0.1,[::1]"),
    "CORS_ORIGINS": (origins, ""),
    "LOG_LEVEL": (level, "info"),
    "MAX_BODY_BYTES": (integer(0, 10**12), "65536"),
    "MAX_IMPORT_BYTES": (integer(0, 10**12), "10485760"),
    "TOKEN_TTL": (integer(1, 10**9), "86400"),
    "SESSION_TTL": (integer(1, 10**9), "1209600"),
    "LOGIN_LIMIT": (rate, "10/60"),
    "SECURE_COOKIES": (boolean, "0"),
    "WORKERS": (integer(1, 64), "1"),
    "THREADS": (integer(1, 1024), "8"),
    "PASSWORD_LOG_N": (integer(4, 17), "14"),
}


def read_settings(environ: dict[str, str]) -> Settings:
    """Parse the environment, or exit with a line per bad variable."""
    values, faults = [], []
    for name, (parse, default) in PARSERS.items():
        text = environ.get(name) or default
        try:
            values.append(parse(text))
        except ValueError as accepted:
            held = "" if name in SECRET else f"{text!r} is "
            faults.append(f"{name}: {held}not {accepted}")
    if faults:
        print("\n".join(faults), file=sys.stderr)
        raise SystemExit(2)
    return Settings(*values)


settings = read_settings(dict(os.environ))
