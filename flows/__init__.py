"""Prefect flows around use cases defined elsewhere: ordering, retries, and a window on progress.

Prefect schedules and shows; the register is the record of truth. Prefect is imported only when a function of this
door is called, and only after :mod:`flows.environment` has set it up.
"""

from flows.run import deploy, digitise_with_prefect, run_worker, submit

__all__ = ["deploy", "digitise_with_prefect", "run_worker", "submit"]
