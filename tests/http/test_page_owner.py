"""Pages by which owners manage a crate (contract/web.md P24, P26 to P30): who may, forms, what is refused, and what they cost."""
import pytest

from lib.census import settled
from lib.page import Form, Visitor
from lib.steps import crate_id, make_owner, publish, user_id, version


@pytest.fixture
def crate(alice, new_name):
    return publish(alice, new_name("owned"))


@pytest.fixture
def owner(alice):
    return Visitor(alice.browser)


@pytest.fixture
def stranger(bob):
    return Visitor(bob.browser)


def form_to(visitor, path, /, **fields):
    """A form as the visitor's browser would send it, where no page shows him one."""
    form = Form({"action": path, "method": "post"})
    page = visitor.get("/").page
    form.fields = {"form_token": page.form("/logout").fields["form_token"], **fields}
    return form


def refuses(registry, anon, stranger, owner, path, state, /, **fields):
    """The form at path does nothing for nobody, for somebody else, and without its token or from another site."""
    before = state()
    answer = Visitor(anon).send(Form({"action": path, "method": "post"}), **fields)
    assert answer.status_code == 401 and answer.page.link("Sign in")
    form = form_to(stranger, path, **fields)
    answer = stranger.send(form)
    assert answer.status_code == 403 and answer.page.h1 == "This is not allowed", answer.page.text
    mine = form_to(owner, path, **fields)
    for wrong in (None, "", "x", form.fields["form_token"]):
        assert owner.send(mine, form_token=wrong).status_code == 403
    assert owner.send(mine, headers={"Origin": "https://evil.example"}).status_code == 403
    assert owner.send(mine, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert owner.client.request("POST", path, "{}", headers={"Accept": "text/html", "Content-Type": "application/json"}).status_code == 415
    assert state() == before


def closed(registry, anon, stranger, path):
    """The page is for those who may."""
    answer = Visitor(anon).get(path)
    assert answer.status_code == 401 and answer.page.h1 == "This page requires authentication"
    answer = stranger.get(path)
    assert answer.status_code == 403 and answer.page.h1 == "This is not allowed"
    return answer


# ---- yank

def yanked(registry, crate):
    now = version(registry, crate)
    return now["yanked"], now["yank_message"]


def test_yank_and_unyank(registry, alice, owner, crate, new_name):
    publish(alice, new_name("user"), tables={"dependencies": {crate: "1"}})
    settled(registry)
    page = owner.get(f"/crates/{crate}/versions").page
    answer = owner.get(page.link("Yank 1.0.0"))
    assert answer.status_code == 200 and answer.page.h1 == crate and registry.queries(answer) <= 4
    assert ("h2", f"Yank {crate} 1.0.0") in answer.page.headings and "1 crate of this registry depends on" in answer.page.text
    assert answer.headers["Cache-Control"] == "no-store" and answer.page.metas["robots"] == "noindex"
    answer = owner.send(answer.page.form(f"/crates/{crate}/1.0.0/yank"), message="  loses <b>data</b>\n")
    assert answer.status_code == 303 and answer.headers["Location"] == f"/crates/{crate}/versions"
    page = owner.follow(answer).page
    assert f"{crate} 1.0.0 was yanked." in page.text and "loses <b>data</b>" in page.text
    assert yanked(registry, crate) == (True, "loses <b>data</b>")
    # Again: the reason is there to be changed.
    answer = owner.get(f"/crates/{crate}/1.0.0/yank")
    form = answer.page.form(f"/crates/{crate}/1.0.0/yank")
    assert form.fields["message"] == "loses <b>data</b>" and "is yanked already" in answer.page.text
    page = owner.follow(owner.send(form, message="better words")).page
    assert "stays yanked" in page.text and yanked(registry, crate) == (True, "better words")
    answer = owner.get(page.link("Unyank 1.0.0"))
    assert registry.queries(answer) <= 4 and ("h2", f"Unyank {crate} 1.0.0") in answer.page.headings
    page = owner.follow(owner.send(answer.page.form(f"/crates/{crate}/1.0.0/unyank"))).page
    assert f"{crate} 1.0.0 was unyanked." in page.text and yanked(registry, crate) == (False, None)
    page = owner.get(f"/crates/{crate}/1.0.0/unyank").page
    assert "The version is not yanked." in page.text and not page.has_form(f"/crates/{crate}/1.0.0/unyank")


def test_yank_without_a_reason_and_with_a_long_one(registry, owner, crate):
    form = owner.get(f"/crates/{crate}/1.0.0/yank").page.form(f"/crates/{crate}/1.0.0/yank")
    answer = owner.send(form, message="é" * 501)
    assert answer.status_code == 422 and "The reason has at most 1000 bytes" in answer.page.text
    assert answer.page.form(form.action).fields["message"] == "é" * 501 and yanked(registry, crate) == (False, None)
    assert owner.send(form, message="x" * 20000).status_code == 413
    assert owner.send(form, message="").status_code == 303 and yanked(registry, crate) == (True, None)


@pytest.mark.parametrize("what", ["yank", "unyank"])
def test_yank_is_for_owners(registry, anon, stranger, owner, crate, what):
    path = f"/crates/{crate}/1.0.0/{what}"
    assert "must already be an owner to yank or unyank" in closed(registry, anon, stranger, path).page.text
    if what == "unyank":
        assert owner.client.delete(f"/api/v1/crates/{crate}/1.0.0/yank").status_code == 200
    refuses(registry, anon, stranger, owner, path, lambda: yanked(registry, crate))
    for missing in (f"/crates/{crate}/9.9.9/{what}", f"/crates/{crate}-no/1.0.0/{what}"):
        assert owner.get(missing).status_code == 404
        assert owner.send(form_to(owner, missing)).status_code == 404


def test_an_administrator_yanks(registry, boss, owner, crate):
    visitor = Visitor(boss.browser)
    answer = visitor.get(f"/crates/{crate}/1.0.0/yank")
    assert answer.status_code == 200
    answer = visitor.send(answer.page.form(f"/crates/{crate}/1.0.0/yank"), message="malware")
    assert answer.status_code == 303 and yanked(registry, crate) == (True, "malware")


# ---- settings

def owners(registry, crate):
    return [row[0] for row in registry.sql(
        "SELECT u.username FROM crate_owners o JOIN crates c ON c.id = o.crate_id JOIN users u ON u.id = o.owner_id"
        f" WHERE c.name = '{crate}' AND o.owner_kind = 0 AND o.deleted = 0 ORDER BY u.id")]


def invited(registry, crate):
    return [row[0] for row in registry.sql(
        "SELECT u.username FROM crate_owner_invitations i JOIN crates c ON c.id = i.crate_id JOIN users u ON u.id = i.invited_user_id"
        f" WHERE c.name = '{crate}' ORDER BY u.id")]


def trusted(registry, crate, provider):
    number = crate_id(registry, crate)
    return int(registry.sql(f"SELECT COUNT(*) FROM trustpub_configs_{provider} WHERE crate_id = {number}")[0][0])


def trust(registry, crate):
    """A workflow at GitHub and one at GitLab, with the same number."""
    number = crate_id(registry, crate)
    top = int(registry.sql("SELECT GREATEST((SELECT COALESCE(MAX(id), 0) FROM trustpub_configs_github),"
                           " (SELECT COALESCE(MAX(id), 0) FROM trustpub_configs_gitlab))")[0][0]) + 1
    registry.sql("INSERT INTO trustpub_configs_github (id, created_us, crate_id, repository_owner, repository_owner_lower, repository_name,"
                 f" repository_name_lower, workflow_filename, repository_owner_id, environment) VALUES ({top}, 1, {number}, 'Acme', 'acme',"
                 " 'Tool', 'tool', 'release.yml', 42, 'prod')")
    registry.sql("INSERT INTO trustpub_configs_gitlab (id, created_us, crate_id, namespace, namespace_lower, project, project_lower,"
                 f" workflow_filepath) VALUES ({top}, 1, {number}, 'Acme/sub', 'acme/sub', 'Lab', 'lab', 'ci/release.yml')")
    return top


def only(registry, crate):
    return registry.sql(f"SELECT trustpub_only FROM crates WHERE name = '{crate}'")[0][0]


def test_settings(registry, alice, bob, owner, crate):
    make_owner(registry, alice, bob, crate)
    registry.sql("INSERT IGNORE INTO teams (login, github_id, name) VALUES ('github:settled:core', 4801, 'The core')")
    registry.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us)"
                 f" SELECT {crate_id(registry, crate)}, id, 1, 1, 1 FROM teams WHERE github_id = 4801")
    trust(registry, crate)
    page = owner.get(f"/crates/{crate}").page
    answer = owner.get(page.link("Settings"))
    assert answer.status_code == 200 and registry.queries(answer) <= 6 and answer.headers["Cache-Control"] == "no-store"
    page = answer.page
    assert page.h1 == crate and page.title.startswith(f"Settings of {crate}") and page.metas["robots"] == "noindex"
    assert [words for level, words in page.headings if level == "h2"] == ["Owners", "Pending invitations", "Trusted publishing", "Danger"]
    removes = [words for href, words in page.links if "/owners/remove?login=" in href]
    assert removes == ["Remove github:settled:core", "Remove alice", "Remove bob"] and "alice (you)" in page.text
    assert page.has_link("/teams/github:settled:core") and "settled/The core" in page.text and "@example" not in page.text
    for words in ("GitHub Actions", "Acme/Tool (owner 42)", "Environment prod", "GitLab CI/CD", "Acme/sub/Lab (the first", "Environment any"):
        assert words in page.text, words
    assert page.link("release.yml") == "https://github.com/Acme/Tool/blob/HEAD/.github/workflows/release.yml"


