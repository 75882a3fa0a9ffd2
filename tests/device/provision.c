/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "dom.h"
#include "enroll.h"
#include "wap.h"

#define DAY 86400

/* clang-format off */
static const struct wap_parm certificate_parms[] = {
 { "EncodedCertificate", WAP_TEXT, 1 },
};

static const struct wap_parm renew_parms[] = {
 { "ROBOSupport",   WAP_BOOLEAN, 1 },
 { "RenewPeriod",   WAP_INTEGER, 1 },
 { "RetryInterval", WAP_INTEGER, 1 },
 { "ServerURL",     WAP_STRING,  0 },
};

/* What may stand at the top, in the order that works. */
static const char *const top[] = {
 "CertificateStore", "CertificateStore", "APPLICATION", "DMClient",
};
/* clang-format on */

static void
order_judge(struct report *r, const struct node *root)
{
	const struct node *n;
	size_t place = 0;

	for (n = root->first; n != NULL; n = n->next) {
		while (
		    place < COUNT(top) && strcmp(top[place], wap_type(n)) != 0)
			place++;
		if (place++ >= COUNT(top))
			report_fail(r, "provisioning",
			    "%s may not stand there at the top", wap_type(n));
	}
}

/* There may be two CertificateStore: the one that has this path. */
static struct node *
store_find(const struct node *root, const char *path)
{
	const struct node *n;
	struct node *found;

	for (n = root->first; n != NULL; n = n->next) {
		if (strcmp(wap_type(n), "CertificateStore") != 0)
			continue;
		found = wap_path(n, path);
		if (found != NULL)
			return found;
	}
	return NULL;
}

/* One certificate under its own thumbprint. */
static X509 *
certificate_take(struct report *r, const struct node *n)
{
	const char *text = wap_value(n, "EncodedCertificate");
	struct buf der = { 0 };
	char *print = NULL;
	X509 *x = NULL;

	wap_parms_judge(r, n, certificate_parms, COUNT(certificate_parms));
	if (text == NULL || base64_read(&der, text, 0) == -1)
		report_fail(r, "certificate",
		    "EncodedCertificate is not base64 on one line");
	else if ((x = cert_read(der.data, der.len)) == NULL)
		report_fail(r, "certificate",
		    "EncodedCertificate is not exactly one certificate");
	if (x != NULL)
		print = cert_thumbprint(x);
	if (print != NULL && strcmp(print, wap_type(n)) != 0)
		report_fail(r, "thumbprint", "the node is %s, the SHA-1 is %s",
		    wap_type(n), print);
	free(print);
	buf_free(&der);
	return x;
}

static void
root_take(struct report *r, const struct node *root, struct pki_chain *c)
{
	const struct node *store = store_find(root, "Root/System");

	if (wap_children(store) != 1) {
		report_fail(r, "root", "Root/System has %zu certificates",
		    wap_children(store));
		return;
	}
	c->root = certificate_take(r, store->first);
}

static void
intermediates_take(
    struct report *r, const struct node *root, struct pki_chain *c)
{
	const struct node *store = store_find(root, "CA/System");
	const struct node *n = store == NULL ? NULL : store->first;
	X509 *x;

	if (wap_children(store) > 1)
		report_fail(r, "intermediate",
		    "CA/System has more than one certificate");
	for (; n != NULL && c->nintermediates < PKI_CHAIN; n = n->next) {
		x = certificate_take(r, n);
		if (x != NULL)
			c->intermediates[c->nintermediates++] = x;
	}
}

/* EnrollmentType Full puts the certificate into the user's store. */
static void
leaf_take(struct report *r, const struct node *root, struct pki_chain *c)
{
	const struct node *store = store_find(root, "My/User");
	const struct node *n = store == NULL ? NULL : store->first;
	size_t found = 0;

	for (; n != NULL; n = n->next) {
		if (strcmp(wap_type(n), "PrivateKeyContainer") == 0)
			continue;
		if (found++ == 0)
			c->leaf = certificate_take(r, n);
	}
	if (found != 1)
		report_fail(
		    r, "my-user", "My/User has %zu certificates", found);
	if (store != NULL && wap_child(store, "PrivateKeyContainer") == NULL)
		report_fail(r, "my-user", "PrivateKeyContainer is missing");
}

static void
renewal_judge(struct report *r, const struct node *root, long validity)
{
	const struct node *n = store_find(root, "My/WSTEP/Renew");
	const char *period = wap_value(n, "RenewPeriod");
	const char *retry = wap_value(n, "RetryInterval");
	const char *robo = wap_value(n, "ROBOSupport");
	long days = 0, interval = 0;

	if (n == NULL) {
		report_fail(r, "renewal", "My/WSTEP/Renew is missing");
		return;
	}
	wap_parms_judge(r, n, renew_parms, COUNT(renew_parms));
	if (robo != NULL && strcmp(robo, "true") != 0)
		report_fail(r, "renewal", "ROBOSupport is not true");
	if (period == NULL || str_number(period, 1, 1000, &days) == -1)
		report_fail(r, "renewal", "RenewPeriod is not 1 to 1000");
	if (retry == NULL || str_number(retry, 1, 1000, &interval) == -1 ||
	    interval > days)
		report_fail(
		    r, "renewal", "RetryInterval is not 1 to RenewPeriod");
	if (validity > 0 && days * DAY >= validity)
		report_fail(
		    r, "renewal", "renewal begins before the certificate does");
}

