"""The table of contract/api.md 8, cell by cell: each route asked by everybody who may not, with a request that would do something for
who may. The answer says why, in the contract's words, and nothing has changed afterwards.

A route that is not in ROUTES fails test_every_route_has_a_line; the line to add says who may (contract/api.md 3.4).
"""
import hashlib
import json
import time

import pytest

from lib.census import accounts, census, settled
from lib.registry import Client, Crate, detail
from lib.steps import crate_id, publish, user_id
from test_routes import TABLE

NAME, OWNER, STRANGER, LOCKED = "rights-crate", "rights-owner", "rights-stranger", "rights-locked"
SCOPES = ["publish-new", "publish-update", "yank", "change-owners", "trusted-publishing"]

NO_AUTH = (403, "this action requires authentication")
FAILED = (403, "authentication failed")
NO_RIGHT = (403, "this token does not have the required permissions to perform this action")
FOREIGN = (403, "invalid origin header")
LOCK = (403, "This account is indefinitely locked. Reason: rights")
WEBSITE = (403, "this action can only be performed on the {site} website")
OLD_FORMAT = (401, "The given API token does not match the format used by {site}.")  # and more
SCHEME = (401, "Invalid `Authorization` header: Found unexpected authentication scheme `Basic`")
LEGACY = (403, "This endpoint cannot be used with legacy API tokens. Use a scoped API token instead.")
NOT_FOUND = (404, "Not Found")
OTHER_USER = (400, "current user does not match requested user")
NO_CONFIG_OWNER = (400, "You are not an owner of this crate")
MISSING = (401, "Missing `Authorization` header")
UNREADABLE = (401, "Invalid `Authorization` header: Failed to parse token")
METRICS = (403, "invalid or missing authorization token")
UNSIGNED = (400, "failed to verify request signature: ")  # and more
MAY = None  # it would be done: other tests do it
OK = (200, None)  # it is answered so, and does nothing


class Line:
    """who: the class, as the contract has it. stranger, admin: what somebody else hears with a session, and with a token unless
    stranger_token says otherwise; legacy: what a token without scopes hears, even the owner's."""

    def __init__(self, route, who, url=None, body=None, scope=None, stranger=MAY, stranger_token="as stranger", admin="as stranger",
                 legacy=MAY, cookie=MAY, trustpub=FAILED):
        self.route, self.method, self.who, self.scope = route, route.split()[0], who, scope
        self.url, self.body = url or route.split()[1], body
        self.stranger, self.legacy, self.cookie, self.trustpub = stranger, legacy, cookie, trustpub
        self.stranger_token = stranger if stranger_token == "as stranger" else stranger_token
        self.admin = stranger if admin == "as stranger" else admin

    def __repr__(self):
        return f"{self.method} {self.url}".replace("{", "").replace("}", "")


CRATE, VERSION = "/api/v1/crates/{name}", "/api/v1/crates/{name}/{version}"
CONFIGS = "/api/v1/trusted_publishing/"
YANK = dict(scope="yank", stranger=(403, "must already be an owner to yank or unyank"), admin=MAY)
OWNERS = dict(scope="change-owners", stranger=(403, "only owners have permission to modify owners"))
CONFIG = dict(scope="trusted-publishing", stranger=NO_CONFIG_OWNER)
GITHUB = {"crate": NAME, "repository_owner": "acme", "repository_name": "tool", "workflow_filename": "release.yml"}
GITLAB = {"crate": NAME, "namespace": "acme", "project": "tool", "workflow_filepath": "ci/release.yml"}

