// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a pub: hand a message to the daemon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "link.h"
#include "verb.h"

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "message", required_argument, NULL, 'm' },
						 { "file", required_argument, NULL, 'f' },
						 { "qos", required_argument, NULL, 'q' },
						 { "socket", required_argument, NULL, 'S' },
						 COMMON_LONG };
	const char *message = NULL, *file = NULL, *path = NULL;
	unsigned int qos = 1;
	struct wire_reply reply;
	uint8_t *input = NULL;
	struct link link;
	size_t len;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "m:f:q:S:", options, NULL)) != -1) {
		if (c == 'm')
			message = optarg;
		else if (c == 'f')
			file = optarg;
		else if (c == 'q')
			qos = parse_number("--qos", optarg, 0, 1);
		else if (c == 'S')
			path = optarg;
		else
			common_option(c);
	}
	if (optind + 1 != argc)
		die_usage("one TOPIC is needed");
	if (message && file)
		die_usage("-m and -f exclude each other");
	if (strpbrk(argv[optind], "\n\r"))
		die_usage("the topic has a line feed in it");

	if (message) {
		len = strlen(message);
		if (len > WIRE_PAYLOAD_MAX)
			die("the message is larger than %u bytes", WIRE_PAYLOAD_MAX);
	} else {
		input = read_input(file, WIRE_PAYLOAD_MAX, &len);
		message = (const char *)input;
	}
	link_open(&link, path);
	link_say(&link, "PUB %u %zu %s", qos, len, argv[optind]);
	link_send(&link, message, len);
	/* A disk that has to write first takes its time */
	link.timeout_ms = 60000;
	link_expect(&link, WIRE_OK, &reply);
	if (common.json) {
		struct cJSON *root = cJSON_CreateObject();

		cJSON_AddStringToObject(root, "topic", argv[optind]);
		cJSON_AddNumberToObject(root, "qos", qos);
		cJSON_AddNumberToObject(root, "bytes", len);
		if (qos)
			cJSON_AddNumberToObject(root, "id", reply.number);
		print_json(root);
	} else if (common.verbose) {
		complain(qos ? "message %llu is safe on disk" : "sent",
			 (unsigned long long)reply.number);
	}
	link_close(&link);
	free(input);
	return 0;
}

const struct verb verb_pub = {
	.name = "pub",
	.args = "[-m TEXT | -f FILE] [-q 0|1] TOPIC",
	.summary = "send a message through the daemon",
	.help = "  -m, --message TEXT the message (default: standard input)\n"
		"  -f, --file FILE    the message is in this file\n"
		"  -q, --qos N        1: kept on disk until the cloud has it (default);\n"
		"                     0: sent now or refused\n" LINK_SOCKET_HELP,
	.run = run,
};
