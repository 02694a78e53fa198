"""Addresses that texts are sent to: what is one, which key goes there, and when one that is busy is asked again."""

from __future__ import annotations

import ipaddress
import math
import os
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import printable, quoted

KEY_VARIABLE = "WEIBO_NLP_API_KEY"
INSTALL = "pip install 'weibo-nlp[llm]'"
TRIES = 6
FIRST_WAIT = 1.0  # seconds; doubled with every try, and shaken, so that many clients do not come back at once
LONGEST_WAIT = 60.0
LONGEST_ASKED_WAIT = 600.0
"""Seconds: a server that asks for a longer wait is asked again after these."""
AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
"""Answers by which a server says that another time it may do better."""
_SHOWN = 200  # characters of an answer that a message repeats


def require_address(url: str, what: str) -> None:
    """Refuse what is no base address, or holds what messages and files must not repeat.

    Parameters
    ----------
    url : str
        Such as ``http://localhost:8080/v1``.
    what : str
        Whose address it is, for messages, such as ``an encoder``.

    Raises
    ------
    UsageError
        If it is no address of http or https, or holds a user, a query or a fragment, where keys stand.
    """
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as error:
        raise UsageError(f"the address {quoted(url)} of {what} is none: {error}.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise UsageError(f"the address {quoted(url)} of {what} is none; give one as https://host/v1.")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise UsageError(
            f"the address of {what} at {printable(parts.hostname)} holds a user, a query or a fragment, where keys "
            f"stand; give the plain address, and the key in {KEY_VARIABLE}."
        )


def host_of(url: str) -> str:
    """Return the machine of an address."""
    return urlsplit(url).hostname or ""


def is_here(host: str) -> bool:
    """Whether a host is this machine by its name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def key_for(url: str) -> str | None:
    """Return the key that goes to an address, from a variable of its own: none goes where it was not meant for.

    Raises
    ------
    UsageError
        If it would go unencrypted to another machine, or is none.
    """
    key = os.environ.get(KEY_VARIABLE)
    if not key:
        return None
    if urlsplit(url).scheme != "https" and not is_here(host_of(url)):
        raise UsageError(
            f"the key in {KEY_VARIABLE} would go to {printable(host_of(url))} unencrypted; give an address with https."
        )
    if not key.isascii() or not key.isprintable():
        raise UsageError(f"{KEY_VARIABLE} holds what no key does (signs beyond ASCII, or a line end); set it anew.")
    return key


def shown(answer: str) -> str:
    """Return the beginning of a server's answer for a message: printable, and without the key that it may repeat."""
    key = os.environ.get(KEY_VARIABLE)
    return printable((answer.replace(key, "…") if key else answer)[:_SHOWN])


def remedy(status: int) -> str:
    """Say what to do about a refusal."""
    if status in (401, 403):
        return f"Set the key in the environment variable {KEY_VARIABLE}."
    if status == 404 or 300 <= status < 400:  # nothing follows to another address, which nobody named
        return "Correct the base address or the name of the model."
    return "Correct the request: the model, or the length of the texts."


def wait_before_next(attempt: int, asked: str | None = None) -> float:
    """Return the seconds to wait after a try that failed.

    Parameters
    ----------
    attempt : int
        Number of the try, from 0.
    asked : str, optional
        ``Retry-After`` of the answer: seconds, or a date of HTTP.
    """
    own = min(LONGEST_WAIT, FIRST_WAIT * 2**attempt) * random.uniform(0.5, 1.0)
    seconds = None if asked is None else _seconds(asked)
    return own if seconds is None else min(LONGEST_ASKED_WAIT, max(0.0, seconds))


def _seconds(asked: str) -> float | None:
    try:
        seconds = float(asked)
    except ValueError:
        try:
            when = parsedate_to_datetime(asked)
        except ValueError:
            return None
        # A date without its zone is one of UTC, in HTTP.
        return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    return seconds if math.isfinite(seconds) else None
