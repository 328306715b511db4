"""What another generator prints, and how it is shown."""

import pytest

from compare.bench import crosscheck
from compare.bench.tables import bench_markdown
from tests.unit.test_compare_bench import results

PRINTED = """Running 3s test @ http://127.0.0.1:10000/healthz
  1 threads and 4 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.94ms  806.85us   9.16ms   67.44%
  5935 requests in 3.00s, 2.01MB read
Requests/sec:   1978.11
"""
ERRORS = "  Socket errors: connect 0, read 3, write 0, timeout 0\n"


@pytest.mark.parametrize(
    ("text", "fault", "requests"),
    [
        (PRINTED, "", 5935),
        (PRINTED + ERRORS, ERRORS.strip(), 0),
        (
            PRINTED + "  Non-2xx or 3xx responses: 7\n",
            "Non-2xx or 3xx responses: 7",
            0,
        ),
        ("unable to connect", "no figures: unable to connect", 0),
        ("0 requests in 3.00s", "no figures: 0 requests in 3.00s", 0),
    ],
)
def test_what_wrk_prints_is_read(text: str, fault: str, requests: int) -> None:
    """An answer with another status, or none, is a fault."""
    assert crosscheck.read(text) == (fault, requests)


def test_both_generators_stand_side_by_side() -> None:
    """Each cell has what either saw of the server; a gap has none."""
    window = {"operation": "show_bookmark", "requests": 1000}
    checked = [window | {"arm": "flask", "server_cpu": 3.5}]
    text = bench_markdown(results(checked=checked))
    assert "| show_bookmark | – | 3,634 / 3,500 | – |" in text
    assert "by another generator" not in bench_markdown(results())
