"""Real SMTP servers: with and without TLS, accepting, refusing, unresponsive, and dropping connections."""

import asyncio
import socket
import ssl
import time
from email import message_from_bytes
from email.policy import SMTP

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Recorder:
    """Records what is sent, and replies as configured."""

    def __init__(self, reply, refused):
        self.mails = []
        self.reply = reply
        self.refused = refused
        self.now = self.most = 0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if address in self.refused:
            return f"550 no {address} here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, server, session, envelope):  # noqa: N802 - likewise
        return "421 too busy to say goodbye" if self.reply == "rude" else "221 Bye"

    async def meet(self):
        """Hold a mail until no other has come for a while, and count how many are held at once."""
        self.now += 1
        self.most = max(self.most, self.now)
        count = -1
        while count != self.now:  # others may be on their way
            count = self.now
            await asyncio.sleep(0.3)
        self.now -= 1

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - likewise
        if self.reply == "hang":
            time.sleep(1)  # noqa: ASYNC251 - nobody else is served meanwhile
        elif self.reply == "close":
            server.transport.abort()
        elif self.reply == "meet":
            await self.meet()
        elif self.reply not in {"", "rude"}:
            return self.reply
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=SMTP)))
        return "250 stored"


class SmtpServer:
    """A server in its own thread.

    Args:
        authority: Signs its certificate.
        tls: "starttls", "implicit" or "".
        names: What its certificate is for.
        reply: What it answers to a mail: a line, "hang", "close", or "" for yes;
            "rude" for yes, and an error when the connection ends; "meet" for yes, once no other mail comes.
        refused: Recipients that it does not know.
        login: The user and password that it requires; None for none.
    """

    def __init__(self, authority, *, tls="starttls", names=("localhost",), reply="", refused=(), login=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(context)
        options = {"ssl_context": context} if tls == "implicit" else {}
        if tls == "starttls":
            options["tls_context"] = context
            options["require_starttls"] = True
        if login is not None:
            options["auth_required"] = True
            options["authenticator"] = lambda *call: AuthResult(success=(call[4].login, call[4].password) == login)
        self.recorder = Recorder(reply, refused)
        kind = Implicit if tls == "implicit" else Controller
        self._controller = kind(self.recorder, hostname="127.0.0.1", port=free_port(), ready_timeout=10, **options)
        self._controller.start()

    @property
    def port(self):
        return self._controller.port

    @property
    def mails(self):
        return self.recorder.mails

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._close_connections(), self._controller.loop).result(5)
        self._controller.stop()

    async def _close_connections(self):
        """Close what a client left open: the loop ends before it would, and another test would find the socket."""
        for transport in list(asyncio.get_running_loop()._transports.values()):
            transport.abort()
        await asyncio.sleep(0)


class Implicit(Controller):
    """TLS from the first byte; aiosmtpd's own check of a start does not know the certificate."""

    def _trigger_server(self):
        """Connect once, as aiosmtpd waits for it."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((self.hostname, self.port), 5) as plain, context.wrap_socket(plain) as secure:
            secure.recv(1024)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
