"""What the service needs for itself: keys, mail to be sent, notices to people, counters of attempts, receipts."""

import datetime as dt

from sqlmodel import Field, SQLModel

from app.store.tables.columns import UtcDateTime


class KeyRow(SQLModel, table=True):
    """A key of the service, wrapped by the secret of the settings; the newest of its purpose is the one in use."""

    __tablename__ = "keys"
    id: str = Field(primary_key=True)
    purpose: str = Field(index=True)
    wrapped: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)


class MailRow(SQLModel, table=True):
    """A mail to be sent, written in the transaction of its cause. What it says is made from `about` when it is sent.

    `next_at` is when it is tried next, None once it was sent or has failed; while a worker speaks to the mail server
    it lies ahead, so that no other worker takes it. `about_id` is the row whose link the mail carries.
    """

    __tablename__ = "outbox"
    id: str = Field(primary_key=True)
    user_id: str | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE", index=True)
    address: str
    language: str
    kind: str
    about: str
    about_id: str | None = Field(default=None, index=True)
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    next_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    attempts: int = 0
    sent_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    failed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    failure: str = ""


class NoticeRow(SQLModel, table=True):
    """Something a person is told in the service itself; `path` leads to what it is about."""

    __tablename__ = "notices"
    id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    kind: str
    about: str
    path: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    read_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class AttemptsRow(SQLModel, table=True):
    """How often something was tried in a window of time; `key` is a digest that names no person and no address."""

    __tablename__ = "attempts"
    key: str = Field(primary_key=True)
    window_start: dt.datetime = Field(primary_key=True, sa_type=UtcDateTime)
    count: int
    expires_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)


class CarriedRow(SQLModel, table=True):
    """What somebody had typed when their session ended, sealed, while they sign in at an OpenID provider."""

    __tablename__ = "carried"
    id: str = Field(primary_key=True)
    sealed: str
    kept_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)


class ReceiptRow(SQLModel, table=True):
    """The answer given to a request with an idempotency key, kept in the transaction of its effect."""

    __tablename__ = "receipts"
    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    key: str = Field(primary_key=True)
    request_digest: str
    status: int
    headers: str
    body: bytes
    kept_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
