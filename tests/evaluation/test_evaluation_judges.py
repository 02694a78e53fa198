import weibo_nlp
from weibo_nlp.evaluation.judges import family_notes, family_of, judge_families
from weibo_nlp.leaderboard.additions import add_predictions
from weibo_nlp.leaderboard.ranking import standings
from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions

FAMILIES = ("Claude (Anthropic)",)


class Judged:
    """A release in which a model judged twice, its later self once, and a person once."""

    def rows(self, config):
        assert config == "annotations"
        models = ("Claude (Anthropic), a pass", "Claude (Anthropic), another; again", None, "Qwen 3 (Alibaba)")
        return [{"model": model} for model in models]


def test_families_are_what_stands_before_the_first_comma_each_once_and_people_have_none():
    assert judge_families(Judged()) == ("Claude (Anthropic)", "Qwen 3 (Alibaba)")


def test_a_system_is_of_a_family_by_a_word_of_its_name_and_not_by_a_part_of_one():
    for name in ("claude-3.5", "endpoint:Claude_x", "anthropic/some-model", "CLAUDE"):
        assert family_of(name, FAMILIES) == "Claude (Anthropic)", name
    for name in ("claudette", "endpoint:qwen2.5", "linear", "", "preclaude"):
        assert family_of(name, FAMILIES) is None, name


def test_each_system_is_told_once():
    (note,) = family_notes(["linear", "claude 1", "claude 1"], FAMILIES)
    assert note.startswith("claude 1 is of the family of models that judged these texts, Claude (Anthropic): ")
    assert family_notes(["claude"], ()) == ()


def written(folder, release, name):
    header = PredictionHeader(
        "corpus", release.version, "test", "irony", "standard", release.scheme.version, ModelReference(name, "1")
    )
    rows = [weibo_nlp.Prediction(gold.document_id, "irony", "false", {}) for gold in release.gold("irony", "test")]
    write_predictions(folder / f"{name}.jsonl", header, rows)
    return folder / f"{name}.jsonl"


def test_whoever_scores_or_compares_a_system_of_the_judges_family_is_told(tmp_path):
    release = weibo_nlp.corpus.open_release()
    kin, other = (written(tmp_path, release, name) for name in ("claude-x", "other"))
    assert any(note.startswith("claude-x is of the family") for note in weibo_nlp.evaluate(kin).notes)
    assert not weibo_nlp.evaluate(other).notes
    table = weibo_nlp.compare([kin, other])
    assert [note.split(" is of ")[0] for note in table.notes] == ["claude-x 1"]


def test_a_leaderboard_marks_a_system_of_the_judges_family(tmp_path):
    release = weibo_nlp.corpus.open_release()
    for name in ("claude-x", "other"):
        add_predictions([written(tmp_path, release, name)], tmp_path / "board")
    (table,) = standings(tmp_path / "board").tables
    assert [note.split(" is of ")[0] for note in table.notes] == ["claude-x 1"]
