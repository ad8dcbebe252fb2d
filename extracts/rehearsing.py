"""A signature that nobody gets: tried by whoever looks after the house, so that no applicant is the first to learn."""

import datetime as dt
from dataclasses import replace

from extracts.inspecting import inspect
from extracts.rendering import empty_page
from extracts.signing import SigningIdentity
from records.errors import IntegrityError
from records.messages import message


def rehearse(identity: SigningIdentity, at: dt.datetime) -> None:
    """Sign an empty page and check it as any outsider would on the moment *at*; nothing is numbered or kept.

    Leaves the time-stamp service out (:func:`extracts.signing.ask_time`). Raises IntegrityError where key and
    certificate do not fit, or the certificate is out of date or leads to no root that is trusted.
    """
    alone = replace(identity, time_stamper=None, long_term=False)
    seen = inspect(alone.sign(empty_page(), at), identity.roots, moment=at)
    if not seen.sound:
        found = [message(code) for code in seen.findings]
        what_vi, what_en = " ".join(one.vi for one in found), " ".join(one.en for one in found)
        raise IntegrityError("EXTRACT_REHEARSAL", what_vi=what_vi, what_en=what_en)
