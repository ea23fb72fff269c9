"""Customers, invoices and settings as YAML: what must be refused, and where; what must be read."""

from __future__ import annotations

from tests.fuzz.bad.case import Case, bad, good

HEAD = "schema: customer/1\nid: nordwind\nname: Nordwind Handels GmbH\n"


def _more(text: str) -> str:
    return HEAD + text


def _deep(levels: int) -> str:
    return "x:\n" + "".join(f"{' ' * (2 * at)}a:\n" for at in range(1, levels + 1)) + f"{' ' * (2 * levels + 2)}b: 1\n"


KEYS = [
    bad("the same key twice", _more("terms: net 30\n«terms: net 14\n"), "E105", "stands twice; it is already on line 4"),
    bad("the same key twice, quoted", _more('terms: net 30\n«"terms": net 14\n'), "E105"),
    bad("the same key twice, escaped", _more('terms: net 30\n«"t\\x65rms": net 14\n'), "E105"),
    bad("the same key twice, in a mapping", _more("address:\n  city: Oslo\n  country: NO\n  «city: Bergen\n"), "E105"),
    bad("the same key twice, in braces", _more("address: {city: Oslo, country: NO, «city: Bergen}\n"), "E105"),
    bad("the same key twice, below x", _more("x:\n  a: 1\n  b: 2\n  «a: 3\n"), "E105"),
    bad("a key in another case", _more("«Terms: net 30\n"), "E201", 'did you mean "terms"'),
    bad("a key in capitals", _more("«TERMS: net 30\n"), "E201", 'did you mean "terms"'),
    bad("a key with a Cyrillic letter", _more("«t\u0435rms: net 30\n"), "E201"),
    bad("a key with a Greek letter", _more("«n\u03bfte: x\n"), "E201"),
    bad("a key with a zero-width space", _more("«te\u200brms: net 30\n"), "E201"),
    bad("a key with a zero-width joiner at its end", _more("«terms\u200d: net 30\n"), "E201"),
    bad("a key in full width", _more("«\uff54\uff45\uff52\uff4d\uff53: net 30\n"), "E201"),
    bad("a key with a combining accent", _more("«terme\u0301s: net 30\n"), "E201"),
    bad("a key with a soft hyphen", _more("«te\xadrms: net 30\n"), "E201"),
    bad("a key with a space that does not break", _more("«terms\xa0: net 30\n"), "E201"),
    bad("a misspelt key", _more("«tems: net 30\n"), "E201", 'did you mean "terms"'),
    bad("a key of another kind of document", _more("«number: INV-1\n"), "E201"),
    bad("an unknown key in an address", _more("address:\n  «stret: Kai 1\n  country: DE\n"), "E201", 'did you mean "street"'),
    bad("a number as a key", _more("«1: x\n"), "E201"),
    bad("a key that is true", _more("«true: x\n"), "E201"),
    bad("a key that is null", _more("«null: x\n"), "E201"),
    bad("a key that is empty", _more('«"": x\n'), "E201"),
    bad("a key that is a list", _more("? «[a, b]\n: x\n"), "E203", "a key that is not a plain word"),
    bad("a key that is a mapping", _more("? «{a: b}\n: x\n"), "E203", "a key that is not a plain word"),
    bad("a key that is a block list", _more("? «- a\n  - b\n: x\n"), "E203"),
    bad("a key of many lines", _more("? |\n  a\n  b\n: x\n"), "E201"),
    bad("a merge key", _more("«<<: {terms: net 30}\n"), "E108", "the merge key <<"),
    bad("a merge key of an alias", "base: &a\n  terms: net 30\n" + HEAD + "<<: *a\n", "E106"),
    bad("a merge key below x", _more("x:\n  «<<: {a: 1}\n"), "E108"),
    bad("a key without a value", _more("«terms:\n"), "E117"),
    bad("a key with a tilde", _more("«terms: ~\n"), "E117"),
    bad("a key with null", _more("«terms: null\n"), "E117"),
    bad("a key without a colon", _more("«terms\n"), "E104", 'no ": " after the key'),
    bad("a key without a blank", _more("«terms:net 30\n"), "E104"),
    bad("a missing key", "schema: customer/1\nid: nordwind\n", "E202", '"name" is missing'),
    bad("a missing id", "schema: customer/1\nname: Nordwind\n", "E202", '"id" is missing'),
]  # fmt: skip

