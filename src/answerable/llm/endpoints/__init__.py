"""The ways to ask one model for one answer: by Pydantic AI, or one level lower where that is safe and faster."""
