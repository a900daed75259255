"""Pictures of accounts and teams: fetched by jobs, shown from this site (contract/web.md 16, row 5)."""
import json
import struct
import urllib.parse

import pytest
import requests

from lib.instance import Instance
from lib.page import Visitor
from lib.registry import Client
from lib.steps import publish

MIB = 1 << 20


def png(width=8, height=8, more=b""):
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0" + more


GIF, WEBP = b"GIF89a\x08\0\x08\0" + bytes(20), b"RIFF\x20\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0\x07\0\0\x07\0\0"
JPEG = b"\xff\xd8\xff\xc0\0\x11\x08\0\x08\0\x08\x03" + bytes(20)


@pytest.fixture(scope="module")
def site(github):
    """Jobs run when a test says so."""
    instance = Instance(settings=github.settings("server.job_runners=0", "site.avatars=true", "outside.timeout_s=2"))
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture
def somebody(github, site):
    """somebody(name, picture): an account whose picture is on its way; *picture* is bytes, or the whole address."""
    def make(name, picture=None, user=True):
        number = github.user(name)["id"]
        address = picture if isinstance(picture, str) else f"{github.url}/avatars/{name}"
        if isinstance(picture, bytes):
            github.pictures[name] = picture
        site.ctl("user", "create", name, "--github-id", number, "--avatar", address)
        want(site, number)
        return number
    return make


def want(site, number):
    site.sql("INSERT INTO background_jobs (job_type, queue, `rank`, data, created_us, run_after_us) VALUES ('fetch_avatar', 'default', 5, "
             f"'{json.dumps({'account_id': number})}', 1, 1)")


def run_jobs(site):
    site.sql("UPDATE background_jobs SET run_after_us = 1, retries = 0")
    site.ctl("jobs", "--for", 60)


def picture(site, number):
    (row,) = site.sql(f"SELECT picture FROM oauth_github WHERE account_id = {number}")
    return None if row[0] in (None, "NULL") else row[0]


def shown(site, name, path=None):
    """The address of the picture on the page of that user; None where there is a letter."""
    page = Visitor(site.anonymous).get(path or f"/users/{name}").text
    person = page[page.index('class="person"'):page.index("</h1>")]
    assert ('<img class="avatar" src="/static/avatars/' in person) != ('class="avatar letter s64" aria-hidden="true">' in person)
    if "<img" not in person:
        return None
    tag = person[person.index("<img"):]
    tag = tag[:tag.index(">")]
    assert 'alt="" width="64" height="64"' in tag
    return tag.split('src="')[1].split('"')[0]


@pytest.mark.parametrize("content,ending,kind", [(png(), "png", "image/png"), (GIF, "gif", "image/gif"), (JPEG, "jpg", "image/jpeg"),
                                                 (WEBP, "webp", "image/webp")], ids=["png", "gif", "jpeg", "webp"])
def test_a_picture_is_copied_and_served_from_here(site, somebody, content, ending, kind):
    number = somebody(f"pic-{ending}", content)
    assert shown(site, f"pic-{ending}") is None
    run_jobs(site)
    address = shown(site, f"pic-{ending}")
    assert address.endswith("." + ending) and f"/u{number}-" in address
    answer = site.anonymous.get(address)
    assert answer.status_code == 200 and answer.content == content
    assert answer.headers["Content-Type"] == kind and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    page = Visitor(site.anonymous).get(f"/users/pic-{ending}")
    assert "img-src 'self' data:;" in page.headers["Content-Security-Policy"]
    assert f'content="{site.url}{address}"' in page.text  # for links to the page


def test_the_api_says_where_the_original_is(github, site, somebody):
    somebody("original", png())
    run_jobs(site)
    assert site.anonymous.get("/api/v1/users/original").json()["user"]["avatar"] == f"{github.url}/avatars/original"


def test_owners_have_pictures_on_the_page_of_the_crate(github, site, new_name):
    github.pictures["keeper"] = png(9)
    user = site.user("keeper")
    number = github.user("keeper")["id"]
    site.sql("INSERT INTO oauth_github (account_id, user_id, login, avatar, encrypted_token, last_sync_us) SELECT "
             f"{number}, id, 'keeper', '{github.url}/avatars/keeper', '', 1 FROM users WHERE username = 'keeper'")
    name = publish(user, new_name("kept"))
    run_jobs(site)
    want(site, number)
    run_jobs(site)
    answer = Visitor(site.anonymous).get(f"/crates/{name}")
    assert f'src="/static/avatars/{picture(site, number)}"' in answer.text and site.queries(answer) <= 8
    answer = Visitor(user.browser).get("/settings/profile")
    assert answer.text.count(f'src="/static/avatars/{picture(site, number)}"') == 2  # in the head of the page too


