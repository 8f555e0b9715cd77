"""The two kinds of models, and the types of text that they share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.domain.text import NAME_LENGTH, NOTE_LENGTH


class In(BaseModel):
    """What is sent: fields that are not named are refused, and nothing is converted from another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def given(self) -> dict[str, Any]:
        """Return the fields that were sent, as use cases take them."""
        return self.model_dump(exclude_unset=True)


class Out(BaseModel):
    """What is answered."""

    model_config = ConfigDict(frozen=True)


def _described(longest: int, pattern: str | None = None) -> Any:
    # The domain counts, trims and refuses; here the same is only said, so that there is one rule and one set of words.
    said = {"maxLength": longest, "pattern": pattern}
    return Field(json_schema_extra={name: value for name, value in said.items() if value is not None})


_UNKEPT = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_UNSEEN = r" \xa0\xad\u1680\u2000-\u200d\u202f\u205f-\u2064\u3000\ufeff"
_ONE_LINE = rf"^[^{_UNKEPT}]*$"
_NAME = rf"^[^{_UNKEPT}]*[^{_UNKEPT}{_UNSEEN}][^{_UNKEPT}]*$"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$"
Line = Annotated[str, _described(NAME_LENGTH, _ONE_LINE)]
Name = Annotated[str, _described(NAME_LENGTH, _NAME)]
Note = Annotated[str, _described(NOTE_LENGTH, _LINES)]
