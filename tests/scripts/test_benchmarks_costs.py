import pytest
from benchmarks.costs import markdown_costs, run_costs

from weibo_nlp.errors import UnknownNameError


def test_an_unknown_class_is_refused_before_anything_is_trained():
    with pytest.raises(UnknownNameError, match="unknown model 'forest'"):
        run_costs(models=["forest"])


@pytest.mark.slow
def test_a_class_that_cannot_be_had_is_a_row_with_its_reason_and_no_figure():
    document = run_costs(models=["majority", "transformer"], n_answered=5)
    majority, transformer = document["results"]
    assert majority["name"] == "majority, topic"
    assert majority["posts_per_second"] > 0
    assert (transformer["train_seconds"], transformer["folder_bytes"]) == (None, None)
    lines = markdown_costs(document).splitlines()
    assert lines[3].startswith("| transformer | – | – | – | – | – | no figures: ")
