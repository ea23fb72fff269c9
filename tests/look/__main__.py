"""``make look``: the dashboard in a browser, as pictures and as what must be true of it on a phone, on a desktop and on paper."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unicodedata import normalize

from pypdf import PdfReader

from tests.look import books, checks
from tests.look.chromium import Browser, NoChromium, find_chromium
from tests.reports.page import Page, flat
from tests.support import done

SCREENS = (("phone", 390, 844), ("desktop", 1440, 900))
SCHEMES = ("light", "dark")
LEAST = 11.0
"""Pixels of the smallest text."""
LEDGERS: dict[str, Callable[[Path], tuple[Path, str]]] = {"demo": books.demo, "unkind": books.unkind, "new": books.new}


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.look", description=__doc__)
    parser.add_argument("--out", metavar="DIR", default="build/look", help="where pages, pictures and PDFs go; build/look where left out")
    parser.add_argument("--only", metavar="LEDGER", choices=LEDGERS, help="demo, unkind or new")
    told = parser.parse_args(words)
    try:
        command = find_chromium()
    except NoChromium as error:
        print(f"make look: {error}", file=sys.stderr)
        return 1
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="bill-look-") as work, Browser(command) as browser:
        for name, make in LEDGERS.items():
            if told.only not in (None, name):
                continue
            to = Path(told.out) / name
            to.mkdir(parents=True, exist_ok=True)
            root, day = make(Path(work) / name)
            done("report", "html", "--out", str(to.resolve()), "--as-of", day, cwd=root)
            for where, problem in look(browser, to, root, day):
                wrong += 1
                print(f"{name}, {where}: {problem}")
            print(f"{name}: {', '.join(sorted(each.name for each in to.iterdir()))} in {to}")
    print(f"{wrong} problems" if wrong else "nothing wrong; now look at the pictures")
    return 1 if wrong else 0


def look(browser: Browser, to: Path, root: Path, day: str) -> Iterator[tuple[str, str]]:
    """Every problem with where it is."""
    file = to / "index.html"
    page = Page(file.read_text(encoding="utf-8"))
    for problem in figures(page, root, day):
        yield "figures", problem
    for screen, wide, high in SCREENS:
        for scheme in SCHEMES:
            browser.view(wide, high, scheme, phone=screen == "phone")
            browser.open(file)
            browser.picture(to / f"{screen}-{scheme}.png")
            browser.ask("document.querySelectorAll('details').forEach(each => each.open = true)")
            for check in (checks.legible(browser, LEAST), checks.fitting(browser)):
                for problem in check:
                    yield f"{screen}, {scheme}", problem
    for check in (checks.tables(browser), checks.sorting(browser), checks.unharmed(browser, page.texts["title"][0])):
        for problem in check:
            yield "desktop", problem
    browser.view(1440, 900, "light", phone=False)
    browser.open(file)  # as it comes, with the lesser reports folded away
    browser.print(to / "print.pdf")
    for problem in printed(browser, to / "print.pdf"):
        yield "paper", problem
    for problem in checks.quiet(browser, file.resolve().as_uri()):
        yield "the browser says", problem


def printed(browser: Browser, file: Path) -> Iterator[str]:
    """Every report is on paper with all its columns, what is folded away on the screen, too."""
    pages = [re.sub(r"\s+", "", normalize("NFKC", each.extract_text())) for each in PdfReader(file).pages]
    for at, each in enumerate(pages, 1):
        if not each:
            yield f"page {at} is empty"
    for text in browser.ask("[...document.querySelectorAll('summary, thead')].map(each => each.textContent)"):
        if re.sub(r"\s+", "", text) not in "".join(pages):
            yield f'"{text}" is not on it'


def figures(page: Page, root: Path, day: str) -> Iterator[str]:
    """The tables of the page hold the rows of the reports in JSON, and what is not shown makes up the difference to their totals."""
    shown = {each.name: each for each in page.tables if not each.currency}
    for name in ("aging", "cash-forecast", "overdue-trend", "revenue", "customers", "dso", "days-to-pay", "days-late", "cei", "turnover",
                 "dunning", "discounts", "bad-debt", "tax", "reconciliation"):  # fmt: skip
        rows = [flat(row) for row in done("report", name, "--as-of", day, "--format", "json", cwd=root).json["rows"]]
        table = shown.pop(name, None)
        body = table.body if table else []
        missing = [row for row in rows if row not in body]
        if strange := [row for row in body if row not in rows]:
            yield f"{name}: the report has no {strange[0]}"
        counts = sum(int(each["customer"].split()[2]) for each in table.rest) if table and name == "aging" else 0
        if len(missing) != counts:
            yield f"{name}: {len(missing)} rows are not shown, {counts} are said to be"
    if shown:
        yield f"tables of no report: {', '.join(shown)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
