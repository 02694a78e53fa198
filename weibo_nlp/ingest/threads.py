"""Threads of a crawl: every document in its place below another, however its records name that, or at the top."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from weibo_nlp.corpus.tree import Thread, above_of, build_threads
from weibo_nlp.ingest.flags import CHAIN_GAP, CYCLE_BROKEN, INCOMPLETE, MISSING, ORPHAN, REPLY_UNRESOLVED
from weibo_nlp.ingest.links import MISSING_ID, Link, Links, Place, on_disk
from weibo_nlp.records import Document

COMMENTS_SEEN = "comments_seen"
"""Key of ``extra`` for how many comments below a post there are in the crawl."""

# Said of the crawl and not of the record: found out again whenever documents are put together.
_OF_THE_CRAWL = frozenset([ORPHAN, REPLY_UNRESOLVED, CHAIN_GAP, INCOMPLETE])

_STEPS_TO_ROOT = 4


@dataclass
class Completeness:
    """How many comments the platform states of the posts below which there are some, and how many of them are there."""

    posts: int = 0
    incomplete: int = 0
    seen: int = 0
    stated: int = 0


class ThreadJoin:
    """Takes documents in any order, merges those of one id, and gives them back in their threads.

    What a document answers is told by its ids; by ``//@N:``, the repost of N with the very words that stand behind it;
    by ``回复@N:``, the latest comment of N before it, among the answers to the same comment first. Where several people
    have the name, it tells nothing.

    Documents lie in a temporary database meanwhile, which the system deletes with the process.
    """

    def __init__(self) -> None:
        self._links = Links()
        self.completeness = Completeness()

    def add(self, document: Document) -> bool:
        """Take a document; return whether it was merged into an earlier one of the same id."""
        return self._links.add(_as_read(document))

    def documents(self) -> Iterator[Document]:
        """Yield the documents in the order in which their ids first came.

        Each has the one that it answers or reposts above it, if that is there, and ``thread`` and ``root`` of the first
        document above; an orphan has the ids that its record names. Following :func:`~weibo_nlp.corpus.tree.above_of`
        ends for every document.
        """
        links = self._links
        links.find_by_name()
        with on_disk():
            for id in links.unplaced():
                self._place(id)
        links.count_comments()
        for document, place in links.documents():
            yield self._placed(document, place)

    def _place(self, id: str) -> None:
        """Find the thread of a document, and of all those above it."""
        path: list[str] = []
        seen: dict[str, Link] = {}
        aboves: dict[str, str | None] = {}
        at: str | None = id
        while at is not None:
            link = self._links.get(at)
            if link is None:
                at = aboves[path[-1]] = self._instead(path[-1], seen, at)
                if self._links.get(at) is None:
                    break
            elif link.thread is not None:
                break
            elif at in seen:
                start = path.index(at)
                cycle = path[start:]
                first, at = self._cut(cycle, seen)
                turn = cycle.index(first) + 1
                path[start:] = cycle[turn:] + cycle[:turn]
                aboves[first] = at
            else:
                path.append(at)
                seen[at] = link
                aboves[at] = link.above
                at = link.above
        self._assign(path, seen, aboves)

    def _instead(self, last: str, seen: Mapping[str, Link], missing: str) -> str:
        """Return what a document stands below whose upper one is not there: the post at least, where it is known."""
        self._links.mark(last, ORPHAN)
        instead = seen[last].instead
        if instead is None or not self._is_above(instead, seen):
            return missing
        self._links.hang(last, instead)
        return instead

    def _cut(self, cycle: list[str], seen: Mapping[str, Link]) -> tuple[str, str | None]:
        """Take the earliest document out of a circle: to below its post, or to the top where that leads back."""
        first = min(cycle, key=lambda each: seen[each].position)
        post = seen[first].instead
        below = post if post is not None and self._links.get(post) and self._is_above(post, seen) else None
        self._links.mark(first, CYCLE_BROKEN)
        self._links.hang(first, below)
        return first, below

    def _is_above(self, post: str, seen: Mapping[str, Link]) -> bool:
        """Whether a post is not itself below documents that have been seen; it is deep below others in no crawl."""
        at = post
        for _ in range(_STEPS_TO_ROOT):
            link = self._links.get(at)
            if link is None or link.thread is not None or link.above is None:
                return True
            if at in seen:
                return False
            at = link.above
        return False

    def _assign(self, path: Sequence[str], seen: Mapping[str, Link], aboves: Mapping[str, str | None]) -> None:
        """Give the documents of a path, each of which stands below a later one, the thread of the last."""
        if not path:
            return
        top = aboves[path[-1]]
        link = None if top is None else self._links.get(top)
        thread = path[-1] if top is None else top if link is None else str(link.thread)
        posts: dict[str | None, str | None] = {top: top if link is None else link.post}
        for each in reversed(path):
            posts[each] = posts[aboves[each]] if seen[each].is_comment else each
            self._links.put(each, thread, posts[each])

    def _placed(self, document: Document, place: Place) -> Document:
        above, marks, extra = place.above, list(place.marks), dict(document.extra)
        declared = extra.pop(MISSING_ID, None) or above_of(document)
        repost_of, parent = document.repost_of, above
        if document.kind == "repost":
            # What it reposts stays, while another repost stands between; what it was hung below is reposted.
            is_hung = above is None or ORPHAN in marks or CYCLE_BROKEN in marks
            repost_of = above if is_hung or repost_of is None else repost_of
            parent = None if above == repost_of else above
        if ORPHAN in marks and declared not in (None, above, document.id):
            extra[MISSING_ID] = declared
        stated = document.counts.comments
        if place.comments and stated is not None:
            extra[COMMENTS_SEEN] = place.comments
            self.completeness.posts += 1
            self.completeness.seen += place.comments
            self.completeness.stated += stated
            if place.comments < stated:
                self.completeness.incomplete += 1
                marks.append(INCOMPLETE)
        return replace(
            document,
            thread=place.thread,
            parent=parent,
            root=None if above is None else place.thread,
            repost_of=repost_of,
            flags=tuple(dict.fromkeys([*document.flags, *marks])),
            extra=extra,
        )


def _as_read(document: Document) -> Document:
    """Return a document as its record has it, also where it was in threads before."""
    if not _OF_THE_CRAWL.intersection(document.flags) and COMMENTS_SEEN not in document.extra:
        return document
    return replace(
        document,
        flags=tuple(flag for flag in document.flags if flag not in _OF_THE_CRAWL),
        extra={name: value for name, value in document.extra.items() if name != COMMENTS_SEEN},
    )


def whole_threads(documents: Iterable[Document]) -> list[Thread]:
    """Build the threads of imported documents, also of those whose first document is not in the crawl.

    Where comments or reposts name a post that was not crawled, a document without text, flagged ``missing``, stands for
    it, so that they are one thread. All documents are held in memory.

    Parameters
    ----------
    documents : iterable of Document
        As :func:`weibo_nlp.ingest.read` gives them, or :func:`weibo_nlp.ingest.read_documents`.
    """
    held = list(documents)
    ids = {document.id for document in held}
    absent = dict.fromkeys(document.thread for document in held if document.thread not in ids)
    platforms = {document.thread: document.platform for document in held}
    stand_ins = [Document(id, "post", "", id, platforms[id], flags=(MISSING,)) for id in absent]
    return build_threads([*stand_ins, *held])
