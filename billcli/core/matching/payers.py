"""Who paid: by account, by what a person confirmed, by name, by the one behind the payer; and who belongs to whom."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from billcli.core.bank import BankLine
from billcli.core.matching import names
from billcli.core.matching.facts import Books, Party
from billcli.core.matching.names import Name, similarity

SURE = 0.95
"""An account, a confirmation, a name that is the same."""
LIKELY = 0.88
"""A name that differs by what banks and hands do to names."""
MAYBE = 0.78
_MOST = 6
_LOOK, _CLOSE = 800, 25
_APART = 0.045
"""Names that resemble the payer's less than the best one by more than this are somebody else's."""


class Payer(NamedTuple):
    """A customer who may have paid. ``proof`` where it is more than a name: an account, a confirmation, a rule."""

    customer: str
    weight: float
    because: str
    proof: bool = False
    memory: bool = False
    strange: bool = False
    """The account is this customer's, but the name is another's."""
    common: bool = False
    """Known by no more than a word, or the beginning of a name, that several customers share."""

    @property
    def alone(self) -> bool:
        """Whether the amount besides is enough."""
        return self.weight >= LIKELY and (self.proof or not self.common)


class Payers:
    """Finds the customers behind a bank line."""

    def __init__(self, books: Books) -> None:
        self.names: dict[str, list[str]] = defaultdict(list)
        self._forms: dict[str, list[tuple[Name, str]]] = defaultdict(list)
        self._index: dict[str, list[int]] = defaultdict(list)
        self._all: list[tuple[Name, str]] = []
        self._cache: dict[str, tuple[tuple[str, float], ...]] = {}
        self._by_flat: dict[str, set[str]] = defaultdict(set)
        self._by_word: dict[str, set[str]] = defaultdict(set)
        self._full: set[str] = set()
        self._begun: list[tuple[str, str, str]] = []
        """How names begin, in order: the name with and without its legal form, the latter again, the customer."""
        self._commons: dict[str, bool] = {}
        self._of: dict[str, list[Name]] = defaultdict(list)
        self.ibans: dict[str, set[str]] = defaultdict(set)
        self._said_iban: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._said_name: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._parents = {party.customer: party.parent for party in books.parties if party.parent}
        self._roots: dict[str, str] = {}
        self._families: dict[str, list[str]] = defaultdict(list)
        for party in sorted(books.parties):
            self._add(party)
        self._begun = sorted({(way, form.flat, customer) for form, customer in self._all for way in (form.flat, form.full)})
        for past in sorted(books.payments):
            if not past.line and past.customer:
                if past.iban:
                    self._said_iban[account(past.iban)][past.customer] += 1
                elif past.payer:
                    self._said_name[names.name(past.payer).full][past.customer] += 1
        for said in sorted(books.confirmed):
            if said.iban:
                self._said_iban[account(said.iban)][said.customer] += said.times
            if said.name:
                self._said_name[names.name(said.name).full][said.customer] += said.times

    def _add(self, party: Party) -> None:
        self._families[self.root(party.customer)].append(party.customer)
        self.names[party.customer] = list(party.names)
        for iban in party.ibans:
            self.ibans[account(iban)].add(party.customer)
        for written in party.names:
            form = names.name(written)
            if not form.flat:
                continue
            at = len(self._all)
            self._all.append((form, party.customer))
            self._by_flat[form.flat].add(party.customer)
            self._by_flat[" ".join(sorted(form.words))].add(party.customer)
            self._of[party.customer].append(form)
            self._full.add(form.full)
            for word in form.words:
                self._by_word[word].add(party.customer)
            for key in names.keys(form):
                self._index[key].append(at)

    def root(self, customer: str) -> str:
        """The top of the customer's group."""
        held = self._roots.get(customer)
        if held is None:
            seen = {customer}
            held = customer
            while (parent := self._parents.get(held)) and parent not in seen:
                seen.add(parent)
                held = parent
            self._roots[customer] = held
        return held

    def related(self, one: str, other: str) -> bool:
        return self.root(one) == self.root(other)

    def pays_for(self, payer: str, customer: str) -> bool:
        """Whether the payer stands above the customer."""
        seen: set[str] = set()
        while (parent := self._parents.get(customer)) and parent not in seen:
            if parent == payer:
                return True
            seen.add(parent)
            customer = parent
        return False

    def family(self, customer: str) -> list[str]:
        """The customers of the same group, the customer itself among them."""
        return self._families.get(self.root(customer)) or [customer]

    def called(self, customer: str) -> str:
        """The customer's name for people."""
        held = self.names.get(customer)
        return held[0] if held else customer

    def who(self, line: BankLine, ruled: str = "") -> dict[str, Payer]:
        """The customers who may have paid, each with its best evidence; the surest first."""
        found: dict[str, Payer] = {}
        if ruled:
            _best(found, Payer(ruled, 0.97, f"a rule says that it is {self.called(ruled)}", proof=True))
        if line.iban:
            self._by_account(line, found)
        self._by_memory(line, found)
        proven = bool(found)
        for written, behind in ((line.ultimate, True), (line.payer, False)):
            if written:
                self._by_name(written, behind, found)
        if not line.payer and not proven:
            self._by_text(line, found)
        self._strange(line, found)
        ranked = sorted(found.values(), key=lambda each: (-each.weight, each.customer))
        return {each.customer: each for each in ranked[:_MOST] if each.weight >= MAYBE}

    def common(self, written: str) -> bool:
        """Whether a name is no more than a word, or a cut-off beginning, that several customers' names share.

        A whole name with its legal form is itself, whoever else has the word.
        """
        held = self._commons.get(written)
        if held is None:
            form = names.name(written)
            whole = form.full != form.flat and form.full in self._full
            held = not whole and (self._one_word(form) or self._cut(form))
            self._commons[written] = held
        return held

    def _one_word(self, form: Name) -> bool:
        return len(form.words) == 1 and len(self._by_word.get(form.words[0], ())) > 1

    def _cut(self, form: Name) -> bool:
        exact = self._by_flat.get(form.flat, set())
        if len(form.full) < 4 or (exact and not names.CUTS & {form.length, form.length + 1}):
            return False
        customers = set(exact)
        for at in range(bisect_left(self._begun, (form.full,)), len(self._begun)):
            begins, flat, customer = self._begun[at]
            if not begins.startswith(form.full) or (len(customers) > 1 and customers != exact):
                break
            if flat != form.flat:
                customers.add(customer)
        return len(customers) > 1 and customers != exact

    def shares(self, line: BankLine, customer: str) -> bool:
        """Whether a common name of the line may be this customer's as well."""
        for written in (line.ultimate, line.payer):
            form = names.name(written)
            if form.flat and self.common(written):
                own = self._of.get(customer, ())
                if any(set(form.words) <= set(other.words) or other.full.startswith(form.full) for other in own):
                    return True
        return False

    def _strange(self, line: BankLine, found: dict[str, Payer]) -> None:
        by_name = dict(self.like(line.payer)) if line.payer and not self.common(line.payer) else {}
        for customer, payer in found.items():
            other = any(weight >= SURE for weight in by_name.values()) and not any(self.related(customer, each) for each in by_name)
            if payer.proof and not payer.memory and other:
                found[customer] = payer._replace(strange=True)

    def _by_account(self, line: BankLine, found: dict[str, Payer]) -> None:
        number = account(line.iban)
        known = self.ibans.get(number, ())
        for customer in sorted(known):
            _best(found, Payer(customer, 1.0, f"the account {line.iban} is {self.called(customer)}'s", proof=True))

    def _by_memory(self, line: BankLine, found: dict[str, Payer]) -> None:
        said = self._said_iban.get(account(line.iban), {}) if line.iban else {}
        what = f"the account {line.iban}"
        if not said and line.payer:
            said = self._said_name.get(names.name(line.payer).full, {})
            what = f'"{line.payer}"'
        total = sum(said.values())
        for customer, times in sorted(said.items()):
            share = times / total
            weight = 0.97 if share == 1 else 0.9 if share >= 0.8 else 0.8
            words = f"{what} was confirmed to pay for {self.called(customer)}" + (f" {times} times" if times > 1 else "")
            _best(found, Payer(customer, weight, words, proof=share == 1, memory=True))

    def _by_name(self, written: str, behind: bool, found: dict[str, Payer]) -> None:
        for customer, weight in self.like(written):
            called = self.called(customer)
            by = f'"{written}"' if not behind else f'"{written}", for whom was paid,'
            words = f"the payer {by} {'is' if weight >= 1 else 'reads like'} {called}"
            _best(found, Payer(customer, weight, words, common=self.common(written)))

    def like(self, written: str) -> tuple[tuple[str, float], ...]:
        """The customers whose name the written one resembles; one that is plainly better lowers the others."""
        held = self._cache.get(written)
        if held is not None:
            return held
        form = names.name(written)
        scores: dict[str, float] = {}
        if form.flat:
            for key in (form.flat, " ".join(sorted(form.words))):
                for customer in self._by_flat.get(key, ()):
                    scores[customer] = 1.0
            for at in self._near(form) if not scores or names.CUTS & {form.length, form.length + 1} else ():
                other, customer = self._all[at]
                if scores.get(customer, 0.0) < 1.0:
                    score = similarity(form, other)
                    if score > scores.get(customer, MAYBE - 0.01):
                        scores[customer] = score
        best = max(scores.values(), default=0.0)
        apart = self._apart(form, best)
        ranked = sorted(
            ((customer, score if best - score <= apart or score >= 1 else score * 0.88) for customer, score in scores.items()),
            key=lambda each: (-each[1], each[0]),
        )
        held = tuple(each for each in ranked if each[1] >= MAYBE)[:_MOST]
        self._cache[written] = held
        return held

    def _apart(self, form: Name, best: float) -> float:
        """How much less a name may resemble the payer's than the best one does: nothing beside the very name, unless it may be cut off."""
        return _APART if best < 1 or names.CUTS & {form.length, form.length + 1} else 0.0

    def owing(self, line: BankLine, customer: str) -> Payer | None:
        """A customer who owes just this amount, where the payer's name resembles its own about as well as anybody's."""
        for written in (line.ultimate, line.payer):
            form = names.name(written)
            if not form.flat:
                continue
            weight = max((similarity(form, other) for other in self._of.get(customer, ())), default=0.0)
            best = max((each for _, each in self.like(written)), default=0.0)
            if weight >= LIKELY and best - weight <= self._apart(form, best):
                return Payer(
                    customer,
                    weight,
                    f'the payer "{written}" {"is" if weight >= 1 else "reads like"} {self.called(customer)}',
                    common=self.common(written),
                )
        return None

    def _near(self, form: Name) -> Iterable[int]:
        """The names that share most of what is rare."""
        lists = sorted((self._index[key] for key in names.keys(form) if key in self._index), key=len)
        scores: dict[int, float] = defaultdict(float)
        looked = 0
        for list_ in lists:
            looked += len(list_)
            if looked > _LOOK and scores:
                break
            weight = 1.0 / (3.0 + len(list_))
            for at in list_[:_LOOK]:
                scores[at] += weight
        enough = max(scores.values(), default=0.0) / 5
        likely = [at for at, score in scores.items() if score >= enough]
        return likely if len(likely) <= _CLOSE else sorted(likely, key=lambda at: (-scores[at], at))[:_CLOSE]

    def _by_text(self, line: BankLine, found: dict[str, Payer]) -> None:
        """Where there is no field for the payer, its name may stand in the text, whole."""
        form = names.name(line.text.replace("\n", " "))
        words = set(form.words)
        hits: dict[str, Payer] = {}
        near: set[int] = set()
        for word in form.words:
            if len(word) >= 3:
                list_ = self._index.get(word[:3], [])
                if len(list_) <= 2000:
                    near.update(list_)
        for at in near:
            other, customer = self._all[at]
            if len(other.flat) >= 5 and set(other.words) <= words and f" {' '.join(other.words)} " in f" {' '.join(form.words)} ":
                weight = 0.96 if len(other.words) > 1 or len(other.flat) >= 9 else 0.88
                shared = len(other.words) == 1 and len(self._by_word.get(other.flat, ())) > 1
                _best(hits, Payer(customer, weight, f"{self.called(customer)} stands in the text", common=shared))
        for payer in hits.values():
            _best(found, payer)


def account(number: str) -> str:
    """An account's number without what only parts it."""
    return "".join(char for char in number.upper() if char.isalnum())


def _best(found: dict[str, Payer], payer: Payer) -> None:
    held = found.get(payer.customer)
    if held is None:
        found[payer.customer] = payer
        return
    best = payer if held.weight < payer.weight else held
    found[payer.customer] = best._replace(
        proof=payer.proof or held.proof, memory=payer.memory and held.memory, common=payer.common and held.common
    )
