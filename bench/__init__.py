"""Benchmarks: each prints ratios against a named peer in the same run, with n and spread."""
