"""What differs from country to country: money, names, legal forms, the words of a transfer, the shape of account numbers."""

from __future__ import annotations

from typing import NamedTuple


class Country(NamedTuple):
    """``account`` is the shape of the account number after country and check digits:
    9 a digit, A a letter; empty where there is no IBAN.
    """

    code: str
    currency: str
    account: str
    stems: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    invoice: tuple[str, ...]
    filler: tuple[str, ...]
    part: tuple[str, ...] = ("part payment",)
    weight: int = 4


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("|") if word.strip())


def _country(code: str, currency: str, account: str, *texts: str, weight: int = 4) -> Country:
    stems, trades, forms, invoice, filler, part = (_words(text) for text in texts)
    return Country(code, currency, account, stems, trades, forms, invoice, filler, part, weight)


_DE = (
    "Müller|Schmidt|Schneider|Weiß|Becker|Köhler|Meier|Jäger|Hoffmann|Krüger|Nordstern|Falkenstein|Brömmel|"
    "Wiesental|Grünwald|Ostsee|Kessler",
    "|Elektrotechnik|Bau|Logistik|& Sohn|Maschinenbau|Druckerei|Software|Gartenbau|Medizintechnik|Möbelhaus|Immobilienverwaltung",
    "GmbH|AG|KG|GmbH & Co. KG|e.K.|OHG|UG (haftungsbeschränkt)",
    "Rechnung|Rechnung Nr.|Rg.|RgNr|Re.Nr.|Re-Nr:|Rechn.|zu Rechnung|Beleg",
    "vielen Dank|wie besprochen|Danke für die Lieferung|Überweisung|Zahlung|Gutschrift|Ihre Lieferung",
    "Teilzahlung|1. Rate|Anzahlung|Teilbetrag|Abschlag",
)

