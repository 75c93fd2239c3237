import pytest

from beastmode.core.addresses import bare_address


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:40000", "203.0.113.7"),
        ("203.0.113.7:", "203.0.113.7"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("[::1]:443", "::1"),
        ('"[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ("[fe80::1%eth0]:443", "fe80::1%eth0"),
        (" 203.0.113.7:1 ", "203.0.113.7"),
        # Without brackets nobody knows which part would be the port.
        ("2001:db8::1:443", "2001:db8::1:443"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
        ("unknown", "unknown"),
        ("_hidden:8080", "_hidden:8080"),
        ("[", "["),
        ("", ""),
    ],
)
def test_an_address_is_read_without_what_proxies_write_around_it(told, meant):
    assert bare_address(told) == meant
