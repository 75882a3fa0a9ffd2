/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include <unistd.h>

#include "../../common/seal.h"

#define TWO_KEYS                                                               \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"   \
	"ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\n"

static const struct seal_place place = { "client_secret", SEAL_SITE };

/* What is in a file of its own for the life of the process. */
static const struct seal *
keys(void)
{
	static struct seal *s;
	char path[] = "/tmp/fenestra-fuzz-XXXXXX", why[SEAL_WHY_LEN];
	int fd;

	if (s != NULL)
		return s;
	CHECK((fd = mkstemp(path)) != -1);
	CHECK(write(fd, TWO_KEYS, strlen(TWO_KEYS)) == strlen(TWO_KEYS));
	close(fd);
	CHECK((s = seal_load(path, why)) != NULL);
	unlink(path);
	return s;
}

/* What the database may hold: it opens, or there is a reason; the same text
 * sealed comes back. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	char *text = arena_strndup(a, (const char *)data, size), *sealed;
	char why[SEAL_WHY_LEN] = "";

	CHECK(text != NULL);
	if (seal_open(a, keys(), &place, text, why) == NULL)
		CHECK(why[0] != '\0' && strlen(why) < SEAL_WHY_LEN);
	else
		CHECK(seal_is_sealed(text));
	sealed = seal_close(a, keys(), &place, text);
	CHECK(sealed != NULL && seal_is_sealed(sealed));
	CHECK(!seal_is_stale(keys(), sealed));
	fuzz_same(seal_open(a, keys(), &place, sealed, why), text);
	return 0;
}
