import pytest
from benchmarks.front_pages import PAGES, card_results, check_pages, fill_pages, readme_results

from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.evaluation.results import Comparison, Provenance, Result, Scores
from weibo_nlp.stats.estimate import Estimate

TASKS = ("topic", "sentiment", "stance", "irony")
MODELS = ("majority", "linear")


def result_of(set_name, task, protocol, model):
    estimate = Estimate(0.5, 0.25, 0.75)
    scores = Scores(
        task=task,
        main_metric="macro_f1",
        labels=("a", "b"),
        metrics={"macro_f1": estimate, "accuracy": estimate},
        per_class={},
        confusion=((0, 0), (0, 0)),
        n=1200,
        n_units=99,
        few_units=True,
    )
    return Result(Provenance(set_name, task, protocol, "threads", model, "1"), scores)


RESULTS = [
    *(result_of("corpus", task, protocol, model) for protocol in ("standard", "cross_event") for task in TASKS
      for model in MODELS),
    *(result_of("nlpcc2016", "stance", protocol, model) for protocol in ("external", "zero_shot") for model in MODELS),
    *(result_of("cold", "offence", "external", model) for model in MODELS),
]  # fmt: skip
CARD = [("corpus", task, "standard", model) for task in TASKS for model in MODELS]
OFFICIAL = [("nlpcc2016", "stance", "external", model) for model in MODELS]
PAIR = Comparison(*CARD[0][:3], "macro_f1", "majority", "linear", Estimate(-0.5, -0.75, -0.25), p=0.01, p_holm=0.01)
REPORT = BenchmarkReport("title", "python x.py", tuple(RESULTS), (PAIR,))


def keys(results):
    return [(*result.provenance.question, result.model) for result in results]


def test_the_card_shows_the_corpus_own_split_alone():
    assert keys(card_results(RESULTS)) == CARD


def test_the_readme_adds_stance_on_official_splits():
    assert keys(readme_results(RESULTS)) == CARD + OFFICIAL


def test_the_readme_never_shows_more_than_ten_rows():
    more = [*RESULTS, *(result_of("c_stance", "stance", "external", model) for model in MODELS)]
    assert keys(readme_results(more)) == CARD + OFFICIAL


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "docs").mkdir()
    for name in PAGES:
        (tmp_path / name).write_text("a\n<!-- results -->\nold\n<!-- end -->\nb\n", "utf-8")
    return tmp_path


def test_pairs_are_compared_in_the_docs_alone(repository):
    fill_pages(repository, REPORT)
    texts = {name: (repository / name).read_text("utf-8") for name in PAGES}
    # The headings are a row as well.
    assert {name: text.count("\n| ") - 1 for name, text in texts.items()} == {
        "docs/benchmark.md": 22,
        "README.md": 10,
        "README.zh-CN.md": 10,
        "DATA_CARD.md": 8,
    }
    assert [name for name, text in texts.items() if "less `linear`" in text] == ["docs/benchmark.md"]
    assert all("Made by `python x.py`" in text and text.endswith("<!-- end -->\nb\n") for text in texts.values())


def test_a_file_without_the_place_for_its_table_is_refused(repository):
    check_pages(repository)
    (repository / "DATA_CARD.md").write_text("nothing", "utf-8")
    with pytest.raises(DataError, match="0 lines <!-- results -->"):
        check_pages(repository)
