"""Invoice PDFs by ``bill invoice pdf`` beside weasyprint, on the same invoices: ``python -m tests.bench.pdf`` or ``make bench-pdf``.

weasyprint is a program beside, never a dependency: ``--weasyprint PYTHON`` or ``BILL_WEASYPRINT`` names an interpreter that has it. It
gets finished HTML, with the same lines, figures, payment code and page numbers, all in one process; bill starts from the YAML, counts
reading the ledger and keeps each hash.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from billcli.app.books import open_books
from billcli.app.context import Context, now
from billcli.app.papers import invoice_data
from billcli.index import queries
from billcli.render.sheets import sheet_of
from billcli.resources import shared
from tests.bench import books
from tests.bench.measure import Broken, Contestant, Measured, Runner
from tests.support import PROJECT, environment

GOAL = 0.2
"""Of weasyprint's CPU time."""

_STYLE = """
@page { size: A4; margin: 24mm 20mm 32mm 25mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt } }
body { font: 10pt serif } h1 { font-size: 19pt; color: #1f3a5f } table { width: 100%; border-collapse: collapse }
th, td { text-align: left; padding: 5pt 0; border-bottom: .4pt solid #ccc; vertical-align: top } .r { text-align: right }
.address { height: 50mm; white-space: pre-line } .meta { float: right; width: 72mm } .meta td { border: 0; padding: 1mm 0 }
.totals { width: 98mm; margin-left: auto } .pay { background: #f2f4f6; padding: 5mm } svg { width: 29mm; height: 29mm }
"""


def page(sheet: dict[str, Any]) -> str:
    """An invoice as HTML with what the PDF shows."""

    def row(cells: Sequence[str], tag: str = "td", left: int = 1) -> str:
        shown = "".join(f"<{tag}{'' if at < left else ' class=r'}>{escape(cell)}</{tag}>" for at, cell in enumerate(cells))
        return f"<tr>{shown}</tr>"

    lines = []
    for each in sheet["lines"]:
        quantity = f"{each['quantity']} {each['unit']}"
        lines.append(row([each["position"], each["description"], quantity, each["price"], each["tax"], each["amount"]], left=2))
    pay = sheet["payment"]
    code = pay["qr"]
    drawn = f'<svg viewBox="0 0 {code["size"]} {code["size"]}"><path d="{code["path"]}"/></svg>' if code else ""
    totals = "".join(row(each) for each in [*sheet["totals"]["rows"], sheet["totals"]["last"]])
    return (
        f"<!doctype html><meta charset=utf-8><title>{escape(sheet['title'])} {sheet['number']}</title>"
        f"<table class=meta>{''.join(row(each) for each in sheet['meta'])}</table>"
        f"<div class=address>{escape(chr(10).join([sheet['sender']['line'], '', *sheet['recipient']]))}</div>"
        f"<h1>{escape(sheet['title'])}</h1>"
        f"<table><thead>{row(sheet['head'], 'th', 2)}</thead>{''.join(lines)}</table><table class=totals>{totals}</table>"
        f"<div class=pay>{''.join(f'<p>{escape(each)}</p>' for each in pay['said'])}"
        f"<table>{''.join(row(each) for each in pay['account'])}</table>{drawn}</div>"
        f"<footer>{'<br>'.join(escape(' · '.join(each)) for each in sheet['sender']['columns'])}</footer>"
    )


def written(root: Path, into: Path) -> list[str]:
    """The HTML of every invoice of a ledger; their numbers."""
    into.mkdir()
    (into / "style.css").write_text(_STYLE, encoding="utf-8")
    with open_books(Context(str(root), None, now())) as found:
        numbers = queries.numbers_issued(found.index, "invoice", None, None, None)
        for number in numbers:
            (into / f"{number}.html").write_text(
                page(sheet_of("invoice", "en", invoice_data(found, number), [shared("templates")])), encoding="utf-8"
            )
    return numbers


def peer(named: str | None) -> str | None:
    """The interpreter that has weasyprint; None where there is none."""
    program = named or os.environ.get("BILL_WEASYPRINT") or sys.executable
    try:
        tried = subprocess.run([program, "-c", "import weasyprint"], capture_output=True, check=False)
    except OSError:
        return None
    return program if tried.returncode == 0 else None


def measured(count: int, rounds: int, seconds: float, other: str | None, work: Path) -> list[Measured]:
    """Both make the same number of files, or it says so. Raises ``Broken``."""
    books.write(count, work / "books", "ledger")
    root, ours, theirs = work / "books" / "ledger", work / "ours", work / "theirs"
    numbers = written(root, work / "html")
    subprocess.run(["git", "-C", str(root), "config", "user.email", "bench@example.com"], capture_output=True, check=False)

    def fresh(folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    def unkept() -> None:
        fresh(ours)
        shutil.rmtree(root / "deliveries", ignore_errors=True)

    env = {**environment(), "PYTHONPATH": str(PROJECT)}
    command = [
        sys.executable,
        "-m",
        "billcli",
        "--ledger",
        str(root),
        "invoice",
        "pdf",
        "--since",
        "1900-01-01",
        "--out",
        str(ours),
        "--quiet",
    ]
    contestants = [Contestant("bill", command, env, ours=True, before=unkept)]
    if other:
        script = [other, str(Path(__file__).with_name("weasy.py")), str(work / "html"), str(theirs)]
        contestants.append(Contestant("weasyprint", script, environment(), before=lambda: fresh(theirs)))
    with Runner() as runner:
        found = runner.compare(contestants, rounds, seconds)
    for folder in (ours, theirs) if other else (ours,):
        if len(list(folder.glob("*.pdf"))) != len(numbers):
            raise Broken(f"{folder.name}: not every invoice became a PDF")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pdf", description="Invoice PDFs by bill beside weasyprint.")
    parser.add_argument("--count", type=int, default=500, help="how many invoices")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=300, help="no further round where it would take longer")
    parser.add_argument("--weasyprint", metavar="PYTHON", help="an interpreter that has weasyprint; else BILL_WEASYPRINT")
    options = parser.parse_args(arguments)
    other = peer(options.weasyprint)
    with tempfile.TemporaryDirectory(prefix="bill-bench-pdf-") as work:
        found = measured(options.count, options.rounds, options.seconds, other, Path(work))
    for each in found:
        used = f"wall {each.wall:7.2f} s  CPU {each.cpu:7.2f} s  peak {each.peak:6.0f} MiB"
        print(f"{each.name:<12} {options.count} PDFs  {used}  ({each.runs} runs)")
    if other is None:
        print("weasyprint   not found")
    else:
        ratio = found[0].cpu / found[1].cpu
        print(f"bill takes {ratio:.3f}x the CPU of weasyprint; goal {GOAL}x: {'reached' if ratio <= GOAL else 'missed'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
