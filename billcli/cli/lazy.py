"""Typer where it is loaded, and before that something that takes what the commands declare and lets their functions be.

``dispatch`` calls a report without Typer; every other command loads it before it loads a noun.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typer
else:

    class _Declared:
        def __init__(self, *_: Any, **__: Any) -> None:
            pass

        def command(self, *_: Any, **__: Any) -> Any:
            return lambda function: function

        callback = command

    class _Lazy:
        def __getattr__(self, name: str) -> Any:
            if name in ("Typer", "Option", "Argument") and "typer" not in sys.modules:
                return _Declared
            import typer as loaded

            return getattr(loaded, name)

    typer = _Lazy()

__all__ = ["typer"]
