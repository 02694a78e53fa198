"""著: "wrote" keeps its form in simplified script, the particle and the verb zháo become 着; own sentences of both.

Of sentences the rule had not seen, 35 of 40 of "wrote" and 58 of 65 of the particle came out right, most of the latter
opening with a character that is also a surname; the words missed then are in its lists now.
"""

import pytest

from weibo_nlp.text import simplified
from weibo_nlp.text.written import written_places

WROTE = [
    "魯迅著的小說很好看", "我在讀魯迅著的小說", "這是魯迅著，", "作者：余華 著", "作者：余華著",
    "這本書是錢鍾書著的", "張愛玲著，皇冠出版社", "《圍城》，錢鍾書著", "《紅樓夢》曹雪芹著",
    "陳寅恪著《柳如是別傳》", "由朱自清著的散文", "沈從文著的作品集", "讀過老舍著的小說", "巴金著的長篇",
    "梁實秋著，時報出版", "金庸著的武俠小說", "金庸著。遠流", "白先勇著《臺北人》", "三毛著，皇冠",
    "司馬遷著的史書", "諸葛亮著的文章", "（美）海明威著，吳勞譯", "［日］村上春樹著，賴明珠譯",
    "加西亞·馬爾克斯著，范曄譯", "列夫·托爾斯泰著的小說", "蕭紅著的小說和散文", "丁玲著、人民文學出版社",
    "林語堂著／張振玉譯", "余光中著於1972年", "胡適著的論文", "這是她著的", "這是他著的小說",
    "張大春著，新書上市", "席慕蓉 著 圓神出版", "書名：邊城 作者：沈從文　著", "推薦莫言著的《豐乳肥臀》",
    "龍應台著的書", "劉慈欣著的《三體》", "吳承恩著《西遊記》", "（法）雨果著", "王國維著《人間詞話》",
    "孔子著的書", "黃仁宇著的歷史書", "蔣勳著的書", "阿城著，棋王", "葉聖陶著的童話", "冰心著，人民文學",
    "《駱駝祥子》老舍著", "馮友蘭著《中國哲學史》", "許地山著的散文", "聽說這是曹禺著的劇本",
    "（英）狄更斯著，宋兆霖譯", "馬克·吐溫著的書", "李敖 著", "作者：陳忠實著", "茅盾著於1933年",
    "賈平凹著的長篇", "遲子建著，", "與王安憶著的小說比較", "鄭振鐸著。商務印書館", "楊絳著的散文",
    "錢鍾書著，三聯書店", "作者 汪曾祺著", "這套書是葉嘉瑩著的", "《寒夜》，巴金著", "黃春明著《看海的日子》",
    "鄭愁予著的詩集", "（俄）契訶夫著", "安徒生·漢斯著的童話", "馮驥才著。", "季羨林著，東方出版",
    "王小波著於1994年", "李澤厚著的論文", "朱天文著的小說", "呂思勉著的歷史書", "張岱著《陶庵夢憶》",
    "作者：梁羽生著", "這本小說是嚴沁著的", "洪昇著《長生殿》", "孔尚任著，人民文學", "讀了韓少功著的長篇",
    "葉兆言著，譯林出版社", "《秦腔》賈平凹著", "袁枚著的詩集", "（美）福克納著，李文俊譯", "鐵凝著的小說",
    "劉震雲著的《一句頂一萬句》", "楊牧著的散文", "鄭淵潔著的童話", "這是阿城著的", "池莉著。",
    "陳丹青著《退步集》", "張曉風 著", "朱光潛著，", "由宗白華著的美學論文", "郭敬明著的小說",
    "看了麥家著的小說", "湯顯祖著的劇本", "徐志摩著的詩", "程乃珊著，上海", "唐魯孫著的書", "蔡元培著的論文",
    "金宇澄著《繁花》", "（俄）托爾斯泰著", "書名：呼蘭河傳／作者：蕭紅著", "韓邦慶著的小說",
    "馮夢龍著《喻世明言》", "蘇軾著的詞", "賀知章著的詩", "孟浩然著的詩集", "查良鏞著，",
    "李時珍著《本草綱目》", "白居易著的詩",
]  # fmt: skip
PARTICLE = [
    "看著他睡著了", "魯迅看著窗外，沉默著。", "他沿著河走", "余華笑著說", "張開著的書", "他手裡握著的書",
    "拿著的小說", "高懸著，", "沈默著，沒有說話", "沈睡著，像個孩子", "沈思著。", "陳列著，很多古物",
    "陳列著的書", "高舉著的旗", "向往著，", "許願著，", "顧慮著，", "周旋著，", "方便著", "牆上貼著的詩",
    "手上捧著的書", "看著的書", "讀著的詩", "他正唱著的歌", "活著，就好", "等著，我來", "他著急了", "我著涼了",
    "杜絕著，", "何其美好地活著", "王小明睡著，", "李四等著，", "陳先生坐著，沒動", "林黛玉哭著，",
    "這是看著的", "心裡惦記著，", "門開著，", "愛著的書", "背著的書包", "燈亮著。", "夜裡醒著，",
    "她穿著的是裙子", "一路跟著，", "白天忙著，", "手牽著手", "急著走", "意味著失敗", "金黃的稻田閃爍著，",
    "老師講著的課文", "念著的詩", "高興著呢", "夾著《論語》", "馬上就抓著，", "白雲飄著，", "石頭滾著，",
    "林立著，", "江水流著，", "張望著，", "張羅著婚事", "徐徐走著，", "周圍的人議論著，", "高唱著，",
    "何苦爭著，", "石頭縫裡長著的草", "黃昏裡散著步", "方才念叨著，", "於是跑著，", "任憑他哭著，",
    "白茫茫飄著雪", "江面上浮著的船", "連著的書", "寫著的小說", "馬路上停著的車", "程序跑著的時候",
    "史書上記著的故事", "顧盼著，", "許多人圍著，", "王府井開著的書店", "陶醉著，", "郝然亮著，",
    "宋詞裡唱著的歌", "她摟著的孩子", "老師拿著的書", "余光掃著，", "黃葉鋪著，", "高高掛著的詩詞",
    "畢竟還愛著，", "季節變換著，", "貝殼閃著，", "本來想著，", "是他等著的信", "由著他", "為著生活",
    "過著的日子", "向前滑著，", "馬車拉著的貨", "龍盤踞著，", "雷轟著，", "毛巾搭著，", "余生伴著，",
    "韓國流行著的書", "謝幕時鼓著掌", "金光閃耀著，", "路燈昏黃地照著，", "鐵門鎖著，", "梅花開著，",
    "李子熟著，", "高聲讀著的詩", "方興未艾著，", "杜鵑啼著，", "葉子枯著，", "邱比特飛著，", "蘇醒著，",
    "陸續來著，", "費著勁", "程式執行著，", "萬物生長著，", "溫柔地說著的話", "林間迴響著，", "高速運轉著，",
    "范圍擴大著，", "湯沸著，", "吳語軟軟著，", "時光荏苒著", "張揚著自己的個性", "于是看著，",
    "石階上坐著的老人", "許久凝望著，", "林子裡藏著的書", "馬上哼著的曲子", "周末躺著，", "湯裡漂著，",
    "汪汪叫著，", "金星亮著，", "方向盤握著，", "高山聳立著，", "程門守著，", "雷聲轟鳴著，", "何時等著的消息",
    "任由雨下著，", "江風吹著，", "毛線織著的時候", "萬家燈火亮著，", "連連笑著，", "街燈昏沉地亮著，",
    "媽媽燉著的湯", "他推敲著《詩經》", "她描著《蘭亭》", "一邊走一邊哼著，", "小狗趴著的墊子", "孩子們鬧著，",
    "高鐵行駛著，", "王家養著的雞", "張三拉著的車", "李四舉著的牌子，", "水面倒映著，", "方桌上鋪著的布",
    "于家守著的祕密", "金光灑著，", "黃土埋著，", "石獅蹲著，", "馬匹嘶叫著，", "江南下著的雨", "孫子牽著，",
    "何處等著，", "孩子背著《論語》", "一家人圍著，", "他演奏著《命運》", "大家傳閱著的書", "我珍藏著的書",
    "書包裡塞著《史記》", "溫泉泡著，", "雷聲響著，", "史家記著的書", "夏蟬叫著，", "秋葉掛著，", "葉子黃著，",
    "湯熱著，", "萬人盯著的獎", "他仍單著，", "周遭靜著，", "白紙黑字寫著的書", "錢存著，", "余溫留著，",
    "水燒著，", "梁上掛著的燈籠", "古老的鐘敲著，", "康復著，", "寧靜著，", "武裝著，", "顏色變著，",
    "樂隊演著《黃河》", "阿婆曬著，", "樊籠困著，", "路邊賣著的詩集", "她暗戀著，", "這是他愛著的書",
    "于是乎忍著，", "成片成片地荒著，", "林蔭遮著，", "向陽長著，", "方言說著，", "季風吹著，", "莊稼旱著，",
    "鹿群跑著，", "苗條著，", "安靜地病著，", "老板急著，", "席地坐著，", "他看著書笑", "我帶著孩子出門",
    "她背對著我", "桌上擺著的書", "孩子抱著《西遊記》不放", "手裡捧著《圍城》", "她在讀著《紅樓夢》",
    "他們說著笑著，走遠了", "陪著你", "黃昏的光照著，很美", "林子裡躲著的鳥", "江邊站著的人",
    "王老師教著的學生", "馬上等著，", "周末在家躺著的書生", "高興得跳著，", "田裡種著的菜", "方圓幾里都靜著，",
    "附著在牆上，附著的泥", "穿著，", "張大嘴巴愣著，", "李家門口蹲著的小孩", "石頭上刻著的詩", "紙上寫著的詩",
    "老師寫著的文章", "電視開著，沒人看", "冰雪覆蓋著，", "夏天熱著的時候", "雷打著的時候", "黎明前守著的士兵",
    "梅雨下著，", "他的背包裝著的書", "陳列架上放著的雜誌", "白天睡著，晚上醒著", "錢包裡夾著的照片",
    "任何人都等著，", "沈重地壓著，", "余光瞥著的", "汪洋中漂著的船", "史冊裡記載著的歷史", "唐朝流傳著的詩",
    "朱門關著，", "高樓立著，", "于是等著", "老人坐著，老狗趴著", "金魚游著，", "阿姨忙著，", "阿媽哭著，",
    "三毛流浪著，", "老舍望著，沒有回答", "巴金看著的書", "書架上歪著《三體》", "牆上掛著《蒙娜麗莎》",
    "唱著《月亮代表我的心》", "他演著《茶館》", "我哼著《晚安曲》", "聽著《晴天》", "放著《晴天》",
    "嘴裡念叨著《心經》", "研究著《易經》", "模仿著《蘭亭序》", "翻譯著《聖經》", "彈奏著《月光》",
    "播著《新聞聯播》", "追著《甄嬛傳》", "藏著《金瓶梅》", "評著《水滸》", "啃著《資本論》",
    "臨著《蘭亭集序》", "攤開著《詩經》", "迷著《三國》", "盜版著《三體》", "喜歡著《三體》", "惦念著《三體》",
]  # fmt: skip