def test_settings_are_for_owners(registry, anon, stranger, boss, crate):
    path = f"/crates/{crate}/settings"
    assert "only owners have permission to modify owners" in closed(registry, anon, stranger, path).page.text
    closed(registry, anon, Visitor(boss.browser), path)
    closed(registry, anon, stranger, f"/crates/{crate}/owners/remove?login=alice")
    assert Visitor(boss.browser).get(f"/crates/{crate}-no/settings").status_code == 404


def test_forms_of_the_settings_are_for_owners(registry, alice, bob, carol, anon, stranger, owner, crate):
    assert alice.token.put(f"/api/v1/crates/{crate}/owners", {"owners": ["carol"]}).status_code == 200
    number = trust(registry, crate)

    def state():
        return (owners(registry, crate), invited(registry, crate), trusted(registry, crate, "github"), trusted(registry, crate, "gitlab"),
                only(registry, crate))
    for path, fields in (("owners", {"login": "bob"}), ("owners/remove", {"login": "alice"}),
                         ("owners/withdraw", {"invitee": str(user_id(registry, "carol"))}),
                         ("settings/trustpub-only", {"trustpub_only": "yes"}),
                         (f"settings/trustpub/{number}/remove", {"publisher": "github"})):
        refuses(registry, anon, stranger, owner, f"/crates/{crate}/{path}", state, **fields)


