"""Teams of GitHub as owners: adding them, and the rights of their members (contract/api.md 3.5 and 16, publish.md 4.5 and
14), against tests/lib/github.py."""
import time

import pytest

from lib.github import GitHub
from lib.instance import Instance
from lib.page import Visitor
from lib.registry import Crate, detail
from lib.steps import join, publish, refused, sign_in

MEMBERS_ONLY = "only members of a team or organization owners can add it as an owner"
NOT_OWNER = ("this crate exists but you don't seem to be an owner. If you believe this is a mistake, perhaps you need to "
             "accept an invitation to be an owner before publishing.")
YANK = "must already be an owner to yank or unyank"
OURS = "Internal Server Error"


@pytest.fixture(scope="module")
def github():
    github = GitHub().start()
    github.team("acme", "core", insider="active", invited="pending")
    github.team("acme", "docs", writer="active")
    github.team("closed", "core", insider="active").org.restricted = True
    github.org("acme").admins.add("chief")
    yield github
    github.stop()


@pytest.fixture(autouse=True)
def healed(github):
    github.heal()
    github.orgs["acme"].teams["core"].members.update(insider="active", invited="pending")


@pytest.fixture(scope="module")
def site(github):
    """Nothing is remembered: each right is asked for anew."""
    instance = Instance(settings=github.settings("github.membership_cache_s=0", "outside.timeout_s=2",
                                                 "outside.connect_timeout_s=2", "server.workers=1"))
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def owner(github, site):
    """He owns crates in person, and is in no team."""
    return join(github, site, "owner")


@pytest.fixture(scope="module")
def people(github, site, owner):
    return {login: join(github, site, login, admin=login == "root")
            for login in ("insider", "invited", "writer", "chief", "outsider", "root")}


@pytest.fixture
def crate(owner, new_name):
    return publish(owner, new_name("teamwork"))


def change(who, crate, *logins, method="PUT"):
    return who.request(method, f"/api/v1/crates/{crate}/owners", {"owners": list(logins)})


def give(site, crate, *teams):
    """Teams that own a crate, without asking GitHub."""
    for team in teams:
        org, number = team.org, team.id
        site.sql(f"INSERT IGNORE INTO teams (login, github_id, org_id, name) VALUES ('github:{org.login}:{team.slug}', {number}, "
                 f"{org.id}, '{team.name}')")
        site.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us) SELECT c.id, t.id, 1, 1, 1 "
                 f"FROM crates c, teams t WHERE c.name = '{crate}' AND t.github_id = {number}")


def owning(site, crate):
    return [team["login"] for team in site.anonymous.get(f"/api/v1/crates/{crate}/owner_team").json()["teams"]]


# ---- adding a team

def test_a_member_adds_his_team(github, site, people, new_name):
    name = publish(people["insider"], new_name("added"))
    answer = change(people["insider"].token, name, "github:Acme:Core")
    assert answer.json() == {"msg": f"team github:acme:core has been added as an owner of crate {name}", "ok": True}
    assert site.queries(answer) <= 16
    (team,) = site.anonymous.get(f"/api/v1/crates/{name}/owner_team").json()["teams"]
    there = github.orgs["acme"]
    assert (team["login"], team["name"], team["avatar"], team["kind"]) == ("github:acme:core", "core", there.avatar_url, "team")
    assert site.sql(f"SELECT github_id, org_id FROM teams WHERE id = {team['id']}") == [[str(there.teams["core"].id), str(there.id)]]
    before = len(github.asked)
    refused(change(people["insider"].token, name, "GITHUB:acme:core"), 400, "`GITHUB:acme:core` is already an owner")
    assert len(github.asked) == before
    assert change(people["insider"].token, name, "github:acme:core", method="DELETE").json()["ok"]
    assert owning(site, name) == [] and len(github.asked) == before
    assert change(people["insider"].token, name, "github:acme:core:rest").json()["ok"]  # upstream: the rest is kept
    assert owning(site, name) == ["github:acme:core:rest"]


def test_an_administrator_of_the_organisation_adds_any_team(site, people, new_name):
    name = publish(people["chief"], new_name("chief"))
    assert change(people["chief"].token, name, "github:acme:core", "github:acme:docs").json()["ok"]
    assert sorted(owning(site, name)) == ["github:acme:core", "github:acme:docs"]


