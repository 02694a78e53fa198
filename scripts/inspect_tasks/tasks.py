"""The four tasks for inspect_ai, with the prompts, the documents and the reader of answers of ``scripts/lm_eval``."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, mean, metric, scorer, stderr
from inspect_ai.solver import TaskState

from weibo_nlp.corpus import open_release
from weibo_nlp.scheme import load_scheme
from weibo_nlp.stats import metrics
from weibo_nlp.stats.bootstrap import estimate_rows

LM_EVAL = Path(__file__).resolve().parents[1] / "lm_eval"


def _load(name: str) -> Any:
    """A file of the folder lm_eval by its path: imported by name, the folder would pass for the package."""
    spec = spec_from_file_location(f"weibo_nlp_lm_eval_{name}", LM_EVAL / f"{name}.py")
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


answers, documents, prompts = _load("answers"), _load("documents"), _load("prompts")


@task
def weibo_nlp_topic(prompt: int = 1, shots: int = 0, seed: int = prompts.SHOTS_SEED) -> Task:
    """What a document is mainly about.

    Parameters
    ----------
    prompt : int
        Number of the paraphrase.
    shots : int
        Examples before each question, from the training split.
    seed : int
        Of the draw of examples.
    """
    return _task("topic", prompt, shots, seed)


@task
def weibo_nlp_sentiment(prompt: int = 1, shots: int = 0, seed: int = prompts.SHOTS_SEED) -> Task:
    """What a document's author feels; parameters as for the topic."""
    return _task("sentiment", prompt, shots, seed)


@task
def weibo_nlp_stance(prompt: int = 1, shots: int = 0, seed: int = prompts.SHOTS_SEED) -> Task:
    """Where a document's author stands on a target; parameters as for the topic."""
    return _task("stance", prompt, shots, seed)


@task
def weibo_nlp_irony(prompt: int = 1, shots: int = 0, seed: int = prompts.SHOTS_SEED) -> Task:
    """Whether a document's author means what the words say; parameters as for the topic."""
    return _task("irony", prompt, shots, seed)


def _task(name: str, prompt: int, shots: int, seed: int) -> Task:
    settings = prompts.settings()
    release = open_release(version=settings.corpus_version)
    rows, train = (documents.rows(release, name, split) for split in ("test", "train"))
    words = answers.choices({"task": name})
    asked = prompts.questions(rows, name, prompt, words, train=train, shots=shots, seed=seed)
    labels = release.scheme.task(name).labels
    samples = []
    for row, question in zip(rows, asked, strict=True):
        about = {"document_id": row["document_id"], "target": row.get("target")}
        label = labels[row["label"]]
        samples.append(
            Sample(
                id=" ".join(filter(None, about.values())),
                input=question,
                target=label,
                metadata={**about, "thread": row["thread"], "task": name, "label": label},
            )
        )
    return Task(
        dataset=MemoryDataset(samples, name=f"weibo_nlp {release.version} {name}"),
        scorer=label_named(name),
        config=GenerateConfig(temperature=0, max_tokens=settings.max_tokens),
        version=settings.version,
        metadata={"corpus_version": settings.corpus_version},
    )


@metric
def macro_f1() -> Metric:
    """Mean F1 of the scheme's labels, with a 95 % bootstrap interval over whole threads where there is one.

    An answer without a label is missed by its gold label and taken by none, as in the tasks of lm_eval.
    """

    def measure(scores: list[SampleScore]) -> dict[str, float]:
        rows = [score.sample_metadata or {} for score in scores]
        (name,) = {row["task"] for row in rows}
        places = {label: place for place, label in enumerate(load_scheme().task(name).labels)}
        nothing = len(places)
        found = estimate_rows(
            [places[row["label"]] for row in rows],
            [places.get(score.score.answer or "", nothing) for score in scores],
            [row["thread"] for row in rows],
            nothing + 1,
            {"macro_f1": lambda confusion: metrics.f1(confusion)[..., :nothing].mean(axis=-1)},
        )["macro_f1"]
        ends = {"macro_f1_low": found.low, "macro_f1_high": found.high}
        return {"macro_f1": found.value} | {end: value for end, value in ends.items() if value is not None}

    return measure


# Rows of a thread are not independent: standard errors over threads.
_SHARES = {name: [mean(), stderr(cluster="thread")] for name in ("accuracy", "refused", "unparseable")}


@scorer(metrics=[macro_f1(), _SHARES])
def label_named(name: str) -> Scorer:
    """Read the one label that an answer names; none, or several, is never right.

    Parameters
    ----------
    name : str
        Task of the scheme.
    """

    async def score(state: TaskState, target: Target) -> Score:
        answer = answers.read(state.output.completion, name)
        # Some providers withhold an answer instead of declining in words.
        refused = answer.label is None and (answer.refused or state.output.stop_reason == "content_filter")
        return Score(
            value={
                "accuracy": float(answer.label == target.text),
                "refused": float(refused),
                "unparseable": float(answer.label is None and not refused),
            },
            answer=answer.label,
            explanation=state.output.completion,
        )

    return score
