"""The composition root: which adapter stands behind which port. Entry points import this, nothing else does."""

from vaultra_adapters.wiring.container import make_container

__all__ = ["make_container"]
