from dataclasses import dataclass, replace

import numpy as np
import pytest
from sklearn.metrics import f1_score

from weibo_nlp.benchmark import context
from weibo_nlp.benchmark.context import context_ablation
from weibo_nlp.corpus import build_threads, open_release
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.records import Document, GoldLabel
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.tasks import corpus_tasks
from weibo_nlp.tasks.folds import corpus_evaluation_set, corpus_folds

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")

LABELS = ("negative", "neutral", "positive")
WORDS = ("糟心", "如常", "欢喜")
FILLING = tuple(
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么多"
)
CONTEXTS = ["own text", "+ parent", "+ root", "+ whole path"]


@dataclass
class Made:
    """As much of a release as the ablation asks for: threads that are chains, and their gold."""

    chains: dict[str, list[tuple[str, ...]]]  # split -> of each thread, the texts from the root down
    gold_labels: dict[str, str]
    needy: frozenset[str] = frozenset()
    version = "0"
    path = "made"

    @property
    def scheme(self):
        return open_release().scheme

    def documents(self, split=None):
        return (
            [document for name in [split] if name for document in self._of(name)]
            if split
            else [document for name in self.chains for document in self._of(name)]
        )

    def _of(self, split):
        found = []
        for number, texts in enumerate(self.chains[split]):
            ids = [f"{split}-{number}-{depth}" for depth in range(len(texts))]
            for depth, text in enumerate(texts):
                parent, root = (ids[depth - 1], ids[0]) if depth else (None, None)
                kind = "comment" if depth else "post"
                found.append(Document(ids[depth], kind, text, ids[0], parent=parent, root=root, event="event"))
        return found

    def threads(self, split=None):
        return build_threads(self.documents(split))

    def gold(self, task, split=None):
        return [GoldLabel(document.id, task, self.gold_labels[document.id]) for document in self.documents(split)]

    def rows(self, config, split=None):
        kinds = {"articles": ("article",), "posts": ("post", "repost"), "comments": ("comment",)}[config]
        return ({"id": d.id, "needs_context": d.id in self.needy} for d in self.documents() if d.kind in kinds)


def made(told_at, *, threads=(90, 25), depth=3, seed=0):
    """Threads with a document at each depth; the one at `told_at` names, in a word, the label of all below it."""
    rng = np.random.default_rng(seed)
    chains, gold = {"train": [], "validation": [], "test": []}, {}
    for split, number in zip(("train", "test"), threads, strict=True):
        for thread in range(number):
            label = int(rng.integers(3))
            texts = ["".join(rng.choice(FILLING, size=12)) for _ in range(depth + 1)]
            texts[told_at] += WORDS[label] * 2
            chains[split].append(tuple(texts))
            for place in range(depth + 1):
                drawn = label if place > told_at else int(rng.integers(3))
                gold[f"{split}-{thread}-{place}"] = LABELS[drawn]
    return Made(chains, gold)


def spec_of(task, release=None):
    release = release or open_release()
    (spec,) = corpus_tasks(release.scheme, release.version, [task])
    return spec


def table(release, seed=0):
    bootstrap = BootstrapConfig(n_resamples=200, seed=seed)
    rows = context_ablation(release, spec_of("sentiment", release), "linear", bootstrap=bootstrap)
    return {(row.context, row.depth): row for row in rows}


@pytest.fixture(scope="module")
def told_by_the_root():
    return table(made(told_at=0))


@pytest.fixture(scope="module")
def told_on_the_way():
    return table(made(told_at=1))


def test_what_the_root_tells_is_worth_something_where_the_root_is_shown(told_by_the_root):
    own = told_by_the_root["own text", "2"].score.value
    assert own < 0.5
    assert abs(told_by_the_root["+ parent", "2"].difference.value) < 0.3
    for name in ("+ root", "+ whole path"):
        row = told_by_the_root[name, "2"]
        assert row.score.value > 0.9
        assert row.difference.low > 0.3
        assert row.p_holm < 0.01


def test_the_parent_of_an_answer_to_the_root_is_the_root(told_by_the_root):
    assert told_by_the_root["+ parent", "1"].difference.low > 0.2


@pytest.mark.slow
def test_what_stands_between_parent_and_root_is_seen_on_the_whole_path_alone(told_on_the_way):
    assert told_on_the_way["+ parent", "2"].difference.low > 0.1
    for name in ("+ parent", "+ root"):
        assert told_on_the_way[name, "3+"].score.value < 0.55
    assert told_on_the_way["+ whole path", "3+"].score.value > 0.8
    assert told_on_the_way["+ whole path", "3+"].difference.low > 0.2


def test_every_context_is_scored_on_all_rows_and_on_those_of_every_depth(told_by_the_root):
    assert list(told_by_the_root) == [(name, depth) for depth in ("all", "0", "1", "2", "3+") for name in CONTEXTS]
    for (_, depth), row in told_by_the_root.items():
        assert (row.n, row.n_units, row.few_units) == (100 if depth == "all" else 25, 25, True)
        assert (row.task, row.model, row.metric) == ("sentiment", "linear", "macro_f1")


