"""The link that the command line prints (cratehouse session create LOGIN --link)."""
import re
import urllib.parse

from fcgi_client import FastCGI
from lib.page import Page

ME = "/api/v1/me/crate_owner_invitations"


def test_link_signs_in_once(registry, alice):
    link = registry.ctl("session", "create", "alice", "--link").strip()
    assert link.startswith(registry.url + "/sign-in/")
    path = urllib.parse.urlsplit(link).path
    wire = FastCGI(str(registry.data / "run/worker.sock"))

    # What only looks at it does not use it up.
    assert wire.request("HEAD", path).status == 200
    assert wire.get(path, {"Sec-Purpose": "prefetch"}).status == 200
    assert wire.get(path[:-1]).status == 403

    reply = wire.get(path)
    assert (reply.status, reply.header("location")) == (303, "/")
    cookie, *attributes = reply.header("set-cookie").split("; ")
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(attributes)
    assert reply.header("cache-control") == "no-store"
    assert wire.get(ME, {"Cookie": cookie}).status == 200

    again = wire.get(path)
    assert (again.status, again.header("set-cookie")) == (403, None)
    assert Page(again.body.decode()).h1 == "This is not allowed" and b"has been used already, or has run out" in again.body
    def words(answer):
        page = Page(answer.body.decode())
        return answer.status, page.h1, re.sub(r"\d", "", page.text)
    assert words(wire.get("/sign-in/" + "x" * 32)) == words(again), "as one that never was"
    assert path.rsplit("/", 1)[1] not in (registry.data / "cratehouse.toml").read_text()
    for log in registry.data.glob("log/cratehouse*"):
        assert path.rsplit("/", 1)[1] not in log.read_text(errors="replace")


def test_peer_that_is_no_address(registry, alice):
    """A web server on a Unix socket may name no address, or something else."""
    wire = FastCGI(str(registry.data / "run/worker.sock"))
    for peer in ("unix:", "x" * 300, ""):
        link = registry.ctl("session", "create", "alice", "--link").strip()
        reply = wire.get(urllib.parse.urlsplit(link).path, {"User-Agent": "x" * 3000}, extra={"REMOTE_ADDR": peer})
        assert reply.status == 303, peer
    rows = registry.sql("SELECT IFNULL(address, '-') FROM sessions WHERE user_agent LIKE 'xxx%'")
    assert rows == [["-"]] * 3
