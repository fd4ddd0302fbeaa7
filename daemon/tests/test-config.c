// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* The configuration file: each mistake is named with file, line and cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "config.h"

#define MINIMUM                                         \
	"[server]\nhost = example.iot\nca_file = /ca\n" \
	"[identity]\ncertificate = /cert\n"

static struct config cfg;
static char error[512];

static int parse(const char *text)
{
	config_defaults(&cfg);
	error[0] = 0;
	return config_parse(&cfg, "test.conf", text, error, sizeof(error));
}

static void refuse(const char *text, const char *where, const char *what)
{
	if (parse(text) != -EINVAL)
		fail_msg("accepted: %s", text);
	if (strncmp(error, where, strlen(where)) || !strstr(error, what))
		fail_msg("for '%s': '%s', expected '%s ... %s'", text, error, where, what);
}

static void test_all_keys(void **state)
{
	assert_int_equal(parse("; a comment\n"
			       "# another\n"
			       "[server]\n"
			       "host = abc-ats.iot.eu-central-1.amazonaws.com ; the endpoint\n"
			       "port = 443\n"
			       "ca_file = /etc/ca.pem\n"
			       "alpn = mqtt\n"
			       "[identity]\n"
			       "key = ecc508a:serial=0123456789abcdefee;slot=2\n"
			       "certificate = /etc/chain.pem\n"
			       "client_id = thing one\n"
			       "[mqtt]\n"
			       "keepalive = 300\n"
			       "clean_session = no\n"
			       "connect_timeout = 5\n"
			       "ack_timeout = 7\n"
			       "retry_max = 60\n"
			       "[control]\n"
			       "socket = /run/x\n"
			       "mode = 0600\n"
			       "[spool]\n"
			       "directory = /var/spool/x\n"
			       "max_size = 2M\n"
			       "max_messages = 10\n"
			       "max_age = 7d\n"
			       "[daemon]\n"
			       "state_dir = /var/lib/x\n"
			       "log_level = warning"),
			 0);
	assert_int_equal(config_check(&cfg, "test.conf", error, sizeof(error)), 0);
	assert_string_equal(cfg.host, "abc-ats.iot.eu-central-1.amazonaws.com");
	assert_int_equal(cfg.port, 443);
	assert_string_equal(cfg.ca_file, "/etc/ca.pem");
	assert_string_equal(cfg.alpn, "mqtt");
	/* A semicolon inside a value is no comment: the URI has some. */
	assert_string_equal(cfg.key, "ecc508a:serial=0123456789abcdefee;slot=2");
	assert_string_equal(cfg.certificate, "/etc/chain.pem");
	assert_string_equal(cfg.client_id, "thing one");
	assert_int_equal(cfg.keepalive, 300);
	assert_false(cfg.clean_session);
	assert_int_equal(cfg.connect_timeout, 5);
	assert_int_equal(cfg.ack_timeout, 7);
	assert_int_equal(cfg.retry_max, 60);
	assert_string_equal(cfg.socket, "/run/x");
	assert_int_equal(cfg.socket_mode, 0600);
	assert_string_equal(cfg.spool_dir, "/var/spool/x");
	assert_int_equal(cfg.spool_max_bytes, 2 * 1024 * 1024);
	assert_int_equal(cfg.spool_max_messages, 10);
	assert_int_equal(cfg.spool_max_age, 7 * 86400);
	assert_string_equal(cfg.state_dir, "/var/lib/x");
	assert_int_equal(cfg.log_level, LOG_WARNING);
}

static void test_defaults(void **state)
{
	assert_int_equal(parse(MINIMUM), 0);
	assert_int_equal(config_check(&cfg, "test.conf", error, sizeof(error)), 0);
	assert_int_equal(cfg.port, 8883);
	assert_string_equal(cfg.alpn, "");
	assert_string_equal(cfg.key, "ecc508a:");
	assert_string_equal(cfg.spool_dir, "/var/lib/ecc508ad/spool");

	/* On 443 it is the ALPN name that tells MQTT from HTTPS. */
	assert_int_equal(parse(MINIMUM "[server]\nport = 443\n"), 0);
	assert_int_equal(config_check(&cfg, "test.conf", error, sizeof(error)), 0);
	assert_string_equal(cfg.alpn, "x-amzn-mqtt-ca");
	assert_int_equal(parse(MINIMUM "[server]\nport = 443\nalpn = none\n"), 0);
	assert_int_equal(config_check(&cfg, "test.conf", error, sizeof(error)), 0);
	assert_string_equal(cfg.alpn, "");
}

