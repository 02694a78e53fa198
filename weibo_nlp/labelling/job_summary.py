"""What all parts of a labelling job came to, as it is written beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from weibo_nlp.privacy.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from weibo_nlp.labelling.jobs import LabelledJob
    from weibo_nlp.privacy.secret import Secret


def job_summary(done: LabelledJob, rows_of: Sequence[int], secret: Secret | None) -> dict[str, Any]:
    """Return labels, reasons and inputs of a job that is done.

    Parameters
    ----------
    done : LabelledJob
        All parts of it.
    rows_of : sequence of int
        Labelled rows of each input.
    secret : Secret or None
        With it, inputs have pseudonyms for their names, which may be those of people, and no checksums, which a guess
        could be tried on.

    Returns
    -------
    dict of str to Any
        As it goes into JSON.
    """
    counts, plan = done.counts, done.plan
    pseudonyms = None if secret is None else Pseudonyms(secret)
    names = {
        each.called: each.called if pseudonyms is None else pseudonyms.file(PurePath(each.called).name)
        for each in plan.inputs
    }

    def place(first: str) -> str:
        name, _, line = first.rpartition(":")
        return f"{names[name]}:{line}"

    inputs = [
        {
            "name": names[each.called],
            "sha256": each.sha256 if secret is None else None,
            "n_rows": each.n_rows,
            "labelled": rows,
            "unread": each.n_unread,
        }
        for each, rows in zip(plan.inputs, rows_of, strict=True)
    ]
    return counts.summary.to_dict() | {
        "output": done.folder.folder.name,
        "n_parts": plan.n_units,
        "inputs": inputs,
        "rejected": counts.rejected,
        "reasons": {
            reason: {"count": count, "first": place(counts.first_places[reason])}
            for reason, count in counts.reasons.items()
        },
        "swallowing": counts.swallowing,
        "answering": counts.answering,
        "missing_parents": counts.missing_parents,
        "unplaced": counts.unplaced,
        "doubled_ids": done.doubled_ids,
        "html": counts.html,
        "below_min_score": counts.below_min_score,
        "replaced": dict(counts.replaced),
    }