@pytest.mark.parametrize("login", ["outsider", "invited", "owner"])
def test_nobody_else_does(site, people, owner, login, new_name):
    who = {**people, "owner": owner}[login]
    name = publish(who, new_name("nobody"))
    refused(change(who.token, name, "github:acme:core"), 403, MEMBERS_ONLY)
    refused(change(who.token, name, "insider", "github:acme:core", "no-such-user"), 403, MEMBERS_ONLY)
    assert site.sql("SELECT COUNT(*) FROM crate_owner_invitations i JOIN crates c ON c.id = i.crate_id "
                    f"WHERE c.name = '{name}'") == [["0"]]


def no_team(org, team):
    return (f"could not find the github team {org}/{team}. Make sure that you have the right permissions in GitHub. See "
            "https://doc.rust-lang.org/cargo/reference/publishing.html#github-permissions")


def test_a_team_that_is_not_there(github, owner, crate):
    for org, team in (("acme", "none"), ("none", "core"), ("acme", ""), ("", ""), ("acme", ".."), ("acme", "../../user"),
                      ("acme", "core?x"), ("closed", "core"), ("acme", "x" * 2000)):
        refused(change(owner.token, crate, f"github:{org}:{team}"), 400, no_team(org, team))
    for status in (401, 403, 404, 500, 200, 0):
        with github.failing("/orgs/acme/teams/core", status=status):
            refused(change(owner.token, crate, "github:acme:core"), 400, no_team("acme", "core"))


@pytest.mark.parametrize("path", ["/memberships/", "^/orgs/acme$"])
@pytest.mark.parametrize("status,want", [(401, 401), (403, 403), (500, 500), (0, 500), (200, 500)])
def test_github_fails_while_a_team_is_added(github, site, people, new_name, path, status, want):
    name = publish(people["insider"], new_name("failing"))
    with github.failing(path, status=status):
        answer = change(people["insider"].token, name, "github:acme:core")
    assert answer.status_code == want, answer.text
    assert detail(answer).startswith({401: "It looks like your GitHub session has expired", 500: OURS,
                                      403: "It looks like you don't have permission to query"}[want])
    assert owning(site, name) == []


def test_without_an_account_at_github(site, new_name):
    user = site.user(new_name("plain").replace("-", "x"))
    name = publish(user, new_name("plain"))
    refused(change(user.token, name, "github:acme:core"), 400,
            "Cannot add a GitHub team as an owner without a connected GitHub account")


def test_a_team_that_was_renamed(github, site, people, new_name):
    """It is its number at GitHub that counts."""
    name = publish(people["insider"], new_name("renamed"))
    team = github.team("acme", "old", insider="active")
    assert change(people["insider"].token, name, "github:acme:old").json()["ok"]
    (row,) = site.sql("SELECT id FROM teams WHERE login = 'github:acme:old'")
    github.orgs["acme"].teams["new"] = github.orgs["acme"].teams.pop("old")
    team.name = "new"
    assert change(people["insider"].token, name, "github:acme:new").json()["ok"]
    assert owning(site, name) == ["github:acme:new"]
    assert site.sql("SELECT id FROM teams WHERE login = 'github:acme:new'") == [row]
    successor = github.team("acme", "new", insider="active")  # another team under the old name
    other = publish(people["insider"], new_name("renamed"))
    assert change(people["insider"].token, other, "github:acme:new").json()["ok"]
    assert owning(site, other) == ["github:acme:new"] and owning(site, name) == [f"github:acme:new:{team.id}"]
    assert successor.id != team.id


# ---- rights of members

