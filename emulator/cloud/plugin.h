/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* What `ecc508a-cloud serve` and the plugin it starts agree on. */
#ifndef ECC508A_CLOUD_PLUGIN_H
#define ECC508A_CLOUD_PLUGIN_H

#define CLOUD_PLUGIN_FILE   "ecc508a-cloud.so"
#define CLOUD_TRUST_FILE    "trust.pem"	    /* in the state directory: mosquitto's cafile */
#define CLOUD_OBSERVER_FILE "observer.sock" /* in the state directory: the local listener */
#define CLOUD_READY_ENV	    "ECC508A_CLOUD_READY_FD"
#define CLOUD_STRICT_ENV    "ECC508A_CLOUD_STRICT_TLS" /* set: mosquitto judges the chain */
#define CLOUD_TLS_MAX_ENV   "ECC508A_CLOUD_TLS_MAX"    /* "1.2": no TLS 1.3 */

#endif
