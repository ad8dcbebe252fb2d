"""How a line reader is made: lines to learn from, the network, its course, and the file that comes out.

Nothing here is needed to read. :mod:`ocr.training.recipe` wants what ``make train`` installs.
"""