COUNTRIES: tuple[Country, ...] = (
    _country("DE", "EUR", "999999999999999999", *_DE, weight=24),
    _country(
        "AT",
        "EUR",
        "9999999999999999",
        "Huber|Gruber|Pichler|Österreicher|Donau|Steirer|Wörther|Alpenblick|Leitner|Moser|Tauern|Schönbrunner",
        "|Installationen|Tischlerei|Hotel|Spedition|Weinhandel|Seilbahnen|Ziviltechniker|Holzbau",
        "GmbH|GesmbH|KG|e.U.|AG",
        "Rechnung|RE|Rg-Nr.|Zahlungsreferenz|Verwendungszweck: Rechnung",
        "besten Dank|Überweisung|Zahlung laut Vereinbarung|Onlinebanking",
        "Teilzahlung|Anzahlung|1. Teilbetrag",
        weight=8,
    ),
    _country(
        "CH",
        "CHF",
        "99999999999999999",
        "Zürcher|Bühler|Rhône|Matterhorn|Ammann|Gysin|Säntis|Frei|Bernasconi|Wüthrich|Léman|Rigi",
        "|Treuhand|Uhren|Sanitär|Architekten|Pharma|Transporte|Käserei|Präzisionstechnik",
        "AG|GmbH|Sàrl|SA|& Co.",
        "Rechnung|Rg.|Faktura|Facture|Rechnungsnummer|Mitteilung: Rg",
        "Merci|Zahlung|freundliche Grüsse|paiement",
        "Teilzahlung|Akontozahlung zu|acompte sur",
        weight=7,
    ),
    _country(
        "NL",
        "EUR",
        "AAAA9999999999",
        "Jansen|De Vries|Van den Berg|Bakker|Visser|Zuiderzee|Hollandse|Meijer|Oranje|Rijnmond|Polder|Waterland",
        "|Bouw|Bloemen|Transport|Advies|Techniek|Groothandel|Drukkerij|Scheepswerf",
        "B.V.|N.V.|V.O.F.|Holding B.V.",
        "factuur|factuurnr|fact.|Factuurnummer:|betreft factuur|Omschrijving: factuur",
        "bedankt|betaling|spoedbetaling|conform afspraak",
        "deelbetaling|aanbetaling|1e termijn",
        weight=7,
    ),
    _country(
        "BE",
        "EUR",
        "999999999999",
        "Peeters|Janssens|Maes|Dubois|Lambert|Vlaamse|Wallonie|Ardennes|Claes|Goossens|Brabant|Dupont",
        "|Bouwwerken|Brouwerij|Chocolaterie|Transport|Consulting|Textiel|Imprimerie",
        "BV|NV|SRL|SA|VZW",
        "factuur|facture|fact|mededeling factuur|communication: facture",
        "dank u|merci|paiement|betaling",
        "voorschot|acompte|gedeeltelijke betaling",
        weight=5,
    ),
    _country(
        "FR",
        "EUR",
        "99999999999999999999999",
        "Dupuis|Lefèvre|Moreau|Bélanger|Côté Sud|Provençale|Garnier|Renaud|Aquitaine|Bréhat|Chevalier|Montblanc",
        "|Bâtiment|Électricité|Distribution|Conseil|Boulangerie|Transports|Informatique|Vins",
        "SARL|SAS|SA|EURL|& Fils",
        "facture|fact.|FAC|règlement facture|Fact n°|notre règlement",
        "merci|virement|règlement|suivant accord",
        "acompte|règlement partiel|1er versement",
        weight=6,
    ),
    _country(
        "CZ",
        "CZK",
        "99999999999999999999",
        "Novák|Svoboda|Dvořák|Černý|Procházka|Vltava|Morava|Krkonoše|Horák|Němec",
        "|Stavby|Elektro|Obchod|Doprava|Pivovar|Strojírna",
        "s.r.o.|a.s.|spol. s r.o.|v.o.s.",
        "faktura|fa č.|úhrada faktury|fakt.|platba za fakturu",
        "děkujeme|platba|úhrada|za zboží",
        "částečná úhrada|záloha|1. splátka",
        weight=5,
    ),
    _country(
        "SK",
        "EUR",
        "99999999999999999999",
        "Kováč|Horváth|Varga|Tóth|Tatry|Dunaj|Liptov|Baláž|Šimko",
        "|Stavby|Servis|Obchod|Doprava|Drevo",
        "s.r.o.|a.s.|k.s.",
        "faktúra|fa č.|úhrada faktúry|platba fa",
        "ďakujeme|platba|úhrada",
        "čiastočná úhrada|záloha",
        weight=3,
    ),
    _country(
        "FI",
        "EUR",
        "99999999999999",
        "Korhonen|Virtanen|Mäkinen|Järvinen|Hämäläinen|Pohjola|Saimaa|Lappi|Koskinen",
        "|Rakennus|Konepaja|Kuljetus|Kauppa|Metsä",
        "Oy|Oyj|Ky|Tmi",
        "lasku|laskunro|lasku nro|maksu laskusta",
        "kiitos|maksu|tilisiirto",
        "osamaksu|ennakkomaksu",
        weight=4,
    ),
    _country(
        "NO",
        "NOK",
        "99999999999",
        "Hansen|Johansen|Øverland|Bergström Nord|Fjellheim|Lofoten|Trønder|Åsgård|Sørensen Vest",
        "|Bygg|Elektro|Rederi|Fisk|Regnskap",
        "AS|ASA|ANS|ENK",
        "faktura|fakt.nr|fakturanr|gjelder faktura",
        "takk|betaling|overføring",
        "delbetaling|a konto faktura",
        weight=4,
    ),
    _country(
        "SE",
        "SEK",
        "99999999999999999999",
        "Andersson|Lindqvist|Åkesson|Björklund|Östersund|Mälaren|Sjöberg|Norrland|Ekström",
        "|Bygg|Måleri|Skog|Teknik|Åkeri",
        "AB|HB|KB|AB (publ)",
        "faktura|fakt|fakturanr|avser faktura",
        "tack|betalning|överföring",
        "delbetalning|förskott",
        weight=4,
    ),
    _country(
        "DK",
        "DKK",
        "99999999999999",
        "Nielsen|Jørgensen|Møller|Sønderjylland|Kjær|Østergaard|Bornholm|Frederiksen",
        "|Byg|VVS|Tømrer|Fragt|Mejeri",
        "ApS|A/S|I/S|K/S",
        "faktura|fakt.|fakturanr.|vedr. faktura",
        "tak|betaling|overførsel",
        "delbetaling|acontobetaling",
        weight=3,
    ),
    _country(
        "PL",
        "PLN",
        "999999999999999999999999",
        "Kowalski|Wiśniewski|Wójcik|Zieliński|Łódzka|Wisła|Śląska|Bałtyk|Mazury",
        "|Budowa|Transport|Hurtownia|Usługi|Meble",
        "Sp. z o.o.|S.A.|Sp.k.|s.c.",
        "faktura|FV|za fakturę|zapłata za fakturę|tytułem faktura",
        "dziękujemy|zapłata|przelew",
        "częściowa zapłata|zaliczka",
        weight=4,
    ),
    _country(
        "ES",
        "EUR",
        "99999999999999999999",
        "García|Fernández|Núñez|Ibérica|Castilla|Levante|Peñarroya|Zaragoza",
        "|Construcciones|Hostelería|Distribuciones|Aceites|Talleres",
        "S.L.|S.A.|S.L.U.|Hnos. S.L.",
        "factura|fra.|pago factura|fact. núm.|abono fra",
        "gracias|transferencia|pago",
        "pago parcial|anticipo|a cuenta de",
        weight=4,
    ),
    _country(
        "IT",
        "EUR",
        "A9999999999999999999999",
        "Rossi|Bianchi|Ferrari|Esposito|Lombarda|Toscana|Adriatica|Colombo|Perugia",
        "|Costruzioni|Ceramiche|Trasporti|Arredamenti|Vini",
        "S.r.l.|S.p.A.|S.n.c.|S.a.s.",
        "fattura|ft.|ft. n.|saldo fattura|pagamento fattura",
        "grazie|bonifico|saldo",
        "acconto|pagamento parziale",
        weight=4,
    ),
    _country(
        "GB",
        "GBP",
        "AAAA99999999999999",
        "Smith|Whitaker|Pemberton|O'Connor|Thames|Yorkshire|Caledonian|Hargreaves|Ashdown|Penrose",
        "|Builders|Interiors|Haulage|Brewery|Joinery|Media",
        "Ltd|Limited|PLC|LLP|& Sons Ltd",
        "invoice|inv|inv no|your invoice|payment of inv",
        "thank you|payment|bacs|faster payment",
        "part payment|deposit for|on account of",
        weight=6,
    ),
    _country(
        "US",
        "USD",
        "",
        "Johnson|Anderson|Lone Star|Blue Ridge|Hudson|Pacific|Sierra|Evergreen|Whitman|Delaware",
        "|Supply|Logistics|Manufacturing|Holdings|Foods|Analytics",
        "Inc.|LLC|Corp.|Co.|L.P.",
        "invoice|inv|inv#|invoice no.|payment for invoice",
        "thank you|ACH payment|payment|vendor pmt",
        "partial payment|deposit|installment 1",
        weight=6,
    ),
    _country(
        "CN",
        "CNY",
        "",
        "上海晨光=Shanghai Chenguang|北京华信=Beijing Huaxin|深圳恒达=Shenzhen Hengda|广州南方=Guangzhou Nanfang|杭州西湖=Hangzhou Xihu|"
        "苏州金龙=Suzhou Jinlong|天津海河=Tianjin Haihe|重庆山城=Chongqing Shancheng|成都天府=Chengdu Tianfu|青岛海洋=Qingdao Haiyang",
        "贸易=Maoyi|科技=Keji|电子=Dianzi|机械=Jixie",
        "有限公司=Youxian Gongsi|股份有限公司=Gufen Youxian Gongsi",
        "发票|货款|发票号|付款 发票",
        "货款|转账|谢谢",
        "部分付款|定金",
        weight=4,
    ),
    _country(
        "JP",
        "JPY",
        "",
        "サクラ|フジ|ミズホノ|キョウト|ハヤブサ|ヤマト|トウヨウ|ニッポン",
        "テック|ショウジ|デンキ|セイサクショ|ブッサン",
        "株式会社|有限会社|合同会社",
        "請求書|ご請求|請求番号",
        "お支払い|振込|ありがとうございます",
        "一部支払|内金",
        weight=4,
    ),
)