PROPERTIES = [
    bad("an anchor", _more("terms: «&t net 30\n"), "E106", "the anchor &t"),
    bad("an alias", _more("terms: «*t\n"), "E106", "the alias *t"),
    bad("an anchor on a mapping", _more("address: «&a\n  country: DE\n"), "E106"),
    bad("an anchor on a key", _more("«&k terms: net 30\n"), "E106"),
    bad("an anchor on the document", "--- «&doc\n" + HEAD, "E106"),
    bad("a cycle", _more("x: «&a\n  b: *a\n"), "E106"),
    bad("a cycle of lists", _more("tags: «&a [*a]\n"), "E106"),
    bad("billion laughs", _more('x:\n  a: «&a [lol, lol]\n  b: &b [*a, *a]\n  c: [*b, *b]\n'), "E106"),
    bad("a Python object", _more("terms: «!!python/object/apply:os.system ['true']\n"), "E107", "the tag !!python/object/apply:os.system"),
    bad("a Python name", _more("terms: «!!python/name:os.system\n"), "E107"),
    bad("a tag of a set", _more("tags: «!!set {a, b}\n"), "E107", "the tag !!set"),
    bad("a tag of binary data", _more("terms: «!!binary aGVsbG8=\n"), "E107"),
    bad("a tag of a text", _more("terms: «!!str net 30\n"), "E107"),
    bad("a tag of a number", _more("credit_limit: «!!float 5\n"), "E107"),
    bad("a tag of an ordered map", _more("x: «!!omap [a: 1]\n"), "E107"),
    bad("a tag of one's own", _more("terms: «!terms net 30\n"), "E107"),
    bad("a tag in full", _more("terms: «!<tag:yaml.org,2002:str> net 30\n"), "E107"),
    bad("a tag on a key", _more("«!!str terms: net 30\n"), "E107"),
    bad("the tag of nothing", _more("terms: «! net 30\n"), "E107"),
    bad("a directive", "«%YAML 1.1\n---\n" + HEAD, "E109", "a YAML directive"),
    bad("a directive of version 1.2", "«%YAML 1.2\n---\n" + HEAD, "E109"),
    bad("a directive of tags", "«%TAG ! tag:example.com,2026:\n---\n" + HEAD, "E109"),
    bad("a directive nobody knows", "«%FOO bar\n---\n" + HEAD, "E109"),
    bad("a second document", HEAD + "«---\n" + HEAD, "E110", "a second document begins here"),
    bad("a second document after dots", HEAD + "...\n«---\n" + HEAD, "E110"),
    bad("a second document that is empty", HEAD + "«---\n", "E110"),
]  # fmt: skip

