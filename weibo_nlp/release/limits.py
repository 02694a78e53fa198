"""Level 5 of the validator: what a corpus as a whole has to hold to, each bound with its reason.

Bounds hold at any size from ``LEAST_DOCUMENTS`` on; below it shares hang on single documents and nothing is checked.
Documents of the events ``APART`` count where repetition is looked for, and nowhere else. How labels, marks and lengths
are spread is told of the documents of each brief apart: what authors were asked for is what a bound can hold them to.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from weibo_nlp.io.validation import Located, Problem
from weibo_nlp.profiling.diversity import NGRAM_CHARACTERS, diversity
from weibo_nlp.profiling.lengths import length_percentiles
from weibo_nlp.profiling.repetition import STRING_LENGTH, exact_repeats, most_repeated, repeated_strings
from weibo_nlp.profiling.surface_features import feature_rates
from weibo_nlp.records import Document
from weibo_nlp.release import balance
from weibo_nlp.release.balance import Labelled
from weibo_nlp.release.sources import FIRST_BRIEF, Sources

LEVEL = 5
RULE = "statistics"
LEAST_DOCUMENTS = 500
LEAST_REPEATS = 5  # a string in fewer documents may stand there by chance, in a corpus of any size


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure must not leave; ``low`` and ``high`` are allowed themselves, None where there is no bound."""

    why: str
    remedy: str
    low: float | None = None
    high: float | None = None
    is_share: bool = True

    def broken_by(self, value: float) -> bool:
        """Whether a figure lies outside."""
        return (self.low is not None and value < self.low) or (self.high is not None and value > self.high)

    def described(self, value: float) -> str:
        """The figure, what is allowed, why, and what to do, as the end of a sentence."""
        form = ".1%" if self.is_share else ".4g"
        ends = [f"{word} {end:{form}}" for word, end in (("at least", self.low), ("at most", self.high)) if end]
        return f"{value:{form}}, allowed is {' and '.join(ends)} ({self.why}); {self.remedy}."


_LENGTHS = ("within a third of the aim, which is taken from uncleaned real sets", "write shorter or longer ones")
_AIMS = {"comment": (9, 15, 28), "post": (45, 85, 140)}  # lengths in characters at 25, 50 and 75 %
_BOUNDS = tomllib.loads(files(__package__).joinpath("corpus_limits.toml").read_text("utf-8"))
APART = frozenset(_BOUNDS.pop("apart")["events"])
"""Events whose texts are not spread as a crawl's are, for the reason that the file of bounds gives."""
_BY_BRIEF: Mapping[str, dict[str, Any]] = _BOUNDS.pop("brief")
LIMITS: dict[str, Limit] = {name: Limit(**bounds) for name, bounds in _BOUNDS.items()} | {
    f"{kind} length {percent}": Limit(*_LENGTHS, round(aim * 2 / 3, 1), round(aim * 4 / 3, 1), is_share=False)
    for kind, aims in _AIMS.items()
    for percent, aim in zip((25, 50, 75), aims, strict=True)
}
"""Bounds by figure, of a brief that sets none of its own."""


def limits_of(brief: str) -> Mapping[str, Limit]:
    """Bounds by figure of the documents of a brief."""
    return LIMITS | {name: Limit(**bounds) for name, bounds in _BY_BRIEF.get(brief, {}).items()}


def statistics_apply(sources: Sources) -> bool:
    """Whether a corpus is large enough for its statistics to say something."""
    return len(sources.texts) >= LEAST_DOCUMENTS


def statistics_problems(sources: Sources) -> Iterator[Problem]:
    """What breaks a bound, pointing to the register's entry of an event, to a text, or to the folder of all texts.

    The corpus must hold to levels 1 to 4; under ``LEAST_DOCUMENTS`` documents nothing is checked.
    """
    if not statistics_apply(sources):
        return
    spread = [placed for placed in sources.texts if placed.value.event not in APART]
    whole = balance.labelled_documents(replace(sources, texts=spread))
    yield from (*_topics(sources, whole), *_stances(sources, whole))
    by_brief: dict[str, list[Located[Document]]] = {}
    for placed in spread:
        by_brief.setdefault(sources.briefs.get(placed.value.id, FIRST_BRIEF), []).append(placed)
    for brief, texts in by_brief.items():
        if len(texts) >= LEAST_DOCUMENTS:
            bounds = _Bounds(replace(sources, texts=texts), brief)
            yield from (*bounds.sentiments(), *bounds.marks(), *bounds.form())
    yield from (*_diversity(replace(sources, texts=spread)), *_repetition(sources))


def _topics(sources: Sources, labelled: list[Labelled]) -> Iterator[Problem]:
    n = len(labelled)
    for topic, count in balance.topic_counts(labelled, sources.scheme.task("topic").labels).items():
        figure = "other" if topic == "other" else "topic"
        what = f"topic {topic!r} has {count} of {n} documents"
        yield from _check(LIMITS, figure, count / n, _texts(sources, topic), what)


