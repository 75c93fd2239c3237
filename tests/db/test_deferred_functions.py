"""A function whose work begins when it has returned would write nothing: it is refused when it is decorated."""

import functools
import inspect

import pytest
from ledgers import Ledger, bank
from sqlalchemy import select

from beastmode.core.errors import ConfigurationError
from beastmode.db import transaction


async def write_later():
    bank.session.add(Ledger(name="later"))


def write_bit_by_bit():
    bank.session.add(Ledger(name="bit by bit"))
    yield


async def write_both():
    bank.session.add(Ledger(name="both"))
    yield


class Later:
    async def __call__(self):
        bank.session.add(Ledger(name="object"))

    async def method(self):
        bank.session.add(Ledger(name="method"))

    @staticmethod
    async def static():
        bank.session.add(Ledger(name="static"))

    @classmethod
    async def of_class(cls):
        bank.session.add(Ledger(name="class"))


DEFERRED = {
    "async def": write_later,
    "generator": write_bit_by_bit,
    "async generator": write_both,
    "partial": functools.partial(write_later),
    "partial of a partial": functools.partial(functools.partial(write_bit_by_bit)),
    "object": Later(),
    "partial of an object": functools.partial(Later()),
    "method": Later().method,
    "staticmethod": inspect.getattr_static(Later, "static"),
    "classmethod": Later.of_class,
}


@pytest.mark.parametrize("name", DEFERRED)
@pytest.mark.parametrize("decorator", [transaction, transaction(retries=0), transaction(read_only=True)])
def test_it_is_refused_with_what_to_write(name, decorator):
    with pytest.raises(ConfigurationError, match=r"(?s)async def|generator.*with transaction\(\):"):
        decorator(DEFERRED[name])


def test_what_is_no_function_is_refused():
    with pytest.raises(ConfigurationError, match="found 'SERIALIZABLE'"):
        transaction("SERIALIZABLE")


def wrapped(function):
    @functools.wraps(function)
    def call(*args):
        return function(*args)

    return call


@pytest.mark.parametrize("function", [write_later, write_bit_by_bit, write_both])
def test_one_that_another_decorator_hides_is_found_out_and_rolled_back(app, function):
    @transaction
    def write():
        bank.session.add(Ledger(name="garden"))
        return wrapped(function)()

    with app.app_context():
        with pytest.raises(TypeError, match="runs after the commit"):
            write()

        assert "garden" not in bank.execute(select(Ledger.name)).scalars().all()


def test_an_ordinary_function_however_it_is_called_is_taken(app):
    class Now:
        def __call__(self):
            bank.session.get(Ledger, 1).balance = 1

    with app.app_context():
        transaction(functools.partial(Now().__call__))()
        transaction(Now())()

        assert bank.execute(select(Ledger.balance).where(Ledger.id == 1)).scalar() == 1
