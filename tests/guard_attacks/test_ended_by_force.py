"""What is left of a check that was ended: nothing after a signal; nothing after the next run where it was killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from attacked import APP, BEAST

HANGS = f"    import time\n\n    time.sleep(600)\n{APP}"
UNTIL = 30


def started(shop):
    """A check that waits for an application that hangs."""
    process = subprocess.Popen(
        [BEAST, "check", "--python", sys.executable, "--no-proofs"],
        cwd=shop.folder,
        env=shop.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if "starting both sides" in line:
            break
    waits_until(lambda: processes_of(shop))
    return process


def processes_of(shop):
    """The processes that were given the shop's place for temporary files."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = str(shop.place / "temporary" / "beast-check-").encode() in (place / "environ").read_bytes()
        except OSError:
            continue
        if is_ours:
            found.append(int(place.name))
    return found


def waits_until(holds):
    """Waits for what happens soon; whoever asks looks afterwards whether it did."""
    end = time.monotonic() + UNTIL
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked for in /proc")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_no_process_no_folder_and_no_change(shop, number, status):
    shop.write({"app.py": HANGS})
    before = shop.contents()
    process = started(shop)

    process.send_signal(number)
    _, errors = process.communicate(timeout=UNTIL)

    assert process.returncode == status
    assert "interrupted" in errors
    assert processes_of(shop) == []
    assert shop.left_behind() == []
    assert shop.contents() == before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked for in /proc")
def test_the_next_run_removes_what_a_killed_one_left_and_nothing_that_is_in_use(shop):
    shop.write({"app.py": HANGS})
    killed, alive = started(shop), started(shop)
    killed.kill()
    killed.communicate(timeout=UNTIL)
    folders = [shop.place / "temporary" / name for name in shop.left_behind()]
    for folder in folders:
        os.utime(folder, (0, 0))  # as if all of them had been made long ago
    shop.git("checkout", "--quiet", "--", ".")

    answer = shop.check()
    left = shop.left_behind()
    alive.send_signal(signal.SIGTERM)
    alive.communicate(timeout=UNTIL)

    assert answer.status == 0, answer.errors
    assert len(folders) == 2
    assert len(left) == 1, "the folder of the one that runs is kept, that of the killed one is not"
    assert shop.left_behind() == []
    assert processes_of(shop) == []
