"""The seam: a file of predictions, read, written, and checked against the gold labels before anything is scored.

Owns the file format (JSONL, or Parquet with the header in the schema metadata) and the refusal of files
that cannot be scored. It knows nothing of models: any program may write such a file.
"""

from weibo_nlp.predictions.check import align_predictions, check_against
from weibo_nlp.predictions.files import read_predictions, require_only_predictions, write_predictions
from weibo_nlp.predictions.header import ModelReference, PredictionFile, PredictionHeader

__all__ = [
    "ModelReference",
    "PredictionFile",
    "PredictionHeader",
    "align_predictions",
    "check_against",
    "read_predictions",
    "require_only_predictions",
    "write_predictions",
]
