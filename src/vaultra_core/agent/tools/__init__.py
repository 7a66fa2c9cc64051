"""One family of tools per file: what they ask of a use case, and what of its answer can be stated."""
