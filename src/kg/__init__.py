"""The knowledge graph: extraction, audit, files, reasoning, validation, store, queries."""
