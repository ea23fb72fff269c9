"""``--where`` and ``--by`` against sums of plain Python over the files, on a ledger of random documents."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support import bill, done, make_ledger

CATEGORIES = """\
schema: categories/1
groups:
  region:
    - name: germany/bavaria/munich
    - name: germany/saxony
    - name: norway
  size:
    - name: small
    - name: large
revenue:
  - name: consulting
  - name: training
tags:
  - name: vip
  - name: watch
bands:
  - name: middle
    from: 500.00
    currency: EUR
  - name: large
    from: 2000.00
    currency: EUR
  - name: large
    from: 9000.00
    currency: NOK
"""
REGIONS = ("germany", "germany/bavaria", "germany/bavaria/munich", "germany/saxony", "norway", None)
DAY = "2026-06-30"
Facts = dict[str, Any]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_ledger(tmp_path_factory.mktemp("listing"))
    (root / "categories.yaml").write_text(CATEGORIES)
    env = {"BILL_LEDGER": str(root)}
    chance = random.Random(7)
    for n in range(6):
        region, size = REGIONS[n], chance.choice(("small", "large", None))
        words = ["--id", f"c{n}", "--name", f"Customer {n}", "--currency", chance.choice(("EUR", "EUR", "NOK"))]
        words += ["--region", region] if region else []
        words += ["--size", size] if size else []
        words += ["--tag", "vip"] if chance.random() < 0.4 else []
        done("customer", "add", "--yes", *words, at="2026-01-01", env=env)
    for day in sorted(f"2026-{chance.randint(1, 6):02d}-{chance.randint(1, 28):02d}" for _ in range(24)):
        words = ["-c", f"c{chance.randint(0, 5)}"]
        for _ in range(chance.randint(1, 2)):
            words += [
                "-l",
                f"Work;{chance.randint(1, 9)};{chance.randint(20, 900)};vat-20{chance.choice(('', ';consulting', ';training'))}",
            ]
        words += ["--tag", "watch"] if chance.random() < 0.3 else []
        done("invoice", "new", "--yes", *words, at=day, env=env)
    rows = done("invoice", "list", "--format", "json", at=DAY, env=env).json["rows"]
    for at, row in enumerate(rows[::3]):
        amount = row["gross"] if at % 2 else str((Decimal(row["gross"]) / 2).quantize(Decimal("0.01")))
        done("payment", "add", "--yes", "-c", row["customer"], "-a", amount, "-i", row["number"], at=DAY, env=env)
    return root


@pytest.fixture(scope="module")
def facts(root: Path) -> list[Facts]:
    """Each invoice as its files say it; what is open by adding up the allocations."""
    yaml = YAML(typ="safe")
    customers = {each["id"]: each for path in root.glob("customers/*.yaml") for each in [yaml.load(path)]}
    paid: defaultdict[str, Decimal] = defaultdict(Decimal)
    for path in root.glob("payments/*/*/*.yaml"):
        for row in yaml.load(path)["allocations"]:
            paid[row["invoice"]] += Decimal(str(row["amount"]))
    found = []
    for path in sorted(root.glob("invoices/*/*/*.yaml")):
        each = yaml.load(path)
        customer = customers[each["customer"]]
        gross = Decimal(str(each["totals"]["gross"]))
        month = str(each["issued_on"])[:7]
        starts = {"EUR": (("large", 2000), ("middle", 500)), "NOK": (("large", 9000),)}[each["currency"]]
        found.append({
            "number": each["number"], "customer": each["customer"], "currency": each["currency"], "gross": gross,
            "open": gross - paid[each["number"]],
            "region": customer.get("groups", {}).get("region", ""), "size": customer.get("groups", {}).get("size", ""),
            "tag": {*each.get("tags", []), *customer.get("tags", [])}, "month": month, "issued_on": str(each["issued_on"]),
            "quarter": f"2026-Q{(int(month[5:]) + 2) // 3}", "category": {line["category"] for line in each["lines"] if "category" in line},
            "band": next((name for name, least in starts if gross >= least), ""),
        })  # fmt: skip
    return found


def listed(root: Path, *words: str) -> Any:
    return done("invoice", "list", *words, "--as-of", DAY, "--format", "json", env={"BILL_LEDGER": str(root)}).json


WHERE: dict[str, Callable[[Facts], bool]] = {
    "region=germany": lambda each: each["region"].split("/")[0] == "germany",
    "region=germany/bavaria": lambda each: each["region"] in ("germany/bavaria", "germany/bavaria/munich"),
    "region!=germany": lambda each: each["region"].split("/")[0] != "germany",
    "region=(none)": lambda each: not each["region"],
    "size=large tag=vip": lambda each: each["size"] == "large" and "vip" in each["tag"],
    "tag=vip,watch": lambda each: bool(each["tag"]),
    "tag!=watch gross>1000EUR": lambda each: "watch" not in each["tag"] and each["gross"] > 1000 and each["currency"] == "EUR",
    "gross>=500 gross<3000 currency=EUR": lambda each: 500 <= each["gross"] < 3000 and each["currency"] == "EUR",
    "issued_on>=2026-02-10 issued_on<2026-05-01": lambda each: "2026-02-10" <= each["issued_on"] < "2026-05-01",
    "category=training band!=large": lambda each: "training" in each["category"] and each["band"] != "large",
    "quarter=2026-Q2 open>0": lambda each: each["quarter"] == "2026-Q2" and each["open"] > 0,
    "customer~3": lambda each: "3" in each["customer"],
}


@pytest.mark.parametrize("text", WHERE)
def test_where_lists_exactly_what_fits(root: Path, facts: list[Facts], text: str) -> None:
    fitting = [each for each in facts if WHERE[text](each)]
    found = listed(root, "--where", text)
    assert [row["number"] for row in found["rows"]] == [
        each["number"] for each in sorted(fitting, key=lambda e: (e["issued_on"], e["number"]))
    ]
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in fitting:
        sums[each["currency"]] += each["gross"]
    assert {row["currency"]: Decimal(row["gross"]) for row in found["totals"]} == dict(sums)


def label(value: Any) -> str:
    return (" + ".join(sorted(value)) if isinstance(value, set) else value) or "(none)"


BY = [("region",), ("size",), ("tag",), ("category",), ("band",), ("month",), ("quarter", "size"), ("customer", "band"), ("region:1",)]


@pytest.mark.parametrize("by", BY, ids="-".join)
def test_by_adds_up_to_plain_sums_and_to_the_list(root: Path, facts: list[Facts], by: tuple[str, ...]) -> None:
    def group(each: Facts, dimension: str) -> str:
        return label(each["region"].split("/")[0]) if dimension == "region:1" else label(each[dimension])

    sums: defaultdict[tuple[str, ...], list[Decimal]] = defaultdict(lambda: [Decimal(), Decimal(), Decimal()])
    for each in facts:
        mine = sums[*(group(each, name) for name in by), each["currency"]]
        for at, amount in enumerate((Decimal(1), each["gross"], each["open"])):
            mine[at] += amount
    found = listed(root, *(word for name in by for word in ("--by", name)))
    rows = {
        (*(row[name] for name in by), row["currency"]): [Decimal(row["count"]), Decimal(row["gross"]), Decimal(row["open"])]
        for row in found["rows"]
    }
    assert rows == sums
    whole = {row["currency"]: (row["gross"], row["open"]) for row in listed(root)["totals"]}
    assert {row["currency"]: (row["gross"], row["open"]) for row in found["totals"]} == whole


@pytest.mark.parametrize("by", [*BY, ("currency",), ("state",), ("country",)], ids="-".join)
def test_aging_by_anything_comes_to_the_same_total(root: Path, by: tuple[str, ...]) -> None:
    env = {"BILL_LEDGER": str(root)}
    whole = done("report", "aging", "--as-of", DAY, "--format", "json", env=env).json["totals"]
    words = [word for name in by for word in ("--by", name)]
    found = done("report", "aging", "--as-of", DAY, *words, "--format", "json", env=env).json
    amounts = ("buckets", "unapplied", "total")
    assert [[row[name] for name in amounts] for row in found["totals"]] == [[row[name] for name in amounts] for row in whole]


def test_aging_where_shows_what_is_open_of_what_fits(root: Path, facts: list[Facts]) -> None:
    words = ("--where", "region=germany open>100", "--by", "invoice", "--format", "json")
    found = done("report", "aging", "--as-of", DAY, *words, env={"BILL_LEDGER": str(root)})
    fitting = {each["number"]: each["open"] for each in facts if each["region"].startswith("germany") and each["open"] > 100}
    assert {row["number"]: Decimal(row["open"]) for row in found.json["rows"]} == fitting


@pytest.mark.parametrize("noun", ["invoice", "credit-note", "payment", "customer", "hold", "refund", "draft"])
def test_every_list_can_be_grouped_and_narrowed(root: Path, noun: str) -> None:
    env = {"BILL_LEDGER": str(root)}
    every = done(noun, "list", "--as-of", DAY, "--format", "json", env=env).json
    found = done(
        noun, "list", "--by", "region", "--by", "customer", "--where", "customer!=c5", "--as-of", DAY, "--format", "json", env=env
    ).json
    rows = [row for row in every["rows"] if row["customer"] != "c5"]
    assert sum(row["count"] for row in found["rows"]) == len(rows)
    assert {row["customer"] for row in found["rows"]} == {row["customer"] for row in rows}
    words = bill(noun, "list", "--by", "colours", env=env)
    assert (words.code, "is no way to group" in words.err) == (2, True)
    words = bill(noun, "list", "--where", "colour=red", env=env)
    assert (words.code, 'nothing here is called "colour"' in words.err) == (2, True)
