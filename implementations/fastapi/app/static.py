"""Files that are sent as they are."""

from pathlib import Path
from typing import Any

from fastapi import HTTPException, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).with_name("static")


class Static(StaticFiles):
    """The files of a folder, which any cache may keep."""

    def get_path(self, scope: Scope) -> str:
        """Take a path in its one spelling; Starlette mends the others."""
        path = super().get_path(scope)
        if f"{scope['root_path']}/{path}" != scope["path"]:
            raise HTTPException(404)
        return path

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Look for the file first, and at the method then."""
        response = await super().get_response(path, {**scope, "method": "GET"})
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        return response

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Send a file, or say that it has not changed."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=3600"
        # It may yet be compressed, and is not these very bytes then.
        response.headers["ETag"] = "W/" + response.headers["ETag"]
        return response
