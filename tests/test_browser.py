"""The browser that journeys are given, and the accessibility scan: they see what they should."""

import hashlib

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser import AXE, OpenPage, accessibility_violations, faultless_pages

STRICT = {"content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"}
GOOD = "<!doctype html><html lang=en><title>Gap</title><main><h1>Gap</h1></main>"


def show(page: Page, html: str) -> Page:
    """Serve this page under the policy that ours have, and open it."""

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html", headers=STRICT)

    page.route("**/*", answer)
    page.goto("http://goldgap.test/")
    return page


def test_axe_is_the_file_we_vendored() -> None:
    checksum, name = AXE.with_name("SHA384SUMS").read_text().split()
    assert (name, checksum) == (AXE.name, hashlib.sha384(AXE.read_bytes()).hexdigest())


def test_a_sound_page_has_no_violation(open_page: OpenPage) -> None:
    assert accessibility_violations(show(open_page(), GOOD)) == []


def test_an_image_without_alternative_text_is_a_violation(open_page: OpenPage) -> None:
    (violation,) = accessibility_violations(show(open_page(), GOOD.replace("</main>", "<img src=x></main>")))
    assert violation.startswith("image-alt (critical)")


def test_a_page_opens_without_javascript(open_page: OpenPage) -> None:
    page = show(open_page(java_script_enabled=False), GOOD + "<noscript><p>Without</p></noscript>")
    assert page.inner_text("body").strip() == "Gap\n\nWithout"


def test_a_script_that_the_policy_stops_is_a_fault(browser: Browser) -> None:
    with pytest.raises(AssertionError, match="Content Security Policy"), faultless_pages(browser) as open_page:
        show(open_page(), GOOD + "<script>1</script>")
