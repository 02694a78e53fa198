"""The twins of characters in the two scripts, for the few words that the app writes and the names of its emoticons.

What people write is converted by phrase (:mod:`weibo_nlp.text.script`), with dictionaries of a few megabytes. The words
of the app are known and few: of each of their characters, its traditional forms in Taiwan and Hong Kong stand here.
"""

from __future__ import annotations

import re

_TWINS = (
    "丝絲 为為爲 举舉 么麼 乐樂 习習 书書 云雲 亲親 众眾衆 伤傷 侦偵 儿兒 关關 兴興 兽獸 击擊 动動 劲勁 单單 双雙 "
    "发發 叶葉 号號 叹嘆 吃喫 吓嚇 响響 嘘噓 围圍 国國 图圖 圆圓 圣聖 坏壞 墙牆 声聲 复復覆 头頭 奋奮 奖獎 奥奧 "
    "学學 实實 尘塵 尴尷 带帶 干乾 并並 开開 张張 弹彈 强強 怜憐 惊驚 惫憊 愤憤 愿願 懒懶 托託 抠摳 挤擠 挥揮 摊攤 "
    "斗鬥 无無 晕暈 机機 杠槓 来來 杯盃 枫楓 树樹 梦夢 樱櫻 欢歡 气氣 汉漢 污汙 汤湯 泪淚 涨漲 涩澀 溃潰 满滿 灯燈 "
    "灵靈 点點 烛燭 烟煙 爱愛 猪豬 猫貓 献獻 电電 痴癡 皱皺 着著 礼禮 祷禱 简簡 篮籃 粽糉 紧緊 红紅 线線 组組 织織 "
    "给給 绝絕 绪緒 绿綠 网網 群羣 胜勝 脱脫 脸臉 药藥 莱萊 蓝藍 蜡蠟 见見 观觀 视視 觉覺 让讓 讶訝 许許 论論 评評 "
    "话話 诞誕 语語 调調 谢謝 费費 赞贊 车車 转轉 过過 针針 钟鍾 钱錢 钻鑽 铜銅 银銀 链鍊鏈 锦錦 镜鏡 闪閃 闭閉 "
    "问問 闲閒 阳陽 阴陰 险險 难難 静靜 页頁 顶頂 频頻 颜顏 风風 飙飆 飞飛 饥飢 饶饒 饺餃 饼餅 饿餓 馋饞 马馬 驼駝 "
    "骂罵 髅髏 鲜鮮 鲤鯉 鸭鴨 黄黃 龙龍"
)
_TRADITIONAL = {twins[0]: twins[1:] for twins in _TWINS.split()}
_SIMPLIFIED = {ord(twin): twins[0] for twins in _TWINS.split() for twin in twins[1:]}
_HAN = re.compile("[\u3400-\u9fff]")


def of_both_scripts(pattern: str) -> str:
    """Return a pattern of simplified words that matches their traditional forms as well.

    Parameters
    ----------
    pattern : str
        For :mod:`re`, with no Chinese character inside of a class.

    Examples
    --------
    >>> of_both_scripts("回复@")
    '回[复復覆]@'
    """
    return _HAN.sub(lambda match: _class(match.group()), pattern)


def in_simplified(word: str) -> str:
    """Return a word of the app or the name of an emoticon in simplified script; other words may stay as they are."""
    return word.translate(_SIMPLIFIED)


def _class(character: str) -> str:
    return f"[{character}{_TRADITIONAL[character]}]" if character in _TRADITIONAL else character
