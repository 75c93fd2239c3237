"""How callers authenticate: by an ordered list of the application, or of a route; nothing that they send is ignored."""

import pytest
from flask import Flask

from beastmode import Api, Beastmode, Blueprint, Problem
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import Identity, SecurityScheme, current_identity, set_authenticator, set_authenticators

KEY = {"type": "apiKey", "in": "header", "name": "X-Partner"}
BASIC = {"type": "http", "scheme": "basic"}


def by_partner(request):
    """The service with this key."""
    key = request.headers.get("X-Partner")
    if key is None:
        return None
    if not key.startswith("good-"):
        raise Problem(401, "Wrong key", headers={"WWW-Authenticate": "ApiKey"})
    return Identity("service", key.removeprefix("good-"))


def by_basic(request):
    """The person of this name, whose password is their name."""
    given = request.authorization
    if given is None or given.type != "basic":
        return None
    if given.username != given.password:
        raise Problem(401, "Wrong password", headers={"WWW-Authenticate": "Basic"})
    return Identity("account", given.username)


PARTNER = SecurityScheme("partner", by_partner, KEY)
PEOPLE = SecurityScheme("people", by_basic, BASIC)


def caller_api():
    """Routes that say who called, each declared differently."""
    who = Blueprint("who", version="v1", url_prefix="/who")

    @who.get()
    def required():
        """By everything that the application accepts."""
        return current_identity().key

    @who.get("/optional", sign_in="optional")
    def optional():
        """Also for callers without a credential."""
        return current_identity().key

    @who.get("/public", public=True)
    def public():
        """For everyone."""
        return current_identity().key

    @who.get("/partners", authenticators=["partner"])
    def partners():
        """By the key alone."""
        return current_identity().key

    api = Api("Who")
    api.register(who)
    return api


@pytest.fixture(scope="module")
def client():
    """A client of an application with two authenticators."""
    app = Flask("who")
    app.config.from_mapping(ENVIRONMENT="testing", LOG_LEVEL="ERROR")
    Beastmode(app, api=caller_api(), authenticators=[PEOPLE, PARTNER])
    return app.test_client()


def basic(name, password):
    """The credential of a person."""
    from werkzeug.datastructures import Authorization

    return {"Authorization": Authorization("basic", {"username": name, "password": password}).to_header()}


GOOD_KEY, BAD_KEY = {"X-Partner": "good-shop"}, {"X-Partner": "bad"}
ADA, EVE = basic("ada", "ada"), basic("ada", "guess")
TOKEN = {"Authorization": "Bearer something"}


@pytest.mark.parametrize(
    ("path", "headers", "status", "said"),
    [
        ("", {}, 401, "Authentication required"),
        ("", ADA, 200, "account:ada"),
        ("", GOOD_KEY, 200, "service:shop"),
        ("", EVE, 401, "Wrong password"),
        ("", BAD_KEY, 401, "Wrong key"),
        ("", ADA | BAD_KEY, 401, "Wrong key"),
        ("", EVE | GOOD_KEY, 401, "Wrong password"),
        ("", ADA | GOOD_KEY, 401, "The credentials belong to different callers"),
        ("", TOKEN, 401, "The credential in Authorization is not accepted here"),
        ("", TOKEN | GOOD_KEY, 401, "The credential in Authorization is not accepted here"),
        ("/optional", {}, 200, "address:127.0.0.1"),
        ("/optional", ADA, 200, "account:ada"),
        ("/optional", EVE, 401, "Wrong password"),
        ("/optional", BAD_KEY, 401, "Wrong key"),
        ("/optional", TOKEN, 401, "The credential in Authorization is not accepted here"),
        ("/partners", {}, 401, "Authentication required"),
        ("/partners", GOOD_KEY, 200, "service:shop"),
        ("/partners", ADA, 401, "The credential in Authorization is not accepted here"),
        ("/partners", ADA | GOOD_KEY, 401, "The credential in Authorization is not accepted here"),
        ("/public", BAD_KEY, 200, "address:127.0.0.1"),
    ],
)
def test_no_credential_is_ignored(client, path, headers, status, said):
    """A wrong one is refused although another one is right or none was needed; only public=True looks at none."""
    answer = client.get(f"/api/v1/who{path}", headers=headers)

    assert (answer.status_code, answer.json.get("data", answer.json["message"])) == (status, said)


