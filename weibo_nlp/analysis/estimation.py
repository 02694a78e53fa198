"""Shares of labels in a collection, from a random sample of it that people labelled: by target, by group, over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from weibo_nlp.analysis.column_estimates import estimate_column, groups_of, uncorrected_shares
from weibo_nlp.analysis.cross_fitted import read_cross_fitted
from weibo_nlp.analysis.design import GOLD_PREFIX, DrawnFrom, SampleDesign, read_design, text_sha256
from weibo_nlp.analysis.double_use import LabelledBy, labelled_by
from weibo_nlp.analysis.estimate_options import EstimateOptions, require_sound
from weibo_nlp.analysis.estimates import METHODS, EstimatedDifference, EstimatedShare, EstimateMethod, Estimates
from weibo_nlp.analysis.gold import Gold, read_gold
from weibo_nlp.analysis.group_differences import adjusted
from weibo_nlp.analysis.groups import group_frame
from weibo_nlp.analysis.label_columns import LabelColumn, label_columns
from weibo_nlp.analysis.labelled_rows import DrawnRows, LabelledRows, labelled_rows
from weibo_nlp.analysis.learnt_rows import rows_to_set_apart
from weibo_nlp.analysis.strata import cluster_names, clusters_of, strata_of
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.collection import Collection, open_collection
from weibo_nlp.io.column_types import DateOrder
from weibo_nlp.stats.metrics import IntArray

if TYPE_CHECKING:
    import pandas as pd

MOST_MISSING = 0.1
"""Part of the sample that may lack a label before estimates are refused."""


def estimate(
    labelled: Path | str,
    sample: Path | str | None = None,
    *,
    by: Sequence[str] = (),
    joint: bool = False,
    labels: Sequence[str] = (),
    methods: Sequence[EstimateMethod] = METHODS,
    confidence_level: float = 0.95,
    time_column: str | None = None,
    cluster_column: str | None = None,
    models: Mapping[str, Path | str] | None = None,
    cross_fitted: Path | str | None = None,
    allow_missing: bool = False,
    date_order: DateOrder | None = None,
) -> pd.DataFrame:
    """Estimate the share of each label in a collection, with an interval from a sample that people labelled.

    Parameters
    ----------
    labelled : Path or str
        File or folder that ``weibo-nlp label`` wrote, or any table with columns of labels.
    sample : Path or str, optional
        File that ``weibo-nlp sample`` wrote and people filled in, or what ``weibo-nlp annotate gold`` made of it, with
        the record of how it was drawn beside it. Without one there are no intervals.
    by : sequence of str
        Columns, or ``day``, ``week``, ``month``, ``quarter``, ``year``, whose groups are estimated apart, one column
        at a time.
    joint : bool
        Estimate each combination of the groups as well.
    labels : sequence of str
        Label columns; by default all that people labelled.
    methods : sequence of str
        Which of ``uncorrected``, ``sample``, ``design_based`` and ``ppi`` are given.
    confidence_level : float
        Nominal coverage of each interval by itself.
    time_column : str, optional
        Column of the times that periods are of; by default guessed.
    cluster_column : str, optional
        Column whose rows count as drawn together, where rows were drawn one by one.
    models : mapping of str to Path or str, optional
        Task -> folder of the model of one's own that labelled it, where it lies elsewhere than it did.
    cross_fitted : Path or str, optional
        File with ``place`` and predictions by models that have not learnt from that row.
    allow_missing : bool
        Go on where more than a tenth of the sample has no label.
    date_order : {"day", "month"}, optional
        Which number stands first in dates whose year stands last, where the dates themselves do not tell.

    Returns
    -------
    DataFrame
        A row for each label, group and method: ``label_column``, ``label``, ``target``, a column for each of `by`
        (missing where the row is of all groups), ``method``, ``share``, ``low``, ``high``, ``n``, ``n_sample``,
        ``n_units``, ``note``. ``design_based`` is the estimate; the others stand beside it.

    Raises
    ------
    UsageError, DataError
        As of :func:`estimate_shares`.
    """
    options = EstimateOptions(
        tuple(by),
        joint,
        tuple(labels),
        tuple(methods),
        confidence_level,
        time_column,
        cluster_column,
        {name: Path(folder) for name, folder in (models or {}).items()},
        None if cross_fitted is None else Path(cross_fitted),
        allow_missing,
        differences=False,
    )
    found = estimate_shares(
        open_collection(labelled, date_order=date_order), None if sample is None else Path(sample), options
    )
    return found.frame()


def estimate_shares(
    collection: Collection, sample: Path | None = None, options: EstimateOptions | None = None
) -> Estimates:
    """Estimate the share of each label, of all rows and by group, and the differences between groups.

    Parameters
    ----------
    collection : Collection
        Labelled rows.
    sample : Path, optional
        What people filled in.
    options : EstimateOptions, optional
        What is asked.

    Raises
    ------
    UsageError
        If a column is not there, groups are too many, a method is none, or options exclude each other.
    DataError
        If the sample is not of this collection, has faults, lacks too many labels, cannot well be a random one, or the
        model has learnt from it.
    """
    options = EstimateOptions() if options is None else options
    require_sound(options)
    groups = group_frame(collection, options.by, options.time_column)
    if sample is None:
        return _without_sample(collection, groups, options)
    design = read_design(sample)
    notes = _require_same(collection, design)
    gold = read_gold(sample, design)
    gold.require_sound()
    columns = label_columns(collection, _labelled_columns(gold, options.labels))
    if not options.labels:
        notes += _absent_columns(gold, design)
    notes += _missing(gold, design, columns, options.allow_missing)
    drawn = _drawn(collection, design, options.cluster_column)
    models = labelled_by(collection, [column.name for column in columns], options.models or {})
    crossed = (
        {} if options.cross_fitted is None else read_cross_fitted(options.cross_fitted, columns, design.collection.n)
    )
    rows: list[EstimatedShare] = []
    gaps: list[EstimatedDifference] = []
    apart: dict[str, int] = {}
    for column in columns:
        labelled = labelled_rows(collection, column)
        given = gold.labels[column.name]
        labelled, n_apart, said = _without_double_use(
            collection, design, labelled, given, drawn, models[column.name], crossed.get(column.name, {})
        )
        apart[column.name] = n_apart
        notes += said
        domain = labelled.domain(given, drawn)
        labelled.require_random(domain, drawn)
        estimated, compared = estimate_column(labelled, domain, groups, options)
        rows += estimated
        gaps += compared
    return Estimates(
        DrawnFrom(collection.path.name, collection.sha256, collection.n_rows),
        _about(sample, design, gold, columns, apart, options),
        options.confidence_level,
        options.by,
        tuple(rows),
        adjusted(gaps),
        tuple(dict.fromkeys(notes)),
    )


def _without_sample(collection: Collection, groups: pd.DataFrame, options: EstimateOptions) -> Estimates:
    if options.cross_fitted is not None or options.cluster_column is not None:
        raise UsageError("cross-fitted predictions and clusters are made use of with a labelled sample; give one.")
    rows: list[EstimatedShare] = []
    for column in label_columns(collection, options.labels):
        labelled = labelled_rows(collection, column)
        for target, mask in labelled.domains():
            for keys, chosen in groups_of(mask, groups, options):
                rows += uncorrected_shares(labelled, target, keys, chosen, 0, 0)
    return Estimates(
        DrawnFrom(collection.path.name, collection.sha256, collection.n_rows),
        None,
        options.confidence_level,
        options.by,
        tuple(rows),
        notes=(
            "No share has an interval, for there is no labelled sample of this collection: draw one with weibo-nlp "
            "sample, have it labelled, and name it.",
        ),
    )


def _require_same(collection: Collection, design: SampleDesign) -> list[str]:
    """Refuse a collection with other rows than those drawn from; labels may be new."""
    if collection.sha256 == design.collection.sha256:
        return []
    is_relabelled = collection.n_rows == design.collection.n and design.text_column in collection.columns
    if is_relabelled:
        texts = collection.rows_at(list(design.by_place), [design.text_column])
        is_relabelled = all(
            text_sha256(str(row[design.text_column] or "")) == design.by_place[place].text_sha256
            for place, row in texts
        )
    if not is_relabelled:
        design.require_same(collection)
    return [
        f"{collection.path.name} is not the file that the sample was drawn from as it was, but the texts drawn stand "
        "where they stood, and its rows are as many: it is taken for the same rows, labelled again."
    ]


def _labelled_columns(gold: Gold, wanted: Sequence[str]) -> list[str]:
    known = [name for name, labels in gold.labels.items() if labels]
    if missing := [name for name in wanted if name not in known]:
        raise UsageError(
            f"{gold.path} has no labels of {missing[0]!r}; there are labels of: {', '.join(known) or 'nothing'}."
        )
    if not known:
        raise DataError(
            f"{gold.path}: no label was given to any row; have the columns filled in whose names begin with gold_."
        )
    return list(wanted) or known


def _missing(gold: Gold, design: SampleDesign, columns: Sequence[LabelColumn], is_allowed: bool) -> list[str]:
    notes, faults = [], []
    for column in columns:
        n_empty, n_labels = gold.n_empty[column.name], len(gold.labels[column.name])
        if not n_empty:
            continue
        said = f"{n_empty:,} of {n_empty + n_labels:,} sampled rows have no label of {column.name}"
        if n_empty > MOST_MISSING * (n_empty + n_labels):
            faults.append(said)
        notes.append(
            f"{said}: intervals hold if these rows are like the labelled ones that are predicted alike, which nothing "
            "here can tell."
        )
    if faults and not is_allowed:
        raise DataError(
            f"{gold.path}: {'; '.join(faults)}, more than {MOST_MISSING:.0%}: those that people leave "
            "out are seldom like the others. Have them labelled, or estimate all the same with --allow-missing."
        )
    return notes


def _absent_columns(gold: Gold, design: SampleDesign) -> list[str]:
    absent = [f"{GOLD_PREFIX}{name}" for name in design.label_columns if not gold.labels.get(name)]
    if not absent:
        return []
    return [f"{gold.path.name} has no label in {', '.join(absent)}, though the sample was drawn for it: left out."]


def _drawn(collection: Collection, design: SampleDesign, cluster_column: str | None) -> DrawnRows:
    names, together = strata_of(collection, design), clusters_of(collection, design)
    if cluster_column is not None:
        if together is not None and cluster_column != design.clusters:
            raise UsageError(
                f"clusters of {design.clusters} were drawn, and --clusters says {cluster_column}; leave it out."
            )
        together = cluster_names(collection, cluster_column, design.id_column, design.parent_column)
    strata = np.zeros(collection.n_rows, dtype=np.int64) if names is None else _numbered(names)
    chances = {row.place: row.probability for row in design.rows}
    return DrawnRows(strata, None if together is None else _numbered(together), chances)


def _numbered(names: Sequence[str]) -> IntArray:
    import pandas as pd

    numbers: IntArray = pd.factorize(np.array(names, dtype=object))[0].astype(np.int64)
    return numbers


def _without_double_use(
    collection: Collection,
    design: SampleDesign,
    labelled: LabelledRows,
    gold: Mapping[int, str],
    drawn: DrawnRows,
    model: LabelledBy,
    crossed: Mapping[int, str],
) -> tuple[LabelledRows, int, list[str]]:
    """Make no use of what a model says of rows that it has learnt from."""
    name, notes = labelled.column.name, []
    if model.overlap is None:
        notes.append(f"{str(model.unknown)[:1].upper()}{str(model.unknown)[1:]}.")
        places = np.zeros(0, dtype=np.int64)
    else:
        places = rows_to_set_apart(
            collection, design.text_column, name, sorted(gold), drawn, model.overlap, frozenset(crossed)
        )
    if places.size:
        n_sampled = np.isin(places, np.array(sorted(gold))).sum()
        notes.append(
            f"The model of {name} has learnt from {places.size:,} rows of the collection, {n_sampled:,} of the sample "
            "among them, or from copies of them: no use is made of what it says of these."
        )
    if crossed:
        labelled = labelled.with_predictions(crossed)
        if len(crossed) < labelled.predicted.size:
            notes.append(
                f"Cross-fitted predictions of {name} are given for {len(crossed):,} of {labelled.predicted.size:,} "
                "rows: intervals hold as far as these are predicted to have each label as often as the others are."
            )
    return labelled.without_predictions(places), int(places.size), notes


def _about(
    sample: Path,
    design: SampleDesign,
    gold: Gold,
    columns: Sequence[LabelColumn],
    apart: Mapping[str, int],
    options: EstimateOptions,
) -> dict[str, Any]:
    names = [column.name for column in columns]
    return {
        "name": sample.name,
        "n": len(design.rows),
        "method": design.method,
        "seed": design.seed,
        "strata": None if design.strata is None else list(design.strata.columns),
        "clusters": options.cluster_column or design.clusters,
        "n_labelled": {name: len(gold.labels[name]) for name in names},
        "n_without_label": {name: gold.n_empty[name] for name in names},
        "n_rows_learnt_from": dict(apart),
        "cross_fitted": None if options.cross_fitted is None else options.cross_fitted.name,
    }
