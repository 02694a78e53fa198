import json

import pytest

pytest.importorskip("tokenizers")

from tokenizer.train import save_tokenizer, train_tokenizer

from weibo_nlp.errors import UsageError

TEXTS = ["yyds yyds yyds 好", "@yyds #话题# MENTION", "氹"]


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(TEXTS)


def test_frequent_words_in_letters_become_tokens(tokenizer):
    assert tokenizer.encode("YYDS", add_special_tokens=False).tokens == ["yyds"]


def test_letters_never_seen_together_stay_apart(tokenizer):
    assert tokenizer.encode("xq", add_special_tokens=False).tokens == ["x", "q"]


def test_chinese_characters_are_never_joined():
    tokenizer = train_tokenizer(["信用"] * 50)
    assert tokenizer.encode("信用", add_special_tokens=False).tokens == ["信", "用"]


def test_characters_of_the_texts_and_of_the_national_standards_are_known(tokenizer):
    vocabulary = tokenizer.get_vocab()
    # 氹 stands in the texts, 啊齄 in GB 2312, 繁龜 in Big5; the rest are letters, signs and parts of emoji.
    assert set("氹啊齄繁龜ぁфβ，①😂🇨\u200d▁\n") <= vocabulary.keys()


def test_capital_letters_are_marks_only(tokenizer):
    capitals = {token for token in tokenizer.get_vocab() if token != token.lower() and not token.startswith("<0x")}
    assert capitals == {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[MENTION]", "[URL]", "[HASHTAG]", "[/HASHTAG]"}


def test_padding_is_number_zero_and_numbers_have_no_gaps(tokenizer):
    vocabulary = tokenizer.get_vocab()
    assert [vocabulary[token] for token in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")] == [0, 1, 2, 3, 4]
    assert sorted(vocabulary.values()) == list(range(len(vocabulary)))


def test_same_texts_give_the_same_tokenizer(tokenizer):
    assert train_tokenizer(iter(TEXTS)).to_str() == tokenizer.to_str()


def test_the_files_say_what_the_tokenizer_was_trained_on(tokenizer, tmp_path):
    save_tokenizer(tokenizer, tmp_path / "new", {"corpus": "9.9.9"})
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["tokenizer.json", "tokenizer_config.json"]
    config = json.loads((tmp_path / "new" / "tokenizer_config.json").read_text("utf-8"))
    assert config["trained_on"] == {"corpus": "9.9.9"}


def test_no_texts_are_refused():
    with pytest.raises(UsageError, match="no texts"):
        train_tokenizer([])


def test_a_folder_that_is_a_file_is_refused(tokenizer, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(UsageError, match=r"taken.*name a folder"):
        save_tokenizer(tokenizer, tmp_path / "taken", {})
