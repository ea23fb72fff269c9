"""What is written into the package from the commands themselves: ``python -m tests.cli.written`` writes it anew."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import typer

from billcli.app.settling import POLICIES
from billcli.cli.main import NOUNS, app
from billcli.core.hold_state import OUTCOMES
from billcli.core.states import STATES
from billcli.model.category_names import DIMENSIONS
from billcli.model.credit_note import CREDIT_KINDS
from tests.support import PROJECT

WIDTHS = (80, 110)
"""Columns of a pipe, and the most that help makes use of."""

_BY_NAME = {
    "customer": "<customer>", "customers": "<customer>", "parent": "<customer>", "into": "<customer>", "invoice": "<invoice>",
    "credit_note": "<credit-note>", "payment": "<payment>", "draft": "<draft>", "hold": "<hold>", "refund": "<refund>",
    "write_off": "<write-off>", "finding": "<finding>",
    "correction": "<credit-note>", "template": "<recurring>", "templates": "<recurring>",
    "tag": "<tag>", "remove": "<tag>", **{name: f"<{name}>" for name in DIMENSIONS}, "category": "<category>",
}  # fmt: skip
_DOCUMENTS = "customer invoice credit-note payment draft refund write-off hold recurring"
_EXACT = {
    ("invoice list", "state"): "|".join(STATES),
    ("credit-note new", "kind"): "|".join(CREDIT_KINDS),
    ("payment add", "policy"): "|".join(POLICIES),
    ("payment allocate", "policy"): "|".join(POLICIES),
    ("hold release", "outcome"): "|".join(dict.fromkeys(word for words in OUTCOMES.values() for word in words)),
    ("customer tag", "add_"): "<tag>",
    ("show", "what"): f"<{_DOCUMENTS}>",
    ("edit", "document"): f"<{_DOCUMENTS}>",
    ("audit log", "document"): f"<{_DOCUMENTS}>",
    ("finding new", "document"): f"<{_DOCUMENTS}>",
    ("finding list", "document"): f"<{_DOCUMENTS}>",
    ("explain", "what"): f"<{_DOCUMENTS}>",
}


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its words."""
    root: Any = typer.main.get_command(app)
    for noun in NOUNS:
        _, command, _ = root.resolve_command(None, [noun])
        verbs = getattr(command, "commands", {})
        yield from ((f"{noun} {verb}", below) for verb, below in verbs.items()) if verbs else [(noun, command)]


def _kind(path: str, param: Any) -> str:
    if getattr(param, "is_flag", False):
        return ""
    metavar = param.metavar.strip("[].")
    if (path, param.name) in _EXACT:
        return _EXACT[path, param.name]
    if param.name in ("number", "numbers"):
        return "<invoice>" if path.startswith("invoice") else "<credit-note>"
    if metavar.startswith("FILE") or metavar == "MAP.yaml":
        return "files"
    if metavar == "DIR":
        return "folders"
    if "|" in metavar and metavar.replace("|", "").replace("-", "").replace(" ", "").islower():
        return str(metavar)
    return _BY_NAME.get(param.name, "?")


def _first(text: str) -> str:
    return " ".join(text.replace("\b", "").split("\n\n")[0].split()).split(". ")[0].removesuffix(".")


def words_module() -> str:
    """``billcli/cli/words.py``."""
    lines = [
        '"""Nouns, verbs and options with what completes their values. Written by ``python -m tests.cli.written``; a test compares."""', "",
        "from __future__ import annotations", "", "# ruff: noqa: E501  # a line a word", "# fmt: off", "NOUNS = {",
    ]  # fmt: skip
    lines += [f"    {noun!r}: {_first(help_)!r}," for noun, (_, help_) in NOUNS.items()]
    lines += ["}", "", "COMMANDS: dict[str, tuple[str, tuple[tuple[str, str, str], ...], tuple[str, ...]]] = {"]
    for path, command in commands():
        lines.append(f"    {path!r}: ({_first(command.help)!r}, (")
        options = [param for param in command.params if param.param_type_name == "option"]
        lines += [
            f"        ({' '.join(each.opts)!r}, {_kind(path, each)!r}, {_first(each.help)!r})," for each in options if not each.hidden
        ]
        arguments = [_kind(path, each) + ("..." if each.nargs == -1 else "") for each in command.params if each not in options]
        lines.append(f"    ), {tuple(arguments)!r}),")
    return "\n".join([*lines, "}", ""])


QUICK = (
    "report aging", "invoice list", "customer list", "payment list", "credit-note list", "refund list", "write-off list", "hold list",
)  # fmt: skip


def quick_module() -> str:
    """``billcli/cli/quick.py``: reports whose parameters are flags and single texts, and whose defaults are those of the function."""
    lines = [
        '"""Reports that ``dispatch`` calls without Typer. Written by ``python -m tests.cli.written``; a test compares."""', "",
        "from __future__ import annotations", "", "from billcli.cli.command import Command", "",
        "# ruff: noqa: E501", "# fmt: off", "QUICK = {", "    '': Command('billcli.cli.status', 'status', {}, {}, (), ()),",
    ]  # fmt: skip
    known = dict(commands())
    for path in QUICK:
        command, function = known[path], function_of(path)
        options: dict[str, str] = {}
        flags: dict[str, str] = {}
        many = tuple(param.name for param in command.params if getattr(param, "multiple", False))
        for param in command.params:
            if not param.expose_value:
                continue  # those given are for Typer
            assert param.nargs == 1, path
            assert type(param.type).__name__ in ("StringParamType", "BoolParamType", "String", "Bool"), (path, param.type)
            assert param.required or param.name in many or inspect.signature(function).parameters[param.name].default == param.default, path
            for spelling in param.opts if param.param_type_name == "option" else ():
                (flags if param.is_flag else options)[spelling] = param.name
        arguments = tuple(param.name for param in command.params if param.param_type_name == "argument")
        required = tuple(param.name for param in command.params if param.required)
        given = ", ".join(map(str, (options, flags, arguments, required, *((many,) if many else ()))))
        lines.append(f"    {path!r}: Command({function.__module__!r}, {function.__name__!r}, {given}),")
    return "\n".join([*lines, "}", ""])


def function_of(path: str) -> Callable[..., None]:
    """The function that Typer calls for a verb."""
    noun, verb = path.split()
    every = import_module(NOUNS[noun][0]).app.registered_commands
    found = next(each for each in every if (each.name or each.callback.__name__.rstrip("_").replace("_", "-")) == verb)
    function: Callable[..., None] = found.callback
    return function


def help_module() -> str:
    """``billcli/cli/help.py``."""
    lines = [
        '"""The help of all, by width. Written by ``python -m tests.cli.written``; a test compares."""',
        "",
        "from __future__ import annotations",
        "",
    ]
    lines += ["# fmt: off", "HELP = {"]
    for width in WIDTHS:
        lines.append(f"    {width}: (")
        lines += [f"        {line!r}" for line in shown(width).splitlines(keepends=True)]
        lines.append("    ),")
    return "\n".join([*lines, "}", ""])


def shown(columns: int) -> str:
    """What Typer prints as the help of all."""
    out = io.StringIO()
    with mock.patch.dict("os.environ", {"COLUMNS": str(columns)}), redirect_stdout(out):
        typer.main.get_command(app).main(args=["--help"], prog_name="bill", standalone_mode=False)
    return out.getvalue()


MODULES = {"billcli/cli/words.py": words_module, "billcli/cli/help.py": help_module, "billcli/cli/quick.py": quick_module}

if __name__ == "__main__":
    for name, made in MODULES.items():
        Path(PROJECT / name).write_text(made())
