"""What is stored, as the API shows it."""

from datetime import UTC, datetime


def timestamp(moment: datetime) -> str:
    """Write an instant as RFC 3339 in UTC, which also sorts as text."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")
