from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Barrier, Thread

import pytest
from sqlalchemy import event, func, insert, select, update

from beastmode.core.addresses import network_of
from beastmode.core.errors import Problem
from beastmode.db import transaction
from beastmode.limits.attempts import Attempts
from beastmode.limits.models import LoginAttempt

ADA = "ada@example.com"
HOME = "203.0.113.7"
HOMES = ["203.0.113.1", "203.0.113.2", "203.0.113.3"]


def never(_email, _network):
    """Whether an account has logged in from a network before."""
    return False


def try_once(attempts, action="login", email=ADA, address=HOME, has_logged_in=never):
    """Seconds to wait; 0 for none."""
    try:
        attempts.count(action, email, address, has_logged_in)
    except Problem as problem:
        return int(problem.headers["Retry-After"]) if problem.code == 429 else problem.code
    return 0


def test_so_many_attempts_for_an_address_are_let_through_and_no_more(attempts, clock):
    assert [try_once(attempts) for _ in range(5)] == [0, 0, 0, 60, 60]


def test_the_seconds_to_wait_are_those_that_are_left(attempts, clock):
    for _ in range(3):
        try_once(attempts)

    clock.advance(seconds=50, milliseconds=500)
    assert try_once(attempts) == 10
    clock.advance(seconds=9, milliseconds=400)
    assert try_once(attempts) == 1


def test_a_refused_attempt_has_the_headers_of_every_limit(attempts, clock):
    """`Retry-After`, and the fields of the IETF draft; which of the limits was reached is not told."""
    for _ in range(3):
        try_once(attempts)
    clock.advance(seconds=20)

    with pytest.raises(Problem) as refused:
        attempts.count("login", ADA, HOME, never)

    assert refused.value.headers == {
        "Retry-After": "40",
        "RateLimit-Policy": '"attempts";q=3;w=60',
        "RateLimit": '"attempts";r=0;t=40',
    }


def test_a_spent_minute_begins_anew_when_it_is_over(attempts, clock):
    for _ in range(4):
        try_once(attempts)

    clock.advance(seconds=60)

    assert [try_once(attempts) for _ in range(4)] == [0, 0, 0, 60]


def test_a_stranger_who_guesses_does_not_keep_the_owner_out(attempts, clock):
    for _ in range(9):
        try_once(attempts, address="198.51.100.1")

    assert try_once(attempts, address="198.51.100.1") == 60
    assert try_once(attempts, address=HOME) == 0


def test_an_email_address_has_a_limit_for_all_networks_together(attempts, clock):
    waits = [try_once(attempts, address=f"203.0.113.{number}") for number in range(32)]

    assert waits == [0] * 30 + [60] * 2
    assert try_once(attempts, address="203.0.113.99", email="eve@example.com") == 0


def test_who_has_logged_in_from_a_network_before_is_exempt_from_the_limit_of_all_networks(attempts, clock):
    """Guesses from many networks do not keep the owner out; the limit of one network stays."""
    for number in range(40):
        try_once(attempts, address=f"198.51.100.{number}")

    known = [try_once(attempts, has_logged_in=lambda email, network: (email, network) == (ADA, HOME)) for _ in range(4)]

    assert known == [0, 0, 0, 60]
    assert try_once(attempts, address="198.51.100.99") == 60


def test_where_somebody_has_logged_in_is_asked_only_when_that_matters(attempts, clock):
    """An ordinary attempt costs no query for it."""
    asked = []
    for number in range(31):
        try_once(attempts, address=f"198.51.100.{number}", has_logged_in=lambda *who: asked.append(who))

    assert asked == [(ADA, "198.51.100.30")]


def test_a_refused_attempt_writes_nothing(attempts, clock, database):
    for _ in range(3):
        try_once(attempts)
    rows = select(LoginAttempt.__table__).order_by(LoginAttempt.key)
    before = database.execute(rows).all()
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement.split()[0])

    event.listen(database.engine, "before_cursor_execute", note)
    for _ in range(5):
        assert try_once(attempts) == 60
    event.remove(database.engine, "before_cursor_execute", note)

    assert sent == []
    assert database.execute(rows).all() == before


