/* SPDX-License-Identifier: ISC */
/*
 * bench-load: requests over connections that are kept alive, for a limited
 * time, every answer checked.  Prints one line of key=value pairs.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "main.h"

static void
usage(void)
{
	fputs(
	    "usage: bench-load [option ...] get URL LENGTH\n"
	    "       bench-load [option ...] checkin URL BODY DEVICES [LENGTH]\n"
	    "       bench-load [option ...] enroll URL POLICY REQUEST "
	    "[DEVICES]\n"
	    "       bench-load [option ...] renew URL REQUEST DEVICES\n"
	    "  get      each answer has LENGTH bytes\n"
	    "  checkin  POST the file BODY, in which @SESSION@ and @DEVICE@\n"
	    "           are filled in, with the certificates in the folder\n"
	    "           DEVICES; the answer names the session, or has LENGTH\n"
	    "           bytes\n"
	    "  enroll   POST the file POLICY to URL/Policy.svc, then REQUEST\n"
	    "           with @DEVICE@ and @TOKEN@ filled in to\n"
	    "           URL/Enrollment.svc; keep devices in the folder "
	    "DEVICES\n"
	    "  renew    POST REQUEST, filled in so, with the certificates in "
	    "the\n"
	    "           folder DEVICES: each renews its own again and again\n"
	    "  -a CA    trusted certificates, PEM\n"
	    "  -r NAME:PORT:ADDRESS  connect there instead; repeatable\n"
	    "  -c N     connections (1)\n"
	    "  -n N     so many at most; for enroll and renew, so many keys "
	    "are made\n"
	    "  -s N     seconds at most (1)\n"
	    "  -w N     first so many on each connection that do not count\n",
	    stderr);
	exit(2);
}

/* Every load has an end. */
static double
number(const char *text, double max)
{
	char *end;
	double n = strtod(text, &end);

	if (*end != '\0' || n < 0 || n > max)
		errx(2, "%s: not a number up to %.0f", text, max);
	return n;
}

int
main(int argc, char **argv)
{
	struct plan p = { .lanes = 1, .seconds = 1, .warmups = 2 };
	int c;

	while ((c = getopt(argc, argv, "a:r:c:n:s:w:")) != -1)
		switch (c) {
		case 'a':
			p.ca_file = optarg;
			break;
		case 'r':
			p.resolve = curl_slist_append(p.resolve, optarg);
			break;
		case 'c':
			p.lanes = (int)number(optarg, LANES_MAX);
			break;
		case 'n':
			p.most = (long)number(optarg, 10000000);
			break;
		case 's':
			p.seconds = number(optarg, 600);
			break;
		case 'w':
			p.warmups = (int)number(optarg, 100000);
			break;
		default:
			usage();
		}
	argc -= optind;
	argv += optind;
	if (argc == 3 && strcmp(argv[0], "get") == 0)
		get_run(&p, argv[1], argv[2]);
	else if ((argc == 4 || argc == 5) && strcmp(argv[0], "checkin") == 0)
		checkin_run(&p, argv[1], argv[2], argv[3], argv[4]);
	else if ((argc == 4 || argc == 5) && strcmp(argv[0], "enroll") == 0)
		enroll_run(&p, argv[1], argv[2], argv[3], argv[4]);
	else if (argc == 4 && strcmp(argv[0], "renew") == 0)
		renew_run(&p, argv[1], argv[2], argv[3]);
	else
		usage();
	curl_slist_free_all(p.resolve);
	return 0;
}
