"""The pages of administrators: contract/web.md P80 to P82."""
import pytest

from lib.page import Form, Visitor
from lib.registry import Crate

PAGES = ["/admin", "/admin/users/alice", "/admin/jobs", "/admin/config", "/admin/reports", "/admin/names", "/admin/typosquats", "/admin/banner"]


@pytest.fixture
def visitor(boss):
    return Visitor(boss.browser)


@pytest.fixture
def user(registry, new_name):
    return registry.user(new_name("watched"))


def audit(registry, action):
    """Rows of that action: actor, address, detail."""
    return registry.sql(f"SELECT actor, address, detail FROM audit WHERE action = '{action}' ORDER BY id")


def lock_of(registry, user):
    return registry.sql(f"SELECT account_lock_reason, account_lock_until_us FROM users WHERE username = '{user.login}'")[0]


def posted(action, **fields):
    form = Form({"action": action, "method": "post"})
    form.fields = fields
    return form


# ---- who may

@pytest.mark.parametrize("path", PAGES)
def test_pages_are_for_administrators(anon, alice, visitor, path):
    answer = Visitor(anon).get(path)
    assert answer.status_code == 401 and answer.page.link("Sign in").startswith("/login?return_to=%2Fadmin")
    answer = Visitor(alice.browser).get(path)
    assert answer.status_code == 403 and "@" not in answer.page.text
    answer = visitor.get(path)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "private, no-store"
    assert answer.page.metas["robots"] == "noindex"


@pytest.mark.parametrize("path, fields", [("/admin/users/{}/lock", {"reason": "because"}), ("/admin/users/{}/unlock", {}),
                                          ("/admin/users/{}/note", {"note": "n"}), ("/admin/jobs/retry", {}), ("/admin/reports/settle", {"id": "1", "settled": "yes"}),
                                          ("/admin/names", {"name": "kept-by-nobody", "reason": "r"}), ("/admin/names/free", {"name": "x"})])
