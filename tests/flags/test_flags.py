"""For whom a flag is on, and who has changed it."""

import logging
from datetime import timedelta
from threading import current_thread

import pytest
from flag_shop import by
from sqlalchemy import event

from beastmode.core.caller import Identity
from beastmode.core.errors import ConfigurationError, SettingsError
from beastmode.flags import Change, Flags, Rollout, behind
from beastmode.testing import Queries


def accounts(number):
    return [Identity("account", each) for each in range(number)]


def included(name, percentage, number=1000):
    rollout = Rollout(percentage)
    return {caller.id for caller in accounts(number) if rollout.includes(name, caller)}


def test_a_percentage_includes_about_that_many_and_always_the_same():
    """A larger percentage includes everyone of a smaller one, so nobody loses a feature while it is rolled out."""
    quarter, half = included("wishes", 25), included("wishes", 50)

    assert 200 < len(quarter) < 300
    assert quarter < half
    assert included("wishes", 25) == quarter
    assert included("wishes", 0) == set()
    assert len(included("wishes", 100)) == 1000


def test_each_flag_has_other_first_callers():
    """Otherwise the same people would try every unfinished feature."""
    assert included("wishes", 25) != included("reviews", 25)


def test_a_percentage_includes_nobody_who_is_not_logged_in():
    """An address is no person: it changes, and others share it."""
    visitor = Identity("address", "203.0.113.7")

    assert [Rollout(part).includes("wishes", visitor) for part in (0, 99, 100)] == [False, False, True]


def test_a_single_caller_may_be_in_or_out_whatever_the_percentage():
    """For the people who test a feature first, and those for whom it does not work."""
    rollout = Rollout(100, {"account:7": False})

    assert not rollout.includes("wishes", Identity("account", 7))
    assert rollout.includes("wishes", Identity("account", 8))
    assert Rollout(0, {"account:7": True}).includes("wishes", Identity("account", 7))


def test_the_database_has_precedence_over_the_setting_and_that_over_the_code(make_shop):
    """What someone sets with a command applies at once, without a deployment."""
    shop = make_shop(FLAGS="wishes=100%, reviews=off")

    with shop.app.app_context():
        before = dict(shop.flags.rollouts())
        shop.flags.set("wishes", 30)
        between = shop.flags.rollouts()["wishes"]
        shop.flags.reset("wishes")
        after = shop.flags.rollouts()["wishes"]

    assert before == {"wishes": Rollout(100), "reviews": Rollout(0)}
    assert (between, after) == (Rollout(30), Rollout(100))


def test_a_change_is_stored_with_who_made_it_and_when(shop_app, clock):
    """The history is the table itself, so it cannot differ from what applies."""
    flags = shop_app.flags

    with shop_app.app.app_context():
        flags.set("wishes", 10, by="cli:ada")
        clock.advance(minutes=5)
        flags.set_for(Identity("account", 7), shop_app.wishes, on=True, by="account:1")
        flags.reset("wishes", "account:7", by="account:1")
        changes = flags.changes("wishes")

    first = clock.now() - timedelta(minutes=5)
    assert list(changes) == [
        Change("wishes", "account:7", None, clock.now(), "account:1"),
        Change("wishes", "account:7", 100, clock.now(), "account:1"),
        Change("wishes", None, 10, first, "cli:ada"),
    ]


def test_a_change_that_is_rolled_back_changes_nothing(shop_app):
    """A flag is stored with the other changes of a transaction, or not at all."""
    with shop_app.app.app_context():
        shop_app.flags.set("wishes", 100)
        shop_app.database.session.rollback()

        assert shop_app.wishes.is_on()


def test_another_process_notices_a_change_within_the_time_that_is_set(make_shop, clock):
    """The staleness is bounded, and the request that finds the values outdated does not run the query itself."""
    one, other = make_shop(FLAGS_SECONDS=10), make_shop(FLAGS_SECONDS=10)
    assert other.client.get("/page").status_code == 404

    with one.app.app_context():
        one.flags.set("wishes", 100)
    clock.advance(seconds=9)
    early = other.client.get("/page").status_code
    clock.advance(seconds=11)
    late = other.client.get("/page").status_code

    assert (early, late) == (404, 200)


