from mixed_shop import MODELS, revision, said, shop

from beastmode_tools.guard.migrations.proof.states import reach
from beastmode_tools.guard.mixed.compare.facts import OldCodeFails
from beastmode_tools.guard.mixed.compare.matrix import compare
from beastmode_tools.guard.mixed.proof.old_tests import prove_old_tests, with_tests

TESTS = """
import pytest
from app import create_app
from models import Customer, db


@pytest.fixture
def app():
    app = create_app()
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.drop_all()


def test_a_customer_has_a_nick(app):
    db.session.add(Customer(name="Ada", nick="ada"))
    db.session.commit()
    assert db.session.query(Customer.nick).scalar() == "ada"


def test_there_is_nobody_at_first(app):
    assert db.session.query(Customer.id).count() == 0


def test_that_always_fails(app):
    assert Customer is None
"""
DROP_NICK = revision(2, 'with op.batch_alter_table("customers") as batch:\n    batch.drop_column("nick")')


def test_old_tests_that_fail_on_the_new_schema_alone_are_blamed(sqlite, heads, tmp_path):
    without = MODELS.replace("    nick = db.Column(db.String(60))\n", "")
    made = shop(tmp_path, old={"tests/test_customers.py": TESTS}, new={"models.py": without, **dict([DROP_NICK])})
    head = reach(made.old, made.project, sqlite.new(), rows=0).database

    tested, notes = prove_old_tests(made.old, made.new, made.project, sqlite, head)

    outcomes = {key: {each.what.split("::")[1]: each.error for each in used} for key, used in tested.items()}
    assert [name for name, error in outcomes["old", "old"].items() if error] == ["test_that_always_fails"]
    answer = said(made, sqlite, schemas=heads(sqlite, DROP_NICK))
    (blamed,) = [each for each in compare([with_tests(answer.mixed.matrix, tested)]) if isinstance(each, OldCodeFails)]
    places = [failure.place for failure in blamed.failures]
    assert "tests/test_customers.py::test_a_customer_has_a_nick (test)" in places
    assert not any("always_fails" in place or "nobody" in place for place in places)
    assert "1 of 3 old tests fail on the schema" in notes[0]
