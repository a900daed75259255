"""Pages that list crates (contract/web.md P2 to P7, P32, P33): what is on them, sorted, in pages, and what they cost."""
import urllib.parse

import pytest

from lib.page import Visitor
from lib.steps import crate_id, publish, user_id


def names(answer):
    """Of the crates of a page, in order."""
    return [href.removeprefix("/crates/") for href, words in answer.page.links
            if href.startswith("/crates/") and words == href.removeprefix("/crates/")]


@pytest.fixture(scope="module")
def word():
    return "pagelistword"


@pytest.fixture(scope="module")
def crates(registry, alice, word):
    """Twelve with one keyword; the last one is a program, the first one has all facts, the second is yanked."""
    made = []
    for n in range(12):
        package = {"keywords": [word], "description": f"Number {n} of the <b>twelve</b>"}
        if n == 0:
            package.update(homepage="https://example.com/home", repository="https://github.com/a/b",
                           documentation="https://rust-ci.org/x", license="MIT", **{"rust-version": "1.60"},
                           categories=["science"])
        made.append(publish(alice, f"{word}{chr(97 + n)}", "1.0.0", package=package))
    assert alice.token.delete(f"/api/v1/crates/{made[1]}/1.0.0/yank").status_code == 200
    registry.sql(f"UPDATE crate_downloads SET downloads = 1234567 WHERE crate_id = {crate_id(registry, made[3])}")
    registry.sql(f"UPDATE recent_crate_downloads SET downloads = 54321 WHERE crate_id = {crate_id(registry, made[4])}")
    yield made
    registry.sql(f"UPDATE crate_downloads SET downloads = 0 WHERE crate_id = {crate_id(registry, made[3])}")
    registry.sql(f"UPDATE recent_crate_downloads SET downloads = NULL WHERE crate_id = {crate_id(registry, made[4])}")


@pytest.fixture
def visitor(anon):
    return Visitor(anon)


# ---- /crates

def test_all_crates(visitor, registry, crates):
    answer = visitor.get("/crates")
    assert answer.status_code == 200 and answer.page.h1 == "All crates"
    total = int(registry.sql("SELECT COUNT(*) FROM crates")[0][0])
    assert f"Displaying 1-{min(total, 50)} of {total:,} crates" in answer.page.text
    assert answer.page.rel("canonical") == f"{registry.url}/crates"
    assert "robots" not in answer.page.metas
    assert names(answer)[0] == crates[4], "recent downloads come first"
    assert "Recent: 54,321" in answer.page.text
    assert registry.queries(answer) <= 4


def test_by_letter(visitor, crates, word):
    answer = visitor.get(f"/crates?letter={word[0].upper()}&sort=alpha")
    assert answer.page.h1 == f"Crates with {word[0].upper()}"
    assert names(answer) and all(name.lower().startswith(word[0]) for name in names(answer))
    assert names(answer) == sorted(names(answer))
    assert visitor.get("/crates?letter=7").page.text.count("There are no crates here.") == 1


@pytest.mark.parametrize("query", ["page=0", "page=21", "page=x", "page=-1", "seek=x", "page=1&page=2", "sort=%00",
                                   "letter=%00"])
def test_no_such_page(visitor, query):
    answer = visitor.get(f"/crates?{query}")
    assert answer.status_code == 400 and answer.page.h1


def test_an_unknown_sort_is_the_usual_one(visitor, crates):
    assert names(visitor.get("/crates?sort=beauty"))[0] == crates[4]


# ---- keywords

