// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* The durable queue: cut at every byte, damaged at every byte, on a disk that is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crc32.h"
#include "spool.h"
#include "wire.h"

static char base[] = "/tmp/ecc508ad-spool-XXXXXX";
static char dir[64], copy[64];
static const struct spool_limits roomy = { .max_bytes = 64 << 20, .max_messages = 100000 };
static const struct spool_limits small = {
	.max_bytes = 64 << 20,
	.max_messages = 100000,
	.segment_bytes = 600,
};

static void wipe(const char *d)
{
	struct dirent *de;
	char path[400];
	DIR *h = opendir(d);

	if (!h)
		return;
	while ((de = readdir(h))) {
		snprintf(path, sizeof(path), "%s/%s", d, de->d_name);
		unlink(path);
	}
	closedir(h);
	rmdir(d);
}

static int setup(void **state)
{
	wipe(dir);
	wipe(copy);
	return 0;
}

static struct spool *open_at(const char *d, const struct spool_limits *l)
{
	struct spool *s = NULL;
	char error[256] = "";

	if (spool_open(d, l, &s, error, sizeof(error)))
		fail_msg("spool_open: %s", error);
	return s;
}

static struct spool_stats stats(const struct spool *s)
{
	struct spool_stats st;

	spool_get_stats(s, &st);
	return st;
}

static uint64_t put_at(struct spool *s, int n, int64_t time)
{
	char topic[32], payload[64];
	uint64_t id = 0;

	snprintf(topic, sizeof(topic), "t/%d", n);
	snprintf(payload, sizeof(payload), "payload number %d", n);
	assert_int_equal(spool_append(s, time, topic, strlen(topic), payload, strlen(payload), &id),
			 0);
	return id;
}

static uint64_t put(struct spool *s, int n)
{
	return put_at(s, n, 1000 + n);
}

/* The next message must be number n. */
static uint64_t expect(struct spool *s, int n)
{
	char topic[32], payload[64];
	struct spool_message m;

	snprintf(topic, sizeof(topic), "t/%d", n);
	snprintf(payload, sizeof(payload), "payload number %d", n);
	assert_int_equal(spool_next(s, 0, &m), 0);
	assert_string_equal(m.topic, topic);
	assert_int_equal(m.payload_len, strlen(payload));
	assert_memory_equal(m.payload, payload, m.payload_len);
	assert_int_equal(m.time_ms, 1000 + n);
	spool_message_free(&m);
	return m.id;
}

static void expect_end(struct spool *s)
{
	struct spool_message m;

	assert_int_equal(spool_next(s, 0, &m), -ENOENT);
}

