"""Whatever a list is grouped by, every row counts once: the sums of all pairs of dimensions are those of the list itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations

import pytest

from billcli.app import recurring_show, remind
from billcli.app.books import Books, open_books
from billcli.app.context import Context, now
from billcli.app.credit_note import credit_note_list
from billcli.app.customer import CustomerFilter, customer_list
from billcli.app.draft import draft_list
from billcli.app.hold_state import HoldFilter, hold_list
from billcli.app.invoice import InvoiceFilter, invoice_list
from billcli.app.listing import dimensions_of, listed
from billcli.app.outbox.show import outbox_list
from billcli.app.payment import payment_list
from billcli.app.refund import refund_list
from billcli.app.vocabulary import customer_audit
from billcli.app.write_off import write_off_list
from billcli.core.report import Report
from billcli.model.money import Money
from tests.support import done

DAY = date(2026, 7, 1)
RULES = """\
schema: rules/1
classify:
  - name: Whoever is late
    when:
      days_late: 5..
    set:
      tag: watch, vip
  - name: Large ones
    when:
      gross: 2000..
    set:
      tag: watch
"""
LISTS: dict[str, tuple[str, Callable[[Books], Report]]] = {
    "invoice list": ("invoice", lambda books: invoice_list(books, InvoiceFilter(), DAY)),
    "credit-note list": ("credit-note", lambda books: credit_note_list(books, DAY, None, None)),
    "payment list": ("payment", lambda books: payment_list(books, DAY, None, None, None, unapplied_only=False)),
    "customer list": ("customer", lambda books: customer_list(books, CustomerFilter(every=True), DAY)),
    "customer audit": ("customer", lambda books: customer_audit(books, DAY)),
    "hold list": ("hold", lambda books: hold_list(books, HoldFilter(), DAY)),
    "refund list": ("refund", lambda books: refund_list(books, DAY, None)),
    "draft list": ("draft", lambda books: draft_list(books, DAY)),
    "write-off list": ("write-off", lambda books: write_off_list(books, DAY, None)),
    "recurring list": ("recurring", lambda books: recurring_show.recurring_list(books, None, DAY)),
    "recurring preview": ("recurring", lambda books: recurring_show.preview(books, (), date(2026, 12, 31))),
    "remind list": ("reminder", lambda books: remind.notices(books, None, None, DAY)),
    "remind preview": ("reminding", lambda books: remind.preview_report(books, remind.Wanted((), None), DAY, DAY)),
    "outbox list": ("delivery", lambda books: outbox_list(books, "planned", None, DAY)),
}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """The demo ledger with what it lacks; documents and customers with several tags, by hand and by rules."""
    root = tmp_path_factory.mktemp("pairs") / "demo"
    done("demo", str(root))
    env = {"BILL_LEDGER": str(root)}
    (root / "rules.yaml").write_text(RULES)
    line = ("-l", "Help;1;100;none")
    done("invoice", "new", "-c", "mueller", *line, "--tag", "vip", "--tag", "watch", "--draft", "--yes", at="2026-07-01", env=env)
    for every, tags in (("month", ("--tag", "vip", "--tag", "watch")), ("quarter", ())):
        words = ("-c", "nordwind", *line, "--every", every, "--starts", "2026-08-01", *tags, "--yes")
        done("recurring", "new", *words, at="2026-07-01", env=env)
    done("hold", "new", "-i", "INV-2026-0029", "--kind", "dispute", "--reason", "broken", "--yes", at="2026-07-01", env=env)
    done("refund", "new", "-c", "nordwind", "-a", "10", "--currency", "EUR", "--reason", "twice", "--yes", at="2026-07-01", env=env)
    words = ("-i", "INV-2026-0030:20", "--reason", "gone", "--approved-by", "Ada", "--yes")
    done("write-off", "new", *words, at="2026-07-01", env=env)
    done("remind", "run", "--later", "--yes", at="2026-07-01", env=env)
    with open_books(Context(str(root), str(DAY), now())) as found:
        yield found


def sums(found: Report) -> dict[str | None, Counter[str]]:
    """What the rows come to, by currency."""
    at = next((at for at, column in enumerate(found.columns) if column.key.endswith("currency")), None)
    counts: dict[str | None, Counter[str]] = {}
    for row in found.rows:
        mine = counts.setdefault((row[at] or "") if at is not None else None, Counter())
        for column, cell in zip(found.columns, row, strict=True):
            if isinstance(cell, Money):
                mine[column.key] += cell.minor
        mine["count"] += row[[column.key for column in found.columns].index("count")] if "count" in keys(found) else 1
    return {currency: Counter({key: value for key, value in mine.items() if value}) for currency, mine in counts.items()}


def keys(found: Report) -> list[str]:
    return [column.key for column in found.columns]


@pytest.mark.parametrize("name", LISTS)
def test_every_pair_of_dimensions_comes_to_the_list_itself(books: Books, name: str) -> None:
    kind, make = LISTS[name]
    every = make(books)
    assert every.rows
    whole = sums(every._replace(rows=[row for row in every.rows if kind != "reminding" or row[0] == "goes"]))
    names = dimensions_of(every, kind)
    assert {"customer", "region", "size", "country", "tag"} <= {*names}
    several = 0
    for pair in [*((each,) for each in names), *combinations(names, 2)]:
        grouped = listed(books, every, kind, pair, None, DAY)
        assert sums(grouped) == whole, pair
        if every.totals:
            assert totals(grouped) == totals(every), pair
        several += any(" + " in str(cell) for row in grouped.rows for cell in row)
    assert several or kind in ("hold", "refund", "credit-note", "reminding", "write-off"), "nothing here has two tags"


def totals(found: Report) -> dict[str, Counter[str]]:
    at = next(at for at, column in enumerate(found.columns) if column.key.endswith("currency"))
    return {
        row[at]: Counter({column.key: cell.minor for column, cell in zip(found.columns, row, strict=True) if isinstance(cell, Money)})
        for row in found.totals
    }


@pytest.mark.parametrize("name", LISTS)
def test_each_row_stands_in_exactly_the_groups_that_where_finds_it_in(books: Books, name: str) -> None:
    """``--where dim=value`` and its opposite part the list: no row in both, none in neither."""
    kind, make = LISTS[name]
    every = make(books)
    for dimension, value in (("region", "germany"), ("size", "large"), ("tag", "vip"), ("tag", ""), ("country", "DE")):
        fits, not_ = (listed(books, every, kind, (), f"{dimension}{sign}{value}", DAY).rows for sign in ("=", "!="))
        assert sorted(map(str, [*fits, *not_])) == sorted(map(str, every.rows))
