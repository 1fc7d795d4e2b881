"""Text that was decoded wrongly: it is refused with what was meant, and no real text is."""

import csv
from pathlib import Path

import pytest
from saying import Naming
from seed_problems import assert_told, problems, seeds

import graphkit
from graphkit.seeds.mojibake import misread, repaired

PACKAGE = Path(graphkit.__file__).parent
ORDINARY = (
    *("MENÜ“", "„MENÜ“", "CAFÉ’S", "“café”…", "LIBERTÉ»", "«É»", "»CAFÉ«", "KŘÍŽ", "KŘÍŽE", "Île"),
    *(
        "PERÚ–CHILE",
        "IRÃ–IRAQUE",
        "Å–land",
        "MALMÖ…och",
        "CANADÁ—",
        "PERÚ†",
        "SOCIÉTÉ©",
        "ÉTÉ\xa0»",
    ),
    *("Ø¼ inch", "5×½", "Ø² mm", "Spaß“…", "«caffè»…", "naïve’s", "À°", "CAFÉ•BAR", "Ÿ", "Nº 1"),
)
DATA = "kind: Application\ndefaults: {source: customs}\nrows:\n"


def names(file: str) -> list[str]:
    """Return the names of a file in other languages that have letters beyond ASCII."""
    with (PACKAGE / file).open(encoding="utf-8") as lines:
        return [name for row in csv.reader(lines) for name in row if not name.isascii()]


def misreading(text: str, encoding: str) -> str:
    """Read the UTF-8 of a text in another encoding, as programs do."""
    return "".join(
        bytes([byte]).decode(encoding, "ignore") or bytes([byte]).decode("latin-1")
        for byte in text.encode()
    )


NAMES = [name for file in ("cldr/names.csv", "languages/materials.csv") for name in names(file)]


@pytest.mark.parametrize("text", [*ORDINARY, "names"])
def test_no_real_text_is_taken_for_a_misread_one(text):
    texts = NAMES if text == "names" else [text]

    assert [text for text in texts if any(misread(text))] == []


def test_no_line_of_the_shipped_seeds_is_taken_for_a_misread_one():
    files = (PACKAGE.parent / "seeds").rglob("*.yaml")
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]

    assert len(lines) > 8_000
    assert [line for line in lines if any(misread(line))] == []


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize("times", [1, 2])
def test_every_name_in_another_language_is_repaired(encoding, times):
    assert len(NAMES) > 1_500
    for name in NAMES:
        text = name
        for _ in range(times):
            text = misreading(text, encoding)
        assert repaired(text) == name


THAI = "รถ ลด แกนโลก รถEV เธอ เนย เนตร “ทหาร” ไทย–จีน ต่างๆ เกาหลีใต้ ธาตุหายาก เนปาล ไฟLED"


@pytest.mark.parametrize("text", THAI.split())
def test_thai_is_not_taken_for_a_misread_text(text):
    assert [run[0] for run in misread(text)] == []


@pytest.mark.parametrize(
    "text", ["Côte d'Ivoire", "Türkiye", "Curaçao", "Åland", "Россия", "日本", "한국", "ไทย", "จีน"]
)
def test_what_was_read_as_windows_874_is_repaired(text):
    misread_text = misreading(text, "cp874")

    assert any(misread(misread_text))
    assert repaired(misread_text) == text


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{key: a, name: ▶ThaÃ¯lande}", "name: found 'ThaÃ¯lande', {}; wanted 'Thaïlande'"),
        ('{key: a, name: ▶"CÃ´te d\'Ivoire – KrÃ¤mer"}', "name: found 'CÃ´te', {}; wanted 'Côte'"),
        ("{key: a, name: b, sector: ▶a â€“ b}", "sector: found 'â€“', {}; wanted '–'"),
        ("{key: a, name: b, aliases: [a, ▶æ—¥æœ¬]}", "aliases: found 'æ—¥æœ¬', {}; wanted '日本'"),
        ("{key: a, name: ▶CÃƒÂ´te}", "name: found 'CÃƒÂ´te', {}; wanted 'Côte'"),
        ("{key: ▶cÃ´te, name: b}", "key: found 'cÃ´te', {}; wanted 'côte'"),
        ("{key: a, name: aâ▶\x80▶\x93b }", "found 'aâ\\x80\\x93b', {}; wanted 'a–b'|" * 2),
        ("{key: a, name: ▶Kï¿½ln}", "name: found 'Kï¿½ln', {}; wanted the text"),
    ],
)  # fmt: skip
def test_a_misread_text_is_told_with_the_text_that_was_meant(tmp_path, row, message):
    reason = "which is UTF-8 read as Windows-1252 or Latin-1"
    messages = message.removesuffix("|").replace("{}", reason).split("|")

    assert_told(tmp_path, {"uses.yaml": f"{DATA}  - {row}\n"}, *messages)


def test_a_misread_text_in_a_table_is_told_at_its_line(tmp_path):
    top = "kind: Application\ndefaults: {source: customs}\ntable: t.csv\n"
    table = "key,name\na,Côte\nb,CÃ´te\n"

    told = Naming("t.csv:3:3: name: … 'CÃ´te' … Windows-1252 or Latin-1 … 'Côte'")
    assert problems(seeds(tmp_path, {"b.yaml": top, "t.csv": table.encode()})) == [told]
