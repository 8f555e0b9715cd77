"""`goldgap mail` and `goldgap worker`: what they send, what they say, and that a worker's end loses nothing."""

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli import post_office
from app.domain.messages import LEASE, Kind
from app.main import make_store
from app.settings import Settings
from app.store import messages
from app.store.database import Store
from app.usecases import mail
from app.usecases.operators import OPERATOR
from tests.cli.conftest import Say
from tests.mails import part, read
from tests.outside.mail_server import Box, serving
from tests.test_settings import SAFE

PROGRAM = [sys.executable, "-m", "app.cli"]


@pytest.fixture
def store(goldgap: Say) -> Iterator[Store]:
    """The store that the commands work with."""
    del goldgap
    kept = make_store(Settings())
    yield kept
    kept.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where mail lies unless something else is set."""
    return tmp_path / "data" / "mail"


def leave(store: Store, count: int) -> list[str]:
    with store.writing() as tx:
        return [messages.post(tx, Kind.TRIAL, f"person-{number}@example.org") for number in range(count)]


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.02)


def test_a_trial_is_sent_at_once_and_says_what_happened(goldgap: Say, folder: Path) -> None:
    said = goldgap("mail", "test", "--to", "kari@example.org")
    assert (said.code, said.err, said.out[:5]) == (0, "", "Sent ")
    (file,) = folder.iterdir()
    got = read(file.read_bytes())
    assert (got["To"], got["From"]) == ("kari@example.org", "Goldgap <goldgap@localhost>")
    assert got["Subject"] == "A trial of mail from Goldgap / Prøve på e-post fra Goldgap"
    assert "http://127.0.0.1:8000/" in part(got, "plain")
    assert goldgap("mail", "test", "--to", "kari@example.org", "--json").json["kind"] == "trial"


def test_a_trial_to_what_is_no_address_is_refused(goldgap: Say, folder: Path) -> None:
    said = goldgap("mail", "test", "--to", "kari")
    assert (said.code, said.out, folder.exists()) == (1, "", False)
    assert said.err.startswith("to: Give an e-mail address")


def test_a_refused_trial_says_why_is_listed_and_can_be_tried_again(
    goldgap: Say, environment: pytest.MonkeyPatch, folder: Path
) -> None:
    with serving(Box({"rcpt": "550 5.1.1 no such mailbox"})) as port:
        environment.setenv("GOLDGAP_MAIL_URL", f"smtp://127.0.0.1:{port}")
        said = goldgap("mail", "test", "--to", "gone@example.org")
    assert said.code == 1
    assert "The mail server refused the address (550): 5.1.1 no such mailbox" in said.out
    logged, sentence = said.err.splitlines()
    assert sentence == "The trial mail was not sent."
    # The log finds the mail by its id, and names neither the person nor what the server said.
    assert {"event", "id", "kind", "attempts", "gave_up"} <= json.loads(logged).keys()
    assert not re.search("gone|example|mailbox|550", logged)
    (line,) = goldgap("mail", "list", "--failed", "--json").json
    assert (line["address"], line["attempts"]) == ("gone@example.org", 1)
    assert "Given up" in goldgap("mail", "list", "--failed").out
    problems = [problem for problem in goldgap("doctor", "--json").json["problems"] if problem.startswith("Mails")]
    assert problems == ["Mails that could not be sent: 1. `goldgap mail list --failed` says why."]
    environment.delenv("GOLDGAP_MAIL_URL")
    said = goldgap("mail", "retry", line["id"])
    assert (said.code, "is tried again" in said.out) == (0, True)
    assert goldgap("mail", "list", "--failed", "--json").json == []
    assert goldgap("worker", "--once").out == "Sent 1, put off 0, gave up 0, dropped 0.\n"
    assert len(list(folder.iterdir())) == 1
    assert goldgap("mail", "retry", line["id"]).code == 1


def test_the_worker_sends_all_that_is_due_and_ends_when_told_to_do_so_once(
    goldgap: Say, store: Store, folder: Path
) -> None:
    leave(store, post_office.AT_ONCE + 5)
    assert goldgap("worker", "--once", "--json").json["sent"] == post_office.AT_ONCE + 5
    assert len(list(folder.iterdir())) == post_office.AT_ONCE + 5
    assert goldgap("worker", "--once", "--json").json == {"sent": 0, "later": 0, "failed": 0, "dropped": 0}


def test_links_lead_to_the_base_url_and_mail_comes_from_the_sender_that_is_set(
    goldgap: Say, environment: pytest.MonkeyPatch, folder: Path
) -> None:
    environment.setenv("GOLDGAP_BASE_URL", "https://goldgap.example.org/")
    goldgap("mail", "test", "--to", "kari@example.org")
    environment.setenv("GOLDGAP_MAIL_FROM", "Klyngeportalen <ikke-svar@example.com>")
    goldgap("mail", "test", "--to", "kari@example.org")
    got = [read(file.read_bytes()) for file in folder.iterdir()]
    assert {each["From"] for each in got} == {
        "Goldgap <goldgap@goldgap.example.org>",
        "Klyngeportalen <ikke-svar@example.com>",
    }
    assert all("https://goldgap.example.org/" in part(each, "plain") for each in got)
    assert not any("127.0.0.1" in part(each, "plain") for each in got)


def test_production_without_a_way_for_mail_has_no_worker(goldgap: Say, environment: pytest.MonkeyPatch) -> None:
    for name, value in SAFE.items():
        if name not in {"DATABASE_URL", "MAIL_URL"}:
            environment.setenv(f"GOLDGAP_{name}", value)
    said = goldgap("worker", "--once")
    assert said.code == 1
    assert "GOLDGAP_MAIL_URL is not set" in said.err


def test_mail_that_nobody_looks_after_is_a_problem(goldgap: Say, store: Store, environment: pytest.MonkeyPatch) -> None:
    leave(store, 2)
    environment.setenv("GOLDGAP_CLOCK_OFFSET", "1860")
    problems = [problem for problem in goldgap("doctor", "--json").json["problems"] if problem.startswith("Mails")]
    assert problems == ["Mails that nobody has tried to send for half an hour: 2. Is `goldgap worker` running?"]


def test_doctor_says_where_mail_goes_without_a_password(goldgap: Say, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GOLDGAP_MAIL_URL", "smtps://goldgap:hunter2@mail.example.org:465")
    said = goldgap("doctor")
    assert "mail: smtps://mail.example.org\n" in said.out
    assert "hunter2" not in said.out + said.err


def test_the_worker_goes_on_until_it_is_told_to_stop(store: Store, folder: Path) -> None:
    with subprocess.Popen([*PROGRAM, "worker"], stderr=subprocess.PIPE, text=True) as worker:
        for count in (1, 2):
            leave(store, 1)
            until(lambda: folder.exists() and len(list(folder.glob("*.eml"))) == count)  # noqa: B023 - asked at once
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=60)
    assert (worker.returncode, said) == (0, "")


def test_a_worker_that_is_killed_in_the_middle_loses_no_mail(store: Store, environment: pytest.MonkeyPatch) -> None:
    ids = leave(store, 12)
    box = Box(hangs=threading.Event())
    with serving(box) as port:
        environment.setenv("GOLDGAP_MAIL_URL", f"smtp://127.0.0.1:{port}")
        with subprocess.Popen([*PROGRAM, "worker"]) as worker:
            until(lambda: any(line.attempts for line in mail.listed(store, OPERATOR, failed=False)))
            time.sleep(0.2)
            worker.kill()
        assert worker.returncode == -signal.SIGKILL
        assert [line.sent_at for line in mail.listed(store, OPERATOR, failed=False)] == [None] * len(ids)
        assert box.hangs is not None
        box.hangs.set()
        # The others go at once, and the one that the dead worker had when its time is over.
        subprocess.run([*PROGRAM, "worker", "--once"], check=True, capture_output=True)
        assert sum(line.sent_at is None for line in mail.listed(store, OPERATOR, failed=False)) == 1
        later = {**os.environ, "GOLDGAP_CLOCK_OFFSET": str(int(LEASE.total_seconds()) + 1)}
        subprocess.run([*PROGRAM, "worker", "--once"], check=True, capture_output=True, env=later)
    assert all(line.sent_at for line in mail.listed(store, OPERATOR, failed=False))
    arrived = Counter(read(taken.content)["Message-ID"] for taken in box.taken)
    assert set(arrived) == {f"<{mail_id}@localhost>" for mail_id in ids}
    # The server may have taken it from the dying worker's hands; then it bears the same id twice.
    assert sum(arrived.values()) <= len(ids) + 1


def test_two_worker_processes_send_each_mail_once(store: Store, folder: Path) -> None:
    leave(store, 30)
    workers = [subprocess.Popen([*PROGRAM, "worker", "--once"]) for _ in range(2)]
    assert [worker.wait(120) for worker in workers] == [0, 0]
    assert len(list(folder.glob("*.eml"))) == 30
    assert [line.attempts for line in mail.listed(store, OPERATOR, failed=False)] == [1] * 30


def test_a_fault_in_one_round_is_written_down_and_the_next_goes_on(
    store: Store, environment: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setattr(post_office, "PAUSE_SECONDS", 0.01)
    settings, stop = Settings(), threading.Event()
    leave(store, 1)
    faults = iter([ZeroDivisionError("planted")])
    clock = store.clock

    def faulty() -> dt.datetime:
        for fault in faults:
            raise fault
        return clock()

    store.clock = faulty
    office = post_office.post_office(settings)
    thread = threading.Thread(target=post_office.work, args=(settings, store, office, stop))
    thread.start()
    until(lambda: folder.exists() and list(folder.glob("*.eml")))
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    said = capsys.readouterr()
    assert "planted" in said.out + said.err


def test_a_server_in_one_process_sends_by_itself(store: Store, environment: pytest.MonkeyPatch, folder: Path) -> None:
    environment.setattr(post_office, "PAUSE_SECONDS", 0.01)
    leave(store, 1)
    with post_office.at_work(Settings(), "http://127.0.0.1:8123"):
        until(lambda: folder.exists() and list(folder.glob("*.eml")))
    (file,) = folder.glob("*.eml")
    assert "http://127.0.0.1:8123/" in part(read(file.read_bytes()), "plain")
    leave(store, 1)
    time.sleep(0.1)
    assert len(list(folder.glob("*.eml"))) == 1, "it went on after its end"


def test_a_server_that_stops_at_once_has_sent_nothing(store: Store, folder: Path) -> None:
    leave(store, 1)
    with post_office.at_work(Settings(), "http://127.0.0.1:8123"):
        pass
    assert not folder.exists()


def test_a_role_that_is_given_on_the_command_line_reaches_its_person_by_mail(arena: Say, folder: Path) -> None:
    arena("member", "add", "--email", "kari@example.org", "--role", "owner", "--programme", "arena")
    assert arena("worker", "--once", "--json").json["sent"] == 1
    (file,) = folder.iterdir()
    got = read(file.read_bytes())
    assert got["Subject"] == "You are now a programme owner for Arena / Du er nå programeier for Arena"
    assert "/programmes/arena" in part(got, "plain")
    assert got["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/unsubscribe/")
