"""Where the features of an example stand among the columns of a linear model, and how loudly each block speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from weibo_nlp.features.preparation import model_text
from weibo_nlp.features.relation import POSITION, Mentions, kind_of

# What a word says towards one target says little about its meaning towards another: the block shared by all targets
# speaks more softly than the target's own (feature augmentation, Daumé III 2007). Chosen by cross-validation
# inside training data.
SHARED_SCALE = 0.6
PARENT_SCALE = 0.3
# Chosen by cross-validation inside the training part of C-STANCE and inside that of the public texts.
FAMILY_SCALE = 0.8
WINDOW_SCALE = 0.5
CUE_SCALE = 0.25
POSITION_WEIGHT = 4.0
"""Of a cue that takes a side, beside 1 of any other: it is one among many, and says what they hint at."""
N_CUES = 2**14
"""Columns that cues are hashed to: there are some thousands of them, and no list of them is kept."""


@dataclass(frozen=True)
class ColumnLayout:
    """Blocks of columns, side by side, each a copy of the vocabulary; at the end, cues.

    They are: the text; the text answered; the words of the target; the text, once for each of `targets`; and of stance
    models the text once for each of `family_names`, what stands near a mention, and cues.

    Attributes
    ----------
    targets : tuple of str
        Targets with a copy of their own.
    with_target, with_parent : bool
        Whether examples have a target, and whether the text that they answer is read.
    is_related : bool
        Whether it is read how the text stands to its target, as :class:`weibo_nlp.features.stance.StanceFeatures` does.
    families, mentions : mapping, optional
        As of `StanceFeatures`.
    family_names : tuple of str
        Families with a copy.
    """

    targets: tuple[str, ...] = ()
    with_target: bool = False
    with_parent: bool = False
    is_related: bool = False
    families: Mapping[str, str] | None = None
    mentions: Mapping[str, Sequence[str]] | None = None
    family_names: tuple[str, ...] = ()

    @property
    def target_block(self) -> int:
        """Number of the block of the target's words."""
        return 1 + self.with_parent

    @property
    def first_copy(self) -> int:
        """Number of the block of the first target's copy; those of families stand behind those of targets."""
        return self.target_block + self.with_target

    @property
    def window_block(self) -> int:
        """Number of the block of what stands near a mention."""
        return self.first_copy + len(self.targets) + len(self.family_names)

    @property
    def n_blocks(self) -> int:
        """Number of copies of the vocabulary that stand side by side."""
        return self.window_block + self.is_related

    def n_columns(self, n_terms: int) -> int:
        """Number of columns, with a vocabulary of so many terms."""
        return n_terms * self.n_blocks + N_CUES * self.is_related

    @cached_property
    def copies(self) -> Mapping[str, int]:
        """Target -> number of its block."""
        return {target: self.first_copy + place for place, target in enumerate(self.targets)}

    @cached_property
    def family_copies(self) -> Mapping[str, int]:
        """Family -> number of its block."""
        first = self.first_copy + len(self.targets)
        return {name: first + place for place, name in enumerate(self.family_names)}

    @cached_property
    def words(self) -> Mapping[str, Mentions]:
        """Target -> the words by which texts speak of it, as models see them."""
        return {target: Mentions([*map(target_text, words)]) for target, words in (self.mentions or {}).items()}

    def family(self, target: str) -> str:
        """Family of a target."""
        return (self.families or {}).get(target) or kind_of(target_text(target))


target_text = lru_cache(maxsize=4096)(model_text)
"""What models see of a target, which comes again with every text."""


def cue_weight(cue: str) -> float:
    """How much a cue counts beside others."""
    return POSITION_WEIGHT if cue.startswith(POSITION) else 1.0


def cue_column(cue: str) -> int:
    """Column among ``N_CUES`` that a cue is hashed to, as :class:`sklearn.feature_extraction.FeatureHasher` does it."""
    return abs(_murmur3(cue.encode())) % N_CUES


@lru_cache(maxsize=2**16)
def family_cue(family: str, cue: str) -> tuple[int, int, float]:
    """Columns of a cue, alone and of a family of targets, and how much it counts."""
    return cue_column(cue), cue_column(f"{family} {cue}"), cue_weight(cue)


def _murmur3(data: bytes) -> int:
    """MurmurHash3, 32 bits, with the seed 0, as a signed number (Appleby 2011, public domain)."""
    state, whole = 0, len(data) // 4 * 4
    for at in range(0, whole, 4):
        state ^= _scrambled(int.from_bytes(data[at : at + 4], "little"))
        state = (_rotated(state, 13) * 5 + 0xE6546B64) & _32
    state ^= _scrambled(int.from_bytes(data[whole:], "little")) ^ len(data)
    state = (state ^ state >> 16) * 0x85EBCA6B & _32
    state = (state ^ state >> 13) * 0xC2B2AE35 & _32
    state ^= state >> 16
    return state - (1 << 32) if state >> 31 else state


_32 = 0xFFFFFFFF


def _scrambled(block: int) -> int:
    return _rotated(block * 0xCC9E2D51 & _32, 15) * 0x1B873593 & _32


def _rotated(number: int, bits: int) -> int:
    return (number << bits | number >> 32 - bits) & _32
