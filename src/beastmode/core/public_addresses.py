"""Which IP addresses belong to the internet, and to no network that only this machine or its neighbours can reach."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Listed here rather than by `is_global` alone: what Python knows depends on its version.
_SPECIAL_V4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this network; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own; metadata of Alibaba Cloud
        "127.0.0.0/8",
        "168.63.129.16/32",  # the host of Azure's virtual machines, under an address that looks public
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # metadata of Oracle Cloud
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
"""All that is assigned for the internet. Whatever maps IPv4 (::ffff:0:0/96, 64:ff9b::/96), is local or is multicast is
outside of it."""
_SPECIAL_V6 = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # protocols' own, with Teredo, which contains an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4, which contains an IPv4 address
        "3fff::/20",
    )
)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the internet.

    Args:
        address: The address. One of IPv6 that stands for one of IPv4 is not public, whichever it is.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4) and address.is_global
    if address.scope_id is not None or address not in _GLOBAL_V6:
        return False
    return not any(address in network for network in _SPECIAL_V6) and address.is_global


def parsed(text: str) -> Address:
    """An address as the system writes it.

    Args:
        text: The address, with a zone if it is one of the link.

    Raises:
        ValueError: It is none.
    """
    return ip_address(text)


def parsed_network(text: str) -> Network:
    """A network, such as "10.1.0.0/16", or a single address.

    Args:
        text: The network.

    Raises:
        ValueError: It is none.
    """
    return ip_network(text)