/* The only segment file of a directory, with its content. */
static size_t slurp(const char *d, char *name, uint8_t **data)
{
	struct dirent *de;
	struct stat st;
	char path[400];
	DIR *h = opendir(d);
	int n = 0, fd;

	assert_non_null(h);
	while ((de = readdir(h))) {
		if (de->d_name[0] == '.')
			continue;
		snprintf(name, 256, "%s", de->d_name);
		n++;
	}
	closedir(h);
	assert_int_equal(n, 1);
	snprintf(path, sizeof(path), "%s/%s", d, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	*data = malloc((size_t)st.st_size);
	assert_int_equal(read(fd, *data, (size_t)st.st_size), st.st_size);
	close(fd);
	return (size_t)st.st_size;
}

static void spill(const char *d, const char *name, const uint8_t *data, size_t len)
{
	char path[400];
	int fd;

	wipe(d);
	assert_int_equal(mkdir(d, 0700), 0);
	snprintf(path, sizeof(path), "%s/%s", d, name);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

static void test_crc(void **state)
{
	/* The check value of CRC-32/ISO-HDLC */
	assert_int_equal(crc32_update(0, (const uint8_t *)"123456789", 9), 0xcbf43926u);
	assert_int_equal(crc32_update(crc32_update(0, (const uint8_t *)"1234", 4),
				      (const uint8_t *)"56789", 5),
			 0xcbf43926u);
}

static void test_in_order(void **state)
{
	struct spool *s = open_at(dir, &roomy);
	uint64_t id[3];

	expect_end(s);
	for (int i = 0; i < 3; i++)
		put(s, i);
	expect_end(s); /* not before it is safe */
	assert_int_equal(spool_commit(s), 0);
	for (int i = 0; i < 3; i++)
		id[i] = expect(s, i);
	expect_end(s);
	assert_int_equal(stats(s).messages, 3);
	assert_int_equal(stats(s).oldest_ms, 1000);

	/* Acknowledgements may come in any order; what has none is sent again. */
	assert_int_equal(spool_ack(s, id[1]), 0);
	assert_int_equal(spool_ack(s, id[1]), -ENOENT);
	assert_int_equal(spool_ack(s, 999), -ENOENT);
	spool_rewind(s);
	expect(s, 0);
	expect(s, 2);
	expect_end(s);
	assert_int_equal(spool_ack(s, id[0]), 0);
	assert_int_equal(stats(s).oldest_ms, 1002);
	spool_close(s);

	s = open_at(dir, &roomy);
	assert_int_equal(stats(s).messages, 1);
	assert_int_equal(expect(s, 2), id[2]);
	put(s, 3);
	assert_int_equal(spool_commit(s), 0);
	expect(s, 3);
	spool_close(s);
}

/* A new run must not reuse the numbers that acknowledgements on disk speak of. */
static void test_numbers_go_on(void **state)
{
	struct spool *s = open_at(dir, &roomy);
	uint64_t id = put(s, 0);

	assert_int_equal(spool_commit(s), 0);
	expect(s, 0);
	spool_ack(s, id);
	spool_close(s);
	s = open_at(dir, &roomy);
	assert_true(put(s, 1) > id);
	assert_int_equal(spool_commit(s), 0);
	spool_close(s);
	s = open_at(dir, &roomy);
	expect(s, 1);
	expect_end(s);
	spool_close(s);
}

static void test_empty_payload_and_limits(void **state)
{
	struct spool *s = open_at(dir, &roomy);
	struct spool_message m;
	char topic[WIRE_TOPIC_MAX + 1];
	char *payload = calloc(1, WIRE_PAYLOAD_MAX + 1);
	uint64_t id;

	memset(topic, 'x', sizeof(topic));
	memset(payload, 7, WIRE_PAYLOAD_MAX + 1);
	assert_int_equal(spool_append(s, 0, topic, WIRE_TOPIC_MAX, NULL, 0, &id), 0);
	assert_int_equal(spool_append(s, 0, topic, WIRE_TOPIC_MAX, payload, WIRE_PAYLOAD_MAX, &id),
			 0);
	assert_int_equal(spool_append(s, 0, topic, WIRE_TOPIC_MAX + 1, NULL, 0, &id), -EMSGSIZE);
	assert_int_equal(spool_append(s, 0, topic, 1, payload, WIRE_PAYLOAD_MAX + 1, &id),
			 -EMSGSIZE);
	assert_int_equal(spool_append(s, 0, topic, 0, NULL, 0, &id), -EMSGSIZE);
	assert_int_equal(spool_commit(s), 0);
	spool_close(s);

	s = open_at(dir, &roomy);
	assert_int_equal(spool_next(s, 0, &m), 0);
	assert_int_equal(m.payload_len, 0);
	assert_int_equal(m.topic_len, WIRE_TOPIC_MAX);
	spool_message_free(&m);
	assert_int_equal(spool_next(s, 0, &m), 0);
	assert_int_equal(m.payload_len, WIRE_PAYLOAD_MAX);
	assert_memory_equal(m.payload, payload, WIRE_PAYLOAD_MAX);
	spool_message_free(&m);
	spool_close(s);
	free(payload);
}

/*
 * A crash at any byte: everything whose last byte is there comes back, nothing else does, the
 * spool takes new messages, and those survive the next start.
 */
static void test_cut_at_every_byte(void **state)
{
	struct spool *s = open_at(dir, &roomy);
	struct spool_message m;
	size_t ends[6], size;
	char name[256];
	uint8_t *data;
	uint64_t id;

	for (int i = 0; i < 6; i++) {
		put(s, i);
		assert_int_equal(spool_commit(s), 0);
		ends[i] = stats(s).bytes;
	}
	spool_close(s);
	size = slurp(dir, name, &data);
	assert_int_equal(size, ends[5]);

	for (size_t cut = 0; cut <= size; cut++) {
		int whole = 0;

		while (whole < 6 && ends[whole] <= cut)
			whole++;
		spill(copy, name, data, cut);
		s = open_at(copy, &roomy);
		assert_int_equal(stats(s).messages, whole);
		assert_int_equal(stats(s).damaged, 0);
		assert_int_equal(stats(s).torn, cut - (whole ? ends[whole - 1] : 0));
		/* Shorter than what was torn: nothing of that may stay behind it. */
		assert_int_equal(spool_append(s, 1, "z", 1, NULL, 0, &id), 0);
		assert_int_equal(spool_commit(s), 0);
		spool_close(s);

		s = open_at(copy, &roomy);
		assert_int_equal(stats(s).torn, 0);
		for (int i = 0; i < whole; i++)
			expect(s, i);
		assert_int_equal(spool_next(s, 0, &m), 0);
		assert_string_equal(m.topic, "z");
		spool_message_free(&m);
		expect_end(s);
		spool_close(s);
	}
	free(data);
}

/* The same with acknowledgements among the records: one may be lost, a message may not. */
static void test_cut_with_acks(void **state)
{
	struct spool *s = open_at(dir, &roomy);
	size_t size, put_end[4], ack_end[4];
	char name[256];
	uint8_t *data;

	for (int i = 0; i < 4; i++) {
		uint64_t id = put(s, i);

		assert_int_equal(spool_commit(s), 0);
		put_end[i] = stats(s).bytes;
		expect(s, i);
		if (i % 2)
			spool_ack(s, id);
		ack_end[i] = i % 2 ? stats(s).bytes : SIZE_MAX;
	}
	spool_close(s);
	size = slurp(dir, name, &data);
	for (size_t cut = 0; cut <= size; cut++) {
		spill(copy, name, data, cut);
		s = open_at(copy, &roomy);
		for (int i = 0; i < 4; i++) {
			if (put_end[i] <= cut && ack_end[i] > cut)
				expect(s, i);
		}
		expect_end(s);
		spool_close(s);
	}
	free(data);
}

/* A changed byte costs the one message it is in, and the count says that something is gone. */
static void test_damage_at_every_byte(void **state)
{
	struct spool *s = open_at(dir, &roomy);
	size_t ends[5], size;
	char name[256];
	uint8_t *data;

	for (int i = 0; i < 5; i++) {
		put(s, i);
		assert_int_equal(spool_commit(s), 0);
		ends[i] = stats(s).bytes;
	}
	spool_close(s);
	size = slurp(dir, name, &data);
	for (size_t at = 0; at < size; at++) {
		int hit = 0;

		while (ends[hit] <= at)
			hit++;
		data[at] ^= 0x41;
		spill(copy, name, data, size);
		data[at] ^= 0x41;
		s = open_at(copy, &roomy);
		assert_int_equal(stats(s).messages, 4);
		for (int i = 0; i < 5; i++) {
			if (i != hit)
				expect(s, i);
		}
		expect_end(s);
		if (hit < 4)
			assert_int_equal(stats(s).damaged, ends[hit] - (hit ? ends[hit - 1] : 0));
		else /* the last one cannot be told from an unfinished write */
			assert_int_equal(stats(s).torn, ends[4] - ends[3]);
		spool_close(s);
	}
	free(data);
}

/* A payload that is itself a record must not be taken for one when damage is skipped. */
static void test_payload_posing_as_record(void **state)
{
	struct spool *s = open_at(dir, &roomy);
	char name[256], other[256];
	uint8_t *record, *data;
	size_t len, size;
	uint64_t id;

	put(s, 5);
	assert_int_equal(spool_commit(s), 0);
	spool_close(s);
	len = slurp(dir, other, &record);
	wipe(dir);

	s = open_at(dir, &roomy);
	assert_int_equal(spool_append(s, 1, "evil", 4, record, len, &id), 0);
	put(s, 6);
	assert_int_equal(spool_commit(s), 0);
	spool_close(s);
	size = slurp(dir, name, &data);
	data[0] ^= 1;
	spill(copy, name, data, size);
	s = open_at(copy, &roomy);
	expect(s, 6);
	expect_end(s);
	spool_close(s);
	free(record);
	free(data);
}

static int count_segments(const char *d)
{
	struct dirent *de;
	DIR *h = opendir(d);
	int n = 0;

	assert_non_null(h);
	while ((de = readdir(h)))
		n += strstr(de->d_name, ".seg") != NULL;
	closedir(h);
	return n;
}

static void test_segments(void **state)
{
	struct spool *s = open_at(dir, &small);
	uint64_t id[100];

	for (int i = 0; i < 100; i++) {
		id[i] = put(s, i);
		if (i % 3 == 0)
			assert_int_equal(spool_commit(s), 0);
	}
	assert_int_equal(spool_commit(s), 0);
	assert_true(count_segments(dir) > 5);
	spool_close(s);

	s = open_at(dir, &small);
	for (int i = 0; i < 100; i++)
		assert_int_equal(expect(s, i), id[i]);
	/* All but number 0: its segment, the oldest, keeps the others from going. */
	for (int i = 99; i > 0; i--)
		assert_int_equal(spool_ack(s, id[i]), 0);
	spool_close(s);
	s = open_at(dir, &small);
	assert_int_equal(expect(s, 0), id[0]);
	expect_end(s);
	assert_int_equal(spool_ack(s, id[0]), 0);
	assert_int_equal(count_segments(dir), 1);
	assert_true(stats(s).bytes < 600);
	spool_close(s);
	s = open_at(dir, &small);
	expect_end(s);
	spool_close(s);
}

/* Years of messages, each acknowledged: the disk must not fill up with acknowledgements. */
static void test_steady_state(void **state)
{
	struct spool *s = open_at(dir, &small);

	for (int i = 0; i < 3000; i++) {
		uint64_t id = put(s, i);

		assert_int_equal(spool_commit(s), 0);
		expect(s, i);
		assert_int_equal(spool_ack(s, id), 0);
		assert_true(stats(s).bytes < 2 * 600);
		assert_true(count_segments(dir) <= 2);
	}
	spool_close(s);
}

static void test_limits(void **state)
{
	struct spool_limits few = { .max_bytes = 1 << 20, .max_messages = 2 };
	struct spool_limits tight = { .max_bytes = 300, .max_messages = 100 };
	struct spool *s = open_at(dir, &few);
	uint64_t id, first;

	first = put(s, 0);
	put(s, 1);
	assert_int_equal(spool_append(s, 0, "t", 1, "x", 1, &id), -EDQUOT);
	assert_int_equal(spool_commit(s), 0);
	spool_ack(s, first);
	put(s, 2);
	spool_close(s);

	wipe(dir);
	s = open_at(dir, &tight);
	put(s, 0);
	put(s, 1);
	put(s, 2);
	put(s, 3);
	put(s, 4);
	assert_int_equal(spool_append(s, 0, "t", 1, "payload payload payload payload", 31, &id),
			 -EDQUOT);
	assert_int_equal(spool_commit(s), 0);
	assert_true(stats(s).bytes <= 300);
	for (int i = 0; i < 5; i++)
		expect(s, i);
	spool_close(s);
}

static void test_age(void **state)
{
	struct spool_limits l = roomy;
	struct spool_message m;
	struct spool *s;

	l.max_age_ms = 5000;
	s = open_at(dir, &l);
	put_at(s, 0, 1000);
	put_at(s, 1, 9000);
	assert_int_equal(spool_commit(s), 0);
	assert_int_equal(spool_next(s, 10000, &m), 0);
	assert_string_equal(m.topic, "t/1");
	spool_message_free(&m);
	assert_int_equal(stats(s).expired, 1);
	assert_int_equal(stats(s).messages, 1);
	spool_close(s);
	s = open_at(dir, &l);
	assert_int_equal(stats(s).messages, 1);
	spool_close(s);
}

/*
 * A disk that is full in the middle of a record. RLIMIT_FSIZE gives true partial writes; the
 * child process keeps the limit from cmocka's own files.
 */
static void test_disk_full(void **state)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct spool *s = NULL;
		struct rlimit rl = { .rlim_cur = 200, .rlim_max = 1 << 20 };
		char error[256];
		uint64_t id;
		int taken = 0, ret = 0;

		signal(SIGXFSZ, SIG_IGN);
		if (spool_open(dir, &roomy, &s, error, sizeof(error)))
			_exit(10);
		setrlimit(RLIMIT_FSIZE, &rl);
		for (int i = 0; i < 10; i++) {
			ret = spool_append(s, 1000 + i, "t/0", 3, "payload number 0", 16, &id);
			if (ret)
				break;
			taken++;
		}
		/* 51 bytes each: three fit into 200 */
		if (taken != 3 || ret != -EFBIG)
			_exit(11);
		if (spool_commit(s))
			_exit(12);
		/* A smaller one still fits: nothing was left behind by the failure. */
		if (spool_append(s, 1, "t", 1, "x", 1, &id) || spool_commit(s))
			_exit(13);
		/* Acknowledging does not need the disk. */
		if (spool_ack(s, 1))
			_exit(14);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);

	struct spool *s = open_at(dir, &roomy);

	/* Number 1 may come again: its acknowledgement found no room. */
	assert_true(stats(s).messages == 4 || stats(s).messages == 3);
	assert_int_equal(stats(s).torn, 0);
	assert_int_equal(stats(s).damaged, 0);
	spool_close(s);
}

