"""DELETE /api/v1/crates/{name} (contract/api.md 10.3): who may, when, what goes, and what comes after."""
import concurrent.futures
import hashlib

import pytest

from lib.census import census, settled
from lib.registry import Client, Crate, detail
from lib.steps import crate_id, make_owner, publish, refused, scoped, user_id

NO_AUTH = "this action requires authentication"
NO_OWNER = "only owners have permission to delete crates"
DAY_US = 86_400_000_000
# Where a row of the crate would be, were one left.
HANGING = {"crates": "id", "versions": "crate_id", "default_versions": "crate_id", "crate_owners": "crate_id",
           "crate_owner_invitations": "crate_id", "follows": "crate_id", "crates_keywords": "crate_id",
           "crates_categories": "crate_id", "crate_downloads": "crate_id", "recent_crate_downloads": "crate_id",
           "dependents": "crate_id", "reverse_dependencies": "dependent_crate_id", "search_postings": "crate_id",
           "search_grams": "crate_id", "search_crates": "crate_id"}


def path(name):
    return f"/api/v1/crates/{name}"


def delete(user, name, query=""):
    return user.browser.delete(path(name) + query)


def left(registry, number):
    return {table: registry.sql(f"SELECT COUNT(*) FROM {table} WHERE {column} = {number}")[0][0]
            for table, column in HANGING.items()}


def generation(registry, name):
    return [int(v) for v in registry.sql(
        f"SELECT index_gen, index_stamp FROM crate_index WHERE canon_name = '{name.replace('-', '_')}'")[0]]


def make_old(registry, name, days):
    registry.sql(f"UPDATE crates SET created_us = created_us - {int(days * DAY_US)} WHERE name = '{name}'")


def no_quarantine(registry, name):
    registry.sql(f"UPDATE deleted_crates SET available_us = 1 WHERE name = '{name}'")


@pytest.fixture
def crate(alice, new_name):
    return publish(alice, new_name("del"), "1.0.0", "1.1.0")


def test_nothing_is_left(registry, alice, bob, anon, crate, new_name):
    needed = publish(alice, new_name("needed"))
    word = new_name("word")
    publish(alice, crate, "2.0.0", package={"keywords": [word], "categories": ["science"]},
            tables={"dependencies": {needed: "1"}, "dev-dependencies": {crate: "1"}})
    science = registry.sql("SELECT crates_cnt FROM categories WHERE slug = 'science'")
    assert bob.browser.put(f"{path(crate)}/follow").status_code == 200
    assert alice.token.put(f"{path(crate)}/owners", {"owners": ["bob"]}).status_code == 200
    settled(registry)
    number, total = crate_id(registry, crate), int(registry.sql("SELECT num_crates FROM metadata")[0][0])
    depends = f"SELECT n FROM dependents WHERE crate_id = {crate_id(registry, needed)}"
    assert registry.sql(depends) == [["1"]]
    assert all(count != "0" for count in left(registry, number).values()), left(registry, number)
    answer = delete(alice, crate)
    assert (answer.status_code, answer.text) == (204, "") and "Content-Type" not in answer.headers
    # At once: the index, the files, the API.
    assert registry.index(crate) is None
    assert not registry.public(crate, "1.0.0").parent.exists()
    assert not (registry.data / "public/readmes" / crate).exists()
    assert anon.get(f"/static/crates/{crate}/{crate}-1.0.0.crate").status_code == 404
    for where in ("", "/1.0.0", "/versions", "/owners", "/reverse_dependencies"):
        refused(anon.get(path(crate) + where), 404, f"crate `{crate}` does not exist")
    assert anon.get(f"/api/v1/crates?q={crate}").json()["crates"] == []
    assert set(left(registry, number).values()) == {"0"}, left(registry, number)
    assert registry.sql(f"SELECT crates_cnt FROM keywords WHERE keyword = '{word}'") == [["0"]]
    assert int(registry.sql("SELECT crates_cnt FROM categories WHERE slug = 'science'")[0][0]) == int(science[0][0]) - 1
    assert int(registry.sql("SELECT num_crates FROM metadata")[0][0]) == total - 1
    settled(registry)
    assert registry.sql(depends) == [["0"]]
    registry.ctl("fsck")


