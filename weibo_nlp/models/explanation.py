"""Why a linear model gives a label: what each piece of a text adds to the log odds, exactly.

A linear model's log odds are a sum over features, so that nothing has to be estimated. The n-grams of a text overlap:
what one of them adds is spread evenly over its places in the prepared text and their characters, and what the
characters of a word (of the shipped segmenter) got is added up. So the words of a text add up to what its n-grams do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from weibo_nlp.errors import UsageError
from weibo_nlp.features.layout import ColumnLayout, cue_column, cue_weight, target_text
from weibo_nlp.features.ngrams import MAX_N
from weibo_nlp.features.preparation import prepared
from weibo_nlp.features.relation import relation
from weibo_nlp.features.targeted import TargetedNgrams
from weibo_nlp.io.names import quoted_list
from weibo_nlp.models.base import FloatArray, IntArray
from weibo_nlp.records import Example, Span
from weibo_nlp.segmentation import segment

if TYPE_CHECKING:
    from weibo_nlp.models.linear import LinearClassifier

TEXT, PARENT, TARGET, NEAR, CUE = "text", "parent", "target", "near", "cue"
"""Fields of an example: its text, the text answered, the target's words, what stands near its mention, and cues."""
_SMALLEST = 1e-12


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one piece of an example adds.

    Attributes
    ----------
    field : str
        ``text``, ``parent`` (the text answered), ``target`` (the target's words), ``near`` (what stands around a
        mention of the target, which is a ``◇`` there) or ``cue`` (what the model is told of the two, such as
        ``not before``).
    piece : str
        A word, as the model reads it; of a cue, its name.
    for_label : float
        What it adds to the score of the label, whose softmax over labels is the probability.
    over_other : float
        What it adds to the log odds of the label against the other one.
    span : Span or None
        Where it stands in the field's prepared text; None for cues.
    """

    field: str
    piece: str
    for_label: float
    over_other: float
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a model gives a label to an example, rather than another.

    Attributes
    ----------
    label, other : str
        The label explained, by default the most probable one; and what it is set against, by default the most probable
        of the rest.
    probability, other_probability : float
        Of both.
    texts : mapping of str to str
        Field -> its text as the model reads it.
    contributions : tuple of Contribution
        The pieces, those that tell the two labels apart most first.
    intercept_for_label, intercept_over_other : float
        What is added before anything is read.
    score : float
        Score of the label: the intercept and all that is added ``for_label``.
    log_odds : float
        log(probability / other_probability): the intercept and all that is added ``over_other``.
    ngrams : tuple of (str, str, float)
        Field, n-gram, and what it adds ``over_other``: what the pieces of the fields are made of, before overlapping
        n-grams were spread over characters.
    """

    label: str
    other: str
    probability: float
    other_probability: float
    texts: Mapping[str, str]
    contributions: tuple[Contribution, ...]
    intercept_for_label: float
    intercept_over_other: float
    score: float
    log_odds: float
    ngrams: tuple[tuple[str, str, float], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        content = {item.name: getattr(self, item.name) for item in fields(self)}
        pieces = [
            {
                "field": each.field,
                "piece": each.piece,
                "for_label": each.for_label,
                "over_other": each.over_other,
                "start": None if each.span is None else each.span.start,
                "end": None if each.span is None else each.span.end,
            }
            for each in self.contributions
        ]
        return content | {
            "texts": dict(self.texts),
            "contributions": pieces,
            "ngrams": [list(each) for each in self.ngrams],
        }


def explain(model: LinearClassifier, example: Example, label: str | None, other: str | None) -> Explanation:
    """Explain the answer of a trained linear model; see :meth:`weibo_nlp.models.LinearClassifier.explain`."""
    if not isinstance(model.features_, TargetedNgrams):
        raise UsageError(
            f"the {model.name} model reads more than n-grams and cues, and cannot say which words count; explain one "
            "that has no encoder."
        )
    labels = model.classes_.tolist()
    for name in (label, other):
        if name is not None and name not in labels:
            raise UsageError(f"label {name!r:.60} is none of the model's: {quoted_list(labels)}.")
    if len(labels) < 2 or (label is not None and label == other):
        raise UsageError("a label is explained against another one; name two that differ.")
    shares = model.predict_proba([example])[0]
    order = [labels[place] for place in np.argsort(-shares, kind="stable")]
    chosen = label if label is not None else next(each for each in order if each != other)
    rival = other if other is not None else next(each for each in order if each != chosen)
    one, two = labels.index(chosen), labels.index(rival)

    (ready,) = prepared([example])
    row = model.features_.transform([ready]).tocsr()
    mixing = model.calibrator_coef_.astype(np.float64)
    # One row a column that the example has: what it adds to the score of each label.
    added = row.data[:, None] * (model.coef_[:, row.indices].T.astype(np.float64) @ mixing.T)
    before = mixing @ model.intercept_.astype(np.float64) + model.calibrator_intercept_
    pairs = np.stack([added[:, one], added[:, one] - added[:, two]], axis=1)

    texts, cues = _read(model.features_.layout, ready)
    terms = _terms(model.features_, cues, np.asarray(row.indices, dtype=np.int64), pairs)
    contributions = [each for field, ngrams in terms.items() if field != CUE for each in _pieces(field, texts, ngrams)]
    contributions += [
        Contribution(CUE, name, float(values[0]), float(values[1])) for name, values in terms.get(CUE, {}).items()
    ]
    kept = [each for each in contributions if max(abs(each.for_label), abs(each.over_other)) > _SMALLEST]
    kept.sort(key=lambda each: (-abs(each.over_other), -abs(each.for_label), each.field, each.piece))
    ngrams = [(field, term, float(v[1])) for field, each in terms.items() if field != CUE for term, v in each.items()]
    return Explanation(
        label=chosen,
        other=rival,
        probability=float(shares[one]),
        other_probability=float(shares[two]),
        texts=texts,
        contributions=tuple(kept),
        intercept_for_label=float(before[one]),
        intercept_over_other=float(before[one] - before[two]),
        score=float(before[one] + pairs[:, 0].sum()),
        log_odds=float(before[one] - before[two] + pairs[:, 1].sum()),
        ngrams=tuple(sorted(ngrams, key=lambda item: -abs(item[2]))),
    )


def _read(layout: ColumnLayout, example: Example) -> tuple[dict[str, str], dict[str, float]]:
    """Texts that the n-grams of a prepared example are counted in, by field; and its cues, with their weights."""
    texts = {TEXT: example.text}
    if layout.with_parent:
        texts[PARENT] = example.parent or ""
    if not layout.with_target:
        return texts, {}
    target = example.target or ""
    texts[TARGET] = target_text(target)
    if not layout.is_related:
        return texts, {}
    near = relation(example.text, texts[TARGET], layout.words.get(target, ()))
    texts[NEAR] = near.window
    cues: dict[str, float] = {}
    for cue in near.cues:
        for name in (cue, f"{layout.family(target)} {cue}"):
            cues[name] = cues.get(name, 0.0) + cue_weight(cue)
    return texts, cues


def _field_of(layout: ColumnLayout, block: int) -> str:
    """Field whose n-grams a block of columns counts."""
    if layout.with_parent and block == 1:
        return PARENT
    if layout.with_target and block == layout.target_block:
        return TARGET
    return NEAR if layout.is_related and block == layout.window_block else TEXT


def _terms(
    features: TargetedNgrams, cues: Mapping[str, float], columns: IntArray, pairs: FloatArray
) -> dict[str, dict[str, FloatArray]]:
    """Field -> n-gram (or cue) -> what it adds, over all copies of the vocabulary that speak of the field."""
    layout, vocabulary = features.layout, features.vectorizer_.get_feature_names_out()
    first_cue = layout.n_blocks * len(vocabulary)
    terms: dict[str, dict[str, FloatArray]] = {}
    for column, values in zip(columns.tolist(), pairs, strict=True):
        block, place = divmod(column, len(vocabulary))
        if column < first_cue:
            shares = [(_field_of(layout, block), str(vocabulary[place]), 1.0)]
        else:  # a column of cues may be that of several, of which each adds by its weight
            here = [(name, weight) for name, weight in cues.items() if cue_column(name) == column - first_cue]
            total = sum(weight for _, weight in here)
            shares = [(CUE, name, weight / total) for name, weight in here]
        for field, term, share in shares:
            known = terms.setdefault(field, {})
            known[term] = known.get(term, np.zeros(2)) + values * share
    return terms


def _pieces(field: str, texts: Mapping[str, str], ngrams: Mapping[str, FloatArray]) -> Iterator[Contribution]:
    """Spread n-grams over the characters of a text, and add them up by words."""
    text = texts[field]
    characters = np.zeros((len(text), 2))
    places: dict[str, list[int]] = {}
    for n in range(1, MAX_N + 1):
        for start in range(len(text) - n + 1):
            if (term := text[start : start + n]) in ngrams:
                places.setdefault(term, []).append(start)
    for term, values in ngrams.items():
        for start in places[term]:
            characters[start : start + len(term)] += values / (len(places[term]) * len(term))
    start = 0
    for word in segment(text):
        one, two = characters[start : start + len(word)].sum(axis=0).tolist()
        yield Contribution(field, word, one, two, Span(start, start + len(word)))
        start += len(word)
