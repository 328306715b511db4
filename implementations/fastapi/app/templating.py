"""The templates of the pages."""

from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.templating import Jinja2Templates

from app.csrf import csrf_token

FOLDER = Path(__file__).with_name("templates")


def add_csrf_token(request: Request) -> dict[str, Any]:
    """Let each form have a token."""
    return {"csrf_token": partial(csrf_token, request)}


templates = Jinja2Templates(FOLDER, context_processors=[add_csrf_token])
