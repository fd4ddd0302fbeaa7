/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What AWS IoT Core accepts as a topic. A broker that dislikes one cuts the connection, and
 * a spooled message with such a topic would cut it again for ever: refuse it at the door.
 */
#ifndef ECC508AD_TOPIC_H
#define ECC508AD_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

/* Both return 0 or -EINVAL and a sentence in @why. */
int topic_check_publish(const char *topic, size_t len, const char **why);
int topic_check_filter(const char *filter, size_t len, const char **why);

bool topic_matches(const char *filter, const char *topic);

#endif
