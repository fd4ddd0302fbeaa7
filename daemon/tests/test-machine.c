// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* What an attempt means, and when the next one is due: with a clock made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "backoff.h"
#include "machine.h"

/* Random numbers of the test's choice: the bound times luck / 100 */
static uint32_t rng(void *ctx, uint32_t bound)
{
	const unsigned int *luck = ctx;

	return (uint32_t)((uint64_t)bound * *luck / 100);
}

/* --- back-off --- */

static void test_backoff_doubles(void **state)
{
	static const uint32_t upper[] = { 1000,	 2000,	 4000,	 8000,	 16000, 32000,
					  64000, 128000, 256000, 300000, 300000 };
	unsigned int luck = 100;
	struct backoff b;

	backoff_init(&b, rng, &luck, BACKOFF_CAP_MS);
	for (size_t i = 0; i < sizeof(upper) / sizeof(upper[0]); i++)
		assert_int_equal(backoff_failure(&b), upper[i]);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(backoff_failure(&b), 300000);

	/* Full jitter: from the floor up to the limit. */
	luck = 0;
	assert_int_equal(backoff_failure(&b), BACKOFF_FLOOR_MS);
	luck = 50;
	assert_int_equal(backoff_failure(&b), 150000);
	backoff_reset(&b);
	luck = 100;
	assert_int_equal(backoff_failure(&b), 1000);
}

static void test_backoff_waits(void **state)
{
	static const uint32_t steps[] = { 2000, 4000, 8000, 15000, 30000, 60000, 300000, 300000 };
	unsigned int luck;
	struct backoff b;

	for (luck = 0; luck <= 100; luck += 50) {
		backoff_init(&b, rng, &luck, BACKOFF_CAP_MS);
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
			assert_int_equal(backoff_not_accepted(&b),
					 steps[i] / 2 + steps[i] / 2 * luck / 100);
	}
	/* A smaller cap holds for both. */
	luck = 100;
	backoff_init(&b, rng, &luck, 5000);
	for (int i = 0; i < 10; i++) {
		assert_true(backoff_not_accepted(&b) <= 5000);
		assert_true(backoff_failure(&b) <= 5000);
	}
	/* And never faster than the one CONNECT a second that AWS allows. */
	luck = 0;
	backoff_init(&b, rng, &luck, 1);
	for (int i = 0; i < 10; i++) {
		assert_true(backoff_not_accepted(&b) >= 1000);
		assert_true(backoff_failure(&b) >= 1000);
	}
}

/* --- classification --- */

static char why[MACHINE_TEXT_MAX];

static enum state classify(struct attempt a)
{
	a.host = "broker.example";
	a.port = 8883;
	a.cert_id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	a.ca_file = "/etc/ca.pem";
	why[0] = 0;
	return attempt_classify(&a, why, sizeof(why));
}

#define CLASSIFY(...) classify((struct attempt){ __VA_ARGS__ })

static void test_classify_network(void **state)
{
	assert_int_equal(CLASSIFY(.dns_failed = true), STATE_NO_NETWORK);
	assert_non_null(strstr(why, "broker.example"));
	assert_int_equal(CLASSIFY(.sys_errno = ENETUNREACH), STATE_NO_NETWORK);
	assert_int_equal(CLASSIFY(.sys_errno = ECONNREFUSED), STATE_UNREACHABLE);
	assert_non_null(strstr(why, "8883"));
	assert_int_equal(CLASSIFY(.sys_errno = EHOSTUNREACH), STATE_UNREACHABLE);
	assert_int_equal(CLASSIFY(.timed_out = true), STATE_UNREACHABLE);
	assert_non_null(strstr(why, "firewall"));
}

