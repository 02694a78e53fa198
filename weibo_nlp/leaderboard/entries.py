"""A leaderboard on disk: a folder of results, each with the prediction file that it can be scored from again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError, WeiboNlpError
from weibo_nlp.evaluation.results import Scores
from weibo_nlp.io import safe_stem
from weibo_nlp.io.destination import link_within
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.names import quoted
from weibo_nlp.leaderboard.differences import first_difference
from weibo_nlp.predictions import ModelReference, PredictionHeader
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.estimate import Estimate

FORMAT_KEY = "weibo_nlp_leaderboard"
FORMAT_VERSION = 1
RESULTS, PREDICTIONS = "results", "predictions"
# What `Scores.to_dict` gives and an entry's header says already.
_IN_HEADER = ("task", "seeds", "predictions")
_WITHOUT_RUNS = ("0.1.0", "0.2.0")  # versions of this package that did not state them
LARGEST_RESULT = 16 * 1024 * 1024
MOST_RESAMPLES = 20_000  # everyone who shows the leaderboard scores all its entries again


@dataclass(frozen=True, slots=True)
class Entry:
    """One run of a system on one task, as the leaderboard keeps it.

    Attributes
    ----------
    header : PredictionHeader
        Of the prediction file: what was predicted, the system, its version and seed.
    scores : Scores
        Figures with intervals, over all rows and by slice, as `weibo-nlp evaluate` gives them.
    units : str
        What the intervals draw: threads, events, groups or rows.
    hardware : str
        What the system ran on.
    command : str or None
        What made the predictions.
    package : str
        Version of this package that scored them.
    file, sha256 : str
        Name of the stored prediction file, and the checksum of its bytes.
    runs : tuple of int or None, optional
        Seeds of all runs that were added with this one, itself included; ``(None,)`` for a run without a seed. They are
        the system: none can be left out or added later. None in results that older versions stored.
    notes : tuple of str
        What was not scored, in sentences, as of a `Result`; known to those who have the gold labels.
    """

    header: PredictionHeader
    scores: Scores
    units: str
    hardware: str
    command: str | None
    package: str
    file: str
    sha256: str
    runs: tuple[int | None, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def system(self) -> PredictionHeader:
        """What all runs of the system share: the header without a seed."""
        return replace(self.header, seed=None)

    @property
    def stem(self) -> str:
        """File name without suffix, safe whatever the system is called, and another one for every other system."""
        return entry_stem(self.header)

    @property
    def main(self) -> Estimate:
        """The main metric."""
        return self.scores.main

    def difference(self, computed: Entry) -> str | None:
        """Say where the stored figures are not those computed from the predictions; None where all of them are."""
        stored, own = self.to_dict()["scores"], computed.to_dict()["scores"]
        return first_difference(stored, own, "scores", same_version=self.package == __version__)

    def to_dict(self) -> dict[str, Any]:
        """Return the entry ready for JSON."""
        header = asdict(self.header)
        scores = {name: value for name, value in self.scores.to_dict().items() if name not in _IN_HEADER}
        return {
            FORMAT_KEY: FORMAT_VERSION,
            "corpus_version": header.pop("version"),
            "system": header.pop("model"),
            **header,
            "hardware": self.hardware,
            "command": self.command,
            "package": self.package,
            **({} if self.runs is None else {"runs": list(self.runs)}),
            **({"notes": list(self.notes)} if self.notes else {}),
            "scores": {"units": self.units, **scores},
            "predictions": {"file": self.file, "sha256": self.sha256},
        }


def entry_stem(header: PredictionHeader) -> str:
    """Name the files of an entry after what its header says."""
    seed = None if header.seed is None else f"seed{header.seed}"
    about = (header.set, header.version, header.split, header.task, header.protocol)
    return safe_stem(*(part for part in (*about, header.model.name, header.model.version, seed) if part is not None))


def leaderboard_folders(folder: Path) -> tuple[Path, Path]:
    """Folders of results and of predictions that a leaderboard is made of."""
    return folder / RESULTS, folder / PREDICTIONS


def require_unlinked(folder: Path, path: Path) -> None:
    """Refuse a file of a leaderboard that is a link, or lies in a folder that is one: what is elsewhere is not kept.

    Raises
    ------
    DataError
        Naming the link.
    """
    if (link := link_within(folder, path)) is not None:
        raise DataError(
            f"{path}: {'it' if link == path else link} is a link, and a leaderboard keeps files of its own alone. Put "
            "what it leads to in its place."
        )


def read_entry(path: Path) -> Entry:
    """Read one result file of a leaderboard.

    Raises
    ------
    DataError
        If it is not a result of this format, or lies under another name than its content asks for; names the file.
    """
    try:
        data = read_json_object(path, LARGEST_RESULT)
        mark = data.get(FORMAT_KEY)
        if type(mark) is not int or mark != FORMAT_VERSION:
            raise DataError(f"{FORMAT_KEY} is {quoted(mark)}, not {FORMAT_VERSION}")
        entry = _entry_from(data)
    except WeiboNlpError as error:
        raise DataError(f"{path}: not a result of a leaderboard: {str(error).removeprefix(f'{path}: ')}") from None
    if path.stem != entry.stem:
        raise DataError(f"{path}: holds the result of {entry.stem}; give it that name.")
    return entry


def _entry_from(data: Mapping[str, Any]) -> Entry:
    system, kept, scores = (_field(data, name, dict) for name in ("system", "predictions", "scores"))
    texts = {name: data.get(name) for name in ("set", "split", "task", "protocol", "scheme")}
    header = PredictionHeader(
        **texts,  # type: ignore[arg-type]  # the header refuses what is no text
        version=data.get("corpus_version"),
        model=ModelReference(system.get("name"), system.get("version")),
        seed=data.get("seed"),
    )
    if not isinstance(data.get("command"), str | None):
        raise DataError(f"command is {quoted(data['command'])}, not a text or null")
    entry = Entry(
        header=header,
        scores=_scores_from(scores, header.task),
        units=str(scores.get("units", "units")),
        hardware=_field(data, "hardware", str),
        command=data.get("command"),
        package=_field(data, "package", str),
        file=_field(kept, "file", str),
        sha256=_field(kept, "sha256", str),
        runs=_runs_from(data, header.seed),
        notes=_notes_from(data.get("notes", [])),
    )
    # The name comes from a file: without this, it could lead out of the folder.
    if entry.file not in (f"{entry.stem}.jsonl", f"{entry.stem}.parquet"):
        raise DataError(f"predictions.file is {quoted(entry.file)}, not {entry.stem}.jsonl or .parquet")
    return entry


def _notes_from(notes: object) -> tuple[str, ...]:
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        raise DataError(f"notes is {quoted(notes)}, not a list of texts")
    return tuple(notes)


def _runs_from(data: Mapping[str, Any], seed: int | None) -> tuple[int | None, ...] | None:
    """Read the seeds of a system's runs, which are stated sorted, each once, that of the entry among them."""
    runs: object = data.get("runs")
    if runs is None and data.get("package") in _WITHOUT_RUNS:
        return None
    if runs == [None] and seed is None:
        return (None,)
    whole = isinstance(runs, list) and all(type(run) is int for run in runs)
    if not whole or seed not in runs or runs != sorted(set(runs)):  # type: ignore[operator, call-overload]
        raise DataError(f"runs is {quoted(runs)}, not the sorted seeds of all runs, with this one, {quoted(seed)}")
    return tuple(runs)


