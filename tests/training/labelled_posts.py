"""Small sets of labelled posts of our own words, whose labels a word gives away or nothing does."""

from weibo_nlp.models import LinearClassifier

WORDS = {"food": "面条", "weather": "下雨", "work": "加班"}
AROUND = [
    "今天的{}真让人想不到", "{}，隔壁老王说的", "又是{}的一天啊", "早上碰到{}了", "说到{}我就想笑", "{}还能这样",
    "朋友圈全是{}", "谁懂{}的感觉", "从{}开始的周末", "{}这件事过不去了", "梦见了{}", "关于{}，我不多说",
    "一路上都在想{}", "被{}包围", "没有{}的日子", "{}加一", "晚上十点的{}", "楼下的{}", "妈妈问起{}", "我和{}有个约",
]  # fmt: skip


def posts(*labels, n=20):
    """The texts and labels of n posts of each label."""
    rows = [(around.format(WORDS[label]), label) for around in AROUND[:n] for label in labels]
    return [text for text, _ in rows], [label for _, label in rows]


def quick():
    """A classifier that tries one C only."""
    return LinearClassifier(C=1.0, min_df=1)
