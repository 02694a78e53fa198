"""The real sets that composed texts are held against.

Real texts are read from the user's own copies and nothing of them but figures is kept. Two sets that are not handed
on take part with the figures measured over them when they were at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from weibo_nlp.errors import UsageError
from weibo_nlp.external import load
from weibo_nlp.profiling.diversity import NGRAM_CHARACTERS, XZ_CHARACTERS, Diversity
from weibo_nlp.profiling.duplicates import core
from weibo_nlp.profiling.plainness import CharacterModel, median_bits, plainness
from weibo_nlp.profiling.profile import MEASURED, OURS, PUBLISHED_ELSEWHERE, Profile, TextSet, drawn_texts
from weibo_nlp.stats.estimate import Estimate

COMPARED = ("comment", "post")
PLAIN_SAMPLE = 2_000
THIS_CORPUS = "this corpus"

SETS = (
    ("C-STANCE", "c_stance", "train", "post"),
    ("NLPCC-2016", "nlpcc2016", "train", "post"),
    ("SMP2020", "smp2020", "train", "post"),
    ("COLD", "cold", "train", "comment"),
    ("SWSR comments", "swsr", "all", "comment"),
    ("SWSR posts", "swsr", "all", "post"),
)
"""Name, loader, part and kind of the texts of each set."""
MODEL_SET = "SMP2020"  # everyday posts on no one subject; it learns what is ordinary and is compared with nobody


def _published(
    name: str, n: int, lengths: Sequence[float], rates: Sequence[float], distinct: tuple[float, ...], xz: float
) -> Profile:
    features = ("emoticon", "emoji", "hashtag", "mention", "url", "latin", "final_mark", "question", "five_or_fewer")
    return Profile(
        set=name,
        kind="comment",
        source=PUBLISHED_ELSEWHERE,
        n=n,
        lengths=dict(zip(("10", "25", "50", "75", "90"), lengths, strict=True)),
        rates=dict(zip(features, map(Estimate, rates), strict=True)),
        bare=None,
        diversity=Diversity(NGRAM_CHARACTERS, XZ_CHARACTERS, distinct, xz),
        near_duplicates=None,
    )


# Measured by this project over copies that it may not hand on (design note "What real text looks like", columns as
# there): CHNCI, comments on Douyin, Weibo and Bilibili; CED, reposts on Weibo with words of their own.
PUBLISHED: tuple[Profile, ...] = (
    _published(
        "CHNCI", 203_689, (6, 9, 15, 25, 39), (0.29, 0, 0, 0.05, 0, 0.04, 0.17, 0.13, 0.09),
        (0.591, 0.862, 0.932), 0.567,
    ),
    _published(
        "CED reposts", 127_499, (4, 5, 10, 20, 37), (0.27, 0, 0.01, 0.14, 0.01, 0.11, 0.32, 0.09, 0.29),
        (0.602, 0.843, 0.911), 0.580,
    ),
)  # fmt: skip
PUBLISHED_SOURCE = "design note real-text.md of this project; the sets themselves are not handed on"


def real_sets(folder: Path) -> tuple[list[TextSet], list[str]]:
    """Texts of the sets that a folder holds copies of, each text once, and a sentence for every set it does not hold.

    Raises
    ------
    UsageError
        If it holds none of them.
    """
    sets, notes = [], []
    for name, loader, part, kind in SETS:
        try:
            documents = load(loader, folder).part(part).documents
        except UsageError as error:
            notes.append(f"{name} was not compared: {error}")
            continue
        # C-STANCE gives a post once for each target.
        texts = tuple(dict.fromkeys(document.text for document in documents if document.kind == kind))
        sets.append(TextSet(name, kind, texts))
    if not sets:
        raise UsageError(f"{folder}: holds none of the sets that texts are compared with. " + " ".join(notes))
    return sets, notes


@dataclass(frozen=True, slots=True)
class PlainShare:
    """Share of plain texts (`weibo_nlp.profiling.plainness.Plainness`) in one kind of a set."""

    set: str
    kind: str
    source: str
    share: float
    compared: int
    left_out: int


def plain_shares(
    ours: Mapping[str, Sequence[str]], real: Sequence[TextSet], further: Sequence[TextSet] = ()
) -> list[PlainShare]:
    """Share of plain texts in ours and in each real set.

    Parameters
    ----------
    ours : mapping of kind to texts
        Compared with the median of all real sets.
    real : sequence of TextSet
        Each compared with the median of the others and standardised to our lengths; ``MODEL_SET`` must be among them.
    further : sequence of TextSet
        Small real sets, compared as ours are.

    Returns
    -------
    list of PlainShare
        Empty without ``MODEL_SET`` or a second set.
    """
    ordinary = [core(text) for texts in real if texts.name == MODEL_SET for text in texts.texts]
    compared = [texts for texts in real if texts.name != MODEL_SET]
    if not ordinary or len(compared) < 2:
        return []
    by_name = {texts.name: [core(text) for text in drawn_texts(texts.texts, PLAIN_SAMPLE)] for texts in compared}
    model = CharacterModel.fit(ordinary)
    all_medians = median_bits(model, by_name.values())
    rows = []
    for kind in COMPARED:
        if not (own := [core(text) for text in ours.get(kind, ())]):
            continue
        judged: list[tuple[str, str, list[str], dict[int, float], list[str] | None]]
        judged = [(THIS_CORPUS, OURS, own, all_medians, None)]
        for texts in compared:
            if texts.kind == kind:
                others = median_bits(model, (cores for name, cores in by_name.items() if name != texts.name))
                judged.append((texts.name, MEASURED, by_name[texts.name], others, own))
        for texts in further:
            if texts.kind == kind:
                judged.append((texts.name, MEASURED, [core(text) for text in texts.texts], all_medians, None))
        for name, source, cores, medians, like in judged:
            plain = plainness(cores, model, medians, like=like)
            if plain is not None:  # else that set has none of our lengths
                rows.append(PlainShare(name, kind, source, **asdict(plain)))
    return rows
