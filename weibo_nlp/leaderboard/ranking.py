"""Tables of a leaderboard: its results checked against their predictions, ranked so that no tie decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from weibo_nlp.errors import DataError, UnknownNameError, UsageError, WeiboNlpError
from weibo_nlp.evaluation.comparison import Family, compare_runs
from weibo_nlp.evaluation.files import resolve_evaluation_set
from weibo_nlp.evaluation.judges import family_notes
from weibo_nlp.evaluation.results import Comparison, SeedScores, ranks, tied_with
from weibo_nlp.io import sha256_of_file
from weibo_nlp.io.names import printable_name, quoted
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.leaderboard.entries import PREDICTIONS, RESULTS, Entry, read_entry, require_unlinked, seed_order
from weibo_nlp.leaderboard.names import VERSION_BEHIND, distinct_names, full_names, systems_meant
from weibo_nlp.leaderboard.verification import SetAside, verified
from weibo_nlp.predictions import ModelReference, PredictionHeader
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig, UnitSums, cluster_bootstrap
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.metrics import IntArray, count_metrics
from weibo_nlp.stats.randomisation import N_PERMUTATIONS
from weibo_nlp.tasks.evaluation_set import EvaluationSet
from weibo_nlp.tasks.spec import LABELLED_HERE, TaskSpec

RANK_RULE = (
    "Rank: 1 + the number of systems that are better, directly (paired approximate randomisation, p < .05) or through "
    "others; systems that share a rank, or name each other under 'ties with', are not told apart by these rows."
)
EACH_PAIR = (
    "Every pair is a question of its own, whose verdict other entries cannot change: of 20 pairs of systems that "
    "are equal one is told apart by chance. To correct for how many you compare, name the systems that you ask of "
    "(--system)."
)
_LISTED = 3
NAMED_SYSTEMS = "p: Holm over all pairs of the systems named, of each table; the other entries have no part in it."


@dataclass(frozen=True, slots=True)
class Row:
    """One system of a table: all its runs.

    Attributes
    ----------
    name : str
        As tables show it: printable, short, and unlike any other of the table.
    entries : tuple of Entry
        A run each, by seed.
    score : Estimate
        Main metric, the mean over runs; its interval is made as the table's caller asked, for all rows alike. Where
        the gold labels could not be read it is as the entry claims, and without bounds for several runs.
    sd : float or None
        Spread over runs; None for one.
    rank : int or None
        None where nothing was tested.
    ties : tuple of str
        Names of the systems that it is not told apart from.
    checked : bool
        Whether every figure was computed from the stored predictions; where not, they are the entry's claim. Hardware
        and command always are.
    """

    name: str
    entries: tuple[Entry, ...]
    score: Estimate
    sd: float | None
    rank: int | None = None
    ties: tuple[str, ...] = ()
    checked: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the row ready for JSON."""
        first = self.entries[0]
        return {
            "name": self.name,
            "system": asdict(first.header.model),
            "rank": self.rank,
            "checked": self.checked,
            "score": self.score.to_dict(),
            "sd": self.sd,
            "accuracy": self.accuracy,
            "n": first.scores.n,
            "n_units": first.scores.n_units,
            "few_units": first.scores.few_units,
            "ties": list(self.ties),
            "runs": [
                {
                    "seed": entry.header.seed,
                    "value": entry.main.value,
                    "hardware": entry.hardware,
                    "command": entry.command,
                    "result": f"{RESULTS}/{entry.stem}.json",
                    "predictions": f"{PREDICTIONS}/{entry.file}",
                    "sha256": entry.sha256,
                }
                for entry in self.entries
            ],
        }

    @property
    def accuracy(self) -> float:
        """Mean over runs."""
        return fmean(entry.scores.metrics["accuracy"].value for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Table:
    """Systems on one task of one set and version under one protocol, the best first.

    ``untested`` says why figures were not checked and there are no ranks; it is None where every entry was scored again
    and every pair tested. ``notes`` tell what of the copy at hand was not scored then, and ``n_set_aside`` counts it.
    """

    set: str
    corpus_version: str | None
    split: str
    task: str
    protocol: str
    scheme: str
    metric: str
    rows: tuple[Row, ...]
    comparisons: tuple[Comparison, ...] = ()
    untested: str | None = None
    notes: tuple[str, ...] = ()
    n_set_aside: int = 0

    @property
    def title(self) -> str:
        """What the table is of, in one line."""
        version = "" if self.corpus_version is None else f" {printable_name(self.corpus_version, 24)}"
        named = (printable_name(name) for name in (self.task, self.protocol, self.split))
        return f"{printable_name(self.set)}{version}: {', '.join(named)}"

    def to_dict(self) -> dict[str, Any]:
        """Return the table ready for JSON."""
        return {item.name: to_json(getattr(self, item.name)) for item in fields(self)}


@dataclass(frozen=True)
class Standings:
    """All tables of a leaderboard, and what was set aside; ``systems`` are those asked of, or none for everyone's."""

    tables: tuple[Table, ...]
    set_aside: tuple[SetAside, ...] = ()
    systems: tuple[str, ...] = ()

    @property
    def rank_rule(self) -> str:
        """How ranks were found, and which comparisons were corrected together."""
        return f"{RANK_RULE} {NAMED_SYSTEMS if self.systems else EACH_PAIR}"

    def to_dict(self) -> dict[str, Any]:
        """Return everything ready for JSON."""
        about = {"weibo_nlp_standings": 1, "rank_rule": self.rank_rule, "systems": list(self.systems)}
        return {**about, "tables": to_json(self.tables), "set_aside": to_json(self.set_aside)}


def standings(
    folder: Path,
    *,
    set_name: str | None = None,
    task: str | None = None,
    protocol: str | None = None,
    systems: Sequence[str] = (),
    external_path: Path | None = None,
    n_permutations: int = N_PERMUTATIONS,
    bootstrap: BootstrapConfig = DEFAULT,
) -> Standings:
    """Check a leaderboard's files, and rank its systems table by table.

    Parameters
    ----------
    folder : Path
        The leaderboard.
    set_name, task, protocol : str, optional
        Only tables of these.
    systems : sequence of str, optional
        Only these systems, each as ``NAME==VERSION``, as ``NAME`` (all its versions) or as ``NAME VERSION``; their
        pairs are corrected together. Without it all systems are shown, and each pair is a question of its own, see
        `compare_runs`.
    external_path : Path, optional
        Folder of the user's copies of external sets; without it their tables are not tested.
    n_permutations : int
        Of each paired test, at least.
    bootstrap : BootstrapConfig
        How the intervals of scores and differences are made; its seed is that of the tests as well.

    Returns
    -------
    Standings
        Where the gold labels of a table's version are installed, every figure is computed from the stored predictions;
        an entry whose stored figures are others is set aside, and all pairs of systems are tested. Where not, the
        table says that its figures are claims, and has no ranks.

    Raises
    ------
    UsageError
        If the folder is no leaderboard, or the name of a system can mean one or another.
    UnknownNameError
        If nothing is of the set, task, protocol or system asked for.
    """
    if not (folder / RESULTS).is_dir():
        raise UsageError(
            f"{folder}: has no folder {RESULTS}, so is no leaderboard; `weibo-nlp leaderboard add` makes one."
        )
    entries, set_aside = _entries(folder)
    for what, wanted in (("set", set_name), ("task", task), ("protocol", protocol)):
        known = {getattr(entry.header, what) for entry in entries}
        if wanted is not None and wanted not in known:
            raise UnknownNameError(f"{what} in {folder}", wanted, map(printable_name, known))
        entries = [entry for entry in entries if wanted in (None, getattr(entry.header, what))]
    entries = _of_systems(folder, entries, systems)
    family: Family = "all pairs" if systems else "each pair"
    tables = []
    for _, of_table in groupby(sorted(entries, key=_group), key=_group):
        table, wrong = _table(folder, list(of_table), external_path, n_permutations, bootstrap, family)
        set_aside += wrong
        tables += [] if table is None else [table]
    return Standings(tuple(tables), tuple(sorted(set_aside, key=lambda item: item.file)), tuple(systems))


def _whole_systems(folder: Path, entries: Sequence[Entry]) -> tuple[list[Entry], list[SetAside]]:
    """Entries without those of systems whose runs are not the ones that were added together.

    A score is the mean over runs: of a system that lost one it would be another, and with a run without a seed beside
    runs with one, nobody knows which are meant.
    """
    systems: dict[PredictionHeader, list[Entry]] = {}
    for entry in entries:
        systems.setdefault(entry.system, []).append(entry)
    kept: list[Entry] = []
    set_aside = []
    for of_system in systems.values():
        seeds = tuple(sorted((entry.header.seed for entry in of_system), key=seed_order))
        stated = {entry.runs for entry in of_system}  # None of results that older versions stored
        if None in seeds and len(seeds) > 1:
            reason = "this version of the system has a run without a seed and runs with one. Remove either."
        elif stated - {None} and stated != {seeds}:
            reason = (
                f"this version of the system was added with other runs than the {len(seeds)} that can be read here, "
                "and its score is of all. Restore the others, or remove these."
            )
        else:
            kept += of_system
            continue
        for entry in of_system:
            path = folder / RESULTS / f"{entry.stem}.json"
            set_aside.append(SetAside(str(path), f"{path}: {reason}"))
    return kept, set_aside


def _of_systems(folder: Path, entries: list[Entry], systems: Sequence[str]) -> list[Entry]:
    """Entries of the systems asked for; a name that could mean one system or another is refused."""
    if not systems:
        return entries
    models = {entry.header.model for entry in entries}
    wanted: set[ModelReference] = set()
    for name in systems:
        if not (readings := systems_meant(name, models)):
            raise UnknownNameError(f"system in {folder}", name, full_names(models))
        if len(readings) > 1:
            several = " or ".join(
                f"{', '.join(full[:_LISTED])}{', ...' * (len(full) > _LISTED)}" for full in map(full_names, readings)
            )
            raise UsageError(
                f"{folder}: system {quoted(name)} can mean {several}; name what you mean with {VERSION_BEHIND} between "
                "name and version."
            )
        wanted |= readings[0]
    return [entry for entry in entries if entry.header.model in wanted]


def _entries(folder: Path) -> tuple[list[Entry], list[SetAside]]:
    """Results whose predictions are there unchanged, and the files for which that does not hold."""
    entries, set_aside = [], []
    # What begins with a dot is half-written, by a process that was killed.
    results = sorted(path for path in (folder / RESULTS).glob("[!.]*") if path.suffix == ".json")
    for path in results:
        try:
            require_unlinked(folder, path)
            entry = read_entry(path)
            kept = folder / PREDICTIONS / entry.file
            require_unlinked(folder, kept)
            if not kept.is_file():
                raise DataError(f"{kept}: missing; {path} was scored from it. Add the predictions again.")
            if (checksum := sha256_of_file(kept)) != entry.sha256:
                raise DataError(
                    f"{kept}: its bytes changed since it was scored (SHA-256 {checksum[:12]}…, {path.name} says "
                    f"{quoted(entry.sha256[:12])}…). Add the predictions again."
                )
        except (DataError, OSError) as error:
            set_aside.append(SetAside(str(path), str(error)))
        else:
            entries.append(entry)
    known = {path.stem for path in results}
    for path in sorted((folder / PREDICTIONS).glob("[!.]*")):
        if path.suffix in (".jsonl", ".parquet") and path.stem not in known:
            reason = f"{path}: no result in {folder / RESULTS} is of it. Add the predictions again."
            set_aside.append(SetAside(str(path), reason))
    return entries, set_aside


def _group(entry: Entry) -> tuple[str, ...]:
    """Entries that can stand in one table; '' never is a name, so it can stand for null."""
    header = entry.header
    about = (header.set, header.version or "", header.task, header.protocol, header.split, header.scheme)
    return (*about, entry.scores.main_metric)


def _table(
    folder: Path,
    entries: Sequence[Entry],
    external_path: Path | None,
    n_permutations: int,
    bootstrap: BootstrapConfig,
    family: Family,
) -> tuple[Table | None, list[SetAside]]:
    header = entries[0].header
    untested = None
    set_aside: list[SetAside] = []
    runs: dict[str, IntArray] = {}
    try:
        path = None if header.set in LABELLED_HERE else external_path
        spec, evaluation_set = resolve_evaluation_set(header, path, where=printable_name(header.set))
    except WeiboNlpError as error:
        untested = f"the gold labels could not be read: {error}"
    else:
        right, set_aside = verified(folder, entries, spec, evaluation_set)
        entries = [item.entry for item in right]
        runs = {item.entry.stem: item.predicted for item in right}
    entries, incomplete = _whole_systems(folder, entries)
    set_aside = [*set_aside, *incomplete]
    if not entries:
        return None, set_aside
    systems: dict[ModelReference, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: seed_order(entry.header.seed)):
        systems.setdefault(entry.header.model, []).append(entry)
    rows = []
    for name, seeds in zip(distinct_names(systems), systems.values(), strict=True):
        values = [entry.main.value for entry in seeds]
        score = seeds[0].main if len(seeds) == 1 else Estimate(fmean(values), n_units=seeds[0].scores.n_units)
        rows.append(Row(name, tuple(seeds), score, SeedScores.of(values).sd, checked=untested is None))
    # Names decide between equal scores alone, where any order is as good as another.
    rows.sort(key=lambda row: (-row.score.value, row.name))
    comparisons: tuple[Comparison, ...] = ()
    not_scored: tuple[tuple[str, ...], int] = ((), 0)
    if untested is None:
        of_judges = family_notes((row.name for row in rows), evaluation_set.judges)
        not_scored = ((*evaluation_set.notes, *of_judges), evaluation_set.n_set_aside)
        by_row = {row.name: np.stack([runs[entry.stem] for entry in row.entries]) for row in rows}
        options: dict[str, Any] = {"n_permutations": n_permutations, "bootstrap": bootstrap, "family": family}
        comparisons = compare_runs(by_row, spec, evaluation_set, **options)
        placed = ranks(list(by_row), comparisons)
        rows = [
            replace(
                row,
                score=_with_interval(row.score, by_row[row.name], spec, evaluation_set, bootstrap),
                rank=placed[row.name],
                ties=tied_with(row.name, comparisons),
            )
            for row in rows
        ]
    about = (header.set, header.version, header.split, header.task, header.protocol, header.scheme)
    table = Table(*about, entries[0].scores.main_metric, tuple(rows), comparisons, untested, *not_scored)
    return table, set_aside


def _with_interval(
    score: Estimate, runs: IntArray, spec: TaskSpec, evaluation_set: EvaluationSet, bootstrap: BootstrapConfig
) -> Estimate:
    """Score of a system's runs with the interval that all rows of the table have, however each was stored."""
    metric = count_metrics(spec.labels)[spec.main_metric]
    truth = evaluation_set.gold_indices(spec)
    units = UnitSums.from_rows(truth, runs, evaluation_set.groups, len(spec.labels))
    return replace(cluster_bootstrap(units, {"main": metric}, bootstrap)["main"], value=score.value)
