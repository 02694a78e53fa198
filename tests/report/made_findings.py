"""Findings of a made-up collection, of any size, corrected or not, with or without times, groups and hostile names."""

import math

import pandas as pd

from weibo_nlp.analysis.crossing import CROSSING_COLUMNS, FRAME_COLUMNS, STANCE_COLUMNS, StanceFindings
from weibo_nlp.analysis.examples import EXAMPLE_COLUMNS, Examples
from weibo_nlp.analysis.findings import Findings
from weibo_nlp.analysis.keywords import KEYWORD_COLUMNS, SIDE_COLUMNS, Keywords
from weibo_nlp.analysis.labels import LabelledColumn
from weibo_nlp.analysis.phrases import PHRASE_COLUMNS, Phrases
from weibo_nlp.analysis.quality import (
    CONCENTRATION_COLUMNS,
    EMPTY_COLUMNS,
    FLAG_COLUMNS,
    GAP_COLUMNS,
    MEASURE_COLUMNS,
    REASON_COLUMNS,
    Completeness,
    Quality,
)
from weibo_nlp.analysis.shares import SHARE_COLUMNS, Shares
from weibo_nlp.analysis.tidy import tidy_frame

LABELS = {
    "topic": ("credit", "self_media", "consumer_nationalism", "other"),
    "sentiment": ("negative", "neutral", "positive"),
    "stance": ("against", "none", "favor"),
}
TARGETS = ("信用惩戒", "自媒体的可信与价值", "以国家立场决定消费")
TEXTS = ("逃票的就该进黑名单", "凭什么一张名单就让人回不了家", "今天的晚霞绝了[心] #随手拍#", "ok")


def months(n):
    return [f"{2019 + at // 12}-{at % 12 + 1:02d}" for at in range(n)]


def made_findings(*, n_periods=6, groups=("媒体", "网民"), corrected=True, tell=str):
    """Return findings; `tell` changes every text that would come from data."""
    n = 1_000
    made = {"topic": [None], "sentiment": [None], "stance": [None, *map(tell, TARGETS)]}
    periods = months(n_periods)
    by = tell("账号 类型") if groups else None
    groups = [tell(group) for group in groups]
    return Findings(
        name=tell("posts.csv"),
        sha256="ab" * 32,
        n=n,
        label_columns=tuple(
            LabelledColumn(name, f"{name}_score", "stance_target" if name == "stance" else None, name, labels)
            for name, labels in LABELS.items()
        ),
        passed_over=(tell("own"),),
        text_column=tell("正文"),
        time_column=tell("时间") if n_periods else None,
        id_column="id",
        labelled_by={
            "weights": tell("open"),
            "mode": "fast",
            "version": "0.3.0",
            "models": {tell("topic"): {"name": tell("linear"), "version": "3"}},
        },
        estimated_by={
            "sample": {"n": 300, "method": "simple", "n_labelled": {"topic": 290}},
            "notes": [tell("The sample is random.")],
        }
        if corrected
        else {},
        shares=_shares(made, periods, by, groups, n, corrected, tell),
        stance=_stance(made, n, tell),
        keywords=_keywords(tell),
        phrases=_phrases(periods, by, groups, n, tell),
        examples=_examples(tell),
        quality=_quality(n_periods, tell),
    )


def _shares(made, periods, by, groups, n, corrected, tell):
    rows = []
    cells = [(None, None, None), *((period, None, None) for period in periods)]
    cells += [(None, by, group) for group in groups]
    for column, labels in LABELS.items():
        for target in made[column]:
            for at, (period, group_by, group) in enumerate(cells):
                weights = [2 + math.sin(at + place * 2 + len(target or "")) for place in range(len(labels))]
                for label, weight in zip(labels, weights, strict=True):
                    share = weight / sum(weights)
                    estimate = min(share + 0.05, 1.0)
                    # Of the last period too few were labelled.
                    has_interval = corrected and period != (periods or [None])[-1]
                    figures = (estimate, estimate - 0.04, estimate + 0.04) if has_interval else (None, None, None)
                    method, note = ("design_based", None) if has_interval else (None, tell("too few rows"))
                    key = (column, label, target, period, group_by, group)
                    rows.append((*key, round(share * n), n, share, *figures, method, note if corrected else None))
    differences = pd.DataFrame(
        {
            "label_column": ["topic"],
            "label": ["credit"],
            "by": [tell("账号 类型")],
            "group": [tell("媒体")],
            "other": [tell("网民")],
            "method": ["design_based"],
            "difference": [-0.123],
            "low": [-0.2],
            "high": [-0.05],
            "p": [0.0004],
            "p_holm": [0.0123],
        }
    )
    table = tidy_frame(rows, SHARE_COLUMNS)
    return Shares(
        table=table,
        period="month" if periods else None,
        by=(by,) if groups else (),
        is_corrected=corrected,
        confidence_level=0.95 if corrected else None,
        differences=differences if corrected and groups else differences.iloc[:0],
        unplaced=table.iloc[:0],
    )


