"""Texts as banks of nineteen countries write them around what the payer said: tags, boiler-plate, capitals, cut lines."""

from __future__ import annotations

import re
from datetime import date, timedelta

from tests.reconcile.second.dice import Dice
from tests.reconcile.second.people import bare, two_letters

# {p} what the payer wrote, {n} name, {i} account, {d} day, {k} boiler-plate with numbers of other people
TEMPLATES: dict[str, tuple[str, ...]] = {
    "DE": (
        "{p}",
        "{p} {k}",
        "SVWZ+{p}",
        "EREF+NOTPROVIDED SVWZ+{p}",
        "EREF+{x} MREF+M-{x} CRED+DE98ZZZ09999999999 SVWZ+{p} {k}",
        "{p} DATUM {d}, {t} UHR",
        "{p}\nEREF: {x}\nTAN: {s}",
        "GUTSCHR. UEBERWEISUNG {p} {k}",
        "SVWZ+{p} ABWA+{n}",
        "KREF+NONREF SVWZ+{p} DATUM {d}, {t} UHR 1.TAN {s}",
        "{p} Kd-Nr {c} {k}",
    ),
    "AT": (
        "{p}",
        "Zahlungsreferenz: {p} {k}",
        "Verwendungszweck: {p} Auftraggeberreferenz: {x}",
        "GUTSCHRIFT {n} {p} IBAN: {i}",
        "{p} FE/{x}",
    ),
    "CH": (
        "{p}",
        "GUTSCHRIFT AUFTRAGGEBER: {n} MITTEILUNGEN: {p} REFERENZEN: {x}",
        "Gutschrift {n}, {p}, Valuta {d}",
        "TWINT {p} {k}",
        "E-BANKING-VERGUETUNG {p}",
    ),
    "NL": (
        "{p}",
        "SEPA Overboeking IBAN: {i} BIC: INGBNL2A Naam: {n} Omschrijving: {p} Kenmerk: NOTPROVIDED",
        "/TRTP/SEPA OVERBOEKING/IBAN/{i}/BIC/RABONL2U/NAME/{n}/REMI/{p}/EREF/{x}",
        "Naam: {n} Omschrijving: {p} Datum/Tijd: {d} {t}:07 Valutadatum: {d}",
        "{p} KLANTNR {c}",
    ),
    "BE": (
        "{p}",
        "EUROPESE OVERSCHRIJVING VAN {n} {i} MEDEDELING: {p} BANKREFERENTIE: {x} VALUTADATUM : {d}",
        "VIREMENT EN EUROS DE {n} COMMUNICATION: {p} REFERENCE BANQUE : {x}",
        "OVERSCHRIJVING {p} REF. : {x} VAL. {m}",
    ),
    "FR": (
        "{p}",
        "VIR SEPA RECU /DE {n} /MOTIF {p} /REF {x}",
        "VIREMENT DE {n} {p}",
        "VIR INST {n} {p} DU {d} A {t}",
        "VIR RECU {x} DE: {n} MOTIF: {p} REF: NOTPROVIDED",
    ),
    "CZ": (
        "{p}",
        "PŘÍCHOZÍ ÚHRADA {n} {p} KS 0308 SS {c}",
        "Bezhotovostní příjem {p} Zpráva pro příjemce",
        "OKAMŽITÁ ÚHRADA {d} {t} {p}",
        "{p} KS:0308",
    ),
    "SK": ("{p}", "Platba prijatá {n} {p} KS 0308", "SEPA prijatá platba {p} Ref. {x}"),
    "FI": ("{p}", "PANO {n} {p} ARKISTOINTITUNNUS {x}", "SEPA-TILISIIRTO {p} Maksupvm {d}", "VIESTI: {p} IBAN {i}"),
    "NO": ("{p}", "Overføring innland, {n}, {p} Betalt: {m}", "Giro {p} Arkivref {x}", "Nettgiro fra: {n} {p} Betalt: {d}"),
    "SE": ("{p}", "Bankgiro inbetalning {n} {p} Bg-nr 5402-9681", "INSÄTTNING {p} LÖPNR {x}", "Överföring via internet {p}"),
    "DK": ("{p}", "Overførsel {n} {p}", "Bgs {n} {p} Afs. ref. {x}", "Straksoverførsel {d} {t} {p}"),
    "PL": ("{p}", "PRZELEW PRZYCHODZĄCY {n} TYTUŁEM: {p} NR REF {x}", "Przelew krajowy {p} Data {d} NIP {v}", "ELIXIR {m} {p}"),
    "ES": ("{p}", "TRANSF. DE {n} CONCEPTO: {p}", "TRANSFERENCIA RECIBIDA {n} {p} REF. {x}", "ABONO TRANSFERENCIA {p} F.VALOR {d}"),
    "IT": ("{p}", "BONIFICO A VOSTRO FAVORE DA {n} CAUSALE: {p} TRN {x}", "ACCR. BEU {n} {p} DATA ORDINE {d}", "BON.DA {n} {p} CRO: {x}"),
    "GB": ("{p}", "FPI {n} {p}", "BGC {p}", "FASTER PAYMENTS RECEIPT REF.{p} FROM {n}", "CR {n} {p} {d} {t}", "BACS {p} {x}"),
    "US": (
        "{p}",
        "ORIG CO NAME:{n} ORIG ID:{s} DESC DATE:{m} CO ENTRY DESCR:CORP PMT SEC:CCD TRACE#:{x} IND ID:{p}",
        "WIRE TYPE:WIRE IN DATE:{d} TIME:{t} ET TRN:{x} ORIG:{n} PMT DET:{p}",
        "ACH CREDIT {n} {p}",
        "FEDWIRE CREDIT VIA: CITIBANK N.A. B/O: {n} REF: {p} IMAD: {x}",
        "REMOTE DEPOSIT {p} CHECK #{s}",
    ),
    "CN": ("{p}", "转账 {n} {p}", "摘要：{p} 流水号 {x}", "跨行汇款 {p} {d} {t}", "网银转账 {p} 客户号{c}"),
    "JP": ("{p}", "振込 {n} {p}", "ﾌﾘｺﾐ {p}", "{d} 振込入金 {p} 取引番号{x}"),
}

