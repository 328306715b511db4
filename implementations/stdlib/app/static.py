"""Files that are sent as they are."""

from mimetypes import guess_type
from pathlib import Path

from app.errors import Problem
from app.messages import Request, Response
from app.routing import Router

FOLDER = Path(__file__).resolve().with_name("static")

static = Router()


@static.get("/static/{file}")
def show_file(request: Request, file: str) -> Response:
    """Send a file."""
    path = find_file(file)
    status = path.stat()
    headers = {
        "Content-Type": guess_type(path.name)[0] or "application/octet-stream",
        "Cache-Control": "public, max-age=3600",
        "ETag": f'W/"{status.st_mtime_ns:x}-{status.st_size:x}"',
    }
    return Response(200, headers, path.read_bytes())


def find_file(name: str) -> Path:
    """Return the path of a file in the folder, and of no other."""
    try:
        path = (FOLDER / name).resolve(strict=True)
    except (OSError, ValueError) as error:  # missing; or a NUL in the name
        raise Problem(404, "There is no such file.") from error
    # Links, "..", "//" and the like all change the path on the way.
    if str(path) != f"{FOLDER}/{name}" or not path.is_file():
        raise Problem(404, "There is no such file.")
    return path