static void test_classify_tls(void **state)
{
	assert_int_equal(CLASSIFY(.tcp_up = true, .alert_out = true,
				  .verify_error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY),
			 STATE_NOT_TRUSTED);
	assert_non_null(strstr(why, "/etc/ca.pem"));
	assert_int_equal(CLASSIFY(.tcp_up = true, .alert_out = true,
				  .verify_error = X509_V_ERR_HOSTNAME_MISMATCH),
			 STATE_NOT_TRUSTED);
	assert_non_null(strstr(why, "broker.example"));
	assert_int_equal(CLASSIFY(.tcp_up = true, .alert_out = true,
				  .verify_error = X509_V_ERR_CERT_NOT_YET_VALID),
			 STATE_CLOCK_WRONG);
	assert_int_equal(CLASSIFY(.tcp_up = true, .alert_out = true,
				  .verify_error = X509_V_ERR_CERT_HAS_EXPIRED),
			 STATE_NOT_TRUSTED);
	/* TLS 1.2: the server says no within the handshake */
	assert_int_equal(CLASSIFY(.tcp_up = true, .alert_in = true,
				  .alert_in_code = SSL_AD_UNKNOWN_CA),
			 STATE_REFUSED);
	assert_non_null(strstr(why, "register the signer CA"));
	/* TLS 1.3: after it */
	assert_int_equal(CLASSIFY(.tcp_up = true, .handshake_done = true, .alert_in = true,
				  .alert_in_code = SSL_AD_CERTIFICATE_REVOKED),
			 STATE_REFUSED);
	assert_int_equal(CLASSIFY(.tcp_up = true, .alert_in = true,
				  .alert_in_code = SSL_AD_PROTOCOL_VERSION),
			 STATE_TLS_FAILED);
	assert_int_equal(CLASSIFY(.tcp_up = true, .alert_out = true, .key_failed = true),
			 STATE_NO_CHIP);
	assert_int_equal(CLASSIFY(.tcp_up = true), STATE_TLS_FAILED);
	assert_int_equal(CLASSIFY(.tcp_up = true, .timed_out = true), STATE_TLS_FAILED);
}

static void test_classify_mqtt(void **state)
{
	/* The first contact of a device: TLS is fine, then the cloud hangs up. */
	assert_int_equal(CLASSIFY(.tcp_up = true, .handshake_done = true), STATE_PENDING);
	assert_non_null(strstr(why, "0123456789abcdef..."));
	assert_int_equal(CLASSIFY(.tcp_up = true, .handshake_done = true, .timed_out = true),
			 STATE_PENDING);
	/* A socket error after the handshake does not turn it into a network problem. */
	assert_int_equal(CLASSIFY(.tcp_up = true, .handshake_done = true, .sys_errno = ECONNRESET),
			 STATE_PENDING);
	assert_int_equal(CLASSIFY(.tcp_up = true, .handshake_done = true, .connack = true,
				  .connack_code = 5),
			 STATE_REJECTED);
	assert_non_null(strstr(why, "policy"));
	assert_int_equal(CLASSIFY(.tcp_up = true, .handshake_done = true, .connack = true),
			 STATE_LOST);
	/* An alert in the middle of a session is the end of the session, no more. */
	assert_int_equal(CLASSIFY(.tcp_up = true, .handshake_done = true, .connack = true,
				  .alert_in = true, .alert_in_code = SSL_AD_UNKNOWN_CA),
			 STATE_LOST);
}

static void test_names(void **state)
{
	for (int i = 0; i < STATE_COUNT; i++) {
		assert_non_null(state_name(i));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(state_name(i), state_name(j));
	}
}

/* --- machine --- */

static unsigned int luck = 100;

static void init(struct machine *m, int64_t now)
{
	luck = 100;
	machine_init(m, now, rng, &luck, BACKOFF_CAP_MS);
}

static void test_onboarding(void **state)
{
	struct machine m;
	int64_t t = 5000;

	init(&m, t);
	assert_int_equal(m.state, STATE_STARTING);
	assert_int_equal(machine_timeout(&m, t), 0);
	assert_true(machine_poll(&m, t));
	assert_int_equal(m.state, STATE_CONNECTING);
	assert_false(machine_poll(&m, t)); /* one attempt at a time */
	assert_int_equal(machine_timeout(&m, t), -1);

	machine_failed(&m, t += 300, STATE_PENDING, "not yet");
	assert_int_equal(m.state, STATE_PENDING);
	assert_string_equal(m.text, "not yet");
	assert_int_equal(machine_timeout(&m, t), 2000);
	assert_false(machine_poll(&m, t + 1999));
	assert_true(machine_poll(&m, t += 2000));
	machine_failed(&m, t, STATE_PENDING, "not yet");
	assert_int_equal(machine_timeout(&m, t), 4000);
	assert_true(machine_poll(&m, t += 4000));
	machine_connected(&m, t += 200, "");
	assert_int_equal(m.state, STATE_CONNECTED);
	assert_int_equal(m.attempts, 3);
	assert_int_equal(m.connects, 1);

	/* Wakes once to see that the connection has become stable. */
	assert_int_equal(machine_timeout(&m, t), BACKOFF_STABLE_MS);
	assert_false(machine_poll(&m, t + BACKOFF_STABLE_MS));
	assert_int_equal(machine_timeout(&m, t + BACKOFF_STABLE_MS), -1);
}

