import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from beastmode.accounts.settings import AccountSettings
from beastmode.accounts.tokens.access import tokens_of
from beastmode.accounts.tokens.refresh import RefreshTokens, fingerprint, refresh_tokens_of
from beastmode.core.errors import Problem

unhurried = hypothesis.settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SESSION = "s" * 22
refresh_tokens = RefreshTokens((b"key",))


def is_refused(token, made_by=refresh_tokens):
    with pytest.raises(Problem) as caught:
        made_by.recognise(token)
    return caught.value.code == 401 and "WWW-Authenticate" in caught.value.headers


def test_a_token_is_recognised_with_its_session_and_generation():
    token = refresh_tokens.make(SESSION, 7)

    presented = refresh_tokens.recognise(token)

    assert (presented.session_id, presented.generation) == (SESSION, 7)
    assert presented.fingerprint == fingerprint(token)
    assert token not in presented.fingerprint


def test_a_token_can_be_made_again():
    assert refresh_tokens.make(SESSION, 7) == refresh_tokens.make(SESSION, 7)


def test_a_truncated_mac_is_refused():
    token = refresh_tokens.make(SESSION, 0)

    assert all(is_refused(token[:-cut]) for cut in range(1, 44))


def test_a_mac_does_not_fit_another_session_or_generation():
    session_id, generation, mac = refresh_tokens.make(SESSION, 0).split(".")

    assert is_refused(f"{'t' * 22}.{generation}.{mac}")
    assert is_refused(f"{session_id}.1.{mac}")
    assert is_refused(f"{session_id}.00.{mac}")
    assert is_refused(f"{session_id}.-0.{mac}")


def test_the_spare_bits_of_the_last_letter_are_compared_too():
    token = refresh_tokens.make(SESSION, 0)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    accepted = [letter for letter in letters if not (letter != token[-1] and is_refused(token[:-1] + letter))]

    assert accepted == [token[-1]]


@pytest.mark.parametrize(
    "text", ["", "..", "a.b.c", "é" * 30, f"{'s' * 22}.٣.{'A' * 43}", f"{'s' * 22}.0.{'A' * 43}", "x" * 10_000_000]
)
def test_what_is_no_refresh_token_is_refused(text):
    assert is_refused(text)


def test_white_space_around_a_right_token_is_refused():
    token = refresh_tokens.make(SESSION, 0)

    assert is_refused(f"{token}\n")
    assert is_refused(f" {token}")


def test_an_access_token_is_no_refresh_token():
    settings = AccountSettings(environment="testing")

    assert is_refused(tokens_of(settings).issue(42, SESSION), refresh_tokens_of(settings))


def test_a_mac_made_with_the_secret_itself_is_refused():
    settings = AccountSettings(environment="testing")
    forged = RefreshTokens((settings.token_secret.encode(),)).make(SESSION, 0)

    assert is_refused(forged, refresh_tokens_of(settings))


def test_a_replaced_secret_still_recognises_its_tokens_and_makes_none():
    old, new = RefreshTokens((b"old",)), RefreshTokens((b"new", b"old"))
    token = old.make(SESSION, 3)

    assert new.recognise(token).generation == 3
    assert new.make(SESSION, 3) == RefreshTokens((b"new",)).make(SESSION, 3)
    assert new.find(SESSION, 3, fingerprint(token)) == token
    assert new.find(SESSION, 4, fingerprint(token)) is None


@unhurried
@given(st.text(max_size=200))
def test_no_text_makes_recognising_fail_in_another_way(text):
    assert is_refused(text)
