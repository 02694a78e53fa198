"""How much a text looks like Chinese prose: by that, bytes that several encodings can read are told apart."""

from __future__ import annotations

import unicodedata
from collections import Counter

# The 400 characters most frequent in the corpus of this package, four fifths of all it has, and how these are written
# in traditional script.
COMMON = frozenset(
    "一七万三上下不业东两个中为主么之九也书买了事二于五些交产人什今从他以们件价份众会位住作你便保信修倒候借假做停儿先全八公六关内再写冰准几出分别到制刷前办加动包区十千午半"
    "单卖博卡去又友反发口句只叫可台号司吃合同名后吗吧听告员呢周和哈哪啊啥喊四回因国图在地场坐块声处复外多夜够大天太失头女奶她好妈姐子字学孩它安完定实客家对封小少就工差己已师"
    "带干平年广应底店开张当录往征很得微心快怎怕总您情想意感成我户房所手才打扣找把报拉拍拿挂按挺换排接推提收改放教敢数整文料新方日早时明昨是晚更最月有服期本机条来板果查标样楼"
    "欠次款歉正死每比气水求没法注泪清火点热然照爱爸片牌物现班理生用电留白百的直看真眼着睡知票种租空站笑第等答算管篇红经结给编网罚群翻老考者能脸自花行表被裙西要见规视觉解认让"
    "记讲论证评诉话该说请读课谁谢账货费赞走起越跑跟路身车转轻边过还这进连退送通道那部都里重量金钟钱铁错长门问间队限院面页频题饭马骂高黑"
    "來個們價兒內兩別動區員問喫單嗎國圖報場塊夠媽學實寫對師帶幹幾廣張後從復徵愛應戶掛換數於時書會東條業樓標樣機氣沒淚準熱爲現產當發種紅結給經網編總罰罵羣聲聽臉臺萬處號衆"
    "裏見規視覺記訴評話該認說誰課請論講謝證讀讓貨買費賣賬贊車輕轉辦這連進過還邊錄錢錯鍾鐵長門開間關隊電頁頭頻題飯馬麼點"
)
_MARKS = frozenset("，。！？、；：“”‘’《》（）【】…—～·「」『』￥＃＠＝＋－")
_RARE, _MARK, _FOREIGN = 0.2, 0.7, -1.0
_CONTROLS = frozenset(map(chr, [*range(9), 11, 12, *range(14, 32), 127]))


def plausibility(text: str) -> float:
    """Mean weight of a text's characters outside of ASCII: about 0.8 for Chinese prose, below 0.35 for misread bytes.

    Common characters weigh 1, rarer ones little; what Chinese prose has none of (controls, private use, letters of
    other scripts one beside the other) weighs -1. A text of ASCII alone is 0, and so is one of no characters.
    """
    counts = Counter(text)
    weights, n = 0.0, 0
    for character, count in counts.items():
        if character < "\x80" and character not in _CONTROLS:
            continue
        weights += count * _weight(character)
        n += count
    return weights / n if n else 0.0


def n_hanzi(text: str) -> int:
    """Number of Chinese characters."""
    return sum("\u3400" <= character <= "\u9fff" for character in text)


def _weight(character: str) -> float:
    if character in COMMON:
        return 1.0
    if "\u4e00" <= character <= "\u9fff":
        return _RARE
    if character in _MARKS:
        return _MARK
    # Emoji and the like are plausible and prove nothing; letters of other scripts are what misread bytes come to.
    return 0.0 if unicodedata.category(character) in ("So", "Sk", "Zs", "Mn", "Cf", "Po", "Ps", "Pe") else _FOREIGN
