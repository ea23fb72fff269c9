"""Customers with their names, accounts and relations, and how banks write names."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from tests.reconcile.second.dice import Dice
from tests.reconcile.second.places import BY_CODE, COUNTRIES, Country

_GERMAN = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ß": "ss",
        "ø": "oe",
        "Ø": "Oe",
        "å": "aa",
        "Å": "Aa",
        "æ": "ae",
        "ł": "l",
        "Ł": "L",
    }
)
_BARE = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "a", "đ": "d"})
_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)} | {"゙": "ﾞ", "゚": "ﾟ", "ー": "ｰ"}
_LARGE = dict(zip("ァィゥェォャュョッ", "アイウエオヤユヨツ", strict=True))
_KANA_FORMS = {"株式会社": "ｶ)", "有限会社": "ﾕ)", "合同会社": "ﾄﾞ)"}


def two_letters(text: str) -> str:
    """Müller as Mueller."""
    return bare(text.translate(_GERMAN))


def bare(text: str) -> str:
    """Müller as Muller."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.translate(_BARE)) if not unicodedata.combining(c))


def half_width(text: str) -> str:
    """Kana as Japanese banks write them: half width, small kana large, marks on their own."""
    large = "".join(_LARGE.get(c, c) for c in text)
    return "".join(_HALF.get(c, c) for c in unicodedata.normalize("NFD", large))


def kin_of(stem: str) -> str:
    """What names that look alike have in common: Müller, Mueller and Muller are one."""
    plain = bare(two_letters(stem)).lower()
    for double, single in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ss", "s"), ("aa", "a"), ("dt", "t")):
        plain = plain.replace(double, single)
    return plain


@dataclass(eq=False)
class Customer:
    id: str
    country: Country
    stem: str
    trade: str
    form: str
    name: str
    aliases: tuple[str, ...]
    currency: str
    account: str
    account_known: bool
    price: int
    scheme: str
    parent: Customer | None = None
    shares_account: Customer | None = None
    pinyin: str = ""

    @property
    def top(self) -> str:
        return self.parent.id if self.parent else self.id


def account(dice: Dice, country: Country) -> str:
    """An account number with good check digits."""
    if not country.account:
        return dice.digits({"US": 10, "CN": 19, "JP": 7}[country.code])
    body = "".join("ABCDEFGHKLMNRSTUVWXYZ"[dice.below(21)] if c == "A" else str(dice.below(10)) for c in country.account)
    number = "".join(str(int(c, 36)) for c in body + country.code + "00")
    return f"{country.code}{98 - int(number) % 97:02}{body}"


