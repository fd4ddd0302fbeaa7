// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* The quotas of the AWS IoT message broker. */

#include <string.h>

#include "quota.h"

/* Behind the first @n levels, or NULL if there are fewer. */
static const char *skip_levels(const char *topic, int n)
{
	for (; n && topic; n--) {
		topic = strchr(topic, '/');
		if (topic)
			topic++;
	}
	return topic;
}

const char *cloud_topic_limit(const char *topic)
{
	const char *counted = topic;
	int slashes = 0;

	if (strlen(topic) > CLOUD_TOPIC_MAX)
		return "topic-too-long";
	/* Basic ingest: "$aws/rules/<rule>/" does not count. Nor does "$share/<group>/". */
	if (!strncmp(topic, "$aws/rules/", 11))
		counted = skip_levels(topic, 3);
	else if (!strncmp(topic, "$share/", 7))
		counted = skip_levels(topic, 2);
	for (; counted && *counted; counted++)
		slashes += *counted == '/';
	return slashes > CLOUD_SLASHES_MAX ? "topic-too-deep" : NULL;
}

bool cloud_topic_publishable(const char *topic)
{
	static const char *const open[] = {
		"$aws/rules/",
		"$aws/things/",
		"$aws/certificates/create",
		"$aws/provisioning-templates/",
	};

	if (*topic != '$')
		return true;
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		if (!strncmp(topic, open[i], strlen(open[i])))
			return true;
	}
	return false;
}

static uint64_t fnv1a(const char *text)
{
	uint64_t hash = 14695981039346656037ULL;

	while (*text)
		hash = (hash ^ (unsigned char)*text++) * 1099511628211ULL;
	return hash;
}

bool cloud_rate_ok(struct cloud_rate *rate, const char *client_id, int64_t now_ms, int64_t limit)
{
	uint64_t key = fnv1a(client_id);
	size_t at = key % (sizeof(rate->slot) / sizeof(rate->slot[0]));

	if (limit <= 0)
		return true;
	/* A collision only makes an old entry forget: too lenient, never too strict. */
	if (rate->slot[at].key != key || now_ms - rate->slot[at].since_ms >= 1000 ||
	    now_ms < rate->slot[at].since_ms) {
		rate->slot[at].key = key;
		rate->slot[at].since_ms = now_ms;
		rate->slot[at].count = 0;
	}
	return ++rate->slot[at].count <= limit;
}
