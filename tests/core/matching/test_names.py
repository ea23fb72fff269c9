"""Names as banks and people write them."""

from __future__ import annotations

import pytest

from billcli.core.matching.names import name, similarity
from billcli.core.matching.payers import LIKELY, MAYBE, SURE


def alike(payer: str, customer: str) -> float:
    return similarity(name(payer), name(customer))


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("NORDWIND HANDELS", "Nordwind Handels GmbH"),
        ("Mueller & Soehne", "Müller & Söhne GmbH & Co. KG"),
        ("MULLER SOHNE GMBH", "Müller & Söhne GmbH & Co. KG"),
        ("Müller, Anna", "Anna Müller"),
        ("Frau Dr. Anna Mueller", "Anna Müller"),
        ("ﾔﾏﾀﾞｼﾖｳｼﾞ(ｶ", "株式会社ヤマダショウジ"),
        ("ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", "ヤマダショウジ株式会社"),
        ("BEIJING HUAXIN KEJI YOUXIAN GONGSI", "北京华信科技有限公司"),
        ("Beijing Huaxin Keji Co., Ltd.", "北京华信科技有限公司"),
        ("Novak s.r.o.", "Novák spol. s r.o."),
        ("SOLBERG ROER AS", "Solberg Rør AS"),
        ("Gazprom", "ООО Газпром"),
        ("NORDWIND HANDELSGESELLSCHAF", "Nordwind Handelsgesellschaft mbH"),
        ("S.A.R.L. Moreau", "Moreau SARL"),
        ("Aas Elektro", "Ås Elektro ASA"),
        ("LEFEVRE TRANSPORTS", "Lefèvre Transports S.A.S."),
    ],
)
def test_same_name_in_another_writing(payer: str, customer: str) -> None:
    assert alike(payer, customer) >= SURE


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("Nordwnid Handels GmbH", "Nordwind Handels GmbH"),
        ("Schroder Maschinnenbau", "Schröder Maschinenbau KG"),
        ("Nordwind Handels GmbH Hafenstr. 12", "Nordwind Handels GmbH"),
        ("Anna und Peter Schmidt", "Anna Schmidt"),
        ("Nordw. Handels GmbH", "Nordwind Handels GmbH"),
        ("SUEDWIND LOGISTI", "Südwind Logistik AG"),
    ],
)
def test_slip_or_addition_is_likely(payer: str, customer: str) -> None:
    assert alike(payer, customer) >= LIKELY


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("Nordwind Hamburg", "Nordwind Berlin"),
        ("Nordwind Handels", "Südwind Handels"),
        ("Deutsche Bank", "Deutsche Bahn"),
        ("Acme 2 GmbH", "Acme 3 GmbH"),
        ("Finanzamt Mitte", "Mitte Bau GmbH"),
        ("Meyer", "Meier"),
        ("GmbH", "AG"),
        ("", "Nordwind"),
        ("Peter Schmidt", "Petra Schmidt"),
        ("北京华信科技有限公司", "北京东方贸易有限公司"),
    ],
)
def test_another_name_is_not_likely(payer: str, customer: str) -> None:
    assert alike(payer, customer) < LIKELY


def test_first_word_alone_is_only_a_hint() -> None:
    assert MAYBE <= alike("Nordwind", "Nordwind Handels GmbH") < LIKELY
