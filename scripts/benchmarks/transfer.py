"""How far what is learnt on the corpus carries: real text, other programs on the same rows, an older release.

Nothing is tuned on what is scored here. Figures come with the number of rows and an interval over them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.peers import NEGATIVE, PEERS, POSITIVE, TIMEOUT, Peer, ask

from weibo_nlp._version import __version__
from weibo_nlp.benchmark.result import Result
from weibo_nlp.benchmark.run import SEEDS, prediction_file
from weibo_nlp.corpus import Release, open_release, versions
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.evaluation import score
from weibo_nlp.evaluation.comparison import ALPHA
from weibo_nlp.external import ExternalSet
from weibo_nlp.models import Classifier, create, name_and_version
from weibo_nlp.predictions import ModelReference, PredictionFile
from weibo_nlp.provenance import hardware
from weibo_nlp.records import Prediction
from weibo_nlp.stats.bootstrap import RESAMPLES
from weibo_nlp.stats.metrics import FloatArray, count_metrics
from weibo_nlp.stats.multiplicity import holm
from weibo_nlp.stats.randomisation import ROUNDS, paired_test
from weibo_nlp.tasks import TaskSpec
from weibo_nlp.tasks.external import POLARITY, open_external, zero_shot_data, zero_shot_tasks
from weibo_nlp.tasks.folds import TaskData, label_numbers

Report = Callable[[str], None]

SETS = ("mission_dev", f"smp2020{POLARITY}")
OURS, MAJORITY, TOPIC_PRIOR = "linear", "majority", "topic prior"
POLAR = (NEGATIVE, POSITIVE)
TIE_DRAWS = 5
FORMAT_KEY = "weibo_nlp_transfer"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class _Settings:
    """What holds for all figures of a run."""

    seeds: int
    seed: int
    resamples: int
    report: Report


def run_transfer(
    external: Path,
    *,
    corpus: Path | None = None,
    sets: Sequence[str] = SETS,
    peers: Sequence[str] = tuple(PEERS),
    seeds: int = SEEDS,
    seed: int = 0,
    resamples: int = RESAMPLES,
    rounds: int = ROUNDS,
    timeout: float = TIMEOUT,
    command: str = "python scripts/benchmark_transfer.py",
    report: Report | None = None,
) -> tuple[dict[str, Any], list[Result]]:
    """Score what learnt the corpus on real text, beside majority, topic prior, other programs and an older release.

    Parameters
    ----------
    external : Path
        Folder that holds the user's copies; a set that is not there is noted in the document.
    corpus : Path, optional
        Data set repository to learn from, the newest release and the oldest; without it the shipped one.
    sets : sequence of str
        Sets to score, of those that `external_data.open_external` knows.
    peers : sequence of str
        Of `peers.PEERS`; asked for sentiment. One that is not installed or fails is noted with its reason.
    seeds : int
        Trainings of the linear model.
    seed, resamples, rounds
        Of bootstrap and paired tests.
    timeout : float
        Seconds for a peer and a set.
    command : str
        What was called.
    report : callable, optional
        Told in words what is being done.

    Returns
    -------
    dict, list of Result
        Everything, ready for JSON; and the results it was made from, ours first in each task. Sentiment stands there
        twice: with three labels, and with two over the rows that are not neutral.

    Raises
    ------
    UnknownNameError
        If a set or a peer is unknown.
    UsageError
        If there is none of the sets, or nothing to train.
    """
    if unknown := [name for name in peers if name not in PEERS]:
        raise UnknownNameError("peer", unknown[0], PEERS)
    if seeds < 1:
        raise UsageError(f"seeds must be at least 1, better {SEEDS}; got {seeds}.")
    settings = _Settings(seeds, seed, resamples, report or (lambda _: None))
    newest = open_release(corpus)
    older, missing = _oldest(corpus, newest)
    results: list[Result] = []
    for name in sets:
        try:
            copy = open_external(name, external)
        except UsageError as error:  # this copy does not hold it
            settings.report(str(error))
            missing.append({"set": name, "system": None, "reason": "no copy of it that can be read"})
            continue
        for spec in zero_shot_tasks(copy, newest):
            results += _ours(spec, copy, newest, older, settings)
            if spec.name == "sentiment":
                mine = [result for result in results if (result.spec.set, result.spec.name) == (name, spec.name)]
                answered, failed = _peers(mine[0], peers, timeout, settings)
                missing += failed
                results += [result for result, _ in answered]
                results += [_two_classes(result, settings) for result in mine]
                results += [_leaning(result, scores, settings) for result, scores in answered]
    if not results:
        raise UsageError(f"{external}: holds no copy of {', '.join(sets)}; name the folder that holds them.")
    document = {
        FORMAT_KEY: FORMAT_VERSION,
        "command": command,
        "package": __version__,
        "corpus_version": newest.version,
        "hardware": hardware(),
        "seeds": seeds,
        "tests": {"seed": seed, "rounds": rounds},
        "peers": {name: PEERS[name].rule for name in peers},
        "results": [result.to_dict() | {"confidence": _confidence(result)} for result in results],
        "comparisons": _comparisons(results, newest, seed=seed, rounds=rounds, resamples=resamples),
        "missing": missing,
        "notes": list(dict.fromkeys(f"{result.spec.set}, {note}" for result in results for note in result.notes)),
    }
    return document, results


def of_three_labels(results: Iterable[Result]) -> list[Result]:
    """Results on whole tasks: those over two of the labels of sentiment are the same runs, looked at again."""
    return [result for result in results if result.spec.labels != POLAR]


def _oldest(corpus: Path | None, newest: Release) -> tuple[Release | None, list[dict[str, Any]]]:
    """First release of the corpus, where it is another than the newest and models can still learn from it."""
    version = versions(corpus)[-1]
    if version == newest.version:
        return None, [{"set": None, "system": "an older release", "reason": f"there is none before {version}"}]
    older = open_release(corpus, version=version)
    try:
        _ = older.scheme
    except DataError as error:
        return None, [{"set": None, "system": f"corpus {version}", "reason": str(error)}]
    return older, []


def _ours(
    spec: TaskSpec, copy: ExternalSet, newest: Release, older: Release | None, settings: _Settings
) -> list[Result]:
    """Results of the linear model, of the baselines, and of the linear model from the older release."""
    data = zero_shot_data(copy, newest, spec)
    results = [_trained(OURS, spec, data, settings), _trained(MAJORITY, spec, data, settings)]
    if spec.name == "stance":
        results.append(_topic_prior(spec, data, newest, settings))
    if older is not None:
        (before,) = (each for each in zero_shot_tasks(copy, older) if each.name == spec.name)
        results.append(_trained(OURS, before, zero_shot_data(copy, older, before), settings))
    return results


def _trained(name: str, spec: TaskSpec, data: TaskData, settings: _Settings) -> Result:
    settings.report(f"{spec.set} {spec.name}: {name} from corpus {spec.train_version}, {len(data.test):,} to score")
    (fold,) = data.folds
    files, models = [], list[Classifier]()
    start = time.perf_counter()
    for training in range(settings.seeds if name == OURS else 1):
        model = create(name, spec.labels, seed=training)
        model.fit(fold.train, fold.train_labels, groups=fold.train_groups, sample_weight=fold.train_weights)
        reference = ModelReference(*name_and_version(model))
        probabilities = model.predict_proba(data.test)
        files.append(prediction_file(spec, data, probabilities, reference, training if name == OURS else None))
        models.append(model)
    seconds = (time.perf_counter() - start) / len(files)
    return _result(spec, data, name, files, settings, trained=models[:1], seconds=seconds)


def _topic_prior(spec: TaskSpec, data: TaskData, release: Release, settings: _Settings) -> Result:
    """Answer with the shares of the stances that texts of a topic take towards its canonical target.

    A target that is none gets the shares over all canonical ones.
    """
    topic_of = {row["text"]: row["canonical_for"] for row in release.rows("targets") if row["canonical_for"]}
    counts: Counter[tuple[str, str]] = Counter()
    for split in spec.train:
        topics = {label.document_id: label.label for label in release.gold("topic", split)}
        counts.update(
            (label.target, label.label)
            for label in release.gold(spec.name, split)
            if label.target is not None and topics[label.document_id] == topic_of.get(label.target)
        )
    table = {target: np.array([counts[target, label] for label in spec.labels], dtype=float) for target in topic_of}
    overall = np.sum(list(table.values()), axis=0)
    found: list[FloatArray] = []
    for example in data.test:
        mine = table.get(example.target or "", overall)
        mine = mine if mine.sum() else overall
        found.append(mine / mine.sum())
    file = prediction_file(spec, data, np.array(found), ModelReference(TOPIC_PRIOR, __version__))
    return _result(spec, data, TOPIC_PRIOR, [file], settings)


def _peers(
    ours: Result, names: Sequence[str], timeout: float, settings: _Settings
) -> tuple[list[tuple[Result, list[float]]], list[dict[str, Any]]]:
    """Results of other programs on the rows of ours, with their scores; and those that gave none."""
    spec, data = replace(ours.spec, train_version=None), ours.data
    answered, failed = [], []
    for name in names:
        settings.report(f"{spec.set} {spec.name}: {name}, {len(data.test):,} to score")
        start = time.perf_counter()
        found = ask(name, [example.text for example in data.test], timeout)
        if "reason" in found:
            settings.report(f"{name}: {found['reason']}")
            failed.append({"set": spec.set, "system": name, "reason": found["reason"]})
            continue
        reference = ModelReference(name, ", ".join(f"{package} {at}" for package, at in found["versions"].items()))
        labels = [PEERS[name].label(value) for value in found["scores"]]
        file = _labels_file(ours.files[0], spec, data, labels, reference)
        seconds = time.perf_counter() - start
        answered.append((_result(spec, data, name, [file], settings, seconds=seconds, n_train=0), found["scores"]))
    return answered, failed


def _two_classes(result: Result, settings: _Settings) -> Result:
    """The same probabilities over the rows that are not neutral, as the choice between negative and positive."""
    spec, data = _polar(result.spec, result.data)
    files = []
    for file in result.files:
        scores = {item.document_id: item.scores for item in file.predictions}
        chosen = np.array([[scores[label.document_id][name] for name in POLAR] for label in data.gold])
        chosen /= chosen.sum(axis=1, keepdims=True)
        files.append(prediction_file(spec, data, chosen, file.header.model, file.header.seed))
    return _result(spec, data, result.model, files, settings, n_train=result.n_train)


def _leaning(result: Result, scores: Sequence[float], settings: _Settings) -> Result:
    """Which way a peer leans over the rows that are not neutral; where it leans to none, lots are drawn."""
    spec, data = _polar(result.spec, result.data)
    peer = PEERS[result.model]
    of_row = dict(zip((label.document_id for label in result.data.gold), scores, strict=True))
    mine = [of_row[label.document_id] for label in data.gold]
    tied = sum(value == peer.middle for value in mine)
    files = [_drawn(peer, result, spec, data, mine, draw) for draw in range(TIE_DRAWS if tied else 1)]
    note = f"sentiment with two labels: {result.model} leans to neither on {tied:,} of {len(mine):,} rows"
    found = _result(spec, data, result.model, files, settings, n_train=0)
    return replace(found, notes=(*found.notes, note))


def _drawn(
    peer: Peer, result: Result, spec: TaskSpec, data: TaskData, scores: Sequence[float], draw: int
) -> PredictionFile:
    texts = [example.text for example in data.test]
    labels = [peer.leaning(value, text, draw) for value, text in zip(scores, texts, strict=True)]
    file = result.files[0]
    return _labels_file(file, spec, data, labels, file.header.model, seed=draw)


def _labels_file(
    like: PredictionFile,
    spec: TaskSpec,
    data: TaskData,
    labels: Sequence[str],
    model: ModelReference,
    seed: int | None = None,
) -> PredictionFile:
    """Labels without probabilities, in the seam's own format."""
    header = replace(like.header, model=model, seed=seed)
    predictions = (
        Prediction(gold.document_id, spec.name, label, {}, gold.target)
        for gold, label in zip(data.gold, labels, strict=True)
    )
    return PredictionFile(header, tuple(predictions))


