import gzip
from pathlib import Path

import pytest

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.external import files, load, to_polarity
from weibo_nlp.models.base import target_problem

MINIATURES = Path(__file__).parents[1] / "data" / "external"


def dropped(part):
    return [(item.line, item.reason) for item in part.dropped]


def labels(part):
    return [(gold.document_id, gold.label) for gold in part.gold]


# C-STANCE


def test_c_stance_lines_are_where_the_record_starts_although_cells_run_over_lines():
    part = load("c-stance", MINIATURES / "c_stance").part("train")
    assert labels(part) == [
        ("c_stance-train-000002", "against"),
        ("c_stance-train-000004", "none"),
        ("c_stance-train-000008", "favor"),
    ]
    assert part.documents[0].text == "食堂涨价了\n可味道没变"
    assert part.documents[1].text == '他说"够了"，我也觉得够了'
    assert part.documents[0].source.row == 2


def test_c_stance_sets_aside_rows_without_target_with_other_labels_or_cut_short():
    part = load("c_stance", MINIATURES / "c_stance").part("train")
    assert dropped(part) == [(5, "no target"), (6, "unknown label"), (7, "wrong number of columns")]


def test_c_stance_keeps_type_and_domain_and_gives_one_name_to_each_kind_of_target():
    part = load("c_stance", MINIATURES / "c_stance").part("train")
    assert [document.extra for document in part.documents] == [
        {"type": "noun_phrases", "domain": "文化教育", "target_type": "noun_phrase"},
        {"type": "clauses", "domain": "体育", "target_type": "claim"},
        {"type": "Claims", "domain": "体育", "target_type": "claim"},
    ]
    assert [gold.target for gold in part.gold] == ["食堂涨价", "大家都够了", "晨跑"]


def test_c_stance_is_read_under_its_published_names_and_without_the_added_columns():
    loaded = load("C-STANCE", MINIATURES / "c_stance")
    assert list(loaded.parts) == ["train", "validation"]
    assert labels(loaded.part("validation")) == [("c_stance-validation-000002", "favor")]
    assert loaded.part("validation").documents[0].extra == {}


# SMP2020-EWECT


def test_smp2020_mirror_reads_numbers_by_the_mapping_beside_the_file():
    part = load("smp2020", MINIATURES / "smp2020_mirror").part("train")
    assert labels(part) == [
        ("smp2020-train-000002", "happy"),
        ("smp2020-train-000003", "angry"),
        ("smp2020-train-000007", "surprise"),
        ("smp2020-train-000008", "fear"),
        ("smp2020-train-000009", "sad"),
        ("smp2020-train-000010", "neutral"),
        ("smp2020-train-000011", "happy"),
    ]
    assert dropped(part) == [(4, "unknown label"), (5, "no label"), (6, "no text")]


def test_smp2020_published_lists_count_records_where_there_are_no_lines():
    loaded = load("smp2020", MINIATURES / "smp2020")
    part = loaded.part("train")
    assert labels(part) == [("smp2020-train-000001", "happy"), ("smp2020-train-000002", "angry")]
    assert dropped(part) == [(3, "no label"), (4, "not a record"), (5, "undecodable bytes"), (6, "not a record")]
    assert part.documents[0].extra == {"id": "1"}
    assert labels(loaded.part("validation")) == [("smp2020-validation-000001", "happy")]


def test_smp2020_polarity_leaves_surprise_out_and_counts_it():
    polarity = to_polarity(load("smp2020", MINIATURES / "smp2020_mirror"))
    part = polarity.part("train")
    assert polarity.tasks == ("sentiment",)
    assert polarity.labels["sentiment"] == ("negative", "neutral", "positive")
    assert [gold.label for gold in part.gold] == [
        "positive",
        "negative",
        "negative",
        "negative",
        "neutral",
        "positive",
    ]
    assert part.dropped_counts["surprise has no polarity"] == 1
    assert part.dropped[-1].line == 7
    assert len(part.documents) == len(part.groups) == 6


def test_polarity_of_a_set_without_emotions_is_refused():
    with pytest.raises(UsageError, match="set 'cold' has the task offence, not emotion"):
        to_polarity(load("cold", MINIATURES / "cold"))


