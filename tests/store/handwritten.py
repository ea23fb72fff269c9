"""Documents as people write them: comments, blank lines, quotes of either kind, lists in brackets, any line ends."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

from billcli.store.parse import parse
from billcli.store.text import BOM, decode

ORDER = [f"k{at}" for at in range(8)]
TEXTS = ["a", "two words", "it's", "x: y", "a #b", "007", "a, b", "[a]", "北京", "", "-", "2026-03-14", "c:d"]
COMMENTS = ["", "", "  # why: [a, b] {c} 'd", " # -", "  "]


class Entry(NamedTuple):
    """A top-level key as somebody wrote it."""

    value: Any
    lines: list[str]
    shape: str


class Document(NamedTuple):
    """``lines`` says from which to which line each key's entry goes."""

    raw: bytes
    data: dict[str, Any]
    shapes: dict[str, str]
    lines: dict[str, tuple[int, int]]


def single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def double(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


@st.composite
def form(draw: st.DrawFn, text: str) -> str:
    plain = [text] if text in ("a", "two words", "007", "北京", "2026-03-14") else []
    return draw(st.sampled_from([*plain, single(text), double(text)]))


@st.composite
def entry(draw: st.DrawFn, key: str) -> Entry:
    comment = draw(st.sampled_from(COMMENTS))
    words = draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3))
    forms = [draw(form(word)) for word in words]
    name = draw(st.sampled_from([key, key, key, double(key)]))
    indent = draw(st.sampled_from(["", "  ", "    "]))
    between = draw(st.sampled_from([[], [], [""], [f"{indent}# a remark", ""]]))
    pairs = {f"p{at}": word for at, word in enumerate(words)}
    match draw(
        st.sampled_from(
            ["scalar", "below", "several", "literal", "folded", "list", "flow list", "tall list", "map", "flow map", "items", "flow items"]
        )
    ):
        case "scalar":
            gap = draw(st.sampled_from([" ", "    "]))
            return Entry(words[0], [f"{name}:{gap}{forms[0]}{comment}"], "scalar")
        case "below":
            return Entry(words[0], [f"{name}:{comment}", f"  {forms[0]}"], "scalar")
        case "several":
            quote = draw(st.sampled_from(["", '"', "'"]))
            return Entry("one two three", [f"{name}: {quote}one", "  two", f"   three{quote}{comment}"], "scalar")
        case "literal":
            return Entry("one\n\n  # two\n", [f"{name}: |{comment}", "  one", "", "    # two"], "scalar")
        case "folded":
            return Entry("one two", [f"{name}: >-{comment}", "  one", "  two"], "scalar")
        case "list":
            lines = [line for each in forms for line in [*between, f"{indent}- {each}{comment}"]]
            return Entry(words, [f"{name}:{comment}", *lines], "list")
        case "flow list":
            return Entry(words, [f"{name}: [{', '.join(forms)}]{comment}"], "list")
        case "tall list":
            last = draw(st.sampled_from(["", ",", ", # the last"]))
            return Entry(
                words, [f"{name}: [  # all", *(f"  {each}," for each in forms[:-1]), f"  {forms[-1]}{last}", f"]{comment}"], "list"
            )
        case "map":
            return Entry(
                pairs, [f"{name}:{comment}", *between, *(f"  {at}: {each}{comment}" for at, each in zip(pairs, forms, strict=True))], "map"
            )
        case "flow map":
            inner = ", ".join(f"{at}: {each}" for at, each in zip(pairs, forms, strict=True))
            return Entry(pairs, [f"{name}: {{{inner}}}{comment}"], "map")
        case "items":
            lines = [line for each in forms for line in [*between, f"{indent}- p0: {each}{comment}", f"{indent}  p1: b"]]
            return Entry([{"p0": word, "p1": "b"} for word in words], [f"{name}:", *lines], "items")
        case _:
            lines = [line for each in forms for line in [*between, f"{indent}- {{p0: {each}, p1: b}}{comment}"]]
            return Entry([{"p0": word, "p1": "b"} for word in words], [f"{name}:", *lines], "items")


@st.composite
def documents(draw: st.DrawFn) -> Document:
    keys = draw(st.lists(st.sampled_from(ORDER), unique=True, max_size=5))
    if draw(st.booleans()):
        keys.sort()
    filler = st.sampled_from([[], [], [""], ["# a remark: [x"], ["", "# one", "#two", ""]])
    text = [*draw(st.sampled_from([[], ["# head"], ["---"]])), "schema: test/1"]
    found = {"schema": Entry("test/1", [], "scalar")}
    lines = {}
    for key in keys:
        found[key] = draw(entry(key))
        text += draw(filler)
        lines[key] = (len(text), len(text) + len(found[key].lines))
        text += found[key].lines
    text += draw(filler)
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    at_end = newline if text[-1].endswith("# two") else draw(st.sampled_from([newline, newline, ""]))
    raw = newline.join(text) + at_end
    shapes = {key: each.shape for key, each in found.items()}
    document = Document(draw(st.sampled_from([b"", BOM])) + raw.encode(), {key: each.value for key, each in found.items()}, shapes, lines)
    assert data_of(document.raw) == document.data
    return document


def data_of(raw: bytes) -> Any:
    text, problems = decode(raw, "f.yaml")
    assert text is not None, problems
    return parse(text, "f.yaml").data