def _polar(spec: TaskSpec, data: TaskData) -> tuple[TaskSpec, TaskData]:
    """The task with two labels, over the rows that have one of them."""
    places = [place for place, label in enumerate(data.gold) if label.label in POLAR]
    return replace(spec, labels=POLAR), replace(
        data,
        folds=tuple(replace(fold, held_out=tuple(range(len(places)))) for fold in data.folds),
        test=tuple(data.test[place] for place in places),
        gold=tuple(data.gold[place] for place in places),
        units=tuple(data.units[place] for place in places),
        documents=tuple(data.documents[place] for place in places),
    )


def _result(
    spec: TaskSpec,
    data: TaskData,
    name: str,
    files: Sequence[PredictionFile],
    settings: _Settings,
    *,
    trained: Sequence[Classifier] = (),
    seconds: float = 0.0,
    n_train: int | None = None,
) -> Result:
    scores = score(
        files,
        data.gold,
        spec.labels,
        data.units,
        task=spec.name,
        main_metric=spec.main_metric,
        seed=settings.seed,
        resamples=settings.resamples,
        expect={"set": spec.set, "version": spec.version, "split": spec.test},
    )
    return Result(
        spec=spec,
        model=name,
        model_version=files[0].header.model.version,
        scores=scores,
        n_train=data.n_train if n_train is None else n_train,
        seconds={"train_and_predict": seconds},
        data=data,
        files=tuple(files),
        trained=tuple(trained),
        notes=data.notes,
    )


