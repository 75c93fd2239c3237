import base64
import hashlib
import hmac
import json

import hypothesis
import jwt
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from beastmode.accounts.settings import AccountSettings
from beastmode.accounts.tokens.access import tokens_of
from beastmode.accounts.tokens.keys import derive, key_id
from beastmode.accounts.tokens.refresh import refresh_tokens_of
from beastmode.core.errors import ConfigurationError, Problem

unhurried = hypothesis.settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SECRET = "a secret of more than thirty-two bytes"
OTHER = "another secret of more than thirty-two bytes"
SESSION = "s" * 22
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----"""


def settings(**values):
    return AccountSettings(**{"environment": "testing", "jwt_secret_key": SECRET, **values})


@pytest.fixture
def tokens(clock):
    return tokens_of(settings())


def right_claims(clock, **changes):
    moment = int(clock.now().timestamp())
    claims = {
        "iss": "beastmode",
        "aud": "beastmode",
        "sub": "42",
        "sid": SESSION,
        "jti": "j",
        "iat": moment,
        "nbf": moment,
        "auth_time": moment,
        "exp": moment + 900,
    }
    claims |= changes
    return {name: value for name, value in claims.items() if value is not ...}


def forge(claims, *, secret=SECRET, algorithm="HS256", **header):
    header = {"typ": "at+jwt", "kid": key_id(SECRET), "alg": algorithm} | header
    header = {name: value for name, value in header.items() if value is not ...}
    text = f"{encode(header)}.{encode(claims)}"
    return f"{text}.{segment(hmac.digest(secret.encode(), text.encode(), hashlib.sha256))}"


def encode(value):
    return segment(json.dumps(value).encode())


def segment(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def refusal(tokens, token):
    with pytest.raises(Problem) as caught:
        tokens.read(token)
    assert caught.value.code == 401
    assert caught.value.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    return caught.value.description


def test_a_token_says_whose_it_is_and_of_which_session(tokens, clock):
    claims = tokens.read(tokens.issue(42, SESSION))

    assert (claims.subject, claims.session_id) == ("42", SESSION)
    assert claims.expires_at == clock.now().timestamp() + 900


def test_a_token_has_the_shape_of_rfc_9068_and_any_library_reads_it(tokens):
    token = tokens.issue(42, SESSION)

    header = jwt.get_unverified_header(token)
    unchecked = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="beastmode", options=unchecked)
    assert header == {"alg": "HS256", "typ": "at+jwt", "kid": key_id(SECRET)}
    assert set(claims) == {"iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "auth_time"}
    assert claims["sub"] == "42"


def test_no_two_tokens_are_alike(tokens):
    assert tokens.issue(42, SESSION) != tokens.issue(42, SESSION)


def test_a_hand_made_token_with_every_part_right_is_read(tokens, clock):
    assert tokens.read(forge(right_claims(clock))).subject == "42"


def test_a_token_ends_at_its_last_second(tokens, clock):
    token = tokens.issue(42, SESSION)
    clock.advance(seconds=899, milliseconds=999)
    tokens.read(token)

    clock.advance(milliseconds=1)

    assert refusal(tokens, token) == "The access token has expired"


def test_a_server_whose_clock_is_a_little_behind_accepts_a_token_and_one_far_behind_does_not(tokens, clock):
    token = tokens.issue(42, SESSION)

    clock.advance(seconds=-5)
    tokens.read(token)
    clock.advance(seconds=-1)

    refusal(tokens, token)


@pytest.mark.parametrize("name", ["nbf", "iat", "auth_time"])
def test_a_token_for_later_is_refused(tokens, clock, name):
    refusal(tokens, forge(right_claims(clock, **{name: int(clock.now().timestamp()) + 60})))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "auth_time"])
def test_a_token_without_one_of_its_claims_is_refused(tokens, clock, name):
    refusal(tokens, forge(right_claims(clock, **{name: ...})))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"iss": ["beastmode"]},
        {"aud": "somebody"},
        {"aud": ["beastmode"]},
        {"sub": 42},
        {"sub": None},
        {"sid": 7},
        {"sid": [SESSION]},
        {"jti": 7},
        {"exp": "9999999999"},
        {"exp": True},
        {"exp": 9e99},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"iat": "now"},
        {"nbf": [1]},
    ],
)
def test_a_signed_token_with_a_wrong_claim_is_refused(tokens, clock, changes):
    refusal(tokens, forge(right_claims(clock, **changes)))


@pytest.mark.parametrize("name", ["none", "None", "NONE", ""])
def test_a_token_that_asks_for_no_signature_is_refused(tokens, clock, name):
    header = {"typ": "at+jwt", "kid": key_id(SECRET), "alg": name}
    unsigned = f"{encode(header)}.{encode(right_claims(clock))}"

    refusal(tokens, f"{unsigned}.")
    refusal(tokens, f"{unsigned}.AA")
    refusal(tokens, unsigned)
    refusal(tokens, forge(right_claims(clock), algorithm=name))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA"])
def test_a_token_may_not_choose_its_algorithm(tokens, clock, algorithm):
    refusal(tokens, forge(right_claims(clock), algorithm=algorithm))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_a_token_truly_signed_with_another_algorithm_is_refused(tokens, clock, algorithm):
    headers = {"typ": "at+jwt", "kid": key_id(SECRET)}

    token = jwt.encode(right_claims(clock), SECRET.ljust(64, "\0"), algorithm=algorithm, headers=headers)

    refusal(tokens, token)


def test_a_key_pair_cannot_be_the_secret():
    with pytest.raises(ConfigurationError, match="half of a key pair"):
        tokens_of(settings(jwt_secret_key=PUBLIC_KEY))

    with pytest.raises(ConfigurationError, match="half of a key pair"):
        tokens_of(settings(jwt_secret_key='{"kty": "RSA", "n": "AQAB"}'))


def test_a_token_signed_with_another_key_is_refused(tokens, clock):
    refusal(tokens, forge(right_claims(clock), secret=OTHER))
    refusal(tokens, forge(right_claims(clock), secret=OTHER, kid=key_id(OTHER)))


@pytest.mark.parametrize(
    "header",
    [
        {"kid": ...},
        {"kid": ""},
        {"kid": None},
        {"kid": 7},
        {"kid": "../../dev/null"},
        {"typ": ...},
        {"typ": "JWT"},
        {"typ": "rt+jwt"},
        {"typ": ["at+jwt"]},
        {"alg": ...},
        {"alg": ["HS256"]},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": False},
    ],
)
def test_a_signed_token_with_a_wrong_header_is_refused(tokens, clock, header):
    refusal(tokens, forge(right_claims(clock), **header))


def test_a_key_that_the_token_brings_itself_is_not_looked_at(tokens, clock):
    own = {"kty": "oct", "k": segment(OTHER.encode())}

    refusal(tokens, forge(right_claims(clock), secret=OTHER, jwk=own, jku="https://evil.example/keys"))


def test_a_changed_token_is_refused_wherever_it_is_changed(tokens):
    token = tokens.issue(42, SESSION)

    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        refusal(tokens, token[:place] + other + token[place + 1 :])
    for end in range(1, 50):
        refusal(tokens, token[:-end])


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "=.=.=",
        "Bearer",
        " ",
        "\0.\0.\0",
        "ü.ü.ü",
        "٣.٣.٣",
        "\ud800.a.b",
    ],
)
def test_what_is_no_token_is_refused(tokens, text):
    refusal(tokens, text)


def test_white_space_padding_and_foreign_letters_in_a_right_token_are_refused(tokens):
    token = tokens.issue(42, SESSION)

    for text in (f" {token}", f"{token} ", f"{token}\n", f"{token}=", f"{token}é", token.replace(".", "\uff0e")):
        refusal(tokens, text)


def test_a_right_token_of_more_than_4096_characters_is_refused(tokens, clock):
    refusal(tokens, forge(right_claims(clock, padding="x" * 4096)))
    refusal(tokens, "a." * 5_000_000)


def test_json_that_nests_deep_inside_of_a_token_is_refused(tokens):
    deep = segment(b"[" * 2000)

    refusal(tokens, f"{deep}.e30.e30")
    refusal(tokens, f"{segment(b'9' * 2900)}.e30.e30")


@unhurried
@given(st.text(max_size=300))
def test_no_text_makes_reading_fail_in_another_way(text):
    refusal(tokens_of(settings()), text)


@unhurried
@given(
    st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64", "x"]), st.none() | st.text() | st.integers())
)
def test_no_header_makes_reading_fail_in_another_way(header):
    refusal(tokens_of(settings()), f"{encode(header)}.{encode({'sub': '1'})}.AA")


def test_a_replaced_secret_still_reads_its_tokens_and_signs_none(clock):
    before = tokens_of(settings()).issue(42, SESSION)

    after = tokens_of(settings(jwt_secret_key=OTHER, jwt_previous_secret_keys=(SECRET,)))

    assert after.read(before).subject == "42"
    assert jwt.get_unverified_header(after.issue(42, SESSION))["kid"] == key_id(OTHER)
    refusal(tokens_of(settings(jwt_secret_key=OTHER)), before)


def test_a_short_development_secret_signs_as_it_is(clock):
    short = tokens_of(settings(jwt_secret_key="short"))
    signed, _, mac = short.issue(42, SESSION).rpartition(".")

    assert short.read(f"{signed}.{mac}").subject == "42"
    assert mac == segment(hmac.digest(b"short", signed.encode(), hashlib.sha256))


def test_a_refresh_token_is_no_access_token(tokens):
    refusal(tokens, refresh_tokens_of(settings()).make(SESSION, 0))


def test_a_token_signed_with_the_key_of_refresh_tokens_is_refused(tokens, clock):
    key = derive(SECRET, "refresh token")
    headers = {"typ": "at+jwt", "kid": key_id(SECRET)}

    refusal(tokens, jwt.encode(right_claims(clock), key, algorithm="HS256", headers=headers))


def test_each_purpose_and_each_secret_has_a_key_of_its_own():
    keys = {derive(secret, purpose) for secret in (SECRET, OTHER) for purpose in ("refresh token", "key id")}

    assert len(keys) == 4
    assert SECRET.encode() not in keys
