"""Both sizes, both themes: nothing overflows, contrast is kept, and pictures are taken to look at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import NARROW, WIDE, OpenPage
from tests.e2e.console.test_ask import ask
from tests.e2e.running import RunningServer

_ROOT = Path(__file__).parents[3]
PICTURES = _ROOT / "var" / "screenshots"
README_PICTURE = _ROOT / "docs" / "images" / "ask.png"
MAKE_PICTURE = "ANSWERABLE_MAKE_PICTURES"

_CONTRAST = """
() => {
  const channel = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (element.matches(":disabled, .nicegui-error-popup *, #esm-fallback")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) weak.push(`${element.className} ${element.textContent.slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return weak;
}
"""
"""Lists the texts whose contrast is below what WCAG 2.2 AA asks of text (4.5)."""

LOOKS = [
    pytest.param(size, scheme, id=f"{size[0]}-{scheme}")
    for size in (WIDE, NARROW)
    for scheme in ("light", "dark")
]


def check(page: Page, name: str, size: tuple[int, int], scheme: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0], f"{name} overflows"
    assert page.evaluate(_CONTRAST) == [], name
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{size[0]}-{scheme}.png")


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_ask(open_page: OpenPage, size: tuple[int, int], scheme: str) -> None:
    page = open_page(size=size, scheme=scheme)
    expect(page.locator(".example").first).to_be_visible()
    check(page, "ask-empty", size, scheme)
    ask(page, "Who built the lighthouse, and when?", app="doubtful")
    page.mouse.move(0, 0)
    check(page, "ask-answer", size, scheme)
    page.locator(".cite").first.click()
    expect(page.locator("#panel .in-passage").first).to_be_visible()
    page.mouse.move(0, 0)
    check(page, "ask-passage", size, scheme)
    if os.environ.get(MAKE_PICTURE) and (size, scheme) == (WIDE, "light"):
        README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=README_PICTURE)


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_knowledge(open_page: OpenPage, size: tuple[int, int], scheme: str) -> None:
    page = open_page("/knowledge?collection=docs", size=size, scheme=scheme)
    expect(page.locator(".row-title").first).to_be_visible()
    check(page, "knowledge", size, scheme)
    page.get_by_role("link", name="Search playground").click()
    page.get_by_label("Query").fill("how far is the light seen")
    page.keyboard.press("Enter")
    expect(page.locator(".hit").first).to_be_visible()
    check(page, "playground", size, scheme)


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_sign_in(open_page: OpenPage, size: tuple[int, int], scheme: str) -> None:
    page = open_page("/sign-in", size=size, scheme=scheme, key="")
    check(page, "sign-in", size, scheme)


def test_the_theme_is_chosen_and_kept(open_page: OpenPage) -> None:
    page = open_page(scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    toggle = page.get_by_role("button", name="Change theme")
    toggle.click()
    expect(toggle).to_contain_text("Light theme")
    toggle.click()
    expect(toggle).to_contain_text("Dark theme")
    dark = page.evaluate(ground)
    assert dark != before
    page.reload()
    assert page.evaluate(ground) == dark


def test_nothing_is_loaded_from_elsewhere(open_page: OpenPage) -> None:
    page = open_page(key="")
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.get_by_label("API key").wait_for()
    origin = page.url.removesuffix("sign-in")
    page.goto(f"{origin}sign-in")
    assert addresses
    assert all(address.startswith((origin, "data:")) for address in addresses)


def test_an_address_that_nobody_serves(
    open_page: OpenPage, server: RunningServer, console_errors: list[str]
) -> None:
    page = open_page("/nothing-here", key="")
    expect(page.get_by_role("heading")).to_have_text("There is no page at this address.")
    assert any("404" in error for error in console_errors)
    console_errors.clear()
    with server.client() as client:
        response = client.get("/v1/nothing-here")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
