"""A user's lexicon: words that stay whole wherever they stand, whatever the segmenter would do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.segmentation.arguments import require_strings
from weibo_nlp.segmentation.runs import Place, unbroken, within
from weibo_nlp.text.lexicon import WordIndex
from weibo_nlp.text.markup import hidden_sign

WORD_LIMIT = 64
"""Longest word of a lexicon, in characters; the bound that keeps the search linear."""

# Parts of speech of jieba's own dictionary that nothing else looks like. Single letters but `n` name products, too:
# of `小米 14 t` nobody can say whether it is a dictionary's.
_TELLING_TAGS = frozenset((
    "ad", "ag", "an", "bg", "df", "dg", "eng", "mg", "mq", "n", "ng", "nr", "nrfg", "nrt", "ns", "nt", "nz", "rg", "rr",
    "rz", "tg", "ud", "ug", "uj", "ul", "uv", "uz", "vd", "vg", "vi", "vn", "vq", "yg", "zg",
))  # fmt: skip
_LINE_END = re.compile("\r\n|\r|\n")
_HAN = "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
# Lines without blanks that are hardly words, in the layouts of other programs, and what each is called.
_NO_WORD = (
    (re.compile(r"[,;|，；｜、\\]"), "a row of a table"),
    (re.compile("[\"＂“”„‟«»‹›「」『』]|^['‘’`´].*['‘’`´]$"), "a word in quotation marks"),
    (re.compile(f"{_HAN}#|//"), "a word with a comment behind it"),
    # Behind Latin words only what is no word itself is a tag: `AC/DC` is a name.
    (
        re.compile(
            rf"{_HAN}[/／:：=＝_＿^~*#＃@＠$>(（\[【<{{]+(?:[0-9.]+|[A-Za-z]{{1,4}})[)）\]】>}}]?$"
            rf"|[^\W_][/／:：=＝_＿^–—－-]+(?:{'|'.join(sorted(_TELLING_TAGS))})$"
        ),
        "a word with frequency or part of speech",
    ),
    (
        re.compile(
            rf"^(?:[-*•‣◦▪●○–—+>①-⑳](?=[^\W\d_])|[0-9]{{1,4}}[.．)）]{_HAN}|[0-9]{{1,2}}[.．)）][A-Za-z]"
            r"|[(（][0-9]+[)）].)"
        ),
        "an item of a list",
    ),
)
_SAY_WORDS = 'lexicon_from_file(path, layout="words")'
_SAY_JIEBA = 'lexicon_from_file(path, layout="jieba")'


class Lexicon:
    """Words to keep whole: the leftmost first, of those the longest.

    Words are compared character by character, in the case, width and script given. What stands first in a text binds:
    of two words that overlap, the one that begins first is whole. A word stands only where it neither begins nor ends
    inside of a marked place (a link, a mention and the like), a run of letters and digits, a number, or a grapheme
    cluster: ``AI`` stays inside ``MAIL``, ``iPhone`` inside ``iPhone15``, ``5`` inside ``3.5%``, ``cafe`` before a
    combining accent. A word that contains such runs whole (``iPhone15手机``, ``3.5%``) stands.

    Parameters
    ----------
    words : iterable of str
        White space around a word is ignored; inside it counts, but no word has a tab or an end of line. Empty strings
        are ignored.

    Raises
    ------
    UsageError
        If `words` is a single string, whose characters would each become a word, a mapping, a table, or nothing to
        iterate over.
    DataError
        If a word is no string, longer than ``WORD_LIMIT`` characters, or holds what readers do not see: a control
        character, a lone surrogate, a byte order mark, U+200B and the like (U+200C and U+200D may stand inside).
    """

    def __init__(self, words: Iterable[str]) -> None:
        require_strings("lexicon", words, "pass a list of words, a path, or None for no lexicon")
        checked = {_checked(word, f"word {number}") for number, word in enumerate(words, 1)}
        self.words: tuple[str, ...] = tuple(sorted(checked - {""}))
        self._index = WordIndex(self.words)

    def __len__(self) -> int:
        return len(self._index.words)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the words alone: the index of another release may be another."""
        return type(self), (self.words,)

    def digest(self) -> str:
        """Twelve hexadecimal digits that differ where the words do."""
        # No word holds a newline, so no two lexicons are joined alike.
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()[:12]

    def find(self, text: str, places: Sequence[Place] | None = None) -> Iterator[tuple[int, int]]:
        """Yield where words stand in `text`, in order and without overlap.

        Time is at most ``WORD_LIMIT`` comparisons for each character of `text`, however many words there are.

        Parameters
        ----------
        text : str
            Without marked places: between them is searched.
        places : sequence of Place, optional
            What :func:`weibo_nlp.segmentation.runs.unbroken` returns for `text`, where it is known already.
        """
        whole = unbroken(text) if places is None else places
        return self._index.find(
            text, 0, len(text), lambda _, start, stop: not (within(whole, start) or within(whole, stop))
        )


