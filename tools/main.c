// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a VERB [OPTION...] [ARGUMENT...] */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verb.h"

static const struct verb *const verbs[] = {
	&verb_info, &verb_doctor, &verb_provision, &verb_config, &verb_key, &verb_pubkey, &verb_csr,
	&verb_sign, &verb_verify, &verb_random,	   &verb_status, &verb_pub, &verb_sub,
};

static void list_verbs(FILE *to)
{
	fprintf(to, "usage: ecc508a VERB [OPTION...]\n\n");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(to, "  %-10s %s\n", verbs[i]->name, verbs[i]->summary);
	fprintf(to, "\n"
		    "`ecc508a VERB --help` tells the options of a verb, `man ecc508a` the rest.\n"
		    "Every verb takes -d DEVICE (default: $ECC508A_DEVICE, or the only chip), "
		    "--json, -v.\n");
}

int main(int argc, char **argv)
{
	/* A reader that goes away early is no reason to die without a word */
	signal(SIGPIPE, SIG_IGN);

	if (argc < 2) {
		list_verbs(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		list_verbs(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "version")) {
		puts("ecc508a " PACKAGE_VERSION);
		return 0;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		int ret;

		if (strcmp(argv[1], verbs[i]->name))
			continue;
		common.verb = verbs[i];
		ret = verbs[i]->run(argc - 1, argv + 1);
		if (fflush(stdout) || ferror(stdout)) {
			complain("cannot write to standard output");
			return EXIT_FAILURE;
		}
		return ret;
	}
	fprintf(stderr, "ecc508a: there is no verb '%s'; `ecc508a help` lists them\n", argv[1]);
	return EXIT_USAGE;
}
