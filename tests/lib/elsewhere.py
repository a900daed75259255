"""Another machine, on 127.0.0.1: what it has at a path, its validators, and what it was asked."""
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Elsewhere:
    def __init__(self):
        self.has = {}  # path: bytes, or a status that is answered instead
        self.asked = []  # (path, condition or None, status)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"elsewhere": self}))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def statuses(self, path):
        return [status for asked, _, status in self.asked if asked == path]


class Handler(BaseHTTPRequestHandler):
    elsewhere = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        body, condition = self.elsewhere.has.get(self.path, 404), self.headers.get("If-None-Match")
        status, etag = (body, None) if isinstance(body, int) else (200, f'W/"{hashlib.sha256(body).hexdigest()}"')
        if etag and condition == etag:
            status = 304
        self.elsewhere.asked.append((self.path, condition, status))
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        answer = body if status == 200 else b""
        if status != 304:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