OUTGOING = ("{p}", "SVWZ+{p}", "{p} {k}", "{p}\nEREF: {x}", "{n} {p}", "{p} DATUM {d}, {t} UHR")

_KEEPS_MARKS = {"CN", "JP"}


def compact(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.lower())


def boilerplate(dice: Dice, day: date, *, amount: str = "") -> str:
    """Something with numbers that have nothing to do with the invoice."""
    earlier = day - timedelta(days=dice.between(1, 40))
    options = (
        f"KD.NR. {dice.digits(5)}",
        f"Tel. 0{dice.digits(3)}/{dice.digits(7)}",
        f"USt-ID DE{dice.digits(9)}",
        f"vom {earlier:%d.%m.%Y}",
        f"{earlier.year}",
        f"Auftrag 45000{dice.digits(5)}",
        f"Ihre Bestellung PO-{dice.digits(6)}",
        f"KARTE {dice.digits(4)}",
        f"{earlier:%d.%m.%y} {dice.between(8, 19)}.{dice.between(10, 59)} UHR",
        f"Projekt {dice.between(11, 99)}",
        f"Vertrag V{dice.digits(6)}",
        f"{earlier:%m/%Y}",
        f"{earlier:%Y%m%d}",
        f"Betrag {amount}" if amount else f"Filiale {dice.digits(3)}",
        f"Kostenstelle {dice.digits(4)}",
    )
    return dice.pick(options)


def render(dice: Dice, country: str, payload: str, *, name: str, iban: str, day: date, plain: bool = False, out: bool = False) -> str:
    """What the bank's file says. ``plain`` leaves letters and lines as they are, ``out`` is money that goes out."""
    ordered = day - timedelta(days=dice.below(3))
    template = dice.pick(OUTGOING if out else TEMPLATES[country])
    values = {
        "p": payload,
        "n": name,
        "i": iban or "NOTPROVIDED",
        "d": f"{ordered:{dice.pick(('%d.%m.%Y', '%d.%m.%y', '%Y-%m-%d', '%y%m%d', '%d-%m-%Y'))}}",
        "m": f"{ordered:%d.%m}",
        "t": f"{dice.between(7, 21):02}.{dice.between(0, 59):02}",
        "x": f"{dice.pick(('', 'B', 'ZV', 'AB12C'))}{dice.digits(dice.pick((9, 11, 14)))}",
        "s": dice.digits(6),
        "c": dice.digits(dice.between(5, 7)),
        "v": dice.digits(10),
        "k": boilerplate(dice, day),
    }
    text = re.sub(r" {2,}", " ", template.format(**values)).strip()
    if plain:
        return text
    if country not in _KEEPS_MARKS and dice.chance(0.25):
        text = two_letters(text) if country in {"DE", "AT", "CH", "NO", "DK"} else bare(text)
    if dice.chance(0.35):
        text = text.upper()
    if "\n" not in text and dice.chance(0.3):
        width = dice.weighted(((27, 6), (65, 4), (35, 2)))
        text = "\n".join(text[at : at + width].strip() for at in range(0, len(text), width))
    elif template == "{p}" and dice.chance(0.15):
        text = text[: dice.pick((16, 18, 22, 27, 35))]
    return text


def in_words(amount: int, currency: str, dice: Dice) -> str:
    """An amount as people write it into a text."""
    if currency == "JPY":
        return f"{amount:,}"
    whole, cents = divmod(amount, 100)
    return dice.pick(
        (f"{whole},{cents:02}", f"{whole}.{cents:02}", f"{whole:,}.{cents:02}", f"{whole:,}".replace(",", ".") + f",{cents:02}")
    )