def actions(who, name):
    """What somebody may try with a crate: (request, words of the refusal)."""
    return {
        "publish": (lambda: who.token.publish(Crate(name, "2.0.0")), NOT_OWNER),
        "yank": (lambda: who.token.delete(f"/api/v1/crates/{name}/1.0.0/yank"), YANK),
        "unyank": (lambda: who.token.put(f"/api/v1/crates/{name}/1.0.0/unyank"), YANK),
        "patch": (lambda: who.token.patch(f"/api/v1/crates/{name}/1.0.0", {"version": {"yanked": True}}), YANK),
        "owners": (lambda: change(who.token, name, "writer"), "only owners have permission to modify owners"),
        "remove": (lambda: change(who.token, name, "owner", method="DELETE"), "only owners have permission to modify owners"),
        "invitations": (lambda: who.browser.get(f"/api/private/crate_owner_invitations?crate_name={name}"),
                        "only crate owners can query pending invitations for their crate"),
        "delete": (lambda: who.browser.delete(f"/api/v1/crates/{name}"), "only owners have permission to delete crates"),
    }


def test_what_a_member_may(github, site, people, crate):
    give(site, crate, github.orgs["acme"].teams["core"])
    insider = actions(people["insider"], crate)
    for what in ("publish", "yank", "unyank", "patch"):
        answer = insider[what][0]()
        assert answer.status_code == 200, (what, answer.text)
    refused(insider["owners"][0](), 403, "team members don't have permission to modify owners")
    refused(insider["remove"][0](), 403, "team members don't have permission to modify owners")
    refused(insider["delete"][0](), 403, "team members don't have permission to delete crates")
    before = github.count("/memberships/")
    refused(insider["invitations"][0](), 403, insider["invitations"][1])
    assert github.count("/memberships/") == before  # being in a team would not change the answer


@pytest.mark.parametrize("login", ["outsider", "invited", "writer", "chief"])
def test_what_others_may_not(github, site, people, crate, login):
    """A pending member, a member of another team, an administrator of the organisation: strangers."""
    give(site, crate, github.orgs["acme"].teams["core"])
    for request, words in actions(people[login], crate).values():
        refused(request(), 403, words)


def test_the_team_that_counts_may_be_the_second(github, site, people, crate):
    give(site, crate, github.orgs["acme"].teams["docs"], github.orgs["acme"].teams["core"])
    for login in ("insider", "writer"):
        assert people[login].token.put(f"/api/v1/crates/{crate}/1.0.0/unyank").status_code == 200


def test_an_owner_is_never_asked_about(github, site, owner, crate):
    """GitHub is away, and he does all he may."""
    give(site, crate, github.orgs["acme"].teams["core"], github.orgs["closed"].teams["core"])
    before = len(github.asked)
    with github.failing("", status=500):
        for what, (request, _) in actions(owner, crate).items():
            if what != "remove":
                answer = request()
                assert answer.status_code in (200, 204), (what, answer.text)
    assert len(github.asked) == before


def test_a_crate_without_teams_asks_nobody(github, people, crate):
    before = len(github.asked)
    for request, words in actions(people["insider"], crate).values():
        refused(request(), 403, words)
    assert len(github.asked) == before


def test_a_team_that_owns_no_more(github, site, people, crate):
    give(site, crate, github.orgs["acme"].teams["core"])
    yank = actions(people["insider"], crate)["yank"]
    assert yank[0]().status_code == 200
    site.sql("UPDATE crate_owners SET deleted = 1 WHERE owner_kind = 1")
    refused(yank[0](), 403, yank[1])


def test_no_token_of_github_skips_teams(github, site, crate, new_name):
    user = site.user(new_name("tokenless").replace("-", "x"))
    give(site, crate, github.orgs["acme"].teams["core"])
    before = len(github.asked)
    refused(user.token.delete(f"/api/v1/crates/{crate}/1.0.0/yank"), 403, YANK)
    assert len(github.asked) == before


RESTRICTED = ("GitHub organization '{org}' has restricted OAuth access. A '{org}' administrator must approve the '{site}' "
              "application in the organization's 'Third-party access' settings.")


