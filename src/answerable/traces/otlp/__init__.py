"""OTLP over HTTP: spans of other services in, all of ours out."""
