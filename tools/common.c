// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* What the verbs share: options, messages, files, numbers. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "ecc508a.h"
#include "verb.h"

struct common common;

static void vcomplain(const char *fmt, va_list ap)
{
	fprintf(stderr, "ecc508a %s: ", common.verb ? common.verb->name : "");
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(fmt, ap);
	va_end(ap);
}

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(fmt, ap);
	va_end(ap);
	exit(EXIT_FAILURE);
}

void die_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(fmt, ap);
	va_end(ap);
	exit(EXIT_USAGE);
}

void usage(int status)
{
	const struct verb *v = common.verb;
	FILE *to = status ? stderr : stdout;

	fprintf(to, "usage: ecc508a %s%s%s\n%s\n", v->name, v->args[0] ? " " : "", v->args,
		v->summary);
	if (v->help && v->help[0])
		fprintf(to, "\n%s", v->help);
	fprintf(to, "\n"
		    "  -d, --device DEV   /dev/ecc508aN, serial:HEX or emu:SOCKET\n"
		    "  -j, --json         print JSON\n"
		    "  -v, --verbose      say more on standard error\n"
		    "  -h, --help         this text\n");
	exit(status);
}

void common_option(int c)
{
	switch (c) {
	case 'd':
		common.device = optarg;
		break;
	case 'j':
		common.json = true;
		break;
	case 'v':
		common.verbose++;
		break;
	case 'h':
		usage(0);
	default:
		fprintf(stderr, "`ecc508a %s --help` tells the options\n", common.verb->name);
		exit(EXIT_USAGE);
	}
}

void die_device(struct ecc508a_dev *dev)
{
	die("%s", ecc508a_error(dev));
}

struct ecc508a_dev *open_device(unsigned int flags)
{
	struct ecc508a_dev *dev;

	if (ecc508a_open(common.device, flags, &dev))
		die_device(NULL);
	return dev;
}

unsigned int parse_number(const char *what, const char *text, unsigned long min, unsigned long max)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 0);
	if (!*text || *end || errno || *text == '-' || n < min || n > max)
		die_usage("%s must be a number from %lu to %lu, not '%s'", what, min, max, text);
	return n;
}

size_t parse_hex(const char *what, const char *text, uint8_t *out, size_t size)
{
	size_t len = strlen(text) / 2;

	if (strlen(text) % 2 || len > size)
		die_usage("%s must be at most %zu bytes in hex", what, size);
	for (size_t i = 0; i < len; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], '\0' };
		char *end;

		out[i] = strtoul(pair, &end, 16);
		if (*end || pair[0] == '-' || pair[0] == '+' || pair[0] == ' ')
			die_usage("%s: '%s' is not hex", what, pair);
	}
	return len;
}

char *hex(const uint8_t *data, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++)
		sprintf(out + 2 * i, "%02x", data[i]);
	out[2 * len] = '\0';
	return out;
}

uint8_t *read_input(const char *path, size_t max, size_t *len)
{
	bool is_stdin = !path || !strcmp(path, "-");
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 0, have = 0;
	uint8_t *buf = NULL;

	if (fd < 0)
		die("cannot open %s: %s", path, strerror(errno));
	for (;;) {
		ssize_t n;

		if (have == size) {
			size = size ? 2 * size : 16384;
			if (size > max + 1)
				size = max + 1;
			if (have >= size)
				die("%s is larger than %zu bytes", is_stdin ? "the input" : path,
				    max);
			buf = realloc(buf, size);
			if (!buf)
				die("out of memory");
		}
		n = read(fd, buf + have, size - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("cannot read %s: %s", is_stdin ? "the input" : path, strerror(errno));
		if (!n)
			break;
		have += n;
	}
	if (have > max)
		die("%s is larger than %zu bytes", is_stdin ? "the input" : path, max);
	if (!is_stdin)
		close(fd);
	*len = have;
	return buf;
}

static void write_all(int fd, const char *name, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int err = errno;

			if (fd != STDOUT_FILENO)
				unlink(name);
			die("cannot write %s: %s", name, strerror(err));
		}
		p += n;
		len -= n;
	}
}

void write_output(const char *path, const void *data, size_t len, bool force)
{
	char tmp[PATH_MAX];
	int fd;

	if (!path || !strcmp(path, "-")) {
		fflush(stdout);
		write_all(STDOUT_FILENO, "standard output", data, len);
		return;
	}
	if (!force && !access(path, F_OK))
		die("%s exists; -f replaces it", path);
	if (snprintf(tmp, sizeof(tmp), "%s.XXXXXX", path) >= (int)sizeof(tmp))
		die("%s: name too long", path);
	fd = mkstemp(tmp);
	if (fd < 0)
		die("cannot create %s: %s", tmp, strerror(errno));
	write_all(fd, tmp, data, len);
	/* Nothing that the tool writes is a secret */
	if (fchmod(fd, 0644) || fsync(fd) || close(fd) || rename(tmp, path)) {
		int err = errno;

		unlink(tmp);
		die("cannot write %s: %s", path, strerror(err));
	}
}

void print_json(struct cJSON *json)
{
	char *text = cJSON_Print(json);

	if (!text)
		die("out of memory");
	puts(text);
	cJSON_free(text);
	cJSON_Delete(json);
}
