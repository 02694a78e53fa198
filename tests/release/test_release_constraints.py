"""What `corpus check` says of a release by itself, when the checksums of the manifest have been made to fit."""

import re
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from resealing import edited, remanifest, reseal

from weibo_nlp.corpus import open_release, versions
from weibo_nlp.errors import DataError
from weibo_nlp.io import sha256_of_file
from weibo_nlp.release.integrity import validate_release

FILE = "{}/train-00000-of-00001.parquet"


def check(repository, config, change, **options):
    """Problems of the miniature's release after a change of a table."""
    reseal(repository.path("corpus"), FILE.format(config), change, **options)
    return [problem.shown(repository.path("corpus")) for problem in validate_release(repository.path("corpus"))]


@pytest.mark.parametrize(
    ("config", "column", "value", "rule", "sentence"),
    [
        pytest.param("posts", "irony", None, "1 null", "irony is null", id="label-null"),
        pytest.param("posts", "frames", None, "1 null", "frames is null", id="list-null"),
        pytest.param("posts", "hashtags", [None], "1 null", "hashtags[0] is None", id="item-null"),
        pytest.param("posts", "composed", None, "1 null", "composed is null", id="composed-null"),
        pytest.param("posts", "composed", False, "2 scheme", "composed False is not one of True", id="composed"),
        pytest.param("posts", "text", "", "1 empty", "text is ''", id="text-empty"),
        pytest.param("posts", "text", " \n", "1 empty", "text is ' \\n'", id="text-blank"),
        pytest.param("posts", "fold", 999, "1 range", "fold 999 is not 0 to 4", id="fold"),
        pytest.param("posts", "frames", ["noise"], "2 scheme", "frames[0] 'noise' is not one of perk,", id="frame"),
        pytest.param("posts", "script", "latn", "2 scheme", "script 'latn' is not one of hans, hant", id="script"),
        pytest.param("posts", "kind", "share", "2 scheme", "kind 'share' is not one of", id="kind"),
        pytest.param("posts", "topic_settled", "yes", "2 scheme", "topic_settled 'yes'", id="settled"),
        pytest.param("posts", "kind", "comment", "1 kind", "a comment belongs to comments", id="kind-of-another"),
        pytest.param("posts", "title", "标题", "1 title", "other kinds have null", id="title"),
        pytest.param("posts", "event", "ghost", "3 reference", "event 'ghost' is none of the events", id="event"),
        pytest.param("posts", "phase", "ghost", "3 phase", "phase 'ghost' is not one of the event's", id="phase"),
        pytest.param("posts", "root", "library-fines-0001", "3 thread", "is not that of thread", id="root"),
        pytest.param("posts", "fold", 0, "3 copy", "fold is 0, event.fold is another: 1", id="fold-of-event"),
        pytest.param("comments", "parent_text", "别的", "3 copy", "above.text is another", id="parent-text"),
        pytest.param(
            "comments",
            "parent",
            "library-fines-0077",
            "3 reference",
            "parent 'library-fines-0077' is none of the documents of this split",
            id="parent",
        ),
        pytest.param("stances", "document_id", "ghost", "3 reference", "document_id 'ghost'", id="stance-of-nothing"),
        pytest.param("stances", "target_id", "ghost", "3 reference", "target_id 'ghost' is none", id="stance-target"),
        pytest.param("stances", "text", "完全另一个文本", "3 copy", "document_id.text is another", id="stance-text"),
        pytest.param("stances", "target", "别的对象", "3 copy", "target_id.text is another", id="stance-target-text"),
        pytest.param("stances", "canonical", None, "1 null", "canonical is null", id="stance-canonical"),
        pytest.param("annotations", "document_id", "ghost", "3 reference", "document_id 'ghost'", id="judgement"),
        pytest.param("annotations", "stances", None, "1 null", "stances is null", id="judged-stances-null"),
        pytest.param("annotations", "confidence", "so-so", "2 scheme", "not one of high, low", id="confidence"),
        pytest.param("annotations", "order", 0, "1 range", "order 0 is below 1", id="order"),
        pytest.param(
            "annotations",
            "stances",
            [{"target_id": "ghost", "stance": 0}],
            "3 reference",
            "stances.target_id 'ghost' is none of the targets",
            id="judged-target",
        ),
        pytest.param("events", "targets", ["ghost"], "3 reference", "targets 'ghost'", id="event-target"),
        pytest.param("real", "id", "x", "7 key", "id 'x' is no key of a text", id="key"),
        pytest.param("real", "group", "g08", "7 split", "group 'g08' is in", id="group-torn"),
        pytest.param("real", "topic_votes", [0, 9, 0], "2 scheme", "topic_votes[1] 9 is no label", id="vote"),
        pytest.param("real", "topic_votes", [0, 1, 2], "3 gold", "is not what the votes [0, 1, 2] give", id="votes"),
        pytest.param("real", "sentiment_votes", [], "3 gold", "is not what the votes [] give", id="votes-none"),
        pytest.param("real", "stances", [], "3 target", "the canonical targets are", id="stances-none"),
        pytest.param("real", "confidence", "so-so", "2 scheme", "not one of high, low", id="real-confidence"),
        pytest.param("real", "drawn", "by hand", "2 scheme", "not one of random, topic word", id="drawn"),
        pytest.param("posts", "confidence", "low", "3 gold", "its annotations make it 'high'", id="confidence-of-none"),
        pytest.param("targets", "canonical_for", 1, "3 unique", "canonical_for 1 stands twice", id="canonical-twice"),
    ],
)
def test_rows_must_hold_to_the_rules_of_their_columns_and_to_each_other(
    repository, config, column, value, rule, sentence
):
    problems = check(repository, config, edited(column, value))
    assert any(f"[{rule}] row " in told and sentence in told for told in problems), problems
    assert all(re.match(r"[a-z]+/[a-z]+-00000-of-00001\.parquet:[1-9]|\.: \[3 thread\]", told) for told in problems)


