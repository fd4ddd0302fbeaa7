/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* The throw-away PKI of the broker's own side. */
#ifndef ECC508A_CLOUD_PKI_H
#define ECC508A_CLOUD_PKI_H

#include <stdbool.h>

#include "store.h"

/*
 * server/ca.pem and server/server.pem with their keys, made if they are not
 * there or not for @host_name. The CA is what clients take as "Amazon root".
 */
int cloud_pki_prepare(const struct cloud_store *store, const char *host_name);

/* A host name or an IPv4 address; anything else has no place in a certificate. */
bool cloud_host_name_ok(const char *name);

#endif
