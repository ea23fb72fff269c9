"""What is dispatched before Typer is what Typer would have called, with the same values."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from billcli.cli.dispatch import found
from billcli.cli.main import app
from billcli.cli.quick import QUICK
from tests.cli.written import commands

WORDS = ("", "a", "-", "--", "-x", "--format", "json", "a=b", "--help", "-h", "ä", "--as-of=", "-c=x", "-cx", "--ledger", " ", "2026-01-01")


class Reading:
    """Typer with commands that only tell what they were called with."""

    def __init__(self) -> None:
        root: Any = typer.main.get_command(app)
        self.root = root
        self.root.callback = lambda **values: self.said.append(("", values))
        self.said: list[tuple[str, dict[str, Any]]] = []
        for path in QUICK:
            if path:
                noun, verb = path.split()
                _, group, _ = root.resolve_command(None, [noun])
                group.commands[verb].callback = lambda path=path, **values: self.said.append((path, values))

    def __call__(self, words: list[str]) -> list[tuple[str, dict[str, Any]]] | None:
        self.said.clear()
        try:
            self.root.main(args=words, prog_name="bill", standalone_mode=False)
        except Exception:  # noqa: BLE001  # whatever Typer has to say of it
            return None
        return self.said


READ = Reading()


def spelled(path: str) -> st.SearchStrategy[list[str]]:
    command = QUICK[path]
    value = st.sampled_from(WORDS) | st.text(max_size=4).filter(lambda text: "\0" not in text)
    option = st.sampled_from([*command.options, *command.flags, "--nonsense", "--ledger"])
    one = st.one_of(
        st.tuples(option, value).map(list),
        st.tuples(option, value).map(lambda both: [f"{both[0]}={both[1]}"]),
        option.map(lambda each: [each]),
        value.map(lambda each: [each]),
    )
    return st.lists(one, max_size=5).map(lambda parts: [word for part in parts for word in part])


@pytest.mark.parametrize("path", QUICK)
@given(data=st.data())
def test_words_are_read_as_typer_reads_them_or_left_to_it(path: str, data: st.DataObject) -> None:
    before = data.draw(st.lists(st.sampled_from(["--ledger", "x", "--ledger=y", "--ledger=", "--version"]), max_size=2))
    words = [*before, *path.split(), *data.draw(spelled(path))]
    call = found(words[:])
    if call is None:
        return
    said = READ(words[:])
    assert said is not None, words
    (_, top), *below = said
    assert call.ledger == top["ledger"]
    assert not top["version"]
    if not call.path:
        assert below == []
        return
    ((called, values),) = below
    function = getattr(import_module(QUICK[call.path].module), QUICK[call.path].function)
    defaults = {name: each.default for name, each in inspect.signature(function).parameters.items() if name != "ctx"}
    found_values = {**defaults, **call.values}
    assert (call.path, {**found_values, **_many(call.path, found_values)}) == (called, values)


def _many(path: str, values: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Options that may be repeated, as they are before Typer makes a list of them, or None of nothing."""
    return {name: tuple(values[name] or ()) for name in QUICK[path].many}


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("report aging --by invoice --format=json", {"by": ["invoice"], "form": "json"}),
        ("invoice list --by region:1 --by=size --where tag=vip", {"by": ["region:1", "size"], "where": "tag=vip"}),
        ("invoice list -c nordwind --state open", {"customer": "nordwind", "state": "open"}),
        ("customer list nord --all", {"text": "nord", "all_": True}),
    ],
)
def test_plain_words_are_not_left_to_typer(words: str, values: dict[str, object]) -> None:
    call = found(words.split())
    assert call is not None
    assert call.values == values


def test_every_option_is_known_here_as_well() -> None:
    known = dict(commands())
    for path, command in QUICK.items():
        options = [param for param in known[path].params if param.param_type_name == "option"] if path else []
        assert {*command.options, *command.flags} == {opt for param in options if param.expose_value for opt in param.opts}
        for each in (param for param in options if not param.expose_value):
            assert found([*path.split(), *each.opts, "HEAD"]) is None, "no parameter of the function: for Typer"