def test_what_is_remembered(registry, alice, crate):
    created = registry.sql(f"SELECT created_us FROM crates WHERE name = '{crate}'")[0][0]
    assert delete(alice, crate, "?message=no%20longer%20needed").status_code == 204
    name, canon, was, by, message, rest = registry.sql(
        "SELECT name, canon_name, created_us, deleted_by, message, available_us - deleted_us FROM deleted_crates"
        f" WHERE name = '{crate}'")[0]
    assert (name, canon, was, by) == (crate, crate.replace("-", "_"), created, str(user_id(registry, "alice")))
    assert message == "no longer needed" and int(rest) == DAY_US


def test_an_empty_message_is_none(registry, alice, crate):
    assert delete(alice, crate, "?message=").status_code == 204
    assert registry.sql(f"SELECT message IS NULL FROM deleted_crates WHERE name = '{crate}'") == [["1"]]


@pytest.mark.parametrize("query,words", [
    ("?message=a&message=b", "duplicate field `message`"), ("?message=%00", "message: string contains null byte")])
def test_bad_message(registry, alice, anon, crate, query, words):
    for client in (alice.browser, anon):
        refused(client.delete(path(crate) + query), 400, f"Failed to deserialize query string: {words}")
    assert len(registry.index(crate)) == 2


def test_quarantine_and_the_next_of_that_name(registry, alice, bob, crate):
    before = generation(registry, crate)
    assert delete(alice, crate.upper()).status_code == 204, "any spelling means it"
    gone = generation(registry, crate)
    assert gone[0] > before[0] and gone[1] > before[1]
    for user in (alice, bob):
        for spelling in (crate, crate.replace("-", "_")):
            answer = user.token.publish(Crate(spelling))
            assert answer.status_code == 400
            assert detail(answer).startswith(f"A crate with the name `{crate}` was recently deleted. Reuse of this name "
                                             "will be available after 20")
    assert registry.index(crate) is None
    no_quarantine(registry, crate)
    new = Crate(crate.replace("-", "_"), "0.1.0")
    assert bob.token.publish(new).status_code == 200
    line, = registry.index(new.name)
    assert (line["name"], line["vers"], line["cksum"]) == (new.name, "0.1.0", new.checksum)
    after = generation(registry, crate)
    assert after[0] > gone[0] and after[1] > gone[1]
    assert [o["login"] for o in registry.anonymous.get(f"{path(crate)}/owners").json()["users"]] == ["bob"]
    settled(registry)
    assert registry.public(new.name, "0.1.0").exists(), "the job that removes files knows that it is there again"
    registry.ctl("fsck")


def test_the_same_bytes_again(registry, alice, anon, crate):
    """The bytes are still there under their hash; they are served again."""
    data = registry.public(crate, "1.0.0").read_bytes()
    assert delete(alice, crate).status_code == 204
    no_quarantine(registry, crate)
    assert alice.token.publish(Crate(crate)).status_code == 200
    assert anon.get(f"/static/crates/{crate}/{crate}-1.0.0.crate").content == data
    assert registry.index(crate)[0]["cksum"] == hashlib.sha256(data).hexdigest()
    assert not registry.public(crate, "1.1.0").exists()


# ---- who may not

def test_wrong_actors(registry, alice, bob, boss, anon, crate):
    limited = scoped(registry, "alice", "--scope", "yank", "--crate", crate)
    site = f"this action can only be performed on the {registry.site} website"
    settled(registry)
    before = census(registry)
    refused(anon.delete(path(crate)), 403, NO_AUTH)
    for client in (alice.token, limited, bob.token):
        refused(client.delete(path(crate)), 403, site)
    for user in (bob, boss):  # an administrator is no owner
        refused(delete(user, crate), 403, NO_OWNER)
    refused(alice.browser.delete(path(crate), headers={"Origin": "https://elsewhere.example"}), 403,
            "invalid origin header")
    refused(anon.delete(path(crate), headers={"Cookie": alice.cookie[:-1]}), 403, NO_AUTH)
    assert census(registry) == before


