import pytest

from weibo_nlp.annotation.questions import codebook_of, questions_of
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.scheme import load_scheme

SCHEME = load_scheme()


def asked(*tasks, language="zh", **options):
    return questions_of(tasks, SCHEME, language, **options)


def test_tasks_of_the_scheme_have_its_labels_and_their_meanings():
    topic, irony = asked("topic", "irony")
    assert topic.labels == SCHEME.task("topic").labels
    assert irony.labels == ("false", "true")
    assert topic.meanings.keys() == set(topic.labels)
    (english,) = asked("topic", language="en")
    assert english.meanings == SCHEME.task("topic").meanings


def test_one_target_is_called_stance_and_several_are_numbered():
    (one,) = asked("stance=信用惩戒")
    assert (one.name, one.target, one.labels) == ("stance", "信用惩戒", ("against", "none", "favor"))
    assert "信用惩戒" in one.text
    assert not any("<目标>" in meaning for meaning in one.meanings.values())
    several = asked("stance=信用惩戒", "topic", "stance=国货")
    assert [(each.name, each.target) for each in several] == [
        ("stance_1", "信用惩戒"),
        ("stance_2", "国货"),
        ("topic", None),
    ]


def test_the_canonical_targets_are_those_of_the_corpus():
    targets = {each.target for each in asked("stance=canonical")}
    assert targets == {"信用惩戒", "自媒体的可信与价值", "以国家立场决定消费"}


def test_a_registered_target_says_in_english_what_its_labels_mean():
    (question,) = asked("stance=信用惩戒", language="en")
    assert "barred or marked down" in question.meanings["favor"]


def test_targets_of_the_documents_are_asked_about_where_none_is_named():
    assert [each.target for each in asked("stance", document_targets=["甲", "乙"])] == ["甲", "乙"]


def test_frames_are_asked_one_by_one_and_need_no_answer():
    questions = asked("frames")
    assert [each.name.removeprefix("frame_") for each in questions] == list(SCHEME.frames)
    assert not any(each.is_required for each in questions)


def test_a_category_of_ones_own_has_the_labels_named(tmp_path):
    (own,) = asked("语气=冲| 平和 ")
    assert (own.name, own.task, own.labels) == ("语气", "语气", ("冲", "平和"))
    (tmp_path / "price.yaml").write_text("codebook: 看价格\nlabels: {dear: 嫌贵, cheap: 嫌便宜, none: }\n", "utf-8")
    (book,) = asked(str(tmp_path / "price.yaml"))
    assert (book.name, book.labels, dict(book.meanings)) == (
        "price",
        ("dear", "cheap", "none"),
        {"dear": "嫌贵", "cheap": "嫌便宜"},
    )


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        pytest.param((), "no task; name at least one", id="none"),
        pytest.param(("topic", "topic"), "the task topic is named twice", id="twice"),
        pytest.param(("stance",), "stance is about a target", id="no-target"),
        pytest.param(("stance= 信用",), "is no name; give one", id="target-blank"),
        pytest.param(("kind=a",), "two labels at least", id="one-label"),
        pytest.param(("kind=a|a",), "a label stands twice", id="label-twice"),
        pytest.param(("place=a|b",), "a category cannot be called 'place'", id="reserved"),
        pytest.param(("gold_x=a|b",), "a category cannot be called 'gold_x'", id="gold"),
        pytest.param(("topic=a|b",), "topic has the labels of the scheme", id="labels-of-scheme"),
    ],
)
def test_what_cannot_be_asked_is_refused(tasks, message):
    with pytest.raises(UsageError, match=message):
        asked(*tasks)


def test_an_unknown_task_is_refused_with_those_there_are():
    with pytest.raises(UnknownNameError, match="mood"):
        asked("mood")


def test_targets_of_documents_and_of_the_user_are_not_mixed():
    with pytest.raises(UsageError, match="name either alone"):
        asked("stance", "stance=信用惩戒", document_targets=["甲"])


def test_rules_for_annotators_are_those_of_the_tasks_asked():
    rules = codebook_of(asked("topic", "语气=冲|平和"))
    assert "信用制度" in rules
    assert "# sentiment" not in rules
    assert codebook_of(asked("语气=冲|平和")) == ""


def test_targets_of_the_documents_own_do_not_count_among_the_questions_of_a_text():
    own = [f"目标{number}" for number in range(60)]
    assert len(asked("topic", "stance", document_targets=own)) == 61
    with pytest.raises(UsageError, match="501 targets; the documents of a campaign may have up to 500, split it"):
        asked("stance", document_targets=[f"目标{number}" for number in range(501)])
    with pytest.raises(UsageError, match="60 questions; up to 40 can be asked of a text"):
        asked(*(f"stance={target}" for target in own))