def _stances(sources: Sources, labelled: list[Labelled]) -> Iterator[Problem]:
    for target in sources.targets.values():
        if target.canonical_for is None:
            continue
        on_topic = [item for item in labelled if item.gold.topic == target.canonical_for]
        stances = Counter(item.gold.stances[target.id] for item in on_topic if target.id in item.gold.stances)
        n = stances.total()
        for stance in sources.scheme.task("stance").labels if n else ():
            what = f"stance {stance!r} towards {target.id!r} has {stances[stance]} of {n} documents on its topic"
            yield from _check(LIMITS, "stance", stances[stance] / n, _texts(sources, target.canonical_for), what)


class _Bounds:
    """What is asked of the documents of one brief."""

    def __init__(self, sources: Sources, brief: str) -> None:
        self.sources = sources
        self.limits = limits_of(brief)
        self.labelled = balance.labelled_documents(sources)
        self.of = "" if brief == FIRST_BRIEF else f" under brief {brief}"

    def check(self, figure: str, value: float, what: str, topic: str = "", join: str = ": ") -> Iterator[Problem]:
        """What a figure breaks."""
        return _check(self.limits, figure, value, _texts(self.sources, topic), what + self.of, join=join)

    def sentiments(self) -> Iterator[Problem]:
        """Each feeling within each topic."""
        topics, sentiments = (self.sources.scheme.task(task).labels for task in ("topic", "sentiment"))
        for topic, by_sentiment in balance.sentiments_by_topic(self.labelled, topics, sentiments).items():
            n = sum(by_sentiment.values())
            for sentiment, count in by_sentiment.items() if n else ():  # no documents: a problem of the topic's own
                what = f"sentiment {sentiment!r} has {count} of the {n} documents on {topic!r}"
                yield from self.check("sentiment", count / n, what, topic)

    def marks(self) -> Iterator[Problem]:
        """Irony, and comments that need their thread."""
        n = len(self.labelled)
        ironic = sum(item.gold.irony for item in self.labelled)
        yield from self.check("irony", ironic / n, f"{ironic} of {n} documents are ironic")
        comments = [item for item in self.labelled if item.document.kind == "comment"]
        if comments:
            needing = sum(item.gold.needs_context is True for item in comments)
            what = f"{needing} of {len(comments)} comments need their thread"
            yield from self.check("needs_context", needing / len(comments), what)

    def form(self) -> Iterator[Problem]:
        """Lengths of comments and posts, and marks of comments."""
        for kind in ("comment", "post"):
            texts = [document.text for document in self.sources.of_kind(kind)]
            lengths = length_percentiles(texts) if texts else {}
            for percent in (25, 50, 75) if texts else ():
                what = f"the {percent} % quantile of the lengths of {len(texts)} {kind}s in characters"
                yield from self.check(f"{kind} length {percent}", lengths[percent], what, join=" is ")
        if comments := [document.text for document in self.sources.of_kind("comment")]:
            rates = feature_rates(comments)
            whats = {"emoticon": "comments with an emoticon", "final_mark": "comments that end in .!?。！？"}
            for feature, what in whats.items():
                yield from self.check(feature, rates[feature], f"{what} among {len(comments)}")


def _diversity(sources: Sources) -> Iterator[Problem]:
    by_kind = {f"{kind}s": [document.text for document in sources.of_kind(kind)] for kind in ("comment", "post")}
    whole = [document.text for document in sources.documents]
    for name, texts in ({"all documents": whole} | by_kind).items():
        measured = diversity(texts, xz_characters=NGRAM_CHARACTERS) if texts else None
        if measured is not None and measured.distinct is not None:
            what = f"distinct 3-grams among {NGRAM_CHARACTERS:,} characters of {name}"
            yield from _check(LIMITS, "distinct", measured.distinct[1], _texts(sources), what)


def _repetition(sources: Sources) -> Iterator[Problem]:
    texts = [document.text for document in sources.documents]
    n = len(texts)
    reported: set[str] = set()
    for item in repeated_strings(texts, names=balance.register_names(sources), least=LEAST_REPEATS):
        first = sources.texts[item.places[0]]
        windows = {item.string[at : at + STRING_LENGTH] for at in range(len(item.string) - STRING_LENGTH + 1)}
        if windows & reported:  # another stretch of the same passage, in texts that have less of it
            continue
        reported |= windows
        what = (
            f"{item.string[:40]!r} ({STRING_LENGTH} characters or more) stands in {len(item.places)} of {n} documents, "
            f"from {first.value.id!r} to {sources.texts[item.places[-1]].value.id!r}"
        )
        yield from _check(LIMITS, "strings", len(item.places) / n, first.path, what, line=first.line)
    comments = [placed for placed in sources.texts if placed.value.kind == "comment"]
    repeats = exact_repeats(placed.value.text for placed in comments)
    if repeats:
        most = ", ".join(f"{text} × {number}" for text, number in most_repeated((c.value.text for c in comments), 5))
        first = comments[repeats[0]]
        what = f"{len(repeats)} of {len(comments)} comments repeat an earlier one ({most})"
        yield from _check(LIMITS, "repeats", len(repeats) / len(comments), first.path, what, line=first.line)


def _check(
    limits: Mapping[str, Limit], figure: str, value: float, path: Path, what: str, *, line: int = 0, join: str = ": "
) -> Iterator[Problem]:
    if limits[figure].broken_by(value):
        yield Problem(path, line, LEVEL, RULE, f"{what}{join}{limits[figure].described(value)}")


def _texts(sources: Sources, topic: str = "") -> Path:
    return sources.root / "corpus" / "texts" / topic
