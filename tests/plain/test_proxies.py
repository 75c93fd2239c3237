"""What is believed of a proxy's headers."""

import pytest
from flask import Flask, redirect, request, url_for

from beastmode import Beastmode

CLAIMS = {
    "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "//evil.example",
}


@pytest.fixture
def site():
    def make(hops):
        app = Flask("site")
        app.config.from_mapping(ENVIRONMENT="testing", TRUSTED_PROXIES=hops)
        app.add_url_rule("/", "home", lambda: f"{request.remote_addr} {request.scheme} {request.host}")
        app.add_url_rule("/old", "old", lambda: redirect(url_for("home")))
        Beastmode(app)
        return app.test_client()

    return make


def test_nobody_is_believed_unless_a_proxy_is_trusted(site):
    assert site(0).get("/", headers=CLAIMS).text == "127.0.0.1 http localhost"


def test_a_trusted_proxy_tells_the_address_next_to_it_and_the_scheme(site):
    assert site(1).get("/", headers=CLAIMS).text == "198.51.100.7 https localhost"
    assert site(2).get("/", headers=CLAIMS).text == "203.0.113.9 https localhost"


def test_no_header_leads_a_redirect_to_another_host(site):
    assert site(1).get("/old", headers=CLAIMS).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("203.0.113.9:40000", "203.0.113.9"),
        ("198.51.100.7:1, 203.0.113.9:40001", "203.0.113.9"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("[::1]", "::1"),
        ("2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_port_that_a_proxy_writes_is_no_part_of_the_address(site, told, meant):
    assert site(1).get("/", headers={"X-Forwarded-For": told}).text == f"{meant} http localhost"
