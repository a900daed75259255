"""Reads pages as a person does: title, headings, text, links, forms; and refuses HTML that is not well nested, or that the
Content-Security-Policy would not let work."""
import html.parser
import re
import urllib.parse

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SELF_CLOSED = {"path", "use", "rect", "circle", "line", "polyline", "polygon", "ellipse", "stop"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
FORM_TYPE = "application/x-www-form-urlencoded"


def plain(words):
    """White space as a reader sees it."""
    return re.sub(r"\s+", " ", "".join(words)).strip()


class Form:
    def __init__(self, attributes):
        self.action, self.method = attributes.get("action", ""), attributes.get("method", "get").lower()
        self.fields = {}  # name: value; of several with one name the list
        self.buttons = []

    def put(self, name, value):
        if name in self.fields:
            old = self.fields[name]
            self.fields[name] = (old if isinstance(old, list) else [old]) + [value]
        else:
            self.fields[name] = value


class Page(html.parser.HTMLParser):
    """Of an answer (requests.Response) or a text."""

    def __init__(self, answer):
        super().__init__()
        source = answer if isinstance(answer, str) else answer.content.decode()
        self.title, self.headings, self.links, self.forms, self.metas, self.rels = "", [], [], [], {}, []
        self.ids, self.data, self.current = [], [], []
        self._open, self._words, self._form, self._select, self._area = [], [], None, None, None
        self._link = self._heading = None  # the words within, as they come
        self._hidden = []  # of each open element: whether it is hidden from those who listen
        self.feed(source)
        self.close()
        assert not self._open, f"not closed: {self._open}"
        assert len(self.ids) == len(set(self.ids)), f"ids twice: {sorted(self.ids)}"
        self.text = plain(self._words)

    # ---- what is in it

    @property
    def h1(self):
        found = [words for level, words in self.headings if level == "h1"]
        assert len(found) == 1, f"h1: {found}"
        return found[0]

    def link(self, words):
        """The target of the first link with these words."""
        for target, text in self.links:
            if text == words:
                return target
        raise AssertionError(f"no link {words!r} among {[text for _, text in self.links]}")

    def has_link(self, target):
        return any(href == target for href, _ in self.links)

    def form(self, action):
        """The form that is sent to this path."""
        for form in self.forms:
            if form.action.split("?")[0] == action:
                return form
        raise AssertionError(f"no form to {action} among {[form.action for form in self.forms]}")

    def has_form(self, action):
        return any(form.action.split("?")[0] == action for form in self.forms)

    def rel(self, rel):
        """The target of <link rel=...>, or None."""
        return next((attributes.get("href") for attributes in self.rels if attributes.get("rel") == rel), None)

    # ---- how it is read

    def handle_starttag(self, tag, attributes):
        attributes = {name: value if value is not None else "" for name, value in attributes}
        bad = [name for name in attributes if name.startswith("on") or name == "style"]
        assert not bad and tag != "style", f"<{tag}> has {bad}"
        if attributes.get("id"):
            self.ids.append(attributes["id"])
        if attributes.get("aria-current"):
            self.current.append(attributes.get("href"))
        if tag not in VOID:
            self._open.append(tag)
            self._hidden.append(attributes.get("aria-hidden") == "true" or "hidden" in attributes)
        if tag == "script" and "src" not in attributes:
            assert attributes.get("type") in ("application/json", "application/ld+json"), "script in the page"
            self.data.append("")
        if tag in HEADINGS:
            self._heading = []
        if tag == "a" and "href" in attributes:
            self._link = (attributes["href"], [])
        if tag == "meta":
            self.metas[attributes.get("name") or attributes.get("property") or ""] = attributes.get("content")
        if tag == "link":
            self.rels.append(attributes)
        if tag == "form":
            self._form = Form(attributes)
            self.forms.append(self._form)
        self._field(tag, attributes)

    def _field(self, tag, attributes):
        name, form = attributes.get("name"), self._form
        if not form or not name and tag != "option":
            return
        kind = attributes.get("type", "")
        if tag == "input" and (kind not in ("checkbox", "radio") or "checked" in attributes):
            form.put(name, attributes.get("value", "on" if kind in ("checkbox", "radio") else ""))
        elif tag == "button":
            form.buttons.append((name, attributes.get("value", "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in attributes or self._select not in form.fields):
            form.fields[self._select] = attributes.get("value", "")
        elif tag == "textarea":
            form.fields[name], self._area = "", name

    def handle_startendtag(self, tag, attributes):
        assert tag in VOID | SELF_CLOSED, f"<{tag}/>"
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self._close()

    def _close(self):
        self._open.pop()
        self._hidden.pop()

    def handle_endtag(self, tag):
        assert self._open and self._open[-1] == tag, f"</{tag}> in {self._open[-3:]}"
        self._close()
        if tag == "a" and self._link:
            self.links.append((self._link[0], plain(self._link[1])))
            self._link = None
        if tag in HEADINGS and self._heading is not None:
            self.headings.append((tag, plain(self._heading)))
            self._heading = None
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._area = None

    def handle_data(self, words):
        tags = self._open
        if tags and tags[-1] == "script":
            if self.data:
                self.data[-1] += words
            return
        if tags and tags[-1] == "title":
            if "svg" not in tags:
                self.title += words
            return
        if self._area and self._form:
            self._form.fields[self._area] += words
        self._words.append(words)
        if self._heading is not None:
            self._heading.append(words)
        if self._link and not any(self._hidden):
            self._link[1].append(words)


class Visitor:
    """A browser without JavaScript: a client of lib/registry.py that keeps cookies, reads pages and sends forms."""

    def __init__(self, client):
        self.client = client
        self.cookies = dict(pair.split("=", 1) for pair in client.headers.get("Cookie", "").split("; ") if pair)

    def _ask(self, method, path, body=None, headers=None):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Cookie": cookie or None, **(headers or {})}
        answer = self.client.request(method, path, body, headers=sent)
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        for line in answer.raw.headers.getlist("Set-Cookie"):
            if "Max-Age=0" in line:
                self.cookies.pop(line.split("=", 1)[0], None)
        return answer

    def get(self, path, headers=None):
        """The answer, with .page where it is one."""
        answer = self._ask("GET", path, headers=headers)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            answer.page = Page(answer)
        return answer

    def send(self, form, headers=None, **fields):
        """Sends a Form with these fields changed (None takes one out). The answer, not followed."""
        values = {**form.fields, **fields}
        body = urllib.parse.urlencode({name: value for name, value in values.items() if value is not None}, doseq=True)
        if form.method == "get":
            return self.get(f"{form.action}?{body}", headers)
        answer = self._ask("POST", form.action, body, {"Content-Type": FORM_TYPE, "Origin": self.client.url,
                                                       **(headers or {})})
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            answer.page = Page(answer)
        return answer

    def follow(self, answer):
        """The page that a 303 (or another redirect) leads to."""
        assert answer.status_code in (301, 302, 303, 307, 308), answer.text
        return self.get(answer.headers["Location"])
