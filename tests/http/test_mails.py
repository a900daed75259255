"""Letters (contract/jobs.md 15, contract/api.md appendix B): who gets which, what stands in it, where its links lead; and
what happens when the mail server does not want it."""
import email.utils
import re
import time

import pytest

from lib.instance import Instance
from lib.registry import Client, Crate
from lib.smtp import Server
from lib.steps import refused, user_id

CONFIRM = "Please confirm your email address"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("smtp")
    folder.chmod(0o755)
    server = Server(folder, tls="starttls", user="registry", password="p4ss w0rd").start()
    server.certificate.chmod(0o644)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def post(server):
    """A registry that hands its letters over to that server."""
    folder = server.certificate.parent
    for path in (folder, folder.parent, folder.parent.parent):
        path.chmod(path.stat().st_mode | 0o055)  # as root the programs run as another user
    instance = Instance(settings=["server.max_requests=0", "site.domain=crates.test", *server.settings()])
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture
def person(post, new_name):
    """A function: a new account of that registry; its address is in .address."""
    def make(stem="person", **more):
        login = new_name(stem)
        user = post.user(login, **more)
        user.address, user.id = f"{login}@example.test", user_id(post, login)
        return user
    return make


def published(user, name, version="1.0.0"):
    answer = user.token.publish(Crate(name, version))
    assert answer.status_code == 200, answer.text
    return name


def links(post, letter):
    """Paths of the site that the text leads to; the HTML leads to the same."""
    found = [path.rstrip(").") for path in re.findall(re.escape(post.url) + r"(/\S*)", letter.text)]
    for path in found:
        assert f'href="{post.url}{path}"' in letter.html
    return found


def well_made(letter, address, unsubscribe=False):
    """What every letter has, whatever it says."""
    sender = email.utils.parseaddr(str(letter["From"]))
    assert sender == ("crates.test", letter.sender) and letter.sender == "noreply@127.0.0.1"
    assert letter.to == [address] and email.utils.parseaddr(str(letter["To"]))[1] == address
    assert re.fullmatch(r"<[0-9A-Za-z]{32}@127\.0\.0\.1>", str(letter["Message-ID"]))
    assert abs(email.utils.parsedate_to_datetime(str(letter["Date"])).timestamp() - time.time()) < 600
    assert letter["Auto-Submitted"] == "auto-generated" and letter["MIME-Version"] == "1.0"
    assert [part.get_content_type() for part in letter.message.iter_parts()] == ["text/plain", "text/html"]
    assert not letter.message.defects and not [d for part in letter.message.iter_parts() for d in part.defects]
    assert (letter["List-Unsubscribe"] is not None) == unsubscribe
    assert (letter["List-Unsubscribe-Post"] is not None) == unsubscribe
    assert len(letter.message.get_all("To")) == len(letter.message.get_all("Subject")) == 1
    assert letter.message.get_all("Bcc") is None
    for line in letter.raw.split(b"\r\n"):
        assert len(line) <= 78 and b"\n" not in line and b"\r" not in line
    assert letter.text.replace("\r\n", "\n").endswith("\n--\nThe crates.test Team\n")
    assert letter.subject.startswith("crates.test: ")
    return letter


def one(server, address, subject, unsubscribe=False):
    letter = well_made(server.one(address), address, unsubscribe)
    assert letter.subject == f"crates.test: {subject}"
    return letter


# ---- each letter


def test_confirm(post, server, person):
    user = person(verified=False)
    me = f"/api/v1/users/{user.id}"
    address = f"new-{user.address}"
    assert user.browser.put(me, {"user": {"email": address}}).status_code == 200
    letter = one(server, address, CONFIRM)
    (path,) = links(post, letter)
    assert path.startswith("/confirm/") and user.login in letter.text
    assert '"@type": "ViewAction"' in letter.html and f'"target": "{post.url}{path}"' in letter.html
    assert not server.to(user.address), "the old address hears nothing"
    answer = post.anonymous.put("/api/v1" + path)
    assert answer.status_code == 200 and user.browser.get("/api/v1/me").json()["user"]["email_verified"]

    assert user.browser.put(me + "/resend").status_code == 200
    again = server.wait(address, 2)[1]
    assert links(post, again) != [path], "a new token"
    assert again["Message-ID"] != letter["Message-ID"]
    refused(post.anonymous.put("/api/v1" + path), 400, "Email belonging to token not found.")
    assert post.anonymous.put("/api/v1" + links(post, again)[0]).status_code == 200

    # upstream: the same address is to be confirmed again, by the same token
    assert user.browser.put(me, {"user": {"email": address}}).status_code == 200
    assert links(post, server.wait(address, 3)[2]) == links(post, again)


