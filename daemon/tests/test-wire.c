// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* The grammar of the control socket, and what AWS IoT accepts as a topic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "topic.h"
#include "wire.h"

static struct wire_request req;
static struct wire_reply reply;
static const char *why;

static int request(const char *line)
{
	return wire_parse_request(line, strlen(line), &req, &why);
}

static int answer(const char *line)
{
	return wire_parse_reply(line, strlen(line), &reply);
}

static void test_requests(void **state)
{
	assert_int_equal(request("PUB 1 5 a/b"), 0);
	assert_int_equal(req.verb, WIRE_PUB);
	assert_int_equal(req.qos, 1);
	assert_int_equal(req.payload_len, 5);
	assert_string_equal(req.topic, "a/b");
	assert_int_equal(request("PUB 0 0 a topic with spaces "), 0);
	assert_string_equal(req.topic, "a topic with spaces ");
	assert_int_equal(request("PUB 0 131072 t"), 0);
	assert_int_equal(request("SUB +/x/#"), 0);
	assert_int_equal(req.verb, WIRE_SUB);
	assert_string_equal(req.topic, "+/x/#");
	assert_int_equal(request("UNSUB a"), 0);
	assert_int_equal(req.verb, WIRE_UNSUB);
	assert_int_equal(request("STATUS"), 0);
	assert_int_equal(request("PING"), 0);
	assert_int_equal(request("QUIT"), 0);
}

static void test_bad_requests(void **state)
{
	static const char *const bad[] = {
		"",	      " ",	    "pub 1 1 t",      "PUB",
		"PUB ",	      "PUB 1",	    "PUB 1 ",	      "PUB 1 1",
		"PUB 1 1 ",   "PUB 2 1 t",  "PUB -1 1 t",     "PUB 1 -1 t",
		"PUB 1 +1 t", "PUB 01 1 t", "PUB 1 01 t",     "PUB 1  1 t",
		" PUB 1 1 t", "PUB 1 1x t", "PUB 1 0x10 t",   "PUB 1 9999999999999999999 t",
		"SUB",	      "SUB ",	    "UNSUB",	      "STATUS x",
		"STATUS ",    "PING 1",	    "GET / HTTP/1.1", "PUBX 1 1 t",
		"PU",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = NULL;
		if (request(bad[i]) != -EBADMSG)
			fail_msg("accepted: '%s'", bad[i]);
		assert_non_null(why);
	}
	assert_int_equal(wire_parse_request("SUB a\0b", 7, &req, &why), -EBADMSG);
	assert_int_equal(request("PUB 1 131073 t"), -EMSGSIZE);
	assert_int_equal(request("PUB 1 999999999999999999 t"), -EMSGSIZE);
}

static void test_long_topic(void **state)
{
	char line[400];

	memset(line, 'x', sizeof(line));
	memcpy(line, "PUB 1 7 ", 8);
	assert_int_equal(wire_parse_request(line, 8 + 256, &req, &why), 0);
	assert_int_equal(req.topic_len, 256);
	assert_int_equal(wire_parse_request(line, 8 + 257, &req, &why), -ENAMETOOLONG);
	/* The payload that follows can still be skipped. */
	assert_int_equal(req.payload_len, 7);
}

static void test_replies(void **state)
{
	assert_int_equal(answer("ecc508ad 1 0.1.0"), 0);
	assert_int_equal(reply.kind, WIRE_HELLO);
	assert_int_equal(reply.number, 1);
	assert_int_equal(answer("OK"), 0);
	assert_int_equal(answer("OK 17"), 0);
	assert_int_equal(reply.number, 17);
	assert_int_equal(answer("ERR spool the disk is full"), 0);
	assert_string_equal(reply.code, "spool");
	assert_string_equal(reply.text, "the disk is full");
	assert_int_equal(answer("MSG 1 3 a b/c"), 0);
	assert_int_equal(reply.payload_len, 3);
	assert_string_equal(reply.text, "a b/c");
	assert_int_equal(answer("STATUS 10"), 0);
	assert_int_equal(answer("DROPPED 3"), 0);
	assert_int_equal(answer("OK 1 2"), -EBADMSG);
	assert_int_equal(answer("MSG 1 3"), -EBADMSG);
	assert_int_equal(answer("MSG 1 131073 t"), -EBADMSG);
	assert_int_equal(answer("ERR averyveryveryverylongcodethatdoesnotend x"), -EBADMSG);
	assert_int_equal(answer("STATUS 10 x"), -EBADMSG);
	assert_int_equal(answer("HTTP/1.1 200 OK"), -EBADMSG);
	assert_int_equal(answer(""), -EBADMSG);
}

static int pub(const char *t)
{
	why = NULL;
	return topic_check_publish(t, strlen(t), &why);
}

static int filter(const char *t)
{
	why = NULL;
	return topic_check_filter(t, strlen(t), &why);
}

static void test_topics(void **state)
{
	char t[258];

	assert_int_equal(pub("a"), 0);
	assert_int_equal(pub("/"), 0);
	assert_int_equal(pub("1/2/3/4/5/6/7/8"), 0);
	assert_int_equal(pub("1/2/3/4/5/6/7/8/9"), -EINVAL);
	assert_non_null(strstr(why, "7 slashes"));
	/* Basic Ingest: the rule's name does not count as levels. */
	assert_int_equal(pub("$aws/rules/rule/1/2/3/4/5/6/7/8"), 0);
	assert_int_equal(pub("$aws/rules/rule/1/2/3/4/5/6/7/8/9"), -EINVAL);
	assert_int_equal(pub(""), -EINVAL);
	assert_int_equal(pub("a/+/b"), -EINVAL);
	assert_non_null(strstr(why, "wildcards"));
	assert_int_equal(pub("a#"), -EINVAL);
	assert_int_equal(pub("a\tb"), -EINVAL);
	assert_int_equal(pub("a\x7f"), -EINVAL);
	assert_int_equal(pub("gr\xc3\xbc\xc3\x9f"), 0);
	assert_int_equal(pub("\xff\xfe"), -EINVAL);
	assert_int_equal(pub("\xc0\xaf"), -EINVAL); /* overlong '/' */
	assert_int_equal(pub("\xed\xa0\x80"), -EINVAL); /* a surrogate */

	memset(t, 'x', sizeof(t));
	assert_int_equal(topic_check_publish(t, 256, &why), 0);
	assert_int_equal(topic_check_publish(t, 257, &why), -EINVAL);

	assert_int_equal(filter("#"), 0);
	assert_int_equal(filter("+/a/#"), 0);
	assert_int_equal(filter("a+"), -EINVAL);
	assert_int_equal(filter("a/#/b"), -EINVAL);

	/* MQTT 3.1.1 section 4.7 */
	assert_true(topic_matches("sport/tennis/player1/#", "sport/tennis/player1/ranking"));
	assert_true(topic_matches("sport/+", "sport/"));
	assert_false(topic_matches("sport/+", "sport"));
	assert_false(topic_matches("#", "$aws/events/x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),   cmocka_unit_test(test_bad_requests),
		cmocka_unit_test(test_long_topic), cmocka_unit_test(test_replies),
		cmocka_unit_test(test_topics),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
