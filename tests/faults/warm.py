"""Import all that the tests import: a fork of this process has it, too."""

import gc
import os
from contextlib import redirect_stdout

import pytest

from tests.faults.suite import ALL, OPTIONS
from tests.support import report

with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
    pytest.main([*OPTIONS, "--collect-only", *ALL])
report.packages()
gc.collect()
gc.freeze()  # all this stays: nobody has to look for garbage in it