def test_no_request_runs_a_query_for_a_flag(shop_app, clock):
    """Flags are read by a thread, and only if what is known is older than FLAGS_SECONDS."""
    client, threads = shop_app.client, []
    with shop_app.app.app_context():
        shop_app.flags.set("wishes", 100)
        shop_app.flags.rollouts()
        event.listen(
            shop_app.database.reader, "before_cursor_execute", lambda *_: threads.append(current_thread().name)
        )
    assert client.get("/api/wishes", headers=by(1)).status_code == 200
    assert threads == []

    clock.advance(seconds=25)

    assert client.get("/api/wishes", headers=by(1)).status_code == 200
    assert threads == ["beastmode-flags"]


def test_tests_that_count_queries_do_not_count_those_of_flags(shop_app, clock):
    """When they are sent depends on the time."""
    shop_app.client.get("/page")
    clock.advance(seconds=25)

    with Queries(shop_app.app)() as sent:
        shop_app.client.get("/page")

    assert sent == []


def test_flags_keep_their_values_while_the_database_is_unavailable(shop_app, clock, caplog):
    """A flag is never worth a 500: the last known values apply, and the log says so once."""
    with shop_app.app.app_context():
        shop_app.flags.set("wishes", 100)
        shop_app.flags.rollouts()
        with shop_app.database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE flag_changes RENAME TO flag_changes_away")
    with caplog.at_level(logging.WARNING, "beastmode"):
        for _ in range(3):
            clock.advance(seconds=60)
            assert shop_app.client.get("/page").text == "wishes"

    assert [record.getMessage() for record in caplog.records] == [
        "Flags: the database cannot be read; the last known values apply"
    ]


@pytest.mark.parametrize(
    ("setting", "shown"),
    [("wishes", "wishes"), ("wishes=maybe", "wishes=maybe"), ("wishes=101%", "wishes=101%"), ("=on", "=on")],
)
def test_a_setting_that_makes_no_sense_is_refused_at_startup(make_shop, setting, shown):
    """The message names the setting, what was found and what is expected."""
    with pytest.raises(SettingsError) as caught:
        make_shop(FLAGS=setting)

    assert f"FLAGS is '{shown}'; expected comma-separated name=on, name=off or name=25%." in str(caught.value)


def test_a_setting_for_a_flag_that_does_not_exist_is_logged(make_shop, caplog):
    """It does not stop a release in which the flag was removed from the code first."""
    with caplog.at_level(logging.WARNING, "beastmode"):
        make_shop(FLAGS="wihses=on")

    assert "FLAGS names 'wihses', which no flag is called; declared flags: wishes, reviews" in caplog.text


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (
            lambda flags: flags.declare("new editor"),
            "flags.declare('new editor'): expected at most 100 letters, digits and characters of _.:- in a name.",
        ),
        (
            lambda flags: (flags.declare("new"), flags.declare("new")),
            "flags.declare('new'): this flag is declared already; choose another name.",
        ),
        (lambda _: behind("new"), "behind('new'): expected a flag, such as flags.declare('new') returns."),
    ],
)
def test_mistakes_in_declarations_are_refused(mistake, message):
    """Each message says what to write."""
    with pytest.raises(ConfigurationError) as caught:
        mistake(Flags())

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda flags: flags.set("wihses", 100), "There is no flag 'wihses'; declared flags: wishes, reviews."),
        (lambda flags: flags.set("wishes", 101), "flags.set(percentage=101): expected a number from 0 to 100."),
        (
            lambda flags: Flags().declare("other").is_on(),
            (
                "The flag 'other' is not one of this application; pass the Flags that declare it: "
                "Beastmode(app, flags=flags)."
            ),
        ),
        (
            lambda flags: Flags().changes(),
            "This application has other flags; pass these: Beastmode(app, flags=flags).",
        ),
    ],
)
def test_mistakes_in_changes_are_refused(shop_app, mistake, message):
    """Nothing is stored that no flag reads."""
    with shop_app.app.app_context(), pytest.raises(ConfigurationError) as caught:
        mistake(shop_app.flags)

    assert str(caught.value) == message
