"""The peer's half of ``tests.bench.pdf``: runs in the interpreter that has weasyprint, with nothing of ours.

``python weasy.py IN OUT``: every ``*.html`` of IN becomes a PDF in OUT, all in one process with one set of fonts.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> None:
    made: Any = import_module("weasyprint")
    into, fonts = Path(sys.argv[2]), import_module("weasyprint.text.fonts").FontConfiguration()
    style = made.CSS(filename=str(Path(sys.argv[1]) / "style.css"), font_config=fonts)
    for page in sorted(Path(sys.argv[1]).glob("*.html")):
        made.HTML(filename=str(page)).write_pdf(str(into / f"{page.stem}.pdf"), stylesheets=[style], font_config=fonts)


if __name__ == "__main__":
    main()