def test_notifications_off(post, server, person):
    user, other = person(), person(verified=False)
    for who in (user, other):
        for on in (True, False, False, True, True):
            assert who.browser.put(f"/api/v1/users/{who.id}",
                                   {"user": {"publish_notifications": on}}).status_code == 200
    letter = one(server, user.address, "Unsubscribed from publish notifications")
    assert links(post, letter) == ["/settings/profile"]
    # of the other one nothing has come: his jobs are older than this letter
    assert other.browser.put("/api/v1/me/tokens", {"api_token": {"name": "last"}}).status_code == 200
    one(server, other.address, 'New API token "last" created')


def invite(user, crate, *logins):
    return user.browser.put(f"/api/v1/crates/{crate}/owners", {"owners": list(logins)})


def test_invitation(post, server, person, new_name):
    owner, guest, unverified = person(), person("guest"), person("guest", verified=False)
    crate = published(owner, new_name("post"))
    server.one(owner.address)
    assert invite(owner, crate, guest.login, unverified.login).status_code == 200
    letter = one(server, guest.address, f'Ownership invitation for "{crate}"')
    accept, pending = links(post, letter)
    assert pending == "/me/pending-invites" and owner.login in letter.text and crate in letter.text
    assert '"@type": "ViewAction"' in letter.html and f'"target": "{post.url}{accept}"' in letter.html
    assert invite(owner, crate, guest.login).status_code == 200, "already has one"

    token = accept.removeprefix("/accept-invite/")
    answer = post.anonymous.put(f"/api/v1/me/crate_owner_invitations/accept/{token}")
    assert answer.status_code == 200, answer.text
    owners = post.anonymous.get(f"/api/v1/crates/{crate}/owner_user").json()["users"]
    assert {o["login"] for o in owners} == {owner.login, guest.login}

    # the address that nobody verified: nothing, and still nothing when everything before it was sent
    assert unverified.browser.put("/api/v1/me/tokens", {"api_token": {"name": "last"}}).status_code == 200
    one(server, unverified.address, 'New API token "last" created')
    server.one(guest.address)


@pytest.mark.parametrize("verified", [True, False])
def test_new_token(post, server, person, verified):
    user = person(verified=verified)
    assert user.browser.put("/api/v1/me/tokens", {"api_token": {"name": "for the <b>CI</b>"}}).status_code == 200
    letter = one(server, user.address, 'New API token "for the <b>CI</b>" created')
    assert links(post, letter) == ["/settings/tokens"]
    assert '"for the <b>CI</b>"' in letter.text and "<b>" not in letter.html and "&lt;b&gt;CI&lt;/b&gt;" in letter.html
    assert "cht_" not in letter.text + letter.html


@pytest.mark.parametrize("name,shown", [
    ("a\r\nBcc: evil@example.test\r\n\r\nHello", "a  Bcc: evil@example.test    Hello"),
    ("n\N{LATIN SMALL LETTER A WITH DIAERESIS}me \N{CRAB} " * 23, None),
    ("x" * 255, "x" * 100 + "\N{HORIZONTAL ELLIPSIS}"),
    ("=?UTF-8?Q?a?=", "=?UTF-8?Q?a?="), ("--=_b", "--=_b"), (".", "."), ("{{ v }}{% x %}", "{{ v }}{% x %}"),
    ('"><script>alert(1)</script>', '"><script>alert(1)</script>'), ("\0\x1b[31m\x7f", "  [31m "),
], ids=range(9))
def test_hostile_names(server, person, name, shown):
    user = person()
    assert user.browser.put("/api/v1/me/tokens", {"api_token": {"name": name}}).status_code == 200
    letter = well_made(server.one(user.address), user.address)
    if shown is None:
        shown = name[:100] + "\N{HORIZONTAL ELLIPSIS}"
    # the email library takes encoded words apart where they were folded
    assert letter.subject.replace(" ", "") == f'crates.test: New API token "{shown}" created'.replace(" ", "")
    assert f'"{shown}"' in letter.text
    assert "<script>alert" not in letter.html


