"""The chain of the trail, and its versions held against one another; each fault alone, and any single change by a law."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcli.core.audit.chain import Fork, Link, faults, forks, heads
from billcli.core.audit.history import first_change, first_lost
from billcli.store.audit import entry_hash, read_trail

CLONE = "7e57c10e"
FILE = f"audit/{CLONE}/2026-03.jsonl"
ENTRIES = 6


def entry(seq: int, prev: str, command: str = "invoice new") -> dict[str, object]:
    made: dict[str, object] = {
        "seq": seq, "at": "2026-03-02T09:00:00Z", "clone": CLONE, "actor": "tester", "version": "0.1.0", "command": command,
        "files": [{"path": f"invoices/2026/03/INV-2026-{seq:04d}.yaml", "old": None, "new": f"{seq:064x}"}], "prev": prev,
    }  # fmt: skip
    return {**made, "hash": entry_hash(made)}


def chain(count: int, *, after: dict[str, object] | None = None, command: str = "invoice new") -> list[dict[str, object]]:
    found: list[dict[str, object]] = [after] if after else []
    for _ in range(count):
        last = found[-1] if found else {"seq": 0, "hash": ""}
        seq = last["seq"]
        assert isinstance(seq, int)
        found.append(entry(seq + 1, str(last["hash"]), command))
    return found[1:] if after else found


def raw_of(entries: Sequence[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in entries)


def links(raw: bytes) -> list[Link]:
    found = read_trail(raw, FILE)
    assert not found.problems
    return [
        Link(FILE, line, each["clone"], each["seq"], each["prev"], each["hash"], each["at"]) for line, each in enumerate(found.entries, 1)
    ]


WHOLE = chain(ENTRIES)
RAW = raw_of(WHOLE)
LINES = RAW.splitlines(keepends=True)


def told(raw: bytes) -> list[tuple[int, int, str]]:
    return [(each.line, each.seq, each.message.partition(f"clone {CLONE} ")[2]) for each in faults(links(raw))]


def test_a_whole_chain_has_no_fault_one_head_and_no_fork() -> None:
    assert told(RAW) == []
    assert [each.seq for each in heads(links(RAW))] == [ENTRIES]
    assert forks(links(RAW)) == []


def test_an_entry_that_is_gone_is_named_by_the_one_that_followed_it() -> None:
    assert told(b"".join([*LINES[:2], *LINES[3:]])) == [(3, 4, "follows an entry that is not there")]
    assert told(b"".join(LINES[1:])) == [(1, 2, "follows an entry that is not there")]


def test_entries_out_of_their_order_are_named_at_the_first() -> None:
    swapped = [*LINES[:2], LINES[3], LINES[2], *LINES[4:]]
    assert told(b"".join(swapped)) == [(3, 4, "stands before the entry it follows")]


def test_an_entry_that_stands_twice_is_named_the_second_time() -> None:
    assert told(b"".join([*LINES[:3], LINES[1], *LINES[3:]])) == [(4, 2, "stands twice")]


def test_both_arms_of_a_fork_are_whole_and_the_fork_is_told() -> None:
    arm = raw_of(chain(2, after=WHOLE[2], command="payment add"))
    assert told(RAW + arm) == []
    assert forks(links(RAW + arm)) == [Fork(CLONE, 3, 2)]
    assert sorted(each.seq for each in heads(links(RAW + arm))) == [5, 6]


def test_each_clone_has_a_chain_of_its_own() -> None:
    other = [Link("audit/0000000a/2026-03.jsonl", 1, "0000000a", 2, "nowhere", "h")]
    assert [(each.clone, each.seq) for each in faults([*other, *links(RAW)])] == [("0000000a", 2)]


CUT = "entry 5 and all behind it, to entry 6, was cut off the end"


@pytest.mark.parametrize(
    ("now", "line", "seq", "what"),
    [
        (b"".join(LINES[:-1]), 6, 6, "entry 6 was cut off the end"),
        (b"".join(LINES[:4]), 5, 5, CUT),
        (b"".join([*LINES[:2], *LINES[3:]]), 3, 3, "entry 3 was taken away"),
        (b"".join([*LINES[:2], LINES[3], LINES[2], *LINES[4:]]), 3, 4, "entry 4 was moved up"),
        (b"".join([*LINES[:2], raw_of(chain(1, after=WHOLE[1], command="x")), *LINES[2:]]), 3, 3, "entry 3 has a line put in before it"),
        (RAW.replace(b"INV-2026-0004", b"INV-2026-0005"), 4, 4, "entry 4 was changed"),
        (raw_of(chain(ENTRIES, command="other")), 1, 1, "entry 1 was changed"),
        (b"", 1, 1, "entry 1 and all behind it, to entry 6, was cut off the end"),
    ],
)
def test_what_befell_the_first_entry_is_told_with_its_line(now: bytes, line: int, seq: int, what: str) -> None:
    bad = first_change(RAW, now)
    assert bad is not None
    assert (bad.line, bad.seq, bad.what) == (line, seq, what)


def test_a_version_that_only_goes_on_is_good() -> None:
    for count in range(ENTRIES + 1):
        assert first_change(b"".join(LINES[:count]), RAW) is None
    assert first_change(RAW.removesuffix(b"\n"), RAW) is None  # a line end that somebody took away is missed where it is


def test_a_merge_keeps_every_line_of_both_parents_in_their_order() -> None:
    one, other = RAW, b"".join(LINES[:3]) + raw_of(chain(2, after=WHOLE[2], command="payment add"))
    arm = other.splitlines(keepends=True)[3:]
    both = RAW + b"".join(arm)
    assert first_lost([one, other], both) is None
    assert first_lost([one, other], both + raw_of(chain(1, after=WHOLE[-1]))) is None
    dropped, half = first_lost([one, other], one), first_lost([one, other], RAW + arm[1])
    assert dropped and (dropped.line, dropped.seq, dropped.what) == (4, 4, "entry 4 was dropped by the merge")
    assert half and half.seq == 4
    moved = first_lost([one, other], b"".join([*LINES[:2], LINES[3], LINES[2], *LINES[4:], *arm]))
    assert moved and (moved.line, moved.what) == (3, "entry 4 was moved by the merge")
    extra = raw_of([entry(4, str(WHOLE[2]["hash"]), "forged")])
    inside = first_lost([one, other], b"".join([*LINES[:3], extra, *LINES[3:], *arm]))
    assert inside and (inside.line, inside.seq, "was put in by the merge" in inside.what) == (4, 4, True)


Change = tuple[str, int, int, int]
CHANGES = st.one_of(
    st.tuples(st.just("byte"), st.integers(0, len(RAW) - 1), st.integers(1, 255), st.just(0)),
    st.tuples(st.just("drop"), st.integers(0, len(RAW) - 1), st.just(0), st.just(0)),
    st.tuples(st.just("add"), st.integers(0, len(RAW) - 1), st.integers(0, 255), st.just(0)),
    st.tuples(st.just("delete"), st.integers(0, ENTRIES - 1), st.just(0), st.just(0)),
    st.tuples(st.just("twice"), st.integers(0, ENTRIES - 1), st.integers(0, ENTRIES), st.just(0)),
    st.tuples(st.just("swap"), st.integers(0, ENTRIES - 2), st.integers(1, ENTRIES - 1), st.just(0)),
)


def changed(change: Change) -> tuple[bytes, int]:
    """The trail with one change, and the first line that is not as it was."""
    how, at, what, _ = change
    lines = list(LINES)
    match how:
        case "byte":
            now = RAW[:at] + bytes([RAW[at] ^ what]) + RAW[at + 1 :]
        case "drop":
            now = RAW[:at] + RAW[at + 1 :]
        case "add":
            now = RAW[:at] + bytes([what]) + RAW[at:]
        case "delete":
            del lines[at]
            now = b"".join(lines)
        case "twice":
            lines.insert(what, lines[at])
            now = b"".join(lines)
        case _:
            other = min(at + what, ENTRIES - 1)
            lines[at], lines[other] = lines[other], lines[at]
            now = b"".join(lines)
    after = now.split(b"\n")
    return now, next((line for line, (one, other) in enumerate(zip(RAW.split(b"\n"), after, strict=False), 1) if one != other), len(after))


@settings(max_examples=150, deadline=None)
@given(CHANGES)
def test_any_single_change_of_the_trail_is_found_and_its_first_line_named(change: Change) -> None:
    now, line = changed(change)
    if now == RAW:
        return
    bad = first_change(RAW, now)
    goes_on = now.startswith(RAW)
    assert (bad is None) == (goes_on or now == RAW.removesuffix(b"\n"))
    assert bad is None or bad.line == line
    trail = read_trail(now, FILE)
    first = min([each.span.line for each in trail.problems if each.span], default=0) or min((each[0] for each in told(now)), default=0)
    cut = now == b"".join(LINES[:-1])
    assert (first == 0) == cut, "by itself a chain misses nothing but an end that was cut off"
    assert first in (0, line, line + 1) if change[0] in ("twice", "swap", "delete", "add", "drop") else first in (0, line)
