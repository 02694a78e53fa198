"""What came back: a label, or that the model refused, or that what it said is no answer.

These are outcomes of their own. Nothing that names no label becomes one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from weibo_nlp.models.spoken_labels import LONGEST, read, without_thoughts

ANSWERED, REFUSED, UNPARSEABLE = "answered", "refused", "unparseable"
OUTCOMES = (ANSWERED, REFUSED, UNPARSEABLE)

CUT_OFF, EMPTY, SEVERAL, NO_LABEL, NO_JSON = "cut off", "empty", "several labels", "no label", "damaged JSON"
PROBLEMS = (CUT_OFF, EMPTY, SEVERAL, NO_LABEL, NO_JSON)

# What services in and outside China say when they will not read a text; a status of 400 is then about the text.
FILTERED = re.compile(
    r"content[ _-]?(?:filter|policy|management|exists risk)|data_?inspection|inappropriate|(?<!case[ -])sensitive"
    r"|responsible ?ai|moderation|敏感|违规|不合规|安全审核|内容审核|\"1301\"",
    re.IGNORECASE,
)
_FENCE = re.compile(r"\A```[a-z]*\s*(.*?)\s*(?:```.*)?\Z", re.DOTALL | re.IGNORECASE)
_KEY = "label"


class NoCompletionError(ValueError):
    """What a server sent is no chat completion."""


@dataclass(frozen=True, slots=True)
class EndpointAnswer:
    """What a language model answered about one text.

    Attributes
    ----------
    label : str or None
        None unless it was answered.
    outcome : {"answered", "refused", "unparseable"}
        Whether it was.
    probabilities : tuple of float or None
        Of the labels, in the order of the model's ``classes_``, where the server told how likely the words of each
        were; None where it did not, and all that is known is the label.
    problem : str or None
        Of what is unparseable, why: one of ``PROBLEMS``.
    digest : str
        The first 16 hex digits of the SHA-256 of what was said, which itself is kept nowhere: it may quote the text.
    kept : bool
        Whether it was there from before, and not asked for now; of no consequence for what equals what.
    """

    label: str | None
    outcome: str
    probabilities: tuple[float, ...] | None = None
    problem: str | None = None
    digest: str = ""
    kept: bool = field(default=False, compare=False)

    @property
    def gives_scores(self) -> bool:
        """Whether the probabilities are the model's own."""
        return self.probabilities is not None


def refusal(said: str) -> EndpointAnswer:
    """Return the answer of a server that will not read a text."""
    return EndpointAnswer(None, REFUSED, digest=_digest(said))


def read_reply(body: object, words: Mapping[str, Sequence[str]]) -> EndpointAnswer:
    """Read a chat completion.

    Parameters
    ----------
    body : object
        What the server sent, parsed.
    words : mapping of str to sequence of str
        Label -> its words, in the order of the model's labels.

    Raises
    ------
    NoCompletionError
        If it is no chat completion at all.
    """
    try:
        choice = body["choices"][0]  # type: ignore[index]
        message, reason = choice["message"], choice.get("finish_reason")
        content, refused = message.get("content"), message.get("refusal")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise NoCompletionError("its answer is no chat completion") from error
    if isinstance(content, list):  # in parts, as some gateways hand it over
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    if not isinstance(content, str | None):
        raise NoCompletionError("its answer holds no text")
    said = content or ""
    digest = _digest(said or str(refused or ""))
    if refused or reason == "content_filter":
        return EndpointAnswer(None, REFUSED, digest=digest)
    if reason == "length":
        return EndpointAnswer(None, UNPARSEABLE, problem=CUT_OFF, digest=digest)
    label, outcome, problem = _label(said, words)
    if label is None:
        return EndpointAnswer(None, outcome, problem=problem, digest=digest)
    return EndpointAnswer(label, ANSWERED, _probabilities(choice, label, words), digest=digest)


def _label(said: str, words: Mapping[str, Sequence[str]]) -> tuple[str | None, str, str | None]:
    """Label, outcome and problem of what was said."""
    plain = without_thoughts(said).strip()
    if not plain:
        return None, UNPARSEABLE, EMPTY
    inner = fence.group(1) if (fence := _FENCE.match(plain)) else plain
    if inner.startswith(("{", "[")):
        return _of_json(inner, words)
    answer = read(said, words)
    if answer.label is not None:
        return answer.label, ANSWERED, None
    if answer.refused:
        return None, REFUSED, None
    return None, UNPARSEABLE, SEVERAL if answer.several else NO_LABEL


def _of_json(text: str, words: Mapping[str, Sequence[str]]) -> tuple[str | None, str, str | None]:
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None, UNPARSEABLE, NO_JSON
    if text[end:].lstrip().startswith(("{", "[")):  # another answer behind it
        return None, UNPARSEABLE, SEVERAL
    given = value.get(_KEY) if isinstance(value, dict) else value
    if isinstance(given, list):
        return None, UNPARSEABLE, SEVERAL if len(given) > 1 else NO_LABEL
    spoken = {word.lower(): label for label, each in words.items() for word in each}
    label = spoken.get(str(given).strip().lower()) if isinstance(given, str | bool) else None
    return (label, ANSWERED, None) if label is not None else (None, UNPARSEABLE, NO_LABEL)


def _probabilities(
    choice: Mapping[str, Any], label: str, words: Mapping[str, Sequence[str]]
) -> tuple[float, ...] | None:
    """Probabilities of the labels by those of the tokens that could have begun its word; None where they are not told.

    A token that several words begin with says nothing between them, and where it was the one, nothing is known.
    """
    try:
        tokens = [(str(each["token"]), each.get("top_logprobs") or []) for each in choice["logprobs"]["content"]]
    except (KeyError, TypeError, AttributeError):
        return None
    place = _place_of_label([token for token, _ in tokens], words[label])
    if place is None:
        return None
    mass = dict.fromkeys(words, 0.0)
    for other in tokens[place][1]:
        try:
            token, logprob = str(other["token"]), float(other["logprob"])
        except (KeyError, TypeError, ValueError):
            return None
        begun = token.strip().strip("\"'“”").lower()
        begins = {
            name for name, each in words.items() if begun and any(word.lower().startswith(begun) for word in each)
        }
        if len(begins) == 1 and math.isfinite(logprob) and logprob <= 0:
            mass[begins.pop()] += math.exp(logprob)
    total = sum(mass.values())
    # With sampling, the label said may not be the likeliest; then these are not the probabilities behind it.
    if total <= 0 or max(mass, key=lambda name: mass[name]) != label:
        return None
    return tuple(value / total for value in mass.values())


def _place_of_label(tokens: Sequence[str], words: Sequence[str]) -> int | None:
    """Place of the token that the last occurrence of a word begins with, or begins in after quotation marks."""
    joined = "".join(tokens)[:LONGEST].lower()
    at = max(joined.rfind(word.lower()) for word in words)
    start = 0
    for place, token in enumerate(tokens):
        if at >= 0 and start <= at < start + len(token):
            return place
        start += len(token)
    return None


def _digest(said: str) -> str:
    return sha256(said.encode("utf-8", "replace")).hexdigest()[:16]
