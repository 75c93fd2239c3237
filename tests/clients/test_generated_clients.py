"""Clients that public generators make of the blog's documents understand every answer of a running blog.

`make clients` installs the generators, openapi-python-client and @hey-api/openapi-ts, in .clients, then runs this.
"""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from beastmode.testing.databases import close_database, make_tables
from blog import create_app

HERE = Path(__file__).parent
GENERATORS = HERE.parent.parent / ".clients"
USERS = {"v1": ("users_list_all_users", "usersListAllUsers"), "v2": ("users_list_users", "usersListUsers")}
COMPILED = ["--strict", "--target", "es2022", "--module", "commonjs", "--lib", "es2022,dom,dom.iterable"]
pytestmark = pytest.mark.skipif(
    not os.environ.get("BEAST_CLIENTS"), reason="needs two client generators: `make clients` installs and runs them"
)


@pytest.fixture
def served(tmp_path):
    """A blog that listens, its URL, and the folder with its documents."""
    app = create_app({"ENVIRONMENT": "testing", "DATABASE_URL": f"sqlite:///{tmp_path / 'blog.db'}"})
    make_tables(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield app, f"http://127.0.0.1:{server.server_port}", tmp_path
    server.shutdown()
    thread.join()
    server.server_close()
    close_database(app)


def document_of(served, version):
    app, _, folder = served
    path = folder / f"{version}.json"
    path.write_text(json.dumps(app.extensions["beastmode.documents"][version].content()), encoding="utf-8")
    return path


def operations(path):
    methods = [
        method
        for methods in json.loads(path.read_text(encoding="utf-8"))["paths"].values()
        for method in methods.values()
    ]
    return {method["operationId"] for method in methods if "operationId" in method}


def run(*command, cwd, **environment):
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("version", USERS)
def test_a_client_for_python_calls_every_operation(served, version):
    _, url, folder = served
    path, tools = document_of(served, version), GENERATORS / "python" / "bin"
    generated = run(
        *[tools / "openapi-python-client", "generate", "--path", path, "--meta", "none", "--fail-on-warning"],
        *["--output-path", folder / f"blog_{version}"],
        cwd=folder,
        PATH=f"{tools}{os.pathsep}{os.environ['PATH']}",
    )

    called = run(
        tools / "python", HERE / "python_calls.py", folder, f"blog_{version}", url, USERS[version][0], cwd=folder
    )

    assert "WARNING" not in generated.stdout
    assert set(called.stdout.split()) == operations(path)


@pytest.mark.parametrize("version", USERS)
def test_a_client_for_typescript_calls_every_operation(served, version):
    _, url, folder = served
    path, tools = document_of(served, version), GENERATORS / "typescript" / "node_modules"
    operation, function = USERS[version]
    calls = (HERE / "calls.ts").read_text(encoding="utf-8")
    (folder / "calls.ts").write_text(calls.replace("USERS_LIST", operation).replace("usersListFunction", function))
    (folder / "node_modules").symlink_to(tools)
    run(tools / ".bin" / "openapi-ts", "-i", path, "-o", folder / "client", cwd=folder)

    run(tools / ".bin" / "tsc", *COMPILED, folder / "calls.ts", cwd=folder)
    called = run(shutil.which("node"), folder / "calls.js", url, cwd=folder)

    assert set(called.stdout.split()) == operations(path)
