"""Scalars as they stand in files, options and CSV cells: text in, value out, or a ``BadValue`` that says what to do.

ASCII digits only, one point, no exponent, no separators: what a bookkeeper cannot misread, bill does not guess.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from billcli.model.money import CURRENCIES, LIMIT, decimals, decimals_text, digits
from billcli.model.pattern import Pattern

_DECIMAL = Pattern(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z", re.ASCII)
_DAY = Pattern(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z", re.ASCII)
_ID = Pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", re.ASCII)
_RESERVED = Pattern(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?\Z", re.IGNORECASE | re.ASCII)
_EMAIL = Pattern(r"[^@\s,;:<>()\"\\]{1,64}@[^@\s,;:<>()\"\\]+\.[^@\s.,;:<>()\"\\]+\Z")
_LANGUAGE = Pattern(r"[a-z]{2,3}(?:-[A-Z][A-Za-z]{1,3})?\Z", re.ASCII)
_CONTROL = Pattern("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")

# ISO 3166-1 alpha-2, and XK, which tax offices use for Kosovo.
_COUNTRY_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
COUNTRIES = frozenset(_COUNTRY_CODES.split())


_SHORT = 12
"""A number of so many characters is below ``LIMIT``."""


class BadValue(ValueError):
    """A text that is not what its place asks for."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


