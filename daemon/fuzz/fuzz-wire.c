// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* Whatever a program says on the control socket, and whatever a false daemon answers. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "topic.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_request req;
	struct wire_reply reply;
	const char *why = NULL;
	int ret;

	ret = wire_parse_request((const char *)data, size, &req, &why);
	if (ret && !why)
		abort(); /* a refusal without a reason */
	if (!ret) {
		if (req.payload_len > WIRE_PAYLOAD_MAX || req.topic_len != strlen(req.topic))
			abort();
		if (req.verb == WIRE_PUB && !topic_check_publish(req.topic, req.topic_len, &why) &&
		    strpbrk(req.topic, "+#\n\r"))
			abort();
		if (req.verb == WIRE_SUB && !topic_check_filter(req.topic, req.topic_len, &why))
			topic_matches(req.topic, "a/b/c");
	}
	ret = wire_parse_reply((const char *)data, size, &reply);
	if (!ret && reply.payload_len > WIRE_PAYLOAD_MAX)
		abort();
	return 0;
}
