/* SPDX-License-Identifier: ISC */
#include <qrencode.h>

#include "arena.h"
#include "check.h"
#include "qr.h"

int
qr_encode(struct arena *a, const char *text, struct qr *q)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	unsigned char *modules;
	int i;

	if (code == NULL)
		return -1;
	q->width = code->width;
	modules = arena_alloc(a, (size_t)(code->width * code->width));
	CHECK(modules != NULL);
	for (i = 0; i < code->width * code->width; i++)
		modules[i] = code->data[i] & 1;
	q->modules = modules;
	QRcode_free(code);
	return 0;
}
