// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/*
 * serve: writes mosquitto.conf and becomes mosquitto. The lock on serve.lock
 * is inherited by the broker, so it tells whether one serves the directory,
 * and dies with it however it dies.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "pki.h"
#include "plugin.h"
#include "quota.h"

#ifndef CLOUD_PLUGIN_DIR
#define CLOUD_PLUGIN_DIR "/usr/lib/ecc508a"
#endif

#define SERVE_LOCK "serve.lock"
#define CONF_FILE  "mosquitto.conf"
#define LOG_FILE   "broker.log"

/* A broker that has not ticked by then never will. */
#define READY_TIMEOUT_MS 20000
#define STOP_TIMEOUT_S	 10

struct options {
	const char *host_name;
	const char *bind;
	const char *broker;
	const char *plugin;
	const char *tls;
	long port;
	bool daemon, strict, shim;
};

static int serve_help(void)
{
	printf("usage: ecc508a-cloud --state DIR serve --port P [options]\n\n"
	       "  --port P           TLS port for devices (AWS: 8883)\n"
	       "  --bind ADDRESS     address to listen on (default 127.0.0.1)\n"
	       "  --host-name N      name in the server certificate (default localhost)\n"
	       "  --tls 1.2|1.3      that TLS version only (default: both)\n"
	       "  --strict-tls       unknown CAs and expired certificates fail in the handshake\n"
	       "  --no-shim          do not stand between the broker and libssl (see the manual)\n"
	       "  --daemon           return when the broker is ready; log goes to DIR/broker.log\n"
	       "  --broker PATH      mosquitto to run\n"
	       "  --plugin PATH      ecc508a-cloud.so to load\n\n"
	       "Clients trust DIR/server/ca.pem. Observers: mosquitto_sub --unix "
	       "DIR/observer.sock\n"
	       "-t '$aws/events/#'. What was seen is in DIR/log.jsonl.\n");
	return CMD_OK;
}

static int parse_option(struct options *o, const char *name, const char *value)
{
	char *end;

	if (!value)
		return -EINVAL;
	if (!strcmp(name, "--port")) {
		o->port = strtol(value, &end, 10);
		return *end || o->port < 1 || o->port > 65535 ? -EINVAL : 0;
	}
	if (!strcmp(name, "--bind"))
		o->bind = value;
	else if (!strcmp(name, "--host-name"))
		o->host_name = value;
	else if (!strcmp(name, "--broker"))
		o->broker = value;
	else if (!strcmp(name, "--plugin"))
		o->plugin = value;
	else if (!strcmp(name, "--tls") && (!strcmp(value, "1.2") || !strcmp(value, "1.3")))
		o->tls = value;
	else
		return -EINVAL;
	return 0;
}

static int parse(struct options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--daemon")) {
			o->daemon = true;
		} else if (!strcmp(argv[i], "--strict-tls")) {
			o->strict = true;
		} else if (!strcmp(argv[i], "--no-shim")) {
			o->shim = false;
		} else {
			if (parse_option(o, argv[i], argv[i + 1]))
				return cmd_usage("serve: %s%s%s: wrong; see `serve --help`",
						 argv[i], argv[i + 1] ? " " : "",
						 argv[i + 1] ? argv[i + 1] : "");
			i++;
		}
	}
	if (!o->port)
		return cmd_usage("serve: say --port P; see `serve --help`");
	if (!cloud_host_name_ok(o->host_name))
		return cmd_usage("serve: \"%s\" is no host name", o->host_name);
	/* The address is a word of mosquitto.conf. */
	if (!*o->bind || strspn(o->bind, "0123456789abcdefABCDEF.:") != strlen(o->bind))
		return cmd_usage("serve: \"%s\" is no address", o->bind);
	return 0;
}

/* The plugin lies beside this program in a build directory, else where it is installed. */
static int find_plugin(const struct options *o, char out[PATH_MAX])
{
	char self[PATH_MAX], path[PATH_MAX + 32];
	ssize_t len;

	if (o->plugin)
		return realpath(o->plugin, out) ? 0 : -errno;
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len > 0) {
		self[len] = '\0';
		*strrchr(self, '/') = '\0';
		snprintf(path, sizeof(path), "%s/%s", self, CLOUD_PLUGIN_FILE);
		if (realpath(path, out))
			return 0;
	}
	return realpath(CLOUD_PLUGIN_DIR "/" CLOUD_PLUGIN_FILE, out) ? 0 : -errno;
}

