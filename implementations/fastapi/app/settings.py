"""The settings, read once from the environment."""

import secrets
import sys
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, IPvAnyAddress, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError


def split(text: str) -> list[str]:
    """Split a list at its commas."""
    return [item.strip() for item in text.split(",") if item.strip()]


def parse_database_url(text: str) -> URL:
    """Parse the URL of an SQLite file or of a PostgreSQL database."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError("not a database URL") from error
    if url.drivername not in ("sqlite", "postgresql") or not url.database:
        raise ValueError("use sqlite:///file or postgresql://user@host/name")
    return url


DatabaseURL = Annotated[URL, BeforeValidator(parse_database_url)]
CommaSeparated = Annotated[list[str], BeforeValidator(split)]
Addresses = Annotated[list[IPvAnyAddress], BeforeValidator(split)]
Number = Annotated[int, Field(ge=1, lt=10**9)]
Rate = Annotated[
    tuple[Number, Number], BeforeValidator(lambda text: text.split("/"))
]


class Settings(BaseSettings):
    """Every setting of the service."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
        validate_default=False,
        enable_decoding=False,  # lists have commas, they are not JSON
    )

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    database_url: DatabaseURL = make_url("sqlite:///var/shelf.db")
    secret_key: str = Field(
        default_factory=lambda: secrets.token_urlsafe(48), min_length=32
    )
    allowed_hosts: CommaSeparated = ["localhost", "127.0.0.1", "[::1]"]
    cors_origins: CommaSeparated = []
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    max_body_bytes: int = Field(65_536, ge=0, le=10**12)
    max_import_bytes: int = Field(10_485_760, ge=0, le=10**12)
    max_import_entries: int = Field(10_000, ge=1, le=1_000_000)
    max_bookmarks: int = Field(100_000, ge=1, le=10**9)  # of an account
    max_tags: int = Field(10_000, ge=1, le=10**9)  # of an account
    token_ttl: int = Field(86_400, ge=1, le=10**9)
    session_ttl: int = Field(1_209_600, ge=1, le=10**9)
    login_limit: Rate = (10, 60)  # failures, seconds
    trusted_proxies: Addresses = []
    secure_cookies: bool = False
    workers: int = Field(1, ge=1, le=64)
    threads: int = Field(8, ge=1, le=1024)
    password_log_n: int = Field(14, ge=4, le=17)


def read_settings() -> Settings:
    """Parse the environment, or exit with what is wrong with it."""
    try:
        return Settings()
    except ValidationError as error:
        sys.exit(str(error))


settings = read_settings()
