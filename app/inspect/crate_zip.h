/* A published archive as a .zip, with a list of where each file is in it (contract/jobs.md 14). Runs in cratehouse-inspect. */
#pragma once

#include "app/inspect/archive.h"
#include "app/inspect/zip.h"

struct buf;

enum crate_zip_result { CRATE_ZIP_OK, CRATE_ZIP_MALFORMED, CRATE_ZIP_NO_ROOM };

/*
 * Writes the zip to out, and the list to `manifest`: {"files":[{"path","data_offset","compressed_size","uncompressed_size",
 * "compression","sha256"}]} by lower-cased path. Cargo.toml goes first, then the files in the archive's order; of several with
 * one path the last. Malformed: the archive cannot be read, or has more files than browse.h lists. mtime_s: of all files.
 */
enum crate_zip_result crate_zip(struct arena *a, const struct archive_in *in, int out,
				int64_t mtime_s, struct buf *manifest);
