"""Lists and search: contract/web.md 8.2, W016 to W040."""
import re

import pytest

from ills import without
from lib.census import settled
from lib.registry import Crate
from lib.steps import crate_id, publish, user_id

WORD = "shelfword"
MANY = 55


@pytest.fixture(scope="module", autouse=True)
def shelf(registry, alice):
    """Seven crates with one word; the first has keywords, downloads, a category. 55 of another word, so that /crates has two pages."""
    names = [publish(alice, f"{WORD}-{chr(97 + n)}", "0.0.16" if n == 0 else "1.0.0", package={
        "description": f"Crate {n} of the {WORD}", "keywords": [f"{WORD}-fire", *([f"{WORD}-ball"] if n < 2 else [])],
        "categories": ["science::robotics"] if n < 2 else []}) for n in range(7)]
    for n in range(MANY):
        assert alice.token.publish(Crate(f"stock-{n:02}")).status_code == 200
    settled(registry)
    number = crate_id(registry, names[0])
    registry.sql(f"UPDATE crate_downloads SET downloads = 1234567 WHERE crate_id = {number}")
    registry.sql(f"UPDATE recent_crate_downloads SET downloads = 54321 WHERE crate_id = {number}")
    yield names
    registry.sql(f"UPDATE crate_downloads SET downloads = 0 WHERE crate_id = {number}")
    registry.sql(f"UPDATE recent_crate_downloads SET downloads = 0 WHERE crate_id = {number}")


def total(registry):
    return int(registry.sql("SELECT COUNT(*) FROM crates")[0][0])


def counter(seen):
    """"1-7 of 7", as the line above a list says it."""
    return re.search(r"Displaying ([\d,]+-[\d,]+ of [\d,]+)", seen.text).group(1)


def sorted_by(seen):
    return seen.page.locator(".sort a[aria-current=page]").inner_text()


def field(seen):
    return seen.page.locator("#q").input_value()


# ---- search

def test_w016_search_results(see):
    seen = see(f"/search?q={WORD}")
    assert seen.title == f"Search results for '{WORD}' - Cratehouse" and seen.h1 == f"Search results for “{WORD}”"
    assert counter(seen) == "1-7 of 7" and sorted_by(seen) == "Relevance" and field(seen) == WORD


def test_w017_a_row(see, shelf):
    seen = see(f"/search?q={WORD}&sort=downloads")
    row = seen.page.locator(".rows > .row").first
    assert row.get_by_role("link", name=shelf[0], exact=True).get_attribute("href") == f"/crates/{shelf[0]}"
    words = " ".join(row.inner_text().split())
    for part in (f"{shelf[0]} v0.0.16", f"Crate 0 of the {WORD}", "All-time: 1,234,567", "Recent: 54,321", "Updated "):
        assert part in words, words
    assert row.locator("time").get_attribute("datetime").startswith("20")


def test_w018_search_without_a_query(see, registry):
    seen = see("/search")
    assert seen.title == "Search results - Cratehouse" and counter(seen) == f"1-10 of {total(registry):,}"


def test_w019_the_logo_leads_to_an_empty_field(see):
    seen = see(f"/search?q={WORD}")
    seen.page.locator(".logo").click()
    assert seen.path == "/" and field(seen) == ""


def test_w020_parameters_are_passed_on(see, shelf):
    seen = see(f"/search?q=stock&all_keywords=&sort=new&page=2&per_page=15")
    assert counter(seen) == f"11-20 of {MANY}" and sorted_by(seen) == "Newly added", "ten on a page, whatever per_page says"
    seen.link("Next").click()
    assert counter(seen) == f"21-30 of {MANY}" and sorted_by(seen) == "Newly added"
    seen = see(f"/search?q={WORD}&all_keywords={WORD}-fire+{WORD}-ball&sort=new")
    assert seen.rows() == [shelf[1], shelf[0]]


def test_w021_keywords_within_the_text(see, shelf):
    seen = see("/")
    seen.page.locator("#q").fill(f"{WORD} keyword:{WORD}-fire keyword:{WORD}-ball")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**/search?*")
    assert sorted(seen.rows()) == shelf[:2] and counter(seen) == "1-2 of 2"


