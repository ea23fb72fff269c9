"""Customers of several countries, and how their banks write their names."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random


def _words(text: str) -> list[str]:
    return text.split()


_SURNAMES = {
    "de": _words(
        "Müller Schröder Krüger Weiß Böhm Köhler Jäger Hübner Groß Lange Vogt Brandt Seidel Lorenz Pohl Kühn "
        "Wolff Arnold Möller Fröhlich Riedel Bär Götz Nowak Thiele"
    ),
    "no": _words("Hansen Bjørnstad Åsheim Lund Sæther Nygård Haugen Solberg Moen Strøm Berge Tveit Aas Myhre Fjeld Rønning"),
    "fi": _words("Korhonen Mäkinen Nieminen Hämäläinen Laine Heikkilä Järvinen Lehtonen Saarinen Salmi Ojala Kettunen"),
    "en": _words(
        "Whitfield Harper Lawson Pembroke Ashford Cartwright Holloway Mercer Stanton Fairbanks Kingsley "
        "Langford Aldridge Thornton Beckett Sinclair"
    ),
    "fr": _words("Lefèvre Moreau Gérard Chevalier Dubois Bérenger Fournier Rousseau Maçon Besançon Lemaître Delacroix"),
    "cz": _words("Novák Dvořák Svoboda Černý Procházka Kučera Veselý Horák Němec Pokorný"),
}
_TRADES = {
    "de": _words(
        "Handels Logistik Bau Maschinenbau Elektrotechnik Verpackung Druck Metallbau Gebäudereinigung "
        "Software Medizintechnik Spedition Möbelwerke Lebensmittel Gartenbau"
    ),
    "no": _words("Eiendom Bygg Transport Regnskap Fiskeri Verft Rør Elektro Maskin"),
    "fi": _words("Rakennus Kuljetus Huolto Sähkö Metalli Puutarha Kiinteistö"),
    "en": _words("Supplies Engineering Holdings Catering Logistics Consulting Foods Interiors Textiles Marine Instruments"),
    "fr": _words("Transports Bâtiment Conseil Imprimerie Mécanique Traiteur Énergies"),
    "cz": _words("Stavby Doprava Strojírny Obchod Elektro Služby"),
}
_FORMS = {
    "de": ["GmbH", "AG", "GmbH & Co. KG", "KG", "e.K.", "UG (haftungsbeschränkt)"],
    "no": ["AS", "ASA", "ANS"],
    "fi": ["Oy", "Oyj"],
    "en": ["Ltd", "Limited", "LLC", "Inc.", "PLC"],
    "fr": ["SARL", "S.A.S.", "SA"],
    "cz": ["s.r.o.", "a.s.", "spol. s r.o."],
}
_CN_PLACE = {
    "北京": "beijing",
    "上海": "shanghai",
    "深圳": "shenzhen",
    "杭州": "hangzhou",
    "成都": "chengdu",
    "武汉": "wuhan",
    "南京": "nanjing",
    "苏州": "suzhou",
}
_CN_NAME = {
    "华信": "huaxin",
    "金龙": "jinlong",
    "天宇": "tianyu",
    "东方": "dongfang",
    "宏达": "hongda",
    "明远": "mingyuan",
    "永兴": "yongxing",
    "海通": "haitong",
    "瑞丰": "ruifeng",
}
_CN_TRADE = {"科技": "keji", "贸易": "maoyi", "电子": "dianzi", "机械": "jixie", "食品": "shipin", "物流": "wuliu"}
_KANA = _words("ヤマダ スズキ タナカ サトウ コバヤシ イトウ キムラ ハヤシ ナカムラ アオキ フジタ オカモト")
_KANA_TRADE = _words("ショウジ コウギョウ デンキ ウンユ ブッサン セイサクショ")
_HALF = str.maketrans(
    {
        **dict(
            zip(
                "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン",
                "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ",
                strict=True,
            )
        ),
        **dict(
            zip(
                "ガギグゲゴザジズゼゾダデドバビブベボ",
                ["ｶﾞ", "ｷﾞ", "ｸﾞ", "ｹﾞ", "ｺﾞ", "ｻﾞ", "ｼﾞ", "ｽﾞ", "ｾﾞ", "ｿﾞ", "ﾀﾞ", "ﾃﾞ", "ﾄﾞ", "ﾊﾞ", "ﾋﾞ", "ﾌﾞ", "ﾍﾞ", "ﾎﾞ"],
                strict=True,
            )
        ),
        "ョ": "ﾖ",
        "ュ": "ﾕ",
        "ャ": "ﾔ",
        "ッ": "ﾂ",
        "プ": "ﾌﾟ",
        "ポ": "ﾎﾟ",
    }
)
_ASCII = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "ø": "o",
        "å": "a",
        "æ": "ae",
        "é": "e",
        "è": "e",
        "ç": "c",
        "î": "i",
        "â": "a",
        "É": "E",
        "Č": "C",
        "č": "c",
        "ř": "r",
        "á": "a",
        "ý": "y",
        "ě": "e",
        "š": "s",
        "ž": "z",
        "Ä": "AE",
        "Ö": "OE",
        "Ü": "UE",
        "Ø": "O",
        "Å": "A",
        "í": "i",
        "ů": "u",
        "ë": "e",
    }
)
_BARE = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "Ä": "A", "Ö": "O", "Ü": "U", "ß": "ss"})


@dataclass(eq=False)
class Customer:
    id: str
    name: str
    country: str
    iban: str
    known_iban: bool = False
    """Whether the ledger has the account."""
    latin: str = ""
    parent: Customer | None = None
    confirmed: list[tuple[str, str]] = field(default_factory=list)


def make(random: Random, at: int, taken: set[str]) -> Customer:
    """A customer whose name is nobody else's."""
    while True:
        country = random.choices(["de", "no", "fi", "en", "fr", "cz", "cn", "jp"], [35, 10, 8, 25, 8, 6, 5, 3])[0]
        latin = ""
        if country == "cn":
            place, own, trade = (random.choice(list(each)) for each in (_CN_PLACE, _CN_NAME, _CN_TRADE))
            number = "" if random.random() < 0.3 else random.choice("一二三四五六")
            name = f"{place}{own}{number}{trade}有限公司"
            said = {"": "", "一": "yi", "二": "er", "三": "san", "四": "si", "五": "wu", "六": "liu"}[number]
            latin = f"{_CN_PLACE[place]} {_CN_NAME[own]}{said} {_CN_TRADE[trade]}"
            key = name
        elif country == "jp":
            name = f"{random.choice(_KANA)}{random.choice(_KANA) if random.random() < 0.5 else ''}{random.choice(_KANA_TRADE)}"
            key = name
            name = "株式会社" + name
        else:
            parts = [random.choice(_SURNAMES[country])]
            if random.random() < 0.5:
                parts.append(random.choice(["&", "-", "+"]).replace("+", "&"))
                parts.append(random.choice(_SURNAMES[country]))
            stem = " ".join(parts).replace(" - ", "-")
            if random.random() < 0.85:
                stem += " " + random.choice(_TRADES[country])
            if random.random() < 0.25:
                stem += " " + random.choice(["Nord", "Süd", "West", "International", "Services", "Group", "Hamburg", "Oslo", "2000"])
            key = stem.lower()
            name = f"{stem} {random.choice(_FORMS[country])}"
        if key not in taken:
            taken.add(key)
            break
    iban = f"{'DE' if country == 'de' else 'NO' if country == 'no' else 'GB'}{random.randrange(10, 99)}{random.randrange(10**17, 10**18)}"
    return Customer(f"c{at:05d}", name, country, iban, random.random() < 0.3, latin)


