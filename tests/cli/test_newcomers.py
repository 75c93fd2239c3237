"""A socket that takes nobody new loses nobody who has come."""

import socket
import sys
import time

import pytest

from beastmode.cli.server.newcomers import turn_away


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such filter")
def test_who_has_connected_is_served_and_who_comes_later_is_told_that_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        early = socket.create_connection(address)
        early.sendall(b"asked")

        turn_away(listener)
        late = socket.socket()
        late.setblocking(False)
        late.connect_ex(address)
        time.sleep(0.2)
        accepted, _ = listener.accept()
        early.sendall(b", and more")
        time.sleep(0.1)

        assert accepted.recv(100) == b"asked, and more"
        listener.settimeout(0.1)
        with pytest.raises(TimeoutError):
            listener.accept()
    late.settimeout(10)
    with pytest.raises(OSError, match=r"refused|in progress|already"):
        late.connect(address)
    for connection in (early, accepted, late):
        connection.close()
