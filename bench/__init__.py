"""Benchmarks: ratios against peers in the same run; `python -m bench` writes bench/REPORT.md."""
