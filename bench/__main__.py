"""``python -m bench``: the benchmark that says what a page costs."""

from bench.pages import main

main()
