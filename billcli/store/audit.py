"""The audit trail: one hash-chained line per command, in ``audit/<clone>/<year>-<month>.jsonl``.

Each working copy writes a chain of its own, so merging two never breaks either.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import ValidationError

from billcli import __version__
from billcli.diagnostics import Diagnostic, Span
from billcli.errors import BillError, ChangedMeanwhile, UsageError
from billcli.model.audit import AuditEntry
from billcli.store import fs
from billcli.store.locate import PRIVATE, private_folder
from billcli.store.text import conflict

_CLONE = f"{PRIVATE}/clone"
_COMPARE = "compare the file with git; the trail is only ever added to"
_REPLACED = "\ufffd"
_CLONE_ID = re.compile(r"[0-9a-f]{8}\Z", re.ASCII)


class FileRecord(NamedTuple):
    """What happened to one file; ``by`` is ``hand`` where bill only found the change, ``payee`` the mark of its accounts and addresses."""

    path: str
    old: str | None
    new: str | None
    by: str = "bill"
    payee: str = ""


class ReadTrail(NamedTuple):
    """All entries of one file, and where it is broken inside."""

    entries: list[dict[str, Any]]
    problems: list[Diagnostic]


def clone_id(root: str) -> str:
    """This working copy's id: 8 hex digits, given once and bound to the folder's device and inode, so a copy gets its own.

    ``BILL_CLONE`` names it where a ledger must come out the same every time, as the demo does; two copies must never share one.
    """
    folder = private_folder(root)
    raw = fs.read_if_there(root, _CLONE)
    place = _place(folder)
    if raw is not None:
        if known := _bound(raw, place):
            return known
        fs.remove(root, _CLONE)
    made = named_clone() or secrets.token_hex(4)
    fs.write_new(root, _CLONE, json.dumps({"id": made, "folder": place}).encode())
    return made


def _place(folder: str) -> list[int]:
    info = os.stat(folder)
    return [info.st_dev, info.st_ino]


def _bound(raw: bytes, place: list[int]) -> str:
    """The id, empty where it is another folder's or damaged: such a one is worth nothing, and a new one begins a chain of its own."""
    try:
        known = json.loads(raw)
        return str(known["id"]) if known["folder"] == place and _CLONE_ID.match(known["id"]) else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def known_clone_id(root: str) -> str:
    """This working copy's id, empty where it has none yet; writes nothing."""
    raw = fs.read_if_there(root, _CLONE) if os.path.isdir(f"{root}/{PRIVATE}") else None
    return _bound(raw, _place(f"{root}/{PRIVATE}")) if raw is not None else ""


def named_clone() -> str:
    """The id that ``BILL_CLONE`` gives, or nothing."""
    name = os.environ.get("BILL_CLONE", "")
    if name and not _CLONE_ID.match(name):
        raise UsageError(f'BILL_CLONE is "{name}"', "give 8 hex digits, or leave it unset for an id of its own")
    return name


