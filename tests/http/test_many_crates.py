"""Lists of more crates than are read as a set (1,000): walked along an index or sorted by the database, they are the same
list, in every order, by pages and by seek."""
import random

import pytest

from lib import dump
from lib.instance import Instance
from lib.registry import Crate
from lib.steps import publish

COUNT = 1300
SORTS = ("alphabetical", "downloads", "recent-downloads", "recent-updates", "new")
FILTERS = {"keyword=all": lambda c: True, "category=science": lambda c: c["id"] % 7, "letter=m": lambda c: c["id"] % 9 or c["id"] < 20,
           "keyword=some": lambda c: c["id"] % 3, "keyword=some&category=science": lambda c: c["id"] % 7 and c["id"] % 3,
           "keyword=all&include_yanked=no": lambda c: c["id"] % 11, "keyword=all&category=science": lambda c: c["id"] % 7,
           "category=science&include_yanked=no": lambda c: c["id"] % 7 and c["id"] % 11}


def stamp(number):
    return f"2021-01-{1 + number % 28:02} 00:00:{number % 60:02}+00"


def make():
    rng = random.Random(7)
    crates = []
    for number in range(1, COUNT + 1):
        letter = "m" if FILTERS["letter=m"]({"id": number}) else "n"
        crates.append({"id": number, "name": f"{letter}any-{rng.randrange(10**6):06}-{number}", "downloads": rng.randrange(40),
                       "recent": rng.randrange(30) if number % 5 else None, "created": rng.randrange(400),
                       "updated": rng.randrange(400)})
    return crates


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """The registry, and what it holds."""
    folder = tmp_path_factory.mktemp("many")
    for path in (folder, folder.parent, folder.parent.parent):
        path.chmod(0o755)
    crates = make()
    tables = {
        "users": [{"id": 5, "gh_id": 7001, "gh_login": "ann", "username": "ann"}],
        "keywords": [{"id": 1, "keyword": "all"}, {"id": 2, "keyword": "some"}],
        "categories": [{"id": 1, "category": "Science", "slug": "science"}],
        "metadata": [{"total_downloads": 1}],
        "crates": [{"id": c["id"], "name": c["name"], "description": "One of very many", "created_at": stamp(c["created"]),
                    "updated_at": stamp(c["updated"])} for c in crates],
        "crate_downloads": [{"crate_id": c["id"], "downloads": c["downloads"]} for c in crates],
        "crates_keywords": [{"crate_id": c["id"], "keyword_id": 1} for c in crates] +
                           [{"crate_id": c["id"], "keyword_id": 2} for c in crates if FILTERS["keyword=some"](c)],
        "crates_categories": [{"crate_id": c["id"], "category_id": 1} for c in crates if c["id"] % 7],
        "versions": [{"id": c["id"], "crate_id": c["id"], "num": "1.0.0", "yanked": "f" if c["id"] % 11 else "t"}
                     for c in crates],
        "version_downloads": [{"version_id": c["id"], "date": dump.days_ago(3), "downloads": c["recent"]}
                              for c in crates if c["recent"] is not None],
    }
    instance = Instance(settings=["server.workers=1"])
    try:
        instance.start().ctl("import", "dump", dump.write(folder / "dump", tables), timeout=600)
        yield instance, crates
    finally:
        instance.remove()


def ordered(crates, sort):
    """Names in the order of contract/api.md 9.1."""
    keys = {"alphabetical": lambda c: c["name"], "downloads": lambda c: (-c["downloads"], -c["id"]),
            "recent-downloads": lambda c: (c["recent"] is None, -(c["recent"] or 0), -c["id"]),
            "recent-updates": lambda c: (tuple(-ord(x) for x in stamp(c["updated"])), -c["id"]),
            "new": lambda c: (tuple(-ord(x) for x in stamp(c["created"])), -c["id"])}
    return [c["name"] for c in sorted(crates, key=keys[sort])]


