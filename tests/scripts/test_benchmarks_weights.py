import copy
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import benchmark_weights
import numpy as np
import pytest
from benchmarks import baselines, left_out, weights
from benchmarks.answers import label_coverage, rows_at
from benchmarks.left_out import SMP_SET, across_sources, choice_of, without_smp
from benchmarks.subprocess_runner import Outcome
from benchmarks.weights import EVERY_TARGET, Weights, held_back, run_weights
from benchmarks.weights_table import CARDS, card_table, fill_cards, markdown_tables
from training.recipe import Choice
from training.rows import RowWeights

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.external.hydration import text_key
from weibo_nlp.models.conformal import ConformalSets
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.scheme import load_scheme
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.tasks.real import RealTexts, real_tasks

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")

DATA = Path(__file__).parents[1] / "data"
COPIES = DATA / "external"
LINES = (DATA / "public_texts" / "texts.jsonl").read_text("utf-8").splitlines()
TEXTS = {text_key(text): text for text in (json.loads(line)["text"] for line in LINES)}
BOOTSTRAP = BootstrapConfig(n_resamples=60)
TINY = {"bootstrap": BOOTSTRAP, "n_permutations": 200}
LABELS = {name: task.labels for name, task in load_scheme().tasks.items()}
SMP = (
    ("今天的晚霞绝了，开心", "happy"),
    ("又加班到半夜，烦死了", "angry"),
    ("外婆走了，想她", "sad"),
    ("明天开会改到九点", "neutral"),
    ("收到录取通知啦", "happy"),
    ("地铁停在隧道里，好怕", "fear"),
)
LOAD = Weights.load
# Of 9 calibration texts, the least probability of the right label is the limit at a coverage of .9; the two topics
# without such a text are in every set.
CALIBRATION = [[0.5, 0.5, 0, 0]] * 9 + [[0.8, 0.2, 0, 0]] * 9
TOPIC_SETS = ConformalSets(LABELS["topic"], CALIBRATION, [0] * 9 + [1] * 9)
OF_CREDIT = {"credit": 0.6, "self_media": 0.2}
OTHERWISE = {"other": 0.7, "neutral": 0.6, "negative": 0.3, "false": 0.9, "none": 0.8}


class Fixed:
    """Says of a text with 分数 credit, of any other other; always neutral, never ironic, with no stance."""

    name, version = "linear", "9"

    def __init__(self, task):
        self.classes_ = np.array(LABELS[task])
        if task == "topic":
            self.conformal_ = TOPIC_SETS

    def predict_proba(self, examples):
        rows = []
        for example in examples:
            scores = OF_CREDIT if "分数" in example.text and "credit" in self.classes_ else OTHERWISE
            row = np.array([scores.get(label, 0.1) for label in self.classes_])
            rows.append(row / row.sum())
        return np.array(rows)


@pytest.fixture(scope="module")
def real(small_corpus_shipped):
    return RealTexts(open_release(), TEXTS)


