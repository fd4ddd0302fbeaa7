// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * ecc508a provision: make a device identity out of a blank chip.
 *
 * Shows the plan and stops.  Only with --commit is anything sent to the chip, and a person
 * at a terminal is asked for the serial number once more.
 */
#include <fcntl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "ecc508a.h"
#include "provision.h"
#include "verb.h"

static struct cJSON *plan_json(const struct ecc508a_plan *plan)
{
	struct cJSON *steps = cJSON_CreateArray();

	for (unsigned int i = 0; i < plan->steps; i++) {
		const struct ecc508a_step *s = &plan->step[i];
		struct cJSON *o = cJSON_CreateObject();

		cJSON_AddStringToObject(o, "step", s->text);
		cJSON_AddBoolToObject(o, "irreversible", s->irreversible);
		cJSON_AddBoolToObject(o, "done", s->done);
		cJSON_AddItemToArray(steps, o);
	}
	return steps;
}

static void plan_text(FILE *to, const struct ecc508a_plan *plan)
{
	for (unsigned int i = 0; i < plan->steps; i++) {
		const struct ecc508a_step *s = &plan->step[i];

		fprintf(to, "  %2u. %s%s%s\n", i + 1, s->text, s->irreversible ? " [FOR EVER]" : "",
			s->done ? " (done already)" : "");
	}
}

static void progress(const struct ecc508a_step *step, bool done, void *arg)
{
	bool *shown = arg;

	if (!done) {
		fprintf(stderr, "  %s ...", step->text);
		fflush(stderr);
		*shown = true;
	} else {
		fprintf(stderr, " done\n");
		*shown = false;
	}
}

/* A person must type the last four digits; a script has said --commit and that is enough */
static void confirm(const char *serial)
{
	const char *tail = serial + strlen(serial) - 4;
	char line[64];

	if (!isatty(STDIN_FILENO))
		return;
	fprintf(stderr,
		"This cannot be undone. Type the last four digits of the serial number %s: ",
		serial);
	if (!fgets(line, sizeof(line), stdin) || strncmp(line, tail, 4) ||
	    (line[4] != '\n' && line[4])) {
		complain("nothing was done");
		exit(EXIT_UNCONFIRMED);
	}
}

/* One JSON object a line, flushed to disk before we say that we are done */
static void append_record(const char *path, struct cJSON *json)
{
	char *text = cJSON_PrintUnformatted(json);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (!text || fd < 0 || dprintf(fd, "%s\n", text) < 0 || fsync(fd) || close(fd))
		die("the chip is provisioned, but the record could not be written to %s: %s", path,
		    strerror(errno));
	cJSON_free(text);
}

static struct cJSON *result_json(struct ecc508a_dev *dev, const struct ecc508a_plan *plan,
				 const char *serial)
{
	struct cJSON *root = cJSON_CreateObject(), *keys;
	char text[129], when[32];
	time_t now = time(NULL);
	struct tm tm;

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	cJSON_AddStringToObject(root, "serial", serial);
	cJSON_AddStringToObject(root, "profile", plan->profile->name);
	cJSON_AddStringToObject(root, "time", when);
	keys = cJSON_AddObjectToObject(root, "public_keys");
	for (unsigned int i = 0; i < 16; i++) {
		uint8_t xy[64];
		char slot[4];

		if (!(plan->profile->keys & (1u << i)))
			continue;
		if (ecc508a_pubkey(dev, i, xy))
			die_device(dev);
		snprintf(slot, sizeof(slot), "%u", i);
		cJSON_AddStringToObject(keys, slot, hex(xy, sizeof(xy), text));
	}
	return root;
}

