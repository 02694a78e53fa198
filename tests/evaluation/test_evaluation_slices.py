import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.evaluation.slices import SLICES, corpus_slices, score_slices
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.records import GoldLabel
from weibo_nlp.stats.bootstrap import BootstrapConfig

LABELS = ("negative", "neutral", "positive")


def facts_of(release, task):
    gold = release.gold(task)
    return {
        (item.document_id, item.target): facts for item, facts in zip(gold, corpus_slices(release, gold), strict=True)
    }


def test_facts_of_a_document_of_the_miniature(miniature):
    found = facts_of(miniature, "sentiment")
    # 忘还一本菜谱就上档案？也太狠了[允悲] is 19 characters long, a comment on the root.
    assert found["library-fines-0004", None] == {
        "kind": "comment",
        "event": "library-fines",
        "account_type": "netizen",
        "depth": "1",
        "irony": "no",
        "needs_context": "no",
        "length": "16-40",
        "disagreement": "unanimous",
        "script": "hans",
        "hashtag": "no",
        "emoticon": "yes",
        "confidence": "high",
    }


@pytest.mark.parametrize(
    ("document_id", "slice_", "value"),
    [
        pytest.param("library-fines-0001", "depth", "0", id="root"),
        pytest.param("library-fines-0003", "depth", "2", id="answer-to-an-answer"),
        pytest.param("library-fines-0007", "depth", "1", id="repost-of-the-root"),
        pytest.param("library-fines-0006", "length", "<=5", id="three-characters"),
        pytest.param("library-fines-0009", "length", "<=5", id="five-characters"),
        pytest.param("everyday-soup-0002", "length", "6-15", id="seven-characters"),
        pytest.param("library-fines-0005", "length", "41-140", id="sixty-characters"),
        pytest.param("library-fines-0005", "hashtag", "yes", id="hashtag"),
        pytest.param("library-fines-0005", "account_type", "self_media", id="account"),
        pytest.param("library-fines-0008", "irony", "yes", id="ironic"),
        pytest.param("library-fines-0008", "disagreement", "not unanimous", id="two-to-one"),
        pytest.param("library-fines-0003", "disagreement", "not unanimous", id="three-ways"),
        pytest.param("library-fines-0003", "needs_context", "yes", id="needs-the-thread"),
        pytest.param("everyday-soup-0007", "emoticon", "yes", id="emoji"),
        pytest.param("everyday-soup-0001", "event", "everyday-soup", id="event"),
    ],
)
def test_values_of_the_miniature_read_off_by_hand(miniature, document_id, slice_, value):
    assert facts_of(miniature, "sentiment")[document_id, None][slice_] == value


def test_disagreement_is_that_on_the_task_scored(miniature):
    # 0006: all hear approval, one of three another topic.
    assert facts_of(miniature, "sentiment")["library-fines-0006", None]["disagreement"] == "unanimous"
    assert facts_of(miniature, "topic")["library-fines-0006", None]["disagreement"] == "not unanimous"


def test_stance_is_sliced_by_pair(miniature):
    found = facts_of(miniature, "stance")
    card, sanctions = found["library-fines-0003", "冻结借书证"], found["library-fines-0003", "信用惩戒"]
    assert (card["target_kind"], card["disagreement"]) == ("of the event", "not unanimous")
    assert (sanctions["target_kind"], sanctions["disagreement"]) == ("canonical", "unanimous")


def test_every_value_of_the_miniature_has_its_place_in_the_order(miniature):
    for task in ("topic", "sentiment", "irony", "stance"):
        for facts in facts_of(miniature, task).values():
            of_others = {"set", "source", "text_kind", "drawn"} | (set() if task == "stance" else {"target_kind"})
            assert facts.keys() == SLICES.keys() - of_others
            assert all(value in SLICES[name] for name, value in facts.items() if name != "event")


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        pytest.param(
            GoldLabel("nobody-0001", "topic", "other"), "does not hold, the first 'nobody-0001'", id="document"
        ),
        pytest.param(GoldLabel("library-fines-0003", "stance", "none", "天气"), "no stance of .* on '天气'", id="pair"),
    ],
)
def test_gold_of_another_release_is_refused(miniature, gold, message):
    with pytest.raises(DataError, match=message):
        corpus_slices(miniature, [gold])


