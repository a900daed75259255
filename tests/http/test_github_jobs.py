"""What jobs ask of others: logins that changed at GitHub (contract/jobs.md 16.3), and documentation that is to be built again
(contract/jobs.md 6.4, contract/api.md 13.3)."""
import json

import pytest

from lib.docs import Builder
from lib.instance import Instance
from lib.page import Visitor
from lib.registry import detail
from lib.steps import publish, refused

WORDS = "user doesn't have permission to trigger a docs rebuild"


@pytest.fixture(scope="module")
def builder():
    builder = Builder().start()
    yield builder
    builder.stop()


@pytest.fixture(scope="module")
def site(github, builder):
    """Jobs run when a test says so."""
    instance = Instance(settings=github.settings("server.job_runners=0", f"docs.url={builder.url}", "docs.token=secret"))
    try:
        instance.start()
        instance.dora = instance.user("dora")
        yield instance
    finally:
        instance.remove()


def run_jobs(site):
    site.ctl("jobs", "--for", 60)


def waiting(site, kind):
    return [(json.loads(data), int(retries)) for data, retries in
            site.sql(f"SELECT data, retries FROM background_jobs WHERE job_type = '{kind}' ORDER BY id")]


# ---- logins

def account(github, site, login, sync="0"):
    there = github.user(login)
    site.ctl("user", "create", login, "--github-id", there["id"])
    site.sql(f"UPDATE oauth_github SET last_sync_us = {sync} WHERE account_id = {there['id']}")
    return there["id"]


def here(site, number):
    (row,) = site.sql("SELECT u.username, u.gh_login, u.gh_login_lower, g.login, g.last_sync_us > 0 FROM oauth_github g JOIN "
                      f"users u ON u.id = g.user_id WHERE g.account_id = {number}")
    return row


def test_a_login_that_changed(github, site):
    number = account(github, site, "first", "UNIX_TIMESTAMP() * 1000000")
    github.rename("first", "Second")
    site.ctl("job", "enqueue", "update_user_from_github", "--data", json.dumps({"dry_run": True, "account_id": number}))
    run_jobs(site)
    assert here(site, number) == ["first", "first", "first", "first", "1"]
    site.ctl("job", "enqueue", "update_user_from_github", "--data", json.dumps({"dry_run": False, "account_id": number}))
    run_jobs(site)
    assert here(site, number) == ["Second", "Second", "second", "Second", "1"]


def test_batch(github, site):
    """Hourly, of those that nobody looked at for a month."""
    numbers = [account(github, site, f"batch{n}") for n in range(3)]
    recent = account(github, site, "recent", "UNIX_TIMESTAMP() * 1000000")
    github.rename("batch0", "batch-zero")
    github.rename("recent", "other")
    del github.users["batch1"]
    site.ctl("job", "enqueue", "update_user_batch", "--data", "{}")
    run_jobs(site)
    assert here(site, numbers[0]) == ["batch-zero", "batch-zero", "batch-zero", "batch-zero", "1"]
    (user,) = site.sql(f"SELECT user_id FROM oauth_github WHERE account_id = {numbers[1]}")
    assert here(site, numbers[1])[0] == f"ghost_{user[0]}"
    assert here(site, numbers[2]) == ["batch2", "batch2", "batch2", "batch2", "1"]
    assert here(site, recent)[0] == "recent"
    assert waiting(site, "update_user_from_github") == []


def test_an_account_of_a_company_stays(github, site):
    number = account(github, site, "jane_corp")
    del github.users["jane_corp"]
    site.ctl("job", "enqueue", "update_user_from_github", "--data", json.dumps({"dry_run": False, "account_id": number}))
    run_jobs(site)
    assert here(site, number) == ["jane_corp", "jane_corp", "jane_corp", "jane_corp", "1"]


