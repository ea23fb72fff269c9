"""The help of every command: an example that could be typed, and a word on every option."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from billcli.cli.main import NOUNS, app
from tests.support import bill


def commands() -> Iterator[tuple[str, Any]]:
    """Every noun and every verb with its command."""
    root: Any = typer.main.get_command(app)
    for noun in NOUNS:
        _, command, _ = root.resolve_command(None, [noun])
        yield noun, command
        for verb, below in getattr(command, "commands", {}).items():
            yield f"{noun} {verb}", below


COMMANDS = dict(commands())


def example(name: str) -> str:
    shown = bill(*name.split(), "--help", env={"COLUMNS": "80"})
    assert shown.code == 0
    lines = [line.strip() for line in shown.out.splitlines() if line.strip().startswith("Example: ")]
    assert len(lines) == 1, f"bill {name} --help has {len(lines)} examples"
    return lines[0].removeprefix("Example: ")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_on_one_line_with_options_there_are(name: str) -> None:
    words = shlex.split(example(name).split(" && ")[0])
    assert words[: 1 + len(name.split())] == ["bill", *name.split()]
    verbs = getattr(COMMANDS[name], "commands", {})
    command = COMMANDS[name] if not verbs else verbs[words[2]]
    known = {opt for param in command.params for opt in param.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_argument_says_what_it_is(name: str) -> None:
    for param in COMMANDS[name].params:
        assert param.help, f"bill {name}: {param.name}"
        assert param.is_flag if hasattr(param, "is_flag") and param.is_flag else param.metavar, f"bill {name}: {param.name} has no metavar"


def test_help_of_all_lists_every_command_with_an_example() -> None:
    shown = bill("--help")
    assert shown.code == 0
    assert "Example: bill demo && bill --ledger bill-demo report aging --as-of 2026-06-30" in shown.out
    for noun, (_, help_) in NOUNS.items():
        assert f"  {noun} " in shown.out
        assert help_ in shown.out
