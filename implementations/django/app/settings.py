"""The settings, read once from the environment."""

import re
import sys
import warnings
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import dj_database_url
from corsheaders.defaults import default_headers
from django.core.management.utils import get_random_secret_key
from environs import Env, ValidationError, validate
from pythonjsonlogger.core import RESERVED_ATTRS

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env(eager=False)  # so that `env.seal()` reports all errors at once


@env.parser_for("items")
def parse_items(text: str, pattern: str, accepted: str) -> list[str]:
    """Parse items with commas between."""
    items = [item.strip() for item in text.split(",")] if text else []
    if not all(re.fullmatch(pattern, item) for item in items):
        raise ValidationError(f"Must be {accepted}.")
    return items


@env.parser_for("addresses")
def parse_addresses(text: str) -> list[IPv4Address | IPv6Address]:
    """Parse IP addresses with commas between."""
    try:
        return [ip_address(a.strip()) for a in text.split(",")] if text else []
    except ValueError as error:
        raise ValidationError("Must be IP addresses with commas.") from error


@env.parser_for("rate")
def parse_rate(text: str) -> list[int]:
    """Parse COUNT/SECONDS."""
    rate = text.split("/")
    valid = all(part.isdecimal() and 1 <= int(part) < 10**9 for part in rate)
    if len(rate) != 2 or not valid:
        raise ValidationError("Must be COUNT/SECONDS, such as 10/60.")
    return [int(part) for part in rate]


HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000, validate=validate.Range(1, 65535))
WORKERS = env.int("WORKERS", 1, validate=validate.Range(1, 64))
THREADS = env.int("THREADS", 8, validate=validate.Range(1, 1024))

SECRET_KEY = env.str("SECRET_KEY", None, validate=validate.Length(min=32))
ALLOWED_HOSTS = env.items(
    "ALLOWED_HOSTS",
    "localhost,127.0.0.1,[::1]",
    pattern=r"\*|\[[\dA-Fa-f:.]+\]|[\w.-]+",
    accepted="names without port, separated by commas, or *",
)
DATABASE_URL = env.str(
    "DATABASE_URL",
    "sqlite:///var/shelf.db",
    validate=validate.Regexp(
        "(sqlite:///|postgresql://).",
        error="Must be sqlite:///FILE or postgresql://USER@HOST/NAME.",
    ),
)
CORS_ALLOWED_ORIGINS = env.items(
    "CORS_ORIGINS",
    "",
    pattern=r"https?://[^/\s]+",
    accepted="origins such as https://example.com",
)
LOG_LEVEL = env.str(
    "LOG_LEVEL",
    "info",
    validate=validate.OneOf(["debug", "info", "warning", "error"]),
)
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int(
    "MAX_BODY_BYTES", 65536, validate=validate.Range(0, 10**12)
)
MAX_IMPORT_BYTES = env.int(
    "MAX_IMPORT_BYTES", 10485760, validate=validate.Range(0, 10**12)
)
MAX_IMPORT_ENTRIES = env.int(
    "MAX_IMPORT_ENTRIES", 10000, validate=validate.Range(1, 10**6)
)
MAX_BOOKMARKS = env.int(
    "MAX_BOOKMARKS", 100000, validate=validate.Range(1, 10**9)
)
MAX_TAGS = env.int("MAX_TAGS", 10000, validate=validate.Range(1, 10**9))
TOKEN_TTL = env.int("TOKEN_TTL", 86400, validate=validate.Range(1, 10**9))
SESSION_COOKIE_AGE = env.int(
    "SESSION_TTL", 1209600, validate=validate.Range(1, 10**9)
)
LOGIN_LIMIT = env.rate("LOGIN_LIMIT", "10/60")
TRUSTED_PROXIES = env.addresses("TRUSTED_PROXIES", "")
SECURE_COOKIES = env.bool("SECURE_COOKIES", False)
PASSWORD_LOG_N = env.int("PASSWORD_LOG_N", 14, validate=validate.Range(4, 17))

