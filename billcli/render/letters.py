"""Mails from Jinja2 templates in a sandbox. Runs in the process of ``studio_child`` and nowhere else.

Of a letter NAME in a language, ``mail/LANGUAGE/NAME.subject.j2`` is the subject, and the blocks of ``NAME.prose.j2`` are sentences for
both forms of it. These are laid out by ``NAME.txt.j2`` and ``NAME.html.j2`` of the language, else by those beside the languages: of a
notice ``reminder``, else ``NAME``.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from types import TracebackType
from typing import Any

from babel import Locale
from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateError, TemplateNotFound, TemplateRuntimeError, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup, escape

from billcli.diagnostics import did_you_mean
from billcli.render import languages
from billcli.render.faults import TemplateFault
from billcli.render.results import Texts
from billcli.render.sheets.frame import INK
from billcli.render.sources import TEXT_LIMIT, is_name

FOLDER = "templates/mail"
_LONGEST = {"subject": 500, "txt": 500_000, "html": 2_000_000}
_MOST_COPIES = 1000
_UNWANTED = ("attr", "random", "pprint", "urlize", "filesizeformat", "xmlattr")
"""Filters that look inside, differ from run to run, or have no place in a letter."""


def texts(template: str, language: str, data: Mapping[str, Any], folders: Sequence[str], begin: Callable[[str], None]) -> Texts:
    """The letter. ``begin`` is told each file before it runs. Raises ``TemplateFault``."""
    folders = tuple(f"{folder}/mail" for folder in folders)
    words = _words(template, language, folders)
    layout = "reminder" if "reminder" in data else template
    around = _around(data)
    country = (around["by"].get("address") or {}).get("country")
    environment = _environment(folders, languages.locale_of(language, words, country))
    context = {**around, **data, "language": words}
    if _there(folders, prose := f"{words}/{template}.prose.j2"):
        begin(f"{FOLDER}/{prose}")
        context["prose"] = _blocks(environment, prose, context)
    made = {}
    for part in ("subject", "txt", "html"):
        own = f"{words}/{template}.{part}.j2"
        name = own if part == "subject" or _there(folders, own) else f"{layout}.{part}.j2"
        begin(f"{FOLDER}/{name}")
        made[part] = _clean(part, _rendered(environment, name, context, _LONGEST[part]), f"{FOLDER}/{name}")
    return Texts(made["subject"], made["txt"], made["html"])


def _around(data: Mapping[str, Any]) -> dict[str, Any]:
    """What every letter needs: both parties, and where questions go."""
    about = data.get("document") or data.get("reminder") or data.get("statement") or {}
    by = about.get("issued_by") or {}
    address = (data.get("sender") or {}).get("address") or by.get("email")
    return {"by": by, "to": about.get("issued_to") or {}, "contact": [each for each in (address, by.get("phone")) if each]}


def _words(template: str, language: str, folders: Sequence[str]) -> str:
    """The first language that has this letter."""
    looked = [each for each in languages.chain(language) if is_name(each)]
    for each in looked:
        if _there(folders, f"{each}/{template}.subject.j2"):
            return each
    known = sorted({name.removesuffix(".subject.j2") for folder in folders for name in _names(f"{folder}/en") if ".subject." in name})
    hint = did_you_mean(template, known) or f"there are {', '.join(known)}"
    raise TemplateFault(f"{FOLDER}/{looked[0]}/{template}.subject.j2", None, f'there is no letter "{template}"; {hint}')


def _names(folder: str) -> list[str]:
    return os.listdir(folder) if os.path.isdir(folder) else []


def _there(folders: Sequence[str], name: str) -> bool:
    return any(os.path.lexists(f"{folder}/{name}") for folder in folders)


def _rendered(environment: Environment, name: str, context: Mapping[str, Any], most: int) -> str:
    with _guarded(name):
        return _joined(name, environment.get_template(name).generate(**context), most)


def _blocks(environment: Environment, name: str, context: Mapping[str, Any]) -> dict[str, str]:
    """Each block of a template by its name."""
    with _guarded(name):
        template = environment.get_template(name)
        inner = template.new_context(dict(context))
        _joined(name, template.root_render_func(inner), _LONGEST["txt"])  # what stands outside the blocks, such as {% set %}
        return {each: _joined(name, block(inner), _LONGEST["txt"]).strip("\n ") for each, block in template.blocks.items()}


def _joined(name: str, parts: Iterable[str], most: int) -> str:
    kept: list[str] = []
    length = 0
    for part in parts:
        kept.append(part)
        length += len(part)
        if length > most:
            raise TemplateFault(f"{FOLDER}/{name}", None, f"it makes more than {most} characters")
    return "".join(kept)


@contextmanager
def _guarded(name: str) -> Iterator[None]:
    """Whatever goes wrong in a template becomes ``TemplateFault`` with the line."""
    try:
        yield
    except TemplateFault:
        raise
    except TemplateSyntaxError as error:
        file = error.filename or f"{FOLDER}/{error.name or name}"
        raise TemplateFault(file, error.lineno, error.message or "it is no template") from None
    except Exception as error:  # noqa: BLE001  # whatever it raises is the template's fault
        raise TemplateFault(*place(error, f"{FOLDER}/{name}"), _why(error)) from None


def _why(error: Exception) -> str:
    match error:
        case MemoryError():
            return "it needs more memory than a template may use"
        case RecursionError():
            return "it calls itself without an end"
        case SecurityError():
            return f"not allowed in a template: {error}"
        case TemplateNotFound():
            return f'there is no template "{error.name}" to take in'
        case TemplateError() | ValueError() | OverflowError():
            return str(error)
        case _:
            return f"{type(error).__name__}: {error}"


def place(error: BaseException, file: str) -> tuple[str, int | None]:
    """The innermost line of a template that was running, else the file that was begun."""
    line = None
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            file, line = template.filename, template.get_corresponding_lineno(trace.tb_lineno)
        elif trace.tb_frame.f_code.co_filename.startswith(FOLDER):
            file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return file, line


def _clean(part: str, text: str, file: str) -> str:
    """Lines without blanks at their ends and with at most one empty between them; non-breaking spaces are the language's own."""
    if part == "subject":
        text = text.strip(" \n")
        if not text:
            raise TemplateFault(file, None, "the subject is empty")
        if "\n" in text or "\r" in text:
            raise TemplateFault(file, None, "the subject has more than one line")
    for character in text:
        if (character < " " and character != "\n") or character in "\x7f\x85\u2028\u2029":
            raise TemplateFault(file, None, f"there is a control character in it: U+{ord(character):04X}")
    lines = [line.rstrip(" ") for line in text.split("\n")]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    found = "\n".join(kept).strip("\n")
    if not found:
        raise TemplateFault(file, None, "it comes out empty")
    return found if part == "subject" else f"{found}\n"


