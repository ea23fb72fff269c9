"""Every figure of every report once more, in DuckDB over the CSV files: other tables, other joins, other arithmetic."""

# ruff: noqa: E501  # queries read better in lines as long as what they say

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tests.reports.exported import TABLES

_DAYS = frozenset(("issued_on", "tax_on", "due_on", "last_due", "void_on", "discount_until", "booked_on", "value_on", "ended_on",
                   "reversed_on", "until", "released_on", "undone_on", "went_on"))  # fmt: skip
_NUMBERS = frozenset(("net", "gross", "parts", "amount", "base", "pos", "n", "level", "asked", "bad", "relief", "starts"))

_VIEWS = """
CREATE MACRO live(booked, ended, day) AS booked <= day AND (ended IS NULL OR ended > day);
CREATE MACRO settled(number, day) AS (
  SELECT coalesce(sum(s.amount), 0) FROM settlements s WHERE s.invoice = number AND live(s.booked_on, s.ended_on, day));
CREATE MACRO open_at(day) AS TABLE
  SELECT i.number, i.customer, i.type, i.currency, i.issued_on AS on_day, i.gross - settled(i.number, day) AS open FROM invoices i WHERE i.issued_on <= day;
CREATE MACRO agreed_at(day) AS TABLE
  SELECT invoice, due_on, amount, n FROM plan_parts WHERE live(booked_on, released_on, day)
  UNION ALL SELECT invoice, due_on, amount, n FROM instalments
    WHERE invoice NOT IN (SELECT invoice FROM plan_parts WHERE live(booked_on, released_on, day));
CREATE MACRO parts_at(day) AS TABLE
  SELECT o.number, o.customer, o.type, o.currency, o.on_day, p.due_on,
    greatest(least(sum(p.amount) OVER (PARTITION BY o.number ORDER BY p.n)
      - (sum(p.amount) OVER (PARTITION BY o.number) - o.open), p.amount), 0) AS open
  FROM open_at(day) o JOIN agreed_at(day) p ON p.invoice = o.number WHERE o.open <> 0;
CREATE MACRO unapplied_at(day) AS TABLE
  SELECT NULL::VARCHAR AS number, NULL::DATE AS on_day, p.customer, p.currency, (CASE WHEN p.reversed_on <= day THEN 0 ELSE p.amount END)
    - coalesce((SELECT sum(s.amount) FROM settlements s WHERE s.source = p.id AND s.kind = 'payment' AND live(s.booked_on, s.ended_on, day)), 0)
    - coalesce((SELECT sum(w.amount) FROM draws w WHERE w.source = p.id AND live(w.booked_on, w.ended_on, day)), 0) AS amount
  FROM payments p WHERE p.booked_on <= day
  UNION ALL
  SELECT NULL, NULL, p.customer, p.currency, (CASE WHEN p.void_on <= day THEN 0 ELSE p.gross END)
    - coalesce((SELECT sum(s.amount) FROM settlements s WHERE s.source = p.number AND s.kind = 'credit' AND live(s.booked_on, s.ended_on, day)), 0)
    - coalesce((SELECT sum(w.amount) FROM draws w WHERE w.source = p.number AND live(w.booked_on, w.ended_on, day)), 0)
  FROM credit_notes p WHERE p.issued_on <= day;
CREATE MACRO sold_in(first, last, known) AS TABLE
  SELECT number, customer, currency, issued_on, issued_on AS on_day, net, gross, 1 AS sign FROM invoices
    WHERE issued_on BETWEEN first AND last AND (void_on IS NULL OR void_on > known)
  UNION ALL SELECT number, customer, currency, issued_on, issued_on, -net, -gross, -1 FROM credit_notes
    WHERE issued_on BETWEEN first AND last AND (void_on IS NULL OR void_on > known);
CREATE MACRO paid_in(first, last, known) AS TABLE
  SELECT i.number, i.customer, i.currency, m.amount, m.paid_on AS on_day, m.paid_on - i.issued_on AS days, m.paid_on - i.last_due AS late
  FROM invoices i JOIN (
    SELECT invoice, max(value_on) AS paid_on, sum(amount) AS amount FROM settlements
    WHERE kind = 'payment' AND live(booked_on, ended_on, known) GROUP BY invoice) m ON m.invoice = i.number
  WHERE m.paid_on BETWEEN first AND last AND i.gross = settled(i.number, known) AND m.amount > 0
    AND NOT EXISTS (SELECT 1 FROM settlements s WHERE s.invoice = i.number AND s.bad = 1 AND live(s.booked_on, s.ended_on, known));
CREATE MACRO flow(first, last) AS TABLE
  SELECT f.*, i.customer, i.currency, i.discount_until FROM (
    SELECT invoice AS number, kind, bad, relief, amount, booked_on AS on_day, value_on, source, pos, 1 AS sign FROM settlements
      WHERE booked_on BETWEEN first AND last AND (ended_on IS NULL OR ended_on > booked_on)
    UNION ALL SELECT invoice, kind, bad, relief, amount, ended_on, value_on, source, pos, -1 FROM settlements
      WHERE ended_on BETWEEN first AND last AND ended_on > booked_on) f JOIN invoices i ON i.number = f.number;
CREATE MACRO changed(first, last) AS TABLE  -- of one source, invoice and day only what is left of coming and going
  SELECT number, kind, bad, source, on_day, customer, currency, discount_until, abs(sum(amount * sign)) AS amount, sign(sum(amount * sign)) AS sign,
    any_value(value_on) AS value_on FROM flow(first, last) GROUP BY ALL HAVING sum(amount * sign) <> 0;
CREATE MACRO states_at(day) AS TABLE
  SELECT i.number, CASE WHEN i.void_on <= day THEN 'void'
    WHEN i.gross <= settled(i.number, day) THEN CASE
      WHEN (SELECT coalesce(sum(s.amount), 0) FROM settlements s WHERE s.invoice = i.number AND s.kind = 'credit' AND live(s.booked_on, s.ended_on, day)) >= i.gross THEN 'credited'
      WHEN (SELECT coalesce(sum(s.amount), 0) FROM settlements s WHERE s.invoice = i.number AND s.bad = 1 AND live(s.booked_on, s.ended_on, day)) > 0 THEN 'written off'
      ELSE 'paid' END
    WHEN (SELECT min(p.due_on) FROM parts_at(day) p WHERE p.number = i.number AND p.open > 0) < day THEN 'overdue'
    WHEN settled(i.number, day) > 0 THEN 'partly paid' ELSE 'open' END AS word
  FROM invoices i WHERE i.issued_on <= day;
CREATE TABLE documents AS
  SELECT number, customer, type, currency, gross, number AS stands FROM invoices
  UNION ALL SELECT n.number, n.customer, i.type, n.currency, coalesce(i.gross, n.gross), coalesce(i.number, n.number)
    FROM credit_notes n LEFT JOIN invoices i ON i.number = n.corrects;
CREATE TABLE labels AS
  SELECT number, 'type' AS dimension, type AS label FROM documents WHERE type IS NOT NULL
  UNION ALL SELECT d.number, 'band', (SELECT arg_max(b.name, b.starts) FROM bands b WHERE b.currency = d.currency AND b.starts <= d.gross) FROM documents d
  UNION ALL SELECT number, 'category', string_agg(word, ' + ' ORDER BY word) FROM (
      SELECT DISTINCT d.number, w.word FROM documents d JOIN words w ON w.dimension = 'category' AND w.document =
        CASE WHEN d.number IN (SELECT document FROM words WHERE dimension = 'category') THEN d.number ELSE d.stands END) GROUP BY number
  UNION ALL SELECT number, 'tag', string_agg(word, ' + ' ORDER BY word) FROM (
      SELECT d.number, w.word FROM documents d JOIN words w ON w.document IN (d.number, d.stands, '@' || d.customer) WHERE w.dimension = 'tag'
      UNION SELECT w.document, w.word FROM words w WHERE w.dimension = 'tag' AND w.document LIKE '@%') GROUP BY number;
"""


