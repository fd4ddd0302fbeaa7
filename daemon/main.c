// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <mosquitto.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "daemon.h"
#include "identity.h"
#include "log.h"
#include "notify.h"
#include "tls.h"

#ifndef ECC508AD_CONFIG
#define ECC508AD_CONFIG "/etc/ecc508a/ecc508ad.conf"
#endif

/* sysexits(3): systemd must not restart what only an editor can cure. */
#define EXIT_CONFIG EX_CONFIG

static void main_usage(FILE *f)
{
	fprintf(f, "usage: ecc508ad [options]\n"
		   "\n"
		   "Keeps this device connected to AWS IoT with the key in its ATECC chip.\n"
		   "\n"
		   "  -c, --config FILE   configuration (default " ECC508AD_CONFIG ")\n"
		   "  -n, --check-config  check configuration, key and certificates, then exit\n"
		   "  -f, --foreground    stay in the foreground, log to standard error\n"
		   "  -V, --version\n"
		   "  -h, --help\n"
		   "\n"
		   "See ecc508ad(8), ecc508ad.conf(5); ask the running daemon with `ecc508a "
		   "status`.\n");
}

/* A description of what would be used; 0 if all of it fits together. */
static int main_check(const struct config *cfg)
{
	struct tls_trace trace = { 0 };
	OSSL_LIB_CTX *libctx = NULL;
	struct identity *id = NULL;
	SSL_CTX *ctx = NULL;
	enum state state = STATE_BAD_IDENTITY;
	char why[MACHINE_TEXT_MAX];
	int ret = EXIT_FAILURE;

	clock_floor_load(cfg->state_dir);
	printf("server       %s port %d%s%s\n", cfg->host, cfg->port, cfg->alpn[0] ? ", ALPN " : "",
	       cfg->alpn);
	printf("spool        %s, at most %llu bytes\n", cfg->spool_dir,
	       (unsigned long long)cfg->spool_max_bytes);
	printf("socket       %s, mode %04o\n", cfg->socket, cfg->socket_mode);
	fflush(stdout);
	if (identity_libctx_open(&libctx, why, sizeof(why)))
		goto out;
	if (identity_load(libctx, cfg->key, cfg->certificate, clock_now(NULL), &id, &state, why,
			  sizeof(why)))
		goto out;
	ctx = tls_ctx_new(libctx, cfg, id, &trace, why, sizeof(why));
	state = STATE_NOT_TRUSTED;
	if (!ctx)
		goto out;
	printf("key          %s%s\n", cfg->key, id->development ? " (development key)" : "");
	printf("certificate  %s\n", cfg->certificate);
	printf("  subject    %s\n", id->subject);
	printf("  id         %s\n", id->cert_id);
	if (id->ca_id[0])
		printf("  signer id  %s\n", id->ca_id);
	printf("  not after  %s\n", id->not_after);
	printf("client id    %s\n", cfg->client_id[0] ? cfg->client_id : id->common_name);
	printf("ca_file      %s\n", cfg->ca_file);
	ret = EXIT_SUCCESS;
out:
	if (ret)
		log_err("%s: %s", state_name(state), why);
	SSL_CTX_free(ctx);
	identity_free(id);
	if (libctx)
		identity_libctx_close(libctx);
	return ret;
}

/*
 * Without a supervisor: leave the terminal. The parent waits until the child is ready, so
 * that a script that starts the daemon knows that the control socket is there.
 * Returns the descriptor to report readiness on; does not return in the parent.
 */
static int main_background(void)
{
	char verdict = 1;
	int fds[2];
	pid_t pid;
	int null;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		close(fds[1]);
		if (read(fds[0], &verdict, 1) != 1)
			verdict = EXIT_FAILURE;
		_exit(verdict);
	}
	close(fds[0]);
	setsid();
	if (chdir("/"))
		return -errno;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		/* Standard error stays until the start has succeeded: it carries the reason. */
		close(null);
	}
	return fds[1];
}

static void main_background_ready(int fd)
{
	char verdict = 0;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (write(fd, &verdict, 1) != 1)
		log_debug("the parent has gone");
	close(fd);
	if (null >= 0) {
		dup2(null, STDERR_FILENO);
		close(null);
	}
	log_open(true);
}

static int main_serve(struct daemon *d, bool foreground)
{
	char error[512];
	int ready = -1, ret;

	if (!foreground) {
		ready = main_background();
		if (ready < 0) {
			log_err("cannot go to the background: %s", strerror(-ready));
			return EXIT_FAILURE;
		}
	}
	/* Files of the spool and the clock are nobody else's business. */
	umask(0077);
	/* A core dump would hold messages, and the key if it is a development key. */
	prctl(PR_SET_DUMPABLE, 0);

	ret = daemon_open(d, error, sizeof(error));
	if (ret) {
		log_err("%s", error);
		daemon_close(d);
		return EXIT_FAILURE;
	}
	if (ready >= 0)
		main_background_ready(ready);
	/* Ready means that local programs can be served, not that the cloud is reached. */
	notify_send("READY=1\nSTATUS=starting");
	ret = daemon_run(d);
	daemon_close(d);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, 'n' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static struct daemon d;
	const char *path = ECC508AD_CONFIG;
	bool foreground = getenv("NOTIFY_SOCKET") != NULL;
	bool check = false;
	char error[512];
	int c, ret;

	while ((c = getopt_long(argc, argv, "c:nfVh", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			path = optarg;
			break;
		case 'n':
			check = true;
			break;
		case 'f':
			foreground = true;
			break;
		case 'V':
			printf("ecc508ad %s\n", ECC508A_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			main_usage(stdout);
			return EXIT_SUCCESS;
		default:
			main_usage(stderr);
			return EX_USAGE;
		}
	}
	if (optind < argc) {
		main_usage(stderr);
		return EX_USAGE;
	}
	log_open(false);
	/*
	 * The first word wins: nothing later in this process reads the system's openssl.cnf,
	 * in which a provider may be missing or in front of ours.
	 */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);

	if (config_load(&d.cfg, path, error, sizeof(error))) {
		log_err("%s", error);
		return EXIT_CONFIG;
	}
	log_set_level(d.cfg.log_level);
	if (check)
		return main_check(&d.cfg);

	mosquitto_lib_init();
	ret = main_serve(&d, foreground);
	mosquitto_lib_cleanup();
	return ret;
}
