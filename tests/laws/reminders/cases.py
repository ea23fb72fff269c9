"""Small stories with what must happen, worked out by hand from the rules.

A story is a line of customers and settings, then days: ``2026-01-01 invoice …`` are steps, ``2026-02-05 ->`` is a run of the reminders and
what it sends and leaves out, a line each; nothing after the arrow means that nothing goes out and nothing is stopped.
"""

from __future__ import annotations

from typing import NamedTuple

STANDARD = """\
policy: standard
unsent: remind
policies:
  - name: standard
    levels:
      - level: 0
        days: -3
      - level: 1
        days: 5
      - level: 2
        days: 15
        gap: 7
        interest: shown
      - level: 3
        days: 30
        gap: 10
        fee: 40.00
        interest: claimed
interest:
  regime: own
  rates:
    - since: 2026-01-01
      rate: 10
"""
"""An invoice due on 31 January: level 0 from the 28th, 1 from 5 February, 2 from the 15th, 3 (with consent) from 2 March."""

CLAIMING = STANDARD.replace("interest: shown", "fee: 5.00\n        interest: claimed")
EARLY = STANDARD.replace("days: 5\n", "days: 1\n")
CONSENT = STANDARD.replace("days: 5\n", "days: 5\n        approval: true\n")
HOLDING = STANDARD.replace("unsent: remind", "unsent: hold")
SMALL = STANDARD.replace("    levels:", "    minimum: 5.00\n    levels:", 1)
AGED = STANDARD.replace("unsent: remind", "unsent: remind\nstatement_age: 7")
LADDERS = STANDARD.replace("interest:\n  regime", "  - name: gentle\n    levels:\n      - level: 1\n        days: 20\ninterest:\n  regime")
GERMAN = STANDARD.partition("interest:\n  regime")[0] + "interest:\n  regime: de-b2b\n"
BRITISH = STANDARD.partition("interest:\n  regime")[0] + "interest:\n  regime: uk\n"
GRACE = STANDARD.replace("policy: standard\n", "policy: standard\npromise_grace: 2\n", 1)
LAWFUL = GERMAN.replace("days: 5\n", "days: 5\n        fixed_sum: true\n").replace(
    "interest: shown", "fee: 5.00\n        interest: claimed\n        fixed_sum: true"
)
LAWFUL_UK = LAWFUL.replace("de-b2b", "uk")
STEPPED = STANDARD.replace("      rate: 10\n", "      rate: 10\n    - since: 2026-02-11\n      rate: 20\n")
FIXED = STEPPED.replace("regime: own", "regime: own\n  mode: fixed_at_start")
PAYDAY = STANDARD.replace("regime: own", "regime: own\n  count_payment_day: false")

CUSTOMERS = """\
--- customers/a.yaml
schema: customer/1
id: a
name: A GmbH
contacts:
  - role: billing
    email: a@a.example
--- customers/b.yaml
schema: customer/1
id: b
name: B GmbH
contacts:
  - role: billing
    email: b@b.example
"""
MUTE = CUSTOMERS.replace("contacts:\n  - role: billing\n    email: a@a.example\n", "")
NEVER = CUSTOMERS.replace("name: A GmbH\n", "name: A GmbH\ndunning: never\n")
GROUPED = (
    CUSTOMERS.replace("name: A GmbH\n", "name: A GmbH\ngroups:\n  segment: public\n")
    + "--- categories.yaml\nschema: categories/1\ngroups:\n  segment:\n    - name: public\n      dunning: gentle\n"
)
BOTH = GROUPED.replace("name: A GmbH\n", "name: A GmbH\ndunning: standard\n", 1)
# keys in the order of the model, so that a person would write them so
BOTH = BOTH.replace("dunning: standard\ngroups:\n  segment: public\ncontacts:\n  - role: billing\n    email: a@a.example\n",
                    "contacts:\n  - role: billing\n    email: a@a.example\ndunning: standard\ngroups:\n  segment: public\n")  # fmt: skip


