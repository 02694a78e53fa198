"""A slow model teaches the linear one: what is learnt, what is compared, and what is asked again and what is not."""

import itertools
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from chat_server import chat_server, completion, labelled, text_of
from labelled_posts import AROUND, WORDS, quick
from made_encoder import MadeEncoder

import weibo_nlp
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.models import EmbeddingClassifier, LinearClassifier, load_model
from weibo_nlp.training import distil, distillation, learnt_from
from weibo_nlp.training import teacher as teacher_module

LABELS = ("food", "weather")
SURE = {"food": (0.9, 0.1), "weather": (0.2, 0.8)}
POSTS = [f"{before}{around.format(WORDS[label])}" for before in ("", "哎，") for around in AROUND for label in LABELS]


class Slow:
    """Knows posts by their word, and notes what it is asked."""

    name, version = "slow", "7"
    classes_ = np.array(LABELS)

    def __init__(self, stop_after=None):
        self.asked, self.stop_after = [], stop_after

    def predict_proba(self, texts):
        if self.stop_after is not None and len(self.asked) >= self.stop_after:
            raise KeyboardInterrupt
        self.asked += texts
        return np.array([SURE["food" if WORDS["food"] in text else "weather"] for text in texts])


class Reluctant(Slow):
    """Leaves some posts unanswered, and of some others gives the label alone."""

    def ask(self, texts):
        answers = []
        for text, row in zip(texts, self.predict_proba(texts), strict=True):
            label, outcome = LABELS[int(np.argmax(row))], "answered"
            if "周末" in text:
                label, outcome = None, "refused"
            answers.append(SimpleNamespace(label=label, outcome=outcome, probabilities=None if "梦" in text else row))
        return answers


def student():
    return LinearClassifier(C=10.0, min_df=1)


@pytest.fixture(scope="module")
def distilled():
    return distil(Slow(), POSTS, student=student())


@pytest.fixture(scope="module")
def slow_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow") / "model"
    texts = POSTS[:24]
    quick().fit(texts, list(itertools.islice(itertools.cycle(LABELS), len(texts)))).save_pretrained(folder)
    return folder


def test_the_student_answers_as_its_teacher_with_its_probabilities(distilled):
    for label, shown in distilled.report.fidelity.shares.items():
        assert shown.student_mean == pytest.approx(shown.teacher_mean, abs=0.05), label
    fidelity = distilled.report.fidelity
    assert fidelity.agreement.value == fidelity.macro_f1.value == fidelity.kappa.value == 1
    assert fidelity.kl.value < 0.05
    assert fidelity.calibration_gap < 0.1
    assert weibo_nlp.distil is distil


def test_what_is_held_out_is_not_learnt_from(distilled):
    report = distilled.report
    assert (report.learnt, report.held_out) == (64, 16)
    assert len(distilled.learnt_from.overlap(POSTS)) == 64
    assert report.fidelity.n == 16


def test_the_same_seed_gives_the_same_student_and_another_holds_out_others(distilled):
    again, other = (distil(Slow(), POSTS, student=student(), seed=seed) for seed in (0, 1))
    assert again.model.predict_proba(POSTS).tolist() == distilled.model.predict_proba(POSTS).tolist()
    assert again.learnt_from == distilled.learnt_from
    assert other.learnt_from != distilled.learnt_from


def test_copies_are_asked_about_once_and_near_copies_stand_on_one_side():
    slow = Slow()
    long = "昨天晚上在学校门口的小店里吃的面条真是好吃得让人想哭"
    near = [f"{long}{end}" for end in ("啊", "呀", "呢", "吧", "哦", "嘛")]
    done = distil(slow, [*POSTS, *POSTS, f" {POSTS[0]}", *near], student=student(), held_out=0.4)
    assert sorted(slow.asked) == sorted([*POSTS, *near])
    assert done.report.posts.copies == 81
    assert len(done.learnt_from.overlap(near)) in (0, 6)