@pytest.fixture(scope="module")
def patched(real):
    """Public texts are those of the miniature, and weights of any name are `Fixed`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "find_real_texts", lambda release, copies, progress: real)
        patch.setattr(weights.Weights, "load", lambda self, task, mode="fast": Fixed(task))
        yield


@pytest.fixture(scope="module")
def measured(patched):
    return run_weights(COPIES, parts=["shipped"], **TINY)


def of(document, scored_on, task, system="open"):
    (row,) = (
        row
        for row in document["results"]
        if (row["scored_on"], row["task"], row["system"]) == (scored_on, task, system)
    )
    return row


# What is scored


def test_each_task_is_scored_on_public_composed_and_shared_texts_with_every_weights(measured):
    rows = [(row["scored_on"], row["task"], row["system"]) for row in measured[0]["results"]]
    sets = {task: ["real", "corpus", "mission_dev"] for task in LABELS} | {
        "stance": ["real", EVERY_TARGET, "corpus", "mission_dev"]
    }
    assert sorted(row for row in rows if row[2] != "target_prior") == sorted(
        (scored_on, task, system) for task in LABELS for scored_on in sets[task] for system in ("open", "research")
    )
    assert [row for row in rows if row[2] == "target_prior"] == [
        ("real", "stance", "target_prior"),
        ("mission_dev", "stance", "target_prior"),
    ]


def test_stance_is_scored_on_the_target_of_the_gold_topic_and_apart_on_every_target(measured):
    # Two texts are on a topic, one of them against; the third is on none, so eight of nine pairs take no side.
    on_topic, everywhere = of(measured[0], "real", "stance"), of(measured[0], EVERY_TARGET, "stance")
    assert (on_topic["n"], on_topic["metrics"]["accuracy"]["value"]) == (2, 0.5)
    assert (everywhere["n"], everywhere["metrics"]["accuracy"]["value"]) == (9, pytest.approx(8 / 9))
    assert everywhere["per_class"]["against"]["support"] == 1
    assert everywhere["split"] == "test, every target"


def test_weights_are_tested_against_the_target_prior_with_holm_over_all_tests(measured):
    tests = measured[0]["comparisons"]
    assert [(test["scored_on"], test["system"], test["a"], test["b"]) for test in tests] == [
        (scored_on, name, f"weights {name}", "target_prior")
        for name in ("open", "research")
        for scored_on in ("real", "mission_dev")
    ]
    assert all(test["p_holm"] >= test["p"] for test in tests)
    # Both weights are the same here: the p of either, four times over at the most.
    assert max(test["p_holm"] for test in tests) <= min(1.0, 4 * max(test["p"] for test in tests))


def test_what_prediction_sets_hold_is_counted_by_label(measured):
    rows = [row for row in measured[0]["sets"] if row["system"] == "open"]
    assert {row["task"] for row in rows} == {"topic"}  # the other model has none
    # 分数…: .6 of credit and .2 of self-media reach their limits; 博主…, of self-media, has .1 of it; two are in all.
    assert [(row["label"], row["n"], row["held"], row["size"], row["undecided"]) for row in rows] == [
        ("credit", 1, 1.0, 4.0, False),
        ("self_media", 1, 0.0, 2.0, False),
        ("consumer_nationalism", 0, None, None, True),
        ("other", 1, 1.0, 2.0, True),
    ]


def test_coverage_counts_the_sets_of_the_texts_of_each_label():
    sets = [("a",), ("a", "b"), ("b",), ("a", "b", "c"), ("b", "c")]
    rows = label_coverage(["a", "a", "a", "b", "b"], sets, ["a", "b", "c"], ["c"])
    assert [(row["n"], row["held"], row["size"]) for row in rows] == [
        (3, pytest.approx(2 / 3), pytest.approx(4 / 3)),
        (2, 1.0, 2.5),
        (0, None, None),
    ]
    assert [row["undecided"] for row in rows] == [False, False, True]


def test_what_is_held_back_is_logged_and_what_is_for_development_is_not(patched, measured):
    logged = {(run.spec.set, run.spec.test) for run in held_back(measured[1])}
    assert logged == {("real", "test"), ("real", "test, every target"), ("mission_dev", "test")}
    document, runs = run_weights(COPIES, parts=["shipped"], tasks=["topic"], scored="validation", **TINY)
    assert {row["scored_on"] for row in document["results"]} == {"real"}
    assert held_back(runs) == []
    assert "a rehearsal, which flatters them" in markdown_tables(document)


# Sources left out


class Recipe:
    """In place of the recipe of the weights: keeps what it is asked for and gives `Fixed`."""

    asked = ()

    def __init__(self, name, real, copies, *, without=(), held_back=()):
        self.name, self.without, self.held_back = name, without, held_back
        self.specs = real_tasks(real.release.scheme, real.release.version)

    def train(self, spec, *, choice=None, progress=None):
        Recipe.asked = (*Recipe.asked, (self.name, tuple(self.without), tuple(self.held_back), spec.name, choice))
        return SimpleNamespace(model=Fixed(spec.name), n_rows={"composed": 100, "COLD": 5})


@pytest.fixture
def recipe(monkeypatch):
    monkeypatch.setattr(left_out, "WeightsRecipe", Recipe)
    monkeypatch.setattr(Recipe, "asked", ())
    return Recipe


def shipped():
    model = LinearClassifier(C=0.25)
    model.C_, model.trained_on_ = 0.25, {"row_weights": vars(RowWeights(public=8.0))}
    return model


def test_each_source_is_answered_by_weights_that_left_it_out_and_nothing_is_chosen_anew(real, recipe):
    across = across_sources(
        real, COPIES, "topic", shipped(), coverage=0.9, bootstrap=BOOTSTRAP, progress=lambda _: None
    )
    choice = Choice(RowWeights(public=8.0), 0.25, ())
    assert recipe.asked == tuple(("research", (source,), (), "topic", choice) for source in ("COLD", "Zhihu"))
    # Train and validation: no text of these has 分数, and two of seven of COLD are on no topic, none of Zhihu's two.
    assert [(row["source"], row["n"], row["accuracy"]) for row in across.sources] == [
        ("COLD", 7, pytest.approx(2 / 7)),
        ("Zhihu", 2, 0.0),
    ]
    assert across.run.result.scores.n == 9
    assert [(row["label"], row["n"], row["held"]) for row in across.coverage] == [
        ("credit", 2, 0.0),
        ("self_media", 2, 0.0),
        ("consumer_nationalism", 3, 1.0),
        ("other", 2, 1.0),
    ]


def test_some_sources_alone_are_left_out_and_one_that_is_none_is_refused(real, recipe):
    options = {"coverage": 0.9, "bootstrap": BOOTSTRAP, "progress": lambda _: None}
    across = across_sources(real, COPIES, "sentiment", shipped(), sources=["Zhihu"], **options)
    assert ([row["source"] for row in across.sources], across.run.result.scores.n) == (["Zhihu"], 2)
    assert across.coverage == ()  # the model has no sets
    with pytest.raises(UnknownNameError, match="unknown source of topic 'Tieba'; there is: COLD, Zhihu"):
        across_sources(real, COPIES, "topic", shipped(), sources=["Tieba"], **options)


def test_weights_that_do_not_say_how_rows_were_weighed_cannot_be_made_again():
    with pytest.raises(DataError, match="does not say what its rows weighed; train it by scripts/train_models"):
        choice_of(Fixed("topic"))


@pytest.fixture
def smp(tmp_path, monkeypatch):
    """A copy of SMP2020-EWECT, snownlp's scores of it, and no cnsenti."""

    def answer(work, adapter, job, timeout):
        if adapter.name == "cnsenti":
            return Outcome(adapter, {}, "not installed: pip install cnsenti")
        return Outcome(adapter, {}, figures={"scores": [0.9 if "开心" in text else 0.1 for text in job["texts"]]})

    monkeypatch.setattr(baselines, "run_adapter", answer)
    monkeypatch.setattr(baselines, "installed_versions", lambda packages: dict.fromkeys(packages, "1"))
    folder = tmp_path / "smp2020"
    folder.mkdir()
    rows = [{"id": at, "content": text, "label": label} for at, (text, label) in enumerate(SMP, 1)]
    (folder / "usual_eval_labeled.txt").write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return tmp_path


