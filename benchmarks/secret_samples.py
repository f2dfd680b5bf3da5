"""Texts with a secret in them, and texts that only look as if: made from a seed, in the shapes that people paste.

The shapes follow what the makers of keys document (prefix, alphabet, length), not the expressions of our detectors.
None of them is a real key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import string
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

_ALNUM = string.ascii_letters + string.digits
_URLSAFE = _ALNUM + "-_"
_HEX = "0123456789abcdef"
_BASE32 = string.ascii_uppercase + "234567"


class Sample(NamedTuple):
    """`secret` is empty in a text that holds none."""

    kind: str
    text: str
    secret: str


def make_positives(count: int, *, seed: int) -> Iterator[Sample]:
    """Yield texts with one secret each: of every kind and in every context as often."""
    chance = random.Random(seed)
    kinds = [*_MARKED, *_NAMED, *_WHOLE]
    for number in range(count):
        kind = kinds[number % len(kinds)]
        if kind in _MARKED:
            secret = _MARKED[kind](chance)
            yield Sample(kind, chance.choice(_ANYWHERE)(secret), secret)
        elif kind in _NAMED:
            word, make = _NAMED[kind]
            secret = make(chance)
            yield Sample(kind, chance.choice(_CALLED)(word, secret), secret)
        else:
            yield Sample(kind, *_WHOLE[kind](chance))


def make_negatives(count: int, *, seed: int) -> Iterator[Sample]:
    """Yield texts without a secret."""
    chance = random.Random(seed)
    kinds = list(_HARMLESS)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        yield Sample(kind, _HARMLESS[kind](chance), "")


def _draw(chance: random.Random, alphabet: str, length: int) -> str:
    return "".join(chance.choice(alphabet) for _ in range(length))


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _base64(chance: random.Random, size: int) -> str:
    return base64.b64encode(chance.randbytes(size)).decode()


def _password(chance: random.Random) -> str:
    word = chance.choice(
        ("Summer", "dragon", "Tr0ub4dor", "Winter", "hunter", "P@ssw0rd", "Qwerty", "blue-kite")
    )
    return word + chance.choice(("2024!", "2", "&3xQ", "#91", "_prod7", "!!", "99", "-x8Tz"))


def _jwt(chance: random.Random) -> str:
    parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": str(chance.getrandbits(40)), "exp": 1790000000}]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, _draw(chance, _URLSAFE, 43)])


_MARKED: Mapping[str, Callable[[random.Random], str]] = {
    "answerable": lambda r: "ans_" + _draw(r, _URLSAFE, 43),
    "openai project": lambda r: "sk-proj-" + _draw(r, _URLSAFE, 156),
    "openai old": lambda r: f"sk-{_draw(r, _ALNUM, 20)}T3BlbkFJ{_draw(r, _ALNUM, 20)}",
    "openai service": lambda r: "sk-svcacct-" + _draw(r, _URLSAFE, 120),
    "anthropic": lambda r: f"sk-ant-api03-{_draw(r, _URLSAFE, 93)}AA",
    "openrouter": lambda r: "sk-or-v1-" + _draw(r, _HEX, 64),
    "deepseek": lambda r: "sk-" + _draw(r, _HEX, 32),
    "groq": lambda r: "gsk_" + _draw(r, _ALNUM, 52),
    "xai": lambda r: "xai-" + _draw(r, _ALNUM, 80),
    "hugging face": lambda r: "hf_" + _draw(r, string.ascii_letters, 34),
    "replicate": lambda r: "r8_" + _draw(r, _ALNUM, 37),
    "aws id": lambda r: "AKIA" + _draw(r, _BASE32, 16),
    "aws session id": lambda r: "ASIA" + _draw(r, _BASE32, 16),
    "google": lambda r: "AIza" + _draw(r, _URLSAFE, 35),
    "google client": lambda r: "GOCSPX-" + _draw(r, _URLSAFE, 28),
    "google token": lambda r: "ya29." + _draw(r, _URLSAFE, 140),
    "azure client": lambda r: f"{_draw(r, _ALNUM, 3)}8Q~{_draw(r, _ALNUM + '-_.~', 34)}",
    "github": lambda r: r.choice(("ghp_", "gho_", "ghs_", "ghu_")) + _draw(r, _ALNUM, 36),
    "github fine": lambda r: f"github_pat_{_draw(r, _ALNUM, 22)}_{_draw(r, _ALNUM, 59)}",
    "gitlab": lambda r: "glpat-" + _draw(r, _URLSAFE, 20),
    "npm": lambda r: "npm_" + _draw(r, _ALNUM, 36),
    "pypi": lambda r: "pypi-AgEIcHlwaS5vcmc" + _draw(r, _URLSAFE, 120),
    "docker": lambda r: "dckr_pat_" + _draw(r, _URLSAFE, 27),
    "digitalocean": lambda r: "dop_v1_" + _draw(r, _HEX, 64),
    "databricks": lambda r: "dapi" + _draw(r, _HEX, 32),
    "vault": lambda r: "hvs." + _draw(r, _URLSAFE, 90),
    "slack bot": lambda r: (
        f"xoxb-{_draw(r, string.digits, 12)}-{_draw(r, string.digits, 13)}-{_draw(r, _ALNUM, 24)}"
    ),
    "slack app": lambda r: (
        f"xapp-1-A{_draw(r, string.digits, 10)}-{_draw(r, string.digits, 13)}-{_draw(r, _HEX, 64)}"
    ),
    "stripe": lambda r: r.choice(("sk_live_", "sk_test_", "rk_live_")) + _draw(r, _ALNUM, 24),
    "stripe hook": lambda r: "whsec_" + _draw(r, _ALNUM, 32),
    "sendgrid": lambda r: f"SG.{_draw(r, _URLSAFE, 22)}.{_draw(r, _URLSAFE, 43)}",
    "twilio": lambda r: "SK" + _draw(r, _HEX, 32),
    "mailgun": lambda r: "key-" + _draw(r, _HEX, 32),
    "telegram": lambda r: f"{_draw(r, '123456789', 10)}:AA{_draw(r, _URLSAFE, 33)}",
    "shopify": lambda r: "shpat_" + _draw(r, _HEX, 32),
    "grafana": lambda r: f"glsa_{_draw(r, _ALNUM, 32)}_{_draw(r, _HEX, 8)}",
    "linear": lambda r: "lin_api_" + _draw(r, _ALNUM, 40),
    "notion": lambda r: "ntn_" + _draw(r, _ALNUM, 46),
    "jwt": _jwt,
}
"""Secrets that tell what they are, wherever they stand."""

_ANYWHERE: tuple[Callable[[str], str], ...] = (
    lambda secret: f"KEY={secret}",
    lambda secret: f'export SERVICE_KEY="{secret}"',
    lambda secret: json.dumps({"model": "large", "credential": secret, "retries": 3}),
    lambda secret: json.dumps(json.dumps({"value": f"line one\n{secret}\nline three"})),
    lambda secret: f"client = Client('{secret}', timeout=30)",
    lambda secret: f"Please check why {secret} does not work any more.",
    lambda secret: f"It says invalid key ({secret}).",
    lambda secret: f"2026-03-01T10:00:00Z ERROR auth failed for {secret}, retrying in 5s",
    lambda secret: f"curl https://api.example.com/v1/me?key={secret}&limit=10",
    lambda secret: f"| name | value |\n|---|---|\n| prod | {secret} |",
    lambda secret: f"```\n{secret}\n```",
    lambda secret: secret,
)

_NAMED: Mapping[str, tuple[str, Callable[[random.Random], str]]] = {
    "aws secret": ("aws_secret_access_key", lambda r: _draw(r, _ALNUM + "+/", 40)),
    "hex api key": ("api_key", lambda r: _draw(r, _HEX, r.choice((32, 40, 64)))),
    "base64 secret": ("client_secret", lambda r: _base64(r, r.choice((24, 32, 48)))),
    "opaque token": ("access_token", lambda r: _draw(r, _URLSAFE, r.choice((24, 32, 64)))),
    "uuid token": ("auth_token", _uuid),
    "django secret": ("SECRET_KEY", lambda r: _draw(r, _ALNUM + "!@#$%^*(-_=+)", 50)),
    "webhook secret": ("webhook_secret", lambda r: _draw(r, _ALNUM, 32)),
    "password": ("password", _password),
    "db password": ("DB_PASSWORD", _password),
    "pwd": ("pwd", _password),
    "passphrase": ("passphrase", lambda r: "-".join(r.choice(_WORDS) for _ in range(4))),
    "random password": ("spring.datasource.password", lambda r: _draw(r, _ALNUM + "!#$%&*+-=?@^_", 16)),
}
"""Secrets that only the name beside them tells."""

_WORDS: tuple[str, ...] = (
    "correct",
    "horse",
    "battery",
    "staple",
    "orbit",
    "velvet",
    "canyon",
    "mosaic",
    "plume",
    "anchor",
)

_CALLED: tuple[Callable[[str, str], str], ...] = (
    lambda word, secret: f"{word}={secret}",
    lambda word, secret: f"{word.upper()}={secret}\nDEBUG=true",
    lambda word, secret: f"{word}: {secret}\nport: 5432",
    lambda word, secret: f"{word} = '{secret}'",
    lambda word, secret: f'{word} := "{secret}"',
    lambda word, secret: json.dumps({"user": "svc", word: secret}),
    lambda word, secret: json.dumps(json.dumps({"user": "svc", word: secret})),
    lambda word, secret: f"docker run -e {word.upper()}={secret} app:1.2",
    lambda word, secret: f"My {word.replace('_', ' ')} is {secret}",
    lambda word, secret: f"The {word} for staging is: {secret}",
    lambda word, secret: f"<{word}>{secret}</{word}>",
)


def _dsn(chance: random.Random) -> tuple[str, str]:
    scheme = chance.choice(
        ("postgres", "postgresql+psycopg", "mysql", "mongodb+srv", "redis", "amqp", "https", "ftp")
    )
    secret = chance.choice((_password(chance).replace("/", ""), _draw(chance, _ALNUM, 20)))
    return f"{scheme}://svc:{secret}@db-{chance.randrange(9)}.internal.example.com:5432/app?x=1", secret


def _pem(chance: random.Random) -> tuple[str, str]:
    kind = chance.choice(("RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY"))
    body = _base64(chance, 240)
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    text = f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----"
    return f"Here it is:\n{text}\nthanks" if chance.random() < 0.5 else json.dumps({"key": text}), body[
        64:128
    ]


def _basic(chance: random.Random) -> tuple[str, str]:
    secret = base64.b64encode(f"svc:{_password(chance)}".encode()).decode()
    return f"Authorization: Basic {secret}", secret


_WHOLE: Mapping[str, Callable[[random.Random], tuple[str, str]]] = {
    "connection string": _dsn,
    "private key": _pem,
    "basic auth": _basic,
    "bearer": lambda r: (f"curl -H 'Authorization: Bearer {(s := _draw(r, _URLSAFE, 40))}' https://x.example", s),
    "bearer alone": lambda r: (f"it sends bearer {(s := _draw(r, _ALNUM, 36))} every time", s),
    "api key header": lambda r: (f"X-API-Key: {(s := _draw(r, _ALNUM, 32))}\nAccept: */*", s),
    "curl user": lambda r: (f"curl -u admin:{(s := _password(r))} https://x.example/api", s),
    "flag": lambda r: (f"mytool login --user ann --password {(s := _password(r))} --verbose", s),
    "token flag": lambda r: (f"helm push --token={(s := _draw(r, _ALNUM, 40))} chart.tgz", s),
    "sql": lambda r: (f"CREATE USER app WITH PASSWORD '{(s := _password(r))}' CREATEDB;", s),
    "mysql": lambda r: (f"CREATE USER 'app'@'%' IDENTIFIED BY '{(s := _password(r))}';", s),
    "netrc": lambda r: (f"machine ftp.example.com login ann password {(s := _password(r))}", s),
    "ado": lambda r: (f"Server=db;Database=app;User Id=sa;Password={(s := _password(r))};Encrypt=yes", s),
    "azure storage": lambda r: (
        f"DefaultEndpointsProtocol=https;AccountName=acct;AccountKey={(s := _base64(r, 64))};EndpointSuffix=x", s,
    ),
    "signed url": lambda r: (f"https://acct.blob.example.net/c/f?sv=2024&sig={(s := _base64(r, 32)[:-1])}%3D&se=1", s),
    "query": lambda r: (f"GET /v1/weather?city=Oslo&api_key={(s := _draw(r, _HEX, 32))}&units=metric HTTP/1.1", s),
    "said": lambda r: (f"here is my api key {(s := _draw(r, _ALNUM, 32))} please use it", s),
    "german": lambda r: (f"Das Passwort lautet: {(s := _password(r))}", s),
}  # fmt: skip
"""Secrets in a text of their own."""

_HARMLESS: Mapping[str, Callable[[random.Random], str]] = {
    "commit": lambda r: f"Fixed in commit {_draw(r, _HEX, 40)} of the main branch.",
    "short commit": lambda r: f"git revert {_draw(r, _HEX, 8)}",
    "sha256": lambda r: f"sha256:{hashlib.sha256(r.randbytes(8)).hexdigest()}  image.tar",
    "docker": lambda r: f"FROM python:3.11@sha256:{_draw(r, _HEX, 64)}",
    "integrity": lambda r: f'"integrity": "sha512-{_base64(r, 64)}"',
    "uuid": lambda r: f"The order {_uuid(r)} was shipped.",
    "trace": lambda r: f"trace_id={_draw(r, _HEX, 32)} span_id={_draw(r, _HEX, 16)}",
    "traceparent": lambda r: f"traceparent: 00-{_draw(r, _HEX, 32)}-{_draw(r, _HEX, 16)}-01",
    "image": lambda r: f"![](data:image/png;base64,{_base64(r, 600)})",
    "etag": lambda r: f'ETag: "{_draw(r, _HEX, 32)}"',
    "certificate": lambda r: f"-----BEGIN CERTIFICATE-----\n{_base64(r, 96)}\n-----END CERTIFICATE-----",
    "public key": lambda r: f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{_draw(r, _ALNUM, 48)} ann@laptop",
    "pem public": lambda r: f"-----BEGIN PUBLIC KEY-----\n{_base64(r, 96)}\n-----END PUBLIC KEY-----",
    "pod": lambda r: f"pod/web-{_draw(r, _HEX, 10)}-{_draw(r, string.ascii_lowercase, 5)} is running",
    "video": lambda r: f"https://video.example.com/watch?v={_draw(r, _URLSAFE, 11)}",
    "document": lambda r: f"https://docs.example.com/document/d/{_draw(r, _URLSAFE, 44)}/edit",
    "max tokens": lambda r: f'{{"max_tokens": {r.randrange(100, 4096)}, "prompt_tokens": {r.randrange(9999)}}}',
    "tokens": lambda r: f"The limit is {r.randrange(9) + 1}000 tokens per minute, and the token count was exceeded.",
    "environment": lambda r: r.choice((
        'password = os.environ["DB_PASSWORD"]', "token: ${GITHUB_TOKEN}", "api_key=<your-api-key>",
        "password: {{ vault_password }}", "secret = get_secret('prod/db')", "API_KEY=$API_KEY ./run.sh",
        "password=getpass.getpass()", "db_password: !vault secret/data/db", "password: ********",
    )),
    "code": lambda r: r.choice((
        "def login(user: str, password: str) -> Token:", "if token is None: raise Unauthorized", "class TokenBucket:",
        "def check(password: SecretStr, hashed: bytes) -> bool:", "self.token = token", "password = user.password",
        "const token = await fetchToken(url)", "api_key: Optional[str] = None", "secret_key = settings.secret_key",
    )),
    "prose": lambda r: r.choice((
        "Your password must have at least 8 characters.", "The password is wrong, so reset the password.",
        "How do I rotate an API key without downtime?", "A bearer token authenticates the bearer of the token.",
        "The secret is to knead the dough for ten minutes.", "Basic authentication is discouraged here.",
        "My token expired yesterday and the API answers 401.", "Passwort vergessen? Es ist leicht zu ändern.",
        "The access key is stored in the vault of the team.", "Tokens: input 120, output 40, cached 0.",
    )),
    "slug": lambda r: f"https://blog.example.com/sk-learn-{r.choice(_WORDS)}-{r.choice(_WORDS)}-guide-for-beginners",
    "styles": lambda r: f".sk-fading-circle .sk-circle{r.randrange(12)}::before {{ animation-delay: -1s }}",
    "css": lambda r: f".btn-{_draw(r, _HEX, 6)} {{ color: #{_draw(r, _HEX, 6)} }}",
    "key value": lambda r: f"cache key {_draw(r, _HEX, 40)} was evicted after {r.randrange(99)} s",
    "arn": lambda r: f"arn:aws:iam::{_draw(r, '123456789', 12)}:role/service-role/app-{r.choice(_WORDS)}",
    "azure id": lambda r: f"/subscriptions/{_uuid(r)}/resourceGroups/rg-app/providers/x",
    "address": lambda r: f"https://example.com:8443/path?x={r.randrange(99)}#a@b",
    "package": lambda r: f"numpy==2.4.{r.randrange(9)} --hash=sha256:{_draw(r, _HEX, 64)}",
    "vector": lambda r: " ".join(f"{r.uniform(-1, 1):.6f}" for _ in range(30)),
}  # fmt: skip
"""Texts that a detector of random strings, or of words about secrets, might take."""
