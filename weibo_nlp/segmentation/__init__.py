"""Text into words: joined, the words are the text, and nothing that the platform marks is cut.

:func:`segment` cuts one text, :func:`segment_many` many, :func:`create_segmenter` makes a :class:`Segmenter` to keep.
Four are known by name: ``fast`` (the default, shipped), ``pkuseg`` (fetched), ``jieba`` and ``char``.
"""

from weibo_nlp.segmentation.base import Segmenter
from weibo_nlp.segmentation.lexicon import Lexicon, lexicon_from_file
from weibo_nlp.segmentation.many import segment_many
from weibo_nlp.segmentation.registry import create_segmenter, names, segment

__all__ = ["Lexicon", "Segmenter", "create_segmenter", "lexicon_from_file", "names", "segment", "segment_many"]
