"""Answers on disk, so that no text is asked about twice, and what was answered outlives a run that is stopped.

Kept are the outcome, the label and its probabilities, and a checksum of what was said, under a checksum of all that was
asked: address, model, settings, prompt and text. Neither text nor key nor the words of an answer are. Who holds the
file and a text can see what was answered about it: it is as private as the texts, and readable for its user alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from weibo_nlp.io.sqlite_file import SqliteFile
from weibo_nlp.models.endpoint.replies import ANSWERED, OUTCOMES, PROBLEMS, EndpointAnswer
from weibo_nlp.segmentation.store import cache_folder

FILE = "answers.sqlite"
CLEAR = "weibo-nlp models remove answers"
MAX_BYTES = 1024**3  # some four million answers
_FORMAT = 1
_ASKED = 500  # keys in a query, below every limit of SQLite
_TABLES = """
CREATE TABLE IF NOT EXISTS answers
    (place INTEGER PRIMARY KEY, request BLOB NOT NULL UNIQUE, outcome TEXT NOT NULL, label TEXT, probabilities TEXT,
     problem TEXT, digest TEXT NOT NULL);
"""


def answers_path() -> Path:
    """File of the cache, whether it is there or not."""
    return cache_folder() / FILE


def request_key(settings: Mapping[str, Any], messages: Sequence[Mapping[str, str]], labels: Sequence[str]) -> bytes:
    """Return by what an answer is known again: everything that was asked, and what may be answered."""
    asked = json.dumps([_FORMAT, settings, messages, labels], ensure_ascii=False, sort_keys=True)
    return sha256(asked.encode("utf-8", "surrogatepass")).digest()


class AnswerCache:
    """Answers in one file, for any number of threads and processes.

    Parameters
    ----------
    path : Path
        The file; made when first written to, with its folder.
    max_bytes : int
        About how large it may grow; beyond that, the answers that came first go.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self._file = SqliteFile(path, max_bytes, tables=_TABLES, version=_FORMAT, held="answers", remedy=CLEAR)

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    def make(self) -> None:
        """Make the file, so that it is known before anything is asked that answers can be kept.

        Raises
        ------
        UsageError
            If it cannot be made or written to.
        """
        self._file.make()

    def read(self, keys: Sequence[bytes], labels: Sequence[str]) -> dict[bytes, EndpointAnswer]:
        """Return those answers that are there.

        Raises
        ------
        DataError
            If the file is damaged, of a later format, or none of ours.
        """
        if not self._file.is_there:
            return {}
        held: dict[bytes, EndpointAnswer] = {}
        with self._file.opened() as connection:
            for start in range(0, len(keys), _ASKED):
                asked = keys[start : start + _ASKED]
                marks = ",".join("?" * len(asked))
                rows = connection.execute(
                    "SELECT request, outcome, label, probabilities, problem, digest FROM answers "
                    f"WHERE request IN ({marks})",
                    (*asked,),
                )
                held |= {key: self._answer(row, labels) for key, *row in rows}
        return held

    def write(self, key: bytes, answer: EndpointAnswer) -> None:
        """Add an answer; one that another process added meanwhile stays.

        Raises
        ------
        DataError, UsageError
            If the file is damaged, or cannot be written to.
        """
        probabilities = None if answer.probabilities is None else json.dumps(answer.probabilities)
        self._file.make()
        with self._file.opened() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "INSERT OR IGNORE INTO answers (request, outcome, label, probabilities, problem, digest) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (key, answer.outcome, answer.label, probabilities, answer.problem, answer.digest),
            )
            self._file.bound(connection, "answers")

    def count(self) -> int:
        """Number of answers."""
        return self._file.count("answers")

    def clear(self) -> bool:
        """Delete the file, damaged or not; tell if there was one."""
        return self._file.clear()

    def _answer(self, row: Sequence[Any], labels: Sequence[str]) -> EndpointAnswer:
        outcome, label, held, problem, digest = row
        probabilities = None if held is None else self._probabilities(held, len(labels))
        if (
            outcome not in OUTCOMES
            or (label is not None) != (outcome == ANSWERED)
            or (label is not None and label not in labels)
            or problem not in (None, *PROBLEMS)
        ):
            raise self._file.damaged("an answer that is none")
        return EndpointAnswer(label, outcome, probabilities, problem, str(digest), kept=True)

    def _probabilities(self, held: str, count: int) -> tuple[float, ...]:
        try:
            values = tuple(map(float, json.loads(held)))
        except (ValueError, TypeError) as error:
            raise self._file.damaged("probabilities that are none") from error
        if len(values) != count or not all(0 <= value <= 1 for value in values) or not math.isclose(sum(values), 1):
            raise self._file.damaged("probabilities that are none")
        return values
