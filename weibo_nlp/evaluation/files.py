"""Prediction files scored against the gold labels that their headers name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from weibo_nlp.corpus import Release, open_release, versions
from weibo_nlp.errors import PredictionError, UnknownNameError, UsageError
from weibo_nlp.evaluation.alignment import require_own_seeds
from weibo_nlp.evaluation.judges import family_notes, judge_families
from weibo_nlp.evaluation.results import Provenance, Result, Scores
from weibo_nlp.evaluation.scoring import score
from weibo_nlp.evaluation.slices import corpus_slices, real_slices
from weibo_nlp.evaluation.soft_labels import corpus_votes, label_distribution
from weibo_nlp.predictions import PredictionFile, PredictionHeader, read_predictions
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.tasks.evaluation_set import EvaluationSet
from weibo_nlp.tasks.external import external_evaluation_set, external_task, open_external, zero_shot_tasks
from weibo_nlp.tasks.folds import corpus_evaluation_set
from weibo_nlp.tasks.real import RealTexts, real_tasks
from weibo_nlp.tasks.spec import CORPUS, EXTERNAL, EXTERNAL_PROTOCOLS, LABELLED_HERE, TaskSpec, corpus_tasks


def evaluate(
    predictions: str | Path | PredictionFile | Sequence[PredictionFile],
    *,
    external_path: str | Path | None = None,
    bootstrap: BootstrapConfig = DEFAULT,
) -> Result:
    """Score a prediction file against the gold labels that its header names.

    Parameters
    ----------
    predictions : str, Path, PredictionFile or sequence of PredictionFile
        A file, whoever wrote it; several are one system's, one for each training seed, and are taken in the order of
        the seeds. The header names set, version, split, task and protocol.
    external_path : str or Path, optional
        Folder of your copy, for predictions on an external set.
    bootstrap : BootstrapConfig
        How intervals are made.

    Returns
    -------
    Result
        Every metric of the task as an `Estimate`, with its interval over independent units; in ``notes``, which
        rows of an external copy were set aside (``n_set_aside`` counts them), that another part than test was scored,
        that the system is of the family of models that judged the rows, and how many labels are not those of the
        highest score, if any.

    Raises
    ------
    PredictionError
        If a file cannot be scored as it stands, naming every fault with file and line, or is about something else
        than the first.
    UsageError
        If a file cannot be opened, several are not runs with a seed each, or an external set's folder is missing, or
        given without need.

    Examples
    --------
    >>> import tempfile, weibo_nlp
    >>> from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions
    >>> release = weibo_nlp.corpus.open_release()
    >>> header = PredictionHeader("corpus", release.version, "test", "irony", "standard", release.scheme.version,
    ...                           ModelReference("never ironic", "1"))
    >>> rows = [weibo_nlp.Prediction(gold.document_id, "irony", "false", {}) for gold in release.gold("irony", "test")]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_predictions(f"{folder}/never.jsonl", header, rows)
    ...     result = weibo_nlp.evaluate(f"{folder}/never.jsonl")
    >>> round(result.metrics["accuracy"].value, 2)
    0.96
    """
    files = [read_predictions(predictions)] if isinstance(predictions, str | Path) else predictions
    files = [files] if isinstance(files, PredictionFile) else list(files)
    if not files:
        raise UsageError("no prediction file given; name one, or one for each seed of a system.")
    require_own_seeds(files)
    # Sums of floats depend on their order, and figures shall not depend on that of the files.
    files.sort(key=lambda file: file.header.seed or 0)
    first = files[0]
    spec, evaluation_set = resolve_evaluation_set(first.header, external_path, where=first.where_header)
    scores = score_set(files, spec, evaluation_set, bootstrap)
    provenance = Provenance.of(spec, first.header.model.name, first.header.model.version)
    of_judges = family_notes([first.header.model.name], evaluation_set.judges)
    notes = (*evaluation_set.notes, *of_judges, *_label_notes(files))
    return Result(provenance, scores, notes=notes, n_set_aside=evaluation_set.n_set_aside)


def _label_notes(files: Sequence[PredictionFile]) -> tuple[str, ...]:
    """Say of how many rows the label is not the one with the highest score: tuned thresholds do so, and mistakes."""
    rows = [row for file in files for row in file.predictions]
    # Of several with the highest score, any may be chosen.
    other = sum(bool(row.scores) and row.scores[row.label] < max(row.scores.values()) for row in rows)
    if not other:
        return ()
    return (
        f"{other:,} of {len(rows):,} predictions have another label than the one with the highest score; calibration, "
        "log_loss and brier are of the scores, all other metrics of the labels.",
    )


def score_set(
    files: Sequence[PredictionFile], spec: TaskSpec, evaluation_set: EvaluationSet, bootstrap: BootstrapConfig = DEFAULT
) -> Scores:
    """Score the files of one system, a file a seed, against an evaluation set.

    Raises
    ------
    PredictionError
        If a file cannot be scored as it stands, or is about something else.
    """
    return score(
        files,
        evaluation_set.gold,
        spec.labels,
        evaluation_set.groups,
        task=spec.name,
        main_metric=spec.main_metric,
        bootstrap=bootstrap,
        expect=spec.about,
        votes=evaluation_set.votes,
        slices=evaluation_set.slices,
    )


def judged_evaluation_set(release: Release, spec: TaskSpec) -> EvaluationSet:
    """Rows of a corpus task that are scored, with the annotators' votes and the slices of each."""
    evaluation_set = corpus_evaluation_set(release, spec)
    return replace(
        evaluation_set,
        votes=corpus_votes(release, evaluation_set.gold, spec.labels),
        slices=corpus_slices(release, evaluation_set.gold),
        judges=judge_families(release),
    )


