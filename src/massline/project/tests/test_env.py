"""A wrong setting stops the server and says what, where, which value and how to go on."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from massline.project.env import env_bool, env_database, env_int, env_list, env_mail, env_secret


@pytest.mark.parametrize("value", ["false", "1", "yes", ""])
def test_a_boolean_that_is_not_true_or_false_stops_the_server(monkeypatch, value) -> None:
    monkeypatch.setenv("MASSLINE_DEBUG", value)
    with pytest.raises(ImproperlyConfigured, match="MASSLINE_DEBUG is .* Write True or False"):
        env_bool("MASSLINE_DEBUG", default=False)


def test_a_boolean_that_is_not_set_takes_its_default(monkeypatch) -> None:
    monkeypatch.delenv("MASSLINE_DEBUG", raising=False)
    assert env_bool("MASSLINE_DEBUG", default=True) is True
    assert env_bool("MASSLINE_DEBUG", default=False) is False


def test_a_number_that_is_not_set_takes_its_default_which_may_be_none(monkeypatch) -> None:
    monkeypatch.delenv("MASSLINE_TEACH", raising=False)
    assert env_int("MASSLINE_TEACH", default=None, at_least=0) is None
    monkeypatch.setenv("MASSLINE_TEACH", "0")
    assert env_int("MASSLINE_TEACH", default=None, at_least=0) == 0


@pytest.mark.parametrize(("value", "word"), [("fifteen", "whole number"), ("0", "least is 1"), ("1.5", "whole number")])
def test_a_number_that_cannot_be_used_is_named(monkeypatch, value, word) -> None:
    monkeypatch.setenv("MASSLINE_REPLY_PROMISE_DAYS", value)
    with pytest.raises(ImproperlyConfigured, match=f"{value}.*{word}"):
        env_int("MASSLINE_REPLY_PROMISE_DAYS", default=15, at_least=1)


def test_there_is_no_default_secret_key(monkeypatch) -> None:
    monkeypatch.delenv("MASSLINE_SECRET_KEY", raising=False)
    monkeypatch.delenv("MASSLINE_SECRET_KEY_FILE", raising=False)
    with pytest.raises(ImproperlyConfigured, match="token_urlsafe"):
        env_secret("MASSLINE_SECRET_KEY")


def test_a_short_secret_key_is_no_key(monkeypatch) -> None:
    monkeypatch.setenv("MASSLINE_SECRET_KEY", "changeme")
    with pytest.raises(ImproperlyConfigured, match="shorter than 32"):
        env_secret("MASSLINE_SECRET_KEY")


def test_a_secret_key_may_lie_in_a_file(monkeypatch, tmp_path) -> None:
    key = tmp_path / "key"
    key.write_text("k" * 48 + "\n")
    monkeypatch.delenv("MASSLINE_SECRET_KEY", raising=False)
    monkeypatch.setenv("MASSLINE_SECRET_KEY_FILE", str(key))
    assert env_secret("MASSLINE_SECRET_KEY") == "k" * 48
    key.unlink()
    with pytest.raises(ImproperlyConfigured, match="MASSLINE_SECRET_KEY_FILE"):
        env_secret("MASSLINE_SECRET_KEY")


def test_sqlite_gets_what_production_wants(monkeypatch) -> None:
    monkeypatch.setenv("MASSLINE_DATABASE", "sqlite:////var/lib/massline/db.sqlite3")
    database = env_database("MASSLINE_DATABASE", default="")
    assert database["NAME"] == "/var/lib/massline/db.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


def test_a_postgresql_address_is_taken_apart(monkeypatch) -> None:
    monkeypatch.setenv("MASSLINE_DATABASE", "postgresql://ann:p%40ss@db.example:6432/circle?sslmode=require")
    database = env_database("MASSLINE_DATABASE", default="")
    assert (database["USER"], database["PASSWORD"], database["HOST"], database["PORT"]) == (
        "ann",
        "p@ss",
        "db.example",
        "6432",
    )
    assert (database["NAME"], database["OPTIONS"]["sslmode"]) == ("circle", "require")


def test_postgresql_compiles_no_queries_unless_the_address_says_so(monkeypatch) -> None:
    told = {}
    for asked in ("", "?options=-c%20jit%3Don"):
        monkeypatch.setenv("MASSLINE_DATABASE", f"postgresql://ann@db.example/circle{asked}")
        told[asked] = env_database("MASSLINE_DATABASE", default="")["OPTIONS"]["options"]
    assert list(told.values()) == ["-c jit=off", "-c jit=on"]


@pytest.mark.parametrize(
    "value", ["mysql://u:topsecret@h/n", "sqlite:///", "postgresql://u:topsecret@h/", "massline.sqlite3"]
)
def test_an_unknown_database_stops_the_server_and_never_shows_the_password(monkeypatch, value) -> None:
    monkeypatch.setenv("MASSLINE_DATABASE", value)
    with pytest.raises(ImproperlyConfigured, match="MASSLINE_DATABASE") as problem:
        env_database("MASSLINE_DATABASE", default="")
    assert "topsecret" not in str(problem.value)


def test_a_list_drops_what_is_empty(monkeypatch) -> None:
    monkeypatch.setenv("MASSLINE_HOSTS", " a.example, ,b.example,")
    assert env_list("MASSLINE_HOSTS", default="") == ["a.example", "b.example"]


@pytest.mark.parametrize("value", ["mail.example.com", "http://mail.example.com", "smtp://", "imap://u:secret@host"])
def test_a_mail_server_that_cannot_be_read_is_named_without_its_password(monkeypatch, value) -> None:
    monkeypatch.setenv("MASSLINE_MAIL", value)
    with pytest.raises(ImproperlyConfigured, match="MASSLINE_MAIL") as problem:
        env_mail("MASSLINE_MAIL")
    assert "secret" not in str(problem.value)


def test_a_mail_server_is_taken_apart_and_none_is_none(monkeypatch) -> None:
    monkeypatch.setenv("MASSLINE_MAIL", "smtps://town:p%40ss@mail.example.com")
    found = env_mail("MASSLINE_MAIL")
    assert (found["EMAIL_HOST_PASSWORD"], found["EMAIL_PORT"], found["EMAIL_USE_SSL"]) == ("p@ss", 465, True)
    monkeypatch.setenv("MASSLINE_MAIL", " ")
    assert env_mail("MASSLINE_MAIL") == {}
