"""The public sets whose texts the real layer has judgements on: what they are, their terms and their files.

The layer is shipped without the texts. Whoever holds a copy of a set, in the layout in which it is published, can join
them by `weibo_nlp.hydrate`; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from weibo_nlp.external import cold, smp2020, swsr
from weibo_nlp.records import TextKind


@dataclass(frozen=True, slots=True)
class RealSource:
    """Who collected texts, in one way: the unit that is held out as a whole where sources are crossed."""

    name: str
    published: str
    terms: str


@dataclass(frozen=True, slots=True)
class RealSet:
    """Texts of one kind from one source; ``layout`` says by which files it is recognised, and what is read."""

    name: str
    source: RealSource
    kind: TextKind
    content: str
    layout: str


_CED = RealSource(
    "CED",
    "Song et al. (2018), CED: Credible Early Detection of Social Media Rumors; repository thunlp/Chinese_Rumor_Dataset",
    "none stated; cite",
)
_CHECKED = RealSource(
    "CHECKED",
    "Yang et al. (2021), CHECKED: Chinese COVID-19 fake news dataset; repository cyang03/CHECKED",
    "academic research only",
)
_COVID = RealSource(
    "COVID-Weibo",
    "Lyu et al. (NLPCC 2020), Sentiment Analysis on Chinese Weibo regarding COVID-19; repository "
    "COVID-19-Weibo-data/COVID-19-sentiment-analysis-dataset-Weibo",
    "none stated; user ids are replaced",
)
_ZHIHU = RealSource(
    "Zhihu",
    "repositories lonnyzhang423/zhihu-hot-hub and justjavac/zhihu-trending-hot-questions",
    "MIT (the collections)",
)
_HOT_SEARCH = RealSource("hot search", "repository justjavac/weibo-trending-hot-search", "MIT (the collection)")
_COLD = RealSource("COLD", cold.INFO.published, cold.INFO.licence)
_SWSR = RealSource("SWSR", swsr.INFO.published, swsr.INFO.licence)
_SMP = RealSource("SMP2020-EWECT", smp2020.INFO.published, "none stated (shared task)")

_SETS = (
    RealSet(
        "ced",
        _CED,
        "reaction",
        "Weibo reposts around rumours, 2010–2016",
        "CED_Dataset/{rumor-repost,non-rumor-repost}/*.json, text of each record",
    ),
    RealSet(
        "ced_post", _CED, "post", "Weibo posts around rumours, 2010–2016", "CED_Dataset/original-microblog/*.json, text"
    ),
    RealSet(
        "checked",
        _CHECKED,
        "reaction",
        "Weibo comments and reposts, 2019–2020",
        "dataset/{fake_news,real_news}/*.json, text of each of the comments and reposts",
    ),
    RealSet("checked_post", _CHECKED, "post", "Weibo posts, 2019–2020", "dataset/{fake_news,real_news}/*.json, text"),
    RealSet(
        "covid_post",
        _COVID,
        "post",
        "Weibo posts with hashtags, January to May 2020",
        "COVID-19 Unlabeled Weibo Data/*.csv, column text, in GB18030 as published or in UTF-8",
    ),
    RealSet(
        "zhihu",
        _ZHIHU,
        "question",
        "questions with their excerpts, 2021–2025",
        "zhihu-hot-hub: raw/hot-question-*.json, target.title and target.excerpt; the excerpt changes from day to day",
    ),
    RealSet(
        "zhihu_title",
        _ZHIHU,
        "title",
        "titles of questions, 2020–2026",
        "zhihu-trending-hot-questions: raw/*.json, title of each record",
    ),
    RealSet(
        "weibo_hot", _HOT_SEARCH, "title", "titles of Weibo's hot search, 2020–2026", "raw/*.json, title of each record"
    ),
    RealSet("cold", _COLD, "reaction", "comments from Zhihu and Weibo", "train.csv, dev.csv, test.csv, column TEXT"),
    RealSet(
        "swsr_comment",
        _SWSR,
        "reaction",
        "Weibo comments",
        "SexComment.csv or comments.csv, column comment_text or text",
    ),
    RealSet("swsr_post", _SWSR, "post", "Weibo posts", "SexWeibo.csv or posts.csv, column weibo_text or text"),
    RealSet(
        "smp",
        _SMP,
        "post",
        "Weibo posts",
        "usual_train.txt, usual_eval_labeled.txt, usual_test_labeled.txt, content of each record; or train.csv, "
        f"val.csv, test.csv beside {smp2020.MAPPING}, column text",
    ),
)

REAL_SETS: Mapping[str, RealSet] = MappingProxyType({each.name: each for each in _SETS})
"""The sets by name, in the order in which they are reported."""
