// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* The control socket with real sockets and a made-up owner. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"
#include "loop.h"
#include "wire.h"

static char dir[] = "/tmp/ecc508ad-control-XXXXXX";
static char path[64];
static int loop;
static struct control *ctl;

/* The owner */
static struct {
	bool connected;
	int publish_error, commit_error;
	unsigned int published, commits, subscribed, unsubscribed;
	size_t last_len;
	char last_topic[300], last_filter[300];
} own;

static int own_publish(void *ctx, int qos, const char *topic, size_t topic_len, const void *payload,
		       size_t len, uint64_t *id, const char **code, const char **why)
{
	if (own.publish_error) {
		*code = "spool";
		*why = "no room";
		return own.publish_error;
	}
	snprintf(own.last_topic, sizeof(own.last_topic), "%s", topic);
	own.last_len = len;
	*id = ++own.published;
	return 0;
}

static int own_commit(void *ctx, const char **why)
{
	own.commits++;
	*why = "disk full";
	return own.commit_error;
}

static void own_subscribe(void *ctx, const char *filter)
{
	own.subscribed++;
	snprintf(own.last_filter, sizeof(own.last_filter), "%s", filter);
}

static void own_unsubscribe(void *ctx, const char *filter)
{
	own.unsubscribed++;
}

static bool own_connected(void *ctx)
{
	return own.connected;
}

static char *own_status(void *ctx)
{
	return strdup("{\"state\":\"x\"}");
}

static const struct control_ops ops = {
	.publish = own_publish,
	.commit = own_commit,
	.subscribe = own_subscribe,
	.unsubscribe = own_unsubscribe,
	.connected = own_connected,
	.status = own_status,
};

static void turn(void)
{
	for (int i = 0; i < 8; i++) {
		loop_turn(loop, 0); /* UNIX sockets deliver at once */
		control_turn(ctl);
	}
}

static int try_open(char *error)
{
	return control_open(loop, path, 0660, &ops, NULL, &ctl, error, 256);
}

static int setup(void **state)
{
	char error[256];

	memset(&own, 0, sizeof(own));
	unlink(path);
	loop = loop_open();
	return try_open(error);
}

static int teardown(void **state)
{
	control_close(ctl);
	loop_close(loop);
	return 0;
}

static int dial_raw(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		close(fd);
		return -1;
	}
	turn();
	return fd;
}

static char got[4 << 20];

/* Everything the daemon has said so far */
static const char *hear(int fd)
{
	size_t len = 0;
	ssize_t n;

	turn();
	while ((n = recv(fd, got + len, sizeof(got) - 1 - len, 0)) > 0) {
		len += (size_t)n;
		turn();
	}
	got[len] = 0;
	return got;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	turn();
}

static int dial(void)
{
	int fd = dial_raw();

	assert_true(fd >= 0);
	assert_true(strncmp(hear(fd), "ecc508ad 1 ", 11) == 0);
	return fd;
}

static bool hung_up(int fd)
{
	char c;

	turn();
	return recv(fd, &c, 1, 0) == 0;
}

static void test_publish(void **state)
{
	int fd = dial();

	say(fd, "PUB 1 5 a/b\nhello");
	assert_string_equal(hear(fd), "OK 1\n");
	assert_string_equal(own.last_topic, "a/b");
	assert_int_equal(own.last_len, 5);
	/* Byte by byte, with a line feed in the payload and no payload at all */
	for (const char *p = "PUB 1 3 x\n\n\n\nPUB 1 0 y\n"; *p; p++) {
		char one[2] = { *p, 0 };

		say(fd, one);
	}
	assert_string_equal(hear(fd), "OK 2\nOK 3\n");
	assert_string_equal(own.last_topic, "y");
	say(fd, "PUB 0 1 z\n!");
	assert_string_equal(hear(fd), "OK\n");
	close(fd);
}

/* Many at once are made safe together, and answered in order. */
static void test_batch(void **state)
{
	int fd = dial();

	say(fd, "PUB 1 1 a\n1PUB 1 1 b\n2PUB 1 1 c\n3PING\nPUB 1 1 d\n4");
	assert_string_equal(hear(fd), "OK 1\nOK 2\nOK 3\nOK\nOK 4\n");
	assert_int_equal(own.commits, 2);

	own.commits = 0;
	for (int i = 0; i < 200; i++)
		assert_int_equal(send(fd, "PUB 1 1 a\nx", 11, 0), 11);
	turn();
	assert_true(own.commits <= 5);
	assert_int_equal(own.published, 204);
	close(fd);
}

