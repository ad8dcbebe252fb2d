"""The use cases of the house for an operator at a terminal. The command is ``cli.main:app``."""
