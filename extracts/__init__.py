"""Draws up, numbers, signs, verifies, supersedes and recalls extracts."""
