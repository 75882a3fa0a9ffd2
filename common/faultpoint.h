/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_FAULTPOINT_H
#define FENESTRA_FAULTPOINT_H

/*
 * Places at which a test kills a worker, in builds with -DFENESTRA_FAULTS
 * only.  The file that FAULT_FILE names holds a place and how often it is to
 * be passed first, as "db-sent 1"; who reaches it removes the file and is
 * gone, as if by kill -9.
 */
#ifdef FENESTRA_FAULTS
void faultpoint(const char *place);
#define FAULT(place) faultpoint(place)
#else
#define FAULT(place) ((void)0)
#endif

#endif
