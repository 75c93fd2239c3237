"""Roles and permissions: what a caller may do, on a route, a blueprint, an API or a row."""

import pytest
from flask import Flask

from beastmode import Api, Beastmode, Blueprint, Database
from beastmode.accounts import Accounts
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import current_identity
from beastmode.testing import Queries

ROLES = {"editor": ["posts:write", "posts:moderate"], "writer": ["posts:write"]}
SECRET = "a secret of more than thirty-two bytes"


def is_ada(caller):
    """Whether the caller is the first user; anything that is not True refuses."""
    return caller.id % 2 == 1 or "yes"


def roles_api():
    """Routes that require permissions in every place where they can be declared."""
    api = Api("Roles", permission="posts:write")
    desk = Blueprint("desk", version="v1", url_prefix="/desk", permission="posts:moderate")
    open_ones = Blueprint("open", version="v1", url_prefix="/open")

    @desk.get()
    def of_blueprint():
        """What the blueprint requires."""
        return [sorted(current_identity().roles), sorted(current_identity().permissions)]

    @desk.get("/own", permission=["posts:write", is_ada])
    def of_route():
        """What the route requires, all of it."""
        return True

    @desk.get("/none", permission=[])
    def of_nothing():
        """Nothing, whatever the blueprint says."""
        return True

    @open_ones.get()
    def of_api():
        """What the API requires."""
        return True

    @open_ones.get("/optional", sign_in="optional")
    def optional():
        """Nothing, as callers need not be logged in."""
        return current_identity().has_permission("posts:write")

    @open_ones.get("/public", public=True)
    def public():
        """Nothing."""
        return True

    @open_ones.post("/careful", fresh=15, permission=[])
    def careful():
        """A recent login."""
        return True

    api.register(desk, open_ones)
    return api


@pytest.fixture(scope="session")
def with_roles(user):
    """The accounts of a project that defines roles."""
    return Accounts(user, roles=ROLES)


@pytest.fixture
def make_roles(url, with_roles, app):
    """Makes applications on the database of the test."""
    made = []

    def make(**settings):
        given = Flask("roles")
        given.config.from_mapping(
            ENVIRONMENT="testing", DATABASE_URL=url, JWT_SECRET_KEY=SECRET, LOG_LEVEL="ERROR", **settings
        )
        Beastmode(given, database=Database(), api=roles_api(), accounts=with_roles)
        made.append(given)
        return given

    yield make
    for each in made:
        each.extensions["beastmode.database"].engines.dispose()


PLACES = ("/desk", "/desk/own", "/desk/none", "/open", "/open/optional", "/open/public")


def statuses(app, token):
    """What each route answers to a token."""
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"} if token else {}
    return [client.get(f"/api/v1{path}", headers=headers).status_code for path in PLACES]


@pytest.mark.parametrize("in_tokens", [False, True])
def test_each_role_may_what_its_permissions_say(make_roles, with_roles, in_tokens):
    """Anonymous callers get 401, those without the permission 403; the closest declaration counts."""
    app = make_roles(ROLES_IN_TOKENS=in_tokens)
    with app.app_context():
        people = [with_roles.create_user(f"{name}@example.com", "correct horse battery") for name in "abcd"]
        for person, role in zip(people, ("operator", "editor", "writer"), strict=False):
            with_roles.grant_role(person.id, role)
        tokens = [with_roles.open_session(person.id).token for person in people]
        may_write = people[0].id % 2 == 1

    operator, editor, writer, nobody = ([*map(int, statuses(app, token))] for token in tokens)

    first, second = (200, 403) if may_write else (403, 200)
    assert operator == [200, first, 200, 200, 200, 200]
    assert editor == [200, second, 200, 200, 200, 200]
    assert writer == [403, first, 200, 200, 200, 200]
    assert nobody == [403, 403, 200, 403, 200, 200]
    assert statuses(app, None) == [401, 401, 401, 401, 200, 200]


def test_a_refusal_names_the_permission(make_roles, with_roles):
    """The message says what is missing; a function has no name for clients."""
    app = make_roles()
    with app.app_context():
        person = with_roles.create_user("ada@example.com", "correct horse battery")
        headers = {"Authorization": f"Bearer {with_roles.open_session(person.id).token}"}

    answer = app.test_client().get("/api/v1/desk", headers=headers)

    assert (answer.status_code, answer.json["message"]) == (403, "This requires the permission posts:moderate")


@pytest.mark.parametrize(("in_tokens", "expected"), [(False, [403, 200, 403]), (True, [403, 403, 403])])
def test_a_role_counts_from_the_next_request_or_from_the_next_token(make_roles, with_roles, in_tokens, expected):
    """A setting says whether roles are looked up, or in the token."""
    app = make_roles(ROLES_IN_TOKENS=in_tokens)
    with app.app_context():
        person = with_roles.create_user("ada@example.com", "correct horse battery")
        grant, ada = with_roles.open_session(person.id), person.id
    seen = [statuses(app, grant.token)[0]]
    with app.app_context():
        with_roles.grant_role(ada, "editor")
        with_roles.grant_role(ada, "editor")
    seen.append(statuses(app, grant.token)[0])
    renewed = app.test_client().post("/api/auth/refresh", json={"refresh_token": grant.refresh_token}).json["data"]
    with app.app_context():
        assert with_roles.roles_of(ada) == {"editor"}
        with_roles.revoke_role(ada, "editor")
    seen.append(statuses(app, grant.token)[0])

    assert seen == expected
    assert statuses(app, renewed["token"])[0] == (200 if in_tokens else 403)