def _stance(made, n, tell):
    stance = [
        ("stance", target, at < 3, label, 100 * (place + 1), 600, (place + 1) / 6, 400, value)
        for at, target in enumerate(made["stance"][1:])
        for place, (label, value) in enumerate(zip(LABELS["stance"], (0.25, math.nan, 0.75), strict=True))
    ]
    crossing = [
        ("sentiment", row, "stance", column, None, 17 * (place + 1), 20.5, residual)
        for place, row in enumerate(LABELS["sentiment"])
        for column, residual in zip(LABELS["stance"], (4.2, -0.3, math.nan), strict=True)
    ]
    crossing += [
        ("topic", row, "sentiment", column, None, 7, 7.5, -0.2)
        for row in LABELS["topic"]
        for column in LABELS["sentiment"]
    ]
    frames = [(frame, None, None, None, 120, n, 0.12) for frame in ("privacy", "pride", tell("own frame"))]
    return StanceFindings(
        tidy_frame(stance, STANCE_COLUMNS),
        tidy_frame(crossing, CROSSING_COLUMNS),
        tidy_frame(frames, FRAME_COLUMNS),
        other_targets=2,
    )


def _keywords(tell):
    target = tell(TARGETS[0])
    rows, sides = [], []
    for column, of, label, against in (
        ("stance", target, "favor", "against"),
        ("stance", target, "against", "favor"),
        ("topic", None, "credit", None),
    ):
        sides.append((column, of, label, against, 200, 300, 150, 250, True))
        for kind, terms in (("word", ("名单", "公平", "回家")), ("hashtag", ("#信用#",))):
            rows += [
                (
                    kind,
                    column,
                    of,
                    label,
                    against,
                    rank,
                    tell(term + label[:1]),
                    30 - rank,
                    3,
                    0.2,
                    0.02,
                    1.5,
                    5.5 - rank,
                    9,
                    2,
                )
                for rank, term in enumerate(terms, start=1)
            ]
    sides.append(("topic", None, "other", None, 3, 900, 3, 800, False))
    return Keywords(
        tidy_frame(rows, KEYWORD_COLUMNS),
        tidy_frame(sides, SIDE_COLUMNS),
        unit="author",
        n_texts=900,
        n_rows=1_000,
        is_sample=True,
        segmenter=tell("shipped 3"),
    )


def _phrases(periods, by, groups, n, tell):
    phrase = tell("黑名单")
    cells = [(None, None, None, None, None, None)]
    cells += [(None, None, None, period, None, None) for period in periods]
    cells += [(None, None, None, None, by, group) for group in groups]
    cells += [("sentiment", label, None, None, None, None) for label in LABELS["sentiment"]]
    rows = [(phrase, *cell, 10 + at, n, (10 + at) / n, 8, 10) for at, cell in enumerate(cells)]
    return Phrases(tidy_frame(rows, PHRASE_COLUMNS), (phrase,), (phrase,))


def _examples(tell):
    rows = []
    for column, labels in LABELS.items():
        target = tell(TARGETS[0]) if column == "stance" else None
        for label in labels:
            for place, kind in enumerate(("random", "random", "unsure")):
                score = 0.93 if kind == "random" else 0.41
                above = (tell(TEXTS[1]),) * (place % 3)
                text = tell(TEXTS[place % 4])
                rows.append((column, label, target, kind, place, tell("49001"), text, score, above, place % 3 + 1))
    return Examples(tidy_frame(rows, EXAMPLE_COLUMNS), seed=0)


def _quality(n_periods, tell):
    measures = [("rows", 1_000, 1_000, 1.0), ("exact_copies", 40, 1_000, 0.04), ("out_of_domain", 3, 990, 3 / 990)]
    concentration = [("author", 1_000, 321, 0, 77, 0.077, 0.3, 0.1, 120.25)]
    return Quality(
        measures=tidy_frame(measures, MEASURE_COLUMNS),
        set_aside=tidy_frame([(tell("正文: empty"), 4)], REASON_COLUMNS),
        flags=tidy_frame([("truncated", 12, 1_000, 0.012)], FLAG_COLUMNS),
        empty=tidy_frame([("stance", 100, 1_000, 0.1)], EMPTY_COLUMNS),
        concentration=tidy_frame(concentration, CONCENTRATION_COLUMNS),
        completeness=Completeness(posts=12, incomplete=3, stated=400, seen=350),
        first_day="2019-01-03" if n_periods else None,
        last_day="2019-06-30" if n_periods else None,
        gaps=tidy_frame([("2019-02-01", "2019-02-09", 7)] if n_periods else [], GAP_COLUMNS),
        near_copies_read=500,
    )
