"""Files as they are, which WhiteNoise serves."""

from pathlib import Path
from wsgiref.headers import Headers


def weaken_etag(headers: Headers, path: str, url: str) -> None:
    """Give a file a weak entity tag, for it may be sent compressed."""
    status = Path(path).stat()
    headers["ETag"] = f'W/"{status.st_mtime_ns:x}-{status.st_size:x}"'
