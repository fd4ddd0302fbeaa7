/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* Who may come in, and who may do what: the registry's decisions. */
#ifndef ECC508A_CLOUD_ADMIT_H
#define ECC508A_CLOUD_ADMIT_H

#include <openssl/x509.h>

#include "record.h"
#include "settings.h"

/* What came of a connect. The names are what log.jsonl says. */
struct cloud_admission {
	const char *outcome; /* "accepted", or why not */
	bool announce;	     /* publish the registration event */
	struct cloud_cert cert; /* valid with an empty id if there is no record */
};

#define CLOUD_ACCEPTED "accepted"

/* Registers @x509 if it is new; frees nothing, cloud_admission_free() does. */
void cloud_admit(const struct cloud_store *store, const struct cloud_settings *settings,
		 X509 *x509, const struct cloud_x509 *info, const char *client_id,
		 struct cloud_admission *out);
void cloud_admission_free(struct cloud_admission *admission);

/* May this certificate do @action ("iot:Publish") on @kind ("topic") @name? */
bool cloud_allowed(const struct cloud_store *store, const struct cloud_settings *settings,
		   const struct cloud_cert *cert, const char *client_id, const char *action,
		   const char *kind, const char *name);

/* Makes a certificate ACTIVE, with @thing (NULL: as is, or from its CN) and @policy attached. */
int cloud_activate(const struct cloud_store *store, const char *id, const char *thing,
		   const char *policy);

/* Activates what has been pending for longer than the settings want. */
int cloud_activate_due(const struct cloud_store *store, const struct cloud_settings *settings);

#endif
