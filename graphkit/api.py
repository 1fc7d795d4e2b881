"""Python session: the declared questions as methods, and answers as tables.

Beside it, the measures of flows in files, which need no database.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import pyarrow as pa

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.answers.answer import Answer
from graphkit.brief.brief import MOST_PAGES, brief
from graphkit.catalog.catalog import Catalog
from graphkit.database import open_database
from graphkit.errors import GraphkitError, UsageError
from graphkit.queries import find_query, run_query
from graphkit.questions.act import (
    control_effects,
    controls,
    diversification,
    targets,
    unknowns,
)
from graphkit.questions.claims import claim_checks, claims
from graphkit.questions.dependence import depends as face_value
from graphkit.questions.dependence import leverage, origins
from graphkit.questions.dependence.exposure import exposure
from graphkit.questions.markets import (
    concentration,
    criticality,
    first_suppliers,
    flows,
    mirror,
    n_minus_1,
    prices,
    production_trend,
    reliance,
    uses,
)
from graphkit.questions.markets.centrality import centrality, layered_centrality
from graphkit.questions.markets.changes import compare
from graphkit.questions.markets.flows import trade as flows_of_all_periods
from graphkit.questions.markets.trend import trend
from graphkit.questions.plants import companies, owners, plants, profiles
from graphkit.questions.question import Question
from graphkit.questions.registry import PARAMETERS, QUESTIONS, added_verbs
from graphkit.questions.shared.supply import supply_of
from graphkit.questions.supply import cascades, disruptions, single_points, stocks
from graphkit.questions.supply.scenarios import play
from graphkit.stores.base import Closing, Store
from graphkit.stores.limits import LIMITS
from graphkit.stores.results import Result
from graphkit.verbs.shared import PERIOD

if TYPE_CHECKING:
    from graphkit.brief.document import Brief
    from graphkit.plot.pictures import Picture
    from graphkit.render.citation import Recheck

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, repr=False, eq=False)
class Reply(Answer):
    """An answer that displays itself and converts to the formats of other tools."""

    _call: tuple[Catalog, Question] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_call": None}  # an answer travels without its database

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a dictionary, as ``pandas.DataFrame(answer)`` takes them too."""
        yield from self.rows.to_pylist()

    def __repr__(self) -> str:
        from graphkit.render.formats import answer_text

        return answer_text(self)

    def __str__(self) -> str:
        from graphkit.render.formats import answer_text

        return answer_text(self, long=True)

    def _repr_html_(self) -> str:
        from graphkit.render.formats import IN_PYTHON, answer_html

        return answer_html(self, IN_PYTHON)

    def plot(self, *, narrow: bool = False, slide: bool = False) -> Picture:
        """Return the picture of the answer, which a notebook shows; see :mod:`graphkit.plot`.

        Parameters
        ----------
        narrow : bool
            Lay it out for a phone, 340 pixels wide instead of 640.
        slide : bool
            Lay it out as a slide of 1,920 by 1,080 pixels.
        """
        from graphkit.plot.pictures import picture

        return picture(self, narrow=narrow, slide=slide)

    def to_json(self) -> str:
        """Return the whole answer, as ``--format json`` writes it."""
        from graphkit.render.json import as_object, json_text

        return json_text(as_object(self), indent=2)

    def write(self, path: str | Path) -> None:
        """Write it to a file, as ``-o`` of the command line does.

        Parameters
        ----------
        path : str or Path
            Its ending says the format: ``.csv``, ``.json``, ``.parquet``, ``.md``, ``.html``,
            ``.txt``, ``.svg``, ``.png``, ...; CSV without one.

        Raises
        ------
        UsageError
            The ending is of no format, or there is no picture of such an answer.
        GraphkitError
            Writing fails; a file that was there stays.
        """
        from graphkit.render.formats import format_of, show_answer

        show_answer(self, format_of(Path(path)), Path(path))

    def cite(self, form: str = "text") -> str:
        """Return the text that cites it: its headline, question, sources and an id.

        :meth:`Session.recheck` tells from the id whether the answer still holds. The answer to a
        scenario has none: its file is not part of it.

        Parameters
        ----------
        form : {"text", "bibtex"}

        Raises
        ------
        UsageError
            There is no such form.

        Examples
        --------
        >>> import graphkit
        >>> with graphkit.open() as graph:
        ...     answer = graph.depends("KOR", on="CHN", scope="magnets-metal", period=2024)
        ...     text = answer.cite()
        >>> text.splitlines()[2]
        'Question: graphkit depends KOR --on CHN --for magnets-metal --period 2024'
        """
        from datetime import UTC, datetime

        from graphkit.questions.claims.citing import cite
        from graphkit.render.citation import FORMS, Citation

        if form not in FORMS:
            raise UsageError(f"form: found {form!r}, wanted one of {', '.join(FORMS)}")
        if self._call is None:
            return FORMS[form](Citation(self, datetime.now(UTC).date()))
        return FORMS[form](cite(*self._call, self))

    def to_parquet(self, path: str | Path) -> None:
        """Write the rows as Parquet, with the rest of the answer in the metadata of the file."""
        from graphkit.render.formats import show_answer

        show_answer(self, "parquet", Path(path))

    def to_pandas(self) -> Any:
        """Return the rows as a ``pandas.DataFrame``."""
        return self.rows.to_pandas()

    def style(self, *columns: str) -> Any:
        """Return the rows as people read them, as a ``pandas.DataFrame`` of text for a notebook.

        Shares are in percent, sums are shortened, keys have names, and columns their headers.
        :meth:`to_pandas` has the numbers.

        Parameters
        ----------
        *columns : str
            Columns to show, in this order. Default: those that a table shows.

        Examples
        --------
        >>> import graphkit
        >>> with graphkit.open() as graph:
        ...     answer = graph.depends("KOR", on="CHN", scope="magnets-metal", period=2024)
        >>> answer.style("product", "share_usd", "usd").to_dict("records")
        [{'Product': 'Metal magnets', 'Share by value': '87.4 %', 'USD': '268.9 M'}]
        """
        import pandas as pd

        from graphkit.render.answer import cell_text

        rows = self.rows.select(list(columns or self.headers))
        headers = {column.name: column.header or column.name for column in self.columns}
        cells = [
            [cell_text(value, field, self.names) for value in rows[field.name].to_pylist()]
            for field in rows.schema
        ]
        names = [headers.get(name, name) for name in rows.column_names]
        return pd.DataFrame(list(zip(*cells, strict=True)), columns=names)

    def to_polars(self) -> Any:
        """Return the rows as a ``polars.DataFrame``."""
        import polars

        return polars.from_arrow(self.rows)

    def to_networkx(self) -> Any:
        """Return the rows as edges of a ``networkx.MultiDiGraph``, from supplier to consumer.

        Raises
        ------
        GraphkitError
            The rows have no supplier and consumer.
        """
        import networkx as nx

        names = self.rows.column_names
        source = next((n for n in ("supplier", "origin", "removed") if n in names), None)
        if source is None or "consumer" not in names:
            raise GraphkitError("these rows have no supplier and consumer to join by edges")
        graph = nx.MultiDiGraph(question=self.question)
        for row in self.rows.to_pylist():
            ends = row.pop(source), row.pop("consumer")
            graph.add_edge(*ends, **{k: v for k, v in row.items() if v is not None})
        return graph


