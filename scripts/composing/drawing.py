"""Specifications of texts, one for each document to be written, drawn from the margins of real texts."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from composing.profiles import NO_END, SurfaceProfile
from weibo_nlp.errors import DataError

Entry = Mapping[str, Any]
_YEAR = re.compile(r"（(20[12]\d)")
THREAD_SIZES = ((0, 0, 30), (1, 4, 40), (5, 10, 20), (12, 30, 10))
"""Comments below a root: least, most, and of how many roots in a hundred."""
LONG_COMMENT = 40  # characters
DEEPEST = 4  # steps from a root to a comment
_OF_ARTICLES = ("weibo", "wechat")
_COMMENTS_ONLY = ("douyin", "kuaishou", "bilibili")
SHORT_WEIBO, UNLIMITED_FROM = 140, 2016
"""Characters that a post, repost or comment on Weibo could have, and the year from which it could have more."""
LONGEST_CAPTION = 300
"""Characters that a video's caption has at most."""


@dataclass(frozen=True)
class Lists:
    """What is drawn from: forms.yaml, people.yaml and subjects.yaml as they stand."""

    forms: Mapping[str, Any]
    people: Mapping[str, Any]
    subjects: Sequence[Entry]


@dataclass(frozen=True)
class Margins:
    """Profiles of real texts, by what the texts are; drawn with replacement."""

    posts: Sequence[SurfaceProfile]
    comments: Sequence[SurfaceProfile]
    answers: Sequence[SurfaceProfile]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a thread begins: a year, and of an event the phase that falls into it."""

    year: int
    phase: str | None = None
    zh: str | None = None


@dataclass(frozen=True)
class EventTemper:
    """What an event's threads have in common, unlike another's."""

    climate: str
    rudeness: str
    emoticons: float
    connected: float
    moments: Sequence[Moment]
    uneven: float


def pick(dice: random.Random, entries: Sequence[Entry]) -> Entry:
    """One of some entries by their weights."""
    return dice.choices(entries, [entry.get("weight", 1) for entry in entries])[0]


def event_temper(dice: random.Random, lists: Lists, moments: Sequence[Moment]) -> EventTemper:
    """Climate, manners and rates of an event."""
    return EventTemper(
        climate=pick(dice, lists.forms["climates"])["zh"],
        rudeness=pick(dice, lists.forms["rudeness"])["zh"],
        emoticons=dice.betavariate(1.0, 2.4),
        connected=dice.uniform(0.2, 0.6),
        moments=moments,
        uneven=dice.uniform(0.5, 2.0),
    )


def kinds_of(dice: random.Random, n: int, *, stream: bool) -> dict[str, int]:
    """How many of `n` documents are articles, posts, reposts and comments; no event has the shares of another."""
    shares = {"article": 0.03, "repost": 0.08, "post": 0.19, "comment": 0.7}
    if stream:
        shares = {"article": 0.02, "repost": 0.08, "post": 0.25, "comment": 0.65}
    drawn = {kind: share * dice.lognormvariate(0, 0.3) for kind, share in shares.items()}
    total = sum(drawn.values())
    counts = {kind: round(n * share / total) for kind, share in drawn.items()}
    counts["post"] = max(counts["post"], 1)
    counts["comment"] = n - counts["article"] - counts["post"] - counts["repost"]
    return counts


def thread_sizes(dice: random.Random, roots: int, comments: int, uneven: float) -> list[int]:
    """Comments below each root, as uneven as threads are; they add up."""
    weights = [weight * (uneven if low >= 5 else 1.0) for low, _, weight in THREAD_SIZES]
    drawn = [dice.randint(low, high) for low, high, _ in dice.choices(THREAD_SIZES, weights, k=roots)]
    total = sum(drawn) or 1
    sizes = [round(size * comments / total) for size in drawn]
    while (rest := comments - sum(sizes)) != 0:
        at = dice.randrange(roots)
        if rest > 0 and (sizes[at] or not any(sizes)):
            sizes[at] += 1
        elif rest < 0 and sizes[at]:
            sizes[at] -= 1
    return sizes


def surface(profile: SurfaceProfile, dice: random.Random, emoticons: float, kind: str) -> dict[str, str]:
    """Words for an author: length, how clauses are parted, which marks there are."""
    spread = _spread_of(profile)
    length = f"{max(1, profile.length - spread)}–{profile.length + spread}字"
    marks = []
    if profile.clauses > 1:
        # Told of all clauses, authors make shorter and more even ones than people do.
        marks.append(f"约{max(2, round(0.8 * profile.clauses))}个分句，长短不齐，用{profile.breaks}断开")
    elif profile.length > 8:
        marks.append("一口气不断句")
    marks.append("句末没有标点" if profile.end == NO_END else f"以{profile.end}结尾")
    for number, name in (
        (profile.exclamations, "叹号"),
        (profile.questions, "问号"),
        (profile.ellipses, "省略号（…或。。。）"),
    ):
        if number:
            marks.append(f"{name}{number}处" + ("，连打" if dice.random() < 0.3 else ""))
    if profile.connectives > 1:  # authors who are told of a word write it twice
        marks.append(f"有{min(profile.connectives // 2, 3)}个连接或口头词（因为/所以/觉得/其实/但是/应该这一类）")
    if profile.quotes:
        marks.append("用到“”引别人的话或说法")
    if profile.digits:
        marks.append("有数字")
    if profile.latin:
        marks.append("有英文字母或拼音缩写")
    if profile.mention and kind != "repost":
        marks.append("@某人" if kind == "post" else "开头 回复@某某: 或文中@某人")
    if kind in ("post", "repost"):
        marks += ["带#话题#"] * profile.hashtag + ["带链接（http://t.cn/……或 网页链接）"] * profile.url
        marks += ["开头【】标题"] * profile.headline + ["分段"] * profile.lines
    if dice.random() < emoticons:
        doubled = dice.random() < 0.38
        marks.append("有表情，同一个连打两三个" if doubled else "有一个表情")
    return {"length": length, "marks": "；".join(marks)}


def person(dice: random.Random, people: Mapping[str, Any]) -> str:
    """Somebody, in a few words."""
    age, how = pick(dice, people["age"])["zh"], manner(dice, people)
    return f"{age}，{dice.choice(people['place'])}，{dice.choice(people['work'])}；{how}"


def manner(dice: random.Random, people: Mapping[str, Any]) -> str:
    """How somebody types and speaks, without who it is."""
    return f"打字：{pick(dice, people['typing'])['zh']}；口气：{pick(dice, people['temper'])['zh']}"


@dataclass
class _Lines:
    """Lines of one event as they come, numbered."""

    dice: random.Random
    lists: Lists
    margins: Margins
    temper: EventTemper
    topic: str
    lines: list[dict[str, Any]] = field(default_factory=list)

    def add(self, **values: Any) -> dict[str, Any]:
        line = {"n": len(self.lines) + 1} | values
        self.lines.append(line)
        return line

    def view(self) -> dict[str, str]:
        views = self.lists.forms["views"].get(self.topic) or ()
        return {"view": self.dice.choice(views)} if views and self.dice.random() < 0.16 else {}

    def platform(self, year: int, kind: str, subject: Entry | None) -> Entry:
        fitting = [p for p in self.lists.forms["platforms"] if p["first"] <= year]
        if kind == "article":
            fitting = [p for p in fitting if p["name"] in _OF_ARTICLES]
        elif subject is not None:
            fitting = [p for p in fitting if p["zh"] in subject["platforms"]] or fitting
        return pick(self.dice, fitting)

    def root(self, kind: str, subject: Entry | None) -> dict[str, Any]:
        dice = self.dice
        moment = dice.choice(self.temper.moments)
        year = moment.year
        told: dict[str, Any] = {"kind": kind, "thread": None, "parent": None, "phase": moment.phase}
        if moment.zh:
            told["when"] = moment.zh
        if subject is not None:
            first, last = subject["years"]
            year = min(max(year, first), last)
            matter = dice.choice(_matters_of(subject, year))
            told |= {"subject": subject["id"], "matter": f"{subject['zh']}：{matter}"}
        platform = self.platform(year, kind, subject)
        told |= {"year": year, "platform": platform["name"]}
        if kind == "article":
            genre = pick(dice, self.lists.forms["article_genres"])
            length = dice.randint(300, 950)
            return told | {
                "account": genre["account"], "form": genre["zh"], "length": f"{length - 40}–{length + 40}字",
                "marks": "分段；有标题（写在title里）",
            } | self.view()  # fmt: skip
        form = pick(dice, self.lists.forms["post_forms"])
        profiles = self.margins.answers if platform["name"] == "zhihu" else self.margins.posts
        account = dice.choices(["netizen", "self_media", "media", "official", "organization"], [82, 9, 5, 2, 2])[0]
        told |= {"account": account, "person": person(dice, self.lists.people), "form": form["zh"]}
        if subject is not None and dice.random() < 0.35:
            told["form"] = dice.choice(subject["forms"])
        profiles = _with_room(profiles, platform["name"], year, "post")
        told |= surface(dice.choice(profiles), dice, 0.6 * self.temper.emoticons, "post") | self.view()
        if platform["name"] in _COMMENTS_ONLY:
            told["note"] = "视频的文案或动态"
        return told

    def comment(self, root: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
        dice = self.dice
        answers = above is not root
        forms = [f for f in self.lists.forms["comment_forms"] if answers or not f.get("needs_parent")]
        form = pick(dice, forms)
        told = {
            "kind": "comment", "thread": root["n"], "parent": above["n"], "phase": root["phase"], "year": root["year"],
            "platform": root["platform"], "account": "netizen", "manner": manner(dice, self.lists.people),
            "form": form["zh"],
        }  # fmt: skip
        if form.get("bare"):
            return told
        profiles = _with_room(self.margins.comments, root["platform"], root["year"], "comment")
        if form.get("long"):
            profiles = [profile for profile in profiles if profile.length >= LONG_COMMENT] or profiles
        profile = dice.choice(profiles)
        told |= surface(profile, dice, self.temper.emoticons, "comment")
        if profile.length >= 12:
            told |= self.view()
        return told

    def repost(self, root: Mapping[str, Any]) -> dict[str, Any]:
        dice = self.dice
        chain = dice.choices([0, 1, 2, 3], [60, 25, 10, 5])[0]
        told = {
            "kind": "repost", "thread": root["n"], "parent": root["n"], "phase": root["phase"], "year": root["year"],
            "platform": "weibo",
            "account": "netizen", "person": manner(dice, self.lists.people),
            "form": pick(dice, self.lists.forms["comment_forms"])["zh"],
        }  # fmt: skip
        profiles = _with_room(self.margins.comments, "weibo", root["year"], "repost")
        told |= surface(dice.choice(profiles), dice, self.temper.emoticons, "repost")
        if chain:
            told["marks"] += f"；后面带{chain}层 //@某某:…… 的转发链"
        return told | self.view()


def event_lines(
    seed: str, n: int, lists: Lists, margins: Margins, temper: EventTemper, topic: str, *, stream: bool = False
) -> list[dict[str, Any]]:
    """Specifications of an event's `n` documents: roots, what reposts them, what answers them, in thread order.

    Parameters
    ----------
    seed : str
        The same seed gives the same lines.
    n : int
        Documents to be written.
    topic : str
        The event's topic, for views that people hold at once; ``other`` has none.
    stream : bool
        Whether each thread is on a subject of its own.
    """
    dice = random.Random(seed)
    lines = _Lines(dice, lists, margins, temper, topic)
    counts = kinds_of(dice, n, stream=stream)
    kinds = ["article"] * counts["article"] + ["post"] * counts["post"]
    dice.shuffle(kinds)
    sizes = thread_sizes(dice, len(kinds), counts["comment"], temper.uneven)
    subjects = _subjects(dice, lists.subjects, len(kinds)) if stream else [None] * len(kinds)
    roots = [lines.root(kind, subject) for kind, subject in zip(kinds, subjects, strict=True)]
    reposts = _spread(dice, counts["repost"], [root["platform"] == "weibo" for root in roots])
    for told, size, copies in zip(roots, sizes, reposts, strict=True):
        root = lines.add(**told)
        root["thread"] = root["n"]
        depth = {root["n"]: 0}
        answerable: list[dict[str, Any]] = []  # comments that are not as deep as any may be
        for _ in range(size):
            joins = answerable and dice.random() < temper.connected
            above = dice.choice(answerable[-4:]) if joins else root
            line = lines.add(**lines.comment(root, above))
            depth[line["n"]] = depth[above["n"]] + 1
            if depth[line["n"]] < DEEPEST:
                answerable.append(line)
        for _ in range(copies):
            lines.add(**lines.repost(root))
    return lines.lines


def _matters_of(subject: Entry, year: int) -> list[str]:
    """Matters of a subject that have no year of their own, or this one."""
    named = {matter: _YEAR.search(matter) for matter in subject["matters"]}
    fitting = [matter for matter, found in named.items() if found is None or int(found[1]) == year]
    if not fitting:
        raise DataError(f"subject {subject['id']} has no matter of {year}; give it one without a year.")
    return fitting


def _with_room(profiles: Sequence[SurfaceProfile], platform: str, year: int, kind: str) -> Sequence[SurfaceProfile]:
    """Profiles of texts that a platform had room for in that year."""
    if kind == "post" and platform in _COMMENTS_ONLY:
        return _at_most(LONGEST_CAPTION, profiles)
    if platform == "weibo" and year < UNLIMITED_FROM:
        # What a repost hands on counts as well.
        return _at_most(SHORT_WEIBO // 2 if kind == "repost" else SHORT_WEIBO, profiles)
    return profiles


def _at_most(n: int, profiles: Sequence[SurfaceProfile]) -> list[SurfaceProfile]:
    """Profiles of texts that have room where at most `n` characters are, with those that an author may add."""
    return [profile for profile in profiles if profile.length + _spread_of(profile) <= n]


def _spread_of(profile: SurfaceProfile) -> int:
    """Characters by which a text may be shorter or longer than the one its length is drawn from."""
    return max(1, round(profile.length * 0.12))


def _spread(dice: random.Random, n: int, may: Sequence[bool]) -> list[int]:
    """Reposts by root: most go to a few of those that can be reposted."""
    counts = [0] * len(may)
    weights = [can * dice.paretovariate(1.2) for can in may]
    for at in dice.choices(range(len(may)), weights, k=n) if any(may) else ():
        counts[at] += 1
    return counts


def _subjects(dice: random.Random, subjects: Sequence[Entry], n: int) -> list[Entry]:
    """Subjects of threads, each about as often as its share, none forgotten while there are threads left."""
    order = sorted(subjects, key=lambda subject: -subject["share"] * dice.random())
    more = dice.choices(list(subjects), [subject["share"] for subject in subjects], k=max(0, n - len(order)))
    chosen = order[:n] + more
    dice.shuffle(chosen)
    return chosen
