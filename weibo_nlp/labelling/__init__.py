"""Texts in, labels out: the labeller, frames and files of any size."""

from weibo_nlp.labelling.labeller import LabelledFile, Labeller, columns_of, guess_text_column, label, label_file

__all__ = ["LabelledFile", "Labeller", "columns_of", "guess_text_column", "label", "label_file"]
