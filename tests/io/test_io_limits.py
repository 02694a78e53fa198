from pathlib import Path

import pytest

from weibo_nlp.io import limits

GUIDE = Path(__file__).parents[2] / "docs" / "guide-social-science.md"


@pytest.mark.parametrize(
    "name", [name for name in vars(limits) if name.startswith(("MAX_", "PARQUET_")) and name != "PARQUET_BATCH_ROWS"]
)
def test_the_guide_states_every_limit(name):
    (section,) = (part for part in GUIDE.read_text("utf-8").split("\n## ") if part.startswith("Limits\n"))
    assert f" {getattr(limits, name):,} " in section.replace("|", " ").replace(",\n", " ").replace(", ", " ")
