"""The formats in which sheets go out and come back, by the names that commands call them."""

from __future__ import annotations

from collections.abc import Mapping

from weibo_nlp.annotation.exchange.base import ExchangeFormat
from weibo_nlp.annotation.exchange.delimited import DelimitedFormat
from weibo_nlp.annotation.exchange.doccano import DoccanoFormat
from weibo_nlp.annotation.exchange.label_studio import LabelStudioFormat
from weibo_nlp.annotation.exchange.potato import PotatoFormat
from weibo_nlp.annotation.exchange.workbook import WorkbookFormat

_ALL: tuple[ExchangeFormat, ...] = (
    WorkbookFormat(),
    DelimitedFormat(),
    LabelStudioFormat(),
    DoccanoFormat(),
    PotatoFormat(),
)

FORMATS: Mapping[str, ExchangeFormat] = {format.name: format for format in _ALL}
