// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a info: who the chip is, in one screen. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "ecc508a.h"
#include "verb.h"

static int list_one(const char *name, void *arg)
{
	if (common.json)
		cJSON_AddItemToArray(arg, cJSON_CreateString(name));
	else
		puts(name);
	return 0;
}

static int list(void)
{
	struct cJSON *array = cJSON_CreateArray();
	int n = ecc508a_list(list_one, array);

	if (n < 0)
		die_device(NULL);
	if (common.json)
		print_json(array);
	else
		cJSON_Delete(array);
	if (!n)
		complain("there is no chip; `ecc508a doctor` says why");
	return n ? 0 : 1;
}

static void print_text(const struct ecc508a_chip_info *info, const char *name)
{
	char serial[19], rev[9];

	printf("chip      %s, revision %s\n", info->part_name, hex(info->revision, 4, rev));
	printf("serial    %s\n", hex(info->serial, 9, serial));
	printf("device    %s (%s)\n", name, info->transport);
	if (info->bus_nr >= 0)
		printf("bus       i2c-%d, address 0x%02x, ", info->bus_nr, info->address);
	else
		printf("bus       address 0x%02x, ", info->address);
	if (info->bus_hz)
		printf("%u kHz, ", info->bus_hz / 1000);
	else
		printf("speed unknown, ");
	printf("woken by %s\n", info->wake);
	printf("config    %s\n", info->config_locked ? "locked"
						     : "NOT LOCKED: the chip can be set up "
						       "(`ecc508a provision`)");
	printf("data      %s\n",
	       info->data_locked ? "locked" : "NOT LOCKED: slot policies are not in force");
	if (!info->config_locked)
		printf("random    fixed pattern until the configuration is locked\n");
	printf("\n");
	for (unsigned int i = 0; i < 16; i++) {
		struct ecc508a_slot_info slot;

		ecc508a_slot_info(info->config, i, &slot);
		printf("slot %2u   %s%s\n", i, slot.summary, slot.locked ? ", locked" : "");
	}
}

static void print_as_json(const struct ecc508a_chip_info *info, const char *name)
{
	struct cJSON *root = cJSON_CreateObject(), *slots;
	char text[257];

	cJSON_AddStringToObject(root, "part", info->part_name);
	cJSON_AddStringToObject(root, "revision", hex(info->revision, 4, text));
	cJSON_AddStringToObject(root, "serial", hex(info->serial, 9, text));
	cJSON_AddStringToObject(root, "device", name);
	cJSON_AddStringToObject(root, "transport", info->transport);
	if (info->bus_nr >= 0)
		cJSON_AddNumberToObject(root, "bus", info->bus_nr);
	cJSON_AddNumberToObject(root, "address", info->address);
	if (info->bus_hz)
		cJSON_AddNumberToObject(root, "bus_hz", info->bus_hz);
	cJSON_AddStringToObject(root, "wake", info->wake);
	cJSON_AddBoolToObject(root, "config_locked", info->config_locked);
	cJSON_AddBoolToObject(root, "data_locked", info->data_locked);
	cJSON_AddStringToObject(root, "config", hex(info->config, 128, text));
	slots = cJSON_AddArrayToObject(root, "slots");
	for (unsigned int i = 0; i < 16; i++) {
		struct cJSON *s = cJSON_CreateObject();
		struct ecc508a_slot_info slot;

		ecc508a_slot_info(info->config, i, &slot);
		cJSON_AddNumberToObject(s, "slot", i);
		cJSON_AddStringToObject(s, "summary", slot.summary);
		cJSON_AddBoolToObject(s, "private", slot.is_private);
		cJSON_AddBoolToObject(s, "locked", slot.locked);
		cJSON_AddItemToArray(slots, s);
	}
	print_json(root);
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "list", no_argument, NULL, 'l' }, COMMON_LONG };
	struct ecc508a_chip_info info;
	struct ecc508a_dev *dev;
	bool listing = false;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "l", options, NULL)) != -1) {
		if (c == 'l')
			listing = true;
		else
			common_option(c);
	}
	if (optind != argc)
		die_usage("'%s' is not wanted here", argv[optind]);
	if (listing)
		return list();

	dev = open_device(ECC508A_OPEN_READONLY);
	if (ecc508a_info(dev, true, &info))
		die_device(dev);
	if (common.json)
		print_as_json(&info, ecc508a_name(dev));
	else
		print_text(&info, ecc508a_name(dev));
	ecc508a_close(dev);
	return 0;
}

const struct verb verb_info = {
	.name = "info",
	.args = "[-l]",
	.summary = "which chip it is, how it is reached, what is locked, what each slot is for",
	.help = "  -l, --list         only list the devices of this machine\n",
	.run = run,
};
