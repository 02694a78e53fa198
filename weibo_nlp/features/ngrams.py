"""Character n-grams of one to three characters, weighted by TF-IDF, packed into integers for saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MAX_N = 3
_BITS = 21  # a code point needs 21 bits, so three of them fit into one 64-bit integer
_MASK = (1 << _BITS) - 1


class CharNgrams:
    """TF-IDF over character n-grams, computed by scikit-learn and saved as arrays.

    Parameters
    ----------
    max_n : int
        Longest n-gram, 1 to 3.
    min_df : int
        An n-gram must occur in this many texts to count.

    Attributes
    ----------
    terms : list of str
        The n-grams, in column order.
    """

    def __init__(self, max_n: int = 3, min_df: int = 2) -> None:
        if not 1 <= max_n <= MAX_N:
            raise DataError(f"max_n={max_n}; n-grams of 1 to {MAX_N} characters can be packed, choose one of these.")
        self.max_n = max_n
        self.min_df = min_df
        self._vectorizer: Any = None

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn vocabulary and weights.

        Raises
        ------
        DataError
            If no n-gram occurs in `min_df` texts.
        """
        self._vectorizer = self._new(min_df=self.min_df)
        try:
            self._vectorizer.fit(texts)
        except ValueError as error:
            raise DataError(f"{len(texts)} texts hold no n-gram that occurs {self.min_df} times: {error}") from error
        return self

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return features of shape (n_texts, n_terms), rows of unit length, or of zeros where no n-gram is known.

        Raises
        ------
        DataError
            If nothing was learnt yet.
        """
        if self._vectorizer is None:
            raise DataError("the n-grams are not learnt; call fit first.")
        features: csr_matrix = self._vectorizer.transform(texts).tocsr()
        return features

    @property
    def terms(self) -> list[str]:
        """The n-grams, in column order."""
        return list(self._vectorizer.get_feature_names_out())

    def __len__(self) -> int:
        return len(self._vectorizer.vocabulary_)

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return ``terms`` (uint64, packed) and ``idf`` (float32), shape (n_terms,) each."""
        return {"terms": pack(self.terms), "idf": self._vectorizer.idf_.astype(np.float32)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, max_n: int, min_df: int) -> Self:
        """Rebuild what :meth:`to_arrays` gave.

        Raises
        ------
        DataError
            If the arrays do not fit each other.
        """
        if any(arrays[name].ndim != 1 for name in ("terms", "idf")) or arrays["terms"].dtype != np.uint64:
            raise DataError("n-grams must be one row of uint64, and their weights one row of numbers.")
        terms, idf = unpack(arrays["terms"]), arrays["idf"]
        if len(terms) != len(idf) or len(set(terms)) != len(terms):
            raise DataError(f"{len(terms)} n-grams ({len(set(terms))} different) with {len(idf)} weights do not fit.")
        ngrams = cls(max_n=max_n, min_df=min_df)
        ngrams._vectorizer = ngrams._new(vocabulary={term: column for column, term in enumerate(terms)})
        ngrams._vectorizer.idf_ = idf.astype(np.float64)
        return ngrams

    def _new(self, **options: Any) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer

        return TfidfVectorizer(
            analyzer="char", ngram_range=(1, self.max_n), sublinear_tf=True, lowercase=False, **options
        )


def pack(terms: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Pack n-grams of one to three code points into integers, 21 bits a code point, 0 where there is none.

    U+0000 itself is stored one above the last code point, so that it is not taken for "none".
    """
    packed = np.zeros(len(terms), dtype=np.uint64)
    for row, term in enumerate(terms):
        if not 1 <= len(term) <= MAX_N:
            raise DataError(f"n-gram {term!r} has {len(term)} code points; 1 to {MAX_N} can be packed.")
        key = 0
        for place, character in enumerate(term):
            key |= (ord(character) or 0x110000) << (_BITS * place)
        packed[row] = key
    return packed


def unpack(packed: npt.NDArray[np.uint64]) -> list[str]:
    """Turn packed integers back into n-grams.

    Raises
    ------
    DataError
        If a number is no packed n-gram.
    """
    terms = []
    for key in packed.tolist():
        codes = [(key >> (_BITS * place)) & _MASK for place in range(MAX_N)]
        length = sum(code > 0 for code in codes)
        # Nothing above the three code points, none of them beyond Unicode, no gap between them.
        if not length or key >> (_BITS * length) or max(codes) > 0x110000:
            raise DataError(f"{key} is no packed n-gram; the file is damaged.")
        terms.append("".join(chr(code % 0x110000) for code in codes[:length]))
    return terms
