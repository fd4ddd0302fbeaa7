// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/*
 * A segment is a file "<sequence>-<salt>.seg" of records and nothing else. A record is a
 * message or the acknowledgement of one; each carries a CRC-32 that starts from the salt, so
 * that bytes of a payload can never be mistaken for a record when damage is skipped.
 *
 * An acknowledgement always lies in the segment of its message or in a later one. Segments
 * are removed from the oldest on, and only when no message in them is alive; so a removed
 * acknowledgement never had a message left to bring back.
 *
 * Acknowledgements are not synced: losing one to a power cut means sending a message twice,
 * which QoS 1 allows. Syncing each would double the wear of the flash.
 */

#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crc32.h"
#include "wire.h"

#define SPOOL_MAGIC	    0x31525345u /* "ESR1" */
#define SPOOL_SEGMENT_BYTES (1024u * 1024u)
/* More than the largest segment this code writes: a larger file is not ours. */
#define SPOOL_SEGMENT_MAX   (8u * 1024u * 1024u)
/* How many places of one segment are tried when looking for the end of damage. */
#define SPOOL_RESYNC_TRIES  4096

enum {
	SPOOL_MSG = 1,
	SPOOL_ACK = 2
};

/* On disk, little-endian: magic, type, 0, topic_len, payload_len, crc, id, time. */
#define REC_HEADER 32u
#define REC_MAX	   (REC_HEADER + WIRE_TOPIC_MAX + WIRE_PAYLOAD_MAX)

struct spool_record {
	uint8_t type;
	uint16_t topic_len;
	uint32_t payload_len;
	uint64_t id;
	int64_t time_ms;
};

struct spool_segment {
	uint64_t seq;
	uint32_t salt;
	uint32_t size;
	uint32_t live;
};

enum {
	ENTRY_WAITING,
	ENTRY_SENT,
	ENTRY_DEAD
};

struct spool_entry {
	uint64_t id;
	uint64_t seq;
	int64_t time_ms;
	uint32_t offset;
	uint32_t length;
	uint8_t state;
};

struct spool {
	struct spool_limits limits;
	int dirfd;
	int fd; /* of the last segment, -1 if a new one has to be begun */
	struct spool_segment *segs;
	size_t nsegs;
	struct spool_entry *entries; /* ascending ids, live ones from head on */
	size_t head, tail, room;
	size_t cursor; /* where spool_next() looks first */
	uint32_t live;
	uint64_t next_id;
	uint64_t bytes;
	/* since the last commit */
	size_t uncommitted; /* index of the first such entry, == tail if there is none */
	uint32_t synced_size; /* of the last segment */
	int commit_error;
	uint64_t torn;
	uint64_t damaged;
	uint64_t expired;
	uint8_t *buf; /* one record */
};

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static void put64(uint8_t *p, uint64_t v)
{
	put32(p, (uint32_t)v);
	put32(p + 4, (uint32_t)(v >> 32));
}

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static size_t record_length(const struct spool_record *r)
{
	return REC_HEADER + r->topic_len + r->payload_len;
}

static uint32_t record_crc(const uint8_t *p, size_t len, uint32_t salt)
{
	static const uint8_t zero[4];
	uint32_t crc = crc32_update(salt, p, 12);

	crc = crc32_update(crc, zero, 4);
	return crc32_update(crc, p + 16, len - 16);
}

static size_t record_encode(uint8_t *p, const struct spool_record *r, const void *topic,
			    const void *payload, uint32_t salt)
{
	size_t len = record_length(r);

	put32(p, SPOOL_MAGIC);
	p[4] = r->type;
	p[5] = 0;
	p[6] = (uint8_t)r->topic_len;
	p[7] = (uint8_t)(r->topic_len >> 8);
	put32(p + 8, r->payload_len);
	put64(p + 16, r->id);
	put64(p + 24, (uint64_t)r->time_ms);
	if (r->topic_len)
		memcpy(p + REC_HEADER, topic, r->topic_len);
	if (r->payload_len)
		memcpy(p + REC_HEADER + r->topic_len, payload, r->payload_len);
	put32(p + 12, record_crc(p, len, salt));
	return len;
}

