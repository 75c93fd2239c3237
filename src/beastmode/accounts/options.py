"""What a project chooses about its accounts."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema
from sqlalchemy import Table, UniqueConstraint

from beastmode.accounts.hooks import Hooks
from beastmode.core.errors import ConfigurationError

_OURS = ("email", "password")


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What a project chooses about its accounts.

    Attributes:
        log_in_with: The column of the user that is the login: `email`, or another unique one.
        registration: A schema of further fields of a registration; None for none.
        log_in_fields: A schema of further fields of the user in the response to a login; None for none.
        routes: The names of the routes that exist; None for all.
        hooks: What the project adds to the export and the deletion of an account.
    """

    log_in_with: str = "email"
    registration: type[Schema] | None = None
    log_in_fields: type[Schema] | None = None
    routes: frozenset[str] | None = None
    hooks: Hooks = field(default_factory=Hooks)


def options_of(
    user: Any, log_in_with: str, registration: Any, log_in_fields: Any, routes: Collection[str] | None
) -> Options:
    """The options of a project, checked.

    Args:
        user: The project's User model.
        log_in_with: The column of the login.
        registration: A schema, class or instance, or None.
        log_in_fields: Likewise.
        routes: Names of routes, or None.

    Raises:
        ConfigurationError: They do not fit the model.
    """
    where = f"Accounts({user.__name__}"
    # Models with the columns of the mixin alone are as old as this check, and their addresses are compared anyway.
    if log_in_with != "email" and not _is_unique(user.__table__, log_in_with):
        raise ConfigurationError(
            f"{where}, log_in_with={log_in_with!r}): expected a unique column of {user.__name__}, such as "
            "mapped_column(String(40), unique=True)."
        )
    if isinstance(routes, str):
        raise ConfigurationError(f'{where}, routes={routes!r}): expected a list of names, such as ["login", "me"].')
    further = _schema_class(where, "registration", registration)
    if further is not None:
        _refuse_foreign_fields(where, user, further)
    return Options(
        log_in_with=log_in_with,
        registration=further,
        log_in_fields=_schema_class(where, "log_in_fields", log_in_fields),
        routes=None if routes is None else frozenset(routes),
    )


def _is_unique(table: Table, name: str) -> bool:
    """Whether the table has this column, and no value of it twice, however that is declared."""
    column = table.columns.get(name)
    if column is None:
        return False
    constraints = (each for each in table.constraints if isinstance(each, UniqueConstraint))
    keys = [list(table.primary_key.columns), *(list(each.columns) for each in constraints)]
    keys += [list(each.columns) for each in table.indexes if each.unique]
    return bool(column.unique) or [column] in keys


def _schema_class(where: str, name: str, given: Any) -> type[Schema] | None:
    if given is None:
        return None
    kind = given if isinstance(given, type) else type(given)
    if not issubclass(kind, Schema):
        raise ConfigurationError(f"{where}, {name}=...): expected a Schema; found {given!r}.")
    return kind


def _refuse_foreign_fields(where: str, user: Any, further: type[Schema]) -> None:
    """Refuse fields that a registration has anyway, and those that the model could not store."""
    loaded = {field.attribute or name: name for name, field in further().load_fields.items()}
    if ours := sorted(set(loaded) & set(_OURS)):
        raise ConfigurationError(
            f"{where}, registration={further.__name__}): leave out {', '.join(ours)}, which every registration has."
        )
    if foreign := sorted(name for attribute, name in loaded.items() if not hasattr(user, attribute)):
        raise ConfigurationError(
            f"{where}, registration={further.__name__}): {user.__name__} has no {', '.join(foreign)}; add the columns, "
            "or write a route of your own with accounts.create_user()."
        )


def words_of(column: str) -> str:
    """A column that users log in with, in messages: "email address", or its name.

    Args:
        column: Its name.
    """
    return "email address" if column == "email" else column.replace("_", " ")
