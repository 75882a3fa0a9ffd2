/* SPDX-License-Identifier: ISC */
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "faultpoint.h"
#include "fcgi.h"
#include "http.h"
#include "stop.h"

#define READ_TIMEOUT 30		     /* seconds without a byte */
#define DRAIN_MAX ((size_t)64 << 20) /* of a body that is refused */
#define DRAIN_STEP 16384

int
fcgi_is_socket(void)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listening,
		   &len) == 0 &&
	       listening;
}

static void
make_id(char id[37])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char r[16];
	char *p = id;

	CHECK(getrandom(r, sizeof(r), 0) == (ssize_t)sizeof(r));
	r[6] = (r[6] & 0x0f) | 0x40;
	r[8] = (r[8] & 0x3f) | 0x80;
	for (size_t i = 0; i < sizeof(r); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = digits[r[i] >> 4];
		*p++ = digits[r[i] & 15];
	}
	*p = '\0';
}

/* Servers differ in whether SCRIPT_NAME is all of the path. */
static const char *
path_of(struct arena *a, const struct http_request *r)
{
	const char *script = http_param(r, "SCRIPT_NAME");
	const char *info = http_param(r, "PATH_INFO");

	return arena_printf(
	    a, "%s%s", script != NULL ? script : "", info != NULL ? info : "");
}

/* A front server sends each of these once, or it was tricked. */
static int
has_doubles(const struct http_request *r)
{
	static const char *const names[] = { "CONTENT_LENGTH", "REQUEST_METHOD",
		"SCRIPT_NAME", "PATH_INFO", "SSL_CLIENT_VERIFY",
		"SSL_CLIENT_CERT" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (http_param_count(r, names[i]) > 1)
			return 1;
	return 0;
}

/* Read on and forget, so that the front server can take our answer. */
static void
drain(FCGX_Stream *in)
{
	char step[DRAIN_STEP];
	size_t total = 0;
	int n;

	while (
	    total < DRAIN_MAX && (n = FCGX_GetStr(step, sizeof(step), in)) > 0)
		total += (size_t)n;
}

/* CONTENT_LENGTH.  0, or the status of what is wrong with it. */
static int
read_length(const char *text, size_t max, unsigned long long *said)
{
	char *end;

	errno = 0;
	*said = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9')
		return 400;
	return *said > max ? 413 : 0;
}

/* The body into r->file: one of a known length.  As read_body(). */
static int
write_body(FCGX_Stream *in, struct http_request *r, size_t max)
{
	const char *text = http_param(r, "CONTENT_LENGTH");
	unsigned long long said;
	char step[DRAIN_STEP];
	int n, problem;

	if (text == NULL)
		return 400;
	if ((problem = read_length(text, max, &said)) != 0)
		return problem;
	while ((n = FCGX_GetStr(step, sizeof(step), in)) > 0) {
		r->body_len += (size_t)n;
		if (r->body_len > said)
			return 400;
		for (ssize_t put, at = 0; at < n; at += put)
			if ((put = write(
				 r->file, step + at, (size_t)(n - at))) <= 0)
				return 503;
		FAULT("file-written");
	}
	return r->body_len == said ? 0 : 400;
}

/* The body, at most `max` bytes.  0, or the status of what is wrong. */
static int
read_body(struct arena *a, FCGX_Stream *in, struct http_request *r, size_t max)
{
	const char *text = http_param(r, "CONTENT_LENGTH");
	unsigned long long said = 0;
	struct buf b;
	char *space;
	size_t want;
	int n, problem;

	if (text != NULL && (problem = read_length(text, max, &said)) != 0)
		return problem;
	buf_init(&b, a);
	/* A short read is the end; with a length, one more is too many. */
	want = text != NULL ? (size_t)said + 1 : DRAIN_STEP;
	do {
		if (b.len > max || (space = buf_space(&b, want)) == NULL)
			return 413;
		if ((n = FCGX_GetStr(space, (int)want, in)) > 0)
			buf_grew(&b, (size_t)n);
	} while (n == (int)want && text == NULL);
	if (text != NULL && b.len != said)
		return 400;
	r->body = b.data != NULL ? b.data : "";
	r->body_len = b.len;
	return b.len > max ? 413 : 0;
}

static const char *
status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} texts[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 302, "Found" },
		{ 400, "Bad Request" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		if (texts[i].status == status)
			return texts[i].text;
	return "Status";
}

