// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a config show: the configuration zone, decoded. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "ecc508a.h"
#include "verb.h"

static void print_bytes(const uint8_t config[128])
{
	for (unsigned int i = 0; i < 128; i += 16) {
		printf("%3u:", i);
		for (unsigned int j = 0; j < 16; j++)
			printf(" %02X", config[i + j]);
		putchar('\n');
	}
}

static void print_slot(const uint8_t config[128], unsigned int i)
{
	struct ecc508a_slot_info s;

	ecc508a_slot_info(config, i, &s);
	printf("slot %2u  SlotConfig %04X  KeyConfig %04X  %3u bytes  %s\n", i, s.slot_config,
	       s.key_config, s.size, s.summary);
	printf("         ReadKey %X  NoMac %d  LimitedUse %d  EncryptRead %d  IsSecret %d  "
	       "WriteKey %X  "
	       "WriteConfig %X\n",
	       s.read_key, s.no_mac, s.limited_use, s.encrypt_read, s.is_secret, s.write_key,
	       s.write_config);
	printf("         Private %d  PubInfo %d  KeyType %u  Lockable %d  ReqRandom %d  ReqAuth %d "
	       " AuthKey %X"
	       "  %s\n",
	       s.is_private, s.pub_info, s.key_type, s.lockable, s.req_random, s.req_auth,
	       s.auth_key, s.locked ? "SLOT LOCKED" : "slot not locked");
}

static struct cJSON *slot_json(const uint8_t config[128], unsigned int i)
{
	struct cJSON *o = cJSON_CreateObject();
	struct ecc508a_slot_info s;

	ecc508a_slot_info(config, i, &s);
	cJSON_AddNumberToObject(o, "slot", i);
	cJSON_AddNumberToObject(o, "slot_config", s.slot_config);
	cJSON_AddNumberToObject(o, "key_config", s.key_config);
	cJSON_AddNumberToObject(o, "size", s.size);
	cJSON_AddNumberToObject(o, "read_key", s.read_key);
	cJSON_AddBoolToObject(o, "no_mac", s.no_mac);
	cJSON_AddBoolToObject(o, "limited_use", s.limited_use);
	cJSON_AddBoolToObject(o, "encrypt_read", s.encrypt_read);
	cJSON_AddBoolToObject(o, "is_secret", s.is_secret);
	cJSON_AddNumberToObject(o, "write_key", s.write_key);
	cJSON_AddNumberToObject(o, "write_config", s.write_config);
	cJSON_AddBoolToObject(o, "private", s.is_private);
	cJSON_AddBoolToObject(o, "pub_info", s.pub_info);
	cJSON_AddNumberToObject(o, "key_type", s.key_type);
	cJSON_AddBoolToObject(o, "lockable", s.lockable);
	cJSON_AddBoolToObject(o, "req_random", s.req_random);
	cJSON_AddBoolToObject(o, "req_auth", s.req_auth);
	cJSON_AddNumberToObject(o, "auth_key", s.auth_key);
	cJSON_AddBoolToObject(o, "locked", s.locked);
	cJSON_AddStringToObject(o, "summary", s.summary);
	return o;
}

static void show_json(const struct ecc508a_chip_info *info)
{
	struct cJSON *root = cJSON_CreateObject(), *slots;
	const uint8_t *c = info->config;
	char text[257];

	cJSON_AddStringToObject(root, "bytes", hex(c, 128, text));
	cJSON_AddStringToObject(root, "serial", hex(info->serial, 9, text));
	cJSON_AddNumberToObject(root, "i2c_address", c[16] >> 1);
	cJSON_AddNumberToObject(root, info->part == ECC508A_CHIP_508A ? "otp_mode" : "count_match",
				c[18]);
	cJSON_AddNumberToObject(root, "chip_mode", c[19]);
	cJSON_AddBoolToObject(root, "config_locked", info->config_locked);
	cJSON_AddBoolToObject(root, "data_locked", info->data_locked);
	slots = cJSON_AddArrayToObject(root, "slots");
	for (unsigned int i = 0; i < 16; i++)
		cJSON_AddItemToArray(slots, slot_json(c, i));
	print_json(root);
}

static void show_text(const struct ecc508a_chip_info *info)
{
	const uint8_t *c = info->config;
	char text[33];

	print_bytes(c);
	putchar('\n');
	printf("serial       %s\n", hex(info->serial, 9, text));
	printf("I2C_Address  0x%02x (byte 16 is %02X, shifted)\n", c[16] >> 1, c[16]);
	if (info->part == ECC508A_CHIP_508A)
		printf("OTPmode      %02X (%s)\n", c[18],
		       c[18] == 0xaa   ? "read-only"
		       : c[18] == 0x55 ? "consumption"
				       : "reserved");
	else
		printf("CountMatch   %02X (%s)\n", c[18], c[18] & 1 ? "enabled" : "off");
	printf("ChipMode     %02X (watchdog %s)\n", c[19],
	       c[19] & 4 ? "long, about 10 s" : "1.3 s");
	printf("LockConfig   %s\n", info->config_locked ? "locked" : "not locked");
	printf("LockValue    %s\n\n", info->data_locked ? "locked" : "not locked");
	for (unsigned int i = 0; i < 16; i++)
		print_slot(c, i);
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "hex", no_argument, NULL, 'x' }, COMMON_LONG };
	struct ecc508a_chip_info info;
	struct ecc508a_dev *dev;
	bool only_hex = false;
	char text[257];
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "x", options, NULL)) != -1) {
		if (c == 'x')
			only_hex = true;
		else
			common_option(c);
	}
	if (argc - optind != 1 || strcmp(argv[optind], "show"))
		die_usage("say `ecc508a config show`");

	dev = open_device(ECC508A_OPEN_READONLY);
	if (ecc508a_info(dev, true, &info))
		die_device(dev);
	if (only_hex)
		puts(hex(info.config, sizeof(info.config), text));
	else if (common.json)
		show_json(&info);
	else
		show_text(&info);
	ecc508a_close(dev);
	return 0;
}

const struct verb verb_config = {
	.name = "config",
	.args = "show [--hex]",
	.summary = "the configuration zone, decoded bit by bit",
	.help = "  -x, --hex          only the 128 bytes\n",
	.run = run,
};
