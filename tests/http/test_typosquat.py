"""Names of new crates that are like those of well-known ones (contract/jobs.md 10 and 15, web.md P81): the job, its letters, and
the queue of administrators."""
import time

import pytest

from lib.instance import Instance
from lib.page import Form, Visitor
from lib.steps import crate_id, publish

WATCHERS = ["names@example.test", "more.names@example.test"]


@pytest.fixture(scope="module")
def site(mail_server):
    instance = Instance(settings=["server.max_requests=0", "site.domain=crates.test", "mail.typosquat_to=" + ", ".join(WATCHERS),
                                  *mail_server.settings()])
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def people(site):
    return {login: site.user(login, admin=login == "boss") for login in ("alice", "mallory", "boss")}


@pytest.fixture(scope="module")
def known(site, people):
    """A crate that is downloaded a lot, of alice."""
    name = publish(people["alice"], "wellknown")
    site.sql(f"UPDATE crate_downloads SET downloads = 1000 WHERE crate_id = {crate_id(site, name)}")
    return name


@pytest.fixture
def visitor(people):
    return Visitor(people["boss"].browser)


def looked_at(site, seconds=120):
    """Waits until every name has been looked at."""
    end = time.time() + seconds
    while site.sql("SELECT COUNT(*) FROM background_jobs WHERE job_type = 'check_typosquat'") != [["0"]]:
        assert time.time() < end, site.sql("SELECT retries, last_error FROM background_jobs WHERE job_type = 'check_typosquat'")
        time.sleep(0.1)


def hits(site, name):
    return [row[0] for row in site.sql("SELECT t.what FROM typosquat_hits t JOIN crates c ON c.id = t.crate_id "
                                       f"WHERE c.name = '{name}' ORDER BY t.id")]


def squat(site, people, name, owner="mallory"):
    publish(people[owner], name)
    looked_at(site)
    return name


def audit(site, action, name):
    return site.sql(f"SELECT actor, crate, address FROM audit WHERE action = '{action}' AND crate = '{name}' ORDER BY id")


def test_a_likely_typosquat(site, people, known, mail_server, visitor):
    site.sql("DELETE FROM typosquat_hits")  # of other tests
    name = squat(site, people, "welknown")
    assert hits(site, name) == ["omits characters in wellknown"]
    for address in WATCHERS:
        letter = mail_server.about(address, f'crates.test: Possible typosquatting in new crate "{name}"')
        assert letter.text.startswith("Hello,\n\n") and "omits characters in wellknown" in letter.text
        for path in ("/crates/wellknown", f"/crates/{name}", "/admin/typosquats"):
            assert f"{site.url}{path}\n" in letter.text and f'href="{site.url}{path}"' in letter.html
    # the queue
    answer = visitor.get("/admin")
    assert answer.page.link("1 new crate") == "/admin/typosquats"
    page = visitor.get("/admin/typosquats").page
    assert page.link(name) == f"/admin/crates/{name}" and page.link("wellknown") == "/crates/wellknown"
    # settled, opened again, settled on the page of the crate
    form = page.form(f"/admin/crates/{name}/typosquat")
    answer = visitor.send(form, settled="yes")
    assert answer.status_code == 303 and answer.headers["Location"] == "/admin/typosquats"
    page = visitor.follow(answer).page
    assert f"The name of {name} is settled." in page.text and "No name waits." in page.text
    assert audit(site, "typosquat_settle", name) == [["boss", name, "127.0.0.1"]]
    assert visitor.get("/admin").page.link("0 new crates")
    assert "was as you want it already" in visitor.follow(visitor.send(form, settled="yes")).page.text
    page = visitor.get(f"/admin/crates/{name}").page
    assert "settled by boss" in page.text and "typosquat_settle" in page.text
    answer = visitor.send(page.form(f"/admin/crates/{name}/typosquat"), settled="no")
    assert answer.headers["Location"] == f"/admin/crates/{name}"
    assert "is open again" in visitor.follow(answer).page.text and audit(site, "typosquat_reopen", name) == [["boss", name, "127.0.0.1"]]
    assert visitor.get("/admin/typosquats").page.link(name)
    assert len(audit(site, "typosquat_settle", name)) == 1


