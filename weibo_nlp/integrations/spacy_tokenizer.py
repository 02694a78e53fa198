"""The tokenizer of a spaCy pipeline: our segmenters, with every character of the text kept in the Doc.

No ``from __future__ import annotations`` here: spaCy checks a configuration against the annotations themselves.
"""

import json
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import DummyTokenizer, registry
from spacy.vocab import Vocab

from weibo_nlp.errors import DataError
from weibo_nlp.io import atomic_path
from weibo_nlp.io.jsonl import parse_json
from weibo_nlp.io.stable import open_regular
from weibo_nlp.segmentation import Lexicon, Segmenter, create_segmenter
from weibo_nlp.segmentation.lexicon import resolve_lexicon
from weibo_nlp.segmentation.registry import check_name

TOKENIZER = "weibo_nlp.Tokenizer.v1"
"""Name under ``@tokenizers`` in a spaCy configuration."""

LexiconLike: TypeAlias = Lexicon | Iterable[str] | Path | str | None
"""What a caller may pass as words to keep whole."""


# spaCy's base class for tokenizers that are not its own is untyped.
class WeiboTokenizer(DummyTokenizer):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Cuts a text into words with one of our segmenters.

    The segmenter is made when the first text arrives, so that reading a saved pipeline costs nothing, and a copy
    that is sent to another process takes only names along.

    Parameters
    ----------
    vocab : spacy.vocab.Vocab
        The pipeline's.
    segmenter : str
        ``fast``, ``pkuseg``, ``jieba`` or ``char``.
    lexicon : Lexicon, iterable of str, Path or str, optional
        Words to keep whole; a path is a file, as :func:`weibo_nlp.segmentation.lexicon_from_file` reads it.

    Attributes
    ----------
    segmenter : str
        Its name; another segmenter or lexicon needs another tokenizer.
    lexicon : tuple of str
        The words, saved with the pipeline.

    Raises
    ------
    UnknownNameError
        If there is no such segmenter.
    DataError, UsageError
        If the lexicon cannot be read or holds what is no word.
    """

    def __init__(self, vocab: Vocab, segmenter: str = "fast", lexicon: LexiconLike = None) -> None:
        check_name(segmenter)
        self.vocab = vocab
        self._segmenter = segmenter
        self._lexicon = words_of(lexicon)
        self._engine: Segmenter | None = None
        self._saved_version: str | None = None
        self._promised_digest: str | None = None

    @property
    def segmenter(self) -> str:
        """Name of the segmenter."""
        return self._segmenter

    @property
    def lexicon(self) -> tuple[str, ...]:
        """The words to keep whole."""
        return self._lexicon

    @property
    def engine(self) -> Segmenter:
        """The segmenter itself.

        Raises
        ------
        DataError
            If its model is not there or damaged, or the pipeline was made from the configuration of another without
            the words of its lexicon.
        """
        if self._engine is None:
            if self._promised_digest not in (None, Lexicon(self.lexicon).digest()):
                raise DataError(
                    f"the pipeline's configuration speaks of a lexicon (digest {self._promised_digest}) whose words are"
                    " not here, and would cut otherwise; read the pipeline with spacy.load or from_bytes, or give the "
                    "words to load_spacy(lexicon=...)."
                )
            self._engine = create_segmenter(self.segmenter, lexicon=list(self.lexicon) or None)
            if self._saved_version not in (None, self._engine.version):
                # Words may differ from those that the pipeline's other components were trained on.
                warnings.warn(
                    f"this pipeline was saved with segmenter {self.segmenter!r} {self._saved_version}, installed is "
                    f"{self._engine.version}: words may differ. Save it again, or install the weibo-nlp it came from.",
                    stacklevel=2,
                )
        return self._engine

    def __call__(self, text: str) -> Doc:
        """Return the Doc of a text; its ``text`` is the same, character by character.

        Raises
        ------
        DataError
            If the text holds a lone surrogate.
        """
        words, spaces = words_and_spaces(self.engine.cut(text))
        return Doc(self.vocab, words=words, spaces=spaces)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle names and words, not the engine: no segmenter in Rust or C can be pickled."""
        return (
            type(self),
            (self.vocab, self.segmenter, self.lexicon),
            {
                "_saved_version": self._saved_version,
                "_promised_digest": self._promised_digest,
            },
        )

    def to_bytes(self, **_: Any) -> bytes:
        """Return the segmenter's name and version and the lexicon, as JSON."""
        state = {"segmenter": self.segmenter, "version": self.engine.version, "lexicon": self.lexicon}
        return (json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()

    def from_bytes(self, data: bytes, *, where: object = "tokenizer bytes", **_: Any) -> "WeiboTokenizer":
        """Take over what :meth:`to_bytes` returned; `where` names it in messages.

        Raises
        ------
        DataError
            If `data` is something else.
        UnknownNameError
            If its segmenter is not known here.
        """
        try:
            state = parse_json(data.decode("utf-8"))
            segmenter, version, lexicon = state["segmenter"], state["version"], state["lexicon"]
            # Whoever wrote the file may not have a path read, as the string of a lexicon would be.
            if not (isinstance(segmenter, str) and isinstance(version, str) and isinstance(lexicon, list)):
                raise TypeError("a name, a version or a list of words is something else")
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"{where}: not a tokenizer of weibo_nlp ({error!r}); it is a JSON object with segmenter, version and "
                "lexicon. Save the pipeline again with nlp.to_disk."
            ) from error
        check_name(segmenter)
        self._segmenter, self._lexicon = segmenter, words_of(lexicon)
        self._saved_version, self._engine = version, None
        self._promised_digest = None  # what was saved is here
        return self

    def to_disk(self, path: Path | str, **_: Any) -> None:
        """Write what :meth:`to_bytes` returns into a file."""
        with atomic_path(path) as temporary:
            temporary.write_bytes(self.to_bytes())

    def from_disk(self, path: Path | str, **_: Any) -> "WeiboTokenizer":
        """Take over what :meth:`to_disk` wrote.

        Raises
        ------
        DataError
            If the file is missing or holds something else.
        """
        try:
            with open_regular(Path(path)) as file:
                data = file.read()
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}; save the pipeline again with nlp.to_disk.") from error
        return self.from_bytes(data, where=path)


