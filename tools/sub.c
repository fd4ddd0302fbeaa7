// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a sub: print what arrives at the daemon. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "link.h"
#include "verb.h"

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* JSON strings hold text; a payload that is not plain ASCII is printed in hex instead */
static bool is_text(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] >= 0x7f || (p[i] < 0x20 && !strchr("\t\n\r", p[i])) || !p[i])
			return false;
	}
	return true;
}

static void show(const struct link *l, const struct wire_reply *r)
{
	struct cJSON *root;
	char *line;

	if (!common.json) {
		if (common.verbose)
			printf("%s ", r->text);
		fwrite(l->payload, 1, r->payload_len, stdout);
		putchar('\n');
		return;
	}
	root = cJSON_CreateObject();
	cJSON_AddStringToObject(root, "topic", r->text);
	cJSON_AddNumberToObject(root, "qos", r->qos);
	if (is_text(l->payload, r->payload_len)) {
		cJSON_AddStringToObject(root, "payload", (const char *)l->payload);
	} else {
		char *text = malloc(2 * r->payload_len + 1);

		if (!text)
			die("out of memory");
		cJSON_AddStringToObject(root, "payload_hex", hex(l->payload, r->payload_len, text));
		free(text);
	}
	/* One object a line, so that a reader need not count braces */
	line = cJSON_PrintUnformatted(root);
	if (!line)
		die("out of memory");
	puts(line);
	free(line);
	cJSON_Delete(root);
}

/* The timeout of the next read: what is left until the deadline */
static bool time_left(struct link *l, int64_t deadline)
{
	int64_t left = deadline - now_ms();

	if (!deadline) {
		l->timeout_ms = -1;
		return true;
	}
	l->timeout_ms = left > 0 ? (int)left : 0;
	return left > 0;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "count", required_argument, NULL, 'c' },
						 { "timeout", required_argument, NULL, 't' },
						 { "socket", required_argument, NULL, 'S' },
						 COMMON_LONG };
	unsigned int count = 0, timeout = 0, seen = 0;
	const char *path = NULL;
	struct wire_reply reply;
	int64_t deadline;
	struct link link;
	int waiting, c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "c:t:S:", options, NULL)) != -1) {
		if (c == 'c')
			count = parse_number("--count", optarg, 1, 1000000000);
		else if (c == 't')
			timeout = parse_number("--timeout", optarg, 1, 2000000);
		else if (c == 'S')
			path = optarg;
		else
			common_option(c);
	}
	if (optind == argc)
		die_usage("at least one FILTER is needed");

	setvbuf(stdout, NULL, _IOLBF, 0);
	link_open(&link, path);
	for (int i = optind; i < argc; i++) {
		if (strpbrk(argv[i], "\n\r"))
			die_usage("the filter has a line feed in it");
		link_say(&link, "SUB %s", argv[i]);
	}
	waiting = argc - optind;
	deadline = timeout ? now_ms() + (int64_t)timeout * 1000 : 0;
	while (!count || seen < count) {
		if (!time_left(&link, deadline) || !link_reply(&link, &reply)) {
			complain("%u messages in %u s", seen, timeout);
			return EXIT_FAILURE;
		}
		switch (reply.kind) {
		case WIRE_MSG:
			show(&link, &reply);
			seen++;
			break;
		case WIRE_OK:
			if (!--waiting && common.verbose)
				complain("subscribed");
			break;
		case WIRE_DROPPED:
			complain("%llu messages were dropped: this reader was too slow",
				 (unsigned long long)reply.number);
			break;
		case WIRE_ERR:
			die("%s", reply.text);
		default:
			die("%s: this is not the daemon", link.path);
		}
		if (ferror(stdout))
			die("cannot write: %s", strerror(errno));
	}
	link_close(&link);
	return 0;
}

const struct verb verb_sub = {
	.name = "sub",
	.args = "[-c COUNT] [-t SECONDS] FILTER...",
	.summary = "print messages that arrive at the daemon",
	.help = "  -c, --count N      stop after N messages\n"
		"  -t, --timeout S    fail if they have not come after S seconds\n" LINK_SOCKET_HELP
		"  -v prints the topic before each message\n",
	.run = run,
};
