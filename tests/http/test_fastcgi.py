"""What no web server lets through but a worker must survive: bodies that lie, broken records, heads of any size."""
import os
import re
import socket
import struct
import time

import pytest

from fcgi_client import BEGIN, PARAMS, STDIN, FastCGI, pair, record, stream
from lib.master import ROUTE, Master

PUBLISH = "/api/v1/crates/new"
FRONT = 503  # the front page without its lists: there is no database
FRAME = struct.pack("<I", 2) + b"{}" + struct.pack("<I", 0)


@pytest.fixture(scope="module")
def master():
    one = Master(server__workers=1)
    try:
        yield one.start()
    finally:
        one.remove()


@pytest.fixture
def fcgi(master):
    """The client; afterwards the same worker must still be there and answer."""
    before = master.wait_children(lambda p: len(p) == 1)
    yield master.client
    reply = master.client.get(ROUTE)
    assert (reply.status, reply.whole) == (200, True)
    assert master.children() == before, master.log()[-3000:]


def refused(reply, status=400):
    assert reply.whole and reply.status == status, reply.raw[:300]
    assert reply.header("content-type") == "application/json"
    assert re.fullmatch(rb'\{"errors":\[\{"detail":".*"\}\]\}', reply.body, re.S)
    return reply.body.decode()


@pytest.mark.parametrize("length", ["11", "9", "0", "", "-1", "abc", "1e1", "18446744073709551615", "18446744073709551616",
                                    " 10", "10 "])
def test_length_that_lies(fcgi, length):
    assert len(FRAME) == 10
    refused(fcgi.request("PUT", PUBLISH, body=FRAME, length=length))


def test_client_that_went_away_in_the_body(fcgi, master):
    s = fcgi.connect()
    fcgi.send(s, "PUT", PUBLISH, body=FRAME[:5], length="10", end=False)
    s.shutdown(socket.SHUT_WR)
    refused(FastCGI.receive(s))
    s.close()
    s = fcgi.connect()
    fcgi.send(s, "PUT", PUBLISH, body=FRAME[:5], length="10", end=False)
    s.close()
    master.wait_log(lambda log: log.count("the request body did not arrive whole") >= 2)


def test_body_that_drips(fcgi):
    s = fcgi.connect()
    fcgi.send(s, "PUT", PUBLISH, length="10", end=False)
    for byte in FRAME:
        time.sleep(0.05)
        s.sendall(record(STDIN, bytes([byte])))
    s.sendall(record(STDIN))
    assert FastCGI.receive(s).status == 400


def test_large_body_that_nobody_reads(fcgi):
    """The answer arrives although the body was not taken."""
    reply = fcgi.request("PUT", ROUTE, body=b"x" * 3_000_000)
    assert (reply.status, reply.whole) == (405, True)


def test_heads_of_any_size(fcgi):
    assert fcgi.get(ROUTE, {"X-Long": "a" * 10_000}).status == 200
    assert fcgi.get(ROUTE, {"User-Agent": "a" * 10_000}).status == 200
    assert fcgi.get(ROUTE, {"Cookie": "a=b; " * 20_000, "If-None-Match": '"x",' * 20_000}).status == 200
    assert fcgi.get(ROUTE, {f"X-{i}": "v" for i in range(2000)}).status == 200
    assert fcgi.get(ROUTE + "?" + "a=b&" * 50_000).status == 200
    refused(fcgi.get("/" + "a" * 100_000), 404)
    refused(fcgi.get("/" + "a/" * 100_000), 404)
    refused(fcgi.get("/" + "../" * 100_000 + "x"), 404)
    refused(fcgi.get("/" + "%2e/" * 100_000), 404)


def test_long_request_id_is_not_taken_over(fcgi, master):
    fcgi.get(ROUTE, {"X-Request-Id": "abc-1_X"})
    fcgi.get(ROUTE, {"X-Request-Id": "x" * 5000})
    fcgi.get(ROUTE, {"X-Request-Id": "a b\nlevel=error"})
    log = master.wait_log(lambda text: "id=abc-1_X " in text)
    assert "x" * 100 not in log
    assert "\nlevel=error" not in log