def test_sentiment_beside_other_programs_is_of_weights_that_left_the_set_out_and_chose_without_it(patched, smp, recipe):
    document, runs = run_weights(smp, parts=[SMP_SET], **TINY)
    assert recipe.asked == (("research", ("SMP2020-EWECT",), tuple(text for text, _ in SMP), "sentiment", None),)
    shown = [
        (row["system"], len(row["labels"]), row["n"], row["metrics"]["accuracy"]["value"])
        for row in document["results"]
    ]
    # Ours says neutral, and of the two others negative; snownlp negative of all but the first.
    assert shown == [
        ("research", 3, 6, pytest.approx(1 / 6)),
        ("research", 2, 5, pytest.approx(3 / 5)),
        ("snownlp", 3, 6, pytest.approx(4 / 6)),
        ("snownlp", 2, 5, pytest.approx(4 / 5)),
    ]
    assert [(test["a"], test["b"], len(test["labels"])) for test in document["comparisons"]] == [
        ("weights research", "snownlp", 3),
        ("weights research", "snownlp", 2),
    ]
    table = markdown_tables(document)
    assert "Not here: cnsenti on smp2020-polarity: not installed: pip install cnsenti." in table
    assert len(held_back(runs)) == 2
    assert not any(text in json.dumps(document, ensure_ascii=False) for text, _ in SMP)


