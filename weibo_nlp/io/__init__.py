"""Files in and out: rows streamed in batches, rejects set aside with their reason, writes that never tear."""

from weibo_nlp.io.atomic import atomic_path, write_errors
from weibo_nlp.io.checksum import sha256_of_bytes, sha256_of_file, sha256_of_rows
from weibo_nlp.io.jsonl import JsonLine, dump_line, read_jsonl, write_jsonl
from weibo_nlp.io.names import safe_stem
from weibo_nlp.io.rejects import RejectWriter
from weibo_nlp.io.rows import Reject, Row, Table, open_table
from weibo_nlp.io.writers import RowWriter, open_outputs, open_writer

__all__ = [
    "JsonLine",
    "Reject",
    "RejectWriter",
    "Row",
    "RowWriter",
    "Table",
    "atomic_path",
    "dump_line",
    "open_outputs",
    "open_table",
    "open_writer",
    "read_jsonl",
    "safe_stem",
    "sha256_of_bytes",
    "sha256_of_file",
    "sha256_of_rows",
    "write_errors",
    "write_jsonl",
]
