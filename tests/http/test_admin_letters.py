"""What administrators do is told to all of them, and needs a fresh sign-in (contract/web.md 14.4 "Admin")."""
import time

import pytest

from lib.instance import Instance
from lib.page import Visitor
from lib.steps import publish, sign_in_was

ADMINS = ["boss@example.test", "chief@example.test"]


@pytest.fixture(scope="module")
def site(mail_server):
    instance = Instance(settings=["server.max_requests=0", "site.domain=crates.test", *mail_server.settings()])
    try:
        instance.start()
        instance.sql("UPDATE users SET is_admin = 0")  # whom deploy/quickstart made
        instance.boss, instance.chief = (instance.user(login, admin=True) for login in ("boss", "chief"))
        instance.alice = instance.user("alice")
        yield instance
    finally:
        instance.remove()


@pytest.fixture
def visitor(site):
    sign_in_was(site, "boss", 0)
    return Visitor(site.boss.browser)


def told(mail_server, subject, n=1, seconds=120):
    """The letters with that subject that every administrator got: n each, and nobody else any."""
    subject, end = f"crates.test: Administrator {subject}", time.time() + seconds
    while True:
        found = [letter for letter in mail_server.letters if letter.subject == subject]
        if len(found) >= n * len(ADMINS):
            break
        assert time.time() < end, [letter.subject for letter in mail_server.letters]
        time.sleep(0.1)
    assert sorted(address for letter in found for address in letter.to) == sorted(ADMINS * n)
    return found


def audit(site, action):
    return site.sql(f"SELECT actor, crate, address, detail FROM audit WHERE action = '{action}' ORDER BY id")


def test_locking_is_told(site, mail_server, visitor):
    where = "/admin/users/alice"
    assert visitor.send(visitor.get(where).page.form(where + "/lock"), reason="For <b>now</b>").status_code == 303
    for letter in told(mail_server, "boss: user_lock"):
        assert "Who:    boss\n" in letter.text and "From:   127.0.0.1\n" in letter.text and "For <b>now</b>" in letter.text
        assert "Crate:" not in letter.text and "<b>now" not in letter.html and f"{site.url}/admin/users/boss" in letter.text
    assert visitor.send(visitor.get(where).page.form(where + "/unlock")).status_code == 303
    told(mail_server, "boss: user_unlock")
    # what is refused is not told
    assert visitor.send(visitor.get(where).page.form(where + "/lock"), reason="").status_code == 422
    told(mail_server, "boss: user_lock")


def test_yanking_what_others_own_is_noted_and_told(site, mail_server, visitor):
    crate = publish(site.alice, "watched-over", "1.0.0", "1.1.0")
    page = visitor.get(f"/crates/{crate}/1.1.0/yank").page
    assert visitor.send(page.form(f"/crates/{crate}/1.1.0/yank"), message="It \"harms\"").status_code == 303
    (row,) = audit(site, "version_yank")
    assert row[:3] == ["boss", crate, "127.0.0.1"] and "harms" in row[3]
    for letter in told(mail_server, "boss: version_yank"):
        assert f"Crate:  {crate}\n" in letter.text and "harms" in letter.text and "1.1.0" in letter.text
    # by the API, too
    assert site.boss.token.put(f"/api/v1/crates/{crate}/1.1.0/unyank").status_code == 200
    told(mail_server, "boss: version_unyank")
    assert audit(site, "version_unyank") == [["boss", crate, "127.0.0.1", '{"version":"1.1.0"}']]
    # what is so already is neither
    assert site.boss.token.put(f"/api/v1/crates/{crate}/1.1.0/unyank").status_code == 200
    assert len(audit(site, "version_unyank")) == 1
    # owners, and administrators who own the crate, do what all owners do
    assert site.alice.token.delete(f"/api/v1/crates/{crate}/1.0.0/yank").status_code == 200
    own = publish(site.boss, "of-the-boss")
    assert site.boss.token.delete(f"/api/v1/crates/{own}/1.0.0/yank").status_code == 200
    assert len(audit(site, "version_yank")) == 1


def test_deleting_is_told(site, mail_server, visitor):
    crate = publish(site.alice, "to-be-deleted")
    where = f"/admin/crates/{crate}/delete"
    assert visitor.send(visitor.get(where).page.form(where), message="gone", sure="yes").status_code == 303
    for letter in told(mail_server, "boss: crate_delete"):
        assert f"Crate:  {crate}\n" in letter.text and "gone" in letter.text


def test_an_administrator_signs_in_again_after_an_hour(site, mail_server, visitor):
    crate = publish(site.alice, "guarded")
    forms = [visitor.get("/admin/users/alice").page.form("/admin/users/alice/lock"),
             visitor.get("/admin/banner").page.form("/admin/banner"),
             visitor.get(f"/crates/{crate}/1.0.0/yank").page.form(f"/crates/{crate}/1.0.0/yank")]
    before = site.sql("SELECT COUNT(*) FROM audit")
    sign_in_was(site, "boss", 58)
    assert visitor.get("/admin").status_code == 200
    sign_in_was(site, "boss", 61)
    for path in ("/admin", "/admin/users/alice", "/admin/jobs", "/admin/config", "/admin/banner", "/admin/reports", "/admin/names",
                 "/admin/typosquats", f"/admin/crates/{crate}", f"/crates/{crate}/1.0.0/yank", f"/crates/{crate}/1.0.0/unyank"):
        answer = visitor.get(path)
        assert answer.status_code == 401 and answer.page.h1 == "Sign in again to go on", path
        assert "again=1" in answer.page.link("Sign in again")
    for form in forms:
        answer = visitor.send(form, reason="r", kind="info", message="m")
        assert answer.status_code == 401, form.action
    assert site.sql("SELECT COUNT(*) FROM audit") == before and site.sql("SELECT COUNT(*) FROM banners") == [["0"]]
    assert site.sql("SELECT COUNT(*) FROM versions v JOIN crates c ON c.id = v.crate_id WHERE c.name = 'guarded' AND v.yanked") == [["0"]]
    # whoever owns a crate needs no fresh sign-in to yank it
    assert Visitor(site.alice.browser).get(f"/crates/{crate}/1.0.0/yank").status_code == 200
    assert visitor.get(f"/crates/{crate}").status_code == 200  # all else is as before


def test_letters_go_to_whoever_is_an_administrator_then(site, mail_server, visitor):
    site.sql("UPDATE users SET is_admin = 0 WHERE username = 'chief'")
    where = "/admin/users/alice"
    assert visitor.send(visitor.get(where).page.form(where + "/note"), note="n").status_code == 303
    end = time.time() + 120
    while not any(letter.subject.endswith("boss: user_note") for letter in mail_server.letters):
        assert time.time() < end
        time.sleep(0.1)
    site.sql("UPDATE users SET is_admin = 1 WHERE username = 'chief'")
    while site.sql("SELECT COUNT(*) FROM background_jobs WHERE job_type IN ('notify_admins', 'send_mail')") != [["0"]]:
        assert time.time() < end
        time.sleep(0.1)
    assert [letter.to for letter in mail_server.letters if letter.subject.endswith("boss: user_note")] == [["boss@example.test"]]