ROUTES = [
    Line("GET /api/v1/crates", "-"),
    Line("GET /api/v1/crates", "U", "/api/v1/crates?following=1"),
    Line("PUT /api/v1/crates/new", "S", body=Crate(NAME, "1.0.1").body, scope="publish-update",
         stranger=(403, "this crate exists but you don't seem to be an owner. If you believe this is a mistake, perhaps you need to accept an "
                        "invitation to be an owner before publishing."), trustpub=(403, f"The provided access token is not valid for crate `{NAME}`")),
    Line("GET /api/v1/crates/new", "-"),
    Line(f"GET {CRATE}", "-"),
    Line(f"PATCH {CRATE}", "S", body={"crate": {"trustpub_only": True}}, scope="trusted-publishing", legacy=LEGACY,
         stranger=(403, "only owners have permission to modify crate settings"), stranger_token=LEGACY),
    Line(f"DELETE {CRATE}", "C", stranger=(403, "only owners have permission to delete crates")),
    Line(f"GET {CRATE}/owners", "-"),
    Line(f"PUT {CRATE}/owners", "S", body={"owners": [STRANGER]}, **OWNERS),
    Line(f"DELETE {CRATE}/owners", "S", body={"owners": [OWNER]}, **OWNERS),
    Line(f"GET {CRATE}/owner_team", "-"),
    Line(f"GET {CRATE}/owner_user", "-"),
    Line(f"GET {CRATE}/downloads", "-"),
    Line(f"GET {CRATE}/versions", "-"),
    Line(f"PUT {CRATE}/follow", "U"),
    Line(f"DELETE {CRATE}/follow", "U"),
    Line(f"GET {CRATE}/following", "C"),
    Line(f"GET {CRATE}/reverse_dependencies", "-"),
    Line(f"GET {VERSION}", "-"),
    Line(f"PATCH {VERSION}", "S", body={"version": {"yanked": True, "yank_message": "rights"}}, **YANK),
    Line(f"DELETE {VERSION}/yank", "S", **YANK),
    Line(f"PUT {VERSION}/unyank", "S", "/api/v1/crates/{name}/0.9.0/unyank", **YANK),
    Line(f"GET {VERSION}/download", "-"),
    Line(f"GET {VERSION}/readme", "-"),
    Line(f"GET {VERSION}/dependencies", "-"),
    Line(f"GET {VERSION}/downloads", "-"),
    Line(f"POST {VERSION}/rebuild_docs", "C", stranger=(403, "user doesn't have permission to trigger a docs rebuild")),
    Line(f"GET {VERSION}/authors", "-"),
    Line("GET /api/v1/keywords", "-"),
    Line("GET /api/v1/keywords/{keyword}", "-"),
    Line("GET /api/v1/categories", "-"),
    Line("GET /api/v1/categories/{category}", "-"),
    Line("GET /api/v1/category_slugs", "-"),
    Line("GET /api/v1/users/{user}", "-", f"/api/v1/users/{OWNER}"),
    Line("PUT /api/v1/users/{user}", "U", body={"user": {"email": "rights@elsewhere.test", "publish_notifications": False}}, stranger=OTHER_USER),
    Line("GET /api/v1/users/{id}/stats", "-"),
    Line("PUT /api/v1/users/{id}/resend", "U", stranger=OTHER_USER),
    Line("PUT /api/v1/confirm/{email_token}", "-"),
    Line("GET /api/v1/teams/{team}", "-"),
    Line("GET /api/v1/me", "C"),
    Line("GET /api/v1/me/updates", "C"),
    Line("PUT /api/v1/me/email_notifications", "U", body="notifications", stranger=OK),
    Line("GET /api/v1/me/tokens", "C"),
    Line("PUT /api/v1/me/tokens", "U", body={"api_token": {"name": "rights"}}, legacy=(400, "cannot use an API token to create a new API token"),
         stranger_token=(400, "cannot use an API token to create a new API token")),
    Line("GET /api/v1/me/tokens/{id}", "U", "/api/v1/me/tokens/{token_id}", stranger=NOT_FOUND),
    Line("DELETE /api/v1/me/tokens/{id}", "U", "/api/v1/me/tokens/{token_id}", stranger=OK),
    Line("DELETE /api/v1/tokens/current", "U", stranger=(400, "token not provided"), stranger_token=MAY, cookie=(400, "token not provided")),
    Line("GET /api/v1/me/crate_owner_invitations", "C"),
    Line("PUT /api/v1/me/crate_owner_invitations/{crate_id}", "U", body="invitation", stranger=NOT_FOUND),
    Line("PUT /api/v1/me/crate_owner_invitations/accept/{token}", "-"),
    Line("GET /api/private/crate_owner_invitations", "C", "/api/private/crate_owner_invitations?crate_name={name}",
         stranger=(403, "only crate owners can query pending invitations for their crate")),
    Line("GET /api/private/crate_owner_invitations", "C", "/api/private/crate_owner_invitations?invitee_id={user}",
         stranger=(403, "only the invitee can query their pending invitations")),
    Line("GET /api/v1/summary", "-"),
    Line("GET /api/v1/site_metadata", "-"),
    Line("POST /api/private/session/begin", "open"),
    Line("POST /api/private/session/authorize", "open", body={"code": "x", "state": "x"}),
    Line("GET /api/private/session/signup", "open"),
    Line("POST /api/private/session/signup", "open", body={"signup": {"email": "rights@elsewhere.test"}}),
    Line("DELETE /api/private/session/signup", "open"),
    Line("DELETE /api/private/session", "open"),
    Line("POST /api/v1/trusted_publishing/tokens", "-", body={"jwt": "a.b.c"}),
    Line("DELETE /api/v1/trusted_publishing/tokens", "TP"),
    Line(f"POST {CONFIGS}github_configs", "S", body={"github_config": GITHUB}, **CONFIG),
    Line(f"GET {CONFIGS}github_configs", "S", CONFIGS + "github_configs?crate={name}", **CONFIG),
    Line(f"GET {CONFIGS}github_configs", "S of all", CONFIGS + "github_configs?user_id={user}", scope="trusted-publishing", legacy=LEGACY, stranger_token=LEGACY,
         stranger=(403, "this action requires authentication as the specified user")),
    Line(f"DELETE {CONFIGS}github_configs/{{id}}", "S", CONFIGS + "github_configs/{github_id}", **CONFIG),
    Line(f"POST {CONFIGS}gitlab_configs", "S", body={"gitlab_config": GITLAB}, **CONFIG),
    Line(f"GET {CONFIGS}gitlab_configs", "S", CONFIGS + "gitlab_configs?crate={name}", **CONFIG),
    Line(f"GET {CONFIGS}gitlab_configs", "S of all", CONFIGS + "gitlab_configs?user_id={user}", scope="trusted-publishing", legacy=LEGACY, stranger_token=LEGACY,
         stranger=(403, "this action requires authentication as the specified user")),
    Line(f"DELETE {CONFIGS}gitlab_configs/{{id}}", "S", CONFIGS + "gitlab_configs/{gitlab_id}", **CONFIG),
    Line("GET /api/private/metrics/{kind}", "M"),
    Line("GET /api/private/admin_list/{username}", "A", f"/api/private/admin_list/{OWNER}"),
    Line("POST /api/github/secret-scanning/verify", "G", body=[{"token": "x", "type": "x", "url": "x", "source": "x"}]),
    Line("GET /api/openapi.json", "-"),
]
THERE = {f"{method} {path}" for method, path in TABLE}


