"""The settings, read once from the environment."""

import logging
import os
import re
import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from app.framework.settings import (
    boolean,
    choice,
    integer,
    items,
    read_settings,
    setting,
)

FOLDER = Path(__file__).resolve().parent.parent
log = logging.getLogger(__name__)


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


def signing_key(text: str) -> str:
    """Check the length of the key that signs."""
    if len(text) < 32:
        raise ValueError("at least 32 characters")
    return text


def rate(text: str) -> tuple[int, int]:
    """Parse COUNT/SECONDS."""
    match = re.fullmatch("([0-9]{1,9})/([0-9]{1,9})", text)
    if not match or not int(match[1]) or not int(match[2]):
        raise ValueError("COUNT/SECONDS, such as 10/60")
    return int(match[1]), int(match[2])


def addresses(text: str) -> list[str]:
    """Parse IP addresses with commas between."""
    try:
        return [str(ip_address(a.strip())) for a in text.split(",") if text]
    except ValueError as error:
        raise ValueError("IP addresses, separated by commas") from error


host_names = items(
    r"\*|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+", "host names without port, or *"
)
origins = items(r"https?://[^/\s]+", "origins such as https://example.com")


@dataclass(frozen=True)
class Settings:
    """Hold every setting of the service."""

    host: str = setting(str, "127.0.0.1")
    port: int = setting(integer(1, 65535), "8000")
    database_url: Path = setting(  # the path of the file it names
        database_file, "sqlite:///var/shelf.db", secret=True
    )
    secret_key: str = setting(
        signing_key, secrets.token_urlsafe(48), secret=True
    )
    allowed_hosts: list[str] = setting(host_names, "localhost,127.0.0.1,[::1]")
    cors_origins: list[str] = setting(origins, "")
    log_level: str = setting(
        choice("debug", "info", "warning", "error"), "info"
    )
    max_body_bytes: int = setting(integer(0, 10**12), "65536")
    max_import_bytes: int = setting(integer(0, 10**12), "10485760")
    max_import_entries: int = setting(integer(1, 1_000_000), "10000")
    max_bookmarks: int = setting(integer(1, 10**9), "100000")
    max_tags: int = setting(integer(1, 10**9), "10000")
    token_ttl: int = setting(integer(1, 10**9), "86400")
    session_ttl: int = setting(integer(1, 10**9), "1209600")
    login_limit: tuple[int, int] = setting(rate, "10/60")
    trusted_proxies: list[str] = setting(addresses, "")
    secure_cookies: bool = setting(boolean, "0")
    workers: int = setting(integer(1, 64), "1")
    threads: int = setting(integer(1, 1024), "8")
    password_log_n: int = setting(integer(4, 17), "14")


def check_secret_key() -> None:
    """Refuse to serve other machines with a key that ends with the process."""
    if os.environ.get("SECRET_KEY"):
        return
    if not is_loopback(settings.host):
        raise SystemExit("SECRET_KEY must be set to serve other machines.")
    log.warning("SECRET_KEY is not set: open forms end with the process")


def check_proxies() -> None:
    """Warn where a proxy must be, but is not known."""
    if settings.secure_cookies and not settings.trusted_proxies:
        log.warning("TRUSTED_PROXIES is not set: all clients count as one")


def is_loopback(host: str) -> bool:
    """Tell whether an address is reached from this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


settings: Settings = read_settings(Settings, os.environ)
