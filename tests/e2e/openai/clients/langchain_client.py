# mypy: ignore-errors
"""LangChain's ChatOpenAI as its documentation shows it: `langchain_client.py URL KEY IMAGE`. Prints what it got."""

import json
import sys

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel


class Ticket(BaseModel):
    """Where a ticket goes."""

    queue: str
    urgent: bool


def main() -> None:
    url, key, image = sys.argv[1:]
    model = ChatOpenAI(model="chat", base_url=url, api_key=key, stream_usage=True)
    answer = model.invoke("Hello to the harbour master.")
    pieces = list(model.stream("Goodbye to the harbour master."))
    picture = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": image}},
    ]
    turns = [
        SystemMessage("Be brief."),
        HumanMessage("Hello"),
        AIMessage("Yes?"),
        HumanMessage("Goodbye to all."),
    ]
    print(
        json.dumps(
            {
                "answer": answer.content,
                "usage": answer.usage_metadata["total_tokens"],
                "finish_reason": answer.response_metadata["finish_reason"],
                "model": answer.response_metadata["model_name"],
                "streamed": "".join(piece.content for piece in pieces),
                "pieces": len(pieces),
                "streamed_usage": sum(
                    piece.usage_metadata["total_tokens"] for piece in pieces if piece.usage_metadata
                ),
                "structured": model.with_structured_output(Ticket, method="json_schema")
                .invoke("My bill")
                .model_dump(),
                "image": model.invoke([HumanMessage(content=picture)]).content,
                "turns": model.invoke(turns).content,
            }
        )
    )


if __name__ == "__main__":
    main()
