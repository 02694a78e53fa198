"""What weights may learn from: composed documents, public texts by source, and for stance C-STANCE."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from weibo_nlp.corpus.release import open_release, versions
from weibo_nlp.features.context import context_of
from weibo_nlp.profiling.duplicates import near_duplicates
from weibo_nlp.records import Example
from weibo_nlp.tasks.evaluation_set import full_text
from weibo_nlp.tasks.external import open_external
from weibo_nlp.tasks.folds import corpus_folds
from weibo_nlp.tasks.real import RealTexts
from weibo_nlp.tasks.spec import LEARNT_SPLITS, TaskSpec, corpus_tasks
from weibo_nlp.text import domain_lexicon

OPEN_SOURCES = ("COLD", "SWSR", "Zhihu", "hot search")
"""Sources whose terms let weights that learnt from them be given to anybody."""
C_STANCE = "C-STANCE"
_TERMS = re.compile(
    "|".join(
        re.escape(word)
        for topic in ("credit", "self_media", "consumer_nationalism")
        for word in domain_lexicon().of_kind(f"term_{topic}")
    )
)
WITH_RETIRED = "0.3.1"
"""The last version whose events ask about targets that copy or mirror a canonical one."""
SHORT_KINDS = ("question", "title")
"""Texts that nobody posts: they say what is asked and reported, nearly never a feeling."""


@dataclass(frozen=True)
class RowWeights:
    """What rows weigh beside 1 of a composed document.

    Attributes
    ----------
    public : float
        Of a public post or reaction.
    short : float
        Of a public question or title.
    off_topic : float
        What a public text weighs, of that, on the canonical target of another topic than its own.
    c_stance : float
        Of a row of C-STANCE.
    own_target : float
        Of a composed document on a target of its event alone, beside 1 on a canonical one.
    """

    public: float = 1.0
    short: float = 1.0
    off_topic: float = 1.0
    c_stance: float = 1.0
    own_target: float = 1.0


@dataclass(frozen=True)
class TrainingRows:
    """What a model may learn from, column by column.

    ``sources`` are None for composed rows, ``kinds`` for all but public texts; ``on_topic`` is whether the target, if
    there is one, is the canonical one of a public text's own topic, or of composed texts a canonical one at all.
    """

    examples: tuple[Example, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    weights: tuple[float, ...]
    sources: tuple[str | None, ...]
    kinds: tuple[str | None, ...]
    on_topic: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def __add__(self, other: Self) -> Self:
        mine, theirs = vars(self), vars(other)
        return type(self)(**{name: mine[name] + theirs[name] for name in mine})

    def subset(self, places: Iterable[int]) -> Self:
        """The rows at some places."""
        places = list(places)
        columns = {name: tuple(values[place] for place in places) for name, values in vars(self).items()}
        return type(self)(**columns)

    def of(self, sources: Collection[str | None]) -> Self:
        """The rows of some sources."""
        return self.subset(place for place, source in enumerate(self.sources) if source in sources)

    def without(self, sources: Collection[str | None]) -> Self:
        """The rows of all other sources."""
        return self.subset(place for place, source in enumerate(self.sources) if source not in sources)

    def without_groups(self, groups: Collection[str]) -> Self:
        """The rows of all other groups."""
        return self.subset(place for place, group in enumerate(self.groups) if group not in groups)

    def weights_of(self, weights: RowWeights) -> list[float]:
        """What each row weighs."""
        facts = zip(self.weights, self.sources, self.kinds, self.on_topic, strict=True)
        return [own * _share(weights, source, kind, on_topic) for own, source, kind, on_topic in facts]

    def weighted(self, weights: RowWeights) -> Self:
        """The same rows, weighing as said; those that weigh nothing are left out."""
        new = self.weights_of(weights)
        rows = replace(self, weights=tuple(new))
        return rows.subset(place for place, weight in enumerate(new) if weight > 0)

    def once(self, held_out: Sequence[str] = ()) -> Self:
        """Leave out texts that nearly recur in an earlier row, and those that do in `held_out`.

        So an n-gram that occurs in several texts of a model's vocabulary occurs in as many that nobody copied.
        """
        texts = list(dict.fromkeys(example.text for example in self.examples))
        n_held = len(held_out)
        doubles = {later for _, later, _ in near_duplicates([*held_out, *texts])}
        kept = {text for place, text in enumerate(texts, start=n_held) if place not in doubles}
        return self.subset(place for place, example in enumerate(self.examples) if example.text in kept)


def composed_rows(real: RealTexts, spec: TaskSpec, *, with_context: bool = False) -> TrainingRows:
    """Composed documents of train and validation, less those that only their thread explains.

    These teach stance, whose models see the text that is answered; and they teach the topic where their own words hold
    a word of one, since what a thread had to explain is then another thing. `with_context` keeps all of them, weighing
    less, as under the standard protocol.
    """
    (own,) = corpus_tasks(real.release.scheme, real.release.version, [spec.name])
    (fold,) = corpus_folds(real.release, own)
    n = len(fold.train)
    weights = fold.train_weights or (1.0,) * n
    rows = TrainingRows(
        fold.train,
        fold.train_labels,
        fold.train_groups,
        weights,
        (None,) * n,
        (None,) * n,
        _on_canonical(real, (example.target for example in fold.train)),
    )
    if with_context:
        return rows
    rows = replace(rows, weights=(1.0,) * n)
    explained = [
        weight == 1 or (spec.name == "topic" and _TERMS.search(each.text) is not None)
        for weight, each in zip(weights, fold.train, strict=True)
    ]
    return rows.subset(place for place, is_explained in enumerate(explained) if is_explained)


def with_retired(real: RealTexts) -> RealTexts | None:
    """The same texts beside the release `WITH_RETIRED`; None where a folder of releases does not hold it."""
    path = real.release.path
    return RealTexts(open_release(path, version=WITH_RETIRED), real.texts) if WITH_RETIRED in versions(path) else None


def retired_rows(real: RealTexts, spec: TaskSpec) -> TrainingRows:
    """Composed documents of train and validation on targets that no event asks about any more, from `WITH_RETIRED`.

    They copied or mirrored a canonical target, so that nothing is to be scored on them; but people ask about 咪蒙 or a
    brand by name, and what was judged there holds.
    """
    current, older = composed_rows(real, spec), with_retired(real)
    if older is None:
        return current.subset(())
    asked = {example.target for example in current.examples}
    rows = composed_rows(older, spec)
    return rows.subset(place for place, example in enumerate(rows.examples) if example.target not in asked)


def rows_in_context(real: RealTexts, spec: TaskSpec) -> TrainingRows:
    """Composed documents of train and validation with the text that each answers and the first of its thread."""
    release = real.release
    documents = {document.id: document for document in release.documents()}
    above = {document.id: thread.path_to_root(document.id)[1:] for thread in release.threads() for document in thread}
    labels = [label for split in LEARNT_SPLITS for label in release.gold(spec.name, split)]
    n = len(labels)

    def context(document_id: str) -> str | None:
        parent, root = above[document_id][:1], above[document_id][-1:]
        return context_of(*(full_text(*each) if each else None for each in (parent, root)))

    return TrainingRows(
        examples=tuple(
            Example(full_text(documents[label.document_id]), label.target, context(label.document_id))
            for label in labels
        ),
        labels=tuple(label.label for label in labels),
        groups=tuple(documents[label.document_id].thread for label in labels),
        weights=(1.0,) * n,
        sources=(None,) * n,
        kinds=(None,) * n,
        on_topic=_on_canonical(real, (label.target for label in labels)),
    )


def _on_canonical(real: RealTexts, targets: Iterable[str | None]) -> tuple[bool, ...]:
    """Of each target, whether it is the canonical one of a topic; true where there is none."""
    canonical = {row["text"] for row in real.release.rows("targets") if row["canonical_for"]}
    return tuple(target is None or target in canonical for target in targets)


def public_rows(real: RealTexts, spec: TaskSpec, split: str) -> TrainingRows:
    """Public texts of a split whose copies are there; for stance, each on all canonical targets."""
    labels, texts = real.judged(replace(spec, test=split)), real.texts or {}
    return TrainingRows(
        examples=tuple(Example(texts[label.row["id"]], label.gold.target) for label in labels),
        labels=tuple(label.gold.label for label in labels),
        groups=tuple(label.row["group"] for label in labels),
        weights=(1.0,) * len(labels),
        sources=tuple(label.row["source"] for label in labels),
        kinds=tuple(label.row["kind"] for label in labels),
        on_topic=tuple(label.on_topic for label in labels),
    )


def c_stance_rows(external: Path) -> TrainingRows:
    """Training part of C-STANCE."""
    part = open_external("c_stance", external).part("train")
    texts = {document.id: document.text for document in part.documents}
    n = len(part.gold)
    return TrainingRows(
        examples=tuple(Example(texts[label.document_id], label.target) for label in part.gold),
        labels=tuple(label.label for label in part.gold),
        groups=tuple(f"{C_STANCE} {texts[label.document_id]}" for label in part.gold),
        weights=(1.0,) * n,
        sources=(C_STANCE,) * n,
        kinds=(None,) * n,
        on_topic=(True,) * n,
    )


def _share(weights: RowWeights, source: str | None, kind: str | None, on_topic: bool) -> float:
    if source is None:
        return 1.0 if on_topic else weights.own_target
    if source == C_STANCE:
        return weights.c_stance
    return (weights.short if kind in SHORT_KINDS else weights.public) * (1.0 if on_topic else weights.off_topic)
