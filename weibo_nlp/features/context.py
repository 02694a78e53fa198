"""The texts above a text, as models that read them see them."""

from __future__ import annotations

from weibo_nlp.text.plain import own_words


def context_of(parent: str | None, root: str | None = None) -> str | None:
    """Join the own words of the text that is answered and of the thread's first text, for ``Example.parent``.

    Parameters
    ----------
    parent, root : str or None
        Plain texts; a root that is the parent counts once.

    Returns
    -------
    str or None
        A line for each; None where there is neither.

    Examples
    --------
    >>> context_of("说得对//@甲:支持", "国产品牌加油")
    '说得对\\n国产品牌加油'
    """
    words = dict.fromkeys(own_words(text) for text in (parent, root) if text)
    return "\n".join(text for text in words if text) or None
