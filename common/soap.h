/* SPDX-License-Identifier: ISC */
#ifndef FENESTRA_SOAP_H
#define FENESTRA_SOAP_H

#include "http.h"
#include "xml.h"
#include "xw.h"

#define NS_SOAP "http://www.w3.org/2003/05/soap-envelope"
#define NS_SOAP11 "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_WSA "http://www.w3.org/2005/08/addressing"
#define NS_MDE                                                                 \
	"http://schemas.microsoft.com/windows/management/2012/01/enrollment"
#define NS_XCEP                                                                \
	"http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy"
#define NS_ENROLLMENT                                                          \
	"http://schemas.microsoft.com/windows/pki/2009/01/enrollment"
#define NS_WST "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
#define OASIS_WSS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
#define NS_WSSE OASIS_WSS "wssecurity-secext-1.0.xsd"
#define NS_WSU OASIS_WSS "wssecurity-utility-1.0.xsd"
#define NS_AC "http://schemas.xmlsoap.org/ws/2006/12/authorization"
#define NS_DIAGNOSTICS                                                         \
	"http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics"
#define NS_DISPATCHER                                                          \
	"http://schemas.microsoft.com/net/2005/12/"                            \
	"windowscommunicationfoundation/dispatcher"
#define NS_XSI "http://www.w3.org/2001/XMLSchema-instance"

#define SOAP_CONTENT_TYPE "application/soap+xml; charset=utf-8"

/*
 * Subcodes of [MS-MDE2] 2.2.9; the prefix a: is WS-Addressing there, but for
 * InternalServiceFault it is what [MS-WSTEP] 4.1.4 has.
 */
#define FAULT_MESSAGE_FORMAT "s:MessageFormat"
#define FAULT_AUTHENTICATION "s:Authentication"
#define FAULT_AUTHORIZATION "s:Authorization"
#define FAULT_CERTIFICATE_REQUEST "s:CertificateRequest"
#define FAULT_ENROLLMENT_SERVER "s:EnrollmentServer"
#define FAULT_INVALID_SECURITY "a:InvalidSecurity"
#define FAULT_INTERNAL "a:InternalServiceFault"

/* What the header of a request says; the first member of each message. */
struct soap_header {
	char *action;
	char *message_id;
	int has_security;
	char *username; /* of a UsernameToken */
	char *password;
	int bad_password_type;
	char *token; /* of a BinarySecurityToken, as it stands there */
	const char *token_type;
};

/* [MS-MDE2] 3.1.4.1.1.1: what the header proves who the user is with. */
enum soap_credential {
	SOAP_PASSWORD,	 /* username and password */
	SOAP_USER_TOKEN, /* token: a DeviceEnrollmentUserToken */
	SOAP_JWT,	 /* token: one of Entra ID */
};

/*
 * The states every SOAP message shares; a message's own begin at SOAP_OWN,
 * and its body's child stands in SOAP_BODY.
 */
enum {
	SOAP_ENVELOPE = XML_ROOT + 1,
	SOAP_HEADER,
	SOAP_SECURITY,
	SOAP_USERNAME_TOKEN,
	SOAP_BODY,
	SOAP_LEAF,
	SOAP_OWN,
};

xml_end_fn soap_security_end, soap_password_end;
xml_start_fn soap_password_start, soap_token_start;

#define SOAP_TOKEN_MAX (32 << 10)
#define SOAP_IN(state) XML_IN(SOAP_##state)
#define SOAP_AT(field) offsetof(struct soap_header, field)

/* clang-format off */
#define SOAP_RULES                                                             \
 { XML_IN(XML_ROOT),        SOAP_ENVELOPE, NS_SOAP XML_SEP "Envelope", XML_REQUIRED }, \
 { SOAP_IN(ENVELOPE),       SOAP_HEADER,   NS_SOAP XML_SEP "Header",   XML_REQUIRED | XML_OPEN }, \
 { SOAP_IN(HEADER),         SOAP_LEAF,     NS_WSA XML_SEP "Action",    XML_REQUIRED | XML_TEXT | XML_TRIM, 256, SOAP_AT(action) }, \
 { SOAP_IN(HEADER),         SOAP_LEAF,     NS_WSA XML_SEP "MessageID", XML_REQUIRED | XML_TEXT, 256, SOAP_AT(message_id) }, \
 { SOAP_IN(HEADER),         SOAP_SECURITY, NS_WSSE XML_SEP "Security", XML_OPEN, 0, 0, NULL, soap_security_end }, \
 { SOAP_IN(SECURITY),       SOAP_USERNAME_TOKEN, NS_WSSE XML_SEP "UsernameToken", XML_OPEN }, \
 { SOAP_IN(USERNAME_TOKEN), SOAP_LEAF,     NS_WSSE XML_SEP "Username", XML_TEXT | XML_TRIM, 1024, SOAP_AT(username) }, \
 { SOAP_IN(USERNAME_TOKEN), SOAP_LEAF,     NS_WSSE XML_SEP "Password", XML_TEXT, 1024, SOAP_AT(password), soap_password_start }, \
 { SOAP_IN(SECURITY),       SOAP_LEAF,     NS_WSSE XML_SEP "BinarySecurityToken", XML_TEXT | XML_TRIM, SOAP_TOKEN_MAX, SOAP_AT(token), soap_token_start }, \
 { SOAP_IN(ENVELOPE),       SOAP_BODY,     NS_SOAP XML_SEP "Body",     XML_REQUIRED }
/* clang-format on */

/* SOAP 1.1 and a namespace with a slash too many are read as what they mean. */
extern const struct xml_alias soap_aliases[];
extern const size_t soap_naliases;

/*
 * Read a request and require its action.  0, or -1 with the fault set to
 * MessageFormat.  The message starts with its struct soap_header.
 */
int soap_read(struct arena *, const struct xml_rule *, size_t nrules, void *msg,
    const char *action, const struct http_request *, struct fault *);

/*
 * Require exactly one credential of those above, and say which one it is;
 * else -1 with the fault set to InvalidSecurity.
 */
int soap_credentials(const struct soap_header *, struct fault *);

/* An answer's envelope with the header open; then its body; then its end. */
void soap_open(struct xw *, const char *action, const char *relates_to,
    const char *activity);
void soap_body(struct xw *);
void soap_close(struct xw *);

/* The fault as a SOAP 1.2 body; trace is the request's id. */
void soap_fault(struct xw *, const struct fault *, const char *relates_to,
    const char *trace);

#endif
