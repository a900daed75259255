"""What a registry holds, to compare before and after: a refused request leaves no row, no file and no index line."""
import hashlib

# All that a publish, a yank or a change of owners writes. Buckets and last_used_at are meant to change.
TABLES = ("crates", "crate_index", "versions", "dependencies", "default_versions", "reverse_dependencies", "crate_owners",
          "crate_owner_invitations", "keywords", "crates_keywords", "crates_categories", "version_owner_actions",
          "versions_published_by", "crate_downloads", "recent_crate_downloads", "search_postings", "search_grams", "follows",
          "deleted_crates", "dependents", "emails", "audit", "trustpub_configs_github",
          "trustpub_configs_gitlab", "trustpub_tokens")


def rows(registry):
    """Each table with its number of rows and the sum of their checksums."""
    return registry.sql("CHECKSUM TABLE " + ", ".join(TABLES) + " EXTENDED")


def files(registry):
    """Every file that is kept or served, with its bytes' hash for those of the index."""
    found = {}
    for folder in ("blobs", "public", "index"):
        for path in sorted((registry.data / folder).rglob("*")):
            if path.is_file():
                found[str(path.relative_to(registry.data))] = (
                    hashlib.sha256(path.read_bytes()).hexdigest() if folder == "index" else path.stat().st_size)
    return found


def census(registry):
    return {"rows": rows(registry), "files": files(registry)}


def accounts(registry):
    """What people have: the moments of their last request and their sessions' ends may move."""
    return registry.sql("CHECKSUM TABLE users, emails, follows, teams EXTENDED") + registry.sql(
        "SELECT COUNT(*), SUM(revoked) FROM api_tokens UNION SELECT COUNT(*), SUM(id) FROM sessions")


def settled(registry, seconds=60):
    """Waits until no job is waiting or running, so that two censuses can be compared."""
    import time
    end = time.time() + seconds
    while registry.sql("SELECT COUNT(*) FROM background_jobs WHERE retries = 0") != [["0"]]:
        assert time.time() < end, registry.ctl("job", "list")
        time.sleep(0.1)
