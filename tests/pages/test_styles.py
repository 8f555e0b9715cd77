"""The look of the pages comes in one file, and is asked for again only when it has changed."""

import re

from app.pages import styles
from tests.pages.world import World


def test_a_page_asks_for_one_sheet_that_holds_every_other_and_for_the_one_for_paper(world: World) -> None:
    browser = world.browser()
    sheets = [link["href"] for link in browser.open("/").all("link", rel="stylesheet")]
    assert [sheet.partition("?")[0] for sheet in sheets] == ["/static/css/goldgap.css", "/static/css/print.css"]
    answer = browser.http.get(sheets[0])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in answer.headers["cache-control"]
    folder = styles.STATIC / "css"
    for sheet in {*folder.rglob("*.css")} - {folder / "print.css"}:
        assert sheet.read_text(encoding="utf-8") in answer.text, sheet


def test_the_addresses_inside_the_sheet_lead_to_files() -> None:
    addresses = re.findall(r"url\(\"([^\"]+)\"\)", styles.joined().decode())
    found = [each for each in addresses if not each.startswith("data:")]
    assert found
    for each in found:
        assert (styles.STATIC / "css" / each).is_file()


def test_a_changed_file_has_another_address() -> None:
    assert len({styles.address(path) for path in ("css/base.css", "css/layout.css", styles.JOINED)}) == 3
    assert re.fullmatch(r"/static/css/goldgap\.css\?v=[0-9a-f]{12}", styles.address(styles.JOINED))
