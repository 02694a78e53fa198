"""Texts of the real layer, found in a user's own copies by their keys and joined with the judgements on them.

The layer is shipped without the texts. Its rows carry keys, and a key says which text is meant without holding it: here
the copies are read, the key of each text is computed, and the texts of wanted keys are given back with a report of what
was found where. Nothing is downloaded, and nothing is written.
"""

from __future__ import annotations

import hashlib
import html
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.corpus import open_release
from weibo_nlp.corpus.schema import REAL, SPLITS, configs_of
from weibo_nlp.errors import UnknownNameError, UsageError, WeiboNlpError
from weibo_nlp.external.files import UNDECODABLE
from weibo_nlp.external.layouts import TEXT, Texts, is_list, layout_of, list_texts
from weibo_nlp.external.real_sets import REAL_SETS
from weibo_nlp.external.sets import Dropped
from weibo_nlp.io.paths import named_path

if TYPE_CHECKING:
    import pandas as pd

_KEY_DIGITS = 12
_KEY = re.compile(rf"r[0-9a-f]{{{_KEY_DIGITS}}}")
_CHAIN = re.compile(r"//\s*@")
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class SetReport:
    """How many of a set's texts were found, and where.

    The four counts add up to ``n``. ``published`` texts stood in a file of a published layout, ``listed`` ones in bare
    lists of texts alone; a ``withdrawn`` text is not given back, whether a copy holds it or not.
    """

    name: str
    n: int
    published: int
    listed: int
    missing: int
    withdrawn: int

    @property
    def found(self) -> int:
        """Texts given back."""
        return self.published + self.listed


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read of a file: ``rows`` of it, or with 0 rows the file itself, or its rest.

    ``line`` is that of the first row (the number of a record, in a list of JSON); 0 where it is not known.
    """

    path: Path
    line: int
    reason: str
    rows: int = 0


@dataclass(frozen=True)
class Hydration:
    """Texts by key, in the order in which the keys were given, with a report per set and what could not be read."""

    texts: Mapping[str, str]
    report: tuple[SetReport, ...]
    unread: tuple[Unread, ...] = ()

    @property
    def missing(self) -> int:
        """Texts that no copy holds."""
        return sum(part.missing for part in self.report)


@dataclass(frozen=True)
class Hydrated:
    """Rows of the real layer with their texts, and what was found of each set.

    Attributes
    ----------
    rows : tuple of mapping
        The rows whose texts were found, with a column ``text``.
    columns : tuple of str
        Columns of the rows, ``text`` being the last; also where no text was found.
    report : tuple of SetReport
        One for each set.
    unread : tuple of Unread
        Files that could not be read, and rows of them.
    """

    rows: tuple[Mapping[str, Any], ...]
    columns: tuple[str, ...]
    report: tuple[SetReport, ...]
    unread: tuple[Unread, ...] = ()

    @cached_property
    def table(self) -> pd.DataFrame:
        """The rows as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.columns))

    @property
    def missing(self) -> int:
        """Texts that no copy holds."""
        return sum(part.missing for part in self.report)


def text_key(text: str) -> str:
    """Key of a text: ``r`` and the first 12 hexadecimal digits of the SHA-256 of its UTF-8.

    An address and no secret: of a short text it can be guessed. (`weibo_nlp.external.text_key` is another: what two
    copies of one text have in common.)

    Raises
    ------
    UnicodeEncodeError
        If the text holds half of a surrogate pair, which UTF-8 has not.
    """
    return f"r{hashlib.sha256(text.encode()).hexdigest()[:_KEY_DIGITS]}"


def is_text_key(name: object) -> bool:
    """Whether a name has the form of a key; ids of composed documents have a hyphen."""
    return isinstance(name, str) and _KEY.fullmatch(name) is not None


def own_words(text: str) -> str:
    """What the writer of a repost added: all before the first ``//@`` (white space may stand between), stripped."""
    chain = _CHAIN.search(text)
    return (text if chain is None else text[: chain.start()]).strip()


