"""/search (contract/web.md P5): words and filters in one text, the form that writes it, what is said where nothing is found."""
import contextlib
import urllib.parse

import pytest

from lib.page import Visitor
from lib.steps import publish

WORD = "findable"


def names(answer):
    return [href.removeprefix("/crates/") for href, words in answer.page.links
            if href.startswith("/crates/") and words == href.removeprefix("/crates/")]


@pytest.fixture(scope="module")
def crates(registry, alice, bob):
    """exact: called as the word; program: MIT, with a binary, a keyword, Rust 1.70; tiny: no-std, 0.x, Apache; gone: yanked."""
    made = {"exact": publish(alice, WORD, package={"license": "MIT OR Apache-2.0", "keywords": ["thing"]}),
            "program": publish(alice, f"{WORD}-program", package={
                "license": "MIT", "keywords": ["thing", "tool"], "rust-version": "1.70", "categories": ["science"],
                "description": "A program for servers"}, files={"src/main.rs": "fn main() {}"}),
            "tiny": publish(bob, f"{WORD}-tiny", "0.3.0", package={
                "license": "Apache-2.0", "rust-version": "1.56", "categories": ["no-std"], "description": "Small"}),
            "gone": publish(alice, f"{WORD}-gone", package={"keywords": ["tool"]})}
    assert alice.token.delete(f"/api/v1/crates/{made['gone']}/1.0.0/yank").status_code == 200
    return made


@pytest.fixture
def search(anon):
    visitor = Visitor(anon)

    def ask(q, **more):
        return visitor.get("/search?" + urllib.parse.urlencode({"q": q, **more}))
    return ask


def found(answer, crates):
    return {which for which, name in crates.items() if name in names(answer)}


def test_words(search, registry, crates):
    answer = search(WORD)
    assert answer.status_code == 200 and answer.page.h1 == f"Search results for “{WORD}”"
    assert answer.page.title.startswith(f"Search results for '{WORD}'")
    assert names(answer)[0] == crates["exact"] and "Exact match" in answer.page.text
    assert found(answer, crates) == set(crates) and "Displaying 1-4 of 4 crates" in answer.page.text
    assert answer.page.metas["robots"] == "noindex"
    field = next(f for f in answer.page.forms if f.action == "/search" and list(f.fields) == ["q"])
    assert field.fields["q"] == WORD
    assert registry.queries(answer) <= 10


@pytest.mark.parametrize("filters,expected", [
    ("keyword:thing", {"exact", "program"}),
    ("keyword:thing keyword:tool", {"program"}),
    ("keyword:no-such", set()),
    ("category:science", {"program"}),
    ("category:no-std", {"tiny"}),
    ("owner:bob", {"tiny"}),
    ("owner:ALICE", {"exact", "program"}),
    ("license:MIT", {"exact", "program"}),
    ('license:"MIT OR Apache-2.0"', {"exact"}),
    ("msrv<=1.60", {"exact", "tiny"}),
    ("msrv<=1.70", {"exact", "program", "tiny"}),
    ("has:bin", {"program"}),
    ("is:no-std", {"tiny"}),
    ("is:stable", {"exact", "program"}),
    ("-servers", {"exact", "tiny"}),
    ("keyword:tool yanked:yes", {"program", "gone"}),
    ("keyword:thing license:Apache-2.0", {"exact"}),
    ("owner:alice category:science msrv<=1.69", set()),
])
def test_filters(search, crates, filters, expected):
    assert found(search(f"{WORD} {filters}"), crates) == expected


def test_filters_without_words(search, crates):
    assert found(search("owner:bob is:no-std"), crates) >= {"tiny"}
    assert found(search("keyword:tool has:bin"), crates) == {"program"}
    answer = search("license:MIT")
    assert answer.status_code == 200 and "narrow a search down" in answer.page.text


def test_each_filter_can_be_taken_away(search, crates):
    answer = search(f"{WORD} keyword:thing license:MIT")
    target = answer.page.link("Remove keyword:thing")
    assert urllib.parse.parse_qs(target.split("?")[1])["q"] == [f"{WORD} license:MIT"]
    assert answer.page.has_link("/help/search")