static const char *find_broker(const struct options *o)
{
	static const char *const places[] = { "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto",
					      "/usr/bin/mosquitto" };

	if (o->broker)
		return o->broker;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!access(places[i], X_OK))
			return places[i];
	}
	return NULL;
}

static int write_conf(const struct cloud_store *store, const struct options *o, const char *plugin)
{
	const char *dir = store->path;
	char *text = NULL;
	size_t len = 0;
	FILE *out;
	int ret;

	out = open_memstream(&text, &len);
	if (!out)
		return -ENOMEM;
	fprintf(out,
		"# Written by ecc508a-cloud serve; changes are lost.\n"
		"per_listener_settings false\n"
		"allow_anonymous false\n"
		"allow_zero_length_clientid true\n"
		"log_dest stderr\n"
		"log_timestamp_format %%Y-%%m-%%dT%%H:%%M:%%S\n"
		"auto_id_prefix $GEN/\n"
		"sys_interval 0\n"
		"persistence true\n"
		"persistence_location %s/broker/\n"
		"max_inflight_messages %d\n"
		"max_queued_messages 10000\n"
		"max_packet_size %d\n"
		"plugin %s\n"
		"plugin_opt_state %s\n",
		dir, CLOUD_INFLIGHT_MAX, CLOUD_PACKET_MAX, plugin, dir);
	/* As root mosquitto would become a user who may not read the keys. */
	if (!geteuid())
		fprintf(out, "user root\n");
	fprintf(out,
		"listener 0 %s/%s\n"
		"listener %ld %s\n"
		"max_qos 1\n"
		"cafile %s/%s\n"
		"certfile %s/server/server.pem\n"
		"keyfile %s/server/server.key\n"
		"require_certificate true\n",
		dir, CLOUD_OBSERVER_FILE, o->port, o->bind, dir, CLOUD_TRUST_FILE, dir, dir);
	if (o->tls && !strcmp(o->tls, "1.3"))
		fprintf(out, "tls_version tlsv1.3\n");
	if (fclose(out)) {
		free(text);
		return -ENOMEM;
	}
	ret = cloud_store_write(store, CLOUD_DIR_TOP, CONF_FILE, text, len);
	free(text);
	return ret;
}

static void set_environment(const struct options *o, const char *plugin)
{
	const char *already = getenv("LD_PRELOAD");
	char *list;

	if (o->shim) {
		/* Behind what is there: a sanitizer's library must be the first. */
		if (asprintf(&list, "%s%s%s", already ? already : "", already ? ":" : "", plugin) >
		    0) {
			setenv("LD_PRELOAD", list, 1);
			free(list);
		}
	}
	if (o->strict)
		setenv(CLOUD_STRICT_ENV, "1", 1);
	if (o->tls && !strcmp(o->tls, "1.2"))
		setenv(CLOUD_TLS_MAX_ENV, "1.2", 1);
}

static int write_pid(int fd)
{
	char text[16];
	int len;

	len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	return ftruncate(fd, 0) || pwrite(fd, text, (size_t)len, 0) != len ? -EIO : 0;
}

static int take_serve_lock(const struct cloud_store *store)
{
	int fd;

	/* Not O_CLOEXEC: the broker holds it. */
	fd = openat(store->dirfd, SERVE_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) || write_pid(fd)) {
		close(fd);
		return -EALREADY;
	}
	return fd;
}

static void become_broker(const char *broker, const char *conf)
{
	execl(broker, broker, "-c", conf, (char *)NULL);
	cmd_error("%s: %s", broker, strerror(errno));
	_exit(127);
}

static int wait_ready(int fd, pid_t child, const char *dir)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int status = 0;
	char byte;

	if (poll(&poll_fd, 1, READY_TIMEOUT_MS) == 1 && read(fd, &byte, 1) == 1) {
		printf("%ld\n", (long)child);
		return CMD_OK;
	}
	kill(child, SIGTERM);
	waitpid(child, &status, 0);
	return cmd_error("the broker did not start; the last lines of %s/%s say why", dir,
			 LOG_FILE);
}

