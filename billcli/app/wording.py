"""Which language a customer is written to in, and how that one writes days and stretches of time (babel, CLDR)."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from billcli.app.books import Books
    from billcli.model.customer import Customer

_SHARES = {"de": "{days} von {of} Tagen", "zh": "{of} 天中的 {days} 天"}
_PLAIN_SPACES = {0x2009: " ", 0x202F: " ", 0xA0: " "}


def customer_language(books: Books, customer: Customer) -> str:
    """The customer's, else that of its groups, else the company's, else English."""
    from billcli.core.defaults import defaults

    return str(defaults(books.settings(), books.categories(), customer)["language"].value or "en")


class Language:
    """A ``Wording`` of one language, as documents write it; one that babel does not know is written in English.

    ``country`` is the company's: English of a company in the United States puts the month first.
    """

    def __init__(self, code: str | None, country: str | None = None) -> None:
        from babel import Locale, UnknownLocaleError

        from billcli.render.languages import locale_of

        known = code or "en"
        try:
            Locale.parse(known, sep="-")
        except (UnknownLocaleError, ValueError):
            known = "en"
        self.locale: Any = locale_of(known, known, country)

    def day(self, day: date) -> str:
        from babel.dates import format_date

        return self._plain(format_date(day, "long", self.locale))

    def month(self, day: date) -> str:
        from babel.dates import format_date

        return self._plain(format_date(day, "LLLL", self.locale))

    def month_of_year(self, day: date) -> str:
        return self._skeleton("yMMMM", day)

    def quarter_of_year(self, day: date) -> str:
        return self._skeleton("yQQQ", day)

    def from_until(self, first: date, last: date) -> str:
        from babel.dates import format_interval

        return self._plain(format_interval(first, last, "yMMMd", locale=self.locale))

    def share(self, days: int, of: int) -> str:
        return _SHARES.get(self.locale.language, "{days} of {of} days").format(days=days, of=of)

    def _skeleton(self, skeleton: str, day: date) -> str:
        from babel.dates import format_skeleton

        return self._plain(format_skeleton(skeleton, day, locale=self.locale))

    def _plain(self, text: str) -> str:
        """The thin spaces of CLDR are in few fonts."""
        return text.translate(_PLAIN_SPACES)


@cache
def language(code: str | None, country: str | None = None) -> Language:
    return Language(code, country)
