"""The help of all, by width. Written by ``python -m tests.cli.written``; a test compares."""

from __future__ import annotations

# fmt: off
HELP = {
    80: (
        'Usage: bill [OPTIONS] COMMAND [ARGS]...\n'
        '\n'
        '  Accounts receivable over plain-text ledgers. Without a command: how the\n'
        '  books stand, and what comes next.\n'
        '\n'
        '  Each command says more: "bill invoice --help", "bill invoice new --help".\n'
        '\n'
        '  Exit codes: 0 done, 1 problems in the ledger or refused by its rules, 2\n'
        '  usage, 3 done in part or a person is needed, 4 locked or changed meanwhile,\n'
        '  5 outside service unreachable, 70 our bug, 130 interrupted.\n'
        '\n'
        '  Example: bill demo && bill --ledger bill-demo report aging --as-of 2026-06-30\n'
        '\n'
        'Options:\n'
        "  --ledger DIR  The ledger's folder; else BILL_LEDGER, else upwards from here.\n"
        '  --version     Print the version.\n'
        '  -h, --help    Show this message and exit.\n'
        '\n'
        'Commands:\n'
        '  init         Begin a ledger in a new folder.\n'
        '  demo         Copy the demo ledger to try things on.\n'
        '  check        Check every file of the ledger.\n'
        '  explain      Explain a code of check, or why a document stands as it does.\n'
        "  doctor       Look at the machine and the ledger's private folder.\n"
        '  show         Show whatever has this number, id or name.\n'
        '  edit         Edit a file in your editor, checked before it is kept.\n'
        '  schema       JSON Schemas for editors.\n'
        '  customer     Who owes: add, list, show, change and merge customers.\n'
        '  invoice      Issue, list, show, void and import invoices.\n'
        '  terms        What payment terms come to.\n'
        '  draft        Invoices that are not issued yet.\n'
        '  credit-note  Credit what was invoiced.\n'
        '  payment      Record and import money received, and what it pays.\n'
        '  reconcile    Bank statements against the books.\n'
        "  statement    Statement of account: a customer's movements or open items.\n"
        '  hold         Disputes, promises, plans: what keeps reminders back.\n'
        '  refund       Money paid back to customers.\n'
        '  write-off    What nobody will pay, and its recovery.\n'
        '  report       Who owes what.\n'
        '  template     Words and looks of mails and documents: list, copy and...\n'
        '  bank         Bank statements: what bill reads in a file, and profiles...\n'
        '  completion   Completion at a Tab for bash, zsh and fish.\n'
        '  close        Close a period: no balance in it changes any more.\n'
        "  fold         Put a closed month's documents into one file for each kind.\n"
        '  unfold       Give the documents of a folded month files of their own...\n'
    ),
    110: (
        'Usage: bill [OPTIONS] COMMAND [ARGS]...\n'
        '\n'
        '  Accounts receivable over plain-text ledgers. Without a command: how the books stand, and what comes next.\n'
        '\n'
        '  Each command says more: "bill invoice --help", "bill invoice new --help".\n'
        '\n'
        '  Exit codes: 0 done, 1 problems in the ledger or refused by its rules, 2 usage, 3 done in part or a person\n'
        '  is needed, 4 locked or changed meanwhile, 5 outside service unreachable, 70 our bug, 130 interrupted.\n'
        '\n'
        '  Example: bill demo && bill --ledger bill-demo report aging --as-of 2026-06-30\n'
        '\n'
        'Options:\n'
        "  --ledger DIR  The ledger's folder; else BILL_LEDGER, else upwards from here.\n"
        '  --version     Print the version.\n'
        '  -h, --help    Show this message and exit.\n'
        '\n'
        'Commands:\n'
        '  init         Begin a ledger in a new folder.\n'
        '  demo         Copy the demo ledger to try things on.\n'
        '  check        Check every file of the ledger.\n'
        '  explain      Explain a code of check, or why a document stands as it does.\n'
        "  doctor       Look at the machine and the ledger's private folder.\n"
        '  show         Show whatever has this number, id or name.\n'
        '  edit         Edit a file in your editor, checked before it is kept.\n'
        '  schema       JSON Schemas for editors.\n'
        '  customer     Who owes: add, list, show, change and merge customers.\n'
        '  invoice      Issue, list, show, void and import invoices.\n'
        '  terms        What payment terms come to.\n'
        '  draft        Invoices that are not issued yet.\n'
        '  credit-note  Credit what was invoiced.\n'
        '  payment      Record and import money received, and what it pays.\n'
        '  reconcile    Bank statements against the books.\n'
        "  statement    Statement of account: a customer's movements or open items.\n"
        '  hold         Disputes, promises, plans: what keeps reminders back.\n'
        '  refund       Money paid back to customers.\n'
        '  write-off    What nobody will pay, and its recovery.\n'
        '  report       Who owes what.\n'
        '  template     Words and looks of mails and documents: list, copy and check them.\n'
        '  bank         Bank statements: what bill reads in a file, and profiles of layouts.\n'
        '  completion   Completion at a Tab for bash, zsh and fish.\n'
        '  close        Close a period: no balance in it changes any more.\n'
        "  fold         Put a closed month's documents into one file for each kind.\n"
        '  unfold       Give the documents of a folded month files of their own again.\n'
    ),
}