def test_forms_are_for_administrators(registry, anon, alice, boss, user, path, fields):
    path = path.format(user.login)
    before = registry.sql("SELECT COUNT(*) FROM audit")
    assert Visitor(anon).send(posted(path, **fields)).status_code == 401
    token = Visitor(alice.browser).get("/settings/tokens/new").page.form("/settings/tokens/new").fields["form_token"]
    assert Visitor(alice.browser).send(posted(path, form_token=token, **fields)).status_code == 403
    for wrong in ({}, {"form_token": token}, {"form_token": ""}):
        assert Visitor(boss.browser).send(posted(path, **wrong, **fields)).status_code == 403
    right = Visitor(boss.browser).get("/admin/users/alice").page.form("/admin/users/alice/lock").fields["form_token"]
    answer = Visitor(boss.browser).send(posted(path, form_token=right, **fields), headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert lock_of(registry, user) == ["NULL", "NULL"] and registry.sql("SELECT COUNT(*) FROM audit") == before


# ---- the overview, and accounts

def test_an_account_is_found(registry, visitor, user):
    page = visitor.get("/admin").page
    answer = visitor.send(next(form for form in page.forms if "login" in form.fields), login=f" {user.login.upper()} ")
    assert answer.status_code == 303 and answer.headers["Location"] == f"/admin/users/{user.login}"
    assert visitor.follow(answer).page.h1 == f"Account {user.login}"
    answer = visitor.get("/admin?login=nobody-here")
    assert answer.status_code == 404 and "There is no user of that name" in answer.page.text
    assert "nobody-here" in [form.fields.get("login") for form in answer.page.forms]
    answer = visitor.get("/admin/users/nobody-here")
    assert answer.status_code == 404 and "nobody-here: User not found" in answer.page.text


def test_an_account(registry, visitor, user, carol, boss, new_name):
    text = visitor.get(f"/admin/users/{user.login}").page.text
    assert f"{user.login}@" in text and "not locked" in text and "owns no crates" in text and "Browsers that are signed in" in text
    assert "not verified" in visitor.get("/admin/users/carol").page.text
    assert "administrator" in visitor.get("/admin/users/boss").page.text


def test_lock_and_unlock(registry, visitor, user):
    where = f"/admin/users/{user.login}"
    form = visitor.get(where).page.form(where + "/lock")
    answer = visitor.send(form, reason=" Too many <b>letters</b> ", until="2099-12-31")
    assert answer.status_code == 303 and answer.headers["Location"] == where
    page = visitor.follow(answer).page
    assert f"{user.login} is locked." in page.text and "until 2099-12-31" in page.text and "Too many <b>letters</b>" in page.text
    assert "user_lock" in page.text
    said = user.browser.get("/api/v1/me")
    assert said.status_code == 403 and "locked until 2099-12-31 at 23:59:59 UTC. Reason: Too many" in said.text
    actor, address, detail = audit(registry, "user_lock")[-1]
    assert actor == "boss" and address == "127.0.0.1" and user.login in detail and "2099-12-31" in detail
    overview = visitor.get("/admin").page
    assert overview.has_link(where) and "user_lock" in overview.text

    page = visitor.follow(visitor.send(page.form(where + "/unlock"))).page
    assert "is not locked any more" in page.text and lock_of(registry, user) == ["NULL", "NULL"]
    assert user.browser.get("/api/v1/me").status_code == 200
    assert len([row for row in audit(registry, "user_unlock") if user.login in row[2]]) == 1
    answer = visitor.send(posted(where + "/unlock", form_token=form.fields["form_token"]))
    assert "was not locked" in visitor.follow(answer).page.text
    assert len([row for row in audit(registry, "user_unlock") if user.login in row[2]]) == 1


@pytest.mark.parametrize("fields, words", [
    ({"reason": ""}, "Enter the reason"), ({"reason": "x" * 1001}, "The reason is too long"),
    ({"reason": "r", "until": "tomorrow"}, "Enter a day"), ({"reason": "r", "until": "2020-01-01"}, "That day is over already"),
])
def test_lock_refused(registry, visitor, user, fields, words):
    where = f"/admin/users/{user.login}"
    before = audit(registry, "user_lock")
    answer = visitor.send(visitor.get(where).page.form(where + "/lock"), **fields)
    assert answer.status_code == 422 and words in answer.page.text
    kept = answer.page.form(where + "/lock").fields
    assert kept["reason"] == fields["reason"] and kept["until"] == fields.get("until", "")
    assert lock_of(registry, user) == ["NULL", "NULL"] and audit(registry, "user_lock") == before


def test_nobody_locks_himself(registry, visitor, boss):
    answer = visitor.send(visitor.get("/admin/users/boss").page.form("/admin/users/boss/lock"), reason="oops")
    assert answer.status_code == 422 and "You cannot lock your own account" in answer.page.text
    assert lock_of(registry, boss) == ["NULL", "NULL"]


# ---- jobs

@pytest.fixture
def failed(registry):
    """A job of a kind that no runner knows, so that it stays as it is."""
    registry.sql("INSERT INTO background_jobs (queue, `rank`, job_type, data, retries, created_us, run_after_us, last_error)"
                 " VALUES ('tests', 0, 'tests_only', '{\"secret\":\"of a letter\"}', 3, 1, 4000000000000000, 'it <i>broke</i>')")
    number = registry.sql("SELECT MAX(id) FROM background_jobs WHERE job_type = 'tests_only'")[0][0]
    yield number
    registry.sql("DELETE FROM background_jobs WHERE job_type = 'tests_only'")


def job(registry, number):
    return registry.sql(f"SELECT retries, run_after_us FROM background_jobs WHERE id = {number}")[0]


def retry_form(page, number):
    return next(form for form in page.forms if form.action == "/admin/jobs/retry" and form.fields.get("id") == number)


def test_a_failed_job_is_tried_again(registry, visitor, failed):
    answer = visitor.get("/admin/jobs")
    assert "it <i>broke</i>" in answer.page.text and "failed 3 times" in answer.page.text and "of a letter" not in answer.text
    answer = visitor.send(retry_form(answer.page, failed))
    assert answer.status_code == 303
    assert "1 job is due again." in visitor.follow(answer).page.text
    assert job(registry, failed) == ["0", "0"]
    assert audit(registry, "job_retry")[-1] == ["boss", "127.0.0.1", f'{{"id":{failed}}}']


def test_all_failed_jobs_are_tried_again(registry, visitor, failed):
    page = visitor.get("/admin/jobs").page
    every = next(form for form in page.forms if form.action == "/admin/jobs/retry" and "id" not in form.fields)
    assert visitor.send(every).status_code == 303
    assert job(registry, failed) == ["0", "0"] and audit(registry, "job_retry")[-1][2] == '{"all":true}'


def test_jobs_that_are_not_there(registry, visitor, failed):
    form = retry_form(visitor.get("/admin/jobs").page, failed)
    before = audit(registry, "job_retry")
    assert visitor.send(form, id="x").status_code == 400
    answer = visitor.send(form, id="999999999")
    assert "Job 999999999 is done already." in visitor.follow(answer).page.text
    assert audit(registry, "job_retry") == before and job(registry, failed)[0] == "3"
    assert visitor.get("/admin/jobs?after=x").status_code == 400
    assert visitor.get("/admin/jobs?after=99999999").status_code == 200


# ---- the configuration

def test_configuration_without_secrets(registry, visitor):
    answer = visitor.get("/admin/config")
    config = (registry.data / "cratehouse.toml").read_text()
    assert "of the collector" in config and "of the collector" not in answer.text
    password = next(line.split('"')[1] for line in config.splitlines() if line.startswith("password"))
    assert password not in answer.text and "***" in answer.page.text
    assert "cratehouse.toml:" in answer.page.text and "default" in answer.page.text
    assert "server.metrics_token" in answer.page.text and registry.url in answer.page.text
    assert registry.queries(answer) == 1
    # only what somebody has set
    every = answer.page
    answer = visitor.get(every.link("Only what somebody has set"))
    assert "server.metrics_token" in answer.page.text and "limits.keywords" in every.text and "limits.keywords" not in answer.page.text
    assert password not in answer.text and "of the collector" not in answer.text and answer.page.link("All keys") == "/admin/config"
    assert "default: http://127.0.0.1:8080" in answer.page.text  # of site.url


# ---- crates

@pytest.fixture
def crate(alice, new_name):
    name = new_name("administered")
    for version in ("1.0.0", "1.1.0"):
        assert alice.token.publish(Crate(name, version)).status_code == 200
    return name


def is_there(registry, crate):
    return registry.sql(f"SELECT COUNT(*) FROM crates WHERE name = '{crate}'") == [["1"]]


def test_a_crate(registry, visitor, crate):
    answer = visitor.send(next(form for form in visitor.get("/admin").page.forms if "crate" in form.fields), crate=crate.upper())
    assert answer.headers["Location"] == f"/admin/crates/{crate}"
    page = visitor.follow(answer).page
    assert page.h1 == f"Crate {crate}" and page.link("alice") == "/admin/users/alice"
    assert page.link("Yank 1.1.0") == f"/crates/{crate}/1.1.0/yank"
    answer = visitor.get("/admin?crate=no-such-crate")
    assert answer.status_code == 404 and "There is no crate of that name" in answer.page.text
    assert visitor.get("/admin/crates/no-such-crate").status_code == 404
    page = visitor.get(f"/admin/crates/{crate}?after=1.1.0").page
    assert page.link("Yank 1.0.0") and not page.has_link(f"/crates/{crate}/1.1.0/yank")


def test_yanking_what_somebody_else_owns(registry, visitor, crate):
    page = visitor.get(f"/crates/{crate}/1.1.0/yank").page
    assert visitor.send(page.form(f"/crates/{crate}/1.1.0/yank"), message="malware").status_code == 303
    page = visitor.get(f"/admin/crates/{crate}").page
    assert page.link("Unyank 1.1.0") == f"/crates/{crate}/1.1.0/unyank" and "yanked" in page.text
    assert registry.sql("SELECT u.username FROM version_owner_actions a JOIN users u ON u.id = a.user_id JOIN versions v ON v.id = a.version_id "
                        f"JOIN crates c ON c.id = v.crate_id WHERE c.name = '{crate}' AND a.action = 1") == [["boss"]]


def test_deleting_a_crate(registry, visitor, crate):
    where = f"/admin/crates/{crate}"
    page = visitor.get(visitor.get(where).page.link("Delete the crate")).page
    assert page.h1 == f"Delete {crate}?" and page.link("Cancel") == where
    answer = visitor.send(page.form(where + "/delete"), message="it is <malware>", hours="48", sure="yes")
    assert answer.status_code == 303 and f"{crate} was deleted." in visitor.follow(answer).page.text
    assert not is_there(registry, crate) and visitor.get(where).status_code == 404
    assert registry.sql(f"SELECT message, available_us - deleted_us FROM deleted_crates WHERE name = '{crate}'") == \
        [["it is <malware>", str(48 * 3600 * 10**6)]]
    actor, address, detail = audit(registry, "crate_delete")[-1]
    assert (actor, address) == ("boss", "127.0.0.1") and "it is <malware>" in detail


@pytest.mark.parametrize("fields, words", [
    ({"message": "", "sure": "yes"}, "Enter the reason"), ({"message": "x" * 1001, "sure": "yes"}, "The reason is too long"),
    ({"message": "r"}, "Tick the box"), ({"message": "r", "sure": "yes", "hours": "-1"}, "Enter a number of hours"),
    ({"message": "r", "sure": "yes", "hours": "876001"}, "Enter a number of hours"),
])
def test_deletion_refused(registry, visitor, crate, fields, words):
    where = f"/admin/crates/{crate}/delete"
    before = audit(registry, "crate_delete")
    answer = visitor.send(visitor.get(where).page.form(where), **fields)
    assert answer.status_code == 422 and words in answer.page.text
    kept = answer.page.form(where).fields
    assert kept["message"] == fields["message"] and kept.get("sure") == fields.get("sure") and kept["hours"] == fields.get("hours", "24")
    assert is_there(registry, crate) and audit(registry, "crate_delete") == before


def test_deletion_is_for_administrators(registry, anon, alice, visitor, crate):
    where = f"/admin/crates/{crate}/delete"
    form = visitor.get(where).page.form(where)
    for client, status in ((anon, 401), (alice.browser, 403)):
        for path in (where, where.removesuffix("/delete")):
            assert Visitor(client).get(path).status_code == status
        assert Visitor(client).send(form, message="r", sure="yes").status_code == status
    assert visitor.send(form, message="r", sure="yes", form_token="x").status_code == 403
    assert is_there(registry, crate)


# ---- notes about accounts

def test_a_note_about_an_account(registry, anon, visitor, user):
    where = f"/admin/users/{user.login}"
    form = visitor.get(where).page.form(where + "/note")
    assert form.fields["note"].strip() == ""
    answer = visitor.send(form, note="  Wrote <b>twice</b>\r\nabout names.  ")
    assert answer.status_code == 303 and answer.headers["Location"] == where
    page = visitor.follow(answer).page
    assert "The note is kept." in page.text and "Written by boss" in page.text
    assert page.form(where + "/note").fields["note"].replace("\r\n", "\n") == "Wrote <b>twice</b>\nabout names."
    actor, address, detail = audit(registry, "user_note")[-1]
    assert (actor, address) == ("boss", "127.0.0.1") and user.login in detail and "twice" in detail
    for client in (anon, user.browser):  # nobody else sees it
        for path in (f"/users/{user.login}", "/settings/profile", "/dashboard"):
            assert "about names" not in Visitor(client).get(path).text
    assert "about names" not in user.browser.get("/api/v1/me").text
    answer = visitor.send(form, note="x" * 5001)
    assert answer.status_code == 422 and "At most 5000 bytes" in answer.page.text
    assert answer.page.form(where + "/note").fields["note"] == "x" * 5001
    assert "taken away" in visitor.follow(visitor.send(form, note=" ")).page.text
    assert "Written by" not in visitor.get(where).page.text
    assert visitor.send(posted("/admin/users/nobody-here/note", form_token=form.fields["form_token"], note="n")).status_code == 404


# ---- reports

@pytest.fixture
def reports(registry, crate):
    """Ids of three reports, oldest first; the second is long and of somebody."""
    registry.sql("INSERT INTO reports (created_us, user_id, crate, reasons, detail, reply_to) VALUES "
                 f"(UNIX_TIMESTAMP() * 1000000, NULL, '{crate}', 'spam,other', 'It <b>sells</b> things', 'reader@example.test'), "
                 f"(UNIX_TIMESTAMP() * 1000000, (SELECT id FROM users WHERE username = 'alice'), '{crate}', 'abuse', "
                 f"CONCAT(REPEAT('long ', 1000), 'end'), NULL), (UNIX_TIMESTAMP() * 1000000, NULL, '{crate}', 'vulnerability', '', NULL)")
    yield [row[0] for row in registry.sql(f"SELECT id FROM reports WHERE crate = '{crate}' ORDER BY id")]
    registry.sql(f"DELETE FROM reports WHERE crate = '{crate}'")


def settle_form(page, number):
    return next(form for form in page.forms if form.action == "/admin/reports/settle" and form.fields.get("id") == number)


def test_reports(registry, visitor, crate, reports):
    page = visitor.get("/admin").page
    assert any(target == "/admin/reports" and "report" in words for target, words in page.links)
    answer = visitor.get("/admin/reports")
    page = answer.page
    assert registry.queries(answer) == 2 and "It <b>sells</b> things" in page.text
    assert page.link("reader@example.test") == "mailto:reader@example.test" and page.link("alice") == "/admin/users/alice"
    assert "It is spam or an advertisement" in page.text and "somebody who was not signed in" in page.text
    assert page.link(crate) == f"/admin/crates/{crate}"
    ids = [form.fields["id"] for form in page.forms if form.action == "/admin/reports/settle"]
    assert ids[:3] == reports[::-1]
    # a long one is cut here, and whole by itself
    assert "end" not in page.text.split() and page.link(f"The whole report about {crate}") == f"/admin/reports?id={reports[1]}"
    page = visitor.get(f"/admin/reports?id={reports[1]}").page
    assert page.text.split().count("long") == 1000 and "end" in page.text.split()
    # settled, and opened again
    answer = visitor.send(settle_form(page, reports[1]), settled="yes")
    assert answer.headers["Location"] == f"/admin/reports?id={reports[1]}"
    assert f"The report about {crate} is settled." in visitor.follow(answer).page.text
    assert audit(registry, "report_settle")[-1] == ["boss", "127.0.0.1", f'{{"report_id":{reports[1]}}}']
    ids = [form.fields["id"] for form in visitor.get("/admin/reports").page.forms if form.action == "/admin/reports/settle"]
    assert reports[1] not in ids and reports[0] in ids
    page = visitor.get("/admin/reports?all=1").page
    assert "settled by boss" in page.text
    done = len(audit(registry, "report_settle"))
    assert "was as you want it already" in visitor.follow(visitor.send(settle_form(page, reports[1]), settled="yes")).page.text
    assert len(audit(registry, "report_settle")) == done
    assert "is open again" in visitor.follow(visitor.send(settle_form(page, reports[1]), settled="no")).page.text
    assert audit(registry, "report_reopen")[-1][2] == f'{{"report_id":{reports[1]}}}'


def test_reports_have_pages(registry, visitor, crate, reports):
    registry.sql("INSERT INTO reports (created_us, crate, reasons, detail) SELECT 1 + seq, "
                 f"'{crate}', 'other', CONCAT('number ', seq) FROM seq_1_to_45")
    seen, path = [], "/admin/reports"
    while path:
        page = visitor.get(path).page
        seen += [form.fields["id"] for form in page.forms if form.action == "/admin/reports/settle"]
        path = next((target for target, words in page.links if words == "Older reports"), None)
    assert len(seen) == len(set(seen)) >= 48 and seen == sorted(seen, key=int, reverse=True)
    for wrong in ("?id=x", "?before=-1", "?all=x", "?id=0"):
        assert visitor.get("/admin/reports" + wrong).status_code == 400
    assert visitor.get("/admin/reports?id=999999999").status_code == 404
    form = settle_form(visitor.get("/admin/reports").page, seen[0])
    assert visitor.send(form, id="x").status_code == 400 and visitor.send(form, id="999999999").status_code == 404


# ---- names that are kept

def test_a_name_is_kept(registry, visitor, alice, new_name):
    name = new_name("Kept-name")
    form = visitor.get(f"/admin/names?name={name}").page.form("/admin/names")
    assert form.fields["name"] == name
    answer = visitor.send(form, reason="Of a <b>trade mark</b>")
    assert answer.status_code == 303 and f"No new crate can be called {name}." in visitor.follow(answer).page.text
    page = visitor.get("/admin/names").page
    assert "Of a <b>trade mark</b>" in page.text and "Kept by boss" in page.text
    assert registry.sql(f"SELECT actor, crate FROM audit WHERE action = 'name_keep' AND crate = '{name}'") == [["boss", name]]
    for spelling in (name, name.lower().replace("-", "_")):
        answer = alice.token.publish(Crate(spelling))
        assert answer.status_code == 400 and "cannot upload a crate with a reserved name" in answer.text
    free = next(form for form in page.forms if form.action == "/admin/names/free" and form.fields["name"] == name)
    assert f"{name} can be taken again." in visitor.follow(visitor.send(free)).page.text
    assert f"{name} was not kept." in visitor.follow(visitor.send(free)).page.text
    assert registry.sql(f"SELECT COUNT(*) FROM audit WHERE action = 'name_free' AND crate = '{name}'") == [["1"]]
    assert alice.token.publish(Crate(name)).status_code == 200


def test_a_crate_whose_name_is_kept_goes_on(registry, visitor, alice, crate):
    page = visitor.get(f"/admin/crates/{crate}").page
    form = visitor.get(page.link("Keep its name from being taken")).page.form("/admin/names")
    assert visitor.send(form, reason="once is enough").status_code == 303
    assert alice.token.publish(Crate(crate, "1.2.0")).status_code == 200
    where = f"/admin/crates/{crate}/delete"
    assert visitor.send(visitor.get(where).page.form(where), message="m", hours="0", sure="yes").status_code == 303
    answer = alice.token.publish(Crate(crate, "2.0.0"))
    assert answer.status_code == 400 and "reserved name" in answer.text and not is_there(registry, crate)


@pytest.mark.parametrize("fields, words", [({"name": ""}, "Enter the name of a crate"), ({"name": "1a"}, "Enter the name of a crate"),
                                           ({"reason": ""}, "Enter the reason"), ({"reason": "x" * 1001}, "The reason is too long")])
def test_a_name_is_not_kept(registry, visitor, new_name, fields, words):
    form = visitor.get("/admin/names").page.form("/admin/names")
    answer = visitor.send(form, **{"name": new_name("not-kept"), "reason": "r", **fields})
    assert answer.status_code == 422 and words in answer.page.text
    kept = answer.page.form("/admin/names").fields
    assert all(kept[name] == value for name, value in fields.items())
    assert visitor.send(posted("/admin/names/free", form_token=form.fields["form_token"], name="1a")).status_code == 400


def test_kept_names_have_pages(registry, visitor):
    registry.sql("INSERT INTO kept_crate_names SELECT CONCAT('page_', LPAD(seq, 3, '0')), CONCAT('page-', LPAD(seq, 3, '0')), 'r', 1, 'boss' "
                 "FROM seq_1_to_150")
    seen, path = [], "/admin/names"
    while path:
        page = visitor.get(path).page
        seen += [form.fields["name"] for form in page.forms if form.action == "/admin/names/free"]
        path = next((target for target, words in page.links if words == "More names"), None)
    registry.sql("DELETE FROM kept_crate_names WHERE canon_name LIKE 'page\\_%'")
    assert [name for name in seen if name.startswith("page-")] == [f"page-{n:03}" for n in range(1, 151)]
