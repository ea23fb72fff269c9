"""A Chinese trading firm's half year: deposits, 30/70 terms, a bounced cheque, paying for others; figures by hand beside them."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import pytest

from tests.journeys.desk import Desk

LEDGER = """\
schema: ledger/1
company:
  name: 宁波海拓进出口有限公司
  address:
    country: CN
currency: CNY
timezone: Asia/Shanghai
terms: 30% now, 70% net 60
tax: vat-13
sequences:
  - name: invoice
    kind: invoice
    pattern: HT-{year}-{n}
  - name: credit-note
    kind: credit-note
    pattern: HC-{year}-{n}
tax_codes:
  - code: vat-13
    category: S
    rate: 13
  - code: export
    category: G
    rate: 0
    exempt_reason: 出口货物免税
git:
  commit: false
"""

OPEN_ITEMS = """\
number,customer,issued_on,due_on,currency,gross,open
A-2025-071,huadong,2025-11-20,2026-01-19,CNY,80000.00,56000.00
A-2025-088,lanhai,2025-12-10,2026-02-08,CNY,12500.00,12500.00
A-2025-090,kobe,2025-12-15,2026-02-13,JPY,300000,210000
"""

PORT = "宁波港务集团"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path / "账簿", actor="李娜")
    found.on("2026-01-02")
    found.begin("宁波海拓进出口有限公司", "CNY", "CN", {"ledger.yaml": LEDGER})
    return found


def test_half_a_year_of_a_trading_firm(desk: Desk) -> None:
    opening(desk)
    january(desk)
    february(desk)
    march(desk)
    april(desk)
    may_and_june(desk)
    # until the first day of these books the imported documents stand with what they were over
    desk.past_stays({("huadong", "CNY"): Decimal(80000), ("lanhai", "CNY"): Decimal(12500), ("kobe", "JPY"): Decimal(300000)})
    # a strict look asks about the deposit, in both its parts, and about nothing else
    asked = desk.try_("check", "--strict", "--format", "json")
    assert (asked.code, [each["code"] for each in asked.json["diagnostics"]]) == (1, ["W521", "W521"])


def opening(desk: Desk) -> None:
    desk.on("2026-01-04")
    desk.do("customer", "add", "--id", "huadong", "--name", "华东机械有限公司")
    desk.do("customer", "add", "--id", "huadong-sz", "--name", "华东机械(苏州)有限公司", "--parent", "huadong")
    desk.do("customer", "add", "--id", "kobe", "--name", "神戸商事株式会社", "--currency", "JPY", "--country", "JP", "--tax", "export")
    desk.do("customer", "add", "--id", "lanhai", "--name", "蓝海贸易", "--terms", "net 30")
    desk.do("customer", "add", "--id", "xinghe", "--name", "星河电子有限公司")
    # a name without a Latin letter gets an id made from its bytes
    assert desk.do("customer", "add", "--name", PORT) == f"c-{hashlib.sha256(PORT.encode()).hexdigest()[:8]}"

    # the old books hand over what is open; what was settled there counts from the first day of these
    table = desk.root.parent / "未收款.csv"
    table.write_text(OPEN_ITEMS, encoding="utf-8")
    desk.do("invoice", "import", str(table), "--cut-over", "2026-01-01")
    assert desk.owed("2026-01-04") == {
        "huadong": "not due 56000.00, unapplied 0.00, total 56000.00",
        "lanhai": "not due 12500.00, unapplied 0.00, total 12500.00",
        "kobe JPY": "not due 210000, unapplied 0, total 210000",
    }
    # twice is once
    assert "3 already there" in desk.told("invoice", "import", str(table), "--cut-over", "2026-01-01")
    assert len(list(desk.root.glob("invoices/**/*.yaml"))) == 3
    desk.on("2026-01-05")
    desk.closes("2025-12-31")


def january(desk: Desk) -> None:
    # a deposit before there is an invoice: on account
    desk.on("2026-01-08")
    deposit = desk.do("payment", "add", "-c", "xinghe", "-a", "30000", "--notes", "定金")
    # 77 × 12345.5 = 950603.5 yen, of which there are no parts: 950604; 30 % = 285181 (285181.2), the rest 665423 in 60 days, on 13 March
    desk.on("2026-01-12")
    told = desk.told("invoice", "new", "-c", "kobe", "-l", "齿轮泵;77;12345.5")
    assert "HT-2026-0001" in told and "over 950604 JPY" in told
    document = desk.ask("invoice", "show", "HT-2026-0001")["rows"][0]
    assert [part["amount"] for part in document["instalments"]] == ["285181", "665423"]
    assert document["taxes"] == [
        {"code": "export", "category": "G", "rate": "0", "base": "950604", "amount": "0", "exempt_reason": "出口货物免税"}
    ]
    assert "has 1 decimal; JPY has 0" in desk.try_("payment", "add", "-c", "kobe", "-a", "0.5", "--yes").err

    # 500 × 160.00 = 80000.00 with 13 % 10400.00 = 90400.00; 30 % = 27120.00, 63280.00 on 16 March
    desk.on("2026-01-15")
    assert desk.do("invoice", "new", "-c", "xinghe", "-l", "轴承;500;160") == "HT-2026-0002"
    desk.do("payment", "allocate", deposit, "-i", "HT-2026-0002:27120")
    desk.on("2026-01-20")
    desk.do("payment", "add", "-c", "kobe", "-a", "285181", "-i", "HT-2026-0001")
    desk.on("2026-01-28")
    told = desk.told("payment", "add", "-c", "huadong", "-a", "56000", "--policy", "by-reference", "--reference", "货款 A-2025-071")
    assert "56000.00 CNY to A-2025-071" in told

    desk.month_ends("2026-01-31")
    # 80000.00 - 56000.00 = 24000.00 were settled in the old books
    assert desk.statement("2026-01-01", "2026-01-31", "huadong") == [
        "2026-01-01 opening balance = 80000.00",
        "2026-01-01 settled before -24000.00 = 56000.00",
        "2026-01-28 payment -56000.00 = 0.00",
        "2026-01-31 closing balance = 0.00",
    ]
    # of the deposit 30000.00 - 27120.00 = 2880.00 are left; 665423 + 210000
    assert desk.owed("2026-01-31") == {
        "xinghe": "not due 63280.00, unapplied 2880.00, total 60400.00",
        "lanhai": "not due 12500.00, unapplied 0.00, total 12500.00",
        "kobe JPY": "not due 875423, unapplied 0, total 875423",
    }


def february(desk: Desk) -> None:
    desk.on("2026-02-02")
    desk.closes("2026-01-31")
    # 63280.00 - 2880.00 = 60400.00, by cheque
    desk.on("2026-02-06")
    [deposit] = [row["payment"] for row in desk.ask("payment", "list", "--unapplied")["rows"]]
    desk.do("payment", "allocate", deposit, "-i", "HT-2026-0002")
    cheque = desk.do("payment", "add", "-c", "xinghe", "-a", "60400", "-i", "HT-2026-0002", "--method", "cheque")
    assert desk.open_("HT-2026-0002") == "0.00 paid"
    # 3 × 4000.00 with 1560.00 = 13560.00; 30 % = 4068.00, 9492.00 on 11 April
    desk.on("2026-02-10")
    assert desk.do("invoice", "new", "-c", "huadong-sz", "-l", "水泵;3;4000") == "HT-2026-0003"
    # 200 back of what seems paid: 32000.00 with 4160.00 = 36160.00 of credit
    desk.on("2026-02-12")
    note = ("credit-note", "new", "-i", "HT-2026-0002", "--reason", "尺寸不符", "-l", "1:200")
    assert "36160.00 CNY of it stay as credit of xinghe" in desk.told(*note)
    desk.on("2026-02-13")
    desk.do("payment", "add", "-c", "kobe", "-a", "210000", "-i", "A-2025-090")
    # the cheque bounces: 60400.00 are open again, and all of the credit returns to the invoice: 60400.00 - 36160.00 = 24240.00
    desk.on("2026-02-20")
    assert desk.owed("2026-02-20")["xinghe"] == "unapplied 36160.00, total -36160.00"
    told = desk.told("payment", "reverse", cheque, "--reason", "空头支票", "--bank-charge", "45")
    assert "60400.00 CNY on HT-2026-0002 are open again" in told
    assert "36160.00 CNY of the credit of HC-2026-0001 return to HT-2026-0002" in told
    assert "the bank's charge of 45.00 CNY is a claim against xinghe, outside the balance" in told
    assert desk.owed("2026-02-20")["xinghe"] == "not due 24240.00, unapplied 0.00, total 24240.00"
    # the parent pays its daughter's first instalment
    desk.on("2026-02-24")
    desk.do("payment", "add", "-c", "huadong", "-a", "4068", "-i", "HT-2026-0003")

    desk.month_ends("2026-02-28")
    assert desk.owed("2026-02-28") == {
        "xinghe": "not due 24240.00, unapplied 0.00, total 24240.00",
        "huadong-sz": "not due 9492.00, unapplied 0.00, total 9492.00",
        "lanhai": "1-30 12500.00, unapplied 0.00, total 12500.00",
        "kobe JPY": "not due 665423, unapplied 0, total 665423",
    }
    # the cheque went in and out; the claim stands beside the balance
    assert desk.statement("2026-02-01", "2026-02-28", "xinghe") == [
        "2026-02-01 opening balance = 60400.00",
        "2026-02-06 payment -60400.00 = 0.00",
        "2026-02-12 credit note -36160.00 = -36160.00",
        "2026-02-20 reversal +60400.00 = 24240.00",
        "2026-02-28 closing balance = 24240.00",
        "2026-02-20 claim 45.00",
    ]
    # the parent's money goes to its daughter's account
    assert desk.statement("2026-02-01", "2026-02-28", "huadong", "huadong-sz") == [
        "2026-02-01 opening balance = 0.00",
        "2026-02-24 payment -4068.00 = -4068.00",
        "2026-02-24 transfer +4068.00 = 0.00",
        "2026-02-28 closing balance = 0.00",
        "2026-02-01 opening balance = 0.00",
        "2026-02-10 invoice +13560.00 = 13560.00",
        "2026-02-24 transfer -4068.00 = 9492.00",
        "2026-02-28 closing balance = 9492.00",
    ]


def march(desk: Desk) -> None:
    desk.on("2026-03-02")
    desk.closes("2026-02-28")
    # dollars came in for it, and a bank kept 50.00: 24190.00 + 50.00 = 24240.00
    desk.on("2026-03-03")
    paid = ("payment", "add", "-c", "xinghe", "-a", "24190", "--received", "3364.00 USD", "--fee", "50", "-i", "HT-2026-0002")
    told = desk.told(*paid)
    assert "3364.00 USD came in" in told and "50.00 CNY bank charge on HT-2026-0002" in told
    assert desk.open_("HT-2026-0002") == "0.00 paid"

    # entered twice: 20 × 300.00 with 780.00 = 6780.00, due on 4 April; the old one goes, its documents stay its own
    desk.on("2026-03-05")
    desk.do("customer", "add", "--id", "lanhai-2", "--name", "蓝海贸易有限公司", "--terms", "net 30")
    assert desk.do("invoice", "new", "-c", "lanhai-2", "-l", "阀门;20;300") == "HT-2026-0004"
    old = ("payment", "add", "-c", "lanhai-2", "-a", "12500", "-i", "A-2025-088")
    assert "is not related to lanhai-2" in desk.refused(*old)
    desk.on("2026-03-10")
    draft = desk.do("invoice", "new", "-c", "lanhai", "-l", "阀门;2;300", "--draft")
    desk.do("customer", "merge", "lanhai", "--into", "lanhai-2", "--reason", "重复登记")
    assert [(row["draft"], row["customer"]) for row in desk.ask("draft", "list")["rows"]] == [(draft, "lanhai-2")]
    desk.do("draft", "delete", draft)
    assert "lanhai-2" in desk.refused("invoice", "new", "-c", "lanhai", "-l", "阀门;1;300")
    desk.on("2026-03-12")
    desk.do(*old)
    assert desk.open_("A-2025-088") == "0.00 paid"
    assert desk.ask("invoice", "show", "A-2025-088")["rows"][0]["customer"] == "lanhai"

    # somebody else pays for the daughter, and says so
    desk.on("2026-03-20")
    port = f"c-{hashlib.sha256(PORT.encode()).hexdigest()[:8]}"
    other = ("payment", "add", "-c", port, "-a", "9492", "-i", "HT-2026-0003")
    assert f"HT-2026-0003 belongs to huadong-sz, who is not related to {port}" in desk.refused(*other)
    desk.do(*other, "--for-other")

    # 18 days after 13 March
    desk.month_ends("2026-03-31")
    assert desk.owed("2026-03-31") == {
        "lanhai-2": "not due 6780.00, unapplied 0.00, total 6780.00",
        "kobe JPY": "1-30 665423, unapplied 0, total 665423",
    }


def april(desk: Desk) -> None:
    desk.on("2026-04-01")
    desk.closes("2026-03-31")
    # 10000.00, 20000.00 and 30000.00 with 13 %: 11300.00 + 22600.00 + 33900.00 = 67800.00
    desk.on("2026-04-02")
    for amount in ("10000", "20000", "30000"):
        desk.do("invoice", "new", "-c", "huadong", "-l", f"机床;1;{amount}", "--terms", "net 30")
    # 10000.00 in the ratio 1 : 2 : 3: 1666.67 (.666…), 3333.33 (.333…), 5000.00
    desk.on("2026-04-10")
    told = desk.told("payment", "add", "-c", "huadong", "-a", "10000", "--policy", "pro-rata")
    for part, number in (("1666.67", "HT-2026-0005"), ("3333.33", "HT-2026-0006"), ("5000.00", "HT-2026-0007")):
        assert f"{part} CNY to {number}" in told
    # 22600.00 - 3333.33 = 19266.67, found by the number in the text
    desk.on("2026-04-15")
    words = ("--policy", "by-reference", "--reference", "货款HT-2026-0006,请查收")
    desk.do("payment", "add", "-c", "huadong", "-a", "19266.67", *words)
    assert desk.open_("HT-2026-0006") == "0.00 paid"
    # a bank on the way kept 40 yen
    desk.on("2026-04-16")
    desk.do("payment", "add", "-c", "kobe", "-a", "665383", "--fee", "40", "-i", "HT-2026-0001")

    # 7000.00 - 6780.00 = 220.00 too much, paid back; the account was closed, and they came again
    desk.on("2026-04-20")
    over = desk.do("payment", "add", "-c", "lanhai-2", "-a", "7000", "-i", "HT-2026-0004")
    desk.on("2026-04-22")
    refund = desk.do("refund", "new", "-c", "lanhai-2", "--payment", over, "--reason", "多付款")
    assert "lanhai-2" not in desk.owed("2026-04-22")
    desk.on("2026-04-27")
    desk.do("refund", "reverse", refund, "--reason", "账户已销户")

    # 9633.33 + 28900.00 = 38533.33, due on 2 May
    desk.month_ends("2026-04-30")
    assert desk.owed("2026-04-30") == {
        "huadong": "not due 38533.33, unapplied 0.00, total 38533.33",
        "lanhai-2": "unapplied 220.00, total -220.00",
    }
    assert desk.statement("2026-04-01", "2026-04-30", "lanhai-2") == [
        "2026-04-01 opening balance = 6780.00",
        "2026-04-20 payment -7000.00 = -220.00",
        "2026-04-22 refund +220.00 = 0.00",
        "2026-04-27 reversal -220.00 = -220.00",
        "2026-04-30 closing balance = -220.00",
        "2026-04-20 unapplied 220.00",
    ]


def may_and_june(desk: Desk) -> None:
    desk.on("2026-05-06")
    desk.closes("2026-04-30")
    desk.on("2026-05-08")
    desk.do("customer", "deactivate", "xinghe", "--reason", "不再供货")
    assert "xinghe" in desk.refused("invoice", "new", "-c", "xinghe", "-l", "轴承;1;160")
    # the refund goes out once more; 38533.33 settle both invoices, the oldest first
    desk.on("2026-05-11")
    desk.do("refund", "new", "-c", "lanhai-2", "-a", "220", "--reason", "多付款")
    desk.do("payment", "add", "-c", "huadong", "-a", "38533.33", "--policy", "oldest-due")
    desk.month_ends("2026-05-31")
    assert desk.owed("2026-05-31") == {}

    desk.on("2026-06-01")
    desk.closes("2026-05-31")
    # 500000 yen: 150000 now, 350000 on 9 August; and a sample in the books' own currency, 1000.00, of it 300.00 now
    desk.on("2026-06-10")
    assert desk.do("invoice", "new", "-c", "kobe", "-l", "齿轮泵;100;5000") == "HT-2026-0008"
    assert desk.do("invoice", "new", "-c", "kobe", "-l", "样品;1;1000", "--currency", "CNY") == "HT-2026-0009"
    desk.on("2026-06-15")
    desk.do("payment", "add", "-c", "kobe", "-a", "150000", "-i", "HT-2026-0008")
    desk.month_ends("2026-06-30")
    assert desk.owed("2026-06-30") == {
        "kobe": "not due 700.00, 1-30 300.00, unapplied 0.00, total 1000.00",
        "kobe JPY": "not due 350000, unapplied 0, total 350000",
    }
    # currencies never add: an account each
    assert desk.statement("2026-04-01", "2026-06-30", "kobe") == [
        "2026-04-01 opening balance = 0.00",
        "2026-06-10 invoice +1000.00 = 1000.00",
        "2026-06-30 closing balance = 1000.00",
        "2026-04-01 opening balance = 665423",
        "2026-04-16 payment -665383 = 40",
        "2026-04-16 bank charge -40 = 0",
        "2026-06-10 invoice +500000 = 500000",
        "2026-06-15 payment -150000 = 350000",
        "2026-06-30 closing balance = 350000",
    ]
    desk.on("2026-07-01")
    desk.closes("2026-06-30")
