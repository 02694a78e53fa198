"""Copies of the sets of the real layer, a few sentences each, in the layouts in which the sets are published."""

import csv
import json
from pathlib import Path

# Own sentences: what stands in the published sets stays there.
TEXTS = {
    "ced": ["转发之前先看看日期，这都三年前的事了", "求真相"],
    "ced_post": ["【紧急扩散】听说城东水厂的水三天内不能喝，大家快存水"],
    "checked": ["官方都辟谣两回了，还有人在传", "233", "口罩戴好，少出门"],
    "checked_post": ["网传喝姜汤可以预防，医生说没有依据"],
    "covid_post": ["#居家第十天# 今天学会了做馒头", "#小区日记# 楼下的猫又来要吃的了"],
    "zhihu": ["如何看待某平台下架一批标题党账号？ 昨晚平台发了公告，说要治理夸张标题", "征信上有一次逾期会怎样？"],
    "zhihu_title": ["为什么现在的公众号都爱用感叹号？"],
    "weibo_hot": ["多地推出以旧换新补贴"],
    "cold": ["隔壁省的司机开车都这样吗"],
    "swsr_comment": ["这工作写着限男生，也没人管管"],
    "swsr_post": ["今天面试又被问什么时候结婚"],
    "smp": ["终于放假了，明天回家吃妈妈做的饭", "地铁又停了，烦死了"],
}


def write_json(path: Path, value) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")


def write_csv(path: Path, rows, encoding="utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle).writerows(rows)


def repost(text):
    return {"uid": "1", "text": text, "date": "2014-07-24 14:37:38", "mid": "2", "parent": "", "kids": []}


def write_copies(folder: Path, texts=TEXTS) -> Path:
    """Write a copy of every set below a folder, each under the names that its repository gives."""
    ced = folder / "Chinese_Rumor_Dataset" / "CED_Dataset"
    first, *others = texts["ced"]
    # Somebody who only passes a post on adds no words; others quote whom they pass on.
    write_json(ced / "rumor-repost" / "1_a.json", [repost(""), repost(f"{first} //@路人甲:是真的吗//@路人乙:不知道")])
    write_json(ced / "non-rumor-repost" / "2_b.json", [repost(f" {text}//\u3000@路人甲:看看") for text in others])
    for number, text in enumerate(texts["ced_post"]):
        write_json(ced / "original-microblog" / f"{number}_c.json", {"text": text, "time": 1, "user": {"id": 1}})

    checked = folder / "CHECKED" / "dataset"
    first, *others = ({"text": int(text) if text.isdecimal() else text} for text in texts["checked"])
    post = {"label": "fake", "text": texts["checked_post"][0], "comments": [first], "reposts": others}
    write_json(checked / "fake_news" / "0a.json", post)
    write_json(checked / "real_news" / "0b.json", {"label": "real", "text": 1, "comments": [], "reposts": []})

    first, *others = texts["covid_post"]
    rows = [("userid", "text"), ("u1", f"{first} ?"), *(("u2", text) for text in others)]
    covid = folder / "COVID-19-sentiment-analysis-dataset-Weibo" / "COVID-19 Unlabeled Weibo Data"
    write_csv(covid / "2.1.csv", rows, "gb18030")

    questions = []
    for text in texts["zhihu"]:
        title, _, excerpt = text.partition(" ")
        questions.append({"id": "0", "target": {"title": f"{title} ", "excerpt": excerpt}})
    write_json(folder / "zhihu-hot-hub" / "raw" / "hot-question-2021-01-08.json", {"data": questions, "paging": {}})
    for name, repository in (
        ("zhihu_title", "zhihu-trending-hot-questions"),
        ("weibo_hot", "weibo-trending-hot-search"),
    ):
        titles = [{"url": "/", "title": text} for text in texts[name]]
        write_json(folder / repository / "raw" / "2020-11-24.json", titles)

    cold = [("", "split", "topic", "label", "TEXT"), *((1, "train", "region", 0, text) for text in texts["cold"])]
    write_csv(folder / "COLDataset" / "COLDataset" / "train.csv", cold, "utf-8-sig")
    swsr = folder / "SWSR"
    write_csv(swsr / "SexComment.csv", [("weibo_id", "comment_text"), *(("a", text) for text in texts["swsr_comment"])])
    write_csv(swsr / "SexWeibo.csv", [("weibo_id", "weibo_text"), *(("a", text) for text in texts["swsr_post"])])
    first, *others = texts["smp"]
    smp = folder / "smp2020-ewect"
    write_json(smp / "train" / "usual_train.txt", [{"id": 1, "content": first, "label": "happy"}])
    write_csv(smp / "val.csv", [("text", "label"), *((text, 0) for text in others)])
    write_json(smp / "label_mapping.json", {"angry": 0})
    return folder
