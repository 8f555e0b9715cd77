"""What a refusal looks like (RFC 9457)."""

from pydantic import ConfigDict, Field

from app.api.schemas.models import Out


class FieldProblem(Out):
    """One fault in what was sent."""

    field: str = Field(description="Where it is, as a dotted path. Names that were sent are not repeated.")
    code: str = Field(description="What it is, for programs; it does not change.")
    message: str = Field(description="What it is, for people, in the language asked for.")


class ProblemOut(Out):
    """Why a request was refused. Nothing of what was sent is repeated in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "tag:goldgap,2026:problem:invalid",
                    "title": "Unprocessable Entity",
                    "status": 422,
                    "detail": "Something in what you sent needs to be corrected.",
                    "request_id": "4be1f2a90c7d3358",
                    "problems": [
                        {"field": "level", "code": "level", "message": "Choose a level from 0 to 4, or none."}
                    ],
                }
            ]
        }
    )

    type: str = Field(description="The kind of problem: a stable name, not an address to be followed.")
    title: str = Field(description="The HTTP status in words, in the language of the answer.")
    status: int
    detail: str = Field(description="What is wrong, for people, in the language asked for.")
    request_id: str | None = Field(description="Names this request in the operator's log.")
    problems: list[FieldProblem] | None = Field(default=None, description="Every fault found; with 422 only.")
