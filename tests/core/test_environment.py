import json
import os
import string
import subprocess
import sys
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beastmode.core import environment
from beastmode.core.errors import SettingsError
from beastmode.core.settings import DEVELOPMENT_SECRET, settings_table
from beastmode.extension import FEATURE_SETTINGS

read_settings = partial(environment.read_settings, kinds=FEATURE_SETTINGS)
SECRET = "a-secret-of-more-than-thirty-two-bytes"
ROWS = list(settings_table(*FEATURE_SETTINGS))
NAMES = [row.name for row in ROWS]


def development(**more):
    return {"ENVIRONMENT": "development", **more}


def production(**more):
    return {"ENVIRONMENT": "production", "SECRET_KEY": SECRET, **more}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_set_is_production_which_refuses_the_development_secret():
    with pytest.raises(SettingsError, match="SECRET_KEY is not set"):
        read_settings({}, {})


@pytest.mark.parametrize(
    ("application", "environ", "expected"),
    [
        ({}, {}, "production"),
        ({"debug": True}, {}, "development"),
        ({}, {"FLASK_DEBUG": "1"}, "development"),
        ({}, {"FLASK_DEBUG": "true"}, "development"),
        ({}, {"FLASK_DEBUG": "0"}, "production"),
        ({}, {"FLASK_DEBUG": "False"}, "production"),
        ({}, {"FLASK_DEBUG": ""}, "production"),
        ({"testing": True}, {}, "testing"),
        ({"testing": True, "debug": True}, {"FLASK_DEBUG": "1"}, "testing"),
        ({"debug": True}, {"ENVIRONMENT": ""}, "development"),
        ({"testing": True}, {"ENVIRONMENT": "development"}, "development"),
    ],
)
def test_where_environment_is_not_set_the_application_says_what_it_is(application, environ, expected):
    assert read_settings({}, {"SECRET_KEY": SECRET, **environ}, **application).environment == expected


@pytest.mark.parametrize("application", [{"debug": True}, {"testing": True}])
def test_an_environment_that_is_set_is_believed_before_the_application(application):
    settings = read_settings({}, production(), **application)

    assert settings.is_production


@pytest.mark.parametrize(
    ("environ", "first"),
    [
        ({}, "ENVIRONMENT is not set, so the environment is production"),
        ({"SECRET_KEY": "short", "DEBUG": "1"}, "ENVIRONMENT is not set, so the environment is production"),
        ({"ENVIRONMENT": "production", "SECRET_KEY": "short"}, "ENVIRONMENT is production"),
    ],
)
def test_what_ends_a_start_in_production_names_the_environment_first(environ, first):
    with pytest.raises(SettingsError) as caught:
        read_settings({}, environ)

    assert str(caught.value).startswith(f"{first} (on your own machine: export ENVIRONMENT=development).")


def test_one_problem_takes_one_line():
    with pytest.raises(SettingsError) as caught:
        read_settings({}, {})

    assert "\n" not in str(caught.value)


def test_a_long_secret_is_all_that_production_asks_for():
    settings = read_settings({}, {"SECRET_KEY": SECRET})

    assert settings.is_production
    assert settings.secret_key == SECRET


