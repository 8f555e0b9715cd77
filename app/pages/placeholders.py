"""TEMPORARY: names for routes that are still being written, so that pages which link to them can be looked at."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)

for name, path in {
    "about": "/about",
    "frameworks": "/frameworks",
    "framework": "/frameworks/{framework}/{version}",
    "blank_form": "/frameworks/{framework}/{version}/form",
    "clusters": "/clusters",
    "cluster": "/clusters/{cluster}",
    "new_assessment": "/clusters/{cluster}/assessments/new",
    "programme": "/programmes/{programme}",
    "portfolio": "/portfolio",
    "assessment": "/assessments/{assessment_id}",
    "dimension": "/assessments/{assessment_id}/dimensions/{dimension_id}",
    "next_unanswered": "/assessments/{assessment_id}/next-unanswered",
    "gap": "/assessments/{assessment_id}/gap",
}.items():
    router.add_api_route(path, lambda: "not there yet", name=name)
