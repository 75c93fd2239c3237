"""Access tokens that are not what they pretend to be, and credentials in places where none belong."""

import base64
import hmac
import json
import time

import jwt
import pytest
from serving import PASSWORD

from beastmode.accounts.tokens.keys import derive, key_id
from beastmode.core.settings import DEVELOPMENT_SECRET

ME = "/api/auth/me"
KID = key_id(DEVELOPMENT_SECRET)


def part(value) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def genuine(ada):
    """The parts of Ada's access token: header, claims, and the token itself."""
    token = ada.api.auth_token
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False}), token


def signed(header, claims, key=DEVELOPMENT_SECRET):
    """A token with a right signature, whatever else it is; no library would make some of these."""
    content = f"{part(header)}.{part(claims)}"
    return f"{content}.{part(hmac.digest(key if isinstance(key, bytes) else key.encode(), content.encode(), 'sha256'))}"


def forgeries(header, claims, token):
    """By name, everything that must not pass."""
    head, body, signature = token.split(".")
    moment = int(time.time())
    none = {name: f"{part({**header, 'alg': name})}.{body}." for name in ("none", "None", "nOnE", "")}
    other_algorithms = {
        name: f"{part({**header, 'alg': name})}.{body}.{signature}"
        for name in ("HS512", "RS256", "ES256", "EdDSA", "HS 256")
    }
    other_keys = {
        f"signed with {name}": signed(header, claims, key)
        for name, key in {
            "nothing": "",
            "the key's name": KID,
            "the refresh tokens' key": derive(DEVELOPMENT_SECRET, "refresh token"),
            "another secret": "x" * 64,
            "its own header": json.dumps(header),
        }.items()
    }
    other_headers = {
        f"header {change}": signed({**header, **change}, claims)
        for change in (
            *({"kid": kid} for kid in ("", "0" * 16, "../../etc/passwd", "' OR 1=1 --", KID + "\0", KID.upper())),
            *({"typ": typ} for typ in ("JWT", "at+JWT", "", "refresh")),
            *({"crit": ["exp"]}, {"crit": ["b64"], "b64": False}),
        )
    }
    other_claims = {
        f"claims {change}": signed(header, {**claims, **change})
        for change in (
            *(
                {"sub": sub}
                for sub in ("", "0x1", "1 OR 1=1", "-1", "1.0", " 1", "\u0661", "1" * 20, "ada@example.com")
            ),
            *({"exp": when} for when in (moment - 1, 0, -1)),
            *({"nbf": moment + 3600}, {"iat": moment + 3600}),
            *({"iss": "elsewhere"}, {"aud": "elsewhere"}, {"aud": ["beastmode"]}, {"iss": ["beastmode"]}, {"sid": 1}),
        )
    }
    missing = {
        f"without {name}": signed(header, {key: value for key, value in claims.items() if key != name})
        for name in claims
    }
    shapes = {
        "cut short": token[:-1],
        "without a signature": f"{head}.{body}.",
        "of another token": f"{head}.{part({**claims, 'sub': '2'})}.{signature}",
        "of two parts": f"{head}.{body}",
        "of four parts": f"{token}.{signature}",
        "twice": f"{token},{token}",
        "padded": f"{token}==",
        "in quotes": f'"{token}"',
        "no JSON": f"{part(b'no json')}.{body}.{signature}",
        "a list": f"{part([])}.{part([])}.{signature}",
        "no ASCII": f"{token}\u00e9",
        "oversized": signed(header, {**claims, "more": "x" * 5000}),
        "as long as is read": "a" * 8_000,
        "empty": "",
        "dots": "..",
    }
    return {**none, **other_algorithms, **other_keys, **other_headers, **other_claims, **missing, **shapes}


