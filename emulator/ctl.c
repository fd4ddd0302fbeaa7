// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* `ecc508a-emu ctl`: talks to the control socket of a running server. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "emu.h"

static const char usage_text[] =
	"usage: ecc508a-emu ctl SOCKET [--json] [--chip BUS.CHIP | --bus N] COMMAND\n"
	"\n"
	"  status                      what there is and how it is\n"
	"  power on|off                of a chip, a bus or everything\n"
	"  reset                       power off and on\n"
	"  faults add 'FAULT'          one line of a fault script\n"
	"  faults file FILE            a whole script\n"
	"  faults seed SEED [PERMILLE] random faults\n"
	"  faults clear\n"
	"  save FILE, load FILE        the EEPROM of a chip\n"
	"  set NAME=VALUE              a parameter (ecc508a-emu --list sets)\n"
	"  quirk NAME=NUMBER           (ecc508a-emu --list quirks)\n"
	"  speed HZ                    of a bus\n"
	"  sda-low US                  holds SDA low: a wake pulse by other means than a transfer\n"
	"  quit                        ends the server\n"
	"\n"
	"Exit status: 0 done, 1 refused, 2 usage, 3 no server.\n";

/* Paths are resolved here: the server may live in another directory. */
static int add_path(cJSON *req, const char *file)
{
	char *cwd, *full;

	if (file[0] == '/') {
		cJSON_AddStringToObject(req, "file", file);
		return 0;
	}
	cwd = getcwd(NULL, 0);
	if (!cwd || asprintf(&full, "%s/%s", cwd, file) < 0) {
		free(cwd);
		return -1;
	}
	cJSON_AddStringToObject(req, "file", full);
	free(full);
	free(cwd);
	return 0;
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!f || getdelim(&text, &size, 0, f) < 0) {
		if (f && feof(f)) {
			fclose(f);
			free(text);
			return strdup("");
		}
		emu_say("%s: %s", path, strerror(errno));
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	return text;
}

static int number(cJSON *req, const char *name, const char *text)
{
	char *end;
	double v = strtod(text, &end);

	if (!*text || *end)
		return -1;
	cJSON_AddNumberToObject(req, name, v);
	return 0;
}

static int faults(cJSON *req, int argc, char **argv)
{
	char *script;

	if (argc == 2 && !strcmp(argv[1], "clear")) {
		cJSON_AddTrueToObject(req, "clear");
	} else if (argc == 3 && !strcmp(argv[1], "add")) {
		cJSON_AddStringToObject(req, "script", argv[2]);
	} else if (argc == 3 && !strcmp(argv[1], "file")) {
		script = read_file(argv[2]);
		if (!script)
			return -1;
		cJSON_AddStringToObject(req, "script", script);
		free(script);
	} else if ((argc == 3 || argc == 4) && !strcmp(argv[1], "seed")) {
		if (number(req, "seed", argv[2]) || (argc == 4 && number(req, "permille", argv[3])))
			return -1;
	} else if (argc != 1) {
		return -1;
	}
	return 0;
}

/* argv[0] is the command. */
static int build(cJSON *req, int argc, char **argv)
{
	const char *cmd = argv[0];
	uint32_t hz;

	cJSON_AddStringToObject(req, "cmd", cmd);
	if (!strcmp(cmd, "status") || !strcmp(cmd, "reset") || !strcmp(cmd, "quit"))
		return argc == 1 ? 0 : -1;
	if (!strcmp(cmd, "faults"))
		return faults(req, argc, argv);
	if (argc != 2)
		return -1;
	if (!strcmp(cmd, "power")) {
		if (strcmp(argv[1], "on") && strcmp(argv[1], "off"))
			return -1;
		cJSON_AddBoolToObject(req, "on", !strcmp(argv[1], "on"));
		return 0;
	}
	if (!strcmp(cmd, "save") || !strcmp(cmd, "load"))
		return add_path(req, argv[1]);
	if (!strcmp(cmd, "set") || !strcmp(cmd, "quirk")) {
		cJSON_AddStringToObject(req, "value", argv[1]);
		return 0;
	}
	if (!strcmp(cmd, "speed")) {
		if (emu_parse_speed(argv[1], &hz))
			return -1;
		cJSON_AddNumberToObject(req, "hz", hz);
		return 0;
	}
	return strcmp(cmd, "sda-low") ? -1 : number(req, "us", argv[1]);
}