def _scores_from(content: Mapping[str, Any], task: str) -> Scores:
    """Read scores, refusing those that a table could not be made of."""
    scores = Scores.from_dict({**content, "task": task})
    if (fault := unfit(scores.bootstrap)) is not None:
        raise DataError(f"scores.bootstrap: {fault}. Add the predictions again.")
    if "accuracy" not in scores.metrics:
        raise DataError("scores.metrics.accuracy is missing")
    return scores


def _field(data: Mapping[str, Any], name: str, kind: type) -> Any:
    value = data.get(name)
    if not isinstance(value, kind):
        raise DataError(f"{name} is {quoted(value)}, not a {'text' if kind is str else 'JSON object'}")
    return value


def seed_order(seed: int | None) -> int:
    """Key that sorts seeds; the run without one is alone, or before those with."""
    return -1 if seed is None else seed


def unfit(bootstrap: BootstrapConfig) -> str | None:
    """Say why intervals made so cannot stand in a leaderboard; None where they can."""
    if bootstrap.confidence_level != DEFAULT.confidence_level:
        return f"confidence_level is {bootstrap.confidence_level}; leaderboards show {DEFAULT.confidence_level:.0%}"
    if bootstrap.n_resamples > MOST_RESAMPLES:
        return f"n_resamples is {bootstrap.n_resamples:,}; at most {MOST_RESAMPLES:,} can be made again by everyone"
    return None
