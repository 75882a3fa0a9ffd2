/* SPDX-License-Identifier: ISC */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/arena.h"
#include "../common/check.h"
#include "../common/faultpoint.h"
#include "../common/x509.h"
#include "program.h"
#include "upload.h"

#define PATH "/ManagementServer/Upload/"
#define TOKEN_LEN 32		      /* hexadecimal digits: 128 bits */
#define FILE_LEN 36		      /* a UUID */
#define STALE_MAX 100		      /* as management.upload_begin has it */
#define UPLOAD_MAX ((size_t)99 << 20) /* upload_maximum may be less */
#define MODE (S_IRUSR | S_IWUSR | S_IRGRP) /* whatever the umask is */

static int
open_unnamed(int folder)
{
	return openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, MODE);
}

int
upload_setup(struct worker *w, char *why, size_t size)
{
	const char *path = w->config.uploads;
	struct stat st;
	int file;

	if (*path == '\0')
		return 0;
	w->uploads = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (*path != '/')
		snprintf(why, size, "FENESTRA_UPLOADS: must be absolute");
	else if (w->uploads == -1 || fstat(w->uploads, &st) == -1)
		snprintf(why, size, "FENESTRA_UPLOADS: %s: %s", path,
		    strerror(errno));
	else if ((st.st_mode & S_IRWXO) != 0)
		snprintf(why, size,
		    "FENESTRA_UPLOADS: %s: mode %04o, others must have no "
		    "access",
		    path, st.st_mode & 07777);
	else if ((file = open_unnamed(w->uploads)) == -1)
		snprintf(why, size, "FENESTRA_UPLOADS: %s: %s (O_TMPFILE)",
		    path, strerror(errno));
	else
		return close(file);
	return -1;
}

int
upload_file(struct worker *w, size_t *max_body)
{
	*max_body = UPLOAD_MAX;
	return w->uploads != -1 ? open_unnamed(w->uploads) : -1;
}

/*
 * The token: all that follows, or up to a slash, for Windows adds a name of
 * its own.  Nothing of that is used.
 */
static int
take_token(struct request *r, unsigned char sha256[X509_SHA256_LEN])
{
	const char *token = http_path_below(r->http, PATH);
	size_t len = strspn(token, "0123456789abcdef");

	if (len != TOKEN_LEN || (token[len] != '\0' && token[len] != '/'))
		return fault_set(&r->fault, 404, NULL, "no upload's address");
	x509_sha256(token, len, sha256);
	return 0;
}

static int
hash_file(struct request *r, unsigned char sha256[X509_SHA256_LEN])
{
	size_t len = r->http->body_len;
	void *data;

	if (len == 0)
		return fault_set(&r->fault, 400, NULL, "the file is empty");
	data = mmap(NULL, len, PROT_READ, MAP_PRIVATE, r->http->file, 0);
	if (data == MAP_FAILED)
		return fault_set(&r->fault, 503, NULL, "no memory for a file");
	x509_sha256(data, len, sha256);
	munmap(data, len);
	return 0;
}

/* A name from the database, which gives UUIDs. */
static int
is_name(const char *name, size_t len)
{
	return len == FILE_LEN && strspn(name, "0123456789abcdef-") >= len;
}

/* Give the file its name: from then on it is there, whole. */
static int
link_file(struct worker *w, struct request *r, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", r->http->file);
	if (fchmod(r->http->file, MODE) == -1 || fsync(r->http->file) == -1 ||
	    linkat(AT_FDCWD, path, w->uploads, name, AT_SYMLINK_FOLLOW) == -1 ||
	    fsync(w->uploads) == -1)
		return fault_set(&r->fault, 503, NULL,
		    arena_printf(
			r->arena, "FENESTRA_UPLOADS: %s", strerror(errno)));
	return 0;
}

/* Remove files that the database has no use for; those that are gone. */
static size_t
remove_stale(struct worker *w, struct request *r, const char *list,
    const char *gone[STALE_MAX])
{
	size_t n = 0, len;

	for (; n < STALE_MAX && (len = strcspn(list, " ")) > 0;
	     list += len + strspn(list + len, " ")) {
		const char *name =
		    arena_printf(r->arena, "%.*s", (int)len, list);

		if (name != NULL && is_name(name, len) &&
		    (unlinkat(w->uploads, name, 0) == 0 || errno == ENOENT))
			gone[n++] = name;
	}
	return n;
}

static int
note_done(struct worker *w, struct request *r, const char *name,
    const unsigned char *token, const unsigned char *content, const char *stale)
{
	const char *gone[STALE_MAX];
	struct db_work *work = db_work(w->db, r->arena);
	struct db_error e;

	db_call(work, UPLOAD_DONE);
	db_bytes(work, token, X509_SHA256_LEN);
	db_text(work, name);
	db_int(work, (long long)r->http->body_len);
	db_bytes(work, content, X509_SHA256_LEN);
	db_array(work, gone, remove_stale(w, r, stale, gone));
	if (db_run(work, &e) == -1) {
		/* Else it may be committed; if not, it is stale one day. */
		if (e.status == 404)
			unlinkat(w->uploads, name, 0);
		return request_db_fault(w, r, &e);
	}
	r->device = db_value(work, 0, 0, 0);
	return 0;
}

int
upload_put(struct worker *w, struct request *r)
{
	unsigned char token[X509_SHA256_LEN], content[X509_SHA256_LEN];
	struct db_work *work;
	struct db_error e;
	const char *name;

	if (w->uploads == -1 || r->http->file == -1)
		return fault_set(&r->fault, w->uploads == -1 ? 404 : 503, NULL,
		    "FENESTRA_UPLOADS: no file can be taken");
	if (take_token(r, token) == -1 || hash_file(r, content) == -1)
		return -1;
	work = db_work(w->db, r->arena);
	db_call(work, UPLOAD_BEGIN);
	db_bytes(work, token, sizeof(token));
	db_int(work, (long long)r->http->body_len);
	if (db_run(work, &e) == -1)
		return request_db_fault(w, r, &e);
	name = db_value(work, 0, 0, 0);
	CHECK(name != NULL && is_name(name, strlen(name)));
	if (link_file(w, r, name) == -1)
		return -1;
	FAULT("file-linked");
	if (note_done(w, r, name, token, content, db_value(work, 0, 0, 1)) ==
	    -1)
		return -1;
	r->response->status = 201;
	r->response->content_type = "text/plain";
	return 0;
}
