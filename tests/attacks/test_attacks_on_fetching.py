"""Server-side request forgery: URLs that lead to where only the server can reach."""

import socket
import ssl
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Thread
from time import sleep

import pytest
import trustme

from beastmode.core.errors import FetchFailed, FetchRefused
from beastmode.core.fetching import Fetcher
from beastmode.core.public_addresses import is_public

HERE = "127.0.0.1"


class Site(BaseHTTPRequestHandler):
    """Answers what its path says, and notes what it got."""

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to?"))
            self.end_headers()
        elif self.path == "/slow":
            with self.connection:
                for _ in range(100):
                    self.wfile.write(b"H")
                    sleep(0.03)
                self.server.seen.append("the last byte")
        else:
            body = b"x" * 1000 if self.path == "/large" else b"hello"
            self.send_response(200)
            if self.path != "/large":
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, body))
        self.send_response(307 if self.path == "/moved" else 202)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def handle(self):
        with suppress(OSError):  # the client has gone, as some of these tests want
            super().handle()

    def log_message(self, *_):
        """Nothing is printed."""


@contextmanager
def serving(context=None):
    server = ThreadingHTTPServer((HERE, 0), Site)
    server.seen = []
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def running():
    with serving() as server:
        yield server


@pytest.fixture
def site(running):
    running.seen.clear()
    return running


class Names:
    """A resolver that answers a question with the next of its answers, and counts the questions."""

    def __init__(self, **answers):
        self.answers = {name.replace("_", "."): list(found) for name, found in answers.items()}
        self.asked = []

    def __call__(self, host, port):
        self.asked.append(host)
        found = self.answers[host]
        return [found.pop(0) if len(found) > 1 else found[0]]


def fetcher(site, names=None, **options):
    """A fetcher for which 127.0.0.1 is the internet, and everything else of this machine is not."""
    port = site.server_address[1]
    resolve = {} if names is None else {"resolve": names}
    return Fetcher(**{"schemes": ("http",), "ports": (port,), "allowed": (f"{HERE}/32",), **resolve, **options})


def url(site, path="/", host=HERE):
    return f"http://{host}:{site.server_address[1]}{path}"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "198.18.0.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::",
        "2001:0:7f00:1::", "2001:db8::1", "fec0::1",
    ],
)  # fmt: skip
def test_an_address_of_a_network_of_ours_is_not_public(address):
    """Loopback, private, link-local, metadata, multicast, reserved, and whatever maps or embeds an IPv4 address."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_an_address_of_the_internet_is_public(address):
    """The rules do not refuse what they are there to allow."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("ftp://example.com/", "The URL has the scheme 'ftp'; allowed: https."),
        ("file:///etc/passwd", "The URL has the scheme 'file'; allowed: https."),
        ("gopher://example.com/", "The URL has the scheme 'gopher'; allowed: https."),
        ("http://example.com/", "The URL has the scheme 'http'; allowed: https."),
        ("//example.com/", "The URL has the scheme ''; allowed: https."),
        ("https://example.com:22/", "The URL has the port 22; allowed: 443."),
        ("https://example.com:99999/", "The URL is malformed."),
        ("https://example.com@127.0.0.1/", "The URL has a user name or a password; leave them out."),
        ("https:///path", "The URL has no host."),
        ("https://2130706433/", "The URL has an IP address that is not written as four decimal numbers."),
        ("https://0x7f000001/", "The URL has an IP address that is not written as four decimal numbers."),
        ("https://0177.0.0.1/", "The URL has an IP address that is not written as four decimal numbers."),
        ("https://127.1/", "The URL has an IP address that is not written as four decimal numbers."),
        ("https://127.0.0.0x1/", "The URL has an IP address that is not written as four decimal numbers."),
        ("https://127.0.0.1/", "127.0.0.1 has the address 127.0.0.1, which is not public."),
        ("https://127.0.0.1./", "127.0.0.1 has the address 127.0.0.1, which is not public."),
        ("https://①②⑦.0.0.1/", "127.0.0.1 has the address 127.0.0.1, which is not public."),
        ("https://[::1]/", "::1 has the address ::1, which is not public."),
        ("https://[::ffff:a00:1]/", "::ffff:a00:1 has the address ::ffff:a00:1, which is not public."),
        ("https://localhost/", "localhost has the address 127.0.0.1, which is not public."),
    ],
)
def test_a_url_that_leads_into_our_network_is_refused(given, message):
    """However the address is written, nothing is connected."""
    names = Names(localhost=[HERE], **{HERE: [HERE], "::1": ["::1"], "::ffff:a00:1": ["::ffff:10.0.0.1"]})

    with pytest.raises(FetchRefused) as caught:
        Fetcher(resolve=names).get(given)

    assert str(caught.value) == message


@pytest.mark.parametrize("given", ["https://a.example/\r\nHost: b", "https://a.example\\@b/", "https://a.example/ x"])
def test_a_url_that_parsers_read_differently_is_refused(given):
    """Line ends would add headers, and a backslash may end the host or not."""
    with pytest.raises(FetchRefused) as caught:
        Fetcher(resolve=Names()).get(given)

    assert str(caught.value) == ("The URL has spaces, control characters or backslashes, or over 2048 characters.")


def test_a_name_that_changes_after_it_was_checked_gains_nothing(site):
    """DNS rebinding: the name is resolved once, and the address that was checked is the one that is connected to."""
    names = Names(shop_example=[HERE, "127.0.0.9"])

    fetched = fetcher(site, names).get(url(site, host="shop.example"))

    assert (fetched.status, fetched.body) == (200, b"hello")
    assert names.asked == ["shop.example"]
    assert site.seen[0][1]["Host"] == f"shop.example:{site.server_address[1]}"


