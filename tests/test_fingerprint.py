"""Fingerprints: equal for equal rows, whatever they are stored as, and different for others."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest

from graphkit.arrow import NULL, _mix, any_twice, fingerprints

SPLITMIX_OF_1234567 = [
    6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
    16408922859458223821,
]  # fmt: skip
"""The numbers that SplitMix64 gives of this seed, as other implementations print them."""


def test_the_mixing_is_that_of_splitmix64():
    seeds = np.uint64(1234567) + NULL * np.arange(5, dtype=np.uint64)

    assert _mix(seeds).tolist() == SPLITMIX_OF_1234567


def test_a_fingerprint_is_what_its_notes_say():
    def text(value: str) -> int:
        return int.from_bytes(hashlib.sha256(value.encode()).digest()[:8])

    def mixed(bits: int) -> int:
        return int(_mix(np.array([bits], np.uint64))[0])

    start = text("code\x1eusd\x1esalt")
    wanted = mixed(mixed(start ^ text("KOR")) ^ mixed(7))
    found = fingerprints(pa.table({"code": ["KOR"], "usd": [7]}), "salt")

    assert found.dtype == np.int64
    assert found.view(np.uint64).tolist() == [wanted]


@pytest.mark.parametrize(
    "values",
    [
        ["a", "b", "", None],
        [["a"], ["b"], ["a", "b"], ["b", "a"], [], None],
        [0, 1, -1, None],
        [0.0, 0.5, -0.5, 5e-324, None],
        [True, False, None],
        [int(NULL) - 2**63, None],
    ],
)
def test_different_values_have_different_ones_in_the_order_of_the_rows(values):
    found = fingerprints(pa.table({"x": values})).tolist()

    assert len(set(found)) == len(values)
    for value, each in zip(values, found, strict=True):
        alone = pa.table({"x": pa.array([value], pa.array(values).type)})
        assert fingerprints(alone).tolist() == [each]


@pytest.mark.parametrize("number", [127, 128, 129, 32_768])
def test_codes_of_few_bytes_may_all_be_taken_where_a_text_is_missing(number):
    """With 128 texts, one byte has a code for each of them and none for null."""
    texts = [str(n) for n in range(number)]
    codes = pa.array([*range(number), None], pa.int8() if number <= 128 else pa.int16())
    narrow = pa.DictionaryArray.from_arrays(codes, texts)

    found = fingerprints(pa.table({"x": narrow}))

    assert found.tolist() == fingerprints(pa.table({"x": [*texts, None]})).tolist()


def test_how_a_text_is_stored_makes_no_difference():
    plain = pa.chunked_array([["b", None, "a"], ["a", ""]])
    coded = pa.chunked_array([chunk.dictionary_encode() for chunk in plain.chunks])
    nothing = pa.chunked_array([], pa.string())

    wanted = fingerprints(pa.table({"x": ["b", None, "a", "a", ""]})).tolist()
    assert fingerprints(pa.table({"x": plain})).tolist() == wanted
    assert fingerprints(pa.table({"x": coded})).tolist() == wanted
    assert fingerprints(pa.table({"x": nothing})).tolist() == []


def test_names_of_columns_their_order_and_the_salt_count():
    row = pa.table({"a": ["x"], "b": ["y"]})
    others = [
        fingerprints(row, "salt"),
        fingerprints(row.rename_columns(["a", "c"])),
        fingerprints(row.select(["b", "a"])),
        fingerprints(pa.table({"a": ["y"], "b": ["x"]})),
        fingerprints(row),
    ]

    assert len({int(each[0]) for each in others}) == len(others)


def test_minus_zero_is_zero():
    zero, minus = fingerprints(pa.table({"x": [0.0, -0.0]}))

    assert zero == minus


def test_two_of_one_fingerprint_are_found_wherever_they_stand():
    assert any_twice(np.array([3, 1, 2, 3]))
    assert any_twice(np.array([1, 1]))
    assert not any_twice(np.array([3, 1, 2]))
    assert not any_twice(np.array([], np.int64))
