"""Text into words: joined, the words are the text, and nothing that the platform marks is cut.

:func:`segment` cuts one text, :func:`segment_many` many, :func:`create_segmenter` makes a :class:`Segmenter` to keep.
Four are known by name: ``fast`` (the default, shipped), ``pkuseg`` (fetched), ``jieba`` and ``char``.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from weibo_nlp.segment.base import Segmenter
from weibo_nlp.segment.lexicon import Lexicon, lexicon_from_file
from weibo_nlp.segment.many import segment_many
from weibo_nlp.segment.registry import create_segmenter, names, segment

__all__ = [
    "Lexicon",
    "Segmenter",
    "create_segmenter",
    "lexicon_from_file",
    "names",
    "segment",
    "segment_many",
]


class _CallableRoom(ModuleType):
    """The room, which can be called: `weibo_nlp.segment` is both this package and what people want of it."""

    def __call__(
        self, text: str, with_: str = "fast", lexicon: Lexicon | Iterable[str] | Path | str | None = None
    ) -> list[str]:
        """Cut one text into words, see :func:`weibo_nlp.segment.registry.segment`."""
        return segment(text, with_, lexicon)


sys.modules[__name__].__class__ = _CallableRoom
