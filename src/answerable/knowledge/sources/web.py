"""Fetch one web page, without giving whoever names it a way into the inner network (SSRF)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from answerable.core.errors import InvalidInput
from answerable.knowledge.sources.addresses import Resolver, UrlRefused, find_public_address, resolve_host
from answerable.knowledge.sources.types import MEBIBYTE, FetchedPage, WebLimits

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SCHEMES = {"http": 80, "https": 443}
_HEADERS = {"User-Agent": "answerable", "Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a fetch is for: the header that asks for it, the media types it may be, and its name for a person."""

    header: str
    types: re.Pattern[str]
    name: str


DOCUMENTS = Accepted(
    "text/html, text/*;q=0.9, */*;q=0.5",
    re.compile(
        r"text/|image/(?:png|jpeg|tiff|bmp|webp)|message/rfc822|application/"
        r"(?:pdf|json|xhtml\+xml|xml|rtf|epub\+zip|msword|octet-stream|x-ndjson|vnd\.(?:openxmlformats|oasis|ms-))"
    ),
    "document",
)
FILES = Accepted(
    "image/jpeg, image/png, image/webp, image/gif, application/pdf, */*;q=0.1",
    re.compile(r"image/|application/(?:pdf|octet-stream)|binary/octet-stream"),
    "image or PDF",
)
"""Images and PDFs for a model; whether the bytes are one is found out when they are read."""


class FetchFailed(InvalidInput):
    """A page that could not be had: its server answered with an error, too much, too late or something
    unreadable.
    """

    code = "fetch_failed"


def is_web_address(text: str) -> bool:
    """Tell a web address from a path, so that `ingest` can take both; other schemes count as addresses to
    refuse.
    """
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text) is not None


async def fetch(
    url: str,
    *,
    limits: WebLimits,
    accepted: Accepted = DOCUMENTS,
    resolver: Resolver = resolve_host,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FetchedPage:
    """Return what a web address holds, when it is of the `accepted` kinds.

    Only http and https, only hosts whose every address is public (see `find_public_address`); each redirect
    is checked like the first address. No proxy of the environment is used, for it would resolve the name
    again. Raises UrlRefused for an address that may not be fetched, and FetchFailed for a page that could not
    be had.
    """
    try:
        async with (
            asyncio.timeout(limits.timeout_seconds),
            httpx.AsyncClient(transport=transport, trust_env=False, timeout=limits.timeout_seconds) as client,
        ):
            return await _follow(client, url, limits, accepted, resolver)
    except (TimeoutError, httpx.TimeoutException) as error:
        seconds = limits.timeout_seconds
        raise FetchFailed(f"{url} did not answer within {seconds:g} s.", hint="Try again later.") from error
    except httpx.HTTPError as error:
        reason = str(error) or type(error).__name__
        raise FetchFailed(f"{url} cannot be fetched: {reason}.", hint="Check the address.") from error


async def _follow(
    client: httpx.AsyncClient, url: str, limits: WebLimits, accepted: Accepted, resolver: Resolver
) -> FetchedPage:
    current = url
    for _ in range(limits.max_redirects + 1):
        request = await _make_request(client, current, limits, resolver)
        request.headers["Accept"] = accepted.header
        response = await client.send(request, stream=True)
        try:
            target = response.headers.get("location")
            if response.status_code not in _REDIRECTS or not target:
                return await _read(response, url, current, limits, accepted)
            current = urljoin(current, target)
        finally:
            await response.aclose()
    raise FetchFailed(f"{url} redirects more than {limits.max_redirects} times.", hint="Check the address.")


async def _make_request(
    client: httpx.AsyncClient, url: str, limits: WebLimits, resolver: Resolver
) -> httpx.Request:
    """Return a request to the checked address that still names the host, for the server and for its
    certificate.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UrlRefused(f"{url!r} is not a web address.", hint="Check the address.") from error
    if parts.scheme.lower() not in _SCHEMES or not host:
        raise UrlRefused(f"{url!r} is not an http or https address.", hint="Name files by their path.")
    if parts.username is not None or parts.password is not None:
        raise UrlRefused("The address carries a user name.", hint="Leave user name and password out of it.")
    used = port or _SCHEMES[parts.scheme.lower()]
    address = await find_public_address(host, used, resolver=resolver, allowed=limits.allow_private_hosts)
    literal = f"[{address}]" if ":" in address else address
    pinned = urlunsplit((parts.scheme, f"{literal}:{used}", parts.path or "/", parts.query, ""))
    named = host.encode("idna").decode("ascii") if not host.isascii() else host
    shown = f"[{named}]" if ":" in named else named
    headers = {**_HEADERS, "Host": shown if port is None else f"{shown}:{port}"}
    return client.build_request("GET", pinned, headers=headers, extensions={"sni_hostname": named})


async def _read(
    response: httpx.Response, uri: str, url: str, limits: WebLimits, accepted: Accepted
) -> FetchedPage:
    if response.status_code >= 300:
        raise FetchFailed(f"{url} answers with status {response.status_code}.", hint="Check the address.")
    declared = response.headers.get("content-type")
    plain = (declared or "").partition(";")[0].strip().lower()
    if plain and not accepted.types.match(plain):
        raise FetchFailed(f"{url} is {plain}, which is no {accepted.name}.", hint="Check the address.")
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > limits.max_bytes:
            size = limits.max_bytes // MEBIBYTE
            raise FetchFailed(f"{url} is larger than {size} MiB.", hint="Download it, and ingest the file.")
    return FetchedPage(uri=uri, url=url, media_type=declared, content=bytes(content))
