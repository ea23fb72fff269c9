"""Bank statements, the decisions on their lines, and what was booked: each must be what the other says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from billcli.core.bank_chain import Break
from billcli.core.checks.amounts import check_amounts
from billcli.core.checks.facts import BankBooked as Booked
from billcli.core.checks.facts import BankDecided as Decided
from billcli.diagnostics import Diagnostic, Path, dotted, undotted
from billcli.model.bank_statement import Statement
from billcli.model.money import Money
from billcli.model.reconciliation import Reconciliation
from billcli.model.settings import BankAccount
from billcli.model.values import quoted


def check_statement(statement: Statement) -> Iterator[Diagnostic]:
    """E660, and the decimals and ids of its lines."""
    lines = statement.lines
    fields: list[tuple[Path, Decimal]] = [(("lines", at, "amount"), each.amount) for at, each in enumerate(lines)]
    fields += [(("lines", at, "fee"), each.fee) for at, each in enumerate(lines) if each.fee is not None]
    fields += [(("lines", at, "balance"), each.balance) for at, each in enumerate(lines) if each.balance is not None]
    balances = (("opening", statement.opening), ("closing", statement.closing))
    fields += [((name,), amount) for name, amount in balances if amount is not None]
    yield from check_amounts(fields, statement.currency)
    for at, each in enumerate(lines):
        if each.original:
            yield from check_amounts([(("lines", at, "original", "amount"), each.original.amount)], each.original.currency)
    yield from _once([each.id for each in lines], "lines", "id")
    if statement.opening is not None and statement.closing is not None:
        total = statement.opening + sum((each.amount for each in lines), Decimal(0))
        if total != statement.closing:
            opening, closing = format(statement.opening, "f"), format(statement.closing, "f")
            message = f"opening {opening} and the lines come to {format(total, 'f')}; closing is {closing}"
            yield Diagnostic("E660", message, path=("closing",), hint="a statement is never changed; bring it back from git")


def check_reconciliation(said: Reconciliation) -> Iterator[Diagnostic]:
    """Each line once, and each decision with what it must name."""
    yield from check_amounts([(("decisions", at, "amount"), each.amount) for at, each in enumerate(said.decisions)], said.currency)
    yield from _once([each.line for each in said.decisions], "decisions", "line")
    for at, each in enumerate(said.decisions):
        needed = {
            "book": ("payments", bool(each.payments)), "return": ("reversed", each.reversed is not None),
            "refund": ("refund", each.refund is not None), "ignore": ("reason", each.reason is not None),
            "refused": ("documents", bool(each.documents)),
        }  # fmt: skip
        name, there = needed[each.decision]
        if not there:
            path: Path = ("decisions", at, "decision")
            message = f'{dotted(path[:-1])}: "{name}" is missing for the decision {each.decision}'
            yield Diagnostic("E202", message, path=path, hint=f"add {name}:, or take the decision back: bill reconcile undo")


def _once(names: Sequence[str], field: str, key: str) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for at, name in enumerate(names):
        if name in seen:
            path: Path = (field, at, key)
            yield Diagnostic("E402", f"{dotted(path)}: {quoted(name)} stands twice", path=path, hint="keep one of them")
        seen.add(name)


def check_accounts(accounts: Sequence[BankAccount]) -> Iterator[Diagnostic]:
    """E402: one id for each account, and one account for each number and currency."""
    for at, each in enumerate(accounts):
        for other in accounts[:at]:
            same = "id" if other.id == each.id else "number"
            if same == "id" or (each.number and (other.number, other.currency) == (each.number, each.currency)):
                path: Path = ("bank_accounts", at, same)
                message = f"{dotted(path)}: two accounts have {same} {quoted(str(getattr(each, same)))}"
                yield Diagnostic("E402", message, path=path, hint="keep one of them")


def check_decisions(decisions: Iterable[Decided], accounts_lost: Callable[[str], bool]) -> Iterator[Diagnostic]:
    """E662 to E664. ``accounts_lost`` tells whether some statement of an account cannot be read: its lines may stand there."""
    first: dict[tuple[str, str], Decided] = {}
    for each in sorted(decisions, key=lambda each: (each.file, each.at)):
        path: Path = ("decisions", each.at, "line")
        if each.line_amount is None:
            if not accounts_lost(each.account):
                message = f"no statement of {each.account} has the line {quoted(each.line)}"
                yield Diagnostic("E664", message, each.file, path, hint="bring the statement back from git, or import it again")
            continue
        amount, line = Money(each.amount, each.currency), Money(each.line_amount, each.line_currency or each.currency)
        if amount != line:
            message = f"the decision is on {amount}, and the line {quoted(each.line)} has {line}"
            yield Diagnostic(
                "E663", message, each.file, ("decisions", each.at, "amount"), hint="neither is ever changed; see git for which was"
            )
        if each.decision == "refused":
            continue
        other = first.setdefault((each.account, each.line), each)
        if other is not each and other.outcome != each.outcome:
            message = f"the line {quoted(each.line)} of {each.account} is decided in {other.file} too, and otherwise"
            yield Diagnostic(
                "E662",
                message,
                each.file,
                path,
                hint=f'two clones decided it; "bill reconcile undo {each.line}" takes both back, then decide anew',
            )


def check_booked(decisions: Iterable[Decided], booked: Iterable[Booked]) -> Iterator[Diagnostic]:
    """E663: what was booked of a line is the line, to the cent; a payment that came back is reversed."""
    by_place: dict[tuple[str, int], list[Booked]] = {}
    for row in booked:
        by_place.setdefault((row.file, int(str(undotted(row.place)[1]))), []).append(row)
    for each in decisions:
        mine = by_place.get((each.file, each.at), [])
        if not mine:
            continue
        path = undotted(mine[0].place)
        line = Money(each.amount, each.currency)
        if each.decision == "return":
            if mine[0].reversed_on is None:
                message = f"{mine[0].name} came back with the line {quoted(each.line)}, and it is not reversed"
                yield Diagnostic("E663", message, each.file, path, hint=f"bill payment reverse {mine[0].name}")
            continue
        total = Money(sum(row.amount for row in mine), mine[0].currency)
        if total != line:
            names = ", ".join(row.name for row in mine)
            message = f"the line {quoted(each.line)} has {line}, and {names} {total}"
            yield Diagnostic("E663", message, each.file, path, hint=f'take it back and decide anew: "bill reconcile undo {each.line}"')


def check_originals(named: Iterable[tuple[str, str, str]], now: Callable[[str], str]) -> Iterator[Diagnostic]:
    """E661, of (file of the statement, original, SHA-256); ``now`` gives the SHA-256 of a file, or why there is none after a space."""
    for file, path, sha256 in named:
        found = now(path)
        if found == sha256:
            continue
        why = found[1:] if found.startswith(" ") else "it is not as the bank sent it"
        message = f"the original {path} cannot be shown: {why}"
        yield Diagnostic("E661", message, file, ("source", "original"), hint="bring it back as it was; git may have it")


def check_chain(account: str, currency: str, found: Iterable[Break], path_of: Callable[[str], str]) -> Iterator[Diagnostic]:
    """W665."""
    for each in found:
        expected, told = Money(each.expected, currency), Money(each.told, currency)
        message = f"from {each.since} to {each.until} the lines of {account} come to a balance of {expected}; the bank says {told}"
        yield Diagnostic("W665", message, path_of(each.statement), (each.place,), hint="a statement between may be missing: import it")
