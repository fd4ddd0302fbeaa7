/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The durable queue of outgoing messages.
 *
 * A directory of append-only segment files. A message is safe once spool_commit() has
 * returned 0 after its spool_append(), and gone once spool_ack() was called for it; a crash
 * at any byte in between can only bring an acknowledged message back (at least once), never
 * lose a committed one. Not thread-safe: one thread owns a spool.
 */
#ifndef ECC508AD_SPOOL_H
#define ECC508AD_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool;

struct spool_limits {
	uint64_t max_bytes; /* of segment files */
	uint32_t max_messages;
	int64_t max_age_ms; /* 0 = for ever */
	uint32_t segment_bytes; /* a new segment is begun beyond this; 0 = default */
};

struct spool_message {
	uint64_t id;
	int64_t time_ms;
	size_t topic_len;
	size_t payload_len;
	char *topic; /* NUL-terminated */
	void *payload;
};

struct spool_stats {
	uint32_t messages;
	uint64_t bytes; /* on disk */
	int64_t oldest_ms; /* wall time of the oldest message, 0 if there is none */
	uint64_t torn; /* bytes cut from the end at the last start: an unfinished write */
	uint64_t damaged; /* bytes skipped because they were not what was written */
	uint64_t expired; /* messages dropped for their age */
};

/*
 * Open or create the spool in directory @dir. @error gets a sentence on failure.
 * The torn end a crash leaves behind is cut off; damage in the middle is skipped and counted.
 */
int spool_open(const char *dir, const struct spool_limits *limits, struct spool **out, char *error,
	       size_t error_size);
void spool_close(struct spool *s);

/*
 * Append a message; it is not safe before spool_commit().
 * -EMSGSIZE too large, -EDQUOT a limit of the configuration, -ENOSPC the disk is full,
 * other negative errno: the disk failed.
 */
int spool_append(struct spool *s, int64_t now_ms, const char *topic, size_t topic_len,
		 const void *payload, size_t payload_len, uint64_t *id);

/*
 * Make all appended messages safe. On error all of them count as refused and are taken back
 * (one that a full segment had made safe already may still be sent: at least once).
 */
int spool_commit(struct spool *s);

/* The oldest committed message not handed out since spool_rewind(). -ENOENT if none. */
int spool_next(struct spool *s, int64_t now_ms, struct spool_message *msg);
void spool_message_free(struct spool_message *msg);

/* Hand out again everything that was handed out and not acknowledged. */
void spool_rewind(struct spool *s);

/* The message reached its receiver. -ENOENT if it is unknown or acknowledged already. */
int spool_ack(struct spool *s, uint64_t id);

void spool_get_stats(const struct spool *s, struct spool_stats *st);

#endif