def test_crates_of_a_keyword(visitor, registry, crates, word):
    answer = visitor.get(f"/keywords/{word}?sort=alpha")
    assert names(answer) == crates[:10]
    text = answer.page.text
    assert "Displaying 1-10 of 12 crates" in text and "Number 0 of the <b>twelve</b>" in text
    assert f'{crates[0]} = {{ version = "1.0.0", registry = "cratehouse" }}' in text and f'{crates[1]} = ' not in text, "no line for what is yanked"
    assert "v1.0.0" in text and text.count("Yanked") == 1 and "All-time: 1,234,567" in text
    assert answer.page.has_link("https://example.com/home") and answer.page.has_link("https://github.com/a/b")
    assert not answer.page.has_link("https://rust-ci.org/x"), "a host that is not linked to any more"
    assert answer.page.has_link("/keywords")
    assert registry.queries(answer) <= 4
    second = visitor.get(f"/keywords/{word}" + answer.page.link("Next"))
    assert names(second) == crates[10:] and "Displaying 11-12 of 12 crates" in second.page.text
    assert second.page.metas["robots"] == "noindex"
    assert urllib.parse.parse_qs(second.page.link("Previous")[1:]) == {"sort": ["alpha"], "page": ["1"]}


def test_the_default_sort_and_the_others(visitor, crates, word):
    path = f"/keywords/{word}"
    assert names(visitor.get(path))[0] == crates[4]
    assert names(visitor.get(path + "?sort=downloads"))[0] == crates[3]
    assert names(visitor.get(path + "?sort=new"))[0] == crates[11]
    assert names(visitor.get(path + "?sort=recent-updates"))[0] == crates[11]
    current = [words for href, words in visitor.get(path + "?sort=new").page.links if href == "?sort=new"]
    assert current == ["Newly added"]


