"""The benchmark suite: `make bench [SCALE=…]`, or `python -m bench` with `tests` on PYTHONPATH."""
