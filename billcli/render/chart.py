"""Charts for a terminal: bars of eighths of a character, as wide as there is room. Into a pipe goes the table alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcli.core.report import Bar, Bars
from billcli.render.text import padded, safe, width

if TYPE_CHECKING:
    from rich.text import Text

_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


_LEAST = 8
"""Columns of a bar; where there are fewer, it goes to a line of its own."""


def chart(bars: Bars) -> str:
    """A line per bar with what it stands for; amounts below zero have no bar, and where nothing is above it there is no chart.

    What is only a ``part`` has a pattern of its own, for terminals and eyes that tell no colours.
    """
    from rich.console import Console
    from rich.text import Text

    largest = max((each.value for each in bars.rows), default=0)
    if largest <= 0:
        return ""
    console = Console(markup=False, highlight=False)
    labels = max(width(safe(each.label)) for each in bars.rows)
    texts = max(width(each.text) for each in bars.rows)
    beside = console.width - labels - texts - 4
    room = max(min(beside if beside >= _LEAST else console.width - 2, 60), _LEAST)
    parted = any(each.part for each in bars.rows)
    with console.capture() as captured:
        console.print(Text(bars.title + (f"  ({bars.key})" if bars.key else ""), style="bold"))
        for each in bars.rows:
            drawn = _drawn(each, largest, room, parted=parted)
            if beside >= _LEAST:
                gap = "  " if each.value > 0 else ""
                console.print(Text(padded(safe(each.label), labels) + "  ") + drawn + gap + each.text, soft_wrap=True)
            else:
                console.print(Text(f"{safe(each.label)}  {each.text}"), soft_wrap=True)
                if each.value > 0:
                    console.print(Text("  ") + drawn, soft_wrap=True)
    return captured.get()


def _drawn(each: Bar, largest: int, room: int, *, parted: bool) -> Text:
    from rich.text import Text

    if not parted:
        return Text(bar(each.value, largest, room), style="red" if each.alarm else "cyan")
    whole = len(bar(each.value, largest, room))
    first = whole if each.part == each.value else min(max(round(each.part * room / largest), 1), whole) if each.part > 0 else 0
    return Text("█" * first, style="red") + Text("░" * (whole - first), style="cyan")


def bar(value: int, largest: int, room: int) -> str:
    """In proportion to the largest; something above zero is always seen."""
    if value <= 0 or largest <= 0:
        return ""
    whole, eighths = divmod(max(value * room * 8 // largest, 1), 8)
    return "█" * whole + _EIGHTHS[eighths]
