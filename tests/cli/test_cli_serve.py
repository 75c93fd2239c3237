import os
import re
import signal
import socket
import textwrap
import threading
from pathlib import Path

import pytest
from cli_project import SHOP, get, until

RUNNING = Path(__file__).parent.parent.parent / "docs" / "how-to" / "deploy.md"


@pytest.fixture
def serve(project, free_port):
    """Starts `flask beastmode serve` with two workers."""

    def start(**environment):
        words = ("flask", "beastmode", "serve", "--port", str(free_port), "--workers", "2", "--threads", "2")
        return project.serving(*words, port=free_port, **environment)

    return start


def test_a_busy_port_is_said_in_one_line_before_anything_else(project):
    project.write("raise RuntimeError('nobody needs the application for that')")
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]

        ended = project.run("beastmode", "serve", "--port", str(port))

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Error: cannot listen on 127.0.0.1:{port}: Address already in use.")
    assert ended.stderr.count("\n") == 1


def test_a_second_server_does_not_share_the_port_of_the_first(project, serve, free_port):
    with serve():
        ended = project.run("beastmode", "serve", "--port", str(free_port))

    assert ended.returncode == 1
    assert "cannot listen on" in ended.stderr


def test_an_application_that_refuses_to_start_says_so_once(project, free_port):
    ended = project.run("beastmode", "serve", "--port", str(free_port), ENVIRONMENT="production")

    assert ended.returncode == 1
    assert ended.stderr.count("SECRET_KEY is not set") == 1
    assert "Traceback" not in ended.stderr


def test_a_worker_that_is_killed_is_replaced(serve, free_port):
    with serve() as server:
        killed = get(free_port, "/process")

        os.kill(int(killed), signal.SIGKILL)

        others = until(lambda: seen(free_port) - {killed})
        assert others
        assert server.poll() is None


def test_a_server_that_is_told_to_stop_finishes_its_request_first(project, serve, free_port):
    answer = []
    with serve() as server:
        folder = get(free_port, "/metrics-folder")
        asking = threading.Thread(target=lambda: answer.append(get(free_port, "/long")))
        asking.start()
        until((project.folder / "long-has-begun").exists)

        server.terminate()

        asking.join()
        assert server.wait() == 0
    assert answer == ["finished"]
    assert not Path(folder).exists()


def test_every_start_has_a_metrics_folder_of_its_own(serve, free_port):
    with serve():
        first = get(free_port, "/metrics-folder")
    with serve():
        second = get(free_port, "/metrics-folder")

    assert first != second


def test_metrics_add_up_what_every_worker_has_answered(serve, free_port):
    with serve():
        both_workers(free_port)
        before = answered(free_port)

        for _ in range(20):
            get(free_port, "/process")

        after = {answered(free_port) for _ in range(10)}
        assert after == {before + 20}


def test_ctrl_c_ends_every_process_without_a_word_of_trouble(project, serve, free_port):
    with serve() as server:
        processes = both_workers(free_port)

        os.killpg(server.pid, signal.SIGINT)

        assert server.wait() == 0
        assert not [process for process in processes if Path(f"/proc/{process}").exists()]
    assert "Traceback" not in project.output()
    assert "Unexpected" not in project.output()


def test_hangup_brings_new_code_without_an_end_of_the_server(project, serve, free_port):
    with serve() as server:
        project.write(SHOP.replace("str(os.getpid())", "'new code'"))

        server.send_signal(signal.SIGHUP)

        until(lambda: seen(free_port) == {"new code"})
        assert server.poll() is None


@pytest.mark.parametrize("name", ["granian", "gunicorn"])
def test_the_documented_command_of_another_server_serves(project, name, free_port):
    line = next(line for line in RUNNING.read_text().splitlines() if f" {name} --" in line)
    command = re.sub(r"8000", str(free_port), line)

    with project.serving("bash", "-c", command, port=free_port):
        assert len(both_workers(free_port)) == 2


def seen(port):
    """The workers that answer when asked a few times."""
    found = set()
    for _ in range(20):
        try:
            found.add(get(port, "/process"))
        except OSError:  # the connection was the killed worker's
            continue
    return found


def both_workers(port):
    """The two workers, once each has answered."""
    found = set()
    until(lambda: found.update(seen(port)) or len(found) == 2)
    return found


def answered(port):
    """How many requests for /process the metrics have counted."""
    lines = get(port, "/metrics").splitlines()
    counts = [float(line.split()[-1]) for line in lines if re.match(r"\w+_(total|count)\{[^}]*/process", line)]
    return max(counts)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_secret_for_development_is_served_to_this_machine_alone(project, free_port, host):
    ended = project.run("beastmode", "serve", "--host", host, "--port", str(free_port))

    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: Invalid settings: ")
    assert "set SECRET_KEY" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_serving_is_said_once_and_not_before_the_application_is_loaded(project, free_port):
    project.write("import sys\nprint('loading', file=sys.stderr, flush=True)\n" + textwrap.dedent(SHOP))
    words = ("flask", "beastmode", "serve", "--port", str(free_port), "--workers", "2")

    with project.serving(*words, port=free_port):
        # By the command, and by each worker.
        until(lambda: project.output().count("loading") >= 3 and "Serving at" in project.output())
        said = project.output()

    assert "WARNING" not in said
    assert (
        said.count(
            f"Serving at http://127.0.0.1:{free_port} (workers: 2, threads per worker: 4). Press Ctrl-C to stop."
        )
        == 1
    )
    assert said.index("Serving at") > said.index("loading", said.index("loading") + 1)