FORM = [
    bad("a tab before a key", _more("address:\n«\tcountry: DE\n"), "E103", "a tab"),
    bad("a tab after a colon", _more("terms:«\tnet 30\n"), "E103"),
    bad("a tab in a text", _more("terms: net«\t30\n"), "E103"),
    bad("a tab at the end", _more("terms: net 30«\t\n"), "E103"),
    bad("a NUL", _more("terms: net«\0 30\n"), "E102", "U+0000"),
    bad("a NUL at the beginning", "«\0" + HEAD, "E102"),
    bad("an escape", _more("terms: net«\x1b[31m 30\n"), "E102", "U+001B"),
    bad("a bell", _more("terms: «\x07net 30\n"), "E102"),
    bad("a delete", _more("terms: net«\x7f 30\n"), "E102"),
    bad("a next line", _more("terms: net 30«\x85\n"), "E102", "U+0085"),
    bad("a line separator", _more("terms: net«\u2028 30\n"), "E102", "U+2028"),
    bad("a paragraph separator", _more("terms: net«\u2029 30\n"), "E102"),
    bad("a byte order mark inside", _more("terms: «\ufeffnet 30\n"), "E102", "U+FEFF"),
    bad("two byte order marks", "«\ufeff\ufeff" + HEAD, "E102"),
    bad("what is no character", _more("terms: «\ufffenet 30\n"), "E102"),
    bad("old line ends of Macintosh", HEAD.replace("\n", "\r").replace("customer/1", "customer/1«"), "E102", "U+000D"),
    bad("half a pair, escaped", _more('terms: "\\u«d800"\n'), "E104", "between double quotes a backslash"),
    bad("half a pair, as bytes", _more("terms: «\ud800\n"), "E101"),
    Case("Latin-1", _more("terms: M\xfcller\n").encode("latin-1"), "E101", 4, 9, "byte 0xfc is not UTF-8"),
    Case("Windows-1252", _more("terms: 5 \x80\n").encode("latin-1"), "E101", 4, 10, "byte 0x80"),
    Case("GBK", _more("terms: \u5317\u4eac\n").encode("gbk"), "E101", 4, 8, "is not UTF-8"),
    Case("UTF-16", HEAD.encode("utf-16"), "E101", 1, 1, "UTF-16"),
    Case("UTF-16 without a mark", HEAD.encode("utf-16-le"), "E102", 1, 2),
    Case("UTF-16, the other way round", b"\xfe\xff" + HEAD.encode("utf-16-be"), "E101", 1, 1, "UTF-16"),
    Case("UTF-32", b"\xff\xfe\0\0" + HEAD.encode("utf-32-le"), "E101", 1, 1, "UTF-32"),
    Case("an overlong slash", _more("terms: a\n").encode().replace(b"a\n", b"\xc0\xaf\n"), "E101"),
    Case("a cut character", HEAD.encode() + b"terms: \xe2\x82", "E101", 4, 8),
    Case("bytes of a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "E101", 1, 1),
    Case("a zip archive", b"PK\x03\x04\x14\0\0\0", "E102", 1, 3),
    bad("an empty file", "", "E116", "the file is empty"),
    bad("blanks alone", "  \n\n", "E116"),
    bad("remarks alone", "# nothing here\n", "E116"),
    bad("the mark of a document alone", "---\n", "E116"),
    bad("the mark of an end alone", "«...\n", "E104"),
    bad("a byte order mark alone", "\ufeff", "E116"),
    bad("null alone", "«null\n", "E203"),
    bad("a list", "«- a\n- b\n", "E203", "the document is not a mapping"),
    bad("a text", "«hello\n", "E203"),
    bad("a number", "«42\n", "E203"),
    bad("a conflict", HEAD + "«<<<<<<< HEAD\nterms: net 30\n=======\nterms: net 14\n>>>>>>> other\n", "E113", "a git conflict"),
    bad("a conflict of three", HEAD + "«<<<<<<< HEAD\nterms: a\n||||||| base\nterms: b\n=======\nterms: c\n>>>>>>> other\n", "E113"),
    bad("a conflict's end alone", HEAD + "terms: net 30\n«>>>>>>> other\n", "E113"),
    bad("a conflict with line ends of Windows", HEAD.replace("\n", "\r\n") + "«<<<<<<< HEAD\r\nterms: a\r\n=======\r\n>>>>>>> b\r\n", "E113"),
    bad("a quote that is not closed", _more('terms: «"net 30\n'), "E104"),
    bad("a single quote that is not closed", _more("terms: «'net 30\n"), "E104"),
    bad("a text after a quote", _more('terms: "net" «30\n'), "E104"),
    bad("a bracket that is not closed", _more("tags: «[a, b\n"), "E104"),
    bad("a brace that is not closed", _more("address: «{country: DE\n"), "E104"),
    bad("a bracket too many", _more("tags: [a]«]\n"), "E104"),
    bad("an unknown escape", _more('terms: "net «\\q30"\n'), "E104"),
    bad("an escape that is cut", _more('terms: "\\x«4"\n'), "E104"),
    bad("a colon in a text", _more("terms: net«: 30\n"), "E104"),
    bad("an at sign first", _more("terms: «@net\n"), "E104"),
    bad("a backtick first", _more("terms: «`net`\n"), "E104"),
    bad("a percent sign first", _more("terms: «%30\n"), "E104"),
    bad("a wrong indent", _more("address:\n  city: Oslo\n «country: NO\n"), "E104"),
    bad("a wrong indent at the top", HEAD + " terms«: net 30\n", "E104"),
    bad("a list and a key on one level", _more("tags:\n  - a\n  «b: c\n"), "E104"),
    bad("a value and keys below it", _more("address: here\n  city«: Oslo\n"), "E104"),
    bad("nested too deeply", _more(_deep(30)), "E112"),
    bad("nested too deeply in brackets", _more("x: " + "[" * 19 + "«" + "[" * 480 + "]" * 499 + "\n"), "E112"),
    bad("nested too deeply in brackets that stay open", _more("x: " + "[" * 20_000), "E112"),
    bad("nested too deeply in braces", _more("x: " + "{a: " * 3000), "E112"),
    bad("nested too deeply in dashes", _more("x:\n" + "- " * 2000 + "a\n"), "E112"),
    bad("too large", HEAD + "# " + "x" * (4 << 20) + "\n", "E111"),
    bad("a long line", _more("terms: «" + "x" * 100_000 + "\n"), "E214"),
    bad("a long key", _more("«" + "k" * 900 + ": x\n"), "E201"),
    bad("a long key that YAML does not take", _more("«" + "k" * 5000 + ": x\n"), "E104"),
    bad("many keys", _more("".join(f"{'«' * (at == 0)}k{at}: x\n" for at in range(2000))), "E201"),
]  # fmt: skip

VALUES = [
    bad("a list for a text", _more("terms:\n  «- net 30\n"), "E203", "one value belongs here, not a list"),
    bad("a mapping for a text", _more("terms:\n  «net: 30\n"), "E203", "not a mapping"),
    bad("a text for a mapping", _more("address: «Kai 1, Oslo\n"), "E203", "a mapping of keys to values belongs here"),
    bad("a list for a mapping", _more("address:\n  «- Oslo\n"), "E203"),
    bad("a text for a list", _more("aliases: «Nordwind\n"), "E203", "a list belongs here"),
    bad("a mapping for a list", _more("aliases:\n  «a: b\n"), "E203"),
    bad("a mapping in a list of texts", _more("aliases:\n  - «a: b\n"), "E203"),
    bad("an empty text", _more('terms: «""\n'), "E214"),
    bad("an empty name", HEAD.replace("Nordwind Handels GmbH", '«""'), "E208"),
    bad("a name of blanks", HEAD.replace("Nordwind Handels GmbH", '«"   "'), "E208"),
    bad("a name with a line end", HEAD.replace("Nordwind Handels GmbH", '«"Nord\\nwind"'), "E208"),
    bad("a name with an escape", HEAD.replace("Nordwind Handels GmbH", '«"Nord\\e[31mwind"'), "E208"),
    bad("a name of many letters", HEAD.replace("Nordwind Handels GmbH", "«" + "N" * 3000), "E208"),
    bad("a country that is none", _more("address:\n  country: «UK\n"), "E217"),
    bad("a country in small letters", _more("address:\n  country: «no\n"), "E217"),
    bad("Norway as YAML 1.1 has it", _more("address:\n  country: «false\n"), "E217"),
    bad("a currency that is none", _more("currency: «EURO\n"), "E210"),
    bad("a currency in small letters", _more("currency: «eur\n"), "E210"),
    bad("a language that is none", _more("language: «german\n"), "E209"),
    bad("an IBAN with a slip", _more("ibans:\n  - «DE89370400440532013001\n"), "E215"),
    bad("an IBAN that is too short", _more("ibans:\n  - «DE8937040044\n"), "E215"),
    bad("an address that is no e-mail", _more("contacts:\n  - role: billing\n    email: «nobody\n"), "E218"),
    bad("two e-mail addresses", _more("contacts:\n  - role: billing\n    email: «a@x.example, b@y.example\n"), "E218"),
    bad("an e-mail address with a line end", _more('contacts:\n  - role: billing\n    email: «"a@x.example\\nBcc: b@y.example"\n'), "E218"),
    bad("an e-mail address with a NUL", _more('contacts:\n  - role: billing\n    email: «"a@x.example\\0"\n'), "E218"),
    bad("terms that are none", _more("terms: «soon\n"), "E214"),
    bad("terms that come to more", _more("terms: «60% now, 70% net 30\n"), "E214"),
    bad("a parent that is none", _more("parent: «nobody\n"), "E204"),
    bad("a tag that is none", _more("tags:\n  - «vvip\n"), "E303"),
    bad("a group that is none", _more("groups:\n  segment: «private\n"), "E304"),
]  # fmt: skip

SCHEMAS = [
    bad("no schema", "id: nordwind\nname: Nordwind\n", "E212", "does not say what it is"),
    bad("an unknown schema", "schema: «client/1\nid: nordwind\nname: Nordwind\n", "E212"),
    bad("a misspelt schema", "schema: «custmer/1\nid: nordwind\nname: Nordwind\n", "E212", 'did you mean "customer"'),
    bad("a newer schema", "schema: «customer/2\nid: nordwind\nname: Nordwind\n", "E212", "a newer bill may know it"),
    bad("a schema without a number", "schema: «customer\nid: nordwind\nname: Nordwind\n", "E212"),
    bad("a schema with a text", "schema: «customer/one\nid: nordwind\nname: Nordwind\n", "E212"),
    bad("a schema with a path", "schema: «../../etc/passwd\nid: nordwind\nname: Nordwind\n", "E212"),
    bad("a schema that is a list", "schema: [customer/1]\nid: nordwind\nname: Nordwind\n", "E212"),
    bad("another kind's schema", "schema: «invoice/1\nid: nordwind\nname: Nordwind\n", "E120"),
    bad("another name than the file's", "schema: customer/1\nid: «suedwind\nname: Nordwind\n", "E121"),
    bad("another case than the file's", "schema: customer/1\nid: «Nordwind\nname: Nordwind\n", "E121"),
]  # fmt: skip

_NUMBERS = {
    "NaN": ".nan", "nan": "nan", "infinity": ".inf", "minus infinity": "-.inf", "Infinity": "Infinity", "an exponent": "1e3",
    "an exponent with a sign": "1E+3", "an exponent of 400": "1e400", "an underscore": "1_000", "octal": "0o17", "old octal": "017",
    "hexadecimal": "0x1F", "binary": "0b101", "sixties": "1:30", "a plus sign": "+5", "a minus sign": "-5", "minus nothing": "-0",
    "no digit before the point": ".5", "no digit after it": "5.", "a decimal comma": '"5,00"', "commas for thousands": '"1,000.00"',
    "points for thousands": "1.000.00", "blanks for thousands": "1 000.00", "apostrophes for thousands": "1'000.00", "a currency": "5 EUR",
    "a sign of a currency": '"€5"', "Arabic digits": "٥", "digits in full width": "１２", "a superscript": "5²", "a fraction": "½",
    "too many decimals": "5.001", "true": "true", "yes": "yes", "a date": "2026-03-14", "a quoted blank": '" 5"', "parentheses": "(5.00)",
    "six thousand digits": "9" * 6000, "a thousand decimals": "0." + "1" * 1000, "more than is sensible": "1000000000000.00",
    "a number in quotes with letters": '"5O.00"', "zeros first": "0005.00", "a percent sign": "5%", "an equals sign": '"=5"',
    "a formula": '"=1+1"', "a long dash": "−5.00", "a soft hyphen": "5\xad0",
}  # fmt: skip
AMOUNTS = [
    bad(f"amount: {name}", _more(f"credit_limit: «{text}\n"), "E211" if name == "too many decimals" else "E205")
    for name, text in _NUMBERS.items()
]

_DAYS = {
    "30 February": "2026-02-30", "29 February of a common year": "2027-02-29", "month 13": "2026-13-01", "month 0": "2026-00-10",
    "day 0": "2026-03-00", "day 32": "2026-03-32", "the year 0": "0000-01-01", "the year 10000": "10000-01-01", "long ago": "1066-10-14",
    "far ahead": "3026-01-01", "German": "14.03.2026", "British": "14/03/2026", "American": "03/14/2026", "two digits": "26-03-14",
    "one digit": "2026-3-14", "no dashes": "20260314", "with a time": "2026-03-14T09:00:00", "with a blank and a time": "2026-03-14 09:00:00",
    "with a zone": "2026-03-14Z", "an epoch": "1773446400", "nothing": "0", "a week": "2026-W11-6", "an ordinal": "2026-073", "minus": "-2026-03-14",
    "words": "tomorrow", "Arabic digits": "٢٠٢٦-٠٣-١٤", "full width": "２０２６-03-14", "another dash": "2026‐03‐14", "true": "true",
    "a blank": '" 2026-03-14"', "a line end": '"2026-03-14\\n"', "a year alone": "2026", "a month alone": "2026-03",
}  # fmt: skip
DAYS_AT = (
    'schema: hold/1\nid: 2026-03-14-nordwind-7f3a9c21\nkind: dispute\ncustomer: nordwind\n"on": 2026-03-14\nreason: x\nuntil: «{day}\n'
)
DAYS = [bad(f"day: {name}", DAYS_AT.format(day=text), "E206") for name, text in _DAYS.items()]

GOOD = [
    good("a byte order mark", "\ufeff" + HEAD), good("line ends of Windows", HEAD.replace("\n", "\r\n")),
    good("both", "\ufeff" + HEAD.replace("\n", "\r\n")), good("no line end at the end", HEAD.rstrip("\n")),
    good("lines that are empty", HEAD.replace("\n", "\n\n")), good("remarks", "# who\n" + HEAD.replace("\n", " # why\n")),
    good("the mark of a document", "---\n" + HEAD), good("the mark of an end", HEAD + "...\n"), good("decomposed letters", _more('aliases:\n  - Mu\u0308ller\n')),
    good("Chinese", HEAD.replace("Nordwind Handels GmbH", "北京海洋")), good("Arabic", HEAD.replace("Nordwind Handels GmbH", "شركة الشمال")),
    good("an emoji", _more("aliases:\n  - Nord 🌬\n")), good("braces", "{schema: customer/1, id: nordwind, name: Nordwind}\n"),
    good("quotes", HEAD.replace("Nordwind Handels GmbH", "'Nordwind''s'")), good("JSON", '{"schema": "customer/1", "id": "nordwind", "name": "N"}\n'),
    good("keys in another order", "name: Nordwind\nid: nordwind\nschema: customer/1\n"), good("Norway", _more("address:\n  country: NO\n")),
    good("a name that is a number", HEAD.replace("Nordwind Handels GmbH", "007")), good("a name that is off", HEAD.replace("Nordwind Handels GmbH", "off")),
    good("a name with a hash", HEAD.replace("Nordwind Handels GmbH", "C#-Werk")), good("a name with a colon", HEAD.replace("Nordwind Handels GmbH", '"A: B"')),
    good("own data", _more("x:\n  anything:\n    - 1\n    - [a, b]\n  empty:\n")), good("a line of equals signs", _more("notes: |\n  Title\n  =======\n")),
    good("an escaped letter", HEAD.replace("Nordwind Handels GmbH", '"N\\u00f6rd"')), good("a folded text", _more("notes: >\n  one\n  two\n")),
    good("a text of two lines", HEAD.replace("Nordwind Handels GmbH", "Nordwind\n  Handels")), good("a small limit", _more("credit_limit: 5\n")),
    good("blanks at the ends", HEAD.replace("\n", "  \n")),
]  # fmt: skip

CUSTOMERS = [*KEYS, *PROPERTIES, *FORM, *VALUES, *SCHEMAS, *AMOUNTS]