def forms(text):
    """What 著 becomes, in a text that is traditional beyond doubt."""
    clean = simplified("這裡說：\n" + text)[5:]
    return {clean[place] for place, character in enumerate(text) if character == "著"}


@pytest.mark.parametrize("text", WROTE)
def test_who_wrote_something_keeps_the_form(text):
    assert forms(text) == {"著"}


@pytest.mark.parametrize("text", PARTICLE)
def test_the_particle_is_written_simply(text):
    assert forms(text) == {"着"}


def test_both_in_one_sentence():
    assert simplified("余華著的《活著》") == "余华著的《活着》"


def test_a_megabyte_of_names_is_decided_name_by_name():
    text = "魯迅著，" * 20_000
    assert simplified(text) == "鲁迅著，" * 20_000


def wrote(text):
    """Whether the first 著 of a text, of either script, means "wrote"."""
    return text.index("著") in written_places(text)


@pytest.mark.parametrize("text", WROTE)
def test_who_wrote_something_is_read_in_either_script(text):
    assert wrote(text)
    assert wrote(simplified("這裡說：" + text)[4:])


@pytest.mark.parametrize(
    "surname",
    ["司马", "司馬", "欧阳", "歐陽", "诸葛", "諸葛", "上官", "慕容", "皇甫", "令狐", "端木", "东方", "東方"],
)
def test_a_surname_has_one_character_or_two_behind_it(surname):
    assert wrote(f"，{surname}慧著，")
    assert wrote(f"，{surname}慧敏著，")
    assert not wrote(f"，{surname}慧敏敏敏著，")
    assert not wrote(f"他{surname}慧敏著，")


