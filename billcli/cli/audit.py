"""``bill audit``."""

from __future__ import annotations

from typing import Annotated

from billcli.cli.common import books, check_form, optional_day, out, say, show, span
from billcli.cli.lazy import typer
from billcli.cli.options import AsOf, Form

_HELP = """Proof of the books: the audit trail and its past, who did what, unbroken numbers, samples to look at.

Example: bill audit verify --git
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.command()
def verify(
    ctx: typer.Context,
    git: Annotated[
        bool, typer.Option("--git", help="Also every commit: the trail was only ever added to, nothing issued was changed.")
    ] = False,
    since: Annotated[str | None, typer.Option("--since", metavar="REV", help="With --git: only the commits since then.")] = None,
    expect: Annotated[
        list[str] | None, typer.Option("--expect", metavar="CLONE:HASH", help="A head noted earlier must still be there. May be repeated.")
    ] = None,
    as_of: AsOf = None,
    form: Form = "table",
) -> None:
    """Prove that nobody changed the audit trail or what was issued; the first bad entry is named. Reads every file anew.

    Files changed by hand are listed; that is no error. The heads at the end are to be written down elsewhere: a trail cannot show
    by itself that its end was cut off, or that all of it was written anew. Exit 1 where something is wrong.

    Example: bill audit verify --git --expect 7e57c10e:61a96f23390435bef3d1fd3723733433
    """
    from billcli.app.audit.verify import Wanted
    from billcli.app.audit.verify import verify as run

    check_form(form)
    with books(ctx, as_of, whole=False, anew=True) as found:
        made = run(found, Wanted(git, since, tuple(expect or ())))
    show(made, form)
    if made.data["problems"]:
        raise typer.Exit(1)


@app.command()
def numbers(ctx: typer.Context, as_of: AsOf = None, form: Form = "table") -> None:
    """Prove that no number is missing: of each sequence and period first, last, issued, void, imported, missing, twice.

    Counts from the first number that bill gave. A void keeps its number; what another tool numbered may have holes. Exit 1 where
    something is missing, gone or there twice, which "bill check" names too.

    Example: bill audit numbers --format csv
    """
    from billcli.app.audit.numbers import series
    from billcli.core.audit.numbers import numbers_report

    check_form(form)
    with books(ctx, as_of, whole=False) as found:
        every, day = series(found), found.today
    show(numbers_report(every, day), form)
    if not all(each.is_whole() for each in every):
        raise typer.Exit(1)


@app.command()
def log(
    ctx: typer.Context,
    document: Annotated[str | None, typer.Argument(metavar="[DOCUMENT]", help="A number, id or name; without it, all there is.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="From that day on, in the ledger's time zone.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Up to that day, in the ledger's time zone.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", metavar="NAME", help="Only what this person did.")] = None,
    form: Form = "table",
) -> None:
    """Who did what, when and why, as the audit trail tells it: a line for each command; times are UTC.

    Of a document its whole life: the draft it was made of, what settles, corrects, holds, reminds of, carries and books it, edits by
    hand, and the folding of its month. A document that is gone is told, too.

    Example: bill audit log INV-2026-0001
    """
    from billcli.app.audit.log import broken
    from billcli.app.audit.log import log as run
    from billcli.core.audit.log import Asked

    check_form(form)
    asked = Asked(optional_day(since, "--since"), optional_day(until, "--until"), actor)
    with books(ctx, None, whole=False) as found:
        made, wrong = run(found, document, asked), broken(found)
    show(made, form)
    for file in wrong:
        say(f'warning: {file} is broken: what stands behind the break is not told; "bill audit verify" names the place')


@app.command()
def sample(
    ctx: typer.Context,
    seed: Annotated[str, typer.Option("--seed", metavar="TEXT", help="Any text; the same one gives the same sample.")],
    size: Annotated[int, typer.Option("--size", metavar="K", help="How many documents.")],
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Dated on or after.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Dated on or before.")] = None,
    period: Annotated[str | None, typer.Option("--period", metavar="PERIOD", help="Dated in 2026, 2026-Q1 or 2026-03.")] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", metavar="invoice|credit-note|payment|refund|write-off", help="May be repeated; else invoices and credit notes."
        ),
    ] = None,
    by_amount: Annotated[bool, typer.Option("--by-amount", help="Every amount has the same chance, instead of each document.")] = False,
    currency: Annotated[str | None, typer.Option("--currency", metavar="CODE", help="Only this currency; --by-amount needs one.")] = None,
    as_of: AsOf = None,
    form: Annotated[
        str, typer.Option("--format", metavar="table|json|csv|markdown", help="How to print it; markdown is a working paper.")
    ] = "table",
) -> None:
    """Choose documents to look at, and say what to look at: the same books and seed give the same ones on any machine.

    With --by-amount a document's chance is its amount (monetary unit sampling): one as large as the whole divided by the size is always
    chosen. Findings are kept with "bill finding new".

    Example: bill audit sample --seed 2026-Q1 --size 25 --period 2026-Q1 --format markdown
    """
    from billcli.app.audit.sample import SampleOptions, draw, known
    from billcli.core.audit.sample import markdown, sample_report

    check_form(form, ("table", "json", "csv", "markdown"))
    options = SampleOptions(seed, size, *span(since, until, period), tuple(kind or ()), by_amount, currency)
    with books(ctx, as_of) as found:
        drawn, day = draw(found, options), found.today
        facts = known(found, drawn.chosen) if form == "markdown" else {}
    if form == "markdown":
        from billcli.render.text import safe

        out("".join(f"{safe(line)}\n" for line in markdown(drawn.chosen, f"Sample {seed}", drawn.note, facts).split("\n")))
    else:
        show(sample_report(drawn.chosen, day, drawn.note, lists=form != "table"), form)
