"""What comes of a template: shared by the process that asks for it and the one that makes it."""

from __future__ import annotations

from typing import NamedTuple

from billcli.render.faults import TemplateFault


class Texts(NamedTuple):
    """A mail without its addresses. ``subject`` is one line; ``text`` says everything that ``html`` says."""

    subject: str
    text: str
    html: str


class Fault(NamedTuple):
    """A template that failed. ``file`` is as the user knows it, such as templates/mail/de/invoice.prose.j2."""

    file: str
    line: int | None
    message: str

    @property
    def told(self) -> str:
        """``templates/paper/invoice.typ:3: unknown variable: foo``."""
        return f"{self.file}{f':{self.line}' if self.line else ''}: {self.message}"


def fault(failed: TemplateFault) -> Fault:
    """In one line for people, however long and odd what the template said was."""
    shown = "".join(c if c.isprintable() else " " for c in failed.message[:300])
    return Fault(failed.file, failed.line, shown)
