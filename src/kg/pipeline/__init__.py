"""The order of the stages: extract → (review) → read → reason → check → load; audit stands beside.

The only package that knows all stages; they never import each other. `project` says where the
files are, `building` makes the graph from them, `authoring` works with the official documents,
`wording` keeps their text for the user who has them.
"""
