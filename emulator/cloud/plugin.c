// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/*
 * The mosquitto plugin: turns the registry's decisions into what a client of
 * AWS IoT sees. A client is known by its certificate only; the broker keeps
 * the certificateId as the user name, so that the identity of a stored session
 * survives the connection and a restart.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <openssl/evp.h>

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include "admit.h"
#include "audit.h"
#include "event.h"
#include "plugin.h"
#include "quota.h"
#include "session.h"
#include "settings.h"
#include "tls.h"

#define EXPORT __attribute__((visibility("default")))

/* User name of the local listener; no certificateId looks like it. */
#define OBSERVER "observer"

#define TICK_MS 200

struct plugin {
	mosquitto_plugin_id_t *id;
	struct cloud_store store;
	struct cloud_settings settings;
	struct cloud_sessions sessions;
	struct cloud_rate rate;
	int64_t next_tick_ms;
	struct timespec trust_time;
	int ready_fd;
};

/* One registry per broker: a second one in the same process would answer everything twice. */
static struct plugin *loaded;

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void publish(const char *topic, const char *payload)
{
	if (payload)
		mosquitto_broker_publish_copy(NULL, topic, (int)strlen(payload), payload, 0, false,
					      NULL);
}

static void log_tls(cJSON *line, const struct cloud_tls *tls)
{
	if (!*tls->version)
		return;
	cJSON_AddStringToObject(line, "tlsVersion", tls->version);
	cJSON_AddStringToObject(line, "cipher", tls->cipher);
	cJSON_AddStringToObject(line, "sni", tls->sni);
	cJSON_AddStringToObject(line, "alpn", tls->alpn);
	cJSON_AddNumberToObject(line, "handshakeMs", tls->handshake_ms);
	cJSON_AddNumberToObject(line, "chainLength", tls->chain_length);
}

static void log_connect(struct plugin *p, struct mosquitto *client, const struct cloud_x509 *info,
			const struct cloud_tls *tls, const struct cloud_admission *admission)
{
	const char *address = mosquitto_client_address(client);
	cJSON *line = cloud_log_line("connect");

	cJSON_AddStringToObject(line, "outcome", admission->outcome);
	cJSON_AddStringToObject(line, "clientId", mosquitto_client_id(client));
	cJSON_AddStringToObject(line, "address", address ? address : "");
	cJSON_AddNumberToObject(line, "mqttVersion", mosquitto_client_protocol_version(client));
	cJSON_AddNumberToObject(line, "keepAlive", mosquitto_client_keepalive(client));
	cJSON_AddBoolToObject(line, "cleanSession", mosquitto_client_clean_session(client));
	cJSON_AddStringToObject(line, "certificateId", info->id);
	cJSON_AddStringToObject(line, "caCertificateId", admission->cert.ca_id);
	cJSON_AddStringToObject(line, "subject", info->subject);
	cJSON_AddStringToObject(line, "serialNumber", info->serial);
	cJSON_AddStringToObject(line, "publicKeySha256", info->spki_sha256);
	cJSON_AddStringToObject(line, "publicKey", info->spki);
	if (*admission->cert.id) {
		cJSON_AddStringToObject(line, "thingName", admission->cert.thing);
		cJSON_AddStringToObject(line, "status", cloud_status_name(admission->cert.status));
	}
	log_tls(line, tls);
	cloud_log_write(&p->store, line);
}

static void announce(struct plugin *p, const struct cloud_cert *cert)
{
	char topic[64 + CLOUD_ID_LEN];
	char *payload;

	snprintf(topic, sizeof(topic), "$aws/events/certificates/registered/%s", cert->ca_id);
	payload = cloud_event_registered(&p->settings, cert);
	publish(topic, payload);
	free(payload);
}

/* Lifecycle events do not exist for ids that would be wildcards in the topic. */
static void presence(const struct cloud_session *session, const char *type, char *payload)
{
	char topic[64 + CLOUD_CLIENT_ID_MAX];

	if (!strpbrk(session->client_id, "#+")) {
		snprintf(topic, sizeof(topic), "$aws/events/presence/%s/%s", type,
			 session->client_id);
		publish(topic, payload);
	}
	free(payload);
}

