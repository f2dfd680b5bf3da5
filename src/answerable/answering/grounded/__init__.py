"""The `rag` kind: search, prompt, model, verdicts, policy."""
