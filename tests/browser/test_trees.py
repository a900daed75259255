"""What a screen reader is told: roles and names of the main pages, as text beside this file (trees/NAME.txt). A page that says something else fails
with the difference; where that is meant, `CRATEHOUSE_TREES=write make check-browser PYTEST_FLAGS="-k trees"` writes them anew."""
import difflib
import os
import pathlib
import re

import pytest

from lib.census import settled
from lib.steps import publish

TREES = pathlib.Path(__file__).resolve().parent / "trees"
CRATE = "tree-crate"
PAGES = {"crate": f"/crates/{CRATE}", "versions": f"/crates/{CRATE}/versions", "dependencies": f"/crates/{CRATE}/1.0.0/dependencies",
         "features": f"/crates/{CRATE}/1.0.0/features", "code": f"/crates/{CRATE}/1.0.0/code/src/lib.rs", "security": f"/crates/{CRATE}/security",
         "search": "/search?q=owner:trunk+tree-crate", "user": "/users/trunk", "not-found": "/no-such-page", "support": "/support"}
# What is another one each time.
VARY = [(r"http://127\.0\.0\.1:\d+", "SITE"), (r"\b[0-9a-f]{64}\b", "SHA-256"), (r"\b[\w-]{10}-[0-9a-z]+\b(?=[\"']?$)", "REQUEST"),
        (r"just now|(about |over |almost |less than )?(a|an|\d+) (second|minute|hour|day)s?( ago)?", "SOME TIME"),
        (r"(January|February|March|April|May|June|July|August|September|October|November|December) \d+, 20\d\d", "DAY"), (r"\d+(\.\d)? (B|KiB)\b", "SIZE")]


@pytest.fixture(scope="module")
def trunk(registry):
    user = registry.user("trunk")
    publish(user, CRATE + "-dep")
    publish(user, CRATE, package={"keywords": ["tree-word"], "categories": ["science"], "rust-version": "1.60"},
            tables={"dependencies": {CRATE + "-dep": "1"}, "features": {"default": ["one"], "one": []}})
    settled(registry)


def tree_of(page):
    text = page.locator("body").aria_snapshot()
    for pattern, word in VARY:
        text = re.sub(pattern, word, text, flags=re.M)
    return text + "\n"


@pytest.mark.script(False)
@pytest.mark.parametrize("name", PAGES)
def test_tree(see, trunk, name):
    now, file = tree_of(see(PAGES[name]).page), TREES / f"{name}.txt"
    if os.environ.get("CRATEHOUSE_TREES") == "write":
        file.write_text(now)
    kept = file.read_text()
    assert now == kept, "\n" + "".join(difflib.unified_diff(kept.splitlines(True), now.splitlines(True), f"{name} as it was", "as it is"))