def test_the_form_writes_the_query(search, anon, crates):
    answer = search(f"{WORD} keyword:thing keyword:tool license:\"MIT OR X\" has:bin")
    form = next(f for f in answer.page.forms if f.action == "/search" and "license" in f.fields)
    assert (form.fields["q"], form.fields["keyword"], form.fields["license"]) == (WORD, "thing tool", "MIT OR X")
    assert form.fields["has"] == "bin"
    visitor = Visitor(anon)
    went = visitor.send(form, license="MIT", owner=" alice ", without="x y", stable="yes")
    assert went.status_code == 303
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(went.headers["Location"]).query)["q"]
    assert asked == [f"{WORD} keyword:thing keyword:tool owner:alice license:MIT -x -y has:bin is:stable"]
    assert found(visitor.follow(went), crates) == {"program"}


def test_nobody_of_that_name(search, crates):
    answer = search(f"{WORD} owner:nobody-at-all")
    assert answer.status_code == 200 and "There is nobody called nobody-at-all here." in answer.page.text
    assert names(answer) == []


def test_more_than_one_category(search, crates):
    answer = search(f"{WORD} category:science category:no-std")
    assert "Only one category" in answer.page.text and found(answer, crates) == {"tiny"}


def test_keywords_in_the_url(search, crates):
    answer = search("keyword:thing", all_keywords="tool")
    assert answer.status_code == 200 and "Remove" not in answer.page.text, "the text is not looked into then"


def test_nothing_is_found(search):
    answer = search("there-is-no-such-crate-anywhere")
    assert answer.status_code == 200 and "No crate was found." in answer.page.text and "0 crates" in answer.page.text


def test_without_a_query(anon, crates):
    answer = Visitor(anon).get("/search")
    assert answer.status_code == 200 and answer.page.h1 == "Search results" and names(answer)


@pytest.mark.parametrize("q", ["<script>alert(1)</script>", '"', '"><b', "a" * 1000, "%", "_", "\\", "keyword:", "-", "é", "😀",
                               "keyword:<b> owner:<i> -<u>", " ".join(["-x"] * 60), "owner:" + "a" * 900])
def test_hostile_queries(search, q):
    answer = search(q)
    assert answer.status_code == 200 and answer.page.h1.startswith("Search results for")


def test_a_query_too_long(search):
    answer = search("a" * 1001)
    assert answer.status_code == 400 and "at most 1000 bytes" in answer.page.text


def test_sorts(search, crates):
    for sort in ("relevance", "downloads", "recent-downloads", "recent-updates", "new"):
        assert found(search(WORD, sort=sort), crates) == set(crates)
    assert names(search(WORD, sort="new"))[0] == crates["gone"]


def test_did_you_mean(search, registry, alice, new_name):
    """Where nothing is found: names that are one slip away, wherever they stand in the alphabet."""
    name = publish(alice, new_name("mumble"))
    wrong = "z" + name[1:]
    answer = search(wrong)
    assert "Displaying" not in answer.page.text and f"Did you mean {name}?" in answer.page.text and answer.page.link(name) == f"/crates/{name}"
    assert registry.queries(answer) <= 10
    assert "Did you mean" not in search("zzqqzz").page.text and "Did you mean" not in search(name).page.text
    assert "Did you mean" not in search(f"{wrong} keyword:nothing-has-it").page.text


@contextlib.contextmanager
def counted(registry, numbers):
    """Crates with so many dependents by their counters alone, and as it was afterwards: fsck would find it."""
    def put(name, number):
        registry.sql(f"UPDATE dependents d JOIN crates c ON c.id = d.crate_id SET d.n = {number} WHERE c.name = '{name}'")
    try:
        for name, number in numbers.items():
            put(name, number)
        yield
    finally:
        for name in numbers:
            put(name, 0)


def test_sorted_by_dependents(search, registry, crates):
    with counted(registry, {crates["tiny"]: 50, crates["exact"]: 49, crates["program"]: 48}):
        answer = search(f"{WORD} -gone", sort="dependents")
    assert names(answer) == [crates["tiny"], crates["exact"], crates["program"]]
    assert any("sort=dependents" in (href or "") for href in answer.page.current)


def test_all_crates_by_dependents(anon, registry, crates):
    with counted(registry, {crates["tiny"]: 100000}):
        answer = Visitor(anon).get("/crates?sort=dependents")
    assert names(answer)[0] == crates["tiny"] and registry.queries(answer) <= 4
