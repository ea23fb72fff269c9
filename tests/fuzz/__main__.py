"""``make fuzz``: a million inputs for everything that reads what it does not know; ``python -m tests.fuzz --help`` has the rest."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.faults.counts import record
from tests.fuzz.registry import MODULES, WATCHED, target
from tests.support import PROJECT

_FOUND = PROJECT / "build/fuzz"


def main(words: list[str]) -> int:
    told = _parser().parse_args(words)
    names = told.only.split(",") if told.only else [*MODULES]
    if strange := [each for each in names if each not in MODULES]:
        sys.exit(f"there is no target {', '.join(strange)}; there are {', '.join(MODULES)}")
    watch = not told.blind and find_spec("atheris") is not None
    print(
        f"seed {told.seed}; " + ("atheris watches the ways through the code" if watch else "blind: without atheris, or not asked to watch")
    )
    print(f"{'target':<11} {'inputs':>9} {'read':>9} {'refused':>9} {'new ways':>9} {'faults':>7} {'CPU s':>7} {'MB':>6}", flush=True)
    sums = {"inputs": 0, "faults": 0, "seconds": 0.0}
    for name in names:
        inputs = max(50, int(target(name).inputs * told.inputs / 1000))
        found = _tried(name, inputs, told.seed, watch=watch and bool(WATCHED[name]))
        _show(name, found)
        record(f"fuzz {name}", inputs, found["inputs"], len(found["faults"]))
        sums = {key: sums[key] + (len(found[key]) if key == "faults" else found[key]) for key in sums}
        sums["faults"] += found["inputs"] < inputs
    print(f"{'in all':<11} {sums['inputs']:>9,} {'':>29} {sums['faults']:>7} {sums['seconds']:>7.0f}")
    return 1 if sums["faults"] else 0


def _tried(name: str, inputs: int, seed: int, *, watch: bool) -> dict[str, Any]:
    """One target in a process of its own, whose files go with it."""
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as place:
        module = "tests.fuzz.watched" if watch else "tests.fuzz.blind"
        command = [sys.executable, "-m", module, name, str(inputs), str(seed), place]
        environment = {**os.environ, "TMPDIR": place, "PYTHONPATH": str(PROJECT), "PYTHONHASHSEED": "0"}
        with open(f"{place}/said", "wb") as said:
            ended = subprocess.run(
                command, cwd=place, env=environment, stdout=said, stderr=said, stdin=subprocess.DEVNULL, check=False
            ).returncode
        try:
            found: dict[str, Any] = json.loads(Path(place, "tried.json").read_bytes())
        except FileNotFoundError:
            found = {"inputs": 0, "outcomes": {}, "new": 0, "seconds": 0.0, "peak": 0, "faults": {}}
        said_last = Path(place, "said").read_bytes()[-3000:].decode("utf-8", "replace")
        if found["inputs"] < inputs:
            found["faults"][f"ended by {ended} after {found['inputs']} inputs"] = [said_last, _left(Path(place)).hex()]
        return found


def _left(place: Path) -> bytes:
    """The input on which libFuzzer gave up, if it did."""
    for kind in ("crash", "oom", "timeout", "leak"):
        for file in place.glob(f"{kind}-*"):
            return file.read_bytes()
    return b""


def _show(name: str, found: dict[str, Any]) -> None:
    outcomes = found["outcomes"]
    print(
        f"{name:<11} {found['inputs']:>9,} {outcomes.get('read', 0):>9,} {outcomes.get('refused', 0):>9,} {found['new']:>9,}"
        f" {len(found['faults']):>7} {found['seconds']:>7.1f} {found['peak'] >> 20:>6}",
        flush=True,
    )
    for at, (key, (trace, data)) in enumerate(found["faults"].items()):
        _FOUND.mkdir(parents=True, exist_ok=True)
        file = _FOUND / f"{name}-{at}"
        file.write_bytes(bytes.fromhex(data))
        print(f"  {key}; its input is in {file}\n{trace}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="inputs by the million; faults are told with their input")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="in all; each target makes its share")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help=f"targets with commas between them: {', '.join(MODULES)}")
    parser.add_argument("--blind", action="store_true", help="without atheris, which keeps what took a new way through the code")
    return parser


if __name__ == "__main__":
    shutil.rmtree(_FOUND, ignore_errors=True)
    sys.exit(main(sys.argv[1:]))
