// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a segment of the spool: it opens, hands out sound messages, and takes new ones. */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crc32.h"
#include "spool.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char fuzz_dir[] = "/tmp/fuzz-spool-XXXXXX";

static void fuzz_wipe(void)
{
	struct dirent *de;
	char path[400];
	DIR *d = opendir(fuzz_dir);

	while (d && (de = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", fuzz_dir, de->d_name);
		if (de->d_name[0] != '.')
			unlink(path);
	}
	if (d)
		closedir(d);
}

static void fuzz_clean(void)
{
	fuzz_wipe();
	rmdir(fuzz_dir);
}

/*
 * A fuzzer does not guess checksums: make the records at the front of the data right, so that
 * what lies behind the checksum (order, types, numbers, lengths) is reached. The layout is
 * that of spool.c.
 */
static void fuzz_seal(uint8_t *p, size_t size)
{
	static const uint8_t magic[4] = { 'E', 'S', 'R', '1' }, zero[4];

	for (size_t at = 0; size - at >= 32;) {
		uint8_t *r = p + at;
		size_t len = 32;
		uint32_t crc;

		memcpy(r, magic, 4);
		r[4] = r[4] % 3; /* no record, message, acknowledgement */
		r[7] = 0;
		r[9] = r[10] = r[11] = 0;
		if (r[4] == 2)
			r[6] = r[8] = 0;
		len += r[6] + (size_t)r[8];
		if (len > size - at)
			return;
		crc = crc32_update(crc32_update(0, r, 12), zero, 4);
		crc = crc32_update(crc, r + 16, len - 16);
		for (int i = 0; i < 4; i++)
			r[12 + i] = (uint8_t)(crc >> (8 * i));
		at += len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct spool_limits limits = { .max_bytes = 1 << 30, .max_messages = 100000 };
	static bool ready;
	struct spool_stats before, after;
	struct spool_message m;
	struct spool *s = NULL;
	char error[256], path[128];
	uint8_t *copy;
	uint64_t id;
	int fd, n = 0;

	if (!ready) {
		if (!mkdtemp(fuzz_dir))
			abort();
		atexit(fuzz_clean);
		ready = true;
	}
	snprintf(path, sizeof(path), "%s/0000000000000001-00000000.seg", fuzz_dir);
	copy = malloc(size + 1);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	if (size && data[size - 1] & 1)
		fuzz_seal(copy, size);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, copy, size) != (ssize_t)size)
		abort();
	close(fd);
	free(copy);
	if (spool_open(fuzz_dir, &limits, &s, error, sizeof(error)))
		abort();
	spool_get_stats(s, &before);
	while (!spool_next(s, 0, &m)) {
		if (!m.topic_len || m.topic_len > WIRE_TOPIC_MAX ||
		    m.payload_len > WIRE_PAYLOAD_MAX)
			abort();
		n++;
		if (m.id % 2 && spool_ack(s, m.id))
			abort();
		spool_message_free(&m);
	}
	if (n != (int)before.messages)
		abort();
	/* Only a crafted number can leave no room for another. */
	if (!spool_append(s, 0, "t", 1, "x", 1, &id) && spool_commit(s))
		abort();
	spool_get_stats(s, &before);
	spool_close(s);
	if (spool_open(fuzz_dir, &limits, &s, error, sizeof(error)))
		abort();
	spool_get_stats(s, &after);
	if (after.torn || after.messages != before.messages)
		abort();
	spool_close(s);
	fuzz_wipe();
	return 0;
}
