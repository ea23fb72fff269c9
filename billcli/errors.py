"""A request that cannot be met. Caught once, in ``cli/main.py``; the class decides the exit code."""

from __future__ import annotations

from billcli.diagnostics import Diagnostic


class BillError(Exception):
    """A request the ledger or its rules do not allow."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "", diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.diagnostics = diagnostics


class UsageError(BillError):
    """The words of the command are off: an unknown option value, an amount that is none."""

    exit_code = 2


class NeedsPerson(BillError):
    """Nothing was done, or only a part, and somebody has to decide."""

    exit_code = 3


class ChangedMeanwhile(BillError):
    """Locked by another command, or the files changed between plan and apply; nothing was written."""

    exit_code = 4


class Unreachable(BillError):
    """A service outside does not answer, or does not let us in; what was not done is left as it was."""

    exit_code = 5
