import json
import os
import pickle
import subprocess
import sys

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.integrations.spacy_components import WeiboLabels, WeiboSpans
from weibo_nlp.integrations.spacy_pipeline import load_spacy
from weibo_nlp.integrations.spacy_tokenizer import WeiboTokenizer, words_and_spaces
from weibo_nlp.labelling import Labeller, label
from weibo_nlp.segmentation import create_segmenter

BRAND = "这家车企在展台上区别对待，太让人失望了[怒]再也不买"
SECTIONS = {
    "spacy_tokenizers": {"weibo_nlp.Tokenizer.v1": "spacy_tokenizer:create_tokenizer"},
    "spacy_factories": {
        "weibo_spans": "spacy_components:create_spans",
        "weibo_labels": "spacy_components:create_labels",
    },
}


@pytest.fixture(scope="module")
def nlp():
    return load_spacy("char", lexicon=["信用"], labels=False)


@pytest.fixture(scope="module")
def labelling():
    return load_spacy("char")


def tokens(doc):
    return [token.text for token in doc]


def run_python(code, *arguments, path=None):
    """Standard output of a fresh interpreter, with a folder in front of its path."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    if path is not None:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(path), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-c", code, *map(str, arguments)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize(
    ("pieces", "words", "spaces"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param(["好", " ", "的"], ["好", "的"], [True, False], id="one-space"),
        pytest.param(["好", "  ", "的"], ["好", " ", "的"], [True, False, False], id="two-spaces"),
        pytest.param(["   ", "好"], ["   ", "好"], [False, False], id="leading-spaces"),
        pytest.param(["好", " "], ["好"], [True], id="trailing-space"),
        pytest.param(["好", "\n", "的"], ["好", "\n", "的"], [False, False, False], id="newline"),
        pytest.param(["好", " \n", "的"], ["好", "\n", "的"], [True, False, False], id="space-and-newline"),
        pytest.param(["好", "\u3000", "的"], ["好", "\u3000", "的"], [False] * 3, id="ideographic-space"),
        pytest.param(["#a b#", " ", "c"], ["#a b#", "c"], [True, False], id="space-inside-a-word"),
    ],
)
def test_a_space_belongs_to_the_word_before_it(pieces, words, spaces):
    assert words_and_spaces(pieces) == (words, spaces)


@pytest.mark.parametrize(
    "text", ["", " ", "  好", "\n好\n\n", "好\x00的", "\x00", "a  b ", "\u3000\u200b", "👨‍👩‍👧 ok", "é\u0301"]
)
def test_the_doc_has_the_text_character_by_character(nlp, text):
    assert nlp(text).text == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \n\t#@[]好\x00")))
def test_the_doc_has_any_text_character_by_character(nlp, text):
    doc = nlp(text)
    assert doc.text == text
    assert Doc(nlp.vocab).from_bytes(doc.to_bytes()).text == text


def test_marked_places_and_words_of_the_lexicon_are_one_token_each(nlp):
    text = "#失信 名单#[doge]@小甲 信用好http://t.cn/A6x"
    assert tokens(nlp(text)) == ["#失信 名单#", "[doge]", "@小甲", "信用", "好", "http://t.cn/A6x"]


def test_a_lone_surrogate_is_refused(nlp):
    with pytest.raises(DataError, match="lone surrogate"):
        nlp("好\ud800")


def test_the_tokenizer_is_found_by_its_name_in_a_configuration():
    settings_ = {"@tokenizers": "weibo_nlp.Tokenizer.v1", "segmenter": "char", "lexicon": ["信用"]}
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": settings_}})
    assert tokens(nlp("信用好")) == ["信用", "好"]


def test_a_lexicon_can_be_a_file(tmp_path):
    (tmp_path / "words.txt").write_text("信用\n", "utf-8")
    nlp = load_spacy("char", lexicon=tmp_path / "words.txt", labels=False)
    assert tokens(nlp("信用好")) == ["信用", "好"]


def test_the_lexicon_travels_through_bytes_disk_and_pickle(nlp, tmp_path):
    nlp.tokenizer.to_disk(tmp_path / "tokenizer")
    copies = [
        WeiboTokenizer(nlp.vocab).from_bytes(nlp.tokenizer.to_bytes()),
        WeiboTokenizer(nlp.vocab).from_disk(tmp_path / "tokenizer"),
        pickle.loads(pickle.dumps(nlp.tokenizer)),  # noqa: S301 - what was pickled here
    ]
    for copy in copies:
        assert (copy.segmenter, copy.lexicon) == ("char", ("信用",))
        assert tokens(copy("信用好")) == ["信用", "好"]


def test_the_file_of_the_tokenizer_can_be_read_by_people(nlp, tmp_path):
    nlp.tokenizer.to_disk(tmp_path / "tokenizer")
    state = json.loads((tmp_path / "tokenizer").read_text("utf-8"))
    assert state == {"segmenter": "char", "version": create_segmenter("char", ["信用"]).version, "lexicon": ["信用"]}


@pytest.mark.parametrize("name", ["segmenter", "lexicon"])
def test_segmenter_and_lexicon_cannot_be_changed_behind_the_tokenizer_s_back(nlp, name):
    with pytest.raises(AttributeError):
        setattr(nlp.tokenizer, name, "fast")


@pytest.mark.parametrize("data", [
    pytest.param(b"\x80\x04", id="pickle"),
    pytest.param(b"[]", id="list"),
    pytest.param(b"{}", id="empty"),
    pytest.param(b"[" * 100_000, id="nested"),
    pytest.param(b'{"segmenter": "char", "segmenter": "fast", "version": "1", "lexicon": []}', id="key-twice"),
])  # fmt: skip
def test_bytes_that_are_no_tokenizer_are_refused(nlp, data):
    with pytest.raises(DataError, match=r"not a tokenizer of weibo_nlp.*nlp\.to_disk"):
        WeiboTokenizer(nlp.vocab).from_bytes(data)


def test_a_tokenizer_file_that_is_missing_is_named(nlp, tmp_path):
    with pytest.raises(DataError, match="nowhere"):
        WeiboTokenizer(nlp.vocab).from_disk(tmp_path / "nowhere")


def test_another_version_of_the_segmenter_is_warned_of(nlp):
    state = json.loads(nlp.tokenizer.to_bytes()) | {"version": "0-old"}
    tokenizer = WeiboTokenizer(nlp.vocab).from_bytes(json.dumps(state).encode())
    with pytest.warns(UserWarning, match="saved with segmenter 'char' 0-old"):
        tokenizer("好")


def test_spans_have_places_and_labels(nlp):
    doc = nlp("回复@小甲:看#话题##币[超话]#[泪][1]http://t.cn/A6x//@小乙:好😂")
    assert [(span.text, span.label_) for span in doc.spans["weibo"]] == [
        ("@小甲", "MENTION"),
        ("#话题#", "HASHTAG"),
        ("#币[超话]#", "SUPER_TOPIC"),
        ("[泪]", "EMOTICON"),
        ("http://t.cn/A6x", "URL"),
        ("@小乙", "MENTION"),
    ]


def test_spans_are_empty_where_nothing_is_marked(nlp):
    assert list(nlp("好").spans["weibo"]) == []


def test_spans_are_widened_to_the_tokens_of_another_tokenizer():
    other = spacy.blank("en")
    marker = other.add_pipe("weibo_spans", config={"spans_key": "marks"})
    doc = marker(Doc(other.vocab, words=["好[", "泪", "]了", "吧"], spaces=[False] * 4))
    assert [span.text for span in doc.spans["marks"]] == ["好[泪]了"]


def test_tokens_say_what_they_look_like(nlp):
    doc = nlp("#话题##币[超话]#@小甲 [泪]好[1]")
    looks = [(token._.like_hashtag, token._.like_mention, token._.like_emoticon) for token in doc[:6]]
    assert looks == [
        (True, False, False),
        (True, False, False),
        (False, True, False),
        (False, False, True),
        (False, False, False),
        (False, False, False),
    ]


def test_labels_are_those_of_the_labeller(labelling):
    row = label([BRAND], all_scores=True).iloc[0]
    doc = labelling(BRAND)
    assert (doc._.topic, doc._.sentiment, doc._.irony) == (row["topic"], row["sentiment"], row["irony"])
    assert doc.cats["topic:consumer_nationalism"] == pytest.approx(row["topic_score_consumer_nationalism"])
    for task, count in (("topic", 4), ("sentiment", 3), ("irony", 2)):
        shares = [share for key, share in doc.cats.items() if key.startswith(f"{task}:")]
        assert len(shares) == count
        assert sum(shares) == pytest.approx(1)


def test_a_stance_target_can_be_set():
    doc = load_spacy("char", target="信用惩戒")("这样惩戒失信的人，我支持")
    assert doc._.stance_target == "信用惩戒"
    assert doc._.stance in ("against", "none", "favor")
    assert sum(share for key, share in doc.cats.items() if key.startswith("stance:")) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\u2800", "\x00", "\ufe0f", "\u3164", "\u202e"])
def test_a_text_without_words_gets_no_labels(labelling, text):
    doc = labelling(text)
    assert doc.cats == {}
    assert (doc._.topic, doc._.irony, doc._.stance, doc._.stance_target) == (None, None, None, None)


def test_no_target_means_no_stance(monkeypatch):
    component = WeiboLabels()
    monkeypatch.setattr(Labeller, "canonical", {})  # as for a text of topic `other`
    doc = component(spacy.blank("zh")("今天吃面"))
    assert doc._.topic is not None
    assert (doc._.stance, doc._.stance_target) == (None, None)
    assert not any(key.startswith("stance:") for key in doc.cats)


def test_a_second_labelling_replaces_what_the_first_said(monkeypatch, labelling):
    doc = WeiboLabels(target="信用惩戒")(spacy.blank("zh")("今天吃面"))
    doc.cats["mine:kept"] = 1.0
    assert doc._.stance is not None
    assert any(key.startswith("stance:") for key in doc.cats)
    component = WeiboLabels()
    monkeypatch.setattr(Labeller, "canonical", {})  # as for a text of topic `other`
    alone, doc = component(spacy.blank("zh")("今天吃面")), component(doc)
    assert (doc._.stance, doc._.stance_target) == (None, None)
    assert doc.cats == {**alone.cats, "mine:kept": 1.0}


def test_a_doc_without_words_loses_the_labels_that_it_came_with(labelling):
    doc = labelling.make_doc("\u200b")
    doc._.topic, doc.cats = "credit", {"topic:credit": 1.0}
    doc = labelling.get_pipe("weibo_labels")(doc)
    assert (doc._.topic, doc.cats) == (None, {})


def test_a_labelling_that_fails_leaves_what_was_there(monkeypatch):
    component = WeiboLabels()
    doc = component(spacy.blank("zh")("今天吃面"))
    before, topic = dict(doc.cats), doc._.topic
    monkeypatch.setattr(component._labeller, "label_readings", lambda texts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        component(doc)
    assert (doc.cats, doc._.topic) == (before, topic)


def test_batches_give_what_single_texts_give_and_keep_their_order(labelling):
    texts = [BRAND, "", "早上好", "下雨了", " ", "信用分又降了"]
    for doc, text in zip(labelling.pipe(texts, batch_size=2), texts, strict=True):
        alone = labelling(text)
        assert doc.text == text
        assert doc.cats == pytest.approx(alone.cats)
        assert doc._.topic == alone._.topic


def test_an_invisible_post_does_not_stop_the_stream(labelling):
    docs = list(labelling.pipe(["好", "\u200b", "不好"]))
    assert [bool(doc.cats) for doc in docs] == [True, False, True]


def test_one_long_text_costs_itself_alone_and_is_named_by_its_place_in_the_stream():
    nlp = load_spacy("char")
    failed = []
    nlp.set_error_handler(lambda name, proc, docs, error: failed.append((len(docs), str(error))))
    texts = ["\n", "好", "a" * 100_001, "不好", "\u200b"]
    docs = list(nlp.pipe(texts, batch_size=2))
    assert [doc.text for doc in docs] == ["\n", "好", "不好", "\u200b"]
    assert [bool(doc.cats) for doc in docs] == [False, True, True, False]
    message = "the text at position 2 of the stream cannot be labelled (longer than 100,000 characters)."
    assert failed == [(1, message)]
    with pytest.raises(DataError, match="position 2 of the stream"):
        list(load_spacy("char").pipe(texts))


def test_what_fails_goes_to_the_error_handler_of_the_pipeline(monkeypatch):
    nlp = load_spacy("char")
    component = nlp.get_pipe("weibo_labels")
    failed = []
    nlp.set_error_handler(lambda name, proc, docs, error: failed.append((name, len(docs), str(error))))
    monkeypatch.setattr(component._labeller, "label_readings", lambda texts: 1 / 0)
    assert list(nlp.pipe(["甲", "乙"])) == []
    assert failed == [("weibo_labels", 2, "division by zero")]


def test_the_labels_of_the_component_are_the_keys_of_cats(labelling):
    doc = load_spacy("char", target="信用惩戒")(BRAND)
    assert set(labelling.get_pipe("weibo_labels").labels) == set(doc.cats)


def test_components_are_pickled_by_their_settings():
    copy = pickle.loads(pickle.dumps(WeiboLabels("mine", "信用惩戒")))  # noqa: S301 - what was pickled here
    assert (copy.name, copy.target) == ("mine", "信用惩戒")


def test_a_doc_keeps_labels_and_spans_in_a_doc_bin(labelling):
    doc = labelling("#话题#好")
    bin_ = DocBin(store_user_data=True, docs=[doc])
    (copy,) = DocBin(store_user_data=True).from_bytes(bin_.to_bytes()).get_docs(labelling.vocab)
    assert copy.text == doc.text
    assert copy.cats == doc.cats
    assert copy._.topic == doc._.topic
    assert [span.label_ for span in copy.spans["weibo"]] == ["HASHTAG"]


def test_a_pipeline_is_written_without_pickle_and_read_again(tmp_path):
    nlp = load_spacy("char", lexicon=["信用"], target="信用惩戒")
    nlp.to_disk(tmp_path / "saved")
    assert not [
        file for file in (tmp_path / "saved").rglob("*") if file.is_file() and b"\x80\x04\x95" in file.read_bytes()
    ]
    copy = spacy.load(tmp_path / "saved")
    assert copy.pipe_names == ["weibo_spans", "weibo_labels"]
    first, second = nlp("信用好#话题#"), copy("信用好#话题#")
    assert tokens(first) == tokens(second) == ["信用", "好", "#话题#"]
    assert first.cats == second.cats
    assert second._.stance_target == "信用惩戒"


def test_bytes_of_a_pipeline_give_it_back(nlp):
    copy = spacy.blank("zh", config=nlp.config).from_bytes(nlp.to_bytes())
    assert tokens(copy("信用好")) == ["信用", "好"]


@pytest.mark.slow
def test_a_pickled_and_a_saved_pipeline_work_in_a_new_process_that_imports_the_integration(nlp, tmp_path):
    labelling = load_spacy("fast", lexicon=["信用"], target="信用惩戒")
    (tmp_path / "nlp.pickle").write_bytes(pickle.dumps(labelling))
    nlp.to_disk(tmp_path / "saved")
    code = (
        "import pickle, sys\n"
        "pickled = pickle.load(open(sys.argv[1], 'rb'))\n"  # which imports the integration
        "import spacy\n"
        "for nlp in (pickled, spacy.load(sys.argv[2])):\n"
        "    doc = nlp('信用好[泪]')\n"
        "    print(*[token.text for token in doc], *[span.label_ for span in doc.spans['weibo']], doc._.stance)\n"
    )
    expected = ["信用", "好", "[泪]", "EMOTICON"]
    lines = run_python(code, tmp_path / "nlp.pickle", tmp_path / "saved").splitlines()
    stances = [str(labelling("信用好[泪]")._.stance), "None"]
    assert [line.split() for line in lines] == [[*expected, stance] for stance in stances]


@pytest.mark.slow
def test_entry_points_spare_the_import(tmp_path):
    nlp = load_spacy("char", lexicon=["信用"])
    nlp.to_disk(tmp_path / "saved")
    lines = []
    for section, names in SECTIONS.items():
        lines += [f"[{section}]", *(f"{name} = weibo_nlp.integrations.{place}" for name, place in names.items())]
    # A distribution of nothing but entry points, so that the test does not ask how the package was installed.
    info = tmp_path / "path" / "entry_points_only-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: entry-points-only\nVersion: 1\n")
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    code = (
        "import sys, spacy\n"
        "doc = spacy.load(sys.argv[1])('信用好[泪]')\n"
        "print(*[token.text for token in doc], doc._.topic is not None)\n"
    )
    assert run_python(code, tmp_path / "saved", path=tmp_path / "path").split() == ["信用", "好", "[泪]", "True"]


@pytest.mark.slow
@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_two_processes_give_what_one_gives(start_method, tmp_path):
    script = tmp_path / "two_processes.py"
    script.write_text(
        "import json, multiprocessing, sys\n"
        "from weibo_nlp.integrations.spacy_pipeline import load_spacy\n"
        "if __name__ == '__main__':\n"
        "    multiprocessing.set_start_method(sys.argv[1])\n"
        "    nlp = load_spacy('char', lexicon=['信用'])\n"
        "    texts = ['信用好#话题#', '', ' 早上\\n好\\x00', '@小甲 信用分又降了'] * 5\n"
        "    def shown(docs):\n"
        "        return [[doc.text, [t.text for t in doc], doc.cats, doc._.topic, doc._.irony,\n"
        "                 [s.text for s in doc.spans['weibo']]] for doc in docs]\n"
        "    one, two = shown(nlp.pipe(texts)), shown(nlp.pipe(texts, n_process=2, batch_size=4))\n"
        "    print(json.dumps([one, two]))\n",
        "utf-8",
    )
    command = [sys.executable, str(script), start_method]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stderr
    one, two = json.loads(run.stdout)
    assert [row[0] for row in two] == ["信用好#话题#", "", " 早上\n好\x00", "@小甲 信用分又降了"] * 5
    for first, second in zip(one, two, strict=True):
        assert first[2] == pytest.approx(second[2])
        assert first[:2] + first[3:] == second[:2] + second[3:]


def test_the_default_pipeline_cuts_words_and_labels():
    doc = load_spacy()("信用卡好用[doge]")
    assert [token.text for token in doc][-1] == "[doge]"
    assert len(doc) < len("信用卡好用") + 1
    assert doc._.sentiment in ("negative", "neutral", "positive")


def test_a_saved_segmenter_that_is_not_known_is_refused(nlp):
    state = json.loads(nlp.tokenizer.to_bytes()) | {"segmenter": "later"}
    with pytest.raises(UnknownNameError, match=r"'later'.*char"):
        WeiboTokenizer(nlp.vocab).from_bytes(json.dumps(state).encode())


@pytest.mark.parametrize(
    "part", [{"lexicon": "words.txt"}, {"lexicon": {"好": 1}}, {"segmenter": ["char"]}, {"version": 1}]
)
def test_a_saved_tokenizer_of_other_types_is_refused_and_names_no_file_to_read(nlp, part):
    state = json.loads(nlp.tokenizer.to_bytes()) | part
    with pytest.raises(DataError, match="tokenizer bytes: not a tokenizer of weibo_nlp"):
        WeiboTokenizer(nlp.vocab).from_bytes(json.dumps(state).encode())


def test_an_unknown_segmenter_is_named_at_once():
    with pytest.raises(UnknownNameError, match=r"'fsat'.*char"):
        load_spacy("fsat", labels=False)


def test_a_target_without_labels_is_refused():
    with pytest.raises(UsageError, match="labels=True"):
        load_spacy("char", labels=False, target="信用惩戒")


@pytest.mark.parametrize("target", ["\ud800", 5, "", "\u200b"])
def test_a_target_that_is_no_text_is_refused(target):
    with pytest.raises(UsageError, match="the stance target is no text"):
        load_spacy("char", target=target)


def test_other_arguments_of_a_wrong_type_are_refused():
    with pytest.raises(UsageError, match="labels must be True or False, got 'no'"):
        load_spacy("char", labels="no")
    with pytest.raises(UsageError, match="segmenter=5"):
        load_spacy(5, labels=False)
    with pytest.raises(UsageError, match="spans_key must be a string"):
        WeiboSpans(5)


def test_a_configuration_without_the_words_of_its_lexicon_cuts_nothing(nlp):
    bare = spacy.blank("zh", config=nlp.config)
    for copy in (bare, pickle.loads(pickle.dumps(bare))):  # noqa: S301 - what was pickled here
        with pytest.raises(DataError, match=r"lexicon \(digest \w{12}\) whose words are not here"):
            copy("信用好")
    assert tokens(bare.from_bytes(nlp.to_bytes())("信用好")) == ["信用", "好"]
    assert nlp.config["nlp"]["tokenizer"]["lexicon_digest"]
    plain = load_spacy("char", lexicon=[], labels=False)
    assert tokens(spacy.blank("zh", config=plain.config)("信用好")) == ["信", "用", "好"]


def test_the_pipeline_says_which_package_it_needs(nlp):
    assert any(requirement.startswith("weibo-nlp>=") for requirement in nlp.meta["requirements"])


def test_a_text_beyond_the_limit_is_an_error_and_not_left_without_labels():
    doc = Doc(spacy.blank("zh").vocab, words=["好" * 100_001], spaces=[False])
    with pytest.raises(DataError, match="position 0: longer than 100,000 characters"):
        WeiboLabels()(doc)


@pytest.mark.parametrize("size", ["2", 1.5, None, True])
def test_a_batch_size_is_a_whole_number(size):
    with pytest.raises(UsageError, match="batch_size must be a whole number"):
        list(WeiboLabels().pipe(iter([]), batch_size=size))


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_of_nothing_is_refused_because_it_would_lose_the_docs(size):
    doc = Doc(spacy.blank("zh").vocab, words=["好"])
    with pytest.raises(UsageError, match=f"batch_size must be at least 1, .* got {size}"):
        list(WeiboLabels().pipe(iter([doc]), batch_size=size))
