"""Database dumps in the layout of crates.io (contract/jobs.md 8), as small as a test needs them."""
import csv
import datetime
import json

# Columns of each file, in the order in which PostgreSQL writes them.
COLUMNS = {
    "categories": "category crates_cnt created_at description id path slug",
    "crate_downloads": "crate_id downloads",
    "crates": "created_at description documentation homepage id max_features max_upload_size name readme repository "
              "trustpub_only updated_at",
    "keywords": "crates_cnt created_at id keyword",
    "metadata": "total_downloads",
    "oauth_github": "account_id avatar login user_id",
    "reserved_crate_names": "name",
    "reserved_usernames": "username",
    "teams": "avatar github_id id login name org_id",
    "users": "created_at gh_id gh_login id name username",
    "crates_categories": "category_id crate_id",
    "crates_keywords": "crate_id keyword_id",
    "crate_owners": "crate_id created_at created_by owner_id owner_kind",
    "deleted_crates": "available_at created_at deleted_at deleted_by id message name",
    "versions": "bin_names categories crate_id crate_size created_at description documentation downloads edition features "
                "has_lib homepage id keywords license links num num_no_build published_by repository rust_version "
                "tar_sha256 updated_at yanked zip_json_sha256 zip_sha256",
    "default_versions": "crate_id num_versions version_id",
    "dependencies": "crate_id default_features explicit_name features id kind optional req target version_id",
    "version_downloads": "date downloads version_id",
}
DAY = "2020-01-0{} 00:00:00.123456+00"

# What a row has where the test says nothing else.
USUAL = {
    "categories": {"crates_cnt": 0, "created_at": DAY.format(1), "description": "About", "path": "root.x"},
    "crates": {"created_at": DAY.format(1), "updated_at": DAY.format(2), "trustpub_only": "f"},
    "keywords": {"crates_cnt": 0, "created_at": DAY.format(1)},
    "users": {"created_at": DAY.format(1)},
    "teams": {"org_id": 400},
    "crate_owners": {"created_at": DAY.format(1), "owner_kind": 0},
    "deleted_crates": {"available_at": DAY.format(3), "created_at": DAY.format(1), "deleted_at": DAY.format(2), "id": 1},
    "versions": {"bin_names": "{}", "categories": "{}", "crate_size": 1000, "created_at": DAY.format(1), "downloads": 0,
                 "edition": "2021", "features": "{}", "has_lib": "t", "keywords": "{}", "license": "MIT",
                 "updated_at": DAY.format(1), "yanked": "f", "tar_sha256": "\\x" + "00" * 32},
    "dependencies": {"default_features": "t", "features": "{}", "kind": 0, "optional": "f", "req": "^1.0"},
}


def write(folder, tables, columns=None):
    """The dump: tables are lists of rows (dicts, a missing key is NULL). columns: other ones than usual, by table."""
    data = folder / "data"
    data.mkdir(parents=True)
    for name, names in {**COLUMNS, **(columns or {})}.items():
        with open(data / f"{name}.csv", "w", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(names.split())
            for row in tables.get(name, []):
                row = {**USUAL.get(name, {}), **row}
                out.writerow(["" if row.get(column) is None else row[column] for column in names.split()])
    (folder / "metadata.json").write_text(json.dumps({"timestamp": "2026-11-01T00:00:00Z", "crates_io_commit": "0" * 40}))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)  # as root the command runs as another user
    return folder


def days_ago(n):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=n)).strftime("%Y-%m-%d")


def small():
    """Three crates: `base`, which the other two need, and one of them only in a version that is yanked."""
    versions = [
        {"id": 11, "crate_id": 1, "num": "1.0.0", "downloads": 70, "published_by": 1, "features": '{"std": [], "a": ["std"]}',
         "keywords": "{parser,json}", "tar_sha256": "\\x" + "ab" * 32},
        {"id": 12, "crate_id": 1, "num": "1.1.0-beta.1", "downloads": 10, "published_by": 2, "created_at": DAY.format(2),
         "keywords": "{parser,json}"},
        {"id": 13, "crate_id": 1, "num": "0.9.0", "downloads": 20, "created_at": DAY.format(3), "keywords": "{parser,json}"},
        {"id": 21, "crate_id": 2, "num": "0.1.0", "bin_names": '{"a tool"}', "links": "z", "rust_version": "1.70"},
        {"id": 22, "crate_id": 2, "num": "0.2.0", "yanked": "t", "created_at": DAY.format(2)},
        {"id": 31, "crate_id": 3, "num": "1.0.0", "yanked": "t"},
    ]
    dependencies = [
        {"id": 101, "version_id": 21, "crate_id": 1, "req": "^1", "features": "{std}", "target": "cfg(unix)"},
        {"id": 102, "version_id": 21, "crate_id": 1, "req": "^1", "kind": 2, "explicit_name": "renamed"},
        {"id": 103, "version_id": 31, "crate_id": 1},
        {"id": 104, "version_id": 22, "crate_id": 3},
    ]
    return {
        "users": [{"id": 1, "gh_id": 7001, "gh_login": "Ann", "name": 'Ann "A"', "username": "Ann"},
                  {"id": 2, "gh_id": 7002, "gh_login": "ben", "username": "ben"}],
        "oauth_github": [{"account_id": 7001, "avatar": "https://avatars.example.test/1", "login": "Ann", "user_id": 1}],
        "teams": [{"id": 5, "github_id": 500, "login": "github:rustaceans:core", "name": "core"}],
        "categories": [{"id": 901, "category": "Parser implementations", "slug": "parser-implementations"}],
        "keywords": [{"id": 51, "keyword": "json"}, {"id": 52, "keyword": "parser"}, {"id": 53, "keyword": "unused"}],
        "crates": [{"id": 1, "name": "Base-Crate", "description": "A parser,\nof two lines", "readme": 'Reads "quoted" words',
                    "repository": "https://example.test/base", "max_features": 400},
                   {"id": 2, "name": "user_of_base"}, {"id": 3, "name": "gone"}],
        "crate_downloads": [{"crate_id": 1, "downloads": 100}, {"crate_id": 2, "downloads": 7}],
        "crates_categories": [{"crate_id": 1, "category_id": 901}],
        "crates_keywords": [{"crate_id": 1, "keyword_id": 51}, {"crate_id": 1, "keyword_id": 52}],
        "crate_owners": [{"crate_id": 1, "owner_id": 1, "created_by": 1}, {"crate_id": 1, "owner_id": 5, "owner_kind": 1},
                         {"crate_id": 2, "owner_id": 2, "created_by": 77}, {"crate_id": 3, "owner_id": 1}],
        "deleted_crates": [{"name": "was-here", "deleted_by": 2, "message": "of no use"}],
        "reserved_crate_names": [{"name": "std"}, {"name": "proc-macro"}, {"name": "never-this"}],
        "versions": versions,
        "dependencies": dependencies,
        "version_downloads": [{"version_id": 11, "date": days_ago(3), "downloads": 30},
                              {"version_id": 12, "date": days_ago(2), "downloads": 4},
                              {"version_id": 11, "date": days_ago(200), "downloads": 36}],
        "metadata": [{"total_downloads": 107}],
    }
