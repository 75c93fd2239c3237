from flask import Flask

from beastmode.core.exchange import Exchange, current_exchange
from beastmode.core.middleware import install_middleware


def test_a_request_that_passed_no_edge_still_has_one_exchange():
    with Flask("shop").test_request_context("/a"):
        exchange = current_exchange()

        assert current_exchange() is exchange
        assert exchange.path == "/a"


def test_a_view_sees_the_exchange_of_its_own_request():
    app = Flask("shop")
    install_middleware(app)
    app.add_url_rule("/", view_func=lambda: current_exchange().request_id)

    answer = app.test_client().get("/", headers={"X-Request-ID": "my-own-id"})

    assert answer.text == "my-own-id"


def test_a_request_without_a_path_has_an_empty_one():
    assert Exchange({}, "id").path == ""
