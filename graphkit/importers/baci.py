"""Importer of CEPII BACI as published: a zip, or its CSV files ``t,i,j,k,v,q``."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from graphkit.arrow import look_up
from graphkit.errors import GraphkitError, UsageError
from graphkit.files.input import STREAMED, check_file, check_text
from graphkit.importers.reference import (
    HS_CODE,
    ImportFilter,
    Reference,
    distinct,
    left_out,
    name_places,
    with_one_of,
    worth,
)
from graphkit.importers.report import Report
from graphkit.importers.seed_files import SeedTable, write_trade
from graphkit.schema import GRAPH, REVISIONS
from graphkit.seeds.files import read_file
from graphkit.seeds.tables import check_zip
from graphkit.seeds.text import shown

BACI_COLUMNS = ("t", "i", "j", "k", "v", "q")
FLOW = BACI_COLUMNS[:4]
"""The columns that identify a flow: year, exporter, importer, HS code."""
COLUMN_TYPES = {
    "t": pa.int16(), "i": pa.int32(), "j": pa.int32(), "k": pa.string(), "v": pa.float64(),
    "q": pa.float64(),
}  # fmt: skip
DELIMITERS = (",", ";", "\t", "|")
BLOCK = 2 * 2**20
"""Bytes read at once; more is hardly faster and takes several times as much memory."""
LONGEST_ROW = 2**16
"""Bytes of a row that are read; BACI's have some 40."""
UNKNOWN = ["", "NA", *(" " * n + "NA" for n in range(1, 20))]
"""Texts for an unknown amount, which BACI pads with blanks."""
FLOW_KEYS = ("product", "hs", "period", "exporter", "importer")
"""The columns that identify a flow of a table."""
AMOUNTS = ("usd", "tonnes")
TABLE_NAME = re.compile(r"BACI_(HS\d\d)_Y(\d{4})_V([0-9A-Za-z]+)(?:[ .(-].*)?\.csv")
"""Names of BACI's tables, also as browsers and people change them: ``... (1).csv``."""
CREDIT = """
CEPII, BACI: International Trade Database at the Product Level (Gaulier & Zignago 2010), from UN
Comtrade data; Etalab Open Licence 2.0. Exporters' and importers' reports reconciled by CEPII;
value in thousand US dollars free on board, quantity in tonnes, unknown where BACI gives none."""
WHOLE, PARTIAL = 5, 25
"""Preference of an edition, before that of the shipped data sets, and of one of a few countries."""
KUSD = 1000.0
"""Dollars in the unit of BACI's values."""
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Edition:
    """Edition of BACI: the HS revision of its codes, and its version."""

    revision: str
    version: str | None

    @property
    def dataset(self) -> str:
        """Name of the data set."""
        version = f"-v{self.version.lower()}" if self.version else ""
        return f"baci-{self.revision.lower()}{version}"


def import_baci(
    files: Sequence[Path],
    folder: Path,
    reference: Reference,
    *,
    wanted: ImportFilter | None = None,
    revision: str | None = None,
    version: str | None = None,
    max_unknown: float = 0.01,
    progress: Progress = lambda name, rows: None,
) -> Report:
    """Turn BACI's files into seeds of EXPORTS.

    Parameters
    ----------
    files : sequence of Path
        A zip as CEPII publishes it, or CSV files of one edition.
    folder : Path
        Folder of seeds; if it has no reference seeds, they are added.
    reference : Reference
        Countries and products.
    wanted : ImportFilter, optional
        Codes, years and countries (at either end) to keep.
    revision, version : str, optional
        Such as ``HS92`` and ``202601``, for files without them in their names.
    max_unknown : float
        Refuse if unknown places have more than this part of the value.
    progress : callable, optional
        Called with a file's name and the number of rows read.

    Returns
    -------
    Report

    Raises
    ------
    GraphkitError
        A file is not BACI, is truncated or has another edition than the rest; nothing is written.
    UnmappedError
        Unknown places have too much of the value; nothing is written.
    """
    wanted = wanted or ImportFilter()
    edition, parts = _editions(files, revision, version)
    codes = reference.product_of_code(edition.revision, proxies=wanted.proxies)
    if wanted.products:
        codes = reference.products(wanted.products, codes)
    report = Report("kUSD")
    flows = _read(parts, codes, set(wanted.years), report, progress)
    places = reference.by_number("baci_code")
    flows = name_places(flows, {"i": "exporter", "j": "importer"}, places, "v", report)
    flows = with_one_of(flows, wanted.countries, "v", report)
    flows = left_out(flows, with_itself(flows, reference), "of a country with itself", "v", report)
    report.check(max_unknown)
    report.check_kept(len(flows), files)
    flows = map_flows(flows, codes)
    years = sorted(set(flows["period"].to_pylist()))
    span = years[0] if len(years) == 1 else f"{years[0]}-{years[-1]}"
    name = "-".join([edition.dataset, *_slugs(wanted.products), *_slugs(wanted.countries), span])
    flows = _merge(flows, folder, edition, name, report)
    report.add("kept", f"in trade/{name}.parquet", len(flows), pc.sum(flows["usd"]).as_py())
    _write(flows, folder, edition, name, PARTIAL if wanted.countries else WHOLE)
    return report


