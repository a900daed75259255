"""A letter is not lost, and not sent twice, whatever dies when: runners, the mail server, the database."""
import pytest

from lib.faults import Later
from lib.registry import Crate
from lib.steps import user_id

KINDS = "('send_mail', 'send_confirmation', 'notify_owners', 'send_publish_notifications')"


@pytest.fixture(scope="module")
def settings(mail_server):
    return {"settings": ["jobs.lease_s=60", "mail.smtp_timeout_s=20", *mail_server.settings()]}


@pytest.fixture(autouse=True)
def empty(faulty, mail_server):
    """Each test begins with nothing in the queue, and no letter."""
    faulty.sql("DELETE FROM background_jobs")
    mail_server.letters.clear()


def waiting(faulty):
    return [(kind, int(retries), leased == "1") for kind, retries, leased in faulty.sql(
        "SELECT job_type, retries, lease_owner IS NOT NULL FROM background_jobs"
        f" WHERE job_type IN {KINDS} ORDER BY id")]


def due(faulty):
    """Time passes: whatever waits is due, whoever held a lease has lost it."""
    faulty.sql("UPDATE background_jobs SET run_after_us = 0, lease_until_us = IF(lease_until_us IS NULL, NULL, 1)")


def ask(faulty, user):
    assert user.browser.put(f"/api/v1/users/{user_id(faulty, user.login)}/resend").status_code == 200


@pytest.fixture(scope="module")
def owners(faulty, alice):
    """Alice and two others own a crate, by the command line."""
    others = [faulty.user("bob"), faulty.user("carol")]
    assert alice.token.publish(Crate("letters")).status_code == 200
    faulty.ctl("crate", "owners", "letters", "--add", "bob", "--add", "carol")
    return [f"{user.login}@example.test" for user in (alice, *others)]


@pytest.mark.parametrize("step,letters", [("mail.before-send", 1), ("mail.after-send", 2)])
def test_killed_while_sending(faulty, mail_server, alice, step, letters):
    """Between the server's answer and the end of the job it may come twice, as one message."""
    ask(faulty, alice)
    faulty.order(step, "kill")
    assert faulty.run_jobs(orders=True).returncode in (-9, 137)
    assert faulty.obeyed() and waiting(faulty) == [("send_confirmation", 0, True)]
    assert faulty.run_jobs().returncode == 0 and waiting(faulty) == [("send_confirmation", 0, True)], "the lease is not over"
    due(faulty)
    assert faulty.run_jobs().returncode == 0 and waiting(faulty) == []
    came = mail_server.wait("alice@example.test", letters)
    assert len({letter["Message-ID"] for letter in came}) == len({letter["Date"] for letter in came}) == 1


def test_killed_behind_a_fan_out(faulty, mail_server, alice, owners):
    """One job became three, and is gone with that: nobody gets two letters."""
    assert alice.token.publish(Crate("letters", "1.1.0")).status_code == 200
    faulty.order("mail.fanned-out", "kill")
    assert faulty.run_jobs(orders=True).returncode in (-9, 137)
    assert faulty.obeyed() and waiting(faulty) == [("send_mail", 0, False)] * 3
    due(faulty)
    assert faulty.run_jobs().returncode == 0 and waiting(faulty) == []
    for address in owners:
        mail_server.one(address)


def test_fan_out_of_a_lost_lease(faulty, mail_server, alice, owners):
    """It was slow, another has the job by now: the letters are the other's to write."""
    answer = alice.browser.patch("/api/v1/crates/letters", {"crate": {"trustpub_only": True}})
    assert answer.status_code == 200 and waiting(faulty) == [("notify_owners", 0, False)]
    faulty.sql("UPDATE background_jobs SET lease_owner = 'another', lease_until_us = 9000000000000000")
    assert faulty.run_jobs().returncode == 0 and not mail_server.letters
    due(faulty)
    assert faulty.run_jobs().returncode == 0 and waiting(faulty) == []
    for address in owners:
        mail_server.one(address)
    answer = alice.browser.patch("/api/v1/crates/letters", {"crate": {"trustpub_only": False}})
    assert answer.status_code == 200


def test_one_runner_keeps_the_letter_it_sends(faulty, mail_server, alice):
    """A slow server: a second runner does not begin with the same letter."""
    ask(faulty, alice)
    mail_server.slow = {"DATA": 3}
    try:
        first = Later(faulty.run_jobs)
        second = Later(faulty.run_jobs)
        assert first.result().returncode == second.result().returncode == 0
    finally:
        mail_server.slow = {}
    assert waiting(faulty) == []
    mail_server.one("alice@example.test")


def test_mail_server_away_and_back(faulty, mail_server, alice, owners):
    mail_server.stop()
    try:
        assert alice.token.publish(Crate("letters", "1.2.0")).status_code == 200
        ask(faulty, alice)
        assert faulty.run_jobs().returncode == 0
        assert sorted(waiting(faulty)) == [("send_confirmation", 1, False)] + [("send_mail", 1, False)] * 3
    finally:
        mail_server.start()
    due(faulty)
    assert faulty.run_jobs().returncode == 0 and waiting(faulty) == []
    assert [len(mail_server.to(address)) for address in owners] == [2, 1, 1]


@pytest.mark.parametrize("step", ["publish.tx-jobs", "publish.after-commit", "delete.tx-rows", "delete.after-commit"])
def test_change_and_letter_are_one(faulty, mail_server, alice, step):
    """Killed before the commit there is neither, behind it there are both."""
    name = "one-" + step.replace(".", "-")
    if step.startswith("delete"):
        assert alice.token.publish(Crate(name)).status_code == 200
        faulty.run_jobs()
        mail_server.letters.clear()
    faulty.order(step, "kill")
    if step.startswith("delete"):
        answer = alice.browser.delete(f"/api/v1/crates/{name}")
    else:
        answer = alice.token.publish(Crate(name))
    assert faulty.obeyed() and answer.status_code >= 500
    assert faulty.run_jobs().returncode == 0
    came = [letter.subject for letter in mail_server.to("alice@example.test")]
    if step.endswith("after-commit"):
        assert len(came) == 1 and name in came[0]
    else:
        assert came == []
