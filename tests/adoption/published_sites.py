"""Flask sites that others have published, as their source archives have them, and the one line that is added."""

import os
import shutil
import socket
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parent.parent.parent
LINE = "from beastmode import Beastmode; Beastmode(app)\n"
SECONDS = 900


@dataclass(frozen=True)
class PublishedSite:
    """What is published, and how it is tried.

    Attributes:
        name: What the package index calls it.
        version: Which of its releases.
        folder: Where in the archive the site is; "" for its top.
        module: The file that makes the application.
        anchor: The line of that file before which ours goes.
        app: What `flask --app` is told.
        extras: Of its own, that its tests need.
        tools: What its tests need besides.
        tests: What pytest is told.
        pages: What is looked at in a browser.
        environment: What is set when it runs, such as where its configuration is.
    """

    name: str
    version: str
    module: str
    anchor: str
    app: str
    tests: tuple[str, ...]
    pages: tuple[str, ...]
    folder: str = ""
    extras: str = ""
    tools: tuple[str, ...] = ("pytest",)
    environment: tuple[tuple[str, str], ...] = ()


SITES = (
    PublishedSite(
        name="flask",  # whose archive has the tutorial's site
        version="3.1.3",
        folder="examples/tutorial",
        module="flaskr/__init__.py",
        anchor="    return app\n",
        app="flaskr",
        tests=("tests",),
        pages=("/", "/auth/login", "/auth/register", "/hello", "/nowhere", "/static/style.css"),
    ),
    PublishedSite(
        name="httpbin",
        version="0.10.4",
        module="httpbin/core.py",
        anchor='app.config["SWAGGER"]',
        app="httpbin.core:app",
        tests=("tests",),
        pages=("/", "/html", "/forms/post", "/deny", "/status/418", "/nowhere"),
    ),
    PublishedSite(
        name="bepasty",
        version="1.2.2",
        module="src/bepasty/app.py",
        anchor="    return app\n",
        app="bepasty.app:create_app",
        tools=("pytest", "requests", "selenium"),
        tests=("src/bepasty/tests", "-m", "not needs_server"),  # which drive a Firefox
        pages=("/", "/nowhere", "/static/app/css/style.css"),
        environment=(("BEPASTY_CONFIG", "bepasty.conf"),),
    ),
    PublishedSite(
        name="ihatemoney",
        version="7.2.1",
        module="ihatemoney/run.py",
        anchor="    return app\n",
        app="ihatemoney.run:create_app",
        extras="[dev]",
        tests=("ihatemoney/tests",),
        pages=("/", "/create", "/demo/", "/authenticate?project_id=demo", "/nowhere", "/api/nowhere"),
        environment=(("IHATEMONEY_SETTINGS_FILE_PATH", "ihatemoney.cfg"),),
    ),
)
CONFIGURATIONS = {
    "bepasty.conf": "SECRET_KEY = 'a-secret-of-this-site-for-its-sessions'\n"
    "STORAGE_FILESYSTEM_DIRECTORY = '.'\nPERMISSIONS = {}\nDEFAULT_PERMISSIONS = 'read,create'\n",
    "ihatemoney.cfg": "SECRET_KEY = 'a-secret-of-this-site-for-its-sessions'\n"
    "SQLALCHEMY_DATABASE_URI = 'sqlite://'\nACTIVATE_DEMO_PROJECT = True\nALLOW_PUBLIC_PROJECT_CREATION = True\n",
}


class Trial:
    """One site in a folder, its packages beside ours, and two copies of its source: as published, and with our line."""

    def __init__(self, site, folder):
        self.site = site
        self.folder = folder
        self.port = free_port()  # one for both: a page may show where it was asked for
        self.python = folder / "venv" / "bin" / "python"
        published = unpacked(site, folder)
        self.sources = {"without": published, "with": folder / "with"}
        for name, text in CONFIGURATIONS.items():
            (published / name).write_text(text)
        shutil.copytree(published, self.sources["with"])
        add_line(self.sources["with"] / site.module, site.anchor)

    def install(self):
        """The site's own requirements and ours, resolved together."""
        run(["uv", "venv", "--quiet", "--python", sys.executable, str(self.folder / "venv")])
        wanted = [f"{self.sources['without']}{self.site.extras}", *self.site.tools, "--editable", str(ROOT)]
        run(["uv", "pip", "install", "--quiet", "--python", str(self.python), *wanted])

    def environment(self, which):
        """The environment of a person's own machine."""
        source = self.sources[which]
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
        paths = {"PYTHONPATH": f"{source}:{source / 'src'}", "ENVIRONMENT": "development", "LANG": "C.UTF-8"}
        files = {name: str(source / file) for name, file in self.site.environment}
        return kept | paths | files

    def outcomes(self, which):
        """What became of each of the site's own tests."""
        report = self.folder / f"{which}.xml"
        options = ["-q", "-p", "no:cacheprovider", "-p", "no:beastmode", f"--junitxml={report}"]
        run(
            [str(self.python), "-m", "pytest", *options, *self.site.tests],
            cwd=self.sources[which],
            env=self.environment(which),
            check=False,
        )
        cases = ET.parse(report).iter("testcase")
        return {
            f"{case.get('classname')}::{case.get('name')}": next(
                (part.tag for part in case if part.tag in BAD), "passed"
            )
            for case in cases
        }


BAD = {"failure", "error", "skipped"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unpacked(site, folder):
    """The site's source, from its archive."""
    archives = folder / "archive"
    wanted = ["--no-deps", "--no-binary", ":all:", "--dest", str(archives), f"{site.name}=={site.version}"]
    run([sys.executable, "-m", "pip", "download", "--quiet", *wanted])
    (archive,) = archives.iterdir()
    with tarfile.open(archive) as opened:
        opened.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    return source / site.folder


def add_line(module, anchor):
    """Put our line before the anchor, as far to the right as it is."""
    text = module.read_text()
    assert text.count(anchor) == 1, f"{module} has changed"
    indentation = anchor[: len(anchor) - len(anchor.lstrip())]
    module.write_text(text.replace(anchor, f"{indentation}{LINE}{anchor}"))


def run(command, *, check=True, **options):
    """Run a command, and show what it says where it fails."""
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, **options)
    assert not check or ended.returncode == 0, ended.stdout + ended.stderr
    return ended
