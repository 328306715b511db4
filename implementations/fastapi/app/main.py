"""The application, which any ASGI server can serve."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware

from app.api import api
from app.compression import Compression
from app.cors import CORS
from app.docs import DescribedAPI
from app.errors import handlers
from app.headers import SecurityHeaders
from app.hosts import Hosts
from app.logs import RequestLog, configure_logging
from app.pages import pages
from app.routing import Methods
from app.sessions import cookie_name
from app.settings import settings
from app.static import FOLDER, Static


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Set how many operations may run at the same time."""
    current_default_thread_limiter().total_tokens = settings.threads
    yield


configure_logging()
service = DescribedAPI(
    title="Shelf",
    summary="Accounts that keep bookmarks.",
    docs_url=None,
    redoc_url=None,
    openapi_url=None,  # api.py has it among the operations
    redirect_slashes=False,
    lifespan=lifespan,
    exception_handlers=handlers,
)
service.include_router(api)
service.include_router(pages)
service.mount("/static", Static(directory=FOLDER))
# The last one added is the first to see a request.
service.add_middleware(
    SessionMiddleware,
    secret_key=settings.secret_key,
    session_cookie=cookie_name(),
    max_age=settings.session_ttl,
    https_only=settings.secure_cookies,
)
service.add_middleware(Compression)
service.add_middleware(Methods)
# Around all of it: an unexpected exception is answered outside of what was
# added above.
app = RequestLog(SecurityHeaders(Hosts(CORS(service))))
