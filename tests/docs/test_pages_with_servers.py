"""The `bash` blocks of a page are one session on machines with servers; here with servers of the test's own."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, blocks, pages

from brokers import free_port, own_broker
from servers import scratch_postgres

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
SECONDS = 240
PAGES = [page for page in pages() if blocks(page, "bash")]
PROGRAMS = ("curl", "haproxy", "nginx")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_session_of_a_page_runs_to_its_end(page, tmp_path):
    """With other ports than those of the page, so that it disturbs no server of this machine."""
    session = "\n".join(block.code for block in blocks(page, "bash"))
    missing = [name for name in PROGRAMS if re.search(rf"\b{name}\b", session) and shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not on PATH; `apt-get install nginx-light haproxy curl` provides them")
    redis = tmp_path / "redis"
    redis.mkdir()

    with scratch_postgres() as database, own_broker("redis", redis) as broker:
        session = session.replace("postgresql://postgres@127.0.0.1:5432/shop", database)
        session = session.replace("127.0.0.1:6379", f"127.0.0.1:{broker.port}")
        for port in ("8000", "8080", "8081"):
            session = re.sub(rf"\b{port}\b", str(free_port()), session)
        ended, said = run(session, tmp_path)

    assert ended == 0, said


def test_the_pages_that_need_servers_are_run():
    """The session of a page that is renamed, or written in another language, would silently not run."""
    assert [page.name for page in PAGES] == ["run-jobs-on-celery.md", "use-several-machines.md"]


def run(session, folder):
    """The exit status of a session and what it printed; nothing that it started is left."""
    with (folder / "printed").open("w") as printed:
        process = subprocess.Popen(
            ["bash", "-euxo", "pipefail", "-c", session],
            cwd=folder,
            env={
                "C_FORCE_ROOT": "1",
                "HOME": str(folder),
                "LANG": "C.UTF-8",
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin",
                "PYTHONPATH": str(ROOT / "src"),
            },
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        ended = process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        ended = None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return ended, (folder / "printed").read_text()[-8000:]