static int daemonize(const struct cloud_store *store, int lock_fd, const char *broker,
		     const char *conf)
{
	char number[16];
	int pipe_fd[2], log, null;
	pid_t child;

	if (pipe(pipe_fd))
		return cmd_errno("pipe", -errno);
	child = fork();
	if (child < 0)
		return cmd_errno("fork", -errno);
	if (child) {
		close(pipe_fd[1]);
		return wait_ready(pipe_fd[0], child, store->path);
	}
	close(pipe_fd[0]);
	setsid();
	log = openat(store->dirfd, LOG_FILE, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
	null = open("/dev/null", O_RDONLY);
	if (log < 0 || null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(127);
	snprintf(number, sizeof(number), "%d", pipe_fd[1]);
	setenv(CLOUD_READY_ENV, number, 1);
	if (write_pid(lock_fd))
		_exit(127);
	become_broker(broker, conf);
	return CMD_FAIL;
}

static int prepare_files(struct cloud_store *store, const struct options *o, const char *plugin)
{
	int lock, ret;

	if (strlen(store->path) + sizeof(CLOUD_OBSERVER_FILE) + 1 >
	    sizeof(((struct sockaddr_un *)0)->sun_path))
		return cmd_error("%s: too long a path for a UNIX socket in it", store->path);
	if (o->shim && strpbrk(plugin, " :"))
		return cmd_error("%s: a path with a space or colon cannot be preloaded; move it or "
				 "use --no-shim",
				 plugin);
	lock = cloud_store_lock(store);
	if (lock < 0)
		return cmd_errno(store->path, lock);
	ret = mkdirat(store->dirfd, "broker", 0700) && errno != EEXIST ? -errno : 0;
	if (!ret)
		ret = cloud_pki_prepare(store, o->host_name);
	if (!ret)
		ret = cmd_write_trust(store);
	if (!ret)
		ret = write_conf(store, o, plugin);
	cloud_store_unlock(lock);
	return ret ? cmd_errno(store->path, ret) : CMD_OK;
}

int cmd_serve(struct cloud_store *store, int argc, char **argv)
{
	struct options o = { .host_name = "localhost", .bind = "127.0.0.1", .shim = true };
	char plugin[PATH_MAX], conf[PATH_MAX + 32];
	const char *broker;
	int ret, fd;

	if (argc > 1 && !strcmp(argv[1], "--help"))
		return serve_help();
	ret = parse(&o, argc, argv);
	if (ret)
		return ret;
	broker = find_broker(&o);
	if (!broker)
		return cmd_error("mosquitto is not installed; `apt install mosquitto`, or say "
				 "--broker PATH");
	ret = find_plugin(&o, plugin);
	if (ret)
		return cmd_error("%s: %s; say --plugin PATH", CLOUD_PLUGIN_FILE, strerror(-ret));
	fd = take_serve_lock(store);
	if (fd == -EALREADY)
		return cmd_error("%s is being served already; `stop` ends that", store->path);
	if (fd < 0)
		return cmd_errno(SERVE_LOCK, fd);
	ret = prepare_files(store, &o, plugin);
	if (ret)
		return ret;
	snprintf(conf, sizeof(conf), "%s/%s", store->path, CONF_FILE);
	set_environment(&o, plugin);
	if (o.daemon)
		return daemonize(store, fd, broker, conf);
	become_broker(broker, conf);
	return CMD_FAIL;
}

static pid_t serving_pid(const struct cloud_store *store)
{
	char text[17] = "";
	pid_t pid = -1;
	int fd;

	fd = openat(store->dirfd, SERVE_LOCK, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	/* Held: the number in it is alive. Free: it is history. */
	if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK &&
	    read(fd, text, sizeof(text) - 1) > 0)
		pid = (pid_t)strtol(text, NULL, 10);
	close(fd);
	return pid > 1 ? pid : -1;
}

int cmd_stop(struct cloud_store *store, int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	pid_t pid = serving_pid(store);

	if (argc > 1)
		return cmd_usage("usage: stop");
	if (pid < 0)
		return cmd_error("nothing serves %s", store->path);
	if (kill(pid, SIGTERM))
		return cmd_errno("the broker", -errno);
	for (int i = 0; i < STOP_TIMEOUT_S * 50; i++) {
		if (serving_pid(store) < 0)
			return CMD_OK;
		nanosleep(&pause, NULL);
	}
	return cmd_error("the broker (process %ld) does not end", (long)pid);
}
