"""A small product with <answerable-ask> in it: its own server, on another origin than Answerable's.

    ANSWERABLE_URL=http://127.0.0.1:8000 ANSWERABLE_KEY=ans_... python server.py

The key stays here. The page gets a session, for one app and for its signed-in user, and nothing else.
"""

from __future__ import annotations

import json
import os
import urllib.request
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = Path(__file__).parent / "page"
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}


class Product(ThreadingHTTPServer):
    """`answerable_url` and `answerable_key` may be set until the first request comes."""

    def __init__(self, port: int = 0, *, answerable_url: str = "", answerable_key: str = "") -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.answerable_url = answerable_url
        self.answerable_key = answerable_key

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Product

    def do_GET(self) -> None:
        name = "index.html" if self.path.partition("?")[0] == "/" else self.path.partition("?")[0][1:]
        known = {path.name: path for path in PAGE.iterdir()}
        if name not in known:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        text = (
            known[name].read_text(encoding="utf-8").replace("{{ANSWERABLE_URL}}", self.server.answerable_url)
        )
        self._send(text.encode(), TYPES[known[name].suffix])

    def do_POST(self) -> None:
        if self.path != "/answerable-session":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        # Here a product looks who is signed in. Everything that the page may do is decided on this line.
        session = {"app": "ask", "user": "customer-17", "minutes": 15}
        request = urllib.request.Request(  # noqa: S310  the address is the operator's
            f"{self.server.answerable_url}/v1/sessions",
            data=json.dumps(session).encode(),
            headers={
                "Authorization": f"Bearer {self.server.answerable_key}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            self._send(response.read(), "application/json")

    def _send(self, body: bytes, media_type: str) -> None:
        answerable = self.server.answerable_url
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src {answerable}; connect-src 'self' {answerable}; style-src 'self';"
            " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            " require-trusted-types-for 'script'",
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing for each request."""


if __name__ == "__main__":
    product = Product(
        int(os.environ.get("PORT", "8080")),
        answerable_url=os.environ.get("ANSWERABLE_URL", "http://127.0.0.1:8000"),
        answerable_key=os.environ["ANSWERABLE_KEY"],
    )
    print(f"{product.url}  (allow this origin in [server] allowed_origins)")
    product.serve_forever()
