"""The project's Alembic environment: its configuration, and its env.py run with work of ours in place of a command."""

from __future__ import annotations

import argparse
import logging
import os
import re
from contextlib import contextmanager
from typing import Any, Callable, Iterator

from ..confine import migrating
from ..start import settings
from ..start.loading import CannotLoad, load_application, name_application
from .aside import emptied, tables_at_first_use

__all__ = ["Environment"]

NEEDS_APPLICATION = re.compile(r"\bcurrent_app\b")
OUTSIDE = "application context"
NOT_FOUND = "NoAppException"
"""What Flask raises where its own finder finds nothing, or the factory does not take what it calls it with."""


class Environment:
    """The migrations of a project, on the scratch database.

    Args:
        request: "folder", "alembic" (its Alembic folder, relative to it), "database_url", "app".
    """

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.folder = os.path.join(request["folder"], request["alembic"])
        self.application: Any = None
        if self.asks_for_application():
            self.start_application()
        else:
            name_application(request)
        self.config = self.configured()
        self.script = self.scripts()
        self.metadata: Any = None
        self.version_table = "alembic_version"

    def asks_for_application(self) -> bool:
        """Whether env.py takes the application from Flask instead of making it."""
        with open(os.path.join(self.folder, "env.py"), encoding="utf-8") as file:
            return bool(NEEDS_APPLICATION.search(file.read()))

    def start_application(self) -> None:
        """Starts the project's application."""
        self.application = self.started_aside() if self.request.get("aside") else load_application(self.request)
        migrating.ended()
        if self.application is None:
            raise CannotLoad("env.py needs the application, and nothing was found that could be it; name it with --app")

    def started_aside(self) -> Any:
        """The application, started on tables of its models in place of what the scratch database holds."""
        with emptied(self.request["database_url"]), connections_closed(), tables_at_first_use():
            return load_application({**self.request, "create_all": True})

    def scripts(self) -> Any:
        """The history; a revision may ask for the application while it is imported, as a model that it imports does."""
        from alembic.script import ScriptDirectory

        script = ScriptDirectory.from_config(self.config)
        try:
            with self.in_application():
                script.get_heads()  # what reads all revisions
        except RuntimeError as error:
            if self.application is None and OUTSIDE in str(error):
                self.start_application()
                self.config = self.configured()
                return self.scripts()
        except Exception:
            logging.getLogger(__name__).exception("the history")  # whoever asks for it gets the error once more
        return script

    def load_models(self) -> None:
        """Starts the application for the models that env.py leaves out; a package's are often mapped only then."""
        if self.application is not None:
            return
        try:
            load_application(self.request)
        except Exception as error:
            if settings.missing(error):
                raise  # so that the probe starts again with them
            logging.getLogger(__name__).exception("only the models that env.py imports are known")
        migrating.ended()

    def configured(self) -> Any:
        """Alembic's configuration as the project has it, on the scratch database."""
        from alembic.config import Config

        config = None
        extension = getattr(self.application, "extensions", {}).get("migrate")
        if extension is not None and hasattr(getattr(extension, "migrate", None), "get_config"):
            with self.application.app_context():
                config = extension.migrate.get_config(self.folder)
        if config is None:
            config = Config(self.ini_file())
        config.set_main_option("script_location", self.folder.replace("%", "%%"))
        config.set_main_option("sqlalchemy.url", self.request["database_url"].replace("%", "%%"))
        if config.cmd_opts is None:
            config.cmd_opts = argparse.Namespace()
        if not hasattr(config.cmd_opts, "x"):
            config.cmd_opts.x = []
        return config

    def ini_file(self) -> str | None:
        """The alembic.ini that belongs to these migrations; None where there is none."""
        place = self.folder
        while True:
            path = os.path.join(place, "alembic.ini")
            if os.path.exists(path):
                return path
            if place == self.request["root"] or place == os.path.dirname(place):
                return None
            place = os.path.dirname(place)

    def run(self, work: Callable[[Any, Any], Any]) -> Any:
        """What the work returns; it gets the heads of the database and Alembic's MigrationContext.

        env.py opens the connection and the transaction; steps that the work returns in `Steps` are run by Alembic.
        """
        try:
            return self.run_env(work)
        except Exception as error:
            lacks = type(error).__name__ == NOT_FOUND or (isinstance(error, RuntimeError) and OUTSIDE in str(error))
            if self.application is not None or not lacks:
                raise
        self.start_application()
        self.config = self.configured()
        return self.run_env(work)

    def run_env(self, work: Callable[[Any, Any], Any]) -> Any:
        """Runs env.py once."""
        from alembic.runtime.environment import EnvironmentContext

        answers: list[Any] = []

        def steps(heads: Any, context: Any) -> Any:
            self.metadata = context.opts.get("target_metadata")
            self.version_table = context.opts.get("version_table") or "alembic_version"
            result = work(tuple(heads) if heads else (), context)
            answers.append(result)
            return result.steps if isinstance(result, Steps) else []

        environment = EnvironmentContext(self.config, self.script, fn=steps, destination_rev="heads")
        with connections_closed(), self.in_application(), environment:
            self.script.run_env()
        if not answers:
            raise RuntimeError("the project's env.py ran, but asked Alembic for nothing (context.run_migrations)")
        return answers[-1]

    @contextmanager
    def in_application(self) -> Iterator[None]:
        """The application's context, where there is an application."""
        if self.application is None:
            yield
            return
        with self.application.app_context():
            yield

    def step(self, revision: str, *, up: bool) -> Any:
        """One revision, up or down, without any other."""
        from alembic.runtime.migration import MigrationStep

        make = MigrationStep.upgrade_from_script if up else MigrationStep.downgrade_from_script
        return make(self.script.revision_map, self.script.get_revision(revision))

    def path(self, revision: str) -> str:
        """The file of a revision."""
        return str(self.script.get_revision(revision).path)

    def in_order(self) -> list[str]:
        """Every revision, each after those that it needs."""
        return [str(step.revision.revision) for step in self.script._upgrade_revs("heads", ())]

    def steps(self, heads: Any, command: dict[str, Any]) -> list[Any]:
        """Steps up: "to" a target as Alembic takes it, or in order "through" a revision, or only those "before" it."""
        if "to" in command:
            return list(self.script._upgrade_revs(command["to"], heads))
        order = self.in_order()
        last = order.index(command["through"]) + 1 if "through" in command else order.index(command["before"])
        wanted = set(order[:last])
        left = [str(step.revision.revision) for step in self.script._upgrade_revs("heads", heads)]
        return [self.step(one, up=True) for one in order if one in wanted and one in left]


@contextmanager
def connections_closed() -> Iterator[None]:
    """Closes the connections that env.py leaves in pools, as the end of a process does.

    Every run makes an engine: the idle connections of a few revisions would be more than a server allows. SQLite's stay
    open, since a database in memory ends with its connection, and so do those that only an event loop can close.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    engines: list[Any] = []

    def connected(connection: Any, *_rest: Any) -> None:
        if connection.dialect.name != "sqlite" and not getattr(connection.dialect, "is_async", False):
            engines.append(connection.engine)

    event.listen(Engine, "engine_connect", connected)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", connected)
        for engine in engines:
            engine.dispose()


class Steps:
    """Work that ends in steps for Alembic to run."""

    def __init__(self, steps: list[Any]) -> None:
        self.steps = steps