def test_roles_are_looked_up_once_and_only_where_they_are_asked_for(make_roles, with_roles):
    """One statement for a route with a permission, none for others, and none if tokens contain them."""
    counted = {}
    for in_tokens in (False, True):
        app = make_roles(ROLES_IN_TOKENS=in_tokens)
        with app.app_context():
            person = with_roles.create_user(f"ada{in_tokens}@example.com", "correct horse battery")
            with_roles.grant_role(person.id, "editor")
            headers = {"Authorization": f"Bearer {with_roles.open_session(person.id).token}"}
        for path in ("/desk", "/desk/none"):
            with Queries(app)() as queries:
                answer = app.test_client().get(f"/api/v1{path}", headers=headers)
            counted[in_tokens, path] = len(queries)
            assert answer.status_code == 200

    assert counted == {(False, "/desk"): 1, (False, "/desk/none"): 0, (True, "/desk"): 0, (True, "/desk/none"): 0}


def test_the_identity_shows_roles_and_permissions(make_roles, with_roles):
    """A view can decide by them, too."""
    app = make_roles()
    with app.app_context():
        person = with_roles.create_user("ada@example.com", "correct horse battery", operator=True)
        headers = {"Authorization": f"Bearer {with_roles.open_session(person.id).token}"}

    shown = app.test_client().get("/api/v1/desk", headers=headers).json["data"]

    assert shown == [["operator"], ["posts:moderate", "posts:write"]]


def test_a_recent_login_is_required(make_roles, with_roles, clock):
    """The time of the login counts, not that of the token; the response says how recent it must be (RFC 9470)."""
    app = make_roles()
    client = app.test_client()
    with app.app_context():
        person = with_roles.create_user("ada@example.com", "correct horse battery")
        grant = with_roles.open_session(person.id)

    def careful(token):
        return client.post("/api/v1/open/careful", headers={"Authorization": f"Bearer {token}"})

    before = careful(grant.token).status_code
    clock.advance(minutes=14)
    renewed = client.post("/api/auth/refresh", json={"refresh_token": grant.refresh_token}).json["data"]["token"]
    just_before = careful(renewed).status_code
    clock.advance(minutes=2)
    after = careful(renewed)

    assert (before, just_before, after.status_code) == (200, 200, 401)
    assert after.headers["WWW-Authenticate"] == (
        'Bearer error="insufficient_user_authentication", error_description="Log in again to do this", max_age=900'
    )


def test_the_document_says_what_is_required(make_roles):
    """403 is documented, and the description names the permissions and the time."""
    paths = make_roles().test_client().get("/api/v1/openapi.json").json["paths"]

    desk, careful = paths["/api/v1/desk"]["get"], paths["/api/v1/open/careful"]["post"]
    assert desk["description"] == "Requires the permission `posts:moderate`."
    assert careful["description"].startswith("Requires a login of the last 15 minutes.")
    assert ["403" in desk["responses"], "403" in careful["responses"]] == [True, False]


def refused(make):
    """The message of a configuration error."""
    with pytest.raises(ConfigurationError) as caught:
        make()
    return str(caught.value)


def test_a_permission_that_no_role_gives_is_refused_at_start(user):
    """Nobody could ever call the route."""
    app = Flask("roles")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL="sqlite://", LOG_LEVEL="ERROR")

    message = refused(
        lambda: Beastmode(
            app, database=Database(), api=roles_api(), accounts=Accounts(user, roles={"writer": ["posts:write"]})
        )
    )

    assert message == (
        "desk.of_blueprint (GET /desk) requires the permission posts:moderate, which no role gives. Define it, for "
        'example Accounts(User, roles={"editor": ["posts:moderate"]}); defined permissions: posts:write.'
    )


def test_a_role_that_is_not_defined_cannot_be_granted(make_roles, with_roles):
    """A typo must not look like a role."""
    with make_roles().app_context():
        message = refused(lambda: with_roles.grant_role(1, "editr"))

    assert message == "No role is called 'editr'; Accounts(roles=...) defines: editor, operator, writer."


async def later(caller):
    """What would return a coroutine, which is true."""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"permission": later}, "later is async def. Write an ordinary function that takes the caller"),
        ({"permission": 7}, 'permission= is 7; expected a permission, such as "posts:write", or a function.'),
        ({"fresh": 0}, "fresh= is 0; expected a number of minutes, such as 15."),
        ({"public": True, "permission": "posts:write"}, "it cannot be combined with permission="),
        ({"sign_in": "optional", "fresh": 5}, "so it cannot be combined with permission= or fresh="),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(options, said):
    """When it is declared."""
    desk = Blueprint("desk", version="v1", url_prefix="/desk")

    def view():
        """Answer."""

    assert said in refused(lambda: desk.get(**options)(view))


def test_a_change_with_if_match_cannot_run_a_get_that_requires_more():
    """It would tell whether an entity tag of something unreadable is current."""
    desk = Blueprint("desk", version="v1", url_prefix="/desk")

    @desk.get(permission=lambda caller: False)
    def read():
        """Read."""

    @desk.put()
    def change():
        """Change."""

    api, app = Api("Desk"), Flask("desk")
    api.register(desk)
    app.config.from_mapping(ENVIRONMENT="testing", LOG_LEVEL="ERROR")

    message = refused(lambda: Beastmode(app, api=api, authenticators=[lambda request: None]))

    assert message == (
        "With If-Match, desk.change (PUT /desk) would run desk.read (GET /desk) for callers who may not call that "
        "route; require the same of the callers of both."
    )
