"""Writing a release: Parquet that is the same bit by bit for the same input, a manifest, and the card's header."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.corpus import Release, schema
from weibo_nlp.corpus.manifest import MANIFEST
from weibo_nlp.errors import DataError
from weibo_nlp.io import atomic_path, sha256_of_file, sha256_of_rows
from weibo_nlp.io.destination import require_kept
from weibo_nlp.release.sources import Sources
from weibo_nlp.release.tables import Tables
from weibo_nlp.scheme import Scheme

if TYPE_CHECKING:
    import pyarrow as pa

CARD = "README.md"
DEFAULT_CONFIG = "documents"


def parquet_name(config: str, split: str) -> str:
    """Path of a Parquet file inside the release folder."""
    return f"{config}/{split}-00000-of-00001.parquet"


def arrow_table(config: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Encoded rows as the table that is written."""
    import pyarrow as pa

    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema.arrow_schema(config))


def input_checksums(sources: Sources) -> dict[str, str]:
    """Path below the root -> SHA-256, of every file that the release is built from."""
    return {path.relative_to(sources.root).as_posix(): sha256_of_file(path) for path in sources.files()}


def write_parquet(path: Path, config: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write rows with every setting fixed; return the size in memory in bytes.

    The same rows give the same bytes under the same pyarrow; the writer's own version stands in the file,
    so another version gives equal rows in other bytes.
    """
    import pyarrow.parquet as pq

    table = arrow_table(config, rows)
    compression = {"compression": "zstd", "compression_level": 9, "use_dictionary": True}
    layout = {"version": "2.6", "data_page_version": "1.0", "row_group_size": 10_000, "write_statistics": True}
    pq.write_table(table, path, **compression, **layout)
    return int(table.nbytes)


def write_release(
    sources: Sources, tables: Tables, folder: Path, version: str, *, predecessor: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Write all configurations, the manifest and the header of the card into a release folder.

    Parameters
    ----------
    sources, tables
        What was read, and what was built from it.
    folder : Path
        The data set repository; configurations already there are replaced, file by file, once all rows are made.
    version : str
        Semantic version of the release.
    predecessor : mapping, optional
        ``version`` and ``manifest_sha256`` of the release before.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    UsageError
        If a link in the folder leads out of it where something would be written; before anything is.
    """
    import pyarrow as pa

    encoded = {
        (config, split): [schema.encode(config, row.values, sources.scheme) for row in rows]
        for (config, split), rows in tables.items()
    }
    for name in (MANIFEST, CARD, *(parquet_name(config, split) for config, split in encoded)):
        require_kept(folder, folder / name)
    files: dict[str, Any] = {}
    sizes: dict[tuple[str, str], tuple[int, int]] = {}
    for (config, split), rows in encoded.items():
        name = parquet_name(config, split)
        (folder / config).mkdir(parents=True, exist_ok=True)
        with atomic_path(folder / name, within=folder) as temporary:
            n_bytes = write_parquet(temporary, config, rows)
        sizes[config, split] = (len(rows), n_bytes)
        checksums = {"sha256": sha256_of_file(folder / name), "rows_sha256": sha256_of_rows(rows)}
        files[name] = {"rows": len(rows), **checksums}
    manifest = {
        "version": version,
        "schema": schema.SCHEMA_VERSION,
        "scheme": sources.scheme.version,
        "pyarrow": pa.__version__,
        "labels": {name: list(task.labels) for name, task in sources.scheme.tasks.items()},
        "files": files,
        "inputs": input_checksums(sources),
        "predecessor": dict(predecessor) if predecessor else None,
        "withdrawn": sorted(sources.withdrawn),
        "struck": sorted(sources.struck),
    }
    with atomic_path(folder / MANIFEST, within=folder) as temporary:
        temporary.write_text(json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    for stray in Release(folder, version, manifest).strays():
        stray.unlink()
    write_card_header(folder / CARD, card_header(version, sizes, sources.scheme, origins(sources)))
    return manifest


def origins(sources: Sources) -> set[str]:
    """Where the texts that are judged and not shipped come from."""
    return {placed.value.source for placed in sources.standoff}


def card_header(
    version: str, sizes: Mapping[tuple[str, str], tuple[int, int]], scheme: Scheme, origins: Iterable[str] = ()
) -> str:
    """YAML header of the Hub card: configurations, features, and the splits that have rows.

    Parameters
    ----------
    version : str
        Semantic version of the release.
    sizes : mapping
        (stored configuration, split) -> (rows, bytes in memory).
    scheme : Scheme
        Its labels are the features'.
    origins : iterable of str
        Sources of the texts that are judged and not shipped. They are no documents: the size category counts texts
        that a reader finds here.
    """
    from datasets import DatasetInfo
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    configs, infos = [], DatasetInfosDict()
    for config in (*schema.VIEWS, *schema.CONFIGS):
        # `datasets` refuses a split, and a file of a split, without rows, and with it the whole configuration.
        stored = {
            split: names
            for split in schema.splits_of(config)
            if (names := [name for name in schema.stored_configs(config) if sizes[name, split][0]])
        }
        if not stored:
            continue
        splits: list[dict[str, Any]] = []
        for split, names in stored.items():
            rows, n_bytes = (sum(counts) for counts in zip(*(sizes[name, split] for name in names), strict=True))
            splits.append({"name": split, "num_bytes": n_bytes, "num_examples": rows})
        paths = {split: [f"{name}/{split}-*.parquet" for name in names] for split, names in stored.items()}
        configs.append(
            {
                "config_name": config,
                **({"default": True} if config == DEFAULT_CONFIG else {}),
                # Without a version that moves, `datasets` serves rows of an earlier build from its cache.
                "version": version,
                "data_files": [{"split": split, "path": paths_of_split} for split, paths_of_split in paths.items()],
            }
        )
        infos[config] = DatasetInfo(
            config_name=config,
            features=schema.features(config, scheme),
            splits=splits,
            dataset_size=sum(split["num_bytes"] for split in splits),
        )
    found = sorted({origin.lower().replace(" ", "-") for origin in origins})
    n_documents = sum(sizes[name, split][0] for name in schema.DOCUMENT_CONFIGS for split in schema.SPLITS)
    card = DatasetCardData(
        pretty_name="weibo_nlp corpus",
        language=["zh"],
        license="cc-by-4.0",
        annotations_creators=["machine-generated"],
        language_creators=["machine-generated", *(["found"] if found else [])],
        source_datasets=["original", *(f"extended|other-{origin}" for origin in found)],
        task_categories=["text-classification"],
        task_ids=["sentiment-classification", "topic-classification"],
        tags=[
            *("stance-detection", "weibo", "social-media", "multiply-annotated", "synthetic"),
            *(["stand-off-annotation"] if found else []),
        ],
        size_categories=["n<1K" if n_documents < 1_000 else "1K<n<10K" if n_documents < 10_000 else "10K<n<100K"],
        configs=configs,
    )
    infos.to_dataset_card_data(card)
    return f"{card.to_yaml()}\n"


def write_card_header(path: Path, header: str) -> None:
    """Put a header on a card, leaving the text below it as people wrote it."""
    _, body = read_card(path)
    with atomic_path(path) as temporary:
        temporary.write_text(f"---\n{header}---\n{body}", "utf-8")


def read_card(path: Path) -> tuple[str, str]:
    """Header and text of a card; empty where there is none.

    Raises
    ------
    DataError
        If a header begins and does not end: what is text and what is header cannot be told.
    """
    content = path.read_text("utf-8") if path.exists() else ""
    if not content.startswith("---\n"):
        return "", content
    header, end, body = content.removeprefix("---").partition("\n---\n")
    if not end:
        raise DataError(f"{path}:1: the header opened by --- is never closed; put --- on a line of its own below it.")
    return f"{header}\n".removeprefix("\n"), body
