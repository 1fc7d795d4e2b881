"""The encoding of a foreign text is the one it was written in, or is asked for."""

from __future__ import annotations

import pytest

from graphkit.errors import GraphkitError
from graphkit.importers.table.encodings import UndecidedError, decoded
from graphkit.names import in_other_languages

WRITTEN = [
    ("ko", "cp949", ("포스코", "고려아연")), ("ja", "cp932", ("住友金属鉱山", "三菱")),
    ("ja", "euc-jp", ("住友金属鉱山", "三菱")), ("zh", "gb18030", ("北方稀土", "厦门钨业")),
    ("de", "cp1252", ("Müller GmbH", "Größe AG")), ("de", "mac-roman", ("Müller", "Größe")),
    ("de", "cp437", ("Müller", "Größe")), ("de", "cp850", ("Müller", "Größe")),
    ("de", "cp1250", ("Łódź", "Śląsk")), ("de", "iso8859-2", ("Škoda", "Příbram")),
    ("de", "cp1254", ("Şişecam", "İzmir")), ("de", "cp1257", ("Õismäe", "Šiauliai")),
    ("de", "cp1251", ("Норникель", "Качканар")), ("de", "cp1253", ("Λάρκο", "Ελλάδα")),
    ("fr", "cp1252", ("Société", "Mines de Nickel")), ("fr", "cp1250", ("Győr", "Szőlő")),
    ("es", "cp1252", ("Compañía", "Ñandú S.A.")), ("es", "iso8859-15", ("Peñoles", "Cía")),
    ("zh", "big5", ("台積電", "鴻海精密")), ("ko", "johab", ("포스코", "고려아연")),
]  # fmt: skip
LANGUAGES = ("de", "es", "fr", "ja", "ko", "zh")


def names_of(language: str) -> list[str]:
    """The first name of each country in a language, of those with one in each."""
    place = LANGUAGES.index(language)
    names = [n for n in in_other_languages("Country").values() if len(n) == len(LANGUAGES)]
    return [names_of_country[place] for names_of_country in names]


@pytest.mark.parametrize(("language", "encoding", "firms"), WRITTEN)
def test_a_text_is_never_read_in_a_wrong_encoding(language, encoding, firms):
    right, refused = 0, []
    for number, name in enumerate(names_of(language)[:60]):
        text = f"a,b\n{name},{firms[number % 2]}\n{firms[0]},{firms[1]}\n"
        try:
            raw = text.encode(encoding)
        except UnicodeError:
            continue
        try:
            read, _ = decoded("t.csv", raw, None)
        except UndecidedError as error:
            refused.append(error.setting)
        else:
            right += 1
            assert read == text
        assert decoded("t.csv", raw, encoding)[0] == text
    assert {*refused} <= {"encoding"}
    if encoding in ("cp949", "cp932", "gb18030"):
        assert right > 40


def test_a_text_that_is_in_no_encoding_is_refused():
    with pytest.raises(GraphkitError, match=r"t\.csv:2: .* 0xff\b.* utf-8"):
        decoded("t.csv", b"a\n\xff\n", "utf-8")
    with pytest.raises(UndecidedError, match=r"t\.csv:2: .* UTF-8 "):
        decoded("t.csv", b"a\n\xff\x81\x8d\n", None)
