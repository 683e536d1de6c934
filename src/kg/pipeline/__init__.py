"""The order of the stages: extract → (review) → read → reason → check → load; audit stands beside.

The only package that knows all stages; they never import each other.

- `project` says where the files are, `terms` which names in them are undefined, `building` makes
  the graph from them.
- `authoring` works with the official documents, `wording` keeps their text for the user who has
  them.
- What somebody sends is read (`forms`, `reading`) and judged (`judging`: `naming`, `bounds`,
  `entries`, `mixing`, `doubling`); the result is told (`reporting`, `answers`, `excerpts`), the
  rules are described (`rules`), and the entry becomes Turtle (`drafting`).
- `checking` does so with files, `importing` with tables (`cells`, `cell_wording`), and `validating`
  in a process of the service that may be killed.
"""
