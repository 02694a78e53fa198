"""Where 著 is "wrote", which keeps its form in simplified script: ``魯迅著的小說``, ``作者：余華 著``.

The particle (看著) and the verb zháo (著急) are 着. "Wrote" is read only in clear context: a name before it (a surname
with one or two characters that end no verb, a pen name, a foreign name with its dot or its country) at the border of a
clause or behind a word that leads names in, and behind it the end of the clause, a title, or 的 with something written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Last characters of verbs that the particle follows.
_VERBS = frozenset(
    "看想说說等跟站坐走笑哭穿拿抱带帶睡活听聽写寫读讀开開住放挂掛摆擺忙忍撑撐躺藏盯守陪留望背扶跑顺順沿随隨接靠指照"
    "朝当當对對向凭憑饿餓醒亮空闲閒爱愛累疼醉吊捧提端举舉夹夾含咬叫喊唱跳飞飛游爬追赶趕催逼求问問答念记記候存养養拖拉"
    "推压壓绑綁缠纏绕繞围圍盖蓋铺鋪晒烧燒煮烤蒸冒流飘飄转轉晃摇搖抖闭閉睁睜瞪瞧牵牽搂摟搭骑騎乘驾駕持续續连連伴味藉"
    "借翻演哼隔忽有论論议議谈談"
    "握攥捏捂揣叼扛挑驮馱载載装裝盛插贴貼钉釘印刻画畫涂塗染绣繡包裹系繫戴披踩踏蹬跪蹲趴卧臥倚歪斜弯彎低仰抬昂瞄盼"
    "怀懷享过過死悬懸往兴興涨漲鸣鳴便列设設绝絕忌虑慮旋默思浸溺迷重积積闷悶沦淪吟诺諾愿願展捨傲耸聳歌由贺賀闪閃烁爍"
    "缩縮伸垂托拽扯抓按摸揉搓擦洗扫掃吃喝嚼吸吹打敲砸挖种種栽浇澆喂餵玩耍逛奔冲衝逃躲避挡擋拦攔护護救帮幫助教学學练練"
    "用做干幹办辦管理忘恨怨怪骂罵吵闹鬧争爭抢搶夺奪算数數猜信怕愁急哀叹嘆聊讲講述诉訴告报報传傳送寄收买買卖賣租欠靜静"
    "立停留滚滾动動摊攤排堆叠疊散落沉沈浮漂燃点點照映射晾悠盘盤卷捲裂碎破刮淋泡滴淌漏胀脹肿腫痛痒癢抗撞勒缚縛锁鎖堵"
    "滑踞轰轟熟啼枯来來沸腾騰响響涌湧淡沾黏粘缠泛搁擱围涂充满滿变變换換行长長成灿燦亡奏弹彈鼓敞朝冻凍颤顫呼唤喚吆喘嚷嚎泣咳咒祝祈祷禱渴缺欺侮"
    "下出去见見执執必注视視觀观瞥瞟瞅眺嗅嚥咽啃噬吐喷噴射洒灑泼潑灌撒播扔丢丟抛拋掷擲投甩踢踹蹦摔倒评評究仿临臨欢歡恋戀"
    "叨诵誦抄译編编改造筑築拆搬运運赠贈选選挤擠围圍束绷繃拧擰扭旋抠摳拨撥弄收拾整炒煎炖燉泛闹嘀咕嚎吼嘶哄骗騙瞒瞞护"
    "查探访訪寻尋找搜巡逻邏督监監控制约約限伺候服侍待招请請迎送陷困苦熬撐逗惹恼惱恨嫌厌厭妒羨羡慕仰惜宠寵关關"
    "磨蹭耽误誤顶頂压頓顿停歇息憩蕩荡晾嵌镶鑲雕塑捏缝縫补補埋黄黃热熱冷凉涼湿濕旱遮掩复復病急慢条條塞荒叫"
)
_SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林罗羅高郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘蔡蒋"
    "蔣余于杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范石廖贾賈夏韦韋傅方白邹鄒孟熊秦邱江尹薛闫段雷侯龙龍史陶"
    "黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃戴莫孔向汤湯鲁魯茅巴老冰金琼瓊迟遲贝貝毕畢席简簡萧蕭欧歐柳季费費梅路铁鐵池阿格"
    "关關柯颜顏骆駱祝辛聂聶祁尤岳齐齊舒庄莊康凌洪阮温溫裴佟宁寧詹赖賴卓乔喬武鹿嵇柏殷穆翁卞缪繆艾匡霍左樊翟倪葛俞章苗"
    "耿鲍鮑申屠窦竇庞龐双雙宗查麦麥"
)
_HAN = "\u3400-\u9fff"
_NAME = re.compile(
    f"(?:[{_SURNAMES}][{_HAN}]{{1,2}}|(?:司马|司馬|欧阳|歐陽|诸葛|諸葛|上官|慕容|皇甫|令狐|端木|东方|東方)[{_HAN}]{{1,2}}"
    "|三毛|亦舒|古龙|古龍|矛盾|屈原|荀子|佚名"
    # A foreign name: with its dot, or behind its country in brackets.
    f"|[{_HAN}]{{1,6}}[·•‧・][{_HAN}·•‧・]{{1,12}}|(?<=[）)〕\\]］】])[{_HAN}]{{2,8}})[ \u3000]{{0,2}}"
    # Who stand before the name, of all those who wrote.
    "\\Z"
)
_LONGEST_NAME = 22
_NAMES_LIKE_VERBS = re.compile("(?:诸葛亮|諸葛亮|阿来|阿來)[ \u3000]{0,2}\\Z")
# What stands before a name: the border of a clause, or a word that leads it in.
_LEADS = re.compile(r"(?:\A|\W|_|作者|译者|譯者|[是由为為乃系与與和及跟或读讀过過本荐薦了看买買])\Z")
_WORKS = (
    "书|書|小说|小說|散文|诗|詩|词|詞|文|论|論|专著|專著|作品|传|傳|自传|回忆录|回憶錄|教材|教科书|词典|詞典|字典|剧本|劇本|童话|童話|"
    "长篇|長篇|中篇|短篇|杂文|雜文|随笔|隨筆|名著|经典|經典|历史|歷史|史|集|译本|譯本|版本|那本|这本|這本|那部|这部|這部|一本|一部|"
    "两本|兩本|三部|《|『|「"
)
_AFTER_A_NAME = re.compile(
    rf"(?=(?:\Z|[\s，。；、！？：;,.!?）》《「』」)\]】／/|]|的(?:\Z|\W|[{_HAN}]{{0,3}}(?:{_WORKS}))|[于於](?:[0-9一二三〇十民光宣同]|\Z)))"
)
_AFTER_A_PRONOUN = re.compile(rf"(?=的(?:\Z|\W|{_WORKS}))")
_PRONOUNS = frozenset("他她我你们們谁誰")


def written_places(text: str) -> Iterator[int]:
    """Yield the places of 著 that mean "wrote", in a text of either script."""
    place = text.find("著")
    while place >= 0:
        if _is_written(text, place):
            yield place
        place = text.find("著", place + 1)


def _is_written(text: str, place: int) -> bool:
    before = text[max(0, place - _LONGEST_NAME) : place]
    last = before.rstrip(" \u3000")[-1:]
    if not last or (last in _VERBS and not _NAMES_LIKE_VERBS.search(before)):
        return False
    if last in _PRONOUNS:
        return _AFTER_A_PRONOUN.match(text, place + 1) is not None
    if _AFTER_A_NAME.match(text, place + 1) is None:
        return False
    starts = range(len(before) - 2, -1, -1)
    return any(_NAME.match(before, start) and _LEADS.search(before[:start]) for start in starts)
