"""Lists of crates (contract/api.md 9 without a search): sorts, filters, pages by number and by seek."""
import base64
import json
import urllib.parse

import pytest

from lib.registry import Client, detail
from lib.steps import crate_id, publish, user_id

CRATES = "/api/v1/crates"
NAMES = ["list-Alpha", "list-beta", "list-delta", "list-epsilon", "list-gamma", "list-yanked"]
DOWNLOADS = [50, 40, 40, 0, 10, 20]
RECENT = [5, None, None, 30, None, 7]


@pytest.fixture(scope="module")
def crates(registry, alice, bob):
    """Six crates with figures of their own; all are in one category, so that they can be listed by themselves."""
    def package(number):
        return {"keywords": ["list-all"] + (["list-odd"] if number % 2 else []),
                "categories": ["aerospace::drones"] + (["wasm"] if number > 2 else [])}

    for number, name in enumerate(NAMES):
        publish(alice if number % 2 else bob, name, package=package(number))
    for number, name in enumerate(NAMES):
        where = f"crate_id = {crate_id(registry, name)}"
        recent = "NULL" if RECENT[number] is None else RECENT[number]
        registry.sql(f"UPDATE crate_downloads SET downloads = {DOWNLOADS[number]} WHERE {where};"
                     f"UPDATE recent_crate_downloads SET downloads = {recent} WHERE {where}")
    publish(alice, NAMES[1], "1.1.0", package=package(1))
    answer = alice.token.delete(f"{CRATES}/{NAMES[5]}/1.0.0/yank")
    assert answer.json() == {"ok": True}
    return NAMES


def listed(client, query):
    answer = client.get(CRATES + query)
    assert answer.status_code == 200 and "crates" in answer.json(), answer.text
    return answer.json()


def names(client, query):
    return [crate["name"] for crate in listed(client, query)["crates"]]


def pick(*places):
    return [NAMES[place] for place in places]


# In each order; equal figures by the newer crate first, those without a figure last.
ORDERS = {
    "alphabetical": (0, 1, 2, 3, 4, 5), "": (0, 1, 2, 3, 4, 5), "flavour": (0, 1, 2, 3, 4, 5),
    "relevance": (0, 1, 2, 3, 4, 5), "downloads": (0, 2, 1, 5, 4, 3), "recent-downloads": (3, 5, 0, 4, 2, 1),
    "recent-updates": (1, 5, 4, 3, 2, 0), "new": (5, 4, 3, 2, 1, 0),
}


@pytest.mark.parametrize("sort", ORDERS)
def test_sorted(anon, crates, sort):
    answer = listed(anon, f"?category=aerospace&sort={sort}")
    assert [crate["name"] for crate in answer["crates"]] == pick(*ORDERS[sort])
    assert answer["meta"] == {"total": 6, "next_page": None, "prev_page": None}