def words_and_spaces(pieces: Iterable[str]) -> tuple[list[str], list[bool]]:
    """Turn pieces of a text into spaCy's words, each with or without a space behind it.

    Parameters
    ----------
    pieces : iterable of str
        Joined, they are the text.

    Returns
    -------
    words : list of str
        The first space of a piece goes to the word before it; other white space is a word by itself.
    spaces : list of bool
        Whether a space follows.

    Examples
    --------
    >>> words_and_spaces(["好", "  ", "的"])
    (['好', ' ', '的'], [True, False, False])
    """
    words: list[str] = []
    spaces: list[bool] = []
    for piece in pieces:
        if words and not spaces[-1] and piece.startswith(" "):
            spaces[-1] = True
            piece = piece[1:]
        if piece:
            words.append(piece)
            spaces.append(False)
    return words, spaces


@registry.tokenizers(TOKENIZER)  # type: ignore[untyped-decorator, unused-ignore]
def create_tokenizer(
    segmenter: str = "fast", lexicon: list[str] | None = None, lexicon_digest: str | None = None
) -> Callable[[Language], WeiboTokenizer]:
    """Return what makes the tokenizer of a pipeline, for ``@tokenizers = "weibo_nlp.Tokenizer.v1"``.

    Parameters
    ----------
    segmenter : str
        ``fast``, ``pkuseg``, ``jieba`` or ``char``.
    lexicon : list of str, optional
        Words to keep whole. They are saved in the tokenizer's own file; in the configuration a few will do.
    lexicon_digest : str, optional
        Of the lexicon, where its words are saved elsewhere: without them, no text is cut.
    """

    def create(nlp: Language) -> WeiboTokenizer:
        tokenizer = WeiboTokenizer(nlp.vocab, segmenter, lexicon)
        tokenizer._promised_digest = lexicon_digest
        return tokenizer

    return create


def words_of(lexicon: LexiconLike) -> tuple[str, ...]:
    """Words of what a caller passed as a lexicon, as they are saved."""
    words = resolve_lexicon(lexicon)
    return () if words is None else tuple(word for word in words.words if word)