def test_rows_without_an_answer_are_left_out_and_counted_by_outcome():
    done = distil(Reluctant(), POSTS, student=student())
    assert done.report.unanswered == 4
    assert done.report.outcomes == {"refused": 4}
    assert done.report.learnt + done.report.held_out == 76
    assert done.learnt_from.overlap(["从面条开始的周末", "从下雨开始的周末"]) == []


def test_an_answer_without_probabilities_is_wholly_its_label():
    asked = teacher_module.Teacher(Reluctant())
    said = asked.answers(["梦见了面条", "楼下的面条", "从面条开始的周末"], [None] * 3).probabilities[:, 0]
    assert said[:2].tolist() == [[1.0, 0.0], [0.9, 0.1]]
    assert np.isnan(said[2]).all()


@pytest.mark.filterwarnings("ignore:Texts are sent")
def test_a_language_model_at_an_address_teaches_with_what_stands_above_a_post(tmp_path, monkeypatch):
    pytest.importorskip("openai")
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path))

    def answer(body):
        return completion("抱歉，我无法回答。") if "难" in text_of(body) else labelled("正面")

    with chat_server(answer) as (url, asked):
        slow = teacher_module.Teacher(f"endpoint:{url}?model=made", task="sentiment")
        said = slow.answers(["很好吃", "难说"], ["这家怎么样", None])
        assert slow.facts.name == "endpoint:made"
        assert "<上文>这家怎么样</上文>\n<文本>很好吃</文本>" in [body["messages"][-1]["content"] for body in asked]
    assert said.outcomes == {"refused": 1}
    assert said.probabilities[0, 0].tolist() == [0.0, 0.0, 1.0]
    assert np.isnan(said.probabilities[1]).all()


def test_both_are_scored_on_given_labels_which_are_not_learnt_from():
    # The teacher is wrong in one of four; so is the student, who has learnt that.
    gold = ["面条加一", "没有下雨的日子", "说到面条我就想笑", "面条和下雨"], ["food", "weather", "food", "weather"]
    done = distil(Slow(), POSTS, gold=gold, student=student())
    report = done.report
    assert report.near_gold == 3
    assert done.learnt_from.overlap(gold[0]) == []
    assert report.gold.teacher.metrics["accuracy"].value == report.gold.student.metrics["accuracy"].value == 0.75
    assert report.gold.test.difference.value == 0
    assert not any("No labels of people" in note for note in report.notes)


def test_each_post_is_asked_about_each_target():
    class Stance(Slow):
        def predict_proba(self, texts):
            return np.array([SURE["food" if each.target == "面馆" else "weather"] for each in texts])

    done = distil(Stance(), POSTS, target=["面馆", "气象台"])
    assert done.report.fidelity.n == 32
    assert (done.report.task, done.report.targets) == ("stance", ("面馆", "气象台"))
    said = done.model.predict([weibo_nlp.Example("今天真好", target) for target in done.report.targets])
    assert said.tolist() == ["food", "weather"]


