"""A month with two bank accounts: files that overlap, a returned debit, a bank that sends a line late, a review, and the close."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.desk import Desk
from tests.support import LEDGER, bill, make_ledger, tree

BOOKS = f"""
--- ledger.yaml
{LEDGER}--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
--- customers/kreis.yaml
schema: customer/1
id: kreis
name: Kreis Nordfriesland
--- customers/lakeside.yaml
schema: customer/1
id: lakeside
name: Lakeside Inc
currency: USD
--- rules.yaml
schema: rules/1
bank:
  - name: wages
    text: "^Salary"
    direction: out
    ignore: wages
"""
HEAD = "id,date,amount,currency,payer,text,iban,kind,account\n"
EUR, USD = "DE89370400440532013000", "US-777"
E1 = f"E1,2026-04-03,1200.00,EUR,Nordwind,INV-2026-0001,,,{EUR}\n"
E2 = f"E2,2026-04-07,-3000.00,EUR,Bob,Salary April,,,{EUR}\n"
E3 = f"E3,2026-04-09,600.00,EUR,Kreis,INV-2026-0002,,,{EUR}\n"
E4 = f"E4,2026-04-15,-600.00,EUR,Kreis,Return INV-2026-0002,,return,{EUR}\n"
E5 = f"E5,2026-04-20,600.00,EUR,Kreis,now it is covered,,,{EUR}\n"
E6 = f"E6,2026-04-22,45.00,EUR,Somebody,?,,,{EUR}\n"
U1 = f"U1,2026-04-10,500.00,USD,Lakeside,INV-2026-0003,,,{USD}\n"


def test_a_month_with_two_accounts(tmp_path: Path) -> None:
    desk = Desk(make_ledger(tmp_path / "books", BOOKS))

    def take(name: str, *lines: str, account: str = "", code: int = 0) -> list[tuple[str, str]]:
        path = tmp_path / name
        path.write_text(HEAD + "".join(lines), encoding="utf-8")
        words = ("reconcile", str(path), *(("--account", account) if account else ()), "--yes", "--format", "json")
        ran = desk.try_(*words)
        assert ran.code == code, ran.err
        return [(row["line"], row["decision"]) for row in ran.json["rows"]]

    desk.on("2026-03-20")
    desk.do("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;100;vat-20")
    desk.do("invoice", "new", "-c", "kreis", "-l", "Consulting;5;100;vat-20")
    desk.do("invoice", "new", "-c", "lakeside", "-l", "Consulting;5;100;none")

    desk.on("2026-04-10")
    assert take("week1.csv", E1, E2, E3, account="giro") == [("E1", "book"), ("E2", "ignore"), ("E3", "book")]
    assert "which ledger.yaml does not declare" in desk.try_("reconcile", _file(tmp_path, U1), "--yes").err
    assert take("dollars.csv", U1, account="dollars") == [("U1", "book")]

    desk.on("2026-04-16")
    assert take("week2.csv", E3, E4) == [("E3", "seen"), ("E4", "return")]
    owed = {row["number"]: row["open"] for row in desk.ask("invoice", "list")["rows"]}
    assert owed == {"INV-2026-0001": "0.00", "INV-2026-0002": "600.00", "INV-2026-0003": "0.00"}

    desk.on("2026-04-23")
    assert take("week3.csv", E6, E5, E4, code=3) == [("E4", "seen"), ("E5", "suggest"), ("E6", "open")]
    rows = {row["account"]: (row["lines"], row["open"], row["open_in"]) for row in desk.ask("reconcile", "status")["rows"]}
    assert rows == {"giro": (6, 2, "645.00"), "dollars": (1, 0, "0.00")}
    env = {"BILL_LEDGER": str(desk.root)}
    ran = bill("reconcile", "review", at=desk.day, env=env, stdin="1\ni\na gift, given back by hand\n")
    assert ran.code == 0, ran.err

    desk.on("2026-05-02")
    desk.do("close", "--through", "2026-04-30")
    before = desk.ask("report", "aging", "--as-of", "2026-04-30")
    late = f"E7,2026-04-30,10.00,EUR,Kreis,rounding of April,,,{EUR}\n"
    assert take("late.csv", E6, late, code=3) == [("E6", "seen"), ("E7", "open")]
    ran = bill("reconcile", "review", at=desk.day, env=env, stdin="a\nkreis\n")
    assert "1 payment of days in a closed period booked on 2026-05-01" in ran.err
    assert desk.ask("report", "aging", "--as-of", "2026-04-30") == before
    assert desk.ask("payment", "list", "--unapplied")["rows"][0]["amount"] == "10.00"
    assert desk.try_("check").code == 0
    assert len([path for path in tree(desk.root) if "/originals/" in path]) == 5


def _file(folder: Path, line: str) -> str:
    path = folder / "other.csv"
    path.write_text(HEAD + line, encoding="utf-8")
    return str(path)
