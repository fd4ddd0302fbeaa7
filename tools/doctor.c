// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * ecc508a doctor: which layer is wrong, and what to do.  From the bottom up: module, device
 * node, permission, bus, chip, locks, key, OpenSSL.  A layer that is broken ends the walk, since
 * what is above it cannot work.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include "crypto.h"
#include "ecc508a.h"
#include "verb.h"

enum verdict {
	GOOD,
	NOTE,
	BAD
};

static struct cJSON *findings;
static unsigned int bad;

/* One finding: the layer, what was seen, and, unless all is well, what to do */
static void __attribute__((format(printf, 4, 5)))
report(enum verdict v, const char *layer, const char *remedy, const char *fmt, ...)
{
	static const char *const word[] = { "ok", "note", "BAD" };
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	bad += v == BAD;
	if (common.json) {
		struct cJSON *o = cJSON_CreateObject();

		cJSON_AddStringToObject(o, "layer", layer);
		cJSON_AddStringToObject(o, "verdict", word[v]);
		cJSON_AddStringToObject(o, "text", text);
		if (remedy)
			cJSON_AddStringToObject(o, "remedy", remedy);
		cJSON_AddItemToArray(findings, o);
		return;
	}
	printf("%-4s  %-8s %s\n", word[v], layer, text);
	if (remedy)
		printf("                -> %s\n", remedy);
}

static unsigned int count(const char *pattern)
{
	unsigned int n = 0;
	glob_t g;

	if (!glob(pattern, 0, NULL, &g))
		n = g.gl_pathc;
	globfree(&g);
	return n;
}

/* Is another driver bound to what is likely our chip? */
static void look_for_rivals(void)
{
	static const char *const drivers[] = { "atmel-ecc", "atmel-sha204a" };
	char pattern[128];

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		snprintf(pattern, sizeof(pattern), "/sys/bus/i2c/drivers/%s/*-00*", drivers[i]);
		if (count(pattern))
			report(BAD, "module",
			       "unbind it: echo BUS-ADDRESS > /sys/bus/i2c/drivers/.../unbind, and "
			       "put "
			       "'blacklist atmel_ecc' into /etc/modprobe.d",
			       "the driver %s owns a chip on this machine", drivers[i]);
	}
}

/* The layers below an open device; returns false if there is no point in going on */
static bool check_kernel(const char *device)
{
	char node[PATH_MAX];
	int fd;

	if (access("/sys/module/ecc508a", F_OK)) {
		report(BAD, "module",
		       "modprobe ecc508a (package ecc508a-dkms, or `make modules_install`)",
		       "the kernel module ecc508a is not loaded");
		look_for_rivals();
		return false;
	}
	report(GOOD, "module", NULL, "ecc508a is loaded");
	look_for_rivals();

	if (!count("/sys/bus/i2c/devices/i2c-*")) {
		report(BAD, "bus",
		       "enable I2C: dtparam=i2c_arm=on in config.txt on a Raspberry Pi, or the "
		       "driver of "
		       "your I2C controller",
		       "this machine has no I2C adapter");
		return false;
	}
	if (!count("/dev/ecc508a[0-9]*")) {
		report(BAD, "chip",
		       "describe it to the kernel: the overlay in dts/, or for a try: echo ecc508a "
		       "0x60 > "
		       "/sys/bus/i2c/devices/i2c-N/new_device; then see dmesg for what the driver "
		       "says of it",
		       "the driver has found no chip");
		return false;
	}
	if (!device || strncmp(device, "/dev/", 5))
		snprintf(node, sizeof(node), "/dev/ecc508a0");
	else
		snprintf(node, sizeof(node), "%s", device);
	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0 && (errno == EACCES || errno == EPERM)) {
		report(BAD, "access",
		       "join the group ecc508a: usermod -a -G ecc508a NAME, then log in anew",
		       "you (uid %u) may not open %s for writing", (unsigned int)getuid(), node);
		fd = open(node, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return false;
	} else if (fd < 0) {
		report(BAD, "access", NULL, "cannot open %s: %s", node, strerror(errno));
		return false;
	} else {
		report(GOOD, "access", NULL, "%s opens for reading and writing", node);
	}
	close(fd);
	return true;
}

static void check_key(struct ecc508a_dev *dev, const struct ecc508a_chip_info *info)
{
	struct ecc508a_slot_info slot;
	uint8_t xy[64], digest[32] = { 0 }, sig[64], der[SIG_DER_MAX];
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key;
	int ret;

	ecc508a_slot_info(info->config, 0, &slot);
	if (!slot.is_private || !slot.ext_sign) {
		report(NOTE, "key", NULL, "slot 0 is not a signing key (%s)", slot.summary);
		return;
	}
	ret = ecc508a_pubkey(dev, 0, xy);
	if (ret) {
		report(BAD, "key", "make one: ecc508a provision --commit", "%s",
		       ecc508a_error(dev));
		return;
	}
	ret = ecc508a_sign(dev, 0, digest, sig);
	if (ret) {
		report(ret == -EBADF || ret == -EACCES || ret == -EPERM ? NOTE : BAD, "key", NULL,
		       "no signature from slot 0: %s", ecc508a_error(dev));
		return;
	}
	/* The referee is software */
	key = pubkey_from_xy(xy);
	ctx = EVP_PKEY_CTX_new_from_pkey(crypto_ctx(), key, NULL);
	ret = ctx && EVP_PKEY_verify_init(ctx) > 0 &&
	      EVP_PKEY_verify(ctx, der, sig_to_der(sig, der), digest, sizeof(digest)) == 1;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	if (ret)
		report(GOOD, "key", NULL, "slot 0 signs, and OpenSSL verifies the signature");
	else
		report(BAD, "key", "the chip or the bus is faulty: see dmesg and `ecc508a info`",
		       "the signature of slot 0 does not verify");
}

