import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.benchmark.run import run_corpus
from weibo_nlp.errors import PredictionError, UsageError
from weibo_nlp.evaluation.comparison import Comparison, compare, compare_runs, distinct_names, ranks
from weibo_nlp.evaluation.files import evaluate, resolve_evaluation_set
from weibo_nlp.predictions import ModelReference, PredictionFile, PredictionHeader, read_predictions, write_predictions
from weibo_nlp.records import Prediction
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.multiplicity import holm

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")

NLPCC2016 = Path(__file__).parents[1] / "data" / "external" / "nlpcc2016"


@pytest.fixture(scope="module")
def corpus_files(small_corpus_shipped, tmp_path_factory):
    """Predictions of both registered models on sentiment, as the benchmark writes them."""
    folder = tmp_path_factory.mktemp("predictions")
    run_corpus(
        tasks=["sentiment"],
        models=["majority", "linear"],
        seeds=1,
        predictions=folder,
        bootstrap=BootstrapConfig(n_resamples=200),
    )
    files = {read_predictions(path).header.model.name: path for path in folder.iterdir()}
    return files["majority"], files["linear"]


def flipped(path, folder, count=1, name="flipped"):
    """The same predictions under another name, some labels changed at random."""
    file = read_predictions(path)
    rows = list(file.predictions)
    rng = np.random.default_rng(0)
    labels = sorted({row.label for row in rows} | {"neutral", "negative"})
    for place in rng.choice(len(rows), count, replace=False):
        other = [label for label in labels if label != rows[place].label]
        rows[place] = replace(rows[place], label=str(rng.choice(other)))
    target = folder / f"{name}.jsonl"
    write_predictions(target, replace(file.header, model=ModelReference(name, "1")), rows)
    return target


def test_models_that_differ_by_one_random_flip_tie(corpus_files, tmp_path):
    for path in corpus_files:
        (comparison,) = compare([path, flipped(path, tmp_path)], bootstrap=BootstrapConfig(n_resamples=200)).comparisons
        # One unit differs, so two assignments are possible, and both are as far apart as what was observed.
        assert (comparison.p, comparison.n_differing_units) == (1.0, 1)
        assert comparison.tie
        assert comparison.better is None


def test_a_learnt_model_is_better_than_the_majority_whichever_comes_first(corpus_files):
    majority, linear = corpus_files
    few = {"bootstrap": BootstrapConfig(n_resamples=200), "n_permutations": 300}
    (one,) = compare([majority, linear], **few).comparisons
    (other,) = compare([linear, majority], **few).comparisons
    assert one.rounds == 300
    assert one.better == other.better == next(name for name in (one.a, one.b) if name.startswith("linear "))
    assert one.p == other.p < 0.05
    assert one.difference.value == -other.difference.value < 0


def test_the_scores_are_those_of_evaluate_and_their_difference_is_the_difference(corpus_files):
    found = compare(list(corpus_files), bootstrap=BootstrapConfig(n_resamples=200))
    mains = []
    for file, path in zip(found.files, corpus_files, strict=True):
        scored = evaluate(path, bootstrap=BootstrapConfig(n_resamples=200))
        assert file.main == scored.main
        mains.append(file.main.value)
    assert found.comparisons[0].difference.value == pytest.approx(mains[0] - mains[1], abs=1e-12)


def test_more_files_mean_all_pairs_and_holm_over_them(corpus_files, tmp_path):
    majority, linear = corpus_files
    paths = [majority, linear, flipped(linear, tmp_path, 9, "nine"), flipped(linear, tmp_path, 40, "forty")]
    found = compare(paths, bootstrap=BootstrapConfig(n_resamples=200))
    names = [file.name for file in found.files]
    assert [(pair.a, pair.b) for pair in found.comparisons] == list(combinations(names, 2))
    assert [pair.p_holm for pair in found.comparisons] == holm([pair.p for pair in found.comparisons]).tolist()
    content = found.to_dict()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    wanted = {"set", "task", "protocol", "metric", "a", "b", "difference", "p", "p_holm", "tie"}
    assert all(wanted <= set(row) for row in content["comparisons"])


def test_files_that_look_the_same_are_told_apart_by_seed_then_by_place(corpus_files, tmp_path):
    file = read_predictions(corpus_files[0])
    paths = []
    for number, seed in enumerate((0, 1, None, None)):
        paths.append(tmp_path / f"{number}.jsonl")
        write_predictions(paths[-1], replace(file.header, seed=seed), file.predictions)
    found = compare(paths, bootstrap=BootstrapConfig(n_resamples=200))
    own = f"majority {file.header.model.version}"
    assert [one.name for one in found.files] == [f"{own} seed 0", f"{own} seed 1", f"{own} (file 3)", f"{own} (file 4)"]
    assert all(pair.p == 1 for pair in found.comparisons)


