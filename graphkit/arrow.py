"""Arrow columns with a unit, plain and coded text, and fingerprints of rows."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.kinds import KEY, Kind, Type

if TYPE_CHECKING:
    import numpy.typing as npt

    Bits = npt.NDArray[np.uint64]

UNIT = {"usd": "USD", "tonnes": "t"}
"""Unit of each measure of a flow."""
SHARE = "0 to 1"
INDEX = "0 to 10,000"
POINTS = "percentage points"
VALUED = {
    "fob": "free on board",
    "cif": "with cost, insurance and freight",
    None: "at an unstated border",
}
"""Valuation of a flow, in words."""
SMALL = 2**22
"""Bytes of a table that memory need not be returned for."""


def number(name: str, unit: str | None = None) -> pa.Field:
    """Return a column of numbers."""
    return pa.field(name, pa.float64(), metadata={"unit": unit} if unit else None)


def texts(*names: str) -> list[pa.Field]:
    """Return columns of text."""
    return [pa.field(name, pa.string()) for name in names]


def counts(*names: str) -> list[pa.Field]:
    """Return columns of whole numbers."""
    return [pa.field(name, pa.int64()) for name in names]


def flags(*names: str) -> list[pa.Field]:
    """Return columns of true, false or unknown."""
    return [pa.field(name, pa.bool_()) for name in names]


def lists(*names: str) -> list[pa.Field]:
    """Return columns of lists of text."""
    return [pa.field(name, pa.list_(pa.string())) for name in names]


ARROW = {
    Type.TEXT: pa.string(),
    Type.PERIOD: pa.string(),
    Type.DATE: pa.string(),
    Type.NUMBER: pa.float64(),
    Type.INTEGER: pa.int64(),
    Type.FLAG: pa.bool_(),
    Type.TEXTS: pa.list_(pa.string()),
}
"""Arrow type of each type of property."""


def numbers(values: np.ndarray[Any, Any]) -> pa.Array:
    """Take an array of numbers as it is, NaN as null.

    :func:`pyarrow.array` would do the same, after an import of :mod:`numpy.ma` (15 ms).

    >>> numbers(np.array([1.5, np.nan])).to_pylist()
    [1.5, None]
    """
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    kind = pa.from_numpy_dtype(values.dtype)
    array = pa.Array.from_buffers(kind, len(values), [None, buffer])
    return pc.if_else(pc.is_nan(array), None, array) if pa.types.is_floating(kind) else array


def coded(table: pa.Table) -> pa.Table:
    """Encode the text columns of a table as dictionaries."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            codes = table[field.name].combine_chunks().dictionary_encode()
            table = table.set_column(place, field.name, codes)
    return table


def without_codes(table: pa.Table) -> pa.Table:
    """Decode the dictionary columns of a table to plain text."""
    types = (f.type.value_type if pa.types.is_dictionary(f.type) else f.type for f in table.schema)
    fields = [field.with_type(kind) for field, kind in zip(table.schema, types, strict=True)]
    return table.cast(pa.schema(fields))


def release_memory(after: pa.Table | None = None) -> None:
    """Return to the system the freed memory that Arrow and the C library keep for later.

    After work on a small table there is next to none, and it takes longer to look for than to load.
    """
    if after is not None and after.nbytes < SMALL:
        return
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # only GNU's library has it
            ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def lean_memory() -> Iterator[None]:
    """Let Arrow take memory from the C library, so that what it frees goes back to the system.

    Arrow's own pool is no slower with large tables, and keeps a third more.
    """
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)
        release_memory()


def each_text(column: pa.ChunkedArray, change: Callable[[str], str]) -> pa.ChunkedArray:
    """Change every text of a column, equal ones once; null stays null.

    >>> each_text(pa.chunked_array([["a", None, "a"]]), str.upper).to_pylist()
    ['A', None, 'A']
    """
    codes = column.combine_chunks().dictionary_encode()
    texts = pa.array(map(change, codes.dictionary.to_pylist()), pa.string())
    return pa.chunked_array([texts.take(codes.indices)])


def look_up(
    column: pa.ChunkedArray, values: Mapping[Any, Any], kind: Type = Type.TEXT
) -> pa.ChunkedArray:
    """Replace each key of a column by its value; null stands where a key has none.

    >>> look_up(pa.chunked_array([["kg", "t", None, "l"]]), {"kg": "1", "t": "1000"}).to_pylist()
    ['1', '1000', None, None]
    """
    places = pc.index_in(column, value_set=pa.array(list(values), column.type))
    return pc.take(pa.array(list(values.values()), ARROW[kind]), places)


ARROW_WRITES = (1e-4, 1e10)
"""From and below which absolute values Arrow writes the shortest digits without an exponent."""