def judged_real_set(real: RealTexts, spec: TaskSpec) -> EvaluationSet:
    """Rows of texts that are not shipped that a task scores, with the annotators' votes and the slices of each."""
    scored, evaluation_set = real.scored(spec), real.evaluation_set(spec)
    judged = [{str(number): vote for number, vote in enumerate(label.votes)} for label in scored]
    return replace(
        evaluation_set,
        votes=label_distribution(judged, evaluation_set.gold, spec.labels),
        slices=real_slices(scored, evaluation_set.documents),
        judges=judge_families(real.release),
    )


def resolve_evaluation_set(
    header: PredictionHeader, external_path: str | Path | None = None, *, where: str = "header"
) -> tuple[TaskSpec, EvaluationSet]:
    """Find the gold labels that a prediction file's header names.

    Parameters
    ----------
    header : PredictionHeader
        Of the file.
    external_path : str or Path, optional
        Folder of the user's copy, for an external set.
    where : str
        File and line of the header, for messages.

    Raises
    ------
    PredictionError
        If nothing that is installed is what the header names.
    UsageError
        If an external set's folder is missing, or given without need.
    """
    known, labelled_here = LABELLED_HERE.get(header.set, EXTERNAL_PROTOCOLS), header.set in LABELLED_HERE
    if labelled_here and external_path is not None:
        what = "the corpus" if header.set == CORPUS else "real texts, whose labels come with the corpus"
        raise UsageError(f"{where}: predictions on {what}; leave the folder of an external set out.")
    if not labelled_here and external_path is None:
        raise UsageError(f"{where}: predictions on {header.set}; name the folder of your copy with --path.")
    if header.protocol not in known:
        raise PredictionError(
            f"{where}: protocol is {header.protocol!r}, what can be scored on {header.set} is {', '.join(known)}; "
            "predict under one of these."
        )
    if external_path is None:
        spec, evaluation_set = _of_release(header, where)
    else:
        spec, evaluation_set = _of_external(header, external_path, where)
    for name, expected in spec.about.items():
        if (stated := getattr(header, name)) != expected:
            raise PredictionError(
                f"{where}: {name} is {stated!r}, what can be scored here is {expected!r}; "
                "predict that, or install the version the file was made for."
            )
    return spec, evaluation_set


def _of_release(header: PredictionHeader, where: str) -> tuple[TaskSpec, EvaluationSet]:
    known = versions()
    if header.version not in known:
        raise PredictionError(
            f"{where}: version is {header.version!r}, what can be scored here is {', '.join(map(repr, known))}; "
            "predict that, or install the version the file was made for."
        )
    release = open_release(version=header.version)
    try:
        if header.set == CORPUS:
            (spec,) = corpus_tasks(release.scheme, release.version, [header.task], [header.protocol])
            return spec, judged_evaluation_set(release, spec)
        (spec,) = real_tasks(release.scheme, release.version, [header.task], [header.protocol])
        return spec, judged_real_set(RealTexts(release), spec)
    except (UnknownNameError, UsageError) as error:
        raise PredictionError(f"{where}: {error}") from None


def _of_external(header: PredictionHeader, path: str | Path, where: str) -> tuple[TaskSpec, EvaluationSet]:
    external = open_external(header.set, path)
    if header.protocol == EXTERNAL:
        spec = external_task(external)
    else:
        specs = {spec.name: spec for spec in zero_shot_tasks(external, open_release())}
        if header.task not in specs:
            raise PredictionError(f"{where}: task is {header.task!r}, what can be scored here is {', '.join(specs)}.")
        spec = specs[header.task]
    return spec, external_evaluation_set(external, spec)
