import logging
from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, insert, select, update

from beastmode.accounts.models import Session
from beastmode.accounts.sessions.sessions import Sessions
from beastmode.accounts.tokens.refresh import RefreshTokens, fingerprint
from beastmode.core.errors import Problem

GRACE = 10


@pytest.fixture
def sessions(desk):
    return desk.sign_in.sessions


@pytest.fixture
def granted(sessions, ada, clock):
    return sessions.open(ada.id, user_agent="curl/8", address="203.0.113.7")


def row_of(database, granted):
    return database.execute(select(Session.__table__).where(Session.id == granted.session_id)).one()


def is_refused(sessions, token):
    with pytest.raises(Problem) as caught:
        sessions.rotate(token)
    return caught.value.code == 401 and caught.value.description == "The refresh token is invalid"


def test_a_new_session_keeps_no_token_in_clear(granted, database, clock, ada):
    row = row_of(database, granted)

    assert (row.user_id, row.generation, row.user_agent, row.address) == (ada.id, 0, "curl/8", "203.0.113.7")
    assert row.created_at == row.rotated_at == clock.now()
    assert row.expires_at == clock.now() + timedelta(days=30)
    assert row.revoked_at is None
    assert row.token_hash == fingerprint(granted.refresh_token)
    assert granted.refresh_token not in str(row)


def test_no_two_sessions_are_alike(sessions, ada):
    several = {sessions.open(ada.id, user_agent="", address="").session_id for _ in range(20)}

    assert len(several) == 20


def test_what_a_client_says_of_itself_is_cut_to_what_fits(sessions, ada, database):
    granted = sessions.open(ada.id, user_agent="x\0y" * 500, address="z" * 500)

    row = row_of(database, granted)
    assert (len(row.user_agent), len(row.address)) == (255, 45)


def test_a_rotation_gives_the_next_token_of_the_same_session(sessions, granted, clock, database):
    clock.advance(days=29)

    after = sessions.rotate(granted.refresh_token)

    assert after.session_id == granted.session_id
    assert after.user_id == granted.user_id
    assert after.refresh_token != granted.refresh_token
    row = row_of(database, granted)
    assert (row.generation, row.rotated_at) == (1, clock.now())
    assert row.expires_at == clock.now() + timedelta(days=30)


def test_a_session_lives_as_long_as_it_is_refreshed(sessions, granted, clock):
    token = granted.refresh_token
    for _ in range(5):
        clock.advance(days=29)
        token = sessions.rotate(token).refresh_token

    clock.advance(days=30)

    assert is_refused(sessions, token)


def test_a_session_ends_after_its_longest_time_however_often_it_is_refreshed(make_desk, ada, clock):
    sessions = make_desk(session_expires_days=60).sign_in.sessions
    granted = sessions.open(ada.id, user_agent="", address="")
    clock.advance(days=29)
    granted = sessions.rotate(granted.refresh_token)
    clock.advance(days=29)
    granted = sessions.rotate(granted.refresh_token)
    assert sessions.holds(granted.session_id, ada.id, is_read=False)

    clock.advance(days=2)

    assert is_refused(sessions, granted.refresh_token)
    assert not sessions.holds(granted.session_id, ada.id, is_read=False)


def test_a_session_has_no_longest_time_where_the_setting_is_0(make_desk, ada, clock):
    sessions = make_desk(session_expires_days=0).sign_in.sessions
    granted = sessions.open(ada.id, user_agent="", address="")
    for _ in range(100):
        clock.advance(days=29)
        granted = sessions.rotate(granted.refresh_token)

    assert sessions.holds(granted.session_id, ada.id, is_read=False)


def test_within_the_grace_the_same_successor_is_given_and_nothing_changes(sessions, granted, clock, database):
    first = sessions.rotate(granted.refresh_token)
    before = row_of(database, granted)

    clock.advance(seconds=GRACE - 1)
    again = sessions.rotate(granted.refresh_token)

    assert again == first
    assert row_of(database, granted) == before
    assert sessions.rotate(first.refresh_token).refresh_token != first.refresh_token


def test_a_reuse_after_the_grace_ends_the_session_for_everybody(sessions, granted, clock, database, caplog):
    first = sessions.rotate(granted.refresh_token)
    clock.advance(seconds=GRACE)

    with caplog.at_level(logging.WARNING, "beastmode.accounts"):
        assert is_refused(sessions, granted.refresh_token)

    assert row_of(database, granted).revoked_at == clock.now()
    assert is_refused(sessions, first.refresh_token)
    assert "used twice" in caplog.text
    assert granted.session_id not in caplog.text


def test_a_token_two_rotations_old_ends_the_session_even_within_the_grace(sessions, granted, clock):
    first = sessions.rotate(granted.refresh_token)
    second = sessions.rotate(first.refresh_token)

    assert is_refused(sessions, granted.refresh_token)

    assert is_refused(sessions, second.refresh_token)


def test_another_session_of_the_same_user_outlives_a_reuse(sessions, granted, clock, ada):
    other = sessions.open(ada.id, user_agent="", address="")
    sessions.rotate(granted.refresh_token)
    clock.advance(minutes=1)

    assert is_refused(sessions, granted.refresh_token)

    assert sessions.rotate(other.refresh_token).session_id == other.session_id