/* What is wrong with a CONNECT before anybody looks at the registry; NULL: nothing. */
static const char *bad_connect(struct plugin *p, const char *client_id, const struct cloud_tls *tls)
{
	if (p->settings.fault_refuse_connects) {
		p->settings.fault_refuse_connects--;
		cloud_settings_save(&p->store, &p->settings);
		return "fault";
	}
	if (*tls->version && !*tls->sni && p->settings.require_sni)
		return "no-sni";
	/* $GEN/ is what the broker names a client that sent no id of its own. */
	if (!*client_id || strlen(client_id) > CLOUD_CLIENT_ID_MAX ||
	    !strncmp(client_id, "$GEN/", 5))
		return "client-id";
	if (!cloud_rate_ok(&p->rate, client_id, monotonic_ms(), p->settings.connect_rate))
		return "connect-rate";
	return NULL;
}

static int open_session(struct plugin *p, struct mosquitto *client, const struct cloud_cert *cert,
			struct cloud_tls_conn *tls)
{
	const char *client_id = mosquitto_client_id(client);
	struct cloud_session *session;

	session = cloud_session_by_id(&p->sessions, client_id);
	if (session)
		session->why = "DUPLICATE_CLIENTID";
	session = cloud_session_add(&p->sessions, client, client_id, cert->id);
	if (!session || mosquitto_set_username(client, cert->id))
		return -ENOMEM;
	session->tls = tls;
	presence(session, "connected",
		 cloud_event_connected(session, mosquitto_client_address(client)));
	return 0;
}

static void delay(int64_t ms)
{
	const struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	if (ms > 0)
		nanosleep(&pause, NULL);
}

static int connect_device(struct plugin *p, struct mosquitto *client, X509 *x509)
{
	const char *client_id = mosquitto_client_id(client), *wrong = NULL;
	struct cloud_tls_conn *conn = cloud_tls_get();
	struct cloud_admission admission = { 0 };
	int lock, rc = MOSQ_ERR_CONN_LOST;
	struct cloud_x509 info;
	struct cloud_tls tls;

	if (!client_id)
		client_id = "";
	cloud_tls_read(conn, &tls);
	if (cloud_x509_describe(x509, &info))
		goto out;
	lock = cloud_store_lock(&p->store);
	if (lock < 0)
		wrong = "state-error";
	else if (cloud_settings_load(&p->store, &p->settings))
		wrong = "state-damaged";
	else
		wrong = bad_connect(p, client_id, &tls);
	cloud_store_unlock(lock);
	delay(p->settings.fault_connect_delay_ms);
	if (wrong)
		admission.outcome = wrong;
	else
		cloud_admit(&p->store, &p->settings, x509, &info, client_id, &admission);
	log_connect(p, client, &info, &tls, &admission);
	mosquitto_log_printf(MOSQ_LOG_NOTICE, "ecc508a-cloud: %s %.16s.. client %s: %s",
			     info.subject, info.id, client_id, admission.outcome);
	if (admission.announce)
		announce(p, &admission.cert);
	if (!strcmp(admission.outcome, CLOUD_ACCEPTED) &&
	    !open_session(p, client, &admission.cert, conn)) {
		conn = NULL;
		rc = MOSQ_ERR_SUCCESS;
	}
out:
	cloud_admission_free(&admission);
	cloud_tls_put(conn);
	return rc;
}

/*
 * A client without a certificate came in by the UNIX socket in the state
 * directory, whose owner may do anything here anyway. A listener that somebody
 * configured on a network without `require_certificate true` gets nobody in.
 */
static bool is_local(const struct mosquitto *client)
{
	const char *address = mosquitto_client_address(client);

	return !address || !*address || *address == '/' || !strncmp(address, "unix", 4);
}

static int on_connect(int event, void *event_data, void *userdata)
{
	struct mosquitto_evt_basic_auth *auth = event_data;
	struct plugin *p = userdata;
	struct cloud_session *stale;
	X509 *x509;
	int rc;

	/* The broker may use the memory of a client it has freed again. */
	stale = cloud_session_find(&p->sessions, auth->client);
	if (stale)
		cloud_session_end(&p->sessions, stale);
	x509 = mosquitto_client_certificate(auth->client);
	if (x509) {
		rc = connect_device(p, auth->client, x509);
		X509_free(x509);
		return rc;
	}
	if (is_local(auth->client))
		return mosquitto_set_username(auth->client, OBSERVER);
	mosquitto_log_printf(MOSQ_LOG_ERR,
			     "ecc508a-cloud: a client from %s showed no certificate; "
			     "set require_certificate true on that listener",
			     mosquitto_client_address(auth->client));
	return MOSQ_ERR_CONN_LOST;
}

static const char *end_reason(const struct cloud_session *session, const struct cloud_tls *tls)
{
	if (session->why)
		return session->why;
	return tls->client_said_goodbye ? "CLIENT_INITIATED_DISCONNECT" : "CONNECTION_LOST";
}