/* kill -9 while another process writes: what it said was safe is there. */
static void test_kill(void **state)
{
	for (int round = 0; round < 20; round++) {
		int fds[2], last = -1, n;
		struct spool *s;
		pid_t pid;

		wipe(dir);
		assert_int_equal(pipe(fds), 0);
		pid = fork();
		if (!pid) {
			char error[256];

			if (spool_open(dir, &small, &s, error, sizeof(error)))
				_exit(1);
			for (int i = 0;; i++) {
				put(s, i);
				if (spool_commit(s) || write(fds[1], &i, sizeof(i)) != sizeof(i))
					_exit(1);
			}
		}
		close(fds[1]);
		usleep(3000 + (useconds_t)round * 700);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		while (read(fds[0], &n, sizeof(n)) == sizeof(n))
			last = n;
		close(fds[0]);
		s = open_at(dir, &small);
		for (int i = 0; i <= last; i++)
			expect(s, i);
		assert_true((int)stats(s).messages <= last + 2);
		assert_int_equal(stats(s).damaged, 0);
		spool_close(s);
	}
}

static void test_strange_directory(void **state)
{
	struct spool *s = NULL;
	char error[256] = "", path[128];
	int fd;

	/* Files of others are left alone, and none of them is read. */
	assert_int_equal(mkdir(dir, 0700), 0);
	snprintf(path, sizeof(path), "%s/1-2.seg", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	close(fd);
	s = open_at(dir, &roomy);
	put(s, 0);
	assert_int_equal(spool_commit(s), 0);
	spool_close(s);
	assert_int_equal(access(path, F_OK), 0);
	wipe(dir);

	/* A symbolic link in the place of a segment is not followed. */
	assert_int_equal(mkdir(dir, 0700), 0);
	snprintf(path, sizeof(path), "%s/0000000000000001-00000000.seg", dir);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_true(spool_open(dir, &roomy, &s, error, sizeof(error)) < 0);
	assert_non_null(strstr(error, dir));
	wipe(dir);

	assert_true(spool_open("/proc/nonexistent/spool", &roomy, &s, error, sizeof(error)) < 0);
	assert_non_null(strstr(error, "/proc/nonexistent/spool"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc),
		cmocka_unit_test_setup(test_in_order, setup),
		cmocka_unit_test_setup(test_numbers_go_on, setup),
		cmocka_unit_test_setup(test_empty_payload_and_limits, setup),
		cmocka_unit_test_setup(test_cut_at_every_byte, setup),
		cmocka_unit_test_setup(test_cut_with_acks, setup),
		cmocka_unit_test_setup(test_damage_at_every_byte, setup),
		cmocka_unit_test_setup(test_payload_posing_as_record, setup),
		cmocka_unit_test_setup(test_segments, setup),
		cmocka_unit_test_setup(test_steady_state, setup),
		cmocka_unit_test_setup(test_limits, setup),
		cmocka_unit_test_setup(test_age, setup),
		cmocka_unit_test_setup(test_disk_full, setup),
		cmocka_unit_test_setup(test_kill, setup),
		cmocka_unit_test_setup(test_strange_directory, setup),
	};
	int ret;

	if (!mkdtemp(base))
		return 1;
	snprintf(dir, sizeof(dir), "%s/a", base);
	snprintf(copy, sizeof(copy), "%s/b", base);
	ret = cmocka_run_group_tests_name("spool", tests, NULL, NULL);
	wipe(dir);
	wipe(copy);
	rmdir(base);
	return ret;
}
