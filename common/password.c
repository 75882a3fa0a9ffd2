/* SPDX-License-Identifier: ISC */
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "password.h"

#define YESCRYPT "$y$"
#define COST_MAX 11 /* of yescrypt, crypt_gensalt(3); 0: today's default */

/* Whatever is compared with what came of this, the answer is no. */
#define DUMMY YESCRYPT "j9T$FenestraNobodysSalt01."

/* yescrypt, gost-yescrypt, scrypt, bcrypt, sha512crypt */
static const char *const schemes[] = { YESCRYPT, "$gy$", "$7$", "$2a$", "$2b$",
	"$2y$", "$6$" };

static int
scheme_known(const char *hash)
{
	for (size_t i = 0; i < COUNT(schemes); i++)
		if (strncmp(hash, schemes[i], strlen(schemes[i])) == 0)
			return 1;
	return 0;
}

/* Takes as long wherever they differ. */
static int
equal(const char *x, const char *y)
{
	size_t len = strlen(x);
	unsigned char differ = 0;

	if (len != strlen(y))
		return 0;
	for (size_t i = 0; i < len; i++)
		differ |= (unsigned char)(x[i] ^ y[i]);
	return differ == 0;
}

/* Its 32 KiB see the password: not on the stack, and wiped. */
static struct crypt_data *
data_new(void)
{
	struct crypt_data *data = calloc(1, sizeof(*data));

	CHECK(data != NULL);
	return data;
}

static void
data_free(struct crypt_data *data)
{
	explicit_bzero(data, sizeof(*data));
	free(data);
}

static int
length_ok(const char *password)
{
	size_t len = strnlen(password, PASSWORD_MAX + 1);

	return len > 0 && len <= PASSWORD_MAX;
}

int
password_hash(const char *password, char *out, size_t outlen)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *data;
	const char *hash;
	int rc = -1;

	if (!length_ok(password) || crypt_gensalt_rn(YESCRYPT, 0, NULL, 0,
					setting, sizeof(setting)) == NULL)
		return -1;
	data = data_new();
	hash = crypt_rn(password, setting, data, sizeof(*data));
	if (hash != NULL && strlen(hash) < outlen) {
		memcpy(out, hash, strlen(hash) + 1);
		rc = 0;
	}
	data_free(data);
	return rc;
}

int
password_verify(const char *password, const char *hash)
{
	struct crypt_data *data = data_new();
	int may = length_ok(password);
	const char *got;

	if (!may)
		password = "";
	if (hash == NULL || !scheme_known(hash)) {
		hash = DUMMY;
		may = 0;
	}
	got = crypt_rn(password, hash, data, sizeof(*data));
	may = got != NULL && equal(got, hash) && may;
	data_free(data);
	return may;
}

/* "$y$j9T$" of a hash, which has the cost in it; its length, 0 for none. */
static size_t
prefix_length(const char *hash)
{
	const char *end;

	if (strncmp(hash, YESCRYPT, strlen(YESCRYPT)) != 0)
		return 0;
	end = strchr(hash + strlen(YESCRYPT), '$');
	return end != NULL ? (size_t)(end - hash) + 1 : 0;
}

static int
same_prefix(const char *x, const char *y)
{
	size_t len = prefix_length(x);

	return len == prefix_length(y) && strncmp(x, y, len) == 0;
}

static void
setting_of(unsigned long cost, char setting[CRYPT_GENSALT_OUTPUT_SIZE])
{
	static const char salt[16];

	CHECK(crypt_gensalt_rn(YESCRYPT, cost, salt, sizeof(salt), setting,
		  CRYPT_GENSALT_OUTPUT_SIZE) != NULL);
}

/* Whether it has one of the costs below that of today. */
int
password_is_weak(const char *hash)
{
	char today[CRYPT_GENSALT_OUTPUT_SIZE], cost[CRYPT_GENSALT_OUTPUT_SIZE];

	if (prefix_length(hash) == 0)
		return 1;
	setting_of(0, today);
	for (unsigned long n = 1; n <= COST_MAX; n++) {
		setting_of(n, cost);
		if (same_prefix(cost, today))
			return 0;
		if (same_prefix(cost, hash))
			return 1;
	}
	return 0;
}
