"""A real browser (Debian's chromium) on a registry with something of everything. Runs in the venv of tests/requirements.txt: make
check-browser."""
import pathlib
import shutil

import pytest
from playwright.sync_api import sync_playwright

from lib.census import settled
from lib.instance import Instance
from lib.steps import publish

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-quic", "--no-first-run", "--force-color-profile=srgb"]
HOSTILE = sorted((pathlib.Path(__file__).resolve().parent / "readmes").glob("*.md"))


@pytest.fixture(scope="session")
def registry():
    """As that of tests/conftest.py, with a builder of documentation that cannot be reached."""
    instance = Instance(settings=["server.max_requests=0", "docs.url=http://127.0.0.1:1"])
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "chromium is missing (Debian: chromium)"
    with sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


class Watched:
    """A page, and what went wrong on it: errors in the console (breaches of the Content-Security-Policy are such), scripts that failed,
    dialogs, and requests to any other host."""

    def __init__(self, context, url):
        self.page, self.wrong, self.requests = context.new_page(), [], []
        self.page.on("console", lambda m: m.type == "error" and not m.text.startswith("Failed to load resource")
                     and self.wrong.append(f"console: {m.text}"))
        self.page.on("pageerror", lambda e: self.wrong.append(f"script: {e}"))
        self.page.on("dialog", lambda d: (self.wrong.append(f"dialog: {d.message}"), d.dismiss()))
        self.page.on("request", lambda r: self._request(r.url, url))
        self.url = url

    def _request(self, asked, url):
        if asked.startswith("data:"):
            return
        self.requests.append(asked)
        if not asked.startswith(url + "/"):
            self.wrong.append(f"another host: {asked}")

    def go(self, path):
        return self.page.goto(self.url + path, wait_until="load")

    @property
    def overflow(self):
        """What makes the page wider than the window; nothing where it is not."""
        return self.page.evaluate("""() => {
            const root = document.documentElement, wide = [];
            if (root.scrollWidth <= root.clientWidth) return wide;
            for (const e of document.querySelectorAll('body *'))
                if (e.getBoundingClientRect().right > root.clientWidth && !e.closest('.scroll *'))
                    wide.push(`${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 60)}`);
            return wide.length ? wide.slice(-5) : [`${root.scrollWidth} > ${root.clientWidth}`];
        }""")


@pytest.fixture
def visit(browser, registry):
    """visit(cookie=None, **context options): a Watched page in a context of its own."""
    contexts = []

    def make(cookie=None, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        if cookie:
            name, value = cookie.split("=", 1)
            context.add_cookies([{"name": name, "value": value, "url": registry.url}])
        return Watched(context, registry.url)
    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def crates(registry, alice, bob):
    """rich: everything a crate can have; poor: nothing that it need not; long: names as long as they may be."""
    rich = publish(alice, "rich-crate", "0.9.0", "1.0.0-beta.1", "1.0.0", "1.1.0", "2.0.0", package={
        "keywords": ["parser", "no_std", "encoding"], "categories": ["science", "encoding"], "rust-version": "1.60",
        "homepage": "https://example.com/", "repository": "https://github.com/example/rich", "license": "MIT OR Apache-2.0",
        "documentation": "https://example.com/docs"}, files={"README.md": README, "src/main.rs": "fn main() {\n    println!(\"hi\");\n}\n"},
        metadata={"readme": README, "readme_file": "README.md"},
        tables={"features": {"default": ["std"], "std": [], **{f"feature-{n}": ["std"] for n in range(20)}}})
    assert alice.token.delete(f"/api/v1/crates/{rich}/1.1.0/yank").status_code == 200
    poor = publish(bob, "poor-crate", "0.1.0")
    long = publish(alice, "l" + "o" * 61 + "ng", "100000.200000.300000-alpha.1.2.3.4.5", package={
        "description": "Words " * 100, "keywords": ["a" * 20, "b" * 20, "c" * 20, "d" * 20, "e" * 20]},
        tables={"dependencies": {rich: {"version": "1", "optional": True}, poor: "0.1"},
                "target": {"cfg(all(unix, target_pointer_width = \"64\"))": {"dev-dependencies": {rich: "0.9"}}}})
    for user in (alice, bob):
        assert user.browser.put(f"/api/v1/crates/{rich}/follow").status_code == 200
    assert alice.token.put(f"/api/v1/crates/{rich}/owners", {"owners": ["bob"]}).status_code == 200
    days = " UNION ALL ".join(f"SELECT v.id, DATE_SUB(CURDATE(), INTERVAL {n} DAY), {n * 37 % 91} FROM versions v JOIN crates c "
                              f"ON c.id = v.crate_id AND c.name = '{rich}'" for n in range(1, 60))
    registry.sql(f"INSERT IGNORE INTO version_downloads (version_id, date, downloads) {days}")
    settled(registry)
    return {"rich": rich, "poor": poor, "long": long}


README = (pathlib.Path(__file__).resolve().parent / "rich.md").read_text()
