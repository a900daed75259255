"""Another machine, on 127.0.0.1: what it has at a path, its validators, and what it was asked."""
import hashlib

from lib import machine


class Elsewhere(machine.Machine):
    def __init__(self):
        super().__init__(Handler)
        self.has = {}  # path: bytes, or a status that is answered instead
        self.asked = []  # (path, condition or None, status)

    def statuses(self, path):
        return [status for asked, _, status in self.asked if asked == path]


class Handler(machine.Handler):
    def do_GET(self):
        body, condition = self.machine.has.get(self.path, 404), self.headers.get("If-None-Match")
        status, etag = (body, None) if isinstance(body, int) else (200, f'W/"{hashlib.sha256(body).hexdigest()}"')
        if etag and condition == etag:
            status = 304
        self.machine.asked.append((self.path, condition, status))
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        answer = body if status == 200 else b""
        if status != 304:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
