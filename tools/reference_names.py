"""Names that people type, groups, and codes of earlier revisions, missing from source tables."""

from __future__ import annotations

from typing import NamedTuple


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _names(table: str) -> dict[str, list[str]]:
    """One key a line, then its names, separated by ``|``."""
    rows = (line.split(None, 1) for line in table.strip().splitlines())
    return {key: names.strip().split("|") for key, names in rows}


COUNTRY_NAMES = {
    "ANT": "Netherlands Antilles",
    "BIH": "Bosnia and Herzegovina",
    "CCK": "Cocos (Keeling) Islands",
    "COD": "Congo (Kinshasa)",
    "COG": "Congo (Brazzaville)",
    "DDR": "German Democratic Republic",
    "GBR": "United Kingdom",
    "PUS": "US Miscellaneous Pacific Islands",
    "SUN": "Soviet Union",
    "UMI": "United States Minor Outlying Islands",
    "USA": "United States",
    "VCT": "Saint Vincent and the Grenadines",
    "VIR": "United States Virgin Islands",
}
"""The name to show, where CLDR's is an abbreviation."""

COMMON_NAMES = _names("""
ARE UAE|Emirates
BHS The Bahamas
BIH Bosnia-Herzegovina
BLR Byelorussia
BOL Bolivia
BRN Brunei
CHN Mainland China|PRC
CIV Ivory Coast|Côte d'Ivoire
COD DRC|DR Congo|D.R. Congo|Congo|Congo-Kinshasa|Congo, Democratic Republic of the|Zaire
COG Congo-Brazzaville|Republic of Congo|Congo, Republic of the
CPV Cabo Verde
CZE Czech Republic|Czechia
DDR East Germany|GDR
DEU West Germany
FSM Federated States of Micronesia
GBR UK|U.K.|Great Britain|Britain
GMB The Gambia
HKG Hong Kong SAR|China, Hong Kong
IRN Iran, Islamic Republic of
JEY Jersey, Channel Islands
KOR South Korea|Korea|Korea, Republic of|Korea, South|Korea, Rep.|S. Korea|ROK|Republic of Korea
LAO Laos
MAC Macau|Macau SAR|China, Macao
MKD Macedonia|FYROM
MMR Burma
NLD Holland
PRK North Korea|Korea, North|Korea, Democratic People's Republic of|DPRK|N. Korea
PSE Palestinian Territories
RUS Russia
SUN USSR
SWZ Swaziland
SYR Syria
TLS East Timor
TUR Turkey|Türkiye
TWN Taiwan, China|Chinese Taipei|Taiwan, Province of China
TZA Tanzania
USA US|U.S.|USA|U.S.A.|America|United States of America
VAT Vatican
VEN Venezuela
VNM Vietnam
ZA1 SACU
""")
"""Names people type, and spellings of USGS and the World Bank, beside those of the tables."""

AMBIGUOUS = _words("Congo battery batteries")
"""Names of two things that people type for either: refused with both, not guessed."""


class Group(NamedTuple):
    """A group of elements."""

    name: str
    members: frozenset[str]


_LREE = _words("La Ce Pr Nd Sm")
_HREE = _words("Eu Gd Tb Dy Ho Er Tm Yb Lu Y")
GROUPS = {
    "REE": Group("Rare earth elements", _LREE | _HREE | {"Pm"}),
    "LREE": Group("Light rare earth elements", _LREE),
    "HREE": Group("Heavy rare earth elements", _HREE),
    "PGM": Group("Platinum-group metals", _words("Ru Rh Pd Os Ir Pt")),
}

ELEMENT_SHORT = {
    "REE": "Rare earths",
    "LREE": "Light rare earths",
    "HREE": "Heavy rare earths",
}
"""Short names in tables and pictures, where the name is long."""

MINERALS = {
    "barite": "Barite",
    "bauxite": "Bauxite",
    "feldspar": "Feldspar",
    "fluorspar": "Fluorspar",
    "graphite": "Graphite",
    "metallurgical-coal": "Metallurgical coal",
    "other-carbon": "Carbon other than graphite",
    "phosphate": "Phosphate",
    "potash": "Potash",
    "thermal-coal": "Thermal coal",
}

US_2025 = _words(
    "Al Sb As barite Be Bi B Ce Cs Cr Co Cu Dy Er Eu fluorspar Gd Ga Ge graphite Hf Ho In Ir La "
    "Pb Li Lu Mg Mn metallurgical-coal Nd Ni Nb Pd phosphate Pt potash Pr Re Rh Rb Ru Sm Sc Si "
    "Ag Ta Te Tb Tm Sn Ti W U V Yb Y Zn Zr"
)
"""US list of critical minerals 2025: 60."""

EU_ADDED = _words("Cu Ni")
"""Strategic, and so on the EU list, though below the thresholds of criticality."""

