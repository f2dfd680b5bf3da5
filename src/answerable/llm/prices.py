"""What a call costs: the operator's own prices first, then the public ones that genai-prices carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from genai_prices import Usage as PricedUsage
from genai_prices import calc_price

from answerable.llm.providers.types import Price
from answerable.llm.types import Usage

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices of one provider.

    `catalogue` is its name in genai-prices, None for a server of one's own: a model there may bear the name
    of a sold one and cost something else, so its price is unknown until the operator states it.
    """

    catalogue: str | None = None
    own: Mapping[str, Price] = field(default_factory=dict)

    def find_cost(self, model: str, usage: Usage) -> Decimal | None:
        """Return the cost of a call made now in US dollars, None when the model's price is unknown."""
        price = self.own.get(model)
        if price is not None:
            return _multiply(price, usage)
        if self.catalogue is None:
            return None
        counted = PricedUsage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cached_input_tokens,
        )
        try:
            priced = calc_price(
                counted, model, provider_id=self.catalogue, genai_request_timestamp=datetime.now(UTC)
            )
        except LookupError:
            return None
        return priced.total_price


def _multiply(price: Price, usage: Usage) -> Decimal:
    cached_price = price.input if price.cached_input is None else price.cached_input
    fresh = usage.input_tokens - usage.cached_input_tokens
    return (
        fresh * price.input + usage.cached_input_tokens * cached_price + usage.output_tokens * price.output
    ) / _MILLION
