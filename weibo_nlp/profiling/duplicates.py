"""Near-duplicate texts: pairs whose sets of character 3-grams overlap, exactly counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from weibo_nlp.profiling.surface_features import unmarked_pieces

# Shorter texts (+1, 笑死, 转发微博) repeat on every platform, and their repetition is part of it.
MIN_CHARACTERS = 12
THRESHOLD = 0.7


def core(text: str) -> str:
    """Text without markup and white space: what two texts must share to count as copies."""
    return re.sub(r"\s+", "", "".join(unmarked_pieces(text)))


def near_duplicates(texts: Sequence[str], *, threshold: float = THRESHOLD) -> Iterator[tuple[int, int, float]]:
    """Yield (i, j, Jaccard similarity) with i < j for all pairs of raw texts at or above the threshold.

    Texts under 12 characters once markup is stripped take no part.

    Notes
    -----
    Exact, through a sparse product of binary 3-gram vectors in blocks; MinHash would only be an estimate of the same,
    and is not needed below some hundred thousand texts.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    cores = [core(text) for text in texts]
    kept = [i for i, text in enumerate(cores) if len(text) >= MIN_CHARACTERS]
    if len(kept) < 2:
        return
    matrix = CountVectorizer(analyzer="char", ngram_range=(3, 3), binary=True, lowercase=False, dtype=np.int32)
    grams = matrix.fit_transform([cores[i] for i in kept]).tocsr()
    sizes = np.asarray(grams.sum(axis=1)).ravel()
    for start in range(0, len(kept), 1000):
        shared = (grams[start : start + 1000] @ grams.T).tocoo()
        rows = shared.row + start
        similarity = shared.data / (sizes[rows] + sizes[shared.col] - shared.data)
        for at in np.flatnonzero((rows < shared.col) & (similarity >= threshold)).tolist():
            yield kept[rows[at]], kept[shared.col[at]], float(similarity[at])
