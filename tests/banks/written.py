"""Statements written in any layout: what a bank would send of lines that are known, in every encoding, mark and order of dates."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta
from typing import NamedTuple

from billcli.model.bank_profile import BankProfile
from billcli.model.money import digits, minor_text

DATES = {"ymd": ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S"), "dmy": ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%y", "%d %b %Y"),
         "mdy": ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y")}  # fmt: skip
PLAIN = ["Nordwind Handels GmbH", "O'Neil & Sons", "INV-2026-0042", "Kd. 4711, bar", "Rechnung; zwei", 'said "yes"', "a|b", "50% #7"]
LETTERS = {
    "cp1252": ["Käthe Größ e.K.", "Überfahrt Café", "naïve façade"],
    "cp1250": ["Severák Škoda s.r.o.", "Žižkov Łódź"],
    "gb18030": ["北京北风贸易有限公司", "发票INV-2026-0042"],
}


class Known(NamedTuple):
    """A line as the bank knows it."""

    day: date
    amount: int
    payer: str
    text: str


class Form(NamedTuple):
    """How one file is written."""

    encoding: str
    mark: str
    order: str
    dates: str
    delimiter: str
    grouped: bool
    minus: bool
    newest_first: bool
    quoting: int
    currency: str


def form_for(profile: BankProfile, dice: random.Random) -> Form:
    chosen = [profile.encoding] if profile.encoding else ["cp1252"]
    if profile.encoding is None and not _fits("".join(profile.header), "cp1252"):
        chosen = ["gb18030"]
    order = dice.choice(list(DATES))
    delimiter = {"tab": "\t", None: dice.choice(";,\t")}.get(profile.delimiter, profile.delimiter or "")
    return Form(
        dice.choice(["utf-8", "utf-8-sig", *chosen]), dice.choice(".,"), order, dice.choice(DATES[order]), delimiter, dice.random() < 0.5,
        dice.random() < 0.5, dice.random() < 0.5, dice.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), _currency(profile, dice),
    )  # fmt: skip


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
        return True
    except UnicodeEncodeError:
        return False


def _currency(profile: BankProfile, dice: random.Random) -> str:
    if profile.columns.currency and not profile.shape:
        return dice.choice(["EUR", "USD", "JPY", "KWD"])
    if any("{currency}" in name for name in profile.header):
        return dice.choice(["EUR", "GBP"])
    return profile.currency or "EUR"


def lines_for(profile: BankProfile, form: Form, dice: random.Random) -> list[Known]:
    """Rising days, one of them after the 12th so that the order of day and month is proved, and an amount that proves the mark."""
    texts = PLAIN + LETTERS.get(form.encoding, [each for some in LETTERS.values() for each in some])
    day = date(2026, 1, dice.randint(13, 28))
    found = []
    for at in range(dice.randint(3, 8)):
        amount = dice.choice([-1, 1]) * dice.choice([dice.randint(1, 99), dice.randint(100, 99_999), dice.randint(100_000, 99_999_999)])
        found.append(Known(day, 1_234_567 if at == 0 else amount, dice.choice(texts), dice.choice(texts)))
        day += timedelta(days=dice.randint(0, 20))
    return found


def written(profile: BankProfile, form: Form, lines: list[Known]) -> bytes:
    """The file, its header's names those of the layout."""
    names = {role: getattr(profile.columns, role) for role in type(profile.columns).model_fields}
    columns = [f"#{at + 1}" for at in range(len(profile.shape))]
    if not columns:
        every = [*profile.header, *(name for role, some in names.items() if role != "sign" or some for name in some[:1])]
        columns = list(dict.fromkeys(every))
    balance, rows = 100_000, []
    for line in lines:
        balance += line.amount
        rows.append(_row(profile, form, line, balance, names, columns))
    if form.newest_first:
        rows.reverse()
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=form.delimiter, quoting=form.quoting, lineterminator="\n")  # type: ignore[arg-type]  # a constant of csv
    if not profile.shape:
        writer.writerow([name.replace("{currency}", form.currency) for name in columns])
    writer.writerows(rows)
    return out.getvalue().encode(form.encoding)


def _row(profile: BankProfile, form: Form, line: Known, balance: int, names: dict[str, tuple[str, ...]], columns: list[str]) -> list[str]:
    cells = dict.fromkeys(columns, "")
    shape = profile.shape or ("text",) * len(columns)
    for column, kind in zip(columns, shape, strict=False):
        if kind == "date":
            cells[column] = line.day.strftime(form.dates)
        elif kind == "number":
            cells[column] = "42"
        elif "|" in kind:
            cells[column] = kind.split("|")[0]

    def put(role: str, text: str) -> None:
        if names[role] and names[role][0] in cells:
            cells[names[role][0]] = text

    put("date", line.day.strftime(form.dates))
    put("currency", form.currency)
    put("original_currency", form.currency)
    side = "in" if line.amount > 0 else "out"
    for role in ("payer", f"payer_{side}"):
        put(role, line.payer)
    put("text", line.text)
    put("balance", _figure(balance, form))
    for role in ("id", "bank_id"):
        put(role, f"X{balance}")
    if names["sign"]:
        words = (profile.sign.plus if line.amount > 0 else profile.sign.minus) or (("C",) if line.amount > 0 else ("D",))
        put("sign", words[0])
        put("amount", _figure(abs(line.amount), form))
    else:
        put("amount", _figure(-line.amount if profile.opposite else line.amount, form))
    if names["income"]:
        put("income", _figure(line.amount, form) if line.amount > 0 else "")
        put("expense", _figure(line.amount if form.minus else -line.amount, form) if line.amount < 0 else "")
    for rule in profile.skip:
        if rule.booked and rule.column[0] in cells:
            cells[rule.column[0]] = rule.booked[0]
    return [cells[column] for column in columns]


def _figure(minor: int, form: Form) -> str:
    whole, _, part = minor_text(abs(minor), digits(form.currency)).partition(".")
    if form.grouped:
        whole = f"{int(whole):,}".replace(",", "," if form.mark == "." else ".")
    return ("-" if minor < 0 else "") + whole + (form.mark + part if part else "")