def get(registry, query):
    answer = registry.anonymous.get(f"/api/v1/crates?{query}")
    assert answer.status_code == 200, answer.text
    assert registry.queries(answer) <= 12
    return answer.json()


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("what", FILTERS)
def test_pages(many, what, sort):
    registry, crates = many
    want = ordered([c for c in crates if FILTERS[what](c)], sort)
    for page in (1, 2, 4, len(want) // 100, len(want) // 100 + 1, len(want) // 100 + 2):
        answer = get(registry, f"{what}&sort={sort}&per_page=100&page={page}")
        assert [c["name"] for c in answer["crates"]] == want[(page - 1) * 100:page * 100], page
        assert answer["meta"]["total"] == (len(want) if answer["crates"] else 0)


@pytest.mark.parametrize("sort", SORTS)
def test_seek_to_the_end(many, sort):
    registry, crates = many
    want = ordered([c for c in crates if c["id"] % 7], sort)
    got, query = [], f"?category=science&sort={sort}&per_page=100"
    while query:
        answer = get(registry, query[1:])
        got += [c["name"] for c in answer["crates"]]
        query = answer["meta"]["next_page"]
    assert got == want


def test_search_within(many):
    registry, crates = many
    answer = get(registry, "q=very+many&per_page=100&sort=downloads")
    assert answer["meta"]["total"] == COUNT and len(answer["crates"]) == 100
    for page in (1, 2, 9):  # a filter that lets everything pass changes nothing
        listed = [[c["name"] for c in get(registry, f"q=very+many&per_page=50&page={page}{more}")["crates"]] for more in ("", "&keyword=all")]
        assert listed[0] == listed[1]
    answer = get(registry, "q=very+many&category=science&per_page=100")
    assert len(answer["crates"]) == 100 and answer["meta"]["total"] > 500
    name = crates[44]["name"]
    assert get(registry, f"q={name}&keyword=all")["crates"][0]["name"] == name


def is_kept(registry):
    """Whether each order is, as it is now."""
    return [row[0] for row in registry.sql("SELECT kept IS NOT NULL AND kept = changes FROM crate_orders ORDER BY sort")]


def all_pages(registry):
    """Every page of a hundred in each order, of all crates, of a keyword, of a category; the same ones twice as small in the middle."""
    found = {}
    for sort in SORTS:
        for what in ("", "keyword=all&", "category=science&", "letter=m&"):
            for page in range(1, 15):
                found[sort, what, page] = [c["name"] for c in get(registry, f"{what}sort={sort}&per_page=100&page={page}")["crates"]]
            pages = [get(registry, f"{what}q=very+many&sort={sort}&per_page=50&page={page}") for page in (1, 7)]
            found[sort, what, "search"] = [(c["name"], page["meta"]["total"]) for page in pages for c in page["crates"]]
            found[sort, what, "middle"] = [c["name"] for c in get(registry, f"{what}sort={sort}&per_page=50&page=13")["crates"]]
    return found


def as_walked(registry):
    """What is found where no order is kept."""
    registry.sql("UPDATE crate_orders SET changes = changes + 1")
    found = all_pages(registry)
    registry.sql("UPDATE crate_orders SET changes = changes - 1")
    return found


def test_kept_orders(many):
    """Late pages by an order that is kept are those that a walk finds: as it was kept, with what came since, and with what went."""
    registry, crates = many
    registry.sql("REPLACE INTO job_schedule (name, next_us) VALUES ('keep_orders', 4102444800000000)")  # not by the job, in this test
    assert is_kept(registry) == ["1"] * 5, "an import keeps them"
    want = ordered(crates, "recent-downloads")
    late = registry.anonymous.get("/api/v1/crates?sort=recent-downloads&per_page=100&page=12")
    assert [c["name"] for c in late.json()["crates"]] == want[1100:1200] and registry.queries(late) == 5  # 3 where it walks
    assert all_pages(registry) == as_walked(registry)
    user = registry.user("orders")
    for name in ("many-m", "many-0", "a-first", "z-last", "M-large"):
        assert user.token.publish(Crate(name, "1.0.0", package={"keywords": ["all"], "categories": ["science"]})).status_code == 200
    publish(user, "many-m", "1.1.0")
    assert is_kept(registry) == ["1"] * 5, "what comes now changes no order that is kept"
    found = all_pages(registry)
    assert found == as_walked(registry)
    assert found["alphabetical", "", 1][:2] == ["M-large", "a-first"] and found["recent-updates", "", 1][0] == "many-m"
    assert user.browser.delete("/api/v1/crates/many-0").status_code == 204
    assert is_kept(registry) == ["0"] * 5
    assert all_pages(registry) == as_walked(registry)
    assert registry.ctl("rebuild", "orders") == "orders: 5 kept\n"
    assert is_kept(registry) == ["1"] * 5
    assert all_pages(registry) == as_walked(registry)
    assert "kept order" not in registry.run_ctl("fsck").stdout
    publish(user, "many-m", "1.2.0")
    assert "kept order" not in registry.run_ctl("fsck").stdout, "what came since makes it no less right"
    registry.sql("UPDATE crate_order_parts SET ids = CONCAT(SUBSTR(ids, 5, 4), SUBSTR(ids, 1, 4), SUBSTR(ids, 9)) WHERE sort = 1")
    registry.sql("UPDATE crate_order_parts SET ids = SUBSTR(ids, 1, 4000) WHERE sort = 3")
    said = registry.run_ctl("fsck", "--repair").stdout
    for order in ("downloads", "update"):
        assert f"kept order of crates by {order}: not that of its index (mended)\n" in said
    assert is_kept(registry) == ["1", "0", "1", "0", "1"]
    assert registry.ctl("rebuild", "orders") == "orders: 5 kept\n" and "kept order" not in registry.run_ctl("fsck").stdout
    assert registry.sql("SELECT sort, SUM(LENGTH(ids)) DIV 4, MAX(part) FROM crate_order_parts GROUP BY sort")[1] == ["1", str(COUNT + 4), "0"]


def test_letters_of_the_kept_order(many):
    """Those of a letter are parts of the order by name; a program that keeps it without knowing of letters makes them of no use."""
    registry, crates = many
    registry.ctl("rebuild", "orders")
    parts = registry.sql("SELECT letter, COUNT(*), SUM(LENGTH(ids)) DIV 4 FROM crate_order_parts WHERE sort = 0 GROUP BY letter ORDER BY letter")
    of_m = sum(1 for c in crates if FILTERS["letter=m"](c))
    assert parts == [["M", "1", "1"], ["a", "1", "1"], ["m", "1", str(of_m + 1)], ["n", "1", str(COUNT - of_m)], ["z", "1", "1"]]
    found = all_pages(registry)
    assert found == as_walked(registry)
    for letter, most in (("q", 0), ("z", 1), ("a", 1), ("m", of_m + 2)):
        assert get(registry, f"letter={letter}")["meta"]["total"] == most, letter
    registry.sql("UPDATE crate_order_parts SET letter = 'x' WHERE sort = 0 AND letter = 'm'")
    assert get(registry, "letter=m")["meta"]["total"] == 1, "it is these parts that are read"
    registry.sql("UPDATE crate_orders SET kept_us = kept_us + 1 WHERE sort = 0")
    assert all_pages(registry) == found
    assert "kept order of crates by name: not that of its index (mended)\n" in registry.run_ctl("fsck", "--repair").stdout
    registry.ctl("rebuild", "orders")
    assert "kept order" not in registry.run_ctl("fsck").stdout and all_pages(registry) == found
