"""Sessions that end for good, and how soon access tokens notice."""

from threading import Thread

import pytest
from marshmallow import fields
from sqlalchemy import create_engine, delete, event, select, text, update

from beastmode.accounts.models import Credential, Session
from beastmode.api import Schema
from beastmode.query import loading
from beastmode.testing.queries import Queries

ADA = {"email": "ada@example.com", "password": "correct horse battery"}
WRITE, READ = ("POST", "/api/auth/logout"), ("GET", "/api/auth/me")


def log_in(client):
    return client.post("/api/auth/login", json=ADA).json["data"]


def call(client, request, grant):
    method, path = request
    return client.open(path, method=method, headers={"Authorization": f"Bearer {grant['token']}"}).status_code


def refresh(client, grant):
    return client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]}).status_code


@pytest.fixture
def grant(client, ada, clock):
    return log_in(client)


@pytest.fixture
def people(database, user, ada):
    return database, user, ada


def by_entity(database, user, ada, active):
    ada.is_active = active
    database.session.commit()


def by_entity_with_sql(database, user, ada, active):
    ada.is_active = select(text("TRUE" if active else "FALSE")).scalar_subquery()
    database.session.commit()


class Activity(Schema):
    is_active = fields.Boolean()


def by_loading(database, user, ada, active):
    loading(Activity, user).update(ada.id, {"is_active": active})


def by_bulk_update(database, user, ada, active):
    database.session.execute(update(user).values(is_active=active))
    database.session.commit()


def by_bulk_update_with_params(database, user, ada, active):
    database.session.execute(update(user), [{"id": ada.id, "is_active": active}])
    database.session.commit()


def by_query(database, user, ada, active):
    database.session.query(user).filter_by(id=ada.id).update({"is_active": active})
    database.session.commit()


def by_table(database, user, ada, active):
    database.execute(update(user.__table__).where(user.__table__.c.id == ada.id), {"is_active": active})


def by_statement(database, user, ada, active):
    database.execute(update(user).where(user.id == ada.id).values(is_active=active))


def by_text(database, user, ada, active):
    database.execute(text("UPDATE users SET is_active = :active").bindparams(active=active))


def by_text_in_session(database, user, ada, active):
    database.session.execute(text("update users set\n is_active = :active"), {"active": active})
    database.session.commit()


@pytest.mark.parametrize(
    "activate",
    [
        *(by_loading, by_entity, by_entity_with_sql, by_bulk_update, by_bulk_update_with_params, by_query),
        *(by_table, by_statement, by_text, by_text_in_session),
    ],
)
def test_who_is_active_again_has_to_log_in_again(client, grant, people, activate):
    activate(*people, False)
    activate(*people, True)

    assert call(client, READ, grant) == call(client, WRITE, grant) == refresh(client, grant) == 401
    assert call(client, READ, log_in(client)) == 200


