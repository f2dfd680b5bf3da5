"""The component in the product, in both sizes and themes: nothing overflows, contrast is kept; the script itself."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.console.embed.conftest import OpenProduct
from tests.e2e.console.embed.test_embed import ask
from tests.e2e.console.test_looks import LOOKS, MAKE_PICTURE, PICTURES
from tests.e2e.running import RunningServer

PICTURE = Path(__file__).parents[4] / "docs" / "images" / "embed.png"
SCRIPT = "/embed/answerable-ask.js"

_CONTRAST = """
(element) => {
  const channel = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color[3] === 255) return color;
    }
  };
  const weak = [];
  for (const e of element.shadowRoot.querySelectorAll("*")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility({ visibilityProperty: true }) || e.matches(".hidden")) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) weak.push(`${e.className} ${e.textContent.slice(0, 30)}`);
  }
  return weak;
}
"""
"""Lists the texts of the component whose contrast is below what WCAG 2.2 AA asks of text (4.5)."""


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_component_in_a_product(open_product: OpenProduct, size: tuple[int, int], scheme: str) -> None:
    page = open_product(size=size, scheme=scheme)
    ask(page, "How many berths does the north quay have?")
    ask(page, "When is the tower open, and how many steps does the climb have?")
    page.get_by_label("Good answer").last.click()
    expect(page.get_by_label("What was good or bad about it?").last).to_be_visible()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in ("embed-answer", "embed-source"):
        if name == "embed-source":
            page.locator(".answer .cite").last.click()
        page.mouse.move(0, 0)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], f"{name} overflows"
        assert page.locator("answerable-ask").evaluate(_CONTRAST) == [], name
        page.screenshot(path=PICTURES / f"{name}-{size[0]}-{scheme}.png")
        if os.environ.get(MAKE_PICTURE) and name == "embed-answer" and size[0] > 1000 and scheme == "light":
            page.screenshot(path=PICTURE)


def test_the_script_is_small_and_kept_by_browsers(asked: RunningServer) -> None:
    with httpx.Client(base_url=asked.url, trust_env=False) as client:
        current = client.get(SCRIPT)
        assert current.headers["content-type"].startswith("text/javascript")
        assert len(current.content) < 30_000
        assert len(gzip.compress(current.content, 9)) < 10_000
        assert current.headers["access-control-allow-origin"] == "*"
        lasting = client.get(current.headers["content-location"])
        assert "immutable" in lasting.headers["cache-control"]
        assert lasting.content == current.content
        seen = client.get(SCRIPT, headers={"If-None-Match": current.headers["etag"]})
        assert (seen.status_code, seen.content) == (304, b"")
        assert client.get("/embed/000000000000/answerable-ask.js").status_code == 404
        plain = client.get(SCRIPT, headers={"Accept-Encoding": "identity"})
        assert plain.content == current.content
        for forbidden in (
            b"innerHTML",
            b"outerHTML",
            b"insertAdjacentHTML",
            b"eval(",
            b"new Function",
            b"document.write",
        ):
            assert forbidden not in current.content