/* Returns the record's length, or 0 if there is no whole and sound record at @p. */
static size_t record_decode(const uint8_t *p, size_t avail, uint32_t salt, struct spool_record *r)
{
	size_t len;

	if (avail < REC_HEADER || get32(p) != SPOOL_MAGIC)
		return 0;
	r->type = p[4];
	r->topic_len = (uint16_t)(p[6] | p[7] << 8);
	r->payload_len = get32(p + 8);
	r->id = get64(p + 16);
	r->time_ms = (int64_t)get64(p + 24);
	if (r->topic_len > WIRE_TOPIC_MAX || r->payload_len > WIRE_PAYLOAD_MAX)
		return 0;
	if (r->type == SPOOL_ACK ? r->topic_len || r->payload_len
				 : r->type != SPOOL_MSG || !r->topic_len)
		return 0;
	len = record_length(r);
	if (len > avail || get32(p + 12) != record_crc(p, len, salt))
		return 0;
	return len;
}

static void segment_name(const struct spool_segment *g, char *name, size_t size)
{
	snprintf(name, size, "%016" PRIx64 "-%08" PRIx32 ".seg", g->seq, g->salt);
}

static bool segment_parse_name(const char *name, struct spool_segment *g)
{
	char again[64];
	int used = 0;

	memset(g, 0, sizeof(*g));
	if (sscanf(name, "%16" SCNx64 "-%8" SCNx32 ".seg%n", &g->seq, &g->salt, &used) != 2)
		return false;
	segment_name(g, again, sizeof(again));
	return used > 0 && !strcmp(name, again);
}

static struct spool_segment *segment_last(struct spool *s)
{
	return s->nsegs ? &s->segs[s->nsegs - 1] : NULL;
}

static struct spool_segment *segment_find(struct spool *s, uint64_t seq)
{
	for (size_t i = 0; i < s->nsegs; i++) {
		if (s->segs[i].seq == seq)
			return &s->segs[i];
	}
	return NULL;
}

static int segment_add(struct spool *s, const struct spool_segment *g)
{
	struct spool_segment *segs = realloc(s->segs, (s->nsegs + 1) * sizeof(*segs));

	if (!segs)
		return -ENOMEM;
	s->segs = segs;
	s->segs[s->nsegs++] = *g;
	return 0;
}

