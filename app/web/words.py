"""The sentences about a verdict, in the language asked for."""

from app.domain.framework import Framework
from app.domain.scoring import Reason, ReasonCode, Scorecard
from app.web.language import Languages

_REASONS = {
    ReasonCode.INCOMPLETE: "%(answered)s of %(total)s indicators are answered; a verdict needs all of them.",
    ReasonCode.POINTS: "%(points)s of %(max_points)s points: %(missing)s short of the Gold line at %(gold_line)s.",
    ReasonCode.MINIMUM: "Below the minimum on %(indicators)s, which alone prevents Gold.",
    ReasonCode.ELIGIBILITY: "Not eligible for a label because of %(indicators)s.",
}


def reason(languages: Languages, language: str, framework: Framework, scorecard: Scorecard, found: Reason) -> str:
    """Return why there is no Gold, in words."""
    wording = framework.wording(language)
    named = (f"{number} {wording.indicators[number].name}" for number in found.indicators)
    params = {
        "answered": scorecard.answered,
        "total": scorecard.total,
        "points": scorecard.points,
        "max_points": scorecard.max_points,
        "missing": scorecard.points_to_gold,
        "gold_line": scorecard.gold_line,
        "indicators": ", ".join(named),
    }
    return languages.say(language, _REASONS[found.code], params)
