// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/*
 * AWS IoT policy documents. Understood: Effect, Action and Resource as string
 * or list, the wildcards * and ?, and the variables of struct cloud_question.
 * Anything else (Condition, NotAction, NotResource, other variables) is
 * refused when the policy is stored, so that nothing is silently ignored.
 */

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>

#include "policy.h"

#define ANY_MANY 0x100
#define ANY_ONE	 0x101

/* A pattern with its variables filled in; values never act as wildcards. */
struct pattern {
	uint16_t at[4096];
	size_t len;
};

static const char var_client[] = "${iot:ClientId}";
static const char var_thing[] = "${iot:Connection.Thing.ThingName}";
static const char var_cn[] = "${iot:Certificate.Subject.CommonName}";

static bool is_var(const char *text, const char *var)
{
	return !strncmp(text, var, strlen(var));
}

static bool add_literal(struct pattern *p, const char *text)
{
	for (; *text; text++) {
		if (p->len == sizeof(p->at) / sizeof(p->at[0]))
			return false;
		p->at[p->len++] = (unsigned char)*text;
	}
	return true;
}

/* false: a variable has no value here (the statement does not apply), or no room. */
static bool fill_in(const char *text, const struct cloud_question *q, struct pattern *p)
{
	const char *value;

	p->len = 0;
	while (*text) {
		if (p->len == sizeof(p->at) / sizeof(p->at[0]))
			return false;
		if (text[0] != '$' || text[1] != '{') {
			p->at[p->len++] = *text == '*'	 ? ANY_MANY
					  : *text == '?' ? ANY_ONE
							 : (unsigned char)*text;
			text++;
			continue;
		}
		if (is_var(text, var_client))
			value = q->client_id;
		else if (is_var(text, var_thing))
			value = q->thing;
		else if (is_var(text, var_cn))
			value = q->common_name;
		else
			return false;
		if (!value || !add_literal(p, value))
			return false;
		text = strchr(text, '}') + 1;
	}
	return true;
}

/* Glob match with one backtracking point: never more than len(p) * len(text) steps. */
static bool matches(const struct pattern *p, const char *text)
{
	const char *star_text = NULL;
	size_t i = 0, star = 0;

	while (*text) {
		if (i < p->len && p->at[i] == ANY_MANY) {
			star = ++i;
			star_text = text;
		} else if (i < p->len &&
			   (p->at[i] == ANY_ONE || p->at[i] == (unsigned char)*text)) {
			i++;
			text++;
		} else if (star_text) {
			i = star;
			text = ++star_text;
		} else {
			return false;
		}
	}
	while (i < p->len && p->at[i] == ANY_MANY)
		i++;
	return i == p->len;
}

static bool action_matches(const char *pattern, const char *action)
{
	static const struct cloud_question nobody;
	char lower_pattern[64], lower_action[64];
	struct pattern p;
	size_t i;

	/* Action names do not care about case. */
	if (strlen(pattern) >= sizeof(lower_pattern) || strlen(action) >= sizeof(lower_action))
		return false;
	for (i = 0; pattern[i]; i++)
		lower_pattern[i] = (char)tolower((unsigned char)pattern[i]);
	lower_pattern[i] = '\0';
	for (i = 0; action[i]; i++)
		lower_action[i] = (char)tolower((unsigned char)action[i]);
	lower_action[i] = '\0';
	return fill_in(lower_pattern, &nobody, &p) && matches(&p, lower_action);
}

static bool resource_matches(const char *pattern, const struct cloud_question *q)
{
	struct pattern p;

	return fill_in(pattern, q, &p) && matches(&p, q->resource);
}

/* One string or a list of them, as everywhere in policy documents. */
static const char *nth(const cJSON *item, int n)
{
	if (cJSON_IsString(item))
		return n == 0 ? item->valuestring : NULL;
	return cJSON_GetStringValue(cJSON_GetArrayItem(item, n));
}

static bool applies(const cJSON *statement, const struct cloud_question *q)
{
	const cJSON *actions = cJSON_GetObjectItemCaseSensitive(statement, "Action");
	const cJSON *resources = cJSON_GetObjectItemCaseSensitive(statement, "Resource");
	bool action = false;
	const char *text;

	for (int i = 0; !action && (text = nth(actions, i)); i++)
		action = action_matches(text, q->action);
	if (!action)
		return false;
	for (int i = 0; (text = nth(resources, i)); i++) {
		if (resource_matches(text, q))
			return true;
	}
	return false;
}