static void list_profiles(void)
{
	const struct ecc508a_profile *p;

	for (unsigned int i = 0; (p = ecc508a_profile_at(i)); i++)
		printf("%-10s %s\n", p->name, p->summary);
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "profile", required_argument, NULL, 'p' },
						 { "address", required_argument, NULL, 'a' },
						 { "commit", no_argument, NULL, 'C' },
						 { "fill-data", no_argument, NULL, 'F' },
						 { "record", required_argument, NULL, 'r' },
						 { "list", no_argument, NULL, 'l' },
						 COMMON_LONG };
	const char *profile_name = "aws", *record = NULL;
	const struct ecc508a_profile *profile;
	struct ecc508a_chip_info info;
	struct ecc508a_plan plan;
	struct ecc508a_dev *dev;
	unsigned int address = 0, left = 0;
	bool commit = false, fill = false, shown = false;
	struct cJSON *result;
	char serial[19];
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "p:a:r:l", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			profile_name = optarg;
			break;
		case 'a':
			/* 0x00-0x07 and 0x78-0x7f are reserved by the I2C bus specification */
			address = parse_number("--address (7 bits)", optarg, 0x08, 0x77);
			break;
		case 'C':
			commit = true;
			break;
		case 'F':
			fill = true;
			break;
		case 'r':
			record = optarg;
			break;
		case 'l':
			list_profiles();
			return 0;
		default:
			common_option(c);
		}
	}
	if (optind != argc)
		die_usage("'%s' is not wanted here", argv[optind]);
	profile = ecc508a_profile_find(profile_name);
	if (!profile)
		die_usage("there is no profile '%s'; --list shows them", profile_name);

	dev = open_device(commit ? 0 : ECC508A_OPEN_READONLY);
	if (ecc508a_info(dev, true, &info) || ecc508a_plan_make(dev, profile, address, &plan))
		die_device(dev);
	plan.fill_data = fill;
	hex(info.serial, 9, serial);
	for (unsigned int i = 0; i < plan.steps; i++)
		left += !plan.step[i].done;

	if (!commit) {
		if (common.json) {
			result = cJSON_CreateObject();
			cJSON_AddStringToObject(result, "serial", serial);
			cJSON_AddStringToObject(result, "profile", profile->name);
			cJSON_AddBoolToObject(result, "committed", false);
			cJSON_AddItemToObject(result, "plan", plan_json(&plan));
			print_json(result);
		} else {
			printf("Plan for %s %s, profile %s (%s):\n", info.part_name, serial,
			       profile->name, profile->summary);
			plan_text(stdout, &plan);
			if (left)
				printf("\nNothing was sent to the chip. --commit carries it "
				       "out.\n");
			else
				printf("\nThere is nothing left to do.\n");
		}
		ecc508a_close(dev);
		return 0;
	}

	if (left) {
		plan_text(stderr, &plan);
		confirm(serial);
		if (ecc508a_plan_run(dev, &plan, progress, &shown)) {
			if (shown)
				fprintf(stderr, " FAILED\n");
			complain("%s", ecc508a_error(dev));
			complain("what was done stays done; run the same command again to go on "
				 "from there");
			return EXIT_FAILURE;
		}
	} else {
		complain("there was nothing left to do");
	}
	result = result_json(dev, &plan, serial);
	if (record)
		append_record(record, result);
	if (common.json) {
		print_json(result);
	} else {
		printf("%s %s is provisioned with profile %s.\n", info.part_name, serial,
		       profile->name);
		cJSON_Delete(result);
	}
	ecc508a_close(dev);
	return 0;
}

const struct verb verb_provision = {
	.name = "provision",
	.args = "[-p PROFILE] [--commit]",
	.summary = "turn a blank chip into a device identity; without --commit only the plan",
	.help = "  -p, --profile P    configuration to write (default aws); -l lists them\n"
		"  -a, --address A    7-bit address the chip shall answer to (default: as it is)\n"
		"      --commit       do it. Locks cannot be undone\n"
		"      --fill-data    write FF into all data slots before they are locked\n"
		"  -r, --record FILE  append a line of JSON about this unit\n"
		"  -l, --list         the profiles\n",
	.run = run,
};