def test_every_route_has_a_line():
    """Which line to add: who may, a request that would do something for them, and what a stranger hears."""
    missing = {route for route in THERE if route.split()[1].startswith("/api/")} - {line.route for line in ROUTES}
    assert not missing, f"add a Line to ROUTES for {sorted(missing)}: Line(route, class of contract/api.md 3.4, url, body, scope=, stranger=)"


# ---- who asks

@pytest.fixture(scope="module")
def people(registry, boss):
    """Names for each kind of credentials: the headers. What a Line needs to know stands under "ids"."""
    owner, stranger, locked = registry.user(OWNER), registry.user(STRANGER), registry.user(LOCKED)
    publish(owner, NAME, "0.9.0", "1.0.0")
    assert owner.token.delete(f"/api/v1/crates/{NAME}/0.9.0/yank").status_code == 200
    other = publish(owner, NAME + "-other")

    def token(login, *options):
        return {"Authorization": registry.token(login, "rights", *options)}

    def scopes(*names):
        return [word for name in names for word in ("--scope", name)]
    revoked = token(OWNER)
    registry.ctl("token", "revoke", revoked["Authorization"])
    found = {
        "nobody": {},
        "foreign cookie": {"Cookie": owner.cookie, "Origin": "https://elsewhere.test"},
        "foreign token": {**token(OWNER), "Origin": "https://elsewhere.test"},
        "unknown": {"Authorization": "cht_" + "a" * 32},
        "expired": token(OWNER, "--expires", "2020-01-01T00:00:00Z"),
        "revoked": revoked,
        "malformed": {"Authorization": "an-old-token"},
        "basic": {"Authorization": "Basic eDp4"},
        "trustpub": {"Authorization": trustpub_token(registry, other)},
        "cookie of the locked": {"Cookie": locked.cookie},
        "token of the locked": token(LOCKED, *scopes(*SCOPES)),
        "no scope of all": token(OWNER, *scopes(*SCOPES)),  # for routes that no scope is for
        "limited": token(OWNER, "--crate", NAME),
        "limited elsewhere": token(OWNER, "--crate", NAME + "-o*"),
        "legacy": token(OWNER),
        "cookie": {"Cookie": owner.cookie},
        "stranger": {"Cookie": stranger.cookie},
        "token of a stranger": token(STRANGER),
        "admin": {"Cookie": boss.cookie},
        **{f"all but {scope}": token(OWNER, *scopes(*[name for name in SCOPES if name != scope])) for scope in SCOPES},
        **{f"{scope} elsewhere": token(OWNER, "--scope", scope, "--crate", NAME + "-o*") for scope in SCOPES},
        **{f"{scope} of a stranger": token(STRANGER, "--scope", scope) for scope in SCOPES},
    }
    registry.ctl("user", "lock", LOCKED, "--reason", "rights")
    found["ids"] = ids(registry)
    return found


