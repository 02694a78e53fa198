import json
import os
import subprocess
import sys

import pytest

from weibo_nlp import _resources
from weibo_nlp.corpus import schema
from weibo_nlp.scheme import load_scheme

# `load_dataset` serves rows of an earlier build from its cache: every run here has a home of its own, and no network.
PROGRAM = """
import json, sys
from datasets import ClassLabel, get_dataset_config_names, get_dataset_default_config_name, load_dataset

found = {}
for config in get_dataset_config_names(sys.argv[1]):
    loaded = load_dataset(sys.argv[1], config)
    found[config] = {
        "rows": {split: part.num_rows for split, part in loaded.items()},
        "labels": {
            name: feature.names
            for name, feature in next(iter(loaded.values())).features.items()
            if isinstance(feature, ClassLabel)
        },
        "columns": next(iter(loaded.values())).column_names,
        "first": next(iter(loaded["train"]), None),
        "ids": list(loaded["train"]["id"]) if "id" in loaded["train"].column_names else [],
    }
found["default"] = get_dataset_default_config_name(sys.argv[1])
found["alone"] = load_dataset(sys.argv[1], "posts", split="test").num_rows
print(json.dumps(found))
"""


def load_all(folder, home):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def check(found, folder):
    scheme = load_scheme()
    assert found.keys() - {"alone", "default"} == {"documents", *schema.CONFIGS}
    assert found["default"] == "documents"
    files = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    for config in schema.CONFIGS:
        rows = {split: files[f"{config}/{split}-00000-of-00001.parquet"]["rows"] for split in schema.splits_of(config)}
        assert found[config]["rows"] == {split: count for split, count in rows.items() if count}
    parts = [found[config] for config in ("articles", "posts", "comments")]
    for split in schema.SPLITS:
        assert found["documents"]["rows"].get(split, 0) == sum(part["rows"].get(split, 0) for part in parts)
    assert found["documents"]["ids"] == [name for part in parts for name in part["ids"]]
    for config in found.keys() - {"alone", "default"}:
        assert found[config]["columns"] == [column.name for column in schema.columns_of(config)]
        tasks = schema.label_columns(config)
        assert found[config]["labels"] == {name: list(scheme.task(task).labels) for name, task in tasks.items()}
    assert found["alone"] == found["posts"]["rows"]["test"]


@pytest.mark.slow
def test_load_dataset_reads_every_configuration_of_the_shipped_corpus(tmp_path):
    folder = _resources.corpus_dir()
    check(load_all(folder, tmp_path / "home"), folder)


@pytest.mark.slow
def test_load_dataset_reads_a_release_of_which_some_splits_are_empty(miniature_release, tmp_path):
    found = load_all(miniature_release, tmp_path / "home")
    check(found, miniature_release)
    first = found["annotations"]["first"]
    assert all(item.keys() == {"target_id", "stance"} for item in first["stances"])
    assert found["events"]["first"]["phases"] == []
