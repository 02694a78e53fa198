"""Published sets, read from the user's own copy into documents and gold labels; no data is shipped or fetched."""

from weibo_nlp.external.hydration import Hydrated, Hydration, SetReport, Unread, find_texts, hydrate
from weibo_nlp.external.overlap import Conflict, conflicts, text_key, without_leakage
from weibo_nlp.external.real_sets import REAL_SETS, RealSet, RealSource
from weibo_nlp.external.registry import available, load
from weibo_nlp.external.sets import Dropped, ExternalSet, Part, SetInfo
from weibo_nlp.external.smp2020 import to_polarity

__all__ = [
    "REAL_SETS",
    "Conflict",
    "Dropped",
    "ExternalSet",
    "Hydrated",
    "Hydration",
    "Part",
    "RealSet",
    "RealSource",
    "SetInfo",
    "SetReport",
    "Unread",
    "available",
    "conflicts",
    "find_texts",
    "hydrate",
    "load",
    "text_key",
    "to_polarity",
    "without_leakage",
]
