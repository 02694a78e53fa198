"""Threads of a collection by the ids of its rows: which thread a row is of, and what stands above it."""

from __future__ import annotations

from collections.abc import Sequence

from weibo_nlp.io.collection import Collection
from weibo_nlp.labelling.threads import as_id

THREAD = "thread"
"""Column with the thread of a row, and what clusters of rows that answer each other are called without one."""


class ThreadIndex:
    """Which row answers which.

    Parameters
    ----------
    ids, parents : sequence of str or None
        Id of each row, and of the one that it answers. Of rows with the same id, the first is meant.
    """

    def __init__(self, ids: Sequence[str | None], parents: Sequence[str | None]) -> None:
        self._ids, self._parents = ids, parents
        self._places: dict[str, int] = {}
        for place, own in enumerate(ids):
            if own is not None:
                self._places.setdefault(own, place)

    @classmethod
    def of_collection(cls, collection: Collection, id_column: str, parent_column: str) -> ThreadIndex:
        """Read the ids of a collection.

        Raises
        ------
        UsageError
            If there is no such column.
        DataError
            If an id is a number that has lost digits, naming the row.
        """
        ids: list[str | None] = []
        parents: list[str | None] = []
        for place, row in enumerate(collection.rows([id_column, parent_column])):
            where = f"{collection.path}, place {place}"
            ids.append(as_id(row[id_column], where, id_column))
            parents.append(as_id(row[parent_column], where, parent_column))
        return cls(ids, parents)

    def above(self, place: int) -> list[int]:
        """Places of what stands above a row, from the top down to what it answers, as far as the rows go."""
        path: list[int] = []
        seen = {place}
        at = self._answered(place)
        while at is not None and at not in seen:
            path.append(at)
            seen.add(at)
            at = self._answered(at)
        return path[::-1]

    def names(self) -> list[str]:
        """Name of the thread of each row: the id at its top, which need not be a row's.

        Rows that answer the same row are of one thread though it is missing; where ids run in a circle, the thread has
        the name of the first row in it. A row without any id is a thread of its own.
        """
        names: list[str | None] = [None] * len(self._ids)
        for start in range(len(self._ids)):
            path, at = [], start
            on_path: set[int] = set()
            while names[at] is None and at not in on_path:
                path.append(at)
                on_path.add(at)
                upper = self._answered(at)
                if upper is None:
                    break
                at = upper
            name = names[at]
            if name is None:
                circle = path[path.index(at) :]
                top = min(circle)
                name = (self._parents[at] if len(circle) == 1 else None) or self._ids[top] or f"(place {top})"
            for each in path:
                names[each] = name
        return [name or "" for name in names]

    def _answered(self, place: int) -> int | None:
        parent = self._parents[place]
        return None if parent is None else self._places.get(parent)
