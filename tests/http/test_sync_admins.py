"""Administrators that follow a list elsewhere (contract/jobs.md 16.4), the letters about it, and what becomes of a list that is none."""
import contextlib
import json
import subprocess
import time

import pytest

from lib import machine
from lib.instance import BUILD, Instance
from lib.page import Visitor
from lib.steps import user_id


class Handler(machine.Handler):
    def do_GET(self):
        served = self.machine
        served.asked.append((self.path, dict(self.headers)))
        time.sleep(served.delay)
        body = served.body
        if body is None:
            body = json.dumps({"people": [{"github_id": n, "github": f"g{n}", "name": "N"} for n in served.people],
                               "github_ids": served.people}).encode()
        with contextlib.suppress(OSError):
            self.send_response(served.status)
            self.send_header("Content-Length", str(len(body)))
            if served.status in (301, 302):
                self.send_header("Location", "http://localhost:1/elsewhere.json")
            self.end_headers()
            self.wfile.write(body)


class List(machine.Machine):
    """The list on 127.0.0.1: .people are GitHub ids; .status, .body and .delay (seconds) change what is answered."""

    def __init__(self):
        super().__init__(Handler)
        self.people, self.status, self.body, self.delay, self.asked = [], 200, None, 0, []
        self.url += "/v1/permissions/admins.json"


@pytest.fixture(scope="module")
def listed():
    listed = List().start()
    yield listed
    listed.stop()


@pytest.fixture(scope="module")
def site(listed, mail_server):
    """Jobs run when a test says so."""
    instance = Instance(settings=["server.job_runners=0", f"auth.admins_url={listed.url}", "outside.timeout_s=2",
                                  "site.domain=crates.test", *mail_server.settings()])
    try:
        instance.start()
        yield instance
    finally:
        instance.remove()


@pytest.fixture(autouse=True)
def as_usual(listed):
    yield
    listed.status, listed.body, listed.delay = 200, None, 0


def member(site, login, github, admin=False, verified=True):
    site.ctl("user", "create", login, "--email", f"{login}@example.test", "--github-id", github,
             *(["--admin"] if admin else []), *([] if verified else ["--unverified"]))


def admins(site):
    return [row[0] for row in site.sql("SELECT username FROM users WHERE is_admin = 1 ORDER BY username")]


def sync(site):
    """Runs the job; how often it has failed, or None where it is done."""
    site.sql("DELETE FROM background_jobs WHERE job_type = 'sync_admins'")
    site.ctl("job", "enqueue", "sync_admins")
    site.ctl("jobs", "--for", 60)
    rows = site.sql("SELECT retries, last_error FROM background_jobs WHERE job_type = 'sync_admins'")
    return rows[0] if rows else None


def test_the_list_decides(site, listed, mail_server):
    site.sql("UPDATE users SET is_admin = 0")  # whom deploy/quickstart made
    member(site, "first", 501, admin=True, verified=False)
    member(site, "second", 502)
    site.ctl("user", "create", "local", "--email", "local@example.test", "--admin")  # without an account at GitHub
    listed.people = [501, 502, 599]
    assert sync(site) is None
    assert admins(site) == ["first", "second"]
    assert site.sql("SELECT actor, action, about_user_id, user_id FROM audit WHERE action LIKE 'admin%' ORDER BY id") == [
        ["sync_admins", "admin_revoke", str(user_id(site, "local")), "NULL"],
        ["sync_admins", "admin_grant", str(user_id(site, "second")), "NULL"]]
    for login in ("first", "local"):
        letter = mail_server.one(f"{login}@example.test")
        assert letter.subject == "crates.test: Admin account changes" and letter.text.startswith(f"Hello {login},")
        assert "administrators now:\n\n    second\n" in letter.text and "none any more:\n\n    local\n" in letter.text
        assert "<li>second</li>" in letter.html and f'href="{site.url}/admin"' in letter.html
    assert mail_server.to("second@example.test") == []  # was none before
    path, headers = listed.asked[-1]
    assert path == "/v1/permissions/admins.json" and "Authorization" not in headers and "Cookie" not in headers
    # the same again changes nothing and tells nobody
    assert sync(site) is None and admins(site) == ["first", "second"]
    assert len(mail_server.letters) == 2
    # granting alone, revoking alone
    member(site, "third", 503)
    listed.people = [501, 503]
    assert sync(site) is None and admins(site) == ["first", "third"]
    letter = mail_server.one("second@example.test")
    assert "    third\n" in letter.text and "    second\n" in letter.text
    page = Visitor(site.anonymous)
    assert page.get("/admin").status_code == 401


@pytest.mark.parametrize("how", [
    {"status": 404}, {"status": 500}, {"status": 302}, {"body": b""}, {"body": b"<html>"}, {"body": b"[]"}, {"body": b"{}"},
    {"body": b'{"people": []}'}, {"body": b'{"people": [{"name": "x"}]}'}, {"body": b'{"people": [{"github_id": "501"}]}'},
    {"body": b'{"people": [{"github_id": 0}]}'}, {"body": b'{"people": [{"github_id": -1}]}'},
    {"body": b'{"people": [' + b", ".join([b'{"github_id": 1}'] * 1001) + b"]}"}, {"body": b" " * 300000 + b'{"people": [{"github_id": 1}]}'},
    {"delay": 10},
])
def test_what_is_no_list_changes_nothing(site, listed, mail_server, how):
    before, letters = admins(site), len(mail_server.letters)
    assert before
    for name, value in how.items():
        setattr(listed, name, value)
    failed = sync(site)
    assert failed and failed[0] == "1" and listed.url in failed[1]
    assert admins(site) == before and len(mail_server.letters) == letters


def test_by_the_schedule(site, listed):
    site.ctl("jobs", "--for", 60)  # whoever runs jobs writes down what is done by the schedule
    assert site.sql("SELECT every_s FROM job_schedule WHERE name = 'sync_admins'") == [["3600"]]


def test_without_a_list(registry, boss):
    assert registry.ctl("job", "enqueue", "sync_admins").strip().isdigit()
    registry.wait("/api/v1/summary", lambda _: registry.sql("SELECT COUNT(*) FROM background_jobs WHERE job_type = 'sync_admins'")
                  == [["0"]])
    assert boss.browser.get("/admin").status_code == 200


@pytest.mark.parametrize("url", ["http://example.org/list.json", "https://user@example.org/list.json", "list.json", "https://"])
def test_what_is_no_address(site, url):
    config = (site.data / "cratehouse.toml").read_text()
    line = next(line for line in config.splitlines() if line.startswith("admins_url"))
    wrong = site.data / "wrong.toml"
    wrong.write_text(config.replace(line, f'admins_url = "{url}"'))
    said = subprocess.run([BUILD / "cratehouse", "-c", wrong, "config", "check"], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    assert said.returncode != 0 and "auth.admins_url must be" in said.stderr
