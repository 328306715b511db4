"""How far a server of one's own has come: `python -m tests.learn URL`."""

import sys
from pathlib import Path

# The modules of the suite import each other by their bare names.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
