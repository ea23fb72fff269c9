"""Whose statement a file is: accounts that ``ledger.yaml`` declares, and those that a first import declares there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from billcli.app.amounts import value_of
from billcli.core.bank import BankStatement
from billcli.core.facts import BankAccountFact
from billcli.errors import BillError, UsageError
from billcli.model.values import parse_id, quoted


class Account(NamedTuple):
    """``new`` where ``ledger.yaml`` does not declare it yet."""

    id: str
    number: str
    currency: str
    new: bool


class Accounts:
    """The accounts as the files of one command bring more of them."""

    def __init__(self, declared: Sequence[BankAccountFact], home: str, asked: str | None) -> None:
        self.known = {each.id: Account(each.id, each.number or "", each.currency, new=False) for each in declared}
        self.was_empty = not declared
        self.home = home
        self.asked = value_of(parse_id, asked, "--account") if asked is not None else None
        if self.asked == "profiles":
            raise UsageError("--account: no account can be called profiles", "bank/profiles holds layouts of bank files")

    @property
    def new(self) -> list[Account]:
        return [each for each in self.known.values() if each.new]

    def of(self, said: BankStatement, several: bool, name: str) -> Account:
        """The account of one statement; ``several`` where its file speaks of more than one currency.

        Raises ``BillError`` for another account or currency than the one named, and where nobody can tell which one is meant.
        """
        number, currency = "".join(said.account.split()), said.currency
        if self.asked is not None:
            return self._asked(self.asked, number, currency, several, name)
        if number:
            mine = [each for each in self.known.values() if each.number == number]
            if found := next((each for each in mine if each.currency == currency), None):
                return found
            if mine and not several:
                message = f"{name} is in {currency}, the account {mine[0].id} in {mine[0].currency}"
                raise BillError(message, f"if the account has both, --account {mine[0].id}-{currency.lower()} declares that part of it")
            if not mine and not self.was_empty:
                raise BillError(f"{name} is of the account {quoted(number)}, which ledger.yaml does not declare", _HINT)
            return self._add(mine[0].id if mine else _slug(number), number, currency)
        mine = [each for each in self.known.values() if each.currency == currency]
        if len(mine) > 1:
            names = ", ".join(each.id for each in mine)
            raise BillError(f"{name} does not say whose account it is of", f"--account with one of: {names}")
        if mine:
            return mine[0]
        if self.known and not self.was_empty and not several:
            has = ", ".join(f"{each.id} in {each.currency}" for each in self.known.values())
            raise BillError(f"{name} is in {currency}, and no account of ledger.yaml is: {has}", _HINT)
        return self._add("main" if currency == self.home else f"main-{currency.lower()}", "", currency)

    def _asked(self, asked: str, number: str, currency: str, several: bool, name: str) -> Account:
        found = self.known.get(asked)
        if found and found.currency != currency and several:
            asked = f"{asked}-{currency.lower()}"
            found = self.known.get(asked)
        if found is None:
            if number and (
                other := next((each for each in self.known.values() if (each.number, each.currency) == (number, currency)), None)
            ):
                raise BillError(f"{name} is of the account {other.id}, not of {asked}", f"--account {other.id}, or leave it out")
            return self._add(asked, number, currency)
        if found.number and number and found.number != number:
            raise BillError(f"{name} is of the account {quoted(number)}, not of {found.id} ({found.number})", "look at which file it is")
        if found.currency != currency:
            raise BillError(f"{name} is in {currency}, the account {found.id} in {found.currency}", "currencies never mix")
        return found

    def _add(self, wanted: str, number: str, currency: str) -> Account:
        name = wanted
        if name in self.known:
            name = f"{wanted}-{currency.lower()}"
        if name in self.known:
            name = f"{wanted}-{number[-8:].lower()}"
        self.known[name] = Account(name, number, currency, new=True)
        return self.known[name]


_HINT = "if it is one of yours, --account NAME declares it"


def _slug(number: str) -> str:
    """A name made of the number, the same in every clone: country and last digits of an IBAN."""
    plain = "".join(each for each in number.lower() if each.isascii() and each.isalnum())
    return f"{plain[:2]}-{plain[-4:]}" if plain[:2].isalpha() and len(plain) > 8 else f"account-{plain[-6:]}".strip("-")