def test_a_run_that_was_ended_goes_on_and_comes_to_the_same(tmp_path, monkeypatch, slow_folder):
    monkeypatch.setattr(teacher_module, "BATCH", 10)
    asked, stops = [], [True]

    def noted(model, task, batch, places, targets, ask=teacher_module.asked):
        if stops and len(asked) == 3:
            stops.clear()
            raise KeyboardInterrupt
        asked.append(list(batch.texts))
        return ask(model, task, batch, places, targets)

    unbroken = distil(slow_folder, POSTS, student=student())
    with monkeypatch.context() as patch:
        patch.setattr(teacher_module, "asked", noted)
        with pytest.raises(KeyboardInterrupt):
            distil(slow_folder, POSTS, student=student(), answers=tmp_path / "kept")
        assert [len(batch) for batch in asked] == [1, 10, 5]
        first, asked[:] = [*itertools.chain(*asked)], []
        resumed = distil(slow_folder, POSTS, student=student(), answers=tmp_path / "kept")
    assert sorted([*first, *itertools.chain(*asked)]) == sorted(POSTS)
    for name, done in {"a": unbroken, "b": resumed}.items():
        done.save(tmp_path / name)
    for file in ("model.safetensors", "config.json", "learnt_from.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert not any(text.encode() in (tmp_path / "kept").read_bytes() for text in POSTS)


def test_a_line_that_was_half_written_is_asked_again(tmp_path, slow_folder, distilled):
    path = tmp_path / "kept"
    whole = distil(slow_folder, POSTS, student=student(), answers=path)
    content = path.read_bytes()
    for end in (10, len(content) - 40):
        path.write_bytes(content[:end])
        again = distil(slow_folder, POSTS, student=student(), answers=path)
        assert again.model.predict_proba(POSTS).tolist() == whole.model.predict_proba(POSTS).tolist()
        kept = [json.loads(line) for line in path.read_text().splitlines()]
        assert sum(len(line["texts"]) for line in kept[1:]) == len(POSTS)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        pytest.param(lambda lines: ["my diary", *lines], UsageError, "is none of our files", id="of-somebody-else"),
        pytest.param(
            lambda lines: [lines[0].replace("food", "f00d"), *lines[1:]], UsageError, "of another model", id="other"
        ),
        pytest.param(lambda lines: [lines[0], "{}", *lines[2:]], DataError, "kept:2: holds no answers", id="damaged"),
        pytest.param(
            lambda lines: [lines[0], lines[1].replace("[[[", "[[[1.5, "), *lines[2:]], DataError, "kept:2", id="shape"
        ),
        pytest.param(
            lambda lines: [lines[0], lines[1].replace("[[[0", "[[[NaN"), *lines[2:]], DataError, "kept:2", id="nan"
        ),
    ],
)
def test_answers_that_are_not_this_teacher_s_are_refused_and_left_as_they_are(
    tmp_path, slow_folder, change, error, message
):
    path = tmp_path / "kept"
    distil(slow_folder, POSTS, student=student(), answers=path)
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")
    before = path.read_bytes()
    with pytest.raises(error, match=message):
        distil(slow_folder, POSTS, student=student(), answers=path)
    assert path.read_bytes() == before


def test_answers_of_a_model_that_lies_nowhere_are_not_kept(tmp_path):
    with pytest.raises(UsageError, match="answers are kept of a model in a folder or at an address"):
        distil(Slow(), POSTS, answers=tmp_path / "kept")


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        # Of 16 posts held out, one is asked about first, and the rest in three batches of 4 and one of 3.
        pytest.param(4, (3, 4, 2.0, 8.0, 4.0), id="whole-batches"),
        pytest.param(100, (1, 15, 7.5, 30.0, 4.0), id="one-batch-that-is-all"),
    ],
)
def test_speed_is_that_of_whole_batches_held_out_the_same_for_both(monkeypatch, batch, expected):
    monkeypatch.setattr(teacher_module, "BATCH", batch)
    ticks = itertools.count()
    monkeypatch.setattr(teacher_module, "perf_counter", lambda: 2.0 * next(ticks))  # a batch takes two seconds
    monkeypatch.setattr(distillation, "perf_counter", lambda: 0.5 * next(ticks))
    speed = distil(Slow(), POSTS, student=student()).report.speed
    assert (speed.batches, speed.batch, speed.teacher, speed.student, speed.times) == expected
    assert speed.machine["processor"]


def test_vectors_that_were_kept_are_no_measure_of_the_encoder(tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path))
    slow = EmbeddingClassifier(encoder=MadeEncoder(), C=1.0).fit(POSTS[:24], LABELS * 12)
    others = [f"{text}，真的" for text in POSTS]
    monkeypatch.setattr(teacher_module, "BATCH", 4)
    first, second = (distil(slow, others, student=student()).report for _ in range(2))
    assert first.speed.teacher is not None
    assert second.speed.teacher is None
    assert any("speed was not measured" in note for note in second.notes)
    assert first.teacher.encoder == "made (float32, 12 dimensions)"


