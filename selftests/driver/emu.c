// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* See emu.h. */
#include "dev.h"
#include "emu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int sock = -1;
static FILE *trace;
static long mark;

bool emu_connect(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *path = getenv("ECC508A_EMU_CONTROL"), *file = getenv("ECC508A_EMU_TRACE");

	if (!path || !file)
		return false;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sock < 0 || connect(sock, (struct sockaddr *)&addr, sizeof(addr)))
		return false;
	trace = fopen(file, "re");
	return trace;
}

bool emu_call(const char *request, char *answer, unsigned int size)
{
	unsigned int n = 0;

	if (write(sock, request, strlen(request)) != (ssize_t)strlen(request) ||
	    write(sock, "\n", 1) != 1)
		return false;
	while (n + 1 < size) {
		if (read(sock, answer + n, 1) != 1)
			return false;
		if (answer[n] == '\n')
			break;
		n++;
	}
	answer[n] = 0;
	return strstr(answer, "\"ok\":true");
}

bool emu_fault(const char *fault)
{
	char request[256], answer[1024];

	snprintf(request, sizeof(request), "{\"cmd\":\"faults\",\"script\":\"%s\"}", fault);
	if (emu_call(request, answer, sizeof(answer)))
		return true;
	printf("# %s: %s\n", fault, answer);
	return false;
}

static long number(const char *answer, const char *name)
{
	char key[64];
	const char *p;

	snprintf(key, sizeof(key), "\"%s\":", name);
	p = strstr(answer, key);
	return p ? atol(p + strlen(key)) : -1;
}

long emu_faults_clear(void)
{
	char answer[1024];

	if (!emu_call("{\"cmd\":\"faults\",\"clear\":true}", answer, sizeof(answer)))
		return -1;
	return number(answer, "struck");
}

long emu_status(const char *name)
{
	char answer[8192], *chips;

	if (!emu_call("{\"cmd\":\"status\"}", answer, sizeof(answer)))
		return -1;
	chips = strstr(answer, "\"chips\":");
	return chips ? number(chips, name) : -1;
}

bool emu_is_asleep(void)
{
	char answer[8192];
	int i;

	for (i = 0; i < 100 * (int)time_scale(); i++) {
		if (emu_call("{\"cmd\":\"status\"}", answer, sizeof(answer)) &&
		    strstr(answer, "\"power\":\"sleep\""))
			return true;
		usleep(30000);
	}
	return false;
}

void emu_trace_mark(void)
{
	fseek(trace, 0, SEEK_END);
	mark = ftell(trace);
}

unsigned int emu_trace_done(int opcode, int p1)
{
	static char line[65536];
	unsigned int n = 0;

	fseek(trace, mark, SEEK_SET);
	while (fgets(line, sizeof(line), trace)) {
		if (!strstr(line, "\"ev\":\"cmd\"") || number(line, "opcode") != opcode ||
		    number(line, "status"))
			continue;
		if (p1 < 0 || number(line, "p1") == p1)
			n++;
	}
	return n;
}
