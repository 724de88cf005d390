"""Runs a program in a process of its own and says what it cost."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Wall and processor seconds, peak memory and bytes read in MB, and what the program printed."""

    wall: float
    cpu: float
    memory: float
    read: float
    printed: str


def run(command, threads, printed):
    """Runs `command` on the first `threads` cores; stdout goes through the file `printed`."""

    def pin():
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])

    with open(printed, "w+", encoding="utf-8") as stdout, open(f"{printed}.err", "w+", encoding="utf-8") as stderr:
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=stdout, stderr=stderr, preexec_fn=pin)
        if sys.platform == "linux":
            # ended, but not yet gone: its counters can still be read
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        read = bytes_read(child.pid) / (1 << 20)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        stderr.seek(0)
        if child.returncode != 0:
            sys.exit(f"failed with {child.returncode}: {' '.join(command)}\n{stdout.read()}{stderr.read()}")
        # Linux counts the peak in KiB, macOS in bytes
        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, read, stdout.read())


def bytes_read(process):
    """Bytes that a process got by reading, from the disk or its cache; Linux alone counts them."""
    try:
        with open(f"/proc/{process}/io", encoding="ascii") as file:
            return int(file.readline().removeprefix("rchar: "))
    except OSError:
        return float("nan")