def _of_catalog(
    function: Callable[Concatenate[Catalog, P], T],
) -> Callable[Concatenate[Session, P], T]:
    @wraps(function)
    def call(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return function(session.catalog, *args, **kwargs)

    return call


def _verb(
    question: Callable[Concatenate[Catalog, P], Answer],
) -> Callable[Concatenate[Session, P], Reply]:
    signature = inspect.signature(question)

    @wraps(question)
    def ask(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> Reply:
        catalog = session.catalog
        answer = question(catalog, *args, **kwargs)
        arguments = dict(signature.bind(catalog, *args, **kwargs).arguments)
        del arguments[next(iter(signature.parameters))]
        call = catalog, Question(question.__name__, arguments, PARAMETERS[question.__name__])
        return Reply(**vars(answer), _call=call)

    return ask


class Session(Closing):
    """An open database and its questions, returned by :func:`graphkit.open`.

    Every question of the command line is a method that returns a :class:`Reply`, with ``rows`` as a
    ``pyarrow.Table``. ``cypher`` and ``query`` obey its ``limits``
    (:class:`graphkit.stores.limits.Limits`) and warn of rows cut off.

    All its answers are of one load: after another one, every method refuses until :meth:`reload`.
    """

    limits = LIMITS

    def __init__(self, store: Store, reopen: Callable[[], Store] | None = None) -> None:
        self._store, self._reopen = store, reopen
        self._catalog = Catalog(store)

    @property
    def store(self) -> Store:
        """The database, if it holds the load that this session opened.

        Raises
        ------
        Unreachable
            It holds another one; or it cannot be reached.
        """
        self._store.check_same()
        return self._store

    @property
    def catalog(self) -> Catalog:
        """The facts, read anew after a transaction of anybody in a Neo4j."""
        if not self._catalog.is_current:
            self._catalog = Catalog(self._store)
        return self._catalog

    if not TYPE_CHECKING:  # what graphkit itself asks is declared below, by name

        def __getattr__(self, name: str) -> Any:
            """Return the question of another package as a method."""
            verbs = () if name.startswith("_") else added_verbs()
            if not any(name in verb.questions for verb in verbs):
                raise AttributeError(f"a session has no {name!r}", name=name, obj=self)
            return partial(_verb(resolve_name(QUESTIONS[name].function)), self)

    def reload(self) -> None:
        """Go on with what the database holds now, such as after another load.

        Raises
        ------
        UsageError
            The session was not opened by :func:`graphkit.open`.
        """
        if self._reopen is None:
            raise UsageError("found a session of a store, wanted one of graphkit.open to reload")
        store = self._reopen()
        self._store.close()
        self._store, self._catalog = store, Catalog(store)

    def __repr__(self) -> str:
        return f"<graphkit.Session: {self._store.label}>"

    def close(self) -> None:
        """Release files and connections."""
        self._store.close()

    def cypher(self, statement: str, **parameters: Any) -> pa.Table:
        """Run read-only Cypher; nodes, relationships, paths and maps come as JSON text."""
        return _told(self.store.ask(statement, parameters, self.limits))

    def records(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """Run read-only Cypher and return its rows with nodes and maps as dictionaries.

        Returns
        -------
        list of dict
            One for each row. A node has ``label`` and ``properties``, a relationship ``type`` and
            ``properties``, a path ``nodes`` and ``relationships``.

        Examples
        --------
        >>> import graphkit
        >>> with graphkit.open() as graph:
        ...     records = graph.records("MATCH (c:Country {iso3: 'KOR'}) RETURN c")
        >>> records[0]["c"]["label"], records[0]["c"]["properties"]["name"]
        ('Country', 'South Korea')
        """
        from graphkit.render.json import objects_of

        return objects_of(_told(self.store.ask(statement, parameters, self.limits)))

    def query(self, name: str, **parameters: Any) -> pa.Table:
        """Run a query file, by name or path; parameters as on the command line.

        A number or a list may also be given as Python has it. A file without a head takes values
        as they are.
        """
        query = find_query(name)
        if not query.title:
            return _told(self.store.ask(query.statement, parameters, self.limits))
        texts = {
            name: ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            for name, value in parameters.items()
        }
        return _told(run_query(self.store, query, query.values(texts), self.limits))

    def supply_network(
        self, scope: str | None = None, *, period: str | int | None = None, by: str = "usd"
    ) -> SupplyNetwork:
        """Return trade, production and conversions of a chain in one period, as arrays.

        Its ``to_networkx()`` gives the graph, summed or fact by fact; ``coverage()`` describes its
        data.

        Parameters
        ----------
        scope : str, optional
            Product, element, mineral, stage or group. Default: everything with trade.
        period : str or int, optional
            One, or years added up: 2020-2023. Default: the newest with trade in scope.
        by : {"usd", "tonnes"}
            Count flows by value or by mass.
        """
        if isinstance(period, list | tuple):
            raise UsageError(
                f"period: found {len(period)}, and a network is of one: ask for each, or add up "
                "a run of years (2020-2023)"
            )
        when = PERIOD.read(period)
        catalog = self.catalog
        return supply_of(
            catalog, catalog.materials.scope(scope), when, measure=by, uses=False
        ).network

    def recheck(self, id: str) -> Recheck:
        """Tell whether a cited answer still holds, by the id of its citation.

        Parameters
        ----------
        id : str
            As :meth:`Reply.cite` and ``graphkit cite`` write it.

        Returns
        -------
        Recheck
            Its ``outcome`` is ``holds``, ``moved``, ``method changed`` or ``cannot be told any
            more``; ``cited.sentence`` is the sentence then, ``now`` the one now, ``changes`` the
            figures that differ, ``because`` the sources that changed, or why it cannot be told.

        Raises
        ------
        UsageError
            The text is no id, or a character of it is missing or another.

        Examples
        --------
        >>> import graphkit
        >>> with graphkit.open() as graph:
        ...     cited = graph.suppliers("JPN", scope="ree-metals", period=2024).cite()
        ...     outcome = graph.recheck(cited.split()[-1]).outcome
        >>> print(outcome)
        holds
        """
        from graphkit.questions.claims.citing import recheck

        return recheck(self.catalog, id)

    def brief(
        self, country: str | None = None, *, scope: str | None = None, period: str | None = None,
        pages: int = MOST_PAGES, title: str | None = None,
    ) -> Brief:  # fmt: skip
        """Return a brief on a country, or without one on a mineral (:func:`graphkit.brief.brief`).

        Its ``html()`` and ``markdown()`` are text, ``write("korea.html")`` makes a file.
        """
        return brief(self.catalog, country, scope=scope, period=period, pages=pages, title=title)

    def scenario(self, *scenarios: str | Path) -> Reply:
        """Play scenario files, several side by side: what follows month by month.

        Parameters
        ----------
        *scenarios : str or Path
            Files that end in ``.yaml``, or names of scenarios that ship.

        Returns
        -------
        Reply
            As of ``stocks``, with the ``scenario`` of each row.

        Raises
        ------
        ScenarioError
            A file is no scenario; every problem has its line.
        UsageError
            No scenario, one twice, or one that is not there.
        """
        return Reply(**vars(play(self.catalog, *scenarios)))

    def exposure(
        self, purchases: str | Path, *, scope: str | None = None, period: str | None = None,
        by: str | None = None, decimal: str | None = None, returns: bool = False,
        parts: str | Path | None = None,
    ) -> Reply:  # fmt: skip
        """Tell which countries the purchases of a company come from, and from behind.

        See :func:`graphkit.questions.dependence.exposure.exposure`. The file becomes no fact, and
        no copy of it is kept.
        """
        return Reply(**vars(exposure(
            self.catalog, purchases, scope=scope, period=period, by=by, decimal=decimal,
            returns=returns, parts=parts,
        )))  # fmt: skip

    cascade = _verb(cascades.cascade)
    centrality = _verb(centrality)
    claims = _verb(claims.claims)
    claims_check = _verb(claim_checks.claims_check)
    claims_conflicts = _verb(claim_checks.claims_conflicts)
    compare = _verb(compare)
    concentration = _verb(concentration.concentration)
    controls = _verb(controls.controls)
    control_effects = _verb(control_effects.control_effects)
    criticality = _verb(criticality.criticality)
    dependents = _verb(face_value.dependents)
    depends = _verb(face_value.depends)
    disrupt = _verb(disruptions.disrupt)
    diversify = _verb(diversification.diversify)
    flows = _verb(flows.flows)
    network = _verb(first_suppliers.network)
    layered_centrality = _verb(layered_centrality)
    mirror = _verb(mirror.mirror)
    n_minus_1 = _verb(n_minus_1.n_minus_1)
    origins = _verb(origins.origins)
    leverage = _verb(leverage.leverage)
    owners = _verb(owners.owners)
    companies = _verb(companies.companies)
    plants = _verb(plants.plants)
    prices = _verb(prices.prices)
    production_trend = _verb(production_trend.production_trend)
    reliance = _verb(reliance.reliance)
    show = _verb(profiles.show)
    spof = _verb(single_points.spof)
    stocks = _verb(stocks.stocks)
    suppliers = _verb(face_value.suppliers)
    targets = _verb(targets.targets)
    trade = _of_catalog(flows_of_all_periods)
    trend = _verb(trend)
    unknowns = _verb(unknowns.unknowns)
    uses = _verb(uses.uses)


def _told(result: Result) -> pa.Table:
    """Issue the notes of the database as warnings, and return the rows."""
    for note in result.notes:
        warnings.warn(note, stacklevel=3)
    return result.table


def open(db: str | None = None, *, with_: str | Path | None = None) -> Session:
    """Open a database to ask it questions.

    Parameters
    ----------
    db : str, optional
        A file, a Neo4j URI or ``local``; otherwise ``GRAPHKIT_DB``, or else the default database,
        built from the shipped seeds when it is first needed.
    with_ : str or Path, optional
        Folder of your own facts, which stand on top of a database file; otherwise
        ``GRAPHKIT_WITH``.

    Returns
    -------
    Session
        The verbs of the command line as methods, and ``cypher``, ``query``, ``supply_network``.

    Examples
    --------
    >>> import graphkit
    >>> with graphkit.open() as graph:
    ...     answer = graph.depends("KOR", on="CHN", scope="ree-metals", period="2024")
    >>> round(answer.rows["share_usd"][0].as_py(), 3)
    0.802
    """
    reopen = partial(open_database, db, with_=None if with_ is None else str(with_))
    return Session(reopen(), reopen)


def measure_flows(
    flows: str | Path,
    measure: str,
    output: str | Path,
    *,
    by: str | None = None,
    engine: str = "local",
    production: str | Path | None = None,
    min_share: float = 0.0,
    each: str = "year",
    progress: Callable[[str, int], None] = lambda _, rows: None,
) -> dict[str, Any]:
    """Measure the network of every product and period in Parquet files.

    Parameters
    ----------
    flows : str or Path
        Path or URI of a Parquet file, or of a folder of them with or without hive partitions
        (``product=.../``). On one machine, partitions keep only one product (or else period) in
        memory at a time; without them, all flows are. Columns: see
        :func:`~graphkit.analysis.batch.network_batch`, for the measure ``flows``
        :func:`~graphkit.analysis.flows.flows_of`.
    measure : str
        See :func:`~graphkit.analysis.batch.measured`; or ``flows``, which adds up
        shipments to flows.
    output : str or Path
        Path or URI of the Parquet file to write, replaced in one step at the end. Rows are in
        order of the folders, then of the networks.
    by : {"usd", "tonnes"}, optional
        The amount to add up; by default the one that the flows give, values if both.
    engine : str
        ``local``: this process. ``spark``: Spark on this machine, or as ``spark-submit`` or an
        active session says; ``spark://HOST:PORT``: a standalone cluster, whose workers can read
        the flows. The result comes back to this machine.
    production : str or Path, optional
        Parquet of ``country``, ``product``, ``period`` and ``tonnes`` or ``share``, as
        :func:`~graphkit.analysis.supply.build.supply_network` takes it, for the measures that
        trace supply.
    min_share : float
        Leave out rows of the measures that trace supply whose shares are all at most this.
    each : {"year", "half", "quarter", "month"}
        Length of the periods that dates of shipments are sorted into.
    progress : callable, optional
        Called with the name of what was measured, and its number of flows.

    Returns
    -------
    dict
        ``by``, ``flows``, ``flows_left_out`` (those without the amount), ``rows`` (written): also
        in the metadata of the file, under ``graphkit``.

    Raises
    ------
    UsageError
        The measure, amount or engine is unknown, or the output lies among the flows.
    GraphkitError
        No Parquet file is found, one cannot be read, a column is missing, the output cannot be
        written, or Spark cannot be started.
    Unreachable
        No Spark master answers.
    """
    from graphkit.analysis.batch import MeasureRequest
    from graphkit.scale.files import check_output, flows_in, replacing
    from graphkit.scale.local import local_results
    from graphkit.scale.plan import read_production

    flows = flows_in(str(flows))
    produced = None if production is None else read_production(str(production))
    request = MeasureRequest(measure, by, produced, min_share, each)
    check_output(str(output), str(flows))
    about: dict[str, Any] = {
        "measure": measure, "by": by, "flows": 0, "flows_left_out": 0, "rows": 0,
    }  # fmt: skip
    with replacing(str(output)) as writer:
        if engine == "local":
            results = local_results(str(flows), request, about, progress)
        else:
            from graphkit.scale.spark import spark_results

            results = spark_results(str(flows), engine, request, about, progress)
        for table in results:
            writer.write(table)
            about["rows"] += len(table)
        writer.close(about)
    return about