def test_github_is_away(github, site):
    number = account(github, site, "unseen")
    job = {"dry_run": False, "account_id": number}
    with github.failing("/user/", status=500):
        site.ctl("job", "enqueue", "update_user_from_github", "--data", json.dumps(job))
        run_jobs(site)
    assert waiting(site, "update_user_from_github") == [(job, 1)]
    assert here(site, number)[4] == "0"
    site.sql("DELETE FROM background_jobs WHERE job_type = 'update_user_from_github'")
    site.ctl("job", "enqueue", "update_user_from_github", "--data", json.dumps({"dry_run": False, "account_id": 1}))  # nobody
    run_jobs(site)
    assert waiting(site, "update_user_from_github") == []


# ---- documentation

def rebuild(who, name, version="1.0.0"):
    return who.post(f"/api/v1/crates/{name}/{version}/rebuild_docs")


def test_documentation_is_built_again(site, builder, new_name):
    name = publish(site.dora, new_name("docs"), "1.0.0-rc.1+x")
    builder.asked.clear()
    answer = rebuild(site.dora.browser, name.replace("-", "_").upper(), "1.0.0-rc.1%2Bx")
    assert (answer.status_code, answer.content) == (201, b"")
    assert site.queries(answer) <= 7
    assert rebuild(site.dora.browser, name, "1.0.0-rc.1%2Bx").status_code == 201
    assert waiting(site, "docs_rs_queue_rebuild") == [({"name": name, "version": "1.0.0-rc.1+x"}, 0)]
    run_jobs(site)
    assert builder.asked == [(f"/crate/{name}/1.0.0-rc.1%2Bx/rebuild", "Bearer secret")]
    assert waiting(site, "docs_rs_queue_rebuild") == []


@pytest.mark.parametrize("status,tries", [(400, None), (404, None), (429, 1), (500, 1), (302, None)])
def test_what_the_builder_may_answer(site, builder, new_name, status, tries):
    name = publish(site.dora, new_name("docs"))
    builder.status = status
    try:
        assert rebuild(site.dora.browser, name).status_code == 201
        run_jobs(site)
    finally:
        builder.status = 200
    left = waiting(site, "docs_rs_queue_rebuild")
    assert left == ([({"name": name, "version": "1.0.0"}, tries)] if tries else [])
    site.sql("DELETE FROM background_jobs WHERE job_type = 'docs_rs_queue_rebuild'")


def test_who_may(site, new_name):
    name = publish(site.dora, new_name("docs"))
    emil = site.user(new_name("emil").replace("-", "x"), admin=True)
    refused(rebuild(emil.browser, name), 403, WORDS)
    refused(rebuild(site.anonymous, name), 403, "this action requires authentication")
    refused(rebuild(site.dora.token, name), 403, f"this action can only be performed on the {site.site} website")
    refused(rebuild(site.dora.browser, "no-such-crate"), 404, "crate `no-such-crate` does not exist")
    refused(rebuild(site.dora.browser, name, "2.0.0"), 404, f"crate `{name}` does not have a version `2.0.0`")
    answer = rebuild(site.anonymous, name, "x")
    assert answer.status_code == 400 and detail(answer).startswith("Invalid URL: ")
    assert waiting(site, "docs_rs_queue_rebuild") == []


def test_a_registry_that_builds_none(registry, alice, new_name):
    name = publish(alice, new_name("docs"))
    refused(rebuild(alice.browser, name), 404, f"{registry.site} does not build documentation")


# ---- its page (contract/web.md P30, W081, W082)

def page_path(name, version="1.0.0"):
    return f"/crates/{name}/{version}/rebuild-docs"


