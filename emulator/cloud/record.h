/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the registry: certificates, CAs, and the account's settings. */
#ifndef ECC508A_CLOUD_RECORD_H
#define ECC508A_CLOUD_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"
#include "x509.h"

#define CLOUD_NAME_MAX	   128 /* thing and policy names, client ids: AWS quota */
#define CLOUD_POLICIES_MAX 10  /* policies attached to one certificate: AWS quota */

enum cloud_status {
	CLOUD_PENDING_ACTIVATION,
	CLOUD_ACTIVE,
	CLOUD_INACTIVE,
	CLOUD_REVOKED,
};

struct cloud_cert {
	char id[CLOUD_ID_LEN + 1];
	char ca_id[CLOUD_ID_LEN + 1]; /* empty: registered without a CA */
	enum cloud_status status;
	char thing[CLOUD_NAME_MAX + 1]; /* empty: none attached */
	char policy[CLOUD_POLICIES_MAX][CLOUD_NAME_MAX + 1];
	int policies;
	int64_t created_ms;
	int64_t attempts; /* connects refused while pending */
	char *pem;
	struct cloud_x509 x509; /* read from the PEM, not stored */
};

struct cloud_ca {
	char id[CLOUD_ID_LEN + 1];
	bool active;
	bool auto_registration;
	int64_t created_ms;
	char *pem;
	X509 *cert;
};

const char *cloud_status_name(enum cloud_status status);
int cloud_status_parse(const char *name, enum cloud_status *status);

/* Letters, digits and ":_-", 1 to 128 of them: what AWS allows in a thing name. */
bool cloud_name_ok(const char *name);

int64_t cloud_now_ms(void);

/*
 * -ENOENT: no such record. -EBADMSG: the file is there and damaged; callers
 * refuse the certificate rather than register it again.
 */
int cloud_cert_load(const struct cloud_store *store, const char *id, struct cloud_cert *cert);
int cloud_cert_save(const struct cloud_store *store, const struct cloud_cert *cert);
void cloud_cert_free(struct cloud_cert *cert);

int cloud_ca_load(const struct cloud_store *store, const char *id, struct cloud_ca *ca);
int cloud_ca_save(const struct cloud_store *store, const struct cloud_ca *ca);
void cloud_ca_free(struct cloud_ca *ca);

/* The registered CA that signed @cert: 0, -ENOENT, or another error. */
int cloud_ca_find(const struct cloud_store *store, X509 *cert, struct cloud_ca *ca);

#endif
