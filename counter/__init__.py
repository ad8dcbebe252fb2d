"""The web desk for archivists, keyers, clerks and officers. No rules of its own: it calls the house."""

from counter.accounts import LEAST_PASSWORD, new_account, with_password
from counter.app import create_desk, serve_desk

__all__ = ["LEAST_PASSWORD", "create_desk", "new_account", "serve_desk", "with_password"]
