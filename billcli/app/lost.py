"""What is not in the books because it cannot be read or is gone: one cause is one finding, so nothing else is missing on its account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from billcli.core import addresses
from billcli.core.checks.facts import Gone
from billcli.diagnostics import Diagnostic
from billcli.store.layout import KINDS

_DECLARED_IN = {"tax": "ledger.yaml", "item": "items.yaml"}


class Lost(NamedTuple):
    """Files and folders that cannot be read, issued documents that are gone, and all of them by the document's name."""

    files: frozenset[str]
    folders: frozenset[str]
    gone: tuple[Gone, ...]
    names: Mapping[str, str]
    twins: frozenset[str]
    broken_trails: frozenset[str]

    def within(self, folder: str) -> bool:
        """Whether nobody can tell which documents of a folder there are."""
        return any(f"{each}/".startswith(f"{folder}/") for each in self.folders)

    def any_of(self, folder: str) -> bool:
        """Whether some document of a folder cannot be read."""
        return self.within(folder) or any(path.startswith(f"{folder}/") for path in self.files)

    def name(self, kind: str, name: str) -> bool:
        """Whether a name that seems missing may stand in one of the files."""
        if kind not in KINDS:
            return _DECLARED_IN.get(kind, "categories.yaml") in self.files
        return self.within(KINDS[kind].folder) or name in self.names


def _folder_of(path: str) -> str:
    """The folder of a month whose folded file, or a document in it, does not say what it holds; any other path as it is."""
    file = addresses.file_of(path)
    nameless = addresses.is_folded(path) or (file != path and addresses.NAMELESS in addresses.name_of(path))
    return addresses.month_folder(file) if nameless else path


def lost(found: Sequence[Diagnostic], unreadable: Iterable[str], kept_out: Mapping[str, str], gone: Iterable[Gone]) -> Lost:
    """From the findings of single files and of the walk, what is not in the books, and what the audit trail misses.

    ``kept_out`` are the files of documents by their own names; a file that cannot be read goes by its file's name.
    """
    paths = frozenset(_folder_of(path) for path in unreadable)
    files = frozenset(path for path in paths if path.endswith((".yaml", ".jsonl")) or addresses.is_address(path))
    names = {**kept_out, **{addresses.name_of(path): path for path in sorted(files)}}
    folders = paths - files
    within = tuple(f"{folder}/" for folder in folders)
    missing = tuple(each for each in gone if each.number not in names and not addresses.alone(each.file).startswith(within))
    return Lost(
        files=files,
        folders=folders,
        gone=missing,
        names={**names, **{each.number: each.file for each in missing}},
        twins=frozenset(each.file for each in found if each.code == "E122"),
        broken_trails=frozenset(
            each.file.rpartition("/")[0] for each in found if each.file.startswith("audit/") and each.severity == "error"
        ),
    )