def test_invite_and_withdraw(registry, bob, owner, crate):
    path = f"/crates/{crate}/settings"
    form = owner.get(path).page.form(f"/crates/{crate}/owners")
    answer = owner.send(form, login=" bob ")
    assert answer.status_code == 303 and answer.headers["Location"] == path
    page = owner.follow(answer).page
    assert f"user bob has been invited to be an owner of crate {crate}" in page.text
    assert "invited by alice" in page.text and invited(registry, crate) == ["bob"] and owners(registry, crate) == ["alice"]
    assert registry.queries(owner.get(path)) <= 6
    withdraw = page.form(f"/crates/{crate}/owners/withdraw")
    page = owner.follow(owner.send(withdraw)).page
    assert "The invitation was withdrawn." in page.text and "Nobody is invited at the moment." in page.text
    assert invited(registry, crate) == []
    page = owner.follow(owner.send(withdraw)).page
    assert "That invitation is there no more" in page.text
    for wrong in ("", "x", "0", "-1", "9" * 30):
        assert owner.send(withdraw, invitee=wrong).status_code == 400


@pytest.mark.parametrize("login,words", [
    ("", "Enter the name of a user or a team"), ("x" * 401, "No user and no team has so long a name"),
    ("no-such-user", "could not find user with login `no-such-user`"), ("alice", "`alice` is already an owner"),
    ("github:org", "missing github team argument; format is github:org:team"),
    ("<b>", "could not find user with login `<b>`"),
])
def test_who_cannot_be_invited(registry, owner, crate, login, words):
    form = owner.get(f"/crates/{crate}/settings").page.form(f"/crates/{crate}/owners")
    answer = owner.send(form, login=login)
    assert answer.status_code == 422 and answer.page.text.count(words) == 2, answer.page.text
    assert answer.page.form(form.action).fields["login"] == login and answer.page.has_link("#login")
    assert invited(registry, crate) == [] and owners(registry, crate) == ["alice"]


