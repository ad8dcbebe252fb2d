"""Starts real servers on loopback, for the test suites and for a person who wants to try them."""
