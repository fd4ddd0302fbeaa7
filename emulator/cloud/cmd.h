/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* The sub-commands of ecc508a-cloud. */
#ifndef ECC508A_CLOUD_CMD_H
#define ECC508A_CLOUD_CMD_H

#include "record.h"
#include "store.h"

/* Exit statuses. */
#define CMD_OK	  0
#define CMD_FAIL  1
#define CMD_USAGE 2

/* argv[0] is the name of the sub-command. */
typedef int (*cmd_fn)(struct cloud_store *store, int argc, char **argv);

int cmd_init(struct cloud_store *store, int argc, char **argv);
int cmd_register_ca(struct cloud_store *store, int argc, char **argv);
int cmd_registration_code(struct cloud_store *store, int argc, char **argv);
int cmd_list_cas(struct cloud_store *store, int argc, char **argv);
int cmd_update_ca(struct cloud_store *store, int argc, char **argv);
int cmd_register_cert(struct cloud_store *store, int argc, char **argv);
int cmd_list(struct cloud_store *store, int argc, char **argv);
int cmd_show(struct cloud_store *store, int argc, char **argv);
int cmd_activate(struct cloud_store *store, int argc, char **argv);
int cmd_deactivate(struct cloud_store *store, int argc, char **argv);
int cmd_revoke(struct cloud_store *store, int argc, char **argv);
int cmd_delete(struct cloud_store *store, int argc, char **argv);
int cmd_wait(struct cloud_store *store, int argc, char **argv);
int cmd_policy(struct cloud_store *store, int argc, char **argv);
int cmd_set(struct cloud_store *store, int argc, char **argv);
int cmd_serve(struct cloud_store *store, int argc, char **argv);
int cmd_stop(struct cloud_store *store, int argc, char **argv);

/* "ecc508a-cloud: ..." on stderr, and CMD_FAIL or CMD_USAGE. */
int cmd_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int cmd_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same for an errno, in words that fit the state directory. */
int cmd_errno(const char *what, int err);

/* A file of the user, bounded; message printed on failure. */
char *cmd_read_file(const char *path, size_t *len);

/* The certificate meant by an id or an unambiguous beginning of one. */
int cmd_find_cert(const struct cloud_store *store, const char *text, char id[CLOUD_ID_LEN + 1]);

/* Makes trust.pem from the server CA and the registered CAs. */
int cmd_write_trust(const struct cloud_store *store);

/* A state directory that works: sub-directories, settings, default policy. */
int cmd_prepare(struct cloud_store *store);

#endif