def _confidence(result: Result) -> float | None:
    """Mean probability of the top label: above the accuracy, the model is surer than it should be."""
    bins = result.scores.calibration
    return None if bins is None else sum(each.n * each.confidence for each in bins) / sum(each.n for each in bins)


def _comparisons(
    results: Sequence[Result], newest: Release, *, seed: int, rounds: int, resamples: int
) -> list[dict[str, Any]]:
    """Ours less every other system on the same rows; Holm's correction is over all of them together."""
    pairs = [
        (ours, other)
        for ours in results
        if (ours.model, ours.spec.train_version) == (OURS, newest.version)
        for other in results
        if other is not ours and _question(other) == _question(ours)
    ]
    tests = [
        paired_test(
            label_numbers((label.label for label in ours.data.gold), ours.spec),
            ours.predicted_indices(),
            other.predicted_indices(),
            ours.data.units,
            len(ours.spec.labels),
            count_metrics(ours.spec.labels)[ours.spec.main_metric],
            rounds=max(rounds, 40 * len(pairs)),
            seed=seed,
            resamples=resamples,
        )
        for ours, other in pairs
    ]
    adjusted = holm([test.p for test in tests])
    return [
        {
            "set": ours.spec.set,
            "task": ours.spec.name,
            "labels": list(ours.spec.labels),
            "metric": ours.spec.main_metric,
            **{side: {"model": each.model, "corpus_version": each.spec.train_version} for side, each in
               (("a", ours), ("b", other))},
            **test.to_dict(),
            "p_holm": float(p),
            "tie": bool(p >= ALPHA),
        }
        for (ours, other), test, p in zip(pairs, tests, adjusted, strict=True)
    ]  # fmt: skip


def _question(result: Result) -> tuple[str, str, tuple[str, ...]]:
    return result.spec.set, result.spec.name, result.spec.labels