@pytest.mark.parametrize("sort", ORDERS)
def test_walk_by_seek_and_by_page(anon, crates, sort):
    """Everything that there is, in steps of 4: each crate once, in the order of one long page."""
    total = listed(anon, f"?sort={sort}&per_page=1")["meta"]["total"]
    query, seen = f"?sort={sort}&per_page=4", []
    while query:
        page = listed(anon, query)
        seen += [crate["name"] for crate in page["crates"]]
        assert page["meta"]["total"] == (total if page["crates"] else 0) and page["meta"]["prev_page"] is None
        query = page["meta"]["next_page"]
        assert (query is None) == (len(page["crates"]) < 4)
    assert len(seen) == len(set(seen)) == total
    paged = []
    for number in range(1, total // 4 + 2):
        page = listed(anon, f"?sort={sort}&per_page=4&page={number}")
        paged += [crate["name"] for crate in page["crates"]]
        assert page["meta"]["prev_page"] == (f"?sort={sort}&per_page=4&page={number - 1}" if number > 1 else None)
    assert paged == seen
    assert [name for name in seen if name in NAMES] == pick(*ORDERS[sort])


@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize("query", ["category=aerospace", "ids%5B%5D=" + "&ids%5B%5D=".join(NAMES)])
def test_walk_of_a_set(anon, crates, sort, query):
    query, seen = f"?{query}&sort={sort}&per_page=3", []
    for _ in range(3):
        page = listed(anon, query)
        seen += [crate["name"] for crate in page["crates"]]
        query = page["meta"]["next_page"]
    assert seen == pick(*ORDERS[sort]) and query is None


@pytest.mark.parametrize("query, places", [
    ("keyword=list-all", (0, 1, 2, 3, 4, 5)), ("keyword=LIST-odd", (1, 3, 5)), ("keyword=nothing", ()),
    ("all_keywords=list-all%20list-ODD", (1, 3, 5)), ("all_keywords=list-all+%09list-all", (0, 1, 2, 3, 4, 5)),
    ("all_keywords=list-odd+nothing", ()), ("all_keywords=a+b+c+d+e+f", ()),
    ("category=aerospace::drones", (0, 1, 2, 3, 4, 5)), ("category=Aerospace", ()), ("category=aero", ()),
    ("category=aero%25", (0, 1, 2, 3, 4, 5)), ("category=wasm", (3, 4, 5)),
    ("category=wasm&keyword=list-odd", (3, 5)), ("category=wasm&keyword=list-odd&include_yanked=n", (3,)),
    ("category=wasm&include_yanked=yes", (3, 4, 5)), ("category=wasm&include_yanked=", (3, 4, 5)),
    ("category=wasm&include_yanked=no", (3, 4)), ("category=wasm&include_yanked=YES", (3, 4)),
    ("category=wasm&letter=l", (3, 4, 5)), ("category=wasm&letter=LOW", (3, 4, 5)), ("category=wasm&letter=m", ()),
    ("category=wasm&letter=_", (3, 4, 5)), ("category=wasm&letter=%25", (3, 4, 5)), ("category=wasm&letter=-", ()),
    ("category=wasm&letter=%C3%A9", ()), ("category=wasm&letter=5", ()),
    ("ids[]=list-beta&ids[]=list-beta&ids[]=unheard-of&ids[]=LIST-GAMMA", (1,)), ("ids[]=", ()),
    # Of several of the group the first one in the contract's order counts.
    ("all_keywords=list-odd&keyword=nothing", (1, 3, 5)), ("keyword=list-odd&letter=x&ids[]=list-beta", (1, 3, 5)),
    ("user_id=0&ids[]=list-beta", ()), ("user_id=-1", ()), ("team_id=99999999", ()), ("user_id=99999999", ()),
])
def test_filtered(anon, crates, query, places):
    answer = listed(anon, "?" + query.replace("[]", "%5B%5D"))
    assert [crate["name"] for crate in answer["crates"]] == pick(*places)
    assert answer["meta"]["total"] == len(places)


def test_letter_of_everything(anon, crates):
    """Both cases of a letter, in the order of bytes, through the index of names."""
    found = names(anon, "?letter=L&per_page=100")
    assert set(NAMES) <= set(found) and found == sorted(found)
    assert all(name[0] in "lL" for name in found)


def test_owners(registry, anon, alice, crates):
    owned = [name for page in range(1, 11)
             for name in names(anon, f"?user_id={user_id(registry, 'alice')}&per_page=100&page={page}")]
    assert set(pick(1, 3, 5)) <= set(owned) and not set(pick(0, 2, 4)) & set(owned)
    registry.sql("INSERT INTO teams (login, github_id) VALUES ('github:list:team', 81)")
    team = registry.sql("SELECT id FROM teams WHERE login = 'github:list:team'")[0][0]
    registry.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us)"
                 f" VALUES ({crate_id(registry, NAMES[2])}, {team}, 1, 1, 1)")
    assert names(anon, f"?team_id={team}") == pick(2)
    assert names(anon, f"?team_id={team}&letter=%C3%A9") == []  # the letter goes before, and no name has that one
    registry.sql(f"UPDATE crate_owners SET deleted = 1 WHERE owner_kind = 1 AND owner_id = {team}")
    assert names(anon, f"?team_id={team}") == []