def test_a_name_with_a_public_and_a_private_address_is_refused(site):
    """Otherwise the private one is tried when the public one does not answer."""
    with pytest.raises(FetchRefused) as caught:
        fetcher(site, lambda *_: [HERE, "10.0.0.1"]).get(url(site, host="shop.example"))

    assert str(caught.value) == "shop.example has the address 10.0.0.1, which is not public."


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("http://127.0.0.9:{port}/", "127.0.0.9 has the address 127.0.0.9, which is not public."),
        ("http://169.254.169.254/latest/meta-data", "The URL has the port 80; allowed: {port}."),
        ("//inside.example:{port}/", "inside.example has the address 10.0.0.1, which is not public."),
        ("file:///etc/passwd", "The URL has the scheme 'file'; allowed: http."),
    ],
)
def test_a_redirect_into_our_network_is_refused(site, location, message):
    """Each redirect is checked as the first URL is."""
    port = site.server_address[1]
    names = Names(**{HERE: [HERE], "127.0.0.9": ["127.0.0.9"], "inside_example": ["10.0.0.1"]})

    with pytest.raises(FetchRefused) as caught:
        fetcher(site, names).get(url(site, f"/to?{location.format(port=port)}"))

    assert str(caught.value) == message.format(port=port)


def test_a_name_is_resolved_and_checked_again_for_each_redirect(site):
    """The second answer of a resolver is not covered by the first check."""
    names = Names(shop_example=[HERE, "127.0.0.9"])

    with pytest.raises(FetchRefused):
        fetcher(site, names).get(url(site, "/to?/", "shop.example"))

    assert names.asked == ["shop.example"] * 2


def test_redirects_in_a_circle_end(site):
    """The number of redirects is bounded."""
    with pytest.raises(FetchFailed) as caught:
        fetcher(site, redirects=2).get(url(site, f"/to?/to?{url(site, '/to?/to?/to?/')}"))

    assert str(caught.value) == "There are more than 2 redirects."


def test_credentials_do_not_follow_a_redirect_to_another_origin(site):
    """They are for the one that was named."""
    names = Names(one_example=[HERE], two_example=[HERE])
    target = url(site, "/", "two.example")

    fetcher(site, names).get(url(site, f"/to?{target}", "one.example"), {"Authorization": "Bearer secret"})

    assert [("Authorization" in headers) for _, headers in site.seen] == [True, False]


def test_a_redirect_of_a_post_is_not_followed(site):
    """The body, such as that of a webhook, is for the one that was named."""
    fetched = fetcher(site).post(url(site, "/moved"), b"{}", {"Content-Type": "application/json"})

    assert fetched.status == 307
    assert site.seen == [("/moved", b"{}")]


def test_a_large_response_is_not_read_to_its_end(site):
    """With or without a Content-Length."""
    with pytest.raises(FetchFailed) as caught:
        fetcher(site, most_bytes=999).get(url(site, "/large"))
    with pytest.raises(FetchFailed):
        fetcher(site, most_bytes=4).get(url(site))

    assert str(caught.value) == "The response is larger than 999 bytes."


def test_a_server_that_sends_a_byte_now_and_then_does_not_hold_us(site):
    """The limit is for everything together; a timeout of a socket begins again with every byte."""
    with pytest.raises(FetchFailed) as caught:
        fetcher(site, seconds=0.3).get(url(site, "/slow"))

    assert "the last byte" not in site.seen
    assert str(caught.value) == "127.0.0.1 sent no complete response within 0.3 s."


def test_a_resolver_that_does_not_answer_does_not_hold_us(site):
    """The time of the resolver counts as well."""
    with pytest.raises(FetchFailed) as caught:
        fetcher(site, lambda *_: sleep(3), seconds=0.1).get(url(site, host="shop.example"))

    assert str(caught.value) == "shop.example has no address."


def test_proxies_of_the_environment_are_not_used(site, monkeypatch):
    """A proxy would resolve the name itself."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.9:1")

    assert fetcher(site).get(url(site)).status == 200


def test_a_header_cannot_be_added_through_a_value(site):
    """Neither the name nor the value of a header may contain a line end."""
    with pytest.raises(FetchFailed):
        fetcher(site).get(url(site), {"X-Note": "a\r\nX-Other: b"})

    assert site.seen == []


def test_a_certificate_must_be_one_of_the_name():
    """The connection is made to an address, and the certificate is verified against the name."""
    authority = trustme.CA()
    served, trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("shop.example").configure_cert(served)
    authority.configure_trust(trusted)
    names = Names(shop_example=[HERE], other_example=[HERE])

    with serving(served) as site:
        secure = fetcher(site, names, schemes=("https",), tls=trusted)
        port = site.server_address[1]
        fetched = secure.get(f"https://shop.example:{port}/")
        with pytest.raises(FetchFailed) as caught:
            secure.get(f"https://other.example:{port}/")
        with pytest.raises(FetchFailed):
            fetcher(site, names, schemes=("https",)).get(f"https://shop.example:{port}/")

    assert fetched.body == b"hello"
    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)


def test_a_host_that_does_not_answer_is_no_error_of_ours():
    """A refused connection is reported as such."""
    with socket.create_server((HERE, 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(FetchFailed) as caught:
        Fetcher(schemes=("http",), ports=(port,), allowed=(HERE,)).get(f"http://{HERE}:{port}/")

    assert str(caught.value) == "127.0.0.1 sent no complete response."
