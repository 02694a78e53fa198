"""Results made readable: Markdown tables, tables on a terminal, self-contained HTML pages, figures as files."""

from weibo_nlp.report.discourse_page import DiscoursePage
from weibo_nlp.report.figure_files import write_figures
from weibo_nlp.report.page import write_page

__all__ = ["DiscoursePage", "write_figures", "write_page"]