def find_texts(source: Path | str, sets: Mapping[str, str], *, withdrawn: Collection[str] = ()) -> Hydration:
    """Find the texts of keys in a user's copies.

    Parameters
    ----------
    source : Path or str
        A folder, in which files of the published layouts (`REAL_SETS` describes them) and bare lists of texts are
        looked for, however deep; or one such file. A bare list is JSON Lines, CSV, TSV or Parquet with a column
        ``text``.
    sets : mapping of str to str
        Key -> name of its set. A text counts for the set of its key, whichever file it stood in.
    withdrawn : collection of str
        Keys whose texts are not to be given back.

    Returns
    -------
    Hydration
        Each text is, character for character, the one whose key was wanted. Where a copy holds it in another form
        (decomposed, with Windows line ends, with a byte order mark, with HTML entities), the form that has the key is
        given back; a text that is changed in any other way is not found.

    Raises
    ------
    UsageError
        If there is no such folder or file, or if a single file is no list of texts.

    Notes
    -----
    One file is in memory at a time, and of a table one row. Files that cannot be read are named in the result; hidden
    ones are passed over. Lists are read only for what the published files lack.
    """
    path = named_path(source, "a folder of copies")
    withdrawn = frozenset(withdrawn)
    search = _Search(sets.keys() - withdrawn)
    if path.is_dir():
        _search_folder(path, search)
    elif path.is_file():
        layout = layout_of(path)
        texts = list_texts(path, required=True) if layout is None else layout.texts(path)
        search.look_up(path, texts, is_published=layout is not None)
    else:
        what = "is no file and no folder" if os.path.lexists(path) else "does not exist"
        raise UsageError(f"{path}: {what}; name the folder that holds your copies of the published sets.")
    return Hydration(
        {key: search.texts[key] for key in sets if key in search.texts},
        tuple(_reports(sets, search, withdrawn)),
        tuple(search.unread),
    )


def hydrate(source: Path | str, *, version: str | None = None, split: str | None = None) -> Hydrated:
    """Join the judgements of the real layer with their texts, out of your own copies of the published sets.

    Parameters
    ----------
    source : Path or str
        A folder that holds copies of the sets as they are published, or a list of texts: JSON Lines, CSV, TSV or
        Parquet with a column ``text``. See `find_texts`.
    version : str, optional
        Corpus version; by default the newest.
    split : {"train", "validation", "test"}, optional
        One split; by default all of them.

    Returns
    -------
    Hydrated
        ``table`` is a DataFrame of the rows that were found, with columns ``split`` and ``text``; ``report`` says for
        each set how many texts were found in published files and in lists, and how many are missing; ``unread`` names
        what could not be read. Texts that were withdrawn, in this version or since, are not given back. It is no bare
        DataFrame, because shares and scores of a table that lacks a fifth of its rows say something else than those of
        the layer: what is missing comes along, and is not lost at the first merge, as ``attrs`` of a DataFrame are.

    Raises
    ------
    UnknownNameError
        For an unknown version or split, and for a version without the layer.
    UsageError
        If there is no such folder or file, or if a single file is no list of texts.

    Examples
    --------
    >>> import weibo_nlp
    >>> copies = weibo_nlp.hydrate("copies")  # doctest: +SKIP
    >>> copies.table[["text", "topic"]]  # doctest: +SKIP
    >>> [(part.name, part.found, part.missing) for part in copies.report]  # doctest: +SKIP
    """
    release, newest = open_release(version=version), open_release()
    if REAL not in (known := configs_of(release.schema_version)):
        raise UnknownNameError(f"configuration of corpus {release.version}", REAL, known, "Corpus 0.3.0 is the first.")
    splits = SPLITS if split is None else (split,)
    rows = [{**row, "split": name} for name in splits for row in release.rows(REAL, name)]
    # What was withdrawn after an older version came out is withdrawn from it as well.
    return join(rows, source, withdrawn=release.withdrawn | newest.withdrawn)


def join(rows: Iterable[Mapping[str, Any]], source: Path | str, *, withdrawn: Collection[str] = ()) -> Hydrated:
    """Join rows that have a key, ``id``, and the name of a ``set`` with the texts of `source`; see `find_texts`."""
    rows = list(rows)
    found = find_texts(source, {row["id"]: row["set"] for row in rows}, withdrawn=withdrawn)
    joined = tuple({**row, TEXT: found.texts[row["id"]]} for row in rows if row["id"] in found.texts)
    columns = tuple(dict.fromkeys([*chain.from_iterable(rows), TEXT]))
    return Hydrated(joined, columns, found.report, found.unread)