@pytest.mark.parametrize("verified", [True, False])
def test_deleted_crate(post, server, person, new_name, verified):
    user = person()
    crate = published(user, new_name("gone"))
    server.one(user.address)
    post.sql(f"UPDATE emails SET verified = {int(verified)} WHERE user_id = {user.id}")
    assert user.browser.delete(f"/api/v1/crates/{crate}").status_code == 204
    letter = well_made(server.wait(user.address, 2)[1], user.address)
    assert letter.subject == f'crates.test: Deleted "{crate}" crate'
    assert crate in letter.text


def three_owners(post, server, person, new_name):
    """Two with a verified address, one without; the letters so far are forgotten."""
    owner, second, third = person("one"), person("two"), person("three", verified=False)
    crate = published(owner, new_name("owned"))
    server.one(owner.address)
    post.ctl("crate", "owners", crate, "--add", second.login, "--add", third.login)
    server.letters.clear()
    return crate, owner, second, third


def test_only_trusted_publishing(post, server, person, new_name):
    crate, owner, second, third = three_owners(post, server, person, new_name)
    post.sql(f"UPDATE users SET gh_login = 'at-github', gh_login_lower = 'at-github' WHERE id = {owner.id}")  # not what he is called here
    for on, words in ((True, "Trusted Publishing only"), (False, "and with API tokens")):
        for _ in range(2):  # the second time nothing changes
            answer = owner.browser.patch(f"/api/v1/crates/{crate}", {"crate": {"trustpub_only": on}})
            assert answer.status_code == 200
        subject = f"Publishing method restriction changed for {crate}"
        mine, other = one(server, owner.address, subject), one(server, second.address, subject)
        assert "\nyou changed how" in mine.text and f"\n{owner.login} changed how" in other.text
        for letter in (mine, other):
            assert "at-github" not in letter.text + letter.html and words in letter.text and links(post, letter) == [f"/crates/{crate}/settings"]
        assert not server.to(third.address)
        server.letters.clear()


def publish_again(post, user, crate, version):
    assert user.token.publish(Crate(crate, version)).status_code == 200


def test_publish(post, server, person, new_name):
    crate, owner, second, third = three_owners(post, server, person, new_name)
    fourth = person("four")
    post.ctl("crate", "owners", crate, "--add", fourth.login)
    post.sql(f"UPDATE users SET publish_notifications = 0 WHERE id = {fourth.id}")
    publish_again(post, owner, crate, "1.1.0+build")
    subject = f"Successfully published {crate}@1.1.0+build"
    mine, other = one(server, owner.address, subject, True), one(server, second.address, subject, True)
    assert f"by your account ({post.url}/users/{owner.login})." in mine.text
    assert f"by {owner.login} ({post.url}/users/{owner.login})." in other.text
    assert re.search(r"was published at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ by", mine.text)
    for letter in (mine, other):
        assert f"/crates/{crate}/1.1.0+build" in links(post, letter)
        assert '"@type": "ViewAction"' in letter.html and f'"target": "{post.url}/crates/{crate}/' in letter.html
    assert not server.to(third.address) and not server.to(fourth.address)


