// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* log.jsonl: what the cloud saw. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "audit.h"
#include "record.h"

/* Beyond this the log moves to log.jsonl.1, so a stand-in left running fills no disk. */
#define LOG_MAX (64L * 1024 * 1024)

cJSON *cloud_log_line(const char *event)
{
	cJSON *line = cJSON_CreateObject();

	cJSON_AddNumberToObject(line, "time", (double)cloud_now_ms());
	cJSON_AddStringToObject(line, "event", event);
	return line;
}

static int open_log(const struct cloud_store *store)
{
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	struct stat st;
	int fd;

	fd = openat(store->dirfd, CLOUD_LOG_FILE, flags, 0600);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EBADMSG;
	}
	if (st.st_size < LOG_MAX)
		return fd;
	close(fd);
	renameat(store->dirfd, CLOUD_LOG_FILE, store->dirfd, CLOUD_LOG_FILE ".1");
	fd = openat(store->dirfd, CLOUD_LOG_FILE, flags, 0600);
	return fd < 0 ? -errno : fd;
}

int cloud_log_write(const struct cloud_store *store, cJSON *line)
{
	struct iovec part[2];
	char *text;
	int fd, ret = 0;

	text = cJSON_PrintUnformatted(line);
	cJSON_Delete(line);
	if (!text)
		return -ENOMEM;
	fd = open_log(store);
	if (fd < 0) {
		free(text);
		return fd;
	}
	/* One write: lines of two brokers on one directory do not mix. */
	part[0].iov_base = text;
	part[0].iov_len = strlen(text);
	part[1].iov_base = (char *)"\n";
	part[1].iov_len = 1;
	if (writev(fd, part, 2) < 0)
		ret = -errno;
	close(fd);
	free(text);
	return ret;
}