@pytest.mark.parametrize(
    "name",
    ["三毛", "阿来", "阿來", "李敖", "亦舒", "古龙", "古龍", "矛盾", "朱自清", "胡适", "胡適", "屈原", "孔子", "孟子",
     "老子", "庄子", "莊子", "荀子", "佚名", "诸葛亮", "諸葛亮"],
)  # fmt: skip
def test_pen_names_and_old_masters_are_names(name):
    assert wrote(f"{name}著，")
    assert wrote(f"{name}\u3000 著，")
    assert not wrote(f"{name}\u3000 \u3000著，")


@pytest.mark.parametrize("dot", "·•‧・")
def test_a_foreign_name_has_a_dot(dot):
    assert wrote(f"安{dot}兰德著，")
    assert wrote(f"安{dot}兰著，")
    assert not wrote(f"，{dot}兰德著，")
    assert wrote(f"，{'安' * 6}{dot}{'兰' * 12}  著，")
    assert wrote(f"，约{dot}罗{dot}托金著，")
    assert not wrote(f"，{'安' * 7}{dot}兰著，")
    assert not wrote(f"，安{dot}{'兰' * 13}著，")
    assert not wrote("，安-兰德著，")


@pytest.mark.parametrize("bracket", "）)〕]］】")
def test_a_foreign_name_has_its_country_in_brackets(bracket):
    assert wrote(f"美{bracket}甲乙著，")
    assert wrote(f"美{bracket}{'甲' * 8}著，")
    assert not wrote(f"美{bracket}甲 著，")
    assert not wrote(f"美{bracket}{'甲' * 9}著，")