@pytest.mark.parametrize("name", ["", "%00", "a%00b", "%ff", "%c3", "%ed%a0%80", "a\0b", "..", "%2e%2e", "%", "%%%",
                                  "a b", "é", "😀", "'", '"', "<x>", "a\r\nX: y", "a%0d%0aX:%20y"])
def test_names_of_any_kind(fcgi, name):
    reply = fcgi.get("/api/v1/crates/" + name + "/4711")
    assert reply.whole and reply.status in (400, 404, 503), reply.raw
    assert reply.header("x") is None
    reply.body.decode()


@pytest.mark.parametrize("extra", [{"REQUEST_METHOD": ""}, {"REQUEST_METHOD": "G\0T"}, {"REQUEST_METHOD": "get"},
                                   {"REQUEST_METHOD": "A" * 5000}])
def test_methods_of_any_kind(fcgi, extra):
    reply = fcgi.get(ROUTE, extra=extra)
    assert (reply.status, reply.header("allow"), reply.whole) == (405, "GET,HEAD", True)


@pytest.mark.parametrize("uri,status", [("", FRONT), ("*", 404), ("?", FRONT), ("api", 404), ("http://x", FRONT),
                                        ("http://x" + ROUTE, 200), ("//x/.." + ROUTE, 200), ("\xff", 404)])
def test_targets_of_any_kind(fcgi, uri, status):
    assert fcgi.get(uri).status == status


def test_parameters_that_steer_programs_stay_outside(fcgi, master):
    """HTTP_PROXY, LD_PRELOAD, PATH as FastCGI parameters do not reach the environment."""
    fcgi.get(ROUTE, extra={"HTTP_PROXY": "http://evil.example", "LD_PRELOAD": "/x", "PATH": "/x", "CRATEHOUSE_X": "y"})
    environment = open(f"/proc/{master.children()[0]}/environ", "rb").read()
    assert b"evil.example" not in environment and b"CRATEHOUSE_X" not in environment


def head(uri=ROUTE):
    return record(BEGIN, b"\0\1\0\0\0\0\0\0") + stream(PARAMS, FastCGI.params("GET", uri)) + record(PARAMS) + record(STDIN)


@pytest.mark.parametrize("data", [
    b"",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\0" * 64,
    b"\xff" * 64,
    os.urandom(256),
    record(BEGIN, b""),
    record(BEGIN, b"\0\1\0\0\0\0\0\0")[:9],
    record(BEGIN, b"\0\1\0\0\0\0\0\0") + record(PARAMS, b"\x7f"),
    record(BEGIN, b"\0\1\0\0\0\0\0\0") + record(PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xff") + record(PARAMS),
    record(BEGIN, b"\0\1\0\0\0\0\0\0") + record(PARAMS, pair("A", "B")[:-1]) + record(PARAMS),
    record(BEGIN, b"\0\2\0\0\0\0\0\0") + record(PARAMS) + record(STDIN),   # an authorizer
    record(BEGIN, b"\0\x63\0\0\0\0\0\0") + record(PARAMS) + record(STDIN),  # no role there is
    record(9, pair("FCGI_MAX_CONNS", ""), request_id=0),
    record(77, b"x", request_id=0),
    b"\2" + head()[1:],                                                   # another version
    record(2, b"") + head(),
])
def test_records_of_any_kind(fcgi, data):
    with fcgi.connect() as s:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        FastCGI.receive(s)


def test_kept_connections_are_closed(fcgi):
    """The only worker would serve nobody else."""
    with fcgi.connect() as s:
        fcgi.send(s, "GET", ROUTE, keep=True)
        assert FastCGI.receive(s).status == 200
        assert s.recv(100) == b""