def test_own_text_is_what_the_others_are_compared_with(told_by_the_root):
    for (name, depth), row in told_by_the_root.items():
        own = told_by_the_root["own text", depth]
        if name == "own text":
            assert (row.difference, row.p, row.p_holm) == (None, None, None)
        else:
            assert row.difference.value == pytest.approx(row.score.value - own.score.value)


def test_holm_is_over_all_differences_of_the_table(told_by_the_root):
    tested = [row for row in told_by_the_root.values() if row.p is not None]
    assert len(tested) == 15
    smallest = min(tested, key=lambda row: row.p)
    assert smallest.p_holm == pytest.approx(min(1, 15 * smallest.p))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_table():
    release = made(told_at=0, threads=(20, 6), depth=1)
    assert table(release, seed=2) == table(release, seed=2)


def test_one_thread_at_a_depth_has_a_score_and_a_difference_but_no_bounds():
    release = made(told_at=0, threads=(20, 3), depth=1)
    release.chains["test"][0] += ("好的", "行吧")
    release.gold_labels |= {"test-0-2": "neutral", "test-0-3": "neutral"}
    for (name, depth), row in table(release).items():
        if depth in ("2", "3+"):
            assert row.n_units == 1
            assert row.score.low is row.score.high is row.p is row.p_holm is None
            assert (row.difference is None) == (name == "own text")
            assert name == "own text" or row.difference.low is None
        else:
            assert row.score.low is not None


class Spy:
    """A model that keeps what it is shown and always says the first label."""

    name, version = "spy", "0"

    def __init__(self, labels):
        self.classes_ = tuple(labels)

    def fit(self, examples, labels, *, groups=None, sample_weight=None):
        self.learnt, self.given, self.groups, self.weights = list(examples), list(labels), list(groups), sample_weight
        return self

    def predict_proba(self, examples):
        self.asked = list(examples)
        return np.tile(np.eye(len(self.classes_))[0], (len(examples), 1))


@pytest.fixture
def spies(monkeypatch):
    made_ones = []

    def create(name, labels, *, seed=0):
        made_ones.append(Spy(labels))
        return made_ones[-1]

    monkeypatch.setattr(context, "create", create)
    return made_ones


def test_contexts_show_each_document_above_once_nearest_first(spies):
    release = made(told_at=0, threads=(3, 2))
    release.chains["test"] = [("根", "一", "二", "三", "四"), ("根", "一")]
    release.gold_labels |= {f"test-0-{depth}": "neutral" for depth in range(5)}
    context_ablation(release, spec_of("sentiment"), "spy", bootstrap=BootstrapConfig(n_resamples=20))
    shown = [[example.parent for example in spy.asked] for spy in spies]
    assert [[example.text for example in spy.asked] for spy in spies] == [
        ["根", "一", "二", "三", "四", "根", "一"]
    ] * 4
    assert shown == [
        [None] * 7,
        [None, "根", "一", "二", "三", None, "根"],
        [None, "根", "一\n根", "二\n根", "三\n根", None, "根"],
        [None, "根", "一\n根", "二\n一\n根", "三\n二\n一\n根", None, "根"],
    ]


def test_texts_that_need_their_thread_weigh_less_only_where_none_of_it_is_shown(spies):
    release = replace(made(told_at=0, threads=(2, 2), depth=1), needy=frozenset({"train-0-1"}))
    context_ablation(release, spec_of("sentiment"), "spy", bootstrap=BootstrapConfig(n_resamples=20))
    assert [spy.weights for spy in spies] == [[1.0, 0.3, 1.0, 1.0], None, None, None]


@pytest.mark.parametrize(("task", "at"), [("topic", 0), ("stance", 1)])
def test_the_benchmarks_own_model_is_one_of_the_table(task, at, spies):
    release = open_release()
    spec = spec_of(task)
    rows = context_ablation(release, spec, "spy", bootstrap=BootstrapConfig(n_resamples=20))
    scored = corpus_evaluation_set(release, spec)
    (fold,) = corpus_folds(release, spec)
    spy = spies[at]
    assert (spy.learnt, spy.given, spy.groups) == (list(fold.train), list(fold.train_labels), list(fold.train_groups))
    assert spy.weights == (None if fold.train_weights is None else list(fold.train_weights))
    assert spy.asked == list(scored.examples)
    truth = [label.label for label in scored.gold]
    expected = f1_score(truth, [spec.labels[0]] * len(truth), labels=spec.labels, average="macro", zero_division=0)
    assert rows[at].score.value == pytest.approx(expected)


def test_another_protocol_is_refused():
    with pytest.raises(UsageError, match="compared on the corpus under 'standard'"):
        context_ablation(open_release(), replace(spec_of("topic"), protocol="cross_event"), "linear")


def test_an_unknown_model_is_refused():
    with pytest.raises(UnknownNameError, match="unknown model 'oracle'"):
        context_ablation(open_release(), spec_of("topic"), "oracle")
