"""Speaks FastCGI to a worker without a web server between: what a web server would refuse or repair gets through.

    reply = FastCGI("/run/x.sock").get("/api/v1/site_metadata")
    reply.status, reply.headers, reply.body, reply.whole

The protocol is the FastCGI specification's, version 1, role responder, one request a connection.
"""
import socket
import struct

from lib import openapi

BEGIN, END, PARAMS, STDIN, STDOUT, STDERR = 1, 3, 4, 5, 6, 7
KEEP_CONNECTION = 1


def record(kind, content=b"", request_id=1):
    """One record; content of more than 65535 bytes is a mistake of the caller's."""
    return struct.pack(">BBHHBB", 1, kind, request_id, len(content), 0, 0) + content


def stream(kind, content):
    """A stream cut into records, without its end."""
    return b"".join(record(kind, content[i:i + 65535]) for i in range(0, len(content), 65535))


def pair(name, value):
    def length(n):
        return struct.pack(">B", n) if n < 128 else struct.pack(">I", n | 0x80000000)
    name, value = (v if isinstance(v, bytes) else v.encode() for v in (name, value))
    return length(len(name)) + length(len(value)) + name + value


class Reply:
    """What came back. whole: the end record was there; error: what the worker said on FastCGI's error stream."""

    def __init__(self, raw, error, whole):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        self.raw, self.error, self.whole, self.status, self.headers = raw, error, whole, None, []
        for line in head.decode("utf-8", "replace").split("\r\n"):
            name, _, value = line.partition(": ")
            if name.lower() == "status":
                self.status = int(value.split()[0])
            elif name:
                self.headers.append((name.lower(), value))

    def header(self, name):
        values = [v for n, v in self.headers if n == name.lower()]
        return values[0] if values else None


class FastCGI:
    def __init__(self, address, timeout=30):
        """address: the path of a Unix socket, or (host, port)."""
        self.address, self.timeout = address, timeout

    def connect(self):
        s = socket.socket(socket.AF_UNIX if isinstance(self.address, str) else socket.AF_INET, socket.SOCK_STREAM)
        s.settimeout(self.timeout)
        s.connect(self.address)
        return s

    @staticmethod
    def params(method, uri, headers=None, body=b"", extra=None, length=None):
        """The FastCGI parameters of a request, as bytes; length replaces CONTENT_LENGTH ("" leaves it out). A list is a header that comes
        several times."""
        values = {"REQUEST_METHOD": method, "REQUEST_URI": uri, "REMOTE_ADDR": "192.0.2.7",
                  "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_USER_AGENT": "fcgi_client.py", "HTTP_ACCEPT": "application/json"}
        length = str(len(body)) if length is None else length
        if length != "":
            values["CONTENT_LENGTH"] = length
        for name, value in (headers or {}).items():
            key = name.upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key
            values.pop(key, None)
            if value is not None:
                values[key] = value
        values.update(extra or {})
        return b"".join(pair(n, v) for n, all_of in values.items() for v in (all_of if isinstance(all_of, list) else [all_of]))

    def send(self, s, method, uri, headers=None, body=b"", extra=None, length=None, end=True, keep=False):
        """Sends a request; with end=False the body stays open, as when the client goes away in the middle."""
        s.sendall(record(BEGIN, struct.pack(">HB5x", 1, KEEP_CONNECTION if keep else 0))
                  + stream(PARAMS, self.params(method, uri, headers, body, extra, length)) + record(PARAMS))
        s.sendall(stream(STDIN, body) + (record(STDIN) if end else b""))

    @staticmethod
    def receive(s):
        got = {STDOUT: b"", STDERR: b""}
        buffer, whole = b"", False
        while not whole:
            try:
                more = s.recv(65536)
            except ConnectionResetError:
                break
            if not more:
                break
            buffer += more
            while len(buffer) >= 8:
                _, kind, _, n, padding, _ = struct.unpack(">BBHHBB", buffer[:8])
                if len(buffer) < 8 + n + padding:
                    break
                if kind in got:
                    got[kind] += buffer[8:8 + n]
                whole = whole or kind == END
                buffer = buffer[8 + n + padding:]
        return Reply(got[STDOUT], got[STDERR], whole)

    def request(self, method, uri, headers=None, body=b"", **more):
        """The reply; one to a path of the API is held against docs/openapi.json."""
        with self.connect() as s:
            self.send(s, method, uri, headers, body, **more)
            reply = self.receive(s)
        path = uri if isinstance(uri, str) else uri.decode("latin-1")
        if reply.whole and path.startswith("/api/"):
            openapi.check(method, path, reply.status, reply.header("content-type"), reply.body)
        return reply

    def get(self, uri, headers=None, **more):
        return self.request("GET", uri, headers, **more)
