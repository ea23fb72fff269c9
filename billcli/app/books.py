"""What a use case works with: a fresh index, the day, and whole documents read from their own files."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from billcli.app.context import Context
from billcli.app.refresh import Progress, fresh_index, no_progress
from billcli.core.addresses import file_of
from billcli.diagnostics import Diagnostic, did_you_mean, same_spelling
from billcli.errors import BillError, ChangedMeanwhile
from billcli.index import find, queries
from billcli.index.connection import Connection
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.model.category import Categories
    from billcli.model.credit_note import CreditNote
    from billcli.model.customer import Customer
    from billcli.model.hold import Hold
    from billcli.model.invoice import Draft, Invoice
    from billcli.model.item import Items
    from billcli.model.payment import Payment
    from billcli.model.recurring import Recurring
    from billcli.model.refund import Refund
    from billcli.model.settings import Settings
    from billcli.model.write_off import WriteOff

E = TypeVar("E")


class Books:
    """The ledger as one command sees it."""

    def __init__(self, context: Context, index: Connection) -> None:
        self.context = context
        self.root = context.root
        self.index = index
        self.today = context.today(index)
        self.tried: Mapping[str, bytes | None] = {}
        self._kept: dict[Hashable, Any] = {}
        self._kept_at = -1

    def once(self, what: Hashable, make: Callable[[], E]) -> E:
        """What takes long to work out, worked out once for as long as nothing in the index changes."""
        if self._kept_at != self.index.total_changes:
            self._kept_at = self.index.total_changes
            self._kept.clear()
        if what not in self._kept:
            self._kept[what] = make()
        found: E = self._kept[what]
        return found

    def clock_day(self) -> date:
        """Today by the clock, whatever day is looked from: what no book dates, such as drafts, stands as it is on this day alone."""
        return self.context.clock_day(self.index)

    def document(self, path: str, kind: type[E]) -> E:
        """The whole document in a file. Raises ``ChangedMeanwhile`` where it is no longer what the index read."""
        from billcli.store.read import read

        entity = read(self.raw(path), path).entity
        if not isinstance(entity, kind):
            raise ChangedMeanwhile(f"{path} was changed meanwhile", "try again")
        return entity

    def raw(self, path: str) -> bytes:
        """The bytes of a document."""
        from billcli.app.documents import document_bytes

        return document_bytes(self.root, self.index, path)

    def raws(self, paths: Sequence[str]) -> list[bytes]:
        """The bytes of several."""
        return [self.raw(path) for path in paths]

    def optional(self, path: str, kind: type[E]) -> E | None:
        return self.document(path, kind) if queries.hashes(self.index, [path]) else None

    def settings(self) -> Settings:
        from billcli.model.settings import Settings

        return self.document("ledger.yaml", Settings)

    def closed_through(self) -> date | None:
        """As the index knows it; no file is read for it."""
        text = queries.settings(self.index).get("closed_through")
        return date.fromisoformat(text) if text else None

    def categories(self) -> Categories:
        from billcli.model.category import Categories

        return self.optional("categories.yaml", Categories) or Categories()

    def items(self) -> Items:
        from billcli.model.item import Items

        return self.optional("items.yaml", Items) or Items()

    def path(self, kind: str, name: str) -> str:
        """The file of a document. Raises ``BillError`` with the nearest name there is."""
        found = find.path_of(self.index, kind, name)
        if found is None:
            noun = {"reminder": "remind"}.get(kind, kind)
            hint = self._nearest(kind, name) or f'"bill {noun} list" shows them'
            word = {"write-off": kind, "recurring": "recurring template"}.get(kind, kind.replace("-", " "))
            raise BillError(f"there is no {word} {quoted(name)}", hint)
        return found

    def _nearest(self, kind: str, name: str) -> str:
        known = find.keys(self.index, kind)
        return did_you_mean(name, known) if kind == "customer" else same_spelling(name, known)

    def customer(self, customer_id: str) -> Customer:
        from billcli.model.customer import Customer

        return self.document(self.path("customer", customer_id), Customer)

    def invoice(self, number: str) -> Invoice:
        from billcli.model.invoice import Invoice

        return self.document(self.path("invoice", number), Invoice)

    def credit_note(self, number: str) -> CreditNote:
        from billcli.model.credit_note import CreditNote

        return self.document(self.path("credit-note", number), CreditNote)

    def payment(self, payment_id: str) -> Payment:
        from billcli.model.payment import Payment

        return self.document(self.path("payment", payment_id), Payment)

    def refund(self, refund_id: str) -> Refund:
        from billcli.model.refund import Refund

        return self.document(self.path("refund", refund_id), Refund)

    def write_off(self, write_off_id: str) -> WriteOff:
        from billcli.model.write_off import WriteOff

        return self.document(self.path("write-off", write_off_id), WriteOff)

    def hold(self, hold_id: str) -> Hold:
        from billcli.model.hold import Hold

        return self.document(self.path("hold", hold_id), Hold)

    def recurring(self, template_id: str) -> Recurring:
        from billcli.model.recurring import Recurring

        return self.document(self.path("recurring", template_id), Recurring)

    def draft(self, draft_id: str) -> Draft:
        from billcli.model.invoice import Draft

        return self.document(self.path("draft", draft_id), Draft)

    def declared(self) -> dict[str, list[str]]:
        """The vocabularies that ``categories.yaml`` declares."""
        return {kind: queries.names(self.index, kind) for kind in ("industry", "region", "size", "segment", "tag", "category")}


@contextmanager
def open_books(context: Context, progress: Progress = no_progress, *, whole: bool = True, anew: bool = False) -> Iterator[Books]:
    """The books for one command. With ``whole``, files that cannot be read are an error: figures without them would be wrong.

    With ``anew`` every file is read, whatever the index says.
    """
    if context.known_at is not None:
        from billcli.app.known import known_books

        with known_books(context, progress, whole=whole) as known:
            yield known
        return
    with fresh_index(context.root, progress, anew=anew) as index:
        if whole:
            ensure_readable(index)
        yield Books(context, index)


def ensure_readable(index: Connection) -> None:
    """Raises ``BillError`` where a document would be missing from every figure, or counted twice."""
    if unreadable := queries.unreadable(index):
        first = min((each for each in queries.problems(index) if each.file in unreadable), key=Diagnostic.sort_key)
        more = f", and {len(unreadable) - 1} more of the ledger cannot be read" if len(unreadable) > 1 else ""
        raise BillError(
            f"{first.file} cannot be read{more}: {first.message}",
            '"bill check" shows every place; nothing is computed without what stands there',
        )
    if queries.any_gone(index):
        from billcli.index.check_queries import gone

        if lost := gone(index):
            where, file = lost[0].file, file_of(lost[0].file)
            hint = f"bring it back: git checkout -- {file}"
            what = f"{file} holds it no longer" if where != file else f"{file} is gone"
            raise BillError(f"{lost[0].number} was issued, but {what}; nothing is computed without it", hint)
    if double := queries.doubled(index):
        raise BillError(f"{double[0]} stands in {double[1]}; nothing is computed while that is so", '"bill check" shows every place')