def test_smp2020_numbers_without_a_mapping_are_not_guessed(tmp_path):
    (tmp_path / "train.csv").write_text('"label","text"\n"2","风很甜"\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"train\.csv:2: label '2' is a number, and there is no label_mapping\.json"):
        load("smp2020", tmp_path)


@pytest.mark.parametrize(
    "mapping",
    [
        pytest.param('{"happy": 0}', id="emotions-missing"),
        pytest.param('{"happy":0,"sad":0,"angry":1,"fear":2,"neutral":3,"surprise":4}', id="number-used-twice"),
        pytest.param("[1, 2]", id="not-a-mapping"),
    ],
)
def test_smp2020_mapping_that_cannot_be_followed_is_refused(tmp_path, mapping):
    (tmp_path / "train.csv").write_text('"label","text"\n"2","风很甜"\n', encoding="utf-8")
    (tmp_path / "label_mapping.json").write_text(mapping, encoding="utf-8")
    with pytest.raises(DataError, match=r"label_mapping\.json: must give each of angry"):
        load("smp2020", tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param('[{"id": 1,\n"content', r"usual_train\.txt:2:1: not valid JSON", id="truncated"),
        pytest.param('{"id": 1}', "holds a JSON dict, not a list", id="not-a-list"),
        pytest.param(
            '[{"id": 1, "label": "sad"}, {"id": 2, "content": "坏", "label": "sad", "label": "happy"}]',
            r"usual_train\.txt: key 'label' stands twice in the object that begins \{\"id\": 2\}\. Compare with the",
            id="key-twice",
        ),
        pytest.param('[{"id": NaN}]', r"usual_train\.txt: not JSON: NaN is not a JSON value", id="no-number"),
    ],
)
def test_smp2020_lists_that_are_no_lists_name_the_place(tmp_path, content, message):
    (tmp_path / "usual_train.txt").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        load("smp2020", tmp_path)


# COLD


def test_cold_labels_are_offensive_or_not_and_the_topic_is_kept():
    part = load("cold", MINIATURES / "cold").part("train")
    assert labels(part) == [("cold-train-000002", "not_offensive"), ("cold-train-000003", "offensive")]
    assert [document.extra["topic"] for document in part.documents] == ["region", "race"]


def test_cold_sets_aside_minus_one_empty_labels_and_broken_bytes():
    part = load("cold", MINIATURES / "cold").part("train")
    assert dropped(part) == [(4, "unknown label"), (5, "no label"), (6, "undecodable bytes")]
    assert part.dropped[0].detail == "'-1'"


def test_cold_parts_follow_the_file_not_the_split_column():
    loaded = load("cold", MINIATURES / "cold")
    assert list(loaded.parts) == ["train", "validation", "test"]
    assert loaded.part("validation").documents[0].extra["split"] == "train"
    assert loaded.part("test").documents[0].extra["fine_grained_label"] == "3"


