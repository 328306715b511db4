"""Files that are sent as they are."""

from mimetypes import guess_type
from pathlib import Path

from app.framework.errors import Problem
from app.framework.messages import Request, Response
from app.framework.routing import Router


def static_files(prefix: str, folder: Path) -> Router:
    """Serve the files of a folder below a path."""
    folder = folder.resolve()
    router = Router()

    @router.get(prefix + "{file}")
    def show_file(request: Request, file: str) -> Response:
        """Send a file."""
        path = find_file(folder, file)
        status = path.stat()
        kind = guess_type(path.name)[0] or "application/octet-stream"
        headers = {
            "Content-Type": kind,
            "Cache-Control": "public, max-age=3600",
            "ETag": f'W/"{status.st_mtime_ns:x}-{status.st_size:x}"',
        }
        return Response(200, headers, path.read_bytes())

    return router


def find_file(folder: Path, name: str) -> Path:
    """Return the path of a file in the folder, and of no other."""
    try:
        path = (folder / name).resolve(strict=True)
    except (OSError, ValueError) as error:  # missing; or a NUL in the name
        raise Problem(404, "There is no such file.") from error
    # Links, "..", "//" and the like all change the path on the way.
    if str(path) != f"{folder}/{name}" or not path.is_file():
        raise Problem(404, "There is no such file.")
    return path