def test_only_new_crates_of_strangers(site, people, known, mail_server):
    before = len(mail_server.letters)
    name = squat(site, people, "wellknowm", owner="alice")  # her own
    assert hits(site, name) == []
    other = squat(site, people, "unlike-all")
    publish(people["mallory"], other, "1.1.0")
    assert site.sql("SELECT COUNT(*) FROM background_jobs WHERE job_type = 'check_typosquat'") == [["0"]]
    assert [letter.subject for letter in mail_server.letters[before:] if "Possible typosquatting" in letter.subject] == []


def test_a_name_that_nobody_downloads_is_not_well_known(site, people):
    publish(people["alice"], "fresh-crate")
    assert hits(site, squat(site, people, "fresh-crates")) == []


def test_by_the_command_line(site, people, known, mail_server):
    name = publish(people["mallory"], "wellknown-rs")
    looked_at(site)
    want = ["adds the -rs suffix for wellknown"]
    assert hits(site, name) == want
    number = len([letter for letter in mail_server.letters if name in letter.subject])
    assert site.ctl("crate", "check-typosquat", name.upper()).strip().isdigit()
    looked_at(site)
    assert hits(site, name) == want  # once
    end = time.time() + 60
    while len([letter for letter in mail_server.letters if name in letter.subject]) < number + 2 and time.time() < end:
        time.sleep(0.1)
    assert len([letter for letter in mail_server.letters if name in letter.subject]) >= number + 2
    said = site.run_ctl("crate", "check-typosquat", "no-such-crate")
    assert said.returncode == 1 and "no-such-crate" in said.stderr
    assert site.run_ctl("crate", "check-typosquat").returncode == 2
    site.ctl("crate", "check-typosquat", known)  # it is well known itself
    looked_at(site)
    assert hits(site, known) == []


def test_it_goes_with_the_crate(site, people, known, visitor):
    name = squat(site, people, "wellknowns")
    assert hits(site, name) == []
    name = squat(site, people, "wellknown2")
    assert hits(site, name) == ["only changes the version from wellknown"]
    site.ctl("crate", "delete", name, "--yes")
    assert hits(site, name) == [] and name not in visitor.get("/admin/typosquats").page.text


def test_the_queue_has_pages(site, people, known, visitor):
    name = squat(site, people, "page-of-names")
    number = crate_id(site, name)
    rows = ", ".join(f"({number}, 'wellknown', 'is like it {i}', 1)" for i in range(100))
    other = crate_id(site, squat(site, people, "page-of-more-names"))
    rows += "".join(f", ({other}, 'wellknown', 'is like it {i}', 1)" for i in range(100))
    site.sql("INSERT INTO typosquat_hits (crate_id, similar, what, found_us) VALUES " + rows)
    seen, path = [], "/admin/typosquats"
    for _ in range(20):
        page = visitor.get(path).page
        seen += [form.action for form in page.forms if form.action.endswith("/typosquat")]
        path = next((target for target, words in page.links if words == "Newer crates"), None)
        if not path:
            break
    assert len(seen) == len(set(seen)) and f"/admin/crates/{name}/typosquat" in seen
    assert len(seen) == int(site.sql("SELECT COUNT(DISTINCT crate_id) FROM typosquat_hits WHERE settled_us IS NULL")[0][0])
    assert visitor.get("/admin/typosquats?after=x").status_code == 400
    site.sql("DELETE FROM typosquat_hits WHERE what LIKE 'is like it%'")


def test_for_administrators_alone(site, people, known, visitor):
    name = squat(site, people, "wellknnown")
    form = visitor.get("/admin/typosquats").page.form(f"/admin/crates/{name}/typosquat")
    for client, status in ((site.anonymous, 401), (people["mallory"].browser, 403), (people["mallory"].token, 403)):
        assert Visitor(client).get("/admin/typosquats").status_code in (status, 401)
        assert Visitor(client).send(form, settled="yes").status_code in (status, 401)
    assert visitor.send(form, settled="yes", form_token="x").status_code == 403
    assert visitor.send(form, headers={"Origin": "https://elsewhere.example"}, settled="yes").status_code == 403
    gone = Form({"action": "/admin/crates/no-such-crate/typosquat", "method": "mail_server"})
    gone.fields = dict(form.fields)
    assert visitor.send(gone, settled="yes").status_code == 404
    assert visitor.send(form, settled="yes", return_to="https://elsewhere.example").headers["Location"] == "/"
