"""What processes and the machine use: CPU time, memory, noise."""

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

SIBLINGS = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


@dataclass(frozen=True)
class Noise:
    """CPU seconds of all cores together: stolen, and used by anybody."""

    stolen: float
    busy: float


def process_tree(pid: int) -> list[psutil.Process]:
    """Return a process and all its living descendants."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process tree, dead children included.

    User and system seconds; the system keeps them in steps of 10 ms. What
    a dead child used is counted where its parent waited for it, so the sum
    never falls. Raises psutil.NoSuchProcess when the root is gone.
    """
    total = 0.0
    for process in process_tree(pid):
        times = process.cpu_times()
        total += times.user + times.system
        total += getattr(times, "children_user", 0.0)
        total += getattr(times, "children_system", 0.0)
    return total


def memory_bytes(pid: int) -> int:
    """Return the memory of a process tree.

    PSS where the system tells it (pages shared by workers count once),
    else RSS; `memory_kind` says which.
    """
    total = 0
    for process in process_tree(pid):
        full = process.memory_full_info()
        total += getattr(full, "pss", full.rss)
    return total


def memory_kind() -> str:
    """Name what memory_bytes measures on this system."""
    return "PSS" if psutil.LINUX else "RSS"


def read_noise() -> Noise:
    """Read the CPU seconds that were stolen, and all that were used."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    stolen = getattr(times, "steal", 0.0)
    guest = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return Noise(stolen, sum(times) - idle - stolen - guest)


def choose_cores() -> tuple[int, int] | None:
    """Return a core for the server and one for the generator, or None.

    Of one physical core only where there is no other.
    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    first, *rest = sorted(os.sched_getaffinity(0))
    apart = [core for core in rest if core not in siblings(first)]
    return (first, (apart or rest)[-1]) if rest else None


def siblings(core: int) -> set[int]:
    """Return the numbers by which the system calls one physical core.

    Source: Documentation/admin-guide/cputopology.rst of Linux.
    """
    try:
        text = SIBLINGS.format(core)
        parts = Path(text).read_text("ascii").strip().split(",")
    except OSError:
        return {core}
    ends = [part.partition("-")[::2] for part in parts]
    return {
        number
        for low, high in ends
        for number in range(int(low), int(high or low) + 1)
    }


def share_a_core(cores: tuple[int, int] | None) -> bool:
    """Say whether server and generator run on one physical core."""
    return cores is not None and cores[1] in siblings(cores[0])


def pin(pid: int, core: int) -> None:
    """Keep all threads of a process tree on one core.

    Called right after the start: later threads and children inherit it.
    What ends meanwhile needs no core; psutil.NoSuchProcess is raised when
    the root is gone.
    """
    for process in process_tree(pid):
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            for thread in process.threads():
                pin_thread(thread.id, core)


def pin_thread(number: int, core: int) -> None:
    """Keep a thread on one core, if it is still there."""
    with suppress(ProcessLookupError):
        os.sched_setaffinity(number, {core})


def file_system(path: Path) -> str:
    """Name the kind of file system that a folder is on."""
    found = {
        part.mountpoint: part.fstype
        for part in psutil.disk_partitions(all=True)
        if path.resolve().is_relative_to(part.mountpoint)
    }
    return found[max(found, key=len)] if found else "unknown"


def machine_facts() -> dict[str, str | int | None]:
    """Describe the machine, without its name."""
    return {
        "cpu": cpu_model(),
        "cores": psutil.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def cpu_model() -> str:
    """Name the processor; the architecture where the system hides it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