class _Loader(BaseLoader):
    """Regular files of the folders, the first that has one; no name leads out of them."""

    def __init__(self, folders: Sequence[str]) -> None:
        self.folders = folders

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if all(map(is_name, template.split("/"))):
            for folder in self.folders:
                if (source := _read(f"{folder}/{template}")) is not None:
                    return source, f"{FOLDER}/{template}", lambda: True
        raise TemplateNotFound(template)


def _read(path: str) -> str | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return None
    with open(fd, "rb") as file:
        return file.read(TEXT_LIMIT).decode("utf-8")


class _Missing(StrictUndefined):
    """Says what there is instead."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name = self._undefined_name
        if self._undefined_hint:
            return self._undefined_hint
        if self._undefined_obj is missing:
            return f'nothing is called "{name}" here'
        if isinstance(self._undefined_obj, Mapping):
            known = [str(each) for each in self._undefined_obj]
            return f'there is no "{name}" there; {did_you_mean(str(name), known) or "there is " + ", ".join(known[:20])}'
        return f'a {type(self._undefined_obj).__name__} has no "{name}"'


class _Sandbox(ImmutableSandboxedEnvironment):
    """Keys come before the methods of a mapping (``reminder.items``); no operator makes much out of little."""

    intercepted_binops = frozenset(("*", "**"))

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**":
            raise SecurityError("powers")
        for one, other in ((left, right), (right, left)):
            if not isinstance(one, int | float) and (not isinstance(other, int) or other > _MOST_COPIES or len(one) > _MOST_COPIES):
                raise SecurityError(f"more than {_MOST_COPIES} copies, or of more than {_MOST_COPIES} characters")
            if isinstance(one, int) and abs(one) > 10**30:
                raise SecurityError("numbers of more than 30 digits")
        return super().call_binop(context, operator, left, right)


@lru_cache(maxsize=8)
def _environment(folders: tuple[str, ...], locale: Locale) -> Environment:
    environment = _Sandbox(
        loader=_Loader(folders), undefined=_Missing, autoescape=lambda name: name is not None and ".html" in name, trim_blocks=True,
        lstrip_blocks=True, finalize=_printable, cache_size=200, auto_reload=False,
    )  # fmt: skip
    ranged = environment.globals["range"]
    environment.globals.clear()
    environment.globals["range"] = ranged
    for name in _UNWANTED:
        del environment.filters[name]
    environment.filters.update(
        money=lambda text, currency: languages.money(text, currency, locale),
        amount=lambda text: languages.amount(text, locale),
        number=lambda text: _number(text, locale),
        day=lambda text, form="long": languages.day(text, locale, form),
        days_until=_days_until,
        country=lambda code: str(locale.territories.get(str(code), code)),
        iban=lambda text: " ".join(str(text)[at : at + 4] for at in range(0, len(str(text)), 4)),
        colour=_colour,
        paragraphs=_paragraphs,
    )
    environment.tests["given"] = lambda value: not isinstance(value, Undefined) and value not in (None, "", [], {})
    return environment


def _printable(value: Any) -> Any:
    """A letter never shows ``None``, or the inside of a list."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Undefined):
        what = "nothing" if value is None else f"a {type(value).__name__}"
        raise TemplateRuntimeError(f"there is {what} where a text is to be printed")
    return value


def _number(text: object, locale: Locale) -> str:
    """Without zeros at the end of its decimals."""
    whole = str(text)
    return languages.amount(whole.rstrip("0").rstrip(".") if "." in whole else whole, locale)


def _days_until(since: str, until: str) -> int:
    return (date.fromisoformat(until) - date.fromisoformat(since)).days


def _colour(text: object, otherwise: str = INK) -> str:
    """``#1f4e79``; what is no such colour does not reach the style sheet."""
    found = str(text).removeprefix("#")
    return f"#{found if len(found) == 6 and all(c in '0123456789abcdefABCDEF' for c in found) else otherwise}"


def _paragraphs(text: object) -> Markup:
    """Prose as HTML: an empty line begins a paragraph, a line break stays one."""
    blocks = [block.strip("\n ") for block in str(text).split("\n\n")]
    return Markup("\n").join(
        Markup('<p style="margin:0 0 14px">{}</p>').format(Markup("<br>\n").join(escape(line.strip()) for line in block.split("\n")))
        for block in blocks if block
    )  # fmt: skip