def test_no_forged_token_passes(ada, client, genuine):
    forged = forgeries(*genuine)

    answers = {name: client.get(ME, headers={"Authorization": f"Bearer {token}"}) for name, token in forged.items()}

    passed = [name for name, answer in answers.items() if answer.status_code != 401]
    assert not passed
    assert all(answer.headers["WWW-Authenticate"].startswith("Bearer") for answer in answers.values())
    assert not any("eyJ" in answer.text + str(answer.headers) for answer in answers.values())


def test_claims_of_another_type_pass_for_nothing(ada, client, genuine):
    header, claims, _ = genuine
    # Any text names a token, and a far end is an end.
    well = {("jti", "text"), ("exp", 2**70)}
    statuses = {}

    for name in claims:
        for value in (None, True, 1.5, (), "text", 2**70):
            token = signed(header, {**claims, name: value})
            statuses[name, value] = client.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code

    assert {claim for claim, status in statuses.items() if status == 200} == well
    assert set(statuses.values()) == {200, 401}


def test_neither_kind_of_token_passes_for_the_other(ada, client):
    grant = client.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD}).json["data"]

    as_access = client.get(ME, headers={"Authorization": f"Bearer {grant['refresh_token']}"})
    as_refresh = client.post("/api/auth/refresh", json={"refresh_token": grant["token"]})

    assert (as_access.status_code, as_refresh.status_code) == (401, 401)
    assert client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]}).status_code == 200


def test_no_made_up_refresh_token_passes(ada, client):
    token = client.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD}).json["data"][
        "refresh_token"
    ]
    session, generation, mac = token.split(".")
    made_up = [
        "", ".", "..", token[:-1], f"{token}A", token.swapcase(), f"{session}.1.{mac}", f"{session}.-0.{mac}",
        f"{session}.00.{mac}", f"{'A' * 22}.{generation}.{mac}", f"{session}.{generation}.{'A' * 43}", f" {token}",
        f"{token}\n", f"{session}.{10**9}.{mac}", f"{session}.\u0660.{mac}", "' OR 1=1 --", "x" * 100_000,
    ]  # fmt: skip

    statuses = {
        each[:80]: client.post("/api/auth/refresh", json={"refresh_token": each}).status_code for each in made_up
    }

    assert set(statuses.values()) == {401}, statuses
    assert client.post("/api/auth/refresh", json={"refresh_token": token}).status_code == 200


def test_a_token_counts_in_its_own_place_alone(ada, client):
    token = ada.api.auth_token
    client.set_cookie("token", token)
    client.set_cookie("Authorization", f"Bearer {token}")

    answers = [
        client.get(ME),
        client.get(f"{ME}?access_token={token}"),
        client.get(f"{ME}?token={token}"),
        client.get(ME, headers={"X-Authorization": f"Bearer {token}"}),
        client.get(ME, headers={"Authorization": token}),
        client.get(ME, headers={"Authorization": f"Token {token}"}),
        client.get(ME, headers={"Authorization": f"Basic {part(token.encode())}"}),
        client.get(ME, headers={"Proxy-Authorization": f"Bearer {token}"}),
    ]

    assert [answer.status_code for answer in answers] == [401] * len(answers)


def test_a_session_that_has_ended_gives_no_more_tokens(ada, client):
    grant = client.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD}).json["data"]
    signed_in = {"Authorization": f"Bearer {grant['token']}"}

    logout = client.post("/api/auth/logout", headers=signed_in)

    assert logout.status_code == 200
    assert client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]}).status_code == 401


def test_nobody_ends_the_session_of_somebody_else(ada, eve, client, genuine):
    grant = client.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD}).json["data"]
    sid = jwt.decode(grant["token"], options={"verify_signature": False})["sid"]
    header, claims, _ = genuine
    # As if a key had leaked: even a signed token of Eve's with Ada's session ends nothing of Ada's.
    mixed = signed(header, {**claims, "sub": str(eve.id), "sid": sid})

    client.post("/api/auth/logout", headers={"Authorization": f"Bearer {mixed}"})

    assert client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]}).status_code == 200
