"""A teacher's cutting of unlabelled text, learnt by the linear model that is shipped."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from distill.features import LONGEST_NGRAM, LONGEST_WORD, WINDOW, FeatureSpace, Pieces, word_counts
from distill.model_file import LinearModel
from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.segmentation import score_words
from weibo_nlp.segmentation.base import Engine, FramedSegmenter

# Chinese characters alone: nothing that looks like a handle or a tag, and no sentence is that short.
_DICTIONARY_WORD = re.compile(f"[\u3400-\u4dbf\u4e00-\u9fff]{{2,{LONGEST_WORD}}}")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train; the defaults are what the shipped model was trained with.

    Attributes
    ----------
    strength : float
        Inverse regularisation C of the L1 linear SVM.
    tolerance : float
        Where its coordinate descent stops, relative to the start.
    min_count : int
        A character n-gram must occur this often in the training text.
    smallest_weight : float
        Weights below become 0.
    word_support : float
        A dictionary word is kept if the teacher gives it at least this weight: a longer list makes loading slower.
    word_count : int
        A dictionary word that stands in the training text this often is kept as well.
    held_out : float
        Share of the pieces that agreement is measured on.
    seed : int
        Of the division and of the SVM.
    """

    strength: float = 0.15
    tolerance: float = 0.02
    min_count: int = 2
    smallest_weight: float = 0.02
    word_support: float = 0.2
    word_count: int = 2
    held_out: float = 0.02
    seed: int = 20261121


@dataclass(frozen=True, slots=True)
class Distilled:
    """A trained model, and what to write down about it."""

    model: LinearModel
    facts: Mapping[str, Any]


def silver_pieces(texts: Iterable[str]) -> list[str]:
    """What an engine would be given of `texts`: no marked place, no white space, nothing twice, in order."""
    pieces: dict[str, None] = {}

    def note(piece: str) -> list[str]:
        pieces[piece] = None
        return [piece]

    frame = FramedSegmenter(Engine("note", "1", note))
    for text in texts:
        frame.cut(text)
    return list(pieces)


def distil(
    texts: Iterable[str],
    teach: Callable[[str], list[str]],
    dictionary: Mapping[str, float],
    settings: Settings | None = None,
) -> Distilled:
    """Train the linear model on a teacher's cutting of texts.

    Parameters
    ----------
    texts : iterable of str
        Unlabelled text.
    teach : callable
        Cuts a piece into words, within the frame of all segmenters, so that the pupil learns what is left to it.
    dictionary : mapping of str to float
        The teacher's words, each with the weight it gives it. Only words of 2 to 8 Chinese characters are used.
    settings : Settings, optional
        How to train.

    Returns
    -------
    Distilled
        With ``facts``: settings, sizes, and agreement with the teacher on pieces that were held out.

    Raises
    ------
    DataError
        If there are fewer than 100 pieces of two characters or more.
    """
    from sklearn.svm import LinearSVC

    settings = settings or Settings()
    pieces = [piece for piece in silver_pieces(texts) if len(piece) > 1]
    if len(pieces) < 100:
        raise DataError(f"{len(pieces)} pieces of text, at least 100 are needed; give more text.")
    random.Random(settings.seed).shuffle(pieces)
    cut = [teach(piece) for piece in pieces]
    n_held_out = int(len(cut) * settings.held_out)
    held_out, taught = cut[:n_held_out], cut[n_held_out:]
    train = Pieces.of(taught)
    counts = word_counts(train, filter(_DICTIONARY_WORD.fullmatch, dictionary))
    words = [
        word
        for word, count in counts.items()
        if dictionary[word] >= settings.word_support or count >= settings.word_count
    ]
    space = FeatureSpace(train, words, min_count=settings.min_count)
    svm = LinearSVC(
        penalty="l1", dual=False, C=settings.strength, tol=settings.tolerance, max_iter=1000, random_state=settings.seed
    )
    svm.fit(space.matrix(train), train.ends)
    weights = np.where(np.abs(svm.coef_[0]) < settings.smallest_weight, 0.0, svm.coef_[0])
    bias = float(svm.intercept_[0])
    model = space.model(weights, bias)
    facts = {
        "settings": {
            **asdict(settings), "window": WINDOW, "longest_ngram": LONGEST_NGRAM, "longest_word": LONGEST_WORD,
        },
        "training": {"pieces": len(taught), "characters": _characters(taught)},
        "model": {"ngrams": len(model.characters), "words": len(model.words)},
        "held_out": {"pieces": n_held_out, "characters": _characters(held_out)}
        | _agreement(held_out, space, weights, bias),
    }  # fmt: skip
    return Distilled(model, facts)


def _agreement(cut: Sequence[Sequence[str]], space: FeatureSpace, weights: Any, bias: float) -> dict[str, float]:
    pieces = Pieces.of(cut)
    ends = space.matrix(pieces) @ weights + bias > 0
    predicted: list[list[str]] = []
    gap = 0
    for words in cut:
        text = "".join(words)
        stops = [place for place in range(1, len(text)) if ends[gap + place - 1]]
        gap += len(text) - 1
        predicted.append([text[left:right] for left, right in zip([0, *stops], [*stops, len(text)], strict=True)])
    return {
        "gaps_agreed": round(float((ends == (pieces.ends > 0)).mean()), 4),
        "word_f1": round(score_words(cut, predicted).f1, 4),
    }


def _characters(cut: Sequence[Sequence[str]]) -> int:
    return sum(len(word) for words in cut for word in words)