def lexicon_from_file(path: Path | str, layout: Literal["auto", "words", "jieba"] = "auto") -> Lexicon:
    """Read a lexicon: UTF-8, one word a line; empty lines and what follows ``#`` at the start of a line are ignored.

    A user dictionary of jieba is read as well: behind the word a frequency, a part of speech or both, separated by
    white space. They are not used: every word is kept whole.

    Parameters
    ----------
    path : Path or str
        The file.
    layout : {"auto", "words", "jieba"}
        ``words``: all of a line is the word, inner blanks included (``New York``). ``jieba``: words with frequency or
        part of speech, both or neither, told apart as jieba does (``Edu Trust认证 2000``). ``auto``: as jieba's if more
        than half of the lines are a word, a frequency and a part of speech that only jieba uses (``云计算 5 nz``), and
        all others are a word alone or end in such a part of speech; as words if no line holds a blank. What could be
        either (``小米 14``, ``小米 14 ultra``, in any file) is refused, and so are lines in the layouts of other
        programs: ``芝麻分,5``, ``芝麻分/n``, ``"芝麻分"``, ``- 芝麻分``.

    Raises
    ------
    UsageError
        If the file cannot be read, or there is no such layout.
    DataError
        If it is not UTF-8, changes while it is read, or a line is not allowed or not clear, naming the line.
    """
    if layout not in ("auto", "words", "jieba"):
        raise UsageError(f"layout={layout!r}; pass auto, words or jieba.")
    # Reading files takes as long to import as all of this room, and most callers read none.
    from weibo_nlp.io.limits import MAX_FILE_BYTES
    from weibo_nlp.io.stable import open_unchanged

    if not path or not isinstance(path, (str, Path)):
        raise UsageError(f"path={path!r}; name a text file with one word a line.")
    path = Path(path)
    try:
        with open_unchanged(path) as handle:
            content = handle.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise DataError(f"{path}: longer than {MAX_FILE_BYTES:,} bytes; leave out words that no text has.")
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start} is not UTF-8; save the lexicon as UTF-8.") from error
    except (OSError, ValueError) as error:  # a name that holds U+0000 or a lone surrogate is a ValueError
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path}: {reason}; name a text file with one word a line.") from error
    # Other signs that Python takes for ends of lines (U+2028, U+0085) are white space around a word, and refused in it.
    lines = [(f"{path}:{number}", line.strip()) for number, line in enumerate(_LINE_END.split(text), 1)]
    lines = [(where, line) for where, line in lines if line and not line.startswith("#")]
    if layout == "jieba" or (layout == "auto" and _is_clearly_jieba(lines)):
        lines = [(where, _jieba_entry(line)[0]) for where, line in lines]
    return Lexicon([_checked(word, where) for where, word in lines])


