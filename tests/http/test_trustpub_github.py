"""POST /api/v1/trusted_publishing/github_configs: the owner of the repository is looked up at GitHub (contract/api.md 26), which is
tests/lib/github.py here. What is the same for both providers is in test_trustpub_configs.py."""
import time

import pytest

from lib.github import GitHub
from lib.instance import Instance
from lib.page import Visitor
from lib.registry import Client, Crate
from lib.steps import crate_id, join, publish, refused, user_id

PATH = "/api/v1/trusted_publishing/github_configs"
ENTERPRISE = "https://ghe.example.test/_services/token"
NOT_LINKED = "Must have a linked GitHub account to create a Trusted Publishing config"


@pytest.fixture(scope="module")
def github():
    github = GitHub().start()
    yield github
    github.stop()


@pytest.fixture(autouse=True)
def healed(github):
    github.heal()


@pytest.fixture(scope="module")
def site(github):
    issuers = f"github https://token.actions.githubusercontent.com, github {ENTERPRISE}"
    instance = Instance(settings=github.settings("outside.timeout_s=2", "outside.connect_timeout_s=2", "server.workers=1",
                                                 f"trustpub.issuers={issuers}"))
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def owner(github, site):
    return join(github, site, "owner")


@pytest.fixture
def crate(owner, new_name):
    return publish(owner, new_name("hub"))


def create(client, crate, **changed):
    return client.post(PATH, {"github_config": {"crate": crate, "repository_owner": "acme", "repository_name": "Tool",
                                                "workflow_filename": "release.yml", **changed}})


def test_name_and_number_are_github_s(github, site, owner, crate):
    acme = github.user("Acme", type="Organization")
    before = github.count("/users/")
    answer = create(owner.browser, crate.upper(), environment="prod")
    assert answer.status_code == 200, answer.text
    made = answer.json()["github_config"]
    assert list(made) == ["id", "crate", "repository_owner", "repository_owner_id", "repository_name", "workflow_filename",
                          "environment", "created_at"]
    assert made == {"id": made["id"], "crate": crate, "repository_owner": "Acme", "repository_owner_id": acme["id"],
                    "repository_name": "Tool", "workflow_filename": "release.yml", "environment": "prod",
                    "created_at": made["created_at"]}
    assert github.count("/users/") == before + 1
    listed = owner.browser.get(f"{PATH}?crate={crate}").json()
    assert listed == {"github_configs": [made], "meta": {"total": 1, "next_page": None}}
    assert create(owner.token, crate).status_code == 200, "legacy tokens may"


def test_nobody_of_that_name(github, owner, crate):
    refused(create(owner.browser, crate, repository_owner="no-such-owner"), 400, "Unknown GitHub user or organization")


def test_github_comes_last(github, site, owner, crate, new_name):
    """Nothing that is refused for another reason asks GitHub."""
    github.user("Acme")
    before = github.count("/users/")
    other = join(github, site, new_name("other"))
    number = crate_id(site, crate)
    assert create(owner.browser, crate, repository_name="").status_code == 400
    assert create(site.anonymous, crate).status_code == 403
    assert create(owner.browser, "no-such-crate").status_code == 404
    assert create(other.browser, crate).status_code == 400
    assert create(owner.browser, crate, issuer="https://other.example").status_code == 400
    site.sql("INSERT INTO trustpub_configs_github (created_us, crate_id, repository_owner, repository_owner_lower, repository_name,"
             f" repository_name_lower, repository_owner_id, workflow_filename) SELECT 1, {number}, 'a', 'a', 'b', 'b', 1, 'c.yml'"
             " FROM seq_1_to_5")
    assert create(owner.browser, crate).status_code == 409
    assert github.count("/users/") == before


