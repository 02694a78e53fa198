"""Unfinished trainings: gone on with where nothing was changed, and refused otherwise."""

import json

import numpy as np
import pytest

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.models import LinearClassifier
from weibo_nlp.training.unfinished import ABOUT, UnfinishedTraining, digest_of, unfinished_of

SETTINGS = {"rows": "ab12", "epochs": 4, "encoder": "made"}


@pytest.fixture
def begun(tmp_path):
    unfinished = UnfinishedTraining(tmp_path / "own", SETTINGS)
    unfinished.keep_answers("fold-1", np.array([[0.25, 0.75]]))
    return unfinished


def test_the_same_training_is_gone_on_with_and_finds_what_was_done(begun):
    again = UnfinishedTraining(begun.folder, SETTINGS, resume=True)
    assert again.answers("fold-1", (1, 2)).tolist() == [[0.25, 0.75]]
    assert again.answers("fold-2", (1, 2)) is None


def test_what_was_changed_is_named_with_what_it_was_and_is(begun):
    with pytest.raises(
        UsageError, match="is another one: epochs was 4, is 5; folds was nothing, is 3; rows are others"
    ):
        UnfinishedTraining(begun.folder, {"rows": "cd34", "epochs": 5, "encoder": "made", "folds": 3}, resume=True)


@pytest.mark.parametrize(
    ("prepare", "resume", "error", "message"),
    [
        pytest.param(lambda place: None, True, UsageError, "there is no unfinished training", id="nothing-there"),
        pytest.param(
            lambda place: (place / "a.txt").write_text("mine"),
            False,
            UsageError,
            "holds files and no",
            id="other-files",
        ),
        pytest.param(
            lambda place: UnfinishedTraining(place, SETTINGS),
            False,
            UsageError,
            "go on with it by --resume",
            id="begun",
        ),
        pytest.param(lambda place: (place / ABOUT).write_text("[]"), True, DataError, ABOUT, id="no-object"),
        pytest.param(
            lambda place: (place / ABOUT).write_text('{"kind": "x"}'), True, DataError, "is not of an", id="of-others"
        ),
    ],
)
def test_a_folder_that_cannot_be_gone_on_with_is_refused_and_kept(tmp_path, prepare, resume, error, message):
    prepare(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(error, match=message):
        UnfinishedTraining(tmp_path, SETTINGS, resume=resume)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00"], ids=["empty", "text", "cut"])
def test_answers_that_are_damaged_are_refused(begun, content):
    (begun.folder / "fold-1.npy").write_bytes(content)
    with pytest.raises(DataError, match=r"fold-1\.npy: cannot be read"):
        begun.answers("fold-1", (1, 2))


@pytest.mark.parametrize("answers", [np.ones((2, 2)), np.array([[np.nan, 1.0]]), np.ones((1, 2), dtype=np.float32)])
def test_answers_that_are_no_probabilities_of_the_rows_are_refused(begun, answers):
    np.save(begun.folder / "fold-1.npy", answers)
    with pytest.raises(DataError, match="holds no probabilities of 1 rows"):
        begun.answers("fold-1", (1, 2))


class _Slow(LinearClassifier):
    def fit(self, X, y, groups=None, sample_weight=None, *, checkpoints=None):  # noqa: N803
        return self


def test_a_training_that_fails_before_anything_was_done_leaves_nothing(tmp_path):
    with pytest.raises(KeyError), unfinished_of(_Slow(), tmp_path / "own", lambda: SETTINGS, resume=False):
        raise KeyError
    assert not (tmp_path / "own").exists()


def test_a_training_that_stops_later_leaves_what_was_done(tmp_path):
    def stopped(unfinished):
        unfinished.keep_answers("fold-1", np.ones((1, 2)))
        raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        unfinished_of(_Slow(), tmp_path / "own", lambda: SETTINGS, resume=False) as unfinished,
    ):
        stopped(unfinished)
    assert json.loads((tmp_path / "own" / ABOUT).read_text("utf-8"))["about"] == SETTINGS


@pytest.mark.parametrize(
    ("folder", "resume", "message"),
    [
        pytest.param("own", False, "LinearClassifier leaves no checkpoints", id="of-a-quick-model"),
        pytest.param(None, True, "resume goes with checkpoints", id="from-nowhere"),
    ],
)
def test_what_leaves_no_checkpoints_is_not_gone_on_with(tmp_path, folder, resume, message):
    place = None if folder is None else tmp_path / folder
    with (
        pytest.raises(UsageError, match=message),
        unfinished_of(LinearClassifier(), place, lambda: SETTINGS, resume=resume),
    ):
        raise AssertionError


def test_a_digest_tells_rows_and_their_order_apart():
    assert digest_of(["a", "b"]) == digest_of(iter(["a", "b"]))
    assert len({digest_of(rows) for rows in (["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], [["a", "b"]])}) == 5