def test_following(registry, anon, alice, bob, crates):
    for name in pick(0, 4):
        registry.sql(f"INSERT INTO follows (user_id, crate_id)"
                     f" VALUES ({user_id(registry, 'alice')}, {crate_id(registry, name)})")
    for client in (alice.browser, alice.token):
        answer = client.get(CRATES + "?following=1")
        assert [crate["name"] for crate in answer.json()["crates"]] == pick(0, 4)
        assert answer.headers["Cache-Control"] == "no-store"
    assert names(bob.browser, "?following=0") == []
    # Asked for together with a filter that goes first, only the user is checked.
    assert names(alice.browser, "?following=1&letter=l&category=wasm") == pick(3, 4, 5)
    assert "Cache-Control" not in anon.get(CRATES + "?following=").headers


def test_following_needs_somebody(registry, anon, crates):
    scoped = Client(registry.url, Authorization=registry.token("alice", "list", "--scope", "yank"))
    for client, words in ((anon, "this action requires authentication"),
                          (scoped, "this token does not have the required permissions to perform this action")):
        for query in ("?following=1", "?following=1&page=0", "?following=1&letter=x"):
            answer = client.get(CRATES + query)
            # A cargo route: 200 with errors in it (contract/api.md 1.9).
            assert answer.status_code in (200, 403) and detail(answer) == words


def test_page_links(anon, crates):
    query = "?category=aerospace&more%5B%5D=a+b&per_page=2&x=%2F%7E*-._%C3%A9"
    link = listed(anon, query)["meta"]["next_page"]
    assert link.startswith("?category=aerospace&more%5B%5D=a+b&per_page=2&x=%2F%7E*-._%C3%A9&seek=")
    assert listed(anon, query + "&page=2")["meta"] == {
        "total": 6, "next_page": query + "&page=3", "prev_page": query + "&page=1"}
    assert listed(anon, "?page=2&category=aerospace&per_page=6")["meta"]["prev_page"] == (
        "?category=aerospace&per_page=6&page=1")
    # A full last page has an empty one behind it.
    behind = listed(anon, listed(anon, "?category=aerospace&per_page=6")["meta"]["next_page"])
    assert behind == {"crates": [], "meta": {"total": 0, "next_page": None, "prev_page": None}}


def seek(payload):
    return base64.urlsafe_b64encode(json.dumps(payload, separators=(",", ":")).encode()).decode().rstrip("=")


def test_seek_payloads(registry, anon, crates):
    """What stands in a seek, and that it works on a crate that is gone."""
    for sort, payload in {"alphabetical": crate_id(registry, NAMES[0]), "downloads": [50, crate_id(registry, NAMES[0])],
                          "new": None}.items():
        link = listed(anon, f"?category=aerospace&per_page=1&sort={sort}")["meta"]["next_page"]
        made = urllib.parse.parse_qs(link[1:])["seek"][0]
        held = json.loads(base64.urlsafe_b64decode(made + "=" * (-len(made) % 4)))
        assert held == payload or payload is None and held[1] == crate_id(registry, NAMES[5])
    assert names(anon, f"?category=aerospace&sort=downloads&seek={seek([40, 0])}") == pick(5, 4, 3)
    assert names(anon, f"?category=aerospace&sort=recent-downloads&seek={seek([None, 99999999])}") == pick(4, 2, 1)
    assert names(anon, f"?sort=recent-downloads&seek={seek([None, crate_id(registry, NAMES[1])])}&per_page=100")[:1] != (
        pick(1))
    assert names(anon, f"?category=aerospace&seek={seek(99999999)}") == []
    assert names(anon, f"?seek={seek(99999999)}") == []


@pytest.mark.parametrize("query", [
    "?seek=broken", "?seek=", "?seek=MTA=", "?seek=" + seek([1]), "?seek=" + seek("x"), "?seek=" + seek(-1),
    "?sort=downloads&seek=" + seek(1), "?sort=downloads&seek=" + seek([1, 2, 3]),
    "?sort=downloads&seek=" + seek([None, 1]), "?sort=new&seek=" + seek(["1", 1]), "?q=x&seek=" + seek([True, 1]),
    "?q=x&sort=alphabetical&seek=" + seek(1), "?q=x&seek=" + seek([1, 1, 1, 1]), "?sort=new&seek=" + seek([1.5, 1]),
])
def test_broken_seek(anon, query):
    assert detail(anon.get(CRATES + query)) == "invalid seek parameter"