class _Search:
    """Keys that are looked for, and what was found so far."""

    def __init__(self, wanted: Collection[str]) -> None:
        self.wanted = frozenset(wanted)
        self.texts: dict[str, str] = {}
        self.published: set[str] = set()
        self.unread: list[Unread] = []

    def try_file(self, path: Path, texts: Texts, *, is_published: bool) -> None:
        """Look up the texts of one file among others; if it cannot be read, or not to its end, that is noted."""
        try:
            self.look_up(path, texts, is_published=is_published)
        # Whoever wrote the file decides what goes wrong in it; what was found of it has its keys and stays.
        except (WeiboNlpError, OSError, ValueError) as error:
            self.unread.append(Unread(path, 0, _reason(path, error)))

    def look_up(self, path: Path, texts: Texts, *, is_published: bool) -> None:
        """Look up the texts of a file; rows that cannot be read are noted."""
        first, count = None, 0
        for text in texts:
            problem = text if isinstance(text, Dropped) else self._find(text, is_published)
            if problem is not None:
                first, count = first or problem, count + 1
        if first is not None:
            self.unread.append(Unread(path, first.line, first.reason, count))

    def _find(self, text: str, is_published: bool) -> Dropped | None:
        try:
            for form in _forms(text):
                own = own_words(form)
                if (key := text_key(own)) in self.wanted:
                    self.texts[key] = own
                    if is_published:
                        self.published.add(key)
                    return None
        except UnicodeEncodeError:
            return Dropped("", 0, UNDECODABLE)
        return None


def _search_folder(folder: Path, search: _Search) -> None:
    lists = []
    for path in _files_below(folder, search.unread):
        if (layout := layout_of(path)) is not None:
            if len(search.published) < len(search.wanted):
                search.try_file(path, layout.texts(path), is_published=True)
        elif is_list(path):
            lists.append(path)
    for path in lists:
        if len(search.texts) < len(search.wanted):
            search.try_file(path, list_texts(path), is_published=False)


def _files_below(folder: Path, unread: list[Unread]) -> Iterator[Path]:
    """Files in a folder and in those below it, in the order of their names; a folder with two names comes once."""
    seen = {os.path.realpath(folder)}

    def is_new(path: Path) -> bool:
        place = os.path.realpath(path)
        if place in seen:
            return False
        seen.add(place)
        return True

    def refused(error: OSError) -> None:
        unread.append(Unread(Path(error.filename), 0, error.strerror or str(error)))

    for root, folders, names in os.walk(folder, onerror=refused, followlinks=True):
        folders[:] = [name for name in sorted(folders) if not name.startswith(".") and is_new(Path(root, name))]
        yield from (Path(root, name) for name in sorted(names) if not name.startswith("."))


def _forms(text: str) -> Iterator[str]:
    """Yield a text as it was read, and what it may have been before a program stored it in another form."""
    yield text
    forms = {text: None}
    for change in _CHANGES:
        for form in list(forms):
            changed = change(form)
            if changed not in forms:
                forms[changed] = None
                yield changed


def _unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


# None makes two texts the same that people would tell apart. NFKC would: width, which it takes away, is a choice here.
_CHANGES = (
    lambda text: text.removeprefix(_MARK),
    _unix_lines,
    html.unescape,
    partial(unicodedata.normalize, "NFC"),
    partial(unicodedata.normalize, "NFD"),
)


def _reason(path: Path, error: Exception) -> str:
    """Say what was wrong with a file, without its name, which stands beside."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error).removeprefix(f"{path}: ").removeprefix(f"{path}:").removeprefix(f"{path} ")


def _reports(sets: Mapping[str, str], search: _Search, withdrawn: Collection[str]) -> Iterator[SetReport]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in (*REAL_SETS, *sets.values())}
    for key, name in sets.items():
        if key in withdrawn:
            counts[name]["withdrawn"] += 1
        elif key in search.published:
            counts[name]["published"] += 1
        else:
            counts[name]["listed" if key in search.texts else "missing"] += 1
    for name, count in counts.items():
        if n := count.total():
            yield SetReport(name, n, count["published"], count["listed"], count["missing"], count["withdrawn"])
