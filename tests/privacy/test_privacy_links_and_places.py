import pytest

from weibo_nlp.privacy.fields import person_prefix, role_of
from weibo_nlp.privacy.links import bare_link
from weibo_nlp.privacy.regions import province


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://weibo.com/1000000001/Jabc0", "https://weibo.com/link"),
        ("http://t.cn/A6abc", "http://t.cn/link"),
        ("m.weibo.cn/u/1000000001", "weibo.cn/link"),
        ("https://lily.lofter.com", "https://lofter.com"),
        ("https://news.example.com/2024/a.html?share_uid=1#me", "https://news.example.com/2024/a.html"),
        ("https://lily:secret@example.com/a", "https://example.com/a"),
        ("https://example.com/%E5%B0%8F%E7%94%B2", "https://example.com/link"),
        ("https://notweibo.com/a", "https://notweibo.com/a"),
        ("weixin://dl/chat?a", None),
    ],
)
def test_of_a_link_stays_what_tells_no_person(link, expected):
    assert bare_link(link) == expected


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("发布于 云南", "云南"),
        ("来自河南", "河南"),
        ("广东 深圳", "广东"),
        ("IP属地：浙江", "浙江"),
        ("来自IP属地内蒙古", "内蒙古"),
        ("中国香港", "香港"),
        ("臺灣 臺北", "台湾"),
        ("北京·三里屯太古里", "北京"),
        ("黑龙江省哈尔滨市", "黑龙江"),
        ("海外 美国", "美国"),
        ("沙特 利雅得", "沙特阿拉伯"),
        ("印度尼西亚", "印度尼西亚"),
        ("Hong Kong", "香港"),
        ("海外", "海外"),
        ("其他", None),
        ("小甲的家", None),
        ("", None),
    ],
)
def test_a_place_becomes_its_province_or_country(place, expected):
    assert province(place) == expected


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("user", "user_id uid userId author_id creator_hash sec_uid 用户id 源用户id 作者ID user author openid"),
        ("handle", "nickname nick_name screen_name user_name userName author_name 用户昵称 源用户昵称 昵称 作者 name"),
        ("handles", "at_users mentions @用户 艾特用户"),
        ("document", "id idstr mid bid mblogid note_id comment_id parent_comment_id rootid 微博id aweme_id video_id"),
        ("above", "parent root thread repost_of"),
        ("region", "ip_location region_name 位置 发布位置 IP属地 ip province"),
        ("dropped", "avatar avatar_hd profile_url note_url pic_urls pic_ids 头条文章url 头像 gender birthday"),
        ("dropped", "phone email source_file source_sha256 原始图片url"),
        ("text", "text 正文 点赞数 likes pic_num verified_type source created_at title 话题 topic stance_score"),
        ("text", "out_of_domain scheme_version user_authentication 发布工具 是否原创"),
    ],
)
def test_a_field_is_told_by_its_name(role, names):
    assert {name: role_of(name) for name in names.split()} == dict.fromkeys(names.split(), role)


def test_within_a_person_s_record_id_and_name_are_the_person_s():
    fields = ("id", "_id", "name", "verified_type", "followers_count", "description", "location", "cover_image")
    expected = ["user", "user", "handle", "text", "text", "dropped", "region", "dropped"]
    assert [role_of(name, of_person=True) for name in fields] == expected


def test_an_id_and_a_name_belong_together_by_what_stands_before_them():
    assert person_prefix("源用户id") == person_prefix("源用户昵称") == "源"
    assert person_prefix("reply_user_id") == person_prefix("reply_nickname") == "reply"
    assert person_prefix("user_id") == person_prefix("nickname") == ""
