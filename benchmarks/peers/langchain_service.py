"""The service that an engineer writes with LangChain and FastAPI: retrieve, fill a prompt, call. Nothing else.

    python -m benchmarks.peers.langchain_service hybrid|hybrid-hnsw|dense-hnsw CHUNKS.json DATABASE_URL MODEL_URL PORT

`CHUNKS.json` is a list of `{text, source}`. It uses PGVectorStore, an async engine and an async chat model, as
its documentation recommends for a server. `hybrid` retrieves by words and vectors, `dense` by vectors alone; `-hnsw`
has that index. The first kind makes the table, and the others use it, in this order.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI
from langchain_postgres import PGEngine, PGVectorStore
from langchain_postgres.v2.hybrid_search_config import HybridSearchConfig
from langchain_postgres.v2.indexes import HNSWIndex
from pydantic import BaseModel

from benchmarks.peers.embeddings import SameEmbedder

TOP_K = 8
PROMPT = ChatPromptTemplate.from_messages(
    [
        ("system", "Answer from the numbered sources, and cite each sentence as [n]."),
        ("user", "{sources}\n\n<question>{question}</question>"),
    ]
)


class Question(BaseModel):
    question: str


def configure(text: str) -> HybridSearchConfig:
    """Return the configuration of one search: one for all of them keeps the words of the first for ever."""
    return HybridSearchConfig(
        tsv_column="content_tsv", fts_query=text, primary_top_k=TOP_K, secondary_top_k=TOP_K
    )


def create_app(kind: str, chunks: Path, database_url: str, model_url: str) -> FastAPI:
    state: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        engine = PGEngine.from_connection_string(database_url, pool_size=12)
        config = configure("") if kind.startswith("hybrid") else None
        if kind == "hybrid":
            await engine.ainit_vectorstore_table("peer_chunks", 384, hybrid_search_config=config)
        store = await PGVectorStore.create(engine, SameEmbedder(), "peer_chunks", hybrid_search_config=config)
        if kind == "hybrid":
            rows = json.loads(chunks.read_text(encoding="utf-8"))
            await store.aadd_documents(
                [Document(row["text"], metadata={"source": row["source"]}) for row in rows]
            )
        if kind == "hybrid-hnsw":
            await store.aapply_vector_index(HNSWIndex())
        state["store"], state["hybrid"] = store, config is not None
        state["chain"] = PROMPT | ChatOpenAI(
            model="fake-1", base_url=model_url, api_key="none", temperature=0
        )
        yield
        await engine.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/ask")
    async def ask(body: Question) -> dict[str, Any]:
        config = configure(body.question) if state["hybrid"] else None
        documents = await state["store"].asimilarity_search(
            body.question, k=TOP_K, hybrid_search_config=config
        )
        sources = "\n".join(
            f'<source id="{number}" title="{document.metadata["source"]}">\n{document.page_content}\n</source>'
            for number, document in enumerate(documents, start=1)
        )
        message = await state["chain"].ainvoke({"sources": sources, "question": body.question})
        return {"answer": message.content, "sources": [document.metadata["source"] for document in documents]}

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app


def main() -> None:
    kind, chunks, database_url, model_url, port = sys.argv[1:]
    app = create_app(kind, Path(chunks), database_url, model_url)
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
