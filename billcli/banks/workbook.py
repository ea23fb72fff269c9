"""Run as a process of its own: a workbook on standard input, its sheets with a table as texts in JSON on standard output.

A damaged or malicious workbook makes the package's compiled code ask for any amount of memory, and then it ends the process it runs in.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal

MEMORY = 1024**3
SECONDS = 30


def main() -> None:
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(limit, (most, most))
        except (ValueError, OSError):  # a system that has no such limit, or a lower one
            pass
    sys.stdout.write(json.dumps(_read(sys.stdin.buffer.read())))


def _read(raw: bytes) -> dict[str, object]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
            shown = [each.name for each in book.sheets_metadata if each.visible == python_calamine.SheetVisibleEnum.Visible]
            sheets = {each: book.get_sheet_by_name(each).to_python(skip_empty_area=False) for each in shown}
    except python_calamine.PasswordError:
        return {"password": True}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        return {"error": " ".join(str(error).split())[:200]}
    tables = {each: rows for each, rows in sheets.items() if sum(1 for row in rows if sum(cell != "" for cell in row) > 1) > 1}
    return {"names": list(tables), "rows": [[text(cell) for cell in row] for row in next(iter(tables.values()), [])]}


def text(cell: int | float | str | bool | time | date | datetime | timedelta) -> str:
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case float():
            # Excel keeps 15 digits; the 17 of the machine would show 0.30000000000000004
            exact = format(Decimal(f"{cell:.15g}"), "f")
            return exact.rstrip("0").rstrip(".") if "." in exact else exact
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(" ", "seconds")
        case _:
            return str(cell)


if __name__ == "__main__":
    main()
