"""Layouts that bill does not know: read where the header is plain, proposed as a profile where a person has to look."""

from __future__ import annotations

from typing import Any

import pytest

from billcli.banks.propose import propose
from billcli.banks.read import Options
from billcli.errors import BillError
from billcli.model.bank_profile import BankProfile
from tests.banks.shown import SAMPLES, shipped, understood

PLAIN = [
    "id,booking_date,value_date,amount,currency,counterparty_name,counterparty_iban,remittance_information,end_to_end_id\n"
    "L1,2026-03-02,2026-03-02,1190.00,EUR,Nordwind,DE02120300000000202051,INV-2026-0042,E1\n",
    "Buchungstag;Empfänger;Verwendungszweck;Betrag;Währung\n02.03.2026;Nordwind;INV-2026-0042;1.190,00;EUR\n",
    "Date;Libellé;Débit;Crédit;Devise;Tiers\n02/03/2026;INV-2026-0042;;1190,00;EUR;Nordwind\n",
    "fecha;concepto;importe;moneda;ordenante\n02/03/2026;INV-2026-0042;1190,00;EUR;Nordwind\n",
    "Datum;Omschrijving;Bedrag (EUR);Tegenpartij\n02/03/2026;INV-2026-0042;1190,00;Nordwind\n",
    "交易日期,摘要,金额,币种,对方户名\n2026-03-02,INV-2026-0042,1190.00,EUR,Nordwind\n",
    "Date,Amount,CdtDbtInd,Ccy,Name,Details\n02/03/2026,1190.00,CRDT,EUR,Nordwind,INV-2026-0042\n",
    "Statement of account\n\nposted,narrative,dr/cr,amount,ccy,counterparty\n2026-03-02,INV-2026-0042,C,1190.00,EUR,Nordwind\n",
]


@pytest.mark.parametrize("raw", PLAIN)
def test_plain_header_in_several_languages_is_read_without_a_profile(raw: str) -> None:
    [found] = understood(raw, Options(date_order="dmy"))
    [line] = found.lines
    assert found.format == "csv:header"
    assert (str(line.booked_on), line.amount, line.currency, line.payer, line.text) == (
        "2026-03-02", 119000, "EUR", "Nordwind", "INV-2026-0042",
    )  # fmt: skip


def test_pending_row_in_a_column_that_nobody_knows_is_not_taken_for_money() -> None:
    text = "Datum;Betrag;Währung;Verwendungszweck;Info\n28.09.2026;10,00;EUR;eins;Umsatz gebucht\n"
    text += "30.09.2026;20,00;EUR;zwei;Umsatz vorgemerkt\n"
    with pytest.raises(BillError) as caught:
        understood(text)
    assert [each.code for each in caught.value.diagnostics] == ["E626"]
    assert len(understood(text.replace("vorgemerkt", "gebucht"))[0].lines) == 2


def test_status_of_a_plain_header_sets_pending_rows_aside_and_asks_for_words_it_does_not_know() -> None:
    head = "date,amount,currency,text,status\n"
    [found] = understood(head + "2026-03-02,1.50,EUR,a,Booked\n2026-03-03,2.50,EUR,b,Pending\n2026-03-04,3.50,EUR,c,failed\n")
    assert [each.text for each in found.lines] == ["a"]
    assert [each.row for each in found.skipped] == [3, 4]
    with pytest.raises(BillError) as caught:
        understood(head + "2026-03-02,1.50,EUR,a,maybe\n")
    assert caught.value.diagnostics[0].code == "E631"
    proposed = propose(head + "2026-03-02,1.50,EUR,a,Booked\n2026-03-03,2.50,EUR,b,Pending\n2026-03-03,2.50,EUR,b,maybe\n", "utf-8", "x")
    assert proposed is not None
    assert proposed.data["skip"] == [
        {"column": "status", "words": {"Pending": "pending: the bank has not booked it yet"}, "booked": ["Booked"]}
    ]
    assert any("maybe" in doubt for doubt in proposed.doubts)


def test_fee_beside_an_amount_is_only_read_where_balances_or_the_name_tell_which() -> None:
    with pytest.raises(BillError) as caught:
        understood("date,amount,fee,currency,text\n2026-03-02,10.00,0.50,EUR,a\n")
    assert caught.value.diagnostics[0].code == "E626"
    [line] = understood("date,net,fee,currency,text\n2026-03-02,9.50,0.50,EUR,a\n")[0].lines
    assert (line.amount, line.fee) == (950, 50)


def test_id_column_is_kept_where_no_two_rows_share_one_and_is_the_banks_otherwise() -> None:
    head = "id,date,amount,currency,text\n"
    assert understood(head + "A,2026-03-02,1.50,EUR,a\n")[0].lines[0].id == "A"
    [found] = understood(head + "A,2026-03-02,1.50,EUR,a\nA,2026-03-02,2.50,EUR,b\n")
    assert [each.bank_id for each in found.lines] == ["A", "A"]
    assert len({each.id for each in found.lines}) == 2


@pytest.mark.parametrize("name", sorted(name for name in shipped() if name not in ("chase-plain", "fr-plain", "ing-nl-plain")))
def test_proposal_is_a_profile_that_reads_the_same_amounts_where_it_needs_no_doubt(name: str) -> None:
    raw = (SAMPLES / f"{name}.csv").read_bytes()
    encoding = understood(raw)[0].encoding
    found = propose(raw.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding, name)
    if found is None:
        assert name == "stripe"  # its dates have names of their own
        return
    if found.doubts or "shape" in found.data:
        return
    profile = _profile(found.data)
    if name in ("revolut", "wechat"):
        with pytest.raises(BillError):  # fees beside the amount, words for neither: refused, not read otherwise
            understood_by(raw, profile)
        return
    [again] = understood_by(raw, profile)
    assert [each.amount for each in again.lines] == [each.amount for each in understood(raw)[0].lines]


def _profile(data: dict[str, Any]) -> BankProfile:
    return BankProfile.model_validate(data)


def understood_by(raw: bytes, profile: BankProfile) -> Any:
    from billcli.banks.read import read

    return read(raw, "x", {"mine": profile}, Options(profile="mine", currency="EUR"))


def test_proposal_for_a_file_without_a_header_goes_by_the_cells() -> None:
    found = propose("A1;02.03.2026;Nordwind INV-2026-0042;1.190,00;Bij\nA2;13.03.2026;Papier Peters;12,50;Af\n", "utf-8", "mine")
    assert found is not None
    assert found.data["shape"] == ["text", "date", "text", "amount", "Af|Bij"]
    assert found.data["columns"] == {"date": "#2", "amount": "#4", "sign": "#5", "text": "#3"}
    assert (found.data["dates"], found.data["decimal"]) == ("dmy", ",")
    assert found.doubts


def test_nothing_is_proposed_for_what_is_no_table() -> None:
    assert propose("Dear customer,\nyour statement is in the mail.\n", "utf-8", "x") is None
