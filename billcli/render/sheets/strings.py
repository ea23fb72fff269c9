"""The words of the documents: ``strings/<language>.toml`` of the ledger's templates over those that ship, key by key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from billcli.render.faults import TemplateFault

_NAME = re.compile(r"\{([a-z_]+)\}")
_MOST = 1_000_000


def spoken(language: str | None, known: Sequence[str]) -> str:
    """The language of the words: the asked one, else the nearest of its kind (zh-TW: zh-CN, de-AT: de), else English."""
    asked = language or "en"
    if asked in known:
        return asked
    base = asked.partition("-")[0]
    return next((each for each in sorted(known, key=lambda each: (each != base, each)) if each.partition("-")[0] == base), "en")


class Words:
    """All texts of one language by section and key."""

    def __init__(self, language: str, file: str, sections: Mapping[str, Any]) -> None:
        self.language = language
        self._file = file
        self._sections = sections

    def section(self, name: str) -> dict[str, str]:
        found: Any = self._sections
        for part in name.split("."):
            found = found.get(part, {}) if isinstance(found, dict) else {}
        return {key: value for key, value in found.items() if isinstance(value, str)}

    def get(self, name: str, /, **values: str) -> str:
        """``section.key`` with its names filled in. Values are put in as they are and never looked at again."""
        section, _, key = name.rpartition(".")
        text = self.section(section).get(key)
        if text is None:
            raise TemplateFault(self._file, None, f'the text "{key}" of [{section}] is missing')

        def filled(match: re.Match[str]) -> str:
            if match[1] not in values:
                can = ", ".join(sorted(values)) or "none"
                raise TemplateFault(
                    self._file, None, f'"{key}" of [{section}] names {{{match[1]}}}, which it cannot have (it can have: {can})'
                )
            return values[match[1]]

        return _NAME.sub(filled, text)

    def either(self, section: str, key: str) -> str:
        """The text where there is one, else the key itself: units and kinds that nobody translated."""
        return self.section(section).get(key, key)


def words_of(language: str | None, folders: Sequence[Path]) -> Words:
    """``folders`` are those of templates, the ledger's first."""
    known = sorted({file.stem for folder in folders for file in (folder / "strings").glob("*.toml")})
    spoken_ = spoken(language, known)
    sections: dict[str, Any] = {}
    for folder in reversed(folders):
        file = folder / "strings" / f"{spoken_}.toml"
        if file.is_file():
            stat = file.stat()
            _lay_over(sections, _read(file, stat.st_mtime_ns, stat.st_size))
    return Words(spoken_, f"templates/strings/{spoken_}.toml", sections)


@lru_cache(maxsize=64)
def _read(file: Path, _changed: int, size: int) -> dict[str, Any]:
    name = f"templates/strings/{file.name}"
    if size > _MOST:
        raise TemplateFault(name, None, "it is larger than a million bytes")
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"at line (\d+)", str(error))
        raise TemplateFault(name, int(line[1]) if line else None, str(error)) from None


def _lay_over(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, dict):
            held = below.setdefault(key, {})
            if isinstance(held, dict):
                _lay_over(held, value)
        else:
            below[key] = value
