"""A difference as tables, JSON, CSV, and Markdown for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from billcli.core.difference import Change, Difference
from billcli.core.difference_report import (
    changes_report,
    counts,
    field_text,
    loud,
    move_data,
    moved,
    moves_report,
    sums_data,
    sums_report,
)
from billcli.core.report import counted
from billcli.model.money import Money
from billcli.render.report import as_table, plain, rendered
from billcli.render.text import json_text, safe

FORMS = ("table", "json", "csv", "markdown")
_SHOWN = 50
"""Rows of a table in Markdown at most."""
_ROOM = 40_000
"""Characters for them: a comment holds 65,536."""
_ALARMS = 10
_LONG = 80


def rendered_difference(found: Difference, form: str, *, terminal: bool) -> str:
    match form:
        case "json":
            return _json(found)
        case "csv":
            return rendered(changes_report(found), form, terminal=terminal)
        case "markdown":
            return _markdown(found)
        case _:
            return _tables(found, terminal=terminal)


def _json(found: Difference) -> str:
    body = {
        "report": "diff",
        "schema": 1,
        "as_of": found.day.isoformat(),
        "from": {"revision": found.before.asked, "commit": found.before.commit or None},
        "to": {"revision": found.after.asked, "commit": found.after.commit or None},
        "rows": [_row(found, each) for each in found.changes],
        "totals": [plain(sums_data(each)) for each in found.sums],
        "aging": [plain(move_data(each, found)) for each in found.moves],
    }
    return json_text(body)


def _row(found: Difference, each: Change) -> dict[str, Any]:
    def money(minor: int | None) -> str | None:
        return Money(minor, each.currency).text() if minor is not None and each.currency else None

    return {
        "change": each.what, "group": each.group or None, "kind": each.kind, "document": each.document, "customer": each.customer or None,
        "name": found.names.get(each.customer), "currency": each.currency or None, "amount": money(each.amount),
        "effect": money(each.effect), "details": each.details,
        "fields": [{"field": one.place, "old": one.old, "new": one.new, "loud": one.loud} for one in each.fields],
    }  # fmt: skip


def _tables(found: Difference, *, terminal: bool) -> str:
    head = f"{safe(_short(found.before.asked))} → {safe(_short(found.after.asked))}, as of {found.day}\n"
    if not found.changes and not found.moves:
        return f"{head}nothing differs\n"
    parts = [as_table(each, terminal=terminal) for each in (sums_report(found), changes_report(found), moves_report(found)) if each.rows]
    alarms = "".join(f"attention: {safe(each.kind)} {safe(each.document)}: {safe(field_text(field))}\n" for each, field in loud(found))
    return "\n".join([head, *parts]) + (f"\n{alarms}" if alarms else "")


# Markdown


def code(text: str) -> str:
    """Text of somebody's as a code span, in which nothing is markup, a mention or a link; one line, and not too long."""
    shown = safe(text if len(text) <= _LONG else text[: _LONG - 1] + "…").replace("|", "\\u007c")
    shown = shown if len(shown) <= 2 * _LONG else shown[: 2 * _LONG] + "…"
    if not shown.strip():
        return "–"
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    inner = f" {shown} " if "`" in shown or shown != shown.strip() else shown
    return f"{fence}{inner}{fence}"


def amount(minor: int, currency: str, *, signed: bool = False) -> str:
    """With commas between thousands, which nobody has to read back."""
    whole, point, cents = Money(abs(minor), currency).text().partition(".")
    sign = "−" if minor < 0 else "+" if signed and minor else ""
    return f"{sign}{int(whole):,}{point}{cents}"


def _markdown(found: Difference) -> str:
    between = f"{code(_short(found.before.asked))} → {code(_short(found.after.asked))}, as of {found.day}"
    if not found.changes and not found.moves:
        return f"**Receivables: nothing differs** ({between})\n"
    lines = [f"**What changes in the books** ({between})", ""]
    for each in found.sums:
        said = [
            f"{words} {amount(effect, each.currency, signed=True)}" if effect else words
            for words, effect in counts(found.changes, each.currency)
        ]
        moves = [
            f"customer {code(move.name or move.customer)} {moved(move, found.changes)}"
            for move in found.moves
            if move.currency == each.currency
        ]
        if said or moves:
            more = [f"{len(moves) - 5} more customers moved"] if len(moves) > 6 else []
            told = ", ".join([*said, *(moves[:5] if more else moves), *more])
            change = amount(each.after - each.before, each.currency, signed=True)
            level = f"{amount(each.before, each.currency)} → {amount(each.after, each.currency)}"
            lines.append(f"- Receivables **{change} {each.currency}** ({level}): {told}")
    if other := ", ".join(words for words, _ in counts(found.changes, "")):
        lines.append(f"- Beside that: {other}")
    alarms = loud(found)
    lines += [
        f"- ⚠ **{code(field.place)} of {each.kind} {code(each.document)}**: {code(field.old)} → {code(field.new)}"
        for each, field in alarms[:_ALARMS]
    ]
    if len(alarms) > _ALARMS:
        lines.append(f"- ⚠ **{len(alarms) - _ALARMS} more** IBANs and mail addresses")
    if found.changes:
        lines += ["", f"<details><summary>{counted(len(found.changes), 'change')}</summary>", "", *_details(found), "", "</details>"]
    return "\n".join(lines) + "\n"


def _short(asked: str) -> str:
    """A commit's name need not be whole for a reader."""
    return asked[:12] if re.fullmatch("[0-9a-f]{40,64}", asked) else asked


def _details(found: Difference) -> Iterator[str]:
    yield "| Change | Document | Customer | Amount | Receivables | |"
    yield "| --- | --- | --- | ---: | ---: | --- |"
    room, shown = _ROOM, 0
    for row in map(partial(_detail, found), found.changes[:_SHOWN]):
        room -= len(row)
        if room < 0:
            break
        shown += 1
        yield row
    if len(found.changes) > shown:
        yield ""
        yield f"{len(found.changes) - shown} more: `bill diff` shows them."


def _detail(found: Difference, each: Change) -> str:
    about = f"{amount(each.amount, each.currency)} {each.currency}" if each.amount is not None and each.currency else ""
    effect = amount(each.effect, each.currency, signed=True) if each.effect else ""
    told = "; ".join(map(code, [*([each.details] if each.details else []), *(field_text(one) for one in each.fields[:5])]))
    who = code(found.names.get(each.customer, each.customer)) if each.customer else ""
    what = each.what if each.currency else f"{each.kind.replace('-', ' ')} {each.what}"
    return f"| {what} | {code(each.document)} | {who} | {about} | {effect} | {told} |"