static void test_refusals_in_order(void **state)
{
	int fd = dial();

	say(fd, "PUB 1 1 a\n1PUB 1 1 a/+\n2PUB 1 1 b\n3");
	assert_string_equal(hear(fd), "OK 1\nERR topic a topic to publish on cannot have the "
				      "wildcards + and #\nOK 2\n");
	own.commit_error = -ENOSPC;
	say(fd, "PUB 1 1 a\n1PUB 1 1 a\n2");
	assert_string_equal(hear(fd), "ERR spool disk full\nERR spool disk full\n");
	own.commit_error = 0;
	own.publish_error = -EDQUOT;
	say(fd, "PUB 1 1 a\n1");
	assert_string_equal(hear(fd), "ERR spool no room\n");
	own.publish_error = 0;
	say(fd, "PUB 1 1 a\n1");
	assert_non_null(strstr(hear(fd), "OK "));
	close(fd);
}

static void test_long_topic_keeps_the_connection(void **state)
{
	char line[400];
	int fd = dial();

	memset(line, 'x', sizeof(line));
	memcpy(line, "PUB 1 3 ", 8);
	strcpy(line + 8 + 257, "\nabcPING\n");
	say(fd, line);
	assert_string_equal(hear(fd), "ERR topic the topic is longer than 256 bytes\nOK\n");
	assert_int_equal(own.published, 0);
	close(fd);
}

static void garbage(const char *text, size_t len, const char *answer)
{
	int fd = dial();

	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
	assert_non_null(strstr(hear(fd), answer));
	assert_true(hung_up(fd));
	close(fd);
}

static void test_garbage(void **state)
{
	static char noise[5000];
	int fd = dial(); /* a bystander */

	garbage("GET / HTTP/1.1\r\n\r\n", 18, "ERR request ");
	garbage("\n", 1, "ERR request ");
	garbage("PUB 1 131073 t\n", 15, "ERR size ");
	garbage("PUB 1 -1 t\n", 11, "ERR request ");
	memset(noise, 'A', sizeof(noise));
	garbage(noise, sizeof(noise), "ERR line ");
	memset(noise, 0, sizeof(noise));
	garbage(noise, sizeof(noise), "ERR line ");
	garbage("SUB a\0b\n", 8, "ERR request ");
	srand(1);
	for (int i = 0; i < 200; i++) {
		int other = dial();

		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (char)(rand() % 7 ? rand() : '\n');
		send(other, noise, sizeof(noise), MSG_NOSIGNAL);
		turn();
		close(other);
	}
	say(fd, "PING\n");
	assert_string_equal(hear(fd), "OK\n");
	close(fd);
}

static void test_subscribe_and_deliver(void **state)
{
	int a = dial(), b = dial();
	struct control_stats st;

	say(a, "SUB x/#\nSUB x/+\n");
	assert_string_equal(hear(a), "OK\nOK\n");
	say(b, "SUB x/#\n");
	assert_string_equal(hear(b), "OK\n");
	assert_int_equal(own.subscribed, 2); /* the broker is asked once for each filter */
	assert_int_equal(control_deliver(ctl, 1, "x/1", "hello", 5), 2);
	/* Two filters match, one message comes. */
	assert_string_equal(hear(a), "MSG 1 5 x/1\nhello");
	assert_string_equal(hear(b), "MSG 1 5 x/1\nhello");
	assert_int_equal(control_deliver(ctl, 0, "y", "", 0), 0);

	say(a, "UNSUB x/#\nUNSUB nothing\n");
	assert_string_equal(hear(a), "OK\nERR topic this connection has no such subscription\n");
	assert_int_equal(own.unsubscribed, 0);
	close(b);
	turn();
	assert_int_equal(own.unsubscribed, 1);
	say(a, "QUIT\n");
	assert_string_equal(hear(a), "OK\n");
	assert_true(hung_up(a));
	assert_int_equal(own.unsubscribed, 2);
	control_get_stats(ctl, &st);
	assert_int_equal(st.clients, 0);
	assert_int_equal(st.filters, 0);
	assert_int_equal(st.delivered, 2);
	close(a);
}

/* With a session, the answer is the broker's. */
static void test_suback(void **state)
{
	int a = dial(), b = dial();

	own.connected = true;
	say(a, "SUB x\nPING\n");
	say(b, "SUB y\nPING\n");
	assert_string_equal(hear(a), "");
	control_suback(ctl, "x", 1);
	assert_string_equal(hear(a), "OK\nOK\n");
	control_suback(ctl, "y", 128);
	assert_true(strncmp(hear(b), "ERR refused ", 12) == 0);
	assert_int_equal(own.unsubscribed, 1);
	say(b, "SUB x\n");
	assert_string_equal(hear(b), "OK\n"); /* granted already */
	say(b, "SUB z\n");
	assert_string_equal(hear(b), "");
	control_disconnected(ctl);
	assert_string_equal(hear(b), "OK\n"); /* will be made with the next session */
	close(a);
	close(b);
}

