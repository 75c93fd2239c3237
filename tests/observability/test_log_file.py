import fcntl
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from beastmode.observability.log_file import LogFile, write_whole

WRITER = Path(__file__).with_name("log_writer.py")
WHOLE = re.compile(r"([a-w]+) (\d+) (x*) end$")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "shop.log"


@pytest.fixture
def opened():
    """Opens log files, and lets go of them at the end."""
    files = []

    def open_one(path, limit=1024, count=3):
        files.append(LogFile(path, limit, count))
        return files[-1]

    yield open_one
    for file in files:
        file.close()


def texts(path):
    """The log's files by number, 0 for the one being written."""
    found = {0: path.read_text(encoding="utf-8")} if path.exists() else {}
    for put_away in path.parent.glob(f"{path.name}.[0-9]*"):
        found[int(put_away.suffix[1:])] = put_away.read_text(encoding="utf-8")
    return found


def lines_of(path):
    return [line for text in texts(path).values() for line in text.splitlines()]


def test_lines_are_appended_to_what_is_there(opened, path):
    path.write_text("before\n", encoding="utf-8")

    opened(path).write(b"after\n")

    assert path.read_text(encoding="utf-8") == "before\nafter\n"


def test_missing_folders_are_made_and_strangers_cannot_read_the_log(opened, tmp_path):
    path = tmp_path / "a" / "b" / "shop.log"

    opened(path).write(b"line\n")

    assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0


def test_a_path_that_cannot_be_opened_is_an_error_at_once(tmp_path):
    with pytest.raises(OSError, match="directory"):
        LogFile(tmp_path, 1024, 3)


def test_a_file_that_is_large_enough_is_put_away_before_the_next_line(opened, path):
    log = opened(path, limit=1024)

    log.write(b"x" * 1023 + b"\n")
    log.write(b"next\n")

    assert texts(path) == {0: "next\n", 1: "x" * 1023 + "\n"}


def test_the_newest_files_are_kept_and_the_oldest_is_overwritten(opened, path):
    log = opened(path, limit=1024, count=3)

    for number in range(6):
        log.write(f"{number}".encode() * 1024)

    assert {number: text[0] for number, text in texts(path).items()} == {0: "5", 1: "4", 2: "3", 3: "2"}


def test_a_rotation_that_was_killed_half_way_loses_nothing(opened, path):
    for suffix in ("", ".1", ".3"):  # .2 was renamed to .3 already, .1 not yet to .2
        Path(f"{path}{suffix}").write_text(f"was{suffix}" + "x" * 2000, encoding="utf-8")

    opened(path, limit=1024, count=3).write(b"next\n")

    assert {number: text.rstrip("x") for number, text in texts(path).items()} == {
        0: "next\n",
        1: "was",
        2: "was.1",
        3: "was.3",
    }


def test_a_rotation_that_was_killed_before_the_new_file_was_made_is_finished_by_the_next_line(opened, path):
    log = opened(path, limit=1024)
    log.write(b"x" * 1024)
    path.rename(f"{path}.1")

    log.write(b"next\n")

    assert texts(path) == {0: "next\n", 1: "x" * 1024}


def test_a_process_follows_the_rotation_of_another(opened, path):
    one, other = opened(path), opened(path)
    one.write(b"x" * 1024)

    one.write(b"of one\n")
    other.write(b"of the other\n")

    assert texts(path) == {0: "of one\nof the other\n", 1: "x" * 1024}


def test_a_process_that_was_idle_for_many_rotations_writes_into_the_newest_file(opened, path):
    idle, busy = opened(path, count=1), opened(path, count=1)
    for number in range(5):
        busy.write(f"{number}".encode() * 1024)

    idle.write(b"awake\n")

    assert texts(path)[0].endswith("4awake\n")


