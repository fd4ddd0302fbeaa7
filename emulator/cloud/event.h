/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* The messages AWS IoT publishes by itself, as heap-allocated JSON. */
#ifndef ECC508A_CLOUD_EVENT_H
#define ECC508A_CLOUD_EVENT_H

#include "record.h"
#include "session.h"
#include "settings.h"

/* $aws/events/certificates/registered/<caCertificateId> */
char *cloud_event_registered(const struct cloud_settings *settings, const struct cloud_cert *cert);

/* $aws/events/presence/connected/<clientId>, .../disconnected/<clientId> */
char *cloud_event_connected(const struct cloud_session *session, const char *address);
char *cloud_event_disconnected(const struct cloud_session *session, const char *reason);

#endif
