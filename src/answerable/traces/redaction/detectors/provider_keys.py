"""Keys whose makers mark them: a prefix that nothing else has, then a long random part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from answerable.traces.redaction.detectors.entropy import is_random
from answerable.traces.redaction.patterns import compile_pattern
from answerable.traces.redaction.types import Detector, Found

_SHAPES: Final[Mapping[str, str]] = {
    # Models
    "answerable": r"ans_[\w-]{43}",
    "openai": r"sk-(?:proj|svcacct|admin|None)-[\w-]{20,}",
    "anthropic": r"sk-ant-[\w-]{20,}",
    "openrouter": r"sk-or-v1-[0-9a-f]{32,}",
    "sk": r"sk-[A-Za-z0-9][\w-]{18,}",  # OpenAI's older ones, DeepSeek, and those who speak their dialect
    "aws_bedrock": r"ABSK[A-Za-z0-9+/]{60,}={0,2}|bedrock-api-key-[A-Za-z0-9+/=]{20,}",
    "google": r"AIza[\w-]{35}|GOCSPX-[\w-]{28}|ya29\.[\w-]{20,}|1//0[\w-]{30,}",
    "hugging_face": r"hf_[A-Za-z0-9]{30,}",
    "groq": r"gsk_[A-Za-z0-9]{40,}",
    "xai": r"xai-[A-Za-z0-9]{60,}",
    "perplexity": r"pplx-[A-Za-z0-9]{40,}",
    "replicate": r"r8_[A-Za-z0-9]{37}",
    "nvidia": r"nvapi-[\w-]{50,}",
    "cerebras": r"csk-[a-z0-9]{40,}",
    "tavily": r"tvly-[\w-]{20,}",
    "pinecone": r"pcsk_[A-Za-z0-9_]{40,}",
    "langsmith": r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
    # Clouds
    "aws": r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
    "azure_entra": r"[\w~.]{3}\dQ~[\w~.-]{31,34}",
    "digitalocean": r"do[opr]_v1_[0-9a-f]{64}",
    "cloudflare": r"v1\.0-[0-9a-f]{24}-[0-9a-f]{146}",
    "heroku": r"HRKU-[\w-]{36,}",
    "fly": r"fo1_[\w-]{43}|fm[12]_[A-Za-z0-9+/=_-]{40,}",
    "vault": r"hv[sbr]\.[\w-]{24,}",
    "terraform": r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}",
    "pulumi": r"pul-[0-9a-f]{40}",
    "doppler": r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,}",
    "databricks": r"dapi[0-9a-f]{32}(?:-\d)?",
    "planetscale": r"pscale_(?:pw|tkn|oauth)_[\w.-]{32,}",
    "supabase": r"sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,}",
    # Code and packages
    "github": r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}",
    "gitlab": r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat)-[\w.-]{20,}",
    "bitbucket": r"ATBB[A-Za-z0-9]{32}",
    "atlassian": r"AT(?:ATT|CTT)3[\w=-]{60,}",
    "npm": r"npm_[A-Za-z0-9]{36}",
    "pypi": r"pypi-[\w-]{50,}",
    "rubygems": r"rubygems_[0-9a-f]{48}",
    "docker": r"dckr_(?:pat|oat)_[\w-]{27,}",
    "sentry": r"sntry[su]_[\w=+/-]{40,}",
    "grafana": r"gl(?:sa|c)_[\w=+/-]{32,}",
    "new_relic": r"NRAK-[A-Z0-9]{27}|NRII-[\w-]{32}",
    "postman": r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    "linear": r"lin_(?:api|oauth)_[A-Za-z0-9]{40,}",
    "figma": r"figd_[\w-]{40,}",
    "airtable": r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}",
    "notion": r"ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43}",
    "age": r"AGE-SECRET-KEY-1[0-9A-Z]{58}",
    # Messages and money
    "slack": r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{20,}|xoxe\.xox[bp]-\d-[A-Za-z0-9]{30,}",
    "slack_hook": r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{30,}",
    "discord": r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}",
    "discord_hook": r"discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,}",
    "telegram": r"\d{8,10}:AA[\w-]{33}",
    "twilio": r"(?:AC|SK)[0-9a-f]{32}",
    "sendgrid": r"SG\.[\w-]{16,32}\.[\w-]{16,64}",
    "mailgun": r"key-[0-9a-f]{32}",
    "mailchimp": r"[0-9a-f]{32}-us\d{1,2}",
    "stripe": r"(?:sk|rk)_(?:test|live)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,}",
    "square": r"sq0(?:atp|csp)-[\w-]{22,43}|EAAA[\w-]{60}",
    "shopify": r"shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}",
    "facebook": r"EAA[A-Za-z0-9]{80,}",
}

_ANY: Final = "|".join(rf"(?:{shape})" for shape in _SHAPES.values())
_KEY = compile_pattern(_ANY)
_LOOSE = compile_pattern(_SHAPES["sk"])
"""Words that are joined by hyphens may look like these; a random part tells them apart."""


def _find(text: bytes) -> Iterator[Found]:
    for match in _KEY.finditer(text):
        start, end = match.span()
        if text[max(0, start - 1) : start].isalnum():
            continue
        if _LOOSE.fullmatch(match[0]) is None or is_random(match[0][3:]):
            yield Found(start, end, "API_KEY")


DETECTOR = Detector(trigger=_ANY, find=_find)
