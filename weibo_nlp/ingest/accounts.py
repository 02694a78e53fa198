"""Which kind of account speaks, by what a platform verified it as."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.records import AccountType

_WEIBO_TYPES: dict[int, AccountType] = {
    **dict.fromkeys((-1, 200, 220, 400), "netizen"),
    0: "self_media",
    1: "official",
    **dict.fromkeys((2, 5, 6), "brand"),  # 5 and 6 with less confidence
    3: "media",
    **dict.fromkeys((4, 7), "organization"),
}
_UID = re.compile(r"\d{5,12}", re.ASCII)
# A blue badge alone may be a company's, an office's or a newspaper's.
_BADGES: dict[str, AccountType] = {
    "普通用户": "netizen",
    **dict.fromkeys(("黄V", "红V", "金V"), "self_media"),
}


def weibo_account_type(verified_type: object = None, *, badge: object = None, verified: object = None) -> AccountType:
    """Tell the kind of a Weibo account.

    Parameters
    ----------
    verified_type : object
        The platform's code, as a number or as text.
    badge : object
        Where there is no code, the badge that is shown: ``蓝V`` and so on.
    verified : object
        Where there is neither, whether the account is verified at all.

    Returns
    -------
    str
        One of :data:`weibo_nlp.records.ACCOUNT_TYPES`; ``unknown`` where nothing tells.
    """
    text = "" if verified_type is None else str(verified_type).strip()
    if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 6:
        return _WEIBO_TYPES.get(int(text), "unknown")
    if badge is not None and (kind := _BADGES.get(str(badge).strip().replace("v", "V"))):
        return kind
    return "netizen" if verified is False else "unknown"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who a document is of, as far as its record says.

    Attributes
    ----------
    id : str, optional
        By which the platform knows the user.
    nickname : str, optional
        The name that is shown; stands in for the id where there is none.
    """

    id: str | None = None
    nickname: str | None = None
    account_type: AccountType = "unknown"
    extra: Mapping[str, Any] | None = None


def weibo_speaker(user: object, *, id: object = None, nickname: object = None) -> Speaker:
    """Return whom a Weibo record is of, by its object of a user; the raw codes of verification stay in ``extra``.

    Parameters
    ----------
    user : object
        The object, of whichever source; anything else says nothing.
    id, nickname : object
        What the record says beside it.
    """
    held: Mapping[str, Any] = user if isinstance(user, Mapping) else {}
    code, more = (_code(held.get(name)) for name in ("verified_type", "verified_type_ext"))
    return Speaker(
        _name(id, held.get("idstr"), held.get("id"), held.get("_id"), held.get("user_id")),
        _name(nickname, held.get("screen_name"), held.get("nick_name"), held.get("nickname")),
        weibo_account_type(code, verified=held.get("verified")),
        {"verified_type": code, "verified_type_ext": more},
    )


def file_speaker(path: Path) -> Speaker:
    """Return the user by whose number a file is named, as some crawlers do that write no author into it."""
    stem = path.name.split(".")[0]
    return Speaker(stem if _UID.fullmatch(stem) else None)


def _code(value: object) -> int | str | None:
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def _name(*values: object) -> str | None:
    texts = (str(value).strip() for value in values if isinstance(value, str | int) and not isinstance(value, bool))
    return next((text for text in texts if text), None)