static void test_mistakes(void **state)
{
	char line[400];

	refuse("[server]\n\nhots = x\n", "test.conf:3: ", "unknown key hots in section [server]");
	refuse("\n[sever]\nhost = x\n", "test.conf:2: ", "unknown section [sever]");
	refuse("[server]\n[cloud]\n", "test.conf:2: ", "unknown section [cloud]");
	refuse("host = x\n", "test.conf:1: ", "before the first [section]");
	refuse("[server]\nhost\n", "test.conf:2: ", "neither [section], key = value");
	refuse("[server\nhost = x\n", "test.conf:1: ", "neither [section], key = value");
	refuse("[server]\nhost = a\nport = 1\nhost = b\n", "test.conf:4: ", "set twice");
	refuse("[server]\nhost = a\n  b\n", "test.conf:3: ", "set twice");
	refuse("[server]\nhost =\n", "test.conf:2: ", "no value");
	refuse("[server]\nport = 0\n", "test.conf:2: ", "1 to 65535");
	refuse("[server]\nport = 65536\n", "test.conf:2: ", "1 to 65535");
	refuse("[server]\nport = 8883x\n", "test.conf:2: ", "1 to 65535");
	refuse("[server]\nport = 8883 # tls\n", "test.conf:2: ", "1 to 65535");
	refuse("[server]\nhost = 192.0.2.1\n", "test.conf:2: ", "must be a name");
	refuse("[server]\nhost = ::1\n", "test.conf:2: ", "must be a name");
	refuse("[server]\nhost = a:8883\n", "test.conf:2: ", "port has its own key");
	refuse("[server]\nca_file = ca.pem\n", "test.conf:2: ", "absolute path");
	refuse("[mqtt]\nclean_session = true\n", "test.conf:2: ", "yes or no");
	refuse("[mqtt]\nkeepalive = 1201\n", "test.conf:2: ", "5 to 1200");
	refuse("[control]\nmode = 660\n", "test.conf:2: ", "octal");
	refuse("[control]\nmode = 0668\n", "test.conf:2: ", "octal");
	refuse("[control]\nmode = 01777\n", "test.conf:2: ", "octal");
	refuse("[spool]\nmax_size = 1K\n", "test.conf:2: ", "at least 256K");
	refuse("[spool]\nmax_size = 99999999999999999999\n", "test.conf:2: ", "size");
	refuse("[spool]\nmax_size = 9223372036854775807G\n", "test.conf:2: ", "size");
	refuse("[spool]\nmax_size = M\n", "test.conf:2: ", "size");
	refuse("[spool]\nmax_size = -1\n", "test.conf:2: ", "size");
	refuse("[spool]\nmax_age = 1w\n", "test.conf:2: ", "time");
	refuse("[daemon]\nlog_level = loud\n", "test.conf:2: ", "debug");

	memset(line, 'x', sizeof(line));
	memcpy(line, "[server]\nhost = ", 16);
	line[sizeof(line) - 1] = 0;
	refuse(line, "test.conf:2: ", "longer than");
	memset(line, 'x', sizeof(line));
	memcpy(line, "[control]\nsocket = /", 20);
	line[20 + 110] = 0;
	refuse(line, "test.conf:2: ", "longer than 107");
}

static void missing(const char *text, const char *key)
{
	assert_int_equal(parse(text), 0);
	assert_int_equal(config_check(&cfg, "test.conf", error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "test.conf: "));
	assert_non_null(strstr(error, key));
}

static void test_missing(void **state)
{
	missing("", "host");
	missing("[server]\nhost = a\n", "ca_file");
	missing("[server]\nhost = a\nca_file = /x\n", "certificate");
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void test_files(void **state)
{
	char dir[] = "/tmp/ecc508ad-config-XXXXXX", main[64], drop[96], bad[96];

	assert_non_null(mkdtemp(dir));
	snprintf(main, sizeof(main), "%s/d.conf", dir);
	assert_int_equal(config_load(&cfg, main, error, sizeof(error)), -ENOENT);
	assert_non_null(strstr(error, main));

	write_file(main, MINIMUM "[server]\nport = 1\n");
	assert_int_equal(config_load(&cfg, main, error, sizeof(error)), 0);
	assert_int_equal(cfg.port, 1);

	/* What follows in name order wins; other endings are not read. */
	snprintf(drop, sizeof(drop), "%s/d.conf.d", dir);
	assert_int_equal(mkdir(drop, 0700), 0);
	snprintf(drop, sizeof(drop), "%s/d.conf.d/20-b.conf", dir);
	write_file(drop, "[server]\nport = 3\n");
	snprintf(bad, sizeof(bad), "%s/d.conf.d/10-a.conf", dir);
	write_file(bad, "[server]\nport = 2\n");
	assert_int_equal(config_load(&cfg, main, error, sizeof(error)), 0);
	assert_int_equal(cfg.port, 3);
	write_file(bad, "[server]\n\n\nprot = 2\n");
	assert_int_equal(config_load(&cfg, main, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "10-a.conf:4: unknown key prot"));
	unlink(bad);
	snprintf(bad, sizeof(bad), "%s/d.conf.d/30-c.conf~", dir);
	write_file(bad, "rubbish");
	assert_int_equal(config_load(&cfg, main, error, sizeof(error)), 0);

	/* Not text at all */
	truncate(main, 3000);
	assert_int_equal(config_load(&cfg, main, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "NUL"));
	truncate(main, 200000);
	assert_int_equal(config_load(&cfg, main, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "64 KiB"));
	unlink(bad);
	unlink(drop);
	unlink(main);
	snprintf(drop, sizeof(drop), "%s/d.conf.d", dir);
	rmdir(drop);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_keys), cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_mistakes), cmocka_unit_test(test_missing),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
