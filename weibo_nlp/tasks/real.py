"""Public texts that are judged and not shipped: what is scored of them, and what a model may learn from to answer it.

The release has their labels by key. A user's own copies have the texts, which come in as a mapping of key to text;
without it there is nothing to learn from, but what others predicted can be scored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from weibo_nlp.corpus.release import Release
from weibo_nlp.corpus.schema import REAL as CONFIG
from weibo_nlp.corpus.schema import SPLITS, configs_of
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.external import text_key
from weibo_nlp.records import Document, Example, GoldLabel, Kind
from weibo_nlp.scheme import Scheme
from weibo_nlp.tasks.evaluation_set import EvaluationSet
from weibo_nlp.tasks.folds import Fold, corpus_folds
from weibo_nlp.tasks.spec import (
    COMPOSED_TO_REAL,
    CROSS_SOURCE,
    DEVELOPMENT,
    LEARNT_SPLITS,
    REAL,
    REAL_PROTOCOLS,
    REAL_SET,
    Protocol,
    TaskSpec,
    corpus_tasks,
    require_names,
)

# Of a real text, beside 1 of a composed one that needs no thread. More of it helps where sources are known, and lets
# the real `other` drown the topics; what weighs best is a matter of the model, and is chosen inside training, not here.
REAL_WEIGHT = 1.0
FEW_ROWS = 20
"""Of labels with fewer rows, a score says more about these rows than about the label."""

# Validation is left to what is calibrated later. Across sources it is scored as train is, and nothing is kept of the
# models: each fold learns from both.
_LEARNT: Mapping[Protocol, tuple[str, ...]] = {REAL: ("train",), COMPOSED_TO_REAL: (), CROSS_SOURCE: LEARNT_SPLITS}
_ZHIHU = "Zhihu"


def real_tasks(
    scheme: Scheme, version: str, wanted: Sequence[str] = (), protocols: Sequence[str] = (REAL,)
) -> list[TaskSpec]:
    """Tasks on the texts that are not shipped, protocol by protocol, with the labels of the corpus.

    Parameters
    ----------
    scheme : Scheme
        Tasks and their labels.
    version : str
        Of the corpus.
    wanted : sequence of str
        Tasks; all when empty.
    protocols : sequence of str
        Of ``REAL_PROTOCOLS``.

    Raises
    ------
    UnknownNameError
        If a wanted task is not in the scheme, or a protocol is not one of these texts.
    """
    require_names(scheme, wanted, "protocol of real texts", protocols, REAL_PROTOCOLS)
    return [
        TaskSpec(
            name=name,
            set=REAL_SET,
            protocol=protocol,
            train=_LEARNT[protocol],
            test=DEVELOPMENT if protocol == CROSS_SOURCE else "test",
            labels=task.labels,
            main_metric=task.main_metric,
            version=version,
            scheme=scheme.version,
            targeted=task.targeted,
        )
        for protocol in REAL_PROTOCOLS
        if protocol in protocols
        for name, task in scheme.tasks.items()
        if not wanted or name in wanted
    ]


@dataclass(frozen=True, slots=True)
class RealLabel:
    """A gold label of a text that is not shipped, the text's row, how the label was settled, and what annotators said.

    For targeted tasks it is a label on a canonical target; ``on_topic`` says whether on that of the text's own topic.
    """

    gold: GoldLabel
    row: Mapping[str, Any]
    settled: str
    votes: tuple[str, ...]
    on_topic: bool = True


@dataclass(frozen=True, slots=True)
class _Learnt:
    """One row to learn from; ``on_topic`` where its target, if any, is the canonical one of the text's gold topic."""

    example: Example
    label: str
    group: str
    weight: float
    source: str | None = None
    on_topic: bool = True


