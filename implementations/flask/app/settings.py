"""The settings, read once from the environment."""

import secrets
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


def split(text: str) -> list[str]:
    """Split a list at its commas."""
    return [item.strip() for item in text.split(",") if item.strip()]


def host_names(text: str) -> list[str] | None:
    """Split a list of host names; None allows any."""
    return None if "*" in split(text) else split(text)


def check_database_url(text: str) -> str:
    """Check for the URL of an SQLite file or of a PostgreSQL database."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError("not a database URL") from error
    if url.drivername not in ("sqlite", "postgresql") or not url.database:
        raise ValueError("use sqlite:///file or postgresql://user@host/name")
    return text


Seconds = Annotated[int, Field(ge=1, le=10**9)]
Count = Annotated[int, Field(ge=1, lt=10**9)]
# Flask-Cors takes other characters for those of a regular expression.
Origin = Annotated[str, Field(pattern="^https?://[a-z0-9.:-]+$")]
Origins = Annotated[list[Origin], NoDecode, BeforeValidator(split)]


class Settings(BaseSettings):
    """Every setting of the service, by its name in Flask's configuration."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, hide_input_in_errors=True
    )

    HOST: str = "127.0.0.1"
    PORT: int = Field(8000, ge=1, le=65535)
    DATABASE_URL: Annotated[str, AfterValidator(check_database_url)] = (
        "sqlite:///var/shelf.db"
    )
    SECRET_KEY: str = Field(
        default_factory=lambda: secrets.token_urlsafe(48), min_length=32
    )
    TRUSTED_HOSTS: Annotated[
        list[str] | None, NoDecode, BeforeValidator(host_names)
    ] = Field("localhost,127.0.0.1,[::1]", validation_alias="ALLOWED_HOSTS")
    CORS_ORIGINS: Origins = ""
    LOG_LEVEL: Literal["debug", "info", "warning", "error"] = "info"
    MAX_CONTENT_LENGTH: int = Field(
        65_536, ge=0, le=10**12, validation_alias="MAX_BODY_BYTES"
    )
    MAX_IMPORT_BYTES: int = Field(10_485_760, ge=0, le=10**12)
    TOKEN_TTL: Seconds = 86_400
    PERMANENT_SESSION_LIFETIME: Seconds = Field(
        1_209_600, validation_alias="SESSION_TTL"
    )
    LOGIN_LIMIT: Annotated[
        tuple[Count, Count],
        NoDecode,
        BeforeValidator(lambda text: text.split("/")),
    ] = "10/60"  # failures/seconds
    SESSION_COOKIE_SECURE: bool = Field(
        False, validation_alias="SECURE_COOKIES"
    )
    WORKERS: int = Field(1, ge=1, le=64)
    THREADS: int = Field(8, ge=1, le=1024)
    PASSWORD_LOG_N: int = Field(14, ge=4, le=17)

    COMPRESS_REGISTER: ClassVar = False  # by a decorator, for some views
    SEND_FILE_MAX_AGE_DEFAULT: ClassVar = 3600
    SESSION_COOKIE_SAMESITE: ClassVar = "Lax"
    SESSION_REFRESH_EACH_REQUEST: ClassVar = False  # it ends with its row
    WTF_CSRF_TIME_LIMIT: ClassVar = None  # as long as the session


settings = Settings()