def test_w022_keywords_of_the_address_win(see, shelf):
    seen = see(f"/search?q=keyword:{WORD}-fire&all_keywords={WORD}-ball")
    assert seen.page.locator(".chips").count() == 0 and field(seen) == f"keyword:{WORD}-fire", "the text is words then"
    assert sorted(see(f"/search?q={WORD}&all_keywords={WORD}-ball").rows()) == shelf[:2]


@pytest.mark.parametrize("begin", ["/", f"/search?q={WORD}"])
def test_w023_a_search_that_fails(see, registry, begin):
    seen = see(begin)
    with without(registry, "search_postings"):
        seen.page.locator("#q").fill(f"{WORD} more")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**/search?q=*more")
        seen.fails(500, "Something went wrong here", offers="Try again")
        seen.link("Try again").click()
        seen.fails(500, "Something went wrong here", offers="Try again")
    seen.link("Try again").click()
    assert seen.h1 == f"Search results for “{WORD} more”" and seen.path == f"/search?q={WORD}+more"


# ---- all crates

def test_w024_all_crates(see, registry):
    seen = see("/crates")
    assert counter(seen) == f"1-50 of {total(registry):,}" and sorted_by(seen) == "Recent downloads"
    assert len(seen.rows()) == 50


def test_w025_the_next_page(see, registry):
    seen = see("/crates")
    seen.link("Next").click()
    last = min(100, total(registry))
    assert seen.path == "/crates?page=2" and counter(seen) == f"51-{last} of {total(registry):,}"
    assert seen.page.locator(".pagination [aria-current=page]").inner_text() == "2"


def test_w026_numbers_of_each_row(see):
    seen = see("/crates")
    facts = seen.page.locator(".rows > .row .facts").all_inner_texts()
    assert len(facts) == 50 and all(re.search(r"All-time: [\d,]+\s+Recent: [\d,]+", " ".join(text.split())) for text in facts)
    assert "All-time: 1,234,567" in seen.text


def test_w027_a_list_that_cannot_be_read(see, registry):
    see("/crates?page=nonsense").fails(400, "This request makes no sense here", "There is no page nonsense")
    with without(registry, "recent_crate_downloads"):
        seen = see("/crates")
        seen.fails(500, "Something went wrong here", offers="Try again")
    seen.link("Try again").click()
    assert seen.path == "/crates" and len(seen.rows()) == 50


# ---- keywords and categories

@pytest.mark.parametrize("path", [f"/keywords/{WORD}-fire", "/categories/science"])
def test_w028_the_usual_order(see, shelf, path):
    seen = see(path)
    assert sorted_by(seen) == "Recent downloads" and seen.rows()[0] == shelf[0]


def test_w029_a_keyword_that_nobody_uses(see):
    seen = see("/keywords/foo-nobody")
    assert seen.answer.status == 200 and "There are no crates here." in seen.text and seen.rows() == []


def test_w030_a_keyword_that_cannot_be_read(see, registry):
    with without(registry, "crates_keywords"):
        seen = see(f"/keywords/{WORD}-fire")
        seen.fails(500, "Something went wrong here", offers="Try again")
    seen.link("Try again").click()
    assert len(seen.rows()) == 7


def test_w031_counts_of_keywords(see, shelf):
    seen = see(f"/crates/{shelf[0]}")
    seen.link(f"#{WORD}-ball").click()
    assert counter(seen) == "1-2 of 2" and len(seen.rows()) == 2
    seen = see("/keywords")
    while not seen.page.locator(f"a[href='/keywords/{WORD}-ball']").count():
        seen.link("Next").click()
    assert seen.page.locator(f"a[href='/keywords/{WORD}-ball'] .fact").inner_text() == "2 crates"


def test_w032_counts_of_categories(see, registry):
    """English groups of digits, whatever the reader's language is: contract/web.md 16, 12."""
    wanted = {"aerospace": (0, "0 crates"), "caching": (1, "1 crate"), "config": (15, "15 crates"), "database": (1234, "1,234 crates")}
    before = dict(registry.sql("SELECT slug, crates_cnt FROM categories"))
    try:
        for slug, (count, _) in wanted.items():
            registry.sql(f"UPDATE categories SET crates_cnt = {count} WHERE slug = '{slug}'")
        seen = see("/categories")
        for slug, (_, words) in wanted.items():
            row = seen.page.locator(".row", has=seen.page.locator(f"h2 a[href='/categories/{slug}']"))
            assert row.locator("> .fact").inner_text() == words
    finally:
        for slug in wanted:
            registry.sql(f"UPDATE categories SET crates_cnt = {before[slug]} WHERE slug = '{slug}'")


