import pytest
from mixed_shop import APP, said, shop

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.mixed.compare.queries import (
    FewerQueries,
    GrowsNoMore,
    GrowsWithRows,
    MoreQueries,
    RouteCosts,
    compare,
)
from beastmode_tools.guard.mixed.compare.replayed import Answered, Replayed

PLAIN = 'jsonify([{"id": order.id, "total": order.total} for order in db.session.scalars(db.select(Order))])'
LOOP = 'jsonify([{"id": order.id, "by": order.customer.name} for order in db.session.scalars(db.select(Order))])'
LOADED = (
    'jsonify([{"id": order.id, "by": order.customer.name} for order in'
    " db.session.scalars(db.select(Order).options(db.joinedload(Order.customer)))])"
)
LISTS = """
    @app.get("/customers/<int:customer_id>/orders")
    def theirs(customer_id):
        found = db.get_or_404(Customer, customer_id)
        return jsonify([db.session.get(Order, order.id, populate_existing=True).total for order in found.orders])

    @app.get("/pages")
    def pages():
        found = db.paginate(db.select(Order), per_page=8)
        return jsonify(total=found.total, names=[order.customer.name for order in found.items])

    @app.get("/secret")
    def secret():
        return "no", 401

    return app
"""


@pytest.fixture(scope="module")
def answer(sqlite, heads, tmp_path_factory):
    old = APP.replace(
        "    return app\n",
        LISTS.replace("order.customer.name", "order.total").replace(
            "db.session.get(Order, order.id, populate_existing=True).total", "order.total"
        ),
    )
    new = APP.replace(PLAIN, LOOP).replace("    return app\n", LISTS)
    made = shop(tmp_path_factory.mktemp("queries"), old={"app.py": old}, new={"app.py": new})
    return said(made, sqlite, queries=True, schemas=heads(sqlite, None, few=True))


def test_a_list_that_asks_once_for_each_row_is_found_with_its_statement(answer):
    found = {finding.where: finding for finding in answer.rules()["queries-grow-with-rows"]}

    finding = found["GET /orders"]

    assert finding.verdict is Verdict.CAUTIOUS
    assert "SELECT customers.id, customers.name, customers.nick FROM customers WHERE customers.id = ?" in (
        finding.evidence.detail
    )
    assert "joinedload" in finding.instead


def test_a_loop_over_the_children_of_one_row_is_found_too(answer):
    places = {finding.where for finding in answer.rules()["queries-grow-with-rows"]}

    assert "GET /customers/<int:customer_id>/orders" in places


def test_a_page_of_a_few_rows_does_not_hide_the_loop(answer):
    places = {finding.where for finding in answer.rules()["queries-grow-with-rows"]}

    assert "GET /pages" in places


def test_a_route_that_nobody_may_ask_is_told_and_not_judged(answer):
    told = " ".join(answer.not_proven)

    assert "GET /secret answered only 401 or 403" in told
    assert "GET /secret" not in {finding.where for finding in answer.findings}


def test_loading_with_the_list_is_no_loop(scratch, heads, tmp_path):
    made = shop(tmp_path, new={"app.py": APP.replace(PLAIN, LOADED)})

    answer = said(made, scratch, queries=True, schemas=heads(scratch, None, few=True))

    assert answer.findings == []


def told(**statements):
    return Answered("/orders", "GET", "/orders", 200, statements=statements)


def costs(few, many):
    return RouteCosts({"GET /orders": told(**few)} if few else {}, {"GET /orders": told(**many)} if many else {}, 20)


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        (costs({"a": 1}, {"a": 1}), costs({"a": 1, "b": 1}, {"a": 1, "b": 20}), [GrowsWithRows]),
        (costs({"a": 1, "b": 1}, {"a": 1, "b": 20}), costs({"a": 1, "b": 1}, {"a": 1, "b": 20}), []),
        (costs({"a": 1, "b": 1}, {"a": 1, "b": 20}), costs({"a": 1, "c": 1}, {"a": 1, "c": 20}), []),
        (costs({"a": 1, "b": 1}, {"a": 1, "b": 20}), costs({"a": 1}, {"a": 1}), [GrowsNoMore]),
        (costs({"a": 1}, {"a": 1}), costs({"a": 1, "total": 0}, {"a": 1, "total": 1}), []),
        (costs({"a": 1}, {"a": 1}), costs({"a": 1, "b": 1}, {"a": 1, "b": 1}), [MoreQueries]),
        (costs({"a": 1, "b": 1}, {"a": 1, "b": 1}), costs({"a": 1}, {"a": 1}), [FewerQueries]),
        (costs({"a": 1, "b": 1}, {"a": 1, "b": 20}), costs({"a": 1, "b": 2}, {"a": 1, "b": 40}), [GrowsWithRows]),
        (costs(None, None), costs({"a": 1}, {"a": 20}), [GrowsWithRows]),
        (costs(None, {"a": 1}), costs({"a": 1}, {"a": 20}), []),
    ],
    ids=[
        "a loop is new",
        "the loop was there",
        "the loop asks for something else",
        "the loop is gone",
        "a total is counted once there are more rows than a page",
        "one statement more",
        "one statement less",
        "two loops instead of one",
        "a new route loops",
        "the old route could not be measured",
    ],
)
def test_what_becomes_of_the_statements_of_a_route(old, new, kinds):
    assert [type(change) for change in compare(old, new)] == kinds


@pytest.mark.parametrize(
    "answered",
    [
        Answered("/a", "GET", "/a", 404, statements={"a": 9}),
        Answered("/a", "GET", "/a", 500, statements={"a": 9}),
        Answered("/a", "GET", "/a", 200, refused=True, statements={"a": 9}),
        Answered("/a", "POST", "/a", 201, statements={"a": 9}),
    ],
    ids=["not found", "failed", "refused", "written"],
)
def test_answers_that_say_nothing_about_a_route_are_not_counted(answered):
    run = Replayed(answered=(answered,))

    assert RouteCosts.of(run, run, 20).many == {}
