// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * State files: the EEPROM as text, replaced as a whole.
 *
 *	ecc508a-emu 1
 *	part 608b
 *	config 0123...			128 bytes, hex
 *	otp ffff...			64 bytes
 *	slot0 ffff...			36, 416 or 72 bytes; 16 such lines
 *	keyvalid 0000			bit n = 1: private slot n holds a key
 *	end 1a2b			CRC of everything before this line
 *
 * A file is written beside its name and renamed over it: whoever looks, also after a kill, sees
 * all of the old state or all of the new. The parser takes nothing it would not have written but
 * letter case.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chip.h"

#define STATE_MAX 8192
#define MAGIC	  "ecc508a-emu 1\n"

struct field {
	const char *name;
	unsigned int off, len;
};

static struct field field(unsigned int i, char name[8])
{
	if (i == 0)
		return (struct field){ "config", EE_CONFIG, 128 };
	if (i == 1)
		return (struct field){ "otp", EE_OTP, 64 };
	if (i < 2 + NSLOTS) {
		snprintf(name, 8, "slot%u", (i - 2) & 15);
		return (struct field){ name, emu_slot_off(i - 2), emu_slot_size[i - 2] };
	}
	return (struct field){ "keyvalid", EE_VALID, 2 };
}
#define FIELDS (2 + NSLOTS + 1)

__attribute__((format(printf, 2, 3))) static void complain(struct ecc508a_emu_chip *c,
							   const char *fmt, ...)
{
	va_list ap;

	free(c->error);
	c->error = NULL;
	va_start(ap, fmt);
	if (vasprintf(&c->error, fmt, ap) < 0)
		c->error = NULL;
	va_end(ap);
}

const char *ecc508a_emu_chip_error(const struct ecc508a_emu_chip *chip)
{
	return chip->error ? chip->error : "no error";
}

/* ------------------------------------------------------------------ text out */

static size_t put_hex(char *p, const uint8_t *data, unsigned int len)
{
	static const char digit[] = "0123456789abcdef";

	for (unsigned int i = 0; i < len; i++) {
		p[2 * i] = digit[data[i] >> 4];
		p[2 * i + 1] = digit[data[i] & 15];
	}
	return 2 * len;
}

static size_t format(const struct ecc508a_emu_chip *c, char *buf)
{
	char name[8], *p = buf;

	p += sprintf(p, MAGIC "part %s\n", c->part->name);
	for (unsigned int i = 0; i < FIELDS; i++) {
		struct field f = field(i, name);

		p += sprintf(p, "%s ", f.name);
		p += put_hex(p, c->ee + f.off, f.len);
		*p++ = '\n';
	}
	p += sprintf(p, "end %04x\n", ecc508a_emu_crc16(buf, (size_t)(p - buf)));
	return (size_t)(p - buf);
}

int ecc508a_emu_chip_export(struct ecc508a_emu_chip *chip, char *buf, size_t size)
{
	char text[STATE_MAX];
	size_t len = format(chip, text);

	if (buf)
		memcpy(buf, text, len < size ? len : size);
	emu_wipe(text, sizeof(text));
	return (int)len;
}

/* ------------------------------------------------------------------ text in */

struct parser {
	const char *start, *p, *end;
};

