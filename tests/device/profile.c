/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "plan.h"

/* clang-format off */
static const struct profile_item windows_10[] = {
 { "UXInitiated",          "true" },
 { "HWDevID",              "$" },
 { "Locale",               "en-US" },
 { "TargetedUserLoggedIn", "true" },
 { "OSEdition",            "72" },
 { "DeviceName",           "$" },
 { "MAC",                  "$" },
 { "DeviceID",             "$" },
 { "EnrollmentType",       "Full" },
 { "DeviceType",           "CIMClient_Windows" },
 { "OSVersion",            "10.0.19043.2364" },
 { "ApplicationVersion",   "10.0.19043.2364" },
 { "NotInOobe",            "false" },
};

/* The first two only when the server is of version 5. */
static const struct profile_item windows_11[] = {
 { "AIKPub",               "$" },
 { "AIKAttestationClaim",  "$" },
 { "UXInitiated",          "True" },
 { "HWDevID",              "$" },
 { "Locale",               "en-US" },
 { "TargetedUserLoggedIn", "$" },
 { "OSEdition",            "48" },
 { "DeviceName",           "$" },
 { "MAC",                  "$" },
 { "DeviceID",             "$" },
 { "EnrollmentType",       "Full" },
 { "DeviceType",           "CIMClient_Windows" },
 { "OSVersion",            "10.0.26200.9278" },
 { "ApplicationVersion",   "10.0.26200.9279" },
 { "NotInOobe",            "$" },
 { "Manufacturer",         "VMware, Inc." },
 { "DeviceModel",          "VMware7,1" },
 { "SerialNumber",         "VMware-56 4d 29" },
 { "RequestVersion",       "$" },
 { "AttestationStatus",    "$" },
 { "AttestationStatusHResult", "$" },
};

static const struct profile profiles[] = {
 { "win10", "4.0", "10.0.19043.2364", "10.0.19043.2364",
   "OnPremise Federated", windows_10, COUNT(windows_10), 0, 0, 1, { 0 } },
 { "win11-25h2", "9.0", "10.0.26200.9279", "10.0.26200.9278",
   "OnPremise Federated Certificate", windows_11, COUNT(windows_11), 13, 1, 0,
   { [DO_RESULTS_REPEATED] = 1 } },
};
/* clang-format on */

const struct profile *
profile_find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(profiles); i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	return NULL;
}

const char *
profile_usual(void)
{
	return profiles[0].name;
}

const char *
profile_value(const struct profile *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->ncontext; i++)
		if (strcmp(p->context[i].name, name) == 0)
			return p->context[i].value;
	return "";
}
