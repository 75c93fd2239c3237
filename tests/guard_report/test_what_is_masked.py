"""A report masks what is a secret, wherever it is repeated, and no name, id, version or piece of code."""

import pytest

from beastmode_tools.guard.report.hidden_secrets import PublicNames, hidden, known_secrets

SECRET = "8fK2mQ9xWz71"
NAMES = PublicNames(
    paths=("ihatemoney/forms.py", "migrations/versions/c941aaca38c2_remove_ip_recording.py", "deploy/key-2024-11.toml"),
    ids=("c941aaca38c2", "0007_tokens"),
)


def said(text, *lines, document=None):
    return hidden(text, known_secrets([*lines, text], [document] if document else [], NAMES))


@pytest.mark.parametrize(
    "text",
    [
        "token = c941aaca38c2",
        "api_token: c941aaca38c2_remove_ip_recording.py",
        "password: migrations/versions/c941aaca38c2_remove_ip_recording.py:23",
        "down_revision of add_token: 0007_tokens",
        "secret=deploy/key-2024-11.toml",
        "Can't locate revision identified by 'c941aaca38c2'",
        "tokenizers==10.15.22",
        '"js-tokens": "^10.5.12"',
        "tokenizers = 0.15.2rc1",
        "TOKENIZERS_COMMIT=4f2a91c07be1d83aa5c0e5a4f0a7c1d2e3b4a5f6",
        "password = db.Column(db.String(256))",
        "token = serializer.dumps([self.id2])",
        "token = self.signer2.dumps",
        "api_key = settings.API_KEY",
        "secret_key=gen_secret_key(),",
        "GET /reset?token={reset_token2}",
        "GET /reset?token=<uuid4:token>",
        "GET /tokens/3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "token_type: urn:ietf:params:oauth:token-type:jwt2",
    ],
)
def test_what_anybody_may_know_is_shown(text):
    assert said(text, text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"token = {SECRET}", "token = ***"),
        (f"CREATE USER bob IDENTIFIED BY '{SECRET}'", "CREATE USER bob IDENTIFIED BY '***'"),
        (f"token = c941aaca38c2 and api_key={SECRET}", "token = c941aaca38c2 and api_key=***"),
        (f"tokenizers==10.15.22, token={SECRET}", "tokenizers==10.15.22, token=***"),
        ("token = c941aaca38c3", "token = ***"),
        ("API_KEY = 3fa85f64-5717-4562-b3fc-2c963f66afa6", "API_KEY = ***"),
        ("token: 4f2a91c07be1d83aa5c0e5a4f0a7c1d2e3b4a5f6", "token: ***"),
        ("psql://bob:ihatemoney@db/x of ihatemoney/forms.py", "psql://bob:***@db/x of ihatemoney/forms.py"),
        ("POSTGRES_PASSWORD: ihatemoney", "POSTGRES_PASSWORD: ***"),
        ('password = "ihatemoney" in ihatemoney/forms.py:3', 'password = "***" in ihatemoney/forms.py:3'),
    ],
)
def test_a_secret_beside_it_is_masked(text, told):
    assert said(text, "POSTGRES_PASSWORD: ihatemoney") == told


def test_a_secret_of_the_sources_is_masked_wherever_it_stands():
    assert said(f"could not sign with {SECRET}", f'API_TOKEN = "{SECRET}"') == "could not sign with ***"


def test_a_password_that_is_a_name_of_the_project_hides_no_file_of_it():
    text = "ihatemoney.run:create_app reads ihatemoney/forms.py"

    assert said(text, "POSTGRES_PASSWORD: ihatemoney", "c = 'postgresql://u:ihatemoney@localhost/x'") == text


DOCUMENT = {
    "paths": {
        "/auth/token": {
            "post": {
                "parameters": [
                    {"name": "api_key", "in": "query", "schema": {"type": "string", "default": "zz-1x7-yy-2q94"}},
                    {"name": "state", "in": "query", "schema": {"enum": ["PENDING_2FA", "ACTIVE_V2"]}},
                ],
                "requestBody": {
                    "content": {"application/json": {"example": {"token": "aa-1x7-bb-2q94", "id": "Order-4711"}}}
                },
            }
        }
    },
    "components": {
        "schemas": {
            "TokenAnswer": {
                "properties": {
                    "status": {"enum": ["Waiting_4_2fa"], "default": "Waiting_4_2fa"},
                    "token_type": {"type": "string", "enum": ["urn:ietf:params:oauth:token-type:jwt"]},
                    "access_token": {"type": "string", "example": "cc-1x7-dd-2q94"},
                    "secrets": {"type": "object", "example": {"live": "ee-1x7-ff-2q94"}},
                },
                "example": {"status": "Waiting_4_2fa", "access_token": "gg-1x7-hh-2q94"},
                "discriminator": {"mapping": {"api_key": "#/components/schemas/ApiKey"}},
            },
            "ApiKey": {"type": "string", "example": "ii-1x7-jj-2q94", "description": "Ours."},
        },
        "securitySchemes": {
            "oauth": {"flows": {"implicit": {"scopes": {"token:read": "Read Tokens that are yours.", "n": "x"}}}}
        },
    },
}


@pytest.mark.parametrize(
    "word",
    [
        "PENDING_2FA",
        "ACTIVE_V2",
        "Order-4711",
        "Waiting_4_2fa",
        "urn:ietf:params:oauth:token-type:jwt",
        "#/components/schemas/ApiKey",
        "Tokens",
        "yours.",
    ],
)
def test_a_word_of_a_document_is_shown_though_its_path_or_schema_is_named_for_a_secret(word):
    assert said(f"'{word}' was removed", document=DOCUMENT) == f"'{word}' was removed"


@pytest.mark.parametrize(
    "word", ["zz-1x7-yy-2q94", "aa-1x7-bb-2q94", "cc-1x7-dd-2q94", "ee-1x7-ff-2q94", "gg-1x7-hh-2q94", "ii-1x7-jj-2q94"]
)
def test_a_secret_of_a_document_is_masked_wherever_it_stands(word):
    assert said(f"'{word}' was removed", document=DOCUMENT) == "'***' was removed"


@pytest.mark.parametrize(
    "text",
    [
        "token = pbkdf2_sha256.hash(password)",
        "api_key = base64.b64encode(raw)",
        "password_hash = sha256_crypt.using(rounds=5000)",
        "secret = settings2[name]",
    ],
)
def test_an_expression_is_shown_as_it_is(text):
    """What computes a secret is the change that a reviewer has to see."""
    assert hidden(text) == text


def test_a_word_that_is_a_secret_is_not_masked_within_names():
    """Names and paths say where something changed."""
    known = known_secrets(['PASSWORD = "sesame_open"'])

    assert hidden("sesame_open_total of sesame_open", known) == "sesame_open_total of ***"
