"""The pages of the operations: one request through each of the four."""

from typing import Any

from compare import IMPLEMENTATIONS
from compare.report.capability import neighbour, write_code
from compare.report.frames import bars, tree
from compare.report.listing import operation_code
from compare.report.material import Material
from compare.report.site import Site
from compare.report.texts import operations
from compare.trace.phases import PHASES

ROOM = 24_000  # bytes of a call tree on the page of its operation


def write(site: Site, material: Material) -> None:
    """Write a page for each operation, and the list of them."""
    site.write(
        "operations.html",
        "operations.html",
        requests=operations(),
        traces=material.traces,
    )
    names = list(operations())
    for index, name in enumerate(names):
        trace = material.traces.get(name)
        path = f"operation/{name}.html"
        first, *rest = operation_code(material.found, name)
        for part in rest:
            write_code(site, part, path, name)
        ways = show_ways(site, name, trace) if trace else {}
        site.write(
            path,
            "operation.html",
            name=name,
            request=operations()[name],
            trace=trace,
            ways=ways,
            phases=PHASES,
            longest=longest_phase(ways),
            dearest=max((w["cpu_us"] for w in ways.values()), default=1.0),
            code=first.html,
            rest=rest,
            before=neighbour(names, index - 1),
            after=neighbour(names, index + 1),
        )


def show_ways(
    site: Site, name: str, trace: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Describe the way of a request through each implementation."""
    found = trace["implementations"]
    return {
        one: show_way(site, name, one, found[one])
        for one in IMPLEMENTATIONS
        if one in found
    }


def show_way(
    site: Site, name: str, implementation: str, way: dict[str, Any]
) -> dict[str, Any]:
    """Describe one way; a long tree of calls gets a page of its own."""
    frames = way["frames"]
    placed = bars(frames)
    nodes = tree(frames)
    shown = {
        **way,
        "bars": placed,
        "rows": 1 + max((bar.row for bar in placed), default=0),
        "tree": nodes,
        "target": "",
    }
    path = f"operation/{name}.html"
    text = site.render(path, "tree.html", nodes=nodes, open=2)
    if len(text) > ROOM:
        target = f"operation/{name}-{implementation}.html"
        shown |= {"target": target, "tree": []}
        site.write(
            target,
            "calls.html",
            name=name,
            implementation=implementation,
            way=way,
            nodes=nodes,
        )
    return shown


def longest_phase(ways: dict[str, dict[str, Any]]) -> float:
    """Return the longest time that any phase takes, for a common scale."""
    times = [us for way in ways.values() for us in way["phases"].values()]
    return max(times, default=1.0)