def judged(repository, config, column):
    """(Labels by the three, gold row) of documents of a table, as stored."""
    folder = repository.path("corpus")
    votes = {}
    for row in pq.read_table(folder / FILE.format("annotations"), partitioning=None).to_pylist():
        if row["annotator"] != "intention":
            for target, label in [
                (None, row.get(column)),
                *((each["target_id"], each["stance"]) for each in row["stances"]),
            ]:
                votes.setdefault((row["document_id"], target), []).append(label)
    rows = pq.read_table(folder / FILE.format(config), partitioning=None).to_pylist()
    return [(votes[row.get("document_id", row.get("id")), row.get("target_id")], row) for row in rows]


@pytest.mark.parametrize(
    ("config", "column"), [("posts", "topic"), ("posts", "sentiment"), ("posts", "irony"), ("stances", "stance")]
)
def test_gold_that_contradicts_its_own_annotations_is_told(repository, config, column):
    place, labels = next(
        (place, votes) for place, (votes, _) in enumerate(judged(repository, config, column)) if len(set(votes)) == 1
    )
    value = not labels[0] if column == "irony" else (labels[0] + 1) % 3
    problems = check(repository, config, edited(column, value, place))
    (told,) = [problem for problem in problems if "[3 gold]" in problem]
    assert "differs from its annotations: " in told
    assert told.endswith("'.")
    assert " give " in told


@pytest.mark.parametrize("how", ["majority", "adjudicated"])
def test_gold_said_to_have_come_about_otherwise_than_by_its_votes_is_told(repository, how):
    for config, column in (("posts", "topic"), ("stances", "stance")):
        rows = judged(repository, config, column)
        place = next(place for place, (votes, _) in enumerate(rows) if len(set(votes)) == 1)
        problems = check(repository, config, edited(f"{column}_settled", how, place))
        assert any(f"is said to be {how!r}, the judgements (" in told for told in problems), problems


def test_gold_without_a_majority_is_what_an_adjudicator_says_and_no_unanimous_one(repository):
    folder = repository.path("corpus")
    document_id = judged(repository, "posts", "topic")[0][1]["id"]

    def disagree(table):
        rows = table.to_pylist()
        three = [row for row in rows if row["document_id"] == document_id and row["annotator"] != "intention"]
        for label, row in enumerate(three):
            row["topic"] = label
        return pa.Table.from_pylist(rows, schema=table.schema)

    (told,) = check(repository, "annotations", disagree)
    assert "topic is said to be 'unanimous', the judgements (" in told
    assert "make it 'adjudicated'" in told
    for label in range(4):
        reseal(folder, FILE.format("posts"), edited("topic_settled", "adjudicated"))
        assert check(repository, "posts", edited("topic", label)) == []


