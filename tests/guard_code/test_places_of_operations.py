from beastmode_tools.guard.finding import Evidence, Finding, Verdict
from beastmode_tools.guard.report.view_places import with_places
from beastmode_tools.probes.messages.application import Application, Function, Route


def found_at(where):
    return Finding("some-rule", Verdict.CAUTIOUS, where, "", Evidence("read", ""), "", "subject")


def route(path, file="shop/orders.py", line=7):
    return Route(path, ("GET",), "orders.show", "orders", Function("shop.orders", "show", file, line))


def placed(where, old=(), new=()):
    (finding,) = with_places([found_at(where)], Application(routes=old), Application(routes=new))
    return finding.where


def test_an_operation_is_named_with_the_line_of_its_view():
    new = (route("/orders/<int:order_id>"),)

    assert placed("GET /orders/{id}", new=new) == "GET /orders/{id} (shop/orders.py:7)"
    assert placed("GET /orders/{id} → 200 → total", new=new) == "GET /orders/{id} → 200 → total (shop/orders.py:7)"


def test_of_a_route_that_is_gone_only_the_file_is_said():
    assert placed("GET /orders", old=(route("/orders"),)) == "GET /orders (shop/orders.py)"


def test_what_no_view_of_the_project_answers_keeps_its_place():
    assert placed("GET /static/{name}", new=(route("/static/<path:name>", None, None),)) == "GET /static/{name}"
    assert placed("POST /orders", new=(route("/orders"),)) == "POST /orders"
    assert placed("shop/orders.py:7", new=(route("/orders"),)) == "shop/orders.py:7"


def test_a_place_leaves_the_fingerprint_as_it_was():
    (finding,) = with_places([found_at("GET /orders")], None, Application(routes=(route("/orders"),)))

    assert finding.fingerprint == found_at("GET /orders").fingerprint
    assert finding.where.endswith("(shop/orders.py:7)")
