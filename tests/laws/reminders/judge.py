"""Bill's notices beside those of the clerk, and which other reading of the promises would explain a difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from tests.laws.reminders.clerk import Choices, Clerk, Expected, Item, Notice
from tests.laws.reminders.scene import Scene, named

ALTERNATIVES: dict[str, tuple[object, ...]] = {
    "credit": ("open", "asked", "each"),
    "minimum": ("notice", "invoice", "open"),
    "dispute": ("overdue", "open"),
    "shown": ("new", "all"),
    "address": ("notice", "item"),
    "interest_by": ("invoice", "plan"),
    "fixed_by": ("invoice", "part"),
    **{name: (False, True) for name, value in Choices()._asdict().items() if isinstance(value, bool)},
}


def differences(expected: Sequence[Notice], got: Sequence[Notice]) -> list[str]:
    """What bill did otherwise than the clerk, in words."""
    ours, theirs = ({(each.customer, each.currency): each for each in notices} for notices in (expected, got))
    found = [f"{len(got)} notices to {len(theirs)} customers"] if len(got) != len(theirs) else []
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in theirs:
            found.append(f"{key}: no notice, the clerk expects {_said(ours[key])}")
        elif key not in ours:
            found.append(f"{key}: {_said(theirs[key])}, the clerk expects none")
        else:
            found += [f"{key}: {line}" for line in _of(ours[key], theirs[key])]
    return found


def stops_told_otherwise(scene: Scene, on: date, expected: Expected) -> list[str]:
    """What a preview says is stopped, where it is not what the clerk says; one of several reasons will do."""
    clerk, found = Clerk(scene.root), []
    rows = [each for each in scene.preview(on) if each["state"] != "goes"]
    for number, reasons in expected.stopped.items():
        invoice = clerk.invoices[number]
        about = [
            each for each in rows
            if each["invoice"] == number
            or (each["invoice"] is None and each["customer"] == invoice.customer and each["currency"] in (None, invoice.currency))
        ]  # fmt: skip
        if not any(named(each["reason"]) & (reasons | expected.may.get(number, set())) for each in about):
            found.append(f"{number} is stopped by {sorted(reasons)}, bill says {[each['reason'] for each in about]}")
    going = {item.invoice for notice in expected.notices for item in notice.items}
    found += [f"{each['invoice']} goes, bill says {each['reason']}" for each in rows if each["invoice"] in going]
    return found


def _of(ours: Notice, theirs: Notice) -> Iterator[str]:
    for name in ("level", "channel", "credit", "total", "deadline", "to"):
        one, other = getattr(ours, name), getattr(theirs, name)
        if name == "to":
            one, other = sorted(one), sorted(other)
        if one != other:
            yield f"{name} {other}, the clerk expects {one}"
    if sorted(ours.charges) != sorted(theirs.charges):
        yield f"charges {theirs.charges}, the clerk expects {ours.charges}"
    mine, its = ({each.invoice: each for each in notice.items} for notice in (ours, theirs))
    for number in sorted(mine.keys() | its.keys()):
        if number not in its:
            yield f"{number} is left out, the clerk expects {mine[number]}"
        elif number not in mine:
            yield f"{number} is there, the clerk does not expect it: {its[number]}"
        else:
            yield from (
                f"{number} {name} {getattr(its[number], name)}, the clerk expects {getattr(mine[number], name)}"
                for name in Item._fields[:-1]
                if getattr(its[number], name) != getattr(mine[number], name)
            )


def _said(notice: Notice) -> str:
    return f"level {notice.level} over {notice.total}: " + ", ".join(f"{each.invoice}/{each.level} {each.asked}" for each in notice.items)


def explained(root: Path, on: date, got: Sequence[Notice], choices: Choices) -> list[str]:
    """Which single other choice gives exactly what bill did; the files must be those of before the run."""
    return [
        f"{name}={value}"
        for name, values in ALTERNATIVES.items()
        for value in values
        if value != getattr(choices, name) and not differences(Clerk(root, choices._replace(**{name: value})).expected(on).notices, got)  # type: ignore[arg-type]
    ]
