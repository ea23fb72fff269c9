"""File systems of the rigs' own. They need root and some programs; without those a rig fails and says why."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def need(*programs: str) -> None:
    """Fails where this machine does not let the rig run: nothing is left out silently."""
    assert os.geteuid() == 0, "this rig needs root, to mount file systems and to change who it is"
    missing = [name for name in programs if not shutil.which(name)]
    assert not missing, f"this rig needs {', '.join(missing)}"


def sh(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr.strip()}"


@contextmanager
def mounted(source: str, at: Path, kind: str, options: str) -> Iterator[Path]:
    """Mounted there until the end, whatever comes."""
    at.mkdir(exist_ok=True)
    sh("mount", "-t", kind, "-o", options, source, str(at))
    try:
        yield at
    finally:
        sh("umount", str(at))


def ext4(image: Path, size: int) -> Path:
    """A disk that is a file, with an empty file system."""
    with image.open("wb") as file:
        file.truncate(size)
    sh("mkfs.ext4", "-q", "-F", "-m", "0", str(image))
    return image