env.seal()

if SECRET_KEY is None:
    if HOST not in ("localhost", "127.0.0.1", "::1"):
        sys.exit("SECRET_KEY must be set to serve other machines.")
    warnings.warn(
        "SECRET_KEY is not set: sessions end with the process", stacklevel=1
    )
    SECRET_KEY = get_random_secret_key()

database = dj_database_url.parse(
    DATABASE_URL, conn_max_age=None, conn_health_checks=True
)
DATABASES = {"default": database}
if database["ENGINE"] == "django.db.backends.sqlite3":
    path = BASE_DIR / database["NAME"]
    if sys.argv[1:2] == ["migrate"]:  # nothing else makes the file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
    database["NAME"] = f"{path.as_uri()}?mode=rw"
    database["OPTIONS"] = {
        # A reader that turns into a writer fails at once when another has
        # written since.
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,  # seconds to wait for another writer
        "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
    }
else:
    given = database.get("OPTIONS", {})
    options = f"-c lock_timeout=5s -c datestyle=ISO {given.get('options', '')}"
    database["OPTIONS"] = {"connect_timeout": 5, **given, "options": options}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "app",
]
ROOT_URLCONF = "app.urls"
WSGI_APPLICATION = "app.wsgi.application"
MIDDLEWARE = [
    "app.limits.forwarded_address",
    "app.logs.request_log",
    "app.headers.content_security_policy",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",  # checks the host
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "app.errors.ProblemMiddleware",
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
USE_I18N = False
TIME_ZONE = "UTC"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # so that nobody has to collect the files
WHITENOISE_ALLOW_ALL_ORIGINS = False

AUTH_USER_MODEL = "app.User"
AUTHENTICATION_BACKENDS = ["app.limits.LimitedBackend"]
PASSWORD_HASHERS = ["app.accounts.ScryptPasswordHasher"]
validators = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{validators}.MinimumLengthValidator"},
    {
        "NAME": f"{validators}.CommonPasswordValidator",
        "OPTIONS": {
            "password_list_path": BASE_DIR / "app/common-passwords.txt"
        },
    },
    {
        "NAME": f"{validators}.UserAttributeSimilarityValidator",
        # the username, or its letters in another order
        "OPTIONS": {"max_similarity": 1},
    },
]

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
# A browser takes such a cookie from this very host only, and over TLS.
prefix = "__Host-" if SECURE_COOKIES else ""
SESSION_COOKIE_NAME = f"{prefix}session"
SESSION_COOKIE_SECURE = SECURE_COOKIES
# A cookie for messages would have no such name.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_NAME = f"{prefix}csrftoken"
CSRF_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "app.errors.csrf_failure"
# The proxy that ends TLS passes on plain HTTP, browsers send https.
CSRF_TRUSTED_ORIGINS = (
    [f"https://{host}" for host in ALLOWED_HOSTS] if SECURE_COOKIES else []
)

FILE_UPLOAD_HANDLERS = [
    "app.importing.LimitedUploadHandler",
    # Not into memory, for the form is read before the session.
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

CORS_URLS_REGEX = "^/api/"
CORS_ALLOW_HEADERS = [*default_headers, "if-match", "if-none-match"]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "X-Request-ID",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(levelname)s %(message)s",
            "timestamp": "time",
            "rename_fields": {"levelname": "level"},
            # Django adds its request, whose query is not to be logged.
            "reserved_attrs": [*RESERVED_ATTRS, "request"],
        }
    },
    "filters": {"request_id": {"()": "app.logs.RequestIDFilter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["request_id"],
        }
    },
    "root": {"level": LOG_LEVEL.upper(), "handlers": ["stderr"]},
    "loggers": {
        # Client errors are in the request log.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
        # A warning quotes a request that cannot be read.
        "gunicorn.error": {"level": "ERROR"},
        # It warns about the body of every HEAD.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}
