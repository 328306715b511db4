"""The application, which any ASGI server can serve."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from app.api import api
from app.errors import handlers
from app.hosts import Hosts
from app.logs import RequestLog, configure_logging
from app.routing import Methods
from app.settings import settings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Set how many operations may run at the same time."""
    current_default_thread_limiter().total_tokens = settings.threads
    yield


configure_logging()
app = FastAPI(
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    redirect_slashes=False,
    lifespan=lifespan,
    exception_handlers=handlers,
)
app.include_router(api)
# The last one added is the first to see a request.
app.add_middleware(Methods)
app.add_middleware(Hosts)
if settings.log_level == "debug":
    app.add_middleware(RequestLog)
