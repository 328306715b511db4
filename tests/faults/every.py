"""All faults, in the order of the modules that add them."""

from tests.faults import browser, catalogue, files, operation  # noqa: F401
from tests.faults.degenerate import SERVERS
from tests.faults.fault import FAULTS, Fault, edited

DEGENERATE = list(SERVERS)

__all__ = ["DEGENERATE", "FAULTS", "Fault", "edited"]
