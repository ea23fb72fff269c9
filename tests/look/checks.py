"""What must be true of a page in a browser: each check gives sentences on what is wrong, none where all is well."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.look.chromium import Browser

RATIO = 4.5
"""Of text to its ground, for everybody to read it (WCAG 2.2, 1.4.3 AA)."""

_TEXTS = """
(() => {
  const rgb = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return {r, g, b, a}; };
  const light = ({r, g, b}) => {
    const part = (each) => { each /= 255; return each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (each) => {
    for (let at = each; at; at = at.parentElement) {
      const found = rgb(getComputedStyle(at).backgroundColor);
      if (found.a === 1) return found;
      if (found.a > 0) throw new Error("half transparent");
    }
    return {r: 255, g: 255, b: 255};
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const each = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || ["SCRIPT", "STYLE"].includes(each.tagName) || each.closest("caption")) continue;
    const style = getComputedStyle(each), svg = each instanceof SVGElement;
    const ink = light(rgb(svg ? style.fill : style.color)), behind = light(ground(each));
    const ratio = (Math.max(ink, behind) + 0.05) / (Math.min(ink, behind) + 0.05);
    const size = parseFloat(style.fontSize) * (svg ? each.getScreenCTM().a : 1);
    found.push({text: walker.currentNode.data.trim().slice(0, 40), ratio, size});
  }
  return found;
})()
"""

_DRAWN = """
(() => {
  const wrong = [], box = (each) => each.getBoundingClientRect();
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  for (const svg of document.querySelectorAll("svg.chart")) {
    const texts = [...svg.querySelectorAll("text")], around = box(svg), name = svg.getAttribute("aria-label");
    for (const [at, text] of texts.entries()) {
      const own = box(text);
      const said = `${name}: "${text.textContent}"`;
      if (own.left < around.left - 1 || own.right > around.right + 1) wrong.push(`${said} sticks out`);
      for (const rect of svg.querySelectorAll("rect")) if (meet(own, box(rect))) wrong.push(`${said} lies on a bar`);
      for (const other of texts.slice(at + 1)) if (meet(own, box(other))) wrong.push(`${said} lies on "${other.textContent}"`);
    }
  }
  return wrong;
})()
"""

_WIDE = """
(() => {
  const wide = document.documentElement.clientWidth, wrong = [];
  if (document.documentElement.scrollWidth > wide) wrong.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const each of document.body.querySelectorAll("*")) {
    if (each.closest(".scroll table") || each.closest("caption")) continue;
    const right = each.getBoundingClientRect().right, said = `<${each.tagName.toLowerCase()}> ${each.textContent.trim().slice(0, 40)}`;
    if (right > wide + 1) wrong.push(`${said} reaches to ${Math.round(right)}`);
    if (getComputedStyle(each).textOverflow === "ellipsis") wrong.push(`${said} may be cut off`);
  }
  return wrong;
})()
"""

_HEADS = "[...document.querySelectorAll('table')].map(each => [each.dataset.report, [...each.tHead.rows[0].cells].map(h => h.dataset.key)])"

_COLUMN = """
((table, column) => [...document.querySelectorAll("table")[table].tBodies[0].rows].map((row) => {
  const cell = row.cells[column], figure = cell.querySelector("data");
  return figure ? figure.value : cell.textContent;
}))
"""


def quiet(browser: Browser, page: str) -> Iterator[str]:
    """Nothing was said, and nothing was asked for but the page itself."""
    for event in browser.events:
        told: Mapping[str, Any] = event.get("params", {})
        match event["method"]:
            case "Runtime.exceptionThrown":
                yield f"an exception: {told['exceptionDetails'].get('text')}"
            case "Runtime.consoleAPICalled":
                yield f"console.{told['type']}: {told['args']}"
            case "Log.entryAdded":
                yield f"{told['entry']['level']}: {told['entry']['text']}"
            case "Network.requestWillBeSent" if told["request"]["url"] != page:
                yield f"a request to {told['request']['url']}"
            case "Page.javascriptDialogOpening":
                yield f"a dialog: {told['message']}"


def legible(browser: Browser, least: float) -> Iterator[str]:
    """Every text stands out from its ground and is no smaller than that many pixels."""
    texts: Sequence[Mapping[str, Any]] = browser.ask(_TEXTS)
    if not texts:
        yield "no text at all"
    for each in texts:
        if each["ratio"] < RATIO:
            yield f'contrast {each["ratio"]:.2f} of "{each["text"]}"'
        if each["size"] < least:
            yield f'{each["size"]:.1f} pixels high: "{each["text"]}"'


def fitting(browser: Browser) -> Iterator[str]:
    """Nothing is cut off, and the page does not scroll sideways; a wide table does within itself."""
    yield from browser.ask(_WIDE)
    yield from browser.ask(_DRAWN)


def tables(browser: Browser) -> Iterator[str]:
    """Every table has a caption, and every head says what it is the head of."""
    yield from browser.ask(
        "[...document.querySelectorAll('table')].filter(each => !each.caption?.textContent.trim())"
        ".map(each => `${each.dataset.report}: no caption`)"
    )
    yield from browser.ask("[...document.querySelectorAll('th')].filter(each => !each.scope).map(each => `no scope: ${each.textContent}`)")


def sorting(browser: Browser) -> Iterator[str]:
    """Every column of every table sorts, by a click and by the keyboard; figures as figures. Sums stay where they are."""
    for at, (name, keys) in enumerate(browser.ask(_HEADS)):
        feet = f"document.querySelectorAll('table')[{at}].tFoot?.textContent"
        before = browser.ask(feet)
        for column, key in enumerate(keys):
            head = f"document.querySelectorAll('table')[{at}].tHead.rows[0].cells[{column}]"
            figures = browser.ask(f"{head}.classList.contains('right')")
            ways = []
            for way in ("click", "Enter", " "):
                if way == "click":
                    browser.ask(f"{head}.querySelector('button').click()")
                else:
                    browser.ask(
                        f"(document.querySelectorAll('details').forEach(each => each.open = true), {head}.querySelector('button').focus())"
                    )
                    browser.press(way, 13 if way == "Enter" else 32)
                said = browser.ask(f"{head}.ariaSort")
                ways.append(said)
                cells: Sequence[str] = browser.ask(f"{_COLUMN}({at}, {column})")
                if figures and not _in_order(cells, down=said == "descending"):
                    yield f"{name}, {key}, {way!r}: {said} gives {cells[:6]}"
            if ways[0] == ways[1] or ways[0] != ways[2]:
                yield f"{name}, {key}: a click, Enter and the space bar give {ways}"
        if browser.ask(feet) != before:
            yield f"{name}: sorting moved the sums"


def _in_order(cells: Sequence[str], *, down: bool) -> bool:
    """What is no figure comes last."""
    found = [float(each) if _figure(each) else None for each in cells]
    known = [each for each in found if each is not None]
    return found[len(known) :] == [None] * (len(found) - len(known)) and known == sorted(known, reverse=down)


def _figure(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def unharmed(browser: Browser, title: str) -> Iterator[str]:
    """No name of the books became markup or a script."""
    if (found := browser.ask("document.title")) != title:
        yield f"the title is {json.dumps(found)}"
    if count := browser.ask("document.querySelectorAll('img, b, iframe, form, a, link').length"):
        yield f"{count} elements that are not ours"
    if browser.ask("document.scripts.length") != 1:
        yield "more than one script"