def test_a_request_without_a_credential_is_told_of_every_way(client):
    """The challenge names the schemes in their order."""
    asked = [client.get(f"/api/v1/who{path}").headers["WWW-Authenticate"] for path in ("", "/partners")]

    assert asked == ['Basic, ApiKey header="X-Partner"', 'ApiKey header="X-Partner"']


def test_an_answer_that_depends_on_the_caller_is_private_and_varies(client):
    """For everyone, or a cache would store what anonymous callers get, and return it to all."""
    answers = [client.get("/api/v1/who/optional", headers=headers) for headers in ({}, ADA)]

    assert [answer.headers["Cache-Control"] for answer in answers] == ["private, no-cache"] * 2
    assert all({"authorization", "x-partner"} <= set(answer.vary.as_set()) for answer in answers)


def test_the_document_names_the_schemes_of_each_route(client):
    """Each scheme is a component; an optional route has the empty alternative first."""
    document = client.get("/api/v1/openapi.json").json
    routes = {path: methods["get"]["security"] for path, methods in document["paths"].items()}

    assert document["components"]["securitySchemes"] == {"people": BASIC, "partner": KEY}
    assert routes == {
        "/api/v1/who": [{"people": []}, {"partner": []}],
        "/api/v1/who/optional": [{}, {"people": []}, {"partner": []}],
        "/api/v1/who/public": [],
        "/api/v1/who/partners": [{"partner": []}],
    }
    assert "401" in document["paths"]["/api/v1/who/optional"]["get"]["responses"]


def refused(make):
    """The message of a configuration error."""
    with pytest.raises(ConfigurationError) as caught:
        make()
    return str(caught.value)


def test_authenticators_that_come_too_late_are_refused(client):
    """They would have no effect; the message says where to write them."""
    message = refused(lambda: set_authenticator(client.application, by_partner))

    assert message == (
        "set_authenticators(): the routes have already been built; call it before Beastmode(app, api=...), or write "
        "Beastmode(app, authenticators=[...])."
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            [by_partner, by_basic],
            'write SecurityScheme("by_partner", by_partner, {"type": "apiKey", "in": "header", "name": "X-..."}).',
        ),
        ([PEOPLE, PEOPLE], "Two authenticators are called people; give each its own name."),
        ([PEOPLE], "who.partners (GET /who/partners): authenticators= names 'partner'; the application has: people."),
    ],
)
def test_a_list_that_does_not_work_is_refused_at_start(given, said):
    """A function without a description, two of one name, a name that nothing has."""
    app = Flask("who")
    app.config.from_mapping(ENVIRONMENT="testing", LOG_LEVEL="ERROR")

    message = refused(lambda: Beastmode(app, api=caller_api(), authenticators=given))

    assert message.endswith(said)


def test_a_definition_that_is_not_of_openapi_is_refused():
    """Clients are generated from it."""
    message = refused(lambda: SecurityScheme("partner", by_partner, {"type": "key"}))

    assert message == (
        "SecurityScheme('partner'): the definition is {'type': 'key'}; expected a Security Scheme Object of OpenAPI, "
        'such as {"type": "apiKey", "in": "header", "name": "X-Partner"}.'
    )


def test_a_public_route_cannot_ask_for_credentials():
    """The contradiction is refused when it is declared."""
    who = Blueprint("who", version="v1", url_prefix="/who")

    message = refused(lambda: who.get(public=True, sign_in="optional")(lambda: None))

    assert message.endswith('for callers who may be logged in, write sign_in="optional".')


def test_an_application_may_set_them_before_it_is_extended():
    """The same as passing them to Beastmode."""
    app = Flask("who")
    app.config.from_mapping(ENVIRONMENT="testing", LOG_LEVEL="ERROR")
    set_authenticators(app, [PARTNER])
    Beastmode(app, api=caller_api())

    assert app.test_client().get("/api/v1/who", headers=GOOD_KEY).json["data"] == "service:shop"
