from collections import defaultdict
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, current_app
from sqlalchemy import Column, ForeignKeyConstraint, Table, inspect
from sqlalchemy.orm import Mapper

from beastmode.accounts.desk import current_desk
from beastmode.core.errors import ConfigurationError
from beastmode.db import current_database, transaction
from beastmode.testing.examples import example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from beastmode.accounts import Accounts

Row = TypeVar("Row")


class Factory:
    """Creates rows for a test; each is committed, so that every connection sees it.

    A row is loaded in full, without its relationships, and can be used after its session is closed.

    Args:
        app: The Flask application.

    Attributes:
        password: The default password of accounts; valid under all PASSWORD_RULES.
    """

    password = "Correct-Horse-Battery-9"  # noqa: S105 - of people who exist while a test runs

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._numbers: defaultdict[type, Iterator[int]] = defaultdict(lambda: count(1))

    def __call__(self, model: type[Row], **values: Any) -> Row:
        """A new row. Required columns without a value get one of their type, the same in every run.

        If a foreign key needs a row to refer to, that row is created too. Text is "title 1", "title 2", ...; times
        begin with 2026.

        Args:
            model: The mapped class.
            values: Values of columns and relationships, by name.

        Raises:
            ValueError: A column needs a value that cannot be generated.
        """
        with self._context(), transaction():
            return self._make(model, values, ())

    def account(self, email: str | None = None, password: str | None = None, **values: Any) -> Any:
        """A new user who can log in.

        Args:
            email: The email address; by default "user1@example.com", ...
            password: The password; by default `factory.password`.
            values: Other columns and relationships of the project's User.

        Raises:
            ConfigurationError: The application has no accounts.
            Problem: 422 if the password is not valid.
        """
        accounts: Accounts | None = self.app.extensions.get("beastmode.accounts")
        if accounts is None:
            raise ConfigurationError(f"The application {self.app.name!r} has no accounts; pass accounts= to Beastmode.")
        with self._context(), transaction():
            if email is None:
                email = f"user{next(self._numbers[type(accounts)])}@example.com"
            if "name" in accounts.user.__table__.columns:
                values.setdefault("name", email.partition("@")[0])
            user = self._make(accounts.user, {"email": email, **values}, ())
            chosen = self.password if password is None else password
            # A test may use simple passwords.
            current_desk().registration.set_password(user.id, chosen, may_be_common=True)
            return user

    def _context(self) -> AbstractContextManager[object]:
        """The test's own app context if it has opened one, otherwise a temporary one."""
        is_open = bool(current_app) and current_app == self.app
        return nullcontext() if is_open else self.app.app_context()

    def _make(self, model: type[Row], given: dict[str, Any], wanted_by: tuple[type, ...]) -> Row:
        mapper = inspect(model)
        number = next(self._numbers[model])
        values = dict(given)
        missing = _missing_columns(mapper, given)
        for table in mapper.tables:
            for constraint in table.foreign_key_constraints if isinstance(table, Table) else ():
                if not missing.keys().isdisjoint(constraint.columns):
                    values |= self._parent(mapper, constraint, values, (*wanted_by, model))
        for column, name in missing.items():
            if name not in values:
                values[name] = example(column, name, number)
        return _stored(model(**values))

    def _parent(
        self, mapper: Mapper[Any], constraint: ForeignKeyConstraint, values: dict[str, Any], wanted_by: tuple[type, ...]
    ) -> dict[str, Any]:
        """The attributes of a foreign key, filled from a new row that it refers to; existing values are kept."""
        referred = _mapper_of(mapper, constraint)
        if referred.class_ in wanted_by:
            path = " -> ".join(model.__name__ for model in (*wanted_by, referred.class_))
            raise ValueError(
                f"{path}: each requires the other to exist first; create one yourself and pass it to the factory."
            )
        names = {
            mapper.get_property_by_column(key.parent).key: referred.get_property_by_column(key.column).key
            for key in constraint.elements
        }
        known = {theirs: values[ours] for ours, theirs in names.items() if ours in values}
        parent = self._make(referred.class_, known, wanted_by)
        return {ours: getattr(parent, theirs) for ours, theirs in names.items()}


def _missing_columns(mapper: Mapper[Any], given: dict[str, Any]) -> dict[Column[Any], str]:
    """The columns that need a value, have no default and were not set, with the names of their attributes."""
    related = (mapper.relationships[name].local_columns for name in given if name in mapper.relationships)
    filled = {mapper.polymorphic_on, mapper.version_id_col}.union(*related)
    missing = {}
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        # Two columns in one attribute: the ID of a joined subclass, which is set from its parent's.
        if not isinstance(column, Column) or len(attribute.columns) > 1 or column in filled:
            continue
        if attribute.key not in given and _must_be_given(column):
            missing[column] = attribute.key
    return missing


def _must_be_given(column: Column[Any]) -> bool:
    """Whether an INSERT without this column fails."""
    is_filled = column.default is not None or column.server_default is not None
    return not (column.nullable or is_filled or column is column.table.autoincrement_column)


def _mapper_of(mapper: Mapper[Any], constraint: ForeignKeyConstraint) -> Mapper[Any]:
    """The mapper of the table that a foreign key refers to."""
    for other in mapper.registry.mappers:
        if other.local_table is constraint.referred_table:
            return other
    name, table = mapper.class_.__name__, constraint.referred_table.name
    raise ValueError(
        f"{name} refers to the table {table!r}, which has no mapped class; create its row yourself and pass the key."
    )


def _stored(row: Row) -> Row:
    """A row after its INSERT, with everything that the database filled in."""
    session = current_database().session
    session.add(row)
    session.flush()
    state = inspect(row)
    if unread := state.unloaded.intersection(state.mapper.column_attrs.keys()):
        session.refresh(row, unread)
    return row
