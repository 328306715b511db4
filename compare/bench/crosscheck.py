"""The same requests by another generator: wrk, where it is installed.

It takes a tenth of the CPU time that Locust does for a request, and looks
at no answer but its status. Where both see the same cost for the server,
the generator has no part in it. Source: github.com/wg/wrk.
"""

import random
import re
import shutil
import subprocess
from typing import Any

from compare.bench.arms import Arm
from compare.bench.rounds import Sitting, running
from compare.bench.tasks import READER
from compare.bench.usage import cpu_seconds, pin
from compare.bench.workload import OPERATIONS

PROGRAM = "wrk"
CHECKED = ("show_health", "show_bookmark")
CONNECTIONS = 4
WARM_UP, SECONDS = 1, 3
REQUESTS = re.compile(r"(\d+) requests in")
BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.+)")


def cross_check(made: Sitting) -> list[dict[str, Any]]:
    """Return {"arm", "operation", "requests", "server_cpu"} of each window.

    Nothing where wrk is not installed, or the sitting only tries things.
    """
    if made.plan.mode == "smoke" or not shutil.which(PROGRAM):
        return []
    found = []
    with running(made):
        for operation in CHECKED:
            for arm in made.alive:
                made.say(f"{PROGRAM}: {operation}, {arm.name}")
                found.append(check(made, arm, operation))
    return [window for window in found if window["requests"]]


def check(made: Sitting, arm: Arm, operation: str) -> dict[str, Any]:
    """Load one server; a wrong status makes it fail."""
    send(made, arm, operation, WARM_UP)
    before = cpu_seconds(arm.pid)
    text = send(made, arm, operation, SECONDS)
    used = cpu_seconds(arm.pid) - before
    fault, requests = read(text)
    arm.failed = fault and f"{operation}, by {PROGRAM}: {fault}"
    return {
        "arm": arm.name,
        "operation": operation,
        "requests": requests,
        "server_cpu": used,
    }


def send(made: Sitting, arm: Arm, operation: str, seconds: int) -> str:
    """Run wrk on the generator's core; return what it prints."""
    account = arm.accounts[READER]
    call = OPERATIONS[operation](account.read(), random.Random(1), "")
    fields = account.headers(call).items()
    command = [PROGRAM, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    command += [f"-H{name}: {value}" for name, value in fields]
    with subprocess.Popen(
        [*command, arm.url + call.path],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        if made.cores:
            pin(process.pid, made.cores[1])
        return process.communicate()[0]


def read(text: str) -> tuple[str, int]:
    """Return what went wrong, or "", and the number of requests."""
    bad, found = BAD.search(text), REQUESTS.search(text)
    if bad:
        return bad[0], 0
    if not found or not int(found[1]):
        return f"no figures: {text.strip()[:80]}", 0
    return "", int(found[1])