def unsubscribe_path(post, letter):
    url = str(letter["List-Unsubscribe"]).strip().strip("<>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url.startswith(post.url + "/unsubscribe/") and re.fullmatch(r"[A-Za-z0-9]{32}", url.rpartition("/")[2])
    return url.removeprefix(post.url)


def wants(post, user):
    return post.sql(f"SELECT publish_notifications FROM users WHERE id = {user.id}") == [["1"]]


def test_unsubscribing(post, server, person, new_name):
    crate, owner, second, _ = three_owners(post, server, person, new_name)
    publish_again(post, owner, crate, "1.1.0")
    path = unsubscribe_path(post, server.one(second.address))
    assert path != unsubscribe_path(post, server.one(owner.address))
    nobody = Client(post.url)

    page = nobody.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 200 and "<form" in page.text and second.login in page.text
    assert page.headers["Cache-Control"].find("no-store") >= 0
    assert nobody.request("HEAD", path).status_code == 200 and wants(post, second), "a look changes nothing"

    # as a mail program does it: RFC 8058; no User-Agent, no Origin, nobody signed in
    for _ in range(2):
        answer = nobody.post(path, b"List-Unsubscribe=One-Click", headers={
            "Content-Type": "application/x-www-form-urlencoded", "User-Agent": None})
        assert answer.status_code == 200 and "no more letters" in answer.text, answer.text
        assert not wants(post, second) and wants(post, owner)
    subjects = [letter.subject for letter in server.wait(second.address, 2)]
    assert subjects[1] == "crates.test: Unsubscribed from publish notifications"
    assert "<form method=\"post\" action=\"/unsubscribe" not in nobody.get(path).text
    publish_again(post, owner, crate, "1.2.0")
    server.wait(owner.address, 2)
    server.wait(second.address, 2)

    # the same link works when they were switched on again
    assert second.browser.put(f"/api/v1/users/{second.id}", {"user": {"publish_notifications": True}}).status_code == 200
    assert nobody.post(path).status_code == 200 and not wants(post, second)


@pytest.mark.parametrize("token", ["x", "A" * 32, "%00", "a" * 3000, "%C3%A4"])
def test_unsubscribing_nobody(post, token):
    before = post.sql("SELECT id, publish_notifications FROM users ORDER BY id")
    for method in ("GET", "POST"):
        assert post.anonymous.request(method, f"/unsubscribe/{token}").status_code in (400, 404)
    assert post.sql("SELECT id, publish_notifications FROM users ORDER BY id") == before


def test_queries_of_unsubscribing(post, server, person, new_name):
    owner = person()
    published(owner, new_name("unsub"))
    path = unsubscribe_path(post, server.one(owner.address))
    assert post.queries(post.anonymous.get(path)) == 1  # whose it is
    assert post.queries(post.anonymous.post(path)) == 3  # whose it is, the switch, the letter
    assert post.queries(post.anonymous.post(path)) == 2


@pytest.mark.parametrize("local", ["j\N{LATIN SMALL LETTER U WITH DIAERESIS}rgen", '"a b@c"', "x+y=z", "a" * 64],
                         ids=["UTF-8", "quoted", "signs", "long"])
def test_unusual_addresses(post, server, person, new_name, local):
    user, address = person(), f"{local}@{new_name('host')}.example.test"
    assert user.browser.put(f"/api/v1/users/{user.id}", {"user": {"email": address}}).status_code == 200
    letter = server.one(address)
    assert address.encode() in letter.raw and letter.subject == f"crates.test: {CONFIRM}"
    assert post.anonymous.put("/api/v1" + links(post, letter)[0]).status_code == 200


# ---- letters of jobs, and those whose senders other tests have


def soon(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86400))


def test_token_runs_out(post, server, person):
    user, other = person(), person(verified=False)
    for who in (user, other):
        for name, days in (("far", 4), ("near", 2), ("past", -1), ("revoked", 1)):
            answer = who.browser.put("/api/v1/me/tokens", {"api_token": {
                "name": name, "expired_at": soon(days), "crate_scopes": None, "endpoint_scopes": None}})
            assert answer.status_code == 200
            if name == "near":
                who.near = answer.json()["api_token"]
            if name == "revoked":
                assert who.browser.delete(f"/api/v1/me/tokens/{answer.json()['api_token']['id']}").status_code == 200
        server.wait(who.address, 4)
    server.letters.clear()
    for _ in range(2):
        post.ctl("job", "enqueue", "send_token_expiry_notifications")
        for who in (user, other):
            letter = one(server, who.address, 'Your API token "near" is about to expire')
            assert links(post, letter) == [f"/settings/tokens/new?from={who.near['id']}"]
            assert who.near["expired_at"] in letter.text
    rows = post.sql("SELECT name FROM api_tokens WHERE expiry_notification_us IS NOT NULL"
                    f" AND user_id IN ({user.id}, {other.id})")
    assert rows == [["near"], ["near"]]