def test_remove_owners(registry, alice, bob, owner, crate):
    make_owner(registry, alice, bob, crate)
    page = owner.get(f"/crates/{crate}/settings").page
    answer = owner.get(page.link("Remove bob"))
    assert answer.page.h1 == f"Remove bob from the owners of {crate}?" and registry.queries(answer) <= 4
    assert answer.page.link("Cancel") == f"/crates/{crate}/settings"
    form = answer.page.form(f"/crates/{crate}/owners/remove")
    page = owner.follow(owner.send(form)).page
    assert f"bob owns {crate} no more." in page.text and owners(registry, crate) == ["alice"]
    page = owner.follow(owner.send(form)).page
    assert "could not find owner with login `bob`" in page.text
    answer = owner.get(f"/crates/{crate}/owners/remove?login=alice")
    assert "You will not be able to publish" in answer.page.text
    page = owner.follow(owner.send(answer.page.form(form.action))).page
    assert "cannot remove all individual owners of a crate" in page.text and owners(registry, crate) == ["alice"]
    make_owner(registry, alice, bob, crate)
    answer = owner.send(answer.page.form(form.action))
    assert answer.headers["Location"] == f"/crates/{crate}" and owners(registry, crate) == ["bob"]
    assert owner.get(f"/crates/{crate}/owners/remove").status_code == 403


def test_trusted_workflows_go(registry, alice, owner, crate, new_name):
    other = publish(alice, new_name("other"))
    number, foreign = trust(registry, crate), trust(registry, other)
    form = owner.get(f"/crates/{crate}/settings").page.form(f"/crates/{crate}/settings/trustpub/{number}/remove")
    assert form.fields["publisher"] == "github"
    page = owner.follow(owner.send(form, publisher="gitlab")).page
    assert "Acme/sub/Lab is not trusted any more." in page.text
    assert (trusted(registry, crate, "github"), trusted(registry, crate, "gitlab")) == (1, 0)
    page = owner.follow(owner.send(form)).page
    assert "No workflow is trusted." in page.text and trusted(registry, crate, "github") == 0
    for wrong in (number, foreign, 0, "x"):
        answer = owner.send(form_to(owner, f"/crates/{crate}/settings/trustpub/{wrong}/remove", publisher="github"))
        assert answer.status_code in (303, 404)
    assert trusted(registry, other, "github") == 1


def test_only_trusted_publishing(registry, owner, crate):
    path, form = f"/crates/{crate}/settings", f"/crates/{crate}/settings/trustpub-only"
    assert not owner.get(path).page.has_form(form)
    trust(registry, crate)
    page = owner.get(path).page
    assert "trustpub_only" not in page.form(form).fields
    page = owner.follow(owner.send(page.form(form), trustpub_only="yes")).page
    assert "need trusted publishing from now on" in page.text and only(registry, crate) == "1"
    assert page.form(form).fields["trustpub_only"] == "yes" and "nobody can publish" not in page.text
    registry.sql(f"DELETE FROM trustpub_configs_github WHERE crate_id = {crate_id(registry, crate)}")
    registry.sql(f"DELETE FROM trustpub_configs_gitlab WHERE crate_id = {crate_id(registry, crate)}")
    page = owner.get(path).page
    assert "nobody can publish a new version" in page.text
    page = owner.follow(owner.send(page.form(form), trustpub_only=None)).page
    assert "API tokens may publish" in page.text and only(registry, crate) == "0" and not page.has_form(form)


