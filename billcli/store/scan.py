"""Which files the ledger holds and their stamps, by one walk that follows no link."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from billcli.core.addresses import is_address
from billcli.diagnostics import Diagnostic, did_you_mean
from billcli.store import layout
from billcli.store.fs import Stamp, stamp


class Scan(NamedTuple):
    """Documents and audit files by path, and what the walk itself found wrong."""

    files: dict[str, Stamp]
    problems: list[Diagnostic]


def scan(root: str, *, below: bool = True) -> Scan:
    """Walks the data folders and ``audit/``; other folders of the user are left alone. Without ``below`` it enters none."""
    found = Scan({}, [])
    known = (*layout.FOLDERS, *layout.OTHER_FOLDERS)
    with os.scandir(root) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if not _utf8(entry.name):
                continue
            if entry.name in layout.SINGLE:
                _file(entry, entry.name, found)
            elif layout.is_leftover(entry.name) and any(name in entry.name for name in layout.SINGLE):
                found.problems.append(_leftover(entry.name, entry.name))
            elif entry.name in layout.FOLDERS or entry.name == "audit":
                if below or not entry.is_dir(follow_symlinks=False):
                    _folder(entry, entry.name, found)
            elif entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".") and entry.name not in known:
                if hint := did_you_mean(entry.name, known):
                    found.problems.append(Diagnostic("W123", f"bill does not read the folder {entry.name}/", entry.name, hint=hint))
            elif entry.name.endswith((".yaml", ".yml")) and not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
                near = did_you_mean(entry.name.rpartition(".")[0], [name.removesuffix(".yaml") for name in layout.SINGLE])
                hint = near.replace('"?', '.yaml"?') or "documents stand in their folders"
                found.problems.append(Diagnostic("W119", f"bill does not read {entry.name}", entry.name, hint=hint))
    found.problems.extend(case_twins(found.files))
    return found


def _folder(entry: os.DirEntry[str], path: str, found: Scan) -> None:
    if entry.is_symlink():
        found.problems.append(_link(path, os.path.realpath(entry.path)))
        return
    if not entry.is_dir(follow_symlinks=False):
        found.problems.append(
            Diagnostic("E114", f"{path} is no folder", path, hint="documents of this kind stand in a folder of that name")
        )
        return
    try:
        with os.scandir(entry.path) as entries:
            inside = sorted(entries, key=lambda each: each.name)
    except OSError as error:
        hint = "look at who may read it, and at the disk"
        found.problems.append(Diagnostic("E114", f"the folder cannot be read: {error.strerror}", path, hint=hint))
        return
    suffix = ".jsonl" if path.startswith("audit") else ".yaml"
    for each in inside:
        below = f"{path}/{each.name}"
        if layout.is_leftover(each.name):
            found.problems.append(_leftover(each.name, below))
        elif not _utf8(each.name):
            shown = os.fsencode(below).decode("utf-8", "backslashreplace")
            found.problems.append(Diagnostic("E121", f"the name of {shown} is not UTF-8", shown, hint="rename it"))
        elif each.is_symlink():
            found.problems.append(_link(below, os.path.realpath(each.path)))
        elif is_address(below):
            hint = "rename it; documents are named by their numbers and ids"
            found.problems.append(Diagnostic("E121", f"{each.name} looks like a place in a folded file", below, hint=hint))
        elif each.name.endswith(suffix):
            _file(each, below, found)
        elif each.is_dir(follow_symlinks=False):
            if not layout.is_kept_apart(below):
                _folder(each, below, found)
        elif each.name not in (".gitkeep", ".gitignore"):
            hint = 'documents end in ".yaml"' if each.name.lower().endswith((".yml", ".yaml")) else "keep it in a folder of your own"
            found.problems.append(Diagnostic("W119", f"bill does not read {each.name}", below, hint=hint))


def _file(entry: os.DirEntry[str], path: str, found: Scan) -> None:
    if entry.is_symlink():
        found.problems.append(_link(path, os.path.realpath(entry.path)))
        return
    if not entry.is_file(follow_symlinks=False):
        what = "a folder" if entry.is_dir(follow_symlinks=False) else "no plain file"
        found.problems.append(Diagnostic("E114", f"{path} is {what}", path, hint="put the document itself there"))
        return
    try:
        found.files[path] = stamp(entry.stat(follow_symlinks=False))
    except FileNotFoundError:
        return  # deleted since the folder was listed


def _utf8(name: str) -> bool:
    """Whether the bytes of a name are text; the index holds texts only."""
    return name.isascii() or not any("\ud800" <= c <= "\udfff" for c in name)


def _leftover(name: str, path: str) -> Diagnostic:
    return Diagnostic("W118", f"{name} was left by an editor or a merge", path, hint="look at it, then delete it")


def _link(path: str, target: str) -> Diagnostic:
    return Diagnostic(
        "E115",
        f"{path} is a symbolic link",
        path,
        hint=f"put the document itself there; the link leads to {os.path.basename(target)}",
    )


def case_twins(files: Iterable[str]) -> list[Diagnostic]:
    """Names that one file system keeps apart and another does not."""
    seen: dict[str, str] = {}
    twins = []
    for path in sorted(files):
        first = seen.setdefault(path.casefold(), path)
        if first != path:
            message = f"{path} and {first} differ only by case"
            twins.append(Diagnostic("E122", message, path, hint="on some machines they are one file; rename one"))
    return twins
