"""Bytes of one file to a checked entity, or to every reason why not: canonical files on the fast path, any other by the authority."""

from __future__ import annotations

import re
import typing
from collections import Counter
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from billcli.core import addresses
from billcli.diagnostics import Diagnostic, Path, Span, did_you_mean, dotted
from billcli.errors import UsageError
from billcli.model.types import Entity
from billcli.model.values import quoted
from billcli.store import layout
from billcli.store.append import settled
from billcli.store.canonical import canonical
from billcli.store.parse import Parsed, parse, span_of
from billcli.store.text import MAX_PROBLEMS, decode

_FEW = 20
"""Documents of a kind that the authority reads before the pattern for all of them has been compiled."""

_met: Counter[str] = Counter()
_NEWER = re.compile(r"(?:[2-9]|[1-9][0-9]{1,3})\Z", re.ASCII)


class Read(NamedTuple):
    """``entity`` is None where ``problems`` hold an error that keeps the document from being understood."""

    kind: layout.Kind | None
    entity: Entity | None
    problems: list[Diagnostic]


def read(raw: bytes, file: str) -> Read:
    """Reads the document at ``file``, relative to the ledger; the path decides which kind may stand there."""
    raw = settled(raw, file)
    expected = layout.kind_for(file)
    if expected and _are_many(expected) and (document := canonical(raw, expected)) and not _name_problems(expected, document, file):
        return Read(expected, document, [])
    return read_with_authority(raw, file)


def _are_many(kind: layout.Kind) -> bool:
    """Whether so many of a kind were read here that the fast path is worth its pattern: a command on one document reads few."""
    _met[kind.name] += 1
    return _met[kind.name] > _FEW


def read_with_authority(raw: bytes, file: str) -> Read:
    """The same for a document in any form of YAML, with line and column of what is wrong."""
    text, problems = decode(settled(raw, file), file)
    if text is None:
        return Read(None, None, problems)
    parsed = parse(text, file)
    if parsed.data is None:
        return Read(None, None, parsed.problems)
    kind, problem = _kind(parsed.data, file)
    if kind is None:
        return Read(None, None, [locate(problem, text, parsed)] if problem else [])
    data = {key: value for key, value in parsed.data.items() if key != "schema"}
    entity, found = _validate(kind.model, data, file)
    if entity is not None:
        found += _name_problems(kind, entity, file)
    return Read(kind, entity, [locate(each, text, parsed) for each in found])


def read_anywhere(raw: bytes, file: str) -> Read:
    """A document wherever its file lies and whatever it is called: what it is, its own schema line says."""
    text, problems = decode(raw, file)
    if text is None:
        return Read(None, None, problems)
    parsed = parse(text, file)
    if parsed.data is None:
        return Read(None, None, parsed.problems)
    kind, problem = _schema(parsed.data, file)
    if kind is None:
        return Read(None, None, [locate(problem, text, parsed)] if problem else [])
    entity, found = _validate(kind.model, {key: value for key, value in parsed.data.items() if key != "schema"}, file)
    return Read(kind, entity, [locate(each, text, parsed) for each in found])


def read_loose(raw: bytes, file: str, model: type[Entity], also: dict[str, Any]) -> tuple[Entity | None, list[Diagnostic]]:
    """A document outside the ledger, such as a request or a mapping: no schema line needed; ``also`` adds fields it may leave out."""
    text, problems = decode(raw, file)
    if text is None:
        return None, problems
    parsed = parse(text, file)
    if parsed.data is None:
        return None, parsed.problems
    data = {**also, **{key: value for key, value in parsed.data.items() if key != "schema"}}
    entity, found = _validate(model, data, file)
    return entity, [locate(each, text, parsed) for each in found]


def checked(model: type[Entity], data: dict[str, Any], what: str) -> Any:
    """The entity of fields given on the command line. Raises ``UsageError`` with the first problem."""
    entity, found = _validate(model, data, what)
    if entity is None:
        raise UsageError(found[0].message, found[0].hint)
    return entity


def locate_all(raw: bytes, found: list[Diagnostic]) -> list[Diagnostic]:
    """Line and column for findings about one file that know only a path inside it."""
    if not found or (text := decode(settled(raw, found[0].file), found[0].file).text) is None:
        return found
    parsed = parse(text, found[0].file)
    return [each if each.span else locate(each, text, parsed) for each in found]


def locate(problem: Diagnostic, text: str, parsed: Parsed) -> Diagnostic:
    """The finding with the span of its path, or of the nearest thing around it that stands in the file."""
    path = problem.path
    on_key = problem.code in ("E201", "E202")
    while path and path not in parsed.places:
        path, on_key = path[:-1], True
    if path and problem.code != "E203" and parsed.places[path].style in ("block", "flow"):
        on_key = True  # what is wrong is not its first line
    if not path:
        first = text.split("\n", 1)[0].rstrip("\r")
        return problem._replace(span=Span(1, 1, max(1, len(first)), first))
    return problem._replace(span=span_of(text, parsed.places[path], key=on_key))