static int segment_begin(struct spool *s)
{
	struct spool_segment g = { 0 };
	char name[64];
	int fd, ret;

	g.seq = s->nsegs ? segment_last(s)->seq + 1 : 1;
	if (getrandom(&g.salt, sizeof(g.salt), 0) != sizeof(g.salt))
		return -EIO;
	segment_name(&g, name, sizeof(name));
	fd = openat(s->dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	/* The name must survive a power cut as well as the data behind it. */
	if (fsync(s->dirfd)) {
		ret = -errno;
		goto err;
	}
	ret = segment_add(s, &g);
	if (ret)
		goto err;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = fd;
	s->synced_size = 0;
	return 0;
err:
	close(fd);
	unlinkat(s->dirfd, name, 0);
	return ret;
}

/* Remove what is dead at the old end; the last segment is being written and stays. */
static void segment_collect(struct spool *s)
{
	char name[64];
	size_t n = 0;

	while (n + 1 < s->nsegs && !s->segs[n].live) {
		segment_name(&s->segs[n], name, sizeof(name));
		if (unlinkat(s->dirfd, name, 0) && errno != ENOENT)
			break;
		s->bytes -= s->segs[n].size;
		n++;
	}
	if (n) {
		memmove(s->segs, s->segs + n, (s->nsegs - n) * sizeof(*s->segs));
		s->nsegs -= n;
	}
}

static int entry_add(struct spool *s, const struct spool_entry *e)
{
	if (s->head && s->tail == s->room) {
		memmove(s->entries, s->entries + s->head,
			(s->tail - s->head) * sizeof(*s->entries));
		s->cursor -= s->cursor < s->head ? s->cursor : s->head;
		s->uncommitted -= s->head;
		s->tail -= s->head;
		s->head = 0;
	}
	if (s->tail == s->room) {
		size_t room = s->room ? s->room * 2 : 64;
		struct spool_entry *p = realloc(s->entries, room * sizeof(*p));

		if (!p)
			return -ENOMEM;
		s->entries = p;
		s->room = room;
	}
	s->entries[s->tail++] = *e;
	return 0;
}

static struct spool_entry *entry_find(struct spool *s, uint64_t id)
{
	size_t lo = s->head, hi = s->tail;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->entries[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < s->tail && s->entries[lo].id == id && s->entries[lo].state != ENTRY_DEAD)
		return &s->entries[lo];
	return NULL;
}

static void entry_kill(struct spool *s, struct spool_entry *e)
{
	struct spool_segment *g = segment_find(s, e->seq);

	e->state = ENTRY_DEAD;
	s->live--;
	if (g)
		g->live--;
	while (s->head < s->uncommitted && s->entries[s->head].state == ENTRY_DEAD)
		s->head++;
	if (s->cursor < s->head)
		s->cursor = s->head;
}

static int recover_record(struct spool *s, struct spool_segment *g, const struct spool_record *r,
			  uint32_t offset)
{
	struct spool_entry e = {
		.id = r->id,
		.seq = g->seq,
		.time_ms = r->time_ms,
		.offset = offset,
		.length = (uint32_t)record_length(r),
		.state = ENTRY_WAITING,
	};
	struct spool_entry *old;
	int ret;

	/* No device lives that long; and the number after the last one would be 0. */
	if (r->id > INT64_MAX) {
		s->damaged += e.length;
		return 0;
	}
	if (r->type == SPOOL_ACK) {
		old = entry_find(s, r->id);
		if (old)
			entry_kill(s, old);
		if (r->id >= s->next_id)
			s->next_id = r->id + 1;
		return 0;
	}
	/* Messages are numbered in the order they lie in; anything else is not our writing. */
	if (r->id < s->next_id) {
		s->damaged += e.length;
		return 0;
	}
	ret = entry_add(s, &e);
	if (ret)
		return ret;
	s->uncommitted = s->tail;
	s->next_id = r->id + 1;
	s->live++;
	g->live++;
	return 0;
}

/* Where the next sound record begins after damage at @from; @size if there is none. */
static size_t recover_resync(const uint8_t *p, size_t from, size_t size, uint32_t salt)
{
	struct spool_record r;
	int tries = SPOOL_RESYNC_TRIES;

	for (size_t at = from + 1; at + REC_HEADER <= size; at++) {
		if (get32(p + at) != SPOOL_MAGIC)
			continue;
		if (record_decode(p + at, size - at, salt, &r))
			return at;
		if (!--tries)
			break;
	}
	return size;
}

/* The segment must be the last of s->segs. */
static int recover_segment(struct spool *s, bool last)
{
	struct spool_segment *g = segment_last(s);
	struct spool_record r;
	uint8_t *p = NULL;
	size_t size, at = 0, len;
	char name[64];
	struct stat st;
	int fd, ret = 0;

	segment_name(g, name, sizeof(name));
	fd = openat(s->dirfd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		ret = -EINVAL;
		goto out;
	}
	size = (size_t)st.st_size;
	if (st.st_size > SPOOL_SEGMENT_MAX) {
		s->damaged += (uint64_t)st.st_size - SPOOL_SEGMENT_MAX;
		size = SPOOL_SEGMENT_MAX;
	}
	p = malloc(size ? size : 1);
	if (!p) {
		ret = -ENOMEM;
		goto out;
	}
	for (size_t got = 0; got < size;) {
		ssize_t n = pread(fd, p + got, size - got, (off_t)got);

		if (n <= 0) {
			ret = n < 0 ? -errno : -EIO;
			goto out;
		}
		got += (size_t)n;
	}

	while (at < size) {
		len = record_decode(p + at, size - at, g->salt, &r);
		if (!len) {
			size_t next = recover_resync(p, at, size, g->salt);

			/* Nothing after it: in the last segment that is how a crash looks. */
			if (next == size && last)
				break;
			s->damaged += next - at;
			at = next;
			continue;
		}
		ret = recover_record(s, g, &r, (uint32_t)at);
		if (ret)
			goto out;
		at += len;
	}
	if (last && at < (size_t)st.st_size) {
		s->torn += (uint64_t)st.st_size - at;
		if (ftruncate(fd, (off_t)at)) {
			ret = -errno;
			goto out;
		}
	}
	g->size = (uint32_t)at;
	s->bytes += at;
	if (last) {
		s->fd = fd;
		s->synced_size = g->size;
		fd = -1;
	}
out:
	free(p);
	if (fd >= 0)
		close(fd);
	return ret;
}

static int segment_compare(const void *a, const void *b)
{
	const struct spool_segment *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int recover_list(struct spool *s, struct spool_segment **list, size_t *n)
{
	struct spool_segment g, *more;
	struct dirent *de;
	DIR *d;
	int fd, ret = 0;

	*list = NULL;
	*n = 0;
	fd = openat(s->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -ENOMEM;
	}
	while ((de = readdir(d))) {
		if (!segment_parse_name(de->d_name, &g))
			continue;
		more = realloc(*list, (*n + 1) * sizeof(g));
		if (!more) {
			ret = -ENOMEM;
			break;
		}
		*list = more;
		(*list)[(*n)++] = g;
	}
	closedir(d);
	if (*n)
		qsort(*list, *n, sizeof(g), segment_compare);
	return ret;
}

static int spool_recover(struct spool *s)
{
	struct spool_segment *list;
	size_t n;
	int ret = recover_list(s, &list, &n);

	for (size_t i = 0; !ret && i < n; i++) {
		ret = segment_add(s, &list[i]);
		if (!ret)
			ret = recover_segment(s, i + 1 == n);
	}
	free(list);
	if (!ret)
		segment_collect(s);
	return ret;
}

int spool_open(const char *dir, const struct spool_limits *limits, struct spool **out, char *error,
	       size_t error_size)
{
	struct spool *s = calloc(1, sizeof(*s));
	int ret = -ENOMEM;

	if (!s)
		goto err;
	s->dirfd = -1;
	s->fd = -1;
	s->next_id = 1;
	s->limits = *limits;
	if (!s->limits.segment_bytes)
		s->limits.segment_bytes = SPOOL_SEGMENT_BYTES;
	s->buf = malloc(REC_MAX);
	if (!s->buf)
		goto err;
	if (mkdir(dir, 0700) && errno != EEXIST) {
		ret = -errno;
		goto err;
	}
	s->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dirfd < 0) {
		ret = -errno;
		goto err;
	}
	ret = spool_recover(s);
	if (ret)
		goto err;
	*out = s;
	return 0;
err:
	snprintf(error, error_size, "spool: %s: %s", dir, strerror(-ret));
	spool_close(s);
	return ret;
}

void spool_close(struct spool *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	if (s->dirfd >= 0)
		close(s->dirfd);
	free(s->segs);
	free(s->entries);
	free(s->buf);
	free(s);
}

/* Append s->buf to the last segment; on failure the segment is as it was. */
static int spool_write(struct spool *s, size_t len)
{
	struct spool_segment *g = segment_last(s);
	size_t done = 0;
	int ret;

	while (done < len) {
		ssize_t n = pwrite(s->fd, s->buf + done, len - done, (off_t)(g->size + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			ret = n < 0 ? -errno : -EIO;
			if (ret == -EDQUOT)
				ret = -ENOSPC;
			if (done && ftruncate(s->fd, (off_t)g->size)) {
				/* Recovery will cut it; never write behind it. */
				close(s->fd);
				s->fd = -1;
			}
			return ret;
		}
		done += (size_t)n;
	}
	g->size += (uint32_t)len;
	s->bytes += len;
	return 0;
}

static int spool_sync(struct spool *s)
{
	if (s->uncommitted == s->tail)
		return 0;
	if (s->fd < 0 || fdatasync(s->fd))
		return errno ? -errno : -EIO;
	s->synced_size = segment_last(s)->size;
	s->uncommitted = s->tail;
	return 0;
}

/* After a failed sync nobody knows what the disk holds: forget it and leave the file alone. */
static void spool_rollback(struct spool *s)
{
	struct spool_segment *g = segment_last(s);

	if (!g)
		return;
	while (s->tail > s->uncommitted) {
		struct spool_entry *e = &s->entries[--s->tail];

		if (e->state != ENTRY_DEAD) {
			s->live--;
			g->live--;
		}
	}
	if (s->cursor > s->tail)
		s->cursor = s->tail;
	s->bytes -= g->size - s->synced_size;
	g->size = s->synced_size;
	if (s->fd >= 0) {
		/* A failure here costs a duplicate after the next crash, not a message. */
		if (ftruncate(s->fd, (off_t)g->size))
			s->damaged++;
		close(s->fd);
		s->fd = -1;
	}
}

static int spool_make_room(struct spool *s, size_t len)
{
	struct spool_segment *g = segment_last(s);
	int ret;

	if (s->fd >= 0 && (!g->size || g->size + len <= s->limits.segment_bytes))
		return 0;
	/* A rollback can only reach the last segment, so that one is made safe first. */
	ret = spool_sync(s);
	if (ret) {
		spool_rollback(s);
		s->commit_error = ret;
		return ret;
	}
	return segment_begin(s);
}

int spool_append(struct spool *s, int64_t now_ms, const char *topic, size_t topic_len,
		 const void *payload, size_t payload_len, uint64_t *id)
{
	struct spool_record r = {
		.type = SPOOL_MSG,
		.topic_len = (uint16_t)topic_len,
		.payload_len = (uint32_t)payload_len,
		.id = s->next_id,
		.time_ms = now_ms,
	};
	struct spool_segment *g;
	struct spool_entry e;
	size_t len;
	int ret;

	if (!topic_len || topic_len > WIRE_TOPIC_MAX || payload_len > WIRE_PAYLOAD_MAX)
		return -EMSGSIZE;
	if (r.id > INT64_MAX)
		return -EOVERFLOW;
	len = record_length(&r);
	if (s->live >= s->limits.max_messages || s->bytes + len > s->limits.max_bytes)
		return -EDQUOT;
	ret = spool_make_room(s, len);
	if (ret)
		return ret;

	g = segment_last(s);
	record_encode(s->buf, &r, topic, payload, g->salt);
	e = (struct spool_entry){
		.id = r.id,
		.seq = g->seq,
		.time_ms = now_ms,
		.offset = g->size,
		.length = (uint32_t)len,
		.state = ENTRY_WAITING,
	};
	ret = entry_add(s, &e);
	if (ret)
		return ret;
	ret = spool_write(s, len);
	if (ret) {
		s->tail--;
		return ret;
	}
	g->live++;
	s->live++;
	s->next_id++;
	*id = r.id;
	return 0;
}

int spool_commit(struct spool *s)
{
	int ret = s->commit_error ? s->commit_error : spool_sync(s);

	s->commit_error = 0;
	if (ret)
		spool_rollback(s);
	return ret;
}

/* Read entry @e into @msg and check that it still is what was written. */
static int spool_read(struct spool *s, const struct spool_entry *e, struct spool_message *msg)
{
	struct spool_segment *g = segment_find(s, e->seq);
	struct spool_record r;
	char name[64];
	int fd = s->fd;
	ssize_t n;

	if (!g)
		return -EIO;
	if (g != segment_last(s) || fd < 0) {
		segment_name(g, name, sizeof(name));
		fd = openat(s->dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			return -EIO;
	}
	n = pread(fd, s->buf, e->length, e->offset);
	if (fd != s->fd)
		close(fd);
	if (n != (ssize_t)e->length || !record_decode(s->buf, e->length, g->salt, &r) ||
	    r.id != e->id)
		return -EIO;

	memset(msg, 0, sizeof(*msg));
	msg->id = r.id;
	msg->time_ms = r.time_ms;
	msg->topic_len = r.topic_len;
	msg->payload_len = r.payload_len;
	msg->topic = malloc(r.topic_len + 1u);
	msg->payload = malloc(r.payload_len ? r.payload_len : 1);
	if (!msg->topic || !msg->payload) {
		spool_message_free(msg);
		return -ENOMEM;
	}
	memcpy(msg->topic, s->buf + REC_HEADER, r.topic_len);
	msg->topic[r.topic_len] = 0;
	memcpy(msg->payload, s->buf + REC_HEADER + r.topic_len, r.payload_len);
	return 0;
}

int spool_next(struct spool *s, int64_t now_ms, struct spool_message *msg)
{
	int ret;

	while (s->cursor < s->uncommitted) {
		struct spool_entry *e = &s->entries[s->cursor];

		if (e->state != ENTRY_WAITING) {
			s->cursor++;
			continue;
		}
		if (s->limits.max_age_ms && now_ms - e->time_ms > s->limits.max_age_ms) {
			s->expired++;
			spool_ack(s, e->id);
			continue;
		}
		ret = spool_read(s, e, msg);
		if (ret == -EIO) {
			s->damaged += e->length;
			spool_ack(s, e->id);
			continue;
		}
		if (ret)
			return ret;
		e->state = ENTRY_SENT;
		s->cursor++;
		return 0;
	}
	return -ENOENT;
}

void spool_message_free(struct spool_message *msg)
{
	free(msg->topic);
	free(msg->payload);
	msg->topic = NULL;
	msg->payload = NULL;
}

void spool_rewind(struct spool *s)
{
	for (size_t i = s->head; i < s->tail; i++) {
		if (s->entries[i].state == ENTRY_SENT)
			s->entries[i].state = ENTRY_WAITING;
	}
	s->cursor = s->head;
}

/* When everything has left, do not let a long row of acknowledgements lie around. */
static void spool_tidy(struct spool *s)
{
	if (!s->live && s->nsegs && s->uncommitted == s->tail &&
	    segment_last(s)->size > s->limits.segment_bytes / 4)
		segment_begin(s);
	segment_collect(s);
}

int spool_ack(struct spool *s, uint64_t id)
{
	struct spool_entry *e = entry_find(s, id);
	struct spool_record r = { .type = SPOOL_ACK, .id = id };

	if (!e)
		return -ENOENT;
	/* If this cannot be written (disk full) the message may be sent again after a crash. */
	if (s->fd >= 0 || !segment_begin(s)) {
		bool clean = s->uncommitted == s->tail;

		record_encode(s->buf, &r, NULL, NULL, segment_last(s)->salt);
		if (!spool_write(s, REC_HEADER) && clean)
			s->synced_size = segment_last(s)->size;
	}
	entry_kill(s, e);
	spool_tidy(s);
	return 0;
}

void spool_get_stats(const struct spool *s, struct spool_stats *st)
{
	memset(st, 0, sizeof(*st));
	st->messages = s->live;
	st->bytes = s->bytes;
	st->torn = s->torn;
	st->damaged = s->damaged;
	st->expired = s->expired;
	if (s->head < s->tail)
		st->oldest_ms = s->entries[s->head].time_ms;
}