static void check_chip(struct ecc508a_dev *dev)
{
	struct ecc508a_chip_info info;
	char serial[19];

	if (ecc508a_info(dev, true, &info)) {
		report(BAD, "chip",
		       "check power, address (7 bits: 0x60, not 0xC0) and bus speed (at most 100 "
		       "kHz, or "
		       "wake-gpios); dmesg says how the driver tried to wake it",
		       "%s", ecc508a_error(dev));
		return;
	}
	report(GOOD, "chip", NULL, "%s %s at %s", info.part_name, hex(info.serial, 9, serial),
	       ecc508a_name(dev));
	if (!info.bus_hz)
		report(NOTE, "bus", "set clock-frequency in the device tree",
		       "the bus speed is not known");
	else
		report(GOOD, "bus", NULL, "%u kHz, woken by %s", info.bus_hz / 1000, info.wake);

	if (!info.config_locked) {
		report(BAD, "locks", "set it up: ecc508a provision (shows a plan first)",
		       "the configuration is not locked: the chip makes no keys, and its random "
		       "numbers are a "
		       "fixed pattern");
		return;
	}
	if (!info.data_locked)
		report(BAD, "locks", "finish: ecc508a provision --commit",
		       "the data zone is not locked: slot policies are not in force");
	else
		report(GOOD, "locks", NULL, "configuration and data are locked");
	check_key(dev, &info);
}

/* What other programs see: the machine's own openssl.cnf, not our private context */
static void check_openssl(void)
{
	OSSL_PROVIDER *ours;
	const char *name;
	EVP_KEYMGMT *ec = EVP_KEYMGMT_fetch(NULL, "EC", NULL);

	name = ec ? OSSL_PROVIDER_get0_name(EVP_KEYMGMT_get0_provider(ec)) : NULL;
	if (!name)
		report(BAD, "openssl",
		       "activate the default provider, too: see openssl-ecc508a.cnf, which ships "
		       "with us",
		       "no provider for EC keys is active: every program that uses OpenSSL is "
		       "broken");
	else if (strcmp(name, "default") && strcmp(name, "ecc508a"))
		report(NOTE, "openssl", NULL, "EC keys are served by the provider '%s'", name);
	EVP_KEYMGMT_free(ec);

	if (OSSL_PROVIDER_available(NULL, "ecc508a")) {
		report(GOOD, "openssl", NULL, "the provider ecc508a is active in this environment");
		return;
	}
	ERR_clear_error();
	ours = OSSL_PROVIDER_try_load(NULL, "ecc508a", 1);
	if (ours)
		report(NOTE, "openssl",
		       "activate it for a service with "
		       "Environment=OPENSSL_CONF=.../openssl-ecc508a.cnf",
		       "the provider ecc508a is installed, but not active");
	else
		report(NOTE, "openssl",
		       "make install, or the package ecc508a-openssl; or OPENSSL_MODULES=DIR",
		       "the provider ecc508a is not in OpenSSL's module folder");
	OSSL_PROVIDER_unload(ours);
	ERR_clear_error();
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { COMMON_LONG };
	struct ecc508a_dev *dev;
	const char *device;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT, options, NULL)) != -1)
		common_option(c);
	if (optind != argc)
		die_usage("'%s' is not wanted here", argv[optind]);
	findings = cJSON_CreateArray();

	device = common.device ? common.device : getenv("ECC508A_DEVICE");
	if (device && !strncmp(device, "emu:", 4))
		report(NOTE, "device", NULL, "an emulator is asked for: %s", device);
	else if (!check_kernel(device))
		goto out;
	if (!ecc508a_open(common.device, 0, &dev) ||
	    !ecc508a_open(common.device, ECC508A_OPEN_READONLY, &dev)) {
		check_chip(dev);
		ecc508a_close(dev);
	} else {
		report(BAD, "chip", NULL, "%s", ecc508a_error(NULL));
	}
	check_openssl();
out:
	if (common.json)
		print_json(findings);
	else
		printf("\n%s\n", bad ? "Something is wrong; the first BAD line is where to begin."
				     : "All is well.");
	return bad ? 1 : 0;
}

const struct verb verb_doctor = {
	.name = "doctor",
	.args = "",
	.summary = "find out which layer is wrong, and what to do about it",
	.help = "",
	.run = run,
};
