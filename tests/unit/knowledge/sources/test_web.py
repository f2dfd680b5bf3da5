"""Fetching pages: what is fetched, and above all what is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import httpx
import pytest

from answerable.core.errors import InvalidInput
from answerable.knowledge.sources.addresses import UrlRefused, is_public
from answerable.knowledge.sources.types import FetchedPage, WebLimits
from answerable.knowledge.sources.web import DOCUMENTS, FILES, Accepted, FetchFailed, fetch, is_web_address

PUBLIC = "93.184.215.14"
HTML = {"content-type": "text/html; charset=utf-8"}


async def fetch_from(
    url: str,
    answer: Callable[[httpx.Request], httpx.Response],
    *,
    addresses: Sequence[str] = (PUBLIC,),
    limits: WebLimits | None = None,
    accepted: Accepted = DOCUMENTS,
) -> FetchedPage:
    """Fetch with a resolver that gives the same addresses for any name, and a server that is a function."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    transport = httpx.MockTransport(answer)
    return await fetch(
        url, limits=limits or WebLimits(), accepted=accepted, resolver=resolve, transport=transport
    )


def refuse_call(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"{request.url} was asked")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
        "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:53aa:64c:0:fffe:f5ff:fffe", "nonsense",
    ],
)  # fmt: skip
async def test_private_address_is_refused_before_anything_is_sent(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(UrlRefused, match="private network"):
        await fetch_from("http://intranet.example/", refuse_call, addresses=[address])


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_address_is_public(address: str) -> None:
    assert is_public(address)


async def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(UrlRefused):
        await fetch_from("http://mixed.example/", refuse_call, addresses=[PUBLIC, "10.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.com/", "gopher://example.com/", "http://", "http://[::1", "https:///x",
        "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/", "http://user:pw@example.com/",
        "http://example.com:99999/", "javascript:alert(1)",
    ],
)  # fmt: skip
async def test_address_that_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        await fetch_from(url, refuse_call)
    assert refused.value.hint


async def test_connection_goes_to_the_checked_address_and_still_names_the_host() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers=HTML, content=b"<p>hello")

    page = await fetch_from("https://docs.example/a?b=1#c", answer)
    assert (page.uri, page.content, page.media_type) == (
        "https://docs.example/a?b=1#c",
        b"<p>hello",
        HTML["content-type"],
    )
    (request,) = seen
    assert str(request.url) == f"https://{PUBLIC}/a?b=1"
    assert request.headers["host"] == "docs.example"
    assert request.extensions["sni_hostname"] == "docs.example"


async def test_redirect_into_the_private_network_is_refused() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "http://169.254.169.254/latest/meta-data/"})

    async def resolve(host: str, port: int) -> Sequence[str]:
        return [host] if host[0].isdigit() else [PUBLIC]

    with pytest.raises(UrlRefused, match="private network"):
        await fetch(
            "http://a.example/", limits=WebLimits(), resolver=resolve, transport=httpx.MockTransport(answer)
        )


async def test_redirects_are_followed_and_bounded() -> None:
    def once(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/old":
            return httpx.Response(301, headers={"location": "/new"})
        return httpx.Response(200, headers=HTML, content=b"moved")

    page = await fetch_from("https://a.example/old", once)
    assert (page.uri, page.url, page.content) == ("https://a.example/old", "https://a.example/new", b"moved")

    def forever(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "/again"})

    with pytest.raises(FetchFailed, match="redirects more than 5 times"):
        await fetch_from("https://a.example/", forever)


async def test_allowed_private_host_is_fetched() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=HTML, content=b"inner")

    limits = WebLimits(allow_private_hosts=("wiki.corp",))
    page = await fetch_from("http://wiki.corp/", answer, addresses=["10.1.2.3"], limits=limits)
    assert page.content == b"inner"
    with pytest.raises(UrlRefused):
        await fetch_from("http://other.corp/", refuse_call, addresses=["10.1.2.3"], limits=limits)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (httpx.Response(404), "status 404"),
        (httpx.Response(500), "status 500"),
        (httpx.Response(200, headers={"content-type": "video/mp4"}, content=b"x"), "video/mp4"),
        (httpx.Response(200, headers=HTML, content=b"x" * 2048), "larger than"),
    ],
)
async def test_page_that_cannot_be_had(response: httpx.Response, reason: str) -> None:
    with pytest.raises(FetchFailed, match=reason):
        await fetch_from("https://a.example/", lambda _: response, limits=WebLimits(max_bytes=1024))


async def test_network_errors_and_unknown_hosts_are_errors_for_the_caller() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(FetchFailed, match="refused"):
        await fetch_from("https://a.example/", fail)

    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(InvalidInput, match="not known"):
        await fetch("https://nowhere.example/", limits=WebLimits(), resolver=unknown)


def test_web_addresses_are_told_from_paths() -> None:
    assert is_web_address("https://a.example/x")
    assert is_web_address("file:///etc/passwd")
    assert not is_web_address("docs/a.md")
    assert not is_web_address("C:/docs/a.md")


async def test_what_is_accepted_is_asked_for_and_held_to() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        kind = "image/gif" if request.headers["accept"].startswith("image/") else "text/html"
        return httpx.Response(200, headers={"content-type": kind}, content=b"x")

    def answer_html(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=HTML, content=b"x")

    url = "https://a.example/"
    assert (await fetch_from(url, answer)).media_type == "text/html"
    assert (await fetch_from(url, answer, accepted=FILES)).media_type == "image/gif"
    with pytest.raises(FetchFailed, match="text/html, which is no image or PDF"):
        await fetch_from(url, answer_html, accepted=FILES)
