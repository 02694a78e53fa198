"""Stand-off labels: campaigns of annotators, judgements by each of them, their agreement, and what was adjudicated.

new_campaign, open_campaign
    A campaign over any documents, in a folder of its own.
export_sheets, import_answers, import_labelled
    Sheets out to annotators, their answers back, and labels of a model or an author beside them.
agreement_of
    How far they agree: alpha with its interval, pairs with kappa, the texts on which they part.
export_disputes, import_rulings
    What they part on out to an adjudicator, and the rulings back.
gold_of, write_gold
    The labels that hold, and their file.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weibo_nlp.annotation.answers import import_answers
    from weibo_nlp.annotation.campaign import Campaign, open_campaign
    from weibo_nlp.annotation.campaign_agreement import agreement_of
    from weibo_nlp.annotation.campaign_gold import gold_of, write_gold
    from weibo_nlp.annotation.campaign_setup import new_campaign
    from weibo_nlp.annotation.labelled import import_labelled
    from weibo_nlp.annotation.rulings import export_disputes, import_rulings
    from weibo_nlp.annotation.sheet_export import export_sheets

__all__ = [
    "Campaign",
    "agreement_of",
    "export_disputes",
    "export_sheets",
    "gold_of",
    "import_answers",
    "import_labelled",
    "import_rulings",
    "new_campaign",
    "open_campaign",
    "write_gold",
]

_ROOMS = {
    "Campaign": "campaign",
    "agreement_of": "campaign_agreement",
    "export_disputes": "rulings",
    "export_sheets": "sheet_export",
    "gold_of": "campaign_gold",
    "import_answers": "answers",
    "import_labelled": "labelled",
    "import_rulings": "rulings",
    "new_campaign": "campaign_setup",
    "open_campaign": "campaign",
    "write_gold": "campaign_gold",
}


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
