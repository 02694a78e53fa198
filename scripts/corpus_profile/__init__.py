"""The corpus report: what the corpus is like beside real sets, as one document, a page and tables. Needs a clone."""
