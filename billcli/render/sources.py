"""Templates and the logo of a ledger, taken from its folder without following a link or leaving it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from billcli.render.faults import TemplateFault
from billcli.render.results import Fault, fault

LOGO_LIMIT = 5_000_000
TEXT_LIMIT = 256_000
_FONT_LIMIT = 30_000_000
_TEXTS = (".j2", ".typ", ".toml")
_PICTURES = (".png", ".jpg", ".jpeg", ".svg")
_FONTS = (".ttf", ".otf", ".ttc", ".otc")
_FILES = 500
_DEPTH = 5


def is_name(name: str) -> bool:
    """Whether a template may be called so; it becomes a part of a file name."""
    return 0 < len(name) <= 64 and name[0] not in ".-" and name.isprintable() and not set(name) & set('/\\:*?"<>|')


def concerns(file: str, kind: str) -> bool:
    """Whether a file of ``templates/`` stands between a job and its template: those of mails are kept apart from all others."""
    return file == "templates" or file.startswith("templates/mail") == (kind == "letter")


def stage(root: str, into: str) -> list[Fault]:
    """Copies the templates of a ledger to a folder that nobody else writes to; what cannot be taken, with the reason.

    Hidden files and an editor's leftovers stay behind, and so does what is no template, picture or font.
    """
    os.mkdir(into)
    problems: list[Fault] = []
    try:
        with _folder(root) as top:
            if "templates" in os.listdir(top):
                _copy(top, "templates", "templates", into, problems, [0])
    except OSError as error:
        problems.append(Fault("templates", None, f"it cannot be read: {error.strerror}"))
    return problems


def _copy(above: int, name: str, path: str, into: str, problems: list[Fault], count: list[int]) -> None:
    info = os.stat(name, dir_fd=above, follow_symlinks=False)
    if stat.S_ISLNK(info.st_mode):
        problems.append(Fault(path, None, "it is a symbolic link; put the file itself there"))
        return
    if not stat.S_ISDIR(info.st_mode):
        if path == "templates":
            problems.append(Fault(path, None, "it is no folder"))
        else:
            _copy_file(above, name, path, into, problems, count)
        return
    if name.endswith((*_TEXTS, *_PICTURES, *_FONTS)):
        problems.append(Fault(path, None, "it is a folder; put the file itself there"))
        return
    if path.count("/") > _DEPTH:
        problems.append(Fault(path, None, "it is nested too deeply for templates"))
        return
    fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
    try:
        for each in sorted(os.listdir(fd)):
            if each.startswith(".") or each.endswith("~") or not each.isprintable():
                continue
            inner = into if path == "templates" else f"{into}/{name}"
            _copy(fd, each, f"{path}/{each}", inner, problems, count)
    except OSError as error:
        problems.append(Fault(path, None, f"it cannot be read: {error.strerror}"))
    finally:
        os.close(fd)


def _copy_file(above: int, name: str, path: str, into: str, problems: list[Fault], count: list[int]) -> None:
    limits = {_TEXTS: TEXT_LIMIT, _PICTURES: LOGO_LIMIT, _FONTS: _FONT_LIMIT}
    if not (limit := next((most for ends, most in limits.items() if name.endswith(ends)), 0)):
        return
    count[0] += 1
    try:
        if count[0] > _FILES:
            raise TemplateFault(path, None, f"there are more than {_FILES} files in templates/")
        data = _bytes(above, name, limit, path)
        if name.endswith(_TEXTS):
            data.decode("utf-8")
    except TemplateFault as failed:
        problems.append(fault(failed))
    except UnicodeDecodeError:
        problems.append(Fault(path, None, "it is not UTF-8"))
    except OSError as error:
        problems.append(Fault(path, None, f"it cannot be read: {error.strerror}"))
    else:
        os.makedirs(into, exist_ok=True)
        with open(f"{into}/{name}", "xb") as file:
            file.write(data)


def logo(root: str, name: str) -> bytes:
    """The picture that ``printing.logo`` names. Raises ``TemplateFault``."""

    def bad(why: str) -> TemplateFault:
        return TemplateFault("ledger.yaml", None, f'printing.logo: "{name[:80]}" {why}')

    *folders, file = name.split("/")
    if name.startswith("/") or "\\" in name or any(part in ("", ".", "..") for part in (*folders, file)):
        raise bad("is no path within the ledger; write it as seen from ledger.yaml, such as logo.png")
    if not file.lower().endswith(_PICTURES):
        raise bad("is no picture that can be printed; use png, jpg or svg")
    try:
        with _folder(root, *folders) as fd:
            data = _bytes(fd, file, LOGO_LIMIT, "ledger.yaml")
    except TemplateFault as failed:
        raise bad(failed.message.removeprefix("it ")) from None
    except FileNotFoundError:
        raise bad("is not there") from None
    except OSError as error:
        raise bad(f"cannot be read, or is a symbolic link: {error.strerror}") from None
    if not _looks_like(data, file.lower()):
        raise bad("does not hold a picture of the kind its name says")
    return data


def _looks_like(data: bytes, name: str) -> bool:
    if name.endswith(".png"):
        return data.startswith(b"\x89PNG\r\n\x1a\n")
    return b"<svg" in data if name.endswith(".svg") else data.startswith(b"\xff\xd8\xff")


@contextmanager
def _folder(root: str, *parts: str) -> Iterator[int]:
    fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=fd)
            os.close(fd)
            fd = inner
        yield fd
    finally:
        os.close(fd)


def _bytes(above: int, name: str, limit: int, path: str) -> bytes:
    """All of a regular file that is no link."""
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=above)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise TemplateFault(path, None, "it is no regular file")
    with open(fd, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise TemplateFault(path, None, f"it has more than {limit // 1000} kB")
    return data
