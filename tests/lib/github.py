"""GitHub as far as a registry asks it, on 127.0.0.1: the pages of its OAuth, its REST API of users, organisations and teams,
and the keys that sign reports of leaked tokens. For tests, which change it while it runs:

    github = GitHub().start()
    github.user("octo")                         # somebody with an account there
    github.team("acme", "core", octo="active")  # an organisation, a team, its members
    Instance(settings=github.settings())        # a registry that asks it
    github.fail("/user", status=500)            # until github.heal()

and by hand, with a page to choose whom to sign in as:

    python3 -m lib.github --callback http://127.0.0.1:8080/github-redirect.html
"""
import argparse
import base64
import contextlib
import hashlib
import html
import itertools
import json
import re
import secrets
import subprocess
import tempfile
import threading
import time
import urllib.parse

from lib import machine

CLIENT_ID, CLIENT_SECRET = "Iv1.0123456789abcdef", "the secret of the application"
KEY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
numbers = itertools.count(1000)


class Team:
    def __init__(self, org, name, members):
        self.org, self.name, self.slug, self.id, self.members = org, name, name, next(numbers), members


class Org:
    def __init__(self, login):
        self.login, self.id, self.teams, self.admins, self.restricted = login, next(numbers), {}, set(), False
        self.avatar_url = f"https://avatars.example.test/o/{login}"


class SigningKey:
    """An ECDSA key pair on P-256, made and used by openssl."""

    def __init__(self, is_current=True, curve="prime256v1"):
        self.pem = self._run("ecparam", "-name", curve, "-genkey", "-noout")
        self.public = self._run("ec", "-pubout", stdin=self.pem).decode()
        self.id = hashlib.sha256(self.public.encode()).hexdigest()
        self.is_current = is_current

    @staticmethod
    def _run(*args, stdin=b""):
        return subprocess.run(["openssl", *args], input=stdin, capture_output=True, check=True, timeout=60).stdout

    def sign(self, body):
        with tempfile.NamedTemporaryFile() as file:
            file.write(self.pem)
            file.flush()
            return base64.b64encode(self._run("dgst", "-sha256", "-sign", file.name, stdin=body)).decode()


class GitHub(machine.Machine):
    def __init__(self, port=0, callback="http://127.0.0.1:8080/github-redirect.html"):
        super().__init__(Handler, port)
        self.callback = callback
        self.users, self.orgs, self.tokens, self.codes, self.keys = {}, {}, {}, {}, []
        self.files = {}  # "owner/repository": the paths of its files
        self.renamed = {}  # "owner/repository": what it is called now
        self.chosen = None  # who is signed in there: the authorize page needs no click then
        self.anybody = False  # whether users are shown without credentials, as GitHub does
        self.asked = []  # "GET /user" and so on, in order
        self.failures = []  # [pattern, status, body, delay, headers]
        self.pictures = {}  # name: bytes, below /avatars/
        self.lock = threading.RLock()

    def settings(self, *more):
        return (f"github.client_id={CLIENT_ID}", f"github.client_secret={CLIENT_SECRET}", f"github.base_url={self.url}",
                f"github.api_url={self.url}", f"auth.key={KEY}", *more)

    # ---- who is there

    def user(self, login, **more):
        number = next(numbers)
        self.users[login] = {"login": login, "id": number, "name": login.capitalize(),
                             "email": f"{login}@example.test", "avatar_url": f"https://avatars.example.test/u/{number}",
                             "type": "User", **more}
        return self.users[login]

    def rename(self, old, new):
        with self.lock:
            self.users[new] = {**self.users.pop(old), "login": new}
            self.tokens = {token: new if login == old else login for token, login in self.tokens.items()}

    def org(self, login):
        return self.orgs.setdefault(login, Org(login))

    def team(self, org, name, **members):
        """members: login="active" or "pending"."""
        self.org(org).teams[name] = Team(self.org(org), name, members)
        return self.orgs[org].teams[name]

    def token(self, login):
        token = "gho_" + secrets.token_hex(18)
        self.tokens[token] = login
        return token

    def code(self, login, challenge):
        code = secrets.token_hex(10)
        self.codes[code] = (login, challenge)
        return code

    # ---- what goes wrong

    def fail(self, pattern, status=500, body=None, delay=0, headers=None):
        """Whatever path the expression finds: after delay seconds that status (0: the connection is closed) and body."""
        self.failures.append((re.compile(pattern), status, body, delay, headers or {}))

    def heal(self):
        self.failures = []

    @contextlib.contextmanager
    def failing(self, pattern, **how):
        self.fail(pattern, **how)
        try:
            yield
        finally:
            self.heal()

    def count(self, part=""):
        return sum(part in line for line in self.asked)


