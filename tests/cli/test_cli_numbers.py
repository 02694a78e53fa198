"""Numbers given on the command line reach the statistics that they are about."""

import csv
import json
import re
from dataclasses import replace

import pytest

from weibo_nlp.corpus import open_release
from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions
from weibo_nlp.records import Prediction


@pytest.fixture(scope="module")
def files(small_corpus_shipped, tmp_path_factory):
    """Two systems on topic that are wrong in every third and every fourth row."""
    release = open_release()
    labels = release.scheme.task("topic").labels
    header = PredictionHeader(
        "corpus", release.version, "test", "topic", "standard", release.scheme.version, ModelReference("x", "1")
    )
    folder = tmp_path_factory.mktemp("files")
    for name, every in (("a", 3), ("b", 4)):
        rows = [
            Prediction(gold.document_id, "topic", labels[place % 4] if place % every == 0 else gold.label, {})
            for place, gold in enumerate(release.gold("topic", "test"))
        ]
        write_predictions(folder / f"{name}.jsonl", replace(header, model=ModelReference(name, "1")), rows)
    return folder / "a.jsonl", folder / "b.jsonl"


@pytest.fixture
def figures(run, tmp_path):
    def call(*arguments):
        assert run(*arguments, "--json", tmp_path / "f.json")[0] == 0
        return json.loads((tmp_path / "f.json").read_text("utf-8"))

    return call


def bounds(found):
    (result,) = found["results"]
    metric = result["metrics"][result["main_metric"]]
    return metric["low"], metric["high"]


def test_the_seed_of_evaluate_draws_the_resamples(figures, files):
    one, other = (bounds(figures("evaluate", files[0], "--resamples", "200", "--seed", seed)) for seed in (7, 8))
    assert one != other


def test_seed_and_rounds_of_compare_draw_the_permutations(figures, files):
    def tested(rounds, seed):
        return figures("compare", *files, "--resamples", "200", "--rounds", rounds, "--seed", seed)["comparisons"][0]

    one, other, more = tested(1000, 7), tested(1000, 8), tested(1500, 7)
    assert (one["rounds"], more["rounds"]) == (1000, 1500)
    assert (one["p"], one["difference"]) != (other["p"], other["difference"])


@pytest.mark.slow
def test_seeds_and_rounds_of_the_leaderboard_draw_resamples_and_permutations(run, figures, files, tmp_path):
    board = tmp_path / "board"
    for seed, file in enumerate(files):
        assert run("leaderboard", "add", file, "--folder", board, "--resamples", "200", "--seed", 7 + seed)[0] == 0
    kept = sorted(path.read_text("utf-8") for path in board.rglob("*.json"))
    assert [re.findall('"seed": ([0-9]+)', entry) for entry in kept] == [["7"], ["8"]]

    def tested(rounds, seed):
        (table,) = figures("leaderboard", "show", "--folder", board, "--rounds", rounds, "--seed", seed)["tables"]
        return table["comparisons"][0]

    one, other, more = tested(1000, 7), tested(1000, 8), tested(1500, 7)
    assert (one["rounds"], more["rounds"]) == (1000, 1500)
    assert one["p"] != other["p"] or one["difference"] != other["difference"]


def test_the_column_with_what_is_answered_changes_the_stance(run, tmp_path):
    source = tmp_path / "posts.csv"
    source.write_text("text,answers\n同意,失信的人就该被限制\n同意,限制他们太过分了\n", "utf-8")

    def scores(*options):
        arguments = ("label", source, "-o", tmp_path / "o.csv", "--target", "信用惩戒", "--text-column", "text")
        assert run(*arguments, *options)[0] == 0
        with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as handle:
            return [row["stance_score"] for row in csv.DictReader(handle)]

    one, other = scores()
    assert one == other
    one, other = scores("--parent-column", "answers")
    assert one != other