def test_each_email_address_has_a_count_of_its_own(attempts, clock):
    for _ in range(3):
        try_once(attempts)

    assert try_once(attempts, email="eve@example.com") == 0


def test_registering_and_logging_in_are_counted_apart_for_an_email_address(attempts, clock):
    for _ in range(3):
        try_once(attempts)

    assert try_once(attempts, action="register") == 0


def test_all_that_comes_from_one_ip_address_is_counted_together(attempts, clock):
    for number in range(5):
        try_once(attempts, action=("login", "register")[number % 2], email=f"{number}@example.com")

    assert try_once(attempts, email="6@example.com") == 60
    assert try_once(attempts, action="register", email="7@example.com") == 60
    assert try_once(attempts, email="6@example.com", address="198.51.100.1") == 0


def test_who_is_refused_by_ip_address_does_not_spend_somebody_elses_attempts(attempts, clock):
    for number in range(5):
        try_once(attempts, email=f"{number}@example.com")
    for _ in range(10):
        try_once(attempts, email=ADA)

    assert try_once(attempts, email=ADA, address="198.51.100.1") == 0


def test_no_address_is_kept_in_clear(attempts, clock, database):
    try_once(attempts)

    keys = database.execute(select(LoginAttempt.key)).scalars().all()
    assert len(keys) == 3
    assert not [key for key in keys if ADA in key]


def test_an_attempt_stays_counted_when_the_request_rolls_back(attempts, clock, backend):
    if backend == "sqlite":
        pytest.skip("SQLite has one writer: an attempt within a transaction would wait for that very transaction")

    @transaction
    def try_and_fail():
        try_once(attempts)
        raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            try_and_fail()

    assert try_once(attempts) == 60


@pytest.mark.parametrize(("addresses", "let_through"), [(["203.0.113.1"], 3), (HOMES, 9)])
def test_of_many_at_once_exactly_so_many_are_let_through(app, counts, clock, addresses, let_through):
    attempts = Attempts(counts, per_email=3, per_address=100)
    waits = []
    together = Barrier(12)

    def attempt(number):
        with app.app_context():
            together.wait()
            waits.append(try_once(attempts, address=addresses[number % len(addresses)]))

    threads = [Thread(target=attempt, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(waits) == [0] * let_through + [60] * (12 - let_through)


def test_purging_deletes_what_is_over_and_keeps_what_counts(attempts, clock, database):
    try_once(attempts)
    database.execute(
        update(LoginAttempt)
        .where(LoginAttempt.key.like("address%"))
        .values(resets_at=clock.now() - timedelta(seconds=1))
    )

    attempts.counts.purge()

    kept = database.execute(select(LoginAttempt.key)).scalars()
    assert sorted(key.partition(":")[0] for key in kept) == ["everywhere", "login"]


def test_one_purge_deletes_a_thousand_at_most(attempts, clock, database):
    over = {"count": 1, "resets_at": clock.now()}
    database.execute(insert(LoginAttempt), [{"key": f"address:{number}", **over} for number in range(1001)])

    attempts.counts.purge()

    assert database.execute(select(func.count()).select_from(LoginAttempt)).scalar() == 1


def test_what_is_over_is_purged_now_and_then(counts, database, clock):
    attempts = Attempts(replace(counts, _added=count(100)), per_email=3, per_address=5)
    database.execute(insert(LoginAttempt).values(key="address:old", count=1, resets_at=clock.now()))

    try_once(attempts)

    assert "address:old" not in database.execute(select(LoginAttempt.key)).scalars().all()


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("203.0.113.7:40000", "203.0.113.7"),
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"),
        ("[::ffff:203.0.113.7]", "203.0.113.7"),
        ("unknown", "unknown"),
        ("", ""),
        ("x" * 500, "x" * 45),
    ],
)
def test_an_ip_address_stands_for_one_customer(address, counted_as):
    assert network_of(address) == counted_as
