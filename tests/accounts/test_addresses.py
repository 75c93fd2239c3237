import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from beastmode.accounts.emails.addresses import ADDRESS, EmailAddress, is_address, name_from
from beastmode.api import Schema

unhurried = hypothesis.settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

Contact = Schema.from_dict({"email": EmailAddress()})


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com",
        "a@b.c",
        "first.last+tag@sub.domain.example",
        "o'brien!#$%&*/=?^_`{|}~-@example.co.uk",
        "x@xn--bcher-kva.example",
        "a" * 108 + "@example.com",
    ],
)
def test_ordinary_addresses_are_accepted(address):
    assert is_address(address)
    assert Contact().validate({"email": address}) == {}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@localhost",
        "ada@@example.com",
        "ada@exa mple.com",
        " ada@example.com",
        "ada@example.com ",
        "ada@example.com\n",
        "ada\0@example.com",
        "ada@example..com",
        "ada@.example.com",
        "ada@-example.com",
        "ada@example-.com",
        "ada@example.com.",
        "ädä@example.com",
        "ada@exämple.com",
        '"ada"@example.com',
        "ada@[127.0.0.1]",
        "ada@example.com,eve@example.com",
        "ada@" + "x" * 64 + ".com",
        "a" * 109 + "@example.com",
        "a" * 1_000_000 + "@example.com",
    ],
)
def test_other_texts_are_refused(address):
    assert not is_address(address)
    assert list(Contact().validate({"email": address})) == ["email"]


@pytest.mark.parametrize("value", [None, 7, ["ada@example.com"], {"a": 1}, True])
def test_what_is_no_text_is_no_address(value):
    assert list(Contact().validate({"email": value})) == ["email"]


def test_a_view_gets_addresses_in_lower_case():
    assert Contact().load({"email": "Ada.Lovelace@Example.COM"}) == {"email": "ada.lovelace@example.com"}


def test_a_name_is_the_part_before_the_at_as_far_as_it_fits():
    assert name_from("ada.lovelace@example.com", 80) == "ada.lovelace"
    assert name_from("a" * 100 + "@example.com", 80) == "a" * 80


@unhurried
@given(st.from_regex(ADDRESS))
def test_the_pattern_and_the_length_are_the_whole_rule(address):
    assert is_address(address) == (len(address) <= 120)
