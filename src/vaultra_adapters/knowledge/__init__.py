"""The knowledge base: its documents, embedders and the index outside the database."""

import os

# Read by numpy when it is loaded. The matrices here are small: threads that wait for each other took ten times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
