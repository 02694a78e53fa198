"""Suffixes that promise a format: an output that promises another than it would hold is refused."""

from __future__ import annotations

from pathlib import Path

from weibo_nlp.errors import UsageError

_FORMATS = {
    "CSV": ".csv",
    "TSV": ".tsv .tab",
    "JSON Lines": ".jsonl .ndjson",
    "Parquet": ".parquet .pq",
    "JSON": ".json .geojson",
    "HTML": ".html .htm .xhtml",
    "XML": ".xml",
    "YAML": ".yaml .yml",
    "TOML": ".toml",
    "a spreadsheet": ".xls .xlsx .xlsm .xlsb .xltx .ods .numbers",
    "a text document": ".doc .docx .odt .rtf .pdf",
    "a compressed file": ".gz .bgz .bz2 .xz .lzma .zst .lz4 .br .snappy .z",
    "an archive": ".zip .tar .tgz .tbz .tbz2 .txz .7z .rar",
    "a database": ".db .db3 .sqlite .sqlite3 .duckdb .mdb .accdb .sql",
    "a table of Arrow, Avro or ORC": ".arrow .feather .ipc .avro .orc",
    "data of SPSS, Stata, SAS or R": ".sav .zsav .por .dta .sas7bdat .xpt .rds .rda .rdata",
    "data of Python or NumPy": ".pkl .pickle .joblib .npy .npz",
    "HDF5 or NetCDF": ".h5 .hdf .hdf5 .nc",
}
_FORMAT_OF = {suffix: name for name, suffixes in _FORMATS.items() for suffix in suffixes.split()}


def require_suffix(path: Path, *written: str) -> None:
    """Refuse an output whose suffix names a format other than those it can be written in.

    Parameters
    ----------
    path : Path
        The output. A suffix that names no format, or none, promises nothing.
    written : str
        Suffixes of the formats there are, such as ``.csv``.

    Raises
    ------
    UsageError
        Naming the suffixes that can be had.
    """
    suffix = path.suffix.lower()
    if suffix in _FORMAT_OF and suffix not in written:
        raise UsageError(
            f"cannot write {path}: {suffix} stands for {_FORMAT_OF[suffix]}, which is not written here; name a file "
            f"that ends in {' or '.join(written)}."
        )