def test_the_environment_is_read_by_default(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("API_VERSION", "v7")

    assert read_settings().api_version == "v7"


def test_code_wins_over_the_environment():
    settings = read_settings({"API_VERSION": "v2", "THREADS": None}, development(API_VERSION="v1", THREADS="9"))

    assert settings.api_version == "v2"
    assert settings.threads == 9


def test_code_may_say_which_environment_it_is():
    assert read_settings({"ENVIRONMENT": "testing"}, {}).environment == "testing"


def test_an_access_token_may_hold_for_half_an_hour():
    assert read_settings({}, development(JWT_EXPIRES_HOURS="0.5")).jwt_expires_hours == 0.5
    assert read_settings({}, development()).jwt_expires_hours == 0.25


def test_an_empty_variable_is_one_that_is_not_set():
    settings = read_settings({}, development(THREADS="", DEBUG="", DATABASE_URL="", CORS_ORIGINS=""))

    assert settings.threads == 4
    assert settings.database_url == "sqlite:///app.db"


def test_every_wrong_value_is_named_at_once_with_what_was_found_and_what_is_expected():
    environ = development(THREADS="many", JWT_EXPIRES_HOURS="-1", LOG_FORMAT="xml", DEBUG="perhaps", CORS_ORIGINS="a/b")

    with pytest.raises(SettingsError) as caught:
        read_settings({}, environ)

    origins = "origins such as https://app.example.com, without a path, comma-separated, or *"
    assert sorted(caught.value.problems) == [
        f"CORS_ORIGINS is 'a/b'; expected {origins}.",
        "DEBUG is 'perhaps'; expected true or false.",
        "JWT_EXPIRES_HOURS is '-1'; expected a number of hours above 0.",
        "LOG_FORMAT is 'xml'; expected text or json.",
        "THREADS is 'many'; expected a number from 1 to 256.",
    ]
    assert str(caught.value).count("\n") == 5


def test_wrong_values_and_an_unsafe_production_are_named_in_one_message():
    with pytest.raises(SettingsError) as caught:
        read_settings({}, {"THREADS": "many", "SECRET_KEY": "short"})

    assert [problem.split()[0] for problem in caught.value.problems] == ["THREADS", "SECRET_KEY"]


def test_production_refuses_everything_unsafe_in_one_message():
    environ = {
        "JWT_SECRET_KEY": "short",
        "JWT_PREVIOUS_SECRET_KEYS": f"old,{SECRET}",
        "DEBUG": "true",
        "CORS_ORIGINS": "*",
        "CORS_CREDENTIALS": "true",
    }

    with pytest.raises(SettingsError) as caught:
        read_settings({}, environ)

    named = [problem.split()[0] for problem in caught.value.problems]
    assert named == ["SECRET_KEY", "JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEYS", "DEBUG", "CORS_ORIGINS"]


@pytest.mark.parametrize(
    "unsafe",
    [
        {"SECRET_KEY": DEVELOPMENT_SECRET},
        {"JWT_SECRET_KEY": DEVELOPMENT_SECRET},
        {"SECRET_KEY": "x" * 31},
        {"DEBUG": "1"},
        {"CORS_ORIGINS": "https://a.example,*", "CORS_CREDENTIALS": "yes"},
    ],
)
def test_production_refuses_each_unsafe_setting_on_its_own(unsafe):
    with pytest.raises(SettingsError):
        read_settings({}, production(**unsafe))


@pytest.mark.parametrize(
    "safe",
    [
        {"SECRET_KEY": "u7Yq2nPz0LwX5vRk8TgB3mJc6HdS9aEf"},
        {"SECRET_KEY": "éàüöäßñçøåæœþðıł"},
        {"CORS_ORIGINS": "*"},
        {"CORS_ORIGINS": "https://a.example", "CORS_CREDENTIALS": "yes"},
        {"DEBUG": "false"},
    ],
)
def test_production_takes_what_is_safe(safe):
    assert read_settings({}, production(**safe)).is_production


def test_debug_mode_set_in_code_is_refused_in_production_too():
    with pytest.raises(SettingsError, match="DEBUG is on"):
        read_settings({"DEBUG": True}, production())


def test_what_production_refuses_is_fine_at_the_desk():
    settings = read_settings({}, development(DEBUG="true", CORS_ORIGINS="*", CORS_CREDENTIALS="true"))

    assert settings.debug
    assert settings.secret_key == DEVELOPMENT_SECRET


def test_an_environment_of_another_name_is_refused_as_production_would_be():
    with pytest.raises(SettingsError) as caught:
        read_settings({}, {"ENVIRONMENT": "Development", "DEBUG": "true"})

    assert "ENVIRONMENT is 'Development'; expected production, development or testing." in caught.value.problems
    assert any(problem.startswith("DEBUG is on") for problem in caught.value.problems)


def test_random_bytes_set_in_code_are_a_secret():
    settings = read_settings({"SECRET_KEY": bytes(range(128, 160))}, {})

    assert settings.is_production


def test_random_bytes_that_are_too_few_are_no_secret():
    with pytest.raises(SettingsError, match=r"SECRET_KEY has \d+ bytes"):
        read_settings({"SECRET_KEY": bytes(range(16))}, {})


@pytest.mark.parametrize("row", [row for row in ROWS if row.is_secret], ids=lambda row: row.name)
def test_a_secret_never_shows_in_a_message(row):
    hidden = "hidden-words"

    with pytest.raises(SettingsError) as caught:
        read_settings({}, {row.name: f"{hidden}\n{hidden}", "THREADS": "many"})

    assert hidden not in str(caught.value)
    assert f"{row.name} is not usable" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_short_secret_shows_its_length_alone():
    with pytest.raises(SettingsError) as caught:
        read_settings({}, {"SECRET_KEY": "hidden-words"})

    assert "hidden-words" not in str(caught.value)
    assert "SECRET_KEY has 12 bytes" in str(caught.value)


def test_a_very_long_wrong_value_is_cut_in_the_message():
    with pytest.raises(SettingsError) as caught:
        read_settings({}, development(THREADS="9" * 5000))

    assert len(str(caught.value)) < 300


def test_the_dot_env_file_is_read_in_development(empty_folder):
    (empty_folder / ".env").write_text("API_VERSION=v3\nTHREADS=2\n", encoding="utf-8")

    settings = read_settings({}, development(THREADS="7"))

    assert settings.api_version == "v3"
    assert settings.threads == 7, "the real environment goes before the file"


@pytest.mark.parametrize("environment", ["production", "testing"])
def test_the_dot_env_file_is_not_read_anywhere_else(empty_folder, environment):
    (empty_folder / ".env").write_text("API_VERSION=v3\n", encoding="utf-8")

    assert read_settings({}, {"ENVIRONMENT": environment, "SECRET_KEY": SECRET}).api_version == "v1"


def test_a_dot_env_file_cannot_turn_production_into_development(empty_folder):
    (empty_folder / ".env").write_text("ENVIRONMENT=development\n", encoding="utf-8")

    assert read_settings({}, {"SECRET_KEY": SECRET}).is_production


def test_a_dot_env_file_that_is_no_text_is_a_problem_of_the_settings(empty_folder):
    (empty_folder / ".env").write_bytes(b"API_VERSION=\xff\xfe\n")

    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        read_settings({}, development())


def test_a_dot_env_file_sets_nothing_for_the_rest_of_the_process(empty_folder):
    (empty_folder / ".env").write_text("API_VERSION=v3\n", encoding="utf-8")

    read_settings({}, development())

    assert "API_VERSION" not in os.environ


def test_a_variable_that_is_no_utf8_is_refused_and_not_read(empty_folder):
    program = (
        "from beastmode.core.environment import read_settings\n"
        "from beastmode.core.errors import SettingsError\n"
        "from beastmode.extension import FEATURE_SETTINGS\n"
        "import json\n"
        "try:\n    read_settings(kinds=FEATURE_SETTINGS)\n"
        "except SettingsError as error:\n    print(json.dumps(error.problems))\n"
    )
    environ = {**os.environb, b"ENVIRONMENT": b"development", b"API_VERSION": b"v\xff", b"SECRET_KEY": b"\xfe" * 40}

    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, check=True)

    problems = json.loads(done.stdout)
    assert problems[0].startswith("SECRET_KEY is not usable")
    assert problems[1].startswith("API_VERSION is 'v\\udcff'; expected")


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.binary(max_size=50),
    st.text(st.characters(), max_size=50),
    st.lists(st.one_of(st.text(max_size=5), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from(["*", "true", "0", "1e400", "9" * 5000, "development", "v1", "https://[::1", ","]),
)


@given(given_in_code=st.dictionaries(st.sampled_from(NAMES), values, max_size=6))
def test_whatever_code_sets_either_works_or_is_refused_with_sentences(given_in_code):
    refuses_only_with_sentences(given_in_code, {})


@given(
    environ=st.dictionaries(
        st.sampled_from(NAMES),
        st.one_of(
            st.text(st.characters(codec=None), max_size=50),
            st.text(string.digits + "-.e, *:/", max_size=20),
            st.sampled_from(["development", "testing", "true", "*", "0.5"]),
        ),
        max_size=6,
    )
)
def test_whatever_the_environment_holds_either_works_or_is_refused_with_sentences(environ):
    refuses_only_with_sentences({}, environ)


def refuses_only_with_sentences(given_in_code, environ):
    problems, settings = [], None
    try:
        settings = read_settings(given_in_code, environ)
    except SettingsError as error:
        problems = error.problems

    assert bool(problems) != bool(settings)
    assert all(problem.encode().endswith(b".") for problem in problems)
    if settings is not None and settings.is_production:
        assert len(settings.token_secret.encode()) >= 32