def test_accounts_that_are_not_linked(github, site, crate, owner, new_name):
    github.user("Acme")
    local = site.user(new_name("local"))
    site.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us) VALUES"
             f" ({crate_id(site, crate)}, {user_id(site, local.login)}, 0, 1, 1)")
    refused(create(local.browser, crate), 400, NOT_LINKED)
    number = user_id(site, owner.login)
    kept = site.sql(f"SELECT HEX(encrypted_token) FROM oauth_github WHERE user_id = {number}")[0][0]
    try:
        site.sql(f"UPDATE oauth_github SET encrypted_token = UNHEX('00ff00ff') WHERE user_id = {number}")
        refused(create(owner.browser, crate), 500, "Internal server error")
        site.sql(f"UPDATE oauth_github SET encrypted_token = '' WHERE user_id = {number}")
        refused(create(owner.browser, crate), 400, NOT_LINKED)
    finally:
        site.sql(f"UPDATE oauth_github SET encrypted_token = UNHEX('{kept}') WHERE user_id = {number}")
    assert create(owner.browser, crate).status_code == 200


@pytest.mark.parametrize("how,status,words", [
    (dict(status=401), 401, "It looks like your GitHub session has expired or the token was revoked. Please try logging out and "
                            "logging back in to re-authenticate."),
    (dict(status=500), 500, "Internal Server Error"), (dict(status=200, body=[]), 500, "Internal Server Error"),
    (dict(status=200, body={"id": 1, "login": ""}), 500, "Internal Server Error"),
    (dict(status=200, body={"login": "x"}), 500, "Internal Server Error"),
], ids=str)
def test_github_fails(github, site, owner, crate, how, status, words):
    github.user("Acme")
    with github.failing("/users/", **how):
        refused(create(owner.browser, crate), status, words)
    assert owner.browser.get(f"{PATH}?crate={crate}").json()["meta"]["total"] == 0


def test_github_says_no(github, owner, crate):
    with github.failing("/users/", status=403):
        answer = create(owner.browser, crate)
    assert answer.status_code == 403 and "you don't have permission to query a necessary property from GitHub" in answer.text


def test_another_github(github, site, owner, crate):
    """Its accounts are not those of the GitHub that people sign in by: the number comes with the first exchange."""
    before = github.count("/users/")
    answer = create(owner.browser, crate, issuer=ENTERPRISE, repository_owner="No-Body")
    assert answer.status_code == 200, answer.text
    made = answer.json()["github_config"]
    assert (made["repository_owner"], made["repository_owner_id"], made["issuer"]) == ("No-Body", None, ENTERPRISE)
    assert github.count("/users/") == before


def test_queries(github, site, owner, crate):
    github.user("Acme")
    assert create(owner.browser, crate).status_code == 200  # once a minute one notes that the session is used
    assert site.queries(create(owner.browser, crate)) == 11


def test_where_nobody_signs_in_by_github(github, new_name):
    """No account is linked there and none can be: GitHub is asked as nobody, as everybody may."""
    acme = github.user("Acme")
    github.anybody = True
    instance = Instance(settings=[f"github.api_url={github.url}", "server.workers=1"])
    try:
        instance.start()
        alice = instance.user("alice")
        assert alice.token.publish(Crate("tool")).status_code == 200
        made = create(alice.browser, "tool")
        assert made.status_code == 200, made.text
        assert made.json()["github_config"]["repository_owner_id"] == acme["id"]
        assert Client(instance.url).get("/api/v1/crates/tool").status_code == 200
    finally:
        github.anybody = False
        instance.remove()


# ---- whether the file is there (contract/web.md P28, W117)

def look(site, user, crate, /, **sent):
    """The answer to the button that looks for the file."""
    path = f"/crates/{crate}/settings/new-trusted-publisher"
    visitor = Visitor(user.browser)
    form = visitor.get(path + "?publisher=github").page.form(path)
    assert ("check", "1") in form.buttons
    answer = visitor.send(form, **{"owner": "Acme", "project": "Tool", "workflow": "release.yml", "check": "1", **sent})
    return answer, answer.page.form(path)


