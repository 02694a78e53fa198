"""A small labelled collection and a sample of it that people filled in, written into a folder."""

import csv
import random

from weibo_nlp.analysis.design import design_path
from weibo_nlp.analysis.sampling import draw_sample
from weibo_nlp.io.collection import open_collection

LABELS = ("credit", "self_media", "consumer_nationalism", "other")
TARGETS = {"credit": "信用惩戒", "self_media": "自媒体"}
COLUMNS = (
    "id",
    "正文",
    "created_at",
    "account_type",
    "thread",
    "topic",
    "stance_target",
    "stance",
    "mood",
    "mood_score",
)


def write_collection(path, n=1200, seed=0):
    """Write posts with labels of a model that is right in four of five; return what people would say, by place."""
    rng = random.Random(seed)
    gold = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for place in range(n):
            topic, stance, mood = rng.choice(LABELS[:3]), rng.choice(("favor", "against")), rng.choice(("calm", "hot"))
            said = [each if rng.random() < 0.8 else rng.choice(labels) for each, labels in (
                (topic, LABELS[:3]), (stance, ("favor", "against", "none")), (mood, ("calm", "hot")))]  # fmt: skip
            month = 4 + rng.choice((0, 0, 1))
            account = rng.choice(("personal", "personal", "media", ""))
            target = TARGETS.get(topic, "")
            writer.writerow([
                f"p{place}", f"第{place}天坐车没见谁管过", f"2023-{month:02d}-11 08:00", account, f"t{place // 6}",
                topic, target, stance if target else "", mood, "0.8",
            ])  # fmt: skip
            gold.append({"topic": said[0], "stance": said[1] if target else "", "mood": said[2]})
    return gold


def write_sample(path, labelled, gold, n=300, leave_empty=0, **drawing):
    """Draw a sample and fill it in; of the first `leave_empty` rows nothing is said."""
    design = draw_sample(open_collection(labelled), n, **drawing)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["place", *design.gold_columns])
        for at, row in enumerate(design.rows):
            answers = [gold[row.place][name] if at >= leave_empty else "" for name in design.label_columns]
            writer.writerow([row.place, *answers])
    design.write(design_path(path))
    return design
