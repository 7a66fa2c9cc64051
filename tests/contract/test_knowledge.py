"""The ports of the knowledge base, over every implementation."""

import pytest

from vaultra_core.ports.knowledge import Embedder, VectorIndex
from vaultra_core.testing.contracts.knowledge import EmbedderContract, VectorIndexContract
from vaultra_core.testing.memory.knowledge import MemoryVectorIndex, WordEmbedder


class TestEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return WordEmbedder()


class TestVectorIndex(VectorIndexContract):
    @pytest.fixture
    def index(self) -> VectorIndex:
        return MemoryVectorIndex()
