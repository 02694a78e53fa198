"""Pseudonyms of people and of what they wrote: keyed digests, short enough to stand in a text."""

from __future__ import annotations

import base64
import hmac
import re
from functools import lru_cache
from typing import Literal

from weibo_nlp.privacy.secret import Secret
from weibo_nlp.privacy.sight import name_key

Domain = Literal["user", "document", "file"]

PSEUDONYM_BITS = 80
"""Of each digest: among a million people two have one pseudonym with a probability below 5e-13, among a thousand
million below 5e-7."""

_REMEMBERED = 16_384  # pseudonyms: a thread names the same few people and documents over and over
_LETTERS: dict[Domain, str] = {"user": "u", "document": "d", "file": "f"}
PSEUDONYM = re.compile(r"(?<![A-Za-z0-9_])[udf]_[a-z2-7]{16}(?![A-Za-z0-9_])")
"""What a pseudonym looks like; the grammar of a text reads it as a name."""


class Pseudonyms:
    """Names that stand for users, documents and files, the same ones as long as the secret is the same.

    Each is made of a letter for what it stands for and the first ``PSEUDONYM_BITS`` of HMAC-SHA256 in lower case
    (base 32). Posts and comments share one domain: what a ``parent`` names is not always told, and the two of one
    platform are numbered from one row.

    Parameters
    ----------
    secret : Secret
        Without it, no pseudonym can be made from a name, however many are tried.

    Examples
    --------
    >>> names = Pseudonyms(Secret(bytes(32)))
    >>> names.user("小甲") == names.user("＠小甲 "), names.user("小甲") == names.document("小甲")
    (True, False)
    """

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self._made = lru_cache(_REMEMBERED)(self._make)

    def user(self, name: object) -> str:
        """Return the pseudonym of a user by id or handle; case, width, invisible signs and the ``@`` do not count."""
        return self._made("user", name_key(str(name)))

    def document(self, id: object) -> str:
        """Return the pseudonym of a post or comment by its id, in which case counts."""
        return self._made("document", str(id).strip())

    def file(self, name: str) -> str:
        """Return the pseudonym of a file, whose name crawlers make of the user's."""
        return self._made("file", name)

    def _make(self, domain: Domain, value: str) -> str:
        # The domain ends in a byte that no value has, so that no two pairs are one message.
        message = domain.encode() + b"\xff" + value.encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._secret.key, message, "sha256")[: PSEUDONYM_BITS // 8]
        return f"{_LETTERS[domain]}_{base64.b32encode(digest).decode('ascii').lower()}"


def is_pseudonym(value: str) -> bool:
    """Whether a value looks as a pseudonym does, wherever it was made."""
    return PSEUDONYM.fullmatch(value) is not None