def enqueue(post, kind, data):
    import json
    post.ctl("job", "enqueue", kind, "--data", json.dumps(data))


@pytest.mark.parametrize("url", ["https://github.com/a/b/blob/main/x", None])
def test_token_exposed(post, server, person, url):
    user = person(verified=False)
    (number,) = post.sql(f"SELECT id FROM api_tokens WHERE user_id = {user.id}")[0]
    enqueue(post, "send_mail", {"letter": "token_exposed", "at": 1, "token_id": int(number), "reporter": "GitHub",
                                "source": "commit", **({"url": url} if url else {})})
    letter = one(server, user.address, f'Your API token "{user.login}\'s token" has been revoked')
    assert "GitHub" in letter.text and "commit" in letter.text and (url or "not provided") in letter.text
    assert not url or f'href="{url}"' in letter.html


def test_trusted_token_exposed(post, server, person, new_name):
    crate, owner, second, third = three_owners(post, server, person, new_name)
    mine = published(owner, new_name("another"))
    server.one(owner.address)
    server.letters.clear()
    # one address of two accounts gets one letter
    twin = person("twin", email=second.address)
    post.ctl("crate", "owners", mine, "--add", twin.login)
    ids = [int(post.sql(f"SELECT id FROM crates WHERE name = '{name}'")[0][0]) for name in (crate, mine)]
    enqueue(post, "notify_owners", {"letter": "trustpub_token_exposed", "at": 2, "crate_ids": [*ids, 999999],
                                    "reporter": "GitHub", "source": "issue_body", "url": "javascript:alert(1)"})
    subject = "Your Trusted Publishing token has been revoked"
    for who in (owner, second):
        letter = one(server, who.address, subject)
        assert re.findall(r"^    (\S+)$", letter.text, re.M) == sorted([crate, mine])
        assert 'href="javascript' not in letter.html
    assert not server.to(third.address)


@pytest.mark.parametrize("letter,did,environment", [
    ("trustpub_config_created", "added", "release"), ("trustpub_config_deleted", "removed", None)])
def test_trusted_workflows(post, server, person, new_name, letter, did, environment):
    crate, owner, second, third = three_owners(post, server, person, new_name)
    number = int(post.sql(f"SELECT id FROM crates WHERE name = '{crate}'")[0][0])
    enqueue(post, "notify_owners", {
        "letter": letter, "at": 3, "crate_id": number, "actor_id": int(second.id), "provider": "GitHub Actions",
        "repository": "o/r", "workflow": "release.yml", "workflow_url": "https://github.com/o/r/x.yml",
        **({"environment": environment} if environment else {})})
    where = "to" if did == "added" else "from"
    subject = f"Trusted Publishing configuration {did} {where} {crate}"
    mine, other = one(server, second.address, subject), one(server, owner.address, subject)
    assert f"\nyou {did} a" in mine.text and f"\n{second.login} {did} a" in other.text
    assert "Environment: " + (environment or "any") in mine.text and "GitHub Actions" in mine.text
    assert 'href="https://github.com/o/r/x.yml"' in mine.html
    assert not server.to(third.address)


def test_workflows_that_an_owner_trusts(post, server, person, new_name):
    """By the API, from the change to the letter."""
    crate, owner, second, third = three_owners(post, server, person, new_name)
    path = "/api/v1/trusted_publishing/gitlab_configs"
    answer = second.browser.post(path, {"gitlab_config": {
        "crate": crate, "namespace": "acme/sub", "project": "tool", "workflow_filepath": "ci/a b.yml", "environment": "prod"}})
    assert answer.status_code == 200, answer.text
    assert second.browser.delete(f"{path}/{answer.json()['gitlab_config']['id']}").status_code == 204
    for did, where in (("added", "to"), ("removed", "from")):
        subject = f"Trusted Publishing configuration {did} {where} {crate}"
        mine = next(letter for letter in server.wait(second.address, 2) if subject in letter.subject)
        other = next(letter for letter in server.wait(owner.address, 2) if subject in letter.subject)
        assert f"\nyou {did} a" in mine.text and f"\n{second.login} {did} a" in other.text
        for letter in (mine, other):
            assert "GitLab CI/CD" in letter.text and "acme/sub/tool" in letter.text and "Environment: prod" in letter.text
            assert 'href="https://gitlab.com/acme/sub/tool/-/blob/HEAD/ci/a%20b.yml"' in letter.html
    assert not server.to(third.address)


