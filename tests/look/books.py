"""What there is to look at: the demo ledger, one that is large and unkind, and a new one."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

from tests.reports import written
from tests.support import done, make_ledger

UNKIND = (
    "<script>document.title='broken'</script>", "</script></svg></style><img src=x onerror=alert(1)>", "O'Brien & \"Söhne\" <b>bold</b>",
    "שלום עולם בע״מ", "شركة النور للتجارة", "青岛海洋仪器有限公司", "株式会社東京水質研究所", "{{ 7 * 7 }} {% raw %} ${x}",
    "A very long name of a company that trades in everything under the sun and has nobody who ever thought of a shorter GmbH & Co. KGaA",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "=1+1", "&lt;not markup&gt;", "e\u0301 combining",
)  # fmt: skip
CUSTOMERS = tuple(f"c{at:02d}" for at in range(40))
COUNT = 900


def demo(root: Path) -> tuple[Path, str]:
    """The ledger and the day to look at it from."""
    done("demo", str(root))
    return root, "2026-06-30"


def unkind(root: Path) -> tuple[Path, str]:
    """Forty customers with names nobody would wish for, three currencies, two and a half years."""
    with mock.patch.object(written, "CUSTOMERS", CUSTOMERS):
        written.write(root, 11, COUNT)
    for at, each in enumerate(CUSTOMERS):
        name = UNKIND[at] if at < len(UNKIND) else f"Customer {at}"
        (root / f"customers/{each}.yaml").write_text(f"schema: customer/1\nid: {each}\nname: {json.dumps(name)}\n", encoding="utf-8")
    return root, str(written.LAST)


def new(root: Path) -> tuple[Path, str]:
    return make_ledger(root), "2026-06-30"
