// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "topic.h"

#include <errno.h>
#include <mosquitto.h>
#include <string.h>

#include "wire.h"

/* AWS IoT Core: at most 7 slashes, that is 8 levels. */
#define TOPIC_SLASHES_MAX 7

static int topic_check_common(const char *t, size_t len, const char **why)
{
	static const char ingest[] = "$aws/rules/";
	const char *p = t;
	int slashes = 0;

	if (!len) {
		*why = "the topic is empty";
		return -EINVAL;
	}
	if (len > WIRE_TOPIC_MAX) {
		*why = "the topic is longer than 256 bytes";
		return -EINVAL;
	}
	if (memchr(t, 0, len) || mosquitto_validate_utf8(t, (int)len)) {
		*why = "the topic is not valid UTF-8 text";
		return -EINVAL;
	}
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)t[i] < 0x20 || t[i] == 0x7f) {
			*why = "the topic has a control character";
			return -EINVAL;
		}
	}
	/* Basic Ingest: "$aws/rules/<rule>/" does not count as levels. */
	if (len > strlen(ingest) && !memcmp(t, ingest, strlen(ingest))) {
		const char *rule_end = memchr(t + strlen(ingest), '/', len - strlen(ingest));

		if (rule_end)
			p = rule_end + 1;
	}
	for (; p < t + len; p++)
		slashes += *p == '/';
	if (slashes > TOPIC_SLASHES_MAX) {
		*why = "the topic has more than 7 slashes, which AWS IoT refuses";
		return -EINVAL;
	}
	return 0;
}

int topic_check_publish(const char *topic, size_t len, const char **why)
{
	int ret = topic_check_common(topic, len, why);

	if (ret)
		return ret;
	if (mosquitto_pub_topic_check2(topic, len)) {
		*why = "a topic to publish on cannot have the wildcards + and #";
		return -EINVAL;
	}
	return 0;
}

int topic_check_filter(const char *filter, size_t len, const char **why)
{
	int ret = topic_check_common(filter, len, why);

	if (ret)
		return ret;
	if (mosquitto_sub_topic_check2(filter, len)) {
		*why = "+ must be a whole level and # the last one";
		return -EINVAL;
	}
	return 0;
}

bool topic_matches(const char *filter, const char *topic)
{
	bool result = false;

	return !mosquitto_topic_matches_sub(filter, topic, &result) && result;
}
