"""The stance model: the linear one, with features of how a text stands to its target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features.stance import StanceFeatures
from weibo_nlp.models.base import Column, FloatArray, IntArray, Texts
from weibo_nlp.models.estimator import Arrays
from weibo_nlp.models.limits import require_targets
from weibo_nlp.models.linear import LinearClassifier, balanced
from weibo_nlp.models.linear_folder import LinearParts, linear_parts, require_families
from weibo_nlp.records import Example


class StanceClassifier(LinearClassifier):
    """The linear model of a text and a target, which reads how the one stands to the other.

    To the features of :class:`LinearClassifier` it adds a copy of the text's n-grams for each family of targets, what
    stands near a mention of the target, and cues such as a negation before it
    (:class:`weibo_nlp.features.stance.StanceFeatures`). So a rare target leans on its family, and one that was never
    seen is judged by what is said near it.

    Parameters
    ----------
    labels, C, min_df, random_state
        As for :class:`LinearClassifier`.
    balance : float
        How far the labels of one family of targets weigh alike in the loss: from 0, where each example weighs the same,
        to 1, where each label does.
    families : mapping of str to str, optional
        Target -> its family, such as the canonical target of its topic. Without them, targets have copies of their own
        where they have 20 examples, and are names or claims by their length.
    mentions : mapping of str to sequence of str, optional
        Target -> other words by which texts speak of it.

    Attributes
    ----------
    targets : tuple of str
        Targets that the trained model knows by name: of the families, or with features of their own.

    Examples
    --------
    >>> texts = ["坚决抵制", "支持到底", "抵制抵制", "大力支持", "一起抵制", "我支持"]
    >>> examples = [Example(text, "某品牌") for text in texts]
    >>> model = StanceClassifier(C=1.0, min_df=1).fit(examples, ["against", "favor"] * 3)
    >>> model.predict([Example("必须抵制某品牌", "某品牌")]).tolist()
    ['against']
    """

    name = "stance"

    def __init__(
        self,
        labels: Column = None,
        *,
        C: float | None = None,
        min_df: float = 2,
        families: Mapping[str, str] | None = None,
        mentions: Mapping[str, Sequence[str]] | None = None,
        balance: float = 0.0,
        random_state: int | None = 0,
    ) -> None:
        super().__init__(labels, C=C, min_df=min_df, balance=balance, random_state=random_state)
        self.families, self.mentions = families, mentions

    def fit(self, X: Texts, y: Iterable[Any], groups: Column = None, sample_weight: Column = None) -> Self:
        """Learn from examples with targets; see :meth:`LinearClassifier.fit`.

        Raises
        ------
        DataError
            As there, or if an example has no target.
        UsageError
            As there, or if families or mentions are none.
        """
        return super().fit(X, y, groups=groups, sample_weight=sample_weight)

    @property
    def targets(self) -> tuple[str, ...]:
        """Targets that the trained model knows by name."""
        self._require_fitted()
        return tuple(dict.fromkeys([*self.targets_, *self.known_targets_]))

    def suited_features(self, examples: Sequence[Example]) -> StanceFeatures:
        """Return the features that suit training examples, not fitted."""
        if any(example.target is None for example in examples):
            raise DataError("the stance model learns of a text and its target; give Example(text, target).")
        return StanceFeatures.suited_to_targets(examples, self._plain_min_df(), self.families, self.mentions)

    def training_weights(self, examples: Sequence[Example], codes: IntArray, weights: FloatArray) -> FloatArray:
        """Return what examples weigh in the loss, shape (n_examples,): labels are balanced within each family."""
        features = self.suited_features(examples)
        families = np.array([features.family(example.target or "") for example in examples])
        own = np.array(weights, dtype=np.float64)
        for family in np.unique(families):
            member = families == family
            within = balanced(codes[member], weights[member], self.balance)
            own[member] = within * (weights[member].sum() / within.sum())
        return own

    def _require_parameters(self) -> None:
        super()._require_parameters()
        try:
            require_families(self.families or {}, self.mentions or {})
        except DataError as error:
            raise UsageError(f"{error}; give mappings of text to text, and of text to a list of words.") from None

    def _keep(self, examples: Sequence[Example]) -> None:
        occurring = {example.target for example in examples}
        self.known_targets_ = tuple(target for target in sorted(self.families or {}) if target in occurring)

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        config, arrays = super()._state()
        require_targets(list(self.known_targets_))
        return config | {
            "families": dict(self.families or {}),
            "mentions": {target: list(words) for target, words in (self.mentions or {}).items()},
            "family_names": self.features_.family_names,
            "known_targets": self.known_targets_,
        }, arrays

    def _parts(self, config: Mapping[str, Any], arrays: Arrays) -> LinearParts:
        return linear_parts(config, arrays, is_related=True)

    def _restored_features(self, parts: LinearParts) -> StanceFeatures:
        layout, self.known_targets_ = parts.layout, parts.known_targets
        # None and none of them are one in a file, and to learn anew, None is what gives targets copies of their own.
        self.families, self.mentions = dict(layout.families or {}) or None, dict(layout.mentions or {}) or None
        return StanceFeatures(
            layout.targets,
            with_parent=layout.with_parent,
            min_df=self.min_df,
            families=layout.families,
            mentions=layout.mentions,
            family_names=layout.family_names,
        )
