"""What a social scientist asks of labelled posts: samples, shares with intervals, key words, a page.

draw_sample, read_design, read_gold
    A random sample of a collection for people to label, how it was drawn, and their labels read back.
estimate, estimate_shares
    Shares of labels with their intervals, as a frame or with all that is known of them.
find
    What a page on labelled posts shows: shares, stances, key words, phrases, examples, the quality of the data.
group_frame
    Groups of rows: by a column, or by the day, week, month, quarter or year of their time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weibo_nlp.analysis.design import read_design
    from weibo_nlp.analysis.estimation import estimate, estimate_shares
    from weibo_nlp.analysis.findings import find
    from weibo_nlp.analysis.gold import read_gold
    from weibo_nlp.analysis.groups import group_frame
    from weibo_nlp.analysis.sampling import draw_sample

__all__ = ["draw_sample", "estimate", "estimate_shares", "find", "group_frame", "read_design", "read_gold"]

_ROOMS = {
    "draw_sample": "sampling",
    "estimate": "estimation",
    "estimate_shares": "estimation",
    "find": "findings",
    "group_frame": "groups",
    "read_design": "design",
    "read_gold": "gold",
}


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
