from datetime import UTC, datetime, timedelta, timezone

import pytest
from ledgers import Ledger, bank
from sqlalchemy import insert, literal, select, text, update
from sqlalchemy.exc import StatementError

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def stored(moment):
    bank.execute(update(Ledger).values(opened_at=moment))
    return bank.execute(select(Ledger.opened_at).limit(1)).scalar()


@pytest.mark.parametrize("moment", [NOON, NOON.replace(microsecond=1), NOON.replace(microsecond=120_000)])
def test_a_moment_comes_back_as_it_was(app, moment):
    with app.app_context():
        assert stored(moment) == moment


def test_a_moment_of_another_zone_comes_back_in_utc(app):
    with app.app_context():
        found = stored(NOON.astimezone(timezone(timedelta(hours=9))))

    assert (found, found.utcoffset()) == (NOON, timedelta(0))


def test_a_default_of_the_database_is_an_aware_moment_too(app):
    with app.app_context():
        assert bank.session.get(Ledger, 1).opened_at.utcoffset() == timedelta(0)


def test_a_naive_moment_is_refused(app):
    with app.app_context(), pytest.raises(StatementError, match="no time zone"):
        stored(NOON.replace(tzinfo=None))


def test_nothing_is_stored_as_nothing(app):
    with app.app_context():
        bank.execute(update(Ledger).values(touched_at=None))

        assert bank.execute(select(Ledger.touched_at).limit(1)).scalar() is None


def test_moments_are_ordered_and_found_by_time(app):
    moments = [NOON - timedelta(microseconds=1), NOON, NOON + timedelta(microseconds=1), NOON + timedelta(seconds=1)]

    with app.app_context():
        for index, moment in enumerate(reversed(moments)):
            bank.execute(insert(Ledger).values(name=f"at {index}", opened_at=moment))
        found = bank.execute(select(Ledger.opened_at).where(Ledger.name.like("at %")).order_by(Ledger.opened_at))

        assert found.scalars().all() == moments
        assert bank.execute(select(Ledger.name).where(Ledger.opened_at == NOON)).scalars().all() == ["at 2"]


def test_a_default_of_the_database_equals_the_same_moment_written_by_the_program(app):
    with app.app_context():
        opened_at = bank.execute(select(Ledger.opened_at).where(Ledger.id == 1)).scalar()

        assert bank.execute(select(Ledger.id).where(Ledger.id == 1, Ledger.opened_at == opened_at)).scalar() == 1
        assert bank.execute(select(Ledger.id).where(Ledger.id == 1, Ledger.opened_at >= opened_at)).scalar() == 1


def test_a_moment_can_be_written_into_sql(app):
    with app.app_context():
        bank.execute(update(Ledger).values(opened_at=NOON))
        query = select(Ledger.id).where(Ledger.opened_at == literal(NOON, Ledger.opened_at.type), Ledger.id == 1)
        sql = str(query.compile(bank.engine, compile_kwargs={"literal_binds": True}))

        assert bank.execute(text(sql)).scalar() == 1


def test_a_moment_that_something_else_wrote_is_understood(sqlite_app):
    with sqlite_app.app_context():
        bank.execute(text("UPDATE ledgers SET opened_at = '2026-05-04T14:00:00.000000+02:00'"))

        assert bank.execute(select(Ledger.opened_at).limit(1)).scalar() == NOON
