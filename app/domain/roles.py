"""Every permission, the roles that grant it, the token scopes that carry it: the one table. Nowhere else."""

import enum
from collections.abc import Mapping


class TokenScope(enum.StrEnum):
    """What a token may be used for; never more than its owner may do."""

    READ = "read"
    WRITE = "write"
    EVALUATE = "evaluate"
    PORTFOLIO = "portfolio"
    ADMIN = "admin"


class Permission(enum.StrEnum):
    """Everything that can be allowed."""

    CLUSTER_READ = "cluster.read"
    CLUSTER_REGISTER = "cluster.register"
    CLUSTER_UPDATE = "cluster.update"
    ASSESSMENT_READ = "assessment.read"
    ASSESSMENT_READ_DRAFT = "assessment.read-draft"
    ASSESSMENT_START = "assessment.start"
    ASSESSMENT_ANSWER = "assessment.answer"
    ASSESSMENT_SUBMIT = "assessment.submit"
    ASSESSMENT_WITHDRAW = "assessment.withdraw"
    ASSESSMENT_DELETE = "assessment.delete"
    PORTFOLIO_READ = "portfolio.read"
    PROGRAMME_READ = "programme.read"
    ROUND_OPEN = "round.open"
    MAIL_MANAGE = "mail.manage"
    MEMBER_READ = "member.read"
    MEMBER_INVITE = "member.invite"
    MEMBER_REMOVE = "member.remove"
    CONSENT_READ = "consent.read"
    CONSENT_CHANGE = "consent.change"
    INTEREST_DECLARE = "interest.declare"
    INTEREST_LIFT = "interest.lift"
    ACCOUNT_MANAGE_OWN = "account.manage-own"


class Role(enum.StrEnum):
    """What a person is to a cluster, to a programme, or to the whole service."""

    OBSERVER = "observer"
    CONTRIBUTOR = "contributor"
    MANAGER = "manager"
    EVALUATOR = "evaluator"
    READER = "reader"
    OWNER = "owner"
    ADMINISTRATOR = "administrator"


# Who decides about others, or sees what others have not published, needs more than a password in production.
NEED_SECOND_FACTOR = frozenset({Role.EVALUATOR, Role.OWNER, Role.ADMINISTRATOR})

CLUSTER_ROLES = frozenset({Role.OBSERVER, Role.CONTRIBUTOR, Role.MANAGER, Role.EVALUATOR})
PROGRAMME_ROLES = frozenset({Role.EVALUATOR, Role.READER, Role.OWNER})

_P = Permission
_EVALUATOR = frozenset({_P.CLUSTER_READ, _P.ASSESSMENT_READ, _P.INTEREST_DECLARE})
_OBSERVER = frozenset(
    {
        _P.CLUSTER_READ,
        _P.ASSESSMENT_READ,
        _P.ASSESSMENT_READ_DRAFT,
        _P.PORTFOLIO_READ,
        _P.MEMBER_READ,
        _P.CONSENT_READ,
    }
)
_CONTRIBUTOR = _OBSERVER | {_P.ASSESSMENT_ANSWER}
_MANAGER = _CONTRIBUTOR | {
    _P.CLUSTER_UPDATE,
    _P.ASSESSMENT_START,
    _P.ASSESSMENT_SUBMIT,
    _P.ASSESSMENT_WITHDRAW,
    _P.ASSESSMENT_DELETE,
    _P.MEMBER_INVITE,
    _P.MEMBER_REMOVE,
    _P.CONSENT_CHANGE,
}
_READER = frozenset({_P.CLUSTER_READ, _P.ASSESSMENT_READ, _P.PORTFOLIO_READ, _P.PROGRAMME_READ, _P.MEMBER_READ})
_OWNER = _READER | {
    _P.CLUSTER_REGISTER,
    _P.CLUSTER_UPDATE,
    _P.ROUND_OPEN,
    _P.MEMBER_INVITE,
    _P.MEMBER_REMOVE,
    _P.INTEREST_LIFT,
}

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.OBSERVER: _OBSERVER,
    Role.CONTRIBUTOR: _CONTRIBUTOR,
    Role.MANAGER: _MANAGER,
    Role.EVALUATOR: _EVALUATOR,
    Role.READER: _READER,
    Role.OWNER: _OWNER,
    Role.ADMINISTRATOR: _OWNER | {_P.MAIL_MANAGE},
}

SCOPES: Mapping[Permission, TokenScope | None] = {
    _P.CLUSTER_READ: TokenScope.READ,
    _P.CLUSTER_REGISTER: TokenScope.ADMIN,
    _P.CLUSTER_UPDATE: TokenScope.WRITE,
    _P.ASSESSMENT_READ: TokenScope.READ,
    _P.ASSESSMENT_READ_DRAFT: TokenScope.READ,
    _P.ASSESSMENT_START: TokenScope.WRITE,
    _P.ASSESSMENT_ANSWER: TokenScope.WRITE,
    _P.ASSESSMENT_SUBMIT: TokenScope.WRITE,
    _P.ASSESSMENT_WITHDRAW: TokenScope.WRITE,
    _P.ASSESSMENT_DELETE: TokenScope.WRITE,
    _P.PORTFOLIO_READ: TokenScope.PORTFOLIO,
    _P.PROGRAMME_READ: TokenScope.READ,
    _P.ROUND_OPEN: TokenScope.ADMIN,
    _P.MAIL_MANAGE: TokenScope.ADMIN,
    _P.CONSENT_READ: TokenScope.READ,
    # No token can carry these: what a cluster gives away and who may not evaluate whom, a person decides.
    _P.CONSENT_CHANGE: None,
    _P.INTEREST_DECLARE: None,
    _P.INTEREST_LIFT: None,
    # Nor these: a leaked token must not be able to make another, nor to let anybody in.
    _P.ACCOUNT_MANAGE_OWN: None,
    _P.MEMBER_READ: None,
    _P.MEMBER_INVITE: None,
    _P.MEMBER_REMOVE: None,
}

# Which roles each role may give to others, and take from them, on a cluster and on a programme: these and no more.
GIVES_ON_CLUSTER: Mapping[Role, frozenset[Role]] = {
    Role.MANAGER: frozenset({Role.OBSERVER, Role.CONTRIBUTOR, Role.MANAGER}),
    Role.OWNER: frozenset({Role.MANAGER, Role.EVALUATOR}),
    Role.ADMINISTRATOR: frozenset({Role.MANAGER, Role.EVALUATOR}),
}
GIVES_ON_PROGRAMME: Mapping[Role, frozenset[Role]] = {
    Role.OWNER: frozenset({Role.OWNER, Role.READER, Role.EVALUATOR}),
    Role.ADMINISTRATOR: frozenset({Role.OWNER, Role.READER, Role.EVALUATOR}),
}
# Whoever only stands in for somebody does not decide what the cluster gives away.
NOT_FOR_DEPUTIES = frozenset({_P.CONSENT_CHANGE})
