"""Zip archives of crates, as a program reads them that fetches single files."""
import datetime
import hashlib
import io
import zipfile
import zlib


def path(name, version, ending=".zip"):
    return f"/static/crates/{name}/{name}-{version.replace('+', '%2B')}{ending}"


def fetch(registry, name, version):
    """(bytes, list), or None where there is neither."""
    archive, listed = (registry.anonymous.get(path(name, version, ending)) for ending in (".zip", ".zip.json"))
    assert archive.status_code == listed.status_code and archive.status_code in (200, 404)
    return (archive.content, listed.json()) if archive.status_code == 200 else None


def fetch_if_whole(registry, name, version):
    """Likewise; None also while only one of them is there."""
    answers = [registry.anonymous.get(path(name, version, ending)) for ending in (".zip", ".zip.json")]
    return (answers[0].content, answers[1].json()) if all(answer.status_code == 200 for answer in answers) else None


def whole(archive, listed, files, created=None):
    """That both hold these files ({path: bytes}) in an order that begins with Cargo.toml, and agree about where."""
    packed = zipfile.ZipFile(io.BytesIO(archive))
    assert packed.testzip() is None
    assert {info.filename: packed.read(info) for info in packed.infolist()} == files
    assert packed.namelist()[0].lower() == "cargo.toml"
    if created:
        assert {info.date_time for info in packed.infolist()} == {
            (created.year, created.month, created.day, created.hour, created.minute, created.second // 2 * 2)}
    assert list(listed) == ["files"]
    assert [file["path"] for file in listed["files"]] == sorted(files, key=str.lower)
    for file in listed["files"]:
        assert list(file) == ["path", "data_offset", "compressed_size", "uncompressed_size", "compression", "sha256"]
        part = archive[file["data_offset"]:file["data_offset"] + file["compressed_size"]]
        content = zlib.decompress(part, -15) if file["compression"] == "deflate" else part
        assert content == files[file["path"]] and len(content) == file["uncompressed_size"]
        assert hashlib.sha256(content).hexdigest() == file["sha256"]


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def contents(crate):
    """What is in a crate of lib/registry.py."""
    return {name: text.encode() if isinstance(text, str) else text
            for name, text in {"Cargo.toml": crate.manifest, **crate.files}.items()}