def ids(registry):
    number = crate_id(registry, NAME)
    registry.sql("INSERT INTO trustpub_configs_gitlab (created_us, crate_id, namespace, namespace_lower, project, project_lower, workflow_filepath)"
                 f" VALUES (1, {number}, 'a', 'a', 'a', 'a', 'a.yml')")
    registry.sql("INSERT INTO trustpub_configs_github (created_us, crate_id, repository_owner, repository_owner_lower, repository_name,"
                 f" repository_name_lower, workflow_filename, repository_owner_id) VALUES (1, {number}, 'a', 'a', 'a', 'a', 'a.yml', 1)")
    owner = user_id(registry, OWNER)
    found = {"user": owner, "id": owner, "name": NAME, "version": "1.0.0", "crate_id": number, "keyword": "rights", "category": "science",
             "email_token": "y" * 26, "token": "y" * 26, "team": "github:rights:team", "kind": "service", "username": OWNER}
    for name, table in (("token_id", f"api_tokens WHERE user_id = {owner}"), ("github_id", f"trustpub_configs_github WHERE crate_id = {number}"),
                        ("gitlab_id", f"trustpub_configs_gitlab WHERE crate_id = {number}")):
        found[name] = registry.sql(f"SELECT MIN(id) FROM {table}")[0][0]
    return found


