"""Features of examples with targets: what is said, of which family of targets, of which one, and near its mention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Self

from sklearn.feature_extraction import FeatureHasher

from weibo_nlp.features.layout import (
    CUE_SCALE,
    FAMILY_SCALE,
    N_CUES,
    SHARED_SCALE,
    WINDOW_SCALE,
    ColumnLayout,
    cue_weight,
)
from weibo_nlp.features.preparation import model_text
from weibo_nlp.features.relation import relation
from weibo_nlp.features.targeted import MIN_TARGET_EXAMPLES, TargetedNgrams, copies
from weibo_nlp.records import Example


class StanceFeatures(TargetedNgrams):
    """What :class:`TargetedNgrams` gives, and how the text stands to its target.

    Behind the columns of `TargetedNgrams` come a copy of the text's n-grams for each family of targets, the n-grams of
    what stands near a mention of the target, and cues (:mod:`weibo_nlp.features.relation`), alone and by family.

    Parameters
    ----------
    targets, with_parent, min_df
        As for :class:`TargetedNgrams`; every example has a target.
    families : mapping of str to str
        Target -> its family, whose other members it leans on where it is rare. A target that is not there belongs to
        the family of its kind, names or claims, and where families are given has no copy of its own.
    mentions : mapping of str to sequence of str
        Target -> other words by which texts speak of it.
    family_names : tuple of str
        Families that get a copy; see :meth:`suited_to_targets`.
    """

    def __init__(
        self,
        targets: tuple[str, ...] = (),
        with_parent: bool = False,
        min_df: float = 2,
        families: Mapping[str, str] | None = None,
        mentions: Mapping[str, Sequence[str]] | None = None,
        family_names: tuple[str, ...] = (),
    ) -> None:
        super().__init__(targets, True, with_parent, min_df)
        self.families, self.mentions, self.family_names = families, mentions, family_names

    @classmethod
    def suited_to_targets(
        cls,
        examples: Sequence[Example],
        min_df: float,
        families: Mapping[str, str] | None,
        mentions: Mapping[str, Sequence[str]] | None,
    ) -> Self:
        """Return what fits training examples: a copy for each target and family of enough of them.

        Raises
        ------
        DataError
            If an example has no target.
        """
        plain = TargetedNgrams.suited_to(examples, min_df)
        known = tuple(target for target in plain.targets if families is None or target in families)
        features = cls(known, plain.with_parent, min_df, families, mentions)
        counts = Counter(features.family(example.target or "") for example in examples)
        features.family_names = tuple(sorted(name for name, n in counts.items() if n >= MIN_TARGET_EXAMPLES))
        return features

    @property
    def layout(self) -> ColumnLayout:
        """Where the features stand among the columns."""
        return ColumnLayout(
            self.targets, True, self.with_parent, True, self.families, self.mentions, tuple(self.family_names)
        )

    def family(self, target: str) -> str:
        """Family of a target."""
        return self.layout.family(target)

    def _blocks(self, X: Sequence[Example]) -> list[Any]:
        blocks = super()._blocks(X)
        own = blocks[0] / SHARED_SCALE
        targets = [example.target or "" for example in X]
        families = {target: self.family(target) for target in set(targets)}
        members = [families[target] for target in targets]
        blocks += copies(own, members, self.family_names, FAMILY_SCALE)
        names = {target: model_text(target) for target in set(targets)}
        words = {target: [model_text(word) for word in words] for target, words in (self.mentions or {}).items()}
        relations = [
            relation(example.text, names[target], words.get(target, ()))
            for example, target in zip(X, targets, strict=True)
        ]
        blocks.append(self.vectorizer_.transform([each.window for each in relations]) * WINDOW_SCALE)
        cues = [
            [(named, cue_weight(cue)) for cue in each.cues for named in (cue, f"{family} {cue}")]
            for each, family in zip(relations, members, strict=True)
        ]
        hashed = FeatureHasher(N_CUES, input_type="pair", alternate_sign=False).transform(cues)
        blocks.append(hashed * CUE_SCALE)
        return blocks
