/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "check.h"
#include "front.h"
#include "http.h"

#define PEERS_MAX 32
#define HEADER_MAX 64
#define SECRET_MIN 16
#define SECRET_MAX 256
#define ADDED 4 /* parameters, at most */

/* The other headers of the proxy; the one of the certificate has any name. */
#define SECRET "HTTP_FENESTRA_SECRET"
#define ADDRESS "HTTP_X_FORWARDED_FOR"
#define REQUEST "HTTP_X_REQUEST_ID"

struct peer {
	unsigned char address[16]; /* IPv4 as ::ffff:a.b.c.d */
	unsigned prefix;
};

struct front {
	char header[sizeof("HTTP_") + HEADER_MAX]; /* of the certificate */
	char secret[SECRET_MAX + 1];
	struct peer peers[PEERS_MAX];
	size_t npeers;
};

static int no(char why[FRONT_WHY_LEN], const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static int
no(char why[FRONT_WHY_LEN], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, FRONT_WHY_LEN, fmt, ap);
	va_end(ap);
	return -1;
}

/* The bits of its own notation that an address has, 32 or 128; 0: it is none. */
static unsigned
address_read(const char *text, unsigned char out[16])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (inet_pton(AF_INET6, text, out) == 1)
		return 128;
	memcpy(out, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, out + sizeof(mapped)) == 1 ? 32 : 0;
}

static int
peer_read(struct peer *p, char *text, char why[FRONT_WHY_LEN])
{
	char *slash = strchr(text, '/'), *end;
	unsigned long said;
	unsigned bits;

	if (slash != NULL)
		*slash++ = '\0';
	if ((bits = address_read(text, p->address)) == 0)
		return no(why, "FENESTRA_CERT_PEERS: %s is no address", text);
	p->prefix = 128;
	if (slash == NULL)
		return 0;
	said = strtoul(slash, &end, 10);
	if (!isdigit((unsigned char)*slash) || *end != '\0' || said > bits ||
	    said == 0)
		return no(why, "FENESTRA_CERT_PEERS: /%s is no prefix", slash);
	p->prefix = 128 - bits + (unsigned)said;
	return 0;
}

static int
peers_read(struct front *f, const char *text, char why[FRONT_WHY_LEN])
{
	char one[INET6_ADDRSTRLEN + sizeof("/128")];
	size_t len;

	for (; *(text += strspn(text, " ,")) != '\0'; text += len) {
		len = strcspn(text, " ,");
		if (f->npeers == PEERS_MAX)
			return no(why, "FENESTRA_CERT_PEERS has more than %d",
			    PEERS_MAX);
		if (len >= sizeof(one))
			return no(why, "FENESTRA_CERT_PEERS: too long");
		memcpy(one, text, len);
		one[len] = '\0';
		if (peer_read(&f->peers[f->npeers++], one, why) == -1)
			return -1;
	}
	if (f->npeers == 0)
		return no(
		    why, "FENESTRA_CERT_HEADER without FENESTRA_CERT_PEERS");
	return 0;
}

/* Only whoever runs the server, and its group, may read the secret. */
static int
secret_read(struct front *f, const char *path, char why[FRONT_WHY_LEN])
{
	struct stat st;
	ssize_t n = -1;
	int fd;

	if (path[0] == '\0')
		return no(
		    why, "FENESTRA_CERT_HEADER without FENESTRA_CERT_SECRET");
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1 ||
	    fstat(fd, &st) == -1)
		no(why, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode) || (st.st_mode & S_IRWXO) != 0)
		no(why, "%s: others may read it, or it is no file", path);
	else if ((n = read(fd, f->secret, SECRET_MAX)) == -1)
		no(why, "%s: %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
	if (n == -1)
		return -1;
	f->secret[n] = '\0';
	f->secret[strcspn(f->secret, "\r\n")] = '\0';
	if (strlen(f->secret) < SECRET_MIN)
		return no(why, "%s: a secret of at least %d characters is due",
		    path, SECRET_MIN);
	for (const char *s = f->secret; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return no(why, "%s: not printable ASCII", path);
	return 0;
}

static int
header_read(struct front *f, const char *name, char why[FRONT_WHY_LEN])
{
	size_t len = strlen(name);
	char *to = f->header + strlen("HTTP_");

	if (len == 0 || len > HEADER_MAX)
		return no(why, "FENESTRA_CERT_HEADER: no name of a header");
	memcpy(f->header, "HTTP_", strlen("HTTP_"));
	for (const char *s = name; *s != '\0'; s++)
		if (isalnum((unsigned char)*s))
			*to++ = (char)toupper((unsigned char)*s);
		else if (*s == '-')
			*to++ = '_';
		else
			return no(
			    why, "FENESTRA_CERT_HEADER: no name of a header");
	*to = '\0';
	if (strcmp(f->header, SECRET) == 0 || strcmp(f->header, ADDRESS) == 0 ||
	    strcmp(f->header, REQUEST) == 0)
		return no(
		    why, "FENESTRA_CERT_HEADER: %s means another thing", name);
	return 0;
}

struct front *
front_load(const char *header, const char *peers, const char *secret_file,
    char why[FRONT_WHY_LEN])
{
	struct front *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		no(why, "no memory");
		return NULL;
	}
	if (header_read(f, header, why) == -1 ||
	    peers_read(f, peers, why) == -1 ||
	    secret_read(f, secret_file, why) == -1) {
		front_free(f);
		return NULL;
	}
	return f;
}