@pytest.mark.parametrize("data", [
    '{}', '{"letter":"no such"}', '{"letter":1}', '{"letter":"new_token","token_id":"x"}',
    '{"letter":"trustpub_token_exposed","crate_ids":{}}',
])
def test_bad_jobs(post, data):
    post.ctl("job", "enqueue", "notify_owners", "--data", data)
    end = time.time() + 60
    while post.sql("SELECT COUNT(*) FROM background_jobs WHERE job_type = 'notify_owners' AND retries > 0") != [["1"]]:
        assert time.time() < end
        time.sleep(0.1)
    post.sql("DELETE FROM background_jobs WHERE job_type = 'notify_owners'")


def gone(post, kind="send_%", seconds=60):
    """Waits until no job of that kind is there."""
    end = time.time() + seconds
    while post.sql(f"SELECT COUNT(*) FROM background_jobs WHERE job_type LIKE '{kind}'") != [["0"]]:
        assert time.time() < end, post.ctl("job", "list")
        time.sleep(0.1)


@pytest.mark.parametrize("data", [
    {"letter": "user_confirm", "user_id": 999999}, {"letter": "new_token", "token_id": 999999},
    {"letter": "owner_invite", "user_id": 1, "crate_id": 999999}, {"letter": "publish_notification", "user_id": 1},
])
def test_what_is_gone_needs_no_letter(post, server, data):
    before = len(server.letters)
    enqueue(post, "send_mail", data)
    gone(post)
    assert len(server.letters) == before


# ---- no letter


def test_refused_requests_send_nothing(post, server, person, new_name):
    user, other = person(), person()
    crate = published(user, new_name("quiet"))
    server.one(user.address)
    server.letters.clear()
    me = f"/api/v1/users/{user.id}"
    refused(user.browser.put(me, {"user": {"email": "nonsense"}}), 400, "invalid email address")
    refused(other.browser.put(me, {"user": {"email": user.address, "publish_notifications": False}}), 400,
            "current user does not match requested user")
    refused(other.browser.put(me + "/resend"), 400, "current user does not match requested user")
    refused(invite(user, crate, other.login, "nobody-called-so"), 400,
            "could not find user with login `nobody-called-so`")
    refused(invite(other, crate, other.login), 403, "only owners have permission to modify owners")
    assert user.browser.put("/api/v1/me/tokens", {"api_token": {"name": ""}}).status_code == 400
    assert user.browser.put("/api/v1/me/tokens", {"api_token": {"name": "x", "endpoint_scopes": ["no"]}}
                            ).status_code == 400
    assert other.browser.delete(f"/api/v1/crates/{crate}").status_code == 403
    assert other.browser.patch(f"/api/v1/crates/{crate}", {"crate": {"trustpub_only": True}}).status_code == 403
    assert user.token.publish(Crate(crate)).status_code == 400  # is there already
    assert user.browser.patch(f"/api/v1/crates/{crate}", {"crate": {"trustpub_only": False}}).status_code == 200
    assert post.sql("SELECT COUNT(*) FROM background_jobs WHERE job_type LIKE '%mail%' OR job_type LIKE '%notif%'"
                    ) == [["0"]]
    for who in (user, other):
        assert who.browser.put("/api/v1/me/tokens", {"api_token": {"name": "last"}}).status_code == 200
        server.one(who.address)


# ---- failures of the mail server


def ask_for_letter(user):
    assert user.browser.put(f"/api/v1/users/{user.id}/resend").status_code == 200


