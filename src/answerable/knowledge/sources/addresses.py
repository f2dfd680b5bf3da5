"""Which network addresses a fetch may go to: public ones only, so that nobody reads the inner network through
it.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from answerable.core.errors import InvalidInput

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Takes host and port, returns addresses as text. Raises OSError when the name is not known."""

_NAT64 = ip_network("64:ff9b::/96")
_NUMERIC = re.compile(r"(?i)(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]*))*\.?\Z")
_HINT = (
    "Only public web addresses are fetched; ingestion.allow_private_hosts in the settings names exceptions."
)


class UrlRefused(InvalidInput):
    """An address that must not or cannot be fetched."""

    code = "url_refused"


async def resolve_host(host: str, port: int) -> Sequence[str]:
    """Ask the resolver of the system."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


async def find_public_address(host: str, port: int, *, resolver: Resolver, allowed: Sequence[str]) -> str:
    """Return the address to connect to, as text. Raises UrlRefused unless every address of the host is
    public.

    The caller connects to this address and to no other: a name that points elsewhere a moment later (DNS
    rebinding) then changes nothing. `allowed` names hosts (`host` or `host:port`) that are taken as they are.
    """
    trusted = host in allowed or f"{host}:{port}" in allowed
    if not trusted and _is_disguised(host):
        raise UrlRefused(f"{host} is not a host name.", hint=_HINT)
    try:
        addresses = list(dict.fromkeys(await resolver(host, port)))
    except (OSError, UnicodeError) as error:
        raise UrlRefused(f"The host {host} is not known.", hint="Check the address.") from error
    if not addresses:
        raise UrlRefused(f"The host {host} has no address.", hint="Check the address.")
    if not trusted and not all(map(is_public, addresses)):
        raise UrlRefused(f"The host {host} is in a private network.", hint=_HINT)
    return addresses[0]


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet, also when it is wrapped in an IPv6 one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    carried = _unwrap(parsed)
    if carried and parsed in _NAT64:
        return all(map(_is_global, carried))
    return _is_global(parsed) and all(map(_is_global, carried))


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _unwrap(address: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses that an IPv6 one carries: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, IPv4Address):
        return ()
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or int(address) >> 32 == 0:
        carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(one for one in carried if one is not None)


def _is_disguised(host: str) -> bool:
    """Tell whether a host is a number written to look harmless: `2130706433`, `0x7f.1`, `0177.0.0.1`."""
    if not _NUMERIC.match(host):
        return False
    try:
        ip_address(host)
    except ValueError:
        return True
    return False