@pytest.mark.parametrize("query, words", [
    ("?page=0", "Failed to deserialize query string: page: invalid value: integer `0`, expected a nonzero u32"),
    ("?per_page=101", "cannot request more than 100 items"),
    ("?page=1&seek=OTg", "providing both ?page= and ?seek= is unsupported"),
    ("?page=201", "Page 201 is unavailable for performance reasons. Please take a look at "
                  "https://crates.io/data-access for alternatives."),
    ("?user_id=x", "Failed to deserialize query string: user_id: invalid digit found in string"),
    ("?team_id=1.5", "Failed to deserialize query string: team_id: invalid digit found in string"),
    ("?user_id=2147483648", "Failed to deserialize query string: user_id: number too large to fit in target type"),
    ("?user_id=-2147483649", "Failed to deserialize query string: user_id: number too small to fit in target type"),
    *[(f"?{name}=a%00", f"Failed to deserialize query string: {name}: string contains null byte")
      for name in ("q", "category", "all_keywords", "keyword", "letter")],
    ("?ids[]=a&ids[]=b%00", "Failed to deserialize query string: ids[][1]: string contains null byte"),
    ("?page=1%00", "Failed to deserialize query string: page: invalid digit found in string"),
    ("?team_id=%00", "Failed to deserialize query string: team_id: invalid digit found in string"),
    ("?seek=%00", "invalid seek parameter"),
])
def test_refused(anon, query, words):
    assert detail(anon.get(CRATES + query)) == words


def test_words_that_are_none(anon, crates):
    """A NUL in what is compared with words alone is no fault: the word is an unknown one."""
    plain = anon.get(CRATES + "?per_page=3&sort=alphabetical").json()["crates"]
    assert anon.get(CRATES + "?per_page=3&sort=%00").json()["crates"] == plain
    assert anon.get(CRATES + "?per_page=3&include_yanked=%00").status_code == 200
    for path in ("/api/v1/keywords", "/api/v1/categories"):
        assert anon.get(path + "?sort=%00").json() == anon.get(path).json()


def test_figures(anon, crates):
    crate = listed(anon, "?ids%5B%5D=list-beta")["crates"][0]
    assert (crate["max_version"], crate["newest_version"], crate["recent_downloads"], crate["num_versions"]) == (
        "1.1.0", "1.1.0", 0, 2)
    assert not crate["exact_match"] and crate["versions"] is crate["keywords"] is crate["categories"] is None
    yanked = listed(anon, "?ids%5B%5D=list-yanked")["crates"][0]
    assert yanked["yanked"] and yanked["max_version"] == "0.0.0" and yanked["max_stable_version"] is None


def test_yank_and_unyank(registry, anon, alice, crates):
    """What is yanked whole leaves the lists of what is not, and their total, and comes back."""
    query = "?include_yanked=no&per_page=1"
    before = listed(anon, query)["meta"]["total"]
    assert listed(anon, "?per_page=1")["meta"]["total"] > before
    assert alice.token.put(f"{CRATES}/{NAMES[5]}/1.0.0/unyank").json() == {"ok": True}
    assert listed(anon, query)["meta"]["total"] == before + 1
    assert alice.token.delete(f"{CRATES}/{NAMES[5]}/1.0.0/yank").json() == {"ok": True}
    assert listed(anon, query)["meta"]["total"] == before
    assert "yanked" not in registry.run_ctl("fsck").stdout


@pytest.mark.parametrize("query, most", [
    ("", 4), ("?sort=downloads", 4), ("?page=3", 3), ("?category=aerospace", 3), ("?keyword=list-all", 4),
    ("?all_keywords=list-all+list-odd&category=aerospace", 4), ("?letter=l", 4), ("?user_id=1", 3),
    ("?ids%5B%5D=list-beta", 3), ("?category=nothing", 2), ("?category=aerospace&seek=MQ", 4),
])
def test_queries(registry, anon, crates, query, most):
    assert registry.queries(anon.get(CRATES + query)) <= most
