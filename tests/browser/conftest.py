"""A real browser (Debian's chromium) on a registry with something of everything. Runs in the venv of tests/requirements.txt: make
check-browser.

test_acceptance_*.py go through the list of contract/web.md 8: each test has the number of its line in its name (test_w016_...) and
runs twice, with JavaScript and without; `script(True)` and `script(False)` mark those of one kind. test_acceptance_complete.py
knows whether a line is missing.
"""
import pathlib
import shutil

import pytest
from playwright.sync_api import sync_playwright

from lib.census import settled
from lib.github import GitHub
from lib.instance import Instance
from lib.steps import publish

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-quic", "--no-first-run", "--force-color-profile=srgb"]
NOWHERE = "http://127.0.0.1:1"  # a site that nobody reaches
BANNER = "Closed <b>for</b> repairs on Sunday"
HOSTILE = sorted((pathlib.Path(__file__).resolve().parent / "readmes").glob("*.md"))


@pytest.fixture(scope="session")
def registry():
    """As that of tests/conftest.py, with a GitHub (.github) and a builder of documentation that cannot be reached."""
    github = GitHub().start()
    instance = Instance(settings=["server.max_requests=0", "docs.url=http://127.0.0.1:1", f"github.api_url={github.url}"])
    instance.github = github
    try:
        yield instance.start()
    finally:
        instance.remove()
        github.stop()


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
    dialogs, and requests to any other host. also: hosts that are expected."""

    def __init__(self, context, url, also=()):
        self.page, self.wrong, self.requests = context.new_page(), [], []
        self.page.on("console", lambda m: m.type == "error" and not m.text.startswith("Failed to load resource")
                     and self.wrong.append(f"console: {m.text}"))
        self.page.on("pageerror", lambda e: self.wrong.append(f"script: {e}"))
        self.page.on("dialog", lambda d: (self.wrong.append(f"dialog: {d.message}"), d.dismiss()))
        self.page.on("request", lambda r: self._request(r.url, (url, *also)))
        self.url = url

    def _request(self, asked, known):
        if asked.startswith("data:"):
            return
        self.requests.append(asked)
        if not asked.startswith(tuple(host + "/" for host in known)):
            self.wrong.append(f"another host: {asked}")

    def go(self, path):
        self.answer = self.page.goto(self.url + path, wait_until="load")
        return self.answer

    # ---- what a person sees

    @property
    def path(self):
        """Path and query of the address."""
        return self.page.url.removeprefix(self.url)

    @property
    def title(self):
        return self.page.title()

    @property
    def h1(self):
        return self.page.locator("h1").inner_text()

    @property
    def text(self):
        """What is to be read in the page's own part, white space as seen."""
        return " ".join(self.page.locator("main").inner_text().split())

    def link(self, words, within="main"):
        """The first link with exactly these words, as a reader of the screen hears them."""
        return self.page.locator(within).get_by_role("link", name=words, exact=True).first

    def has_link(self, words, within="main"):
        return self.page.locator(within).get_by_role("link", name=words, exact=True).count() > 0

    def button(self, words):
        return self.page.locator("main").get_by_role("button", name=words, exact=True).first

    def has_button(self, words):
        return self.page.locator("main").get_by_role("button", name=words, exact=True).count() > 0

    def links(self, where="main a"):
        """[(words, target)] of a selector."""
        return self.page.eval_on_selector_all(where, "all => all.map(a => [a.innerText.trim(), a.getAttribute('href')])")

    def rows(self):
        """The headings of a list's rows, in order."""
        return self.page.locator(".rows > .row h2 > a").all_inner_texts()

    @property
    def notice(self):
        """(role, words) of the notice that a form left, or that a field is wrong; None where there is none."""
        box = self.page.locator("main > .note, main > div > .note")
        return (box.first.get_attribute("role"), " ".join(box.first.inner_text().split())) if box.count() else None

    def fails(self, status, title, detail="", offers="Go back"):
        """The page is that error, and offers just that of signing in, trying again and going back."""
        assert self.page.locator(".error-status").inner_text() == str(status), self.text
        assert self.h1 == title and detail in self.text, self.text
        ways = [words for words in ("Sign in", "Try again", "Go back") if self.has_link(words) or self.has_button(words)]
        assert ways == [offers], ways


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


# ---- the list of contract/web.md 8

def pytest_configure(config):
    config.addinivalue_line("markers", "script(on): only with JavaScript, or only without it")


def pytest_generate_tests(metafunc):
    if "js" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("script")
        kinds = [only.args[0]] if only else [True, False]
        metafunc.parametrize("js", kinds, ids=["script" if on else "plain" for on in kinds])


@pytest.fixture(scope="session")
def contexts(browser):
    """One with JavaScript and one without, for all tests of the list; each begins without cookies."""
    made = {on: browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=on) for on in (True, False)}
    yield made
    for context in made.values():
        context.close()


@pytest.fixture(scope="session")
def forge():
    """A GitHub that is none (lib/github.py)."""
    forge = GitHub().start()
    yield forge
    forge.stop()


@pytest.fixture(scope="session")
def site(forge):
    """A second registry: people sign in by GitHub, somebody can be reached, there is a banner."""
    instance = Instance(settings=forge.settings("site.contact=ops@example.test", "site.security_contact=mailto:holes@example.test",
                                                f"server.banner={BANNER}", "server.read_only=false", "auth.explicit_signup=true", f"site.docs_url={NOWHERE}/docs",
                                                f"playground.url={NOWHERE}", f"replacements.url={NOWHERE}/all.json"))
    forge.callback = instance.url + "/github-redirect.html"
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture
def see(contexts, registry, js):
    """see(path, user=None, site=registry, also=()): the page as that user (of lib/instance.py) sees it. At the end of a test nothing
    may have gone wrong on any page."""
    context, pages = contexts[js], []
    context.clear_cookies()
    context.set_default_timeout(30_000)

    def look(path, user=None, site=registry, also=()):
        context.clear_cookies()
        if user:
            name, value = user.cookie.split("=", 1)
            context.add_cookies([{"name": name, "value": value, "url": site.url}])
        pages.append(Watched(context, site.url, also))
        # What may be kept for a minute is asked for anew: a test changes what is shown.
        network = context.new_cdp_session(pages[-1].page)
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        pages[-1].go(path)
        return pages[-1]
    yield look
    wrong = [words for seen in pages for words in seen.wrong]
    for seen in pages:
        seen.page.close()
    assert not wrong, wrong


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
