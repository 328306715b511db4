"""The application, which any ASGI server can serve."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.staticfiles import StaticFiles
from starlette.middleware.sessions import SessionMiddleware

from app import api, pages
from app.errors import handlers
from app.headers import NoSniff
from app.logs import RequestLog, configure_logging
from app.settings import settings

EXPOSED = ["ETag", "Link", "Location", "Retry-After", "X-Request-ID"]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Set how many operations may run at the same time."""
    current_default_thread_limiter().total_tokens = settings.threads
    yield


configure_logging()
app = FastAPI(
    title="Shelf",
    summary="Accounts that keep bookmarks.",
    openapi_url="/api/openapi.json",
    lifespan=lifespan,
    exception_handlers=handlers,
    # Starlette decodes fields by the codec that the client names, and some
    # codecs are slow: fields have to be few and short.
    form_limits={"max_fields": 10, "max_part_size": 16_384},
)
for router in (
    api.api,
    api.uploads,
    pages.pages,
    pages.forms,
    pages.uploads,
):
    app.include_router(router)
app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")))
# The last one added is the first to see a request.
app.add_middleware(
    SessionMiddleware,
    secret_key=settings.secret_key,
    session_cookie="__Host-session" if settings.secure_cookies else "session",
    max_age=settings.session_ttl,
    https_only=settings.secure_cookies,
)
app.add_middleware(GZipMiddleware, minimum_size=1024)
if settings.cors_origins:
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "If-Match", "If-None-Match"],
        expose_headers=EXPOSED,
    )
app.add_middleware(
    TrustedHostMiddleware,
    allowed_hosts=settings.allowed_hosts,
    www_redirect=False,
)
app.add_middleware(NoSniff)
app.add_middleware(RequestLog)
