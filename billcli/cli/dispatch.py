"""A report that is asked for in plain words, called without Typer.

``quick.py`` is written from the commands as Typer knows them. Whatever is not plain here (another command, an unknown option, a value
that is missing or looks like an option, ``--help``) is left to Typer, which says what is to be said of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from billcli.cli.command import Command
from billcli.cli.quick import QUICK


class Call(NamedTuple):
    """A command, and the values that were given for its parameters."""

    path: str
    ledger: str | None
    values: dict[str, str | bool | list[str]]


class Ctx(NamedTuple):
    """What commands look at of Typer's context."""

    obj: dict[str, str | None]
    command_path: str


def found(words: list[str]) -> Call | None:
    """What these words ask for, exactly as Typer would read them; None where that is for Typer to say."""
    rest, ledger = words[:], None
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        if word.startswith("--ledger="):
            ledger = word.partition("=")[2]
        elif word == "--ledger" and rest and not rest[0].startswith("-"):
            ledger = rest.pop(0)
        else:
            return None
    if rest and (len(rest) < 2 or " " in rest[0] + rest[1]):
        return None
    path = " ".join(rest[:2])
    if path not in QUICK:
        return None
    values = _values(QUICK[path], rest[2:])
    return Call(path, ledger, values) if values is not None else None


def _values(command: Command, rest: list[str]) -> dict[str, str | bool | list[str]] | None:
    values: dict[str, str | bool | list[str]] = {}
    given: list[str] = []
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            given.append(word)
            continue
        spelled, equals, value = word.partition("=")
        if spelled in command.flags and not equals:
            values[command.flags[spelled]] = True
        elif spelled in command.options and equals and spelled.startswith("--"):
            _put(values, command, spelled, value)
        elif spelled in command.options and not equals and rest and not rest[0].startswith("-"):
            _put(values, command, spelled, rest.pop(0))
        else:
            return None
    if len(given) > len(command.arguments):
        return None
    values.update(zip(command.arguments, given, strict=False))
    return values if values.keys() >= set(command.required) else None


def _put(values: dict[str, str | bool | list[str]], command: Command, spelled: str, value: str) -> None:
    """Of an option given twice the last value counts, unless all do."""
    name = command.options[spelled]
    before = values.get(name)
    if name not in command.many:
        values[name] = value
    elif isinstance(before, list):
        before.append(value)
    else:
        values[name] = [value]


def called(call: Call) -> None:
    """Runs it; parameters that were not given have the defaults of the function itself."""
    command = QUICK[call.path]
    function = getattr(import_module(command.module), command.function)
    function(Ctx({"ledger": call.ledger}, f"bill {call.path}".rstrip()), **call.values)