def test_the_page(site, builder, new_name):
    name = publish(site.dora, new_name("docs"), "1.0.0", "1.1.0-rc.1+x")
    owner, path = Visitor(site.dora.browser), page_path(name, "1.1.0-rc.1+x")
    builder.asked.clear()
    assert owner.get(f"/crates/{name}").page.link("Build its documentation again") == page_path(name)
    answer = owner.get(owner.get(f"/crates/{name}/versions").page.link("Rebuild docs of 1.1.0-rc.1+x"))
    assert answer.status_code == 200 and site.queries(answer) <= 6 and answer.headers["Cache-Control"] == "no-store"
    page = answer.page
    assert page.h1 == name and ("h2", f"Build the documentation of {name} 1.1.0-rc.1+x again") in page.headings
    assert "The builder has not built this version yet." in page.text and "waits for the builder" not in page.text
    assert page.link("Builds of this version") == f"{builder.url}/crate/{name}/1.1.0-rc.1%2Bx/builds"
    assert page.link("Cancel") == f"/crates/{name}/versions" and page.metas["robots"] == "noindex"
    answer = owner.send(page.form(path))
    assert answer.status_code == 303 and answer.headers["Location"] == f"/crates/{name}/versions"
    assert f"build the documentation of {name} 1.1.0-rc.1+x again." in owner.follow(answer).page.text
    assert waiting(site, "docs_rs_queue_rebuild") == [({"name": name, "version": "1.1.0-rc.1+x"}, 0)]
    assert "waits for the builder" in owner.get(path).page.text
    builder.status = 500
    try:
        run_jobs(site)
    finally:
        builder.status = 200
    assert "It could not be told so far, 1 time; the next try is" in owner.get(path).page.text
    assert owner.send(page.form(path)).status_code == 303
    run_jobs(site)
    assert builder.asked == [(f"/crate/{name}/1.1.0-rc.1%2Bx/rebuild", "Bearer secret")] * 2
    assert "waits for the builder" not in owner.get(path).page.text


@pytest.mark.parametrize("says,status,words", [
    (True, 200, "The last build went well"), (False, 200, "The last build failed"),
    (True, 500, "The builder could not be asked"), (True, 302, "The builder could not be asked"),
    (b"{}", 200, "The builder could not be asked"), (b"x" * 100_000, 200, "The builder could not be asked")])
def test_what_is_known_of_the_last_build(site, builder, new_name, says, status, words):
    name = publish(site.dora, new_name("docs"))
    builder.says[name, "1.0.0"], builder.status = says, status
    try:
        answer = Visitor(site.dora.browser).get(page_path(name))
    finally:
        builder.status = 200
    assert answer.status_code == 200 and words in answer.page.text
    assert answer.page.has_form(page_path(name))


def test_whose_page_it_is(site, new_name):
    name = publish(site.dora, new_name("docs"))
    form = Visitor(site.dora.browser).get(page_path(name)).page.form(page_path(name))
    answer = Visitor(site.anonymous).get(page_path(name))
    assert answer.status_code == 401 and answer.page.link("Sign in")
    assert Visitor(site.anonymous).send(form).status_code == 401
    for admin in (False, True):
        stranger = Visitor(site.user(new_name("eva").replace("-", "x"), admin=admin).browser)
        answer = stranger.get(page_path(name))
        assert answer.status_code == 403 and WORDS in answer.page.text
        assert stranger.send(form).status_code == 403
        for page in (f"/crates/{name}", f"/crates/{name}/versions"):
            assert not stranger.get(page).page.has_link(page_path(name))
    owner = Visitor(site.dora.browser)
    assert owner.send(form, form_token="x").status_code == 403
    assert owner.get(page_path(name, "2.0.0")).status_code == 404
    assert waiting(site, "docs_rs_queue_rebuild") == []


def test_no_page_where_nobody_builds(registry, alice, new_name):
    name = publish(alice, new_name("docs"))
    owner = Visitor(alice.browser)
    answer = owner.get(page_path(name))
    assert answer.status_code == 404 and "does not build documentation" in answer.page.text
    assert not owner.get(f"/crates/{name}").page.has_link(page_path(name))
    assert not owner.get(f"/crates/{name}/versions").page.has_link(page_path(name))
