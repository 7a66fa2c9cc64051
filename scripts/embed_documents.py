"""Compute the vectors that the knowledge base's documents are packaged with. Run it after editing a document."""

import asyncio

import numpy

from vaultra_adapters.knowledge.library import PackagedLibrary
from vaultra_adapters.knowledge.local_embedder import KNOWN, LocalEmbedder, digest
from vaultra_core.domain.knowledge import entries


def contents(embedder: LocalEmbedder) -> list[str]:
    """Everything that an ingestion embeds, in one order."""
    found = [
        entry.content
        for document in PackagedLibrary().documents()
        for entry in entries(document, embedder.count_tokens, embedder.name)
    ]
    return sorted(set(found), key=digest)


def main() -> None:
    embedder = LocalEmbedder(known=None)
    texts = contents(embedder)
    vectors = asyncio.run(embedder.embed(texts))
    # Half precision moves a cosine by less than a thousandth.
    numpy.savez(KNOWN, digests=numpy.array([digest(text) for text in texts], "S32"), vectors=numpy.array(vectors, "f2"))
    print(f"{len(texts)} vectors in {KNOWN}")


if __name__ == "__main__":
    main()
