"""Releases changed as a careless or a crafty program would: the manifest says what the files now are."""

import json

import pyarrow as pa
import pyarrow.parquet as pq

from weibo_nlp.io import sha256_of_file, sha256_of_rows


def reseal(folder, name, change, *, rows=True):
    """Rewrite the table of a Parquet file, and its checksums in the manifest; without `rows` only that of its bytes."""
    path = folder / name
    pq.write_table(change(pq.read_table(path, partitioning=None)), path)
    table = pq.read_table(path, partitioning=None)
    facts = {"rows": table.num_rows, "rows_sha256": sha256_of_rows(table.to_pylist())} if rows else {}
    remanifest(folder, lambda manifest: manifest["files"][name].update(facts | {"sha256": sha256_of_file(path)}))


def remanifest(folder, change):
    """Change the manifest of a release."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def edited(column, value, row=0):
    """A change of one value of a table."""

    def change(table):
        rows = table.to_pylist()
        rows[row][column] = value
        return pa.Table.from_pylist(rows, schema=table.schema)

    return change