TRUTH = [0, 0, 1, 2, 0, 1]
PREDICTED = [0, 1, 1, 2, 0, 0]
UNITS = ["t1", "t1", "t2", "t2", "t3", "t3"]
KINDS = ["post", "post", "post", "comment", "comment", "comment"]


def scored(truth=TRUTH, predicted=PREDICTED, units=UNITS, facts=None, metric="macro_f1", **options):
    facts = [{"kind": kind} for kind in KINDS] if facts is None else facts
    return score_slices(
        truth, predicted, units, facts, LABELS, metric, **options, bootstrap=BootstrapConfig(n_resamples=200)
    )


def test_slices_worked_by_hand():
    post, comment = scored()
    # Posts: gold 0 0 1, predicted 0 1 1, so F1 2/3, 2/3, 0. Comments: gold 2 0 1, predicted 2 0 0, so F1 2/3, 0, 1.
    assert (post.slice, post.value, post.n, post.n_units, post.absent) == ("kind", "post", 3, 2, ("positive",))
    assert post.score.value == pytest.approx(4 / 9)
    assert (comment.value, comment.n, comment.n_units, comment.absent) == ("comment", 3, 2, ())
    assert comment.score.value == pytest.approx(5 / 9)
    assert post.few_units
    assert all(found.score.low <= found.score.value <= found.score.high for found in (post, comment))
    assert [found.score.value for found in scored(metric="accuracy")] == pytest.approx([2 / 3, 2 / 3])


def test_units_that_all_score_alike_have_a_value_and_no_bounds():
    assert [found.score.to_dict() for found in scored(predicted=TRUTH, metric="accuracy")] == [
        {"value": 1.0, "low": None, "high": None}
    ] * 2


def test_slice_of_one_unit_has_a_value_and_no_bounds():
    (found,) = scored([0, 1], [0, 0], ["t", "t"], [{"irony": "yes"}] * 2, metric="accuracy")
    assert found.score.to_dict() == {"value": 0.5, "low": None, "high": None}
    assert to_json(found) == {
        "slice": "irony",
        "value": "yes",
        "n": 2,
        "n_units": 1,
        "few_units": True,
        "score": {"value": 0.5, "low": None, "high": None},
        "absent": ["positive"],
    }


def test_several_seeds_are_scored_by_their_mean():
    # Accuracy 2/3 on posts and on comments for the first seed, 1/3 and 0 for the second.
    second = [1, 1, 1, 0, 1, 2]
    found = scored(predicted=[PREDICTED, second], metric="accuracy")
    assert [here.score.value for here in found] == pytest.approx([1 / 2, 1 / 3])
    alone = scored(predicted=[PREDICTED, second], units=["t"] * 6, metric="accuracy")
    assert [here.score.value for here in alone] == pytest.approx([1 / 2, 1 / 3])


def test_slices_and_values_come_in_their_fixed_order():
    facts = [
        {"mood": "b", "length": ">140", "event": "b-event", "kind": "comment"},
        {"mood": "a", "length": "6-15", "event": "a-event", "kind": "article"},
        {"length": "<=5", "depth": "3+"},
        {"length": "41-140", "depth": "0"},
        {"length": "16-40", "disagreement": "not unanimous"},
        {"disagreement": "unanimous"},
    ]
    assert [(found.slice, found.value) for found in scored(facts=facts)] == [
        *(("kind", value) for value in ("article", "comment")),
        *(("event", value) for value in ("a-event", "b-event")),
        *(("depth", value) for value in ("0", "3+")),
        *(("length", value) for value in ("<=5", "6-15", "16-40", "41-140", ">140")),
        *(("disagreement", value) for value in ("unanimous", "not unanimous")),
        *(("mood", value) for value in ("a", "b")),
    ]


