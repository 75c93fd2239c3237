"""How the overload bench counts, against a server that does so much a second and refuses the rest."""

import asyncio

import overload
import pytest

ANSWER = b"HTTP/1.1 %s\r\nContent-Length: 4\r\n%s\r\ndone"
REFUSAL = ANSWER % (b"503 SERVICE UNAVAILABLE", b"Retry-After: 1\r\nConnection: close\r\n")


def run(server, ask):
    """What a function that asks makes of a server, which is a function from the number of a request to its answer."""

    async def both():
        asked = iter(range(100_000))

        async def serve(reader, writer):
            try:
                while await reader.readuntil(b"\r\n\r\n"):
                    answer = server(next(asked))
                    await asyncio.sleep(0.01)
                    if answer is None:
                        break
                    writer.write(answer)
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                writer.close()

        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        outcome = await ask(listening.sockets[0].getsockname()[1])
        await asyncio.sleep(0.05)  # for the server to notice who has left
        listening.close()
        return outcome

    return asyncio.run(both())


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (ANSWER % (b"200 OK", b""), "2xx"),
        (ANSWER % (b"200 OK", b"Connection: close\r\n"), "2xx"),
        (REFUSAL, "503 with Retry-After"),
        (ANSWER % (b"503 SERVICE UNAVAILABLE", b""), "503 without Retry-After"),
        (ANSWER % (b"500 INTERNAL SERVER ERROR", b""), "500"),
        (None, "lost"),
    ],
)
def test_each_request_is_counted_once_as_what_became_of_it(answer, kind):
    outcome = run(lambda _: answer, lambda port: overload.opened(port, "/", 0.2, 100))

    assert outcome.answers == {kind: 20}
    assert len(outcome.waits) == (20 if kind == "2xx" else 0)


def test_a_client_that_is_not_answered_leaves(monkeypatch):
    monkeypatch.setattr(overload, "PATIENCE", 0.001)

    outcome = run(lambda _: ANSWER % (b"200 OK", b""), lambda port: overload.opened(port, "/", 0.1, 50))

    assert outcome.answers == {"left": 5}


def test_what_was_refused_is_no_goodput():
    whole, half = (ANSWER % (b"200 OK", b""), REFUSAL)

    outcome = run(lambda number: half if number % 2 else whole, lambda port: overload.opened(port, "/", 0.5, 100))

    assert outcome.answers == {"2xx": 25, "503 with Retry-After": 25}
    assert outcome.rate == pytest.approx(25 / outcome.seconds)
    assert outcome.seconds >= outcome.asking


def test_who_asks_again_when_answered_finds_out_what_a_server_can_do():
    outcome = run(lambda _: ANSWER % (b"200 OK", b""), lambda port: overload.closed(port, "/", 0.3))

    assert outcome.answers.keys() == {"2xx"}
    assert outcome.rate <= overload.CLIENTS / 0.01