BY_CODE = {country.code: country for country in COUNTRIES}

FEES = {"JPY": (500, 1000, 1500, 2500), "": (500, 1000, 1500, 2500)}
ODD_FEES = {"JPY": (370, 1180, 2040), "": (150, 380, 745, 1285, 1733, 2250)}

STRANGERS = (
    "Steuerkanzlei Obermair",
    "Anna Wolkenstein",
    "Peter Immergrün",
    "Kontor Treuhand Lübbecke",
    "J. P. Quandt-Ritter",
    "Familie Zabel",
    "Ines Xanthopoulos",
    "Ödön Vasvári",
    "Claire Quillfeldt",
    "Buchhaltungsbüro Irrgang",
    "Tomasz Żurawski",
    "Giulia Vezzani",
    "Ursula Dreißigacker",
    "M. Ypsilanti",
    "Hausverwaltung Ubbelohde",
    "Zahlstelle Unruh",
    "Olga Yevtushenko",
    "Ewan Urquhart",
    "Ulf Zetterling",
    "Yvonne Quast",
    "Norbert Übelacker",
    "Iris Zwanziger",
    "Vermögensverwaltung Uckermark",
    "Xaver Unterholzner",
)
AGENTS = ("PAYCENTER SHARED SERVICES SE", "Zentralregulierung Zaunkönig eG", "FACTORING UNIVERSAL SA", "Global Treasury Hub Zeta BV")
PROVIDERS = ("Stripe Payments Europe", "PAYPAL EUROPE SARL", "Adyen N.V.", "Mollie B.V.", "SumUp Payments", "Klarna Bank AB")