class People:
    """All customers, and who looks like whom."""

    def __init__(self, dice: Dice, count: int) -> None:
        self._dice = dice
        self.all: list[Customer] = []
        self._names: set[str] = set()
        self.kin: dict[str, list[Customer]] = defaultdict(list)
        self.groups: dict[str, list[Customer]] = defaultdict(list)
        germany = BY_CODE["DE"]
        for stem, trade, form in (("Müller", "", "GmbH"), ("Mueller", "", "AG"), ("Müller", "& Sohn", "KG")):
            self._add(germany, stem, trade, form)
        for code in ("CN", "JP", "CH", "NO", "BE", "FI", "CZ"):
            self._add(BY_CODE[code])
        for _ in range(max(1, count // 60)):
            self._family()
        while len(self.all) < count:
            first = self._add(dice.weighted([(country, country.weight) for country in COUNTRIES]))
            if len(self.all) % 30 == 17 or (len(self.all) > 18 and not self.sharing()):
                other = self._add(first.country)
                other.account, other.account_known, other.currency = first.account, True, first.currency
                first.account_known, first.shares_account, other.shares_account = True, other, first

    def sharing(self) -> list[Customer]:
        return [one for one in self.all if one.shares_account]

    def lookalikes(self, customer: Customer) -> list[Customer]:
        """Everybody whom a hurried reader might take for this customer, itself included."""
        found = {one.id: one for one in self.kin[kin_of(customer.stem)]}
        found.update((one.id, one) for one in self.groups[customer.top])
        if customer.shares_account:
            found[customer.shares_account.id] = customer.shares_account
        return list(found.values())

    def _family(self) -> None:
        country = self._dice.pick([one for one in COUNTRIES if one.code in {"DE", "AT", "CH", "NL", "FR", "GB", "US", "SE"}])
        head = self._add(country, trade="Holding")
        for _ in range(self._dice.between(2, 3)):
            same = self._dice.chance(0.5)
            child = self._add(country, head.stem if same else "")
            child.parent, child.currency = head, head.currency
            self.groups[head.id].append(child)

    def _add(self, country: Country, stem: str = "", trade: str | None = None, form: str = "") -> Customer:
        dice = self._dice
        for tried in range(60):
            parts = (
                stem or dice.pick(country.stems),
                dice.pick(country.trades) if trade is None else trade,
                form or dice.pick(country.forms),
            )
            name, pinyin = _name(country, *parts)
            if tried > 50:
                name = f"{name} {tried}"
            if name not in self._names:
                break
        self._names.add(name)
        euro = country.currency != "EUR" and dice.chance(0.2)
        customer = Customer(
            id=f"c{len(self.all) + 1:04}",
            country=country,
            stem=parts[0].split("=")[0],
            trade=parts[1],
            form=parts[2],
            name=name,
            aliases=(pinyin,) if pinyin and dice.chance(0.4) else (),
            currency="EUR" if euro else country.currency,
            account=account(dice, country),
            account_known=dice.chance(0.65),
            price=dice.pick((4900, 9900, 9900, 9900, 14900, 19900, 49900)),
            scheme=dice.weighted((("INV", 40), ("RE", 15), ("dash", 10), ("F", 8), ("plain", 10), ("SI", 7), ("own", 10))),
            pinyin=pinyin,
        )
        self.all.append(customer)
        self.kin[kin_of(customer.stem)].append(customer)
        self.groups[customer.id].append(customer)
        return customer


def _name(country: Country, stem: str, trade: str, form: str) -> tuple[str, str]:
    if country.code == "CN":
        halves = [(*part.split("="), part)[:2] for part in (stem, trade, form) if part]
        return "".join(half[0] for half in halves), " ".join(half[1] for half in halves)
    if country.code == "JP":
        return f"{form}{stem}{trade}", ""
    return " ".join(part for part in (stem, trade, form) if part), ""


def as_banks_write(dice: Dice, name: str) -> str:
    """The name in full, as banks write it on most lines: as it is, in capitals, or without accents; cut only where it is long."""
    if not name.isascii() and dice.chance(0.3):
        name = (two_letters if dice.chance(0.8) else bare)(name)
    if dice.chance(0.45):
        name = name.upper()
    return name[: dice.pick((35, 35, 70, 27))].strip() if dice.chance(0.5) else name


def variant(dice: Dice, customer: Customer, stems: frozenset[str]) -> str:
    """The name in a form that differs by more than capitals; ``stems`` are known names, which a misspelling must not become."""
    code = customer.country.code
    if code == "CN":
        return dice.pick((customer.pinyin.upper(), customer.pinyin.replace(" ", "").upper(), customer.pinyin[:27].upper()))
    if code == "JP":
        plain = customer.name.replace(customer.form, "")
        return dice.pick((_KANA_FORMS[customer.form] + half_width(plain), half_width(plain), half_width(plain)[:16]))
    stem, trade, form = customer.stem, customer.trade, customer.form
    kind = dice.below(6)
    if kind == 0:
        return f"{stem} {trade}".strip().upper()
    if kind == 1 and not stem.isascii():
        return dice.pick((two_letters, bare))(customer.name).upper()
    if kind == 2 and len(customer.name) > 16:
        return two_letters(customer.name).upper()[: dice.pick((16, 18, 22, 27))].strip()
    if kind == 3:
        return f"{trade} {stem} {form}".strip() if trade and "&" not in trade else f"{form} {stem} {trade}".strip()
    if kind == 4 and len(stem) > 4:
        at = dice.between(2, len(stem) - 2)
        wrong = dice.pick(
            (stem[:at] + stem[at + 1 :], stem[:at] + stem[at] + stem[at:], stem[: at - 1] + stem[at] + stem[at - 1] + stem[at + 1 :])
        )
        if kin_of(wrong) not in stems and wrong != stem:
            return f"{wrong} {trade} {form}".replace("  ", " ")
    long = {
        "GmbH": "Gesellschaft mbH",
        "Ltd": "Limited",
        "Limited": "Ltd.",
        "s.r.o.": "SRO",
        "AB": "Aktiebolag",
        "Inc.": "Incorporated",
        "B.V.": "BV",
    }
    return f"{stem} {trade} {long.get(form, form.replace('.', '').upper())}".replace("  ", " ")
