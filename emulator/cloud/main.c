// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* ecc508a-cloud: administers and runs the AWS IoT stand-in. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

struct command {
	const char *name;
	const char *args;
	const char *help;
	cmd_fn run;
	bool creates; /* makes the state directory if it is not there */
};

static const struct command commands[] = {
	{ "init", "[--account N] [--region R]", "make a state directory", cmd_init, true },
	{ "serve", "--port P [--host-name N]...", "run the broker (see `serve --help`)", cmd_serve,
	  true },
	{ "stop", "", "stop the broker that serves this directory", cmd_stop, false },
	{ "registration-code", "", "the CN of a CA verification certificate", cmd_registration_code,
	  false },
	{ "register-ca", "FILE [--verification-cert FILE] [--no-auto-registration]",
	  "register the CA that signs device certificates", cmd_register_ca, true },
	{ "list-cas", "[--ids]", "registered CAs", cmd_list_cas, false },
	{ "update-ca", "ID [--status S] [--auto-registration on|off]", "change a CA", cmd_update_ca,
	  false },
	{ "register-cert", "FILE [--active]", "register one certificate without its CA",
	  cmd_register_cert, false },
	{ "list", "[--status S] [--ids]", "known certificates", cmd_list, false },
	{ "show", "ID", "one certificate, as JSON", cmd_show, false },
	{ "wait", "[ID] --status S [--timeout SECONDS]",
	  "until a certificate has that status; prints its id", cmd_wait, false },
	{ "activate", "ID [--thing NAME] [--policy NAME]", "let a certificate in", cmd_activate,
	  false },
	{ "deactivate", "ID", "make it INACTIVE; its connection is cut", cmd_deactivate, false },
	{ "revoke", "ID", "make it REVOKED; its connection is cut", cmd_revoke, false },
	{ "delete", "ID", "forget it; the next contact is a first one", cmd_delete, false },
	{ "policy", "list|show|put|delete|attach|detach ...", "AWS IoT policies", cmd_policy,
	  false },
	{ "set", "[KEY VALUE]", "settings and fault knobs; without arguments: list them", cmd_set,
	  false },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void say(const char *fmt, va_list args)
{
	fprintf(stderr, "ecc508a-cloud: ");
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

int cmd_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	return CMD_FAIL;
}

int cmd_usage(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	return CMD_USAGE;
}

int cmd_errno(const char *what, int err)
{
	switch (err < 0 ? -err : err) {
	case EBUSY:
		return cmd_error("%s: another process has held the state directory's lock for "
				 "two seconds; is a command or the broker stopped?",
				 what);
	case EBADMSG:
		return cmd_error("%s: the file in the state directory is damaged; delete it, "
				 "or restore it",
				 what);
	case ENOENT:
		return cmd_error("%s: not found", what);
	default:
		return cmd_error("%s: %s", what, strerror(err < 0 ? -err : err));
	}
}

static int help(FILE *out)
{
	fprintf(out, "usage: ecc508a-cloud --state DIR COMMAND ...\n\n"
		     "A stand-in for AWS IoT Core on the mosquitto broker.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %s %s\n        %s\n", commands[i].name, commands[i].args,
			commands[i].help);
	fprintf(out, "\nAn ID is a certificateId or its beginning. Exit status: 0 done, 1 failed, "
		     "2 wrong usage.\n");
	return out == stdout ? CMD_OK : CMD_USAGE;
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const char *state = getenv("ECC508A_CLOUD_STATE");
	const struct command *command;
	struct cloud_store store;
	int at = 1, ret;

	for (; at < argc && argv[at][0] == '-'; at++) {
		if (!strcmp(argv[at], "--help") || !strcmp(argv[at], "-h"))
			return help(stdout);
		if (!strcmp(argv[at], "--state") && at + 1 < argc)
			state = argv[++at];
		else if (!strncmp(argv[at], "--state=", 8))
			state = argv[at] + 8;
		else
			return cmd_usage("unknown option %s; try --help", argv[at]);
	}
	if (at == argc)
		return help(stderr);
	command = find(argv[at]);
	if (!command)
		return cmd_usage("unknown command \"%s\"; try --help", argv[at]);
	if (at + 1 < argc && !strcmp(argv[at + 1], "--help") && strcmp(command->name, "serve")) {
		printf("usage: ecc508a-cloud --state DIR %s %s\n%s\n", command->name, command->args,
		       command->help);
		return CMD_OK;
	}
	if (!state)
		return cmd_usage("say where the registry is: --state DIR, or ECC508A_CLOUD_STATE");
	ret = cloud_store_open(&store, state, command->creates);
	if (ret == -ENOENT)
		return cmd_error("%s does not exist; make it with `ecc508a-cloud --state %s init`",
				 state, state);
	if (ret)
		return cmd_error("state directory %s: %s", state, strerror(-ret));
	if (command->creates) {
		ret = cmd_prepare(&store);
		if (ret) {
			cloud_store_close(&store);
			return cmd_errno(state, ret);
		}
	}
	ret = command->run(&store, argc - at, argv + at);
	cloud_store_close(&store);
	if (fflush(stdout) || ferror(stdout))
		return cmd_error("standard output: %s", strerror(errno));
	return ret;
}
