#!/bin/sh
# The main job from end to end on sample sales, in a folder of its own that is removed afterwards: "make demo".
# BILL names the command, else the "bill" that is found.
set -eu

command=$(command -v "${BILL:-bill}") || {
    echo "bill is not found; \"make demo\" sets it up, or name it: BILL=/path/to/bill sh ledgers/demo.sh" >&2
    exit 1
}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/bill-demo.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cp "$here"/samples/*.csv "$work"
cd "$work"

# The same day for everybody, so that everybody sees the same figures.
BILL_NOW=1782896400
export BILL_NOW
unset BILL_LEDGER || true

say() { printf '\n%s\n' "# $*"; }

bill() {
    printf '\n$ bill'
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=-]* | "") printf ' "%s"' "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$command" "$@" 2>&1
}

echo "Working in $work, which is removed at the end. The clock is set to 1 July 2026."

say "A new ledger: text files, in git where git is there."
bill init books --name "Kontor Nordhafen GmbH" --currency EUR --country DE

say "The tax codes are written into books/ledger.yaml, as in any editor."
sed 's/^tax_codes: \[\]/tax_codes:\
  - code: vat-19\
    category: S\
    rate: 19/' books/ledger.yaml >edited
mv edited books/ledger.yaml

BILL_LEDGER=$work/books
export BILL_LEDGER

say "Customers, invoices with their numbers, credit notes and payments of another tool, from CSV tables."
bill customer import customers.csv --yes
bill invoice import invoices.csv --yes
bill payment import payments.csv --yes

say "The same table again: what is there already is not imported twice."
bill invoice import invoices.csv --yes

say "An invoice: number, tax, due date and reference are given; what was printed never changes again."
bill invoice new --customer hansa --line "Mooring line, 24 mm, per m;150;6.85;vat-19" --yes

say "A payment, part of what is owed."
bill payment add --customer hansa --amount 1000 --invoice INV-2026-0001 --yes

say "The books are checked: every file, every figure, every sequence of numbers. Silence means that all is well."
bill check

say "Who owes what, by how long it is overdue; the last lines prove that it adds up."
bill report aging

say "The same for the demo ledger, a small company with half a year of sales."
bill demo small-company
bill --ledger small-company report aging --as-of 2026-06-30

say "Monday morning on one screen, and who is good for it: from what the books knew on that day."
bill --ledger small-company report overview --as-of 2026-06-30
bill --ledger small-company credit score --as-of 2026-06-30

cat <<END

The sample sales are $here/samples/*.csv, the demo ledger is $here/demo.
To try things on a copy of your own: bill demo DIR. The README tells the whole story.
END
