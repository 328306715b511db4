"""Rendering the pages."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

from app.csrf import csrf_token
from app.headers import PAGE_HEADERS


def add_csrf_token(request: Request) -> dict[str, Any]:
    """Let each form have a token."""
    return {"csrf_token": partial(csrf_token, request)}


templates = Jinja2Templates(
    Path(__file__).with_name("templates"), context_processors=[add_csrf_token]
)


def render(
    request: Request,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """Make a page."""
    headers = {**PAGE_HEADERS, **(headers or {})}
    context = {"errors": {}, **context}
    return templates.TemplateResponse(
        request, template, context, status, headers
    )
