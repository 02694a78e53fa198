"""What people cannot be told by any more: texts, links, ids, places and nested fields, each replaced in its own way."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from weibo_nlp.io.jsonl import has_many_values, parse_json
from weibo_nlp.io.limits import MAX_DEPTH, MAX_LINE_BYTES
from weibo_nlp.privacy.fields import OF_PEOPLE, Role, person_prefix, role_of
from weibo_nlp.privacy.links import bare_link, find_links, host_alone
from weibo_nlp.privacy.masks import MASKS, MaskKind, blanked, find_addresses, find_numbers
from weibo_nlp.privacy.people import People, id_tokens
from weibo_nlp.privacy.pseudonyms import Pseudonyms
from weibo_nlp.privacy.regions import province
from weibo_nlp.privacy.sight import Sight, lowered, see, whole
from weibo_nlp.text.grammar import marked_places, parse
from weibo_nlp.text.plain import HtmlChoice, plain_text
from weibo_nlp.text.recognise import NAME, KnownNames, find_mentions

ID_MASK = "[编号]"
"""What stands in place of an id within a text."""

_Change = tuple[int, int, str, str]
"""Start and end in the text as seen, what takes the place, and the kind by which it is counted."""

# Most texts hold nothing that a number, an address or a name could be made of, and stay as they are.
_MAY_TELL = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ@＠\d²³¹⁰-₉①-⓿❶-➓]|[零〇一二三四五六七八九幺壹贰叁肆]{5}|\A\s*回|原始用户")
_AT = re.compile("[@＠]")
_GOES_ON = re.compile(r"[\w\-·]")
_OWNER = re.compile("L(.+)的微博[视視][频頻]")
_SPACED = re.compile(rf"[@＠] {{1,4}}({NAME}) ?[:：]")
_DEFAULT_NAME = re.compile("用[户戶][0-9]{8,12}(?![0-9])")
_ORIGINAL_USER = re.compile(r"原始用户[:：] ?([^\n\0]{1,64})")
_REPLY = re.compile(r"\s*(?:回[复復覆]|Reply to) ?(?=[^@\s])")
_WEIBO_POST = re.compile("[345][0-9]{15}")  # users have fewer digits
_LONGEST_NAME, _SHORTEST_NUMBER = 64, 7  # characters
_NONE = frozenset(["", "0", "-1", "无", "None", "null", "nan"])
_ID = re.compile(r"[A-Za-z0-9_\-:.=+/|#?&%~]{1,256}")  # addresses, too, where a site has no other
_BETWEEN_NAMES = re.compile("[,，、;；|]")


class Protection:
    """All that takes people out of data, by one secret; what it has learnt of the data, and counts of what it did.

    First everything is read with :meth:`learn`, then replaced: what a mention becomes must not depend on whether its
    author was read before or after it.

    Parameters
    ----------
    pseudonyms : Pseudonyms
        The secret's names.
    html : bool or "auto"
        Whether texts are HTML; such a text is read as text, for its tags hold addresses of people.

    Attributes
    ----------
    people : People
        Handles and ids of the data.
    counts : Counter of str
        How often each kind was replaced, ``field`` for fields that were dropped.
    """

    def __init__(self, pseudonyms: Pseudonyms, *, html: HtmlChoice = "auto") -> None:
        self.pseudonyms, self.html = pseudonyms, html
        self.people = People()
        self.counts = Counter[str]()

    def learn(
        self, fields: Mapping[str, Any], author: str | None = None, *, of_person: bool = False, depth: int = 0
    ) -> None:
        """Take note of who and what is named in fields, nested ones too.

        Parameters
        ----------
        fields : mapping
            Name -> value.
        author : str, optional
            Whose nickname stands among them, where they hold no id of a user.
        of_person : bool
            Whether they are the record of a person.
        depth : int
            Of their nesting, of which no more than ``MAX_DEPTH`` is read.
        """
        if depth > MAX_DEPTH:
            return
        users: defaultdict[str, list[str]] = defaultdict(list)
        handles: defaultdict[str, list[Any]] = defaultdict(list)
        for name, value in fields.items():
            role = role_of(str(name), of_person=of_person)
            for each in _each(value):
                if isinstance(each, Mapping):
                    self.learn(each, of_person=role in OF_PEOPLE, depth=depth + 1)
                elif is_nothing(each) or isinstance(each, bool):
                    continue
                elif role == "answered" and is_id_like(each):
                    self.people.add_id(_id_text(each))  # of whom or of what, other fields tell
                elif role == "user":
                    users[person_prefix(str(name))].append(_id_text(each))
                elif role in ("handle", "answered"):
                    handles[person_prefix(str(name))].append(each)
                elif role == "handles":
                    for handle in _BETWEEN_NAMES.split(str(each)):
                        self.people.add(handle=handle)
                elif role == "document" or (role == "above" and is_id_like(each)):
                    self.people.add_document(_id_text(each))
                elif isinstance(each, str) and (nested := as_json(each)) is not None:
                    self.learn({str(name): nested}, of_person=of_person, depth=depth + 1)
        if author is not None and author not in users[""]:
            users[""].insert(0, author)
        for prefix in {*users, *handles}:
            for user in users[prefix]:
                if user == author and not handles[prefix]:
                    self.people.add_id(user)  # which may be a name
                else:
                    self.people.add(user)
            for handle in handles[prefix]:
                self.people.add(users[prefix][0] if users[prefix] else None, handle)

    def user(self, value: Any) -> Any:
        """Return the pseudonym of a user by an id, a handle or a record of one."""
        if is_nothing(value):
            return value
        self.counts["user"] += 1
        return self.pseudonyms.user(self.people.user_of(_id_text(value)))

    def document(self, value: Any) -> Any:
        """Return the pseudonym of a post or comment by its id."""
        if is_nothing(value):
            return value
        self.counts["document"] += 1
        return self.pseudonyms.document(_id_text(value))

    def region(self, value: Any) -> str | None:
        """Return the province, or the country; None where the value tells neither."""
        if is_nothing(value):
            return None
        found = province(value) if isinstance(value, str) else None
        if found != value:
            self.counts["region"] += 1
        return found

    def link(self, value: str) -> str:
        """Return what of a link, or of a text where it is none, tells no person."""
        seen = see(whole(value)).text.strip()
        if not any(place == (0, len(seen)) for place in find_links(seen)):
            return self.text(value)
        self.counts["link"] += 1
        return self._link(seen)

    def text(self, text: str, handles: Sequence[str] = ()) -> str:
        """Return a text without what leads to a person; the words stay.

        Parameters
        ----------
        text : str
            As a platform, a crawler or a person left it.
        handles : sequence of str
            Names that the source lists for this text.

        Returns
        -------
        str
            Where it is HTML, the text of it.
        """
        if not _MAY_TELL.search(text) and "<" not in text:
            return text
        plain = plain_text(whole(text), self.html).text
        sight = see(plain)
        changes: list[_Change] = []
        rest = sight.text

        def take(found: list[_Change]) -> str:
            changes.extend(found)
            return blanked(rest, sorted(found))

        addresses = find_addresses(rest)
        rest = take([(left, right, self._masked(rest[left:right], kind), kind) for left, right, kind in addresses])
        rest = take(self._named(rest, handles))
        rest = take(self._ids(rest))  # before cards, of whose check digits one id in ten has the right one
        take([(left, right, MASKS[kind], kind) for left, right, kind in find_numbers(rest)])
        return self._rewritten(plain, sight, sorted(changes))

    def fields(self, fields: Mapping[str, Any], *, of_person: bool = False, depth: int = 0) -> dict[str, Any]:
        """Return fields without names, addresses and pictures, with pseudonyms for ids, and all texts protected."""
        kept: dict[str, Any] = {}
        for name, value in fields.items():
            role = role_of(str(name), of_person=of_person)
            if role in ("dropped", "handle", "handles"):
                self.counts["field"] += not is_nothing(value)
                continue
            new = self._name(str(name), depth)
            while new in kept:
                new += "'"
            kept[new] = self.value(value, role, depth)
        return kept

    def value(self, value: Any, role: Role = "text", depth: int = 0) -> Any:
        """Return what stands in place of a value in a field of some role; what is nested too deep becomes None."""
        if value is None or isinstance(value, bool):
            return value
        if depth > MAX_DEPTH:
            self.counts["field"] += 1
            return None
        if isinstance(value, Mapping):
            if role == "region":  # coordinates, and a name for them
                self.counts["region"] += 1
                return None
            return self.fields(value, of_person=role in OF_PEOPLE, depth=depth + 1)
        if isinstance(value, list | tuple | set | frozenset):
            changed = [self.value(each, role, depth + 1) for each in value]
            return tuple(changed) if isinstance(value, tuple) else changed
        if isinstance(value, bytes | bytearray):  # no text, and so nothing that could be looked into
            self.counts["field"] += 1
            return None
        if role == "answered":
            role = "document" if self._is_post(_id_text(value)) else "user"
        if role == "user":
            return self.user(value)
        if role == "document" or (role == "above" and is_id_like(value)):
            return self.document(value)
        if role == "region":
            return self.region(value)
        return self._string(value, depth) if isinstance(value, str) else self._number(value)

    def _is_post(self, id: str) -> bool:
        """Whether an id is one of a document of the data, or written as one that was not crawled."""
        return self.people.is_document(id) or _WEIBO_POST.fullmatch(id.strip()) is not None

    def _string(self, value: str, depth: int) -> str:
        if (nested := as_json(value)) is not None:
            changed = self.value(nested, depth=depth + 1)
            return value if changed == nested else json.dumps(changed, ensure_ascii=False)
        if len(value) <= _LONGEST_NAME and self.people.is_handle(value):
            return str(self.user(value))
        return self.text(value)

    def _number(self, value: Any) -> Any:
        """Return a number, or the mask of what it is: an id, or one of a person's."""
        written = _id_text(value)
        if not _SHORTEST_NUMBER <= len(written) <= _LONGEST_NAME or not written[:1].isdigit():
            return value
        changed = self.text(written)
        return value if changed == written else changed

    def _name(self, name: str, depth: int) -> str:
        """Return the name of a field, which may be made of somebody's: records keyed by ids or handles.

        The outermost are those of a format, and stay where somebody is called like one.
        """
        if depth == 0 and name.isascii() and name.isidentifier() and not any(map(str.isdigit, name)):
            return name
        return self._string(name, MAX_DEPTH)

    def _masked(self, address: str, kind: MaskKind) -> str:
        return self._link(address) if kind == "link" else MASKS[kind]

    def _link(self, link: str) -> str:
        bare = bare_link(link)
        if bare is None:
            return MASKS["link"]
        path = bare.partition("//")[2].partition("/")[2] if "//" in bare else bare.partition("/")[2]
        return host_alone(link) if find_numbers(path) or self._ids(path) else bare

    def _named(self, text: str, handles: Sequence[str]) -> list[_Change]:
        """Find where people are named: behind an ``@``, and in what the app or a crawler wrote without one."""
        places: dict[int, tuple[int, int]] = {}  # start -> start of the name, end
        if _AT.search(text):
            small = lowered(text)
            names = dict.fromkeys(handles)
            for sign in _AT.finditer(text):
                start = sign.end()
                if handle := self.people.longest_handle(small, start):
                    names[text[start : start + len(handle)]] = None
                elif text.startswith(" ", start) and len(handle := self.people.longest_handle(small, start + 1)) > 1:
                    places[start + 1] = (start + 1, start + 1 + len(handle))
            post = parse(text, known_mentions=tuple(names))
            mentioned = [(mention.span.start, mention.span.end) for mention in post.handles]
            topics = [place for place in post.found if place[2] in ("hashtag", "super_topic")]
            known = KnownNames(names if topics else ())
            for start, end, *_ in topics:  # in which the grammar reads no names
                mentioned += [place[:2] for place in find_mentions(text, start, end, known)]
            places |= {start: (start + 1, end) for start, end in mentioned}
        if reply := _REPLY.match(text):
            start = reply.end()
            if (handle := self.people.longest_handle(lowered(text), start)) and _ends(text, start + len(handle)):
                places[start] = (start, start + len(handle))
        for start, end in _written_names(text):
            places.setdefault(start, (start, end))
        return list(self._pseudonymous(text, places))

    def _pseudonymous(self, text: str, places: Mapping[int, tuple[int, int]]) -> Iterator[_Change]:
        reached = 0
        for start, (named, end) in sorted(places.items()):
            if start < reached:
                continue
            pseudonym = self.pseudonyms.user(self.people.user_of(text[named:end]))
            # A name that the source knew to end here must not go on in the new one.
            parted = " " if named > start and _GOES_ON.match(text, end) else ""
            yield start, end, f"{'@' if named > start else ''}{pseudonym}{parted}", "mention"
            reached = end

    def _ids(self, text: str) -> list[_Change]:
        reached, found = 0, []
        for start, end in sorted(id_tokens(text), key=lambda place: (place[0], -place[1])):
            token = text[start:end]
            if start >= reached and (self.people.is_id(token) or self.people.is_handle(token)):
                found.append((start, end, ID_MASK, "id"))
                reached = end
        return found

    def _rewritten(self, text: str, sight: Sight, changes: Iterable[_Change]) -> str:
        pieces: list[str] = []
        position = 0
        for start, end, new, kind in changes:
            left, right = sight.place(start, end)
            pieces += [text[position:left], new]
            position = right
            self.counts[kind] += 1
        return "".join([*pieces, text[position:]])


