"""What an encoder reads of an example: the own words with our marks, a target and the texts above, as token ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features.preparation import PreparedExample
from weibo_nlp.models.transformer.parameters import Reads
from weibo_nlp.text.recognise import find_hashtags

MENTION, URL, HASHTAG, HASHTAG_END = MARKS = ("[MENTION]", "[URL]", "[HASHTAG]", "[/HASHTAG]")
"""Tokens for what encoders do not know; the names are those of our own tokenizer."""
PARTS = ("target", "parent", "root")
"""What may be read besides a text, in this order."""
TOKENIZER = "tokenizer.json"
_LEAST_ROOM = 2  # for a text and something beside it
_PROBE = "好a1"


@dataclass(frozen=True, slots=True)
class Row:
    """Token ids of an example and the segment of each."""

    ids: tuple[int, ...]
    segments: tuple[int, ...]


def pieces_of(text: str) -> Iterator[tuple[str, bool]]:
    """Split a prepared text into words and marks, telling which is which.

    Examples
    --------
    >>> list(pieces_of("@看#话题#⌁"))
    [('[MENTION]', True), ('看', False), ('[HASHTAG]', True), ('话题', False), ('[/HASHTAG]', True), ('[URL]', True)]
    """
    marks = {place: URL for place, sign in enumerate(text) if sign == "⌁"}
    for place, sign in enumerate(text):
        # As in the grammar, behind a letter it is no handle: that of an address is left.
        before = text[place - 1] if place else ""
        if sign == "@" and not (before.isascii() and (before.isalnum() or before == "_")):
            marks[place] = MENTION
    for left, right, _, _ in find_hashtags(text, 0, len(text)):
        marks[left], marks[right - 1] = HASHTAG, HASHTAG_END
    last = 0
    for place in sorted(marks):
        if last < place:
            yield text[last:place], False
        yield marks[place], True
        last = place + 1
    if last < len(text):
        yield text[last:], False


def parts_read(reads: Reads, examples: Sequence[PreparedExample]) -> tuple[str, ...]:
    """Return what is read besides the text, of ``target``, ``parent`` and ``root``, going by the training examples.

    Raises
    ------
    DataError
        If a target is to be read, and some of the examples have none.
    """
    if reads == "text":
        return ()
    targets = sum(example.target is not None for example in examples)
    if targets < len(examples) and (targets or reads == "target"):
        raise DataError(
            f"{len(examples) - targets} of {len(examples)} examples have no target; give one to each, or let the model "
            "read the text alone (reads='text')."
        )
    parts = ("target",) if targets else ()
    if reads == "target":
        return parts
    above = (name for name in ("parent", "root") if any(getattr(example, name) for example in examples))
    return (*parts, *(("parent", "root") if reads == "thread" else above))


class TextInputs:
    """A tokenizer, and how examples are put together from what it gives.

    What a user types as ``[SEP]`` or ``[MENTION]`` is text. A text that is too long loses its end; before it does, the
    texts above it go.

    Parameters
    ----------
    files : mapping of str to bytes
        The tokenizer's files by name, with ``tokenizer.json``.
    max_length : int
        Tokens of an example, with all that separates its parts.
    has_segments : bool
        Whether the encoder tells two texts apart by segments.
    pad_id : int
        What fills up a batch.

    Raises
    ------
    DataError
        If the files hold no tokenizer.
    """

    def __init__(self, files: Mapping[str, bytes], max_length: int, has_segments: bool, pad_id: int) -> None:
        from tokenizers import Tokenizer

        self.files, self.max_length, self.has_segments, self.pad_id = dict(files), max_length, has_segments, pad_id
        try:
            self._tokenizer = Tokenizer.from_str(self.files[TOKENIZER].decode("utf-8"))
            self._tokenizer.no_padding()
            self._tokenizer.no_truncation()
            alone, pair = self._tokenizer.encode(_PROBE), self._tokenizer.encode(_PROBE, _PROBE)
            self._alone, self._pair = _around(alone), _around(pair)
            self._tokenizer.encode_special_tokens = True  # what is typed as one is text
        except BaseException as error:
            raise _as_data_error(error) from error
        self._marks: dict[str, int] = {}
        for mark in MARKS:
            number = self._tokenizer.token_to_id(mark)
            if number is None:
                raise DataError(f"{TOKENIZER} has no token {mark}")
            self._marks[mark] = number
        if max_length < (least := _LEAST_ROOM + max(sum(map(len, self._alone)), sum(map(len, self._pair)))):
            raise DataError(f"max_length is {max_length}; with what stands around texts, {least} are needed")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.files, self.max_length, self.has_segments, self.pad_id)

    @property
    def n_ids(self) -> int:
        """Numbers of tokens that may occur, counted from 0."""
        own = self._tokenizer.get_vocab(with_added_tokens=True).values()
        around = (number for pieces in (self._alone, self._pair) for piece in pieces for number, _ in piece)
        return 1 + max(self.pad_id, *own, *around)

    @property
    def n_segments(self) -> int:
        """Numbers of segments that may occur, counted from 0."""
        return 1 + max(
            1, *(segment for pieces in (self._alone, self._pair) for piece in pieces for _, segment in piece)
        )

    def rows(self, examples: Sequence[PreparedExample], parts: Sequence[str]) -> list[Row]:
        """Return what the encoder reads of prepared examples.

        Raises
        ------
        DataError
            If a target is read, and an example has none.
        UsageError
            If two texts are to be read, and the tokenizer puts nothing between them.
        """
        if "target" in parts and any(example.target is None for example in examples):
            raise DataError("the model has learnt from targets, and a text has none; give Example(text, target).")
        if parts and not self._pair[1]:
            raise UsageError(
                "the encoder's tokenizer puts nothing between two texts, so that targets and parents cannot be told "
                "from them; choose an encoder that reads pairs, as BERT does, or let it read the text alone."
            )
        wanted = [(example.text, *(getattr(example, part) or "" for part in parts)) for example in examples]
        texts = list(dict.fromkeys(text for each in wanted for text in each))
        ids = dict(zip(texts, self._ids(texts), strict=True))
        has_target = "target" in parts
        return [self._row(*(ids[text] for text in each), has_target=has_target) for each in wanted]

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of texts, without what stands around them."""
        split = [list(pieces_of(text)) for text in texts]
        words = list(dict.fromkeys(piece for pieces in split for piece, is_mark in pieces if not is_mark))
        try:
            encodings = self._tokenizer.encode_batch(words, add_special_tokens=False)
        except BaseException as error:
            raise _as_data_error(error) from error
        ids = dict(zip(words, (encoding.ids for encoding in encodings), strict=True))
        return [
            [number for piece, is_mark in pieces for number in ((self._marks[piece],) if is_mark else ids[piece])]
            for pieces in split
        ]

    def _row(self, text: list[int], *others: list[int], has_target: bool) -> Row:
        before, between, after = self._pair
        room = self.max_length - len(before) - len(between) - len(after)
        separator = [number for number, _ in between]
        second: list[int] = []
        if has_target:
            target, *others = others  # type: ignore[assignment]
            second += target[: room // 2]
        text_alone, text = text, text[: room - len(second)]
        room -= len(text) + len(second)
        for other in others:
            joint = separator if second else []
            if other and room > len(joint):
                added = [*joint, *other[: room - len(joint)]]
                second += added
                room -= len(added)
        if not second:
            before, after, _ = self._alone
            room = self.max_length - len(before) - len(after)
            return _row([*before, *((number, 0) for number in text_alone[:room]), *after])
        first = ((number, 0) for number in text)
        return _row([*before, *first, *between, *((number, 1) for number in second), *after])


def _row(tokens: Sequence[tuple[int, int]]) -> Row:
    return Row(tuple(number for number, _ in tokens), tuple(segment for _, segment in tokens))


Pieces = tuple[tuple[tuple[int, int], ...], ...]


def _around(encoding: Any) -> Pieces:
    """What stands before, between and behind texts: ids with their segments."""
    tokens = list(zip(encoding.ids, encoding.type_ids, strict=True))
    texts = encoding.sequence_ids
    first = [place for place, text in enumerate(texts) if text == 0]
    second = [place for place, text in enumerate(texts) if text == 1]
    if not first:
        raise DataError(f"the tokenizer makes no token of {_PROBE!r}")
    if not second:
        return tuple(tokens[: first[0]]), tuple(tokens[first[-1] + 1 :]), ()
    return tuple(tokens[: first[0]]), tuple(tokens[first[-1] + 1 : second[0]]), tuple(tokens[second[-1] + 1 :])


def _as_data_error(error: BaseException) -> BaseException:
    """What a broken tokenizer raises: it knows plain exceptions alone, and panics, which are not even that."""
    if isinstance(error, DataError) or not (isinstance(error, Exception) or type(error).__name__ == "PanicException"):
        return error
    return DataError(f"{TOKENIZER} holds no tokenizer that can be used ({str(error)[:200]})")
