"""What is measured of calls of models through the gateway."""

from __future__ import annotations

from benchmarks.rows.row import Row

_PROXY = "litellm_1_workers"

ROWS: tuple[Row, ...] = (
    Row(
        "gateway",
        "`/v1/chat/completions` through a `prompt` app, traced and priced, 16 callers, against a LiteLLM proxy "
        "with one worker: requests a second, plain / streaming / streaming with a piece each millisecond",
        ">= 5x",
        lambda r: " / ".join(
            f"{r['answerable_against'][_PROXY][kind]:.1f}x "
            f"({r['servers']['answerable'][kind]['requests_per_second']:.0f} a second)"
            for kind in ("plain", "streaming")
        ),
        lambda r: min(r["answerable_against"][_PROXY][kind] for kind in ("plain", "streaming")) >= 5,
    ),
    Row(
        "gateway",
        "What it adds to the provider's p50, as a share of what LiteLLM adds: 16 callers / one",
        "<= .25",
        lambda r: (
            f"{r['answerable_against'][_PROXY]['p50_ms_with_16_callers']:.2f} / "
            f"{r['answerable_against'][_PROXY]['p50_ms']:.2f} ({r['added']['answerable']['p50_ms']:.1f} ms)"
        ),
        lambda r: (
            max(r["answerable_against"][_PROXY][key] for key in ("p50_ms", "p50_ms_with_16_callers")) <= 0.25
        ),
    ),
    Row(
        "gateway",
        "What it adds to the provider's first text, one caller, median",
        "<= 5 ms",
        lambda r: f"{r['added']['answerable']['first_text_ms']:.1f} ms",
        lambda r: bool(r["added"]["answerable"]["first_text_ms"] <= 5),
    ),
    Row(
        "gateway",
        "The same against FastAPI + the bare SDK, which traces and prices nothing: plain / streaming",
        "as it is",
        lambda r: " / ".join(
            f"{r['answerable_against']['fastapi_openai_httpx'][kind]:.2f}x" for kind in ("plain", "streaming")
        ),
        bool,
    ),
    Row(
        "gateway_cache",
        "A cached answer against a new one, model of no latency, p50 of one caller",
        "<= .3x",
        lambda r: f"{r['1_callers']['ratio']:.2f}x ({r['1_callers']['cached_p50_ms']:.2f} ms)",
        lambda r: bool(r["1_callers"]["ratio"] <= 0.3),
    ),
    Row(
        "gateway_memory",
        "Memory of the server over 50,000 chat completions, largest change",
        "<= 5 %",
        lambda r: f"{r['largest_change']:.1%} of {r['warm_up_mb'][-1]:.0f} MB",
        lambda r: bool(r["largest_change"] <= 0.05),
    ),
    Row(
        "batch",
        "A batch of 10,000 rows with 2 % faults and a `kill -9`: answered, in the failure file, missing, twice",
        "every row once",
        lambda r: f"{r['answered']:,}, {r['failed']}, {r['missing']}, {r['twice']}",
        lambda r: bool(r["missing"] == 0 and r["twice"] == 0),
    ),
)
