"""PDF documents with typst: templates that see their own folder and one document's texts, and nothing else.

The same data, templates and logo give the same bytes: fonts are those that come with typst and with ``billcli[cjk]``; only for a
character that they have not are the system's asked. PDF/A-3b makes a missing glyph an error instead of an empty box.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billcli.render.faults import TemplateFault
from billcli.render.sheets import sheet_of

if TYPE_CHECKING:
    import typst

__all__ = ["TemplateFault", "pdf"]

_MOST_FILES, _MOST_BYTES = 500, 50_000_000
_PLACE = re.compile(r"┌─ (?:.*?)(templates/[^\n:]+):(\d+):(\d+)")
_NO_GLYPH = re.compile(r'the text `(".*?")` could not be displayed', re.DOTALL)
_SYSTEM_FONTS = (False, True)
"""First without, so that one machine makes what another does."""

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_CLOSED = "http://127.0.0.1:9"
"""The discard port of this machine: nothing answers there, so no template reaches a network."""


def pdf(template: str, language: str | None, data: Mapping[str, Any], folders: Sequence[str | Path], assets: Mapping[str, bytes]) -> bytes:
    """One document. ``folders`` are those of templates, the ledger's before the shipped one; each has ``paper`` and ``strings`` below.

    ``assets`` are pictures by the name that ``printing.logo`` calls them. Raises ``TemplateFault``.
    """
    given = tuple(Path(each) for each in folders)
    sheet = sheet_of(template, language, data, given)
    bench = _bench(given, _looks(given))
    sheet["logo"] = bench.logo(sheet["logo"], assets)
    return bench.made(template, _breakable(sheet))


def _looks(folders: tuple[Path, ...]) -> tuple[tuple[str, int, int], ...]:
    """What changes when a template does."""
    files = [file for folder in folders for part in ("paper", "fonts") for file in sorted((folder / part).rglob("*")) if file.is_file()]
    return tuple((str(file), stat.st_mtime_ns, stat.st_size) for file in files for stat in (file.stat(),))


@lru_cache(maxsize=2)
def _bench(folders: tuple[Path, ...], _as_they_look: tuple[tuple[str, int, int], ...]) -> _Bench:
    """Kept for a batch: templates are read once in a process, fonts are looked up once."""
    return _Bench(folders)


class _Bench:
    """A fresh folder with the templates, and typst that can look nowhere else."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="bill-paper-"))
        weakref.finalize(self, shutil.rmtree, self.root, ignore_errors=True)
        (self.root / "none").mkdir()
        (self.root / "assets").mkdir()
        _copied(folders, self.root / "templates")
        self._fonts = [each for each in (self.root / "templates" / "fonts", _cjk_folder()) if each is not None and each.is_dir()]
        self._compilers: dict[bool, typst.Compiler] = {}

    def made(self, template: str, sheet: Mapping[str, Any]) -> bytes:
        """Tried with the fonts that are the same everywhere; then, for what they lack, with the system's as well."""
        import typst

        text = json.dumps(sheet, ensure_ascii=False, sort_keys=True)
        name = f"templates/paper/{template}.typ"
        if not (self.root / name).is_file():
            raise TemplateFault(name, None, "this template is missing")
        noon = int(datetime.fromisoformat(f"{sheet['date']}T12:00:00").replace(tzinfo=UTC).timestamp())
        for system in _SYSTEM_FONTS:
            try:
                with _no_network():
                    made = self._compiler(system).compile(
                        input=str(self.root / name), sys_inputs={"data": text}, pdf_standards=["a-3b"], timestamp=noon
                    )
                assert isinstance(made, bytes)
                return made
            except typst.TypstError as error:
                if system == _SYSTEM_FONTS[-1] or not _NO_GLYPH.search(error.message):
                    raise _fault(error, name, sheet) from None
        raise AssertionError("unreachable")

    def _compiler(self, system: bool) -> typst.Compiler:
        import typst

        if system not in self._compilers:
            fonts = typst.Fonts(include_system_fonts=system, font_paths=[str(each) for each in self._fonts])
            none = str(self.root / "none")
            self._compilers[system] = typst.Compiler(
                root=str(self.root), font_paths=fonts, package_path=none, package_cache_path=none
            )  # packages would be code from elsewhere
        return self._compilers[system]

    def logo(self, name: str | None, assets: Mapping[str, bytes]) -> str | None:
        """The path below the root. Raises ``TemplateFault`` where there is no such picture."""
        if not name:
            return None
        if name not in assets:
            raise TemplateFault("ledger.yaml", None, f'printing.logo: "{name[:80]}" is not there')
        key = hashlib.sha256(assets[name]).hexdigest()[:16] + Path(name).suffix.lower()
        if not (file := self.root / "assets" / key).is_file():
            file.write_bytes(assets[name])
        return f"/assets/{key}"


