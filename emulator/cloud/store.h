/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state directory of the AWS IoT stand-in: small files, one per thing
 * that AWS would keep a row for. Every write is whole-or-nothing, every read
 * is bounded and refuses anything that is not a plain file.
 */
#ifndef ECC508A_CLOUD_STORE_H
#define ECC508A_CLOUD_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* No file of the state directory is read beyond this. */
#define CLOUD_STORE_MAX_FILE (64 * 1024)

/* Sub-directories; "" is the state directory itself. */
#define CLOUD_DIR_TOP	   ""
#define CLOUD_DIR_CERTS	   "certs"
#define CLOUD_DIR_CAS	   "cas"
#define CLOUD_DIR_POLICIES "policies"
#define CLOUD_DIR_SERVER   "server"

struct cloud_store {
	int dirfd;
	char path[PATH_MAX];
};

int cloud_store_open(struct cloud_store *store, const char *path, bool create);
void cloud_store_close(struct cloud_store *store);

/* Read-modify-write of any record happens between these two. */
int cloud_store_lock(const struct cloud_store *store);
void cloud_store_unlock(int lockfd);

/* *@data is NUL terminated behind *@len bytes and freed by the caller. */
int cloud_store_read(const struct cloud_store *store, const char *dir, const char *name,
		     char **data, size_t *len);
int cloud_store_write(const struct cloud_store *store, const char *dir, const char *name,
		      const void *data, size_t len);
int cloud_store_remove(const struct cloud_store *store, const char *dir, const char *name);
bool cloud_store_exists(const struct cloud_store *store, const char *dir, const char *name);

struct cloud_names {
	char **name;
	size_t count;
};

/* Names in @dir that end in @suffix, the suffix cut off, sorted. */
int cloud_store_names(const struct cloud_store *store, const char *dir, const char *suffix,
		      struct cloud_names *names);
void cloud_names_free(struct cloud_names *names);

#endif