@pytest.mark.parametrize(
    "rival", [("majority 1 (file", "2)"), ("majority", "1 (file 2)")], ids=["in-the-name", "in-the-version"]
)
def test_no_name_takes_the_place_of_another_file(corpus_files, tmp_path, rival):
    file = read_predictions(corpus_files[0])
    models = [ModelReference("majority", "1")] * 2 + [ModelReference(*rival)]
    right = resolve_evaluation_set(file.header)[1].gold
    labels = [[row.label for row in right], [row.label for row in right], ["neutral"] * len(right)]
    paths = [tmp_path / f"{number}.jsonl" for number in range(3)]
    for path, model, said in zip(paths, models, labels, strict=True):
        rows = [Prediction(row.document_id, "sentiment", label, {}) for row, label in zip(right, said, strict=True)]
        write_predictions(path, replace(file.header, model=model, seed=None), rows)
    found = compare(paths, n_permutations=300, bootstrap=BootstrapConfig(n_resamples=200))
    names = [one.name for one in found.files]
    assert names == ["majority 1 (file 1)", "majority 1 (file 2)", "majority 1 (file 2) (file 3)"]
    assert [(pair.a, pair.b) for pair in found.comparisons] == list(combinations(names, 2))
    assert [pair.better for pair in found.comparisons] == [None, names[0], names[1]]
    assert [one.rank for one in found.files] == [1, 1, 3]


@given(
    st.lists(
        st.tuples(
            st.text("x 1(file2)seed", min_size=1, max_size=9),
            st.sampled_from(["1", "2)", "1 (file 2)", "1 seed 2"]),
            st.sampled_from([None, 1, 2]),
        ),
        min_size=2,
        max_size=5,
    )
)
def test_no_two_files_have_one_name(about):
    header = PredictionHeader("corpus", "1", "test", "topic", "standard", "1", ModelReference("x", "1"))
    files = [
        PredictionFile(replace(header, model=ModelReference(name, version), seed=seed), ())
        for name, version, seed in about
    ]
    assert len(set(distinct_names(files))) == len(files)


@pytest.mark.parametrize("field", ["set", "version", "split", "task", "protocol", "scheme"])
def test_files_about_different_things_are_refused_naming_field_and_both_files(corpus_files, tmp_path, field):
    file = read_predictions(corpus_files[0])
    other = tmp_path / "other.jsonl"
    header = replace(file.header, **{field: "else"})
    write_predictions(other, header, [replace(row, task=header.task) for row in file.predictions])
    with pytest.raises(PredictionError, match=rf"other\.jsonl:1: {field} is 'else', but .* in .*majority.*\.jsonl:1;"):
        compare([corpus_files[0], other])


def test_one_file_is_nothing_to_compare(corpus_files):
    with pytest.raises(UsageError, match="1 prediction file given; name two or more"):
        compare(list(corpus_files[:1]))


def test_external_files_are_compared_against_the_users_copy(tmp_path):
    # Gold of the miniature's test part is none, against, favor: 3 right against 1 right (all favor). FAVG is 1 for the
    # first, and for the second (F1 of favor 1/2, of against 0) 1/4.
    header = PredictionHeader(
        "nlpcc2016", None, "test", "stance", "external", "nlpcc2016", ModelReference("right", "1")
    )
    _, evaluation_set = resolve_evaluation_set(header, NLPCC2016)
    right = [Prediction(gold.document_id, "stance", gold.label, {}, gold.target) for gold in evaluation_set.gold]
    write_predictions(tmp_path / "a.jsonl", header, right)
    favor = [replace(row, label="favor") for row in right]
    write_predictions(tmp_path / "b.jsonl", replace(header, model=ModelReference("favor", "1")), favor)
    found = compare(
        [tmp_path / "a.jsonl", tmp_path / "b.jsonl"],
        external_path=NLPCC2016,
        bootstrap=BootstrapConfig(n_resamples=200),
    )
    assert [file.main.value for file in found.files] == [1.0, pytest.approx(1 / 4)]
    assert found.comparisons[0].difference.value == pytest.approx(3 / 4)
    with pytest.raises(UsageError, match="name the folder of your copy with --path"):
        compare([tmp_path / "a.jsonl", tmp_path / "b.jsonl"])


