"""Draws up, numbers, signs, verifies, supersedes and recalls extracts.

``Issuer`` turns a verified entry into a signed PDF/A with a number of the register; ``Verifier`` says of
any file what can be shown of it. Templates are data (``forms/extracts``), the key is a ``SigningIdentity``.
"""

from extracts.demo_identity import make_demo_identity
from extracts.inspecting import Inspection, inspect
from extracts.issuing import Issuer
from extracts.numbering import MarkedNumber, new_code, read_code, read_mark
from extracts.rehearsing import rehearse
from extracts.rendering import default_fonts, open_fonts
from extracts.signing import SigningIdentity, ask_time, load_roots
from extracts.verifying import Verifier

__all__ = [
    "Inspection",
    "Issuer",
    "MarkedNumber",
    "SigningIdentity",
    "Verifier",
    "ask_time",
    "default_fonts",
    "inspect",
    "load_roots",
    "make_demo_identity",
    "new_code",
    "open_fonts",
    "read_code",
    "read_mark",
    "rehearse",
]