def trustpub_token(registry, crate):
    """For that crate (contract/api.md 27.3)."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    raw = hashlib.sha256(crate.encode()).hexdigest()[:31]
    check = 0
    for byte in raw.encode():
        check ^= byte
    registry.sql(f"INSERT INTO trustpub_tokens (created_us, expires_us, hashed_token, crate_ids) VALUES (1, {int(time.time() + 3600) * 10**6}, "
                 f"UNHEX(SHA2('{raw}', 256)), '[{crate_id(registry, crate)}]')")
    return "cio_tp_" + raw + letters[check % 62]


# ---- what they hear

COMMON = {"nobody": NO_AUTH, "foreign cookie": FOREIGN, "foreign token": FOREIGN, "unknown": FAILED, "expired": FAILED, "revoked": FAILED, "malformed": OLD_FORMAT,
          "basic": SCHEME, "cookie of the locked": LOCK, "token of the locked": LOCK}
ANONYMOUS = [*COMMON, "trustpub", "no scope of all", "limited", "legacy", "stranger", "token of a stranger", "admin"]


def cells(line):
    """{who: what they hear}, for all that may not, or may without effect."""
    if line.who in ("-", "open", "M", "G"):
        said = {"M": METRICS, "G": UNSIGNED}.get(line.who)
        return {who: said for who in ANONYMOUS}
    if line.who == "TP":
        return {"nobody": MISSING, "cookie": MISSING, "stranger": MISSING, "legacy": UNREADABLE, "no scope of all": UNREADABLE, "unknown": UNREADABLE,
                "malformed": UNREADABLE, "basic": SCHEME, "token of the locked": UNREADABLE}
    said = {**COMMON, "trustpub": line.trustpub, "stranger": line.stranger, "admin": line.admin, "cookie": line.cookie}
    tokens = ["no scope of all", "limited", "limited elsewhere"]
    if line.who == "C":
        said.update({who: WEBSITE for who in [*tokens, "legacy", "token of a stranger"]})
    elif line.who == "U":
        said.update({who: NO_RIGHT for who in tokens})
        said.update({"legacy": line.legacy, "token of a stranger": line.stranger_token})
    elif line.who == "A":
        no_admin = (403, "must be an admin to use this route")
        said.update({who: NO_RIGHT for who in tokens})
        said.update({"legacy": no_admin, "cookie": no_admin, "stranger": no_admin, "token of a stranger": no_admin})
    elif line.who == "S of all":  # whichever crates a token is for: they filter
        said.update({"legacy": line.legacy, "token of a stranger": line.stranger_token, f"all but {line.scope}": NO_RIGHT,
                     f"{line.scope} of a stranger": line.stranger})
    else:
        assert line.who == "S"
        said.update({"legacy": line.legacy, "limited": line.legacy, "limited elsewhere": NO_RIGHT, "token of a stranger": line.stranger_token,
                     f"all but {line.scope}": NO_RIGHT, f"{line.scope} elsewhere": NO_RIGHT, f"{line.scope} of a stranger": line.stranger})
    return {who: what for who, what in said.items() if what is not MAY}


def ask(registry, line, people, who):
    bodies = {"notifications": [{"id": people["ids"]["crate_id"], "email_notifications": False}],
              "invitation": {"crate_owner_invite": {"crate_id": people["ids"]["crate_id"], "accepted": True}}}
    body = bodies.get(line.body, line.body) if isinstance(line.body, str) else line.body
    return Client(registry.url).request(line.method, line.url.format(**people["ids"]), body, headers=people[who])


@pytest.fixture(scope="module", autouse=True)
def unharmed(registry, people):
    settled(registry)
    before, mine = census(registry), accounts(registry)
    yield
    settled(registry)
    assert census(registry) == before and accounts(registry) == mine


@pytest.mark.parametrize("line", [line for line in ROUTES if line.route in THERE], ids=repr)
def test_cells(registry, people, line):
    plain = None
    for who, what in cells(line).items():
        if line.who == "open" and people[who].get("Cookie"):
            continue  # they are about the session: test_sign_in.py, test_me.py
        answer = ask(registry, line, people, who)
        if line.who in ("-", "open"):  # credentials are not looked at
            plain = plain or answer
            assert answer.status_code == plain.status_code, who
            assert line.who == "open" or (answer.content, answer.headers.get("Location")) == (plain.content, plain.headers.get("Location")), who
            continue
        status, words = what
        assert answer.status_code == status, (who, answer.text)
        if words is not None:
            words = words.format(site=registry.site)
            assert detail(answer).startswith(words) if what in (OLD_FORMAT, UNSIGNED) else detail(answer) == words, (who, answer.text)
            assert list(json.loads(answer.text)) == ["errors"]
