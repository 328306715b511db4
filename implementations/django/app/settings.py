"""The settings, read once from the environment and checked."""

import os
import re
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.static import weaken_etag

FOLDER = Path(__file__).resolve().parent.parent
LEVELS = ("debug", "info", "warning", "error")
SECRET = ("SECRET_KEY", "DATABASE_URL")  # named in messages, never quoted


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
        re.fullmatch(r"\*|\[[0-9a-f:.]+\]|[a-z0-9_-][a-z0-9._-]*", name)
        for name in names
    ):  # to Django a dot in front means all subdomains, too
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


def database(text: str) -> dict[str, Any]:
    """Parse the URL of an SQLite file or of a PostgreSQL database."""
    if re.fullmatch("sqlite:///.+", text):
        return sqlite(FOLDER / text.removeprefix("sqlite:///"))
    if text.startswith("postgresql://"):
        return postgresql(text)
    raise ValueError(
        "sqlite:///file, sqlite:////absolute/file "
        "or postgresql://user:password@host/name"
    )


def sqlite(path: Path) -> dict[str, Any]:
    """Describe an SQLite database to Django."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        # Only what is there is opened; Django would make an empty database.
        "NAME": f"{path.as_uri()}?mode=rw",
        "OPTIONS": {
            "timeout": 5,  # seconds to wait for another writer
            # A reader that turns into a writer fails at once when another
            # has written since.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode = WAL; "
            "PRAGMA synchronous = FULL",
        },
        "CONN_MAX_AGE": None,
    }


def postgresql(url: str) -> dict[str, Any]:
    """Describe a PostgreSQL database to Django."""
    from psycopg import Error
    from psycopg.conninfo import conninfo_to_dict

    waiting = {"connect_timeout": 5, "options": "-c lock_timeout=5s"}
    try:
        parameters = {**waiting, **conninfo_to_dict(url)}
    except Error as error:
        raise ValueError("postgresql://user:password@host/name") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parameters.pop("dbname", None),
        "OPTIONS": parameters,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


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
    "DATABASE_URL": (database, "sqlite:///var/shelf.db"),
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


def read_settings(environ: dict[str, str]) -> dict[str, Any]:
    """Parse the environment, or exit with a line per bad variable."""
    values, faults = {}, []
    for name, (parse, default) in PARSERS.items():
        text = environ.get(name) or default
        try:
            values[name] = parse(text)
        except ValueError as accepted:
            held = "" if name in SECRET else f"{text!r} is "
            faults.append(f"{name}: {held}not {accepted}")
    if faults:
        print("\n".join(faults), file=sys.stderr)
        raise SystemExit(2)
    return values


settings = read_settings(dict(os.environ))

HOST = settings["HOST"]
PORT = settings["PORT"]
WORKERS = settings["WORKERS"]
THREADS = settings["THREADS"]
TOKEN_TTL = settings["TOKEN_TTL"]
PASSWORD_LOG_N = settings["PASSWORD_LOG_N"]
LOG_LEVEL = settings["LOG_LEVEL"]

SECRET_KEY = settings["SECRET_KEY"]
ALLOWED_HOSTS = settings["ALLOWED_HOSTS"]
DATABASES = {"default": settings["DATABASE_URL"]}
DATA_UPLOAD_MAX_MEMORY_SIZE = settings["MAX_BODY_BYTES"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = None  # a query may be as long as a line
MAX_IMPORT_BYTES = settings["MAX_IMPORT_BYTES"]
FILE_UPLOAD_MAX_MEMORY_SIZE = sys.maxsize  # it is in memory in any case
FILE_UPLOAD_HANDLERS = ["app.importing.WholeUpload"]

INSTALLED_APPS = [
    "app",
    "django.contrib.admin.apps.SimpleAdminConfig",  # app.urls names its site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
]
ROOT_URLCONF = "app.urls"
WSGI_APPLICATION = "app.wsgi.application"
MIDDLEWARE = [
    "app.logs.RequestLog",
    "app.headers.set_headers",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "app.compression.GZipMiddleware",
    "app.errors.ProblemMiddleware",
    "app.hosts.check_host",
    "django.middleware.common.CommonMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "app.sessions.ignore_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "app.csrf.CsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
APPEND_SLASH = False
USE_I18N = False
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # so that nobody has to collect the files
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_ADD_HEADERS_FUNCTION = weaken_etag

SESSION_ENGINE = "app.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = settings["SECURE_COOKIES"]
# A browser takes such a cookie from this very host only, and over TLS.
COOKIE_PREFIX = "__Host-" if SESSION_COOKIE_SECURE else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_AGE = settings["SESSION_TTL"]
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "app.csrf.refuse"
MESSAGE_STORAGE = "app.sessions.MessageStorage"
LOGIN_LIMIT = settings["LOGIN_LIMIT"]
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # app.csrf.CsrfMiddleware is Django's, with one change
    "security.W004",  # HSTS and the redirect to TLS are the proxy's, which
    "security.W008",  # has the certificate
]

# Django-cors-headers would compare a list of origins by their parts.
CORS_ALLOWED_ORIGIN_REGEXES = [
    rf"{re.escape(origin)}\Z" for origin in settings["CORS_ORIGINS"]
]
CORS_URLS_REGEX = r"/(api(/|\Z)|healthz\Z|readyz\Z)"
CORS_ALLOW_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = [
    "Authorization",
    "Content-Type",
    "If-Match",
    "If-None-Match",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "X-Request-ID",
]
if not settings["CORS_ORIGINS"]:
    MIDDLEWARE.remove("corsheaders.middleware.CorsMiddleware")

AUTH_USER_MODEL = "app.User"
AUTHENTICATION_BACKENDS = ["app.sessions.SessionBackend"]
PASSWORD_HASHERS = ["app.accounts.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "app.accounts.CommonPasswordValidator",
        "OPTIONS": {
            "password_list_path": FOLDER / "app" / "common-passwords.txt"
        },
    }
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "app.logs.JSONFormatter"}},
    "filters": {"unread": {"()": "app.logs.UnreadFilter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json"}
    },
    "root": {"level": LOG_LEVEL.upper(), "handlers": ["stderr"]},
    "loggers": {
        "django": {"handlers": []},  # those that Django brings
        # What a client does wrong is nothing that the operator can mend.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
        # gunicorn warns of each HEAD, for Django leaves it to drop the body.
        "gunicorn.http.wsgi": {"level": "ERROR"},
        "gunicorn.error": {"propagate": True, "filters": ["unread"]},
    },
}
