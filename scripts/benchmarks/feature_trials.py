"""What could stand beside character n-grams: each idea on the same folds of the public training texts.

Nothing but training is read: composed documents teach in every fold, and what is scored are public training texts of
groups, or of a source, that the fold has not learnt from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from benchmarks.real_layers import CV_C
from benchmarks.word_vectors import Unlabelled, WordVectors, cut
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC
from training.rows import OPEN_SOURCES, TrainingRows

from weibo_nlp.features.layout import SHARED_SCALE
from weibo_nlp.features.targeted import TargetedNgrams
from weibo_nlp.records import Example

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Blocks = tuple[Any, Any]
"""A matrix for the rows that are learnt from, one for those held out."""
MarginsOf = Callable[[Any, IntArray, FloatArray, Any, int], FloatArray]
"""From features, label codes and weights to learn from, features to answer and the number of labels, to margins."""

MIN_DF = 2
INNER_FOLDS = 3
VECTOR_SCALE = 0.5
"""Length of the mean of word vectors, beside n-grams of length 1."""
N_UNLABELLED = 20_000
N_CONFIDENT = 2_000
CONFIDENT_WEIGHT = 0.3
SIGNS = "!！?？#[@⌁…。,，~"
"""Of a prepared text, counted for the stack."""
_ABSENT = -1.0  # what an SVM says that was shown no text of a label


@dataclass(frozen=True)
class TrialFold:
    """One fold of a task: what is learnt from, what is scored, and what else a trial may take; texts are prepared.

    Attributes
    ----------
    task : str
        Task that is scored.
    labels : mapping of str to tuple of str
        Labels of every task.
    taught : mapping of str to TrainingRows
        Of every task, the rows that may be learnt from.
    judged : mapping of str to TrainingRows
        Of every task, the rows held out.
    unlabelled, vocabulary : Unlabelled
        Texts without labels; and those whose commonest words an encoder is asked for.
    targets : mapping of str to str
        The canonical target of each topic that has one.
    calibrated : bool
        Whether labels come from probabilities, as those of the linear model do, rather than from bare margins.
    """

    task: str
    labels: Mapping[str, tuple[str, ...]]
    taught: Mapping[str, TrainingRows]
    judged: Mapping[str, TrainingRows]
    unlabelled: Unlabelled
    vocabulary: Unlabelled
    targets: Mapping[str, str]
    calibrated: bool = False

    @property
    def learnt(self) -> TrainingRows:
        """Rows of the task that is scored."""
        return self.taught[self.task]

    @property
    def scored(self) -> TrainingRows:
        """Rows held out of the task that is scored."""
        return self.judged[self.task]

    @property
    def codes(self) -> IntArray:
        """Places of the labels of what is learnt from."""
        return _codes(self.learnt, self.labels[self.task])

    @property
    def gold(self) -> IntArray:
        """Places of the labels of what is held out."""
        return _codes(self.scored, self.labels[self.task])

    def of(self, task: str, scored: TrainingRows, taught: Mapping[str, TrainingRows] | None = None) -> TrialFold:
        """A fold of another task that answers these rows of it by margins, having learnt from as much, or from less."""
        taught = self.taught if taught is None else taught
        return replace(self, task=task, judged={task: scored}, taught=taught, calibrated=False)

    @cached_property
    def base(self) -> Blocks:
        """The features of the linear model."""
        return self.ngrams(MIN_DF)

    @cached_property
    def evidence(self) -> Blocks:
        """What the SVMs of all tasks say, out of inner folds where it is learnt from."""
        rows = self.learnt
        learnt: FloatArray | None = None
        for _, held in self._inner_folds():
            groups = {rows.groups[place] for place in held}
            taught = {task: each.without_groups(groups) for task, each in self.taught.items()}
            found = _evidence(self.of(self.task, rows.subset(held.tolist()), taught))
            learnt = np.empty((len(rows.labels), found.shape[1])) if learnt is None else learnt
            learnt[held] = found
        return learnt, _evidence(self)

    def ngrams(self, min_df: int) -> Blocks:
        """Character n-grams, as the linear model has them."""
        features = TargetedNgrams.suited_to(self.learnt.examples, min_df)
        return features.fit_transform(self.learnt.examples), features.transform(self.scored.examples)

    def tfidf(self, **options: Any) -> Blocks:
        """TF-IDF of the texts, with a copy for each target as n-grams have it."""
        vectorizer = TfidfVectorizer(sublinear_tf=True, lowercase=False, min_df=MIN_DF, **options)
        texts = [[example.text for example in rows.examples] for rows in (self.learnt, self.scored)]
        vectorizer.fit(list(dict.fromkeys(texts[0])))
        return self._per_target((vectorizer.transform(texts[0]), vectorizer.transform(texts[1])))

    def words(self) -> Blocks:
        """TF-IDF of words and pairs of words."""
        return self.tfidf(analyzer=word_pairs)

    def means(self, vectors: WordVectors) -> Blocks:
        """Mean vectors of the words of texts, centred, of one length on average."""
        learnt, scored = (
            vectors.means([cut(example.text) for example in rows.examples]) for rows in (self.learnt, self.scored)
        )
        centre = learnt.mean(axis=0)
        scale = VECTOR_SCALE / max(float(np.sqrt(np.square(learnt - centre).sum(axis=1).mean())), 1e-9)
        return self._per_target((csr_matrix((learnt - centre) * scale), csr_matrix((scored - centre) * scale)))

    def margins(self, blocks: Sequence[Blocks], **options: Any) -> FloatArray:
        """What an SVM says of what is held out, learnt from blocks side by side; see `decided`."""
        learnt, scored = (csr_matrix(hstack(block)) for block in zip(*blocks, strict=True))
        return self.decided(partial(svm_margins, **options), learnt, scored)

    def decided(self, margins_of: MarginsOf, learnt: Any, scored: Any) -> FloatArray:
        """What a model says of what is held out, shape (n_scored, n_labels).

        Margins; or, where the fold is `calibrated`, the probabilities that a regression makes of them. It learns from
        margins that the model gives to groups it has not seen; vocabulary and weights of the features are those of all.
        """
        codes, weights, n_labels = self.codes, np.array(self.learnt.weights), len(self.labels[self.task])
        margins = margins_of(learnt, codes, weights, scored, n_labels)
        if not self.calibrated:
            return margins
        unseen = np.empty((len(codes), n_labels))
        for train, held in self._inner_folds():
            unseen[held] = margins_of(learnt[train], codes[train], weights[train], learnt[held], n_labels)
        return _probabilities(LogisticRegression(max_iter=1000), unseen, codes, weights, margins, n_labels)

    def _inner_folds(self) -> Iterator[tuple[IntArray, IntArray]]:
        splitter = StratifiedGroupKFold(INNER_FOLDS, shuffle=True, random_state=0)
        yield from splitter.split(self.codes, self.codes, self.learnt.groups)

    def _per_target(self, blocks: Blocks) -> Blocks:
        """A block shared by all targets and a copy for each known one, as `TargetedNgrams` makes of n-grams."""
        targets = TargetedNgrams.suited_to(self.learnt.examples, MIN_DF).targets
        if not targets:
            return blocks
        pairs = zip(blocks, (self.learnt, self.scored), strict=True)
        learnt, scored = (
            hstack([block * SHARED_SCALE, *(diags(_is_on(rows, target)) @ block for target in targets)])
            for block, rows in pairs
        )
        return learnt, scored


Trial = Callable[[TrialFold], FloatArray]
"""Gives margins of what a fold holds out, shape (n_scored, n_labels)."""


def base(fold: TrialFold) -> FloatArray:
    """What the linear model has: character n-grams of one to three, and an SVM."""
    return fold.margins([fold.base])


def skip_gram_vectors(fold: TrialFold) -> FloatArray:
    """Vectors learnt from unlabelled text."""
    return fold.margins([fold.base, fold.means(fold.unlabelled.skip_gram)])


def encoder_vectors(fold: TrialFold) -> FloatArray:
    """A vector a word from an encoder."""
    return fold.margins([fold.base, fold.means(fold.vocabulary.encoded)])


def words(fold: TrialFold) -> FloatArray:
    """Words and pairs of words."""
    return fold.margins([fold.base, fold.words()])


def both_vectors(fold: TrialFold) -> FloatArray:
    """Vectors learnt from unlabelled text, and those of an encoder."""
    return fold.margins([fold.base, fold.means(fold.unlabelled.skip_gram), fold.means(fold.vocabulary.encoded)])


def open_vectors(fold: TrialFold) -> FloatArray:
    """Vectors learnt from the unlabelled text of open sources alone."""
    closed = set(fold.unlabelled.sources) - set(OPEN_SOURCES)
    return fold.margins([fold.base, fold.means(fold.unlabelled.without(*sorted(closed)).skip_gram)])


def four_grams(fold: TrialFold) -> FloatArray:
    """N-grams of four characters as well."""
    return fold.margins([fold.base, fold.tfidf(analyzer="char", ngram_range=(4, 4))])


def rarer_left_out(fold: TrialFold) -> FloatArray:
    """Only n-grams of three texts or more."""
    return fold.margins([fold.ngrams(3)])


def smaller_c(fold: TrialFold) -> FloatArray:
    """Half the C."""
    return fold.margins([fold.base], C=CV_C / 2)


def larger_c(fold: TrialFold) -> FloatArray:
    """Twice the C."""
    return fold.margins([fold.base], C=CV_C * 2)


def class_weights(fold: TrialFold) -> FloatArray:
    """Rare labels weigh more, by the root of what would make all labels weigh the same."""
    totals = np.bincount(fold.codes, fold.learnt.weights, len(fold.labels[fold.task]))
    balanced = {code: float(np.sqrt(totals.sum() / np.count_nonzero(totals) / n)) for code, n in enumerate(totals) if n}
    return fold.margins([fold.base], class_weight=balanced)


def naive_bayes_features(fold: TrialFold) -> FloatArray:
    """Features times the log ratio of their shares in a label and outside it (Wang & Manning 2012)."""
    return fold.decided(naive_bayes_margins, *fold.base)


def self_training(fold: TrialFold) -> FloatArray:
    """Learn again, with the unlabelled texts that the first model is surest of, labels as often as in training.

    Of a task with targets, texts on a topic are judged towards its target.
    """
    labels = fold.labels[fold.task]
    examples = [Example(text, plain=True) for text in fold.unlabelled.drawn(N_UNLABELLED)]
    if fold.learnt.examples[0].target is not None:
        topics = _asked(fold, "topic", examples).argmax(axis=1)
        targets = [fold.targets.get(fold.labels["topic"][code]) for code in topics]
        pairs = zip(examples, targets, strict=True)
        examples = [replace(example, target=target) for example, target in pairs if target is not None]
    margins = _asked(fold, fold.task, examples)
    answers, shares = margins.argmax(axis=1), np.bincount(fold.codes, minlength=len(labels)) / len(fold.codes)
    sure: list[int] = []
    for code, share in enumerate(shares):
        found = np.flatnonzero((answers == code) & (margins[:, code] > 0))
        sure += found[np.argsort(-margins[found, code], kind="stable")][: round(share * N_CONFIDENT)].tolist()
    rows = fold.learnt
    more = TrainingRows(
        examples=(*rows.examples, *(examples[place] for place in sure)),
        labels=(*rows.labels, *(labels[answers[place]] for place in sure)),
        groups=(*rows.groups, *("unlabelled" for _ in sure)),
        weights=(*rows.weights, *(CONFIDENT_WEIGHT for _ in sure)),
        sources=(*rows.sources, *(None for _ in sure)),
        kinds=(*rows.kinds, *(None for _ in sure)),
        on_topic=(*rows.on_topic, *(True for _ in sure)),
    )
    return base(replace(fold, taught={**fold.taught, fold.task: more}))


def boosted_stack(fold: TrialFold) -> FloatArray:
    """Boosted trees over the margins of the SVMs of all tasks, and counts of signs; they give probabilities at once."""
    trees = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=150, max_leaf_nodes=8, l2_regularization=1.0, early_stopping=False, random_state=0
    )
    learnt, scored = fold.evidence
    weights, n_labels = np.array(fold.learnt.weights), len(fold.labels[fold.task])
    return _probabilities(trees, learnt, fold.codes, weights, scored, n_labels)


_VECTORS = (skip_gram_vectors, open_vectors, encoder_vectors, both_vectors)
_NGRAMS = (words, four_grams, rarer_left_out, smaller_c, larger_c, class_weights, naive_bayes_features)
_TRIALS: tuple[Trial, ...] = (*_VECTORS, *_NGRAMS, boosted_stack, self_training)
TRIALS: Mapping[str, Trial] = {trial.__name__: trial for trial in _TRIALS}
"""What is tried, by name."""


def svm_margins(
    learnt: Any, codes: IntArray, weights: FloatArray, scored: Any, n_labels: int, **options: Any
) -> FloatArray:
    """Margins of an SVM, a column a label, shape (n_scored, n_labels)."""
    margins = np.full((scored.shape[0], n_labels), _ABSENT)
    svm = LinearSVC(random_state=0, **{"C": CV_C} | options).fit(learnt, codes, weights)
    decisions = svm.decision_function(scored)
    margins[:, svm.classes_] = np.column_stack([-decisions, decisions]) if decisions.ndim == 1 else decisions
    return margins


def naive_bayes_margins(learnt: Any, codes: IntArray, weights: FloatArray, scored: Any, n_labels: int) -> FloatArray:
    """Margins of an SVM for each label, over features scaled for it, shape (n_scored, n_labels)."""
    margins = np.full((scored.shape[0], n_labels), _ABSENT)
    for code in np.unique(codes):
        within = codes == code
        shares = [1.0 + (weights * part) @ learnt for part in (within, ~within)]
        ratio = diags(np.log(shares[0] / shares[0].sum()) - np.log(shares[1] / shares[1].sum()))
        margins[:, code] = svm_margins(learnt @ ratio, within.astype(np.int64), weights, scored @ ratio, 2)[:, 1]
    return margins


def _probabilities(
    model: Any, learnt: FloatArray, codes: IntArray, weights: FloatArray, scored: FloatArray, n_labels: int
) -> FloatArray:
    """Probabilities of a model, 0 for labels that it was not shown, shape (n_scored, n_labels)."""
    model.fit(learnt, codes, weights)
    probabilities = np.zeros((len(scored), n_labels))
    probabilities[:, model.classes_] = model.predict_proba(scored)
    return probabilities


def word_pairs(text: str) -> list[str]:
    """Words of a text, and each two that follow each other."""
    found = cut(text)
    return [*found, *map(" ".join, pairwise(found))]


def _codes(rows: TrainingRows, labels: Sequence[str]) -> IntArray:
    return np.array([labels.index(label) for label in rows.labels])


def _is_on(rows: TrainingRows, target: str) -> FloatArray:
    return np.array([float(example.target == target) for example in rows.examples])


def _asked(fold: TrialFold, task: str, examples: Sequence[Example]) -> FloatArray:
    """Margins that the base gives any examples, learnt from what the fold teaches."""
    return base(fold.of(task, _unjudged(examples)))


def _evidence(fold: TrialFold) -> FloatArray:
    """Margins of every task for what is held out, towards the own target and every canonical one, and its signs."""
    texts = [example.text for example in fold.scored.examples]
    columns: list[Any] = []
    features: dict[tuple[Example, ...], Blocks] = {}  # tasks that learn from the same texts have the same n-grams
    for task, rows in fold.taught.items():
        targeted = rows.examples[0].target is not None
        asked = [
            [replace(example, target=target) for example in fold.scored.examples]
            for target in (fold.targets.values() if targeted else [None])
        ]
        if targeted and task == fold.task:
            asked.append(list(fold.scored.examples))
        examples = [example for each in asked for example in each]
        own = fold.of(task, _unjudged(examples))
        if rows.examples not in features:
            features[rows.examples] = own.base
        columns += np.split(own.margins([features[rows.examples]]), len(asked))
    signs = [[text.count(sign) / (len(text) + 1) for sign in SIGNS] for text in texts]
    return np.column_stack([*columns, [len(text) for text in texts], signs])


def _unjudged(examples: Sequence[Example]) -> TrainingRows:
    """Rows of which only the examples count."""
    n, nothing = len(examples), (None,) * len(examples)
    return TrainingRows(tuple(examples), ("",) * n, ("",) * n, (1.0,) * n, nothing, nothing, (True,) * n)
