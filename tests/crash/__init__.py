"""The crash suite: real processes, killed at random and at named boundaries, judged by an oracle of its own."""