@pytest.fixture
def other(url):
    """Another program's way to the database."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("use", [WRITE, READ, "refresh"])
def test_whom_another_program_deactivated_stays_out_once_a_session_was_used(client, grant, other, clock, use):
    with other.begin() as connection:
        connection.execute(text("UPDATE users SET is_active = :active"), {"active": False})
    clock.advance(seconds=15)
    assert (refresh(client, grant) if use == "refresh" else call(client, use, grant)) == 401

    with other.begin() as connection:
        connection.execute(text("UPDATE users SET is_active = :active"), {"active": True})

    assert call(client, READ, grant) == call(client, WRITE, grant) == refresh(client, grant) == 401


@pytest.mark.parametrize("deactivate", [by_entity, by_bulk_update, by_text_in_session], ids=lambda each: each.__name__)
def test_a_session_that_holds_until_the_commit_is_checked_again_after_it(app, desk, grant, people, deactivate):
    """Another request of the process may see the session while its user is being deactivated; that is not believed."""
    database, _, ada = people
    session_id = database.session.scalar(select(Session.id))
    held = []

    def look():
        with app.app_context():
            held.append(desk.sign_in.sessions.holds(session_id, ada.id, is_read=True))

    def look_elsewhere(*_):
        other = Thread(target=look)
        other.start()
        other.join()

    event.listen(database.session, "after_flush" if deactivate is by_entity else "before_commit", look_elsewhere)
    deactivate(*people, False)
    look()

    assert held == [True, False]


def test_what_does_not_touch_is_active_ends_nothing(client, grant, database, user, ada):
    ada.name = "Ada Lovelace"
    database.session.commit()
    database.execute(update(user).values(name="Ada"))
    ada.is_active = True
    database.session.commit()

    assert call(client, READ, grant) == 200
    assert refresh(client, grant) == 200


def test_deactivating_one_leaves_the_sessions_of_others(client, grant, desk, database, user):
    eve = desk.registration.create("eve@example.com", "battery horse correct")

    database.execute(update(user).where(user.id == eve.id).values(is_active=False))

    assert call(client, WRITE, grant) == 200


def test_a_deactivation_that_is_rolled_back_ends_nothing(client, grant, database, ada):
    ada.is_active = False
    database.session.flush()
    database.session.rollback()

    assert call(client, WRITE, grant) == 200


def test_a_log_out_ends_the_access_token_in_the_same_process_at_once(client, grant):
    assert call(client, WRITE, grant) == 200

    assert call(client, READ, grant) == call(client, WRITE, grant) == 401


def test_a_reuse_ends_the_access_tokens_too(client, grant, clock):
    refresh(client, grant)
    clock.advance(seconds=11)
    refresh(client, grant)

    assert call(client, READ, grant) == call(client, WRITE, grant) == 401


@pytest.fixture
def elsewhere(make_client, grant):
    """Another process of the same project, which has seen the session hold."""
    client = make_client(jwt_audience="beastmode", session_check_seconds=15)
    assert call(client, READ, grant) == 200
    return client


def test_another_process_reads_for_as_long_as_the_setting_says_and_writes_no_more(client, elsewhere, grant, clock):
    call(client, WRITE, grant)
    clock.advance(seconds=14)
    assert call(elsewhere, READ, grant) == 200

    clock.advance(seconds=1)

    assert call(elsewhere, READ, grant) == 401


def test_another_process_refuses_to_write_at_once_and_then_to_read(client, elsewhere, grant):
    call(client, WRITE, grant)

    assert call(elsewhere, WRITE, grant) == 401
    assert call(elsewhere, READ, grant) == 401


def test_every_read_looks_where_the_setting_is_0(client, make_client, grant):
    strict = make_client(session_check_seconds=0)
    assert call(strict, READ, grant) == 200
    call(client, WRITE, grant)

    assert call(strict, READ, grant) == 401


def test_a_deleted_user_writes_nothing_more_and_reads_no_longer_than_the_setting_says(
    client, grant, database, user, clock
):
    database.execute(delete(user))
    assert call(client, WRITE, grant) == refresh(client, grant) == 401
    clock.advance(seconds=15)

    assert call(client, READ, grant) == 401


def test_a_token_older_than_the_account_it_names_is_refused(client, grant, people, clock):
    """As where rows were deleted without foreign keys, and the id was given to somebody else."""
    database, user, ada = people
    session = database.execute(select(Session.__table__)).mappings().one()
    newer = {"id": ada.id, "email": "eve@example.com", "name": "Eve"}
    database.execute(delete(user))
    clock.advance(seconds=1)
    with database.engine.begin() as connection:
        connection.execute(user.__table__.insert().values(created_at=clock.now(), **newer))
        connection.execute(Session.__table__.insert().values(**session))

    assert call(client, WRITE, grant) == refresh(client, grant) == 401
    clock.advance(seconds=15)
    assert call(client, READ, grant) == 401


def test_a_session_is_not_trusted_for_anybody_else(client, desk, grant, database):
    eve = desk.registration.create("eve@example.com", "battery horse correct")
    session_id = database.execute(select(Session.id)).scalar_one()

    mixed = {"token": desk.sign_in.tokens.issue(eve.id, session_id)}

    assert call(client, READ, mixed) == call(client, WRITE, mixed) == 401


def test_a_database_whose_clock_is_ahead_keeps_nobody_out(client, desk, ada, clock):
    clock.advance(minutes=-1)

    grant = log_in(client)

    assert call(client, WRITE, grant) == 200


def test_a_new_password_ends_what_a_snapshot_could_not_see(client, grant, database, ada, clock):
    """A session that was opened after the snapshot began is not revoked; that it is older than the password is seen."""
    clock.advance(seconds=1)
    database.execute(update(Credential).values(changed_at=clock.now()))

    assert call(client, WRITE, grant) == refresh(client, grant) == 401


@pytest.fixture
def sent(app):
    """Everything that is sent to the database."""
    seen = []
    engines = app.extensions["beastmode.database"].engines

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    for engine in (engines.reader, engines.writer):
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in (engines.reader, engines.writer):
        event.remove(engine, "before_cursor_execute", note)


def test_looking_costs_one_query_to_write_and_none_to_read(client, grant, sent, clock):
    call(client, READ, grant)
    assert [statement for statement in sent if "sessions" in statement] == []

    call(client, WRITE, grant)

    looked = [statement for statement in sent if "sessions" in statement and statement.startswith("SELECT")]
    assert len(looked) == 1


def test_who_counts_queries_does_not_count_the_look(app, client, grant):
    with Queries(app)() as seen:
        call(client, WRITE, grant)

    assert [statement.split()[0] for statement in seen] == ["UPDATE"]


def test_who_is_refused_costs_no_write(client, grant, sent):
    call(client, WRITE, grant)
    sent.clear()

    call(client, WRITE, grant)
    call(client, READ, grant)

    assert {statement.split()[0] for statement in sent} == {"SELECT"}
