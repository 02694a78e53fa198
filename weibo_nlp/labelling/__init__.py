"""Texts in, labels out: the labeller, frames and files of any size."""

from weibo_nlp.labelling.columns import columns_of, guess_text_column
from weibo_nlp.labelling.files import LabelledFile, label_file
from weibo_nlp.labelling.frames import label
from weibo_nlp.labelling.labeller import Labeller
from weibo_nlp.labelling.summary import LabelSummary

__all__ = ["LabelSummary", "LabelledFile", "Labeller", "columns_of", "guess_text_column", "label", "label_file"]
