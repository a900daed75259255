/*
 * Counting downloads where the web server's log cannot be read (downloads.count = "request"): the worker that was asked for a
 * file writes a line into DATA/downloads, in the form of a web server, and the job count_downloads reads it as one. So a
 * download needs no database, and what was written survives the worker.
 */
#pragma once

#include "app/server/req.h"

/* Whether this request is a download that counts: a GET for the whole file, by whom it counts. */
bool download_counts(struct req *r);

/* Writes it down. A failure is for the log alone: nobody waits for his file because of a full disk. */
void download_note(struct req *r, struct text name, struct text version);
