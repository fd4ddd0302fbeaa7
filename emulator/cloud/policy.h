/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* AWS IoT policy documents: the part of the language that devices need. */
#ifndef ECC508A_CLOUD_POLICY_H
#define ECC508A_CLOUD_POLICY_H

#include <stddef.h>

/* AWS refuses documents of more than 2048 characters. */
#define CLOUD_POLICY_MAX 2048

enum cloud_verdict {
	CLOUD_NO_MATCH, /* which denies, unless another policy allows */
	CLOUD_ALLOW,
	CLOUD_DENY, /* an explicit Deny: nothing can allow it any more */
};

struct cloud_question {
	const char *action;	 /* "iot:Connect" ... */
	const char *resource;	 /* the full ARN asked for */
	const char *client_id;	 /* ${iot:ClientId} */
	const char *thing;	 /* ${iot:Connection.Thing.ThingName}, NULL: none */
	const char *common_name; /* ${iot:Certificate.Subject.CommonName}, NULL: none */
};

/* NULL if @text is a policy we understand in full, else what is wrong with it. */
const char *cloud_policy_check(const char *text, size_t len);

/* A policy that does not pass the check denies everything. */
enum cloud_verdict cloud_policy_ask(const char *text, size_t len, const struct cloud_question *q);

#endif