def _kind(data: dict[str, Any], file: str) -> tuple[layout.Kind | None, Diagnostic | None]:
    expected = layout.kind_for(file)
    kind, problem = _schema(data, file)
    if kind is not None and expected is not kind:
        where = f"{kind.folder}/" if kind.key else f"{kind.folder}.yaml"
        message = f"a document of the kind {kind.name} stands in {addresses.file_of(file)}"
        return None, Diagnostic("E120", message, file, ("schema",), hint=f"it belongs in {where}")
    return kind, problem


def _schema(data: dict[str, Any], file: str) -> tuple[layout.Kind | None, Diagnostic | None]:
    """What the document says it is."""
    expected = layout.kind_for(file)
    schema = data.get("schema")
    if not isinstance(schema, str):
        word = f'"schema: {expected.schema}"' if expected else '"schema: <kind>/1"'
        return None, Diagnostic("E212", "the document does not say what it is", file, hint=f"let it begin with {word}")
    name, _, version = schema.partition("/")
    if name not in layout.KINDS:
        hint = did_you_mean(name, list(layout.KINDS)) or (f'write "{expected.schema}"' if expected else "")
        return None, Diagnostic("E212", f"bill knows no document of the kind {quoted(schema)}", file, ("schema",), hint=hint)
    kind = layout.KINDS[name]
    if version != "1":
        hint = "a newer bill may know it" if _NEWER.match(version) else f'write "{kind.schema}"'
        return None, Diagnostic("E212", f"bill knows {kind.schema}, not {quoted(schema)}", file, ("schema",), hint=hint)
    return kind, None


def _validate(model: type[Entity], data: dict[str, Any], file: str) -> tuple[Entity | None, list[Diagnostic]]:
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [_problem(model, each, file) for each in error.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]]


def _problem(model: type[Entity], error: Any, file: str) -> Diagnostic:
    path: Path = tuple(error["loc"])
    kind = error["type"]
    if kind == "extra_forbidden":
        key = str(path[-1])
        hint = did_you_mean(key, _fields_at(model, path[:-1]))
        if hint and (strange := next((c for c in key if not c.isascii()), "")):
            hint += f" {quoted(strange)} (U+{ord(strange):04X}) is no letter of it"
        inside = f" in {dotted(path[:-1])}" if len(path) > 1 else ""
        return Diagnostic(
            "E201",
            f"unknown key {quoted(str(path[-1]))}{inside}",
            file,
            path,
            hint=hint or "data of your own goes under x:",
        )
    if kind == "missing":
        inside = f" in {dotted(path[:-1])}" if len(path) > 1 else ""
        return Diagnostic("E202", f"{quoted(str(path[-1]))} is missing{inside}", file, path, hint=f'add a line "{path[-1]}: …"')
    if "message" in error.get("ctx", {}):
        context = error["ctx"]
        return Diagnostic(kind, f"{dotted(path)}: {context['message']}", file, path, hint=context.get("hint", ""))
    if kind in ("tuple_type", "list_type"):
        return Diagnostic(
            "E203", f"{dotted(path)}: a list belongs here", file, path, hint='write each entry below it on a line, as "- entry"'
        )
    message = f"{dotted(path)}: a mapping of keys to values belongs here"
    return Diagnostic("E203", message, file, path, hint='write the keys below it, indented, as "key: value"')


def _fields_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that may stand at a path of a document."""
    for step in path:
        if isinstance(step, int):
            continue
        field = model.model_fields.get(step)
        inner = _model_in(field.annotation) if field else None
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((inner for each in typing.get_args(annotation) if (inner := _model_in(each))), None)


def _name_problems(kind: layout.Kind, entity: Entity, file: str) -> list[Diagnostic]:
    if not kind.key:
        return []
    fields = {name: getattr(entity, name) for name in (kind.key, kind.dated, kind.below) if name}
    belongs, folder = kind.path(fields), file.rpartition("/")[0]
    if addresses.is_address(file):
        folder = addresses.file_of(file)
        if belongs.startswith(f"{addresses.month_folder(folder)}/"):
            return []  # its name there is its number or id, as far as that can be told
        message = f"{fields[kind.key]} stands in {folder}"
        hint = f"by its date it belongs in {belongs.rsplit('/', 1)[0]}"
        return [Diagnostic("E120", message, file, (kind.dated,), hint=hint)]
    if belongs == file:
        return []
    if belongs.rsplit("/", 1)[1] == file.rsplit("/", 1)[1]:
        message = f"{fields[kind.key]} stands in {folder}"
        why = "by its date it" if kind.dated else "it"
        return [
            Diagnostic("E120", message, file, (kind.dated or kind.below or kind.key,), hint=f"{why} belongs in {belongs.rsplit('/', 1)[0]}")
        ]
    message = f"{quoted(str(fields[kind.key]))} stands in a file of another name, {file.rsplit('/', 1)[1]}"
    return [Diagnostic("E121", message, file, (kind.key,), hint=f"it belongs in {belongs}")]