# ---- deleting

def there(registry, crate):
    return registry.sql(f"SELECT COUNT(*) FROM crates WHERE name = '{crate}'")[0][0]


def test_delete(registry, anon, owner, crate):
    answer = owner.get(owner.get(f"/crates/{crate}/settings").page.link("Delete this crate"))
    assert answer.status_code == 200 and registry.queries(answer) <= 6 and "This crate can be deleted, for ever." in answer.page.text
    assert "for 24 hours" in answer.page.text and answer.page.metas["robots"] == "noindex"
    form = answer.page.form(f"/crates/{crate}/delete")
    answer = owner.send(form)
    assert answer.status_code == 422 and answer.page.text.count("Say why the crate is deleted") == 2
    assert answer.page.text.count("Tick the box to delete the crate") == 2
    answer = owner.send(form, message="wrong <name>")
    assert answer.status_code == 422 and answer.page.form(form.action).fields["message"] == "wrong <name>"
    assert "Say why" not in answer.page.text and answer.page.has_link("#sure")
    answer = owner.send(form, message="x" * 1001, sure="yes")
    assert answer.status_code == 422 and answer.page.form(form.action).fields["sure"] == "yes"
    assert there(registry, crate) == "1"
    answer = owner.send(form, message="wrong <name>", sure="yes")
    assert answer.status_code == 303 and answer.headers["Location"] == "/"
    assert f"{crate} was deleted." in owner.follow(answer).page.text
    assert there(registry, crate) == "0" and anon.get(f"/api/v1/crates/{crate}").status_code == 404
    assert registry.sql(f"SELECT message FROM deleted_crates WHERE name = '{crate}'") == [["wrong <name>"]]
    assert owner.send(form, message="again", sure="yes").status_code == 404


def old(registry, crate):
    registry.sql(f"UPDATE crates SET created_us = created_us - {100 * 86_400_000_000} WHERE name = '{crate}'")


@pytest.mark.parametrize("why,words", [
    ("owners", "only crates with a single owner can be deleted after 72 hours"),
    ("downloads", "only crates with less than 1000 downloads per month can be deleted after 72 hours"),
    ("dependents", "only crates without reverse dependencies can be deleted (e.g. "),
])
def test_what_cannot_be_deleted(registry, alice, bob, owner, crate, new_name, why, words):
    form = owner.get(f"/crates/{crate}/delete").page.form(f"/crates/{crate}/delete")
    if why == "owners":
        make_owner(registry, alice, bob, crate)
        old(registry, crate)
    elif why == "downloads":
        old(registry, crate)
        registry.sql(f"UPDATE crate_downloads SET downloads = 4001 WHERE crate_id = {crate_id(registry, crate)}")
    else:
        publish(alice, new_name("user"), tables={"dependencies": {crate: "1"}})
    answer = owner.get(f"/crates/{crate}/delete")
    assert answer.status_code == 200 and f"This crate cannot be deleted: {words}" in answer.page.text
    assert not answer.page.has_form(form.action)
    answer = owner.send(form, message="please", sure="yes")
    assert answer.status_code == 422 and words in answer.page.text and there(registry, crate) == "1"


def test_deleting_is_for_owners(registry, anon, stranger, boss, owner, crate):
    path = f"/crates/{crate}/delete"
    assert "only owners have permission to delete crates" in closed(registry, anon, stranger, path).page.text
    closed(registry, anon, Visitor(boss.browser), path)
    refuses(registry, anon, stranger, owner, path, lambda: there(registry, crate), message="x", sure="yes")


# ---- a new trusted publisher

NEW = "/crates/{}/settings/new-trusted-publisher"


