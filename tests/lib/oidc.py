"""An issuer of OpenID Connect tokens on 127.0.0.1, as GitHub Actions and GitLab CI/CD are one: its keys, its tokens, and what can
go wrong with it. The tokens are made by hand, so that they can be wrong in every way."""
import base64
import contextlib
import hashlib
import hmac
import itertools
import json
import threading
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from lib import machine

numbers = itertools.count(1)


def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


def b64_int(number, size):
    return b64(number.to_bytes(size, "big"))


class Key:
    """A pair of keys: RSA of some bits, or of a curve."""

    def __init__(self, kid=None, bits=2048, curve=None):
        self.kid = kid or f"key-{next(numbers)}"
        self.curve = curve
        self.private = ec.generate_private_key(curve()) if curve else rsa.generate_private_key(65537, bits)
        self.alg = ("ES256" if curve is ec.SECP256R1 else "ES384") if curve else "RS256"

    def jwk(self, **more):
        public = self.private.public_key().public_numbers()
        if self.curve:
            size = (self.private.key_size + 7) // 8
            key = {"kty": "EC", "crv": f"P-{self.private.key_size}", "x": b64_int(public.x, size), "y": b64_int(public.y, size)}
        else:
            key = {"kty": "RSA", "n": b64_int(public.n, self.private.key_size // 8), "e": b64_int(public.e, 3)}
        return {k: v for k, v in {**key, "kid": self.kid, "use": "sig", "alg": self.alg, **more}.items() if v is not None}

    def pem(self):
        return self.private.public_key().public_bytes(serialization.Encoding.PEM,
                                                      serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign(self, data):
        if not self.curve:
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        r, s = utils.decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
        size = (self.private.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def compact(header, claims, sign):
    """The three parts; sign: of bytes to bytes."""
    signed = f"{b64(header)}.{b64(claims)}"
    return f"{signed}.{b64(sign(signed.encode()))}"


def hmac_by(secret):
    return lambda data: hmac.new(secret, data, hashlib.sha256).digest()


class Handler(machine.Handler):
    def do_GET(self):
        self.machine.asked.append(self.path)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.machine.answer(self)


class Issuer(machine.Machine):
    """url: what it is called; the discovery document, and behind it the keys, are below it. With a name of its own it is
    asked for its keys alone, at keys_url. fault: None, "down" (503), "slow", "huge", "no json", "no keys", "other issuer",
    "other host", "redirect"."""

    def __init__(self, url=None, audience=None):
        super().__init__(Handler)
        self.keys, self.fault, self.asked, self.audience = [Key()], None, [], audience
        self.keys_url = f"{self.url}/keys"
        self.url = url or self.url
        self.stopping = threading.Event()

    def stop(self):
        self.stopping.set()
        super().stop()

    @property
    def key(self):
        return self.keys[0]

    def document(self):
        keys = {"other host": "http://127.0.0.2:1/keys"}.get(self.fault, self.keys_url)
        return {"issuer": "https://elsewhere.example" if self.fault == "other issuer" else self.url, "jwks_uri": keys,
                "id_token_signing_alg_values_supported": ["RS256"]}

    def key_set(self):
        return {} if self.fault == "no keys" else {"keys": [k.jwk() if isinstance(k, Key) else k for k in self.keys]}

    def answer(self, request):
        if self.fault == "slow":
            self.stopping.wait(20)
        if self.fault == "redirect" and request.path == "/keys":
            request.send_response(302)
            request.send_header("Location", "http://127.0.0.2:1/keys")
            request.end_headers()
            return
        known = {"/.well-known/openid-configuration": self.document, "/keys": self.key_set}
        body = json.dumps(known[request.path]()).encode() if request.path in known else b"{}"
        if self.fault == "huge":
            body += b" " * (2 << 20)
        if self.fault == "no json":
            body = b"<html>"
        request.send_response(503 if self.fault == "down" else 200 if request.path in known else 404)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def claims(self, **changed):
        """Of a token that is good now; None takes one away."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": self.audience, "jti": f"jti-{next(numbers)}-{now}", "iat": now, "nbf": now - 5,
                  "exp": now + 300, "sub": "somebody", **changed}
        return {k: v for k, v in claims.items() if v is not None}

    def jwt(self, key=None, header=None, **changed):
        key = key or self.key
        head = {"typ": "JWT", "alg": key.alg, "kid": key.kid, **(header or {})}
        return compact({k: v for k, v in head.items() if v is not None}, self.claims(**changed), key.sign)


def github_claims(repository="acme/tool", owner_id="42", workflow="release.yml", **changed):
    return {"repository": repository, "repository_owner": repository.split("/")[0], "repository_owner_id": owner_id,
            "workflow_ref": f"{repository}/.github/workflows/{workflow}@refs/heads/main", "event_name": "push",
            "run_id": "1234567890", "sha": "3c5d6b6a", "sub": f"repo:{repository}:ref:refs/heads/main", **changed}


def gitlab_claims(project="acme/sub/tool", namespace_id="72", workflow="ci/release.yml", **changed):
    return {"project_path": project, "namespace_id": namespace_id, "job_id": "987654321", "sha": "3c5d6b6a",
            "ci_config_ref_uri": f"gitlab.com/{project}//{workflow}@refs/heads/main", "sub": f"project_path:{project}",
            **changed}