static void
send_response(FCGX_Request *f, const struct http_response *r)
{
	FCGX_FPrintF(
	    f->out, "Status: %d %s\r\n", r->status, status_text(r->status));
	FCGX_FPrintF(f->out, "Content-Type: %s\r\nCache-Control: no-store\r\n",
	    r->content_type != NULL ? r->content_type : "text/plain");
	if (r->allow != NULL)
		FCGX_FPrintF(f->out, "Allow: %s\r\n", r->allow);
	if (r->retry_after > 0)
		FCGX_FPrintF(f->out, "Retry-After: %d\r\n", r->retry_after);
	if (r->headers != NULL)
		FCGX_PutS(r->headers, f->out);
	FCGX_FPrintF(f->out, "Content-Length: %d\r\n\r\n", (int)r->body_len);
#ifdef FENESTRA_FAULTS
	FCGX_FFlush(f->out); /* only so can half an answer be on its way */
#endif
	FAULT("answer-begun");
	if (r->body_len > 0)
		FCGX_PutStr(r->body, (int)r->body_len, f->out);
}

static void
serve_one(FCGX_Request *f, struct arena *a, const struct fcgi_service *s)
{
	static const struct timeval timeout = { .tv_sec = READ_TIMEOUT };
	struct http_request req = { .params = f->envp, .body = "", .file = -1 };
	struct http_response res = { .status = 500 };
	size_t max = s->max_body;
	const char *method;
	char id[37];
	int problem;

	FAULT("request-begun");
	setsockopt(
	    f->ipcFd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	make_id(id);
	req.id = id;
	method = http_param(&req, "REQUEST_METHOD");
	req.method = method != NULL ? method : "";
	if ((req.path = path_of(a, &req)) == NULL)
		req.path = "";
	if (s->file != NULL)
		req.file = s->file(s->context, &req, &max);
	problem = req.file != -1 ? write_body(f->in, &req, max)
				 : read_body(a, f->in, &req, max);
	if (problem != 0)
		drain(f->in);
	if (has_doubles(&req))
		problem = 400;
	FAULT("request-read");
	s->handler(s->context, a, &req, &res, problem);
	FAULT("answer-made");
	send_response(f, &res);
	FAULT("answer-sent");
	FCGX_Finish_r(f);
	if (req.file != -1)
		close(req.file);
	FAULT("request-done");
	arena_reset(a);
}

void
fcgi_serve(struct arena *a, const struct fcgi_service *s)
{
	struct pollfd listener = { .fd = STDIN_FILENO, .events = POLLIN };
	FCGX_Request f;
	sigset_t waiting;
	int flags, rc;

	stop_prepare(&waiting);
	if (FCGX_Init() != 0 ||
	    FCGX_InitRequest(&f, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		errx(1, "cannot initialise FastCGI");
	/* Another worker may have taken what woke us: do not wait for more. */
	flags = fcntl(STDIN_FILENO, F_GETFL);
	fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK);
	while (!stop_asked()) {
		if (ppoll(&listener, 1, NULL, &waiting) == -1)
			continue;
		if ((rc = FCGX_Accept_r(&f)) == 0)
			serve_one(&f, a, s);
		else if (rc == -EMFILE || rc == -ENFILE || rc == -ENOMEM)
			poll(NULL, 0, 100); /* until others give some back */
	}
	FCGX_Free(&f, 1);
}
