/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* The quotas of the AWS IoT message broker. */
#ifndef ECC508A_CLOUD_QUOTA_H
#define ECC508A_CLOUD_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOUD_PAYLOAD_MAX	(128 * 1024)
#define CLOUD_TOPIC_MAX		256 /* bytes */
#define CLOUD_SLASHES_MAX	7
#define CLOUD_CLIENT_ID_MAX	128 /* bytes */
#define CLOUD_SUBSCRIPTIONS_MAX 50  /* of one connection */
#define CLOUD_INFLIGHT_MAX	100
#define CLOUD_KEEPALIVE_MAX	1200 /* seconds */
/* Payload, topic and MQTT 5 properties; AWS closes at about 146 KiB too. */
#define CLOUD_PACKET_MAX 149504

/* NULL if the topic or filter is within the quotas, else the name of the one it breaks. */
const char *cloud_topic_limit(const char *topic);

/* Topics with '$' that a device may publish to (shadow, jobs, rules ...). */
bool cloud_topic_publishable(const char *topic);

/* CONNECTs of the last second, by client id. Fixed size: old entries make room. */
struct cloud_rate {
	struct {
		uint64_t key;
		int64_t since_ms;
		int64_t count;
	} slot[512];
};

bool cloud_rate_ok(struct cloud_rate *rate, const char *client_id, int64_t now_ms, int64_t limit);

#endif
