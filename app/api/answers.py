"""A cluster's answers: one, or several at once."""

from starlette.responses import Response

from app.api.assessments import done_with
from app.api.caller import CallerDep
from app.api.conditions import WriteDep, done, etag
from app.api.description import BASED, writes
from app.api.parameters import AssessmentPath, IndicatorPath
from app.api.routing import router as new_router
from app.api.schemas.answers import AnswerIn, AnswerOut, AnswersIn
from app.api.schemas.assessments import AssessmentOut
from app.store.receipts import Receipt
from app.usecases import assessments
from app.web.deps import FrameworksDep, StoreDep

router = new_router("assessments")


@router.put(
    "/assessments/{id}/answers/{indicator}",
    operation_id="answer",
    response_model=AnswerOut,
    **writes("Answer one indicator", 404, 409, based=BASED),
)
def one(
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    write: WriteDep,
    assessment: AssessmentPath,
    indicator: IndicatorPath,
    body: AnswerIn,
) -> Response:
    """Keep the cluster's answer to one indicator, based on the answer's ETag: "0" before it was first saved.

    What is left out stays. The answer to every question can be changed until the assessment is submitted.
    """

    def do() -> Receipt:
        raw = body.given()
        saved = write.based(
            lambda revision: assessments.answer(store, frameworks, caller, assessment, indicator, raw, revision)
        )
        return done(200, AnswerOut.of(saved.answer), tag=etag(saved.answer.revision))

    return write.once(store, caller, do)


@router.patch(
    "/assessments/{id}/answers",
    operation_id="answer_several",
    response_model=AssessmentOut,
    **writes("Answer several indicators", 404, 409, based=BASED),
)
def several(
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    write: WriteDep,
    assessment: AssessmentPath,
    body: AnswersIn,
) -> Response:
    """Keep several answers, all or none, based on the assessment's ETag; the others stay as they are."""

    def do() -> Receipt:
        raw = body.by_number()
        report = write.based(
            lambda revision: assessments.answer_all(store, frameworks, caller, assessment, raw, revision)
        )
        return done_with(report, 200)

    return write.once(store, caller, do)
