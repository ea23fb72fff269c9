"""Starts the measured processes for ``measure``: jobs come on standard input, what they used goes to standard output.

A process of its own that imports next to nothing: a child's peak memory begins with that of the process that forks it.
"""

from __future__ import annotations

import marshal
import os
import sys
import time


def run(argv: list[str], env: dict[str, str], cpus: list[int], errors: str) -> tuple[float, float, int, int, int]:
    """Wall and CPU seconds, peak memory as the system counts it, exit code, and how many bytes came through the pipe."""
    out, into = os.pipe()
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(into, 1)
            os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
            if cpus:
                os.sched_setaffinity(0, cpus)
            os.execve(argv[0], argv, env)
        finally:
            os._exit(127)
    os.close(into)
    size = 0
    while piece := os.read(out, 1 << 16):
        size += len(piece)
    os.close(out)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - began
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss, os.waitstatus_to_exitcode(status), size


if __name__ == "__main__":
    while True:
        try:
            job = marshal.load(sys.stdin.buffer)
        except EOFError:
            break
        marshal.dump(run(*job), sys.stdout.buffer)
        sys.stdout.buffer.flush()
