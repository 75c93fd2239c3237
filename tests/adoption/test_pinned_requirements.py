"""`make adopt`: published Flask sites are installed with what they ask for and with us, and both are imported."""

import os
import subprocess
import sys

import pytest
from published_sites import ROOT, SECONDS, run

pytestmark = pytest.mark.skipif("BEAST_ADOPT" not in os.environ, reason="asks the package index: make adopt")

# The site, what is imported of it, and a version that it keeps.
INSTALLED = [
    ("ihatemoney==7.2.1", "ihatemoney.run", "sqlalchemy==2.0."),  # pins SQLAlchemy~=2.0.45, Flask~=3.1.2, and 20 more
    ("calibreweb==0.6.27", "calibreweb", "sqlalchemy==2.0."),
    ("alerta-server==9.1.0", "alerta", "flask==3."),
    ("kerko==1.3.0", "kerko", "flask==3."),
]
# These need more than the index has to be imported: a browser, GObject.
RESOLVED = {"changedetection.io==0.60.10": "flask==", "gramps-webapi==3.24.0": "sqlalchemy=="}
BOTH = """
import importlib

importlib.import_module({module!r})

from flask import Flask
from beastmode import Accounts, Api, Beastmode, Database

app = Flask("shop")
Beastmode(app)
assert app.test_client().get("/health").status_code == 200
"""


@pytest.mark.parametrize(("site", "module", "kept"), INSTALLED)
def test_a_published_site_and_we_are_imported_in_one_environment(site, module, kept, tmp_path):
    python = tmp_path / "venv" / "bin" / "python"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ENVIRONMENT": "development"}
    run(["uv", "venv", "--quiet", "--python", sys.executable, str(tmp_path / "venv")])
    run(["uv", "pip", "install", "--quiet", "--python", str(python), "--editable", str(ROOT), site])

    run(["uv", "pip", "check", "--python", str(python)])
    run([str(python), "-c", BOTH.format(module=module)], cwd=tmp_path, env=environment)
    frozen = run(["uv", "pip", "freeze", "--python", str(python)]).stdout.lower()

    assert f"\n{kept}" in f"\n{frozen}"


@pytest.mark.parametrize(("site", "expected"), RESOLVED.items())
def test_a_published_site_can_be_resolved_beside_us(site, expected):
    resolved = subprocess.run(
        ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "-"],
        input=f"{site}\n--editable {ROOT}\n",
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert resolved.returncode == 0, resolved.stderr
    assert f"\n{expected}" in f"\n{resolved.stdout}"
    assert site.lower().replace(".", "-") in resolved.stdout.lower().replace(".", "-")