static char *exchange(const char *path, const char *line)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char *text = NULL;
	size_t size = 0;
	FILE *f;
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		emu_say("%s: too long for a socket", path);
		return NULL;
	}
	strcpy(sa.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		emu_say("%s: %s%s", path, strerror(errno),
			errno == ECONNREFUSED || errno == ENOENT
				? " (is ecc508a-emu running with --control?)"
				: "");
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	f = fdopen(fd, "r+");
	if (!f) {
		close(fd);
		return NULL;
	}
	if (dprintf(fd, "%s\n", line) < 0 || getline(&text, &size, f) < 0) {
		emu_say("%s: the server hung up", path);
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

static const char *str(const cJSON *o, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

	return cJSON_IsString(v) ? v->valuestring : "?";
}

static double num(const cJSON *o, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

	return cJSON_IsNumber(v) ? v->valuedouble : 0;
}

static bool yes(const cJSON *o, const char *name)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, name));
}

static const char *part_title(const char *name)
{
	int part = ecc508a_emu_part_by_name(name);

	return part < 0 ? name : emu_part_title((enum ecc508a_emu_part)part);
}

static void show_status(const cJSON *answer)
{
	const cJSON *bus, *chip;

	cJSON_ArrayForEach (bus, cJSON_GetObjectItemCaseSensitive(answer, "buses")) {
		printf("bus %.0f: ", num(bus, "bus"));
		if (cJSON_HasObjectItem(bus, "i2c"))
			printf("i2c-%.0f, ", num(bus, "i2c"));
		printf("%.0f Hz, %s time, %.0f transfers, %.0f socket clients, %.0f faults\n",
		       num(bus, "speed"), str(bus, "time"), num(bus, "transfers"),
		       num(bus, "clients"), num(bus, "faults_struck"));
		cJSON_ArrayForEach (chip, cJSON_GetObjectItemCaseSensitive(bus, "chips")) {
			printf("  chip %s: %s at 0x%02x, serial %s, %s, config %s, data %s\n",
			       str(chip, "chip"), part_title(str(chip, "part")),
			       (int)num(chip, "addr"), str(chip, "serial"), str(chip, "power"),
			       yes(chip, "config_locked") ? "locked" : "unlocked",
			       yes(chip, "data_locked") ? "locked" : "unlocked");
			printf("    keys in slots %#06x, counters %.0f and %.0f, %.0f commands, "
			       "%.0f EEPROM writes",
			       (unsigned int)num(chip, "key_valid"), num(chip, "counter0"),
			       num(chip, "counter1"), num(chip, "commands"),
			       num(chip, "eeprom_writes"));
			if (num(chip, "watchdog_left_us") > 0)
				printf(", watchdog in %.0f ms",
				       num(chip, "watchdog_left_us") / 1e3);
			putchar('\n');
		}
	}
}

static int show(const char *text, const char *cmd, bool json)
{
	cJSON *answer = cJSON_Parse(text);
	int ret = 1;

	if (!cJSON_IsObject(answer)) {
		emu_say("the server sent something else than JSON");
	} else if (json) {
		fputs(text, stdout);
		ret = yes(answer, "ok") ? 0 : 1;
	} else if (!yes(answer, "ok")) {
		emu_say("%s", str(answer, "error"));
	} else {
		ret = 0;
		if (!strcmp(cmd, "status"))
			show_status(answer);
		else if (!strcmp(cmd, "faults"))
			printf("%.0f faults struck so far\n", num(answer, "struck"));
	}
	cJSON_Delete(answer);
	return ret;
}

int emu_main_ctl(int argc, char **argv)
{
	const char *path = NULL;
	bool json = false;
	char *line, *text;
	cJSON *req;
	int i, ret;

	req = cJSON_CreateObject();
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(usage_text, stdout);
			cJSON_Delete(req);
			return 0;
		}
		if (!strcmp(argv[i], "--json"))
			json = true;
		else if (!strcmp(argv[i], "--chip") && i + 1 < argc)
			cJSON_AddStringToObject(req, "chip", argv[++i]);
		else if (!strcmp(argv[i], "--bus") && i + 1 < argc &&
			 !number(req, "bus", argv[i + 1]))
			i++;
		else if (!path && argv[i][0] != '-')
			path = argv[i];
		else
			break;
	}
	if (!path || i >= argc || build(req, argc - i, argv + i)) {
		fputs(usage_text, stderr);
		cJSON_Delete(req);
		return 2;
	}
	line = cJSON_PrintUnformatted(req);
	text = line ? exchange(path, line) : NULL;
	ret = text ? show(text, argv[i], json) : 3;
	free(line);
	free(text);
	cJSON_Delete(req);
	return ret;
}