def resolve_lexicon(lexicon: Lexicon | Iterable[str] | Path | str | None) -> Lexicon | None:
    """Return what a caller passed as a lexicon: a path is read, words are indexed; ``None`` for none or no words."""
    if lexicon is None:
        return None
    if isinstance(lexicon, str) and not lexicon:
        raise UsageError("lexicon is an empty string; pass a list of words, a path, or None for no lexicon.")
    if isinstance(lexicon, (str, Path)):
        lexicon = lexicon_from_file(lexicon)
    elif not isinstance(lexicon, Lexicon):
        lexicon = Lexicon(lexicon)
    return lexicon if len(lexicon) else None


def _checked(word: object, where: str) -> str:
    if not isinstance(word, str):
        raise DataError(f"lexicon, {where}: {_quoted(word)} is {type(word).__name__}, not a string; pass words.")
    word = str.strip(word)
    if len(word) > WORD_LIMIT:
        raise DataError(
            f"lexicon, {where}: {len(word)} characters, at most {WORD_LIMIT} are allowed; shorten {_quoted(word)}."
        )
    if hidden := hidden_sign(word):
        raise DataError(
            f"lexicon, {where}: {_quoted(word)} holds {hidden}, which readers do not see, and would "
            "not be found where it is not; remove it."
        )
    return word


def _is_clearly_jieba(lines: Sequence[tuple[str, str]]) -> bool:
    """Tell jieba's layout from words alone, line by line; raise DataError for a line that fits neither, or both."""
    entries = [_jieba_entry(line) for _, line in lines]
    jieba = 2 * sum(tag in _TELLING_TAGS for _, frequency, tag in entries if frequency) > len(lines)
    for (where, line), (word, frequency, tag) in zip(lines, entries, strict=True):
        if layout := next((layout for pattern, layout in _NO_WORD if pattern.search(line)), None):
            raise DataError(
                f"lexicon, {where}: {_quoted(line)} looks like {layout}; write one word a line, or call {_SAY_WORDS} "
                f"or {_SAY_JIEBA} if its signs are part of the word."
            )
        if len(line.split(maxsplit=1)) == 1:
            continue
        if not jieba:
            raise DataError(
                f"lexicon, {where}: {_quoted(line)} may be a word with blanks, or a word with frequency or part of "
                f"speech; call {_SAY_WORDS} or {_SAY_JIEBA} to say which."
            )
        if tag not in _TELLING_TAGS or (not frequency and len(word.split(maxsplit=1)) > 1):
            raise DataError(
                f"lexicon, {where}: {_quoted(line)} may be no line of a jieba user dictionary, as this file is one: a "
                'word, frequency and a part of speech that only jieba uses. Write both ("New York 5 nz"), or call '
                f"{_SAY_WORDS} or {_SAY_JIEBA} to say which."
            )
    return jieba


def _jieba_entry(line: str) -> tuple[str, str, str]:
    """Return word, frequency and part of speech of a line; empty strings for what it lacks.

    As jieba's own ``^(.+?)( [0-9]+)?( [a-z]+)?$``, but for other white space between fields, and for parts of speech in
    capitals behind a frequency (``云计算 5 NN``), of which jieba makes words that no text has.
    """
    word, *fields = line.rsplit(maxsplit=2)
    if len(fields) == 2 and _is_number(fields[0]) and _is_tag(fields[1]):
        return word, fields[0], fields[1]
    word, *fields = line.rsplit(maxsplit=1)
    if fields and _is_number(fields[0]):
        return word, fields[0], ""
    if fields and _is_tag(fields[0]) and fields[0].islower():
        return word, "", fields[0]
    return line, "", ""


def _is_number(field: str) -> bool:
    return field.isascii() and field.isdigit()


def _is_tag(field: str) -> bool:
    return field.isascii() and field.isalpha() and (field.islower() or field.isupper())


def _quoted(value: object) -> str:
    from weibo_nlp.io.names import quoted  # imports what reads files, as above

    return quoted(value)
