"""How one bank's CSV statements are laid out: which column is what, how signs are told, which rows are no movements."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from billcli.model.mapping import Delimiter, Encoding
from billcli.model.types import Currency, Entity, Flag, Free, Text, custom_error, one_of
from billcli.model.values import BadValue, quoted


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
"""Names of columns as the header has them, one or several. ``Amount ({currency})`` stands for any currency there; ``#3`` is the third."""

Words = Annotated[tuple[Text, ...], BeforeValidator(_listed)]

KINDS = ("return", "chargeback", "fee", "payout", "conversion")


class Columns(Entity):
    """Of several names the first with something in its cell counts; ``text`` and ``references`` take all of theirs.

    ``amount`` is signed, or goes with the words of ``sign``; ``income`` and ``expense`` are columns of their own, signed or not.
    ``id`` is never the same on two rows; ``bank_id`` is what the bank calls the movement, though others may be called so too.
    """

    account: Names = ()
    date: Names
    value_date: Names = ()
    amount: Names = ()
    income: Names = ()
    expense: Names = ()
    fee: Names = ()
    balance: Names = ()
    currency: Names = ()
    sign: Names = ()
    payer: Names = ()
    payer_in: Names = ()
    payer_out: Names = ()
    iban: Names = ()
    iban_in: Names = ()
    iban_out: Names = ()
    ultimate: Names = ()
    text: Names = ()
    references: Names = ()
    end_to_end: Names = ()
    id: Names = ()
    bank_id: Names = ()
    related: Names = ()
    kind: Names = ()
    original_amount: Names = ()
    original_currency: Names = ()
    product: Names = ()

    @model_validator(mode="after")
    def _some_amount(self) -> Columns:
        if not (self.amount or (self.income and self.expense)):
            raise custom_error(BadValue("E202", "no column holds the amount", "amount:, or income: and expense:"))
        return self


class Sign(Entity):
    """Words of the column ``sign``: which mean money in, which money out, which neither."""

    plus: Words = ()
    minus: Words = ()
    neither: Words = ()


class Skip(Entity):
    """Rows that are no movement: words of a column, each with the reason.

    With ``booked`` only those words mean that money moved, and any other is an error. ``plus`` are words of money that came in whatever
    ``sign`` says. Rows of ``unless_refunded`` did move where another row refunds them: its ``bank_id`` begins with theirs.
    """

    column: Names
    words: dict[str, str] | None = None
    booked: Words = ()
    plus: Words = ()
    unless_refunded: Words = ()


class Preamble(Entity):
    """What the lines above the table say; each name is how such a cell begins, and its value stands behind it or in the next cell."""

    account: Names = ()
    currency: Names = ()
    opening: Names = ()
    closing: Names = ()


class BankProfile(Entity):
    """A layout of CSV statements. ``header`` are names that must all stand in the header, ``without`` names that must not.

    A file without a header is known by ``shape``, what stands in each of its columns: ``date``, ``amount``, ``number`` (digits alone),
    ``text`` (anything), ``empty``, or the words that may stand there, as ``Af|Bij``; ``more`` at the end allows further texts.

    ``fee`` says whether the amount is what came in (``included``) or the fee is still to be taken off (``apart``). With ``opposite`` what
    is above zero went out, as on a credit card. ``spill``: the text may hold the delimiter. ``split_account``: name and account of the
    other side stand in one cell. ``sepa_marks``: the text may hold ``EREF+``, ``SVWZ+`` and the like.
    """

    title: Text
    header: Names = ()
    without: Names = ()
    shape: Names = ()
    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    dates: Annotated[str, one_of("ymd", "dmy", "mdy")] | None = None
    decimal: Annotated[str, one_of(".", ",")] | None = None
    currency: Currency | None = None
    columns: Columns
    sign: Sign = Sign()
    skip: tuple[Skip, ...] = ()
    kinds: dict[str, Words] | None = None
    preamble: Preamble = Preamble()
    fee: Annotated[str, one_of("included", "apart")] = "included"
    opposite: Flag = False
    spill: Flag = False
    split_account: Flag = False
    sepa_marks: Flag = False
    x: Free | None = None

    @model_validator(mode="after")
    def _recognisable(self) -> BankProfile:
        if bool(self.header) == bool(self.shape):
            raise custom_error(BadValue("E202", "nothing says which files have this layout", "header:, or shape: where they have none"))
        for kind in self.kinds or ():
            if kind not in KINDS:
                raise custom_error(BadValue("E209", f"{quoted(kind)} is no kind of a bank line", "use one of: " + ", ".join(KINDS)))
        return self
