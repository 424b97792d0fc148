"""Countries where a business may be, with the clock and the money that are usual there; maps."""

from dataclasses import dataclass
from urllib.parse import urlencode

from providers.models import Provider


@dataclass(frozen=True, slots=True)
class Country:
    """A country by its ISO 3166 code; ``timezone`` (IANA) is that of most of its people."""

    code: str
    name: str
    timezone: str
    currency: str


_TABLE = """
DZ Algeria Africa/Algiers DZD
AO Angola Africa/Luanda AOA
AU Australia Australia/Sydney AUD
BJ Benin Africa/Porto-Novo XOF
BW Botswana Africa/Gaborone BWP
BF Burkina Faso Africa/Ouagadougou XOF
BI Burundi Africa/Bujumbura BIF
CM Cameroon Africa/Douala XAF
CA Canada America/Toronto CAD
CV Cape Verde Atlantic/Cape_Verde CVE
CF Central African Republic Africa/Bangui XAF
TD Chad Africa/Ndjamena XAF
KM Comoros Indian/Comoro KMF
CG Congo Africa/Brazzaville XAF
CI Côte d’Ivoire Africa/Abidjan XOF
CD Democratic Republic of the Congo Africa/Kinshasa CDF
DJ Djibouti Africa/Djibouti DJF
EG Egypt Africa/Cairo EGP
GQ Equatorial Guinea Africa/Malabo XAF
ER Eritrea Africa/Asmara ERN
SZ Eswatini Africa/Mbabane SZL
ET Ethiopia Africa/Addis_Ababa ETB
FR France Europe/Paris EUR
GA Gabon Africa/Libreville XAF
GM Gambia Africa/Banjul GMD
DE Germany Europe/Berlin EUR
GH Ghana Africa/Accra GHS
GN Guinea Africa/Conakry GNF
GW Guinea-Bissau Africa/Bissau XOF
IN India Asia/Kolkata INR
IE Ireland Europe/Dublin EUR
KE Kenya Africa/Nairobi KES
LS Lesotho Africa/Maseru LSL
LR Liberia Africa/Monrovia LRD
LY Libya Africa/Tripoli LYD
MG Madagascar Indian/Antananarivo MGA
MW Malawi Africa/Blantyre MWK
ML Mali Africa/Bamako XOF
MR Mauritania Africa/Nouakchott MRU
MU Mauritius Indian/Mauritius MUR
MA Morocco Africa/Casablanca MAD
MZ Mozambique Africa/Maputo MZN
NA Namibia Africa/Windhoek NAD
NL Netherlands Europe/Amsterdam EUR
NE Niger Africa/Niamey XOF
NG Nigeria Africa/Lagos NGN
PT Portugal Europe/Lisbon EUR
RW Rwanda Africa/Kigali RWF
ST São Tomé and Príncipe Africa/Sao_Tome STN
SN Senegal Africa/Dakar XOF
SC Seychelles Indian/Mahe SCR
SL Sierra Leone Africa/Freetown SLE
SO Somalia Africa/Mogadishu SOS
ZA South Africa Africa/Johannesburg ZAR
SS South Sudan Africa/Juba SSP
SD Sudan Africa/Khartoum SDG
TZ Tanzania Africa/Dar_es_Salaam TZS
TG Togo Africa/Lome XOF
TN Tunisia Africa/Tunis TND
UG Uganda Africa/Kampala UGX
AE United Arab Emirates Asia/Dubai AED
GB United Kingdom Europe/London GBP
US United States America/New_York USD
ZM Zambia Africa/Lusaka ZMW
ZW Zimbabwe Africa/Harare USD
"""


def _read(line: str) -> Country:
    code, rest = line.split(" ", 1)
    name, timezone, currency = rest.rsplit(" ", 2)
    return Country(code, name, timezone, currency)


COUNTRIES = {country.code: country for country in map(_read, _TABLE.strip().splitlines())}
"""By code, in the order of their names."""

HOME = "ZW"
"""Where somebody is of whom we know nothing."""

CURRENCIES = sorted({country.currency for country in COUNTRIES.values()} | {"ZWG"})


def country_choices(own: str = "") -> list[tuple[str, str]]:
    """Return codes and names for a select, with ``own`` even if it is an odd one."""
    listed = [(country.code, country.name) for country in COUNTRIES.values()]
    return listed if not own or own in COUNTRIES else [*listed, (own, own)]


def say_country(code: str) -> str:
    """Return the name of a country; its code where we know no name."""
    return COUNTRIES[code].name if code in COUNTRIES else code


def map_url(provider: Provider) -> str:
    """Return the address of a map of the place; nothing is asked there until somebody presses."""
    return f"https://www.openstreetmap.org/search?{urlencode({'query': _say_place(provider)})}"


def directions_url(provider: Provider) -> str:
    """Return the address of a page that shows the way there, from wherever one says one is."""
    return f"https://www.openstreetmap.org/directions?{urlencode({'to': _say_place(provider)})}"


def _say_place(provider: Provider) -> str:
    parts = (provider.address, provider.city, say_country(provider.country))
    return ", ".join(filter(None, parts))
