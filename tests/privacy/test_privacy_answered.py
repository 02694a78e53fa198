"""What a row answers, where a column's name does not tell whether that is a person or a document."""

import pytest

from weibo_nlp.privacy import Pseudonyms, Secret
from weibo_nlp.privacy.protection import Protection
from weibo_nlp.privacy.rows import ProtectedRows

NAMES = Pseudonyms(Secret(bytes(range(32))))
POST, COMMENT, NOT_CRAWLED = "4000000000000001", "4000000000000002", "4000000000000009"
FIRST, SECOND = "1000000001", "1000000002"


def protected(rows):
    columns = dict.fromkeys(rows[0], "string")
    protection = ProtectedRows(Protection(NAMES), columns, texts=["text"], ids=["id"])
    for row in rows:
        protection.learn(row)
    return [protection.protected(row) for row in rows]


@pytest.mark.parametrize("column", ["reply_to", "replyTo", "replied_to"])
@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        pytest.param(POST, NAMES.document(POST), id="a-post-of-the-data"),
        pytest.param(NOT_CRAWLED, NAMES.document(NOT_CRAWLED), id="a-post-that-was-not-crawled"),
        pytest.param(FIRST, NAMES.user(FIRST), id="the-id-of-a-person"),
        pytest.param("小甲", NAMES.user(FIRST), id="the-name-of-a-person"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_what_is_answered_has_the_pseudonym_that_it_has_elsewhere(column, answered, expected):
    rows = [
        {"id": POST, "user_id": FIRST, "nickname": "小甲", "text": "好", column: ""},
        {"id": COMMENT, "user_id": SECOND, "nickname": "小乙", "text": "支持", column: answered},
    ]
    assert protected(rows)[1][column] == expected


def test_short_ids_of_a_table_of_one_s_own_join_too():
    rows = [{"id": "1", "text": "好", "reply_to": ""}, {"id": "2", "text": "支持", "reply_to": "1"}]
    first, second = protected(rows)
    assert second["reply_to"] == first["id"] == NAMES.document("1")


def test_a_name_beside_the_id_of_what_is_answered_is_not_of_that_id():
    rows = [
        {"id": POST, "text": "好", "reply_to": "", "reply_nickname": ""},
        {"id": COMMENT, "text": "回复@小甲:支持", "reply_to": POST, "reply_nickname": "小甲"},
    ]
    assert protected(rows)[1]["text"] == f"回复@{NAMES.user('小甲')}:支持"


def test_an_id_that_is_answered_goes_from_texts():
    rows = [{"id": "1", "text": f"见{NOT_CRAWLED}", "reply_to": NOT_CRAWLED}]
    assert NOT_CRAWLED not in str(protected(rows))
