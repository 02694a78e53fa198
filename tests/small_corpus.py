"""A release of 350 documents: the threads of the miniature, many times over, with other words in between."""

import json
import shutil
from pathlib import Path

import numpy as np
import yaml

from weibo_nlp.release.build import write_release
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.tables import build_tables

MINIATURE = Path(__file__).parent / "data" / "release"
VERSION = "0.0.2"
COPIES = 7
# Events of the release by the event of the miniature that each repeats, with their topics.
EVENTS = {
    "library-fines": {
        "fines-one": "credit", "fines-two": "self_media", "fines-three": "consumer_nationalism", "fines-four": "credit"
    },
    "everyday-soup": {"soup-one": "other", "soup-two": "other"},
}  # fmt: skip
NEAR = {"soup-two": "credit"}  # everyday talk that borrows the words of a topic
WORDS = {"credit": "2024年#档案#", "self_media": "博主", "consumer_nationalism": "宝马", "other": "晚饭"}
FILLING = tuple(
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么多"
)
NOISE = 0.3


def write_small_corpus(root):
    """Write the people's files below `root` and build the release in ``corpus/``; return its folder.

    Every text names the topic of its event in a word. Of some texts nothing but filling is left, so no model is right
    about all of them.
    """
    shutil.copytree(MINIATURE, root)
    rng = np.random.default_rng(0)
    register = yaml.safe_load((root / "corpus" / "events.yaml").read_text("utf-8"))
    by_id = {event["id"]: event for event in register["events"]}
    register["events"] = []
    for event, copies in EVENTS.items():
        for name, topic in copies.items():
            facts = {"id": name, "topic": topic, "near": NEAR.get(name), "fold": len(register["events"]) % 5}
            register["events"].append(by_id[event] | facts)
            for path in sorted(root.glob(f"**/{event}.jsonl")):
                rows = _repeated(path, event, name, topic, rng)
                folder = root / "corpus" / "texts" / topic if "texts" in path.parts else path.parent
                _write(folder / f"{name}.jsonl", rows)
    for path in sorted(root.glob("annotations/rounds/r01/*.jsonl")):
        _write(
            path,
            [
                row
                for event, copies in EVENTS.items()
                for name, topic in copies.items()
                for row in _repeated(path, event, name, topic, rng)
            ],
        )
    for event in EVENTS:
        for path in root.glob(f"**/{event}.jsonl"):
            path.unlink()
    shutil.rmtree(root / "annotations" / "segmentation")
    (root / "corpus" / "events.yaml").write_text(yaml.safe_dump(register, allow_unicode=True), "utf-8")
    sources = read_sources(root)
    write_release(sources, build_tables(sources), root / "corpus", VERSION)
    return root / "corpus"


def _repeated(path, event, name, topic, rng):
    """Rows of one event of the miniature, once a copy, under the ids of another event."""
    lines = [line for line in path.read_text("utf-8").splitlines() if f'"{event}-' in line]
    for number in range(COPIES):
        for line in lines:
            row = json.loads(line.replace(f'"{event}-0', f'"{name}-{number}'))
            if row.get("topic") == "credit":
                row["topic"] = topic
            elif row.get("annotator") == "a3" and row["topic"] == topic == "self_media":
                row["topic"] = "credit"  # where all three differ in the miniature, they go on to
            if "text" in row:
                filling = "".join(rng.choice(FILLING, size=8))
                row["text"] = filling if rng.random() < NOISE else f"{row['text']}，{filling}{WORDS[topic]}"
            yield row


def _write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in list(rows)), "utf-8")
