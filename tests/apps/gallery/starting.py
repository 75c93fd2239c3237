"""Starts the gallery on a database that has its tables."""

from importlib import import_module

from sqlalchemy import create_engine

from apps.gallery import gallery
from apps.gallery.uploader import Uploader
from beastmode.db import Base
from beastmode.testing.databases import close_database


def make_tables(url):
    """Create the tables of the gallery: the tests of a process declare others in the same metadata."""
    import_module("beastmode.jobs.models")  # declared by the first application that has jobs
    tables = [table for table in Base.metadata.sorted_tables if table.name == "uploads" or table.name.startswith("job")]
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    Base.metadata.create_all(engine, tables=tables)
    engine.dispose()


def started(url, folder):
    """Yields a function that starts the gallery, as often as there are processes, and returns Ada, who calls it."""
    apps = []

    def start(**settings):
        apps.append(gallery(url, folder, **settings))
        return Uploader(apps[-1])

    yield start
    for app in apps:
        close_database(app)


def files_in(folder):
    """The names of the files in a folder, and in all folders below it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
