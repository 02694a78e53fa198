"""Results made readable: Markdown tables, tables on a terminal, one self-contained HTML page."""

from weibo_nlp.report.page import write_page

__all__ = ["write_page"]
