"""What several rules say of one function is one finding, and runs decide it."""

from beastmode_tools.guard.code.compare.behaviour import AnswerChanged, AnswersSame, ChangedCode, NothingRan
from beastmode_tools.guard.finding import Evidence, Finding, Verdict
from beastmode_tools.guard.mixed.compare.facts import Matrix
from beastmode_tools.guard.mixed.compare.replayed import Answered, Replayed
from beastmode_tools.guard.report.behavior import decided
from beastmode_tools.guard.report.gathered import changed_code, one_for_starting, without_changed_code

CODE = ChangedCode("shop.py", 4, "orders", ("query-changed",))
KEY = "shop.py orders"


def finding(rule, where="shop.py:4", *, message="", verdict=Verdict.CAUTIOUS, subject=KEY):
    return Finding(rule, verdict, where, "it changed", Evidence("read", "it"), "look", subject, message=message)


def cell(*answers, parts=1):
    return Replayed(watched=answers, parts={KEY: parts})


def answered(path="/orders", *, status=200, body="[]", ran=(0,), statements=None):
    return Answered(
        path, "GET", path, status, ran={KEY: ran}, body=body, statements=statements or {"SELECT * FROM orders": 1}
    )


def judged(old, new):
    return list(decided([CODE], [Matrix("sqlite", {("old", "old"): old, ("new", "new"): new})], ""))


def test_all_that_is_said_of_a_function_is_one_piece_of_code():
    found = [finding("query-changed"), finding("business-logic-changed"), finding("route-removed")]

    code = changed_code(found)

    assert [(each.name, each.kinds) for each in code] == [("orders", ("query-changed", "business-logic-changed"))]
    assert [each.rule for each in without_changed_code(found, code)] == ["route-removed"]


def test_what_reading_shows_to_be_dangerous_stays_a_finding_of_its_own():
    found = [
        finding("business-logic-changed", message="core", verdict=Verdict.DANGEROUS),
        finding("response-changed", message="keys", verdict=Verdict.DANGEROUS),
        finding("signature-changed", message="called", verdict=Verdict.DANGEROUS),
        finding("wiring-changed", message="unregistered", verdict=Verdict.DANGEROUS),
        finding("constant-changed", message="value", verdict=Verdict.DANGEROUS),
    ]

    assert changed_code(found) == ()
    assert without_changed_code(found, ()) == found


def test_a_template_is_not_told_that_nothing_starts():
    start = finding("application-does-not-start", "the application", message="both")
    page = finding("supporting-file-changed", "templates/a.html:1", verdict=Verdict.SAFE)
    route = finding("route-added", "shop.py:9", verdict=Verdict.SAFE)

    constant = finding("constant-changed", "shop.py:1", verdict=Verdict.SAFE)

    assert one_for_starting([start, page], ())[0] == [page]
    assert one_for_starting([start, constant], ())[0] == [constant]
    assert one_for_starting([start, route], ())[0] == [start, route]
    assert one_for_starting([start, route], (CODE,)) == ([route], "the application starts on neither side")


def test_the_same_answers_and_writes_are_the_same_whatever_is_read_for_them():
    other = {"SELECT * FROM orders LIMIT ?": 1}

    assert judged(cell(answered()), cell(answered(statements=other))) == [AnswersSame((CODE,), ("GET /orders",))]


def test_another_body_status_or_write_is_another_answer():
    written = {"DELETE FROM orders": 1}
    for new in (answered(body="[1]"), answered(status=403), answered(statements=written)):
        [change] = judged(cell(answered()), cell(new))

        assert isinstance(change, AnswerChanged)
        assert not change.fails


def test_the_worst_request_is_shown():
    old = cell(answered(), answered("/orders/7", status=404))
    new = cell(answered(body="[1]"), answered("/orders/7", status=500))

    [change] = judged(old, new)

    assert (change.place, change.before, change.after, change.fails) == ("GET /orders/7", "404", "500", True)


def test_a_statement_that_did_not_run_leaves_the_code_unproved():
    for old, new in ((cell(answered(), parts=2), cell(answered())), (cell(answered()), cell(answered(), parts=2))):
        assert judged(old, new) == [NothingRan((CODE,))]


def test_what_the_network_refuses_shows_nothing():
    refused = Answered(
        "/orders", "GET", "/orders", 500, ran={KEY: (0,)}, exception="ConnectionError: refused: the guard"
    )

    assert judged(cell(answered()), cell(refused)) == [NothingRan((CODE,))]
