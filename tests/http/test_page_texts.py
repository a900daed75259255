"""Pages of text (contract/web.md 13.5, P74 and P76): ours, and what an operator says instead."""
import os

import pytest

from lib.instance import Instance
from lib.page import Visitor

PAGES = {
    "/policies": ("Policies", ["package-ownership", "data-access", "security", "sexually-obscene-content",
                               "violations-and-enforcement", "reporting", "credits-license"]),
    "/policies/security": ("Security", ["crates-io-security", "crate-security", "rustsec", "ecosystem-security-help"]),
    "/data-access": ("Data access", ["crate-index", "legacy-git-index", "crate-content", "rss-feeds", "database-dumps", "api",
                                     "questions"]),
    "/install": ("Using this registry", []),
    "/docs/rate-limits": ("Rate limits", []),
    "/docs/trusted-publishing": ("Trusted publishing", []),
    "/help/search": ("How to search", []),
    "/help/api": ("The API", []),
}


@pytest.fixture
def visitor(anon):
    return Visitor(anon)


@pytest.mark.parametrize("path", PAGES)
def test_page(registry, visitor, path):
    title, anchors = PAGES[path]
    answer = visitor.get(path)
    page = answer.page
    assert page.h1 == title and page.title == f"{title} - Cratehouse"
    assert set(anchors) <= set(page.ids)
    assert all(page.has_link(f"#{i}") for i in page.ids if i in anchors and i != "crates-io-security")
    assert "{" + "site" not in answer.text and (registry.url in answer.text or path == "/docs/rate-limits")
    assert registry.queries(answer) == 0
    assert answer.headers["Cache-Control"].startswith("public, max-age=60") and answer.headers["ETag"]
    headings = [level for level, _ in page.headings]
    assert headings[0] == "h1" and not set(headings) - {"h1", "h2", "h3"}


def test_links_between_pages_lead_somewhere(registry, visitor):
    """Those of this site that are there already; and no link goes to nowhere within a page."""
    known = set(PAGES)
    for path in PAGES:
        page = visitor.get(path).page
        for target, words in page.links:
            if target.startswith("#") and target != "#main":
                assert target[1:] in page.ids, (path, target)
            if target.startswith(registry.url):
                there = target[len(registry.url):].partition("#")[0]
                if there in known:
                    assert visitor.get(there).status_code == 200
            assert "NAME" not in target, (path, target)


def test_limits_in_force(tight, visitor):
    text = Visitor(tight.anonymous).get("/docs/rate-limits").page.text
    assert "publishing new crates 3 10 minutes" in text and "yanking and unyanking 2 30 seconds" in text
    assert "publishing versions of crates that are there 2 1 minute" in text and "switched on: true" in text
    assert "the archive 20 KiB" in text
    assert "switched on: false" in visitor.get("/docs/rate-limits").page.text


def test_old_address(anon):
    answer = anon.get("/security")
    assert answer.status_code == 308 and answer.headers["Location"] == "/policies/security"


@pytest.fixture(scope="module")
def own():
    instance = Instance(settings=["site.contact=ops@example.test"])
    try:
        yield instance.start()
    finally:
        instance.remove()


def write(instance, name, text):
    path = instance.data / "texts" / name
    path.write_bytes(text)
    os.chmod(path, 0o644)


def test_an_operators_own_words(own):
    visitor = Visitor(own.anonymous)
    assert visitor.get("/policies").page.has_link("mailto:ops@example.test")
    write(own, "policies.md", b"# House rules\n\nAsk {site.operator} at **{site.domain}**, {db.password}.\n")
    page = visitor.get("/policies").page
    assert page.h1 == "House rules" and "Ask ops@example.test at" in page.text and "{db.password}" in page.text
    assert visitor.get("/policies/security").page.h1 == "Security"
    (own.data / "texts/policies.md").unlink()
    assert visitor.get("/policies").page.h1 == "Policies"


@pytest.mark.parametrize("text", [b"", b"\xff\xfe# no UTF-8", b"# <script>alert(1)</script>\n\n<script>alert(2)</script><b onclick=x>b</b>",
                                  b"# T\n" + b">" * 5000, b"# T\n" + b"x" * 600_000, b"[a](javascript:alert(1))"],
                         ids=["empty", "bytes", "script", "nested", "long", "link"])
def test_whatever_is_in_them(own, text):
    write(own, "search.md", text)
    answer = Visitor(own.anonymous).get("/help/search")
    assert answer.status_code == 200 and "<script>alert" not in answer.text and "onclick" not in answer.text
    assert "javascript:" not in answer.text
    (own.data / "texts/search.md").unlink()
