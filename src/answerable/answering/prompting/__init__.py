"""The `prompt` kind: declared input, template, one model call, text or typed JSON."""
