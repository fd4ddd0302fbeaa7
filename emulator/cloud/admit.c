// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* Just-in-time registration, certificate status and policy. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admit.h"
#include "policy.h"

/* Compared by address. */
static const char registered[] = "registered";
static const char pending[] = "pending-activation";

static bool any_policy_denies(const struct cloud_store *store, const struct cloud_cert *cert,
			      const struct cloud_question *q)
{
	enum cloud_verdict best = CLOUD_NO_MATCH;

	for (int i = 0; i < cert->policies; i++) {
		char name[CLOUD_NAME_MAX + 6];
		enum cloud_verdict one;
		char *text;
		size_t len;

		snprintf(name, sizeof(name), "%s.json", cert->policy[i]);
		/* An attached policy that cannot be read may have held a Deny. */
		if (cloud_store_read(store, CLOUD_DIR_POLICIES, name, &text, &len))
			return true;
		one = cloud_policy_ask(text, len, q);
		free(text);
		if (one > best)
			best = one;
	}
	return best != CLOUD_ALLOW;
}

bool cloud_allowed(const struct cloud_store *store, const struct cloud_settings *settings,
		   const struct cloud_cert *cert, const char *client_id, const char *action,
		   const char *kind, const char *name)
{
	/* A topic filter may be as long as an MQTT string. */
	size_t size = strlen(name) + 128;
	char *resource = malloc(size);
	struct cloud_question q = {
		.action = action,
		.resource = resource,
		.client_id = client_id,
		/* AWS resolves thing variables only for a client id that is the thing's name. */
		.thing = *cert->thing && !strcmp(cert->thing, client_id) ? cert->thing : NULL,
		.common_name = *cert->x509.common_name ? cert->x509.common_name : NULL,
	};
	bool allowed;

	if (!resource)
		return false;
	snprintf(resource, size, "arn:aws:iot:%s:%s:%s/%s", settings->region, settings->account,
		 kind, name);
	allowed = !any_policy_denies(store, cert, &q);
	free(resource);
	return allowed;
}

static int register_cert(const struct cloud_store *store, X509 *x509, const struct cloud_x509 *info,
			 const struct cloud_ca *ca, struct cloud_cert *cert)
{
	memset(cert, 0, sizeof(*cert));
	strcpy(cert->id, info->id);
	strcpy(cert->ca_id, ca->id);
	cert->status = CLOUD_PENDING_ACTIVATION;
	cert->created_ms = cloud_now_ms();
	cert->attempts = 1;
	cert->x509 = *info;
	cert->pem = cloud_x509_pem(x509);
	if (!cert->pem)
		return -ENOMEM;
	return cloud_cert_save(store, cert);
}

static const char *first_contact(const struct cloud_store *store, X509 *x509,
				 const struct cloud_x509 *info, struct cloud_cert *cert)
{
	const char *outcome;
	struct cloud_ca ca;
	int ret;

	ret = cloud_ca_find(store, x509, &ca);
	if (ret == -ENOENT)
		return "unknown-ca";
	if (ret)
		return "state-error";
	if (!ca.active)
		outcome = "ca-inactive";
	else if (!ca.auto_registration)
		outcome = "auto-registration-disabled";
	else if (info->validity)
		outcome = info->validity;
	else if (register_cert(store, x509, info, &ca, cert))
		outcome = "state-error";
	else
		outcome = registered;
	cloud_ca_free(&ca);
	return outcome;
}

static void attach(struct cloud_cert *cert, const char *thing, const char *policy)
{
	if (thing)
		snprintf(cert->thing, sizeof(cert->thing), "%s", thing);
	else if (!*cert->thing && cloud_name_ok(cert->x509.common_name))
		strcpy(cert->thing, cert->x509.common_name);
	if (!policy)
		return;
	for (int i = 0; i < cert->policies; i++) {
		if (!strcmp(cert->policy[i], policy))
			return;
	}
	if (cert->policies < CLOUD_POLICIES_MAX)
		snprintf(cert->policy[cert->policies++], CLOUD_NAME_MAX + 1, "%s", policy);
}

