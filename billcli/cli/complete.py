"""``bill __complete SHELL WORD...``: what may stand in the place of the last word. Called at every Tab, so it imports next to nothing.

The first line says whether ``words``, ``files`` or ``folders`` are meant; a word a line follows, as the shell takes it.
"""

from __future__ import annotations

import os
import sys

from billcli.cli.words import COMMANDS, NOUNS


def main(shell: str, words: list[str]) -> None:
    """Prints the answer; where none can be given, that nothing is meant."""
    *before, current = words or [""]
    if shell == "bash":
        before, current = _joined(before, _unquoted(current))
    head = ""
    if current.startswith("--") and "=" in current:
        option, _, current = current.partition("=")
        before.append(option)
        head = f"{option}=" if shell != "bash" else ""
    meant, found = _meant(before, current)
    lines = [meant, *(_line(shell, head + word, about) for word, about in found if word.startswith(current) and word.isprintable())]
    sys.stdout.buffer.write(("\n".join(lines) + "\n").encode("utf-8", "replace"))
    sys.stdout.flush()


def _joined(before: list[str], current: str) -> tuple[list[str], str]:
    """Bash makes three words of ``--option=value``."""
    if current == "=":
        return before, ""
    return ([word for word in before if word != "="], current) if "=" in before else (before, current)


def _unquoted(word: str) -> str:
    return word.lstrip("\"'").replace("\\", "")


def _line(shell: str, word: str, about: str) -> str:
    about = about if about.isprintable() else ""
    if shell == "fish" and about:
        return f"{word}\t{about}"
    if shell == "zsh":
        escaped = word.replace("\\", "\\\\").replace(":", "\\:")
        return f"{escaped}:{about}" if about else escaped
    return word


def _meant(before: list[str], current: str) -> tuple[str, list[tuple[str, str]]]:
    """What kind of word comes after those before it, and which there are."""
    ledger: str | None = None
    words = before[:]
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option == "--ledger":
            if not words:
                return "folders", []
            ledger = words.pop(0)
    if not words:
        if current.startswith("-"):
            return "words", [
                ("--ledger", "The ledger's folder."),
                ("--version", "Print the version."),
                ("--help", "Show this message and exit."),
            ]
        return "words", list(NOUNS.items())
    noun, *rest = words
    if noun not in NOUNS:
        return "words", []
    verbs = [(path.partition(" ")[2], about) for path, (about, _, _) in COMMANDS.items() if path.startswith(f"{noun} ")]
    if verbs:
        if (
            noun == "reconcile"
            and (rest or not any(verb.startswith(current) for verb, _ in verbs))
            and (not rest or rest[0] not in dict(verbs))
        ):
            return _of_command("reconcile import", rest, current, ledger)
        if not rest:
            return "words", [*verbs, *([("--help", "Show this message and exit.")] if current.startswith("-") else [])]
        noun, *rest = f"{noun} {rest[0]}", *rest[1:]
    return _of_command(noun, rest, current, ledger) if noun in COMMANDS else ("words", [])


def _of_command(path: str, rest: list[str], current: str, ledger: str | None) -> tuple[str, list[tuple[str, str]]]:
    _, options, arguments = COMMANDS[path]
    kinds = {spelling: kind for spellings, kind, _ in options for spelling in spellings.split()}
    given = 0
    while rest:
        word = rest.pop(0)
        kind = kinds.get(word, "") if word.startswith("-") else None
        if kind is None:
            given += 1
        elif kind and not rest:
            return _values(kind, current, ledger)
        elif kind:
            rest.pop(0)
    if current.startswith("-"):
        every = [(spelling, about) for spellings, _, about in options for spelling in spellings.split() if spelling.startswith("--")]
        return "words", [*every, ("--help", "Show this message and exit.")]
    if not arguments:
        return "words", []
    kind = arguments[min(given, len(arguments) - 1)]
    if given >= len(arguments) and not arguments[-1].endswith("..."):
        return "words", []
    return _values(kind.removesuffix("..."), current, ledger)


def _values(kind: str, current: str, ledger: str | None) -> tuple[str, list[tuple[str, str]]]:
    """The values of an option or argument: some written here, some looked up in the index as it is."""
    if kind in ("files", "folders"):
        return kind, []
    if kind == "?":
        return "words", []
    if not kind.startswith("<"):
        return "words", [(word, "") for word in kind.split("|")]
    from billcli.app.complete import known

    return "words", known(ledger or os.environ.get("BILL_LEDGER"), os.getcwd(), kind[1:-1].split(), current)
