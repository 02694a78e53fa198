def test_a_folder_with_people_leaves_with_1_and_tells_kinds_counts_and_places(run, tmp_path):
    (tmp_path / "a.csv").write_text("id,正文\n1,电话13800000000\n2,13800000001\n", "utf-8")
    (tmp_path / "b.txt").write_text("好\n", "utf-8")
    code, out, err = run("scan", tmp_path)
    assert code == 1
    assert out == f"{tmp_path / 'a.csv'}\tphone\t2\tline 2, 正文; line 3, 正文\t00000000000\n"
    assert err == "2 files, 1 of them with what leads to people\n"


def test_a_folder_without_people_leaves_with_0(run, tmp_path):
    (tmp_path / "a.csv").write_text("id,text,topic\n1,失信就该禁乘,credit\n", "utf-8")
    assert run("scan", tmp_path) == (0, "", "1 files, 0 of them with what leads to people\n")
    assert run("scan", "-q", tmp_path) == (0, "", "")


def test_what_cannot_be_looked_into_leaves_with_1(run, tmp_path):
    (tmp_path / "a.db").write_bytes(b"SQLite format 3\0")
    code, out, err = run("scan", tmp_path / "a.db")
    assert code == 1
    assert "\tunread\t1\t" in out
    assert "1 not looked into from end to end" in err


def test_names_on_a_terminal_are_harmless(run, tmp_path):
    (tmp_path / "a\x1b[2J.txt").write_text("13800000000", "utf-8")
    _, out, _ = run("scan", tmp_path)
    assert "\x1b" not in out


def test_a_path_that_is_not_there_is_a_wrong_call(run, tmp_path):
    code, _, err = run("scan", tmp_path / "none")
    assert code == 2
    assert "does not exist" in err
