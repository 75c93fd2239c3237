"""Pages: public addresses, allowed hosts, text, bounds."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from beastmode_tools.agent.tools.web import MOST_BYTES, OPEN, Network, public_address, read_page, text_of_html
from beastmode_tools.errors import CouldNotRun

PAGE = "<html><head><title>x</title><style>a{}</style></head><body><h1>Flask</h1><script>evil()</script><p>A  page</p>"
PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "fe80::1%eth0",
    "fd00::1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]


class Pages(BaseHTTPRequestHandler):
    """A server of pages that are difficult in one way each."""

    def do_GET(self):
        status, kind, body, place = PAGES[self.path]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if place:
            self.send_header("Location", place)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Nothing: the output of tests is for failures."""


PAGES = {
    "/page": (200, "text/html; charset=utf-8", PAGE.encode(), ""),
    "/moved": (302, "text/plain", b"", "/page"),
    "/circle": (302, "text/plain", b"", "/circle"),
    "/inward": (302, "text/plain", b"", "http://169.254.169.254/latest"),
    "/file": (200, "application/zip", b"PK", ""),
    "/long": (200, "text/plain", b"x" * (MOST_BYTES + 1), ""),
}


@pytest.fixture(scope="module")
def port():
    """Where the server listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def read(port, path):
    """A page of the server, as if it were a public host."""
    network = Network(lambda host, _: ["127.0.0.1"] if host == "docs.example.org" else [host], lambda _: True)
    allowed = "docs.example.org"
    return read_page(
        f"http://{allowed}:{port}{path}", lambda url: "" if f"//{allowed}:" in url else f"{url} is elsewhere.", network
    )


def test_a_page_is_read_as_the_text_that_it_shows(port):
    """Behind a redirect; scripts and styles are no text."""
    page = read(port, "/moved")

    assert (page.url, page.status, page.text) == (f"http://docs.example.org:{port}/page", 200, "Flask\n\nA page")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/circle", "docs.example.org redirects more than 5 times."),
        ("/inward", "http://169.254.169.254/latest is elsewhere."),
        ("/file", "docs.example.org answered with application/zip, and only text is read."),
    ],
)
def test_a_page_that_is_none_is_refused_in_a_sentence(port, path, told):
    """A redirect is asked about before it is followed."""
    with pytest.raises(CouldNotRun) as refused:
        read(port, path)

    assert str(refused.value) == told


def test_a_page_that_is_too_long_is_cut(port):
    """And says so."""
    page = read(port, "/long")

    assert (len(page.text), page.is_complete) == (MOST_BYTES, False)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_with_a_private_address_is_refused(address):
    """In whatever form it is written, and beside a public one."""
    network = Network(lambda host, port: ["93.184.215.14", address], OPEN.is_public)

    with pytest.raises(CouldNotRun) as refused:
        public_address("docs.example.org", 443, network)

    assert str(refused.value) == f"docs.example.org has the address {address}, which is not public."


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://other.example.org/", "refused by the gate `page`: other.example.org is not among the hosts"),
        ("http://127.0.0.1/", "refused by the gate `page`: 127.0.0.1 is an address of this network"),
        ("file:///etc/passwd", "refused by the gate `page`: 'file:///etc/passwd' is not an http or https URL"),
    ],
)
def test_only_hosts_that_were_allowed_are_asked(ask, url, told):
    """Those of the person's request, and those on the list."""
    with pytest.raises(CouldNotRun) as refused:
        ask("fetch", url=url, hosts=["docs.example.org"])

    assert str(refused.value).startswith(told)


def test_advisories_are_read_from_a_report_or_from_a_service_that_was_allowed(ask, project):
    """Nothing is asked over the network unless a person allowed the host."""
    with pytest.raises(CouldNotRun, match=r"^pypi\.org is not allowed\. Allow it, or write a report: "):
        ask("advisories")
    (project / "pip-audit.json").write_text(
        '{"dependencies": [{"name": "flask", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["2.0"]}]}]}'
    )

    told = ask("advisories")

    assert told["found"] == [
        {"name": "flask", "version": "1.0", "identifier": "CVE-1", "fixed_in": ["2.0"], "is_new": True}
    ]


def test_blocks_of_a_page_are_lines():
    """A list and a table stay readable."""
    assert text_of_html("<ul><li>a<li>b</ul><pre>x = 1</pre><template>no</template>") == "a\nb\nx = 1"
