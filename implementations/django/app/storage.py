"""The database, as far as Django's settings do not say it all."""

from datetime import UTC, datetime

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError


def is_unavailable(error: BaseException) -> bool:
    """Tell trouble with the database from a constraint that it keeps."""
    return isinstance(
        error, DatabaseError | InterfaceError
    ) and not isinstance(error, DataError | IntegrityError)


def timestamp(moment: datetime) -> str:
    """Write an instant as RFC 3339 in UTC, which also sorts as text."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")
