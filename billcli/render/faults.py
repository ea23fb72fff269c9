"""A template that failed: the file as the user knows it, the line where it is known, and what to do."""

from __future__ import annotations


class TemplateFault(Exception):
    """``file`` is such as ``templates/paper/invoice.typ``."""

    def __init__(self, file: str, line: int | None, message: str) -> None:
        super().__init__(f"{file}{f':{line}' if line else ''}: {message}")
        self.file = file
        self.line = line
        self.message = message
