from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from weibo_nlp.errors import UsageError
from weibo_nlp.io import remote


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        pytest.param("0", 0, 0, id="at-once"),
        pytest.param("7", 7, 7, id="seconds"),
        pytest.param("1.5", 1.5, 1.5, id="fraction"),
        pytest.param("-3", 0, 0, id="negative"),
        pytest.param("86400", 600, 600, id="a-day-is-ten-minutes"),
        pytest.param("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0, id="date-gone-by"),
        pytest.param("Wed, 21 Oct 2015 07:28:00", 0, 0, id="date-without-zone"),
        pytest.param("soon", 2, 4, id="words"),
        pytest.param("nan", 2, 4, id="no-number"),
        pytest.param(None, 2, 4, id="nothing"),
    ],
)
def test_a_server_is_waited_for_as_long_as_it_asks_or_twice_as_long_each_time(asked, least, most):
    # The third try waits 4 seconds, shaken down to 2.
    assert least <= remote.wait_before_next(2, asked) <= most


def test_a_date_to_come_is_waited_for():
    when = datetime.now(UTC) + timedelta(seconds=300)
    # Of a date, the fractions of its last second are left out.
    assert 200 < remote.wait_before_next(0, format_datetime(when, usegmt=True)) <= 300


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("ftp://host/v1", "give one as https://host/v1", id="scheme"),
        pytest.param("http:///v1", "give one as", id="no-host"),
        pytest.param("http://host:0/v1", "give one as", id="port-0"),
        pytest.param("http://host:x/v1", "is none", id="no-port"),
        pytest.param("https://sk-1@host/v1", "holds a user", id="user"),
        pytest.param("https://host/v1?key=sk-1", "holds a user, a query", id="query"),
    ],
)
def test_what_is_no_plain_address_is_refused_and_a_key_in_it_not_repeated(url, message):
    with pytest.raises(UsageError, match=message) as raised:
        remote.require_address(url, "a model")
    assert "sk-1" not in str(raised.value)


def test_a_key_goes_encrypted_or_stays_on_this_machine(monkeypatch):
    monkeypatch.setenv(remote.KEY_VARIABLE, "sk-1")
    assert remote.key_for("https://example.invalid/v1") == "sk-1"
    assert remote.key_for("http://[::1]:8000/v1") == "sk-1"
    with pytest.raises(UsageError, match=r"would go to example\.invalid unencrypted"):
        remote.key_for("http://example.invalid/v1")
    assert remote.shown("bad key sk-1\x1b") == "bad key …\\x1b"