@pytest.mark.parametrize("status,want,words", [
    (403, 403, RESTRICTED),
    (401, 401, "It looks like your GitHub session has expired or the token was revoked. Please try logging out and logging "
               "back in to re-authenticate."),
    (500, 500, OURS), (0, 500, OURS), (200, 500, OURS), (302, 500, OURS),
])
def test_github_fails(github, site, people, crate, status, want, words):
    give(site, crate, github.orgs["acme"].teams["core"])
    words = words.format(org="acme", site=site.site)
    before = site.sql("SELECT COUNT(*) FROM versions"), site.sql("SELECT COUNT(*) FROM version_owner_actions")
    with github.failing("/memberships/", status=status):
        for what, (request, _) in actions(people["insider"], crate).items():
            if what != "invitations":
                refused(request(), want, words)
        if status == 500:  # an admin's right to yank comes after the question
            refused(people["root"].token.delete(f"/api/v1/crates/{crate}/1.0.0/yank"), 500, OURS)
    assert (site.sql("SELECT COUNT(*) FROM versions"), site.sql("SELECT COUNT(*) FROM version_owner_actions")) == before
    assert people["root"].token.delete(f"/api/v1/crates/{crate}/1.0.0/yank").status_code == 200
    assert site.anonymous.get(f"/api/v1/crates/{crate}").status_code == 200


def test_an_organisation_that_has_not_approved(github, site, people, crate):
    give(site, crate, github.orgs["closed"].teams["core"])
    refused(people["insider"].token.delete(f"/api/v1/crates/{crate}/1.0.0/yank"), 403,
            RESTRICTED.format(org="closed", site=site.site))


def test_github_is_slow(github, site, people, owner, crate):
    give(site, crate, github.orgs["acme"].teams["core"])
    path = f"/api/v1/crates/{crate}/1.0.0/unyank"
    with github.failing("/memberships/", delay=30):
        answer = people["insider"].token.put(path)
        refused(answer, 500, OURS)
        assert float(site.log_line(answer)["ms"]) < 20_000  # and not 30 s
        again = people["insider"].token.put(path)  # whoever comes next does not wait
        refused(again, 500, OURS)
        assert float(site.log_line(again)["ms"]) < 4500  # and not 5 s
        assert owner.token.put(path).status_code == 200
    end = time.time() + 60
    while people["insider"].token.put(path).status_code != 200:
        assert time.time() < end, "GitHub is back, and nobody asks it"
        time.sleep(0.2)


def test_all_teams_together_have_their_time(github, site, people, crate):
    """Each answers in time, and there are many."""
    give(site, crate, *(github.team("slow", f"team{n}") for n in range(30)))
    with github.failing("/memberships/", status=404, delay=1):
        answer = people["outsider"].token.put(f"/api/v1/crates/{crate}/1.0.0/unyank")
    refused(answer, 500, OURS)
    assert float(site.log_line(answer)["ms"]) < 20_000  # and not 30 s


def test_a_token_that_cannot_be_decrypted(github, site, new_name):
    """upstream: for an owner in person, too."""
    who = join(github, site, new_name("sealed").replace("-", "x"))
    name = publish(who, new_name("sealed"))
    site.sql(f"UPDATE oauth_github SET encrypted_token = REVERSE(encrypted_token) WHERE login = '{who.login}'")
    for request, _ in actions(who, name).values():
        refused(request(), 500, OURS)
    refused(change(who.token, name, "github:acme:core"), 500, OURS)
    sign_in(github, site, who.login)
    assert who.token.delete(f"/api/v1/crates/{name}/1.0.0/yank").status_code == 200


# ---- links on pages (contract/web.md 9)

def links(site, user, crate):
    """What the versions page offers."""
    answer = Visitor(user.browser).get(f"/crates/{crate}/versions")
    assert answer.status_code == 200
    site.queries(answer)
    return answer, [words for _, words in answer.page.links if words.startswith(("Yank", "Unyank", "Rebuild"))]


def test_members_see_links_to_yank(github, site, people, crate):
    ours, shut = github.team("acme", "links", writer="active"), github.team("shut", "links", insider="active")
    shut.org.restricted = True
    give(site, crate, ours, shut)  # they are asked in this order: nobody knew them before
    assert links(site, people["writer"], crate)[1] == ["Yank 1.0.0"]
    visitor = Visitor(people["writer"].browser)
    answer = visitor.get(f"/crates/{crate}/1.0.0/yank")
    assert visitor.send(answer.page.form(f"/crates/{crate}/1.0.0/yank"), message="why").status_code == 303
    answer, shown = links(site, people["writer"], crate)
    assert shown == ["Unyank 1.0.0"] and site.queries(answer) <= 7
    assert links(site, people["outsider"], crate)[1] == [] and links(site, people["root"], crate)[1] == ["Unyank 1.0.0"]
    assert links(site, people["insider"], crate)[1] == []  # an organisation that does not answer him ends it


