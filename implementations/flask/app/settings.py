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


def host_names(text: str) -> list[str] | None:
    """Split a list of host names; None allows any."""
    return None if "*" in split(text) else split(text)


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
HostNames = Annotated[list[str] | None, BeforeValidator(host_names)]
# Flask-Cors takes other characters for those of a regular expression.
Origin = Annotated[str, Field(pattern="^https?://[a-z0-9.:-]+$")]
Origins = Annotated[list[Origin], BeforeValidator(split)]
Addresses = Annotated[list[IPvAnyAddress], BeforeValidator(split)]
Number = Annotated[int, Field(ge=1, lt=10**9)]
Rate = Annotated[
    tuple[Number, Number], BeforeValidator(lambda text: text.split("/"))
]


class Settings(BaseSettings):
    """Every setting of the service, by its name in Flask's configuration."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
        validate_default=False,
        enable_decoding=False,  # lists have commas, they are not JSON
    )

    HOST: str = "127.0.0.1"
    PORT: int = Field(8000, ge=1, le=65535)
    DATABASE_URL: DatabaseURL = make_url("sqlite:///var/shelf.db")
    SECRET_KEY: str = Field(
        default_factory=lambda: secrets.token_urlsafe(48), min_length=32
    )
    TRUSTED_HOSTS: HostNames = Field(
        ["localhost", "127.0.0.1", "[::1]"], validation_alias="ALLOWED_HOSTS"
    )
    CORS_ORIGINS: Origins = []
    LOG_LEVEL: Literal["debug", "info", "warning", "error"] = "info"
    MAX_CONTENT_LENGTH: int = Field(
        65_536, ge=0, le=10**12, validation_alias="MAX_BODY_BYTES"
    )
    MAX_IMPORT_BYTES: int = Field(10_485_760, ge=0, le=10**12)
    MAX_IMPORT_ENTRIES: int = Field(10_000, ge=1, le=1_000_000)
    MAX_BOOKMARKS: int = Field(100_000, ge=1, le=10**9)  # of an account
    MAX_TAGS: int = Field(10_000, ge=1, le=10**9)  # of an account
    TOKEN_TTL: int = Field(86_400, ge=1, le=10**9)
    PERMANENT_SESSION_LIFETIME: int = Field(
        1_209_600, ge=1, le=10**9, validation_alias="SESSION_TTL"
    )
    LOGIN_LIMIT: Rate = (10, 60)  # failures, seconds
    TRUSTED_PROXIES: Addresses = []
    SESSION_COOKIE_SECURE: bool = Field(
        False, validation_alias="SECURE_COOKIES"
    )
    WORKERS: int = Field(1, ge=1, le=64)
    THREADS: int = Field(8, ge=1, le=1024)
    PASSWORD_LOG_N: int = Field(14, ge=4, le=17)


def read_settings() -> Settings:
    """Parse the environment, or exit with what is wrong with it."""
    try:
        return Settings()
    except ValidationError as error:
        sys.exit(str(error))


settings = read_settings()