def _copied(folders: tuple[Path, ...], into: Path) -> None:
    """The shipped templates, and over them, file by file, the ledger's."""
    count = size = 0
    for folder in reversed(folders):
        for part in ("paper", "fonts"):
            top = folder / part
            for file in sorted(top.rglob("*")) if top.is_dir() else ():
                if file.is_symlink() or not file.is_file():
                    continue
                count, size = count + 1, size + file.stat().st_size
                name = f"templates/{part}/{file.relative_to(top).as_posix()}"
                if count > _MOST_FILES or size > _MOST_BYTES:
                    raise TemplateFault(name, None, f"the templates are more than {_MOST_FILES} files or {_MOST_BYTES // 10**6} MB")
                target = into / part / file.relative_to(top)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())


def _cjk_folder() -> Path | None:
    """Where the extra ``billcli[cjk]`` keeps its font."""
    found = importlib.util.find_spec("noto_cjk_sans_otc")
    return Path(found.origin).parent if found and found.origin else None


@contextmanager
def _no_network() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _PROXIES}
    os.environ.update(dict.fromkeys(_PROXIES, _CLOSED))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _fault(error: typst.TypstError, template: str, sheet: Mapping[str, Any]) -> TemplateFault:
    place = _PLACE.search(error.diagnostic)
    file, line = (place[1], int(place[2])) if place else (template, None)
    if glyph := _NO_GLYPH.search(error.message):
        return TemplateFault(file, line, _missing(_unquoted(glyph[1]), sheet))
    if "package" in error.message:
        return TemplateFault(file, line, "a template cannot use packages: copy what it needs into templates/paper")
    if error.message.startswith("file not found"):
        return TemplateFault(file, line, "it reads a file that is not among the templates")
    if "escape" in error.message:
        return TemplateFault(file, line, "it reads outside the folder of the templates")
    return TemplateFault(file, line, error.message)


def _unquoted(text: str) -> str:
    """typst shows a text as Rust does: ``"\\u{13000}"``."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda match: chr(int(match[1], 16)), text[1:-1])


def _missing(shown: str, sheet: Mapping[str, Any]) -> str:
    texts = list(_texts(sheet))
    where = next((each for each in texts if shown in each), None) or next((each for each in texts if shown[:1] in each), shown)
    codes = " ".join(f"U+{ord(each):04X}" for each in shown[:4])
    clipped = where if len(where) <= 60 else f"{where[:60]}…"
    hint = "install billcli[cjk]" if _cjk_folder() is None else "put a font that has it into templates/fonts"
    return f'no font here has the character "{shown[:4]}" ({codes}) of "{clipped}"; {hint}'


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)


_LONG = re.compile(r"[^\s\u200b]{29,}")
_TAKE_APART = frozenset(("path", "colour", "logo", "page_of"))


def _breakable(value: Any) -> Any:
    """The same texts; in words too long for a line, places where they may be broken."""
    match value:
        case str():
            return _LONG.sub(lambda word: _broken(word[0]), value)
        case dict():
            return {key: each if key in _TAKE_APART else _breakable(each) for key, each in value.items()}
        case list():
            return [_breakable(each) for each in value]
    return value


def _broken(word: str) -> str:
    if "\u00a0" in word or ("@" in word and len(word) <= 48) or any(each >= "\u2e80" for each in word):
        return word  # grouped by hand, or a script that breaks anywhere
    return "\u200b".join(word[at : at + 8] for at in range(0, len(word), 8))
