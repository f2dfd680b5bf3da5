"""LangChain's way from a folder of Markdown to PGVectorStore: load, split, add.

    python -m benchmarks.peers.langchain_ingest DATABASE_URL OUT.json FOLDER...

The splitter with the sizes of its documentation (1,000 characters, 200 of them shared), the store as it comes, and our
embedder: the same model, text by text, in the one process that LangChain uses.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from langchain_core.documents import Document
from langchain_postgres import PGEngine, PGVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.peers.embeddings import SameEmbedder


def main() -> None:
    database_url, target, *folders = sys.argv[1:]
    embedder = SameEmbedder()
    embedder.embed_query("warm up")
    engine = PGEngine.from_connection_string(database_url)
    engine.init_vectorstore_table("peer_ingest", 384)
    store = PGVectorStore.create_sync(engine, embedder, "peer_ingest")
    start = time.perf_counter()
    documents = [
        Document(path.read_text(encoding="utf-8"), metadata={"source": str(path)})
        for folder in folders
        for path in sorted(Path(folder).rglob("*.md"))
    ]
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks = splitter.split_documents(documents)
    store.add_documents(chunks)
    seconds = time.perf_counter() - start
    values = {"seconds": seconds, "chunks": len(chunks), "chunks_per_second": len(chunks) / seconds}
    Path(target).write_text(json.dumps(values), encoding="utf-8")


if __name__ == "__main__":
    main()
