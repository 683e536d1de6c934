"""What the campaigns of `tests/soak` and their short forms in the tests are made of."""
