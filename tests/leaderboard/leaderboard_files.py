"""Prediction files made up from the gold labels, and leaderboards of them."""

import json
from dataclasses import replace

import numpy as np
from small_corpus import MINIATURE, VERSION

from weibo_nlp.corpus import open_release
from weibo_nlp.leaderboard.additions import add_predictions
from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions
from weibo_nlp.records import Prediction
from weibo_nlp.scheme import load_scheme
from weibo_nlp.stats.bootstrap import BootstrapConfig

FEW = BootstrapConfig(n_resamples=200)
SCHEME = load_scheme(MINIATURE / "annotations" / "scheme.yaml")
LABELS = SCHEME.task("sentiment").labels
HEADER = PredictionHeader(
    "corpus", VERSION, "test", "sentiment", "standard", SCHEME.version, ModelReference("mine", "1")
)


def written(path, name="mine", version="1", *, wrong=0.4, draw=0, **fields):
    """A file whose labels are right but for a random share; `draw` decides which."""
    rng = np.random.default_rng(draw)
    rows = []
    for label in open_release().gold("sentiment", "test"):
        others = [other for other in LABELS if other != label.label]
        said = str(rng.choice(others)) if rng.random() < wrong else label.label
        rows.append(Prediction(label.document_id, "sentiment", said, {}))
    write_predictions(path, replace(HEADER, model=ModelReference(name, version), **fields), rows)
    return path


def add(path, board, **options):
    (added,) = add_predictions([path], board, hardware_text="a test", **options, bootstrap=FEW)
    return added


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def edit(path, change):
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")


def of_good(board, kind):
    (path,) = (board / kind).glob("*good*")
    return path
