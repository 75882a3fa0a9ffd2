/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_QR_H
#define FENESTRA_QR_H

struct arena;

/* A QR code: width * width modules, row by row, 1 for a dark one. */
struct qr {
	int width;
	const unsigned char *modules;
};

/* The code of a text, readable with a seventh of it damaged; -1 if it is too long. */
int qr_encode(struct arena *, const char *text, struct qr *);

#endif