static int
certificates_take(
    struct device *d, const struct node *root, struct enrollment *e)
{
	root_take(&d->r, root, &e->chain);
	intermediates_take(&d->r, root, &e->chain);
	leaf_take(&d->r, root, &e->chain);
	renewal_judge(&d->r, root, e->validity_seconds);
	state_set(d->state, "renewal-url",
	    wap_value(store_find(root, "My/WSTEP/Renew"), "ServerURL"));
	if (e->chain.root == NULL || e->chain.leaf == NULL)
		return -1;
	chain_judge(&d->r, &e->chain, e->key, e->validity_seconds);
	return 0;
}

/* Leaf and intermediates together, as a client shows them in TLS. */
static void
certificates_keep(struct state *s, const struct pki_chain *c)
{
	X509 *shown[PKI_CHAIN + 1] = { c->leaf };
	char *cert = state_path(s, "cert.pem"), *root;
	size_t i;

	root = state_path(s, "root.pem");
	for (i = 0; i < c->nintermediates; i++)
		shown[i + 1] = c->intermediates[i];
	if (certs_save(cert, shown, c->nintermediates + 1) == -1 ||
	    certs_save(root, &c->root, 1) == -1)
		die("%s: %s", cert, strerror(errno));
	free(cert);
	free(root);
}

int
provision_judge(struct device *d, struct enrollment *e, const char *text)
{
	struct dom *dom = dom_parse(text, strlen(text));
	int complete = 0;

	if (dom->error != NULL) {
		report_fail(&d->r, "document", "it is not XML: %s", dom->error);
	} else {
		wap_syntax_judge(&d->r, dom);
		order_judge(&d->r, dom->root);
		complete = certificates_take(d, dom->root, e) == 0;
		account_take(d, dom->root, e);
	}
	dom_free(dom);
	return complete ? 0 : -1;
}

int
provision_take(struct device *d, struct enrollment *e, const char *text)
{
	report_begin(&d->r, "Provisioning");
	d->r.status = 200;
	if (provision_judge(d, e, text) == -1)
		return -1;
	certificates_keep(d->state, &e->chain);
	return 0;
}

/* The mark of the private key is inside the node, or beside it. */
static void
container_judge(struct report *r, const struct node *store)
{
	const struct node *n = store == NULL ? NULL : store->first;
	size_t found = 0;

	for (; n != NULL; n = n->next)
		found += strcmp(wap_type(n), "PrivateKeyContainer") == 0 ||
			 wap_child(n, "PrivateKeyContainer") != NULL;
	if (found != 1)
		report_fail(r, "my-user",
		    "PrivateKeyContainer stands there %zu times", found);
}

static X509 *
renewed_take(struct report *r, const struct node *store)
{
	const struct node *n = store == NULL ? NULL : store->first;
	X509 *leaf = NULL;
	size_t found = 0;

	for (; n != NULL; n = n->next)
		if (strcmp(wap_type(n), "PrivateKeyContainer") != 0 &&
		    found++ == 0)
			leaf = certificate_take(r, n);
	if (found != 1)
		report_fail(
		    r, "my-user", "My/User has %zu certificates", found);
	return leaf;
}

/* The CA comes along when it is a new one; otherwise it is the known one. */
static void
authorities_take(struct device *d, const struct node *root, struct pki_chain *c)
{
	char *path = state_path(d->state, "root.pem");
	char *cert = state_path(d->state, "cert.pem");

	if (store_find(root, "Root/System") != NULL)
		root_take(&d->r, root, c);
	else
		c->root = cert_load(path);
	if (store_find(root, "CA/System") != NULL)
		intermediates_take(&d->r, root, c);
	else
		c->nintermediates =
		    certs_load_behind(cert, c->intermediates, PKI_CHAIN);
	free(path);
	free(cert);
}

/* Nothing else belongs in it: the account stays as it is. */
static void
renewal_top_judge(struct device *d, const struct node *root)
{
	const struct node *app = wap_child(root, "APPLICATION"), *n;
	const char *id = wap_value(app, "PROVIDER-ID");

	for (n = root->first; n != NULL; n = n->next)
		if (strcmp(wap_type(n), "CertificateStore") != 0 && n != app)
			report_fail(
			    &d->r, "renewal", "%s is not renewed", wap_type(n));
	if (app != NULL &&
	    (id == NULL || app->first != app->last ||
		strcmp(id, state_need(d->state, "provider-id")) != 0))
		report_fail(&d->r, "renewal",
		    "APPLICATION is not this account's PROVIDER-ID alone");
}

int
provision_judge_renewal(
    struct device *d, struct enrollment *e, const char *text)
{
	struct dom *dom = dom_parse(text, strlen(text));
	const struct node *store;

	if (dom->error != NULL) {
		report_fail(&d->r, "document", "it is not XML: %s", dom->error);
	} else {
		wap_syntax_judge(&d->r, dom);
		renewal_top_judge(d, dom->root);
		store = store_find(dom->root, "My/User");
		container_judge(&d->r, store);
		e->chain.leaf = renewed_take(&d->r, store);
		authorities_take(d, dom->root, &e->chain);
	}
	dom_free(dom);
	if (e->chain.leaf == NULL || e->chain.root == NULL)
		return -1;
	chain_judge(&d->r, &e->chain, e->key, e->validity_seconds);
	return 0;
}

int
provision_take_renewal(struct device *d, struct enrollment *e, const char *text)
{
	report_begin(&d->r, "Renewed");
	d->r.status = 200;
	if (provision_judge_renewal(d, e, text) == -1)
		return -1;
	certificates_keep(d->state, &e->chain);
	return 0;
}