def _each(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple | set | frozenset) else (value,)


def is_id_like(value: Any) -> bool:
    """Whether a value is written as ids are, and not as a text is."""
    return isinstance(value, int | float) or (isinstance(value, str) and _ID.fullmatch(value.strip()) is not None)


def is_nothing(value: Any) -> bool:
    """Whether a value stands for none, as crawlers write it."""
    return value is None or value != value or (isinstance(value, str | int) and str(value).strip() in _NONE)


def _id_text(value: Any) -> str:
    """Return an id as it is written; of a whole number that became a float, without the fraction."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def as_json(value: str) -> Any:
    """Return what a text holds that is JSON, an object or a list; None of any other."""
    if not (value[:1] in ("{", "[") and value[-1:] in ("}", "]")) or len(value) > MAX_LINE_BYTES:
        return None
    if has_many_values(value):
        return None
    try:
        parsed = parse_json(value)
    except ValueError:  # a text in brackets
        return None
    return parsed if isinstance(parsed, dict | list) else None


def _ends(text: str, at: int) -> bool:
    return text[at : at + 2].lstrip()[:1] in (":", "：")


def _written_names(text: str) -> Iterator[tuple[int, int]]:
    """Find names that the app or a crawler wrote without an ``@``."""
    yield from (match.span(1) for match in _ORIGINAL_USER.finditer(text))
    yield from (match.span(1) for match in _SPACED.finditer(text))
    yield from (match.span() for match in _DEFAULT_NAME.finditer(text))
    if "的微博" in text:
        for start, end, kind, _ in marked_places(text):
            if kind == "client_residue" and (owner := _OWNER.fullmatch(text, start, end)):
                yield owner.span(1)