def test_a_rehearsal_draws_rows_and_says_so(real, smp, recipe):
    options = {"timeout": 1.0, "bootstrap": BOOTSTRAP, "progress": lambda _: None, "peers": []}
    (three, _), _ = without_smp(real, smp, n_rows=4, **options)
    (again, _), _ = without_smp(real, smp, n_rows=4, **options)
    assert three.spec.test == "validation, 4 rows drawn"
    assert len(three.evaluation_set.gold) == 4
    assert again.evaluation_set.gold == three.evaluation_set.gold


def test_rows_of_an_evaluation_set_stay_together(real):
    (spec,) = real_tasks(real.release.scheme, real.release.version, ["topic"])
    whole = real.evaluation_set(spec)
    some = rows_at(whole, [2, 0])
    assert [label.document_id for label in some.gold] == ["re20e8709be6d", "r420ffff6b733"]
    assert (some.groups, some.examples) == (("g11", "g02"), (whole.examples[2], whole.examples[0]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"parts": ["train"]}, "unknown part 'train'", id="part"),
        pytest.param({"tasks": ["mood"]}, "unknown task 'mood'", id="task"),
        pytest.param({"weights": [Weights("open")]}, "unknown weights 'research'; there is: open", id="weights"),
    ],
)
def test_what_cannot_be_scored_is_refused_before_anything_is_trained(patched, recipe, options, message):
    with pytest.raises(UnknownNameError, match=message):
        run_weights(COPIES, **options)
    assert recipe.asked == ()


def test_weights_that_are_not_installed_are_loaded_from_their_folder(tmp_path):
    texts = ["真好吃", "太好吃了", "好吃啊", "真难吃", "太难吃了", "难吃啊"]
    model = LinearClassifier(C=1.0).fit(texts, ["praise"] * 3 + ["blame"] * 3)
    model.save_pretrained(tmp_path / "topic")
    assert LOAD(Weights("research", tmp_path), "topic").classes_.tolist() == ["blame", "praise"]


# Tables


def test_a_label_with_few_rows_has_its_number_and_no_verdict(measured):
    document = copy.deepcopy(measured[0])
    for row in document["results"]:
        if (row["scored_on"], row["task"]) == ("real", "topic"):
            row["per_class"]["other"]["support"] = 20
    table = markdown_tables(document)
    assert "| real test | topic | credit | 1 | no verdict | no verdict |\n" in table
    # Two texts are called other, one of them rightly, and none is missed.
    assert "| real test | topic | other | 20 | 0.500 / 1.000 / 0.667 | 0.500 / 1.000 / 0.667 |\n" in table
    assert "| real test | topic | open | credit | 1 | no verdict | no verdict |\n" in table


def test_the_table_tells_weights_from_the_prior_and_holds_no_text(measured):
    table = markdown_tables(measured[0])
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"]
    (ours,) = (row for row in rows if row[:3] == ["real test", "stance", "open"])
    (prior,) = (row for row in rows if row[:3] == ["real test", "stance", "target prior"])
    assert (ours[-1][:1], prior[-2:]) == ("p", ["–", "–"])
    assert any(row[:3] == ["real test, every target", "stance", "research"] for row in rows)
    assert not any(text in table for text in TEXTS.values())


