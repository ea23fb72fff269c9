"""Regular expressions whose search takes time in proportion to the text, whatever they are: no pattern can make a command hang.

Python's own ``re`` tries one way after another, and a pattern such as ``(a+)+b`` makes it try 2^n of them. Here all ways are followed
at once, as a set of places in the pattern, and each character of the text is looked at once. Places are remembered by what they lead
to, so most characters cost one look into a table. The syntax is Python's; what cannot be done so (back references, looking around) is
refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billcli.model.linear_characters import Test, is_word, test_of

if TYPE_CHECKING:
    import re

MOST = 1000
"""Places that a pattern may have, once what is counted out, such as ``{3,8}``, is written out."""

DEEPEST = 50
"""So many groups may stand within each other."""

_REMEMBERED = 2000


class TooHard(Exception):
    """A pattern that cannot be searched for in this way; its text says why."""


Row = tuple[frozenset[int], dict[str, Any]]


def compiled(pattern: str) -> re.Pattern[str]:
    """Without regard to case."""
    import re
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of signs that a later Python may read otherwise, such as "[["
        return re.compile(pattern, re.IGNORECASE)


def tree_of(pattern: str) -> Any:
    """The pattern as Python itself reads it."""
    import warnings
    from re import _parser as parser  # type: ignore[attr-defined]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return parser.parse(pattern)


def _parsed(pattern: str) -> Any:
    """The same. Raises ``TooHard``."""
    import re

    try:
        compiled(pattern)
        tree = tree_of(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        why = "it nests too deeply" if isinstance(error, RecursionError) else str(error)
        raise TooHard(f"is not a regular expression: {why}") from None
    if tree.state.flags & ~int(re.IGNORECASE | re.UNICODE | re.VERBOSE):
        raise TooHard('changes how "." or "^" or "\\w" is read; "[\\s\\S]" is any character, bill compares without regard to case')
    return tree


_MANY = 2000
"""In no more ways than this a pattern may fit from one place, for ``re`` to search for it: that is quick, and its end is near."""


def _ways(tree: Any) -> int:
    """In how many ways ``re`` may try a pattern from one place, at most; what is repeated within a repetition is beyond all bounds."""
    found = 1
    for op, argument in tree:
        match str(op):
            case "BRANCH":
                found *= sum(_ways(each) for each in argument[1])
            case "SUBPATTERN":
                found *= _ways(argument[-1])
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, below = argument
                if _ways(below) > 1 or (len(below) > 1 and str(most) == "MAXREPEAT"):
                    return _MANY + 1
                found *= _MANY // 2 if str(most) == "MAXREPEAT" else int(most) - int(least) + 1
        if found > _MANY:
            return found
    return found


class Linear:
    """``Linear(pattern).search(text)``: whether it stands anywhere in the text, without regard to case."""

    def __init__(self, pattern: str) -> None:
        tree = _parsed(pattern)
        self._depth = self._steps = 0
        self._moves: list[tuple[Test, int]] = []
        """Of each place that takes a character: which, and the node after it."""
        self._nodes: list[list[tuple[str, int]]] = [[]]
        """Of each node where one gets from it without a character: ("go", node), ("take", move), or an anchor with a node."""
        start = self._node()
        end = self._sequence(tree, start)
        self._nodes[end].append(("end", 0))
        self._start = start
        self._known: dict[tuple[frozenset[int], str], tuple[frozenset[int], bool]] = {}
        self._anywhere = all(how in ("go", "take", "end") for node in self._nodes for how, _ in node)
        self._rows: dict[frozenset[int], Row | None] = {}
        self._links = 0
        self._plain = compiled(pattern) if _ways(tree) <= _MANY else None

    def search(self, text: str) -> bool:
        """Without regard to case."""
        return self._plain.search(text) is not None if self._plain else self.search_at_once(text)

    def search_at_once(self, text: str) -> bool:
        """All ways followed together, whatever the pattern."""
        return self._search_by_rows(text) if self._anywhere else self._search_by_places(text)

    def _search_by_rows(self, text: str) -> bool:
        """Where no sign asks for an end or a word's edge, what has been read leads on by itself: one look into a row for each character."""
        row = self._row(frozenset())
        for char in text:
            if row is None:
                return True
            row = row[1][char] if char in row[1] else self._linked(row, char)
        return row is None

    def _row(self, nodes: frozenset[int]) -> Row | None:
        """What can be taken from here, and where each character has led so far; None where the pattern has ended."""
        if nodes not in self._rows:
            moves, found = self._closed(nodes, "", 0, 0)
            self._rows[nodes] = None if found else (moves, {})
        return self._rows[nodes]

    def _linked(self, row: Row, char: str) -> Row | None:
        self._links += 1
        if self._links > _REMEMBERED:
            self._links = 0
            self._rows.clear()
        found = row[1][char] = self._row(frozenset(node for move in row[0] for test, node in (self._moves[move],) if test(char)))
        return found

    def _search_by_places(self, text: str) -> bool:
        last = len(text)
        state: frozenset[int] = frozenset()
        for at in range(last + 1):
            state, found = self._closed(state, text, at, last)
            if found:
                return True
            if at == last:
                return False
            state = self._step(state, text[at])
        return False

    def _step(self, state: frozenset[int], char: str) -> frozenset[int]:
        key = (state, char)
        if (known := self._known.get(key)) is not None:
            return known[0]
        after = frozenset(node for move in state for test, node in (self._moves[move],) if test(char))
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[key] = (after, False)
        return after

    def _closed(self, nodes: frozenset[int], text: str, at: int, last: int) -> tuple[frozenset[int], bool]:
        """The moves that can be made from here, and whether the pattern has ended; a search may begin anywhere."""
        begins, ends = at == 0, at == last
        words = (at > 0 and is_word(text[at - 1])) != (at < last and is_word(text[at]))
        line_end = ends or (at == last - 1 and text[at] == "\n")
        key = (nodes, f"{begins:d}{ends:d}{words:d}{line_end:d}|")
        if (known := self._known.get(key)) is not None:
            return known
        holds = {
            "begin": begins,
            "end-of-line": line_end,
            "end-of-text": ends,
            "word": words,
            "no-word": not words and last > 0,
            "go": True,
        }
        waiting, seen, moves, found = [self._start, *nodes], set(), set(), False
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            for how, to in self._nodes[node]:
                if how == "take":
                    moves.add(to)
                elif how == "end":
                    found = True
                elif holds[how]:
                    waiting.append(to)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[key] = (frozenset(moves), found)
        return self._known[key]

    # building

    def _node(self) -> int:
        if len(self._nodes) > 4 * MOST or len(self._moves) > MOST:
            raise TooHard(f"has more than {MOST} places once its counts are written out")
        self._nodes.append([])
        return len(self._nodes) - 1

    def _sequence(self, tree: Any, node: int) -> int:
        self._depth += 1
        if self._depth > DEEPEST:
            raise TooHard(f"has more than {DEEPEST} groups within each other")
        self._step_of_building()
        for op, argument in tree:
            self._step_of_building()
            node = self._one(str(op), argument, node)
        self._depth -= 1
        return node

    def _step_of_building(self) -> None:
        """What makes no place, such as ``()``, is counted too: to write it out ``{1000}{1000}`` times would never end."""
        self._steps += 1
        if self._steps > 10 * MOST:
            raise TooHard(f"has more than {MOST} places once its counts are written out")

    def _one(self, op: str, argument: Any, node: int) -> int:
        match op:
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN" | "RANGE" | "CATEGORY":
                after = self._node()
                self._moves.append((test_of(op, argument), after))
                self._nodes[node].append(("take", len(self._moves) - 1))
                return after
            case "SUBPATTERN":
                _, on, off, below = argument
                if on or off:
                    raise TooHard("changes its flags within; bill compares without regard to case anyway")
                return self._sequence(below, node)
            case "ATOMIC_GROUP" | "POSSESSIVE_REPEAT" | "GROUPREF" | "GROUPREF_EXISTS" | "ASSERT" | "ASSERT_NOT":
                raise TooHard("needs more than one look at each character")
            case "BRANCH":
                after = self._node()
                for each in argument[1]:
                    begin = self._node()
                    self._nodes[node].append(("go", begin))
                    self._nodes[self._sequence(each, begin)].append(("go", after))
                return after
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, below = argument
                return self._repeat(least, most, below, node)
            case "AT":
                after = self._node()
                self._nodes[node].append((_anchor(str(argument)), after))
                return after
            case _:
                raise TooHard(f"uses {op.lower()}, which bill does not know")

    def _repeat(self, least: int, most: Any, below: Any, node: int) -> int:
        endless = str(most) == "MAXREPEAT"
        if least > MOST or (not endless and int(most) > MOST):
            raise TooHard(f"counts beyond {MOST}")
        for _ in range(least):
            node = self._sequence(below, node)
        if endless:
            loop = self._node()
            self._nodes[node].append(("go", loop))
            self._nodes[self._sequence(below, loop)].append(("go", loop))
            after = self._node()
            self._nodes[loop].append(("go", after))
            return after
        after = self._node()
        self._nodes[node].append(("go", after))
        for _ in range(int(most) - least):
            node = self._sequence(below, node)
            self._nodes[node].append(("go", after))
        return after


def _anchor(name: str) -> str:
    anchors = {
        "AT_BEGINNING": "begin", "AT_BEGINNING_STRING": "begin", "AT_END": "end-of-line", "AT_END_STRING": "end-of-text",
        "AT_BOUNDARY": "word", "AT_NON_BOUNDARY": "no-word",
    }  # fmt: skip
    return anchors[name]
