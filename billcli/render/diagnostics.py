"""Diagnostics for a person, for an editor, and for a program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from billcli.diagnostics import Diagnostic, dotted
from billcli.render.text import clipped, json_text, safe, width


def as_text(found: Iterable[Diagnostic]) -> str:
    """The message, the place, the user's own line with a caret, and the hint."""
    return "\n".join(_block(each) for each in found)


def _block(each: Diagnostic) -> str:
    lines = [f"{each.severity}[{each.code}]: {safe(each.message)}"]
    span = each.span
    excerpt = span is not None and bool(span.text)  # an empty line shows nothing, and one too long is not kept
    gutter = " " * len(str(span.line)) if span and excerpt else ""
    if each.file:
        where = f":{span.line}:{span.column}" if span else ""
        lines.append(f"  --> {safe(each.file)}{where}")
    if span and excerpt:
        start = max(0, span.column - 120)
        shown = clipped(span.text[start:])
        before = width(safe(span.text[start : span.column - 1]))
        marked = width(safe(span.text[span.column - 1 : span.column - 1 + span.length]))
        caret = "^" * max(1, min(marked, 80))
        label = f" {safe(each.label)}" if each.label else ""
        lines += [f" {gutter} |", f" {span.line} | {shown}", f" {gutter} | {' ' * before}{caret}{label}"]
    if each.hint:
        lines += [*([f" {gutter} |"] if excerpt else []), f" {gutter} = hint: {safe(each.hint)}"]
    return "\n".join(lines) + "\n"


def as_short(found: Iterable[Diagnostic]) -> str:
    """One line each: ``file:line:column: error[E204]: message``."""
    return "".join(f"{_where(each)}: {each.severity}[{each.code}]: {safe(each.message)}\n" for each in found)


def _where(each: Diagnostic) -> str:
    return f"{safe(each.file) or '.'}" + (f":{each.span.line}:{each.span.column}" if each.span else "")


def as_json(found: Sequence[Diagnostic]) -> str:
    """``{"diagnostics": [{code, severity, message, file, line, column, hint, path}]}``; line and column count from 1, or null."""
    rows = [
        {
            "code": each.code, "severity": each.severity, "message": each.message, "file": each.file,
            "line": each.span.line if each.span else None, "column": each.span.column if each.span else None,
            "hint": each.hint, "path": dotted(each.path),
        }
        for each in found
    ]  # fmt: skip
    return json_text({"diagnostics": rows})