void
front_free(struct front *f)
{
	if (f != NULL)
		explicit_bzero(f, sizeof(*f));
	free(f);
}

static int
same_network(const struct peer *p, const unsigned char address[16])
{
	unsigned whole = p->prefix / 8, rest = p->prefix % 8;

	if (memcmp(p->address, address, whole) != 0)
		return 0;
	return rest == 0 ||
	       (p->address[whole] ^ address[whole]) >> (8 - rest) == 0;
}

static int
is_peer(const struct front *f, const char *text)
{
	unsigned char address[16];

	if (text == NULL || address_read(text, address) == 0)
		return 0;
	for (size_t i = 0; i < f->npeers; i++)
		if (same_network(&f->peers[i], address))
			return 1;
	return 0;
}

/* How long it takes does not tell where they differ. */
static int
is_secret(const struct front *f, const char *text)
{
	size_t len = strlen(f->secret);
	unsigned char differ = 0;

	if (text == NULL || strlen(text) != len)
		return 0;
	for (size_t i = 0; i < len; i++)
		differ |= (unsigned char)(f->secret[i] ^ text[i]);
	return differ == 0;
}

/* The last of the list is the one that the proxy itself saw. */
static const char *
client_address(struct arena *a, const char *list)
{
	unsigned char address[16];
	const char *last = strrchr(list, ',');

	last = last != NULL ? last + 1 : list;
	last += strspn(last, " ");
	last = arena_strndup(a, last, strcspn(last, " "));
	return last != NULL && address_read(last, address) != 0 ? last : NULL;
}

/* Whether the proxy's word replaces a parameter, or it was the proxy's. */
static int
is_replaced(const struct front *f, const char *param)
{
	const char *const names[] = { "SSL_CLIENT_VERIFY", "SSL_CLIENT_CERT",
		"REQUEST_ID", "UNIQUE_ID", SECRET, f->header };
	size_t len = strcspn(param, "=");

	for (size_t i = 0; i < COUNT(names); i++)
		if (strlen(names[i]) == len &&
		    strncmp(names[i], param, len) == 0)
			return 1;
	return 0;
}

/* What becomes SSL_CLIENT_VERIFY: the log of the refusal repeats it. */
static const char *
verdict_of(const struct front *f, const struct http_request *r)
{
	const char *peer = http_param(r, "REMOTE_ADDR");

	if (http_param(r, f->header) == NULL)
		return "NONE";
	if (!is_peer(f, peer))
		return "FAILED:in a header of a peer that is not trusted";
	if (!is_secret(f, http_param(r, SECRET)))
		return "FAILED:in a header without the proxy's secret";
	return "SUCCESS";
}

static int
has_doubles(const struct front *f, const struct http_request *r)
{
	const char *const names[] = { f->header, SECRET, ADDRESS, REQUEST,
		"REMOTE_ADDR" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (http_param_count(r, names[i]) > 1)
			return 1;
	return 0;
}

int
front_translate(const struct front *f, struct arena *a, struct http_request *r)
{
	int trusted = is_peer(f, http_param(r, "REMOTE_ADDR")) &&
		      is_secret(f, http_param(r, SECRET));
	const char *list = trusted ? http_param(r, ADDRESS) : NULL;
	const char *id = trusted ? http_param(r, REQUEST) : NULL;
	const char *address = list != NULL ? client_address(a, list) : NULL;
	const char *verdict = verdict_of(f, r);
	size_t count = 0, n = 0;
	char **params;

	if (has_doubles(f, r))
		return -1;
	while (r->params[count] != NULL)
		count++;
	params = arena_alloc(a, (count + ADDED + 1) * sizeof(*params));
	if (params == NULL)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!is_replaced(f, r->params[i]) &&
		    (address == NULL ||
			strncmp(r->params[i], "REMOTE_ADDR=", 12) != 0))
			params[n++] = r->params[i];
	params[n++] = arena_printf(a, "SSL_CLIENT_VERIFY=%s", verdict);
	if (strcmp(verdict, "SUCCESS") == 0)
		params[n++] = arena_printf(
		    a, "SSL_CLIENT_CERT=%s", http_param(r, f->header));
	if (address != NULL)
		params[n++] = arena_printf(a, "REMOTE_ADDR=%s", address);
	if (id != NULL)
		params[n++] = arena_printf(a, "REQUEST_ID=%s", id);
	params[n] = NULL;
	r->params = params;
	return arena_failed(a) ? -1 : 0;
}
