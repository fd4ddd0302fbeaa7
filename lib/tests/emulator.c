// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emulator.h"

static int listening(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), ok;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	ok = !connect(fd, (struct sockaddr *)&sun, sizeof(sun));
	close(fd);
	return ok;
}

void emulator_start(struct emulator *emu, const char *const *args)
{
	const char *program = getenv("ECC508A_EMU");
	const char *argv[32] = { program, "--socket", emu->socket };
	int n = 3;

	if (!program) {
		fprintf(stderr, "ECC508A_EMU must name the emulator\n");
		exit(99);
	}
	strcpy(emu->dir, "/tmp/ecc508a-test-XXXXXX");
	if (!mkdtemp(emu->dir))
		exit(99);
	snprintf(emu->socket, sizeof(emu->socket), "%s/bus", emu->dir);
	snprintf(emu->device, sizeof(emu->device), "emu:%s", emu->socket);
	while (*args)
		argv[n++] = *args++;
	emu->pid = fork();
	if (!emu->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!freopen("/dev/null", "w", stdout))
			_exit(99);
		execv(program, (char *const *)argv);
		_exit(99);
	}
	for (int i = 0; i < 1000; i++) {
		if (listening(emu->socket))
			return;
		usleep(10000);
	}
	fprintf(stderr, "the emulator does not listen\n");
	exit(99);
}

void emulator_stop(struct emulator *emu)
{
	char lock[96];

	kill(emu->pid, SIGKILL);
	waitpid(emu->pid, NULL, 0);
	unlink(emu->socket);
	snprintf(lock, sizeof(lock), "%s.lock", emu->socket);
	unlink(lock);
	rmdir(emu->dir);
}
