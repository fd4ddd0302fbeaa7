// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* The state directory: locked, bounded, atomic file access. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store.h"

#define LOCK_FILE "lock"

/* How long a stopped administrator may hold up the broker. */
#define LOCK_TRIES    200
#define LOCK_PAUSE_NS 10000000L

/* A directory with more entries than this is not ours any more. */
#define MAX_NAMES 100000

static bool name_ok(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < NAME_MAX - 16 && name[0] != '.' && !strchr(name, '/');
}

static int open_dir(const struct cloud_store *store, const char *dir)
{
	int fd;

	fd = openat(store->dirfd, *dir ? dir : ".",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

static int make_dirs(int dirfd)
{
	static const char *const dirs[] = { CLOUD_DIR_CERTS, CLOUD_DIR_CAS, CLOUD_DIR_POLICIES,
					    CLOUD_DIR_SERVER };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (mkdirat(dirfd, dirs[i], 0700) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

int cloud_store_open(struct cloud_store *store, const char *path, bool create)
{
	int ret;

	store->dirfd = -1;
	if (!*path)
		return -EINVAL;
	/* The path ends up in mosquitto.conf, one option per line. */
	for (const char *p = path; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return -EINVAL;
	}
	if (create && mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	if (!realpath(path, store->path))
		return -errno;
	store->dirfd = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->dirfd < 0)
		return -errno;
	if (create) {
		ret = make_dirs(store->dirfd);
		if (ret) {
			cloud_store_close(store);
			return ret;
		}
	}
	return 0;
}

void cloud_store_close(struct cloud_store *store)
{
	if (store->dirfd >= 0)
		close(store->dirfd);
	store->dirfd = -1;
}

int cloud_store_lock(const struct cloud_store *store)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	int fd;

	fd = openat(store->dirfd, LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return fd;
		if (errno != EWOULDBLOCK && errno != EINTR) {
			int err = errno;

			close(fd);
			return -err;
		}
		nanosleep(&pause, NULL);
	}
	close(fd);
	return -EBUSY;
}

void cloud_store_unlock(int lockfd)
{
	if (lockfd >= 0)
		close(lockfd);
}

static int read_all(int fd, char **data, size_t *len)
{
	struct stat st;
	size_t have = 0;
	char *buf;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	if (st.st_size > CLOUD_STORE_MAX_FILE)
		return -EFBIG;
	buf = malloc((size_t)st.st_size + 1);
	if (!buf)
		return -ENOMEM;
	while (have < (size_t)st.st_size) {
		ssize_t n = read(fd, buf + have, (size_t)st.st_size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int err = errno;

			free(buf);
			return -err;
		}
		if (n == 0)
			break;
		have += (size_t)n;
	}
	buf[have] = '\0';
	*data = buf;
	*len = have;
	return 0;
}

int cloud_store_read(const struct cloud_store *store, const char *dir, const char *name,
		     char **data, size_t *len)
{
	int dirfd, fd, ret;

	*data = NULL;
	*len = 0;
	if (!name_ok(name))
		return -EINVAL;
	dirfd = open_dir(store, dir);
	if (dirfd < 0)
		return dirfd;
	/* O_NONBLOCK: a planted FIFO must not hang the broker. */
	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) {
		ret = errno == ELOOP || errno == ENXIO ? -EBADMSG : -errno;
		goto out_dir;
	}
	ret = read_all(fd, data, len);
	close(fd);
out_dir:
	close(dirfd);
	return ret;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return fsync(fd) ? -errno : 0;
}

int cloud_store_write(const struct cloud_store *store, const char *dir, const char *name,
		      const void *data, size_t len)
{
	char tmp[NAME_MAX + 1];
	int dirfd, fd, ret;

	if (!name_ok(name))
		return -EINVAL;
	if (len > CLOUD_STORE_MAX_FILE)
		return -EFBIG;
	dirfd = open_dir(store, dir);
	if (dirfd < 0)
		return dirfd;
	/* Leading dot: never taken for a record; writers hold the lock, so a left-over is stale. */
	snprintf(tmp, sizeof(tmp), ".%s.tmp", name);
	if (unlinkat(dirfd, tmp, 0) && errno != ENOENT) {
		ret = -errno;
		goto out_dir;
	}
	fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		ret = -errno;
		goto out_dir;
	}
	ret = write_all(fd, data, len);
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && renameat(dirfd, tmp, dirfd, name))
		ret = -errno;
	if (ret)
		unlinkat(dirfd, tmp, 0);
	else if (fsync(dirfd))
		ret = -errno;
out_dir:
	close(dirfd);
	return ret;
}

int cloud_store_remove(const struct cloud_store *store, const char *dir, const char *name)
{
	int dirfd, ret = 0;

	if (!name_ok(name))
		return -EINVAL;
	dirfd = open_dir(store, dir);
	if (dirfd < 0)
		return dirfd;
	if (unlinkat(dirfd, name, 0))
		ret = -errno;
	close(dirfd);
	return ret;
}

bool cloud_store_exists(const struct cloud_store *store, const char *dir, const char *name)
{
	struct stat st;
	bool found;
	int dirfd;

	if (!name_ok(name))
		return false;
	dirfd = open_dir(store, dir);
	if (dirfd < 0)
		return false;
	found = !fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW);
	close(dirfd);
	return found;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct cloud_names *names, size_t *room, const char *name, size_t len)
{
	char **grown;

	if (names->count >= MAX_NAMES)
		return -E2BIG;
	if (names->count == *room) {
		*room = *room ? *room * 2 : 16;
		grown = realloc(names->name, *room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		names->name = grown;
	}
	names->name[names->count] = strndup(name, len);
	if (!names->name[names->count])
		return -ENOMEM;
	names->count++;
	return 0;
}

int cloud_store_names(const struct cloud_store *store, const char *dir, const char *suffix,
		      struct cloud_names *names)
{
	size_t slen = strlen(suffix), room = 0;
	struct dirent *entry;
	int fd, ret = 0;
	DIR *stream;

	memset(names, 0, sizeof(*names));
	fd = open_dir(store, dir);
	if (fd < 0)
		return fd;
	stream = fdopendir(fd);
	if (!stream) {
		ret = -errno;
		close(fd);
		return ret;
	}
	while (!ret && (entry = readdir(stream))) {
		size_t len = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || len <= slen ||
		    strcmp(entry->d_name + len - slen, suffix))
			continue;
		ret = add_name(names, &room, entry->d_name, len - slen);
	}
	closedir(stream);
	if (ret) {
		cloud_names_free(names);
		return ret;
	}
	if (names->count)
		qsort(names->name, names->count, sizeof(*names->name), by_name);
	return 0;
}

void cloud_names_free(struct cloud_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->name[i]);
	free(names->name);
	memset(names, 0, sizeof(*names));
}
