"""``bill report``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from billcli.cli.common import books, list_command, out
from billcli.cli.lazy import typer
from billcli.cli.options import AsOf, Form, Where
from billcli.cli.report_options import By, Compare, NoBy, NoCompare, NoWhere, Period, plain_report, show_report

if TYPE_CHECKING:
    from datetime import date

    from billcli.app.books import Books
    from billcli.app.reports.asked import Asked
    from billcli.core.report import Report

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def report() -> None:
    """Who owes what, and what the numbers say.

    Example: bill report overview
    """


@app.command()
def aging(
    ctx: typer.Context,
    as_of: AsOf = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="DIM",
            help="customer, invoice, industry, region, region:1, size, segment, country, tag, band, month … Twice at most.",
        ),
    ] = None,
    where: Where = None,
    basis: Annotated[
        str,
        typer.Option("--basis", metavar="due|issued|original", help="Count from due dates, days of issue, or due dates before any plan."),
    ] = "due",
    form: Form = "table",
) -> None:
    """Open balances by how long they are overdue, as of any day; what came later is undone.

    Buckets: not due; 1-30, 31-60, 61-90, over 90 days after the due date. An invoice is due until the end of its due
    date, an instalment of its own; while a plan agreed later counts ("bill hold"), its dates do. Unapplied payments and
    credit notes stand in a column of their own: total = sum of buckets - unapplied.
    With --where only what fits is shown; what has several tags or categories is a group of its own, so every amount counts once.
    The last line proves the report: its buckets, the open invoices and the books as a whole come to the same.

    Example: bill report aging --as-of 2026-03-31 --by segment
    """
    from billcli.app.report import aging_report

    list_command(ctx, as_of, form, lambda found, day: aging_report(found, day, by or (), basis, where))


@app.command("overview")
def overview(
    ctx: typer.Context, as_of: AsOf = None, by: NoBy = None, where: NoWhere = None, compare: NoCompare = None, form: Form = "table"
) -> None:
    """Monday morning on one screen: owed, overdue, due this week, promised, disputed, who owes most, and what to do next.

    DSO as in its report; the trend draws what was overdue at the ends of months, as in overdue-trend. Due this week is up to
    Sunday. Disputed and promised count by the amount that is, at most by what is open. Every currency stands for itself; with
    --format json there is more of each. Of an earlier day drafts and deliveries are left out: no book says how they stood.

    Example: bill report overview
    """
    from billcli.app.reports.overview import overview_view
    from billcli.cli.common import refuse_given

    refuse_given(
        {"--by": by, "--where": where, "--compare": compare},
        "means nothing here: the overview is of everything on one day",
        'the reports behind it take it: "bill report aging", "bill report dso", "bill report overdue-trend"',
    )
    list_command(ctx, as_of, form, overview_view)


@plain_report(app, "dso")
def dso(found: Books, day: date, asked: Asked) -> Report:
    """Days sales outstanding: how many days of sales are still owed.

    DSO = owed / sales of the period × its days (Credit Research Foundation). Countback, also called the exhaustion method, takes
    whole months of sales off what is owed, the last month first, and counts their days until nothing is left.
    Owed is open less unapplied on the last day; sales are invoices less credit notes, with tax. A period that begins before the
    books do counts from their first day.
    By month, owed and sales stand in the month of issue; what is unapplied belongs to no invoice and so to no month: "(none)".

    Example: bill report dso --by segment --compare year
    """
    from billcli.app.reports.money import dso_report

    return dso_report(found, day, asked)


@plain_report(app, "days-to-pay")
def days_to_pay(found: Books, day: date, asked: Asked) -> Report:
    """From the day of issue to the money that closed the invoice, of invoices paid in the period.

    Weighted counts each day by the money paid; mean and median count every invoice alike; a tenth took as long as "Slowest 10 %"
    or longer. Invoices closed by credit alone, made void, or with bad debt written off do not count. By month of the last money.

    Example: bill report days-to-pay --by customer --period 2026-Q1
    """
    from billcli.app.reports.money import days_report

    return days_report(found, day, asked, "to-pay")


@plain_report(app, "days-late")
def days_late(found: Books, day: date, asked: Asked) -> Report:
    """From the due date to the money that closed the invoice, below zero for early, of invoices paid in the period.

    The due date is the last instalment's, as it was issued: a plan agreed later moves none. The rest as in days-to-pay, by month of
    the last money. Average days delinquent counts late days alone; here early ones make up for them, and "On time %" stands beside.

    Example: bill report days-late --by customer --where country=DE
    """
    from billcli.app.reports.money import days_report

    return days_report(found, day, asked, "late")


@plain_report(app, "cei")
def cei(found: Books, day: date, asked: Asked) -> Report:
    """Collection effectiveness index: of what could be collected in the period, the part that was. 100 is best.

    CEI = (opening + billed - closing) / (opening + billed - closing not due) × 100 (Srinivasan, Credit Research Foundation).
    Opening and closing are open invoices; billed is what was invoiced less credit used and invoices made void, which is nobody's
    collecting. What was written off counts as collected: see bad-debt beside it. By month, all of it is by the invoice's month of issue.

    Example: bill report cei --period 2026-Q2 --compare previous
    """
    from billcli.app.reports.money import cei_report

    return cei_report(found, day, asked)


@plain_report(app, "turnover")
def turnover(found: Books, day: date, asked: Asked) -> Report:
    """Receivables turnover: how often in the period what was owed turned into money, and how many days one turn takes.

    Turnover = sales / average of what was owed before and at the end; days = days of the period / turnover (the textbook ratio:
    Brealey, Myers, Allen). Sales are invoices less credit notes, with tax; owed is open less unapplied. By month as in dso.

    Example: bill report turnover --period 2026
    """
    from billcli.app.reports.money import turnover_report

    return turnover_report(found, day, asked)


@plain_report(app, "revenue")
def revenue(found: Books, day: date, asked: Asked) -> Report:
    """Revenue without tax by day of issue: invoices less credit notes; void ones do not count. By month, if nothing else is asked.

    By category, each line counts where it belongs; one without a category where rules put its document, and a credit note over an
    amount in the categories of its invoice, by their share. Invoices with lines of two categories count in both, once in the total.
    By tag, type, state, band and number a credit note counts where the invoice does that it corrects; by month, each by its own issue.
    Nothing is deferred: it is what was invoiced, not what was earned by then.

    Example: bill report revenue --by category --by quarter
    """
    from billcli.app.reports.money import revenue_report

    return revenue_report(found, day, asked)


@app.command("customers")
def customers(
    ctx: typer.Context,
    as_of: AsOf = None,
    by: By = None,
    where: Where = None,
    period: Period = None,
    top: Annotated[int, typer.Option("--top", metavar="N", help="How many to show; 0 shows all.")] = 10,
    of: Annotated[str, typer.Option("--of", metavar="revenue|owed", help="What to rank by.")] = "revenue",
    compare: NoCompare = None,
    form: Form = "table",
) -> None:
    """Who makes up revenue, or what is owed: the largest, their shares, the running sum of shares, and the concentration.

    The Herfindahl-Hirschman index is the sum of all squared percentages, from 0 to 10000; above 1800 is called highly concentrated
    (US merger guidelines, 2023). Who is below zero (credited or paid more) counts in the total, but has no share: shares are of what
    stands above zero. Revenue is without tax, by day of issue; owed is open less unapplied, as in aging and dso.

    Example: bill report customers --of owed --top 5
    """
    from billcli.app.reports.money import customers_report

    show_report(ctx, as_of, form, (by, where, period, compare), lambda found, day, asked: customers_report(found, day, asked, top, of))


@app.command("cash-forecast")
def cash_forecast(
    ctx: typer.Context,
    as_of: AsOf = None,
    by: By = None,
    where: Where = None,
    weeks: Annotated[int, typer.Option("--weeks", metavar="N", help="How far to look.")] = 13,
    compare: NoCompare = None,
    form: Form = "table",
) -> None:
    """When the money will come, week by week: open items moved from their due dates by what each customer is in the habit of.

    A habit is the median of days late over the twelve months up to the day, of three invoices paid or more, else that of all;
    quartiles between two days are the later one. The band runs from the slowest quarter (low) to the fastest (high).
    What is overdue beyond its habit is expected in no week and stands apart, as does what is disputed; a live promise counts by its
    own day; everything else is expected today at the earliest. A dispute or promise over an amount counts by that amount: promised
    money fills the instalment due first, so the one due last is disputed. "Due" is by due date alone, cumulative what will have come
    by then. --by month, quarter and year are those of issue.

    Example: bill report cash-forecast --weeks 8
    """
    from billcli.app.reports.work import cash_forecast_report

    show_report(ctx, as_of, form, (by, where, None, compare), lambda found, day, asked: cash_forecast_report(found, day, asked, weeks))


@app.command("overdue-trend")
def overdue_trend(
    ctx: typer.Context,
    as_of: AsOf = None,
    by: By = None,
    where: Where = None,
    months: Annotated[int, typer.Option("--months", metavar="N", help="How many month ends.")] = 12,
    compare: NoCompare = None,
    form: Form = "table",
) -> None:
    """What was owed and overdue at the end of each month, as the books stood then: each line is the aging report of its day.

    Open invoices; what is unapplied is not taken off. --by month, quarter and year are those of issue, beside the day of the line.

    Example: bill report overdue-trend --months 24 --by region
    """
    from billcli.app.reports.money import overdue_trend_report

    show_report(ctx, as_of, form, (by, where, None, compare), lambda found, day, asked: overdue_trend_report(found, day, asked, months))


@app.command("dunning")
def dunning(
    ctx: typer.Context,
    as_of: AsOf = None,
    by: By = None,
    where: Where = None,
    period: Period = None,
    compare: Compare = None,
    within: Annotated[int, typer.Option("--within", metavar="DAYS", help="Days after the notice in which money counts.")] = 14,
    form: Form = "table",
) -> None:
    """What reminders bring: of what the notices of each level asked for, the part that came within some days.

    Paid % = money that came for the reminded invoices, up to what was asked / asked × 100. Money counts by its own date, from the
    day after the notice was handed over: what came that day may have been there before. Notices too young to tell are left out, and
    so are those that nobody is known to have received, as "bill remind" counts no level as reached by them. By month of the notice.
    It compares levels; that a reminder was the cause it cannot prove.

    Example: bill report dunning --within 14
    """
    from billcli.app.reports.work import dunning_report

    show_report(ctx, as_of, form, (by, where, period, compare), lambda found, day, asked: dunning_report(found, day, asked, within))


@plain_report(app, "discounts")
def discounts(found: Books, day: date, asked: Asked) -> Report:
    """Early-payment discounts given in the period less those taken back, what of it came after the day, and the share of sales.

    With tax, by the day it was booked, sales by their day of issue. Of a discount taken back in part, that part counts. "Of it late"
    came after the day the invoice grants it until. Sales are invoices less credit notes, with tax.

    Example: bill report discounts --by customer --period 2026
    """
    from billcli.app.reports.money import discounts_report

    return discounts_report(found, day, asked)


@plain_report(app, "bad-debt")
def bad_debt(found: Books, day: date, asked: Asked) -> Report:
    """Bad debt: written off in the period less recovered in it, and its share of sales. Small differences stand apart.

    With tax, by the day it was booked, sales by their day of issue. Recovered is whatever ends a write-off, by the part that ends: money
    that came after all, or a credit note in its place. Sales are invoices less credit notes, with tax.

    Example: bill report bad-debt --compare year
    """
    from billcli.app.reports.money import bad_debt_report

    return bad_debt_report(found, day, asked)


@plain_report(app, "tax")
def tax(found: Books, day: date, asked: Asked) -> Report:
    """Base and tax by month, category and rate: invoices by tax point, less credit notes, less what reduced them later.

    The tax point stands in the invoice: day of delivery, else the last day of the service period, else of issue. Reductions are
    discounts taken, invoices made void, and bad debt written off with tax relief, less what was taken back, each on its own day
    (directive 2006/112/EC, articles 63, 64, 90). Lines without tax ("none") stand as category O, outside its scope, at rate 0.
    By month, quarter and year of these days. It adds up; it does not file a return.

    Example: bill report tax --by quarter --period 2026
    """
    from billcli.app.reports.work import tax_report

    return tax_report(found, day, asked)


@app.command("reconciliation")
def reconciliation(
    ctx: typer.Context,
    as_of: AsOf = None,
    by: By = None,
    where: NoWhere = None,
    period: Period = None,
    compare: Compare = None,
    form: Form = "table",
) -> None:
    """Bank lines of the period by who decided on them: bill itself, a rule, a person, or nobody yet. Each line counts once.

    By the day the bank booked it, as decided at the end of the day looked from; an amount going out counts like one coming in.

    Example: bill report reconciliation --by month
    """
    from billcli.app.reports.work import reconciliation_report

    show_report(ctx, as_of, form, (by, where, period, compare), reconciliation_report)


@app.command("html")
def html(
    ctx: typer.Context,
    out_: Annotated[str, typer.Option("--out", "-o", metavar="DIR", help="The folder to write index.html to, or a file named ….html.")],
    as_of: AsOf = None,
) -> None:
    """Write a dashboard: one static page to look at, to print, or to send.

    First, per currency, what is overdue, owed and expected, who owes most and who got worse since four weeks before; then every report.
    It loads nothing and sends nothing; its tables sort at a click; its figures are those of the reports with --format json, written
    as the language of the ledger writes them. A page that bill made before is replaced, any other file is not.

    Example: bill report html --out dashboard
    """
    from billcli.app.reports.dashboard import write_dashboard
    from billcli.render.dashboard import GENERATOR, page

    with books(ctx, as_of) as found:
        made = write_dashboard(found, found.today, out_, page, GENERATOR)
    out(f"{made}\n")