def test_a_reuse_in_a_session_that_is_over_changes_nothing(sessions, granted, clock, database):
    sessions.rotate(granted.refresh_token)
    clock.advance(days=31)
    before = row_of(database, granted)

    assert is_refused(sessions, granted.refresh_token)

    assert row_of(database, granted) == before


def test_without_grace_a_token_is_good_once(desk, granted, clock):
    old = desk.sign_in.sessions
    strict = Sessions(old.database, old.user, old.refresh_tokens, old.lifetime, timedelta(0))
    strict.rotate(granted.refresh_token)

    assert is_refused(strict, granted.refresh_token)


def test_an_expired_session_cannot_be_refreshed(sessions, granted, clock):
    clock.advance(days=30)

    assert is_refused(sessions, granted.refresh_token)


def test_a_revoked_session_cannot_be_refreshed_not_even_within_the_grace(sessions, granted, clock):
    after = sessions.rotate(granted.refresh_token)

    sessions.revoke(granted.session_id, granted.user_id)

    assert is_refused(sessions, after.refresh_token)
    assert is_refused(sessions, granted.refresh_token)


def test_only_the_owner_can_revoke_a_session(sessions, granted):
    sessions.revoke(granted.session_id, granted.user_id + 1)

    assert sessions.rotate(granted.refresh_token).session_id == granted.session_id


def test_a_session_is_revoked_once(sessions, granted, clock, database):
    sessions.revoke(granted.session_id, granted.user_id)
    first = row_of(database, granted)
    clock.advance(minutes=1)

    sessions.revoke(granted.session_id, granted.user_id)

    assert row_of(database, granted) == first


def test_a_user_who_is_not_active_gets_no_successor_within_the_grace(sessions, granted, clock, database, user):
    sessions.rotate(granted.refresh_token)
    database.execute(update(user).values(is_active=False))

    assert is_refused(sessions, granted.refresh_token)


def test_a_deleted_user_takes_their_sessions_along(sessions, granted, database, ada, user):
    with database.engine.begin() as connection:
        connection.execute(user.__table__.delete().where(user.__table__.c.id == ada.id))

    assert database.execute(select(func.count()).select_from(Session)).scalar() == 0
    assert is_refused(sessions, granted.refresh_token)


def test_a_genuine_token_of_a_session_that_is_gone_is_refused(sessions):
    assert is_refused(sessions, sessions.refresh_tokens.make("s" * 22, 0))


def test_a_forged_token_is_refused_and_ends_nothing(sessions, granted):
    forged = RefreshTokens((b"guess",)).make(granted.session_id, 0)

    assert is_refused(sessions, forged)

    assert sessions.rotate(granted.refresh_token).session_id == granted.session_id


def test_a_session_survives_the_replacement_of_the_secret(desk, granted, clock):
    old = desk.sign_in.sessions
    keys = RefreshTokens((b"new", *old.refresh_tokens.keys))
    renewed = Sessions(old.database, old.user, keys, old.lifetime, old.grace)

    after = renewed.rotate(granted.refresh_token)

    assert after.refresh_token == keys.make(granted.session_id, 1)
    assert renewed.rotate(granted.refresh_token) == after


def test_a_successor_made_before_the_secret_was_replaced_is_given_again(desk, granted, clock):
    old = desk.sign_in.sessions
    first = old.rotate(granted.refresh_token)
    keys = RefreshTokens((b"new", *old.refresh_tokens.keys))

    assert Sessions(old.database, old.user, keys, old.lifetime, old.grace).rotate(granted.refresh_token) == first


def test_purging_deletes_sessions_that_expired(sessions, granted, clock, database, ada):
    clock.advance(days=15)
    kept = sessions.open(ada.id, user_agent="", address="")
    clock.advance(days=15)

    sessions.purge()

    assert database.execute(select(Session.id)).scalars().all() == [kept.session_id]


def test_one_purge_deletes_a_thousand_sessions_at_most(sessions, clock, database, ada):
    row = {"user_id": ada.id, "generation": 0, "token_hash": "", "user_agent": "", "address": ""}
    row |= dict.fromkeys(("created_at", "rotated_at", "expires_at"), clock.now())
    database.execute(insert(Session), [{"id": str(number), **row} for number in range(1001)])

    sessions.purge()

    assert database.execute(select(func.count()).select_from(Session)).scalar() == 1


def test_expired_sessions_are_purged_now_and_then(sessions, granted, clock, database, ada):
    clock.advance(days=31)

    replace(sessions, _opened=count(100)).open(ada.id, user_agent="", address="")

    assert granted.session_id not in database.execute(select(Session.id)).scalars().all()


def test_many_refreshes_at_once_rotate_once_and_get_one_successor(app, sessions, granted, database, clock):
    together = Barrier(6)
    successors = []

    def refresh():
        with app.app_context():
            together.wait()
            successors.append(sessions.rotate(granted.refresh_token).refresh_token)

    threads = [Thread(target=refresh) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(successors) == 6
    assert len(set(successors)) == 1
    assert row_of(database, granted).generation == 1
