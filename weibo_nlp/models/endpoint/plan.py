"""What asking would take: requests, tokens and money, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

ANSWER_TOKENS = 12
"""Of ``{"label": "…"}``. A model that thinks aloud takes many times that."""
TURN_TOKENS = 4
"""What templates of chats put around a message."""
HOW = (
    "tokens are estimated: one a Chinese character or other sign, one for four Latin letters or digits, "
    f"{TURN_TOKENS} for each message, {ANSWER_TOKENS} for an answer; a model that thinks first writes many more"
)
_LATIN = re.compile(r"[A-Za-z0-9]+")
_BLANK = re.compile(r"\s+")


@dataclass(slots=True)
class RequestPlan:
    """What would be asked of one model.

    Attributes
    ----------
    host, model : str
        Where, and whom.
    texts : int
        Texts that are asked about, each target apart.
    cached : int
        Of these, those that were answered before.
    requests : int
        Requests that would be sent: what is the same is asked once.
    tokens_in, tokens_out : int
        Of these requests and their answers, estimated as ``HOW`` says.
    example : sequence of mapping
        Messages of the first request.
    """

    host: str
    model: str
    texts: int = 0
    cached: int = 0
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    example: Sequence[Mapping[str, str]] = ()
    _seen: set[bytes] = field(default_factory=set)

    def add(self, requests: Iterable[tuple[bytes, Sequence[Mapping[str, str]]]], cached: Iterable[bytes]) -> None:
        """Add what would be asked about some texts: for each its key and messages, and the keys that are answered."""
        known = set(cached)
        for key, messages in requests:
            self.texts += 1
            self.example = self.example or messages
            if key in known:
                self.cached += 1
            elif key not in self._seen:
                self._seen.add(key)
                self.requests += 1
                self.tokens_in += sum(TURN_TOKENS + estimated_tokens(each["content"]) for each in messages)
                self.tokens_out += ANSWER_TOKENS

    def cost(self, price_in: float, price_out: float) -> float:
        """Return what it would cost at prices for a million tokens."""
        return (self.tokens_in * price_in + self.tokens_out * price_out) / 1e6


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text has for today's models, which differ by a half either way."""
    latin = _LATIN.findall(text)
    others = len(_BLANK.sub("", _LATIN.sub("", text)))
    return others + sum(-(-len(word) // 4) for word in latin)
