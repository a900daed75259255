"""What a page may cost (contract/web.md 14.2): KiB of HTML and of the whole first view, requests, queries; bytes compressed, without cookies
where the page needs none. Pictures of accounts and of READMEs do not count, nor does the icon that a browser fetches once for its tab."""
import gzip
import re

KIB = 1024
# Class: HTML, first view, requests, queries.
MOST = {"A": (8, 40, 4, 1), "B": (20, 60, 5, 5), "C": (30, 90, 6, 8), "D": (60, 120, 6, 8), "E": (15, 55, 5, 6)}
ASSETS = {".css": 14, ".js": 10, ".svg": 6}
TEXTS = re.compile(r"/(policies|data-access|install|docs/|help/|category_slugs)")
# Pages that may ask more than their class, and why.
DEAR = {
    r"/search\?q=": (8, "an exact name, near names, and the lists of the filters in force are looked up beside the crates"),
    r"/crates/[^/]+/versions$": (6, "whoever is signed in may be in a team that owns the crate"),
}


def class_of(path, who, status):
    if status >= 400 or TEXTS.match(path):
        return "A"
    if who != "-" and not re.match(r"/(crates/[^/]+(/versions)?)?$|/dashboard|/me/", path):
        return "E"
    if re.match(r"/(login|signup|support|shortcuts|accept-invite/|confirm/)", path):
        return "E"
    if re.search(r"/(code|diff|stats)\b", path):
        return "D"
    if re.match(r"/crates/[^/?]+(/[0-9][^/?]*)?(/|/changelog)?$", path):
        return "C"
    return "B"


class Scales:
    """Weighs what a registry sends; an asset once."""

    def __init__(self, registry):
        self.registry, self.assets = registry, {}

    def asset(self, url):
        if url not in self.assets:
            answer = self.registry.anonymous.get(url.removeprefix(self.registry.url), headers={"Accept-Encoding": "identity"})
            self.assets[url] = len(gzip.compress(answer.content))
            most = next((most for ending, most in ASSETS.items() if url.endswith(ending)), None)
            assert most is None or self.assets[url] <= most * KIB, url
        return self.assets[url]

    def check(self, path, who, client, requests):
        """requests: what a browser asked for, of this registry alone."""
        html = {"Accept": "text/html", "Accept-Encoding": "identity"}
        # One of them notes that the session is in use, once a minute; that minute may end at any time.
        answers = [client.get(path, headers=html) for _ in range(3)]
        answer, queries = answers[-1], min(self.registry.queries(one) for one in answers)
        if 300 <= answer.status_code < 400:
            assert queries <= 4, path
            return
        kind = class_of(path, who, answer.status_code)
        most_html, most_view, most_requests, most_queries = MOST[kind]
        size = len(gzip.compress(answer.content))
        extra = {url.split("#")[0] for url in requests if "/assets/" in url and "/favicon" not in url}
        view = size + sum(map(self.asset, extra))
        if answer.status_code >= 400:
            most_queries = 3  # the session, what is not there, and names that are near
        dear = next((most for pattern, (most, _) in DEAR.items() if re.match(pattern, path)), most_queries)
        assert size <= most_html * KIB, f"{path}, class {kind}: {size} bytes of HTML"
        assert view <= most_view * KIB, f"{path}, class {kind}: {view} bytes in all"
        assert 1 + len(extra) <= most_requests, f"{path}, class {kind}: {extra}"
        assert queries <= max(dear, most_queries), f"{path}, class {kind}: {queries} queries"