def shortest(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write numbers as Python does: the shortest text that parses to the same number.

    >>> shortest(pa.chunked_array([[0.1, 3.0, 1e22, None, 5e10]])).to_pylist()
    ['0.1', '3.0', '1e+22', None, '50000000000.0']
    """
    texts, size = column.cast(pa.string()), pc.abs(column)
    whole = pc.equal(pc.floor(column), column)
    texts = pc.if_else(whole, pc.binary_join_element_wise(texts, ".0", ""), texts)
    low, high = ARROW_WRITES
    fine = pc.or_(pc.equal(size, 0), pc.and_(pc.greater_equal(size, low), pc.less(size, high)))
    unusual = pc.fill_null(pc.invert(fine), False)
    if not pc.any(unusual).as_py():
        return texts
    rest = pa.array(map(repr, column.filter(unusual).to_pylist()), pa.string())
    replaced = pc.replace_with_mask(texts.combine_chunks(), unusual.combine_chunks(), rest)
    return pa.chunked_array([replaced])


def in_order(table: pa.Table, keys: Iterable[str]) -> pa.Table:
    """Sort rows by columns of text, nulls first; equal rows keep their order."""
    columns = {key: pc.fill_null(table[key].cast(pa.string()), "") for key in keys}
    order = [(key, "ascending") for key in columns]
    return table.take(pc.sort_indices(pa.table(columns), sort_keys=order))


LINKS = pa.schema([
    *texts("consumer", "product", "stage", "maker", "next_stage", "next_maker"),
    number("share", SHARE),
])  # fmt: skip
"""Columns of the shares that each maker of a stage passed to the makers of the next one."""

NULL = np.uint64(0x9E3779B97F4A7C15)
"""Bits of an unknown value."""


def fingerprints(rows: pa.Table, salt: str = "") -> npt.NDArray[np.int64]:
    """Hash each row to a number that depends on every value, the column names and a salt.

    Parameters
    ----------
    rows : pyarrow.Table
        Columns of text (plain or dictionary-encoded, which gives the same), lists of text, numbers
        and flags.
    salt : str
        Further identity of the rows: rows of tables with different salts are never equal.

    Returns
    -------
    numpy.ndarray
        int64, in the order of the rows. Equal rows have equal fingerprints; the probability that
        any two of n different rows do is about n²/2⁶⁵ (3e-8 for a million).

    Notes
    -----
    Text counts as the first 64 bits of its SHA-256, a number as its own 64 bits; the finaliser
    of SplitMix64 [1]_, a bijection, mixes them in column by column.

    References
    ----------
    .. [1] Steele, Lea, Flood (2014). "Fast Splittable Pseudorandom Number Generators". OOPSLA.

    Examples
    --------
    >>> rows = pa.table({"code": ["KOR", "KOR", None], "usd": [1.0, 2.0, None]})
    >>> len(set(fingerprints(rows).tolist())), len(set(fingerprints(rows.select(["code"]))))
    (3, 2)
    """
    start = _of_text("\x1e".join([*rows.column_names, salt]))
    mixed = np.full(len(rows), start, np.uint64)
    for column in rows.columns:
        mixed = _mix(mixed ^ _bits(column))
    return mixed.view(np.int64)


def row_digests(kind: Kind, rows: pa.Table, ends: str = "") -> npt.NDArray[np.int64]:
    """Hash all that rows of a kind say: names and values, and of edges also what they join.

    Parameters
    ----------
    kind : Kind
        Their kind.
    rows : pyarrow.Table
        Ends of edges, all properties of the kind, and the keys of edges; other columns do not
        count.
    ends : str
        Of edges, the names of the two node kinds with ``>`` between them.
    """
    names = [end.name for end in kind.ends] + [prop.name for prop in kind.props]
    table = rows.select(names)
    if kind.is_edge:  # under its first name, so that the digests of older graphs are the same
        table = table.append_column("key", rows[KEY.name])
    return fingerprints(table, ends)


def any_twice(prints: npt.NDArray[np.int64]) -> bool:
    """Tell whether two rows have the same fingerprint."""
    ordered = np.sort(prints)
    return bool((ordered[1:] == ordered[:-1]).any())


def _of_text(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8])


def _bits(column: pa.ChunkedArray) -> Bits:
    """Turn each value into 64 bits."""
    kind = column.type
    if pa.types.is_list(kind):
        column, kind = pc.binary_join(column, "\x1e"), pa.string()
    if pa.types.is_string(kind) or pa.types.is_dictionary(kind):
        return _bits_of_texts(column)
    valid = column.is_valid().to_numpy()
    filled = column.fill_null(False if pa.types.is_boolean(kind) else 0)
    bits = _plain(filled, kind).view(np.uint64)
    return np.asarray(np.where(valid, _mix(bits), NULL))


def _plain(column: pa.ChunkedArray, kind: pa.DataType) -> npt.NDArray[Any]:
    if pa.types.is_floating(kind):
        return np.asarray(column.to_numpy(), np.float64) + 0.0  # turns -0.0 into 0.0
    return np.asarray(column.cast(pa.int64()).to_numpy())


def _bits_of_texts(column: Any) -> Bits:
    bits = []
    for chunk in column.chunks:
        codes = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        texts = codes.dictionary.to_pylist()
        text_bits = np.array([*(_of_text(text) for text in texts), NULL], np.uint64)
        places = codes.indices.cast(pa.int32())  # of few bytes, they have none for the null
        bits.append(text_bits[places.fill_null(len(texts)).to_numpy()])
    return np.concatenate(bits) if bits else np.zeros(0, np.uint64)


def _mix(bits: Bits) -> Bits:
    bits = bits + NULL
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


Floats = npt.NDArray[np.float64]

Ints = npt.NDArray[Any]
