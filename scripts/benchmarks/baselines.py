"""Sentiment programs of others as they stand: asked in a process of their own, their one score read as a label.

Also the file that this process runs (see :mod:`benchmarks.isolated`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from benchmarks.answerers import ANSWERERS
from benchmarks.isolated import installed_versions, run_isolated

NEGATIVE, NEUTRAL, POSITIVE = "negative", "neutral", "positive"
TIMEOUT = 3600.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that says by one number how positive a text is.

    Attributes
    ----------
    name : str
        As in `answerers.ANSWERERS`, by which it is asked.
    low, high : float
        Below the one it is read as negative, above the other as positive, else as neutral.
    middle : float
        Where it leans to neither side.
    rule : str
        The same in words.
    """

    name: str
    low: float
    high: float
    middle: float
    rule: str

    def label(self, score: float) -> str:
        """Read a score as one of three labels."""
        return POSITIVE if score > self.high else NEGATIVE if score < self.low else NEUTRAL

    def leaning(self, score: float, text: str, draw: int) -> str:
        """Read a score as negative or positive; one in the middle by lot, the same for the same text and draw."""
        if score != self.middle:
            return POSITIVE if score > self.middle else NEGATIVE
        drawn = hashlib.sha256(f"{draw}:{text}".encode("utf-8", "surrogatepass")).digest()[0]
        return (NEGATIVE, POSITIVE)[drawn % 2]


PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer("snownlp", 0.4, 0.6, 0.5, "`sentiments` above 0.6 positive, below 0.4 negative, else neutral"),
        Peer("cnsenti", 0.0, 0.0, 0.0, "`sentiment_calculate`: pos above neg positive, below negative, equal neutral"),
    )
}
"""All peers by name, in the order of the table."""


def ask(name: str, texts: Sequence[str], timeout: float = TIMEOUT) -> dict[str, Any]:
    """Let a peer score texts.

    Parameters
    ----------
    name : str
        Of `PEERS`.
    texts : sequence of str
        As they are.
    timeout : float
        Seconds after which it is given up.

    Returns
    -------
    dict
        ``scores``, one a text, and ``versions`` of its distributions; or ``reason`` alone, where there is no answer.
    """
    answerer = ANSWERERS[name]
    found = installed_versions(answerer.packages)
    if len(found) < len(answerer.packages) or find_spec(answerer.module) is None:
        return {"reason": f"not installed: pip install {' '.join(answerer.packages)}"}
    done = run_isolated(__file__, {"peer": name, "texts": list(texts)}, timeout)
    return done if "reason" in done else {"scores": done["scores"], "versions": found}


def do(job: Mapping[str, Any]) -> dict[str, Any]:
    """Score the texts of a job with the peer that it names, in this process."""
    scores = [_score(answer) for answer in ANSWERERS[job["peer"]].load("")(job["texts"])]
    if len(scores) != len(job["texts"]) or not all(map(math.isfinite, scores)):
        raise ValueError(f"{len(scores)} scores for {len(job['texts'])} texts, or some that are no number")
    return {"scores": scores}


def _score(answer: Any) -> float:
    return float(answer["pos"]) - float(answer["neg"]) if isinstance(answer, dict) else float(answer)
