"""Level 5 of the validator: what a corpus as a whole has to hold to, each bound with its reason.

Bounds hold at any size from ``LEAST_DOCUMENTS`` on; below it shares hang on single documents and nothing is checked.
Documents of the events ``APART`` count where repetition is looked for, and nowhere else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from weibo_nlp.io.validation import Problem
from weibo_nlp.profiling.diversity import NGRAM_CHARACTERS, diversity
from weibo_nlp.profiling.lengths import length_percentiles
from weibo_nlp.profiling.repetition import STRING_LENGTH, exact_repeats, most_repeated, repeated_strings
from weibo_nlp.profiling.surface_features import feature_rates
from weibo_nlp.release import balance
from weibo_nlp.release.balance import Labelled
from weibo_nlp.release.sources import Sources, line_of_entry

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
LIMITS: Mapping[str, Limit] = {name: Limit(**bounds) for name, bounds in _BOUNDS.items()} | {
    f"{kind} length {percent}": Limit(*_LENGTHS, round(aim * 2 / 3, 1), round(aim * 4 / 3, 1), is_share=False)
    for kind, aims in _AIMS.items()
    for percent, aim in zip((25, 50, 75), aims, strict=True)
}
"""Bounds by figure."""


def statistics_apply(sources: Sources) -> bool:
    """Whether a corpus is large enough for its statistics to say something."""
    return len(sources.texts) >= LEAST_DOCUMENTS


def statistics_problems(sources: Sources) -> Iterator[Problem]:
    """What breaks a bound, pointing to the register's entry of an event, to a text, or to the folder of all texts.

    The corpus must hold to levels 1 to 4; under ``LEAST_DOCUMENTS`` documents nothing is checked.
    """
    if not statistics_apply(sources):
        return
    spread = replace(sources, texts=[placed for placed in sources.texts if placed.value.event not in APART])
    labelled = balance.labelled_documents(spread)
    yield from (*_balance(spread, labelled), *_stances(spread, labelled), *_form(spread), *_repetition(sources))


def _balance(sources: Sources, labelled: list[Labelled]) -> Iterator[Problem]:
    topics, sentiments = (sources.scheme.task(task).labels for task in ("topic", "sentiment"))
    n = len(labelled)
    counts = balance.topic_counts(labelled, topics)
    for topic, count in counts.items():
        figure = "other" if topic == "other" else "topic"
        yield from _check(figure, count / n, _texts(sources, topic), f"topic {topic!r} has {count} of {n} documents")
    for topic, by_sentiment in balance.sentiments_by_topic(labelled, topics, sentiments).items():
        for sentiment, count in by_sentiment.items():
            if counts[topic]:  # a topic without documents is a problem of its own, above
                what = f"sentiment {sentiment!r} has {count} of the {counts[topic]} documents on {topic!r}"
                yield from _check("sentiment", count / counts[topic], _texts(sources, topic), what)
    ironic = sum(item.gold.irony for item in labelled)
    yield from _check("irony", ironic / n, _texts(sources), f"{ironic} of {n} documents are ironic")
    comments = [item for item in labelled if item.document.kind == "comment"]
    if comments:
        needing = sum(item.gold.needs_context is True for item in comments)
        what = f"{needing} of {len(comments)} comments need their thread"
        yield from _check("needs_context", needing / len(comments), _texts(sources), what)


def _stances(sources: Sources, labelled: list[Labelled]) -> Iterator[Problem]:
    counts = balance.stance_counts(labelled, sources.scheme.task("stance").labels)
    path = sources.root / "corpus" / "events.yaml"
    for event in sources.events.values():
        target = balance.first_own_target(event, sources.targets)
        by_stance = counts.get((event.id, target or ""), {})
        n = sum(by_stance.values())
        for stance, count in by_stance.items():
            what = f"event {event.id!r}: stance {stance!r} towards {target!r} has {count} of {n} documents"
            yield from _check("stance", count / n, path, what, line=line_of_entry(path, event.id))


def _form(sources: Sources) -> Iterator[Problem]:
    by_kind = {kind: [document.text for document in sources.of_kind(kind)] for kind in ("comment", "post")}
    for kind, texts in by_kind.items():
        if not texts:
            continue
        lengths = length_percentiles(texts)
        for percent in (25, 50, 75):
            what = f"the {percent} % quantile of the lengths of {len(texts)} {kind}s in characters is"
            yield from _check(f"{kind} length {percent}", lengths[percent], _texts(sources), what, join=" ")
    if comments := by_kind["comment"]:
        rates = feature_rates(comments)
        whats = {"emoticon": "comments with an emoticon", "final_mark": "comments that end in .!?。！？"}
        for feature, what in whats.items():
            yield from _check(feature, rates[feature], _texts(sources), f"{what} among {len(comments)}")
    whole = [document.text for document in sources.documents]
    for name, texts in (("all documents", whole), *((f"{kind}s", texts) for kind, texts in by_kind.items())):
        measured = diversity(texts, xz_characters=NGRAM_CHARACTERS)
        if measured.distinct is not None:
            what = f"distinct 3-grams among {NGRAM_CHARACTERS:,} characters of {name}"
            yield from _check("distinct", measured.distinct[1], _texts(sources), what)


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
        yield from _check("strings", len(item.places) / n, first.path, what, line=first.line)
    comments = [placed for placed in sources.texts if placed.value.kind == "comment"]
    repeats = exact_repeats(placed.value.text for placed in comments)
    if repeats:
        most = ", ".join(f"{text} × {number}" for text, number in most_repeated((c.value.text for c in comments), 5))
        first = comments[repeats[0]]
        what = f"{len(repeats)} of {len(comments)} comments repeat an earlier one ({most})"
        yield from _check("repeats", len(repeats) / len(comments), first.path, what, line=first.line)


def _check(figure: str, value: float, path: Path, what: str, *, line: int = 0, join: str = ": ") -> Iterator[Problem]:
    limit = LIMITS[figure]
    if limit.broken_by(value):
        yield Problem(path, line, LEVEL, RULE, f"{what}{join}{limit.described(value)}")


def _texts(sources: Sources, topic: str = "") -> Path:
    return sources.root / "corpus" / "texts" / topic