def read_flows(files: Sequence[Path], codes: Collection[str], years: Collection[int]) -> pa.Table:
    """Read the flows of some codes and years from an edition as CEPII publishes it.

    Parameters
    ----------
    files : sequence of Path
        A zip as CEPII publishes it, or CSV files of one edition.
    codes : collection of str
        HS codes to keep.
    years : collection of int
        Years to keep.

    Returns
    -------
    pa.Table
        The columns ``t``, ``i``, ``j``, ``k``, ``v`` (thousand dollars) and ``q`` (tonnes, null
        where BACI gives none), with BACI's numbers of countries.

    Raises
    ------
    GraphkitError
        A file is not BACI, or truncated.
    """
    _, parts = _editions(files, None, None)
    rows = _read(parts, codes, set(years), Report("kUSD"), lambda name, rows: None)
    return rows.select(list(BACI_COLUMNS))


def with_itself(flows: pa.Table, reference: Reference) -> pa.Array:
    """Find the flows between two numbers of one country, such as those of a former state."""
    countries = pa.array(reference.facts["Country"]["iso3"].to_pylist(), pa.string())
    same = pc.equal(flows["exporter"], flows["importer"])
    return pc.and_(same, pc.is_in(flows["exporter"], countries))


def _slugs(texts: Iterable[str]) -> list[str]:
    """Make parts of a file name, so that imports with different filters get different files."""
    slugs = sorted(re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") for text in texts)
    return slugs if len(slugs) <= 4 else [*slugs[:3], f"and-{len(slugs) - 3}-more"]


# --- files


@contextmanager
def _opened(path: Path, member: str | None) -> Iterator[Any]:
    if member is None:
        with path.open("rb") as file:
            yield file
    else:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            yield file


Part = tuple[Path, str | None]


def _editions(
    files: Sequence[Path], revision: str | None, version: str | None
) -> tuple[Edition, list[Part]]:
    """Return the one edition of the files, and the tables in them."""
    parts: list[tuple[Part, str]] = []
    for path in files:
        packed = path.suffix.lower() == ".zip"
        (check_file if packed else check_text)(path, STREAMED)
        if packed:
            parts += [((path, member), Path(member).name) for member in _tables(path)]
        else:
            parts.append(((path, None), path.name))
    if revision is not None and revision not in REVISIONS:
        raise UsageError(f"--revision: found {revision!r}, wanted one of {', '.join(REVISIONS)}")
    editions: dict[Edition, str] = {}
    for _, name in parts:
        match = TABLE_NAME.fullmatch(name)
        file_revision, file_version = (match[1], match[3]) if match else (None, None)
        if revision is None and file_revision is None:
            raise UsageError(
                f"{name}: the name does not give the HS revision, as BACI_HS92_Y2024_V202601.csv "
                "does; add --revision HS92, and --version"
            )
        if revision and file_revision and revision != file_revision:
            raise GraphkitError(f"{name} is {file_revision}, --revision says {revision}")
        if version and file_version and version != file_version:
            raise GraphkitError(f"{name} is V{file_version}, --version says {version}")
        edition = Edition(revision or file_revision or "", version or file_version)
        editions.setdefault(edition, name)
    if len(editions) > 1:
        text = "; ".join(f"{n} is {e.revision} V{e.version}" for e, n in editions.items())
        raise GraphkitError(f"editions of BACI must not be mixed: {text}")
    return next(iter(editions)), [part for part, _ in parts]


def _tables(path: Path) -> list[str]:
    """List the tables of a zip, by year."""
    try:
        check_zip(path)
        with zipfile.ZipFile(path) as archive:
            names = sorted(n for n in archive.namelist() if TABLE_NAME.fullmatch(Path(n).name))
    except (OSError, zipfile.BadZipFile) as error:
        raise GraphkitError(f"{path.name} cannot be read as a zip: {error}") from error
    except GraphkitError as error:
        raise GraphkitError(f"{path.name}: {error}") from error
    if not names:
        raise GraphkitError(f"{path.name} holds no table named like BACI_HS92_Y2024_V202601.csv")
    return names


# --- reading


def _read(
    parts: Iterable[Part], codes: Collection[str], years: set[int], report: Report,
    progress: Progress,
) -> pa.Table:  # fmt: skip
    """Read the rows of the codes and years asked for."""
    code_values = pa.array(sorted(codes), pa.string())
    batches, names, read, in_years = [], [], 0, 0
    for number, (path, member) in enumerate(parts):
        name, line = Path(member or path.name).name, 2
        names.append(name)
        for batch in _batches(path, member, name, report):
            read += len(batch)
            lines = np.arange(line, line + len(batch))
            batch = batch.append_column("line", pa.array(lines))
            line += len(batch)
            progress(name, len(batch))
            if years:
                batch = batch.filter(pc.is_in(batch["t"], pa.array(sorted(years), pa.int16())))
            in_years += len(batch)
            batch = batch.filter(pc.is_in(batch["k"], value_set=code_values))
            if len(batch):
                file = pa.repeat(pa.scalar(number, pa.int16()), len(batch))
                batches.append(batch.append_column("file", file))
    report.add("read", "rows of all files", read)
    if years:
        report.add("left out", "other years", read - in_years)
    empty = pa.table({name: pa.array([], kind) for name, kind in COLUMN_TYPES.items()})
    rows = pa.concat_tables(batches) if batches else empty
    report.add("left out", "other HS codes", in_years - len(rows))
    return distinct(rows, FLOW, ("v", "q"), names, report)


def _batches(path: Path, member: str | None, name: str, report: Report) -> Iterator[pa.Table]:
    """Yield a table in batches."""
    try:
        with _opened(path, member) as file:
            delimiter, decimal = _text_form(file, name)
        if (delimiter, decimal) != (",", "."):
            report.remarks.append(f"delimiter {delimiter!r} and decimal {decimal!r} in {name}")
        with _opened(path, member) as file:
            options = csv.ConvertOptions(
                include_columns=list(BACI_COLUMNS), column_types=COLUMN_TYPES, null_values=UNKNOWN,
                strings_can_be_null=False, decimal_point=decimal,
            )  # fmt: skip
            reader = csv.open_csv(
                pa.PythonFile(file), read_options=csv.ReadOptions(block_size=BLOCK),
                parse_options=csv.ParseOptions(delimiter=delimiter), convert_options=options,
            )  # fmt: skip
            for batch in reader:
                if not _is_sound(batch):
                    with _opened(path, member) as rows:
                        _refuse_row(rows, name, delimiter, decimal)
                yield pa.Table.from_batches([batch])
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise GraphkitError(f"{name} cannot be read: {error}") from error
    except pa.ArrowInvalid as error:
        with _opened(path, member) as file:
            _refuse_row(file, name, delimiter, decimal)
        message = re.sub(r"\s+", " ", str(error))
        raise GraphkitError(f"{name} is not a BACI table: {message}") from error


def _text_form(file: Any, name: str) -> tuple[str, str]:
    """Read the delimiter off the header, and the decimal mark off the first rows.

    BACI has commas and points; spreadsheet programs save it with semicolons and decimal commas.
    """
    line = file.readline(200).decode("utf-8", "replace").strip().lstrip("\ufeff")
    delimiter = next((mark for mark in DELIMITERS if mark in line), ",")
    heads = [head.strip().strip('"') for head in line.split(delimiter)]
    if not set(BACI_COLUMNS) <= set(heads):
        raise GraphkitError(
            f"{name}: found the columns {line[:80]!r}, wanted t,i,j,k,v,q separated by commas"
        )
    has_comma = delimiter != "," and b"," in file.read(BLOCK)
    return delimiter, "," if has_comma else "."


FORMS = {
    "t": (re.compile(r" *[0-9]{4} *"), "a year"),
    "i": (re.compile(r" *[0-9]{1,9} *"), "the number of an exporter"),
    "j": (re.compile(r" *[0-9]{1,9} *"), "the number of an importer"),
    "k": (re.compile(f"[0-9]{{{HS_CODE}}}"), f"an HS code of {HS_CODE} digits; a program that "
          "takes codes for numbers loses their leading zeros"),
    "v": (re.compile(r" *[0-9]{1,15}([.,][0-9]+)?([eE][+-]?[0-9]{1,2})? *"), "a value or NA"),
    "q": (re.compile(r" *[0-9]{1,15}([.,][0-9]+)?([eE][+-]?[0-9]{1,2})? *"), "a quantity or NA"),
}  # fmt: skip
"""The text of each column, and what it is; an amount may be unknown as well."""


def _is_sound(rows: pa.RecordBatch) -> bool:
    """Tell if all rows have a year, two places, a code, and amounts that can be."""
    has_keys = not any(rows[name].null_count for name in FLOW)
    lengths = pc.utf8_length(rows["k"])
    years = pc.and_(pc.greater(rows["t"], 1000), pc.less(rows["t"], 10_000))
    checks = [pc.equal(lengths, HS_CODE), years]
    checks += [pc.greater_equal(rows[name], 0) for name in ("i", "j", "v", "q")]
    checks += [pc.is_finite(rows[name]) for name in ("v", "q")]
    return has_keys and all(pc.all(check, min_count=0).as_py() for check in checks)


def _refuse_row(file: Any, name: str, delimiter: str, decimal: str) -> None:
    """Refuse the first row that is not BACI's, with its line; do nothing if there is none.

    Raises
    ------
    GraphkitError
        The message says what was found and what was wanted.
    """
    heads: list[str] = []
    other_mark = "." if decimal == "," else ","
    for line, raw in enumerate(iter(lambda: file.readline(LONGEST_ROW), b""), 1):
        text = raw.decode("utf-8", "backslashreplace").strip("\ufeff\r\n")
        cells = [cell.strip().strip('"') for cell in text.split(delimiter)]
        if not heads:
            heads = cells
            continue
        if not text.strip():
            continue
        if text.count('"') % 2:
            raise GraphkitError(f"{name}:{line}: found a quote that is never closed")
        if len(cells) != len(heads):
            counts = f"found {len(cells)} values, wanted {len(heads)} as in the header"
            raise GraphkitError(f"{name}:{line}: {counts}")
        for head, cell in zip(heads, cells, strict=True):
            if head not in FORMS or (head in ("v", "q") and cell in UNKNOWN):
                continue
            form, expected = FORMS[head]
            if form.fullmatch(cell) is None or (head in ("v", "q") and other_mark in cell):
                message = f"{head}: found {shown(cell)}, wanted {expected}"
                raise GraphkitError(f"{name}:{line}: {message}")


# --- writing


def map_flows(flows: pa.Table, codes: dict[str, str]) -> pa.Table:
    """Map flows to the columns of a seed, sorted."""
    rows = pa.table(
        {
            "product": look_up(flows["k"], codes),
            "hs": flows["k"],
            "period": flows["t"].cast(pa.string()),
            "exporter": flows["exporter"],
            "importer": flows["importer"],
            "usd": flows["v"],
            "tonnes": flows["q"],
        }
    )
    # Two numbers of one place (Sudan before and after 2011) are one flow; a sum with an unknown
    # amount is unknown.
    whole = pc.ScalarAggregateOptions(skip_nulls=False)
    sums = rows.group_by(list(FLOW_KEYS)).aggregate([(n, "sum", whole) for n in AMOUNTS])
    sums = sums.select([*FLOW_KEYS, "usd_sum", "tonnes_sum"]).rename_columns([*FLOW_KEYS, *AMOUNTS])
    return _sorted(sums)


def _sorted(flows: pa.Table) -> pa.Table:
    return flows.sort_by([(name, "ascending") for name in FLOW_KEYS]).combine_chunks()


def _merge(flows: pa.Table, folder: Path, edition: Edition, name: str, report: Report) -> pa.Table:
    """Merge an import with the tables of its data set in the folder, whatever their names.

    Its own table keeps its other rows; rows that another table has are left out.
    """
    keys = list(FLOW_KEYS)
    in_dataset = re.compile(rf"\bdataset: {edition.dataset}[,}}]")
    for path in sorted((folder / "trade").glob("*.yaml")):
        if not path.is_file() or not in_dataset.search(path.read_text(encoding="utf-8")):
            continue
        if path.stem == name:
            old = parquet.read_table(path.with_suffix(".parquet"))
            earlier = old.join(flows.select(keys), keys, join_type="left anti")
            flows = _sorted(pa.concat_tables([flows, earlier.select(flows.column_names)]))
            if len(earlier):
                report.add("kept", "earlier rows of the table", len(earlier), worth(earlier, "usd"))
            continue
        rows = read_file(path, folder, GRAPH).rows
        if rows is None:
            continue  # the check of the draft reports what is wrong with it
        other = pa.table({
            **{n: rows[n].cast(pa.string()) for n in keys},
            "usd": pc.divide(rows["usd"], KUSD), "tonnes": rows["tonnes"],
        })  # fmt: skip
        both = flows.join(other, keys, join_type="inner", right_suffix="_before")
        differing = reduce(pc.or_, (_unlike(both[n], both[f"{n}_before"]) for n in AMOUNTS))
        if pc.any(differing).as_py():
            flow = _sorted(both.filter(differing)).to_pylist()[0]
            label = ", ".join(f"{n}={flow[n]}" for n in keys)
            raise GraphkitError(
                f"{path} holds usd={flow['usd_before']:g}, tonnes={flow['tonnes_before']} for "
                f"{label}; these files have usd={flow['usd']:g}, tonnes={flow['tonnes']} (usd in "
                "kUSD). Remove that table, give these files a --version, or import into another "
                "folder"
            )
        if len(both):
            why = f"already in trade/{path.with_suffix('.parquet').name}"
            report.add("left out", why, len(both), worth(both, "usd"))
            flows = _sorted(flows.join(other.select(keys), keys, join_type="left anti"))
    return flows


def _unlike(amounts: pa.ChunkedArray, earlier: pa.ChunkedArray) -> pa.ChunkedArray:
    """Find amounts that differ by more than the rounding of a unit, or of which one is unknown."""
    apart = pc.greater(pc.abs(pc.subtract(amounts, earlier)), pc.multiply(pc.abs(amounts), 1e-9))
    return pc.or_(pc.fill_null(apart, False), pc.xor(pc.is_null(amounts), pc.is_null(earlier)))


def _write(flows: pa.Table, folder: Path, edition: Edition, name: str, preference: int) -> None:
    source = f"cepii-{edition.dataset}"
    version_field = {"version": f"V{edition.version}"} if edition.version else {}
    version = f" V{edition.version}" if edition.version else " (version not known)"
    about = f"BACI {edition.revision}{version}: {len(flows):,} flows.\n{CREDIT.strip()}"
    write_trade(
        folder,
        edition.dataset,
        {
            "key": source,
            "title": f"BACI: International Trade Database at the Product-Level, {edition.revision}",
            "publisher": "CEPII",
            **version_field,
            "url": "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
            "licence": "Etalab Open Licence 2.0",
            "attribution": "CEPII, BACI",
        },
        [{
            "key": edition.dataset, "name": f"CEPII BACI, {edition.revision}",
            "publisher": "CEPII", **version_field, "hs_revision": edition.revision,
            "valuation": "fob", "reporter": "reconciled", "preference": str(preference),
            "source": source,
        }],
        SeedTable(
            name, "EXPORTS", flows,
            {"basis": "gross", "dataset": edition.dataset, "hs_revision": edition.revision,
             "reporter": "reconciled", "source": source, "valuation": "fob"},
            {"usd": "kUSD"}, about,
        ),
        checked=any(folder.glob("[!.]*/*.yaml")),
    )  # fmt: skip
