"""An unchanged crate costs one query and no body; whatever changes of what is shown of it gives another validator."""
import pytest

from lib.registry import Crate
from lib.steps import make_owner, publish

ROUTES = ["", "?include=", "/versions", "/versions?per_page=1", "/1.0.0", "/1.0.0/dependencies", "/owners", "/owner_user",
          "/owner_team"]
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
