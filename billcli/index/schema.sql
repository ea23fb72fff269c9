-- The ledger as rows. Rebuilt from the files whenever it is missing, old or damaged; never the truth.
-- Amounts are whole minor units, days ISO 8601 text. The columns of a fact's table follow core/facts.py.

-- A folded file has a row of its own and one for each of its documents, whose id is below zero: the walk looks at the others only.
CREATE TABLE files (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,
  kind TEXT,                -- empty where it could not be understood, NULL only until it is read
  size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
  racy INTEGER NOT NULL,    -- written so close to being read that equal stamps prove nothing
  hash TEXT NOT NULL,       -- SHA-256 of the bytes, '' where they could not be read
  audited INTEGER NOT NULL, -- whether the audit trail knows this content
  folded INTEGER, offset INTEGER, length INTEGER, line INTEGER -- of a document in a folded file: which, and where in it
);
CREATE UNIQUE INDEX files_alone ON files (path) WHERE folded IS NULL;
CREATE INDEX files_folded ON files (folded) WHERE folded IS NOT NULL;
CREATE INDEX files_by_hand ON files (path) WHERE audited = 0;
CREATE INDEX files_unread ON files (path) WHERE kind = '';

-- what a quick look at a folder gives while every row above that stands in it holds; empty while one of them is racy
CREATE TABLE looks (folder TEXT PRIMARY KEY, look BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE problems (
  file INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, place TEXT NOT NULL,
  line INTEGER, column INTEGER, length INTEGER, text TEXT, label TEXT NOT NULL, hint TEXT NOT NULL
);
CREATE INDEX problems_file ON problems (file);

CREATE TABLE customers (
  file INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, currency TEXT, country TEXT, language TEXT, terms TEXT, tax TEXT,
  credit_limit TEXT, parent TEXT, industry TEXT, region TEXT, size TEXT, segment TEXT, tax_id TEXT, external_id TEXT, deactivated_on TEXT,
  merged_into TEXT, dunning TEXT, also TEXT NOT NULL
);
CREATE INDEX customers_id ON customers (id);
CREATE INDEX customers_file ON customers (file);

CREATE TABLE drafts (
  file INTEGER NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL, lines INTEGER NOT NULL, issued_on TEXT, external_id TEXT,
  content TEXT NOT NULL, service_until TEXT
);
CREATE INDEX drafts_id ON drafts (id);
CREATE INDEX drafts_file ON drafts (file);

CREATE TABLE invoices (
  file INTEGER NOT NULL, number TEXT NOT NULL, customer TEXT NOT NULL, type TEXT NOT NULL, issued_on TEXT NOT NULL,
  due_on TEXT NOT NULL, parts INTEGER NOT NULL, currency TEXT NOT NULL, net INTEGER NOT NULL, tax INTEGER NOT NULL,
  gross INTEGER NOT NULL, terms TEXT, reference TEXT, discount_until TEXT, discount_percent TEXT, head TEXT NOT NULL, n INTEGER, imported INTEGER NOT NULL, external_id TEXT,
  content TEXT NOT NULL, digest TEXT NOT NULL, seal TEXT, voided_on TEXT, lines INTEGER NOT NULL, buyer_reference TEXT, service_until TEXT, said TEXT NOT NULL,
  open_all INTEGER NOT NULL DEFAULT 0,     -- gross less every row that has not ended
  last_event TEXT NOT NULL DEFAULT ''      -- the last day on which its open balance changes
);
CREATE INDEX invoices_number ON invoices (number);
CREATE INDEX invoices_lower ON invoices (lower(number));
CREATE INDEX invoices_file ON invoices (file);
CREATE INDEX invoices_sequence ON invoices (head, n);
CREATE INDEX invoices_external ON invoices (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX invoices_customer ON invoices (customer);
CREATE INDEX invoices_open ON invoices (last_event, customer, currency, issued_on, due_on, parts, open_all, gross, number) WHERE open_all <> 0;
CREATE INDEX invoices_event ON invoices (last_event);
CREATE INDEX invoices_day ON invoices (issued_on, currency, gross);

CREATE TABLE instalments (file INTEGER NOT NULL, invoice TEXT NOT NULL, due_on TEXT NOT NULL, amount INTEGER NOT NULL);
CREATE INDEX instalments_invoice ON instalments (invoice);
CREATE INDEX instalments_file ON instalments (file);

CREATE TABLE credit_notes (
  file INTEGER NOT NULL, number TEXT NOT NULL, customer TEXT NOT NULL, issued_on TEXT NOT NULL, currency TEXT NOT NULL,
  net INTEGER NOT NULL, tax INTEGER NOT NULL, gross INTEGER NOT NULL, corrects TEXT, kind TEXT, reason TEXT NOT NULL, head TEXT NOT NULL,
  n INTEGER, imported INTEGER NOT NULL, external_id TEXT, content TEXT NOT NULL, digest TEXT NOT NULL, seal TEXT, voided_on TEXT,
  said TEXT NOT NULL,
  unapplied_all INTEGER NOT NULL DEFAULT 0, -- what is left once everything written counts
  last_event TEXT NOT NULL DEFAULT ''       -- the last day on which what is unapplied changes
);
CREATE INDEX credit_notes_number ON credit_notes (number);
CREATE INDEX credit_notes_lower ON credit_notes (lower(number));
CREATE INDEX credit_notes_file ON credit_notes (file);
CREATE INDEX credit_notes_sequence ON credit_notes (head, n);
CREATE INDEX credit_notes_corrects ON credit_notes (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX credit_notes_external ON credit_notes (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX credit_notes_unapplied ON credit_notes (last_event, customer, currency, issued_on, unapplied_all, gross, number) WHERE unapplied_all <> 0;
CREATE INDEX credit_notes_event ON credit_notes (last_event);

CREATE TABLE credit_lines (file INTEGER NOT NULL, credit_note TEXT NOT NULL, invoice TEXT NOT NULL, invoice_line INTEGER NOT NULL, quantity TEXT NOT NULL);
CREATE INDEX credit_lines_invoice ON credit_lines (invoice);
CREATE INDEX credit_lines_file ON credit_lines (file);

-- what documents sold by tax code and revenue category: adds up to their net and tax
CREATE TABLE sold (
  file INTEGER NOT NULL, document TEXT NOT NULL, kind TEXT NOT NULL, tax_on TEXT NOT NULL, code TEXT NOT NULL, tax_category TEXT NOT NULL,
  rate TEXT NOT NULL, category TEXT NOT NULL, base INTEGER NOT NULL, tax INTEGER NOT NULL
);
CREATE INDEX sold_file ON sold (file);

CREATE TABLE payments (
  file INTEGER NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL, received_on TEXT NOT NULL, booked_on TEXT NOT NULL,
  currency TEXT NOT NULL, amount INTEGER NOT NULL, fee INTEGER NOT NULL, method TEXT, payer_name TEXT, reference TEXT,
  external_id TEXT, content TEXT NOT NULL, reversed_on TEXT, unapplied_all INTEGER NOT NULL DEFAULT 0, last_event TEXT NOT NULL DEFAULT ''
);
CREATE INDEX payments_id ON payments (id);
CREATE INDEX payments_lower ON payments (lower(id));
CREATE INDEX payments_file ON payments (file);
CREATE INDEX payments_customer ON payments (customer, received_on);
CREATE INDEX payments_external ON payments (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX payments_unapplied ON payments (last_event, customer, currency, booked_on, unapplied_all, amount, id) WHERE unapplied_all <> 0;
CREATE INDEX payments_event ON payments (last_event);

CREATE TABLE settlements (
  file INTEGER NOT NULL, invoice TEXT NOT NULL, kind TEXT NOT NULL, amount INTEGER NOT NULL, booked_on TEXT NOT NULL,
  value_on TEXT NOT NULL, source_kind TEXT NOT NULL, source TEXT NOT NULL, ended_on TEXT, place TEXT NOT NULL
);
CREATE INDEX settlements_invoice ON settlements (invoice);
CREATE INDEX settlements_source ON settlements (source);
CREATE INDEX settlements_file ON settlements (file);
CREATE INDEX settlements_day ON settlements (booked_on, invoice, amount);
CREATE INDEX settlements_end ON settlements (ended_on, invoice, amount) WHERE ended_on IS NOT NULL;

-- by how much each day changes what is owed in all: issued less settled; the books' own sum, to hold reports to
CREATE TABLE owed (day TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (day, currency)) WITHOUT ROWID;

CREATE TABLE refunds (
  file INTEGER NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL, paid_on TEXT NOT NULL, booked_on TEXT NOT NULL,
  currency TEXT NOT NULL, amount INTEGER NOT NULL, method TEXT, external_id TEXT, content TEXT NOT NULL, reversed_on TEXT
);
CREATE INDEX refunds_id ON refunds (id);
CREATE INDEX refunds_lower ON refunds (lower(id));
CREATE INDEX refunds_file ON refunds (file);
CREATE INDEX refunds_customer ON refunds (customer, paid_on);
CREATE INDEX refunds_external ON refunds (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE draws (
  file INTEGER NOT NULL, refund TEXT NOT NULL, source_kind TEXT NOT NULL, source TEXT NOT NULL, amount INTEGER NOT NULL,
  booked_on TEXT NOT NULL, ended_on TEXT, place TEXT NOT NULL
);
CREATE INDEX draws_source ON draws (source);
CREATE INDEX draws_file ON draws (file);

CREATE TABLE write_offs (
  file INTEGER NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL, kind TEXT NOT NULL, booked_on TEXT NOT NULL,
  currency TEXT NOT NULL, amount INTEGER NOT NULL, reason TEXT NOT NULL, approved_by TEXT, tax_relief TEXT NOT NULL,
  external_id TEXT, content TEXT NOT NULL
);
CREATE INDEX write_offs_id ON write_offs (id);
CREATE INDEX write_offs_lower ON write_offs (lower(id));
CREATE INDEX write_offs_file ON write_offs (file);
CREATE INDEX write_offs_external ON write_offs (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE holds (
  file INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, customer TEXT NOT NULL, invoice TEXT, booked_on TEXT NOT NULL,
  until TEXT, currency TEXT, amount INTEGER, reason TEXT NOT NULL, parts INTEGER NOT NULL, released_on TEXT, outcome TEXT,
  external_id TEXT, content TEXT NOT NULL
);
CREATE INDEX holds_id ON holds (id);
CREATE INDEX holds_file ON holds (file);
CREATE INDEX holds_invoice ON holds (invoice);
CREATE INDEX holds_customer ON holds (customer);
CREATE INDEX holds_external ON holds (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE plan_parts (file INTEGER NOT NULL, hold TEXT NOT NULL, invoice TEXT NOT NULL, due_on TEXT NOT NULL, amount INTEGER NOT NULL);
CREATE INDEX plan_parts_hold ON plan_parts (hold);
CREATE INDEX plan_parts_file ON plan_parts (file);

CREATE TABLE recurring (
  file INTEGER NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL, every TEXT NOT NULL, starts_on TEXT NOT NULL, ends_on TEXT,
  issue TEXT NOT NULL, mail INTEGER NOT NULL, external_id TEXT, content TEXT NOT NULL
);
CREATE INDEX recurring_id ON recurring (id);
CREATE INDEX recurring_file ON recurring (file);

CREATE TABLE reminders (
  file INTEGER NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL, currency TEXT NOT NULL, booked_on TEXT NOT NULL, level INTEGER NOT NULL,
  policy TEXT NOT NULL, channel TEXT NOT NULL, deadline TEXT, total INTEGER NOT NULL
);
CREATE INDEX reminders_id ON reminders (id);
CREATE INDEX reminders_file ON reminders (file);
CREATE INDEX reminders_customer ON reminders (customer);

CREATE TABLE reminder_items (
  file INTEGER NOT NULL, reminder TEXT NOT NULL, invoice TEXT NOT NULL, level INTEGER NOT NULL, due_on TEXT NOT NULL, open INTEGER NOT NULL,
  asked INTEGER NOT NULL, fee INTEGER NOT NULL, interest INTEGER NOT NULL, computed INTEGER NOT NULL, place TEXT NOT NULL,
  fixed_sum INTEGER NOT NULL
);
CREATE INDEX reminder_items_invoice ON reminder_items (invoice);
CREATE INDEX reminder_items_reminder ON reminder_items (reminder);
CREATE INDEX reminder_items_file ON reminder_items (file);

CREATE TABLE reminder_charges (file INTEGER NOT NULL, reminder TEXT NOT NULL, payment TEXT NOT NULL, amount INTEGER NOT NULL, place TEXT NOT NULL);
CREATE INDEX reminder_charges_payment ON reminder_charges (payment);
CREATE INDEX reminder_charges_file ON reminder_charges (file);

CREATE TABLE approvals (
  file INTEGER NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL, invoice TEXT, level INTEGER NOT NULL, booked_on TEXT NOT NULL, until TEXT,
  approved_by TEXT NOT NULL, reason TEXT, external_id TEXT, content TEXT NOT NULL
);
CREATE INDEX approvals_id ON approvals (id);
CREATE INDEX approvals_file ON approvals (file);
CREATE INDEX approvals_customer ON approvals (customer);

CREATE TABLE deliveries (
  file INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, customer TEXT NOT NULL, about TEXT, booked_on TEXT NOT NULL,
  channel TEXT NOT NULL, recipient TEXT, planned_at TEXT NOT NULL, message_id TEXT, subject TEXT, message TEXT, state TEXT NOT NULL,
  state_at TEXT NOT NULL, said TEXT NOT NULL, attempts INTEGER NOT NULL
);
CREATE INDEX deliveries_id ON deliveries (id);
CREATE INDEX deliveries_file ON deliveries (file);
CREATE INDEX deliveries_waiting ON deliveries (state, id) WHERE state NOT IN ('sent', 'dropped');
CREATE INDEX deliveries_customer ON deliveries (customer);

CREATE TABLE delivered (file INTEGER NOT NULL, delivery TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL);
CREATE INDEX delivered_name ON delivered (name, kind);
CREATE INDEX delivered_delivery ON delivered (delivery);
CREATE INDEX delivered_file ON delivered (file);

CREATE TABLE evidence (file INTEGER NOT NULL, hold TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, place TEXT NOT NULL);
CREATE INDEX evidence_file ON evidence (file);

CREATE TABLE findings (
  file INTEGER NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL, booked_on TEXT NOT NULL, text TEXT NOT NULL, found_by TEXT NOT NULL,
  state TEXT NOT NULL, correction TEXT, closed_on TEXT, reason TEXT, external_id TEXT, content TEXT NOT NULL
);
CREATE INDEX findings_id ON findings (id);
CREATE INDEX findings_file ON findings (file);

CREATE TABLE bank_accounts (file INTEGER NOT NULL, id TEXT NOT NULL, number TEXT, currency TEXT NOT NULL);
CREATE INDEX bank_accounts_file ON bank_accounts (file);

CREATE TABLE bank_statements (
  file INTEGER NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, number TEXT, currency TEXT NOT NULL, from_on TEXT, until TEXT,
  opening INTEGER, closing INTEGER, lines INTEGER NOT NULL, total INTEGER NOT NULL, name TEXT NOT NULL, original TEXT NOT NULL,
  sha256 TEXT NOT NULL, format TEXT
);
CREATE INDEX bank_statements_id ON bank_statements (id);
CREATE INDEX bank_statements_sha256 ON bank_statements (sha256);
CREATE INDEX bank_statements_file ON bank_statements (file);

CREATE TABLE bank_lines (
  file INTEGER NOT NULL, statement TEXT NOT NULL, account TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, row INTEGER NOT NULL,
  booked_on TEXT NOT NULL, value_on TEXT, amount INTEGER NOT NULL, currency TEXT NOT NULL, payer TEXT NOT NULL, iban TEXT NOT NULL,
  ultimate TEXT NOT NULL, text TEXT NOT NULL, refs TEXT NOT NULL, end_to_end TEXT NOT NULL, bank_id TEXT NOT NULL, kind TEXT NOT NULL,
  returned TEXT NOT NULL, fee INTEGER NOT NULL, original_amount INTEGER, original_currency TEXT, balance INTEGER
);
CREATE INDEX bank_lines_id ON bank_lines (id, account);
CREATE INDEX bank_lines_file ON bank_lines (file);

CREATE TABLE bank_decisions (
  file INTEGER NOT NULL, reconciliation TEXT NOT NULL, statement TEXT NOT NULL, account TEXT NOT NULL, line TEXT NOT NULL,
  decision TEXT NOT NULL, booked_on TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, customer TEXT,
  documents TEXT NOT NULL, decided_by TEXT NOT NULL, reason TEXT, undone_on TEXT, at INTEGER NOT NULL
);
CREATE INDEX bank_decisions_line ON bank_decisions (line, account) WHERE undone_on IS NULL;
CREATE INDEX bank_decisions_file ON bank_decisions (file);

CREATE TABLE bank_bookings (
  file INTEGER NOT NULL, account TEXT NOT NULL, line TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
  undone INTEGER NOT NULL, place TEXT NOT NULL
);
CREATE INDEX bank_bookings_name ON bank_bookings (name);
CREATE INDEX bank_bookings_file ON bank_bookings (file, at);

CREATE TABLE refs (file INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, place TEXT NOT NULL);
CREATE INDEX refs_name ON refs (kind, name);
CREATE INDEX refs_file ON refs (file);

CREATE TABLE names (file INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL);
CREATE INDEX names_name ON names (kind, name);
CREATE INDEX names_file ON names (file);

CREATE TABLE settings (file INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL);
CREATE INDEX settings_file ON settings (file);

CREATE TABLE tags (file INTEGER NOT NULL, name TEXT NOT NULL, expires_on TEXT, uses TEXT NOT NULL, owner TEXT, description TEXT);
CREATE INDEX tags_file ON tags (file);

CREATE TABLE bands (file INTEGER NOT NULL, name TEXT NOT NULL, currency TEXT NOT NULL, starts INTEGER NOT NULL);
CREATE INDEX bands_file ON bands (file);

CREATE TABLE audited (
  file INTEGER NOT NULL, clone TEXT NOT NULL, seq INTEGER NOT NULL, path TEXT NOT NULL, hash TEXT, made INTEGER NOT NULL, by_hand INTEGER NOT NULL
);
CREATE INDEX audited_path ON audited (path, clone, seq);
CREATE INDEX audited_entry ON audited (file, seq);

CREATE TABLE payees (file INTEGER NOT NULL, clone TEXT NOT NULL, seq INTEGER NOT NULL, path TEXT NOT NULL, mark TEXT NOT NULL);
CREATE INDEX payees_file ON payees (file);
CREATE INDEX payees_path ON payees (path);

CREATE TABLE trail (
  file INTEGER NOT NULL, clone TEXT NOT NULL, seq INTEGER NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL, at TEXT NOT NULL, command TEXT NOT NULL
);
CREATE INDEX trail_hash ON trail (hash);
CREATE INDEX trail_entry ON trail (file, seq);

-- numbers and ids that two files claim: no figure is right while that is so
CREATE TABLE doubled (kind TEXT NOT NULL, name TEXT NOT NULL, paths TEXT NOT NULL);

-- paths whose content the trail knows but which are no longer there
CREATE TABLE gone (path TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;