EU_UNASSESSED = _words("Os")
"""In a group that is listed, but not among the members that the EU study assessed."""

MATERIALS = {
    "Aluminium": ["Al", "bauxite"],
    "Baryte": ["barite"],
    "Coking coal": ["metallurgical-coal"],
    "Feldspar": ["feldspar"],
    "Fluorspar": ["fluorspar"],
    "HREE": ["HREE"],
    "Iron ore": ["Fe"],
    "LREE": ["LREE"],
    "Natural graphite": ["graphite"],
    "PGM": ["PGM"],
    "Phosphate rock": ["phosphate"],
    "Silicon metal": ["Si"],
    "Titanium metal": ["Ti"],
}
"""Keys of the materials of the EU study that are not simply an element's name."""

ELEMENT_ALIASES = _names("""
Al aluminium
Cs caesium
Nb columbium
Pb plumbum
S sulphur
W wolfram
HREE heavy rare earths|heavy rare-earth elements|heavy rare earth|HREEs
LREE light rare earths|light rare-earth elements|light rare earth|LREEs
PGM platinum group|platinum group metals|platinum-group elements|platinum group elements|PGMs
REE rare earths|rare-earth elements|rare earth|rare-earths|REEs
barite baryte
fluorspar fluor-spar
thermal-coal steam coal
metallurgical-coal coking coal
""")

ELEMENT_NOTES = {
    "Al": "The EU lists bauxite, alumina and aluminium as one material.",
    "B": "The EU assesses boron as borates.",
    "Cu": "On the EU list as a strategic raw material, below the thresholds of criticality.",
    "HREE": "The EU's division of 2023: europium to lutetium, and yttrium.",
    "LREE": "The EU's division of 2023: lanthanum to samarium, without promethium.",
    "Ni": "On the EU list as a strategic raw material, below the thresholds of criticality.",
    "Os": "A platinum-group metal; the EU study assessed the other five.",
    "P": "The EU lists elemental phosphorus beside phosphate rock.",
    "PGM": "The US list names iridium, palladium, platinum, rhodium and ruthenium one by one.",
    "Pm": "Radioactive, not traded; neither light nor heavy in the EU's division.",
    "REE": "The lanthanides and yttrium. The US lists them one by one, the EU as LREE and HREE.",
    "Sc": "Counted apart from the rare earths, as USGS and the EU do.",
    "Si": "The EU lists silicon metal.",
    "Ti": "The EU lists titanium metal; titanium otherwise is not critical there.",
    "bauxite": "The EU lists bauxite, alumina and aluminium as one material.",
    "graphite": "Natural graphite on both lists.",
    "metallurgical-coal": "The EU's name is coking coal.",
    "phosphate": "The EU's name is phosphate rock.",
}  # fmt: skip

