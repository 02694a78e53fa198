"""Segmenters by name, and the shortest way to cut one text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

from weibo_nlp._renamed import with_old_keywords
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.segmentation.base import Engine, FramedSegmenter, Segmenter
from weibo_nlp.segmentation.engines import char_engine, fast_engine, jieba_engine, pkuseg_engine
from weibo_nlp.segmentation.lexicon import Lexicon, resolve_lexicon

_ENGINES: dict[str, Callable[[], Engine]] = {
    "fast": fast_engine,
    "pkuseg": pkuseg_engine,
    "jieba": jieba_engine,
    "char": char_engine,
}


def names() -> tuple[str, ...]:
    """Names of the segmenters, the default first."""
    return tuple(_ENGINES)


def check_name(name: str) -> None:
    """Raise UnknownNameError, listing what there is, if no segmenter has this name; UsageError if it is no name."""
    if not isinstance(name, str):
        raise UsageError(f"segmenter={name!r}; pass one name: {', '.join(_ENGINES)}.")
    if name not in _ENGINES:
        raise UnknownNameError("segmenter", name, _ENGINES)


def create_segmenter(name: str = "fast", lexicon: Lexicon | Iterable[str] | Path | str | None = None) -> Segmenter:
    """Make a segmenter.

    Parameters
    ----------
    name : str
        ``fast`` (shipped; pkuseg's cutting learnt by a small linear model), ``pkuseg`` (its published model, fetched
        once by ``weibo-nlp models fetch pkuseg``), ``jieba`` (its default dictionary), or ``char``.
    lexicon : Lexicon, iterable of str, Path or str, optional
        Words to keep whole wherever they stand outside of links, mentions and the like and of longer runs of letters
        and digits; or the path of a file, one word a line or a user dictionary of jieba, as
        :func:`weibo_nlp.segmentation.lexicon_from_file` reads it.

    Returns
    -------
    Segmenter
        Engines are loaded once a process and shared between segmenters. A segmenter is pickled as its name and words;
        where it is unpickled, the engine is loaded with the first text.

    Raises
    ------
    UnknownNameError
        For an unknown name.
    DataError
        If the lexicon holds something else than words or a line that is not clear, or the model of ``pkuseg`` is not
        there or damaged.
    UsageError
        If the lexicon's file cannot be read, or `name` or `lexicon` is of another type.
    """
    check_name(name)
    words = resolve_lexicon(lexicon)
    # Loaded now, so that a missing model is reported here; no runtime in Rust or C can be pickled, its name can.
    version = _engine(name).version
    return FramedSegmenter(Engine(name, version, partial(_cut, name, version)), words)


@with_old_keywords
def segment(
    text: str, segmenter: str = "fast", lexicon: Lexicon | Iterable[str] | Path | str | None = None
) -> list[str]:
    """Cut one text into words; joined, they are the text.

    Links, mentions, hashtags, super topics, emoticons, emoji and drawn faces stay whole, and so do words of the
    lexicon, runs of letters and digits, and runs of white space. Traditional script is cut as simplified. Arguments and
    errors as in :func:`create_segmenter`; for many texts use :func:`weibo_nlp.segmentation.segment_many`, or keep a
    segmenter, so that the lexicon is read once.

    Raises
    ------
    DataError
        If `text` is no string, or holds a lone surrogate, naming its offset.

    Examples
    --------
    >>> segment("今天天气真好[泪] @小甲", segmenter="char")
    ['今', '天', '天', '气', '真', '好', '[泪]', ' ', '@小甲']
    """
    return create_segmenter(segmenter, lexicon).cut(text)


def _cut(name: str, version: str, piece: str) -> list[str]:
    engine = _engine(name)
    if engine.version != version:  # unpickled where another model or runtime is installed
        raise DataError(
            f"segmenter {name!r} was pickled with {version}, here is {engine.version}; create it again with "
            "create_segmenter."
        )
    return engine.cut(piece)


@cache
def _engine(name: str) -> Engine:
    return _ENGINES[name]()
