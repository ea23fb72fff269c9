"""What is done to a ledger beside settlement: master data, drafts, holds, recurring invoices, the bank, mail; a function for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from tests.faults.machine.ground import Ground
from tests.laws.histories import CUSTOMERS, Drawn, day, live, on, text
from tests.support import tree


class Deed(NamedTuple):
    """``moves``: it may settle or issue, so the model learns from it. ``again``: the same once more changes nothing."""

    words: list[str]
    moves: bool = False
    again: bool = False
    env: Mapping[str, str] = {}
    codes: tuple[int, ...] = (0, 1, 2, 3)
    hands: bool = False
    """It hands mail over: states are written whatever becomes of the rest."""
    yes: bool = True


Make = Callable[[Drawn, Ground], Deed | None]


def own(ground: Ground, folder: str) -> list[str]:
    """Ids of documents by their files, those of a folded month among them not."""
    return sorted(path.stem for path in ground.root.glob(f"{folder}/**/*.yaml") if not path.stem.isdigit())


def extras(ground: Ground) -> list[str]:
    return [name for name in own(ground, "customers") if name not in CUSTOMERS]


# customers and words


def customer_add(d: Drawn, ground: Ground) -> Deed:
    name = d.one(["Zoë Zander", "Łódź Sp. z o.o.", "İstanbul Işık A.Ş.", "株式会社", "O'Hara & Sons", "no", "1e3"])
    words = ["customer", "add", "--name", name, "--email", d.one(["a@zoe.example", "b@zoe.example"])]
    known = d.odds(3)
    return Deed(
        [*words, *(["--external-id", d.one(["c-1", "c-2"])] if known else []), *(["--tag", "watch"] if d.odds(3) else [])], again=known
    )


def customer_edit(d: Drawn, ground: Ground) -> Deed:
    """Whom the model knows keeps what is printed: a retry is another request once the address is another."""
    to = d.one(["Ada", "Büro; 2", "=1+1", "no", "# 7", "0x1F", "line 'quoted'", 'line "quoted"'])
    name = d.one([*CUSTOMERS, *extras(ground)])
    key = "notes" if name in CUSTOMERS else d.one(["notes", "address.city", "address.street", "name"])
    return Deed(["customer", "edit", name, "--set", f"{key}={to}"], again=True)


def customer_tag(d: Drawn, ground: Ground) -> Deed:
    return Deed(["customer", "tag", d.one(CUSTOMERS), d.one(["--add", "--remove"]), d.one(["watch", "vip", "nosuch"])], again=True)


def customer_deactivate(d: Drawn, ground: Ground) -> Deed | None:
    return Deed(["customer", "deactivate", d.one(extras(ground)), "--reason", "Gone"]) if extras(ground) else None


def customer_activate(d: Drawn, ground: Ground) -> Deed | None:
    return Deed(["customer", "activate", d.one(extras(ground)), "--reason", "Back"]) if extras(ground) else None


def customer_merge(d: Drawn, ground: Ground) -> Deed | None:
    every = extras(ground)
    return Deed(["customer", "merge", d.one(every), "--into", d.one([*every, "other"]), "--reason", "Twice"]) if every else None


def customer_import(d: Drawn, ground: Ground) -> Deed:
    rows = [
        f"{name},{d.one(['Anna', 'Anna B', 'Bo, Ltd'])!r},{d.one(['NO', 'DE', 'XX', ''])}" for name in d.some(["anna", "bo", "cy", "dé"], 3)
    ]
    write(ground, "customers.csv", ["id,name,country", *(row.replace("'", '"') for row in rows)])
    return Deed(["customer", "import", "../customers.csv", "--rejects", "../bad.csv"], again=True)


def credit_limit(d: Drawn, ground: Ground) -> Deed:
    until = (day(ground.books.today) + timedelta(days=d.whole(0, 40))).isoformat()
    words = ["credit", "limit", d.one(CUSTOMERS), "--override", str(d.whole(1, 90) * 100), "--until", until]
    return Deed([*words, "--approved-by", "Ada", "--reason", "Big order"])


def classify(d: Drawn, ground: Ground) -> Deed:
    return Deed(["classify", "--write"], again=True)


def edit(d: Drawn, ground: Ground) -> Deed:
    """An editor that notes something; now and then one that ruins the file."""
    what = d.one([*CUSTOMERS, *own(ground, "payments")[:4], *own(ground, "drafts")[:2], "categories.yaml", *live(ground.books)[:2]])
    return Deed(["edit", what, "--reason", "Noted"], env={"EDITOR": editor(ground, d), "VISUAL": ""}, codes=(0, 1, 2, 3))


def draft_edit(d: Drawn, ground: Ground) -> Deed | None:
    drafts = own(ground, "drafts")
    return Deed(["draft", "edit", d.one(drafts)], env={"EDITOR": editor(ground, d), "VISUAL": ""}) if drafts else None


def editor(ground: Ground, d: Drawn) -> str:
    line = d.one(["notes: seen", "notes: seen again", "# seen", "colour: blue", "\tbroken: [", ""])
    script = ground.folder / "editor.sh"
    script.write_text(f"sed -i '/^notes:/d' \"$1\"\nprintf '%s\\n' '{line}' >> \"$1\"\n")
    return f"sh {script}"


def schema_write(d: Drawn, ground: Ground) -> Deed:
    return Deed(["schema", "write"], again=True)


def template_copy(d: Drawn, ground: Ground) -> Deed:
    return Deed(["template", "copy", d.one(["reminder-1", "reminder-2"]), "--language", d.one(["en", "de"])])


def bank_profile(d: Drawn, ground: Ground) -> Deed:
    write(ground, "odd.csv", ["Buchungstag;Betrag;Zahler;Zweck", "14.01.2026;12,50;Anna;Rechnung 1", "30.01.2026;1.200,00;Bo;Rechnung 2"])
    return Deed(["bank", "profile", "../odd.csv", "--save", d.one(["odd", "even"])])


# drafts, invoices


def draft(d: Drawn, ground: Ground) -> Deed:
    line = f"Work;{d.whole(1, 3)};{d.one([33, 250])};{d.one(['vat-20', 'none'])}"
    return Deed(["invoice", "new", "-c", d.one([*CUSTOMERS, *extras(ground)]), "--draft", "-l", line])


def draft_delete(d: Drawn, ground: Ground) -> Deed | None:
    drafts = own(ground, "drafts")
    return Deed(["draft", "delete", d.one(drafts)]) if drafts else None


def issue(d: Drawn, ground: Ground) -> Deed | None:
    drafts = own(ground, "drafts")
    words = on("--issued-on", ground.books, d.before(ground.books))
    return Deed(["invoice", "issue", d.one(drafts), *words], moves=True) if drafts else None


def duplicate(d: Drawn, ground: Ground) -> Deed | None:
    books = ground.books
    if not books.invoices:
        return None
    words = [
        "invoice",
        "duplicate",
        d.one(list(books.invoices)),
        *(["--draft"] if d.odds(3) else []),
        *(["--series", "other"] if d.odds(2) else []),
    ]
    return Deed(words, moves=True)


def other_series(d: Drawn, ground: Ground) -> Deed:
    words = ["invoice", "new", "-c", d.one(CUSTOMERS), "--series", "other", "-l", f"Work;1;{d.whole(1, 900)};vat-7"]
    return Deed([*words, *on("--issued-on", ground.books, d.before(ground.books))], moves=True)


def invoice_pdf(d: Drawn, ground: Ground) -> Deed | None:
    numbers = list(ground.books.invoices)
    return Deed(["invoice", "pdf", d.one(numbers), "--out", "../papers"], again=True, yes=False) if numbers else None


def credit_note_pdf(d: Drawn, ground: Ground) -> Deed | None:
    numbers = [name for name, each in ground.books.sources.items() if each.note]
    return Deed(["credit-note", "pdf", d.one(numbers), "--out", "../papers"], again=True, yes=False) if numbers else None


# holds


def hold(d: Drawn, ground: Ground) -> Deed | None:
    books = ground.books
    if not books.invoices:
        return None
    number, kind = d.one(live(books)[:4]), d.one(["dispute", "promise", "manual", "plan"])
    until = day(books.today + d.whole(0, 30)).isoformat()
    words = ["hold", "new", "--kind", kind, "--invoice", number, "--reason", "Phone"]
    match kind:
        case "promise":
            words += ["--until", until]
        case "plan":
            words += [
                "--instalment",
                day(books.today + 5).isoformat() + ":" + text(1, books.invoices[number].currency),
                "--instalment",
                until,
            ]
    if kind == "dispute" and d.odds(2):
        write(ground, "letter.txt", ["We never ordered that."])
        words += ["--evidence", "../letter.txt"]
    return Deed(words)


def hold_release(d: Drawn, ground: Ground) -> Deed | None:
    every = own(ground, "holds")
    return (
        Deed(["hold", "release", d.one(every), "--outcome", d.one(["kept", "broken", "settled", "withdrawn", "upheld"])]) if every else None
    )


def finding_new(d: Drawn, ground: Ground) -> Deed | None:
    numbers = list(ground.books.invoices)
    return Deed(["finding", "new", d.one(numbers), "--text", "No order on file", "--by", "Ms Berg"]) if numbers else None


def finding_close(d: Drawn, ground: Ground) -> Deed | None:
    every = own(ground, "findings")
    return Deed(["finding", "close", d.one(every), "--accept", "--reason", "Seen"]) if every else None


# recurring


def recurring_new(d: Drawn, ground: Ground) -> Deed:
    starts = day(ground.books.today + d.whole(-70, 10)).isoformat()
    words = [
        "recurring",
        "new",
        "-c",
        d.one(CUSTOMERS),
        "--every",
        d.one(["month", "month", "2 weeks", "quarter", "year"]),
        "--starts",
        starts,
    ]
    words += ["-l", f"Hosting, {{period}};1;{d.whole(1, 90)};vat-20", "--terms", "net 10"]
    words += ["--prorate"] if d.odds(3) else []
    words += ["--in-arrears"] if d.odds(3) else []
    words += ["--draft"] if d.odds(4) else []
    return Deed([*words, *(["--mail"] if d.odds(2) else [])])


def recurring_end(d: Drawn, ground: Ground) -> Deed | None:
    every = own(ground, "recurring")
    until = day(ground.books.today + d.whole(-20, 20)).isoformat()
    return Deed(["recurring", "end", d.one(every), "--on", until, "--reason", "Cancelled"]) if every else None


def recurring_run(d: Drawn, ground: Ground) -> Deed:
    return Deed(["recurring", "run", *([] if d.odds(2) else ["--limit", "2"])], moves=True, codes=(0, 1, 3))


def run(d: Drawn, ground: Ground) -> Deed:
    misbehave(d, ground)
    return Deed(["run"], moves=True, hands=True, codes=(0, 1, 3, 5))


# the bank


def reconcile(d: Drawn, ground: Ground) -> Deed:
    """A statement of some days, the newest or older ones again, in any order of its rows."""
    account = d.one(["main", "second"])
    told = bank_days(ground, account)
    today = ground.books.today
    if not told or told[-1][0] < today:
        fresh = [line(d, ground) for _ in range(d.whole(0, 3))]
        told.append((today, fresh + ([fresh[0]] if fresh and d.odds(4) else [])))
    some = told[d.whole(0, len(told) - 1) :] if d.odds(2) else told[-2:]
    rows = [(f"{account}-{at}-{k}", row) for at, mine in some for k, row in enumerate(mine)]
    with_ids = account == "main"
    cells = [f"{key},{row}" if with_ids else row for key, row in rows]
    rows_ = d.draw(st.permutations(cells)) if d.odds(2) else cells
    write(ground, f"{account}.csv", [("id," if with_ids else "") + "date,amount,currency,payer,text", *rows_], ends=d.one(["\n", "\r\n"]))
    ground.coming = (account, cells)
    return Deed(["reconcile", "import", f"../{account}.csv", "--account", account], moves=True, again=True)


def bank_days(ground: Ground, account: str) -> list[tuple[int, list[str]]]:
    return ground.bank.setdefault(account, [])


def line(d: Drawn, ground: Ground) -> str:
    """Money for an invoice, said well or badly; money of nobody; a salary; money that goes out."""
    books, today = ground.books, day(ground.books.today).isoformat()
    kind = d.whole(0, 7)
    if books.invoices and kind <= 4:
        target = books.invoices[d.one(live(books)[:5])]
        owed = max(books.open(target.number, 999_999), 1)
        amount = owed if kind <= 2 else d.whole(1, 900)
        payer = target.customer.title() if kind != 1 else "Somebody"
        said = f"Invoice {target.number}" if kind in (0, 1, 3) else "thanks"
        return f"{today},{text(amount, target.currency)},{target.currency},{payer},{said}"
    if kind == 5:
        return f"{today},-3000.00,EUR,Bob,Salary"
    back = [each for each in books.sources.values() if not each.note and each.ended > 999_999 and each.currency == "EUR"]
    if back and kind == 6:
        source = d.one(back)
        return f"{today},-{text(source.amount, 'EUR')},EUR,{source.customer.title()},Return of payment"
    return f"{today},{text(d.whole(1, 900), 'EUR')},EUR,{d.one(['Head', 'Nobody'])},?"


def reconcile_open(d: Drawn, ground: Ground) -> Deed:
    return Deed(["reconcile", "import"], moves=True, again=True)


def propose(d: Drawn, ground: Ground) -> Deed:
    (ground.folder / "proposal.yaml").unlink(missing_ok=True)
    return Deed(["reconcile", "import", "--propose", "../proposal.yaml"], moves=True)


def reconcile_apply(d: Drawn, ground: Ground) -> Deed | None:
    """A proposal, which may be of some time ago, when the books stood otherwise."""
    return Deed(["reconcile", "apply", "../proposal.yaml"], moves=True) if (ground.folder / "proposal.yaml").exists() else None


def reconcile_undo(d: Drawn, ground: Ground) -> Deed | None:
    decided = [
        line.split(":", 1)[1].strip().strip("'\"")
        for path in sorted(ground.root.glob("reconciliations/*/*/*.yaml"))
        for line in path.read_text().splitlines()
        if line.lstrip(" -").startswith("line: ")
    ]
    what = [*decided, *own(ground, "bank")]
    return Deed(["reconcile", "undo", d.one(what), "--reason", "Another customer"], moves=True, codes=(0, 1, 2, 3)) if what else None


# mail

_WOES = [
    {"RCPT": ["550 5.1.1 nobody of that name"]}, {"RCPT": ["450 4.2.0 greylisted"]}, {"END": ["451 4.7.1 try later"]}, {"END": ["drop"]},
    {"END": ["taken, drop"]}, {"END": ["554 5.6.0 no"]}, {"MAIL": ["drop"]}, {"HELO": ["drop"]}, {"DATA": ["451 4.3.0 try later"]},
]  # fmt: skip


def misbehave(d: Drawn, ground: Ground) -> None:
    if ground.post:
        woe = d.one(_WOES) if d.odds(2) else {}
        ground.post.script = {stage: [*replies] for stage, replies in woe.items()}


def invoice_send(d: Drawn, ground: Ground) -> Deed | None:
    numbers = d.some(live(ground.books)[:4], 2)
    misbehave(d, ground)
    words = ["--later"] if d.odds(2) else ["--by-hand", "post"] if d.odds(4) else ["--again"] if d.odds(5) else []
    return Deed(["invoice", "send", *numbers, *words], hands=True, codes=(0, 1, 3, 5)) if numbers else None


def credit_note_send(d: Drawn, ground: Ground) -> Deed | None:
    numbers = [name for name, each in ground.books.sources.items() if each.note]
    misbehave(d, ground)
    return (
        Deed(["credit-note", "send", d.one(numbers), *(["--later"] if d.odds(2) else [])], hands=True, codes=(0, 1, 3, 5))
        if numbers
        else None
    )


def statement_mail(d: Drawn, ground: Ground) -> Deed:
    misbehave(d, ground)
    return Deed(["statement", d.one(CUSTOMERS), "--mail", *(["--later"] if d.odds(2) else [])], hands=True, codes=(0, 1, 3, 5))


def remind_run(d: Drawn, ground: Ground) -> Deed:
    misbehave(d, ground)
    return Deed(["remind", "run", *(["--later"] if d.odds(3) else [])], hands=True, codes=(0, 1, 3, 5))


def remind_approve(d: Drawn, ground: Ground) -> Deed:
    return Deed(["remind", "approve", d.one(CUSTOMERS), "--level", "3", "--by", "Ada"])


def outbox_send(d: Drawn, ground: Ground) -> Deed:
    misbehave(d, ground)
    return Deed(["outbox", "send"], hands=True, codes=(0, 1, 3, 5), yes=False)


def deliveries(ground: Ground) -> list[str]:
    return own(ground, "deliveries")


def outbox_resolve(d: Drawn, ground: Ground) -> Deed | None:
    ran = ground.call(["outbox", "list", "--format", "json"])
    waiting = [row["id"] for row in ran.json["rows"] if row["state"] not in ("sent", "dropped")] or deliveries(ground)
    return Deed(["outbox", "resolve", d.one(waiting), d.one(["--sent", "--resend", "--drop"]), "--reason", "Asked"]) if waiting else None


def outbox_retry(d: Drawn, ground: Ground) -> Deed | None:
    every = deliveries(ground)
    return Deed(["outbox", "retry", d.one(every)]) if every else None


def outbox_here(d: Drawn, ground: Ground) -> Deed:
    return Deed(["outbox", "here"], again=True)


# closed months


def fold(d: Drawn, ground: Ground) -> Deed:
    """Closed or not: a month that is not is refused."""
    at = day(max(ground.books.today - d.whole(10, 90), 0))
    return Deed(["fold", f"{at:%Y-%m}"], again=True)


def unfold(d: Drawn, ground: Ground) -> Deed:
    at = day(max(ground.books.today - d.whole(10, 90), 0))
    return Deed(["unfold", f"{at:%Y-%m}"], again=True)


DEEDS: dict[Make, tuple[str, int]] = {
    customer_add: ("customer add", 2), customer_edit: ("customer edit", 3), customer_tag: ("customer tag", 1),
    customer_deactivate: ("customer deactivate", 1), customer_activate: ("customer activate", 1), customer_merge: ("customer merge", 1),
    customer_import: ("customer import", 1), credit_limit: ("credit limit", 1), classify: ("classify", 1), edit: ("edit", 2),
    draft_edit: ("draft edit", 1), schema_write: ("schema write", 1), template_copy: ("template copy", 1),
    bank_profile: ("bank profile", 1), draft: ("invoice new", 2),
    draft_delete: ("draft delete", 1), issue: ("invoice issue", 3), duplicate: ("invoice duplicate", 2),
    other_series: ("invoice new", 1), invoice_pdf: ("invoice pdf", 1), credit_note_pdf: ("credit-note pdf", 1), hold: ("hold new", 2),
    hold_release: ("hold release", 1), recurring_new: ("recurring new", 2), recurring_end: ("recurring end", 1),
    recurring_run: ("recurring run", 3), run: ("run", 3), reconcile: ("reconcile import", 6), reconcile_open: ("reconcile import", 1),
    propose: ("reconcile import", 1), reconcile_apply: ("reconcile apply", 2), reconcile_undo: ("reconcile undo", 2),
    invoice_send: ("invoice send", 2), credit_note_send: ("credit-note send", 1), statement_mail: ("statement", 1),
    remind_run: ("remind run", 3), remind_approve: ("remind approve", 1), outbox_send: ("outbox send", 2),
    outbox_resolve: ("outbox resolve", 2), outbox_retry: ("outbox retry", 1), outbox_here: ("outbox here", 1), fold: ("fold", 2),
    unfold: ("unfold", 1), finding_new: ("finding new", 1), finding_close: ("finding close", 1),
}  # fmt: skip
"""Which command each is, and how often it comes."""

BAG = [make for make, (_, weight) in DEEDS.items() for _ in range(weight)]


def write(ground: Ground, name: str, rows: Sequence[str], ends: str = "\n") -> None:
    (ground.folder / name).write_text("".join(f"{row}{ends}" for row in rows), encoding="utf-8", newline="")


def do(ground: Ground, deed: Deed) -> bool:
    """Does it; what is refused changed nothing, and what is done once more changes nothing. Returns whether it changed something."""
    before = tree(ground.root)
    words = [*deed.words, *(["--yes"] if deed.yes else []), "--format", "json"]
    ran = ground.call(words, deed.env)
    ground.ran.append((ground.books.today, deed.words, ran.code))
    assert ran.code in deed.codes, ground.told(ran)
    after = tree(ground.root)
    assert ran.code not in (1, 2, 4) or after == before or deed.hands, ground.told(f"a refused command changed files: {ran}")
    changed = after != before
    if deed.words[:2] == ["reconcile", "import"] and len(deed.words) > 4 and ran.code in (0, 3):
        ground.tell_bank(*ground.coming)
    if deed.words[:2] == ["outbox", "resolve"] and "--resend" in deed.words and ran.code == 0:
        ground.resent[message_id_of(ground, deed.words[2])] += 1
    if changed and deed.moves:
        ground.relearn()
    if deed.again and ran.code in (0, 3):
        again = ground.call(words, deed.env)
        assert again.code in deed.codes, ground.told(again)
        assert tree(ground.root) == after, ground.told(f"the same once more changed files: {deed.words}")
    ground.counts[f"{' '.join(deed.words[:2])}|{ran.code}"] += 1
    return changed


def message_id_of(ground: Ground, delivery: str) -> str:
    ran = ground.call(["outbox", "show", delivery, "--format", "json"])
    return str(ran.json["rows"][0].get("message_id", "")).strip("<>")
