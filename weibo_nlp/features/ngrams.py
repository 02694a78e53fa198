"""Character n-grams of one to three characters, weighted by TF-IDF of scikit-learn, packed into integers for saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError

MAX_N = 3
BITS = 21
"""Bits of a code point; three of them fit into one 64-bit integer."""
NUL = 0x110000
"""One above the last code point: U+0000 is packed as this, because 0 stands for "no character"."""

_SHIFTS = np.arange(MAX_N, dtype=np.uint64) * np.uint64(BITS)


def fit_ngrams(texts: Sequence[str], min_df: float = 2) -> Any:
    """Learn the n-grams that occur in at least `min_df` texts, and their weights.

    Returns
    -------
    sklearn.feature_extraction.text.TfidfVectorizer
        Its ``transform`` gives rows of unit length, or of zeros where no n-gram is known.

    Raises
    ------
    DataError
        If no n-gram occurs in `min_df` texts.
    """
    try:
        return _vectorizer(min_df=min_df).fit(texts)
    except ValueError as error:
        raise DataError(f"{len(texts)} texts hold no n-gram that occurs {min_df} times: {error}") from error


def ngram_arrays(vectorizer: Any) -> dict[str, npt.NDArray[Any]]:
    """Return ``terms`` (uint64, packed) and ``idf`` (float32) of a vectorizer, shape (n_terms,) each."""
    return {"terms": pack(vectorizer.get_feature_names_out()), "idf": vectorizer.idf_.astype(np.float32)}


def ngrams_from_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> Any:
    """Rebuild the vectorizer that :func:`ngram_arrays` was given.

    Raises
    ------
    DataError
        If the arrays do not fit each other.
    """
    require_ngrams(arrays["terms"], arrays["idf"])
    terms, idf = unpack(arrays["terms"]), arrays["idf"]
    vectorizer = _vectorizer(vocabulary={term: column for column, term in enumerate(terms)})
    vectorizer.idf_ = idf.astype(np.float64)
    return vectorizer


def require_ngrams(terms: npt.NDArray[Any], idf: npt.NDArray[Any]) -> None:
    """Refuse what is no vocabulary of packed n-grams with a weight each.

    Raises
    ------
    DataError
        If the arrays do not fit each other, an n-gram stands twice, or a number is none.
    """
    if terms.ndim != 1 or idf.ndim != 1 or terms.dtype != np.uint64:
        raise DataError("n-grams must be one row of uint64, and their weights one row of numbers.")
    _parts(terms)
    n_different = len(np.unique(terms))
    if not len(terms) == len(idf) == n_different:
        raise DataError(f"{len(terms)} n-grams ({n_different} different) with {len(idf)} weights do not fit.")


def codes_of(text: str) -> npt.NDArray[np.uint64]:
    """Code points of a text, with ``NUL`` for U+0000, shape (n_characters,)."""
    # A lone surrogate is no text, but a vocabulary may have been learnt from what holds one.
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    codes[codes == 0] = NUL
    return codes


def pack(terms: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Pack n-grams of one to three code points into integers, 21 bits a code point, 0 where there is none."""
    sizes = np.fromiter(map(len, terms), dtype=np.int64, count=len(terms))
    codes = np.zeros((len(terms), MAX_N), dtype=np.uint64)
    codes[np.arange(MAX_N) < sizes[:, None]] = codes_of("".join(terms))
    packed: npt.NDArray[np.uint64] = np.bitwise_or.reduce(codes << _SHIFTS, axis=1)
    return packed


def _parts(packed: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Return code points of packed n-grams, shape (n_terms, 3), and how many each has.

    Raises
    ------
    DataError
        If a number is no packed n-gram.
    """
    codes = packed[:, None] >> _SHIFTS & np.uint64((1 << BITS) - 1)
    lengths = (codes > 0).sum(axis=1)
    # Nothing above the three code points, none of them beyond Unicode, no gap between them.
    odd = (lengths == 0) | (packed >> (lengths * BITS).astype(np.uint64) > 0) | (codes > NUL).any(axis=1)
    if odd.any():
        raise DataError(f"{packed[odd][0]} is no packed n-gram; the file is damaged.")
    return codes, lengths


def unpack(packed: npt.NDArray[np.uint64]) -> list[str]:
    """Turn packed integers back into n-grams.

    Raises
    ------
    DataError
        If a number is no packed n-gram.
    """
    codes, lengths = _parts(packed)
    rows = zip((codes % NUL).tolist(), lengths.tolist(), strict=True)
    return ["".join(map(chr, row[:length])) for row, length in rows]


def _vectorizer(**options: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char", ngram_range=(1, MAX_N), sublinear_tf=True, lowercase=False, **options)
