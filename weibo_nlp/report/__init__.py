"""Results made readable: tables for the terminal, one self-contained HTML page."""

from weibo_nlp.report.page import write_page
from weibo_nlp.report.table import main_rows, markdown_table

__all__ = ["main_rows", "markdown_table", "write_page"]