@given(st.permutations(range(6)), st.permutations(["x", "y", "z"]))
@settings(max_examples=30)
def test_order_of_rows_and_names_of_groups_do_not_matter(order, names):
    new_name = dict(zip(["t1", "t2", "t3"], names, strict=True))
    found = scored(
        [TRUTH[at] for at in order],
        [PREDICTED[at] for at in order],
        [new_name[UNITS[at]] for at in order],
        [{"kind": KINDS[at]} for at in order],
    )
    assert found == scored()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        pytest.param({"facts": [{}]}, UsageError, "truth 6, predicted 6, units 6, facts 1", id="facts-short"),
        pytest.param({"units": ["t"]}, UsageError, "units 1, facts 6", id="units-short"),
        pytest.param({"predicted": np.zeros((2, 5), int)}, UsageError, "truth 6, predicted 5", id="seeds-short"),
        pytest.param({"metric": "brier"}, UnknownNameError, "unknown metric of a slice 'brier'", id="loss"),
        pytest.param({"truth": [0, 0, 1, 2, 0, 3]}, UsageError, r"truth\[5\] is 3, not a label index", id="no-label"),
    ],
)
def test_what_cannot_be_sliced_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        scored(**changes)


class Edited:
    """The miniature with other texts in some documents, or with other parents."""

    def __init__(self, release, **changes):
        self.path, self.release, self.changes = release.path, release, changes

    def rows(self, config, split=None):
        rows = self.release.rows(config, split)
        return [{**row, **self.changes.get(row["id"].rpartition("-")[2], {})} if "text" in row else row for row in rows]


def fact(release, slice_, document_id, **changes):
    edited = Edited(release, **{document_id.rpartition("-")[2]: changes})
    return corpus_slices(edited, [GoldLabel(document_id, "sentiment", "neutral")])[0][slice_]


@pytest.mark.parametrize(
    ("characters", "length"),
    [(1, "<=5"), (5, "<=5"), (6, "6-15"), (15, "6-15"), (16, "16-40"), (40, "16-40"), (41, "41-140"), (140, "41-140"),
     (141, ">140")],
)  # fmt: skip
def test_lengths_are_counted_in_code_points_up_to_the_end_of_each_class(miniature, characters, length):
    assert fact(miniature, "length", "library-fines-0006", text="好" * characters) == length


@pytest.mark.parametrize(
    ("text", "mentions", "hashtag", "emoticon"),
    [
        pytest.param("好", [], "no", "no", id="plain"),
        pytest.param("#话题#好", [], "yes", "no", id="hashtag"),
        pytest.param("#话题[超话]#好", [], "yes", "no", id="super-topic"),
        pytest.param("@话题 http://t.cn/A6", ["话题"], "no", "no", id="mention-and-link"),
        pytest.param("好[doge]", [], "no", "yes", id="bracketed"),
        pytest.param("好😀", [], "no", "yes", id="emoji"),
        pytest.param("好(╯°□°)╯", [], "no", "yes", id="kaomoji"),
        pytest.param("@小明😀 好", [], "no", "yes", id="emoji-behind-a-mention"),
        pytest.param("@小明😀 好", ["小明😀"], "no", "no", id="emoji-within-a-mention"),
    ],
)
def test_marks_are_told_from_the_text(miniature, text, mentions, hashtag, emoticon):
    changes = {"text": text, "mentions": mentions}
    assert fact(miniature, "hashtag", "library-fines-0006", **changes) == hashtag
    assert fact(miniature, "emoticon", "library-fines-0006", **changes) == emoticon


def test_depths_from_three_on_are_one_value(miniature):
    # 0003 answers an answer to the root: below it two more.
    chain = {
        "0004": {"parent": "library-fines-0003", "thread": "library-fines-0001"},
        "0006": {"parent": "library-fines-0004", "thread": "library-fines-0001"},
    }
    gold = [GoldLabel(f"library-fines-{number}", "sentiment", "neutral") for number in ("0001", "0003", "0004", "0006")]
    assert [facts["depth"] for facts in corpus_slices(Edited(miniature, **chain), gold)] == ["0", "2", "3+", "3+"]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        pytest.param({"units": [None] * 6}, DataError, r"units\[0\] is None", id="units"),
        pytest.param({"units": "abcdef"}, UsageError, "^units is a str", id="units-text"),
    ],
)
def test_columns_are_called_by_their_names(changes, error, message):
    with pytest.raises(error, match=message):
        scored(**changes)
    with pytest.raises(UsageError, match=r"^labels is a str"):
        score_slices(TRUTH, PREDICTED, UNITS, [{}] * 6, "abc", "accuracy")


def test_a_depth_has_its_place_in_the_order():
    assert SLICES["depth"] == ("0", "1", "2", "3+")
    assert SLICES["length"] == ("<=5", "6-15", "16-40", "41-140", ">140")
