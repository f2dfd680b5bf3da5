"""What can be measured: an app, an address, an OpenAI-compatible endpoint, a function."""
