"""Mails in words: every kind in each language, as plain text and HTML, with links to our own host alone."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest

from app.domain.messages import ABOUT, ABOUT_SAFETY, Kind, Letter, Mail
from app.domain.roles import Role
from app.main import create_app
from app.outside import mail as outside
from app.pages import messages
from app.pages.mails import composer
from app.settings import Settings
from app.web.language import Languages
from tests.mails import part, read
from tests.outside.test_mail_message import NASTY
from tests.pages import html
from tests.pages.html import Element

BASE = "https://goldgap.example.org"
AT = dt.datetime(2026, 10, 1, 8, 0, tzinfo=dt.UTC)
LANGUAGES = Languages()
KNOWN = {
    "who": "Åse Ødegård",
    "cluster": "Kyst",
    "assessment": "Egenvurdering høst 2026",
    "role": "manager",
    "place": "Kyst & Hav",
    "programme": "Nordlys",
    "round": "Høst 2026",
    "day": "2026-09-30",
    "answer": "accepted",
    "invitation": "inv-1",
    "reset": "reset-1",
}
EVERY = [(kind, language) for kind in Kind for language in (*LANGUAGES.codes, None)]
INTERESTING = [*NASTY, "<b>fet</b>", '"><a href="https://evil.example">', "{{ 7 * 7 }}", "%(who)s", "100 % sikker"]
LINKS = ["https://evil.example/x", "www.evil.example", "evil.example", "mailto:a@evil.example", "//evil.example"]


def letter(kind: Kind, language: str | None = "en", **about: str) -> Letter:
    wanted = ABOUT[kind] | {"who", "role", "place"} | set(about)
    way_out = None if kind in ABOUT_SAFETY else f"/unsubscribe/kari/{kind}/{'ab' * 32}"
    path = f"/somewhere/{kind}/{'cd' * 32}"
    known = {name: value for name, value in {**KNOWN, **about}.items() if name in wanted}
    return Letter("mail-1", kind, "kari@example.org", language, known, path, way_out, AT)


def written(kind: Kind, language: str | None = "en", **about: str) -> Mail:
    return composer(LANGUAGES, BASE)(letter(kind, language, **about))


def page(mail: Mail) -> Element:
    """Return the HTML as a tree; whatever is not closed or is there twice is an error."""
    assert mail.html.startswith("<!doctype html>\n")
    return html.read(mail.html.removeprefix("<!doctype html>\n"))


def addresses(text: str) -> list[str]:
    return re.findall(r"\w+://\w\S+", text)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_mail_is_well_formed_and_leads_to_our_own_host_alone(kind: Kind, language: str | None) -> None:
    mail = written(kind, language)
    tree = page(mail)
    found = [link["href"] for link in tree.all("a")]
    assert found == addresses(mail.text)
    assert {urlsplit(address)[:2] for address in found} == {("https", "goldgap.example.org")}
    spoken = [language] if language else list(LANGUAGES.codes)
    assert found.count(f"{BASE}/somewhere/{kind}/{'cd' * 32}") == len(spoken)
    assert tree.one("html")["lang"] == spoken[0]
    assert [each["lang"] for each in tree.all("div")] == spoken
    assert len(tree.all("h1")) == len(spoken)
    assert tree.one("title").text == mail.subject
    assert not tree.all("script")
    assert not tree.all("img")


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_the_way_out_is_there_exactly_where_it_is_allowed(kind: Kind, language: str | None) -> None:
    mail = written(kind, language)
    way_out = f"{BASE}/unsubscribe/kari/{kind}/{'ab' * 32}"
    allowed = kind not in ABOUT_SAFETY
    assert mail.unsubscribe == (way_out if allowed else None)
    assert (way_out in mail.text) is (way_out in mail.html) is allowed
    assert (f"{BASE}/account/messages" in mail.text) is allowed
    message = read(outside.message(mail, "Goldgap <goldgap@example.org>").as_bytes())
    assert ("List-Unsubscribe" in message) is allowed


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_plain_text_and_html_say_the_same(kind: Kind, language: str | None) -> None:
    mail = written(kind, language)
    tree = page(mail)
    said = " ".join(re.sub(r":\n\S+", "", mail.text).split()).replace("\u200b", "")
    body = tree.one("body").text.replace(" · ", " ").replace("\u200b", "")
    assert said == body
    assert "  " not in mail.subject
    assert not re.search(r"%\(|\{\{|None", mail.text + mail.subject)


@pytest.mark.parametrize("kind", Kind)
def test_a_mail_speaks_the_language_of_its_reader(kind: Kind) -> None:
    english, norwegian, both = (written(kind, language) for language in ("en", "nb", None))
    assert english.text != norwegian.text
    assert both.text == f"{english.text.rstrip()}\n\n\n{norwegian.text}"
    assert both.subject == f"{english.subject} / {norwegian.subject}"
    assert written(kind, "tlh").text == both.text


def test_the_texts_read_as_they_should() -> None:
    assert written(Kind.INVITED, "nb").text.splitlines()[:10] == [
        "Åse Ødegård inviterer deg til Kyst & Hav i Goldgap",
        "",
        "Åse Ødegård inviterer deg til å være klyngeleder for Kyst & Hav.",
        "",
        "Goldgap viser en klyngeorganisasjon hvor langt den har igjen til det",
        "europeiske gullmerket, og hva som mangler.",
        "",
        "Invitasjonen gjelder i 72 timer og kan brukes én gang.",
        "",
        "Se invitasjonen:",
    ]
    assert written(Kind.RESET_PASSWORD).subject == "Set a new password"
    assert "valid for 20 minutes" in written(Kind.RESET_PASSWORD).text
    assert written(Kind.OPENED_ROUND, "nb").subject == "Nordlys har åpnet runden «Høst 2026»"
    assert "30. september 2026" in written(Kind.OPENED_ROUND, "nb").text
    assert "30 September 2026" in written(Kind.OPENED_ROUND, "en").text
    assert written(Kind.SUBMITTED, "en").subject == "Kyst has submitted “Egenvurdering høst 2026”"
    assert written(Kind.TOOK_ROLE, "nb").subject == "Du er ikke lenger klyngeleder for Kyst & Hav"
    assert "1. okt. 2026, 10:00" in written(Kind.CHANGED_PASSWORD, "nb").text
    accepted, declined = (written(Kind.ANSWERED_INVITATION, answer=each) for each in ("accepted", "declined"))
    assert accepted.subject == "Åse Ødegård has accepted your invitation to Kyst & Hav"
    assert declined.subject == "Åse Ødegård has declined your invitation to Kyst & Hav"


def test_an_invitation_says_who_is_a_deputy_and_until_when_and_who_takes_a_cluster_over() -> None:
    deputy = written(Kind.INVITED, role="deputy", day="2026-10-20").text.replace("\n", " ")
    assert "to be a deputy cluster manager for Kyst & Hav. The last day is 20 October 2026." in deputy
    assert "The last day" not in written(Kind.INVITED).text
    heir = written(Kind.INVITED, "nb", hands_over="yes")
    assert heir.subject == "Åse Ødegård overlater Kyst & Hav til deg i Goldgap"
    assert "Du overtar klyngen fra Åse Ødegård når du takker ja." in heir.text.replace("\n", " ")
    assert "overtar" not in written(Kind.INVITED, "nb").text


def test_who_has_handed_over_reads_what_they_are_now() -> None:
    lesser = written(Kind.ANSWERED_INVITATION, becomes="observer").text
    assert "You are no longer a cluster manager there, but an observer." in lesser
    gone = written(Kind.ANSWERED_INVITATION, becomes="nothing").text
    assert "You no longer have a role there." in gone
    assert "Go to" not in gone
    assert "You " not in written(Kind.ANSWERED_INVITATION).text.split("You get this mail")[0]


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ("added-app", "En autentiseringsapp er lagt til i kontoen din"),
        ("removed-app", "Autentiseringsappen er fjernet fra kontoen din"),
        ("added-passkey", "En passnøkkel er lagt til i kontoen din"),
        ("removed-passkey", "En passnøkkel er fjernet fra kontoen din"),
        ("made-recovery-codes", "Det er laget nye reservekoder til kontoen din"),
        ("used-recovery-code", "En reservekode er brukt til å logge inn på kontoen din"),
        ("reset-by-operator", "Totrinnsbekreftelsen er slått av for kontoen din"),
        ("connected-identity", "Enda en måte å logge inn på er koblet til kontoen din"),
        ("disconnected-identity", "En måte å logge inn på er koblet fra kontoen din"),
        ("something of a newer version", "Måten du logger inn på, er endret"),
    ],
)
def test_what_was_changed_about_signing_in_is_said(change: str, title: str) -> None:
    about = Letter("m", Kind.CHANGED_SIGN_IN, "a@example.org", "nb", {"change": change}, "/account", None, AT)
    mail = composer(LANGUAGES, BASE)(about)
    assert mail.subject == title
    assert "Det skjedde 1. okt. 2026, 10:00." in mail.text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
@pytest.mark.parametrize("language", LANGUAGES.codes)
def test_every_role_has_its_word_within_a_sentence(role: Role, language: str) -> None:
    def say(message: str, **params: object) -> str:
        return LANGUAGES.say(language, message, params)

    assert f"{messages.role(role, say)} " in written(Kind.GAVE_ROLE, language, role=role).subject


@pytest.mark.parametrize("typed", INTERESTING)
@pytest.mark.parametrize("kind", [Kind.INVITED, Kind.SUBMITTED, Kind.OPENED_ROUND, Kind.GAVE_ROLE])
def test_what_people_typed_is_inert(kind: Kind, typed: str) -> None:
    names = dict.fromkeys(("who", "cluster", "assessment", "place", "programme", "round"), typed)
    mail = written(kind, None, **names)
    plain = page(written(kind, None))
    tree = page(mail)
    assert [each.tag for each in tree.all()] == [each.tag for each in plain.all()]
    assert [link["href"] for link in tree.all("a")] == [link["href"] for link in plain.all("a")]
    message = read(outside.message(mail, "goldgap@example.org").as_bytes())
    assert "Bcc" not in message
    assert part(message, "plain")


@pytest.mark.parametrize("typed", LINKS)
def test_no_mail_program_makes_a_link_of_a_name(typed: str) -> None:
    names = dict.fromkeys(("who", "cluster", "assessment", "place", "programme", "round"), f"Vinn {typed} nå")
    for kind in (Kind.INVITED, Kind.SUBMITTED, Kind.OPENED_ROUND, Kind.GAVE_ROLE):
        mail = written(kind, None, **names)
        assert not re.search(r"evil\.example|www\.|a@evil|s://evil", mail.text)
        assert not re.search(r"evil\.example|www\.|a@evil|s://evil", page(mail).one("body").text)
        assert len(addresses(mail.text)) == len(page(mail).all("a"))


def test_the_addresses_in_mails_are_routes() -> None:
    app = create_app(Settings())
    parts = {"user_id": "kari", "kind": "submitted", "proof": "ab" * 32}
    assert f"{BASE}{app.url_path_for('unsubscribe_page', **parts)}" == written(Kind.SUBMITTED).unsubscribe
    assert f"{BASE}{app.url_path_for('messages')}" in written(Kind.SUBMITTED).text


def test_the_choices_are_what_can_be_turned_off_and_every_kind_has_a_name() -> None:
    assert set(messages.choices(lambda words, **_: words)) == set(Kind) - ABOUT_SAFETY
    assert set(messages.names(lambda words, **_: words)) == set(Kind)
