"""The step of a route that heeds `Idempotency-Key`."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from beastmode.api.problems import problem_for
from beastmode.core.addresses import network_of
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.events import after_commit
from beastmode.core.identity import current_identity
from beastmode.core.secret_responses import SecretResponses
from beastmode.core.settings import settings_of
from beastmode.core.steps import Call, Declared, Proceed, Step, declarations_for
from beastmode.core.streamed_bodies import StreamedBody
from beastmode.db.held import held_commits, one_transaction
from beastmode.db.routed_session import RoutedSession
from beastmode.db.session import has_database, installed_in
from beastmode.db.transactions import Isolation
from beastmode.idempotency.declaration import Idempotent
from beastmode.idempotency.keys import HEADER, fingerprint_of, identity_of, key_of
from beastmode.idempotency.ledger import Found, Ledger, RepeatedError, in_flight
from beastmode.idempotency.responses import StoredResponse, is_final, kept_refusal, kept_response
from beastmode.idempotency.settings import IdempotencySettings

_METHODS = {"POST", "PATCH"}
"""PUT and DELETE are idempotent by themselves (RFC 9110, section 9.2.2)."""
_EXTENSION = "beastmode.idempotency"


class _NotKeptError(Exception):
    """A response that is not stored, so that its changes are rolled back.

    Args:
        response: The response.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


@dataclass(frozen=True)
class _Asked:
    """A request with a key.

    Attributes:
        id: What identifies it.
        fingerprint: What it asks for.
        isolation: The isolation level of its transaction.
    """

    id: str
    fingerprint: str
    isolation: Isolation | None


class Idempotency(Step):
    """Answers a request that was sent before with the response of then.

    Args:
        route: The declaration of the route.
        declaration: That of its idempotency.
        ledger: The requests that have taken effect.
        most: The maximum size of a body that is stored.
    """

    statuses = frozenset({400, 409, 422})
    note = (
        "With `Idempotency-Key`, the request takes effect once: sent again with the same key, it gets the same "
        "response; 422 if it differs, 409 while the first one is being processed."
    )

    def __init__(self, route: Declared, declaration: Idempotent, ledger: Ledger, most: int) -> None:
        self._name = route.name
        self._declaration = declaration
        self._ledger = ledger
        self._most = most
        self.required_headers = (HEADER,) if declaration.required else ()

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Proceed, or send the stored response.

        Raises:
            Problem: 400 if the key is missing or not valid, 422 if it belongs to another request, 409 if the request is
                being processed; or the stored refusal.
        """
        key = key_of(call.request)
        if key is None:
            if self._declaration.required:
                raise Problem(400, f"The {HEADER} is missing; send a new one, such as a UUID, with each new request.")
            return proceed(call)
        asked = _Asked(identity_of(self._name, _caller(), key), fingerprint_of(call.request), self._isolation_for(call))
        if self._ledger.writer.dialect.name != "sqlite":
            return self._once(asked, call, proceed)
        with self._ledger.claimed(asked.id):
            return self._once(asked, call, proceed)

    def _isolation_for(self, call: Call) -> Isolation | None:
        """The isolation level: that of the declaration, or one in which a compared ETag cannot become outdated."""
        compares = "HTTP_IF_MATCH" in call.request.environ
        return self._declaration.isolation or ("REPEATABLE READ" if compares else None)

    def _once(self, asked: _Asked, call: Call, proceed: Proceed) -> Response:
        """The response to the first of these requests, which takes effect, or to a repetition, which does not."""
        try:
            with one_transaction(asked.isolation) as session:
                found = self._ledger.find(session, asked.id)
                if found is None:
                    return self._take_effect(session, asked, call, proceed)
        except _NotKeptError as refused:
            return refused.response
        except RepeatedError:
            return self._repeat(asked)
        except Exception as error:
            problem = problem_for(error)
            kept = None if problem is None else kept_refusal(problem, self._most)
            if kept is not None:
                self._store(asked, kept)
            raise
        return _again(asked, found)

    def _take_effect(self, session: RoutedSession, asked: _Asked, call: Call, proceed: Proceed) -> Response:
        """Proceed, and store the response with the changes.

        Raises:
            _NotKeptError: The response is not stored, so nothing must be changed.
            RepeatedError: Another request with the same key was faster, so nothing must be changed.
        """
        with held_commits(session, asked.isolation):
            response = proceed(call)
        if not is_final(response.status_code):
            raise _NotKeptError(response)
        self._ledger.add(session, asked.id, asked.fingerprint, kept_response(response, self._most))
        after_commit(self._ledger.tidy)
        return response

    def _repeat(self, asked: _Asked) -> Response:
        """The response to a request that another process has finished meanwhile.

        Raises:
            Problem: 409 if it is still being processed.
        """
        with one_transaction() as session:
            found = self._ledger.find(session, asked.id)
        if found is None:
            raise in_flight()
        return _again(asked, found)

    def _store(self, asked: _Asked, kept: StoredResponse) -> None:
        """Store a refusal, whose changes have been rolled back. If that fails, a repetition is processed again."""
        with suppress(RepeatedError, DBAPIError), one_transaction() as session:
            self._ledger.add(session, asked.id, asked.fingerprint, kept)

    @classmethod
    def of(cls, app: Flask, route: Declared) -> "Idempotency | None":
        """The step of a route; None if it does not heed keys.

        Raises:
            ConfigurationError: It should, but there is no database, or its responses contain secrets.
        """
        found = declarations_for(route, Idempotent)
        if not found or not found[-1][1].enabled:
            return None
        place, declaration = found[-1]
        is_own = place == route.name
        if is_own and route.method not in _METHODS:
            raise ConfigurationError(
                f"{route}: {route.method} is idempotent by itself; @idempotent is for POST and PATCH."
            )
        if is_own and declarations_for(route, SecretResponses):
            raise ConfigurationError(f"{route}: its responses contain secrets, which @idempotent would store.")
        if route.method not in _METHODS or declarations_for(route, SecretResponses):
            return None
        is_streamed = bool(declarations_for(route, StreamedBody))
        if is_own and is_streamed:
            raise ConfigurationError(
                f"{route}: its body is streamed, so @idempotent could not compare it with another."
            )
        if is_streamed or (not is_own and getattr(route, "consumes", None) is not None):
            return None  # an upload, which would be read into memory to be compared
        if not has_database(app):
            raise ConfigurationError(f"{route}: @idempotent needs a database; pass database= to Beastmode.")
        settings = settings_of(app, IdempotencySettings)
        return cls(route, declaration, _ledger_of(app, settings), settings.idempotency_max_bytes)


def _ledger_of(app: Flask, settings: IdempotencySettings) -> Ledger:
    """The ledger of an application, which its routes share."""
    ledger: Ledger = app.extensions.setdefault(
        _EXTENSION, Ledger(installed_in(app).engines.writer, timedelta(hours=settings.idempotency_hours))
    )
    return ledger


def _again(asked: _Asked, found: Found) -> Response:
    """The stored response.

    Raises:
        Problem: 422 if it belongs to another request, or the stored refusal.
    """
    if found.fingerprint != asked.fingerprint:
        raise Problem(422, f"This {HEADER} was used for another request; send a new one with each new request")
    return found.kept.again()


def _caller() -> str:
    """The caller: the account, or for anyone else the network."""
    caller = current_identity()
    return caller.key if caller.kind != "address" else f"address:{network_of(str(caller.id))}"