def test_trust_a_workflow_at_gitlab(registry, alice, owner, new_name):
    crate = publish(alice, new_name("lab"), package={"repository": "https://gitlab.com/acme/sub/tool.git"})
    answer = owner.get(owner.get(f"/crates/{crate}/settings").page.link("Trust a workflow"))
    assert answer.status_code == 200 and registry.queries(answer) <= 4 and answer.page.metas["robots"] == "noindex"
    form = answer.page.form(NEW.format(crate))
    assert {name: form.fields[name] for name in ("publisher", "owner", "project", "workflow", "environment")} == {
        "publisher": "gitlab", "owner": "acme/sub", "project": "tool", "workflow": "", "environment": ""}
    answer = owner.send(form, workflow=" ci/release.yml ", environment="prod")
    assert answer.status_code == 303 and answer.headers["Location"] == f"/crates/{crate}/settings"
    page = owner.follow(answer).page
    assert f"ci/release.yml of acme/sub/tool is trusted to publish {crate}." in page.text and "Environment prod" in page.text
    assert trusted(registry, crate, "gitlab") == 1
    # The other one is a link away, and knows nothing of this repository.
    page = owner.get(NEW.format(crate)).page
    form = owner.get(NEW.format(crate) + page.link("GitHub")).page.form(NEW.format(crate))
    assert (form.fields["publisher"], form.fields["owner"], form.fields["project"]) == ("github", "", "")


def test_the_repository_at_github_is_known(alice, owner, new_name):
    crate = publish(alice, new_name("hub"), package={"repository": "https://github.com/acme/tool/tree/main"})
    for query in ("", "?publisher=github", "?publisher=nothing"):
        form = owner.get(NEW.format(crate) + query).page.form(NEW.format(crate))
        assert (form.fields["publisher"], form.fields["owner"], form.fields["project"]) == ("github", "acme", "tool")


@pytest.mark.parametrize("provider,sent,words", [
    ("github", {}, ["Enter the owner of the repository", "Enter the name of the repository", "Enter the name of the workflow's file"]),
    ("gitlab", {}, ["Enter the namespace", "Enter the project", "Enter the path of the workflow's file"]),
    ("github", {"owner": "-x", "project": "a/b", "workflow": "x/release.yml", "environment": "a;b"},
     ["Invalid GitHub repository owner name", "Invalid GitHub repository name", "must be a filename only", "must not contain non-printable"]),
    ("github", {"owner": "x" * 256, "project": "a", "workflow": "release"}, ["owner name is too long", "must end with `.yml` or `.yaml`"]),
])
def test_fields_of_a_workflow(registry, owner, crate, provider, sent, words):
    form = owner.get(NEW.format(crate) + f"?publisher={provider}").page.form(NEW.format(crate))
    answer = owner.send(form, **sent)
    assert answer.status_code == 422 and all(answer.page.text.count(word) == 2 for word in words), answer.page.text
    again = answer.page.form(NEW.format(crate)).fields
    assert all(again[name] == value for name, value in sent.items()) and again["publisher"] == provider
    assert trusted(registry, crate, provider) == 0


def test_what_refuses_a_workflow(registry, alice, carol, owner, crate):
    form = owner.get(NEW.format(crate) + "?publisher=gitlab").page.form(NEW.format(crate))
    wish = {"owner": "a", "project": "b", "workflow": "c.yml"}
    answer = owner.send(form, issuer="https://elsewhere.example", **wish)
    assert answer.status_code == 422 and "Unsupported JWT issuer" in answer.page.text and answer.page.has_link("#publisher")
    for _ in range(5):
        assert owner.send(form, **wish).status_code == 303
    answer = owner.send(form, **wish)
    assert answer.status_code == 422 and "maximum number of GitLab Trusted Publishing configurations (5)" in answer.page.text
    assert answer.page.form(form.action).fields["owner"] == "a" and trusted(registry, crate, "gitlab") == 5


def test_trusting_is_for_owners(registry, anon, stranger, boss, owner, crate):
    closed(registry, anon, stranger, NEW.format(crate))
    closed(registry, anon, Visitor(boss.browser), NEW.format(crate))
    refuses(registry, anon, stranger, owner, NEW.format(crate), lambda: trusted(registry, crate, "gitlab"),
            publisher="gitlab", owner="a", project="b", workflow="c.yml")