/* Only a connection that lasts starts the schedule from the front. */
static void test_stability(void **state)
{
	struct machine m;
	int64_t t = 0;

	init(&m, t);
	for (uint32_t want = 1000; want <= 64000; want *= 2) {
		assert_true(machine_poll(&m, t));
		machine_connected(&m, t, "");
		machine_failed(&m, t += 30000, STATE_LOST, "cut");
		assert_int_equal(machine_timeout(&m, t), want);
		t += want;
	}
	assert_true(machine_poll(&m, t));
	machine_connected(&m, t, "");
	assert_false(machine_poll(&m, t += 60000));
	machine_failed(&m, t, STATE_LOST, "cut");
	assert_int_equal(machine_timeout(&m, t), 1000);
}

static void test_network_event(void **state)
{
	struct machine m;
	int64_t t = 0;

	init(&m, t);
	for (int i = 0; i < 12; i++) {
		assert_true(machine_poll(&m, t));
		machine_failed(&m, t, STATE_NO_NETWORK, "no route");
		t += machine_timeout(&m, t);
	}
	assert_true(machine_poll(&m, t));
	machine_failed(&m, t, STATE_NO_NETWORK, "no route");
	assert_int_equal(machine_timeout(&m, t), 300000);
	machine_network(&m, t += 1000);
	assert_in_range(machine_timeout(&m, t), 200, 1000);
	t += machine_timeout(&m, t);
	assert_true(machine_poll(&m, t));
	machine_failed(&m, t, STATE_NO_NETWORK, "no route");
	/* The schedule began anew ... */
	assert_int_equal(machine_timeout(&m, t), 1000);
	/* ... and a storm of events does not turn it into a hammer. */
	luck = 50;
	for (int i = 0; i < 100; i++) {
		machine_network(&m, t);
		assert_true(machine_timeout(&m, t) >= 200);
	}

	/* A cloud that has said no is not asked again because a router announced itself. */
	init(&m, t);
	for (int i = 0; i < 6; i++) {
		assert_true(machine_poll(&m, t));
		machine_failed(&m, t, STATE_PENDING, "no");
		t += machine_timeout(&m, t);
	}
	assert_true(machine_poll(&m, t));
	machine_failed(&m, t, STATE_PENDING, "no");
	assert_int_equal(machine_timeout(&m, t), 300000);
	machine_network(&m, t);
	assert_int_equal(machine_timeout(&m, t), 300000);
	/* The operator may. */
	machine_retry(&m, t);
	assert_int_equal(machine_timeout(&m, t), 0);
}

static void test_identity_is_looked_at_again(void **state)
{
	struct machine m;
	int64_t t = 0;

	init(&m, t);
	for (int i = 0; i < 100; i++) {
		assert_true(machine_poll(&m, t));
		machine_failed(&m, t, i % 2 ? STATE_NO_CHIP : STATE_BAD_IDENTITY, "x");
		assert_int_equal(machine_timeout(&m, t), MACHINE_IDENTITY_MS);
		t += MACHINE_IDENTITY_MS;
	}
}

static void test_two_devices_one_name(void **state)
{
	struct machine m;
	int64_t t = 0;

	init(&m, t);
	for (int i = 0; i < 3; i++) {
		assert_true(machine_poll(&m, t));
		machine_connected(&m, t, "");
		machine_failed(&m, t += 2000, STATE_LOST, "closed");
		if (i < 2)
			assert_null(strstr(m.text, "client id"));
		t += machine_timeout(&m, t);
	}
	assert_non_null(strstr(m.text, "client id"));
}

static void test_stop(void **state)
{
	struct machine m;

	init(&m, 0);
	assert_true(machine_poll(&m, 0));
	machine_stop(&m, 0);
	machine_failed(&m, 1, STATE_LOST, "x");
	machine_connected(&m, 1, "x");
	machine_retry(&m, 1);
	machine_network(&m, 1);
	assert_int_equal(m.state, STATE_STOPPING);
	assert_false(machine_poll(&m, 1000000));
	assert_int_equal(machine_timeout(&m, 1000000), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backoff_doubles),
		cmocka_unit_test(test_backoff_waits),
		cmocka_unit_test(test_classify_network),
		cmocka_unit_test(test_classify_tls),
		cmocka_unit_test(test_classify_mqtt),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_onboarding),
		cmocka_unit_test(test_stability),
		cmocka_unit_test(test_network_event),
		cmocka_unit_test(test_identity_is_looked_at_again),
		cmocka_unit_test(test_two_devices_one_name),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
