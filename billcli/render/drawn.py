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
    last = points[-1]
    figures = [("owed", whole(last.owed)), ("overdue", whole(last.overdue))]
    right = max(len(text) for _, text in figures) * _LETTER + 12
    step = (WIDTH - right) / len(points)
    tick, skip = _round_below(most), len(points) > 6

    def y(amount: int) -> float:
        return round(_FLOOR - _share(amount, most, _FLOOR - _TOP), 1)

    drawn = [
        {
            "x": round(at * step + step * 0.12, 1), "wide": round(step * 0.76, 1), "y": y(each.owed.minor), "late": y(each.overdue.minor),
            "middle": round(at * step + step / 2, 1), "label": "" if skip and (len(points) - at) % 2 == 0 else _MONTHS[each.on.month - 1],
        }
        for at, each in enumerate(points)
    ]  # fmt: skip
    middle = [(y(last.owed.minor) + y(last.overdue.minor)) / 2, (_FLOOR + y(last.overdue.minor)) / 2]
    places = _apart([middle[0], middle[1]], 30)
    return {
        "high": _HIGH, "floor": _FLOOR, "columns": drawn, "to": WIDTH - right, "tick": y(tick),
        "tick_text": whole(Money(tick, last.owed.currency)),
        "said": [
            {"word": word, "text": text, "y": place, "x": WIDTH - right + 6} for (word, text), place in zip(figures, places, strict=True)
        ],
    }  # fmt: skip


def band(weeks: Sequence[Week], whole: Say) -> dict[str, Any] | None:
    """What will have come by the end of each week, within the band of habit; the ends are said in figures."""
    most = max((each.high.minor for each in weeks), default=0)
    if most <= 0:
        return None
    last = weeks[-1]
    ends = {"high": last.high, "expected": last.expected, "low": last.low}
    words: dict[int, list[str]] = {}
    for word, amount in ends.items():
        words.setdefault(amount.minor, []).append(word)
    figures = [(", ".join(found), whole(Money(minor, last.expected.currency)), minor) for minor, found in words.items()]
    if len(figures) == 1:
        figures = [("expected", figures[0][1], figures[0][2])]
    right = max(max(len(word), len(text)) for word, text, _ in figures) * _LETTER + 12
    step = (WIDTH - right) / len(weeks)

    def y(amount: int) -> float:
        return round(_FLOOR - _share(amount, most, _FLOOR - _TOP), 1)

    def path(amounts: Sequence[int]) -> list[str]:
        return [f"{round((at + 1) * step, 1)},{y(amount)}" for at, amount in enumerate(amounts)]

    start = f"0,{_FLOOR}"
    high, low = (path([each.minor for each in amounts]) for amounts in ([each.high for each in weeks], [each.low for each in weeks]))
    places = _apart([y(minor) for _, _, minor in figures], 30)
    tick = _round_below(most)
    return {
        "high": _HIGH, "floor": _FLOOR, "to": round(WIDTH - right, 1), "tick": y(tick),
        "tick_text": whole(Money(tick, last.expected.currency)),
        "band": " ".join([start, *high, *reversed(low)]), "line": " ".join([start, *path([each.expected.minor for each in weeks])]),
        "days": [{"x": round((at + 1) * step, 1), "label": short_day(each.until)} for at, each in enumerate(weeks) if at % 4 == 3],
        "said": [
            {"word": word, "text": text, "y": place, "x": round(WIDTH - right + 6, 1)}
            for (word, text, _), place in zip(figures, places, strict=True)
        ],
    }  # fmt: skip


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
