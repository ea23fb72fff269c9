"""Every command as it is typed and what it answers. ``UPDATE_TRANSCRIPTS=1 pytest tests/cli`` writes what comes out now: read the diff."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import transcript

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", sorted(path.stem for path in HERE.glob("*.console")))
def test_transcript(name: str, tmp_path: Path) -> None:
    file = HERE / f"{name}.console"
    expected = transcript.read(file.read_text(encoding="utf-8"))
    played = list(transcript.play(expected, tmp_path))
    if os.environ.get("UPDATE_TRANSCRIPTS"):
        file.write_text(transcript.written(expected, [found for _, found in played]), encoding="utf-8")
        return
    for step, found in played:
        assert transcript.matches(step.expected, found), f"$ {step.command}\n" + "\n".join(found)
