"""How a call is tried: tiers of models, retries, circuit breakers, hedging, limits."""
