/* SPDX-License-Identifier: ISC */
/*
 * What the management worker is measured against: the least that a FastCGI
 * responder with a database can do.  Each request is read to its end, asks
 * one prepared SELECT, and gets an answer of FLOOR_LENGTH bytes.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcgiapp.h>
#include <libpq-fe.h>

#define ROWS 1000 /* of the table `floor`, numbered from 0 */

static void
check(PGconn *conn, PGresult *r, ExecStatusType want)
{
	if (PQresultStatus(r) != want)
		errx(1, "%s", PQerrorMessage(conn));
}

static PGconn *
connect_database(void)
{
	PGconn *conn = PQconnectdb("");
	PGresult *r;

	if (PQstatus(conn) != CONNECTION_OK)
		errx(1, "%s", PQerrorMessage(conn));
	r = PQprepare(conn, "floor",
	    "select value from public.floor where id = $1", 1, NULL);
	check(conn, r, PGRES_COMMAND_OK);
	PQclear(r);
	return conn;
}

static void
select_row(PGconn *conn, unsigned n)
{
	char id[16];
	const char *values[] = { id };
	PGresult *r;

	snprintf(id, sizeof(id), "%u", n % ROWS);
	r = PQexecPrepared(conn, "floor", 1, values, NULL, NULL, 0);
	check(conn, r, PGRES_TUPLES_OK);
	if (PQntuples(r) != 1)
		errx(1, "no row %s", id);
	PQclear(r);
}

static void
answer(FCGX_Request *f, const char *body, int len)
{
	FCGX_FPrintF(f->out,
	    "Status: 200 OK\r\n"
	    "Content-Type: application/vnd.syncml.dm+xml\r\n"
	    "Cache-Control: no-store\r\nContent-Length: %d\r\n\r\n",
	    len);
	FCGX_PutStr(body, len, f->out);
	FCGX_Finish_r(f);
}

int
main(void)
{
	const char *length = getenv("FLOOR_LENGTH");
	int len = length != NULL ? (int)strtol(length, NULL, 10) : 0;
	char *body, step[16384];
	PGconn *conn = connect_database();
	FCGX_Request f;

	if (len <= 0 || (body = malloc((size_t)len)) == NULL)
		errx(1, "FLOOR_LENGTH: bytes of an answer");
	memset(body, '.', (size_t)len);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&f, 0, 0) != 0)
		errx(1, "cannot initialise FastCGI");
	for (unsigned n = 0; FCGX_Accept_r(&f) == 0; n++) {
		while (FCGX_GetStr(step, sizeof(step), f.in) > 0)
			continue;
		select_row(conn, n);
		answer(&f, body, len);
	}
	PQfinish(conn);
	free(body);
	return 0;
}