def quoted(text: str) -> str:
    """The user's own text for a message: clipped, control characters shown as escapes."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:80])
    return f'"{shown}{"…" if len(text) > 80 else ""}"'


def parse_amount(text: str) -> Decimal:
    """Zero or more, below 10^12. The number of decimals is checked where the currency is known."""
    value = _decimal(text, "E205", "an amount", "write digits with a point, such as 1250.00")
    if len(text) > _SHORT and value >= LIMIT:
        raise BadValue("E205", f"{quoted(text)} is too large", f"amounts stay below {LIMIT}")
    return value


def parse_signed(text: str) -> Decimal:
    """An amount of a bank line: money that went out has a minus sign."""
    value = _decimal(text, "E205", "an amount", "write digits with a point, such as -1250.00", signed=True)
    if len(text) > _SHORT and abs(value) >= LIMIT:
        raise BadValue("E205", f"{quoted(text)} is too large", f"amounts stay below {LIMIT}")
    return value


def amount_in(text: str, currency: str) -> Decimal:
    """An amount as typed by a person: may have fewer decimals than the currency, never more; returned with all of them."""
    value = parse_amount(text)
    places = digits(currency)
    if decimals(value) > places:
        raise BadValue("E211", f"{quoted(text)} has {decimals_text(value)}; {currency} has {places}", "round it where it came from")
    return value.quantize(Decimal(1).scaleb(-places))


def parse_quantity(text: str) -> Decimal:
    """Up to six decimals. A minus sign is read here and refused by the totals unless the line costs nothing."""
    return _number(text, "a quantity", LIMIT, signed=True)


def parse_price(text: str) -> Decimal:
    """Up to six decimals, zero or more."""
    return _number(text, "a unit price", LIMIT)


def parse_percent(text: str) -> Decimal:
    """0 to 100, up to six decimals."""
    return _number(text, "a percentage", 101)


def _number(text: str, what: str, limit: int, *, signed: bool = False) -> Decimal:
    value = _decimal(text, "E213", what, "write digits with a point, such as 12.5", signed=signed)
    if len(text) > 8 and decimals(value) > 6:
        raise BadValue("E213", f"{quoted(text)} has more than six decimals", "round it where it came from")
    if (len(text) > _SHORT and abs(value) >= limit) or (limit == 101 and value > 100):
        most = "at most 100" if limit == 101 else f"below {limit}"
        raise BadValue("E213", f"{quoted(text)} is too large for {what}", f"it is {most}")
    return value


def _decimal(text: str, code: str, what: str, hint: str, *, signed: bool = False) -> Decimal:
    if len(text) > 40 or not _DECIMAL.match(text) or (signed and text.startswith("-") and not Decimal(text)):
        raise BadValue(code, f"{quoted(text)} is not {what}", hint)
    if text.startswith("-") and not signed:
        message = f"{quoted(text)} has a minus sign; {what} is never negative here"
        raise BadValue(code, message, "write it without the sign; what lowers it is a discount, a credit note or a refund")
    return Decimal(text)


def parse_day(text: str) -> date:
    """An ISO 8601 day from 1900 to 2999: ``2026-03-14``."""
    match = _DAY.match(text)
    try:
        day = date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        raise BadValue("E206", f"{quoted(text)} is not a day of the calendar", "the month or the day is too high or zero") from None
    if day is None:
        raise BadValue("E206", f"{quoted(text)} is not a date", "write year-month-day, such as 2026-03-14")
    if not 1900 <= day.year <= 2999:
        raise BadValue("E206", f"{quoted(text)} is outside the years 1900 to 2999", "look at the year")
    return day


def parse_id(text: str) -> str:
    """A name that is safe as a file name everywhere: ASCII letters, digits, ``. _ -``, at most 64."""
    if _RESERVED.match(text):
        raise BadValue("E207", f"{quoted(text)} cannot be an id or number: Windows keeps that name for itself", "choose another one")
    if not _ID.match(text) or text.endswith("."):
        message = f"{quoted(text)} cannot be an id or number"
        hint = "use up to 64 letters (a-z, A-Z), digits, '.', '_' and '-', with a letter or digit first and no '.' last"
        raise BadValue("E207", message, hint)
    return text


def is_in_ledger(path: str) -> bool:
    """Whether a command may have written there: one plain path, and neither git's own nor bill's."""
    steps = path.split("/")
    plain = not {"", ".", ".."} & {*steps} and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in path)
    return plain and steps[0].casefold() not in (".git", ".bill")


def parse_currency(text: str) -> str:
    if text not in CURRENCIES:
        raise BadValue("E210", f"{quoted(text)} is not a currency", "use the ISO 4217 code, such as EUR")
    return text


def parse_country(text: str) -> str:
    if text not in COUNTRIES:
        raise BadValue("E217", f"{quoted(text)} is not a country", "use the ISO 3166 code of two letters, such as DE")
    return text


def parse_language(text: str) -> str:
    if not _LANGUAGE.match(text):
        raise BadValue("E209", f"{quoted(text)} is not a language", "use a code such as en, de or zh-CN")
    return text


def parse_email(text: str) -> str:
    """Exactly one address, without a display name, and nothing in it that does not show."""
    if len(text) > 254 or not _EMAIL.match(text) or not text.isprintable():
        raise BadValue(
            "E218", f"{quoted(text)} is not one e-mail address", "such as billing@nordwind.example; a name or a second one stands elsewhere"
        )
    return text


def parse_iban(text: str) -> str:
    """Compact form; check digits and length by ISO 13616. Spaces may stand in it, other scripts' digits may not."""
    from stdnum import iban
    from stdnum.exceptions import ValidationError

    try:
        if not text.isascii() or not text.isprintable():
            raise ValidationError
        return str(iban.validate(text))
    except ValidationError:
        raise BadValue("E215", f"{quoted(text)} is not an IBAN", "check it digit by digit against the source") from None


def parse_text(text: str) -> str:
    """One line, not empty, at most 1,000 characters, no control characters."""
    return _plain(text, 1000, "")


def parse_notes(text: str) -> str:
    """Several lines are fine, at most 20,000 characters."""
    return _plain(text, 20_000, "\n")


def parse_label(text: str) -> str:
    """A word of a vocabulary; ``|`` and ``,`` separate such words elsewhere."""
    if "|" in text or "," in text or text != text.strip():
        raise BadValue("E208", f"{quoted(text)} cannot be a name in a vocabulary", "leave out '|' and ',' and outer spaces")
    return _plain(text, 64, "")


def _plain(text: str, limit: int, allowed: str) -> str:
    if text and len(text) <= limit and text.isprintable() and text[0] != " ":
        return text  # none of what follows
    if not text.strip():
        raise BadValue("E208", "the text is empty", "leave the key out where there is nothing to say")
    if len(text) > limit:
        raise BadValue("E208", f"{quoted(text)} has {len(text)} characters; at most {limit} fit", "shorten it")
    for found in _CONTROL.finditer(text):
        if found[0] not in allowed:
            raise BadValue("E208", f"{quoted(text)} contains the control character U+{ord(found[0]):04X}", "take it out")
    return text