@pytest.mark.parametrize("file,words", [("release.yml", "The file release.yml is there, in .github/workflows/ of Acme/Tool."),
                                        ("other.yml", "GitHub shows no file other.yml in .github/workflows/ of Acme/Tool.")])
def test_looking_for_the_file(github, site, owner, crate, file, words):
    github.files = {"acme/tool": {".github/workflows/release.yml"}}
    github.asked.clear()
    answer, form = look(site, owner, crate, workflow=file, environment="prod")
    assert answer.status_code == 200 and words in answer.page.text and answer.headers["Cache-Control"] == "private, no-store"
    assert site.queries(answer) <= 5
    assert github.asked == [f"HEAD /repos/Acme/Tool/contents/.github/workflows/{file}"]
    assert {name: form.fields[name] for name in ("owner", "project", "workflow", "environment")} == {
        "owner": "Acme", "project": "Tool", "workflow": file, "environment": "prod"}
    github.user("Acme", type="Organization")
    assert Visitor(owner.browser).send(form).status_code == 303  # found or not


def test_looking_for_the_file_of_a_repository_that_moved(github, site, owner, crate):
    github.files, github.renamed = {"acme/new": {".github/workflows/release.yml"}}, {"acme/tool": "acme/new"}
    try:
        assert "The file release.yml is there" in look(site, owner, crate)[0].page.text
    finally:
        github.renamed = {}


@pytest.mark.parametrize("how", [{"status": 500}, {"status": 403}, {"status": 0}, {"status": 301},
                                 {"status": 301, "headers": {"Location": "https://elsewhere.example/x"}}])
def test_looking_for_the_file_when_github_does_not_answer(github, site, owner, crate, how):
    with github.failing("/repos/", **how):
        answer, form = look(site, owner, crate)
    assert answer.status_code == 200 and "GitHub could not be asked for the file" in answer.page.text
    assert form.fields["workflow"] == "release.yml"


def test_looking_for_the_file_wants_names(github, site, owner, crate):
    github.asked.clear()
    for sent, words in (({"workflow": ""}, "Enter the name of the workflow"), ({"owner": ""}, "Enter the owner"),
                        ({"project": "a/b"}, "Invalid GitHub repository name"), ({"workflow": "../x.yml"}, "must be a filename only"),
                        ({"environment": "a;b"}, "must not contain non-printable")):
        answer, _ = look(site, owner, crate, **sent)
        assert answer.status_code == 422 and words in answer.page.text
    answer, form = look(site, owner, crate, issuer=ENTERPRISE)
    assert answer.status_code == 200 and "Only the first site of the list can be asked" in answer.page.text
    assert form.fields["issuer"] == ENTERPRISE and github.asked == []


def test_looking_for_the_file_is_for_owners_and_bounded(github, owner, crate, site):
    path = f"/crates/{crate}/settings/new-trusted-publisher"
    form = Visitor(owner.browser).get(path).page.form(path)
    assert Visitor(owner.browser).send(form, check="1", form_token="x").status_code == 403
    assert Visitor(site.anonymous).send(form, check="1").status_code == 401
    tight = Instance(settings=github.settings("limits.enabled=true", "limits.check_burst=2", "limits.check_rate_s=600",
                                              "outside.timeout_s=60", "server.workers=1"))
    try:
        tight.start()
        user = join(github, tight, "tightowner")
        name = publish(user, "tight-crate")
        with github.failing("/repos/", status=200, delay=40):
            for _ in range(2):
                before = time.monotonic()
                answer = look(tight, user, name)[0]
                assert answer.status_code == 200 and "GitHub could not be asked for the file" in answer.page.text
                assert time.monotonic() - before < 30  # seconds of its own, not outside.timeout_s
        visitor, path = Visitor(user.browser), f"/crates/{name}/settings/new-trusted-publisher"
        answer = visitor.send(visitor.get(path).page.form(path), owner="Acme", project="Tool", workflow="a.yml", check="1")
        assert answer.status_code == 429 and "too many files checked" in answer.page.text and "Retry-After" in answer.headers
    finally:
        tight.remove()
