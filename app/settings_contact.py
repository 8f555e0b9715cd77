"""Who mail is from, and whom people can ask: the addresses among the settings."""

import re

from pydantic import BaseModel, field_validator

_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
_SENDER = re.compile(rf"{_ADDRESS}|[^<>@\"\x00-\x1f\x7f]* <{_ADDRESS}>")
_CONTACT = re.compile(r"[^@\s<>\"']+@[^@\s<>\"'/?&]+\.[^@\s<>\"'/?&]+|https://[^\s<>\"']+", re.ASCII)


class ContactSettings(BaseModel):
    """The sender of mail, and how to reach whoever runs the service; empty is none. docs/mail.md explains both."""

    mail_from: str = ""
    contact: str = ""

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, given: str) -> str:
        if given and not _SENDER.fullmatch(given):
            message = "give one address, such as goldgap@example.org or Goldgap <goldgap@example.org>"
            raise ValueError(message)
        return given

    @field_validator("contact")
    @classmethod
    def _reachable(cls, given: str) -> str:
        """Take an e-mail address or the address of a page, and nothing else that a browser would follow."""
        if given and not _CONTACT.fullmatch(given):
            message = "give an e-mail address, or a web address that begins with https://"
            raise ValueError(message)
        return given

    @property
    def contact_url(self) -> str:
        """Where a link to the contact leads; empty where there is none."""
        return f"mailto:{self.contact}" if "@" in self.contact and "/" not in self.contact else self.contact
