"""Examples of each label, with what stands above them."""

from made_collection import collection_of

from weibo_nlp.analysis.findings import find


def examples_of(path, rows, **options):
    return find(collection_of(path / "posts.jsonl", rows), **options).examples.table


def test_examples_are_drawn_among_all_rows_of_a_label_and_among_the_least_sure(tmp_path):
    rows = [
        {"id": f"p{i}", "text": f"第{i}次听说这件事", "mood": label, "mood_score": (i % 100) / 100}
        for label in ("好", "坏")
        for i in range(100)
    ]
    table = examples_of(tmp_path, rows, most_examples=4)
    assert table.groupby(["label", "kind"]).size().to_dict() == {
        ("坏", "random"): 4,
        ("坏", "unsure"): 4,
        ("好", "random"): 4,
        ("好", "unsure"): 4,
    }
    # Scores are .00 to .99, and a tenth of the way from the first to the last is .099.
    assert table[table["kind"] == "unsure"]["score"].max() < 0.1
    assert table[table["kind"] == "random"]["score"].max() > 0.3
    for row in table.itertuples():
        assert (row.text, row.id) == (rows[row.place]["text"], rows[row.place]["id"])
    assert examples_of(tmp_path, rows, most_examples=4).equals(table)
    assert not examples_of(tmp_path, rows, most_examples=4, seed=1)["place"].equals(table["place"])


def test_the_score_of_a_no_is_the_probability_that_it_is_none(tmp_path):
    table = examples_of(tmp_path, [{"text": "原来如此", "irony": False, "irony_score": 0.25}])
    assert table["score"].tolist() == [0.75, 0.75]


def test_copies_and_rows_without_a_text_are_no_examples(tmp_path):
    texts = ["以后再也不买了", "以后再也不买了！", None, "质量太差", " "]
    table = examples_of(tmp_path, [{"text": text, "mood": "坏", "mood_score": 0.5} for text in texts])
    first = table[table["kind"] == "random"]
    assert len(first) == 2
    assert set(first["place"]) <= {0, 1, 3}


THREAD = [
    {"id": "1", "above": None, "text": "原帖", "mood": "好"},
    {"id": "2", "above": "1", "text": "第一层", "mood": "好"},
    {"id": "3", "above": "2", "text": "第二层", "mood": "好"},
    {"id": "4", "above": "3", "text": "第三层", "mood": "好"},
    {"id": "5", "above": "4", "text": "第四层", "mood": "坏"},
    {"id": "6", "above": "2", "text": "另一个", "mood": "中"},
    {"id": "7", "above": "99", "text": "没有上文", "mood": "无"},
]


def test_an_example_has_the_first_of_its_thread_and_the_two_nearest_above_it(tmp_path):
    table = examples_of(tmp_path, THREAD, label_columns=["mood"]).set_index("label")
    assert table.loc["坏", "above"] == ("原帖", "第二层", "第三层")
    assert table.loc["坏", "n_above"] == 4
    assert table.loc["中", "above"] == ("原帖", "第一层")
    assert (table.loc["无", "above"], table.loc["无", "n_above"]) == ((), 0)


def test_ids_that_run_in_a_circle_end_where_it_closes(tmp_path):
    rows = [
        {"id": "1", "above": "2", "text": "甲说", "mood": "好"},
        {"id": "2", "above": "1", "text": "乙说", "mood": "坏"},
        {"id": "3", "above": "3", "text": "丙说", "mood": "中"},
    ]
    table = examples_of(tmp_path, rows, label_columns=["mood"]).set_index("label")
    assert (table.loc["好", "above"], table.loc["坏", "above"], table.loc["中", "above"]) == (("乙说",), ("甲说",), ())


def test_the_first_of_a_thread_stands_above_what_names_nothing_else(tmp_path):
    rows = [
        {"id": "1", "thread": "1", "text": "原帖", "mood": "好"},
        {"id": "2", "thread": "1", "text": "评论", "mood": "坏"},
    ]
    table = examples_of(tmp_path, rows, label_columns=["mood"]).set_index("label")
    assert (table.loc["坏", "above"], table.loc["好", "above"]) == (("原帖",), ())


def test_a_column_with_the_text_that_is_answered_is_what_stands_above(tmp_path):
    rows = [{"text": f"我觉得第{i}次不行", "parent": f"这是第{i}次发帖，大家怎么看？", "mood": "坏"} for i in range(3)]
    table = examples_of(tmp_path, rows, label_columns=["mood"], text_column="text")
    for row in table.itertuples():
        assert (row.above, row.n_above) == ((rows[row.place]["parent"],), 1)
