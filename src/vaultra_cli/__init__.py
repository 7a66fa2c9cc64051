"""The command `vaultra`: puts the entry points together. It imports them all, and nobody imports it."""
