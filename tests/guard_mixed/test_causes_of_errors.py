import pytest

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.mixed.compare.causes import Cause, cause_of
from beastmode_tools.guard.mixed.compare.facts import (
    AnswerDiffers,
    CannotStart,
    Matrix,
    MixedVersionsWork,
    NewCodeFails,
    NoOrderWorks,
    OldCodeFails,
)
from beastmode_tools.guard.mixed.compare.matrix import compare
from beastmode_tools.guard.mixed.compare.replayed import Answered, Replayed, SqlError, Used
from beastmode_tools.guard.mixed.rules.matrix import RULES
from beastmode_tools.guard.rule import judge

GONE = SqlError("no such column: users.nick", "SELECT users.nick FROM users")
GONE_THERE = SqlError("column users.nick does not exist", "SELECT users.nick FROM users")
FINE = Replayed(used=(Used("User", "users", "select"),), answered=(Answered("/users", "GET", "/users", 200),))


def failing(error=GONE, status=500):
    return Replayed(
        used=(Used("User", "users", "select", error),),
        answered=(Answered("/users", "GET", "/users", status, errors=(error,)),),
    )


def matrix(dialect="sqlite", old_old=FINE, old_new=FINE, new_old=FINE, new_new=FINE):
    return Matrix(
        dialect,
        {("old", "old"): old_old, ("old", "new"): old_new, ("new", "old"): new_old, ("new", "new"): new_new},
    )


@pytest.mark.parametrize(
    ("error", "sql", "cause"),
    [
        ("no such column: users.nick", "", Cause("column", "users.nick")),
        ("no such column: nick", "UPDATE users SET nick=?", Cause("column", "users.nick")),
        ("table users has no column named nick", "", Cause("column", "users.nick")),
        ("column users.nick does not exist", "", Cause("column", "users.nick")),
        ('column "nick" of relation "users" does not exist', "", Cause("column", "users.nick")),
        ("column u.nick does not exist", "SELECT u.nick FROM users AS u", Cause("column", "users.nick")),
        ("column users_1.nick does not exist", "FROM posts JOIN users AS users_1 ON 1", Cause("column", "users.nick")),
        ("Unknown column 'users.nick' in 'field list'", "", Cause("column", "users.nick")),
        ("no such table: users", "", Cause("table", "users")),
        ("no such table: main.users", "", Cause("table", "users")),
        ('relation "users" does not exist', "", Cause("table", "users")),
        ("NOT NULL constraint failed: users.phone", "", Cause("null", "users.phone")),
        (
            'null value in column "phone" of relation "users" violates not-null constraint',
            "",
            Cause("null", "users.phone"),
        ),
        ("UNIQUE constraint failed: users.email", "", Cause("unique", "users.email")),
        ('duplicate key value violates unique constraint "uq_email"', "", Cause("unique", "uq_email")),
        ("FOREIGN KEY constraint failed", "INSERT INTO posts (a) VALUES (...)", Cause("foreign", "posts")),
        (
            "value too long for type character varying(10)",
            "",
            Cause("length", "character varying(10)"),
        ),
        ('invalid input value for enum colour: "red"', "", Cause("enum", "colour")),
        ("KeyError: 'row 17'", "", Cause("error", "KeyError: 'row #'")),
    ],
)
def test_an_error_is_about_the_same_thing_on_every_database(error, sql, cause):
    assert cause_of(error, sql) == cause


def test_the_same_cause_on_two_databases_is_one_finding():
    there = matrix("postgresql", old_new=failing(GONE_THERE))

    changes = list(compare([matrix(old_new=failing()), there]))

    (change,) = changes
    assert isinstance(change, OldCodeFails)
    assert change.dialects == ("sqlite", "postgresql")
    assert [failure.place for failure in change.failures] == ["User (select)", "GET /users"]


def test_a_failure_of_the_diagonal_is_nobodys_fault():
    assert [
        type(change)
        for change in compare([matrix(old_old=failing(), old_new=failing(), new_old=failing(), new_new=failing())])
    ] == [MixedVersionsWork]


def test_a_refused_row_where_a_row_was_refused_before_is_not_blamed():
    before = failing(SqlError("UNIQUE constraint failed: users.email", ""))
    after = failing(SqlError("NOT NULL constraint failed: users.phone", ""))

    assert not any(isinstance(change, OldCodeFails) for change in compare([matrix(old_old=before, old_new=after)]))


def test_a_request_that_only_one_cell_could_send_is_not_blamed():
    more = Replayed(answered=(Answered("/new", "GET", "/new", 500, exception="KeyError: 'a'"),))

    assert not any(isinstance(change, OldCodeFails) for change in compare([matrix(old_new=more)]))


def test_failures_both_ways_leave_no_order():
    changes = [type(change) for change in compare([matrix(old_new=failing(), new_old=failing())])]

    assert changes == [OldCodeFails, NewCodeFails, NoOrderWorks]


def test_new_code_that_migrates_while_it_starts_never_answers_on_the_old_schema():
    early = Replayed(used=failing().used, answered=failing().answered, boot_migrates=("upgrade",), migrating_error="")

    assert not any(isinstance(change, NewCodeFails) for change in compare([matrix(new_old=early)]))


