"""The project that tools and runs work on, in any folder."""

from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.project import Project, find_project, interpreter, migrations_folder
from beastmode_tools.settings_file import read_settings

__all__ = ["project_in"]


def project_in(folder: Path) -> Project:
    """The project, also in a folder without git."""
    try:
        return find_project(folder)
    except CouldNotRun:
        settings = read_settings(folder)
        return Project(
            root=folder,
            folder=folder,
            python=interpreter(folder, folder, None),
            app=settings.app,
            migrations=settings.migrations or migrations_folder(folder),
            settings=settings,
        )
