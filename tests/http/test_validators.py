"""An unchanged crate costs one query and no body; whatever changes of what is shown of it gives another validator."""
import pytest

from lib.registry import Crate
from lib.steps import crate_id, make_owner, publish

ROUTES = ["", "?include=", "/versions", "/versions?per_page=1", "/1.0.0", "/1.0.0/dependencies", "/owners", "/owner_user",
          "/owner_team", "/downloads", "/downloads?include=versions", "/1.0.0/downloads", "/1.0.0/downloads?before_date=2026-01-01",
          "/reverse_dependencies", "/reverse_dependencies?per_page=2&page=2"]
PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture
def crate(registry, alice, new_name):
    """Published, and its lines counted: nothing more happens to it."""
    name = publish(alice, new_name("stamp"), package={"keywords": ["stamped"], "categories": ["science"]})
    registry.wait(f"/api/v1/crates/{name}/1.0.0", lambda answer: answer.json()["version"]["linecounts"])
    return name


def tag(anon, path):
    answer = anon.get(path, headers=PLAIN)
    assert answer.status_code == 200
    return answer.headers["ETag"]


@pytest.mark.parametrize("route", ROUTES)
def test_one_query(registry, anon, crate, route):
    path = f"/api/v1/crates/{crate}{route}"
    have = tag(anon, path)
    same = anon.get(path, headers={**PLAIN, "If-None-Match": have})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", have)
    assert same.headers["Access-Control-Allow-Origin"] == "*" and "Content-Type" not in same.headers
    assert registry.queries(same) == 1
    other = anon.get(path, headers={**PLAIN, "If-None-Match": '"x"'})
    assert other.status_code == 200 and other.content
    head = anon.request("HEAD", path, headers={**PLAIN, "If-None-Match": have})
    assert (head.status_code, head.headers["ETag"]) == (304, have)


def test_each_path_and_query_has_its_own(anon, crate):
    tags = [tag(anon, f"/api/v1/crates/{crate}{route}") for route in ROUTES]
    assert len(set(tags)) == len(tags)


def test_what_is_not_there_is_404_whatever_the_client_has(anon, crate):
    have = tag(anon, f"/api/v1/crates/{crate}/1.0.0")
    for path in (f"/api/v1/crates/{crate}/9.0.0", f"/api/v1/crates/{crate}-no"):
        answer = anon.get(path, headers={"If-None-Match": have})
        assert answer.status_code == 404 and "ETag" not in answer.headers


def test_every_change_shows(registry, alice, bob, anon, crate, new_name):
    path, owners = f"/api/v1/crates/{crate}", f"/api/v1/crates/{crate}/owners"
    have = tag(anon, path)

    def changed(what, where=path):
        nonlocal have
        before, now = have, tag(anon, where)
        assert now != before, what
        again = anon.get(where, headers={**PLAIN, "If-None-Match": before})
        assert again.status_code == 200, what
        have = tag(anon, path)

    assert alice.token.delete(f"{path}/1.0.0/yank").status_code == 200
    changed("yank")
    assert alice.token.put(f"{path}/1.0.0/unyank").status_code == 200
    changed("unyank")
    publish(alice, new_name("stamp"), package={"keywords": ["stamped"]})
    changed("crates of the keyword")
    publish(alice, new_name("stamp"), package={"categories": ["science"]})
    changed("crates of the category")
    registry.sql(f"UPDATE crate_downloads d JOIN crates c ON c.id = d.crate_id SET d.downloads = d.downloads + 1 "
                 f"WHERE c.name = '{crate}'")
    changed("downloads")
    registry.sql(f"UPDATE recent_crate_downloads d JOIN crates c ON c.id = d.crate_id SET d.downloads = 0 WHERE c.name = '{crate}'")
    changed("recent downloads, of which there were none")
    have = tag(anon, owners)
    make_owner(registry, alice, bob, crate)
    changed("a new owner", owners)
    have = tag(anon, owners)
    assert alice.token.delete(owners, {"owners": ["bob"]}).status_code == 200
    changed("an owner less", owners)
    assert alice.browser.patch(path, {"crate": {"trustpub_only": True}}).status_code == 200
    changed("settings")
    assert alice.browser.patch(path, {"crate": {"trustpub_only": False}}).status_code == 200
    have = tag(anon, path)
    assert alice.token.publish(Crate(crate, "1.1.0")).status_code == 200
    changed("publish")
    # Its lines are counted later: that shows too.
    before = have
    registry.wait(f"{path}/1.1.0", lambda answer: answer.json()["version"]["linecounts"])
    assert tag(anon, path) != before


def expect_another(anon, path, before, what):
    """The client that has what was there gets what is there now; its tag."""
    answer = anon.get(path, headers={**PLAIN, "If-None-Match": before})
    assert answer.status_code == 200 and answer.headers["ETag"] != before, what
    return answer.headers["ETag"]