def test_links_cost_nothing_where_teams_do_not_matter(github, site, owner, people, crate):
    before = len(github.asked)
    few = site.queries(links(site, people["outsider"], crate)[0])
    give(site, crate, github.orgs["acme"].teams["core"])
    assert links(site, owner, crate)[1] == ["Yank 1.0.0"]
    anonymous = Visitor(site.anonymous).get(f"/crates/{crate}/versions")
    assert anonymous.status_code == 200 and len(github.asked) == before
    answer, shown = links(site, people["invited"], crate)
    assert shown == [] and site.queries(answer) == few + 1 and len(github.asked) == before + 1


@pytest.mark.parametrize("how", [{"status": 500}, {"status": 403}, {"status": 200, "body": []}, {"status": 200, "delay": 4}], ids=str)
def test_the_page_is_there_when_github_is_not(github, new_name, how):
    instance = Instance(settings=github.settings("server.workers=1"))
    try:
        instance.start()
        owner, insider = (join(github, instance, new_name(name).replace("-", "x")) for name in ("pageowner", "pagemember"))
        name = publish(owner, new_name("paged"))
        give(instance, name, github.team("acme", "paged", **{insider.login: "active"}))
        with github.failing("/memberships/", **how):
            answer, shown = links(instance, insider, name)
            assert shown == [] and float(instance.log_line(answer)["ms"]) < 3500
        if "delay" not in how:
            assert links(instance, insider, name)[1] == ["Yank 1.0.0"]
    finally:
        instance.remove()


# ---- what is remembered

def test_a_no_is_remembered_for_links_alone(github, new_name):
    instance = Instance(settings=github.settings("github.membership_cache_s=3600", "server.workers=1"))
    try:
        instance.start()
        owner, insider = (join(github, instance, new_name(name).replace("-", "x")) for name in ("noowner", "nomember"))
        name = publish(owner, new_name("nolinks"))
        team = github.team("acme", "nolinks")
        give(instance, name, team)
        assert links(instance, insider, name)[1] == []
        team.members[insider.login] = "active"
        before = github.count("/memberships/")
        assert links(instance, insider, name)[1] == [] and github.count("/memberships/") == before
        assert insider.token.put(f"/api/v1/crates/{name}/1.0.0/unyank").status_code == 200  # a right is asked for anew
        assert links(instance, insider, name)[1] == ["Yank 1.0.0"] and github.count("/memberships/") == before + 1
    finally:
        instance.remove()


def test_a_membership_is_remembered_for_a_while(github, new_name):
    instance = Instance(settings=github.settings("github.membership_cache_s=3600", "server.workers=1"))
    try:
        instance.start()
        owner, insider = (join(github, instance, new_name(name).replace("-", "x")) for name in ("keeper", "member"))
        name = publish(owner, new_name("remembered"))
        team = github.team("acme", "cached", **{insider.login: "pending"})
        give(instance, name, team)
        path = f"/api/v1/crates/{name}/1.0.0/unyank"
        refused(insider.token.put(path), 403, YANK)  # a no is not remembered
        team.members[insider.login] = "active"
        assert insider.token.put(path).status_code == 200
        before = github.count("/memberships/")
        answer = insider.token.put(path)
        assert answer.status_code == 200 and github.count("/memberships/") == before
        del team.members[insider.login]
        assert insider.token.put(path).status_code == 200
        instance.stop()
        instance.settings = tuple(github.settings("github.membership_cache_s=1", "server.workers=1"))
        instance.start("--set", "github.membership_cache_s=1")
        team.members[insider.login] = "active"
        assert insider.token.put(path).status_code == 200
        del team.members[insider.login]
        end = time.time() + 60
        while insider.token.put(path).status_code == 200:
            assert time.time() < end, "a membership that was lost still counts"
            time.sleep(0.2)
        refused(insider.token.put(path), 403, YANK)
    finally:
        instance.remove()