def test_a_former_owner(registry, alice, bob, crate):
    make_owner(registry, alice, bob, crate)
    assert alice.token.delete(f"{path(crate)}/owners", {"owners": ["alice"]}).status_code == 200
    refused(delete(alice, crate), 403, NO_OWNER)
    assert delete(bob, crate).status_code == 204


def test_an_invited_one(registry, alice, bob, crate):
    assert alice.token.put(f"{path(crate)}/owners", {"owners": ["bob"]}).status_code == 200
    refused(delete(bob, crate), 403, NO_OWNER)


def test_a_team(registry, alice, bob, crate):
    """Membership is not asked of GitHub here: whoever is no owner in person has no rights."""
    registry.sql("INSERT INTO teams (id, login, github_id) VALUES (901, 'github:org:deletes', 901)")
    registry.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us) VALUES "
                 f"({crate_id(registry, crate)}, 901, 1, 1, 1)")
    refused(delete(bob, crate), 403, NO_OWNER)
    make_old(registry, crate, 4)  # a team is an owner when they are counted
    refused(delete(alice, crate), 422, "only crates with a single owner can be deleted after 72 hours")
    registry.sql("DELETE FROM crate_owners WHERE owner_kind = 1 AND owner_id = 901")
    registry.sql("DELETE FROM teams WHERE id = 901")
    assert delete(alice, crate).status_code == 204


@pytest.mark.parametrize("name,shown", [("no-such-crate", "no-such-crate"), ("1abc", "1abc"), ("%C3%A4", "ä"),
                                        ("x" * 65, "x" * 65)])
def test_no_such_crate(alice, anon, name, shown):
    refused(delete(alice, name), 404, f"crate `{shown}` does not exist")
    assert anon.delete(path(name)).status_code == (403 if name == "no-such-crate" else 404)


def test_twice(alice, crate):
    assert delete(alice, crate).status_code == 204
    refused(delete(alice, crate), 404, f"crate `{crate}` does not exist")


def test_a_crate_called_new(alice):
    answer = delete(alice, "new")
    assert answer.status_code == 405


# ---- when not

def test_a_young_one_with_many_owners_and_downloads(registry, alice, bob, crate):
    make_owner(registry, alice, bob, crate)
    registry.sql(f"UPDATE crate_downloads SET downloads = 100000 WHERE crate_id = {crate_id(registry, crate)}")
    make_old(registry, crate, 2.99)
    assert delete(bob, crate).status_code == 204


def test_an_old_one_with_two_owners(registry, alice, bob, crate):
    make_owner(registry, alice, bob, crate)
    make_old(registry, crate, 3.01)
    settled(registry)
    before = census(registry)
    refused(delete(alice, crate), 422, "only crates with a single owner can be deleted after 72 hours")
    assert census(registry) == before
    assert alice.token.delete(f"{path(crate)}/owners", {"owners": ["bob"]}).status_code == 200
    assert delete(alice, crate).status_code == 204


@pytest.mark.parametrize("days,most", [(3.1, 1000), (30.9, 1000), (31.1, 2000), (60.9, 2000), (61.1, 3000), (400, 14000)])
def test_an_old_one_with_downloads(registry, alice, crate, days, most):
    make_old(registry, crate, days)
    number = crate_id(registry, crate)
    registry.sql(f"UPDATE crate_downloads SET downloads = {most + 1} WHERE crate_id = {number}")
    settled(registry)
    before = census(registry)
    refused(delete(alice, crate), 422,
            "only crates with less than 1000 downloads per month can be deleted after 72 hours")
    assert census(registry) == before
    registry.sql(f"UPDATE crate_downloads SET downloads = {most} WHERE crate_id = {number}")
    assert delete(alice, crate).status_code == 204