def test_a_large_table_gets_rounds_enough_for_holm_to_find_anything(corpus_files):
    # 14 systems make 91 pairs. With 1,000 rounds the smallest p is 1 / 1,001, and 91 times that is above .05: no pair
    # could ever be told apart.
    spec, evaluation_set = resolve_evaluation_set(read_predictions(corpus_files[0]).header)
    gold = evaluation_set.gold_indices(spec)[None]
    wrong = (gold + 1) % len(spec.labels)
    runs = {f"wrong {number}": wrong for number in range(13)} | {"right": gold}
    pairs = compare_runs(runs, spec, evaluation_set, n_permutations=1000, bootstrap=BootstrapConfig(n_resamples=20))
    assert len(pairs) == 91
    assert {pair.better for pair in pairs if "right" in (pair.a, pair.b)} == {"right"}


def runs_wrong_at(gold, n_labels, shares):
    """By name, the gold labels with a share of them wrong, drawn by the place of the name."""
    runs = {}
    for draw, (name, share) in enumerate(shares.items()):
        rng = np.random.default_rng(draw)
        runs[name] = np.where(rng.random(gold.size) < share, (gold + 1) % n_labels, gold)[None]
    return runs


def test_junk_beside_two_systems_turns_no_difference_into_a_tie(corpus_files):
    # Ten systems that are as good as guesses. Holm over all 66 pairs asks for p below .0008, which no difference of
    # these rows gives with 99 permutations (p is 1 / 100 at least): what was told apart would tie.
    spec, evaluation_set = resolve_evaluation_set(read_predictions(corpus_files[0]).header)
    gold, n_labels = evaluation_set.gold_indices(spec), len(spec.labels)
    two = {"good": 0.05, "fair": 0.5}
    few = {"n_permutations": 99, "bootstrap": BootstrapConfig(n_resamples=2)}
    alone = compare_runs(runs_wrong_at(gold, n_labels, two), spec, evaluation_set, family="each pair", **few)
    junk = {f"junk {number}": 0.7 for number in range(10)}
    runs = runs_wrong_at(gold, n_labels, two | junk)
    among = compare_runs(runs, spec, evaluation_set, family="each pair", **few)
    assert len(among) == 12 * 11 // 2
    assert alone == among[:1]
    assert alone[0].better == "good"
    assert among[0].p_holm == among[0].p
    assert min(1.0, among[0].p * len(among)) > 0.05  # what Holm over all of them would make of it


def compared(a, b, p, difference=0.1):
    estimate = Estimate(difference, difference - 0.1, difference + 0.1)
    return Comparison("corpus", "topic", "standard", "macro_f1", a, b, estimate, p, p_holm=p)


def test_a_system_that_ties_with_the_first_shares_its_rank():
    # x beats z; y, between them, ties with both.
    pairs = [compared("x", "y", 0.4), compared("x", "z", 0.01), compared("y", "z", 0.3)]
    assert ranks(["x", "y", "z"], pairs) == {"x": 1, "y": 1, "z": 2}


def test_who_is_beaten_ranks_below_also_where_the_first_does_not_beat_both():
    # x beats y and y beats z, but x and z are not told apart: still z cannot stand beside y, who beats it.
    pairs = [compared("x", "y", 0.01), compared("x", "z", 0.06), compared("y", "z", 0.01)]
    assert ranks(["x", "y", "z"], pairs) == {"x": 1, "y": 2, "z": 3}


def test_p_of_exactly_five_percent_is_a_tie():
    assert compared("x", "y", 0.05).tie
    assert compared("x", "y", 0.0499).better == "x"
    assert compared("x", "y", 0.0499, difference=-0.1).better == "y"


@given(st.integers(0, 6), st.data())
def test_ranks_follow_every_significant_pair_and_no_order_of_names(count, data):
    names = [f"s{number}" for number in range(count)]
    pairs = [compared(a, b, 0.01 if data.draw(st.booleans()) else 0.5) for a, b in combinations(names, 2)]
    placed = ranks(names, pairs)
    assert all(placed[pair.a] < placed[pair.b] for pair in pairs if not pair.tie)
    assert all(1 <= rank <= count for rank in placed.values())
    assert not names or min(placed.values()) == 1
    shuffled = data.draw(st.permutations(names))
    turned = [replace_sides(pair) if data.draw(st.booleans()) else pair for pair in data.draw(st.permutations(pairs))]
    assert ranks(shuffled, turned) == placed


def replace_sides(pair):
    return compared(pair.b, pair.a, pair.p_holm, -pair.difference.value)
