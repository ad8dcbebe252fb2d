"""What the desk itself refuses. Everything else comes from :mod:`records.errors`."""

from records.codes import Role


class NotSignedIn(Exception):
    """The page needs somebody who is signed in."""


class NotAllowed(Exception):
    """The account holds none of the roles that the page is for."""

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles
        super().__init__(", ".join(sorted(roles)))


class ForeignForm(Exception):
    """A form that this desk did not make for this session (CSRF)."""
