"""A leaderboard on disk: a folder of results, each with the prediction file that it can be scored from again."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError, PredictionError, UsageError, WeiboNlpError
from weibo_nlp.evaluation.files import resolve_evaluation_set, score_set
from weibo_nlp.evaluation.results import Scores
from weibo_nlp.io import atomic_path, safe_stem, sha256_of_file
from weibo_nlp.io.distinct import require_distinct
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.locks import locked_folder
from weibo_nlp.io.names import printable_name, quoted
from weibo_nlp.leaderboard.differences import first_difference
from weibo_nlp.predictions import ModelReference, PredictionFile, PredictionHeader, read_predictions
from weibo_nlp.predictions.header import is_parquet
from weibo_nlp.provenance import described, hardware
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.estimate import Estimate

FORMAT_KEY = "weibo_nlp_leaderboard"
FORMAT_VERSION = 1
RESULTS, PREDICTIONS = "results", "predictions"
# What `Scores.to_dict` gives and an entry's header says already.
_IN_HEADER = ("task", "seeds", "predictions")
LONGEST_TEXT = 1_000
LARGEST_RESULT = 16 * 1024 * 1024
MOST_RESAMPLES = 20_000  # everyone who shows the leaderboard scores all its entries again
State = Literal["added", "present", "restored"]


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
        What the intervals draw: threads, events or rows.
    hardware : str
        What the system ran on.
    command : str or None
        What made the predictions.
    package : str
        Version of this package that scored them.
    file, sha256 : str
        Name of the stored prediction file, and the checksum of its bytes.
    """

    header: PredictionHeader
    scores: Scores
    units: str
    hardware: str
    command: str | None
    package: str
    file: str
    sha256: str

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
            "scores": {"units": self.units, **scores},
            "predictions": {"file": self.file, "sha256": self.sha256},
        }


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a prediction file: it is new, was there already, or replaced what was damaged of it."""

    entry: Entry
    path: Path
    state: State


def entry_stem(header: PredictionHeader) -> str:
    """Name the files of an entry after what its header says."""
    seed = None if header.seed is None else f"seed{header.seed}"
    about = (header.set, header.version, header.split, header.task, header.protocol)
    return safe_stem(*(part for part in (*about, header.model.name, header.model.version, seed) if part is not None))


def add_predictions(
    paths: Sequence[Path],
    folder: Path,
    *,
    external_path: Path | None = None,
    hardware_text: str | None = None,
    command: str | None = None,
    bootstrap: BootstrapConfig = DEFAULT,
) -> list[Added]:
    """Score prediction files of one system and keep them, with their figures, in a leaderboard.

    Parameters
    ----------
    paths : sequence of Path
        One file, or one for each seed.
    folder : Path
        The leaderboard; made where it does not exist.
    external_path : Path, optional
        Folder of the user's copy, for an external set.
    hardware_text, command : str, optional
        What the system ran on (without it, this machine), and what was called.
    bootstrap : BootstrapConfig
        How the intervals of the stored figures are made: 95 %, of at most 20,000 resamples.

    Raises
    ------
    PredictionError
        If a file cannot be scored, changes meanwhile, or other predictions of the same system and version are kept
        already, or runs with seeds where this one has none, or the reverse. Nothing is stored then.
    UsageError
        If a file cannot be read, the files are not of one system with different seeds, or `bootstrap` is not as above.
    """
    if (fault := _unfit(bootstrap)) is not None:
        raise UsageError(f"bootstrap: {fault}.")
    checksums = [_checksum(path) for path in paths]
    files = [read_predictions(path) for path in paths]
    _require_one_system(files)
    machine = _text("--hardware", described(hardware()) if hardware_text is None else hardware_text)
    command = None if command is None else _text("--command", command)
    first = files[0]
    spec, evaluation_set = resolve_evaluation_set(first.header, external_path, where=first.where_header)
    scorers = [partial(score_set, [file], spec, evaluation_set) for file in files]
    entries = [
        Entry(
            header=file.header,
            scores=scored(bootstrap),
            units=spec.units,
            hardware=machine,
            command=command,
            package=__version__,
            file=entry_stem(file.header) + (".parquet" if is_parquet(path) else ".jsonl"),
            sha256=checksum,
        )
        for path, file, checksum, scored in zip(paths, files, checksums, scorers, strict=True)
    ]
    require_distinct(
        {f"the result of {entry.stem},": folder / RESULTS / f"{entry.stem}.json" for entry in entries}, paths
    )
    # All are looked at before the first is written.
    for path, checksum in zip(paths, checksums, strict=True):
        _require_unchanged(path, path, checksum)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Two that look and then write at the same time would each find its place free.
        with locked_folder(folder):
            _require_one_kind_of_run(entries, paths, folder)
            runs = list(zip(entries, paths, strict=True))
            plans = [_plan(entry, path, folder, scored) for (entry, path), scored in zip(runs, scorers, strict=True)]
            return [_store(entry, path, folder, *plan) for (entry, path), plan in zip(runs, plans, strict=True)]
    except OSError as error:
        raise UsageError(f"cannot write into {folder}: {error.strerror}; name a folder that can be made.") from error


def leaderboard_folders(folder: Path) -> tuple[Path, Path]:
    """Folders of results and of predictions that a leaderboard is made of."""
    return folder / RESULTS, folder / PREDICTIONS


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
    )
    # The name comes from a file: without this, it could lead out of the folder.
    if entry.file not in (f"{entry.stem}.jsonl", f"{entry.stem}.parquet"):
        raise DataError(f"predictions.file is {quoted(entry.file)}, not {entry.stem}.jsonl or .parquet")
    return entry


def _scores_from(content: Mapping[str, Any], task: str) -> Scores:
    """Read scores, refusing those that a table could not be made of."""
    scores = Scores.from_dict({**content, "task": task})
    if (fault := _unfit(scores.bootstrap)) is not None:
        raise DataError(f"scores.bootstrap: {fault}. Add the predictions again.")
    if "accuracy" not in scores.metrics:
        raise DataError("scores.metrics.accuracy is missing")
    return scores


def _field(data: Mapping[str, Any], name: str, kind: type) -> Any:
    value = data.get(name)
    if not isinstance(value, kind):
        raise DataError(f"{name} is {quoted(value)}, not a {'text' if kind is str else 'JSON object'}")
    return value


def _require_one_system(files: Sequence[PredictionFile]) -> None:
    if not files:
        raise UsageError("no prediction file given; name one, or one for each seed of a system.")
    first = files[0]
    for file in files[1:]:
        if replace(file.header, seed=first.header.seed) != first.header:
            raise UsageError(
                f"{file.where_header}: not the system, version and task of {first.where_header}; "
                "files added together are one system's with different seeds. Add these one by one."
            )
    seeds = [file.header.seed for file in files]
    if doubled := [seed for seed in seeds if seeds.count(seed) > 1]:
        raise UsageError(f"two of the files have seed {json.dumps(doubled[0])}; each run has its own.")
    if None in seeds and len(seeds) > 1:
        raise UsageError("one of the files has no seed and others have; each run has its own.")


def _require_one_kind_of_run(entries: Sequence[Entry], paths: Sequence[Path], folder: Path) -> None:
    """Refuse numbered runs of a system that is kept as one without a seed, and the reverse.

    A run without a seed says that nothing is random: others beside it would change the score of a version that stands.
    """
    mixed = {entry.header: path for entry, path in zip(entries, paths, strict=True)}
    for stored in sorted((folder / RESULTS).glob("[!.]*.json")):
        try:
            known = read_entry(stored).header
        except (DataError, OSError):
            continue  # it says nothing of any system; `standings` sets it aside
        for header, path in mixed.items():
            if replace(known, seed=None) == replace(header, seed=None) and (known.seed is None) != (
                header.seed is None
            ):
                name, version = printable_name(header.model.name), printable_name(header.model.version, 24)
                kept, given = ("without a seed", "with one") if known.seed is None else ("with seeds", "without one")
                raise PredictionError(
                    f"{path}: {name} {version} is in {stored} already, {kept}, and this run is {given}; a version "
                    "never changes its meaning. Give the system with other runs a new version."
                )


def _plan(entry: Entry, path: Path, folder: Path, scored: Callable[[BootstrapConfig], Scores]) -> tuple[State, bool]:
    """What is to be done for an entry, and whether its result is to be written."""
    stored = folder / RESULTS / f"{entry.stem}.json"
    if not stored.exists():
        return "added", True
    try:
        known = read_entry(stored)
    except DataError:
        # A result that says nothing can be replaced, unless what lies beside it says that this is another system's.
        beside = [folder / PREDICTIONS / f"{entry.stem}{suffix}" for suffix in (".jsonl", ".parquet")]
        if any(kept.is_file() and sha256_of_file(kept) != entry.sha256 for kept in beside):
            raise
        return "restored", True
    if known.header != entry.header or known.sha256 != entry.sha256:
        name, version = printable_name(entry.header.model.name), printable_name(entry.header.model.version, 24)
        raise PredictionError(
            f"{path}: {name} {version} is in {stored} already, with other predictions; a version never changes its "
            "meaning. Give the changed system a new version."
        )
    kept = folder / PREDICTIONS / known.file
    wrong = known.difference(replace(entry, scores=scored(known.scores.bootstrap))) is not None
    unharmed = not wrong and kept.is_file() and sha256_of_file(kept) == known.sha256
    return "present" if unharmed else "restored", wrong


def _store(entry: Entry, path: Path, folder: Path, state: State, written: bool) -> Added:
    stored = folder / RESULTS / f"{entry.stem}.json"
    if state != "present":  # predictions first: a row that is there can always be checked
        for name in (RESULTS, PREDICTIONS):
            (folder / name).mkdir(parents=True, exist_ok=True)
        with atomic_path(folder / PREDICTIONS / entry.file) as temporary:
            shutil.copyfile(path, temporary)
            _require_unchanged(temporary, path, entry.sha256)
    if not written:
        return Added(read_entry(stored), stored, state)
    with atomic_path(stored) as temporary:
        text = json.dumps(entry.to_dict(), ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
        temporary.write_text(text + "\n", "utf-8", newline="\n")
    return Added(entry, stored, state)


def _require_unchanged(copy: Path, path: Path, checksum: str) -> None:
    if _checksum(copy) != checksum:
        raise PredictionError(f"{path}: changed while it was scored; add it again when it is finished.")


def _unfit(bootstrap: BootstrapConfig) -> str | None:
    """Say why intervals made so cannot stand in a leaderboard; None where they can."""
    if bootstrap.confidence_level != DEFAULT.confidence_level:
        return f"confidence_level is {bootstrap.confidence_level}; leaderboards show {DEFAULT.confidence_level:.0%}"
    if bootstrap.n_resamples > MOST_RESAMPLES:
        return f"n_resamples is {bootstrap.n_resamples:,}; at most {MOST_RESAMPLES:,} can be made again by everyone"
    return None


def _checksum(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe could be read once only, and is needed three times
            raise UsageError(f"{path}: is not a file; name a prediction file.")
        return sha256_of_file(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}). Give the path of a file.") from error


def _text(option: str, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"{option} has {len(text):,} characters; {LONGEST_TEXT:,} are allowed.")
    # An argument that is not UTF-8 arrives with lone surrogates, which JSON in UTF-8 cannot hold.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
