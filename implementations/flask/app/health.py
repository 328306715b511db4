"""Whether the service can do its work."""

from app.errors import unavailable
from app.migrating import is_migrated


def require_ready() -> None:
    """Refuse to serve from a database without the newest schema."""
    if not is_migrated():
        raise unavailable()
