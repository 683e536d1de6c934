"""The order of the stages: extract → (review) → read → reason → load, and audit beside it.

The only package that knows all stages; they never import each other. `project` says where the
files are, `building` makes the graph from them, `authoring` works with the official documents.
"""