static int on_disconnect(int event, void *event_data, void *userdata)
{
	struct mosquitto_evt_disconnect *end = event_data;
	struct plugin *p = userdata;
	struct cloud_session *session = cloud_session_find(&p->sessions, end->client);
	struct cloud_tls tls;
	const char *reason;
	cJSON *line;

	if (!session)
		return MOSQ_ERR_SUCCESS;
	cloud_tls_read(session->tls, &tls);
	reason = end_reason(session, &tls);
	line = cloud_log_line("disconnect");
	cJSON_AddStringToObject(line, "reason", reason);
	cJSON_AddStringToObject(line, "clientId", session->client_id);
	cJSON_AddStringToObject(line, "certificateId", session->cert_id);
	cJSON_AddNumberToObject(line, "durationMs", (double)(cloud_now_ms() - session->since_ms));
	if (session->tls) {
		cJSON_AddNumberToObject(line, "packetsIn", (double)tls.in.packets);
		cJSON_AddNumberToObject(line, "packetsOut", (double)tls.out.packets);
		cJSON_AddNumberToObject(line, "bytesIn", (double)tls.in.bytes);
		cJSON_AddNumberToObject(line, "bytesOut", (double)tls.out.bytes);
	}
	cloud_log_write(&p->store, line);
	presence(session, "disconnected", cloud_event_disconnected(session, reason));
	cloud_session_end(&p->sessions, session);
	return MOSQ_ERR_SUCCESS;
}

static void log_publish(struct plugin *p, const struct mosquitto_evt_acl_check *acl,
			const char *client_id, const char *outcome)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	char hex[2 * 32 + 1] = "";
	unsigned int len = 0;
	cJSON *line;

	if (!p->settings.log_publish)
		return;
	if (EVP_Digest(acl->payload ? acl->payload : "", acl->payloadlen, md, &len, EVP_sha256(),
		       NULL)) {
		for (unsigned int i = 0; i < len; i++)
			snprintf(hex + 2 * i, 3, "%02x", md[i]);
	}
	line = cloud_log_line("publish");
	cJSON_AddStringToObject(line, "outcome", outcome);
	cJSON_AddStringToObject(line, "clientId", client_id);
	cJSON_AddStringToObject(line, "topic", acl->topic);
	cJSON_AddNumberToObject(line, "qos", acl->qos);
	cJSON_AddBoolToObject(line, "retain", acl->retain);
	cJSON_AddNumberToObject(line, "payloadLength", acl->payloadlen);
	cJSON_AddStringToObject(line, "payloadSha256", hex);
	cloud_log_write(&p->store, line);
}

static void log_subscribe(struct plugin *p, const struct mosquitto_evt_acl_check *acl,
			  const char *client_id, const char *outcome)
{
	cJSON *line = cloud_log_line("subscribe");

	cJSON_AddStringToObject(line, "outcome", outcome);
	cJSON_AddStringToObject(line, "clientId", client_id);
	cJSON_AddStringToObject(line, "topicFilter", acl->topic);
	cJSON_AddNumberToObject(line, "qos", acl->qos);
	cloud_log_write(&p->store, line);
}

/* AWS sends no refusal for what a client must not do: it hangs up. */
static int hang_up(struct cloud_session *session, const char *why)
{
	if (session)
		session->why = why;
	return MOSQ_ERR_CONN_LOST;
}

static bool cut(struct plugin *p, struct cloud_session *session)
{
	return session && p->settings.fault_cut_after &&
	       ++session->packets > p->settings.fault_cut_after;
}

static int check_publish(struct plugin *p, const struct mosquitto_evt_acl_check *acl,
			 const struct cloud_cert *cert, struct cloud_session *session)
{
	const char *client_id = mosquitto_client_id(acl->client);
	const char *limit = cloud_topic_limit(acl->topic);

	if (!limit && acl->payloadlen > CLOUD_PAYLOAD_MAX)
		limit = "payload-too-large";
	if (!limit && cut(p, session))
		limit = "fault";
	if (limit) {
		log_publish(p, acl, client_id, limit);
		return hang_up(session, "CLIENT_ERROR");
	}
	if (cert->status != CLOUD_ACTIVE || !cloud_topic_publishable(acl->topic) ||
	    !cloud_allowed(&p->store, &p->settings, cert, client_id, "iot:Publish", "topic",
			   acl->topic) ||
	    (acl->retain && !cloud_allowed(&p->store, &p->settings, cert, client_id,
					   "iot:RetainPublish", "topic", acl->topic))) {
		log_publish(p, acl, client_id, "policy");
		return hang_up(session, "FORBIDDEN_ACCESS");
	}
	log_publish(p, acl, client_id, CLOUD_ACCEPTED);
	return MOSQ_ERR_SUCCESS;
}