def test_the_folder_is_one_of_a_model_with_its_card_and_figures(distilled, tmp_path):
    distilled.save(tmp_path / "m")
    model = load_model(tmp_path / "m")
    assert model.predict(["隔壁的面条"]).tolist() == ["food"]
    assert model.explain("隔壁的面条").label == "food"
    assert model.trained_on_["teacher"] == "slow"
    assert learnt_from(tmp_path / "m") == distilled.learnt_from
    report = json.loads((tmp_path / "m" / "report.json").read_text("utf-8"))
    assert report["kind"] == "weibo_nlp distillation report"
    assert report["teacher"] == {"name": "slow", "version": "7", "encoder": None, "weights": None}
    assert report["fidelity"]["agreement"]["value"] == 1
    card = (tmp_path / "m" / "README.md").read_text("utf-8")
    assert "Its teacher is slow 7: it said" in card
    assert "What the teacher gets wrong, it gets wrong as well" in card
    distilled.save(tmp_path / "m")  # one of an earlier model is replaced
    assert not any(text in path.read_text("utf-8") for text in POSTS for path in (tmp_path / "m").glob("*.[jm]*[dn]"))


def test_no_label_is_markup_of_the_card(tmp_path):
    class Hostile(Slow):
        name = "<b>slow</b>"
        classes_ = np.array(["<img src=x>", "[a](https://b)"])

    distil(Hostile(), POSTS, student=student()).save(tmp_path / "m")
    card = (tmp_path / "m" / "README.md").read_text("utf-8")
    assert "<img" not in card.replace("\\<img", "")
    assert "<b>" not in card.replace("\\<b\\>", "")
    assert not re.search(r"(?<!\\)\]\(https", card)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        pytest.param({"held_out": 1.0}, UsageError, "held_out is 1.0; give a share", id="held-out"),
        pytest.param({"held_out": True}, UsageError, "held_out is True", id="held-out-bool"),
        pytest.param({"texts": ["面条", "面条！", "下雨"]}, DataError, "too few to learn from", id="too-few"),
        pytest.param({"texts": [None, ""]}, DataError, r"2 of 2 rows|none of 2 rows has a text", id="no-text"),
        pytest.param({"texts": [*POSTS, ""]}, DataError, r"1 of 81 rows cannot be read: text is empty", id="empty"),
        pytest.param({"parents": ["好"]}, UsageError, "80 texts and 1 parents", id="parents"),
        pytest.param({"task": "stance"}, UsageError, "is about targets; name at least one", id="no-target"),
        pytest.param({"task": "topic", "target": "面馆"}, UsageError, "'topic' is about no target", id="target"),
        pytest.param({"gold": POSTS}, UsageError, "gold is a list; give a pair", id="gold-no-pair"),
        pytest.param(
            {"gold": (POSTS, ["food", "snow"] * 40)}, DataError, "labelled posts have 'snow'", id="gold-other-label"
        ),
        pytest.param({"gold": (POSTS, LABELS * 40)}, DataError, "all posts are copies of labelled", id="gold-is-all"),
        pytest.param(
            {"gold": (POSTS, LABELS * 40), "target": ["a", "b"]},
            UsageError,
            "about one target, and 2",
            id="gold-targets",
        ),
        pytest.param({"errors": "ignore"}, UsageError, "errors is 'ignore'", id="errors"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        distil(**{"teacher": Slow(), "texts": POSTS, **arguments})


def test_a_teacher_that_answers_nothing_or_one_label_teaches_nothing():
    class Silent(Reluctant):
        def ask(self, texts):
            return [SimpleNamespace(label=None, outcome="refused", probabilities=None) for _ in texts]

    class Single(Slow):
        def predict_proba(self, texts):
            return np.array([(1.0, 0.0)] * len(texts))

    with pytest.raises(DataError, match="answered 0 of 80 questions about 80 posts"):
        distil(Silent(), POSTS)
    with pytest.raises(DataError, match=r"only \['food'\] occur"):
        distil(Single(), POSTS)


def test_rows_without_a_text_are_left_out_where_that_is_asked_for():
    with pytest.warns(UserWarning, match="1 of 81 rows cannot be read: text is empty"):
        report = distil(Slow(), [*POSTS, "  "], student=student(), errors="skip").report
    assert report.posts.set_aside == {"text is empty": 1}
    assert report.posts.first == {"text is empty": 80}
