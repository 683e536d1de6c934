"""Long campaigns: `python -m tests.soak NAME`."""
