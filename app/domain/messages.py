"""What people are told, by mail and in the service itself: every kind, and which of them cannot be turned off."""

import enum


class Kind(enum.StrEnum):
    """Everything that somebody can be told."""

    INVITED = "invited"
    RESET_PASSWORD = "reset-password"  # noqa: S105 - a kind of message, no secret
    CHANGED_PASSWORD = "changed-password"  # noqa: S105 - a kind of message, no secret
    CHANGED_SECOND_FACTOR = "changed-second-factor"
    GAVE_ROLE = "gave-role"
    TOOK_ROLE = "took-role"
    ANSWERED_INVITATION = "answered-invitation"
    OPENED_ROUND = "opened-round"
    SUBMITTED = "submitted"
    WITHDREW = "withdrew"
    TRIAL = "trial"


# Whoever could turn these off for somebody could take over their account unseen.
ABOUT_SAFETY = frozenset(
    {Kind.INVITED, Kind.RESET_PASSWORD, Kind.CHANGED_PASSWORD, Kind.CHANGED_SECOND_FACTOR, Kind.TRIAL}
)
