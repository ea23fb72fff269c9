"""The charts of the dashboard as SVG: figures stand at what they measure, axes and keys are left out where the figure says it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from billcli.core.reports.dashboard import Point, Week
from billcli.model.money import Money

WIDTH = 380
"""Of every chart, in units of its view box; about as many pixels on a phone as beside two others on a desktop."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TOP, _FLOOR, _HIGH = 26, 158, 178
_LETTER = 7.7
"""How wide a figure of 12 units is at most."""

Say = Callable[[Money], str]


def short_day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def bars(rows: Sequence[tuple[str, Money]], say: Say) -> dict[str, Any]:
    """A bar per bucket, its figure at its end; the first is not late yet."""
    said = [say(amount) for _, amount in rows]
    left = 62
    room = WIDTH - left - 8 - max((len(each) * _LETTER for each in said), default=0)
    most = max((amount.minor for _, amount in rows), default=0)
    return {
        "high": len(rows) * 30,
        "rows": [
            {
                "label": label, "text": text, "late": at > 0, "x": left, "y": at * 30, "long": _share(amount.minor, most, room),
                "at": left + _share(amount.minor, most, room) + 6,
            }
            for at, ((label, amount), text) in enumerate(zip(rows, said, strict=True))
        ],
    }  # fmt: skip


def columns(points: Sequence[Point], whole: Say) -> dict[str, Any] | None:
    """A column per month end, its overdue part at the bottom; the last one is said in figures, and so is the line across."""
    most = max((each.owed.minor for each in points), default=0)
    if most <= 0:
        return None
    last, skip = points[-1], len(points) > 6
    words = [("owed", whole(last.owed)), ("overdue", whole(last.overdue))]
    ground = _ground(most, last.owed.currency, words, whole)
    step = (ground["to"] - ground["from"]) / len(points)
    drawn = [
        {
            "x": round(ground["from"] + (at + 0.12) * step, 1), "wide": round(step * 0.76, 1), "y": _height(each.owed.minor, most),
            "late": _height(each.overdue.minor, most), "middle": round(ground["from"] + (at + 0.5) * step, 1),
            "label": "" if skip and (len(points) - at) % 2 == 0 else _MONTHS[each.on.month - 1],
        }
        for at, each in enumerate(points)
    ]  # fmt: skip
    owed, late = _height(last.owed.minor, most), _height(last.overdue.minor, most)
    return {**ground, "columns": drawn, "said": _said(words, [(owed + late) / 2, (_FLOOR + late) / 2], ground["to"])}


def band(weeks: Sequence[Week], whole: Say) -> dict[str, Any] | None:
    """What will have come by the end of each week, within the band of habit; the ends are said in figures."""
    most = max((each.high.minor for each in weeks), default=0)
    if most <= 0:
        return None
    last = weeks[-1]
    ends = [("high", last.high), ("expected", last.expected), ("low", last.low)]
    ends = [(word, amount) for word, amount in ends if word == "expected" or amount != last.expected]
    words = [(word, whole(amount)) for word, amount in ends]
    ground = _ground(most, last.expected.currency, words, whole)
    step = (ground["to"] - ground["from"]) / len(weeks)

    def path(amounts: Sequence[Money]) -> list[str]:
        return [f"{round(ground['from'] + (at + 1) * step, 1)},{_height(each.minor, most)}" for at, each in enumerate(amounts)]

    start = f"{ground['from']},{_FLOOR}"
    high, line, low = (path(amounts) for amounts in zip(*((each.high, each.expected, each.low) for each in weeks), strict=True))
    return {
        **ground, "band": " ".join([start, *high, *reversed(low)]), "line": " ".join([start, *line]),
        "days": [
            {"x": round(ground["from"] + (at + 1) * step, 1), "label": short_day(each.until)}
            for at, each in enumerate(weeks) if at % 4 == 3
        ],
        "said": _said(words, [_height(amount.minor, most) for _, amount in ends], ground["to"]),
    }  # fmt: skip


def _ground(most: int, currency: str, words: Sequence[tuple[str, str]], whole: Say) -> dict[str, Any]:
    """Where a chart with a line across stands: the figure of the line to its left, the last figures to its right."""
    tick = _round_below(most)
    text = whole(Money(tick, currency))
    right = max(max(len(word), len(figure)) for word, figure in words) * _LETTER + 8
    return {
        "high": _HIGH, "floor": _FLOOR, "from": round(len(text) * _LETTER + 6, 1), "to": round(WIDTH - right, 1),
        "tick": _height(tick, most), "tick_text": text,
    }  # fmt: skip


def _said(words: Sequence[tuple[str, str]], places: Sequence[float], right: float) -> list[dict[str, Any]]:
    apart = _apart(places, 30)
    return [{"word": word, "text": text, "y": y, "x": right + 6} for (word, text), y in zip(words, apart, strict=True)]


def _height(amount: int, most: int) -> float:
    return round(_FLOOR - _share(amount, most, _FLOOR - _TOP), 1)


def share_of(value: int, most: int) -> float:
    """Of a bar in a table, per cent of its longest."""
    return _share(value, most, 100)


def _share(value: int, most: int, room: float) -> float:
    """In proportion; something above zero is always seen, and nothing below it is drawn."""
    return round(max(value * room / most, 1), 1) if value > 0 and most > 0 else 0


def _round_below(most: int) -> int:
    """The largest of 1, 2, 5 × 10ⁿ that is not above it."""
    power = int("1" + "0" * (len(str(most)) - 1))
    return next(each * power for each in (5, 2, 1) if each * power <= most)


def _apart(places: Sequence[float], least: float) -> list[float]:
    """From top to bottom, each at least so far below the one before; all of them above the floor."""
    found: list[float] = []
    for each in places:
        found.append(max(each, found[-1] + least) if found else max(each, _TOP - 12))
    over = max(found[-1] - (_FLOOR - 8), 0) if found else 0
    if over:
        limit = float(_FLOOR - 8)
        for at in range(len(found) - 1, -1, -1):
            found[at] = min(found[at], limit)
            limit = found[at] - least
    return [round(each, 1) for each in found]
