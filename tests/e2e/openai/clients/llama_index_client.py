# mypy: ignore-errors
"""LlamaIndex's OpenAILike as its documentation shows it: `llama_index_client.py URL KEY IMAGE`. Prints what it got."""

import asyncio
import json
import sys

from llama_index.core.base.llms.types import ChatMessage, ImageBlock, TextBlock
from llama_index.llms.openai_like import OpenAILike


def main() -> None:
    url, key, image = sys.argv[1:]
    model = OpenAILike(model="chat", api_base=url, api_key=key, is_chat_model=True, context_window=8000)
    message = ChatMessage("Hello to the harbour master.")
    answer = model.chat([message])
    pieces = [piece.delta for piece in model.stream_chat([message])]
    picture = ChatMessage(role="user", blocks=[TextBlock(text="What is this?"), ImageBlock(url=image)])
    print(
        json.dumps(
            {
                "answer": answer.message.content,
                "usage": answer.raw.usage.total_tokens,
                "completed": model.complete("Hello to the harbour master.").text,
                "streamed": "".join(pieces),
                "pieces": len(pieces),
                "asynchronous": asyncio.run(model.achat([message])).message.content,
                "image": model.chat([picture]).message.content,
            }
        )
    )


if __name__ == "__main__":
    main()
