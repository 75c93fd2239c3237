import re

import pytest
from marshmallow import ValidationError

from beastmode.core.setting import Origins, Secret, Words, flag, number, text, whole
from beastmode.core.settings import DEVELOPMENT_SECRET, SECRET_BYTES, settings_table, settings_type
from beastmode.extension import FEATURE_SETTINGS

Settings = settings_type(FEATURE_SETTINGS)
ROWS = list(settings_table(Settings))
NAMES = [row.name for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_every_setting_has_a_sentence_and_says_what_it_expects(row):
    assert re.fullmatch(r"[A-Z`].+\.", row.sentence, re.DOTALL)
    assert row.expects
    assert not row.expects.endswith(".")


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_setting_is_named_as_an_environment_variable_and_read_in_lower_case(row):
    assert re.fullmatch(r"[A-Z][A-Z0-9_]*", row.name)
    assert getattr(Settings(), row.name.lower()) == row.default


@pytest.mark.parametrize("row", [row for row in ROWS if row.default not in (None, "")], ids=lambda row: row.name)
def test_a_default_passes_its_own_check(row):
    given = ",".join(row.default) if isinstance(row.default, tuple) else row.default

    assert row.kind.deserialize(given) == row.default


def test_whatever_signs_or_opens_something_counts_as_a_secret():
    secret = {row.name for row in ROWS if row.is_secret}

    assert secret >= {
        "SECRET_KEY",
        "JWT_SECRET_KEY",
        "JWT_PREVIOUS_SECRET_KEYS",
        "DATABASE_URL",
        "METRICS_TOKEN",
    }


def test_the_settings_printed_show_no_secret():
    settings = Settings(
        secret_key="secret-of-the-key",
        database_url="postgresql://u:secret-of-the-database@h/d",
        metrics_token="secret-m",
    )

    assert "secret-" not in repr(settings)
    assert "environment='production'" in repr(settings)


def test_the_development_secret_would_be_long_enough_and_is_refused_by_its_value_alone():
    assert len(DEVELOPMENT_SECRET) >= SECRET_BYTES


def test_tokens_are_signed_with_their_own_key_where_there_is_one():
    assert Settings(secret_key="a", jwt_secret_key="b").token_secret == "b"
    assert Settings(secret_key="a").token_secret == "a"


def test_browsers_may_call_from_the_usual_ports_of_a_desk_and_in_production_from_nowhere():
    at_the_desk = ("http://localhost:3000", "http://localhost:5173")

    assert Settings(environment="development").allowed_origins == at_the_desk
    assert Settings(environment="testing").allowed_origins == at_the_desk
    assert Settings(environment="production").allowed_origins == ()
    assert Settings(environment="production", cors_origins=("https://a.example",)).allowed_origins == (
        "https://a.example",
    )


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example.com",
        "http://localhost:3000",
        "http://[::1]:3000",
        "capacitor://localhost",
        "chrome-extension://abcdef",
        "*",
    ],
)
def test_an_origin_is_a_scheme_a_host_and_perhaps_a_port(origin):
    assert Origins().deserialize(origin) == (origin,)


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example.com/",
        "https://app.example.com/page",
        "https://*.example.com",
        "app.example.com",
        "null",
        "https://",
        "https://a b",
        "https://.*",
        "https://user@host",
        "https://a.example\r\nX: y",
    ],
)
def test_what_no_browser_sends_or_what_would_match_too_much_is_no_origin(origin):
    with pytest.raises(ValidationError):
        Origins().deserialize(f"https://fine.example,{origin}")


@pytest.mark.parametrize(
    ("kind", "found", "parsed"),
    [
        (Words(), " a, b ,,c", ("a", "b", "c")),
        (Words(), ["a", "b"], ("a", "b")),
        (Words(), "", ()),
        (whole(1), "5", 5),
        (whole(1), 5.0, 5),
        (number(0, 10), "0.5", 0.5),
        (flag(), "yes", True),
        (flag(), "0", False),
        (flag(), True, True),
        (text(), "été", "été"),
        (Secret(), b"\xff" * 32, "ÿ" * 32),
        (Secret(), "word", "word"),
    ],
)
def test_a_value_is_read_in_the_words_of_shells_and_of_code(kind, found, parsed):
    assert kind.deserialize(found) == parsed


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Words(), [1, 2]),
        (Words(), {"a": 1}),
        (Words(), 5),
        (Words(), "a\nb"),
        (whole(1), "0"),
        (whole(1), "1.5"),
        (whole(1), 2.5),
        (whole(1), True),
        (whole(1), "9" * 10_000),
        (whole(1, 10), float("inf")),
        (number(0, 10), "nan"),
        (number(0, 10), "inf"),
        (number(0, 10), "11"),
        (number(0, 10), "10 hours"),
        (flag(), "maybe"),
        (flag(), []),
        (text(), "a\nb"),
        (text(), "a\0b"),
        (text(), "a\udcffb"),
        (text(), 5),
        (Secret(), "a\nb"),
        (Secret(), 5),
    ],
)
def test_a_value_that_would_be_misread_is_refused(kind, found):
    with pytest.raises(ValidationError):
        kind.deserialize(found)