def test_a_stance_that_was_judged_and_left_out_is_told(repository):
    problems = check(repository, "stances", lambda table: table.slice(1))
    assert any("was judged and is missing" in told for told in problems)


def test_a_release_without_annotations_of_a_document_says_nothing_of_its_gold(repository):
    assert check(repository, "annotations", lambda table: table.slice(0, 0)) == []


def test_rows_that_the_manifest_does_not_count_are_told(repository):
    (problem,) = check(repository, "stances", lambda table: pa.concat_tables([table, table]), rows=False)
    assert "[6 released]" in problem
    assert "rows, the manifest says" in problem


def test_rows_with_another_checksum_than_the_manifest_says_are_told(repository):
    (problem,) = check(repository, "targets", edited("favor", "别的"), rows=False)
    assert problem.endswith("[6 released] rows differ from the manifest (rows_sha256).")


def test_rows_that_stand_twice_are_told(repository):
    problems = check(repository, "stances", lambda table: pa.concat_tables([table, table]))
    assert "stands twice in stances" in problems[0]


def test_a_document_that_stands_in_two_splits_is_told(repository):
    folder = repository.path("corpus")
    table = pq.read_table(folder / "posts/train-00000-of-00001.parquet", partitioning=None)
    reseal(folder, "posts/test-00000-of-00001.parquet", lambda other: pa.concat_tables([other, table]))
    assert any("stands twice in documents" in problem.text for problem in validate_release(folder))


def test_a_comment_that_left_its_thread_for_another_split_is_told(repository):
    folder = repository.path("corpus")
    moved = []

    def take(table):
        moved.append(table.slice(0, 1))
        return table.slice(1)

    reseal(folder, FILE.format("comments"), take)
    reseal(folder, "comments/test-00000-of-00001.parquet", lambda table: pa.concat_tables([table, moved[0]]))
    texts = [problem.text for problem in validate_release(folder)]
    assert any("thread" in text and "is none of the documents of this split" in text for text in texts)


def test_parents_that_run_in_a_circle_are_told(repository):
    folder = repository.path("corpus")
    rows = pq.read_table(folder / FILE.format("comments"), partitioning=None).to_pylist()
    problems = check(repository, "comments", edited("parent", rows[0]["id"]))
    assert any("[3 thread]" in problem and "circle" in problem for problem in problems)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"hello", "cannot be read as Parquet", id="no-parquet"),
        pytest.param(b"", "cannot be read as Parquet", id="empty"),
        pytest.param(None, "cannot be read as Parquet", id="truncated"),
    ],
)
def test_a_file_that_is_no_parquet_is_a_breach_with_its_place(repository, content, sentence):
    folder, name = repository.path("corpus"), FILE.format("posts")
    path = folder / name
    path.write_bytes(path.read_bytes()[:-10] if content is None else content)
    remanifest(folder, lambda manifest: manifest["files"][name].update(sha256=sha256_of_file(path)))
    (problem,) = [problem.shown(folder) for problem in validate_release(folder)]
    assert problem.startswith(f"{name}: [1 form] {sentence}")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        list(open_release(folder).rows("posts"))


def test_a_folder_in_the_place_of_a_file_is_a_breach(repository):
    folder = repository.path("corpus")
    (folder / FILE.format("posts")).unlink()
    (folder / FILE.format("posts")).mkdir()
    assert [problem.text for problem in validate_release(folder)] == [
        f"{folder / FILE.format('posts')}: is no file; the manifest lists one."
    ]


def entries(change):
    return lambda manifest: manifest["files"].update(change(manifest["files"]))


