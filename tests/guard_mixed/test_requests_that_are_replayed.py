import pytest
from mixed_shop import MODELS, shop

from beastmode_tools.guard.migrations.proof.states import reach
from beastmode_tools.guard.mixed.proof.replay import Run, replay

APP = """
import time
from flask import Flask, abort, jsonify, request, session
from flask_httpauth import HTTPTokenAuth
from flask_migrate import Migrate
from models import Customer, Order, db

auth = HTTPTokenAuth()


@auth.verify_token
def verify(token):
    return None


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql://nobody@database.invalid/shop"
    db.init_app(app)
    Migrate(app, db)

    @app.get("/customers/<int:customer_id>/orders/<int:order_id>")
    def one(customer_id, order_id):
        db.get_or_404(Customer, customer_id)
        return {"total": db.get_or_404(Order, order_id).total}

    @app.get("/by-name/<name>")
    def by_name(name):
        return {"id": Customer.query.filter_by(name=name).first_or_404().id}

    @app.get("/called/<customername>")
    def called(customername):
        return {"id": Customer.query.filter_by(name=customername).first_or_404().id}

    @app.get("/kinds/<any(small, large):kind>")
    def kinds(kind):
        return kind

    @app.get("/parts/<string(length=9):part>/<int(min=7):number>/<float:weight>/<uuid:serial>")
    def parts(part, number, weight, serial):
        return part

    @app.get("/mine")
    def mine():
        if "user_id" not in session:
            abort(401)
        return "yours"

    @app.get("/token")
    @auth.login_required
    def token():
        return {"name": auth.current_user().name}

    @app.get("/never")
    def never():
        abort(403)

    @app.get("/hangs")
    def hangs():
        time.sleep(60)
        return ""

    @app.get("/endless")
    def endless():
        def forever():
            while True:
                yield "x" * 1000
        return app.response_class(forever())

    @app.get("/ends")
    def ends():
        raise SystemExit(3)

    @app.post("/customers")
    def add():
        made = Customer(name=request.get_json()["name"])
        db.session.add(made)
        db.session.commit()
        return {"id": made.id}, 201

    @app.post("/forms")
    def form():
        return request.form["title"], 201

    @app.delete("/customers/<int:customer_id>")
    def remove(customer_id):
        Order.query.delete()
        Customer.query.delete()
        db.session.commit()
        return "", 204

    @app.get("/zzz/left")
    def left():
        return {"customers": Customer.query.count()}

    return app
"""


BODIES = {"POST /customers": {"name": "Ada"}, "POST /forms": {"$form": {"title": "Ada"}}}


@pytest.fixture(scope="module")
def run(scratch, tmp_path_factory):
    """What became of the requests, and how many customers there were before and after."""
    made = shop(
        tmp_path_factory.mktemp("requests"),
        old={"app.py": APP, "models.py": MODELS},
        timeout=60,
        replays=("/zzz/left?again",),
    )
    state = reach(made.old, made.project, scratch.new(), rows=5)
    first = replay(Run(made.old, state.database, bodies=BODIES, each=0.5), made.project)
    second = replay(Run(made.old, state.database, methods=("GET",), each=0.5), made.project)
    return first, second


def by_route(run):
    return {each.place: each for each in run[0].answered}


def test_arguments_name_rows_that_exist(run):
    answered = by_route(run)

    assert answered["GET /customers/<int:customer_id>/orders/<int:order_id>"].status == 200
    assert answered["GET /by-name/<name>"].status == 200
    assert answered["GET /called/<customername>"].status == 200
    assert answered["GET /kinds/<any(small, large):kind>"].path in ("/kinds/small", "/kinds/large")


def test_arguments_that_no_row_has_are_such_as_their_converters_take(run):
    """Of the length, and not less than the least; else no request would reach the view."""
    found = by_route(run)["GET /parts/<string(length=9):part>/<int(min=7):number>/<float:weight>/<uuid:serial>"]

    assert found.status == 200
    assert len(found.path.split("/")[2]) == 9


def test_a_refused_request_is_sent_again_as_somebody_who_signed_in(run):
    answered = by_route(run)

    assert (answered["GET /mine"].status, answered["GET /mine"].signed_in) == (200, True)
    assert (answered["GET /token"].status, answered["GET /token"].signed_in) == (200, True)
    assert "flask-httpauth" in run[0].ways


def test_a_request_that_stays_refused_is_told(run):
    assert by_route(run)["GET /never"].refused


def test_what_hangs_never_ends_or_ends_the_process_does_not_stop_the_others(run):
    answered = by_route(run)

    assert answered["GET /hangs"].status == 0
    assert "no answer within 0.5 s" in answered["GET /hangs"].exception
    assert answered["GET /endless"].status == 200
    assert answered["GET /ends"].exception == "SystemExit: 3"
    assert answered["DELETE /customers/<int:customer_id>"].status == 204


def test_a_body_is_sent_as_it_was_promised(run):
    assert by_route(run)["POST /customers"].status == 201
    assert by_route(run)["POST /forms"].status == 201


def test_what_a_request_wrote_is_taken_back(run):
    names = [each.path for each in run[1].answered]
    orders = {each.place: each.status for each in run[1].answered}

    assert run[0].broken == ""
    assert "/zzz/left?again" in names
    assert orders["GET /customers/<int:customer_id>/orders/<int:order_id>"] == 200
