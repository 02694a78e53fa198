import pytest

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.yaml_file import read_yaml
from weibo_nlp.release.new_event import lay_out_event
from weibo_nlp.release.sources import TO_BE_FILLED_IN
from weibo_nlp.release.validate import validate

EVENTS, TARGETS = "corpus/events.yaml", "corpus/targets.yaml"


def test_every_place_that_is_left_to_fill_is_named_by_the_validator(repository):
    laid_out = lay_out_event(repository.root, "seat-row", "credit")
    assert [path.relative_to(repository.root).as_posix() for path in laid_out] == [
        EVENTS,
        TARGETS,
        "corpus/texts/credit/seat-row.jsonl",
    ]
    problems = [problem.shown(repository.root) for problem in validate(repository.root)]
    places = "name.zh, name.en, start, end, fold, phases[1].id, phases[1].date, phases[1].zh, facts[1].text"
    assert any(f"[1 form] event 'seat-row': {places}, facts[1].source is to be filled in." in each for each in problems)
    assert any("target 'seat-row': text, favor, against, none is to be filled in." in each for each in problems)
    empty = "corpus/texts/credit/seat-row.jsonl:1: [1 form] no text of the event is in it yet"
    assert any(each.startswith(empty) for each in problems)


def test_what_stood_in_the_registers_stays_to_the_byte(repository):
    before = {name: repository.path(name).read_bytes() for name in (EVENTS, TARGETS)}
    lay_out_event(repository.root, "seat-row", "other", near="credit", targets=["seats"])
    for name, content in before.items():
        assert repository.path(name).read_bytes().startswith(content.rstrip())
    *_, event = read_yaml(repository.path(EVENTS))["events"]
    assert (event["near"], event["targets"]) == ("credit", ["credit-sanctions", "seats"])
    *_, target = read_yaml(repository.path(TARGETS))["targets"]
    assert (target["id"], target["canonical_for"], target["none"]) == ("seats", None, TO_BE_FILLED_IN)


def test_an_event_that_is_filled_in_breaks_no_rule_of_the_registers(repository):
    lay_out_event(repository.root, "seat-row", "credit")
    path = repository.path(EVENTS)
    filled = path.read_text("utf-8")
    values = (
        "抢座",
        "A seat row",
        "2024-05",
        "2024-06",
        "2",
        "talk",
        "2024-05",
        "议论",
        "Seats are scarce",
        "invented",
    )
    for value in values:
        filled = filled.replace(f'"{TO_BE_FILLED_IN}"', value, 1)
    path.write_text(filled, "utf-8")
    path = repository.path(TARGETS)
    path.write_text(path.read_text("utf-8").replace(f'"{TO_BE_FILLED_IN}"', "a sentence"), "utf-8")
    problems = [problem.shown(repository.root) for problem in validate(repository.root)]
    assert [each for each in problems if "seat-row" in each] == [
        "corpus/texts/credit/seat-row.jsonl:1: [1 form] no text of the event is in it yet; compose them by "
        "corpus/COMPOSING.md."
    ]


@pytest.mark.parametrize(
    ("name", "topic", "options", "message"),
    [
        ("library-fines", "credit", {}, "event 'library-fines' stands in .* already"),
        ("Seat Row", "credit", {}, "an id is made of small letters"),
        ("../row", "credit", {}, "an id is made of small letters"),
        ("row", "weather", {}, "topic 'weather' is not one of credit"),
        ("row", "other", {"near": "weather"}, "near 'weather' is not one of"),
        ("row", "credit", {"near": "credit"}, "near is for events of topic other"),
        ("row", "credit", {"targets": ["credit-sanctions"]}, "target 'credit-sanctions' stands in .* already"),
        ("row", "credit", {"targets": ["a", "a"]}, "a target is named twice"),
    ],
)
def test_what_cannot_be_laid_out_changes_nothing(repository, name, topic, options, message):
    before = {path: path.read_bytes() for path in repository.root.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match=message):
        lay_out_event(repository.root, name, topic, **options)
    assert {path: path.read_bytes() for path in repository.root.rglob("*") if path.is_file()} == before


def test_a_register_with_something_behind_its_list_is_refused_and_stays(repository):
    path = repository.path(EVENTS)
    path.write_text(path.read_text("utf-8") + "\nnotes: {by: somebody}\n", "utf-8")
    before = path.read_bytes()
    with pytest.raises(DataError, match="its list of events is not the last thing in it"):
        lay_out_event(repository.root, "row", "credit")
    assert path.read_bytes() == before
    assert not repository.path("corpus/texts/credit/row.jsonl").exists()


def test_the_command_names_what_it_made(repository, run):
    code, out, err = run("corpus", "new-event", "seat-row", "--topic", "credit", "--root", repository.root)
    assert (code, out.count("\n")) == (0, 3)
    assert f"weibo-nlp corpus check {repository.root} names what is left" in err
    code, out, _ = run("corpus", "check", repository.root)
    assert (code, "fold" in out) == (3, True)
    code, _, err = run("corpus", "new-event", "row", "--topic", "credit", "--root", repository.root / "corpus")
    assert (code, "name a clone of the corpus with --root" in err) == (2, True)
