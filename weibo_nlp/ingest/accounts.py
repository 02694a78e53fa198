"""Which kind of account speaks, by what a platform verified it as."""

from __future__ import annotations

from weibo_nlp.records import AccountType

_WEIBO_TYPES: dict[int, AccountType] = {
    **dict.fromkeys((-1, 200, 220, 400), "netizen"),
    0: "self_media",
    1: "official",
    **dict.fromkeys((2, 5, 6), "brand"),  # 5 and 6 with less confidence
    3: "media",
    **dict.fromkeys((4, 7), "organization"),
}
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