_HILLS = _words("Matter Zug Eiger Rosen Silber Falken Adler Linden Birken Raben Wolfs Hirsch Stern Kron Gold Birn")
_ENDS = _words("horn spitz berg stein tal feld brunn hof wald bach au eck fels see grund moor")


def alike(random: Random, at: int, taken: set[str]) -> list[Customer]:
    """Customers who have no more in common than their first word."""
    while True:
        word = random.choice(_HILLS) + random.choice(_ENDS) + random.choice(["", "er", "ia", "um"])
        if word not in taken:
            break
    taken.add(word)
    tails = random.sample([f"{trade} {form}" for trade in ("Bau", "Druck", "Logistik") for form in ("AG", "GmbH")] + ["GmbH"], 3)
    return [Customer(f"c{at + n:05d}", f"{word} {tail}", "de", f"DE{random.randrange(10**19, 10**20)}") for n, tail in enumerate(tails)]


def ascii_name(name: str) -> str:
    return name.translate(_ASCII)


def bare_name(name: str) -> str:
    return name.translate(_BARE)


def kana(name: str) -> str:
    """As a Japanese bank writes it."""
    return "ｶ)" + name.replace("株式会社", "").translate(_HALF)


def plain(random: Random, customer: Customer) -> str:
    """What most statements show: the name, often in capitals and without umlauts."""
    if customer.country == "jp":
        return random.choice([customer.name, kana(customer.name)])
    name = customer.name
    style = random.random()
    if style < 0.3:
        return name
    if style < 0.6:
        return name.upper().replace("SS", "SS")
    if style < 0.85:
        return ascii_name(name).upper()
    return ascii_name(name)


def without_form(customer: Customer) -> str:
    """The name without its legal form."""
    name = customer.name
    for forms in _FORMS.values():
        for form in sorted(forms, key=len, reverse=True):
            if name.endswith(" " + form):
                return name.removesuffix(" " + form)
    return name.replace("有限公司", "").replace("株式会社", "")


def misspelt(random: Random, name: str) -> str:
    """One letter gone, doubled, changed or changed places within a long word."""
    letters = [at for at, char in enumerate(name) if char.isalpha() and 0 < at < len(name) - 1]
    at = random.choice(letters)
    kind = random.randrange(4)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    if kind == 2:
        return name[:at] + random.choice("aeioulnrst") + name[at + 1 :]
    return name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]
