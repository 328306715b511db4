"""All faults, in the order of the modules that add them."""

from faults import browser, catalogue, files, operation  # noqa: F401
from faults.degenerate import SERVERS
from faults.fault import FAULTS, Fault, edited

DEGENERATE = list(SERVERS)

__all__ = ["DEGENERATE", "FAULTS", "Fault", "edited"]
