// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a status: what the daemon is doing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "link.h"
#include "verb.h"

static const cJSON *member(const cJSON *o, const char *group, const char *name)
{
	if (group)
		o = cJSON_GetObjectItemCaseSensitive(o, group);
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

static const char *text(const cJSON *o, const char *group, const char *name)
{
	const cJSON *m = member(o, group, name);

	return cJSON_IsString(m) ? m->valuestring : "";
}

static double number(const cJSON *o, const char *group, const char *name)
{
	const cJSON *m = member(o, group, name);

	return cJSON_IsNumber(m) ? m->valuedouble : 0;
}

static void duration(double s, char *out, size_t size)
{
	if (s < 120)
		snprintf(out, size, "%.0f s", s);
	else if (s < 7200)
		snprintf(out, size, "%.0f min", s / 60);
	else if (s < 2 * 86400)
		snprintf(out, size, "%.1f h", s / 3600);
	else
		snprintf(out, size, "%.1f days", s / 86400);
}

static void show_state(const cJSON *s)
{
	char buf[32];

	duration(number(s, NULL, "state_s"), buf, sizeof(buf));
	printf("state         %s, since %s (%s)\n", text(s, NULL, "state"), text(s, NULL, "since"),
	       buf);
	if (text(s, NULL, "text")[0])
		printf("              %s\n", text(s, NULL, "text"));
	if (member(s, NULL, "retry_s"))
		printf("              next try in %.0f s\n", number(s, NULL, "retry_s"));
	printf("server        %s port %.0f\n", text(s, "server", "host"),
	       number(s, "server", "port"));
}

static void show_identity(const cJSON *s)
{
	printf("key           %s%s\n", text(s, "identity", "key"),
	       cJSON_IsTrue(member(s, "identity", "development_key"))
		       ? " (development key: a file, not a chip)"
		       : "");
	printf("certificate   %s\n", text(s, "identity", "certificate"));
	if (!text(s, "identity", "certificate_id")[0])
		return;
	printf("  id          %s\n", text(s, "identity", "certificate_id"));
	printf("  subject     %s\n", text(s, "identity", "subject"));
	printf("  not after   %s\n", text(s, "identity", "not_after"));
	printf("client id     %s\n", text(s, "identity", "client_id"));
}

static void show_rest(const cJSON *s)
{
	char buf[32] = "";

	if (member(s, NULL, "tls"))
		printf("TLS           %s %s, handshake %.1f ms, of it chip %.1f ms\n"
		       "signatures    %.0f\n",
		       text(s, "tls", "version"), text(s, "tls", "suite"),
		       number(s, "tls", "handshake_ms"), number(s, "tls", "chip_ms"),
		       number(s, "tls", "signatures"));
	if (member(s, "spool", "oldest_s")) {
		duration(number(s, "spool", "oldest_s"), buf, sizeof(buf));
		printf("spool         %.0f messages, the oldest %s old, %.0f of %.0f KiB\n",
		       number(s, "spool", "messages"), buf, number(s, "spool", "bytes") / 1024,
		       number(s, "spool", "max_bytes") / 1024);
	} else {
		printf("spool         empty\n");
	}
	printf("messages      %.0f accepted, %.0f acknowledged, %.0f refused, %.0f received\n",
	       number(s, "counters", "accepted"), number(s, "counters", "acknowledged"),
	       number(s, "counters", "refused"), number(s, "counters", "received"));
	printf("connects      %.0f of %.0f attempts\n", number(s, "counters", "connects"),
	       number(s, "counters", "attempts"));
	duration(number(s, NULL, "uptime_s"), buf, sizeof(buf));
	printf("daemon        %s, pid %.0f, up %s, %.0f local programs\n", text(s, NULL, "version"),
	       number(s, NULL, "pid"), buf, number(s, "counters", "clients"));
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "wait", required_argument, NULL, 'w' },
						 { "timeout", required_argument, NULL, 't' },
						 { "socket", required_argument, NULL, 'S' },
						 COMMON_LONG };
	const char *path = NULL, *want = NULL;
	unsigned int timeout = 60;
	struct timespec nap = { .tv_nsec = 100000000 };
	struct wire_reply reply;
	struct link link;
	cJSON *status;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "w:t:S:", options, NULL)) != -1) {
		if (c == 'S')
			path = optarg;
		else if (c == 'w')
			want = optarg;
		else if (c == 't')
			timeout = parse_number("--timeout", optarg, 1, 2000000);
		else
			common_option(c);
	}
	if (optind != argc)
		die_usage("'%s' is not wanted here", argv[optind]);

	link_open(&link, path);
	for (unsigned int i = 0;; i++) {
		link_say(&link, "STATUS");
		link_expect(&link, WIRE_DATA, &reply);
		status = cJSON_Parse((const char *)link.payload);
		if (!status)
			die("the daemon's answer is not JSON");
		if (!want || !strcmp(want, text(status, NULL, "state")))
			break;
		if (i >= timeout * 10)
			die("not '%s' after %u s, but %s: %s", want, timeout,
			    text(status, NULL, "state"), text(status, NULL, "text"));
		cJSON_Delete(status);
		nanosleep(&nap, NULL);
	}
	link_close(&link);
	if (common.json) {
		print_json(status);
		return 0;
	}
	show_state(status);
	show_identity(status);
	show_rest(status);
	cJSON_Delete(status);
	return 0;
}

const struct verb verb_status = {
	.name = "status",
	.args = "[-w STATE [-t SECONDS]]",
	.summary = "what the daemon is doing",
	.help = "  -w, --wait STATE   return when the daemon is in this state, as \"connected\"\n"
		"  -t, --timeout S    fail if that has not come after S seconds (default "
		"60)\n" LINK_SOCKET_HELP,
	.run = run,
};
