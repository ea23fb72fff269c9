"""Words that banks of all layouts use: for what is no movement, for the direction of money, for the columns of a header."""

from __future__ import annotations

# ruff: noqa: E501  # lists of words
import re
from collections.abc import Mapping, Sequence

PENDING = frozenset(("pending", "vorgemerkt", "ausstehend", "en attente", "pendiente", "in behandeling", "処理中", "待入账", "未入账"))
STATUS = frozenset(
    (
        "status",
        "state",
        "zustand",
        "buchungsstatus",
        "booking status",
        "transaction status",
        "statut",
        "estado",
        "stato",
        "交易状态",
        "当前状态",
        "状态",
    )
)
NOT_BOOKED = {
    **dict.fromkeys(sorted(PENDING), "pending: the bank has not booked it yet"),
    **dict.fromkeys(
        ("pdng", "open", "in progress", "processing", "offen", "authorized", "authorised"), "pending: the bank has not booked it yet"
    ),
    **dict.fromkeys(
        ("reverted", "declined", "failed", "canceled", "cancelled", "rejected", "denied", "expired", "storniert", "abgelehnt", "交易关闭"),
        "no money moved",
    ),
}
BOOKED = ("", "booked", "book", "completed", "complete", "posted", "settled", "cleared", "executed", "success", "successful", "succeeded", "paid", "done",
          "gebucht", "ausgeführt", "abgeschlossen", "交易成功", "支付成功", "成功")  # fmt: skip
TOTALS = (
    "total", "totals", "sum", "summe", "gesamt", "gesamtsumme", "zwischensumme", "totaal", "totale", "somme", "celkem", "suma", "合计", "总计", "共计",
)  # fmt: skip
_TOTAL_WITHIN = ("合计", "总计", "总额", "共计")
OPENING = (
    "beginning balance", "opening balance", "balance brought forward", "brought forward", "previous balance", "start balance", "saldo anterior",
    "saldo inicial", "anfangssaldo", "anfangsbestand", "alter saldo", "startsaldo", "beginsaldo", "vorig saldo", "solde initial", "ancien solde",
    "solde précédent", "saldo iniziale", "saldo precedente", "počáteční zůstatek", "ingående saldo", "期初余额", "上期余额", "承前页",
)  # fmt: skip
CLOSING = (
    "ending balance", "closing balance", "balance carried forward", "carried forward", "new balance", "endsaldo", "endbestand", "neuer saldo",
    "nieuw saldo", "eindsaldo", "solde final", "nouveau solde", "saldo final", "saldo finale", "konečný zůstatek", "utgående saldo", "期末余额",
    "本期余额",
)  # fmt: skip
PLUS = frozenset(
    [
        "credit",
        "cr",
        "cr.",
        "c",
        "in",
        "incoming",
        "h",
        "haben",
        "gutschrift",
        "bij",
        "crdt",
        "deposit",
        "+",
        "entrada",
        "avere",
        "收入",
        "收",
        "贷",
        "入账",
        "转入",
    ]
)
MINUS = frozenset(
    [
        "debit",
        "dr",
        "dr.",
        "d",
        "out",
        "outgoing",
        "s",
        "soll",
        "lastschrift",
        "af",
        "dbit",
        "debet",
        "withdrawal",
        "-",
        "saida",
        "dare",
        "支出",
        "支",
        "借",
        "出账",
        "转出",
    ]
)

