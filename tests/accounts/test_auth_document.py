import pytest

from beastmode.accounts.emails.addresses import ADDRESS


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture(params=["v1", "v2"])
def document(request, client):
    return client.get(f"/api/{request.param}/openapi.json").json


def request_schema(document, operation):
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    return document["components"]["schemas"][reference.rsplit("/", 1)[1]]


def operation(document, path):
    found = [item for name, item in document["paths"].items() if name.endswith(path)]
    return next(iter(found[0].values()))


def test_every_version_documents_the_routes_that_need_no_mail(document):
    paths = {path.partition("/auth/")[2] for path in document["paths"] if "/auth/" in path}

    assert paths == {
        "register",
        "login",
        "refresh",
        "logout",
        "logout-all",
        "change-password",
        "sessions",
        "sessions/{session_id}",
        "me",
        "me/export",
    }


def test_the_document_states_the_rules_of_an_address_and_a_password(document):
    properties = request_schema(document, operation(document, "/auth/register"))["properties"]

    assert properties["email"]["pattern"] == ADDRESS.pattern.replace("\\Z", "$")
    assert properties["email"]["maxLength"] == 120
    assert (properties["password"]["minLength"], properties["password"]["maxLength"]) == (8, 256)
    assert (properties["name"]["minLength"], properties["name"]["maxLength"]) == (1, 80)


def test_requests_are_closed_and_their_fields_required(document):
    register = request_schema(document, operation(document, "/auth/register"))
    login = request_schema(document, operation(document, "/auth/login"))

    assert register["additionalProperties"] is login["additionalProperties"] is False
    assert register["required"] == login["required"] == ["email", "password"]


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/auth/register", {"201", "400", "403", "413", "415", "422", "429", "503"}),
        ("/auth/login", {"200", "400", "401", "413", "415", "422", "429", "503"}),
        ("/auth/refresh", {"200", "400", "401", "413", "415", "422", "503"}),
        ("/auth/logout", {"200", "401", "503"}),
        ("/auth/me", {"200", "401", "503"}),
    ],
)
def test_every_status_that_a_route_answers_is_documented(document, path, statuses):
    assert statuses <= set(operation(document, path)["responses"])


def test_the_routes_that_give_tokens_need_none(document):
    public = {
        path
        for path in ("register", "login", "refresh", "logout", "me")
        if not operation(document, f"/auth/{path}")["security"]
    }

    assert public == {"register", "login", "refresh"}


def test_logging_out_documents_no_body(document):
    assert "requestBody" not in operation(document, "/auth/logout")