/* One that does not read loses messages, learns how many, and hurts nobody. */
static void test_slow_subscriber(void **state)
{
	static char big[100000];
	int slow = dial(), quick = dial();
	unsigned int lost = 0, seen = 0;
	struct control_stats st;
	char *p;

	memset(big, 'm', sizeof(big));
	say(slow, "SUB #\n");
	say(quick, "SUB #\n");
	hear(slow);
	hear(quick);
	for (int i = 0; i < 40; i++) {
		control_deliver(ctl, 0, "t", big, sizeof(big));
		assert_true(strlen(hear(quick)) == sizeof(big) + strlen("MSG 0 100000 t\n"));
	}
	control_get_stats(ctl, &st);
	assert_true(st.dropped > 20 && st.dropped < 40);
	hear(slow);
	for (p = got; (p = strstr(p, "MSG 0 100000 t\n")); p++)
		seen++;
	p = strstr(got, "DROPPED ");
	assert_non_null(p);
	assert_int_equal(sscanf(p, "DROPPED %u\n", &lost), 1);
	assert_int_equal(lost, st.dropped);
	assert_int_equal(seen + lost, 40);
	close(slow);
	close(quick);
}

/* One that asks and does not read is not read from. */
static void test_no_reader(void **state)
{
	int fd = dial(), other = dial();
	ssize_t n, total = 0;

	for (int i = 0; i < 200000; i++) {
		n = send(fd, "STATUS\nSTATUS\nSTATUS\nSTATUS\n", 28, MSG_NOSIGNAL);
		if (n < 0)
			break;
		total += n;
		if (i % 64 == 0) {
			loop_turn(loop, 0);
			control_turn(ctl);
		}
	}
	assert_true(total < 2000000);
	say(other, "PING\n");
	assert_string_equal(hear(other), "OK\n");
	/* And it goes on when the answers are taken. */
	assert_true(strlen(hear(fd)) > 100000);
	close(fd);
	close(other);
}

static void test_limits(void **state)
{
	int fds[CONTROL_CLIENTS_MAX], extra;
	char line[32];

	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		fds[i] = dial();
	extra = dial_raw();
	assert_true(strncmp(hear(extra), "ERR limit ", 10) == 0);
	assert_true(hung_up(extra));
	close(extra);
	for (int i = 0; i < CONTROL_FILTERS_MAX; i++) {
		snprintf(line, sizeof(line), "SUB f%d\n", i);
		say(fds[i % 3], line);
		assert_string_equal(hear(fds[i % 3]), "OK\n");
	}
	say(fds[5], "SUB more\n");
	assert_true(strncmp(hear(fds[5]), "ERR limit ", 10) == 0);
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		close(fds[i]);
	turn();
	assert_int_equal(own.unsubscribed, CONTROL_FILTERS_MAX);
	close(dial());
}

/* A program that dies in the middle of anything */
static void test_sudden_end(void **state)
{
	static const char *const parts[] = { "P",	"PUB 1 5 a\n",	     "PUB 1 5 a\nhel",
					     "SUB x\n", "PUB 1 1 a\nxPUB 1", "STATUS\n" };

	own.connected = true; /* SUB has to wait */
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int fd = dial();
		struct control_stats st;

		send(fd, parts[i], strlen(parts[i]), 0);
		if (i % 2)
			turn();
		close(fd);
		turn();
		control_get_stats(ctl, &st);
		assert_int_equal(st.clients, 0);
	}
	assert_int_equal(own.published, 1);
}

static void test_socket_file(void **state)
{
	char error[256] = "";
	struct control *first = ctl;
	struct stat st;
	int fd;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	/* Somebody answers there: it is his. */
	assert_int_equal(try_open(error), -EADDRINUSE);
	assert_non_null(strstr(error, path));
	ctl = first;
	control_close(ctl);
	assert_int_equal(access(path, F_OK), -1);

	/* What a killed daemon left is replaced. */
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	close(fd);
	assert_int_equal(try_open(error), 0);
	close(dial());
	control_close(ctl);

	/* What is not a socket is never removed. */
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(try_open(error), -EEXIST);
	assert_non_null(strstr(error, "not a socket"));
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	assert_int_equal(try_open(error), 0);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_publish),
		TEST(test_batch),
		TEST(test_refusals_in_order),
		TEST(test_long_topic_keeps_the_connection),
		TEST(test_garbage),
		TEST(test_subscribe_and_deliver),
		TEST(test_suback),
		TEST(test_slow_subscriber),
		TEST(test_no_reader),
		TEST(test_limits),
		TEST(test_sudden_end),
		TEST(test_socket_file),
	};
	int ret;

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/s", dir);
	ret = cmocka_run_group_tests_name("control", tests, NULL, NULL);
	unlink(path);
	rmdir(dir);
	return ret;
}
