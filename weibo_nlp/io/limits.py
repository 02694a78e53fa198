"""What may be read, in one place: beyond a limit a row is set aside with its reason, or a file is refused.

Memory is bounded by a row and not by a file. What is allowed is far beyond what platforms and people produce; without a
limit one line, made to harm or broken, would take all memory.
"""

from __future__ import annotations

MAX_TEXT_CHARACTERS = 100_000
"""Longest text that is labelled: a post ends at 20,000 characters, an article of a public account far below this. What
is longer is mostly many texts joined; a character costs 270 bytes while it is labelled."""

MAX_LINE_BYTES = 4 * 1024 * 1024
"""Longest row: a line, a record over several lines, or a Parquet row. The longest text, all emoji and all escaped in
JSON, takes 1.2 million bytes."""

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Largest file that is one document of JSON or YAML, which must be read whole."""

MAX_VALUES = 1_000_000
"""Most values in one JSON document: an empty list takes three bytes on disk and 64 in memory."""

MAX_DEPTH = 100
"""Deepest nesting of JSON: far beyond any export, and before the interpreter's own limit, by which it could be read but
not written again."""

MAX_COLUMNS = 4_096
"""Most columns of a table, keys of a JSON row, and different keys of a JSON Lines file, which are the columns of its
table: at these, a row takes as long to write as to label. New keys in every row would make the table quadratic."""

MAX_NAME_CHARACTERS = 1_000
"""Longest name of a column: a cell of text among the names means that the header is missing."""

MAX_RECORD_LINES = 100
"""Most lines that a quoted cell may run on over: a quote that never closes would swallow the rest of the file. Beyond,
the opening line alone is set aside and reading goes on below it."""

QUOTING_BYTES = 1024 * 1024
"""How much of a tab-separated file is looked at, from its first quotation mark on, to tell whether such marks quote in
it."""

MAX_REASONS = 1_000
"""Most reasons that are counted apart: some of them name a column of the line, so that every line may have its own."""

MAX_PREDICTIONS = 1_000_000
"""Most rows of a file of predictions, which is held in memory: ten times the largest published set."""

MAX_LABELS = 1_000
"""Most labels that a row of predictions gives scores to."""

PARQUET_BATCH_ROWS = 64
"""Parquet rows read at once: fewer are slow where columns are many, more hold long cells together in memory."""

PARQUET_GROUP_BYTES = 64 * 1024 * 1024
PARQUET_RATIO = 200
"""A Parquet row group is refused by what it says it unpacks to: more than ``PARQUET_GROUP_BYTES``, and either more than
``MAX_LINE_BYTES`` a row or ``PARQUET_RATIO`` times its packed size (text is packed to a tenth)."""

UNPACKED_BYTES = 64 * 1024 * 1024
UNPACKED_RATIO = 200
"""A compressed file is refused, while it is read, when more than ``UNPACKED_BYTES`` and more than ``UNPACKED_RATIO``
times what was read of it came out."""

UNPACKING_BYTES = 256 * 1024 * 1024
"""Memory that a decompressor may take: the strongest settings of xz and zst ask for less."""

SNIFFED_BYTES = 1024 * 1024
"""How much of a file is looked at to tell its encoding and its shape."""

SNIFFED_ROWS = 200
"""Rows by whose values columns are told apart: numbers, dates, ids, texts."""

WORKBOOK_BYTES = 512 * 1024 * 1024
"""Most that the parts of a workbook may unpack to: it is read whole, and takes some times as much in memory."""
