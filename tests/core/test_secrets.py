import base64
import os
import secrets
import traceback
import uuid
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beastmode.core import environment
from beastmode.core.errors import SettingsError
from beastmode.core.secrets import SecretText, is_monotonous, without_secrets
from beastmode.extension import FEATURE_SETTINGS

read_settings = partial(environment.read_settings, kinds=FEATURE_SETTINGS)
SECRET = "a-secret-of-more-than-thirty-two-bytes"
NAMES = ["SECRET_KEY", "DATABASE_URL", "JWT_PREVIOUS_SECRET_KEYS"]
WAYS = [
    lambda: secrets.token_urlsafe(32),
    lambda: secrets.token_hex(16),
    lambda: secrets.token_hex(32),
    lambda: os.urandom(32).decode("latin-1"),
    lambda: base64.b64encode(os.urandom(24)).decode(),
    lambda: uuid.uuid4().hex,
    lambda: "".join(secrets.choice("0123456789") for _ in range(40)),
]


@pytest.mark.parametrize("make", WAYS)
def test_a_random_secret_is_never_called_monotonous(make):
    assert not any(is_monotonous(make()) for _ in range(2000))


@pytest.mark.parametrize(
    "secret",
    [
        "a" * 32,
        "é" * 40,
        "ab" * 16,
        "abcdefgh" * 4,
        "1234567890" * 4,
        "changeme" * 5,
        "changemechangeme123changemechangeme",
        "password-password-password-password!",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "0123456789abcdefghijklmnopqrstuvwxyz",
        "zyxwvutsrqponmlkjihgfedcba9876543210",
        "\0" * 32,
        "aabbccddeeffgghhiijjkkllmmnnooppqqrr",
        "correct horse correct horse correct horse",
    ],
)
@pytest.mark.parametrize("name", ["SECRET_KEY", "JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEYS"])
def test_production_refuses_a_secret_that_repeats_or_counts(name, secret):
    with pytest.raises(SettingsError, match=f"{name} is (long, but predictable|not usable)") as caught:
        read_settings({}, {"SECRET_KEY": SECRET, name: secret})

    assert secret not in str(caught.value)


@given(st.text("abcdefgh1234-!", min_size=2, max_size=12), st.integers(2, 40))
def test_a_word_repeated_is_monotonous_however_long_it_gets(word, times):
    assert is_monotonous(word * times)


def test_settings_show_no_secret_by_repr_nor_in_frames():
    environ = {
        "SECRET_KEY": SECRET,
        "JWT_PREVIOUS_SECRET_KEYS": f"{SECRET}-one,{SECRET}-two",
        "METRICS_TOKEN": "let-me-read-them",
        "DATABASE_URL": "postgresql://me:hunter2@host/shop",
    }
    settings = read_settings({}, environ)

    def fail():
        secret, keys, key = settings.secret_key, settings.jwt_previous_secret_keys, settings.secret_key.encode()
        token, address = settings.metrics_token, settings.database_url
        raise RuntimeError(len(secret), len(keys), len(key), len(token), len(address))

    with pytest.raises(RuntimeError) as caught:
        fail()

    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    frames = shown.split("in fail", 1)[1]
    assert "secret = '********'" in frames
    for value in (SECRET, "let-me-read-them", "hunter2"):
        assert value not in frames + repr(settings)


def test_a_secret_is_what_it_was_for_everybody_who_signs_with_it():
    secret = read_settings({}, {"SECRET_KEY": SECRET}).secret_key

    assert isinstance(secret, SecretText)
    assert (secret, secret.encode(), f"{secret}") == (SECRET, SECRET.encode(), SECRET)


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("cannot parse 'postgresql://me:hunter22@host/shop'", {"DATABASE_URL": "postgresql://me:hunter22@host/shop"}),
        ("no host called hunter22@host", {"DATABASE_URL": "postgresql://me:hunter22@host/shop"}),
        ("password hunter22 is wrong", {"DATABASE_URL": "postgresql://me:hunter22@host/shop"}),
        ("password hunter22! is wrong", {"DATABASE_URL": "postgresql://me:hunter22%21@host/shop"}),
        ("bad key hunter22", {"STRIPE_API_KEY": "hunter22"}),
        ("bad password hunter22", {"smtp_password": "hunter22"}),
        ("one of hunter22", {"JWT_PREVIOUS_SECRET_KEYS": "another, hunter22"}),
        ("cannot reach https://hunter22@host", {}),
        ("cannot reach amqp://me:hunter22@host", {}),
    ],
)
def test_a_text_of_unknown_origin_loses_its_secrets(text, environ):
    assert "hunter22" not in without_secrets(text, NAMES, environ)


def test_a_text_without_secrets_stays_as_it_is():
    text = "see https://example.com/a@b, mail to me@example.com"

    assert without_secrets(text, NAMES, {"SECRET_KEY": SECRET, "USE_TOKENS": "true"}) == text
