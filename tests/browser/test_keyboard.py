"""The whole way of a publisher by the keyboard alone: Tab, Shift+Tab, Enter, Space (contract/web.md 14.3). Each stop is seen (a ring of 2
pixels that stands out from the page), the link to the content is the first stop of each page, and there is no trap."""
import re

from lib.census import settled
from lib.steps import publish

MOST_STOPS = 150

# What has the focus: its name as read out, the ring around it, and how it stands out from what is behind.
STOP = """() => {
    const e = document.activeElement, style = getComputedStyle(e);
    const rgb = (words) => (words.match(/[\\d.]+/g) || []).map(Number);
    const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    let behind = e.parentElement;
    while (behind && rgb(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
    const page = behind ? rgb(getComputedStyle(behind).backgroundColor) : [255, 255, 255];
    const [light, dark] = [luminance(rgb(style.outlineColor)), luminance(page)].sort((a, b) => b - a);
    return {tag: e.tagName, id: e.id, name: (e.getAttribute('aria-label') || e.innerText || e.getAttribute('name') || '').trim().replace(/\\s+/g, ' '),
            value: e.value || '', cls: e.className, width: parseFloat(style.outlineWidth), kind: style.outlineStyle,
            contrast: (light + 0.05) / (dark + 0.05), shown: e.getBoundingClientRect().width > 0};
}"""


class Hands:
    """On the keys. to(name) goes on by Tab until what has that name has the focus."""

    def __init__(self, seen):
        self.seen, self.keys, self.stops = seen, seen.page.keyboard, []

    def stop(self):
        here = self.seen.page.evaluate(STOP)
        if here["tag"] not in ("BODY", "HTML", "MAIN"):
            assert here["shown"], f"the focus is not seen: {here}"
            assert here["kind"] != "none" and here["width"] >= 2, f"no ring: {here}"
            assert here["contrast"] >= 3, f"the ring does not stand out: {here}"
        return here

    def press(self, key):
        self.keys.press(key)
        return self.stop()

    def begins(self):
        """A page that has just come: the first stop leads to the content."""
        self.seen.page.wait_for_load_state()
        if self.seen.page.evaluate("document.activeElement === document.body"):
            assert self.press("Tab")["cls"] == "skip"

    def to(self, name, tag=None):
        for _ in range(MOST_STOPS):
            here = self.press("Tab")
            if re.fullmatch(name, here["name"]) and tag in (None, here["tag"]):
                return here
        raise AssertionError(f"{name} is not reached by Tab on {self.seen.path}")

    def follow(self, name, path):
        self.to(name)
        self.keys.press("Enter")
        self.seen.page.wait_for_url(re.compile(path))


def test_a_publisher_without_a_mouse(see, registry, new_name, js):
    """Dark with JavaScript, light without."""
    user = registry.user(new_name("keys"))
    crate = publish(user, new_name("keyboard-crate"))
    settled(registry)
    link = registry.ctl("session", "create", user.login, "--link").split()[-1].removeprefix(registry.url)
    seen = see("/policies")
    seen.page.emulate_media(color_scheme="dark" if js else "light")
    hands = Hands(seen)

    # Sign in by the link, search, open the crate.
    seen.go(link)
    assert seen.path == "/" and seen.page.locator(".user-menu").count() == 1
    assert seen.page.evaluate("document.activeElement.id") == "q"
    hands.keys.type(crate)
    hands.keys.press("Enter")
    seen.page.wait_for_url("**/search?q=*")
    hands.begins()
    hands.keys.press("Enter")
    assert seen.path.endswith("#main")
    hands.follow(crate, f"/crates/{crate}$")

    # Follow it, and back by a stop.
    hands.begins()
    hands.to("Follow", "BUTTON")
    hands.press("Tab")
    assert hands.press("Shift+Tab")["name"] == "Follow"
    hands.keys.press("Space")
    seen.page.get_by_role("button", name="Unfollow").wait_for()

    # Make a token.
    hands.begins()
    hands.to(f".*{user.login}", "SUMMARY")
    hands.keys.press("Enter")
    hands.follow("Account settings", "/settings/profile$")
    hands.begins()
    hands.follow("API tokens", "/settings/tokens$")
    hands.begins()
    hands.follow("New token", "/settings/tokens/new$")
    hands.begins()
    hands.to("name", "INPUT")
    hands.keys.type("by keys")
    while hands.to("scope", "INPUT")["value"] != "yank":
        pass
    hands.keys.press("Space")
    assert seen.page.locator("input[value=yank]").is_checked()
    hands.to("Make the token")
    hands.keys.press("Enter")
    seen.page.get_by_text("The token by keys was made").wait_for()

    # Revoke it.
    hands.begins()
    hands.follow("Revoke by keys", "/revoke$")
    hands.begins()
    hands.to("Revoke.*", "BUTTON")
    hands.keys.press("Space")
    seen.page.get_by_text("The token by keys is revoked.").wait_for()

    # Yank and unyank.
    seen.go(f"/crates/{crate}/versions")
    hands.begins()
    for verb in ("Yank", "Unyank"):
        hands.follow(f"{verb} 1.0.0", f"/{verb.lower()}$")
        hands.begins()
        if verb == "Yank":
            hands.to("message", "INPUT")
            hands.keys.type("does not work")
        hands.to(f"{verb} {crate} 1.0.0", "BUTTON")
        hands.keys.press("Enter")
        seen.page.get_by_text(f"{crate} 1.0.0 was {verb.lower()}ed.").wait_for()
        assert ("does not work" in seen.text) is (verb == "Yank")
        hands.begins()