def known_clone(raw: bytes) -> str:
    """The id in the bytes of ``.bill/clone``."""
    try:
        return str(json.loads(raw)["id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "unreadable; a new one is given at the next writing command"


def trail_file(clone: str, at: datetime) -> str:
    return f"audit/{clone}/{at:%Y-%m}.jsonl"


def next_entry(
    root: str, clone: str, at: datetime, command: str, reason: str, files: Sequence[FileRecord]
) -> tuple[str, bytes | None, bytes]:
    """The path of the trail file, its bytes now, and its bytes with the new entry."""
    path = trail_file(clone, at)
    last = _last_entry(root, clone)
    entry: dict[str, Any] = {
        "seq": (last["seq"] if last else 0) + 1,
        "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "clone": clone,
        "actor": actor(),
        "version": __version__,
        "command": command,
        "files": [_file(each) for each in files],
        "prev": last["hash"] if last else "",
    }
    if reason:
        entry["reason"] = reason
    entry["hash"] = entry_hash(entry)
    if last and path < last["file"]:
        path = last["file"]  # the clock went back; the chain goes on where it is
    old = fs.read_if_there(root, path)
    return path, old, (old or b"") + json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def entry_in(root: str, file: str, digest: str) -> dict[str, Any]:
    """The whole entry with that hash in a file of the trail. Raises ``ChangedMeanwhile`` where it is no longer there."""
    mark = f'"hash": "{digest}"}}'.encode()
    for line in fs.read(root, file).split(b"\n"):
        if line.endswith(mark) and not _fault(line.decode("utf-8", "replace"), file):
            return dict(json.loads(line))
    raise ChangedMeanwhile(f"{file} was changed meanwhile", "try again")


def _file(record: FileRecord) -> dict[str, str | None]:
    also = {"by": record.by if record.by != "bill" else "", "payee": record.payee}
    return {"path": record.path, "old": record.old, "new": record.new, **{key: value for key, value in also.items() if value}}


def entry_hash(entry: Mapping[str, Any]) -> str:
    """SHA-256 over the entry as JSON without its own hash: keys sorted, no spaces, UTF-8."""
    body = {key: value for key, value in entry.items() if key != "hash"}
    return fs.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())


def actor() -> str:
    """Who works here: ``BILL_ACTOR``, else the login name."""
    try:
        return os.fsencode(os.environ.get("BILL_ACTOR") or getpass.getuser()).decode("utf-8", "backslashreplace")
    except (KeyError, OSError):
        return "unknown"


def read_trail(raw: bytes, file: str) -> ReadTrail:
    """Entries whose own hash holds; the first one that does not is named, with its line (E601), or the conflict that it is (E113).

    Branches of one clone may fork the chain, and a merge then keeps both arms; which entry follows which is checked over all files.
    """
    entries: list[dict[str, Any]] = []
    lines = _lines(raw)
    as_bytes = raw.split(b"\n") if any(_REPLACED in line for line in lines) else []
    for number, line in enumerate(lines, 1):
        if as_bytes and as_bytes[number - 1] != line.encode():
            problem = "a line that is not UTF-8"
            return ReadTrail(entries, [Diagnostic("E601", problem, file, span=_span(number, line), hint=_COMPARE)])
        entry = _plain_entry(line, file)
        if entry is not None:
            entries.append(entry)
        elif problem := _fault(line, file):
            marked = conflict(raw.decode("utf-8", "replace"), file, "keep the entries of both sides, and delete the lines of <, = and >")
            return ReadTrail(entries, [marked or Diagnostic("E601", problem, file, span=_span(number, line), hint=_COMPARE)])
        else:
            entries.append(json.loads(line))
    if raw and not raw.endswith(b"\n"):
        hint = "add it; the next entry would run into this one"
        return ReadTrail(entries, [Diagnostic("E601", "the last line has no line end", file, span=_span(len(entries), line), hint=hint)])
    return ReadTrail(entries, [])


def read_loose(raw: bytes) -> list[dict[str, Any]]:
    """What entries say whose file is broken somewhere, whether their hashes hold or not."""
    found = []
    for line in _lines(raw):
        try:
            AuditEntry.model_validate_json(line)
        except ValidationError:
            continue
        found.append(json.loads(line))
    return found


def _span(number: int, line: str) -> Span:
    """The beginning of a long line."""
    return Span(number, 1, max(1, min(len(line), 80)), line[:80])


_TEXT = r'"[^"\\\x00-\x1f]*"'
_PATH = r'"(?!/|\.\.?[/"]|\.(?:[gG][iI][tT]|[bB][iI][lL][lL])[/"])[^"\\\x00-\x1f]+"'
_ODD = ("//", "/./", "/../", '/"', '/."', '/.."')
"""What a path of a file holds only if somebody else made it; it may stand in a reason, too, and is looked at closely then."""

_ONE = rf'\{{"path": ({_PATH}), "old": ({_TEXT}|null), "new": ({_TEXT}|null)(?:, "by": ({_TEXT}))?(?:, "payee": ({_TEXT}))?\}}'
_ANY = _ONE.replace(f"({_TEXT}", f"(?:{_TEXT}").replace(f"({_PATH}", f"(?:{_PATH}")
_ENTRY = re.compile(
    rf'\{{"seq": ([1-9][0-9]{{0,14}}), "at": ({_TEXT}), "clone": ({_TEXT}), "actor": ({_TEXT}), "version": ({_TEXT}), "command": ({_TEXT}),'
    rf' "files": \[((?:{_ANY}(?:, {_ANY})*)?)\], "prev": ({_TEXT})(?:, "reason": ({_TEXT}))?, "hash": "([0-9a-f]{{64}})"\}}\Z'
)
_RECORD = re.compile(_ONE)


def _plain_entry(line: str, file: str) -> dict[str, Any] | None:
    """An entry as ``next_entry`` writes it, with no sign escaped, whose hash holds; None for any other, which ``_fault`` judges.

    Its texts stand in the JSON that is hashed as they stand here, so nothing is parsed and written again.
    """
    found = _ENTRY.match(line)
    if found is None or any(odd in line for odd in _ODD):
        return None
    seq, at, clone, actor_, version, command, some, prev, reason, own = found.groups()
    records = _RECORD.findall(some)
    because = f'"reason":{reason},' if reason else ""
    marks = [(f'"by":{by},' if by else "", f',"payee":{payee}' if payee else "") for *_, by, payee in records]
    files = ",".join(
        [f'{{{by}"new":{new},"old":{old},"path":{path}{payee}}}' for (by, payee), (path, old, new, *_) in zip(marks, records, strict=True)]
    )
    head = f'{{"actor":{actor_},"at":{at},"clone":{clone},"command":{command},"files":[{files}],'
    if fs.sha256(f'{head}"prev":{prev},{because}"seq":{seq},"version":{version}}}'.encode()) != own or clone[1:-1] != file.split("/")[1]:
        return None
    return {
        "seq": int(seq), "at": at[1:-1], "clone": clone[1:-1], "actor": actor_[1:-1], "version": version[1:-1], "command": command[1:-1],
        "files": [_record(*each) for each in records], "prev": prev[1:-1], **({"reason": reason[1:-1]} if reason else {}), "hash": own,
    }  # fmt: skip


def _record(path: str, old: str, new: str, *marks: str) -> dict[str, str | None]:
    record = {"path": path[1:-1], "old": None if old == "null" else old[1:-1], "new": None if new == "null" else new[1:-1]}
    return record | {key: mark[1:-1] for key, mark in zip(("by", "payee"), marks, strict=True) if mark}


def _fault(line: str, file: str) -> str:
    try:
        entry = AuditEntry.model_validate_json(line)
    except ValidationError:
        return "a line that is no audit entry"
    if entry.hash != entry_hash(plain := json.loads(line)):
        return f"entry {entry.seq} was changed: its hash does not fit"
    if json.dumps(plain, ensure_ascii=False) != line:
        return f"entry {entry.seq} was changed: it is not written as bill writes it"  # a key that stands twice shows what is not hashed
    if file.split("/")[1] != entry.clone:
        return f"entry {entry.seq} belongs to another clone"
    return ""


def _lines(raw: bytes) -> list[str]:
    text = raw.decode("utf-8", "replace")
    return text.removesuffix("\n").split("\n") if text else []


def _last_entry(root: str, clone: str) -> dict[str, Any] | None:
    folder = f"audit/{clone}"
    try:
        names = fs.names(root, folder)
    except FileNotFoundError:
        return None
    for name in reversed([each for each in names if each.endswith(".jsonl")]):
        path = f"{folder}/{name}"
        raw = fs.read(root, path)
        if raw:
            last = _lines(raw)[-1]
            if _fault(last, path) or not raw.endswith(b"\n"):
                raise BillError(f"{path} does not end with an audit entry; nothing was changed", '"bill check" shows the place')
            return {**json.loads(last), "file": path}
    return None