def test_a_keyword_that_nobody_uses(visitor):
    answer = visitor.get("/keywords/nobody-uses-this")
    assert answer.status_code == 200 and "There are no crates here." in answer.page.text
    assert "0 crates" in answer.page.text and answer.page.metas["robots"] == "noindex"
    assert visitor.get("/keywords/two%20words").status_code == 200
    hostile = visitor.get("/keywords/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert hostile.status_code == 200 and "<script>alert" in hostile.page.h1


def test_all_keywords(visitor, registry, crates, word):
    answer = visitor.get("/keywords")
    assert answer.page.h1 == "All keywords" and registry.queries(answer) == 2
    first = visitor.get("/keywords?sort=alpha")
    listed = [href.removeprefix("/keywords/") for href, _ in first.page.links if href.startswith("/keywords/")]
    assert listed and listed == sorted(listed)
    pages = (int(registry.sql("SELECT COUNT(*) FROM keywords")[0][0]) + 99) // 100
    found = any(visitor.get(f"/keywords?page={n}").page.has_link(f"/keywords/{word}") for n in range(1, pages + 1))
    assert found
    assert visitor.get("/keywords?page=x").status_code == 400


# ---- categories

def test_keywords_of_a_letter(visitor, registry, alice, new_name):
    publish(alice, new_name("lettered"), package={"keywords": ["qqq-letter", "3d-letter"]})
    page = visitor.get("/keywords?letter=Q&sort=crates")
    assert page.page.h1 == "Keywords with Q" and registry.queries(page) == 2
    listed = [href.removeprefix("/keywords/") for href, _ in page.page.links if href.startswith("/keywords/")]
    assert "qqq-letter" in listed and all(name.startswith("q") for name in listed) and listed == sorted(listed)
    assert page.page.has_link("/keywords") and page.page.has_link("?sort=crates&letter=a")
    figures = visitor.get("/keywords?letter=7")
    assert figures.page.h1 == "Keywords that begin with a figure" and figures.page.has_link("/keywords/3d-letter")
    assert not visitor.get("/keywords?letter=%C3%A9").page.has_link("/keywords/qqq-letter")
    assert visitor.get("/keywords?letter=q&page=2").status_code == 200


def test_categories(visitor, registry, crates):
    answer = visitor.get("/categories")
    assert answer.page.h1 == "All categories" and registry.queries(answer) == 1
    assert answer.page.has_link("/categories/science") and answer.page.has_link("/category_slugs")
    tops = [words for _, words in answer.page.headings[1:]]
    assert tops == sorted(tops)
    by_crates = visitor.get("/categories?sort=crates")
    assert [words for _, words in by_crates.page.headings[1:]] != tops


def test_a_category(visitor, registry, crates):
    answer = visitor.get("/categories/Science")
    assert answer.status_code == 200 and answer.page.h1 == "Science"
    assert crates[0] in names(answer) or answer.page.link("Next")
    assert answer.page.has_link("/categories") and answer.page.has_link("/categories/science::robotics")
    search, = [form for form in answer.page.forms if form.action == "/search"]
    assert search.fields["q"] == "category:science "
    assert registry.queries(answer) <= 5
    below = visitor.get("/categories/science::robotics")
    assert below.page.h1 == "Robotics" and below.page.has_link("/categories/science")


def test_no_such_category(visitor):
    answer = visitor.get("/categories/foo")
    assert answer.status_code == 404 and "foo: Category not found" in answer.page.text


# ---- people

def test_a_user(visitor, registry, alice, crates, word):
    answer = visitor.get("/users/Alice")
    assert answer.status_code == 200 and "alice" in answer.page.h1.lower()
    assert "downloads" in answer.page.text and registry.queries(answer) <= 7
    assert answer.page.rel("canonical") == f"{registry.url}/users/alice"
    assert not answer.page.has_link("/settings/profile")


def test_what_is_yanked_is_shown_to_its_owner_alone(registry, alice, bob, anon, crates):
    def has(client):
        page = Visitor(client)
        pages = [page.get("/users/alice?sort=new&page=1")]
        while any(words == "Next" for _, words in pages[-1].page.links) and len(pages) < 50:
            pages.append(page.get("/users/alice" + pages[-1].page.link("Next")))
            if crates[1] in names(pages[-1]):
                break
        return any(crates[1] in names(p) for p in pages)
    assert has(alice.browser) and not has(bob.browser) and not has(anon)
    assert Visitor(alice.browser).get("/users/alice").page.has_link("/settings/profile")


def test_nobody(visitor):
    answer = visitor.get("/users/nobody-at-all")
    assert answer.status_code == 404 and "nobody-at-all: User not found" in answer.page.text
    answer = visitor.get("/teams/github:no:team")
    assert answer.status_code == 404 and "github:no:team: Team not found" in answer.page.text


def test_a_team(visitor, registry, crates):
    registry.sql("INSERT INTO teams (id, login, github_id, name) VALUES (950, 'github:org:list', 950, 'The <i>List</i>')")
    registry.sql("INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us) VALUES "
                 f"({crate_id(registry, crates[0])}, 950, 1, 1, 1)")
    try:
        answer = visitor.get("/teams/github:org:list")
        assert answer.status_code == 200 and answer.page.h1 == "The <i>List</i>"
        assert names(answer) == [crates[0]] and answer.page.has_link("https://github.com/org")
        assert registry.queries(answer) <= 4
    finally:
        registry.sql("DELETE FROM crate_owners WHERE owner_kind = 1 AND owner_id = 950")
        registry.sql("DELETE FROM teams WHERE id = 950")


# ---- behind the numbered pages

def test_behind_the_last_numbered_page(registry, alice, visitor, crates, word):
    """Twenty pages have numbers; what follows them is reached by a seek, and the way back is there."""
    answer = visitor.get(f"/keywords/{word}?sort=alpha&page=20")
    assert answer.status_code == 200 and names(answer) == []
    api = registry.anonymous.get(f"/api/v1/crates?keyword={word}&per_page=10&sort=alphabetical").json()
    seek = urllib.parse.parse_qs(api["meta"]["next_page"][1:])["seek"][0]
    answer = visitor.get(f"/keywords/{word}?sort=alpha&seek={seek}")
    assert names(answer) == crates[10:] and answer.page.link("Back to the first page") == "?sort=alpha&page=1"
    assert "Displaying" not in answer.page.text


def test_caching(registry, visitor, alice, crates):
    for path in ("/crates", "/keywords", "/categories", "/users/alice"):
        answer = visitor.get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=300"
        assert visitor.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
        mine = Visitor(alice.browser).get(path)
        assert mine.headers["Cache-Control"] == "private, no-store" and "ETag" not in mine.headers
    assert user_id(registry, "alice")