def test_sources_and_sets_have_tables_of_their_own(real, patched, recipe, monkeypatch):
    monkeypatch.setattr(weights.Weights, "load", lambda self, task: shipped())
    document, runs = run_weights(COPIES, parts=["cross_source"], tasks=["topic"], **TINY)
    table = markdown_tables(document)
    assert "| cross_source | topic | research, without it | 9 |" in table
    assert "| COLD | no verdict (n 7) |\n| Zhihu | no verdict (n 2) |\n" in table
    assert (
        "| cross_source | topic | research, without it | other (in every set) | 2 | no verdict | no verdict |" in table
    )
    assert held_back(runs) == []


def test_cards_show_both_weights_beside_each_other(measured, tmp_path):
    for block, card in CARDS.items():
        path = tmp_path / card
        path.parent.mkdir(parents=True)
        path.write_text(f"# Weights\n\n<!-- {block} -->\nold\n<!-- end -->\n", "utf-8")
    fill_cards(tmp_path, measured[0])
    table = card_table(measured[0])
    for block, card in CARDS.items():
        assert (tmp_path / card).read_text("utf-8") == f"# Weights\n\n<!-- {block} -->\n{table}<!-- end -->\n"
    assert table.startswith("| scored on | task | n | open | research |\n")
    # All nine pairs are called none, eight of them rightly: 16 / 17, and nothing for the other two labels.
    assert "| real test, every target | stance | 9 | 0.314 (" in table


# The script


def run_main(monkeypatch, *arguments):
    monkeypatch.delenv("WEIBO_NLP_EXTERNAL", raising=False)
    monkeypatch.setattr(sys, "argv", ["benchmark_weights.py", *map(str, arguments)])
    return benchmark_weights.main()


def test_script_prints_the_tables_and_writes_figures_cards_and_log(monkeypatch, capsys, tmp_path, measured):
    asked, filled = {}, []
    monkeypatch.setattr(benchmark_weights, "run_weights", lambda copies, **options: asked.update(options) or measured)
    monkeypatch.setattr(benchmark_weights, "fill_cards", lambda root, document: filled.append(document))
    figures, log = tmp_path / "figures.json", tmp_path / "log"
    arguments = ("--external", COPIES, "--json", figures, "--log", log, "--cards")
    assert run_main(monkeypatch, *arguments, "--research", tmp_path / "models", "--part", "shipped") == 0
    assert asked["weights"] == [Weights("open"), Weights("research", tmp_path / "models")]
    assert (asked["parts"], asked["scored"]) == (["shipped"], "test")
    assert capsys.readouterr().out == markdown_tables(measured[0])
    assert json.loads(figures.read_text("utf-8")) == json.loads(json.dumps(measured[0]))
    assert filled == [measured[0]]
    logged = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert {(line["set"], line["split"], line["model"]) for line in logged} >= {
        ("real", "test", "weights open"),
        ("real", "test, every target", "weights research"),
        ("mission_dev", "test", "target_prior"),
    }
    assert len(logged) == len(held_back(measured[1]))


def test_script_makes_sure_of_the_cards_before_the_work(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(benchmark_weights, "ROOT", tmp_path)
    monkeypatch.setattr(benchmark_weights, "run_weights", lambda *_, **__: pytest.fail("worked"))
    assert run_main(monkeypatch, "--external", COPIES, "--log", tmp_path / "log", "--cards") == 2
    assert "name a Markdown file" in capsys.readouterr().err


def test_script_asks_for_the_folder_with_the_copies(monkeypatch, capsys):
    with pytest.raises(SystemExit, match="2"):
        run_main(monkeypatch)
    assert "name it with --external or WEIBO_NLP_EXTERNAL" in capsys.readouterr().err
