import pytest
from benchmarks.front_pages import PAGES, card_results, check_pages, fill_pages, readme_results

from weibo_nlp.errors import DataError

TASKS = ("topic", "sentiment", "stance", "irony")
MODELS = ("majority", "linear")


def row(set_name, task, protocol, model):
    return {
        **{"set": set_name, "task": task, "protocol": protocol, "model": model},
        **{"main_metric": "macro_f1", "n": 1200, "n_units": 99, "few_units": True},
        "metrics": {name: {"value": 0.5, "low": 0.25, "high": 0.75} for name in ("macro_f1", "accuracy")},
    }


RESULTS = [
    *(row("corpus", task, protocol, model) for protocol in ("standard", "cross_event") for task in TASKS
      for model in MODELS),
    *(row("nlpcc2016", "stance", protocol, model) for protocol in ("external", "zero_shot") for model in MODELS),
    *(row("cold", "offence", "external", model) for model in MODELS),
]  # fmt: skip
CARD = [("corpus", task, "standard", model) for task in TASKS for model in MODELS]
OFFICIAL = [("nlpcc2016", "stance", "external", model) for model in MODELS]
DOCUMENT = {
    "command": "python x.py",
    "package": "9.9",
    "corpus_version": "0.2.0",
    "hardware": {"processor": "p", "cores": 2, "memory_gb": None, "python": "3"},
    "results": RESULTS,
    "comparisons": [
        {"task": "topic", "protocol": "standard", "a": "majority", "b": "linear", "p_holm": 0.01, "tie": False,
         "difference": {"value": -0.5, "low": -0.75, "high": -0.25}},
    ],
}  # fmt: skip


def keys(rows):
    return [(row["set"], row["task"], row["protocol"], row["model"]) for row in rows]


def test_the_card_shows_the_corpus_own_split_alone():
    assert keys(card_results(RESULTS)) == CARD


def test_the_readme_adds_stance_on_official_splits():
    assert keys(readme_results(RESULTS)) == CARD + OFFICIAL


def test_the_readme_never_shows_more_than_ten_rows():
    more = [*RESULTS, *(row("c_stance", "stance", "external", model) for model in MODELS)]
    assert keys(readme_results(more)) == CARD + OFFICIAL


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "docs").mkdir()
    for name in PAGES:
        (tmp_path / name).write_text("a\n<!-- results -->\nold\n<!-- end -->\nb\n", "utf-8")
    return tmp_path


def test_pairs_are_compared_in_the_docs_alone(repository):
    fill_pages(repository, DOCUMENT)
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
