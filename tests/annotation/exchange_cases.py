"""Items and questions that the tests of exchange formats share: a few short invented posts."""

from hypothesis import strategies as st

from weibo_nlp.annotation.exchange.base import Item, Passage, Question

TOPIC = Question(
    "topic",
    "topic",
    "主要说什么？",
    ("credit", "self_media", "other"),
    {"credit": "信用记录与惩戒", "other": "其他"},
)
STANCE = Question("stance_1", "stance", "对目标是什么态度？", ("against", "none", "favor"), target="扫码借书，先实名")
IRONY = Question("irony", "irony", "Is it ironic?", ("false", "true"))
QUESTIONS = (TOPIC, STANCE, IRONY)
ITEMS = (
    Item("S001", "图书馆要查信用分，笑死🇨🇳😀"),
    Item("S002", "=SUM(A1:A9) 也算信用？", title="一个标题"),
    Item("S003", "好的，支持\n第二行", above=(Passage("都来说说", "甲"), Passage("", None))),
)
BY_NUMBER = {item.number: item for item in ITEMS}

TEXT = st.text(st.characters(codec=None, exclude_categories=[]), max_size=30) | st.sampled_from(
    ["", "=1+1", "@SUM(1)", "\x00\x01", "a\r\nb\rc", "_x0041_", "‮abc", "🇨🇳😀", "\ud83d", "'=1", "\ufffe", " x ", "﻿"]
)
ROWS = st.lists(st.tuples(TEXT, TEXT, st.sampled_from(TOPIC.labels)), min_size=1, max_size=5)
"""Texts, what stands above each, and the label that an annotator chooses."""


def items_of(rows):
    """Items of such rows, with the text above as title, author and passage, every other one without."""
    return [
        Item(f"S{n}", text) if n % 2 else Item(f"S{n}", text, title=above or None, above=(Passage(above, above),))
        for n, (text, above, _) in enumerate(rows)
    ]
