"""The site as one who follows its links sees it: none of them is dead, every page is HTML without a parse error (html5lib, strict), and
the pages that matter most can be read in a terminal (w3m)."""
import re
import subprocess
import urllib.parse

import html5lib
import pytest

from lib.census import settled
from lib.page import Visitor
from lib.steps import publish

CRATE = "linked-crate"
MOST = 250  # pages looked at
ELSEWHERE = re.compile(r"^(/api/|/static/|/assets/|/rss/|/atom/|/sitemap|/og-images/|/crates/[^/]+/[^/]+/download)|badge\.svg|stats\.csv")


@pytest.fixture(scope="module")
def crate(registry, alice):
    publish(alice, CRATE, "1.0.0", "1.1.0", package={"keywords": ["linked"], "categories": ["science"], "rust-version": "1.60"},
            files={"src/main.rs": "fn main() {}\n", "CHANGELOG.md": "# 1.1.0\n\nNew.\n"},
            metadata={"readme": "# Linked\n\n[a](https://example.com) and `code`", "readme_file": "README.md"},
            tables={"features": {"default": ["one"], "one": []}})
    publish(alice, CRATE + "-user", tables={"dependencies": {CRATE: "1"}})
    settled(registry)
    return CRATE


def of_interest(path):
    """Pages of the site itself, and of the crates of this file: what other tests made is theirs."""
    if ELSEWHERE.search(path):
        return False
    match = re.match(r"^/(crates|users|keywords|teams|admin/crates)/([^/?]+)", path)
    return not match or match.group(2).startswith((CRATE, "alice", "linked"))


def inner_links(registry, at, page):
    for href, _ in page.links:
        target = urllib.parse.urljoin(registry.url + at, href)
        if target.startswith(registry.url + "/"):
            yield target.removeprefix(registry.url).split("#")[0]


def crawl(registry, visitor, starts):
    """(path, answer) of each page, each way of asking for it (its query) once or twice."""
    todo, seen, shapes = list(starts), set(starts), {}
    while todo and len(seen) < MOST:
        path = todo.pop(0)
        answer = visitor.get(path)
        yield path, answer
        if answer.status_code != 200 or not hasattr(answer, "page"):
            continue
        for link in inner_links(registry, path, answer.page):
            shape = (link.split("?")[0], tuple(sorted(urllib.parse.parse_qs(urllib.parse.urlsplit(link).query))))
            if link not in seen and of_interest(link) and shapes.get(shape, 0) < 2:
                shapes[shape] = shapes.get(shape, 0) + 1
                seen.add(link)
                todo.append(link)


@pytest.mark.parametrize("who", ["nobody", "owner"])
def test_no_link_is_dead(registry, anon, alice, crate, who):
    visitor = Visitor(anon if who == "nobody" else alice.browser)
    dead, wrong, looked = [], [], 0
    for path, answer in crawl(registry, visitor, ["/", f"/crates/{crate}", f"/crates/{crate}/1.0.0", "/policies", "/search?q=linked"]):
        looked += 1
        if answer.status_code >= 400 and not (who == "nobody" and answer.status_code == 401):
            dead.append((path, answer.status_code))
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.content:
            try:
                html5lib.HTMLParser(strict=True).parse(answer.content.decode())
            except html5lib.html5parser.ParseError as error:
                wrong.append((path, str(error)))
    assert not dead and not wrong, (dead, wrong)
    assert looked > 60


@pytest.mark.parametrize("path,words", [
    ("/", ["Crates in stock", "New crates"]), ("/crates", ["All crates", CRATE]), (f"/crates/{CRATE}", ["cargo add", "Linked", "alice"]),
    (f"/crates/{CRATE}/versions", ["1.1.0", "1.0.0"]), (f"/crates/{CRATE}/1.1.0/dependencies", ["no dependencies"]),
    (f"/crates/{CRATE}/reverse_dependencies", [CRATE + "-user"]), (f"/crates/{CRATE}/1.1.0/features", ["default"]),
    (f"/crates/{CRATE}/1.1.0/code/src/main.rs", ["fn main()"]), (f"/crates/{CRATE}/security", ["No advisories"]),
    (f"/crates/{CRATE}/stats", ["Downloads"]), ("/search?q=linked-crate", ["linked-crate"]), ("/keywords", ["keywords"]),
    ("/categories", ["Science"]), ("/users/alice", ["alice"]), ("/policies", ["Policies"]), ("/help/search", ["keyword:"]),
    ("/status", ["Status"]), ("/no-such-page", ["Page not found"])])
def test_in_a_terminal(registry, anon, crate, path, words):
    page = anon.get(path, headers={"Accept": "text/html"}).content
    shown = subprocess.run(["w3m", "-dump", "-T", "text/html", "-cols", "100"], input=page, capture_output=True, check=True).stdout.decode()
    for word in words:
        assert word.lower() in shown.lower(), shown[:2000]