static const char *check_strings(const cJSON *item, const char *(*check)(const char *text))
{
	int count = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 1;

	if (count == 0)
		return "an empty list";
	for (int i = 0; i < count; i++) {
		const char *text = nth(item, i), *wrong;

		if (!text)
			return "Action and Resource must be a string or a list of strings";
		wrong = check(text);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static const char *check_action(const char *text)
{
	if (strlen(text) >= 64 || (strcmp(text, "*") && strncasecmp(text, "iot:", 4)))
		return "an Action must be \"*\" or begin with \"iot:\"";
	return NULL;
}

static const char *check_resource(const char *text)
{
	if (strcmp(text, "*") && strncmp(text, "arn:", 4))
		return "a Resource must be \"*\" or an ARN (arn:aws:iot:REGION:ACCOUNT:...)";
	for (const char *var = strstr(text, "${"); var; var = strstr(var + 1, "${")) {
		if (!is_var(var, var_client) && !is_var(var, var_thing) && !is_var(var, var_cn))
			return "a policy variable that the stand-in does not know";
	}
	return NULL;
}

static const char *check_statement(const cJSON *statement)
{
	const cJSON *item;
	const char *effect, *wrong;

	if (!cJSON_IsObject(statement))
		return "a Statement must be an object";
	cJSON_ArrayForEach (item, statement) {
		if (strcmp(item->string, "Effect") && strcmp(item->string, "Action") &&
		    strcmp(item->string, "Resource") && strcmp(item->string, "Sid"))
			return "a Statement may hold Sid, Effect, Action and Resource; "
			       "Condition, NotAction and others are not supported here";
	}
	effect = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(statement, "Effect"));
	if (!effect || (strcmp(effect, "Allow") && strcmp(effect, "Deny")))
		return "Effect must be \"Allow\" or \"Deny\"";
	wrong = check_strings(cJSON_GetObjectItemCaseSensitive(statement, "Action"), check_action);
	if (wrong)
		return wrong;
	return check_strings(cJSON_GetObjectItemCaseSensitive(statement, "Resource"),
			     check_resource);
}

static const char *check_document(const cJSON *json)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "Statement");
	const char *version, *wrong;
	const cJSON *item;

	version = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "Version"));
	if (!version || strcmp(version, "2012-10-17"))
		return "Version must be \"2012-10-17\"";
	if (cJSON_IsObject(list))
		return check_statement(list);
	if (!cJSON_IsArray(list) || !cJSON_GetArraySize(list))
		return "Statement must be an object or a list of them";
	cJSON_ArrayForEach (item, list) {
		wrong = check_statement(item);
		if (wrong)
			return wrong;
	}
	return NULL;
}

const char *cloud_policy_check(const char *text, size_t len)
{
	const char *wrong;
	cJSON *json;

	if (len > CLOUD_POLICY_MAX)
		return "it is longer than 2048 characters, the AWS limit";
	json = cJSON_ParseWithLength(text, len);
	wrong = cJSON_IsObject(json) ? check_document(json) : "it is no JSON object";
	cJSON_Delete(json);
	return wrong;
}

static enum cloud_verdict ask_statement(const cJSON *statement, const struct cloud_question *q)
{
	const cJSON *effect = cJSON_GetObjectItemCaseSensitive(statement, "Effect");

	if (!applies(statement, q))
		return CLOUD_NO_MATCH;
	return !strcmp(cJSON_GetStringValue(effect), "Allow") ? CLOUD_ALLOW : CLOUD_DENY;
}

enum cloud_verdict cloud_policy_ask(const char *text, size_t len, const struct cloud_question *q)
{
	enum cloud_verdict verdict = CLOUD_NO_MATCH, one;
	const cJSON *list, *item;
	cJSON *json;

	if (len > CLOUD_POLICY_MAX)
		return CLOUD_DENY;
	json = cJSON_ParseWithLength(text, len);
	if (!cJSON_IsObject(json) || check_document(json)) {
		cJSON_Delete(json);
		return CLOUD_DENY;
	}
	list = cJSON_GetObjectItemCaseSensitive(json, "Statement");
	if (cJSON_IsObject(list)) {
		verdict = ask_statement(list, q);
	} else {
		cJSON_ArrayForEach (item, list) {
			one = ask_statement(item, q);
			if (one > verdict)
				verdict = one;
		}
	}
	cJSON_Delete(json);
	return verdict;
}
