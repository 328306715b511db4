"""All faults, in the order of the modules that add them."""

from tests.faults import (  # noqa: F401
    browser,
    catalogue,
    django,
    fastapi,
    files,
    flask,
    operation,
)
from tests.faults.degenerate import SERVERS
from tests.faults.fault import FAULTS, Fault, edited

DEGENERATE = list(SERVERS)

__all__ = ["DEGENERATE", "FAULTS", "Fault", "edited"]
