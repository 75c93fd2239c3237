"""What a route does besides calling its view: steps in a fixed order, of features and of projects."""

from dataclasses import dataclass
from functools import wraps

import pytest
from flask import Flask
from marshmallow import fields

from beastmode import Api, Beastmode, Blueprint, Problem, Schema
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import Identity, current_identity, set_authenticator
from beastmode.core.steps import Stage, Step, add_step, declaration_of, declare


@dataclass(frozen=True)
class Audited:
    """That calls of a view are written down."""

    reason: str


def audited(reason):
    """A decorator as a project would write it."""
    return lambda view: declare(view, Audited(reason))


class Audit(Step):
    """Writes down who called, and what the view was passed."""

    statuses = frozenset({451})

    def __init__(self, reason, written):
        self.reason, self.written = reason, written

    def __call__(self, call, proceed):
        if "X-Forbidden" in call.request.headers:
            raise Problem(451, "Not in this country")
        self.written.append((self.reason, current_identity().key, dict(call.path), list(call.arguments)))
        response = proceed(call)
        response.headers["X-Audit"] = self.reason
        return response


class NoteIn(Schema):
    text = fields.Str(required=True)


def tracing(name, trace):
    """What makes a step that only says that it ran."""

    class Trace(Step):
        def __call__(self, call, proceed):
            trace.append(name)
            return proceed(call)

    return lambda app, route: Trace()


def notes_api():
    notes = Blueprint("notes", version="v1", url_prefix="/notes")

    @notes.post("/<int:shelf>", accepts=NoteIn, status=201)
    @audited("writing")
    def add_note(note, shelf):
        """Add a note."""
        return note | {"shelf": shelf}

    @notes.get("/plain", public=True)
    def plain():
        """Answer."""
        return {"plain": True}

    api = Api("Notes")
    api.register(notes)
    return api


def application(*steps):
    app = Flask("notes")
    app.config.from_mapping(ENVIRONMENT="testing")
    set_authenticator(app, lambda request: Identity("account", 7))
    for stage, make in steps:
        add_step(app, stage, make)
    Beastmode(app, api=notes_api())
    return app


def auditing(written):
    """What gives a step to the views that are audited."""

    def make(app, route):
        declared = declaration_of(route.view, Audited)
        return None if declared is None else Audit(declared.reason, written)

    return make


@pytest.mark.parametrize(
    ("stage", "arguments"), [(Stage.PERMISSION, []), (Stage.IDEMPOTENCY, [{"text": "hello"}])], ids=["early", "late"]
)
def test_a_step_of_a_project_sees_what_the_steps_before_it_have_found(stage, arguments):
    "It knows the caller after CALLER, and the body after ARGUMENTS; what it adds to the response is sent."
    written = []
    client = application((stage, auditing(written))).test_client()

    answer = client.post("/api/v1/notes/3", json={"text": "hello"})

    assert (answer.status_code, answer.headers["X-Audit"]) == (201, "writing")
    assert written == [("writing", "account:7", {"shelf": 3}, arguments)]


def test_a_step_refuses_with_a_problem_and_the_document_says_so():
    "Its status code is among the operation's, and its refusal is in the envelope."
    app = application((Stage.PERMISSION, auditing([])))

    answer = app.test_client().post("/api/v1/notes/3", json={"text": "hello"}, headers={"X-Forbidden": "1"})
    paths = app.test_client().get("/api/v1/openapi.json").get_json()["paths"]

    assert (answer.status_code, answer.get_json()["message"]) == (451, "Not in this country")
    assert "451" in paths["/api/v1/notes/{shelf}"]["post"]["responses"]
    assert "451" not in paths["/api/v1/notes/plain"]["get"]["responses"]


def test_a_route_without_the_declaration_has_no_such_step():
    "What is not declared costs nothing."
    written = []
    client = application((Stage.PERMISSION, auditing(written))).test_client()

    answer = client.get("/api/v1/notes/plain")

    assert (answer.status_code, "X-Audit" in answer.headers, written) == (200, False, [])


def test_steps_run_by_stage_and_then_in_the_order_in_which_they_were_added():
    "Whatever the order in which features are installed."
    trace = []
    order = [Stage.PRECONDITION, Stage.LIMIT, Stage.ANNOUNCEMENT, Stage.LIMIT]
    client = application(
        *((stage, tracing(f"{number} {stage.name}", trace)) for number, stage in enumerate(order))
    ).test_client()

    client.get("/api/v1/notes/plain")

    assert trace == ["2 ANNOUNCEMENT", "1 LIMIT", "3 LIMIT", "0 PRECONDITION"]


def test_a_step_may_answer_by_itself():
    "A cache does; the view is not called, nor the steps after it."
    trace = []

    class Known(Step):
        def __call__(self, call, proceed):
            return call.request.environ["flask.app"].make_response({"known": True})

    def make(app, route):
        return Known()

    app = application((Stage.CACHE, make), (Stage.PRECONDITION, tracing("view", trace)))

    answer = app.test_client().get("/api/v1/notes/plain", environ_overrides={"flask.app": app})

    assert (answer.get_json(), trace) == ({"known": True}, [])


def test_a_step_that_is_added_too_late_is_refused():
    "It would be missing without a word."
    app = application()

    message = r"^add_step\(\): the routes have already been built; call it before Beastmode\(app, api=\.\.\.\)\.$"
    with pytest.raises(ConfigurationError, match=message):
        add_step(app, Stage.LIMIT, tracing("late", []))


def test_a_declaration_survives_decorators_around_it_and_the_outermost_one_counts():
    "Other decorators copy what functools.wraps copies."

    @audited("outer")
    @audited("inner")
    def view():
        return None

    @wraps(view)
    def around():
        return view()

    assert declaration_of(around, Audited) == Audited("outer")
    assert declaration_of(around, dict) is None