def failed(post, seconds=90):
    """Waits until the one letter that waits has failed once; its row."""
    end = time.time() + seconds
    while True:
        rows = post.sql("SELECT id, retries, data, last_error FROM background_jobs WHERE job_type = 'send_confirmation'"
                        " AND retries > 0 AND lease_until_us IS NULL")
        if rows:
            return rows[0]
        assert time.time() < end, post.ctl("job", "list")
        time.sleep(0.1)


FAILURES = {
    "4xx to the sender": {"said": {"MAIL": "451 try later"}},
    "5xx to the sender": {"said": {"MAIL": "550 who are you"}},
    "4xx to the recipient": {"said": {"RCPT": "450 mailbox busy"}},
    "4xx to the letter": {"said": {"DATA": "452 no room"}},
    "cut at the sender": {"cut": {"MAIL"}},
    "cut at the letter": {"cut": {"DATA"}},
    "no such password": {"password": "another"},
    "nobody there": {"away": True},
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
def test_tried_again(post, server, person, failure):
    user = person(verified=False)
    how = dict(failure)
    password = server.password
    if how.pop("away", False):
        server.stop()
    for name, value in how.items():
        setattr(server, name, value)
    try:
        ask_for_letter(user)
        number, retries, data, why = failed(post)
    finally:
        server.said, server.cut, server.password = {}, set(), password
        if not server.controller:
            server.start()
    assert retries == "1" and not server.to(user.address)
    # neither address nor token nor password, in the queue and in its words
    for part in (data, why):
        assert "@" not in part and server.password not in part
    assert post.sql(f"SELECT token FROM emails WHERE user_id = {user.id}")[0][0] not in data + why
    post.ctl("job", "retry", number)
    one(server, user.address, CONFIRM)
    gone(post)
    server.one(user.address)


def test_asking_again_ends_the_wait(post, server, person):
    user = person(verified=False)
    server.said = {"RCPT": "451 later"}
    try:
        ask_for_letter(user)
        failed(post)
    finally:
        server.said = {}
    ask_for_letter(user)
    letter = one(server, user.address, CONFIRM)
    gone(post)
    assert post.anonymous.put("/api/v1" + links(post, letter)[0]).status_code == 200, "the newest token"


@pytest.mark.parametrize("said", [{"RCPT": "550 no such user here"}, {"DATA": "554 we do not like it"}],
                         ids=["the recipient", "the letter"])
def test_refused_for_good(post, server, person, said):
    user = person(verified=False)
    server.said = said
    try:
        ask_for_letter(user)
        gone(post)
    finally:
        server.said = {}
    assert not server.to(user.address)
    line = [line for line in post.log("mail=user_confirm") if line.get("status") == "refused"][-1]
    assert line["to"] == user.address[0] + "***@example.test"
    ask_for_letter(user)
    one(server, user.address, CONFIRM)


def test_the_log_keeps_silent(post, server, person):
    user = person(verified=False)
    ask_for_letter(user)
    letter = server.one(user.address)
    gone(post)
    log = (post.data / "log" / "cratehouse.log").read_text()
    assert str(letter["Message-ID"])[1:33] in log
    assert user.address not in log and links(post, letter)[0].rpartition("/")[2] not in log and server.password not in log


@pytest.fixture
def other_post(tmp_path_factory):
    """A function: another mail server and a registry with it and these settings."""
    made = []

    def make(*settings, **more):
        server = Server(**more)
        made.append(server.start())
        made.append(Instance(settings=["site.domain=crates.test", *server.settings(), *settings]))
        return server, made[-1].start()
    yield make
    for thing in reversed(made):
        thing.remove() if isinstance(thing, Instance) else thing.stop()


def test_given_up_after_the_limit(other_post):
    server, post = other_post("jobs.retries=1")
    user = post.user("dora", verified=False)
    user.id = user_id(post, "dora")
    server.said = {"MAIL": "451 later"}
    ask_for_letter(user)
    number, *_ = failed(post)
    server.said = {}
    post.sql(f"UPDATE background_jobs SET run_after_us = 0 WHERE id = {number}")
    # one that came later is sent, this one rests
    assert user.browser.put("/api/v1/me/tokens", {"api_token": {"name": "x"}}).status_code == 200
    assert server.one("dora@example.test").subject.endswith("created")
    assert post.sql(f"SELECT retries FROM background_jobs WHERE id = {number}") == [["1"]]
    post.ctl("job", "retry", number)
    assert server.wait("dora@example.test", 2)[1].subject == f"crates.test: {CONFIRM}"


def test_slow_server(other_post):
    """The time for a letter ends, and the next ones do not wait for theirs."""
    server, post = other_post("mail.smtp_timeout_s=1")
    user = post.user("dora", verified=False)
    user.id = user_id(post, "dora")
    server.slow = {"MAIL": 5}
    ask_for_letter(user)
    number, _, _, why = failed(post)
    assert "time" in why.lower()
    server.slow = {}
    for n in range(3):
        assert user.browser.put("/api/v1/me/tokens", {"api_token": {"name": f"t{n}"}}).status_code == 200
    assert not server.to("dora@example.test")
    # who asks to try it again gets it, when the server had half a minute
    end = time.time() + 90
    while not server.to("dora@example.test"):
        assert time.time() < end
        post.ctl("job", "retry", number)
        time.sleep(1)


def test_over_tls(other_post, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    for path in (folder, folder.parent, folder.parent.parent):
        path.chmod(path.stat().st_mode | 0o055)
    server, post = other_post(folder=folder, tls="tls")
    user = post.user("dora", verified=False)
    user.id = user_id(post, "dora")
    ask_for_letter(user)
    assert server.one("dora@example.test").subject == f"crates.test: {CONFIRM}"


def test_unknown_certificate(other_post, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    server, post = other_post("outside.ca_file=", folder=folder, tls="starttls")
    user = post.user("dora", verified=False)
    user.id = user_id(post, "dora")
    ask_for_letter(user)
    assert "certificate" in failed(post)[3]
    assert not server.letters


# ---- without a mail server


def test_files(registry, new_name):
    login = new_name("dora")
    user = registry.user(login, verified=False)
    user.id = user_id(registry, login)
    ask_for_letter(user)
    end = time.time() + 60
    while True:
        found = [path for path in (registry.data / "mail").glob("*.eml") if login in path.read_text()]
        if found:
            break
        assert time.time() < end
        time.sleep(0.1)
    (path,) = found
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["To"] == f"<{login}@example.test>" or message["To"] == f"{login}@example.test"
    number = str(message["Message-ID"])[1:33]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-" + number + r"\.eml", path.name)
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    assert not list((registry.data / "mail").glob("*.part"))


# ---- the command line


def test_command(post, server, new_name):
    address = new_name("op") + "@example.test"
    assert post.ctl("mail", "test", address, "--user", "ann", "--crate", "x-y", "--version", "2.0.0") == "127.0.0.1 has taken it\n"
    letter = one(server, address, "Successfully published x-y@2.0.0")
    assert letter.text.startswith("Hello ann,") and f"{post.url}/crates/x-y/2.0.0" in letter.text
    done = post.run_ctl("mail", "test", "nonsense")
    assert done.returncode == 1 and "`nonsense` is no address" in done.stderr
    assert post.run_ctl("mail", "test").returncode == 2


@pytest.mark.parametrize("said,words", [({"RCPT": "550 no such user"}, "refuses"), ({"MAIL": "451 later"}, "does not take")])
def test_command_says_what_failed(post, server, said, words):
    server.said = said
    try:
        done = post.run_ctl("mail", "test", "somebody@example.test")
    finally:
        server.said = {}
    assert done.returncode == 1 and words in done.stderr and list(said.values())[0][:3] in done.stderr


def test_command_without_a_server(registry):
    before = set((registry.data / "mail").glob("*.eml"))
    assert registry.ctl("mail", "test", "op@example.test") == f"a file in {registry.data}/mail\n"
    new = [path for path in set((registry.data / "mail").glob("*.eml")) - before if "op@example.test" in path.read_text()]
    assert len(new) == 1 and "test-crate" in new[0].read_text()