static bool eat(struct parser *in, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(in->end - in->p) < n || memcmp(in->p, word, n) != 0)
		return false;
	in->p += n;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool eat_hex(struct parser *in, uint8_t *out, unsigned int len)
{
	if ((size_t)(in->end - in->p) < 2 * (size_t)len)
		return false;
	for (unsigned int i = 0; i < len; i++) {
		int hi = hex_digit(in->p[2 * i]), lo = hex_digit(in->p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	in->p += 2 * (size_t)len;
	return true;
}

static int parse(struct ecc508a_emu_chip *c, const char *text, size_t len, uint8_t ee[EE_SIZE],
		 int *part)
{
	struct parser in = { text, text, text + len };
	uint8_t crc[2];
	char name[8];
	uint16_t want;

	*part = -1;
	if (!eat(&in, MAGIC) || !eat(&in, "part ")) {
		complain(
			c,
			"not a state file of this version: it does not begin with 'ecc508a-emu 1'");
		return -EBADMSG;
	}
	for (int i = 0; i < ECC508A_EMU_PARTS && *part < 0; i++)
		if (eat(&in, emu_parts[i].name))
			*part = i;
	if (*part < 0 || !eat(&in, "\n")) {
		complain(c, "line 2: 'part' must be 508a, 608a or 608b");
		return -EBADMSG;
	}
	memset(ee, 0, EE_SIZE);
	for (unsigned int i = 0; i < FIELDS; i++) {
		struct field f = field(i, name);

		if (!eat(&in, f.name) || !eat(&in, " ") || !eat_hex(&in, ee + f.off, f.len) ||
		    !eat(&in, "\n")) {
			complain(c, "line %u: expected '%s' and %u bytes in hex", i + 3, f.name,
				 f.len);
			return -EBADMSG;
		}
	}
	want = ecc508a_emu_crc16(in.start, (size_t)(in.p - in.start));
	if (!eat(&in, "end ") || !eat_hex(&in, crc, 2) || !eat(&in, "\n") || in.p != in.end) {
		complain(c, "line %u: expected 'end' and a CRC, and nothing after it", FIELDS + 3);
		return -EBADMSG;
	}
	if ((crc[0] << 8 | crc[1]) != want) {
		complain(c, "CRC %02x%02x, but the text has %04x: damaged or edited by hand",
			 crc[0], crc[1], want);
		return -EBADMSG;
	}
	return 0;
}

int ecc508a_emu_chip_import(struct ecc508a_emu_chip *chip, const char *buf, size_t len)
{
	uint64_t now = ecc508a_emu_bus_now(chip->bus);
	bool powered = chip->power != ECC508A_EMU_POWER_OFF;
	uint8_t ee[EE_SIZE];
	int part, ret;

	ret = parse(chip, buf, len, ee, &part);
	if (ret == 0 && &emu_parts[part] != chip->part) {
		complain(chip, "the state is that of a %s, the chip is a %s", emu_parts[part].name,
			 chip->part->name);
		ret = -EMEDIUMTYPE;
	}
	if (ret == 0) {
		emu_power_off(chip, now);
		memcpy(chip->ee, ee, sizeof(ee));
		chip->n_undo = 0;
		if (powered)
			emu_power_on(chip, now);
	}
	emu_wipe(ee, sizeof(ee));
	return ret;
}

/* ------------------------------------------------------------------ files */

static int write_all(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int ecc508a_emu_chip_save(struct ecc508a_emu_chip *chip, const char *path)
{
	char text[STATE_MAX], *tmp = NULL;
	size_t len = format(chip, text);
	int fd = -1, ret;

	if (asprintf(&tmp, "%s.XXXXXX", path) < 0) {
		tmp = NULL;
		ret = -ENOMEM;
		goto out;
	}
	/* mkstemp makes it 0600 */
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		complain(chip, "cannot create %s: %s", tmp, strerror(-ret));
		goto out;
	}
	ret = write_all(fd, text, len);
	if (close(fd) < 0 && ret == 0)
		ret = -errno;
	if (ret == 0 && rename(tmp, path) < 0)
		ret = -errno;
	if (ret < 0) {
		complain(chip, "cannot write %s: %s", path, strerror(-ret));
		(void)unlink(tmp);
	}
out:
	free(tmp);
	emu_wipe(text, sizeof(text));
	return ret;
}

int ecc508a_emu_chip_load(struct ecc508a_emu_chip *chip, const char *path)
{
	char text[STATE_MAX];
	size_t len = 0;
	int fd, ret = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		complain(chip, "cannot open %s: %s", path, strerror(-ret));
		return ret;
	}
	while (len < sizeof(text)) {
		ssize_t n = read(fd, text + len, sizeof(text) - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			ret = -errno;
			complain(chip, "cannot read %s: %s", path, strerror(-ret));
		}
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	close(fd);
	if (ret == 0)
		ret = ecc508a_emu_chip_import(chip, text, len);
	emu_wipe(text, sizeof(text));
	return ret;
}

/* Called after every change of the EEPROM. */
int emu_state_store(struct ecc508a_emu_chip *c)
{
	int ret;

	c->ee_dirty = false;
	if (!c->state_path)
		return 0;
	ret = ecc508a_emu_chip_save(c, c->state_path);
	if (ret < 0)
		emu_trace(c, ECC508A_EMU_EV_FAULT, c->bus->t, ret, ecc508a_emu_chip_error(c));
	return ret;
}

int ecc508a_emu_chip_open_state(struct ecc508a_emu_chip *chip, const char *path)
{
	char *copy = strdup(path);
	int ret;

	if (!copy)
		return -ENOMEM;
	ret = ecc508a_emu_chip_load(chip, path);
	if (ret == -ENOENT)
		ret = ecc508a_emu_chip_save(chip, path);
	if (ret < 0) {
		free(copy);
		return ret;
	}
	/* the chip that was bound has been powered for long: no tPU to wait for */
	chip->t_listen = chip->bus->t;
	free(chip->state_path);
	chip->state_path = copy;
	return 0;
}
