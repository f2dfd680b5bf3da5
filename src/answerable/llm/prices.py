"""What a call costs: the operator's own prices first, then the public ones that genai-prices carries.

The arithmetic is ours, for genai-prices takes some 50 µs to add a call up and we take 3; a test holds the two
equal on every model that it knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

from answerable.core.clock import Clock, SystemClock
from answerable.llm.providers.types import Price
from answerable.llm.types import Usage

_MILLION = Decimal(1_000_000)
_THOUSAND = Decimal(1000)

Steps = tuple[tuple[int, Decimal], ...]
"""A price by the length of the input: from the first number of input tokens on (exclusive) the second holds."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Prices in US dollars for a million tokens; `request` is for a thousand requests.

    A kind of token without a price of its own costs as the one that contains it: cached, written and image tokens
    as input, reasoning as output. `input` or `output` is None for what the model does not take or give.
    """

    input: Steps | None
    output: Steps | None
    cached_input: Steps | None = None
    cache_write: Steps | None = None
    reasoning: Steps | None = None
    image: Steps | None = None
    request: Steps | None = None

    def find_cost(self, usage: Usage) -> Decimal | None:
        """Return the cost of a call in US dollars, None when it used tokens that have no price."""
        length = usage.input_tokens
        if (length and self.input is None) or (usage.output_tokens and self.output is None):
            return None
        cost = Decimal(0) if self.request is None else _at(self.request, length) / _THOUSAND
        if self.input is not None:
            cost += self._input_cost(self.input, usage) / _MILLION
        if self.output is not None:
            cost += self._output_cost(self.output, usage) / _MILLION
        return cost

    def _input_cost(self, price: Steps, usage: Usage) -> Decimal:
        length = fresh = usage.input_tokens
        cost = Decimal(0)
        for tokens, own in (
            (usage.cached_input_tokens, self.cached_input),
            (usage.cache_write_tokens, self.cache_write),
            (usage.image_tokens, self.image),
        ):
            if tokens and own is not None:
                # An image may have been cached as well: no token is counted twice.
                tokens = min(tokens, fresh)  # noqa: PLW2901
                fresh -= tokens
                cost += tokens * _at(own, length)
        return cost + fresh * _at(price, length)

    def _output_cost(self, price: Steps, usage: Usage) -> Decimal:
        if self.reasoning is None or not usage.reasoning_tokens:
            return usage.output_tokens * _at(price, usage.input_tokens)
        thought = min(usage.reasoning_tokens, usage.output_tokens)
        said = usage.output_tokens - thought
        length = usage.input_tokens
        return said * _at(price, length) + thought * _at(self.reasoning, length)


@dataclass(frozen=True, slots=True)
class _Listing:
    """What the public list says about a model: its entry, and the prices of it that were last in force."""

    entry: ModelInfo
    prices: ModelPrice
    rates: Rates | None


class PriceList:
    """The prices of one provider.

    `catalogue` is its name in genai-prices, None for a server of one's own: a model there may bear the name of a
    sold one and cost something else, so its price is unknown until the operator states it.
    """

    def __init__(
        self,
        *,
        catalogue: str | None = None,
        own: Mapping[str, Price] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._own = {model: _own_rates(price) for model, price in (own or {}).items()}
        self._clock = clock or SystemClock()
        self._listed: dict[str, _Listing | None] = {}

    def find_cost(self, model: str, usage: Usage) -> Decimal | None:
        """Return the cost of a call made now in US dollars, None when the model's price is unknown."""
        rates = self.find_rates(model)
        return None if rates is None else rates.find_cost(usage)

    def find_embedding_cost(self, model: str, tokens: int) -> Decimal | None:
        """Return what it costs now to embed so many tokens, in US dollars, None when the price is unknown."""
        return self.find_cost(model, Usage(input_tokens=tokens))

    def find_rates(self, model: str) -> Rates | None:
        """Return the prices in force now, None when they are unknown."""
        own = self._own.get(model)
        if own is not None:
            return own
        listing = self._find_listing(model)
        return None if listing is None else listing.rates

    def find_context_window(self, model: str) -> int | None:
        """Return how many tokens the model takes in, None when that is unknown."""
        listing = self._find_listing(model)
        return None if listing is None else listing.entry.context_window

    def _find_listing(self, model: str) -> _Listing | None:
        """Look the model up once; the search takes up to a millisecond. Prices may depend on the time of day."""
        if model not in self._listed:
            self._listed[model] = self._look_up(model)
        listing = self._listed[model]
        if listing is None or isinstance(listing.entry.prices, ModelPrice):
            return listing
        prices = listing.entry.get_prices(self._clock.now())
        if prices is not listing.prices:
            listing = self._listed[model] = _Listing(listing.entry, prices, _to_rates(prices))
        return listing

    def _look_up(self, model: str) -> _Listing | None:
        if self._catalogue is None:
            return None
        try:
            _, entry = get_snapshot().find_provider_model(model, None, self._catalogue, None)
        except LookupError:
            return None
        prices = entry.get_prices(self._clock.now())
        return _Listing(entry, prices, _to_rates(prices))


def _own_rates(price: Price) -> Rates:
    return Rates(
        input=_flat(price.input),
        output=_flat(price.output),
        cached_input=_flat(price.cached_input),
        cache_write=_flat(price.cache_write),
        reasoning=_flat(price.reasoning),
        image=_flat(price.image),
    )


def _to_rates(prices: ModelPrice) -> Rates | None:
    """Return the prices of tokens that an answer has; None when there are none, as for speech by the hour."""
    rates = Rates(
        input=_to_steps(prices.input_mtok),
        output=_to_steps(prices.output_mtok),
        cached_input=_to_steps(prices.cache_read_mtok),
        cache_write=_to_steps(prices.cache_write_mtok),
        reasoning=_to_steps(prices.output_reasoning_mtok),
        image=_to_steps(prices.input_image_mtok),
        request=_to_steps(prices.requests_kcount),
    )
    return None if rates.input is None and rates.output is None else rates


def _flat(price: Decimal | None) -> Steps | None:
    return None if price is None else ((-1, price),)


def _to_steps(price: Decimal | TieredPrices | None) -> Steps | None:
    if isinstance(price, TieredPrices):
        return ((-1, price.base), *((tier.start, tier.price) for tier in price.tiers))
    return _flat(price)


def _at(steps: Steps, length: int) -> Decimal:
    """Return the price for an input of `length` tokens: the whole call is charged at the step it has reached."""
    if len(steps) == 1:
        return steps[0][1]
    return next(price for start, price in reversed(steps) if length > start)