@pytest.mark.parametrize("route", ["/downloads", "/downloads?include=versions", "/1.0.0/downloads"])
def test_every_change_of_downloads_shows(registry, alice, anon, crate, route):
    path = f"/api/v1/crates/{crate}{route}"
    have = tag(anon, path)
    number = registry.sql(f"SELECT v.id FROM versions v WHERE v.crate_id = {crate_id(registry, crate)}")[0][0]
    registry.sql(f"INSERT INTO version_downloads (version_id, date, downloads) VALUES ({number}, UTC_DATE(), 1)")
    for what in ("more of today", "more of yesterday"):  # whoever counts does this (db/crate_view.h)
        registry.sql("UPDATE version_downloads d JOIN versions v ON v.id = d.version_id JOIN crates c ON c.id = v.crate_id "
                     f"SET d.downloads = d.downloads + 1, c.data_gen = c.data_gen + 1 WHERE c.name = '{crate}'")
        have = expect_another(anon, path, have, what)
    registry.sql("UPDATE versions v JOIN crate_downloads d ON d.crate_id = v.crate_id SET v.downloads = v.downloads + 1, "
                 f"d.downloads = d.downloads + 1 WHERE v.id = {number}")
    have = expect_another(anon, path, have, "in sum")
    assert alice.token.publish(Crate(crate, "1.1.0")).status_code == 200
    have = expect_another(anon, path, have, "a version more")
    assert alice.token.delete(f"/api/v1/crates/{crate}/1.1.0/yank").status_code == 200
    expect_another(anon, path, have, "yanked")


def depend(user, name, base, version="1.0.0"):
    return publish(user, name, version, tables={"dependencies": {base: "1"}})


def test_every_change_of_dependents_shows(registry, alice, bob, anon, crate, new_name):
    path = f"/api/v1/crates/{crate}/reverse_dependencies?per_page=2"
    have = tag(anon, path)
    first = depend(alice, new_name("stamp"), crate)
    have = expect_another(anon, path, have, "a dependent")
    second = depend(bob, new_name("stamp"), crate)
    have = expect_another(anon, path, have, "another one, younger")
    for name in (first, second):
        registry.wait(f"/api/v1/crates/{name}/1.0.0", lambda answer: answer.json()["version"]["linecounts"])
    have = tag(anon, path)
    ids = {name: crate_id(registry, name) for name in (first, second)}
    registry.sql(f"UPDATE reverse_dependencies SET dependent_downloads = 7 WHERE dependent_crate_id = {ids[first]}")
    have = expect_another(anon, path, have, "the other order")
    registry.sql("UPDATE versions v JOIN crate_downloads d ON d.crate_id = v.crate_id SET v.downloads = v.downloads + 1, "
                 f"d.downloads = d.downloads + 1 WHERE d.crate_id = {ids[second]}")
    have = expect_another(anon, path, have, "downloads of a dependent's version")
    assert bob.token.delete(f"/api/v1/crates/{second}/1.0.0/yank").status_code == 200
    have = expect_another(anon, path, have, "a dependent's version is yanked")
    assert bob.token.put(f"/api/v1/crates/{second}/1.0.0/unyank").status_code == 200
    have = expect_another(anon, path, have, "and is not any more")
    depend(bob, second, crate, "1.0.1")
    have = expect_another(anon, path, have, "a newer version of a dependent")
    registry.wait(f"/api/v1/crates/{second}/1.0.1", lambda answer: answer.json()["version"]["linecounts"])
    have = expect_another(anon, path, have, "its lines were counted")
    registry.sql("UPDATE users u, metadata m SET u.name = 'Bob the Renamed', m.people_gen = m.people_gen + 1 "
                 "WHERE u.username = 'bob' AND m.id = 1")  # as a sign-in does (db/github.c)
    have = expect_another(anon, path, have, "a publisher's name")
    publish(bob, second, "1.1.0")
    have = expect_another(anon, path, have, "it depends no more")
    full = f"{path}&page=1".replace("per_page=2", "per_page=1")
    registry.wait(full, lambda answer: answer.json()["meta"]["total"] == 1)
    have_full = tag(anon, full)
    third = depend(alice, new_name("stamp"), crate)
    registry.wait(full, lambda answer: answer.json()["meta"]["total"] == 2)
    registry.wait(f"/api/v1/crates/{third}/1.0.0", lambda answer: answer.json()["version"]["linecounts"])
    expect_another(anon, full, have_full, "the total, of a page that stays")
    have = tag(anon, path)
    assert alice.browser.delete(f"/api/v1/crates/{first}").status_code == 204
    expect_another(anon, path, have, "a dependent is deleted")
    registry.wait(full, lambda answer: answer.json()["meta"]["total"] == 1)
    have = tag(anon, path)
    assert anon.get(path, headers={**PLAIN, "If-None-Match": have}).status_code == 304
