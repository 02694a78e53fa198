"""How long texts are: percentiles of their lengths in characters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from weibo_nlp.errors import DataError

PERCENTS = (1, 5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 95, 99)


def length_percentiles(texts: Sequence[str]) -> dict[int, float]:
    """Per cent of ``PERCENTS`` -> length in code points that so many of the texts do not exceed.

    Marks and white space count, as they do on the platform; between two texts lengths are interpolated linearly.

    Raises
    ------
    DataError
        If there are no texts.
    """
    if not texts:
        raise DataError("there are no texts to measure; give at least one.")
    return dict(zip(PERCENTS, np.percentile([len(text) for text in texts], PERCENTS).tolist(), strict=True))