@pytest.mark.parametrize(
    ("lines", "kept", "aside"),
    [
        pytest.param(
            [",topic,label,TEXT", "0,race,0,早", '1,race,1,"他说', "2,race,0,晚", '3,race,0,好"', "4,race,1,夜"],
            ["早", "夜"],
            {3: 3, 4: 3, 5: 3},
            id="in-the-last-cell",
        ),
        pytest.param(
            ["TEXT,topic,label", '"他说,race,0', "晚,race,1", '好",race,1', "夜,race,1"],
            ["夜"],
            {2: 2, 3: 2, 4: 2},
            id="in-the-first-cell",
        ),
        pytest.param(
            ["TEXT,topic,label", '"他说,race,0', '好",race,1,2', "夜,race,1"],
            ["夜"],
            {2: 2, 3: 2},
            id="of-another-width",
        ),
        pytest.param(
            ["TEXT,topic,label", '"他说', '好",race,1', "夜,race,1"], ["他说\n好", "夜"], {}, id="a-text-of-two-lines"
        ),
    ],
)
def test_rows_that_a_quotation_mark_made_one_are_each_set_aside(tmp_path, lines, kept, aside):
    (tmp_path / "test.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    part = load("cold", tmp_path).part("test")
    assert [document.text for document in part.documents] == kept
    assert part.dropped_counts == ({files.SEVERAL_ROWS: len(aside)} if aside else {})
    begins = {item.line: item.detail for item in part.dropped}
    assert begins == {line: f"the record begins on line {first}" for line, first in aside.items()}


@pytest.mark.parametrize(
    ("header", "message"),
    [
        pytest.param(
            "TEXT,label,topic,label", "the label could be read from 'label' and 'label', columns 2 and 4", id="1"
        ),
        pytest.param(
            'TEXT,topic,label,"note\n好,race,1,x"', "a quotation mark may have made one row of several", id="rows"
        ),
    ],
)
def test_a_header_from_which_a_column_cannot_be_told_is_refused(tmp_path, header, message):
    (tmp_path / "test.csv").write_text(f"{header}\n好,0,race,1\n", encoding="utf-8")
    with pytest.raises(DataError, match=rf"test\.csv:1: {message}"):
        load("cold", tmp_path)


# SWSR


def test_swsr_comments_hang_on_their_posts_which_carry_no_gold():
    part = load("swsr", MINIATURES / "swsr").part("all")
    assert [(document.id, document.kind, document.parent) for document in part.documents] == [
        ("swsr-posts-000002", "post", None),
        ("swsr-posts-000003", "post", None),
        ("swsr-comments-000002", "comment", "swsr-posts-000002"),
        ("swsr-comments-000004", "comment", "swsr-posts-000002"),
        ("swsr-comments-000005", "comment", "swsr-posts-000003"),
    ]
    assert labels(part) == [
        ("swsr-comments-000002", "not_sexist"),
        ("swsr-comments-000004", "sexist"),
        ("swsr-comments-000005", "not_sexist"),
    ]
    assert part.groups == ("swsr-posts-000002", "swsr-posts-000002", "swsr-posts-000003")
    assert all(document.root == document.thread for document in part.documents if document.kind == "comment")


def test_swsr_unknown_counts_and_dates_are_none():
    first, second, multiline, spoilt, _ = load("swsr", MINIATURES / "swsr").part("all").documents
    assert (first.counts.likes, first.counts.reposts, first.counts.comments) == (12, 3, 0)
    assert (second.counts.likes, second.created_at, second.flags) == (None, None, ())
    assert first.created_at == "2019-03-05T08:15:00"
    assert multiline.text == "倒茶\n不分男女"
    assert multiline.counts.reposts is None
    assert (spoilt.created_at, spoilt.flags) == (None, ("unreadable_date",))
    assert spoilt.extra == {"category": "SCB", "target": "G"}
    assert first.extra == {"keyword": "职场"}


def test_swsr_sets_aside_repeated_posts_and_comments_without_a_post():
    part = load("swsr", MINIATURES / "swsr").part("all")
    assert [(item.file, item.line, item.reason) for item in part.dropped] == [
        ("posts.csv", 4, "post id repeated"),
        ("posts.csv", 5, "no text"),
        ("comments.csv", 6, "post missing"),
        ("comments.csv", 7, "post missing"),
        ("comments.csv", 8, "unknown label"),
    ]


def test_swsr_published_columns_on_people_and_platform_ids_stay_out():
    part = load("swsr", MINIATURES / "swsr_published").part("all")
    assert [document.id for document in part.documents] == ["swsr-posts-000002", "swsr-comments-000002"]
    assert part.documents[0].counts.comments == 0
    for private in ("K9zz", "某省", "男"):
        assert private not in repr(part.documents)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_line_that_would_fill_the_memory_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.setattr(files, "MAX_LINE_BYTES", 200)
    content = f"text,label\n好,1\n{'长' * 300},1\n".encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    with pytest.raises(DataError, match=rf"{name}:3: longer than 200 characters. Compare it with the published file"):
        list(files.read_csv(tmp_path / name, {"text": ("text",)}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("[" * 100_000, "nested deeper than 100 levels", id="deep"),
        pytest.param("[" + "[]," * 1_000_000 + "[]]", "has more than 1,000,000 values", id="many"),
    ],
)
def test_json_that_would_fill_memory_or_stack_is_refused(tmp_path, content, message):
    (tmp_path / "usual_train.txt").write_text(content, "utf-8")
    with pytest.raises(DataError, match=message):
        files.read_json(tmp_path / "usual_train.txt")


def test_targets_of_c_stance_are_as_readers_see_them(tmp_path):
    rows = [
        "Text,Target 1,Stance 1",
        '原文,"第一行\n第二行 ",AGAINST',
        "原文,打第\u200b四针,FAVOR",
        "原文,\u200b\u200b,FAVOR",
    ]
    (tmp_path / "train.csv").write_text("\n".join(rows) + "\n", "utf-8")
    part = load("c_stance", tmp_path).part("train")
    assert [label.target for label in part.gold] == ["第一行 第二行", "打第四针"]
    assert part.dropped_counts == {"no target": 1}
    assert not any(map(target_problem, (label.target for label in part.gold)))
