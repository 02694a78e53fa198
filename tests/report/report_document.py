"""A benchmark document with every section, made up but of a kind: five systems, two tasks, three protocols.

It has the shape that ``weibo-nlp benchmark --json`` of 0.2.0 wrote, which `BenchmarkReport.from_dict` reads.
"""

from statistics import fmean, stdev

import numpy as np

from weibo_nlp.stats import metrics

STANCES = ("against", "none", "favor")
FEELINGS = ("negative", "neutral", "positive")
TARGET = "企业征信系统"


def fig(value, room=0.03):
    return {"value": value, "low": round(value - room, 4), "high": round(value + room, 4)}


def bare(value):
    return {"value": value, "low": None, "high": None}


def confusion_of(value, n=1_200):
    """Counts of which about `value` are right, the wrong ones shared by the other labels as evenly as can be."""
    counts = []
    for label in range(3):
        right = (round(value * n) + 2 - label) // 3
        wrong = [(n // 3 - right) // 2, (n // 3 - right + 1) // 2]
        counts.append([*wrong[:label], right, *wrong[label:]])
    return counts


def share(value, room=0.03):
    return {"value": value, "low": max(0.0, value - room), "high": min(1.0, value + room)}


def scored(confusion):
    """Macro-F1, accuracy, and precision, recall, F1 of each label."""
    counts = np.array(confusion)
    by_label = {"precision": metrics.precision, "recall": metrics.recall, "f1": metrics.f1}
    per_label = [{name: share(float(metric(counts)[at])) for name, metric in by_label.items()} for at in range(3)]
    return float(metrics.macro_f1(counts)), float(metrics.accuracy(counts)), per_label


def result(
    task, protocol, model, value, *, labels=STANCES, seeds=1, folds=(), set_="corpus", units="threads", few=False
):
    n_folds = len(folds)
    confusion = confusion_of(value)
    value, right, per_label = scored(confusion)
    values = [value + 0.004 * step for step in range(-2, 3)] if seeds > 1 else [value]
    curve = [
        {
            "low": step / 10,
            "high": (step + 1) / 10,
            "n": 40 * (step - 2) + 80 * (step == 9),
            "confidence": step / 10 + 0.05,
            "accuracy": round(step / 10 - 0.02, 4),
            "accuracy_low": round(step / 10 - 0.1, 4),
            "accuracy_high": round(min(1, step / 10 + 0.06), 4),
        }
        for step in range(3, 10)
    ]
    return {
        "set": set_,
        "task": task,
        "protocol": protocol,
        "units": units,
        "model": model,
        "model_version": "0.1.0",
        "corpus_version": "0.1.0",
        "scheme": "1.0.0",
        "split": "test",
        "n_train": 5_120,
        "seconds": {"train": 12.34, "predict": 0.21},
        "main_metric": "macro_f1",
        "labels": list(labels),
        "metrics": {
            "macro_f1": share(fmean(values)),
            "accuracy": share(right),
            "log_loss": fig(1 - value),
            "brier": fig(0.4),
            "soft_js": fig(0.12),
            "ece": bare(0.07),
        },
        "per_class": {label: own | {"support": 400} for label, own in zip(labels, per_label, strict=True)},
        "confusion": [[seeds * cell for cell in row] for row in confusion],
        "n": 1_200,
        "n_units": 60 if few else 260,
        "few_units": few,
        "dropped": {"recurs in the scored part": 19} if set_ != "corpus" else {},
        "bootstrap": {"seed": 0, "resamples": 2000, "level": 0.95, "method": "bca"},
        "notes": ["训练：19 行与测试部分重复，已剔除。"] if set_ != "corpus" else [],
        "details": {"strength": 1.0, "特征": ["字", "词", "对象"]} if model == "linear" else {},
        "seeds": {
            "values": values,
            "sd": stdev(values) if seeds > 1 else None,
        },
        "folds": [
            {"name": name, "n": 240, "n_train": 960, "value": round(value + 0.03 * (place - n_folds / 2), 4)}
            for place, name in enumerate(folds)
        ],
        "calibration": [part | {"n": seeds * part["n"]} for part in curve] if model != "majority" else None,
        "slices": [
            {
                "slice": name,
                "value": text,
                "n": 30 * place + 12,
                "n_units": min(28 * place + 9, 60 if few else 260),
                "few_units": few or 28 * place + 9 < 100,
                "score": share(round(value - 0.12 + 0.06 * place, 4), round(0.12 / place, 4))
                if place > 1
                else bare(value),
                "absent": [],
            }
            for name, texts in {
                "kind": ("article", "post", "repost", "comment"),
                "event": ("珠江市信用分试点", "某品牌下架风波", "公众号洗稿之争"),
                "account type": ("netizen", "self_media", "media", "official"),
                "depth": ("0", "1", "2", "3+"),
                "irony": ("false", "true"),
                "length": ("≤5", "6–15", "16–40", "41–140", ">140"),
            }.items()
            for place, text in enumerate(texts, start=1)
        ],
    }


def comparison(results, task, a, b, p, p_holm, *, protocol="standard"):
    mains = {row["model"]: row["metrics"]["macro_f1"]["value"] for row in results[::-1] if row["protocol"] == protocol}
    difference = mains[a] - mains[b]
    return {
        "set": "corpus",
        "task": task,
        "protocol": protocol,
        "metric": "macro_f1",
        "a": a,
        "b": b,
        "difference": {"value": difference, "low": difference - 0.02, "high": difference + 0.02},
        "p": p,
        "p_holm": p_holm,
        "tie": p_holm >= 0.05,
    }


def said(identity, kind, depth, author, text, *, this=False):
    return {"id": identity, "kind": kind, "author": author, "depth": depth, "text": text, "this": this}


def error(number, texts, *, gold="favor", predicted="against"):
    thread = [
        said(
            f"e{number}-{place}",
            "post" if place == 0 else "comment",
            place,
            f"用户{place}",
            text,
            this=text == texts[-1],
        )
        for place, text in enumerate(texts)
    ]
    return {
        "task": "stance",
        "model": "linear",
        "document_id": f"e{number}-{len(texts) - 1}",
        "event": "珠江市信用分试点",
        "kind": "comment",
        "target": TARGET,
        "gold": gold,
        "predicted": predicted,
        "scores": {"against": 0.81, "none": 0.12, "favor": 0.07},
        "votes": {"favor": 3},
        "thread": thread,
        "seen": {"text": texts[-1], "target": TARGET, "parent": texts[-2]},
        "reason": "confident and wrong where all three annotators agree; it only makes sense under its parent",
    }


CONVERSATIONS = [
    (
        "【珠江市试行企业信用分】逾期欠薪的单位将被公示，你怎么看？#信用分试点#",
        "公示有什么用，老赖照样住别墅",
        "有用啊，我舅的工钱就是这么要回来的",
    ),
    ("求推荐靠谱的装修公司", "先上系统查查它的分，低于六百别碰", "您可真会推荐，我查了，七百二，跑路了👨‍👩‍👧‍👦"),
    (
        "信用分到底谁说了算？",
        "谁写规则谁说了算呗",
        "那也比没有规则强",
        "这话我爱听[doge]\n至少欠债的人不敢那么横了",
    ),
    ("𠮷野家的店长说：𠀋夫一言既出", "这个字我都不认识", "反正我支持，越严越好！！！"),
]


def rich_document():
    """Return a document with every section, Chinese in most of them, harmless throughout."""
    events = ("信用分试点", "下架风波", "洗稿之争", "联名款", "热搜榜整改")
    systems = (("stack", 0.672, 5), ("linear", 0.655, 1), ("nb-svm", 0.649, 1), ("majority", 0.221, 1))
    results = [result("stance", "standard", name, value, seeds=seeds) for name, value, seeds in systems]
    results += [
        result("stance", "cross_event", name, value - 0.05, seeds=seeds, folds=events, units="events", few=True)
        for name, value, seeds in systems[:2]
    ]
    results += [result("sentiment", "standard", name, value, labels=FEELINGS) for name, value, _ in systems[1:]]
    results += [result("stance", "external", "linear", 0.571, set_="c-stance-a", units="rows")]
    return {
        "weibo_nlp_benchmark": 1,
        "title": "weibo_nlp benchmark 中文互联网话语",
        "command": "weibo-nlp benchmark --task stance --task sentiment --protocol standard --protocol cross_event",
        "package": "0.1.0",
        "corpus_version": "0.1.0",
        "hardware": {
            "processor": "AMD EPYC 7763",
            "cores": 2,
            "memory_gb": 7.8,
            "system": "Linux 6.8",
            "python": "3.11.9",
        },
        "results": results,
        "comparisons": [
            comparison(results, "stance", "stack", "linear", 0.081, 0.162),
            comparison(results, "stance", "stack", "nb-svm", 0.011, 0.033),
            comparison(results, "stance", "linear", "nb-svm", 0.611, 0.611),
            comparison(results, "stance", "stack", "majority", 0.0001, 0.0006),
            comparison(results, "stance", "linear", "majority", 0.0001, 0.0006),
            comparison(results, "stance", "nb-svm", "majority", 0.0001, 0.0006),
            comparison(results, "stance", "stack", "linear", 0.31, 0.31, protocol="cross_event"),
        ],
        "ceiling": [
            {
                "task": "stance",
                "annotator": name,
                "n": 980,
                "n_units": 240,
                "few_units": False,
                "metric": "macro_f1",
                "score": fig(value, 0.02),
                "accuracy": fig(value + 0.02),
            }
            for name, value in (("a1", 0.861), ("a2", 0.884), ("a3", 0.842))
        ],
        "context": [
            {
                "task": "stance",
                "model": "linear",
                "context": context,
                "depth": depth,
                "n": n,
                "n_units": n // 4,
                "few_units": n < 400,
                "metric": "macro_f1",
                "score": fig(0.6 + 0.02 * step),
                "difference": fig(0.02 * step, 0.015) if step else None,
                "p": 0.01 if step else None,
                "p_holm": 0.04 / step if step else None,
            }
            for depth, n in (("all", 1_200), ("0", 500), ("1", 410), ("2", 190), ("3+", 100))
            for step, context in enumerate(("own text", "+ parent", "+ root", "+ whole path"))
        ],
        "robustness": [
            {
                "task": "stance",
                "model": "linear",
                "edit": edit,
                "label_preserving": preserving,
                "n": 1_200,
                "n_changed": 640,
                "n_units": 60 if edit == "split characters" else 230,
                "few_units": edit == "split characters",
                "metric": "macro_f1",
                "score": fig(0.655 - drop),
                "drop": fig(drop, 0.015),
                "flipped": fig(abs(drop) * 1.6, 0.01),
            }
            for edit, drop, preserving in (
                ("homophones 同音字", 0.061, True),
                ("pinyin initials", 0.044, True),
                ("split characters", 0.082, True),
                ("zero-width characters", 0.0, True),
                ("traditional script 繁體", 0.019, True),
                ("repeated characters", -0.004, True),
                ("emoji for words", 0.052, False),
                ("appended spam", 0.113, False),
            )
        ],
        "shortcuts": [
            {
                "task": task,
                "shortcut": shortcut,
                "n": 1_200,
                "n_units": 260,
                "few_units": False,
                "metric": "macro_f1",
                "majority": 0.221,
                "proportional": 0.218,
                "score": fig(0.221 + 0.4 * ratio),
                "full": 0.655,
                "limit": 0.8,
                "ratio": fig(ratio, 0.09) if verdict != "not testable" else None,
                "verdict": verdict,
            }
            for task, rows in {
                "stance": (("emoticons", 0.18, "passed"), ("target", 0.42, "passed"), ("event prior", 0.74, "failed")),
                "irony": (("emoticons", 0.2, "not testable"), ("length and punctuation", 0.3, "not testable")),
            }.items()
            for shortcut, ratio, verdict in rows
        ],
        "errors": [error(number, texts) for number, texts in enumerate(CONVERSATIONS)],
        "notes": ["Scored once; tuned by cross-validation inside train and validation.", "语料由语言模型撰写。"],
    }


HOSTILE = (
    "<script>document.title='run'</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    "</title></style><base href=//evil.example>",
    "]]><!-- <svg/onload=alert(1)> --><style>*{}",
    "{{ 7 * 191 }}{% raw %}{# #}",
    "\u202e支持\u2067反对\u200f",
    "好\u200b\u200b\u200b的\ufeff\u00ad",
    "\x00\x07\x1b[31m\r\n\u2028",
    "Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309algo",
    "👨‍👩‍👧‍👦🏳️‍🌈𠮷𠀋",
    "长" * 10_000,
    "x" * 10_000,
    "مرحبا بالعالم",
    "items",
    "values",
)


def retold(value, tell, kept=()):
    """Return a document with every text passed through `tell`, names of labels and metrics alike."""
    if isinstance(value, dict):
        return {
            (tell(key) if key in STANCES + FEELINGS + METRICS else key): item
            if key in kept
            else retold(item, tell, kept)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [retold(item, tell, kept) for item in value]
    return tell(value) if isinstance(value, str) else value


# `accuracy` is left out: as a field of the ceiling it is no name that a user could have chosen.
METRICS = ("macro_f1", "log_loss", "brier", "soft_js", "recurs in the scored part", "strength", "特征")


def hostile_document():
    """Return the rich document with something hostile before every text, and a text of a megabyte in an error."""
    count = iter(range(1_000_000))
    told = {}

    def tell(text):
        # The same text stays the same, so that labels and models keep belonging together.
        return told.setdefault(text, HOSTILE[next(count) % len(HOSTILE)] + text)

    document = retold(rich_document(), tell, kept=("method",))  # of the bootstrap: one of three
    document["errors"][0]["thread"][0]["text"] = "话" * 1_000_000
    document["errors"][0]["seen"]["parent"] = "字\n" * 500_000
    document["errors"][1]["thread"] = [said(str(place), "comment", place, "甲", "盖楼") for place in range(5_000)]
    return document