def test_nobody_waits_for_a_rotation_that_somebody_else_is_at(opened, path):
    log = opened(path, limit=1024)
    log.write(b"x" * 1024)
    with Path(f"{path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        log.write(b"meanwhile\n")

    log.write(b"then\n")

    assert texts(path) == {0: "then\n", 1: "x" * 1024 + "meanwhile\n"}


@pytest.mark.parametrize("take_away", [lambda path: path.rename(f"{path}-old"), lambda path: path.unlink()])
def test_a_file_that_logrotate_took_away_is_made_anew(opened, path, take_away):
    log = opened(path)
    log.write(b"before\n")
    take_away(path)

    log._looked_at -= 2  # two seconds later
    log.write(b"after\n")

    assert texts(path) == {0: "after\n"}


def test_the_line_is_written_where_rotating_is_impossible(opened, path):
    log = opened(path, limit=1024)
    log.write(b"x" * 1024)
    Path(f"{path}.lock").mkdir()

    log.write(b"next\n")

    assert texts(path)[0].endswith("next\n")


def test_the_number_of_the_open_file_never_changes(opened, path):
    log = opened(path, limit=1024)
    number = log._descriptor

    for _ in range(4):
        log.write(b"x" * 1024)

    assert log._descriptor == number
    assert not os.get_inheritable(number)


def test_a_device_is_written_and_never_rotated(opened):
    log = opened("/dev/null", limit=1024)

    log.write(b"x" * 5000)
    log.write(b"next\n")

    assert not Path("/dev/null.1").exists()


def test_a_pipe_takes_a_long_line_in_parts(opened):
    reading, writing = os.pipe()
    received = []
    reader = Thread(target=lambda: received.append(Path(f"/dev/fd/{reading}").read_bytes()))
    reader.start()

    write_whole(writing, b"x" * 1_000_000)
    os.close(writing)
    reader.join()
    os.close(reading)

    assert len(received[0]) == 1_000_000


def test_threads_that_rotate_at_once_lose_no_line(opened, path):
    log = opened(path, limit=2048, count=1000)

    def write_many(name):
        for number in range(500):
            log.write(f"{name} {number} {'x' * (number % 50)} end\n".encode())

    threads = [Thread(target=write_many, args=(name,)) for name in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert_whole(lines_of(path), dict.fromkeys("abcdefgh", 500))


def start(path, name, *, limit, count, lines):
    arguments = [path, limit, count, name, lines]
    return subprocess.Popen(
        [sys.executable, str(WRITER), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def assert_whole(lines, expected, *, killed=()):
    """Every expected line is there once and whole, at most behind a part of one that a killed writer had begun."""
    begun = [f"{name} {expected[name]} {'x' * (expected[name] % 150)} end" for name in killed]
    written = {name: set() for name in expected}
    for line in lines:
        match = WHOLE.search(line)
        part = line[: match.start()] if match else line
        assert not part or any(unfinished.startswith(part) for unfinished in begun), f"torn: {line!r}"
        if match:
            assert int(match[2]) not in written[match[1]], f"twice: {line!r}"
            written[match[1]].add(int(match[2]))
    for name, count in expected.items():
        lost = set(range(count)) - written[name]
        assert not lost, f"lost by {name}: {lost}"


def test_processes_that_rotate_at_once_lose_no_line_and_tear_none(path):
    writers = [start(path, name, limit=4096, count=1000, lines=1500) for name in "abc"]

    for writer in writers:
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
    failures = [writer.communicate()[1] for writer in writers]

    assert failures == [b"", b"", b""]
    assert_whole(lines_of(path), dict.fromkeys("abc", 1500))
    assert len(texts(path)) > 5


def test_a_process_killed_while_it_writes_and_rotates_takes_no_line_with_it(path):
    victims = {name: start(path, name, limit=8192, count=1000, lines=15_000) for name in "abcd"}
    survivor = start(path, "survivor", limit=8192, count=1000, lines=1500)
    for writer in (*victims.values(), survivor):
        writer.stdin.write(b"go\n")
        writer.stdin.flush()

    told = {}
    for name, victim in victims.items():
        first = os.read(victim.stdout.fileno(), 50 * (1 + len(told)))
        victim.send_signal(signal.SIGKILL)
        rest, failure = victim.communicate()
        assert failure == b""
        told[name] = len(first) + len(rest)
    told["survivor"] = len(survivor.communicate()[0])

    assert told["survivor"] == 1500
    assert_whole(lines_of(path), told, killed=victims)
