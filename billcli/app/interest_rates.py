"""Interest regimes: the published rates that ship with bill (``ledgers/rates``), and what ``dunning.interest`` of the ledger adds."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

from billcli.core.interest import FixedSum, Rate, Regime, with_own
from billcli.diagnostics import did_you_mean
from billcli.errors import BillError
from billcli.model.dunning import Interest
from billcli.model.money import Money
from billcli.model.values import quoted
from billcli.resources import shared

OWN = "own"


def regimes() -> list[str]:
    """The names that may stand in ``dunning.interest.regime``."""
    return [*sorted(each.stem for each in shared("ledgers", "rates").glob("*.toml")), OWN]


def regime_of(said: Interest) -> Regime:
    """The rules of that regime with the ledger's own rates. Raises ``BillError`` for a name that bill does not know."""
    own = [Rate(each.since, each.rate, each.source or "ledger.yaml") for each in said.rates]
    if said.regime == OWN:
        return Regime(OWN, with_own((), own, half_years=False), said.mode == "fixed_at_start", said.basis, said.count_payment_day)
    if said.regime not in regimes():
        hint = did_you_mean(said.regime, regimes()) or "dunning.interest.regime is one of: " + ", ".join(regimes())
        raise BillError(f"there is no interest regime {quoted(said.regime)}", hint)
    table = _table(said.regime)
    rates = with_own(_published(table), own, half_years=bool(table["half_years"]))
    fixed = (said.mode or table["mode"]) == "fixed_at_start"
    return Regime(said.regime, rates, fixed, said.basis, said.count_payment_day, _sums(table))


@cache
def _table(name: str) -> dict[str, Any]:
    from tomllib import loads

    return loads(shared("ledgers", "rates", f"{name}.toml").read_text("utf-8"))


def _published(table: dict[str, Any]) -> list[Rate]:
    """Base and margin added up; the last row holds no longer than it was known when the table was made."""
    margin, until = Decimal(table.get("margin", "0")), table.get("until")
    return [Rate(row["since"], Decimal(row.get("base", row.get("rate"))) + margin, row["source"], until) for row in table["rates"]]


def _sums(table: dict[str, Any]) -> tuple[FixedSum, ...]:
    return tuple(
        FixedSum(row["currency"], *(Money.of(Decimal(row[key]), row["currency"]).minor for key in ("at_least", "amount")))
        for row in table.get("sums", ())
    )
