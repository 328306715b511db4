"""The settings, read once from the environment and checked."""

import os
import re
import secrets
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

FOLDER = Path(__file__).resolve().parent.parent
SECRET = ("SECRET_KEY", "DATABASE_URL")  # named in messages, never quoted


def matching(pattern: str) -> BeforeValidator:
    """Check the form first, for int and bool take more than is meant."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError
        return text

    return BeforeValidator(check)


def integer(default: int, low: int, high: int) -> Any:
    """Accept the integers from low to high."""
    accepted = f"an integer from {low} to {high}"
    return Field(default, ge=low, le=high, description=accepted)


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
        raise ValueError
    return names


def origins(text: str) -> list[str]:
    """Parse origins (RFC 6454 §6.2), which have no path."""
    if not all(re.fullmatch(r"https?://[^/,\s]+", o) for o in items(text)):
        raise ValueError
    return items(text)


def rate(text: str) -> tuple[int, int]:
    """Parse COUNT/SECONDS."""
    match = re.fullmatch("0*([1-9][0-9]{0,8})/0*([1-9][0-9]{0,8})", text)
    if not match:
        raise ValueError
    return int(match[1]), int(match[2])


def database(text: str) -> URL:
    """Parse the URL of an SQLite file or of a PostgreSQL database."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError from error
    if url.drivername == "sqlite" and url.database and not url.host:
        return url.set(database=str(FOLDER / url.database))
    if url.drivername != "postgresql":
        raise ValueError
    return url


def secret(text: str) -> str:
    """Check the length of the secret key, or take the one kept on disk."""
    try:
        key = text or kept_secret(FOLDER / "var" / "secret_key")
    except OSError as error:
        raise ValueError from error
    if len(key) < 32:
        raise ValueError
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


Integer = Annotated[int, matching("[0-9]{1,18}")]


class Settings(BaseSettings):
    """Every setting of the service; a description says what it accepts."""

    model_config = SettingsConfigDict(
        frozen=True,
        arbitrary_types_allowed=True,
        env_ignore_empty=True,
        enable_decoding=False,  # lists have commas, they are not JSON
        validate_default=False,
    )

    host: str = "127.0.0.1"
    port: Integer = integer(8000, 1, 65535)
    database_url: Annotated[URL, BeforeValidator(database)] = Field(
        "sqlite:///var/shelf.db",
        validate_default=True,
        description="sqlite:///file, sqlite:////absolute/file "
        "or postgresql://user:password@host/name",
    )
    secret_key: Annotated[str, BeforeValidator(secret)] = Field(
        "",
        validate_default=True,
        description="at least 32 characters, here or in var/secret_key",
    )
    allowed_hosts: Annotated[list[str], BeforeValidator(host_names)] = Field(
        ["localhost", "127.0.0.1", "[::1]"],
        description="host names without port, or *, with commas",
    )
    cors_origins: Annotated[list[str], BeforeValidator(origins)] = Field(
        [], description="origins such as https://example.com, with commas"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="one of debug, info, warning, error"
    )
    max_body_bytes: Integer = integer(65536, 0, 10**12)
    max_import_bytes: Integer = integer(10485760, 0, 10**12)
    token_ttl: Integer = integer(86400, 1, 10**9)
    session_ttl: Integer = integer(1209600, 1, 10**9)
    login_limit: Annotated[tuple[int, int], BeforeValidator(rate)] = Field(
        (10, 60), description="COUNT/SECONDS, such as 10/60"
    )
    secure_cookies: Annotated[bool, matching("[01]")] = Field(
        False, description="0 or 1"
    )
    workers: Integer = integer(1, 1, 64)
    threads: Integer = integer(8, 1, 1024)
    password_log_n: Integer = integer(14, 4, 17)


def read_settings() -> Settings:
    """Parse the environment, or exit with a line per bad variable."""
    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors():
            field = str(fault["loc"][0])
            accepted = Settings.model_fields[field].description
            held = f"{fault['input']!r} is "
            if field.upper() in SECRET:
                held = ""
            print(f"{field.upper()}: {held}not {accepted}", file=sys.stderr)
        raise SystemExit(2) from None


settings = read_settings()