class Oracle:
    def __init__(self, folder: Path) -> None:
        self.db = duckdb.connect()
        for name, columns in TABLES.items():
            types = {each: "DATE" if each in _DAYS else "BIGINT" if each in _NUMBERS else "VARCHAR" for each in columns.split()}
            self.db.read_csv(str(folder / f"{name}.csv"), header=True, dtype=types, all_varchar=False).create(name)
        self.db.execute(_VIEWS)

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        used = {name: value for name, value in values.items() if f"${name}" in sql}
        found = self.db.execute(sql, used)
        names = [each[0] for each in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def first_day(self) -> date:
        (row,) = self.rows("SELECT least((SELECT min(issued_on) FROM invoices), (SELECT min(issued_on) FROM credit_notes), "
                           "(SELECT min(booked_on) FROM payments)) AS day")  # fmt: skip
        day = row["day"]
        assert isinstance(day, date)
        return day

    def report(self, name: str, group: str, **values: Any) -> list[dict[str, Any]]:
        """``group`` is a column of customers or a dimension of documents, or empty for everything together; ``k`` is the day of a state."""
        if group == "state":
            self.db.execute("DELETE FROM labels WHERE dimension = 'state'")
            stands = "SELECT d.number, 'state', s.word FROM documents d JOIN states_at($k) s ON s.number = d.stands"
            self.db.execute(f"INSERT INTO labels {stands}", {"k": values["state_on"]})
        return self.rows(SQL[name].replace("{g}", _column(group)), **values)


def _column(group: str) -> str:
    match group:
        case "":
            return "''"
        case "month" | "year" as period:
            return f"coalesce(strftime(t.on_day, '{'%Y-%m' if period == 'month' else '%Y'}'), '(none)')"
        case "quarter":
            return "coalesce(year(t.on_day)::VARCHAR || '-Q' || quarter(t.on_day)::VARCHAR, '(none)')"
        case "type" | "band" | "category" | "tag" | "state":
            key = "coalesce(t.number, '@' || t.customer)"
            return f"coalesce((SELECT min(b.label) FROM labels b WHERE b.dimension = '{group}' AND b.number = {key}), '(none)')"
        case _:
            return f"coalesce((SELECT c.{group} FROM customers c WHERE c.id = t.customer), '(none)')"


SQL: Mapping[str, str] = {
    "dso": """
    WITH owed AS (SELECT {g} AS g, currency, sum(open) AS amount FROM open_at($d) t GROUP BY ALL),
      free AS (SELECT {g} AS g, currency, sum(amount) AS amount FROM unapplied_at($d) t GROUP BY ALL),
      sales AS (SELECT {g} AS g, currency, sum(gross) AS amount FROM sold_in($a, $d, $d) t GROUP BY ALL),
      every AS (SELECT g, currency FROM owed WHERE amount <> 0 UNION SELECT g, currency FROM free WHERE amount <> 0 UNION SELECT g, currency FROM sales)
    SELECT e.g, e.currency, coalesce(o.amount, 0) - coalesce(f.amount, 0) AS owed, coalesce(s.amount, 0) AS sales,
      CASE WHEN s.amount > 0 THEN (coalesce(o.amount, 0) - coalesce(f.amount, 0))::DOUBLE / s.amount * ($d::DATE - $a::DATE + 1) END AS dso
    FROM every e LEFT JOIN owed o USING (g, currency) LEFT JOIN free f USING (g, currency) LEFT JOIN sales s USING (g, currency)
    """,
    "countback": """
    WITH RECURSIVE owed AS (
        SELECT g, currency, sum(amount)::DOUBLE AS amount FROM (
          SELECT {g} AS g, currency, open AS amount FROM open_at($d) t UNION ALL SELECT {g}, currency, -amount FROM unapplied_at($d) t) GROUP BY ALL),
      sales AS (SELECT {g} AS g, currency, date_trunc('month', issued_on)::DATE AS month, sum(gross) AS amount FROM sold_in(DATE '1900-01-01', $d, $d) t GROUP BY ALL),
      months AS (
        SELECT g, currency, month::DATE AS month, coalesce(amount, 0) AS amount,
          CASE WHEN month = date_trunc('month', $d::DATE) THEN day($d::DATE) ELSE day(last_day(month)) END AS days
        FROM (SELECT g, currency, unnest(generate_series(begun, date_trunc('month', $d::DATE)::TIMESTAMP, INTERVAL 1 MONTH))::DATE AS month
            FROM (SELECT g, currency, min(month)::TIMESTAMP AS begun FROM sales GROUP BY g, currency))
          LEFT JOIN sales USING (g, currency, month)),
      walk AS (
        SELECT *, o.amount - coalesce(sum(m.amount) OVER w, 0) AS before, coalesce(sum(m.days) OVER w, 0) AS gone
        FROM months m JOIN (SELECT g AS og, currency AS oc, amount FROM owed) o ON o.og = m.g AND o.oc = m.currency
        WINDOW w AS (PARTITION BY m.g, m.currency ORDER BY month DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
    SELECT g, currency, arg_max(gone + days * before / amount, month) AS countback FROM walk WHERE before > 0 AND before <= amount GROUP BY ALL
    """,
    "cei": """
    WITH f AS (
      SELECT {g} AS g, currency, 'opening' AS what, open AS amount FROM open_at($a::DATE - 1) t
      UNION ALL SELECT {g}, currency, 'closing', open FROM open_at($d) t
      UNION ALL SELECT {g}, currency, 'not_due', open FROM parts_at($d) t WHERE due_on >= $d
      UNION ALL SELECT {g}, currency, 'billed', gross FROM (SELECT *, issued_on AS on_day FROM invoices) t WHERE issued_on BETWEEN $a AND $d
      UNION ALL SELECT {g}, currency, 'billed', -amount * sign FROM (SELECT f.* EXCLUDE (on_day), i.issued_on AS on_day FROM flow($a, $d) f JOIN invoices i USING (number)) t
        WHERE kind IN ('credit', 'void'))
    SELECT g, currency, o AS opening, b AS billed, c AS closing, n AS not_due, CASE WHEN o + b - n > 0 THEN 100.0 * (o + b - c) / (o + b - n) END AS cei
    FROM (SELECT g, currency, coalesce(sum(amount) FILTER (what = 'opening'), 0) AS o, coalesce(sum(amount) FILTER (what = 'billed'), 0) AS b,
        coalesce(sum(amount) FILTER (what = 'closing'), 0) AS c, coalesce(sum(amount) FILTER (what = 'not_due'), 0) AS n FROM f GROUP BY ALL)
    WHERE o <> 0 OR b <> 0 OR c <> 0
    """,
    "turnover": """
    WITH f AS (
      SELECT {g} AS g, currency, 'o' AS what, open AS amount FROM open_at($a::DATE - 1) t UNION ALL SELECT {g}, currency, 'o', -amount FROM unapplied_at($a::DATE - 1) t
      UNION ALL SELECT {g}, currency, 'c', open FROM open_at($d) t UNION ALL SELECT {g}, currency, 'c', -amount FROM unapplied_at($d) t
      UNION ALL SELECT {g}, currency, 's', gross FROM sold_in($a, $d, $d) t)
    SELECT g, currency, s AS sales, o AS opening, c AS closing, CASE WHEN s > 0 AND o + c > 0 THEN s * 2.0 / (o + c) END AS turnover,
      CASE WHEN s > 0 AND o + c > 0 THEN (o + c) / 2.0 / s * ($d::DATE - $a::DATE + 1) END AS days
    FROM (SELECT g, currency, coalesce(sum(amount) FILTER (what = 's'), 0) AS s, coalesce(sum(amount) FILTER (what = 'o'), 0) AS o,
        coalesce(sum(amount) FILTER (what = 'c'), 0) AS c FROM f GROUP BY ALL) WHERE s <> 0 OR o <> 0 OR c <> 0
    """,
    "days-to-pay": """
    SELECT {g} AS g, currency, count(*) AS invoices, sum(amount) AS paid, sum(amount * days)::DOUBLE / sum(amount) AS weighted, avg(days) AS mean,
      median(days) AS median, quantile_cont(days, 0.9) AS slow FROM paid_in($a, $d, $k) t GROUP BY ALL
    """,
    "days-late": """
    SELECT {g} AS g, currency, count(*) AS invoices, sum(amount) AS paid, sum(amount * late)::DOUBLE / sum(amount) AS weighted, avg(late) AS mean,
      median(late) AS median, quantile_cont(late, 0.9) AS slow, 100.0 * count(*) FILTER (late <= 0) / count(*) AS on_time
    FROM paid_in($a, $d, $k) t GROUP BY ALL
    """,
    "revenue": """
    SELECT {g} AS g, currency, count(*) FILTER (sign = 1) AS invoices, coalesce(sum(net) FILTER (sign = 1), 0) AS invoiced,
      coalesce(-sum(net) FILTER (sign = -1), 0) AS credited, sum(net) AS revenue FROM sold_in($a, $d, $k) t GROUP BY ALL
    """,
    "revenue-month": """
    SELECT strftime(issued_on, '%Y-%m') AS g, currency, count(*) FILTER (sign = 1) AS invoices, coalesce(sum(net) FILTER (sign = 1), 0) AS invoiced,
      coalesce(-sum(net) FILTER (sign = -1), 0) AS credited, sum(net) AS revenue FROM sold_in($a, $d, $k) t GROUP BY ALL
    """,
    "revenue-category": """
    WITH d AS (SELECT number, net, NULL::VARCHAR AS corrects FROM invoices UNION ALL SELECT number, net, corrects FROM credit_notes),
      b AS (
        SELECT document, code, base, pos FROM taxes
        UNION ALL SELECT number, '-', net - coalesce((SELECT sum(x.base) FROM taxes x WHERE x.document = d.number), 0), 99 FROM d),
      k AS (
        SELECT document, CASE WHEN EXISTS (SELECT 1 FROM taxes x WHERE x.document = l.document AND x.code = l.code) THEN code ELSE '-' END AS code,
          coalesce(category, '') AS c, sum(amount) AS w, min(pos) AS at_line FROM lines l GROUP BY ALL),
      shares AS (
        SELECT b.document, b.pos, coalesce(k.c, '') AS c, k.at_line, b.base,
          CASE WHEN count(*) OVER g = 1 THEN b.base ELSE b.base * greatest(k.w, 0) // sum(greatest(k.w, 0)) OVER g END AS low,
          CASE WHEN count(*) OVER g = 1 THEN 0 ELSE b.base * greatest(k.w, 0) % sum(greatest(k.w, 0)) OVER g END AS rest
        FROM b LEFT JOIN k USING (document, code) WHERE b.base <> 0 WINDOW g AS (PARTITION BY b.document, b.code)),
      own AS (
        SELECT document, c, sum(part) AS base, min(pos * 1000 + at_line) AS place FROM (
          SELECT *, low + CASE WHEN row_number() OVER (PARTITION BY document, pos ORDER BY rest DESC, at_line)
            <= base - sum(low) OVER (PARTITION BY document, pos) THEN 1 ELSE 0 END AS part FROM shares) GROUP BY ALL),
      named AS (
        SELECT o.document, coalesce(nullif(o.c, ''), (SELECT min(word) FROM words w WHERE w.dimension = 'classified' AND w.document = o.document), '') AS c, o.base, o.place
        FROM own o),
      whole AS (SELECT document, c, sum(base) AS base, min(place) AS place FROM named GROUP BY ALL HAVING sum(base) > 0),
      blank AS (
        SELECT n.document, h.c, n.base, h.place, n.base * h.base // sum(h.base) OVER m AS low, n.base * h.base % sum(h.base) OVER m AS rest
        FROM named n JOIN d ON d.number = n.document JOIN whole h ON h.document = d.corrects WHERE n.c = '' WINDOW m AS (PARTITION BY n.document)),
      every AS (
        SELECT document, c, base FROM named WHERE c <> '' OR document NOT IN (SELECT document FROM blank)
        UNION ALL SELECT document, c, low + CASE WHEN row_number() OVER (PARTITION BY document ORDER BY rest DESC, place)
          <= base - sum(low) OVER (PARTITION BY document) THEN 1 ELSE 0 END FROM blank)
    SELECT coalesce(nullif(e.c, ''), '(none)') AS g, t.currency, count(DISTINCT t.number) FILTER (sign = 1) AS invoices,
      coalesce(sum(e.base) FILTER (sign = 1), 0) AS invoiced, coalesce(sum(e.base) FILTER (sign = -1), 0) AS credited, sum(e.base * sign) AS revenue
    FROM sold_in($a, $d, $k) t JOIN every e ON e.document = t.number GROUP BY ALL
    """,
    "customers": """
    WITH r AS (SELECT customer, currency, sum(net) AS revenue FROM sold_in($a, $d, $k) t GROUP BY ALL HAVING sum(net) <> 0),
      p AS (SELECT *, greatest(revenue, 0) AS above FROM r)
    SELECT customer AS g, currency, revenue, rank() OVER w AS rank, CASE WHEN revenue > 0 THEN 100.0 * revenue / sum(above) OVER c END AS share,
      CASE WHEN revenue > 0 THEN 100.0 * sum(above) OVER w / sum(above) OVER c END AS cumulative,
      CASE WHEN revenue > 0 THEN sum(above::DOUBLE * above) OVER c / pow(sum(above) OVER c, 2) * 10000 END AS hhi
    FROM p WINDOW w AS (PARTITION BY currency ORDER BY revenue DESC, customer), c AS (PARTITION BY currency)
    """,
    "overdue-trend": """
    SELECT {g} AS g, $d AS on, currency, sum(open) AS owed, coalesce(sum(open) FILTER (due_on < $d), 0) AS overdue FROM parts_at($d) t GROUP BY ALL
    """,
    "dunning": """
    WITH f AS (
      SELECT i.level, r.id, t.number, t.customer, t.currency, r.on_day, i.asked, coalesce((SELECT sum(s.amount) FROM settlements s WHERE s.invoice = i.invoice
        AND s.kind = 'payment' AND live(s.booked_on, s.ended_on, $k) AND s.value_on - r.on_day BETWEEN 1 AND 14), 0) AS paid
      FROM (SELECT r.id, greatest(r.booked_on, max(CASE WHEN d.went_on <= $k THEN d.went_on END)) AS on_day FROM reminders r JOIN deliveries d ON d.reminder = r.id
          WHERE d.state IN ('sent', 'data', 'in-doubt') AND r.booked_on <= $d GROUP BY r.id, r.booked_on) r
        JOIN reminder_items i ON i.reminder = r.id JOIN invoices t ON t.number = i.invoice
      WHERE r.on_day BETWEEN $a AND $d AND $k::DATE - r.on_day >= 14)
    SELECT {g} AS g, level::VARCHAR AS level, currency, count(DISTINCT id) AS notices, count(*) AS invoices, sum(asked) AS asked, sum(least(paid, asked)) AS paid,
      100.0 * sum(least(paid, asked)) / sum(asked) AS share, count(*) FILTER (paid >= asked) AS in_full FROM f t GROUP BY ALL
    """,
    "discounts": """
    WITH s AS (SELECT {g} AS g, currency, sum(gross) AS sales FROM sold_in($a, $d, $k) t GROUP BY ALL),
      f AS (SELECT {g} AS g, t.currency, coalesce(sum(amount) FILTER (sign = 1), 0) AS given, coalesce(sum(amount) FILTER (sign = -1), 0) AS taken_back,
        coalesce(sum(amount) FILTER (sign = 1 AND value_on > t.discount_until), 0) AS late, count(DISTINCT number) FILTER (sign = 1) AS invoices
        FROM changed($a, $d) t WHERE kind = 'discount' GROUP BY ALL)
    SELECT g, currency, coalesce(given, 0) AS given, coalesce(taken_back, 0) AS taken_back, coalesce(given - taken_back, 0) AS net, coalesce(late, 0) AS late,
      coalesce(invoices, 0) AS invoices, coalesce(sales, 0) AS sales, CASE WHEN sales > 0 THEN 100.0 * coalesce(given - taken_back, 0) / sales END AS share
    FROM s FULL JOIN f USING (g, currency)
    """,
    "bad-debt": """
    WITH s AS (SELECT {g} AS g, currency, sum(gross) AS sales FROM sold_in($a, $d, $k) t GROUP BY ALL),
      f AS (SELECT {g} AS g, t.currency, coalesce(sum(amount) FILTER (bad = 1 AND sign = 1), 0) AS written_off,
        coalesce(sum(amount) FILTER (bad = 1 AND sign = -1), 0) AS recovered, coalesce(sum(amount * sign) FILTER (bad = 0), 0) AS small
        FROM changed($a, $d) t WHERE kind = 'write_off' GROUP BY ALL)
    SELECT g, currency, coalesce(written_off, 0) AS written_off, coalesce(recovered, 0) AS recovered, coalesce(written_off - recovered, 0) AS net,
      coalesce(small, 0) AS small, coalesce(sales, 0) AS sales, CASE WHEN sales > 0 THEN 100.0 * coalesce(written_off - recovered, 0) / sales END AS share
    FROM s FULL JOIN f USING (g, currency)
    """,
    "tax": """
    WITH docs AS (
        SELECT 'i' AS what, t.number, t.customer, t.tax_on AS on_day, x.currency, x.category, x.rate, x.base, x.amount AS tax
          FROM taxes x JOIN invoices t ON t.number = x.document WHERE x.kind = 'invoice' AND t.issued_on <= $k
        UNION ALL SELECT 'r', t.number, t.customer, greatest(t.void_on, t.tax_on), x.currency, x.category, x.rate, x.base, x.amount
          FROM taxes x JOIN invoices t ON t.number = x.document WHERE x.kind = 'invoice' AND t.void_on <= $k
        UNION ALL SELECT 'c', t.number, t.customer, t.issued_on, x.currency, x.category, x.rate, x.base, x.amount
          FROM taxes x JOIN credit_notes t ON t.number = x.document WHERE x.kind = 'credit-note'
        UNION ALL SELECT 'c', t.number, t.customer, t.void_on, x.currency, x.category, x.rate, -x.base, -x.amount
          FROM taxes x JOIN credit_notes t ON t.number = x.document WHERE x.kind = 'credit-note' AND t.void_on <= $k),
      shares AS (
        SELECT f.id, f.number, f.customer, f.on_day, f.amount, f.sign, x.currency, x.category, x.rate, x.pos AS code_at, x.base + x.amount AS held, x.amount AS held_tax,
          f.amount * (x.base + x.amount) // sum(x.base + x.amount) OVER w AS low, f.amount * (x.base + x.amount) % sum(x.base + x.amount) OVER w AS rest
        FROM (SELECT *, row_number() OVER () AS id FROM flow($a, $d) WHERE kind = 'discount' OR relief = 1) f
          JOIN taxes x ON x.document = f.number AND x.kind = 'invoice' WINDOW w AS (PARTITION BY f.id)),
      given AS (
        SELECT *, low + CASE WHEN row_number() OVER (PARTITION BY id ORDER BY rest DESC, code_at) <= amount - sum(low) OVER (PARTITION BY id) THEN 1 ELSE 0 END AS part
        FROM shares),
      reduced AS (SELECT 'r' AS what, number, customer, on_day, currency, category, rate, sign * (part - t) AS base, sign * t AS tax
        FROM (SELECT *, (2 * part * held_tax + held) // (2 * held) AS t FROM given)),
      every AS (SELECT * FROM docs WHERE on_day BETWEEN $a AND $d UNION ALL SELECT * FROM reduced)
    SELECT {g} AS g, currency, category AS tax_category, rate,
      coalesce(sum(base) FILTER (what = 'i'), 0) AS invoiced_base, coalesce(sum(tax) FILTER (what = 'i'), 0) AS invoiced_tax,
      coalesce(sum(base) FILTER (what = 'c'), 0) AS credited_base, coalesce(sum(tax) FILTER (what = 'c'), 0) AS credited_tax,
      coalesce(sum(base) FILTER (what = 'r'), 0) AS reduced_base, coalesce(sum(tax) FILTER (what = 'r'), 0) AS reduced_tax,
      sum(CASE what WHEN 'i' THEN base ELSE -base END) AS base, sum(CASE what WHEN 'i' THEN tax ELSE -tax END) AS tax FROM every t GROUP BY ALL
    """,
    "reconciliation": """
    WITH l AS (SELECT account, id, min(booked_on) AS day, any_value(currency) AS currency, any_value(amount) AS amount FROM bank_lines GROUP BY ALL),
      w AS (SELECT account, line, arg_max(who, pos) AS who FROM decisions WHERE decision <> 'refused' AND live(booked_on, undone_on, $k) GROUP BY ALL)
    SELECT currency, count(*) AS lines, count(*) FILTER (who = 'bill') AS bill, count(*) FILTER (who = 'rule') AS rule, count(*) FILTER (who = 'person') AS person,
      count(*) FILTER (who IS NULL) AS open, 100.0 * count(who) / count(*) AS decided, 100.0 * count(*) FILTER (who IN ('bill', 'rule')) / count(*) AS by_machine,
      sum(abs(amount)) AS moved, coalesce(sum(abs(amount)) FILTER (who IS NULL), 0) AS open_amount
    FROM l LEFT JOIN w ON w.account = l.account AND w.line = l.id WHERE day BETWEEN $a AND $d GROUP BY ALL
    """,
    "cash-forecast": """
    WITH q AS (SELECT customer, count(*) AS n, ceil(quantile_cont(late, 0.25)) AS fast, ceil(quantile_cont(late, 0.5)) AS usual, ceil(quantile_cont(late, 0.75)) AS slow
        FROM paid_in($a, $d, $d) GROUP BY ALL HAVING count(*) >= 3),
      every AS (SELECT coalesce(max(fast), 0) AS fast, coalesce(max(usual), 0) AS usual, coalesce(max(slow), 0) AS slow FROM (
        SELECT ceil(quantile_cont(late, 0.25)) AS fast, ceil(quantile_cont(late, 0.5)) AS usual, ceil(quantile_cont(late, 0.75)) AS slow
        FROM paid_in($a, $d, $d) HAVING count(*) >= 3)),
      h AS (
        SELECT *, CASE WHEN kind = 'dispute' THEN amount ELSE amount - coalesce((SELECT sum(s.amount) FROM settlements s WHERE s.invoice = holds.invoice
            AND s.source_kind = 'payment' AND s.value_on >= holds.booked_on AND live(s.booked_on, s.ended_on, $d)), 0) END AS rest
        FROM holds WHERE live(booked_on, released_on, $d) AND (until IS NULL OR until >= $d)),
      o AS (SELECT number, sum(open) AS whole FROM parts_at($d) GROUP BY ALL),
      said AS (  -- the span of an invoice's open amount, the oldest due at its beginning, that a hold is about
        SELECT invoice AS number, 'dispute' AS kind, NULL::DATE AS until,
            greatest(any_value(whole) - sum(coalesce(rest, whole)), 0) AS low, any_value(whole) AS high
          FROM h JOIN o ON o.number = h.invoice WHERE kind = 'dispute' GROUP BY invoice
        UNION ALL SELECT invoice, 'promise', until, least(whole, sum(rest) OVER w - rest), least(whole, sum(rest) OVER w)
          FROM h JOIN o ON o.number = h.invoice WHERE kind = 'promise' AND rest > 0 WINDOW w AS (PARTITION BY invoice ORDER BY until, id)
        UNION ALL SELECT invoice, 'promise', max(until), least(any_value(whole),
            coalesce((SELECT sum(m.rest) FROM h m WHERE m.kind = 'promise' AND m.invoice = h.invoice AND m.rest > 0), 0)), any_value(whole)
          FROM h JOIN o ON o.number = h.invoice WHERE kind = 'promise' AND h.amount IS NULL GROUP BY invoice),
      spans AS (
        SELECT *, coalesce(sum(open) OVER (PARTITION BY number ORDER BY due_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS low FROM parts_at($d) WHERE open > 0),
      cuts AS (SELECT number, low AS edge FROM spans UNION SELECT number, low + open FROM spans UNION SELECT number, low FROM said UNION SELECT number, high FROM said),
      steps AS (SELECT number, edge AS low, lead(edge) OVER (PARTITION BY number ORDER BY edge) AS high FROM cuts),
      pieces AS (
        SELECT n.* EXCLUDE (open, low), c.high - c.low AS open,
          EXISTS (SELECT 1 FROM said x WHERE x.kind = 'dispute' AND x.number = c.number AND x.low <= c.low AND x.high >= c.high) AS held,
          (SELECT any_value(until) FROM said x WHERE x.kind = 'promise' AND x.number = c.number AND x.low <= c.low AND x.high >= c.high) AS own
        FROM steps c JOIN spans n ON n.number = c.number AND n.low <= c.low AND n.low + n.open >= c.high WHERE c.high > c.low),
      i AS (
        SELECT {g} AS g, t.currency, t.open, t.due_on, t.held,
          coalesce(t.own, (SELECT max(until) FROM h WHERE h.kind = 'promise' AND h.customer = t.customer AND h.invoice IS NULL)) AS promised,
          greatest(t.due_on + coalesce(q.usual, e.usual)::INT, CASE WHEN t.due_on >= $d THEN $d::DATE ELSE DATE '0001-01-01' END) AS usual,
          greatest(t.due_on + coalesce(q.fast, e.fast)::INT, $d::DATE) AS fast,
          greatest(t.due_on + coalesce(q.slow, e.slow)::INT, CASE WHEN t.due_on >= $d THEN $d::DATE ELSE DATE '0001-01-01' END) AS slow
        FROM pieces t LEFT JOIN q USING (customer), every e),
      s AS (
        SELECT g, currency, open, due_on, held, promised, coalesce(promised, usual) AS usual, coalesce(promised, CASE WHEN usual < $d THEN usual ELSE slow END) AS slow,
          coalesce(promised, CASE WHEN usual < $d THEN usual ELSE fast END) AS fast FROM i),
      p AS (
        SELECT g, currency, due_on AS day, open AS due, 0 AS expected, 0 AS low, 0 AS high, false AS held FROM s
        UNION ALL SELECT g, currency, usual, 0, open, 0, 0, held FROM s UNION ALL SELECT g, currency, slow, 0, 0, open, 0, held FROM s
        UNION ALL SELECT g, currency, fast, 0, 0, 0, open, held FROM s),
      w AS (
        SELECT g, currency, CASE WHEN held THEN 'disputed' WHEN day < $d THEN 'overdue' WHEN day > date_trunc('week', $d::DATE)::DATE + 90 THEN 'later'
          ELSE strftime(date_trunc('week', day), '%Y-%m-%d') END AS week, sum(due) AS due, sum(expected) AS expected, sum(low) AS low, sum(high) AS high FROM p GROUP BY ALL)
    SELECT g, currency, week, due, expected, sum(expected) OVER k AS cumulative, sum(low) OVER k AS low, sum(high) OVER k AS high FROM w
    WINDOW k AS (PARTITION BY g, currency, week IN ('overdue', 'disputed') ORDER BY week)
    """,
}
