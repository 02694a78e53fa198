"""Encodings told by the bytes of short Chinese texts, and texts that were once read in a wrong one."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import UsageError
from weibo_nlp.io.encodings import guess_encoding, recoded, require_encoding
from weibo_nlp.io.hanzi import plausibility
from weibo_nlp.io.mojibake import mojibake

TEXTS = [
    "今天的会议真好，我们都很开心",
    "他说不去了，那就算了吧",
    "笑死，这也太离谱了",
    "支持！",
    "这个奶茶我不买了[doge]",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_the_encoding_of_one_short_text_is_told(text, encoding):
    raw = f"{text}\n".encode(encoding)
    guess = guess_encoding(raw)
    assert guess.encoding == encoding
    assert recoded(io.BytesIO(raw), encoding).read().decode() == f"{text}\n"


@pytest.mark.parametrize(
    ("text", "written", "told"),
    [
        ("這件事真的太誇張了，大家都在問", "big5", "cp950"),
        ("佢哋啲嘢真係好貴，我唔買喇", "big5hkscs", "big5hkscs"),
        ("你好", "gb18030", "gb18030"),
        ("👍真的太好了", "gb18030", "gb18030"),
        ("plain text", "ascii", "utf-8"),
        ("café naïve", "utf-8", "utf-8"),
        ("plain text\n", "utf-16-le", "utf-16-le"),
    ],
)
def test_other_scripts_and_signs(text, written, told):
    assert guess_encoding(text.encode(written)).encoding == told


def test_a_cut_character_at_the_end_of_what_is_looked_at_decides_nothing():
    for encoding in ("utf-8", "gb18030"):
        raw = (TEXTS[0] * 9).encode(encoding)
        for end in range(len(raw) - 4, len(raw)):
            assert guess_encoding(raw[:end]).encoding == encoding


def test_zero_bytes_in_a_text_do_not_make_it_a_wide_one():
    assert guess_encoding("id,text\n1,前\0后\n".encode()).encoding == "utf-8"


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60), encoding=st.sampled_from(["gb18030", "utf-16"])
)
def test_every_text_is_recoded_whole(text, encoding):
    assert recoded(io.BytesIO(text.encode(encoding)), encoding).read().decode() == text


@given(raw=st.binary(max_size=60), encoding=st.sampled_from(["gb18030", "cp950", "utf-16-le", "utf-32-be"]))
def test_bytes_that_stand_for_nothing_never_become_text(raw, encoding):
    try:
        expected = raw.decode(encoding)
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            recoded(io.BytesIO(raw), encoding).read().decode()
    else:
        assert recoded(io.BytesIO(raw), encoding).read().decode() == expected


@pytest.mark.parametrize(
    ("given_name", "known_as"),
    [("GBK", "gb18030"), ("gb2312", "gb18030"), ("utf8", "utf-8"), ("UTF-8-SIG", "utf-8"), ("big5", "cp950")],
)
def test_an_encoding_is_known_by_its_names(given_name, known_as):
    assert require_encoding(given_name) == known_as


@pytest.mark.parametrize("name", ["", "klingon", "zlib", "undefined", "a\0"])
def test_what_is_no_encoding_is_refused(name):
    with pytest.raises(UsageError, match="is no encoding that is known; there is, among others: utf-8, gb18030"):
        require_encoding(name)


def test_prose_is_plausible_and_misread_bytes_are_not():
    for text in TEXTS:
        assert plausibility(text) > 0.35
        assert plausibility(text.encode().decode("gb18030", "replace")) < 0.35
        assert plausibility(text.encode("gb18030").decode("latin-1")) < 0


@pytest.mark.parametrize(
    ("written", "read", "what"),
    [
        ("utf-8", "gb18030", "it was written in UTF-8 and read as GBK"),
        ("utf-8", "latin-1", "it was written in UTF-8 and read as Latin"),
        ("utf-8", "cp1252", "it was written in UTF-8 and read as Latin"),
        ("gb18030", "latin-1", "it was written in GBK and read as Latin"),
        ("gb18030", "utf-8", "characters were replaced when it was read in a wrong encoding, and are lost"),
    ],
)
def test_texts_that_were_read_in_a_wrong_encoding_are_named(written, read, what):
    found = mojibake([text.encode(written).decode(read, "replace") for text in TEXTS])
    assert found is not None
    assert found[0] == what
    if read != "utf-8":
        assert found[2][:6] == TEXTS[0][:6]


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(TEXTS, id="prose"),
        pytest.param(["羞答答的玫瑰静悄悄地开", "锲而不舍，金石可镂"], id="rare-characters"),
        pytest.param(["¿Qué pasa?", "déjà vu à la carte", "Ångström"], id="accents"),
        pytest.param(["こんにちは、元気ですか", "안녕하세요 여러분"], id="other-scripts"),
        pytest.param(["😀😀😀😀", "[doge][doge]", ""], id="no-letters"),
        pytest.param([*TEXTS, TEXTS[0].encode().decode("gb18030", "replace")], id="one-of-many"),
        pytest.param([], id="none"),
    ],
)
def test_texts_as_they_were_written_are_no_mojibake(texts):
    assert mojibake(texts) is None