ENTRY = {"rows": 1, "sha256": "0" * 64, "rows_sha256": "0" * 64}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(lambda m: m.update(files=[]), "files must be a mapping", id="files-list"),
        pytest.param(lambda m: m.update(files={}), "files: none of posts/train-", id="files-empty"),
        pytest.param(entries(lambda files: {name: {} for name in files}), "sha256' is missing", id="entry-empty"),
        pytest.param(entries(lambda files: dict.fromkeys(files, 3)), "must be a mapping", id="entry-number"),
        pytest.param(entries(lambda _: {"../../x.parquet": ENTRY}), "'../../x.parquet' is no file of", id="leaving"),
        pytest.param(entries(lambda _: {"/etc/passwd": ENTRY}), "'/etc/passwd' is no file of a", id="absolute"),
        pytest.param(entries(lambda _: {"posts": ENTRY}), "'posts' is no file of a release", id="folder"),
        pytest.param(entries(lambda _: {"posts/" + "a" * 5_000: ENTRY}), "is no file of a release", id="long"),
        pytest.param(entries(lambda _: {"a\0b": ENTRY}), "is no file of a release", id="nul"),
        pytest.param(lambda m: m.update(schema="x"), "schema 'x' is unknown here, 1 to 4", id="schema-text"),
        pytest.param(lambda m: m.update(schema=None), "schema None is unknown", id="schema-null"),
        pytest.param(lambda m: m.update(schema=99), "schema 99 is unknown", id="schema-new"),
        pytest.param(lambda m: m.update(schema=0), "schema 0 is unknown", id="schema-none"),
        pytest.param(lambda m: m.update(schema=True), "schema True is unknown", id="schema-true"),
        pytest.param(lambda m: m.update(version=[1]), "version must be text, got [1]", id="version-list"),
        pytest.param(lambda m: m.update(version=3), "version must be text, got 3", id="version-number"),
        pytest.param(lambda m: m.update(version="<script>"), "version '<script>' is not three", id="version-hostile"),
        pytest.param(lambda m: m.update(version="../../x"), "version '../../x' is not three", id="version-leaving"),
        pytest.param(lambda m: m.update(version="9" * 5_000 + ".0.0"), "is not three numbers", id="version-long"),
        pytest.param(lambda m: m.update(scheme=[]), "scheme must be text", id="scheme-list"),
        pytest.param(lambda m: m.update(predecessor="x"), "predecessor must be a mapping", id="predecessor"),
    ],
)
def test_a_manifest_that_is_none_is_refused_when_the_release_is_opened(miniature_release, tmp_path, change, sentence):
    shutil.copy(miniature_release / "manifest.json", tmp_path)
    remanifest(tmp_path, change)
    for use in (open_release, versions, validate_release):
        with pytest.raises(DataError) as caught:
            use(tmp_path)
        assert str(tmp_path / "manifest.json") in str(caught.value)
        assert sentence in str(caught.value)


def test_labels_in_another_order_than_the_schemes_are_refused(repository):
    folder = repository.path("corpus")
    remanifest(folder, lambda manifest: manifest["labels"]["topic"].reverse())
    with pytest.raises(DataError, match=r"labels of 'topic' are not those of scheme"):
        validate_release(folder)


def test_older_releases_are_checked_too_and_go_by_the_name_of_their_folder(repository):
    folder = repository.path("corpus")
    kept = folder / "versions" / "0.0.0"
    for name in ("manifest.json", *open_release(folder).manifest["files"]):
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / name, kept / name)
    (folder / "versions" / "tmp").mkdir()
    shutil.copy(folder / "manifest.json", folder / "versions" / "tmp")
    assert versions(folder) == ("0.0.1", "0.0.0")
    with pytest.raises(DataError, match=r"is that of 0\.0\.1, the folder is called 0\.0\.0"):
        open_release(folder, version="0.0.0")
    remanifest(kept, lambda manifest: manifest.update(version="0.0.0"))
    assert validate_release(folder) == []
    reseal(kept, FILE.format("posts"), edited("irony", None))
    (problem,) = validate_release(folder)
    assert problem.path == kept / FILE.format("posts")


def test_a_predecessor_that_changed_is_told(repository):
    folder = repository.path("corpus")
    repository.build("0.0.1")
    kept = folder / "versions" / "0.0.0"
    for name in ("manifest.json", *open_release(folder).manifest["files"]):
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / name, kept / name)
    remanifest(kept, lambda manifest: manifest.update(version="0.0.0"))
    predecessor = {"version": "0.0.0", "manifest_sha256": "0" * 64}
    remanifest(folder, lambda manifest: manifest.update(predecessor=predecessor))
    (problem,) = validate_release(folder)
    assert problem.path == kept / "manifest.json"
    assert "differs from what 0.0.1 says of its predecessor" in problem.text