_OWN, _USGS = "graphkit", "usgs-mcs-2025"
_CHINA = "China's subdivision of"
_US = "United States subdivision of"
_UK = "United Kingdom subdivision of"
EARLIER_CODES = {
    "2504101000": (f"{_US} 250410: natural graphite, crystalline flake", _OWN),
    "2504105000": (f"{_US} 250410: natural graphite, other powder or flakes", _OWN),
    "25049000": (f"{_UK} 250490: natural graphite, not powder or flakes", _OWN),
    "25101000": (f"{_UK} 251010: natural phosphates, not ground", _OWN),
    "25111000": (f"{_UK} 251110: natural barium sulphate (barytes)", _OWN),
    "25280000": (f"{_UK} 252800: natural borates", _OWN),
    "252810": ("HS92 to HS07: natural sodium borates and concentrates", _OWN),
    "252890": ("HS92 to HS07: natural borates other than of sodium; natural boric acid", _OWN),
    "25291000": (f"{_UK} 252910: feldspar", _OWN),
    "25292200": (f"{_UK} 252922: fluorspar, more than 97 % calcium fluoride", _OWN),
    "26020000": (f"{_UK} 260200: manganese ores", _OWN),
    "26060000": (f"{_UK} 260600: bauxite", _OWN),
    "27011210": (f"{_UK} 270112: coking coal", _OWN),
    "28042910": (f"{_UK} 280429: helium", _OWN),
    "2804500020": (f"{_US} 280450: tellurium", _OWN),
    "28046900": (f"{_UK} 280469: silicon, less than 99.99 %", _OWN),
    "28047010": (f"{_UK} 280470: red phosphorus", _OWN),
    "28048000": (f"{_UK} 280480: arsenic", _OWN),
    "2805300000": ("United States: rare-earth metals, scandium and yttrium", _USGS),
    "28053011": (f"{_CHINA} 280530: neodymium", _OWN),
    "28053012": (f"{_CHINA} 280530: dysprosium", _OWN),
    "28053013": (f"{_CHINA} 280530: terbium", _OWN),
    "28053014": (f"{_CHINA} 280530: lanthanum", _OWN),
    "28053017": (f"{_CHINA} 280530: yttrium", _OWN),
    "28220000": (f"{_UK} 282200: cobalt oxides and hydroxides", _OWN),
    "283030": ("HS92 to HS02: cadmium sulphide", _OWN),
    "28369100": (f"{_UK} 283691: lithium carbonates", _OWN),
    "28369200": (f"{_UK} 283692: strontium carbonate", _OWN),
    "2841800010": (f"{_US} 284180: ammonium tungstates", _OWN),
    "2846100000": ("United States: cerium compounds", _USGS),
    "2846902000": (f"{_US} 284690: rare-earth oxides or chlorides", _USGS),
    "28469022": (f"{_CHINA} 284690: dysprosium chloride", _OWN),
    "28469032": (f"{_CHINA} 284690: dysprosium fluoride", _OWN),
    "2846908000": (f"{_US} 284690: other rare-earth compounds", _USGS),
    "7104210000": (f"{_US} 710421: synthetic diamond, unworked", _OWN),
    "71101100": (f"{_UK} 711011: platinum, unwrought or powder", _OWN),
    "71102100": (f"{_UK} 711021: palladium, unwrought or powder", _OWN),
    "711290": (
        "HS92 and HS96: waste and scrap of precious metal or metal clad with it, other than of "
        "gold or platinum; sweepings with several precious metals", _OWN),
    "72029200": (f"{_UK} 720292: ferro-vanadium", _OWN),
    "72029300": (f"{_UK} 720293: ferro-niobium", _OWN),
    "74031100": (f"{_UK} 740311: refined copper cathodes", _OWN),
    "75021000": (f"{_UK} 750210: nickel, not alloyed, unwrought", _OWN),
    "81019400": (f"{_UK} 810194: tungsten, unwrought", _OWN),
    "8101940000": (f"{_US} 810194: tungsten, unwrought", _OWN),
    "8102940000": (f"{_US} 810294: molybdenum, unwrought", _OWN),
    "810310": ("HS92 and HS96: tantalum, unwrought; waste and scrap; powders", _OWN),
    "81032000": (f"{_UK} 810320: tantalum, unwrought", _OWN),
    "81041100": (f"{_UK} 810411: magnesium, unwrought, 99.8 % or more", _OWN),
    "810510": (
        "HS92 and HS96: cobalt mattes and other intermediate products; unwrought cobalt; "
        "waste and scrap; powders", _OWN),
    "810600": ("HS92 to HS17: bismuth and articles thereof, including waste and scrap", _OWN),
    "8106100000": (f"{_US} 810610: bismuth, more than 99.99 %", _OWN),
    "810710": ("HS92 and HS96: cadmium, unwrought; waste and scrap; powders", _OWN),
    "810810": ("HS92 and HS96: titanium, unwrought; waste and scrap; powders", _OWN),
    "81082000": (f"{_UK} 810820: titanium, unwrought", _OWN),
    "810910": ("HS92 and HS96: zirconium, unwrought; waste and scrap; powders", _OWN),
    "810920": ("HS02 to HS17: zirconium, unwrought; powders", _OWN),
    "811000": ("HS92 and HS96: antimony and articles thereof, including waste and scrap", _OWN),
    "81101000": (f"{_UK} 811010: antimony, unwrought; powders", _OWN),
    "8110100000": (f"{_US} 811010: antimony, unwrought; powders", _OWN),
    "811211": ("HS92 and HS96: beryllium, unwrought; waste and scrap; powders", _OWN),
    "81121200": (f"{_UK} 811212: beryllium, unwrought; powders", _OWN),
    "811220": ("HS92 and HS96: chromium and articles thereof, including waste and scrap", _OWN),
    "811230": ("HS92 to HS02: germanium and articles thereof, including waste and scrap", _OWN),
    "81123100": (f"{_UK} 811231: hafnium, unwrought", _OWN),
    "811291": (
        "HS92: gallium, hafnium, indium, niobium, rhenium and thallium, unwrought; "
        "waste and scrap; powders", _OWN),
    "8112921000": (f"{_US} 811292: gallium, unwrought; powders", _OWN),
    "8112923000": (f"{_US} 811292: indium, unwrought; powders", _OWN),
    "8112926000": (f"{_US} 811292: germanium, unwrought", _OWN),
    "8112926500": (f"{_US} 811292: germanium powder", _OWN),
    "81129289": (f"{_UK} 811292: gallium, unwrought; powders", _OWN),
    "81129295": (f"{_UK} 811292: germanium, unwrought; powders", _OWN),
    "85051110": (
        f"{_UK} 850511: permanent magnets of metal with neodymium, praseodymium, dysprosium or "
        "samarium", _OWN),
}  # fmt: skip
"""Description and source of codes that HS 2022 does not have."""
