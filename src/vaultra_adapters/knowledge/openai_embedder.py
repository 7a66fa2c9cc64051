import math
from collections.abc import Sequence
from typing import Final

import openai

from vaultra_core.errors import Unavailable
from vaultra_core.ports.knowledge import Vector

MODEL: Final = "text-embedding-3-small"
TIMEOUT: Final = 20.0  # seconds
RETRIES: Final = 3  # of the SDK, with backoff, after 408, 409, 429, 5xx and lost connections


class OpenAIEmbedder:
    """Embeddings of OpenAI, or of any server that speaks its API."""

    name = MODEL
    dimensions = 1536

    def __init__(self, api_key: str, base_url: str | None = None, *, retries: int = RETRIES) -> None:
        self._client = openai.AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=TIMEOUT, max_retries=retries)

    def count_tokens(self, text: str) -> int:
        """An upper estimate: English has about four bytes a token, and no prose here is denser than three."""
        return math.ceil(len(text.encode()) / 3)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        if not texts:
            return []
        try:
            # The API refuses empty texts; a blank is as near to nothing.
            answer = await self._client.embeddings.create(
                model=MODEL, input=[text or " " for text in texts], dimensions=self.dimensions, encoding_format="float"
            )
        except openai.OpenAIError as error:
            raise Unavailable(f"The embeddings cannot be had: {error}", dependency="embeddings") from error
        vectors = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
        if len(vectors) != len(texts) or any(len(vector) != self.dimensions for vector in vectors):
            raise Unavailable("The embeddings that came back do not fit what was asked.", dependency="embeddings")
        return [_of_length_one(vector) for vector in vectors]

    async def close(self) -> None:
        await self._client.close()


def _of_length_one(vector: Sequence[float]) -> Vector:
    length = math.hypot(*vector)
    return [value / length for value in vector] if length else vector