def test_what_others_depend_on(registry, alice, bob, crate, new_name):
    user, other = new_name("dependent"), new_name("dependent")
    publish(bob, user, "1.0.0", tables={"dev-dependencies": {crate: "1"}})
    publish(bob, user, "2.0.0")  # no longer
    publish(bob, other, "0.1.0", "0.2.0", tables={"dependencies": {crate: "1"}})
    assert bob.token.delete(f"/api/v1/crates/{other}/0.2.0/yank").status_code == 200
    settled(registry)
    before = census(registry)
    words = "only crates without reverse dependencies can be deleted (e.g. {} depends on this crate)"
    refused(delete(alice, crate), 422, words.format(f"{other}@0.2.0"))
    assert census(registry) == before
    assert delete(bob, other).status_code == 204
    refused(delete(alice, crate), 422, words.format(f"{user}@1.0.0"))
    assert delete(bob, user).status_code == 204
    assert delete(alice, crate).status_code == 204
    settled(registry)
    registry.ctl("fsck")


# ---- several at once

def fresh(user):
    return Client(user.token.url, **user.browser.headers)


def test_eight_deletes_at_once(registry, alice, crate):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: fresh(alice).delete(path(crate)), range(8)))
    assert sorted(a.status_code for a in answers) == [204] + [404] * 7
    assert registry.sql(f"SELECT COUNT(*) FROM deleted_crates WHERE name = '{crate}'") == [["1"]]
    assert registry.index(crate) is None
    settled(registry)
    registry.ctl("fsck")


@pytest.mark.parametrize("turn", range(4))
def test_a_dependent_comes_in_the_same_moment(registry, alice, bob, crate, new_name, turn):
    """Either the dependent is there and the delete is refused, or the crate has gone and the publish is refused."""
    lost = registry.sql("SELECT COUNT(*) FROM dependencies WHERE crate_id IS NULL")  # other tests have some
    dependents = [Crate(new_name("late"), tables={"dependencies": {crate: "1"}}) for _ in range(4)]
    publisher = [Client(registry.url, **bob.token.headers) for _ in dependents]
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        published = [pool.submit(c.publish, d) for c, d in zip(publisher, dependents)]
        deleted = pool.submit(fresh(alice).delete, path(crate)).result()
        published = [p.result() for p in published]
    if deleted.status_code == 204:
        for answer in published:
            refused(answer, 400, f"no known crate named `{crate}`")
    else:
        assert deleted.status_code == 422, deleted.text
        assert 200 in {a.status_code for a in published}
    assert registry.sql("SELECT COUNT(*) FROM dependencies WHERE crate_id IS NULL") == lost
    settled(registry)
    registry.ctl("fsck")


def test_a_version_comes_in_the_same_moment(registry, alice, new_name):
    for turn in range(4):
        name = publish(alice, new_name("race"))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            published = pool.submit(Client(registry.url, **alice.token.headers).publish, Crate(name, "1.1.0"))
            deleted = pool.submit(fresh(alice).delete, path(name)).result()
            published = published.result()
        assert deleted.status_code == 204, deleted.text
        assert published.status_code == 200 or "was recently deleted" in detail(published), published.text
        assert registry.index(name) is None, "nobody makes the crate anew in its quarantine"
        settled(registry)
        assert not registry.public(name, "1.1.0").exists()
    registry.ctl("fsck")


def test_queries(registry, alice, bob, anon, crate):
    assert registry.queries(anon.delete(path(crate))) == 0
    for user in (alice, bob):  # once a minute one notes that the session is used
        assert user.browser.get("/api/v1/me").status_code == 200
    assert registry.queries(delete(bob, crate)) == 3, "the session, the crate, and what he is to it"
    many = registry.queries(delete(alice, crate))
    assert many <= 36, "and the number of versions does not matter"
    big = publish(alice, crate + "-big", *[f"1.0.{n}" for n in range(12)])
    assert alice.browser.get("/api/v1/me").status_code == 200  # that minute may be over
    assert registry.queries(delete(alice, big)) == many
