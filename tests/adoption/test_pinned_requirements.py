"""`make adopt`: what published Flask sites ask for can be installed together with what we ask for."""

import os
import subprocess

import pytest
from published_sites import ROOT, SECONDS

pytestmark = pytest.mark.skipif("BEAST_ADOPT" not in os.environ, reason="asks the package index: make adopt")

SITES = {
    "ihatemoney==7.2.1": "sqlalchemy==2.0.",  # pins SQLAlchemy~=2.0.45, Flask~=3.1.2, and 20 more
    "calibreweb==0.6.27": "sqlalchemy==2.0.",
    "changedetection.io==0.60.10": "flask==",
    "alerta-server==9.1.0": "flask==",
    "gramps-webapi==3.24.0": "sqlalchemy==",
    "kerko==1.3.0": "flask==",
}


@pytest.mark.parametrize(("site", "expected"), SITES.items())
def test_a_published_site_can_be_installed_beside_us(site, expected):
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
