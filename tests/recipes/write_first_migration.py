"""`make first-migration`: the first migration of a new project, generated from the tables of the library."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from beastmode_tools.recipes.new.project import FILES, files_of

(TEMPLATE,) = (FILES / "migrations" / "versions").glob("*.py.jinja")
NAMES = re.compile(r'^revision = "(\w+)"|^Create Date: (.*)$', re.MULTILINE)


def generated(folder):
    """The migration that `flask db migrate` writes for a new project."""
    for name, content in files_of("shop", "sqlite").items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    versions = folder / "migrations" / "versions"
    for path in versions.glob("*.py"):
        path.unlink()
    tools = Path(sys.executable).parent
    subprocess.run(
        [tools / "flask", "db", "migrate", "-m", "First tables"], cwd=folder, env=dict(os.environ), check=True
    )
    subprocess.run([tools / "ruff", "format", "--quiet", "migrations"], cwd=folder, check=True)
    (path,) = versions.glob("*.py")
    return path.read_text(encoding="utf-8")


def main():
    """Replace the template, under the revision and the date that it has."""
    with tempfile.TemporaryDirectory() as folder:
        text = generated(Path(folder))
    kept, made = ([next(filter(None, found)) for found in NAMES.findall(each)] for each in (TEMPLATE.read_text(), text))
    for old, new in zip(made, kept, strict=True):
        text = text.replace(old, new)
    text = re.sub(r"    # ###.*\n", "", text).replace("Revises: \n", "Revises:\n")
    TEMPLATE.write_text(re.sub(r"\n{3,}(?=revision)", "\n\n", text), encoding="utf-8")


if __name__ == "__main__":
    main()
