/* SPDX-License-Identifier: ISC */
#ifndef DEVICE_SOAP_H
#define DEVICE_SOAP_H

#include "device.h"
#include "dom.h"

#define NS_SOAP "http://www.w3.org/2003/05/soap-envelope"
#define NS_ADDRESSING "http://www.w3.org/2005/08/addressing"
#define NS_WSSE                                                                \
	"http://docs.oasis-open.org/wss/2004/01/"                              \
	"oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define NS_WSU                                                                 \
	"http://docs.oasis-open.org/wss/2004/01/"                              \
	"oasis-200401-wss-wssecurity-utility-1.0.xsd"
#define NS_TRUST "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
#define NS_CONTEXT "http://schemas.xmlsoap.org/ws/2006/12/authorization"
#define NS_DISCOVERY                                                           \
	"http://schemas.microsoft.com/windows/management/2012/01/enrollment"
#define NS_POLICY                                                              \
	"http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy"
#define NS_ENROLLMENT                                                          \
	"http://schemas.microsoft.com/windows/pki/2009/01/enrollment"

/* One request of the enrolment and the answer that is due. */
struct soap_call {
	const char *step;  /* in the transcript */
	const char *place; /* for misbehaviour */
	const char *url;
	const char *to; /* the same as the client writes it */
	const char *action;
	const char *reply_action;
	const char *message_id;
	/* NULL: the discovery request, which carries no credential */
	const char *username;
	const char *password;
	const char *token; /* base64, instead of the two; or NULL */
	/* <s:Body> and all that is in it */
	const char *body;
};

/* The whole request, as the captured client lays it out. */
void soap_write(struct buf *, const struct soap_call *);

/* The envelope and the header of an answer that is no fault. */
void soap_judge(struct report *, const struct dom *, const struct soap_call *);

/*
 * Sends it and judges the envelope of the answer. The document, with the
 * response kept for the transcript; or NULL, when there is no answer or a
 * refusal, which is judged and reported.
 */
struct dom *soap_exchange(struct device *, struct http *,
    const struct soap_call *, struct http_response *);

/* fault.c: the SOAP fault in an answer, judged; its reason, to be freed. */
char *fault_judge(struct device *, const struct soap_call *,
    const struct http_response *, const struct dom *);

#endif