@pytest.mark.parametrize("what,content", [
    ("html", b"<html><script>alert(1)</script>"), ("svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), ("empty", b""),
    ("cut", png()[:20]), ("large", png(more=bytes(MIB))), ("wide", png(100_000, 8)), ("high", png(8, 2049)), ("absent", None),
    ("elsewhere", "https://evil.example/x.png"), ("file", "file:///etc/passwd"), ("plain", "http://avatars.githubusercontent.com/u/1")])
def test_what_is_no_picture_is_a_letter(github, site, somebody, what, content):
    number = somebody(f"no-{what}", content)
    before = github.count("GET /avatars/")
    run_jobs(site)
    assert shown(site, f"no-{what}") is None and picture(site, number) is None
    assert site.sql(f"SELECT picture_us > 0 FROM oauth_github WHERE account_id = {number}") == [["1"]]  # not asked again for a week
    assert github.count("GET /avatars/") == before + (not isinstance(content, str))
    assert not site.sql("SELECT id FROM background_jobs WHERE job_type = 'fetch_avatar'")


def test_at_most_so_much_is_a_picture(site, somebody):
    content = png(2048, 2048)
    somebody("largest", content + bytes(MIB - len(content)))
    run_jobs(site)
    assert shown(site, "largest")


def test_a_picture_that_changes(github, site, somebody):
    """The new one has another name; the old one goes when no page shows it any more. Changed back meanwhile, it stays."""
    number = somebody("changing", png(1))
    run_jobs(site)
    first = shown(site, "changing")
    github.pictures["changing"] = png(2)
    site.sql(f"UPDATE oauth_github SET picture_us = 1 WHERE account_id = {number}")
    site.sql("INSERT INTO background_jobs (job_type, queue, `rank`, data, created_us, run_after_us) VALUES "
             "('refresh_avatars', 'default', 15, '{}', 1, 1)")
    site.ctl("jobs", "--for", 60)
    second = shown(site, "changing")
    assert second != first and site.anonymous.get(second).content == png(2)
    assert site.anonymous.get(first).status_code == 200  # for who has the page from before
    ((wait,),) = site.sql("SELECT run_after_us > UNIX_TIMESTAMP() * 1000000 + 1800000000 FROM background_jobs WHERE job_type = 'drop_avatar'")
    assert wait == "1"
    github.pictures["changing"] = png(1)
    want(site, number)
    site.ctl("jobs", "--for", 60)
    assert shown(site, "changing") == first
    run_jobs(site)
    assert site.anonymous.get(first).status_code == 200 and site.anonymous.get(second).status_code == 404
    del github.pictures["changing"]
    want(site, number)
    run_jobs(site)
    run_jobs(site)
    assert shown(site, "changing") is None and site.anonymous.get(first).status_code == 404


@pytest.mark.parametrize("how", [{"status": 500}, {"status": 429}, {"status": 0}, {"status": 200, "delay": 4}],
                         ids=["500", "429", "cut off", "slow"])
def test_what_fails_is_tried_again_and_keeps_the_old_one(github, site, somebody, how):
    name = f"later-{how['status']}-{how.get('delay', 0)}"
    number = somebody(name, png(3))
    run_jobs(site)
    before = shown(site, name)
    github.pictures[name] = png(4)
    want(site, number)
    with github.failing("^/avatars/", **how):
        run_jobs(site)
    assert shown(site, name) == before
    assert [int(n) for n, in site.sql("SELECT retries FROM background_jobs WHERE job_type = 'fetch_avatar'")] == [1]
    run_jobs(site)
    assert shown(site, name) != before


def test_redirects(github, site, somebody):
    github.pictures["target"] = png(5)
    somebody("moved", b"")
    with github.failing("^/avatars/moved", status=302, headers={"Location": "/avatars/target"}):
        run_jobs(site)
    assert site.anonymous.get(shown(site, "moved")).content == png(5)
    for n, place in enumerate(("http://127.0.0.2:1/x", "https://evil.example/", "file:///etc/passwd", "/avatars/loop-2")):
        name = f"loop-{n}" if place.startswith("/") else f"away-{n}"
        somebody(name, b"")
        with github.failing("^/avatars/(loop|away)", status=302, headers={"Location": place}):
            run_jobs(site)
        assert shown(site, name) is None
        assert not site.sql("SELECT id FROM background_jobs WHERE job_type = 'fetch_avatar'")


def test_teams(github, site, new_name):
    team = github.team("pictured", "core")
    github.pictures["org"] = png(6)
    site.sql("INSERT INTO teams (login, github_id, org_id, name, avatar) VALUES "
             f"('github:pictured:core', {team.id}, {team.org.id}, 'Core', '{github.url}/avatars/org')")
    site.sql("INSERT INTO background_jobs (job_type, queue, `rank`, data, created_us, run_after_us) VALUES "
             "('refresh_avatars', 'default', 15, '{}', 1, 1)")
    site.ctl("jobs", "--for", 60)
    address = shown(site, "", "/teams/github:pictured:core")
    assert "/t" in address and site.anonymous.get(address).content == png(6)


def test_signing_in_looks_at_the_picture(github, site):
    """Each time, not only weekly."""
    session = requests.Session()
    session.trust_env = False
    github.user("signer", avatar_url=f"{github.url}/avatars/signer")
    for content in (png(7), png(8)):
        github.pictures["signer"] = content
        begun = Client(site.url).post("/api/private/session/begin")
        cookie = begun.headers["Set-Cookie"].split(";")[0]
        there = session.get(begun.json()["url"] + "&as=signer", allow_redirects=False, timeout=60)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(there.headers["Location"]).query))
        done = Client(site.url, Cookie=cookie).post("/api/private/session/authorize", {"code": query["code"], "state": query["state"]})
        assert done.status_code == 200, done.text
        run_jobs(site)
        assert site.anonymous.get(shown(site, "signer")).content == content


def test_switched_off_nothing_is_fetched(github, registry, alice, new_name):
    """The registry of other tests has site.avatars off."""
    name = publish(alice, new_name("plain"))
    page = Visitor(registry.anonymous).get(f"/crates/{name}").text
    assert 'class="avatar letter' in page and "/static/avatars/" not in page
