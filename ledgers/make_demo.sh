#!/bin/sh
# Makes the demo ledger anew, with the commands a bookkeeper would use, each on its own day. The same files every time.
#
#   ledgers/make_demo.sh [DIR]     BILL names the command, else the "bill" that is found
set -eu
export LC_ALL=C BILL_ACTOR=demo BILL_CLONE=de300001 BILL_CLOCK=right # a year told out of order
unset BILL_LEDGER BILL_WAIT || true

demo=${1:-$(dirname "$0")/demo}
if [ -e "$demo" ] && [ ! -e "$demo/ledger.yaml" ] && [ -n "$(ls -A "$demo")" ]; then
    echo "$demo is there and is no ledger" >&2
    exit 1
fi
rm -rf "$demo"

# The commands after "on 03-14" happen on 14 March 2026, five minutes apart, from eight o'clock UTC.
on() {
    case $1 in
    01-*) days=0 ;; 02-*) days=31 ;; 03-*) days=59 ;;
    04-*) days=90 ;; 05-*) days=120 ;; 06-*) days=151 ;;
    07-*) days=181 ;; 08-*) days=212 ;; 09-*) days=243 ;;
    esac
    day=${1#*-}
    clock=$((1767225600 + (days + ${day#0} - 1) * 86400 + 8 * 3600))
}

run() {
    clock=$((clock + 300))
    BILL_NOW=$clock "${BILL:-bill}" "$@"
}

customer() { run --ledger "$demo" customer "$@" --yes --quiet; }
invoice() { run --ledger "$demo" invoice "$@" --yes --quiet; }
credit_note() { run --ledger "$demo" credit-note new --invoice "$@" --yes --quiet; }
payment() { run --ledger "$demo" payment add --customer "$@" --method transfer --yes --quiet; }
also() { run --ledger "$demo" "$@" --yes --quiet; }

# The id of the document whose file begins so.
latest() {
    for file in "$demo/$1"-*.yaml; do basename "$file" .yaml; done
}

# ---------------------------------------------------------------- the company

on 01-02
run init "$demo" --name "Förde Messtechnik GmbH" --currency EUR --country DE --timezone Europe/Berlin --no-git --quiet

cat >"$demo/ledger.yaml" <<'END'
schema: ledger/1

# Printed on every document; frozen on each when it is issued.
company:
  name: Förde Messtechnik GmbH
  address:
    street: Hafenstraße 12
    postal_code: "24103"
    city: Kiel
    country: DE
  tax_id: DE123456788
  registration: Amtsgericht Kiel, HRB 00000
  email: rechnung@foerde-messtechnik.example
  phone: +49 431 5550 100
  iban: DE89370400440532013000
  language: de

currency: EUR
timezone: Europe/Berlin
language: de
terms: net 30          # for customers and groups that say nothing else
tax: vat-19

# Tax is rounded once per rate of a document, or on each line.
rounding: document

# {n} counts up without gaps, by year here. The service boat issues on its own, so it has a series of its own.
sequences:
  - name: invoice
    kind: invoice
    pattern: "INV-{year}-{n}"
  - name: boat
    kind: invoice
    pattern: "INV-B-{year}-{n}"
  - name: credit-note
    kind: credit-note
    pattern: "CN-{year}-{n}"

# The code "none" is built in. Categories: S standard, Z zero, E exempt, AE reverse charge, K intra-community, G export, O outside.
tax_codes:
  - code: vat-19
    category: S
    rate: 19
    rates:                # a rate holds from its day on; documents keep the one they were issued with
      - since: 2020-07-01
        rate: 16
      - since: 2021-01-01
        rate: 19
  - code: vat-7
    category: S
    rate: 7
  - code: solar-0
    category: Z
    rate: 0
    exempt_reason: Zero rate for photovoltaics, § 12 (3) UStG
  - code: reverse-charge
    category: AE
    rate: 0
    exempt_reason: Reverse charge, the recipient owes the VAT, Art. 196 Directive 2006/112/EC
  - code: intra-eu
    category: K
    rate: 0
    exempt_reason: Intra-Community supply, Art. 138 Directive 2006/112/EC
  - code: export
    category: G
    rate: 0
    exempt_reason: Export delivery, § 6 UStG
  - code: outside
    category: O
    rate: 0
    exempt_reason: Not taxable in Germany, § 3a (2) UStG

# What may be granted when an invoice is settled.
settlement:
  discount_grace_days: 2
  small_difference: 0.50

# What leaves the house: "bill explain dunning" has the rules, "bill remind preview" shows what would go.
mail:
  address: rechnung@foerde-messtechnik.example
  name: Förde Messtechnik
printing:
  colour: 1f4e79
dunning:
  policy: usual
  unsent: remind         # these books began before bill sent the invoices itself
  interest:
    regime: de-b2b       # Basiszinssatz + 9 points, § 288 BGB
  policies:
    - name: usual
      minimum: 5.00
      levels:
        - level: 0
          days: -3       # before it is due
        - level: 1
          days: 5
        - level: 2
          days: 15
          interest: shown
        - level: 3       # from here on somebody must agree: bill remind approve
          days: 30
          gap: 10
          interest: claimed
          fixed_sum: true
          deadline: 14

# What customers are good for: "bill credit score", "bill credit explain CUSTOMER"; "bill explain credit" has the formula.
credit:
  limit: warn            # an invoice beyond a credit limit is warned of; block refuses it
  apply: false           # with true the grade's terms, limit and reminders hold where customer and group say nothing
  grades:
    - {grade: A, at_least: 85, terms: net 30, limit_months: 4}
    - {grade: B, at_least: 70, terms: net 30, limit_months: 3}
    - {grade: C, at_least: 55, terms: net 21, limit_months: 2}
    - {grade: D, at_least: 40, terms: net 14, limit_months: 1}
    - {grade: E, at_least: 0, terms: on receipt, limit_months: 0.5, deposit: 50}

git:
  commit: false
END

cat >"$demo/categories.yaml" <<'END'
schema: categories/1

# Words must be declared here before a document can use them, so a typo cannot hide.
groups:
  industry:
    - name: energy
    - name: food
    - name: ports
    - name: research
    - name: shipping
    - name: shipyards
    - name: trade
  region:
    - name: germany
    - name: germany/hamburg
    - name: germany/schleswig-holstein
    - name: eu
      description: EU without Germany; services are taxed where the customer is
      tax: reverse-charge
    - name: norway
      currency: NOK
      language: nb
      tax: export
    - name: asia
      language: en
      tax: export
  size:
    - name: small
    - name: medium
    - name: large
  segment:
    - name: public
      description: Offices and institutes; their own rules ask for 60 days
      terms: net 60
    - name: key-account
    - name: dealer
      terms: net 45

revenue:
  - name: calibration
  - name: consulting
  - name: instruments
  - name: publications
  - name: solar
  - name: training

# A tag says what it means, who looks after it, until when it holds and what may have it.
tags:
  - name: framework-contract
    expires: 2027-12-31
    use: [customer, invoice, draft, recurring]
  - name: large-order
    description: More than ten thousand; the owner signs
    owner: Sales
  - name: paper-invoice
    description: Wants its invoices by post
    use: [customer]
  - name: vip
  - name: watch
    description: Pays late; ask before the next delivery
    owner: Accounts

bands:
  - {name: small, from: 0.00, currency: EUR}
  - {name: medium, from: 1000.00, currency: EUR}
  - {name: large, from: 10000.00, currency: EUR}
  - {name: small, from: 0.00, currency: NOK}
  - {name: medium, from: 10000.00, currency: NOK}
  - {name: large, from: 100000.00, currency: NOK}
END

cat >"$demo/rules.yaml" <<'END'
schema: rules/1

# Where customers and invoices belong that do not say it themselves: "bill classify" shows it, "--explain ID" which rule decided.
classify:
  - name: Institutes are public
    when:
      name_matches: (institutt?|研究所)$
    set:
      segment: public
  - name: Slow payers
    when:
      days_late: 20..
    set:
      tag: watch
  - name: Large orders
    when:
      gross: 10000..
      currency: EUR
    set:
      tag: large-order
END

cat >"$demo/items.yaml" <<'END'
schema: items/1

# The price list: bill invoice new --line "ITEM;quantity"
items:
  - id: day
    description: Consulting, per day
    unit: day
    unit_price: 1180.00
    category: consulting
  - id: hour
    description: Consulting, per hour
    unit: hour
    unit_price: 147.50
    category: consulting
  - id: calibration
    description: Calibration of one sensor, with certificate
    unit: piece
    unit_price: 264.90
    category: calibration
  - id: probe
    description: CTD probe FM-40
    unit: piece
    unit_price: 6890.00
    category: instruments
  - id: probe-nok
    description: CTD probe FM-40
    unit: piece
    unit_price: 79900.00
    currency: NOK
    category: instruments
  - id: oxygen
    description: Oxygen sensor FM-12
    unit: piece
    unit_price: 1249.50
    category: instruments
  - id: cable
    description: Underwater cable
    unit: m
    unit_price: 7.595
    category: instruments
  - id: handbook
    description: Handbook of water measurement, 4th edition
    unit: piece
    unit_price: 59.80
    tax: vat-7
    category: publications
  - id: solar
    description: Photovoltaic set for harbour buildings, 3.2 kWp
    unit: set
    unit_price: 4980.00
    tax: solar-0
    category: solar
END

# ---------------------------------------------------------------- customers

on 01-05
customer add --id nordwind --name "Nordwind Energie AG" \
    --street "Speicherkai 4" --postal-code 20457 --city Hamburg --country DE --tax-id DE999999903 --iban DE02120300000000202051 \
    --contact "billing:kreditoren@nordwind.example:Jörg Thießen:+49 40 5550 210" \
    --contact "dunning:buchhaltung@nordwind.example" --contact "legal:recht@nordwind.example:Dr. Änne Groß" \
    --credit-limit 60000.00 --industry energy --region germany/hamburg --size large --segment key-account \
    --tag vip --tag framework-contract --alias "Nordwind Windpark GmbH"
customer add --id nordwind-service --name "Nordwind Service GmbH & Co. KG" --parent nordwind \
    --street "Am Überseehafen 9" --postal-code 18147 --city Rostock --country DE \
    --email rechnung@nordwind-service.example --industry energy --region germany --size medium --segment key-account
customer add --id mueller --name "Müller & Söhne Mühlenwerke KG" \
    --street "Mühlenweg 1" --postal-code 24937 --city Flensburg --country DE --tax-id DE999999911 \
    --email buero@mueller-muehle.example --terms "on receipt" --industry food --region germany/schleswig-holstein --size small --tag paper-invoice
customer add --name "Hafenamt Brunsbüttel" \
    --street "Koogstraße 61" --postal-code 25541 --city Brunsbüttel --country DE \
    --email rechnungseingang@hafenamt.example --industry ports --region germany/schleswig-holstein --size medium --segment public
customer add --id umweltamt --name "Landesamt für Gewässer und Umwelt" \
    --street "Küstenallee 30" --postal-code 24837 --city Schleswig --country DE \
    --email kasse@umweltamt.example --terms "net 45" --industry research --region germany/schleswig-holstein --size large --segment public \
    --notes "Asks for its order number on every invoice."
customer add --id aalborg --name "Ålborg Skibsværft A/S" \
    --street "Østre Havnegade 22" --postal-code 9000 --city Aalborg --country DK --tax-id DK99999918 --iban DK5000400440116243 \
    --email faktura@aalborg-skibsvaerft.example --language da --industry shipyards --region eu --size medium
customer add --id kaskelot --name "Kaskelot Rederi ApS" \
    --street "Kajgade 7" --postal-code 5700 --city Svendborg --country DK --tax-id DK99999926 \
    --contact "billing:bogholderi@kaskelot.example:Søren Bækgaard" --contact "dunning:direktion@kaskelot.example" \
    --language da --industry shipping --region eu --size small
customer add --id hardanger --name "Hardanger Akvakultur AS" \
    --street "Strandgata 18" --postal-code 5750 --city Odda --country NO --tax-id NO999000002MVA --iban NO9386011117947 \
    --email faktura@hardanger-akva.example --terms "net 14" --industry food --region norway --size medium
customer add --id tromso-hav --name "Tromsø Havforskningsinstitutt" \
    --street "Sjøgata 39" --postal-code 9008 --city Tromsø --country NO --tax-id NO999000010MVA \
    --email fakturamottak@tromso-hav.example --industry research --region norway --size large --segment public
customer add --name "青岛海洋仪器有限公司" --alias "Qingdao Marine Instruments Co., Ltd." \
    --street "市南区香港中路 100 号" --postal-code 266071 --city 青岛 --country CN --tax-id 91310000MA1K000006 \
    --contact "billing:caiwu@qd-marine.example:王芳:+86 532 5550 8800" --language zh-CN \
    --industry trade --region asia --size medium --segment dealer
on 02-16
customer add --id tokyo-suishitsu --name "株式会社東京水質研究所" --alias "Tokyo Suishitsu Kenkyusho K.K." \
    --street "港区海岸 1-2-3" --postal-code 105-0022 --city 東京 --country JP \
    --email keiri@tokyo-suishitsu.example --language ja --industry research --region asia --size small
on 03-09
customer add --id sjoeberg --name "Sjöbergs Båtvarv AB" \
    --street "Varvsvägen 3" --postal-code "471 41" --city Rönnäng --country SE --tax-id SE999999990801 --iban SE4550000000058398257466 \
    --email ekonomi@sjobergs.example --language sv --industry shipyards --region eu --size small

qingdao=c-ad688ef6

# ---------------------------------------------------------------- January

on 01-08
invoice new --customer nordwind --type service --line "day;6" --line "calibration;4" --tag framework-contract
on 01-12
invoice new --customer mueller --line "oxygen;2" --line "cable;50"
on 01-15
invoice new --customer hafenamt-brunsbuttel --line "solar;1" --line "day;1.5" --buyer-reference "HAB 2026/0117"
on 01-20
invoice new --customer aalborg --type service --line "day;3"
on 01-27
invoice new --customer hardanger --line "probe-nok;2" --line "Freight to Odda;1;2450;export;instruments"

# ---------------------------------------------------------------- February

on 02-03
invoice new --customer $qingdao --line "probe;3" --line "Crating and sea freight;1;1385.40;export;instruments"
on 02-05
payment nordwind --amount 9686.12 --invoice INV-2026-0001 --payer-name "NORDWIND ENERGIE AG" --reference "INV-2026-0001"
on 02-06
invoice new --customer nordwind-service --type service --line "calibration;12"
on 02-11
invoice new --customer kaskelot --type service --line "hour;22.5" --notes "Hull survey of 4 and 5 February"
on 02-12
payment hardanger --amount 100000 --invoice INV-2026-0005 --payer-iban NO9386011117947
on 02-13
invoice new --customer tromso-hav --line "probe-nok;1" --buyer-reference "PO-88214"
on 02-16
credit_note INV-2026-0007 --reason "Two sensors could not be calibrated" --line 1:2
on 02-18
invoice new --customer tokyo-suishitsu --type service --line "Training by video, two half days;2;740;outside;training"
on 02-20
payment mueller --amount 1500 --invoice INV-2026-0002 --payer-name "Mueller + Soehne" --reference "a conto"
on 02-24
invoice new --customer nordwind --type service --line "day;8" --tag framework-contract
on 02-25
payment aalborg --amount 3540 --invoice INV-2026-0004 --payer-iban DK5000400440116243 --reference "faktura 4"

# ---------------------------------------------------------------- March

on 03-02
payment hardanger --amount 62250 --invoice INV-2026-0005 --payer-iban NO9386011117947
invoice new --customer umweltamt --line "calibration;6" --line "handbook;3" --buyer-reference "Bestellung 4711-26"
on 03-05
invoice new --customer mueller --line "calibration;2"
on 03-10
invoice new --customer sjoeberg --line "Oxygen sensor FM-12;4;1249.50;intra-eu;instruments" --line "Underwater cable, per m;120;7.595;intra-eu;instruments"
on 03-12
invoice new --customer aalborg --type service --line "day;5" --line "hour;3.25"
on 03-16
payment hafenamt-brunsbuttel --amount 7086.30 --invoice INV-2026-0003 --reference "HAB 2026/0117"
on 03-17
invoice new --customer hardanger --line "Oxygen sensor FM-12;6;14490;export;instruments"
on 03-19
payment nordwind --amount 14385.91 --invoice INV-2026-0007 --invoice INV-2026-0011 --payer-name "NORDWIND ENERGIE AG" --reference "Konzernzahlung"
on 03-23
invoice new --customer $qingdao --line "oxygen;10" --line "Crating and air freight;1;612;export;instruments"
payment tokyo-suishitsu --amount 1480 --invoice INV-2026-0010
on 03-24
payment $qingdao --amount 22400 --invoice INV-2026-0006 --payer-name "QINGDAO MARINE INSTR" --reference "PI 2026-0006 incl. bank charges"
on 03-27
invoice new --customer nordwind-service --type service --line "calibration;8" --line "hour;6"

# ---------------------------------------------------------------- April

on 04-01
invoice new --customer kaskelot --type service --line "day;2"
on 04-07
payment sjoeberg --amount 5909.40 --invoice INV-2026-0014 --payer-iban SE4550000000058398257466
on 04-09
invoice new --customer hafenamt-brunsbuttel --line "day;4" --line "Water level gauge;2;838.75;;instruments" --buyer-reference "HAB 2026/0388"
payment mueller --amount 630.46 --invoice INV-2026-0013
on 04-13
credit_note INV-2026-0011 --reason "One day less than invoiced" --line 1:1
on 04-14
invoice new --customer tokyo-suishitsu --line "probe;1" --line "Training by video, half a day;1;740;outside;training"
on 04-15
credit_note INV-2026-0012 --reason "Certificates came three weeks late" --amount 120
on 04-16
payment tromso-hav --amount 79900 --invoice INV-2026-0009 --reference "PO-88214"
on 04-20
payment umweltamt --amount 1963.35 --invoice INV-2026-0012 --reference "4711-26"
on 04-21
invoice new --customer nordwind --type service --line "day;7" --line "hour;4.5" --tag framework-contract
on 04-28
invoice new --customer sjoeberg --line "Calibration of one sensor, with certificate;4;264.90;reverse-charge;calibration" --type service

# ---------------------------------------------------------------- May

on 05-04
customer tag mueller --add watch
customer edit mueller --set "terms=net 14"
on 05-05
invoice new --customer hardanger --line "Calibration of one sensor, with certificate;6;3090;outside;calibration" --type service
payment aalborg --amount 4000 --oldest-first --payer-iban DK5000400440116243
on 05-08
invoice new --customer aalborg --type service --line "day;2"
on 05-11
invoice new --customer kaskelot --type service --series boat --line "Survey by boat;1;1640;;consulting"
on 05-13
invoice new --customer tromso-hav --line "Oxygen sensor FM-12;3;14490;export;instruments" --line "Training, one day;1;12500;outside;training" --buyer-reference "PO-90177"
on 05-18
credit_note INV-2026-0019 --reason "Sent to Kaskelot by mistake"
on 05-19
payment nordwind --amount 10619.26 --invoice INV-2026-0022 --payer-name "NORDWIND ENERGIE AG"
on 05-20
invoice new --customer mueller --line "cable;30" --line "oxygen;1"
payment hardanger --amount 50000 --invoice INV-2026-0016 --payer-iban NO9386011117947
on 05-27
invoice new --customer $qingdao --line "probe;2" --line "oxygen;5" --line "Crating and sea freight;1;1190;export;instruments"

# ---------------------------------------------------------------- June

on 06-02
payment hafenamt-brunsbuttel --amount 7613.03 --invoice INV-2026-0020
on 06-03
invoice new --customer nordwind --type service --line "day;9" --line "Travel, two crossings;2;118.40;vat-19;consulting" --tag framework-contract
on 06-08
invoice new --customer sjoeberg --type service --series boat --line "Survey by boat;2;1640;;consulting"
on 06-10
invoice new --customer umweltamt --line "calibration;6" --buyer-reference "Bestellung 5230-26"
on 06-15
invoice new --customer kaskelot --type service --line "hour;12.5" --draft
on 06-17
invoice issue "$(basename "$demo"/drafts/kaskelot-*.yaml .yaml)"
on 06-18
payment tokyo-suishitsu --amount 7630 --invoice INV-2026-0021
on 06-24
invoice new --customer nordwind-service --type service --line "calibration;5"
on 06-26
invoice new --customer hafenamt-brunsbuttel --line "solar;2" --line "day;3" --buyer-reference "HAB 2026/0702" --draft

# ---------------------------------------------------------------- July

on 07-01
customer add --id lindholm --name "Lindholm Schiffsausrüstung GmbH" \
    --street "Am Sandtorkai 48" --postal-code 20457 --city Hamburg --country DE \
    --email rechnung@lindholm.example --terms "2% 10, net 30" --industry trade --region germany/hamburg --size medium
customer add --id bredow --name "Bredow Tiefbau GmbH" \
    --street "Werftstraße 7" --postal-code 23552 --city Lübeck --country DE \
    --email buero@bredow-tiefbau.example --industry ports --region germany/schleswig-holstein --size small
customer add --id weihai --name "威海远洋贸易有限公司" --alias "Weihai Ocean Trading Co., Ltd." \
    --street "环翠区海滨北路 53 号" --postal-code 264200 --city 威海 --country CN \
    --contact "billing:caiwu@weihai-ocean.example:李娜" --terms "30% now, 70% net 60" --language zh-CN \
    --industry trade --region asia --size small
payment weihai --amount 9000 --reference "deposit for four probes"
on 07-02
invoice new --customer lindholm --line "cable;400;-5%" --line "handbook;10" --discount "3%;Annual agreement" \
    --charge "38.50;Freight" --delivered-on 2026-07-01 --contact "Imke Lindholm" --remark "Delivered by our own van."
invoice new --customer weihai --line "probe;4" --line "Crating and sea freight;1;1620;export;instruments"
on 07-03
also payment allocate "$(latest payments/2026/07/2026-07-01-weihai)" --policy oldest-due
invoice new --customer bredow --line "day;4" --service-from 2026-06-22 --service-to 2026-06-25 --type service
invoice new --customer lindholm --line "oxygen;2"
on 07-06
also invoice duplicate INV-2026-0036
also invoice void INV-2026-0037 --reason "Issued twice by mistake"
on 07-13
payment lindholm --amount 3917.18 --invoice INV-2026-0033 --reference "INV-2026-0033 abzgl. 2 % Skonto"
also close --through 2026-06-30 --reason "Half-year figures handed in"
on 07-15
payment hafenamt-brunsbuttel --amount 4200 --policy oldest-due --reference "Abschlag"
credit_note INV-2026-0036 --kind return --reason "One sensor came back" --line 1:1
on 07-20
payment mueller --amount 1925.71 --policy by-reference --reference "Rechnung INV-2026-0002"
on 07-22
also hold new --kind promise --customer kaskelot --until 2026-08-14 --reason "Phone call, Ms Bækgaard"
on 07-24
payment aalborg --amount 2378.88 --invoice INV-2026-0015 --fee 0.50
on 07-27
payment bredow --amount 5616.80 --invoice INV-2026-0035 --payer-name "Bredow Tiefbau GmbH" --reference "Scheck 4471"

# ---------------------------------------------------------------- August

on 08-03
also payment reverse "$(latest payments/2026/07/2026-07-27-bredow)" --on 2026-07-31 --reason "Cheque bounced" --bank-charge 7.50
mkdir -p "$demo/evidence"
cat >"$demo/evidence/2026-08-04-lindholm.txt" <<'END'
Lindholm Schiffsausrüstung, by telephone on 4 August 2026, 10:15:
the oxygen sensor of INV-2026-0036 that they kept shows drift; they want it looked at before they pay.
END
on 08-04
also hold new --kind dispute --invoice INV-2026-0036 --amount 500 --reason "Sensor shows drift" \
    --evidence "$demo/evidence/2026-08-04-lindholm.txt"
on 08-05
also hold new --kind plan --invoice INV-2026-0035 --reason "Agreed in writing, cash is short" \
    --instalment 2026-08-31:2000 --instalment 2026-09-30:2000 --instalment 2026-10-31
on 08-10
credit_note INV-2026-0033 --kind goodwill --reason "Two drums came late" --amount 120
on 08-12
also refund new --customer lindholm --amount 39.78 --reason "Part of the goodwill, asked for in cash" --method transfer
also credit-note apply CN-2026-0006 --invoice INV-2026-0036:0.01
on 08-17
also customer deactivate sjoeberg --reason "Yard closed for good"
payment nordwind --amount 12000 --policy pro-rata --reference "Akonto August"
on 08-20
payment tokyo-suishitsu --amount 540 --received "90000 JPY" --reference "advance for training"

# ---------------------------------------------------------------- September

on 09-01
payment bredow --amount 2000 --invoice INV-2026-0035 --reference "Rate 1"
on 09-07
customer add --id lindholm-hamburg --name "Lindholm Hamburg" --country DE --region germany/hamburg
also customer merge lindholm-hamburg --into lindholm --reason "Entered twice"
on 09-10
also write-off new --invoice INV-2026-0008 --kind bad-debt --reason "Kaskelot is insolvent, file 12 IN 88/26" \
    --approved-by "Dr. Wiebke Hansen" --tax-relief adjust
on 09-14
also hold release "$(latest holds/2026/08/2026-08-04-lindholm)" --outcome rejected --reason "Calibrated, no drift found"
on 09-21
also write-off reverse "$(latest write-offs/2026/09/2026-09-10-kaskelot)" --amount 800 --reason "Paid by the insolvency administrator"
payment kaskelot --amount 800 --invoice INV-2026-0008 --payer-name "RA Thomsen, Insolvenzverwalter"

on 09-24
also recurring new --customer hafenamt-brunsbuttel --id hafenamt-wartung --every quarter --starts 2026-10-01 \
    --line "Maintenance of the harbour sensors, {period};1;420;vat-19" --mail --notes "Framework contract of 21 September"

rm -rf "$demo/.bill"
