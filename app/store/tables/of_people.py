"""People, and how they are known: accounts, sessions, tokens, second factors, identities elsewhere."""

import datetime as dt

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from app.store.tables.columns import UtcDateTime


class UserRow(SQLModel, table=True):
    """A person with an account. `muted` lists the kinds of mail that the person does not want."""

    __tablename__ = "users"
    id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str
    password_hash: str | None = None
    language: str | None = None
    is_administrator: bool = False
    is_disabled: bool = False
    is_demo: bool = False
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    muted: str = ""
    visited_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class SessionRow(SQLModel, table=True):
    """A signed-in browser; the cookie's secret is kept only as a digest.

    `confirmed_at` is when the person last showed who they are, `factor_at` when they last showed a second factor.
    """

    __tablename__ = "sessions"
    digest: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    seen_at: dt.datetime = Field(sa_type=UtcDateTime)
    id: str = Field(unique=True)
    client: str = ""
    confirmed_at: dt.datetime = Field(sa_type=UtcDateTime)
    factor_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    challenge: str | None = None


class TokenRow(SQLModel, table=True):
    """A bearer token for the API; its secret is kept only as a digest, made with the key `key_id` where it has one."""

    __tablename__ = "tokens"
    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    digest: str
    name: str
    scopes: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    expires_at: dt.datetime = Field(sa_type=UtcDateTime)
    last_used_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    key_id: str | None = None


class ResetRow(SQLModel, table=True):
    """A link with which a person sets a new password; its secret is kept only as a digest."""

    __tablename__ = "resets"
    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    digest: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    expires_at: dt.datetime = Field(sa_type=UtcDateTime)
    used_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class TotpRow(SQLModel, table=True):
    """The secret of a person's codes by time, wrapped; it counts from `confirmed_at` on. No step is taken twice."""

    __tablename__ = "totps"
    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    secret: str
    confirmed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_step: int = 0


class RecoveryCodeRow(SQLModel, table=True):
    """A code that stands in for a lost second factor, once; kept only as a digest."""

    __tablename__ = "recovery_codes"
    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    digest: str = Field(primary_key=True)
    used_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class PasskeyRow(SQLModel, table=True):
    """A passkey (WebAuthn) as a second factor; `credential` is its id in base64url."""

    __tablename__ = "passkeys"
    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    credential: str = Field(unique=True)
    public_key: bytes
    sign_count: int = Field(sa_type=BigInteger)  # 32 bits without a sign
    name: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    last_used_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class IdentityRow(SQLModel, table=True):
    """Who a person is to an OpenID provider: issuer and subject, never an e-mail address."""

    __tablename__ = "identities"
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    last_used_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