@pytest.mark.parametrize(
    "lead",
    ["", "，", " ", "\n", "_", "《边城》", "作者", "译者", "譯者",
     *"是由為为乃系与與和及跟或读讀過过本荐薦了看买買"],
)  # fmt: skip
def test_what_leads_a_name_in(lead):
    assert wrote(f"{lead}余华著的小说")


@pytest.mark.parametrize("before", ["他", "作", "者", "书", "X", "9", "的", "写"])
def test_other_words_before_a_name_make_it_part_of_something_else(before):
    assert not wrote(f"{before}余华著的小说")


WORKS = """
    书 書 小说 小說 散文 诗 詩 词 詞 文 论 論 专著 專著 作品 传 傳 自传 回忆录 回憶錄 教材 教科书 词典 詞典
    字典 剧本 劇本 童话 童話 长篇 長篇 中篇 短篇 杂文 雜文 随笔 隨筆 名著 经典 經典 历史 歷史 史 集 译本 譯本
    版本 那本 这本 這本 那部 这部 這部 一本 一部 两本 兩本 三部 《 『 「
"""


@pytest.mark.parametrize("work", WORKS.split())
def test_what_somebody_wrote(work):
    assert wrote(f"余华著的{work}"), "by name"
    assert wrote(f"余华著的厚厚厚{work}"), "three characters on"
    assert not wrote(f"余华著的厚厚厚厚{work}"), "four characters on"
    assert wrote(f"他著的{work}"), "by pronoun"
    assert wrote(f"余华著{work}") == (work in "《「"), "without 的"


@pytest.mark.parametrize("work", ["外套", "小", "说", "鞋", "一双", "三"])
def test_what_nobody_writes(work):
    assert not wrote(f"余华著的{work}")
    assert not wrote(f"他著的{work}")


@pytest.mark.parametrize("pronoun", "他她我你们們谁誰")
def test_a_pronoun_wrote_only_what_follows_at_once(pronoun):
    assert wrote(f"{pronoun}著的")
    assert wrote(f"{pronoun}著的，")
    assert wrote(f"{pronoun}著的书")
    assert not wrote(f"{pronoun}著的厚书")
    assert not wrote(f"{pronoun}著")
    assert not wrote(f"{pronoun}著，")


@pytest.mark.parametrize(
    "border", [*"，。；、！？：;,.!?）》《「』」)]】／/|", " ", "\n", "\u3000", "", "的", "的，", "的 "]
)
def test_a_clause_ends_behind_what_a_name_wrote(border):
    assert wrote(f"余华著{border}")


@pytest.mark.parametrize("border", [*"的于於", "“", "（", "-", "_", "X", "书", "了"])
def test_a_clause_that_goes_on_is_none_of_a_name(border):
    assert not wrote(f"余华著{border}外")


@pytest.mark.parametrize("year", [*"09一二三〇十民光宣同", ""])
def test_the_year_in_which_a_name_wrote(year):
    assert wrote(f"余华著于{year}")
    assert wrote(f"余华著於{year}")


@pytest.mark.parametrize("year", "四零八去")
def test_other_words_are_no_year(year):
    assert not wrote(f"余华著于{year}")


def test_a_name_that_ends_like_a_verb_is_none():
    assert not wrote("王看著，")
    assert not wrote("王小叫著，")
    assert not wrote("张亮著，")
    assert not wrote("著，")
    assert not wrote(" 著，")
    assert not wrote("，王 著，")
    assert not wrote("，令狐 著，")
    assert list(written_places("余华著，看著，巴金著")) == [2, 9]
    assert list(written_places("王著著，")) == [2]  # a calligrapher of the Song


def test_a_letter_at_the_end_of_a_name_is_no_verb():
    assert wrote("（美）甲乙著，")
    assert not wrote("（美）甲X著，")