def test_w033_searching_within_a_category(see, shelf):
    seen = see("/categories/science::robotics")
    assert field(seen) == "category:science::robotics "
    seen.page.locator("#q").fill(field(seen) + WORD)
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**/search?*")
    assert sorted(seen.rows()) == shelf[:2]


def test_w034_a_category_that_is_not_there(see, registry):
    see("/categories/foo").fails(404, "Page not found", "foo: Category not found")
    with without(registry, "crates_categories"):
        see("/categories/science").fails(500, "Something went wrong here", offers="Try again")


def test_w035_slugs(see):
    seen = see("/category_slugs")
    pairs = dict(zip(seen.page.locator("dt").all_inner_texts(), seen.page.locator("dd").all_inner_texts()))
    assert pairs["science::robotics"].startswith("Science::Robotics") and pairs["science"].startswith("Science") and len(pairs) > 50


# ---- people

def test_w036_a_user(see, registry, alice):
    number = user_id(registry, "alice")
    before = registry.sql(f"SELECT gh_login, gh_id FROM users WHERE id = {number}")[0]
    try:
        registry.sql(f"UPDATE users SET gh_login = 'alice', gh_login_lower = 'alice', gh_id = 990001 WHERE id = {number}")
        registry.sql("INSERT INTO oauth_github (account_id, user_id, login, avatar, encrypted_token, last_sync_us) VALUES "
                     f"(990001, {number}, 'alice', NULL, '', 0)")
        seen = see("/users/alice")
        assert seen.h1 == "Alice" and "alice" in seen.page.locator(".person").inner_text()
        assert seen.link("GitHub profile").get_attribute("href") == "https://github.com/alice"
        assert seen.page.locator(".person .avatar").is_visible()
    finally:
        registry.sql("DELETE FROM oauth_github WHERE account_id = 990001")
        registry.sql(f"UPDATE users SET gh_login = '{before[0]}', gh_login_lower = LOWER('{before[0]}'), gh_id = {before[1]} WHERE id = {number}")


@pytest.mark.parametrize("path,words,table", [
    ("/users/nobody-here", "nobody-here: User not found", "users"),  # W037
    ("/teams/github:no:team", "github:no:team: Team not found", "teams"),  # W040
])
def test_w037_w040_nobody_of_that_name(see, registry, path, words, table):
    see(path).fails(404, "Page not found", words)
    with without(registry, table):
        see(path).fails(500, "Something went wrong here", offers="Try again")


def test_w038_crates_that_are_yanked(see, registry, new_name, bob):
    me = registry.user(new_name("yanker"))
    good, gone = publish(me, f"{me.login}-good"), publish(me, f"{me.login}-gone")
    assert me.token.delete(f"/api/v1/crates/{gone}/1.0.0/yank").status_code == 200
    assert see(f"/users/{me.login}", me).rows() == [gone, good], "by name, one's own page has both"
    assert see(f"/users/{me.login}", bob).rows() == [good]
    assert see(f"/users/{me.login}").rows() == [good]


def test_w039_a_team(see, registry, shelf):
    registry.sql("INSERT IGNORE INTO teams (login, github_id, org_id, name) VALUES ('github:shelvers:core', 990002, 1, 'The core')")
    registry.sql("INSERT IGNORE INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us)"
                 f" SELECT {crate_id(registry, shelf[0])}, id, 1, 0, 0 FROM teams WHERE github_id = 990002")
    seen = see("/teams/github:shelvers:core")
    assert seen.h1 == "The core" and "Team of shelvers" in seen.text and seen.rows() == [shelf[0]]
    assert seen.link("shelvers at GitHub").get_attribute("href") == "https://github.com/shelvers"
    assert seen.page.locator(".person .avatar").is_visible()