static int check_subscribe(struct plugin *p, const struct mosquitto_evt_acl_check *acl,
			   const struct cloud_cert *cert, struct cloud_session *session)
{
	const char *client_id = mosquitto_client_id(acl->client);
	const char *limit = cloud_topic_limit(acl->topic);

	if (!limit && mosquitto_client_sub_count(acl->client) >= CLOUD_SUBSCRIPTIONS_MAX)
		limit = "too-many-subscriptions";
	if (!limit && cut(p, session))
		limit = "fault";
	if (limit) {
		log_subscribe(p, acl, client_id, limit);
		return hang_up(session, "CLIENT_ERROR");
	}
	/* Refused in the SUBACK (0x80); the connection stays. */
	if (cert->status != CLOUD_ACTIVE ||
	    !cloud_allowed(&p->store, &p->settings, cert, client_id, "iot:Subscribe", "topicfilter",
			   acl->topic)) {
		log_subscribe(p, acl, client_id, "policy");
		return MOSQ_ERR_ACL_DENIED;
	}
	log_subscribe(p, acl, client_id, CLOUD_ACCEPTED);
	return MOSQ_ERR_SUCCESS;
}

static int check_device(struct plugin *p, const struct mosquitto_evt_acl_check *acl,
			const char *cert_id)
{
	struct cloud_session *session = cloud_session_find(&p->sessions, acl->client);
	const char *client_id = mosquitto_client_id(acl->client);
	struct cloud_cert cert;
	int rc;

	/* No id: a connection that another one with the same id has just replaced. */
	if (!client_id || cloud_cert_load(&p->store, cert_id, &cert))
		return MOSQ_ERR_ACL_DENIED;
	switch (acl->access) {
	case MOSQ_ACL_WRITE:
		rc = check_publish(p, acl, &cert, session);
		break;
	case MOSQ_ACL_SUBSCRIBE:
		rc = check_subscribe(p, acl, &cert, session);
		break;
	case MOSQ_ACL_UNSUBSCRIBE:
		rc = MOSQ_ERR_SUCCESS;
		break;
	default:
		rc = cert.status == CLOUD_ACTIVE &&
				     cloud_allowed(&p->store, &p->settings, &cert, client_id,
						   "iot:Receive", "topic", acl->topic)
			     ? MOSQ_ERR_SUCCESS
			     : MOSQ_ERR_ACL_DENIED;
	}
	cloud_cert_free(&cert);
	return rc;
}

static int on_acl(int event, void *event_data, void *userdata)
{
	struct mosquitto_evt_acl_check *acl = event_data;
	struct plugin *p = userdata;
	const char *user = mosquitto_client_username(acl->client);

	if (!user)
		return MOSQ_ERR_ACL_DENIED;
	if (!strcmp(user, OBSERVER))
		return MOSQ_ERR_SUCCESS;
	return check_device(p, acl, user);
}

/* A certificate that is no longer ACTIVE, or has expired, loses its connection. */
static void kick_unwanted(struct plugin *p)
{
	struct cloud_session *session = p->sessions.head;

	while (session) {
		struct cloud_cert cert;
		bool keep = false;
		char *client_id;
		int ret;

		ret = cloud_cert_load(&p->store, session->cert_id, &cert);
		if (!ret) {
			keep = cert.status == CLOUD_ACTIVE && !cert.x509.validity;
			cloud_cert_free(&cert);
		}
		if (keep || session->why) {
			session = session->next;
			continue;
		}
		session->why = "SERVER_INITIATED_DISCONNECT";
		/* The kick ends the session, and may end others: begin anew. */
		client_id = strdup(session->client_id);
		if (client_id)
			mosquitto_kick_client_by_clientid(client_id, true);
		free(client_id);
		session = p->sessions.head;
	}
}