class RealTexts:
    """The texts of a release that are not shipped, read once for all tasks and protocols.

    Parameters
    ----------
    release : Release
        With labels of such texts.
    texts : mapping of str to str, optional
        Key -> text, of a user's copies. With it, rows whose text is not there are left out and counted; without it,
        all are scored, and examples and documents have no text.

    Raises
    ------
    UsageError
        If the release is older than such labels.
    """

    def __init__(self, release: Release, texts: Mapping[str, str] | None = None) -> None:
        if CONFIG not in configs_of(release.schema_version):
            raise UsageError(
                f"corpus {release.version} has no labels of real texts, which came with 0.3.0; take a later version."
            )
        self.release, self.texts = release, texts
        self._composed: dict[str, tuple[_Learnt, ...]] = {}
        self._keys: dict[str, str] = {}

    @cached_property
    def rows(self) -> Mapping[str, tuple[dict[str, Any], ...]]:
        """Rows of each split, in the order of the release."""
        return {split: tuple(self.release.rows(CONFIG, split)) for split in SPLITS}

    @cached_property
    def sets(self) -> Mapping[str, str]:
        """Key -> name of its published set, over all rows."""
        return {row["id"]: row["set"] for rows in self.rows.values() for row in rows}

    def scored(self, spec: TaskSpec) -> list[RealLabel]:
        """Gold labels that a spec scores, whose texts are there if texts are known."""
        return [label for label in self._labels(spec, spec.test.split("+")) if self._is_there(label)]

    def judged(self, spec: TaskSpec) -> list[RealLabel]:
        """Gold labels of the splits that a spec scores, for targeted tasks on every canonical target.

        Of texts that are there, if texts are known. Only the labels on the target of a text's own topic are scored; the
        others are nearly all ``none``, and teach what a text says nothing about.
        """
        if not spec.targeted:
            return self.scored(spec)
        rows = [row for split in spec.test.split("+") for row in self.rows[split]]
        labels = [label for row in rows for label in self._on_every_target(spec.name, row)]
        return [label for label in labels if self._is_there(label)]

    def evaluation_set(self, spec: TaskSpec) -> EvaluationSet:
        """Rows that a spec scores: the labels of `scored`, in their order.

        Raises
        ------
        DataError
            If there is none.
        """
        scored, n_all = self.scored(spec), len(self._labels(spec, spec.test.split("+")))
        if not scored:
            raise DataError(
                f"{spec.name} on real {spec.test}: none of {n_all:,} texts can be scored; take another task, or more "
                "copies of the published sets."
            )
        where = f"{spec.name} on real {spec.test}"
        counts = Counter(label.gold.label for label in scored)
        few = ", ".join(f"{label} {counts[label]}" for label in spec.labels if counts[label] < FEW_ROWS)
        notes = [f"{where}: fewer than {FEW_ROWS} rows, so no verdict on these labels: {few}"] if few else []
        if n_set_aside := n_all - len(scored):
            notes.insert(0, f"{where}: {len(scored):,} of {n_all:,} texts found; the others are not scored")
        return EvaluationSet(
            gold=tuple(label.gold for label in scored),
            groups=tuple(label.row["group"] for label in scored),
            documents=tuple(self._document(label.row) for label in scored),
            examples=tuple(map(self._example, scored)),
            notes=tuple(notes),
            n_set_aside=n_set_aside,
        )

    def folds(self, spec: TaskSpec, *, on_topic: bool = False) -> tuple[tuple[Fold, ...], tuple[str, ...]]:
        """Training runs that answer `evaluation_set` between them, and notes.

        All learn from train and validation of the corpus, as under its standard protocol. No row is learnt from whose
        text, but for width, case and the like, or whose group recurs in what its fold holds out.

        Parameters
        ----------
        spec : TaskSpec
            What is scored.
        on_topic : bool
            Whether to learn, for targeted tasks, only from pairs of a text and the canonical target of its own topic,
            which is what is scored. The corpus has as many pairs with the target of another topic, nearly all of them
            ``none``: what knows only the target would take their share for that of texts on the topic.

        Raises
        ------
        UsageError
            If texts are not known.
        """
        if self.texts is None:
            raise UsageError("there are no texts to learn from; give RealTexts those of your copies.")
        scored = self.scored(spec)
        labels = self._labels(spec, spec.train)
        known = [label for label in labels if self._is_there(label)]
        pool = [*self._composed_rows(spec), *map(self._learnt, known)]
        if on_topic:
            pool = [row for row in pool if row.on_topic]
        places: dict[str, list[int]] = {}
        for place, label in enumerate(scored):
            name = label.row["source"] if spec.protocol == CROSS_SOURCE else spec.test
            places.setdefault(name, []).append(place)
        folds, n_recurring = [], 0
        for name, held_out in sorted(places.items()):
            rows = [row for row in pool if spec.protocol != CROSS_SOURCE or row.source != name]
            held = [scored[place] for place in held_out]
            kept = self._without(rows, {self._key(label) for label in held}, {label.row["group"] for label in held})
            n_recurring += len(rows) - len(kept)
            folds.append(_fold(name, kept, held_out))
        notes = []
        if len(known) < len(labels):
            splits = " and ".join(spec.train)
            notes.append(
                f"{spec.name} under {spec.protocol}: learnt from {len(known):,} of {len(labels):,} texts of {splits}, "
                "those found"
            )
        if n_recurring:
            notes.append(
                f"{spec.name} under {spec.protocol}: {n_recurring:,} rows to learn from set aside (they recur in what "
                "is scored)"
            )
        return tuple(folds), tuple(notes)

    @cached_property
    def _canonical(self) -> Mapping[str, tuple[str, str]]:
        """Topic -> id and text of its canonical target."""
        targets = self.release.rows("targets")
        return {row["canonical_for"]: (row["id"], row["text"]) for row in targets if row["canonical_for"]}

    @cached_property
    def _topic_of_target(self) -> Mapping[str, str]:
        """Id of a canonical target -> its topic."""
        return {target_id: topic for topic, (target_id, _) in self._canonical.items()}

    def _labels(self, spec: TaskSpec, splits: Sequence[str]) -> list[RealLabel]:
        rows = [row for split in splits for row in self.rows[split]]
        if spec.targeted:
            return [self._on_canonical(spec.name, row) for row in rows if row["topic"] in self._canonical]
        task = self.release.scheme.task(spec.name)
        return [
            RealLabel(
                GoldLabel(row["id"], task.name, task.to_label(row[task.name])),
                row,
                row[f"{task.name}_settled"],
                tuple(map(task.to_label, row[f"{task.name}_votes"])),
            )
            for row in rows
        ]

    def _on_canonical(self, task: str, row: Mapping[str, Any]) -> RealLabel:
        labels = [label for label in self._on_every_target(task, row) if label.on_topic]
        if len(labels) != 1:
            target_id, _ = self._canonical[row["topic"]]
            raise DataError(
                f"{self.release.path}: {row['id']!r} has {len(labels)} labels on {target_id!r}, the target of its "
                "topic; rebuild or reinstall."
            )
        return labels[0]

    def _on_every_target(self, task: str, row: Mapping[str, Any]) -> list[RealLabel]:
        labels = []
        for stance in row["stances"]:
            if stance["target_id"] in self._topic_of_target:
                topic = self._topic_of_target[stance["target_id"]]
                _, target = self._canonical[topic]
                gold = GoldLabel(row["id"], task, stance[task], target)
                votes = tuple(stance["votes"])
                labels.append(RealLabel(gold, row, stance["settled"], votes, on_topic=topic == row["topic"]))
        return labels

    def _is_there(self, label: RealLabel) -> bool:
        return self.texts is None or label.row["id"] in self.texts

    def _text(self, row: Mapping[str, Any]) -> str:
        return "" if self.texts is None else self.texts[row["id"]]

    def _example(self, label: RealLabel) -> Example:
        return Example(self._text(label.row), label.gold.target)

    def _document(self, row: Mapping[str, Any]) -> Document:
        kind: Kind = "comment" if row["kind"] == "reaction" else "post"
        return Document(
            id=row["id"],
            kind=kind,
            text=self._text(row),
            thread=row["id"],
            platform="zhihu" if row["source"] == _ZHIHU else "weibo",
            extra={"set": row["set"], "source": row["source"], "text_kind": row["kind"], "drawn": row["drawn"]},
        )

    def _learnt(self, label: RealLabel) -> _Learnt:
        return _Learnt(
            self._example(label), label.gold.label, label.row["group"], REAL_WEIGHT, source=label.row["source"]
        )

    def _composed_rows(self, spec: TaskSpec) -> tuple[_Learnt, ...]:
        """What the standard protocol of the corpus learns from."""
        if spec.name not in self._composed:
            (own,) = corpus_tasks(self.release.scheme, self.release.version, [spec.name])
            (fold,) = corpus_folds(self.release, own)
            weights = fold.train_weights or (1.0,) * len(fold.train)
            columns = zip(fold.train, fold.train_labels, fold.train_groups, weights, strict=True)
            self._composed[spec.name] = tuple(
                _Learnt(*row, on_topic=on_topic)
                for row, on_topic in zip(columns, self._composed_on_topic(own), strict=True)
            )
        return self._composed[spec.name]

    def _composed_on_topic(self, own: TaskSpec) -> list[bool]:
        """Of each row that the standard protocol learns from, in its order, whether its target is that of its topic."""
        of_topic = {topic: target for topic, (_, target) in self._canonical.items()}
        marks = []
        for split in own.train:
            topics = {label.document_id: label.label for label in self.release.gold("topic", split)}
            labels = self.release.gold(own.name, split)
            marks += [not own.targeted or of_topic.get(topics[label.document_id]) == label.target for label in labels]
        return marks

    def _key(self, label: RealLabel) -> str:
        return self._key_of(self._text(label.row))

    def _key_of(self, text: str) -> str:
        if text not in self._keys:
            self._keys[text] = text_key(text)
        return self._keys[text]

    def _without(self, rows: Sequence[_Learnt], keys: Collection[str], groups: Collection[str]) -> list[_Learnt]:
        return [row for row in rows if row.group not in groups and self._key_of(row.example.text) not in keys]


def _fold(name: str, rows: Sequence[_Learnt], held_out: Sequence[int]) -> Fold:
    return Fold(
        name=name,
        train=tuple(row.example for row in rows),
        train_labels=tuple(row.label for row in rows),
        train_groups=tuple(row.group for row in rows),
        train_weights=tuple(row.weight for row in rows),
        held_out=tuple(held_out),
    )