static const char *judge(const struct cloud_store *store, const struct cloud_settings *settings,
			 const char *client_id, struct cloud_cert *cert)
{
	switch (cert->status) {
	case CLOUD_PENDING_ACTIVATION:
		cert->attempts++;
		/* The rule acts on the event of this refusal: the next connect gets in. */
		if (settings->activate_after_tries &&
		    cert->attempts >= settings->activate_after_tries) {
			attach(cert, NULL, settings->default_policy);
			cert->status = CLOUD_ACTIVE;
		}
		if (cloud_cert_save(store, cert))
			return "state-error";
		return pending;
	case CLOUD_INACTIVE:
		return "inactive";
	case CLOUD_REVOKED:
		return "revoked";
	case CLOUD_ACTIVE:
		break;
	}
	if (cert->x509.validity)
		return cert->x509.validity;
	if (!cloud_allowed(store, settings, cert, client_id, "iot:Connect", "client", client_id))
		return "policy";
	return CLOUD_ACCEPTED;
}

void cloud_admit(const struct cloud_store *store, const struct cloud_settings *settings, X509 *x509,
		 const struct cloud_x509 *info, const char *client_id, struct cloud_admission *out)
{
	int lock, ret;

	memset(out, 0, sizeof(*out));
	lock = cloud_store_lock(store);
	if (lock < 0) {
		out->outcome = "state-error";
		return;
	}
	ret = cloud_cert_load(store, info->id, &out->cert);
	if (ret == -ENOENT) {
		out->outcome = first_contact(store, x509, info, &out->cert);
		if (out->outcome == registered && settings->activate_after_tries == 1) {
			attach(&out->cert, NULL, settings->default_policy);
			out->cert.status = CLOUD_ACTIVE;
			if (cloud_cert_save(store, &out->cert))
				out->outcome = "state-error";
		}
	} else if (ret) {
		out->outcome = ret == -EBADMSG ? "state-damaged" : "state-error";
	} else {
		out->outcome = judge(store, settings, client_id, &out->cert);
	}
	out->announce = out->outcome == registered || out->outcome == pending;
	cloud_store_unlock(lock);
}

void cloud_admission_free(struct cloud_admission *admission)
{
	cloud_cert_free(&admission->cert);
}

static int activate(const struct cloud_store *store, const char *id, const char *thing,
		    const char *policy, bool only_pending)
{
	struct cloud_cert cert;
	int lock, ret;

	lock = cloud_store_lock(store);
	if (lock < 0)
		return lock;
	ret = cloud_cert_load(store, id, &cert);
	if (!ret) {
		if (only_pending && cert.status != CLOUD_PENDING_ACTIVATION) {
			ret = -EALREADY;
		} else {
			attach(&cert, thing, policy);
			cert.status = CLOUD_ACTIVE;
			ret = cloud_cert_save(store, &cert);
		}
		cloud_cert_free(&cert);
	}
	cloud_store_unlock(lock);
	return ret;
}

int cloud_activate(const struct cloud_store *store, const char *id, const char *thing,
		   const char *policy)
{
	return activate(store, id, thing, policy, false);
}

int cloud_activate_due(const struct cloud_store *store, const struct cloud_settings *settings)
{
	struct cloud_names names;
	int ret;

	ret = cloud_store_names(store, CLOUD_DIR_CERTS, ".json", &names);
	if (ret)
		return ret;
	for (size_t i = 0; i < names.count; i++) {
		struct cloud_cert cert;
		bool due;

		if (cloud_cert_load(store, names.name[i], &cert))
			continue;
		due = cert.status == CLOUD_PENDING_ACTIVATION &&
		      cloud_now_ms() - cert.created_ms >= settings->activate_after_ms;
		cloud_cert_free(&cert);
		/* An administrator may be quicker: his INACTIVE or REVOKED must survive. */
		if (due)
			activate(store, names.name[i], NULL, settings->default_policy, true);
	}
	cloud_names_free(&names);
	return 0;
}
