"""What a model learnt from, as keyed hashes: whether a text was among it can be asked, and the texts are not there.

Why it is kept: a share that is estimated from a sample which the model has learnt from is wrong, and so is a score on
such texts. What it reveals: the number of different texts; and to whoever has a text, or guesses it, whether it is one
of them. A short text can be guessed by trying, so that the file is as private as the fact that the texts were used; it
holds no label, order or count of copies. The key of the hashes is made of all of them together, so that hashes of two
models cannot be compared with each other, nor with a list made beforehand, unless both learnt from the same texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

from weibo_nlp.errors import DataError
from weibo_nlp.external import text_key
from weibo_nlp.features.preparation import prepare
from weibo_nlp.io import sha256_of_bytes, sha256_of_file
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import named_path
from weibo_nlp.models.storage import WEIGHTS
from weibo_nlp.records import Example

LEARNT_FROM = "learnt_from.json"
KIND = "weibo_nlp learnt_from"
MAX_BYTES = 256 * 1024 * 1024
_DIGEST_BYTES, _KEY_BYTES = 16, 32
_AGAIN = "Train the model again."


def row_key(text: str | Example) -> str:
    """What two copies of a text have in common, for models and for readers.

    The author's own words as models see them (:func:`weibo_nlp.features.prepare`), but for what
    :func:`weibo_nlp.external.text_key` passes over; of a text without words of its own, all of it.
    """
    raw, plain = (text.text, text.plain) if isinstance(text, Example) else (text, False)
    return text_key(prepare(raw, False if plain else "auto").own) or text_key(raw)


@dataclass(frozen=True, slots=True)
class LearntFrom:
    """Keyed hashes of the different texts that a model learnt from.

    Attributes
    ----------
    key : bytes
        Key of the hashes.
    hashes : frozenset of str
        In hex, 32 digits each.

    Examples
    --------
    >>> known = LearntFrom.of(["今天食堂的菜有点咸", "早饭真好吃"])
    >>> known.overlap(["午饭还行", "今天食堂的菜，有点咸", "今天 食堂的菜有点咸"])
    [2]
    """

    key: bytes
    hashes: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str | Example]) -> Self:
        """Hash texts."""
        return cls.of_keys(map(row_key, texts))

    @classmethod
    def of_keys(cls, keys: Iterable[str]) -> Self:
        """Hash what :func:`row_key` gave."""
        different = sorted(set(keys))
        state = blake2b(digest_size=_KEY_BYTES)
        for each in different:
            state.update(blake2b(each.encode("utf-8", "surrogatepass")).digest())
        key = state.digest()
        return cls(key, frozenset(_hashed(each, key) for each in different))

    def overlap(self, texts: Sequence[str | Example]) -> list[int]:
        """Return the positions of the texts that the model has learnt from, or from a copy of them."""
        return [place for place, text in enumerate(texts) if _hashed(row_key(text), self.key) in self.hashes]

    def to_dict(self, weights: str) -> dict[str, Any]:
        """Return the content of the file that stands beside weights with the SHA-256 `weights`."""
        hashes, key = sorted(self.hashes), self.key.hex()
        return {"kind": KIND, "weights": weights, "key": key, "sha256": _checksum(key, hashes), "hashes": hashes}


def learnt_from(folder: str | Path) -> LearntFrom:
    """Read what the model in a folder learnt from.

    Parameters
    ----------
    folder : str or Path
        Where :meth:`weibo_nlp.training.TrainedModel.save` wrote a model.

    Raises
    ------
    DataError
        If there is no such file, it is damaged, or it belongs to other weights than those beside it.
    UsageError
        If the folder is an empty name, or none.
    """
    place = named_path(folder, "a folder of a model")
    path = place / LEARNT_FROM
    try:
        content = read_json_object(path, MAX_BYTES)
        weights = sha256_of_file(place / WEIGHTS)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}. {_AGAIN}") from error
    key, hashes = content.get("key"), content.get("hashes")
    if content.get("kind") != KIND or not _is_hex(key, _KEY_BYTES) or not isinstance(hashes, list):
        raise DataError(f"{path}: is no list of what a model learnt from. {_AGAIN}")
    if odd := [each for each in hashes if not _is_hex(each, _DIGEST_BYTES)]:
        raise DataError(f"{path}: holds {quoted(odd[0])}, which is no hash of {2 * _DIGEST_BYTES} digits. {_AGAIN}")
    if content.get("sha256") != _checksum(str(key), hashes):
        raise DataError(f"{path}: its hashes are not those that were written. {_AGAIN}")
    if content.get("weights") != weights:
        raise DataError(f"{path}: belongs to another {WEIGHTS} than the one beside it. {_AGAIN}")
    return LearntFrom(bytes.fromhex(str(key)), frozenset(hashes))


def _hashed(text: str, key: bytes) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES, key=key).hexdigest()


def _checksum(key: str, hashes: Sequence[str]) -> str:
    return sha256_of_bytes("\n".join([key, *hashes]).encode())


def _is_hex(value: object, n_bytes: int) -> bool:
    return isinstance(value, str) and len(value) == 2 * n_bytes and set(value) <= set("0123456789abcdef")
