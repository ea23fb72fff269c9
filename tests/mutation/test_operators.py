"""Each slip is made alone, in the function it is said to be in, and what is named as harmless still stands where it was."""

from __future__ import annotations

from types import FunctionType

from tests.mutation.__main__ import named, wilson
from tests.mutation.operators import Mutant, code_of, mutants
from tests.support import PROJECT

SOURCE = '''\
LIMIT = 3

class Box:
    def holds(self, count: int = 1) -> bool:
        """Not -1."""
        return not (count < 2 and count + 1 != 2)

def most(a: int, b: int) -> int:
    if a > b:
        raise ValueError(a)
    return max(a, -b)
'''


def made(mutant: Mutant) -> FunctionType:
    return FunctionType(code_of(SOURCE, mutant, "x.py"), {"__builtins__": __builtins__})


def test_every_slip_is_found_once_and_nothing_outside_of_functions() -> None:
    found = mutants("x.py", SOURCE)
    assert [(each.function, each.change) for each in found] == [
        *(("Box.holds", change) for change in ("returns None", "without Not", "and → or", "Lt → LtE", "Lt → GtE")),
        *(("Box.holds", change) for change in ("2 → 3", "2 → 1", "NotEq → Eq", "Add → Sub", "1 → 2", "1 → 0", "2 → 3", "2 → 1")),
        *(("most", change) for change in ("Gt → GtE", "Gt → LtE", "left out", "returns None", "max → min", "without USub")),
    ]
    assert {each.line for each in found if each.change == "left out"} == {"raise ValueError(a)"}


def test_a_slip_does_what_it_says() -> None:
    by_change = {(each.function, each.change): made(each) for each in mutants("x.py", SOURCE)}
    assert by_change["most", "max → min"](1, 2) == -2
    assert by_change["most", "left out"](2, 1) == 2
    assert by_change["most", "without USub"](1, 2) == 2
    assert by_change["Box.holds", "without Not"](None, 1) is False
    assert by_change["Box.holds", "returns None"](None, 1) is None


def test_what_is_named_as_harmless_is_there_and_has_its_reason() -> None:
    known = named()
    there = {each.key for module in {module for module, *_ in known} for each in mutants(module, (PROJECT / module).read_text())}
    assert [key for key, why in known.items() if key not in there or len(why) < 15] == []


def test_interval_is_wilsons() -> None:
    assert [round(each, 3) for each in wilson(90, 100)] == [0.826, 0.945]