class Case(NamedTuple):
    name: str
    story: str
    dunning: str = STANDARD
    files: str = CUSTOMERS


INVOICE = '2026-01-01 invoice new -c a -l "x;1;1000" --terms "net 30"\n'
"""I1 over 1000.00, due on 31 January."""
SECOND = '2026-01-11 invoice new -c a -l "x;1;200" --terms "net 30"\n'
"""I2 over 200.00, due on 10 February."""

CASES = [
    Case("four days before it is due is too early", INVOICE + "2026-01-27 ->\n"),
    Case(
        "three days before it is due it is announced, once",
        INVOICE
        + """\
2026-01-28 -> a EUR 0: I1/0 1000.00; total 1000.00
2026-01-28 ->
2026-01-30 ->
""",
    ),
    Case("overdue by less than the first level waits, and the notice before is too late", INVOICE + "2026-02-01 ->\n2026-02-04 ->\n"),
    Case(
        "five days overdue is the first level",
        INVOICE
        + """\
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-02-05 ->
2026-02-06 ->
""",
    ),
    # interest to 15 February: 15 days x 1000 x 10 % / 365 = 4.1096
    Case(
        "step by step at the days of the levels",
        INVOICE
        + """\
2026-01-28 -> a EUR 0: I1/0 1000.00; total 1000.00
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-02-14 ->
2026-02-15 -> a EUR 2: I1/2 1000.00 computed 4.11; total 1000.00
2026-03-01 ->
2026-03-02 -> I1 stopped: approval
""",
    ),
    # from 1 February to 17 March 28 + 17 = 45 days: 12.3288; to 28 March 56 days: 15.3425
    Case(
        "after an outage the lowest level comes first and the gaps hold",
        INVOICE
        + """\
2026-03-10 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-03-11 ->
2026-03-16 ->
2026-03-17 -> a EUR 2: I1/2 1000.00 computed 12.33; total 1000.00
2026-03-26 ->
2026-03-27 -> I1 stopped: approval
2026-03-28 approve a 3
2026-03-28 -> a EUR 3: I1/3 1000.00 fee 40.00 interest 15.34 computed 15.34; total 1055.34
2026-03-29 ->
2026-06-01 ->
""",
    ),
    Case(
        "a part that was paid is not asked for",
        INVOICE
        + """\
2026-02-04 payment add -c a -a 400 -i I1
2026-02-05 -> a EUR 1: I1/1 600.00; total 600.00
""",
    ),
    Case("what is paid is not reminded of", INVOICE + "2026-02-04 payment add -c a -a 1000 -i I1\n2026-02-05 ->\n2026-03-05 ->\n"),
    Case(
        "what is credited is not reminded of",
        INVOICE
        + """\
2026-02-01 credit-note new -i I1 --amount 250 --reason wrong
2026-02-05 -> a EUR 1: I1/1 750.00; total 750.00
2026-02-10 credit-note new -i I1 --rest --reason wrong
2026-02-20 ->
""",
    ),
    Case(
        "what is written off is not reminded of",
        INVOICE
        + """\
2026-02-01 write-off new -i I1:100 --reason poor --approved-by "A. Berg"
2026-02-05 -> a EUR 1: I1/1 900.00; total 900.00
2026-02-10 write-off new -i I1 --reason poor --approved-by "A. Berg"
2026-02-20 ->
""",
    ),
    Case("a void invoice is not reminded of", INVOICE + "2026-02-04 invoice void I1 --reason wrong\n2026-02-05 ->\n"),
    # 1 February, the day of the payment, and 21 to 28 February, since the day on which it went back ended without it: 9 days
    Case(
        "a payment that came back is asked for again, the bank's charge once",
        INVOICE
        + """\
2026-02-01 payment add -c a -a 1000 -i I1 --external-id one
2026-02-10 ->
2026-02-20 reverse a 7.50
2026-02-21 -> a EUR 1: I1/1 1000.00; charge 7.50; total 1007.50
2026-02-28 -> a EUR 2: I1/2 1000.00 computed 2.47; total 1000.00
""",
    ),
    # 300.00 due on 1 January, 700.00 on the 15th; 300 x 15 days (2 to 16 January) + 700 x 1 day (the 16th): 5200 x 10 % / 365 = 1.4247
    Case(
        "of instalments only what is overdue is asked for",
        """\
2026-01-01 invoice new -c a -l "x;1;1000" --terms "30% now, rest net 14"
2026-01-06 -> a EUR 1: I1/1 300.00; total 300.00
2026-01-15 ->
2026-01-16 -> a EUR 2: I1/2 1000.00 computed 1.42; total 1000.00
""",
    ),
    Case(
        "of an instalment that was paid nothing is asked, the next one has its own days",
        """\
2026-01-01 invoice new -c a -l "x;1;1000" --terms "30% now, rest net 14"
2026-01-03 payment add -c a -a 300 -i I1
2026-01-06 ->
2026-01-12 -> a EUR 0: I1/0 700.00; total 700.00
2026-01-20 -> a EUR 1: I1/1 700.00; total 700.00
""",
    ),
    Case(
        "the disputed part is left out",
        INVOICE
        + """\
2026-01-10 hold new --kind dispute -i I1 --amount 400 --reason broken
2026-02-05 -> a EUR 1: I1/1 600.00; total 600.00
""",
    ),
    Case(
        "an invoice that is all in dispute waits until that is over",
        INVOICE
        + """\
2026-01-10 hold new --kind dispute -i I1 --reason broken --until 2026-02-10
2026-02-05 -> I1 stopped: dispute
2026-02-10 -> I1 stopped: dispute
2026-02-11 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
    ),
    Case(
        "of a dispute over a part the rest may be paid",
        INVOICE
        + """\
2026-01-10 hold new --kind dispute -i I1 --amount 400 --reason broken
2026-02-01 payment add -c a -a 600 -i I1
2026-02-05 -> I1 stopped: dispute
""",
    ),
    Case(
        "a promise holds through its day",
        INVOICE
        + """\
2026-02-01 hold new --kind promise -i I1 --until 2026-02-10 --reason phone
2026-02-05 -> I1 stopped: promise
2026-02-10 -> I1 stopped: promise
2026-02-11 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
    ),
    Case(
        "a broken promise does not begin at the first level again",
        INVOICE
        + """\
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-02-06 hold new --kind promise -i I1 --until 2026-02-20 --reason phone
2026-02-15 -> I1 stopped: promise
2026-02-21 -> a EUR 2: I1/2 1000.00 computed 5.75; total 1000.00
""",
    ),
    Case(
        "a hold on the customer holds all of its invoices",
        INVOICE
        + SECOND
        + """\
2026-02-01 hold new --kind manual -c a --reason "ask sales"
2026-02-16 -> I1 stopped: manual
I2 stopped: manual
""",
    ),
    Case(
        "a hold on one invoice lets the others go",
        INVOICE
        + SECOND
        + """\
2026-02-01 hold new --kind manual -i I1 --reason "ask sales"
2026-02-16 -> a EUR 1: I2/1 200.00; total 200.00
I1 stopped: manual
""",
    ),
    # the plan's first part is due on 1 March: the first level five days later
    Case(
        "of a plan only what was missed is asked for",
        INVOICE
        + """\
2026-02-01 hold new --kind plan -i I1 --instalment 2026-03-01:500 --instalment 2026-04-15 --reason phone
2026-02-05 -> I1 stopped: plan
2026-03-06 -> a EUR 1: I1/1 500.00; total 500.00
""",
    ),
    Case(
        "of a plan that is kept nothing is asked",
        INVOICE
        + """\
2026-02-01 hold new --kind plan -i I1 --instalment 2026-03-01:500 --instalment 2026-04-15 --reason phone
2026-02-28 payment add -c a -a 500 -i I1
2026-03-06 -> I1 stopped: plan
""",
    ),
    Case(
        "credit that covers all that is open holds it back",
        INVOICE
        + """\
2026-02-01 payment add -c a -a 1000 --policy manual
2026-02-05 -> I1 stopped: credit
""",
    ),
    Case(
        "credit that covers less does not, and is told",
        INVOICE
        + """\
2026-02-01 payment add -c a -a 999.99 --policy manual
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
    ),
    Case(
        "less than the minimum is not worth a letter",
        """\
2026-01-01 invoice new -c a -l "x;1;4.99" --terms "net 30"
2026-02-05 -> I1 stopped: minimum
""",
        SMALL,
    ),
    Case(
        "the minimum itself is",
        """\
2026-01-01 invoice new -c a -l "x;1;5.00" --terms "net 30"
2026-02-05 -> a EUR 1: I1/1 5.00; total 5.00
""",
        SMALL,
    ),
    Case(
        "an invoice that nobody is known to have sent waits",
        INVOICE
        + """\
2026-02-05 -> I1 stopped: unsent
2026-02-06 sent I1
2026-02-06 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
        HOLDING,
    ),
    Case(
        "imported invoices count as sent",
        """\
2026-01-01 import OLD-7 a 2026-01-01 2026-01-31 1000.00
2026-02-05 -> a EUR 1: OLD-7/1 1000.00; total 1000.00
""",
        HOLDING,
    ),
    Case(
        "reminders wait where the newest bank statement is older than its days",
        INVOICE
        + """\
2026-01-30 statement
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-02-15 -> I1 stopped: statement
2026-02-16 statement
2026-02-16 -> a EUR 2: I1/2 1000.00 computed 4.38; total 1000.00
""",
        AGED,
    ),
    Case("a statement that is one day too old", INVOICE + "2026-01-29 statement\n2026-02-05 -> I1 stopped: statement\n", AGED),
    Case("without an address nothing can be sent", INVOICE + "2026-02-05 -> I1 stopped: address\n", STANDARD, MUTE),
    Case("a deactivated customer is not reminded", INVOICE + "2026-02-05 deactivate a\n2026-02-05 -> I1 stopped: deactivated\n"),
    Case("a customer that is never reminded", INVOICE + "2026-02-05 ->\n", STANDARD, NEVER),
    Case(
        "the policy of a group comes before the company's",
        INVOICE
        + """\
2026-02-05 ->
2026-02-20 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
        LADDERS,
        GROUPED,
    ),
    Case(
        "the customer's own comes before that of its group", INVOICE + "2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00\n", LADDERS, BOTH
    ),
    # 15 February: I1 at level 2 since 10 days have gone by, I2 (due on the 10th) at level 1
    Case(
        "one notice holds all invoices, each at its own level",
        INVOICE
        + SECOND
        + """\
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-02-15 -> a EUR 2: I1/2 1000.00 computed 4.11, I2/1 200.00; total 1200.00
""",
    ),
    Case(
        "a notice for each currency and customer",
        INVOICE
        + """\
2026-01-01 invoice new -c a -l "x;1;70" --terms "net 30" --currency USD
2026-01-01 invoice new -c b -l "x;1;80" --terms "net 30"
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
a USD 1: I2/1 70.00; total 70.00
b EUR 1: I3/1 80.00; total 80.00
""",
    ),
    # to 15 February 4.11 is claimed with 5.00; to 2 March 15 + 15 days: 8.2192 -> 8.22 - 4.11
    Case(
        "fees are claimed at each level, of the interest what came since",
        INVOICE
        + """\
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-02-15 -> a EUR 2: I1/2 1000.00 fee 5.00 interest 4.11 computed 4.11; total 1009.11
2026-02-20 approve a 3 I1
2026-03-02 -> a EUR 3: I1/3 1000.00 fee 40.00 interest 4.11 computed 8.22; total 1044.11
""",
        CLAIMING,
    ),
    # 990.00 came on 6 February, recorded after 4.11 was claimed: 6 days x 1000 + 24 days x 10 = 6240 x 10 % / 365 = 1.7096
    Case(
        "where less has run up than was claimed before, nothing is claimed",
        INVOICE
        + """\
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-02-15 -> a EUR 2: I1/2 1000.00 fee 5.00 interest 4.11 computed 4.11; total 1009.11
2026-02-20 payment add -c a -a 990 -i I1 --received-on 2026-02-06
2026-02-20 approve a 3
2026-03-02 -> a EUR 3: I1/3 10.00 fee 40.00 computed 1.71; total 50.00
""",
        CLAIMING,
    ),
    # 1 to 10 February 1000.00, 11 to 15 February 600.00: (10000 + 3000) x 10 % / 365 = 3.5616
    Case(
        "interest follows the balance by the day of the money",
        INVOICE
        + """\
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-02-14 payment add -c a -a 400 -i I1 --received-on 2026-02-10
2026-02-15 -> a EUR 2: I1/2 600.00 computed 3.56; total 600.00
""",
    ),
    # without the day of payment: 1 to 9 February 1000.00, 10 to 15 February 600.00: (9000 + 3600) x 10 % / 365 = 3.4521
    Case(
        "the day of the payment may be left out of the interest",
        INVOICE
        + """\
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-02-14 payment add -c a -a 400 -i I1 --received-on 2026-02-10
2026-02-15 -> a EUR 2: I1/2 600.00 computed 3.45; total 600.00
""",
        PAYDAY,
    ),
    # 10 days at 10 %, 5 at 20 %: 20000 x 10 % / 365 = 5.4795
    Case(
        "interest follows the rate",
        INVOICE
        + """\
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-02-15 -> a EUR 2: I1/2 1000.00 computed 5.48; total 1000.00
""",
        STEPPED,
    ),
    Case(
        "or keeps that of its first day",
        INVOICE
        + """\
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-02-15 -> a EUR 2: I1/2 1000.00 computed 4.11; total 1000.00
""",
        FIXED,
    ),
    # domain, I1: 46 days x 10.27 % and 45 days x 10.52 %: 30.8363
    Case(
        "the German rate changes in the middle of the year",
        """\
2026-05-01 invoice new -c a -l "x;1;1190" --terms "net 14"
2026-08-01 -> a EUR 1: I1/1 1190.00; total 1190.00
2026-08-14 -> a EUR 2: I1/2 1190.00 computed 30.84; total 1190.00
""",
        GERMAN,
    ),
    # 11.75 % from 16 May to 14 August, 91 days: 1190 x 11.75 % x 91 / 365 = 34.8605
    Case(
        "the British rate is that of the day on which interest began",
        """\
2026-05-01 invoice new -c a -l "x;1;1190" --terms "net 14"
2026-08-01 -> a EUR 1: I1/1 1190.00; total 1190.00
2026-08-14 -> a EUR 2: I1/2 1190.00 computed 34.86; total 1190.00
""",
        BRITISH,
    ),
    Case(
        "a notice that may have arrived counts, and the next waits until somebody knows",
        INVOICE
        + """\
2026-02-05 notice a in-doubt 1 I1
2026-02-06 ->
2026-02-15 -> I1 stopped: doubt
""",
    ),
    Case(
        "a notice that was dropped does not",
        INVOICE
        + """\
2026-02-05 notice a dropped 1 I1
2026-02-06 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
    ),
    Case(
        "a consent that is over, for another invoice or a lower level does not do",
        INVOICE
        + SECOND
        + """\
2026-02-05 notice a sent 2 I1
2026-02-16 notice a sent 1 I2
2026-02-17 approve a 2
2026-02-17 approve a 3 - 2026-03-01
2026-02-17 approve a 3 I2
2026-03-02 -> a EUR 2: I2/2 200.00 computed 1.10; total 200.00
I1 stopped: approval
""",
    ),
    Case(
        "an allocation that was taken back is open again",
        INVOICE
        + """\
2026-02-01 payment add -c a -a 1000 -i I1 --external-id one
2026-02-04 undo a
2026-02-05 -> I1 stopped: credit
""",
    ),
    # 1 to 10 February 1000.00, 27 days to 9 March 600.00: (10000 + 16200) x 10 % / 365 = 7.1781
    Case(
        "money that counts later because of a closed period ends interest on its own day",
        INVOICE
        + """\
2026-03-01 close --through 2026-02-28
2026-03-02 payment add -c a -a 400 -i I1 --received-on 2026-02-10
2026-03-02 -> a EUR 1: I1/1 600.00; total 600.00
2026-03-09 -> a EUR 2: I1/2 600.00 computed 7.18; total 600.00
""",
    ),
    Case(
        "credit that belongs to no invoice counts too",
        INVOICE
        + """\
2026-02-01 credit-note new -c a -l "gift;1;1000" --reason gift
2026-02-05 -> I1 stopped: credit
""",
    ),
    Case(
        "credit in another currency does not",
        INVOICE
        + """\
2026-02-01 payment add -c a -a 1000 --currency USD --policy manual
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
    ),
    Case(
        "what was paid back is no credit any more",
        INVOICE
        + """\
2026-02-01 payment add -c a -a 1000 --policy manual
2026-02-02 refund new -c a -a 1 --reason wrong
2026-02-05 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
    ),
    Case(
        "of a plan that was released the invoice's own days count again",
        INVOICE
        + """\
2026-02-01 hold new --kind plan -i I1 --instalment 2026-03-01:500 --instalment 2026-04-15 --reason phone
2026-02-09 -> I1 stopped: plan
2026-02-10 release a
2026-02-10 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
    ),
    Case(
        "a dispute that was settled stops nothing",
        INVOICE
        + """\
2026-01-10 hold new --kind dispute -i I1 --reason broken
2026-02-05 -> I1 stopped: dispute
2026-02-08 release a
2026-02-08 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
    ),
    Case(
        "a promise of the customer holds all of its invoices",
        INVOICE
        + SECOND
        + """\
2026-02-01 hold new --kind promise -c a --until 2026-02-16 --reason phone
2026-02-16 -> I1 stopped: promise
I2 stopped: promise
2026-02-17 -> a EUR 1: I1/1 1000.00, I2/1 200.00; total 1200.00
""",
    ),
    # announced on 30 January: the first level, a day after the due day, has a gap of seven days
    Case(
        "the gap counts from the notice before the due day too",
        INVOICE
        + """\
2026-01-30 -> a EUR 0: I1/0 1000.00; total 1000.00
2026-02-05 ->
2026-02-06 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
        EARLY,
    ),
    Case(
        "any level may need consent",
        INVOICE
        + """\
2026-02-05 -> I1 stopped: approval
2026-02-06 approve a 1 I1
2026-02-06 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
        CONSENT,
    ),
    # 100000 x 10 % x 15 / 365 = 410.96, in whole yen
    Case(
        "a currency without decimals",
        """\
2026-01-01 invoice new -c a -l "x;1;100000" --terms "net 30" --currency JPY
2026-02-05 -> a JPY 1: I1/1 100000; total 100000
2026-02-15 -> a JPY 2: I1/2 100000 fee 5 interest 411 computed 411; total 100416
""",
        CLAIMING,
    ),
    Case(
        "a later instalment begins at the first level again once the one before is paid",
        """\
2026-01-01 invoice new -c a -l "x;1;1000" --terms "30% now, rest net 14"
2026-01-06 -> a EUR 1: I1/1 300.00; total 300.00
2026-01-10 payment add -c a -a 300 -i I1
2026-01-19 ->
2026-01-20 -> a EUR 1: I1/1 700.00; total 700.00
2026-01-29 ->
2026-01-30 -> a EUR 2: I1/2 700.00 computed 3.62; total 700.00
""",
    ),
    Case(
        "a later instalment that was overdue with the first goes on where the notice about both left off",
        """\
2026-01-01 invoice new -c a -l "x;1;1000" --terms "30% now, rest net 14"
2026-01-18 -> a EUR 1: I1/1 1000.00; total 1000.00
2026-01-20 payment add -c a -a 300 -i I1
2026-01-29 ->
2026-01-30 -> a EUR 2: I1/2 700.00 computed 3.62; total 700.00
""",
    ),
    Case(
        "of several things that stop it nothing goes before all are over",
        INVOICE
        + """\
2026-02-01 hold new --kind promise -i I1 --until 2026-02-10 --reason phone
2026-02-01 hold new --kind manual -c a --until 2026-02-12 --reason "ask sales"
2026-02-05 -> I1 stopped: manual promise
2026-02-11 -> I1 stopped: manual
2026-02-13 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
    ),
    # the days of a dispute that was settled bear none of the disputed 400.00: 1 to 5 February 600.00, from the 6th 1000.00
    Case(
        "a disputed part bears no interest where the customer was right to dispute",
        INVOICE
        + """\
2026-01-10 hold new --kind dispute -i I1 --amount 400 --reason broken
2026-02-05 -> a EUR 1: I1/1 600.00; total 600.00
2026-02-06 release a settled
2026-02-15 -> a EUR 2: I1/2 1000.00 computed 3.56; total 1000.00
""",
    ),
    Case(
        "it bears interest for those days too where the dispute was rejected",
        INVOICE
        + """\
2026-01-10 hold new --kind dispute -i I1 --amount 400 --reason broken
2026-02-05 -> a EUR 1: I1/1 600.00; total 600.00
2026-02-06 release a rejected
2026-02-15 -> a EUR 2: I1/2 1000.00 computed 4.11; total 1000.00
""",
    ),
    Case(
        "a promise has days of grace",
        INVOICE
        + """\
2026-02-01 hold new --kind promise -i I1 --until 2026-02-10 --reason phone
2026-02-12 -> I1 stopped: promise
2026-02-13 -> a EUR 1: I1/1 1000.00; total 1000.00
""",
        GRACE,
    ),
    # domain, I1 again: 40.00 once, on top of what a level costs
    Case(
        "what the law gives for an invoice is claimed once",
        """\
2026-05-01 invoice new -c a -l "x;1;1190" --terms "net 14"
2026-05-20 -> a EUR 1: I1/1 1190.00 fee 40.00; total 1230.00
2026-08-14 -> a EUR 2: I1/2 1190.00 fee 5.00 interest 30.84 computed 30.84; total 1225.84
""",
        LAWFUL,
    ),
    Case(
        "in the United Kingdom by what the invoice is over",
        """\
2026-05-01 invoice new -c a -l "x;1;999.99" --terms "net 14" --currency GBP
2026-05-01 invoice new -c a -l "x;1;1000" --terms "net 14" --currency GBP
2026-05-01 invoice new -c a -l "x;1;10000" --terms "net 14" --currency GBP
2026-05-20 -> a GBP 1: I1/1 999.99 fee 40.00, I2/1 1000.00 fee 70.00, I3/1 10000.00 fee 100.00; total 12209.99
""",
        LAWFUL_UK,
    ),
    Case(
        "a second run of a day finds nothing",
        INVOICE
        + SECOND
        + """\
2026-02-15 -> a EUR 1: I1/1 1000.00, I2/1 200.00; total 1200.00
2026-02-15 ->
""",
    ),
]
