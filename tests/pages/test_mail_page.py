"""What became of mail, as an administrator sees it."""

from app.domain.messages import Kind
from app.domain.roles import Role
from app.store import messages, outbox
from app.usecases import mail
from app.usecases.operators import OPERATOR
from tests.mails import REFUSAL, keep_failed_mail
from tests.pages.world import World


def test_what_failed_is_shown_with_the_reason_and_can_be_tried_again(world: World) -> None:
    mail_id = keep_failed_mail(world.store)
    client = world.signed_in(Role.ADMINISTRATOR)
    page = client.open("/mail")
    assert "1 mail could not be sent." in page.text
    (card,) = page.all("article")
    assert "Trial mail: gone@example.org" in card.text
    assert REFUSAL in card.text
    assert "given up 23 Nov 2026, 13:00" in card.text
    assert client.send(card.one("form")["action"], {}) == "/mail"
    assert mail.one(world.store, OPERATOR, mail_id).failed_at is None
    page = client.open("/mail")
    assert "The mail is tried again within a minute." in page.text
    assert "No mail has failed." in page.text


def test_what_waits_was_sent_or_is_tried_again_stands_in_the_table(world: World) -> None:
    with world.store.writing() as tx:
        ids = [messages.post(tx, Kind.TRIAL, f"person-{number}@example.org") for number in range(3)]
        sent, later = outbox.claim(tx, ids[0]), outbox.claim(tx, ids[1])
        assert sent is not None
        assert later is not None
        outbox.mark_sent(tx, sent)
        outbox.put_off(tx, later, "The mail server cannot be reached: TimeoutError.", for_good=False)
    page = world.signed_in(Role.ADMINISTRATOR, language="nb").open("/mail")
    assert [each.text for each in page.one("table").one("thead").all("th")][2] == "Skrevet"
    became = {row[1]: row[3] for row in page.one("table").rows()}
    assert became["person-0@example.org"] == "sendt 23. nov. 2026, 13:00"
    assert became["person-1@example.org"].startswith("prøves på nytt 23. nov. 2026, 13:01: The mail server cannot")
    assert became["person-2@example.org"] == "venter"
    assert "2 e-poster venter på å bli sendt. 1 av dem er forsøkt før" in page.text


def test_the_way_there_is_in_the_menu_of_administrators_alone(world: World) -> None:
    world.programme()
    assert "Mail sent out" in world.signed_in(Role.ADMINISTRATOR).open("/").named("account-menu").text
    assert "Mail sent out" not in world.signed_in(Role.OWNER, programme="north").open("/").named("account-menu").text
