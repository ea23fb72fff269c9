"""Charts for a terminal: bars of eighths of a character, as wide as there is room. Into a pipe goes the table alone."""

from __future__ import annotations

from billcli.core.report import Bars
from billcli.render.text import padded, safe, width

_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def chart(bars: Bars) -> str:
    """A line per bar with what it stands for; amounts below zero have no bar."""
    from rich.console import Console
    from rich.text import Text

    console = Console(markup=False, highlight=False)
    labels = max((width(safe(each.label)) for each in bars.rows), default=0)
    texts = max((width(each.text) for each in bars.rows), default=0)
    room = max(min(console.width - labels - texts - 4, 60), 8)
    largest = max((each.value for each in bars.rows), default=0)
    with console.capture() as captured:
        console.print(Text(bars.title + (f"  ({bars.key})" if bars.key else ""), style="bold"))
        for each in bars.rows:
            line = Text(padded(safe(each.label), labels) + "  ")
            if each.part:
                whole = bar(each.value, largest, room)
                first = min(max(round(each.part * room / largest), 1), len(whole))
                line.append("█" * first, style="red")
                line.append(whole[first:], style="cyan")
            else:
                line.append(bar(each.value, largest, room), style="red" if each.alarm else "cyan")
            console.print(line, Text(each.text), sep="  ", soft_wrap=True)
    return captured.get()


def bar(value: int, largest: int, room: int) -> str:
    """In proportion to the largest; something above zero is always seen."""
    if value <= 0 or largest <= 0:
        return ""
    whole, eighths = divmod(max(value * room * 8 // largest, 1), 8)
    return "█" * whole + _EIGHTHS[eighths]