def test_an_application_that_starts_on_its_own_schema_alone_cannot_start():
    (change,) = compare([matrix(old_new=Replayed(start_error="OperationalError: no such table: settings"))])

    assert isinstance(change, CannotStart)
    assert change.boot_migrates == ()


def test_a_request_that_is_refused_after_the_migration_answers_differently():
    missing = Replayed(answered=(Answered("/users", "GET", "/users", 404),))

    changes = list(compare([matrix(old_new=missing)]))

    assert AnswerDiffers("GET /users", 200, 404, ("sqlite",)) in changes


def test_one_schema_is_no_proof_that_two_can_be_mixed():
    same = Matrix("sqlite", matrix().cells, same=True)

    assert list(compare([same])) == []


def test_cells_that_could_not_be_tried_prove_nothing():
    assert list(compare([matrix(new_new=Replayed(gave_up="OperationalError"))])) == []


@pytest.mark.parametrize(
    ("error", "sql", "verdict"),
    [
        ("NOT NULL constraint failed: users.phone", "INSERT INTO users (name) VALUES (...)", Verdict.DANGEROUS),
        ("NOT NULL constraint failed: users.name", "INSERT INTO users (name) VALUES (...)", Verdict.CAUTIOUS),
        ("UNIQUE constraint failed: users.name", "INSERT INTO users (name) VALUES (...)", Verdict.CAUTIOUS),
        ("value too long for type character varying(10)", "INSERT INTO users (name)", Verdict.CAUTIOUS),
        ("table users has no column named nick", "INSERT INTO users (nick) VALUES (...)", Verdict.DANGEROUS),
    ],
)
def test_what_only_made_up_values_break_is_cautious(error, sql, verdict):
    refused = Replayed(used=(Used("User", "users", "select", SqlError(error, sql)),), answered=FINE.answered)

    (finding,) = judge(RULES, compare([matrix(old_new=refused)]))

    assert (finding.rule, finding.verdict) == ("old-code-fails-on-new-schema", verdict)


@pytest.mark.parametrize(
    "answered",
    [
        Answered("/users", "GET", "/users", 500, exception="ConnectionError: HTTPConnectionPool(host='pay.example')"),
        Answered("/users", "GET", "/users", 500, exception="PermissionError: refused: the guard starts no process"),
        Answered("/users", "GET", "/users", 0, exception="no answer within 5 s"),
    ],
    ids=["the network", "the confinement", "the clock"],
)
def test_what_a_scratch_run_does_not_have_is_not_blamed(answered):
    run = Replayed(answered=(answered,))

    findings = judge(RULES, compare([matrix(old_new=run, new_new=run)]))

    assert [finding.rule for finding in findings] == ["mixed-versions-work"]


def test_a_route_of_the_new_code_that_raises_is_dangerous():
    raising = Replayed(used=FINE.used, answered=(Answered("/users", "GET", "/users", 500, exception="KeyError: 'a'"),))

    findings = list(judge(RULES, compare([matrix(new_new=raising, new_old=raising)])))

    assert findings[0].rule == "new-code-fails-on-new-schema"
    assert findings[0].verdict is Verdict.DANGEROUS


def own_schema(old, new):
    """What is said of new code on its own schema."""
    return [
        each for each in judge(RULES, compare([matrix(new_new=new)])) if each.rule == "new-code-fails-on-new-schema"
    ]


@pytest.mark.parametrize(
    "error",
    [
        "RuntimeError: anything",
        "ProgrammingError: could not identify an equality operator for type json",
        'DataError: invalid input value for enum mood: "glad"',
    ],
)
def test_new_code_that_fails_on_its_own_schema_is_dangerous_whatever_the_error(error):
    """A request was answered, and is answered with 500."""
    (finding,) = own_schema(FINE, failing(SqlError(error, "SELECT DISTINCT users.tags FROM users")))

    assert finding.verdict is Verdict.DANGEROUS


@pytest.mark.parametrize(
    ("error", "found"),
    [
        ("could not identify an equality operator for type json", 1),
        ('invalid input value for enum mood: "glad"', 1),
        ("NOT NULL constraint failed: users.nick", 0),
    ],
)
def test_a_new_route_is_blamed_for_what_the_schema_refuses_of_its_code(error, found):
    """What was made up for a new route may be refused; a statement that no schema takes comes from the code."""
    route = Answered("/new", "GET", "/new", 500, errors=(SqlError(error, "SELECT 1"),))

    assert len(own_schema(FINE, Replayed(used=FINE.used, answered=(*FINE.answered, route)))) == found


def test_made_up_rows_that_a_check_refuses_are_no_failure_of_the_code():
    """Nobody said that the code writes such a row."""
    refused = Used("User", "users", "insert", SqlError('violates check constraint "ck_users_age"', "INSERT INTO users"))

    assert own_schema(FINE, Replayed(used=(*FINE.used, refused), answered=FINE.answered)) == []


@pytest.mark.parametrize(("status", "found"), [(409, 0), (422, 0), (500, 1)])
def test_code_that_answers_what_the_database_refuses_does_not_fail(status, found):
    """A new foreign key keeps a row from being deleted, and the client is told so."""
    refused = SqlError('violates foreign key constraint "fk_products_tag_id"', "DELETE FROM tags")
    answered = Answered("/users", "GET", "/users", status, errors=(refused,))

    assert len(own_schema(FINE, Replayed(used=FINE.used, answered=(answered,)))) == found