class Handler(machine.Handler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def reply(self, status, body=b"", content_type="application/json; charset=utf-8", **headers):
        body = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def not_found(self):
        self.reply(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})

    def wrong(self):
        """True where it was told to fail, and has."""
        for pattern, status, body, delay, headers in list(self.machine.failures):
            if not pattern.search(self.path):
                continue
            time.sleep(delay)
            if status:
                with contextlib.suppress(OSError):
                    self.reply(status, {"message": "told so"} if body is None else body, **headers)
            self.close_connection = True
            return True
        return False

    def run(self, method):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query))
        self.form = dict(urllib.parse.parse_qsl(body))
        with self.machine.lock:
            self.machine.asked.append(f"{method} {url.path}")
        if self.wrong():
            return
        for verb, pattern, handle in ROUTES:
            match = re.fullmatch(pattern, url.path)
            if verb == method and match:
                handle(self, *map(urllib.parse.unquote, match.groups()))
                return
        self.not_found()

    def do_GET(self):
        self.run("GET")

    def do_HEAD(self):
        self.run("HEAD")

    def do_POST(self):
        self.run("POST")

    # ---- OAuth: docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps

    def authorize(self):
        query = self.query
        if query.get("client_id") != CLIENT_ID or query.get("code_challenge_method", "S256") != "S256":
            self.not_found()
            return
        login = query.get("as") or self.machine.chosen
        if not login:
            links = "".join(f'<li><a href="?{html.escape(urllib.parse.urlencode({**query, "as": name}))}">{name}</a>'
                            for name in sorted(self.machine.users))
            self.reply(200, f"<!doctype html><title>Sign in</title><ul>{links}</ul>".encode(), "text/html; charset=utf-8")
            return
        back = {"code": self.machine.code(login, query.get("code_challenge")), "state": query.get("state", "")}
        self.reply(302, Location=f"{self.machine.callback}?{urllib.parse.urlencode(back)}")

    def access_token(self):
        form = self.form
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            self.reply(200, {"error": "incorrect_client_credentials"})
            return
        login, challenge = self.machine.codes.pop(form.get("code"), (None, None))
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not login or challenge and base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() != challenge:
            self.reply(200, {"error": "bad_verification_code", "error_description": "The code is incorrect or expired."})
            return
        self.reply(200, {"access_token": self.machine.token(login), "token_type": "bearer", "scope": "read:org"})

    # ---- REST

    def caller(self):
        """The login whose token came; None, and answered, for none."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token in self.machine.tokens:
            return self.machine.tokens[token]
        self.reply(401, {"message": "Bad credentials"})
        return None

    def is_application(self):
        wanted = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def picture(self, name):
        if name in self.machine.pictures:
            self.reply(200, self.machine.pictures[name], "application/octet-stream")
        else:
            self.not_found()

    def me(self):
        login = self.caller()
        if login:
            self.reply(200, self.machine.users[login])

    def user(self, name):
        nobody = self.machine.anybody and "Authorization" not in self.headers
        if not nobody and not self.is_application() and not self.caller():
            return
        for login, user in self.machine.users.items():
            if login.lower() == name.lower():
                self.reply(200, user)
                return
        self.not_found()

    def user_by_id(self, number):
        if not self.is_application():
            self.reply(401, {"message": "Bad credentials"})
            return
        user = next((user for user in self.machine.users.values() if str(user["id"]) == number), None)
        self.reply(200, user) if user else self.not_found()

    def file(self, owner, name, path):
        """Of a public repository; docs.github.com/rest/repos/contents. Only whether it is there."""
        repository = f"{owner}/{name}".lower()
        renamed = self.machine.renamed.get(repository)
        if renamed:
            self.reply(301, Location=f"{self.machine.url}/repos/{renamed}/contents/{path}")
        elif path in self.machine.files.get(repository, ()):
            self.reply(200, {"type": "file", "path": path})
        else:
            self.not_found()

    def org(self, name):
        if not self.caller():
            return
        org = self.machine.orgs.get(name.lower())
        if org:
            self.reply(200, {"login": org.login, "id": org.id, "avatar_url": org.avatar_url})
        else:
            self.not_found()

    def refused(self, org):
        if org.restricted:
            self.reply(403, {"message": "Although you appear to have the correct authorization credentials, the "
                                        "organization has enabled OAuth App access restrictions"})
        return org.restricted

    def team(self, org_name, team_name):
        login = self.caller()
        org = self.machine.orgs.get(org_name.lower())
        team = org and org.teams.get(team_name.lower())
        if not login or org and self.refused(org):
            return
        if not team:
            self.not_found()
            return
        self.reply(200, {"id": team.id, "name": team.name, "slug": team.slug, "privacy": "closed",
                         "organization": {"login": org.login, "id": org.id, "avatar_url": org.avatar_url}})

    def org_by_id(self, number):
        return next((org for org in self.machine.orgs.values() if str(org.id) == number), None)

    def team_membership(self, org_id, team_id, name):
        org = self.org_by_id(org_id)
        if not self.caller() or org and self.refused(org):
            return
        for team in org.teams.values() if org else ():
            if str(team.id) == team_id and name in team.members:
                self.reply(200, {"state": team.members[name], "role": "member"})
                return
        self.not_found()

    def org_membership(self, org_id, name):
        org = self.org_by_id(org_id)
        if not self.caller() or org and self.refused(org):
            return
        members = {login: state for team in org.teams.values() for login, state in team.members.items()} if org else {}
        if org and name in org.admins:
            self.reply(200, {"state": "active", "role": "admin"})
        elif name in members:
            self.reply(200, {"state": members[name], "role": "member"})
        else:
            self.not_found()

    def public_keys(self):
        if not self.is_application():
            self.reply(401, {"message": "Bad credentials"})
            return
        self.reply(200, {"public_keys": [{"key_identifier": key.id, "key": key.public, "is_current": key.is_current}
                                         for key in self.machine.keys]})


ROUTES = (
    ("GET", "/login/oauth/authorize", Handler.authorize),
    ("POST", "/login/oauth/access_token", Handler.access_token),
    ("GET", "/user", Handler.me),
    ("GET", r"/user/(\d+)", Handler.user_by_id),
    ("GET", "/users/([^/]+)", Handler.user),
    ("HEAD", "/repos/([^/]+)/([^/]+)/contents/(.+)", Handler.file),
    ("GET", "/orgs/([^/]+)", Handler.org),
    ("GET", "/orgs/([^/]+)/teams/([^/]+)", Handler.team),
    ("GET", r"/organizations/(\d+)/team/(\d+)/memberships/([^/]+)", Handler.team_membership),
    ("GET", r"/organizations/(\d+)/memberships/([^/]+)", Handler.org_membership),
    ("GET", "/meta/public_keys/secret_scanning", Handler.public_keys),
    ("GET", "/avatars/([^/]+)", Handler.picture),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--callback", default="http://127.0.0.1:8080/github-redirect.html")
    parser.add_argument("users", nargs="*", default=["octocat", "hubot"])
    options = parser.parse_args()
    github = GitHub(options.port, options.callback)
    for login in options.users:
        github.user(login)
    github.team("acme", "core", **{options.users[0]: "active"})
    print("\n".join(f"--set '{setting}'" for setting in github.settings()), flush=True)
    github.server.serve_forever()


if __name__ == "__main__":
    main()