/* A CA was registered. mosquitto reads its cafile once; SIGHUP only reloads its own certificate. */
static void watch_trust(struct plugin *p, bool first)
{
	char path[PATH_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", p->store.path, CLOUD_TRUST_FILE);
	if (stat(path, &st) || (st.st_mtim.tv_sec == p->trust_time.tv_sec &&
				st.st_mtim.tv_nsec == p->trust_time.tv_nsec))
		return;
	p->trust_time = st.st_mtim;
	if (!first && !cloud_tls_trust(path))
		mosquitto_log_printf(MOSQ_LOG_WARNING,
				     "ecc508a-cloud: a CA was registered; without the TLS shim "
				     "the broker must be restarted to know it");
}

static void say_ready(struct plugin *p)
{
	if (p->ready_fd < 0)
		return;
	if (write(p->ready_fd, "R", 1) != 1)
		mosquitto_log_printf(MOSQ_LOG_WARNING, "ecc508a-cloud: nobody waits for us");
	close(p->ready_fd);
	p->ready_fd = -1;
}

static int on_tick(int event, void *event_data, void *userdata)
{
	struct plugin *p = userdata;
	int64_t now = monotonic_ms();

	/* The broker ticks on every turn of its loop. */
	if (now < p->next_tick_ms)
		return MOSQ_ERR_SUCCESS;
	p->next_tick_ms = now + TICK_MS;
	say_ready(p);
	cloud_settings_load(&p->store, &p->settings);
	if (p->settings.activate_after_ms >= 0)
		cloud_activate_due(&p->store, &p->settings);
	kick_unwanted(p);
	watch_trust(p, false);
	return MOSQ_ERR_SUCCESS;
}

static int get_ready_fd(void)
{
	const char *text = getenv(CLOUD_READY_ENV);
	char *end;
	long fd;

	if (!text)
		return -1;
	fd = strtol(text, &end, 10);
	unsetenv(CLOUD_READY_ENV);
	return end != text && !*end && fd > 2 && fd < 1024 ? (int)fd : -1;
}

static int register_all(struct plugin *p)
{
	if (mosquitto_callback_register(p->id, MOSQ_EVT_BASIC_AUTH, on_connect, NULL, p) ||
	    mosquitto_callback_register(p->id, MOSQ_EVT_ACL_CHECK, on_acl, NULL, p) ||
	    mosquitto_callback_register(p->id, MOSQ_EVT_DISCONNECT, on_disconnect, NULL, p) ||
	    mosquitto_callback_register(p->id, MOSQ_EVT_TICK, on_tick, NULL, p))
		return -EIO;
	return 0;
}

EXPORT int mosquitto_plugin_version(int count, const int *versions)
{
	for (int i = 0; i < count; i++) {
		if (versions[i] == MOSQ_PLUGIN_VERSION)
			return MOSQ_PLUGIN_VERSION;
	}
	return -1;
}

EXPORT int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
				 struct mosquitto_opt *options, int option_count)
{
	const char *state = NULL;
	struct plugin *p;
	int ret;

	for (int i = 0; i < option_count; i++) {
		if (!strcmp(options[i].key, "state"))
			state = options[i].value;
	}
	if (loaded || !state) {
		mosquitto_log_printf(MOSQ_LOG_ERR, "ecc508a-cloud: %s",
				     loaded ? "loaded twice in one broker; keep one `plugin` line"
					    : "say plugin_opt_state DIRECTORY in mosquitto.conf");
		return MOSQ_ERR_INVAL;
	}
	p = calloc(1, sizeof(*p));
	if (!p)
		return MOSQ_ERR_NOMEM;
	p->id = identifier;
	p->ready_fd = get_ready_fd();
	ret = cloud_store_open(&p->store, state, false);
	if (!ret)
		ret = cloud_settings_load(&p->store, &p->settings);
	if (ret) {
		mosquitto_log_printf(MOSQ_LOG_ERR,
				     "ecc508a-cloud: state directory %s: %s; make it with "
				     "`ecc508a-cloud --state %s init`",
				     state, strerror(-ret), state);
		goto fail;
	}
	if (register_all(p))
		goto fail;
	watch_trust(p, true);
	cloud_tls_faults(&p->store);
	loaded = p;
	*userdata = p;
	return MOSQ_ERR_SUCCESS;
fail:
	cloud_store_close(&p->store);
	free(p);
	return MOSQ_ERR_INVAL;
}

EXPORT int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int option_count)
{
	struct plugin *p = userdata;

	if (!p)
		return MOSQ_ERR_SUCCESS;
	cloud_tls_faults(NULL);
	mosquitto_callback_unregister(p->id, MOSQ_EVT_BASIC_AUTH, on_connect, NULL);
	mosquitto_callback_unregister(p->id, MOSQ_EVT_ACL_CHECK, on_acl, NULL);
	mosquitto_callback_unregister(p->id, MOSQ_EVT_DISCONNECT, on_disconnect, NULL);
	mosquitto_callback_unregister(p->id, MOSQ_EVT_TICK, on_tick, NULL);
	while (p->sessions.head)
		cloud_session_end(&p->sessions, p->sessions.head);
	cloud_store_close(&p->store);
	loaded = NULL;
	free(p);
	return MOSQ_ERR_SUCCESS;
}
