"""Distil the shipped segmenter from pkuseg (fetch it first) and unlabelled text, and write it into the package."""

import argparse
import gzip
import json
from pathlib import Path

from distill.train import distil

from weibo_nlp.corpus import open_release
from weibo_nlp.external import load
from weibo_nlp.io import atomic_path, sha256_of_bytes
from weibo_nlp.segmentation import create_segmenter
from weibo_nlp.segmentation.pkuseg import PkusegModel
from weibo_nlp.segmentation.shipped import CARD, MODEL, shipped_folder
from weibo_nlp.segmentation.store import stored_model

VERSION = "2"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--external", type=Path, required=True, help="folder that holds cold/, swsr/ and real-pool/")
    parser.add_argument("--output", type=Path, default=shipped_folder(), help="folder to write the model into")
    arguments = parser.parse_args()
    release = open_release()
    own = [part for document in release.documents() for part in (document.title, document.text) if part]
    cold = [document.text for document in load("cold", arguments.external).parts["train"].documents]
    swsr = [document.text for part in load("swsr", arguments.external).parts.values() for document in part.documents]
    with gzip.open(arguments.external / "real-pool" / "unlabelled.jsonl.gz", "rt", encoding="utf-8") as file:
        # The other sets of that file state no terms under which weights may be shipped.
        zhihu = [row["text"] for row in map(json.loads, file) if row["set"] == "zhihu"]
    silver = [
        {"name": f"this corpus {release.version}, all splits", "licence": "CC-BY-4.0", "texts": own},
        {"name": "COLD (Deng et al., EMNLP 2022), train", "licence": "Apache-2.0", "texts": cold},
        {"name": "SWSR (Jiang et al., 2022), comments and posts", "licence": "MIT", "texts": swsr},
        {"name": "zhihu-hot-hub, questions 2021-2025", "licence": "MIT", "texts": zhihu},
    ]
    teach, dictionary = create_segmenter("pkuseg").cut, PkusegModel.from_cache().dictionary()
    done = distil([text for source in silver for text in source["texts"]], teach, dictionary)
    unpacked, stored = done.model.to_bytes(), stored_model("pkuseg")
    packed = gzip.compress(unpacked, mtime=0)
    card = {
        "name": "fast",
        "version": VERSION,
        "licence": "Apache-2.0",
        "teacher": {key: stored.manifest[key] for key in ("name", "version", "source", "note", "conversion")},
        "silver": [
            {**source, "texts": len(source["texts"]), "characters": sum(map(len, source["texts"]))} for source in silver
        ],
        "file": {"sha256": sha256_of_bytes(packed), "bytes": len(packed), "bytes_unpacked": len(unpacked)},
        **done.facts,
    }
    arguments.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(card, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    for name, content in ((MODEL, packed), (CARD, text.encode())):
        with atomic_path(arguments.output / name, within=arguments.output) as path:
            path.write_bytes(content)
    print(json.dumps({key: card[key] for key in ("file", "model", "training", "held_out")}, indent=2))


if __name__ == "__main__":
    main()
