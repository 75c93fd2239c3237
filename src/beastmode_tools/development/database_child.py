"""Runs in the project's interpreter: what a migration created in the development database, and its downgrade.

`database_child.py QUESTION ANSWER`: two files of JSON. The question names the revision, the one before it, what the
revision created, and whether to downgrade.
"""

import json
import os
import sys
from typing import Any

__all__ = ["main"]


def main(question: str, answer: str) -> None:
    """Answers the question."""
    sys.path[0] = os.getcwd()
    from flask.cli import ScriptInfo, load_dotenv

    with open(question, encoding="utf-8") as file:
        asked = json.load(file)
    load_dotenv()
    app = ScriptInfo(app_import_path=os.environ.get("FLASK_APP")).load_app()
    with app.app_context():
        found = answered(app, asked)
    with open(answer, "w", encoding="utf-8") as file:
        json.dump(found, file)


def answered(app: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Whether the revision is applied, in which database, and how many rows would go."""
    settings = app.extensions.get("beastmode.settings")
    if os.environ.get("ENVIRONMENT") == "production" or (settings is not None and settings.is_production):
        return {"refused": "the environment is production"}
    known = app.extensions.get("migrate")
    if known is None:
        return {"applied": False}
    engine = known.db.engine
    address = engine.url.render_as_string(hide_password=True)
    is_file = engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:")
    if is_file and not os.path.exists(engine.url.database):
        return {"applied": False}
    with engine.connect() as connection:
        if not is_applied(connection, known.directory, asked["revision"]):
            return {"applied": False}
        rows = counted(connection, asked["stores"])
    engine.dispose()
    if asked["downgrade"]:
        from flask_migrate import downgrade

        downgrade(revision=asked["follows"] or "base")
    return {"applied": True, "database": address, "rows": rows}


def is_applied(connection: Any, directory: str, revision: str) -> bool:
    """Whether a revision is among those that the database has."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    heads = MigrationContext.configure(connection).get_current_heads()
    scripts = ScriptDirectory(os.path.abspath(directory))
    return any(each.revision == revision for each in scripts.iterate_revisions(heads, "base")) if heads else False


def counted(connection: Any, stores: list[dict[str, str]]) -> dict[str, int]:
    """Table or table.column -> how many rows, or values, it has; only those that have any."""
    from sqlalchemy import column, func, select, table

    found = {}
    for each in stores:
        what = func.count(column(each["column"])) if each["column"] else func.count()
        number = connection.execute(select(what).select_from(table(each["table"]))).scalar()
        if number:
            found[".".join(filter(None, (each["table"], each["column"])))] = number
    return found


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
