"""The pipelines of scikit-learn that a labelling job is measured beside: learnt, and then run in several processes.

For each of the four tasks, TfidfVectorizer (characters, n-grams of one to three) and LogisticRegression, learnt from
the shipped corpus. A run is what somebody would write who has no more than these: each process loads the pipelines,
reads the CSV, and writes its share of the rows with labels and scores as Parquet, 5,000 rows at a time.
"""

import argparse
import csv
from itertools import islice
from pathlib import Path

import joblib
import pyarrow as pa
import pyarrow.parquet as pq

BATCH = 5_000


def learn(path: Path) -> None:
    """Learn the pipelines, and keep them in a file of our own."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from weibo_nlp import load_corpus

    frame = load_corpus()
    known = {task: frame.loc[frame[task].notna(), ["text", task]] for task in ("topic", "sentiment", "irony")}
    known["stance"] = load_corpus("stances")[["text", "stance"]].dropna()
    pipelines = {}
    for task, rows in known.items():
        pipeline = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3)), LogisticRegression(max_iter=300))
        pipelines[task] = pipeline.fit(rows["text"], rows[task].astype(str))
    joblib.dump(pipelines, path)


def run(pipelines: Path, posts: Path, output: Path, first: int, last: int) -> None:
    """Label the rows from `first` up to `last`, as one process of several."""
    models = joblib.load(pipelines)
    writer = None
    with posts.open(encoding="utf-8", newline="") as handle:
        rows = islice(csv.DictReader(handle), first, last)
        while batch := list(islice(rows, BATCH)):
            columns = {name: [row[name] for row in batch] for name in batch[0]}
            for task, model in models.items():
                probabilities = model.predict_proba(columns["text"])
                columns[task] = model.classes_[probabilities.argmax(axis=1)]
                columns[f"{task}_score"] = probabilities.max(axis=1).round(4)
            table = pa.table(columns)
            writer = writer or pq.ParquetWriter(output, table.schema)
            writer.write_table(table)
    if writer is not None:
        writer.close()


def main() -> None:
    """Run one process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipelines", type=Path)
    parser.add_argument("posts", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    given = parser.parse_args()
    run(given.pipelines, given.posts, given.output, given.first, given.last)


if __name__ == "__main__":
    main()
