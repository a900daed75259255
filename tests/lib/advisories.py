"""Advisories of RustSec's form, made up."""


def advisory(number, package, title="It reads too far", words="Words.\n", patched=(), unaffected=(), **more):
    """The text of one file."""
    def value(v):
        return "[" + ", ".join(f'"{x}"' for x in v) + "]" if isinstance(v, (list, tuple)) else f'"{v}"'
    keys = {"id": number, "package": package, "date": "2026-01-31", **more}
    front = "".join(f"{key} = {value(v)}\n" for key, v in keys.items())
    return (f"```toml\n[advisory]\n{front}\n[versions]\npatched = {value(patched)}\nunaffected = {value(unaffected)}\n```\n\n"
            f"# {title}\n\n{words}")


def files_of(*texts):
    """{path in a checkout: text}"""
    def of(text, key):
        return text.split(f'{key} = "', 1)[1].split('"', 1)[0]
    return {f"crates/{of(text, 'package')}/{of(text, 'id')}.md": text for text in texts}


def checkout(folder, files):
    """The folder, made one that programs of other users may read, with these files in it."""
    for part in (folder, *list(folder.parents)[:2]):
        part.chmod(0o755)  # as root the command runs as another user
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