HEADER: Mapping[str, str] = {
    "id": "id|line|line id|line_id|transaction id|transactionid|transaction_id|reference id|unique id|transaktions-id|transaktionsid|fitid|"
    "id transakce|identifiant|流水号|交易流水号",
    "date": "date|created|created at|buchung|completed date|started date|datum splatnosti|booking date|booked on|booked_on|booking_date|posting date|posted date|posted on|posted|transaction date|transaction_date|"
    "datum|buchungstag|buchungsdatum|boekdatum|boekingsdatum|date opération|date operation|date de l'opération|date comptable|"
    "fecha|fecha operación|fecha operacion|fecha contable|data|data operazione|data contabile|data movimento|bokføringsdato|bokföringsdag|"
    "bogføringsdato|dato|datum zaúčtování|datum zauctovani|datum provedení|data księgowania|data operacji|kirjauspäivä|交易日期|记账日期|"
    "交易时间|入账日期|日期|取引日|日付",
    "value_date": "value date|value_date|value on|value_on|valuta|valutadatum|wertstellung|wertstellungsdatum|wertstellungstag|date valeur|"
    "date de valeur|rentedatum|fecha valor|data valuta|data valor|datum valuty|valuutapäivä|起息日",
    "amount": "amount|betrag|net|netto|umsatz|bedrag|montant|importe|importo|montante|valor|"
    "beløp|belopp|beløb|částka|castka|kwota|määrä|transaction amount|transaktionsbetrag|金额|交易金额|発生金額|金額",
    "income": "credit|credit amount|paid in|money in|deposit|deposits|haben|gutschrift|bij|crédit|abono|abonos|entrate|avere|"
    "accrediti|inn på konto|insättning|收入|收入金额|贷方金额|贷方发生额|入金",
    "expense": "debit|debit amount|paid out|money out|withdrawal|withdrawals|soll|lastschrift|af|débit|debet|cargo|cargos|"
    "uscite|dare|addebiti|ut fra konto|uttag|支出|支出金额|借方金额|借方发生额|出金",
    "fee": "fee|fees|gebühr|entgelt|frais|comisión|commissione",
    "balance": "balance|running balance|running bal.|balance after|saldo|kontostand|saldo nach buchung|solde|saldo na trn|saldo dopo|zůstatek|"
    "余额|账户余额|残高",
    "currency": "currency|currency code|ccy|währung|waehrung|munt|valuta code|devise|moneda|divisa|moeda|měna|mena|valuutta|waluta|币种|货币|記帳通貨",
    "sign": "direction|debit/credit|credit/debit|dr/cr|cr/dr|d/c|c/d|soll/haben|af bij|cdtdbtind|credit debit indicator|收/支|借贷标志|借贷",
    "payer": "payer|payer name|debtor|debtor name|customer|customer name|sender|remitter|ordering party|payee|counterparty|counterparty name|counter party|name|beguenstigter/zahlungspflichtiger|begünstigter|"
    "auftraggeber|auftraggeber/empfänger|empfänger|zahlungspartner|partner name|partnername|gegenpartei|name zahlungsbeteiligter|"
    "naam tegenpartij|tegenpartij|nom|tiers|contrepartie|beneficiario|ordenante|ordinante|controparte|protistrana|název protiúčtu|"
    "název protistrany|motpart|modpart|saaja/maksaja|nadawca/odbiorca|对方户名|对方名称|交易对方|対方",
    "iban": "iban|payer iban|payer account|counterparty iban|counterparty account|account number of counterparty|kontonummer/iban|"
    "iban zahlungsbeteiligter|gegenkonto|partner iban|tegenrekening|rekeningnummer tegenpartij|iban tegenpartij|compte contrepartie|"
    "cuenta contrapartida|conto controparte|protiúčet|číslo protiúčtu|motkonto|对方账号|对方账户",
    "text": "description|text|reference|referenz|notes|message|payment info|remittance text|memo|details|narrative|remittance|remittance information|payment details|payment reference|particulars|purpose|"
    "reference text|verwendungszweck|buchungstext|betreff|zahlungsgrund|omschrijving|mededeling|mededelingen|libellé|libelle|"
    "communication|motif|concepto|descripción|causale|descrizione|descrição|popis|zpráva pro příjemce|poznámka|tytuł|opis operacji|viesti|"
    "forklaring|摘要|用途|附言|备注|交易摘要|摘要内容",
    "references": "structured reference|variabilní symbol|variabilni symbol|vs|kid|ocr|viite|viitenumero|gestructureerde mededeling|"
    "communication structurée|qr reference|check number|cheque number|check or slip #",
    "end_to_end": "end to end id|end-to-end|endtoendid|end_to_end|end to end reference|kundenreferenz (end-to-end)",
    "bank_id": "bank reference|bank ref|bank_ref|bank id|bank_id|transaction reference|bankreferenz|buchungsreferenz|transactiereferentie",
    "account": "account|account number|own account|account iban|konto|kontonummer|auftragskonto|rekening|rekeningnummer|compte|cuenta|conto|"
    "iban auftragskonto|本方账号|账号",
}  # fmt: skip
"""Names of columns by role, the ones first that win where a header has several."""


_RULE = re.compile(r"[-=_*—\s]{3,}\Z")


def no_movement(cells: Sequence[str], date: str) -> str | None:
    """Why a row without a day is none: pending, a total, a balance, a ruling; None where it is nothing of that."""
    if date.strip().casefold() in PENDING:
        return "pending: the bank has not booked it yet"
    said = [cell.strip() for cell in cells if cell.strip()]
    if all(_RULE.match(cell) for cell in said):
        return "a ruling"
    first = said[0].casefold().rstrip(":")
    if first in TOTALS or first.split(" ", 1)[0] in TOTALS or any(word in first for word in _TOTAL_WITHIN):
        return "a totals row"
    return balance_row(said)


def balance_row(cells: Sequence[str], *, alone: bool = False) -> str | None:
    """Whether one of the cells says that the row only tells a balance; ``alone``: and nothing more than these words."""
    for cell in cells:
        text = cell.strip().casefold()
        if text in OPENING or (not alone and text.startswith(OPENING)):
            return "the opening balance, no movement"
        if text in CLOSING or (not alone and text.startswith(CLOSING)):
            return "the closing balance, no movement"
    return None
