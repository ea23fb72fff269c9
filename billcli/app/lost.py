"""What is not in the books because it cannot be read: one cause is one finding, so nothing is called missing on its account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from billcli.diagnostics import Diagnostic
from billcli.store.layout import KINDS

_DECLARED_IN = {"tax": "ledger.yaml", "item": "items.yaml"}


class Lost(NamedTuple):
    """``files`` and ``folders`` cannot be read; ``misnamed`` files are read under another name; ``twins`` differ by case."""

    files: frozenset[str]
    folders: frozenset[str]
    misnamed: frozenset[str]
    twins: frozenset[str]
    broken_trails: frozenset[str]

    def file(self, path: str) -> bool:
        """Whether the file or a folder around it cannot be read."""
        return path in self.files or any(path.startswith(f"{each}/") for each in self.folders)

    def within(self, folder: str) -> bool:
        """Whether nobody can tell which documents of a folder there are."""
        return any(f"{each}/".startswith(f"{folder}/") for each in self.folders)

    def numbers(self, folder: str) -> dict[str, str]:
        """The documents of a folder that cannot be read, by the number that their file is named after."""
        return {_stem(path): path for path in self.files if path.startswith(f"{folder}/")}

    def name(self, kind: str, name: str) -> bool:
        """Whether a name that seems missing may stand in one of the files."""
        if kind not in KINDS:
            return self.file(_DECLARED_IN.get(kind, "categories.yaml"))
        folder = KINDS[kind].folder
        return self.within(folder) or any(_stem(path) == name for path in self.files | self.misnamed if path.startswith(f"{folder}/"))


def lost(found: Iterable[Diagnostic], unreadable: Iterable[str]) -> Lost:
    """From the findings of single files and of the walk, and what is not in the books."""
    findings = list(found)
    paths = frozenset(unreadable)
    files = frozenset(path for path in paths if path.endswith((".yaml", ".jsonl")))
    return Lost(
        files=files,
        folders=paths - files,
        misnamed=frozenset(each.file for each in findings if each.code in ("E120", "E121")),
        twins=frozenset(each.file for each in findings if each.code == "E122"),
        broken_trails=frozenset(
            each.file.rpartition("/")[0] for each in findings if each.file.startswith("audit/") and each.severity == "error"
        ),
    )


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yaml")
