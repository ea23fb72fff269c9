"""An office with a real server to hand its mail to; papers and letters are plain texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.post import Post, listening
from tests.outbox.office import Office, Plain, plain_studio


@pytest.fixture
def studio() -> Iterator[type[Plain]]:
    with plain_studio() as found:
        yield found


@pytest.fixture
def post() -> Iterator[Post]:
    with listening(Post()) as found:
        yield found


@pytest.fixture
def office(tmp_path: Path, post: Post) -> Office:
    return Office(tmp_path, f"smtp://127.0.0.1:{post.port}")
