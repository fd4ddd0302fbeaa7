// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The control socket: one JSON object a line in, one JSON object a line out.
 *
 *	{"cmd":"power","on":false,"chip":"0.1"}		{"ok":true}
 *
 * "bus" (number) and "chip" ("bus.chip") choose what is meant; without them it is everything for
 *power and reset, and the first bus or chip for the rest. `ecc508a-emu ctl` is a client of this.
 */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu.h"

#define LINE_LIMIT 65536u
#define OUT_LIMIT  (1024u * 1024u)

struct control_client {
	struct loop_source src;
	struct control_client *next;
	char in[LINE_LIMIT];
	size_t in_len;
	char *out;
	size_t out_len, out_pos;
};

static struct {
	struct loop_source src;
	const char *path;
	struct emu_bus *buses;
	unsigned int n;
	struct control_client *clients;
} control = { .src.fd = -1 };

/* What a command works on, and where it says why it cannot. */
struct call {
	const cJSON *args;
	cJSON *answer;
	char error[512];
};

static int EMU_PRINTF(2, 3) refuse(struct call *call, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(call->error, sizeof(call->error), fmt, ap);
	va_end(ap);
	return -1;
}

/* ---- arguments ---- */

static const char *arg_text(const struct call *call, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(call->args, name);

	return cJSON_IsString(v) ? v->valuestring : NULL;
}

static bool arg_number(const struct call *call, const char *name, double min, double max,
		       double *value)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(call->args, name);

	if (!cJSON_IsNumber(v) || !(v->valuedouble >= min && v->valuedouble <= max))
		return false;
	*value = v->valuedouble;
	return true;
}

static struct emu_bus *arg_bus(struct call *call)
{
	double v = 0;

	if (cJSON_HasObjectItem(call->args, "bus") &&
	    !arg_number(call, "bus", 0, control.n - 1.0, &v)) {
		refuse(call, "no such bus; there %s %u", control.n == 1 ? "is" : "are", control.n);
		return NULL;
	}
	return &control.buses[(unsigned int)v];
}

/* chip -1: every chip of the bus, *bus NULL: of every bus. */
static int arg_chip(struct call *call, struct emu_bus **bus, int *chip, bool all)
{
	const char *text = arg_text(call, "chip");
	unsigned int b, c;
	int used = -1;

	*bus = NULL;
	*chip = -1;
	if (!text) {
		if (cJSON_HasObjectItem(call->args, "chip"))
			return refuse(call, "\"chip\" is a text, \"bus.chip\"");
		if (cJSON_HasObjectItem(call->args, "bus") || !all) {
			*bus = arg_bus(call);
			*chip = all ? -1 : 0;
			return *bus ? 0 : -1;
		}
		return 0;
	}
	if (sscanf(text, "%3u.%3u%n", &b, &c, &used) != 2 || used < 0 || text[used] ||
	    b >= control.n || c >= control.buses[b].chips)
		return refuse(call, "no chip '%s'; chips are named bus.chip, the first is 0.0",
			      text);
	*bus = &control.buses[b];
	*chip = (int)c;
	return 0;
}

static struct ecc508a_emu_chip *arg_one_chip(struct call *call, struct emu_bus **bus)
{
	int chip;

	if (arg_chip(call, bus, &chip, false))
		return NULL;
	emu_bus_advance(*bus, 0);
	return ecc508a_emu_bus_chip((*bus)->core, (unsigned int)chip);
}

/* ---- commands ---- */

static const char *power_name(enum ecc508a_emu_power power)
{
	static const char *const names[] = { "off", "sleep", "idle", "waking", "awake", "busy" };

	return (unsigned int)power < 6 ? names[power] : "?";
}

static void add_chip(cJSON *list, struct emu_bus *bus, unsigned int i)
{
	struct ecc508a_emu_status st;
	char text[32];
	unsigned int j;
	cJSON *c = cJSON_CreateObject();

	ecc508a_emu_chip_status(ecc508a_emu_bus_chip(bus->core, i), &st);
	snprintf(text, sizeof(text), "%u.%u", bus->index, i);
	cJSON_AddStringToObject(c, "chip", text);
	cJSON_AddStringToObject(c, "part", ecc508a_emu_part_name(st.part));
	for (j = 0; j < 9; j++)
		snprintf(text + 2 * j, 3, "%02x", st.serial[j]);
	cJSON_AddStringToObject(c, "serial", text);
	cJSON_AddNumberToObject(c, "addr", st.addr);
	cJSON_AddStringToObject(c, "power", power_name(st.power));
	cJSON_AddBoolToObject(c, "config_locked", st.config_locked);
	cJSON_AddBoolToObject(c, "data_locked", st.data_locked);
	cJSON_AddNumberToObject(c, "slot_unlocked", st.slot_locked);
	cJSON_AddNumberToObject(c, "key_valid", st.key_valid);
	cJSON_AddBoolToObject(c, "tempkey_valid", st.tempkey.valid);
	cJSON_AddNumberToObject(c, "counter0", st.counter[0]);
	cJSON_AddNumberToObject(c, "counter1", st.counter[1]);
	cJSON_AddNumberToObject(c, "watchdog_left_us", (double)(st.watchdog_left / 1000));
	cJSON_AddNumberToObject(c, "busy_left_us", (double)(st.busy_left / 1000));
	cJSON_AddNumberToObject(c, "commands", (double)st.commands);
	cJSON_AddNumberToObject(c, "eeprom_writes", (double)st.eeprom_writes);
	cJSON_AddItemToArray(list, c);
}

static int cmd_status(struct call *call)
{
	cJSON *list = cJSON_AddArrayToObject(call->answer, "buses"), *b, *chips;
	unsigned int i, j;

	cJSON_AddNumberToObject(call->answer, "pid", getpid());
	cJSON_AddStringToObject(call->answer, "version", EMU_VERSION);
	for (i = 0; i < control.n; i++) {
		struct emu_bus *bus = &control.buses[i];

		emu_bus_advance(bus, 0);
		b = cJSON_CreateObject();
		cJSON_AddNumberToObject(b, "bus", i);
		if (bus->vbus)
			cJSON_AddNumberToObject(b, "i2c", bus->adapter_nr);
		cJSON_AddNumberToObject(b, "speed", bus->speed);
		cJSON_AddStringToObject(b, "time", emu_bus_is_virtual(bus) ? "virtual" : "real");
		cJSON_AddNumberToObject(b, "t_us", (double)(ecc508a_emu_bus_now(bus->core) / 1000));
		cJSON_AddNumberToObject(b, "transfers", (double)bus->transfers);
		cJSON_AddNumberToObject(b, "clients", bus->real_clients + bus->virtual_clients);
		cJSON_AddNumberToObject(b, "faults_struck",
					(double)ecc508a_emu_bus_fault_count(bus->core));
		chips = cJSON_AddArrayToObject(b, "chips");
		for (j = 0; j < bus->chips; j++)
			add_chip(chips, bus, j);
		cJSON_AddItemToArray(list, b);
	}
	return 0;
}

static void power(struct emu_bus *bus, int chip, bool on)
{
	unsigned int i;

	for (i = 0; i < control.n; i++)
		if (!bus || bus == &control.buses[i])
			emu_bus_power(&control.buses[i], chip, on);
}

static int cmd_power(struct call *call)
{
	const cJSON *on = cJSON_GetObjectItemCaseSensitive(call->args, "on");
	struct emu_bus *bus;
	int chip;

	if (!cJSON_IsBool(on))
		return refuse(call, "power wants \"on\": true or false");
	if (arg_chip(call, &bus, &chip, true))
		return -1;
	power(bus, chip, cJSON_IsTrue(on));
	return 0;
}

static int cmd_reset(struct call *call)
{
	struct emu_bus *bus;
	int chip;

	if (arg_chip(call, &bus, &chip, true))
		return -1;
	power(bus, chip, false);
	power(bus, chip, true);
	return 0;
}

static int cmd_faults(struct call *call)
{
	const char *script = arg_text(call, "script");
	struct emu_bus *bus = arg_bus(call);
	double seed, permille = 10;
	char err[256] = "";

	if (!bus)
		return -1;
	emu_bus_advance(bus, 0);
	if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(call->args, "clear")))
		ecc508a_emu_bus_faults_clear(bus->core);
	if (script && ecc508a_emu_bus_faults(bus->core, script, err, sizeof(err)))
		return refuse(call, "%s", err[0] ? err : "not a fault script");
	if (cJSON_HasObjectItem(call->args, "seed")) {
		if (!arg_number(call, "seed", 0, 9007199254740992.0, &seed))
			return refuse(call, "\"seed\" is a number");
		if (cJSON_HasObjectItem(call->args, "permille") &&
		    !arg_number(call, "permille", 0, 1000, &permille))
			return refuse(call, "\"permille\" is a number from 0 to 1000");
		ecc508a_emu_bus_fault_seed(bus->core, (uint64_t)seed, (unsigned int)permille);
	}
	cJSON_AddNumberToObject(call->answer, "struck",
				(double)ecc508a_emu_bus_fault_count(bus->core));
	emu_bus_kick(bus);
	return 0;
}

static int cmd_save(struct call *call)
{
	const char *file = arg_text(call, "file");
	struct ecc508a_emu_chip *chip;
	struct emu_bus *bus;
	int ret;

	if (!file)
		return refuse(call, "save wants \"file\"");
	chip = arg_one_chip(call, &bus);
	if (!chip)
		return -1;
	ret = ecc508a_emu_chip_save(chip, file);
	return ret ? refuse(call, "%s: %s", file, ecc508a_emu_chip_error(chip)) : 0;
}

static int cmd_load(struct call *call)
{
	const char *file = arg_text(call, "file");
	struct ecc508a_emu_chip *chip;
	struct emu_bus *bus;
	int ret;

	if (!file)
		return refuse(call, "load wants \"file\"");
	chip = arg_one_chip(call, &bus);
	if (!chip)
		return -1;
	ret = ecc508a_emu_chip_load(chip, file);
	emu_bus_kick(bus);
	return ret ? refuse(call, "%s: %s", file, ecc508a_emu_chip_error(chip)) : 0;
}

static int cmd_set(struct call *call)
{
	const char *text = arg_text(call, "value");
	struct ecc508a_emu_chip *chip;
	struct emu_bus *bus;

	if (!text)
		return refuse(call, "set wants \"value\": \"NAME=VALUE\"");
	chip = arg_one_chip(call, &bus);
	if (!chip)
		return -1;
	if (emu_chip_set_text(chip, text, call->error, sizeof(call->error)))
		return -1;
	emu_bus_kick(bus);
	return 0;
}

static int cmd_quirk(struct call *call)
{
	const char *text = arg_text(call, "value");
	struct ecc508a_emu_chip *chip;
	struct emu_bus *bus;

	if (!text)
		return refuse(call, "quirk wants \"value\": \"NAME=NUMBER\"");
	chip = arg_one_chip(call, &bus);
	return !chip || emu_chip_quirk_text(chip, text, call->error, sizeof(call->error)) ? -1 : 0;
}

static int cmd_speed(struct call *call)
{
	struct emu_bus *bus = arg_bus(call);
	double hz;

	if (!bus)
		return -1;
	if (!arg_number(call, "hz", EMU_SPEED_MIN, EMU_SPEED_MAX, &hz))
		return refuse(call, "speed wants \"hz\" from %u to %u", EMU_SPEED_MIN,
			      EMU_SPEED_MAX);
	bus->speed = (uint32_t)hz;
	if (bus->vbus && emu_vbus_set_speed(bus, bus->speed, bus->opt->speed_property))
		return refuse(call, "the kernel refuses the speed: %s", strerror(errno));
	return 0;
}

static int cmd_sda_low(struct call *call)
{
	struct emu_bus *bus = arg_bus(call);
	double us;

	if (!bus)
		return -1;
	if (!arg_number(call, "us", 0, 1e6, &us))
		return refuse(call, "sda-low wants \"us\" from 0 to 1000000");
	emu_bus_advance(bus, 0);
	ecc508a_emu_bus_sda_low(bus->core, (uint64_t)(us * 1000));
	emu_bus_kick(bus);
	return 0;
}

static int cmd_quit(struct call *call)
{
	loop_stop();
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct call *call);
} commands[] = {
	{ "status", cmd_status }, { "power", cmd_power },     { "reset", cmd_reset },
	{ "faults", cmd_faults }, { "save", cmd_save },	      { "load", cmd_load },
	{ "set", cmd_set },	  { "quirk", cmd_quirk },     { "speed", cmd_speed },
	{ "quit", cmd_quit },	  { "sda-low", cmd_sda_low },
};

/* ---- lines ---- */

static char *execute(const char *line)
{
	struct call call = { 0 };
	const char *name;
	unsigned int i;
	char *text;
	int ret = -1;
	cJSON *args;

	args = cJSON_Parse(line);
	call.args = args;
	call.answer = cJSON_CreateObject();
	name = cJSON_IsObject(args) ? arg_text(&call, "cmd") : NULL;
	if (!name) {
		refuse(&call, "want a JSON object with \"cmd\"");
	} else {
		for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
			if (!strcmp(commands[i].name, name))
				break;
		if (i < sizeof(commands) / sizeof(commands[0]))
			ret = commands[i].run(&call);
		else
			refuse(&call, "no command '%s'", name);
	}
	cJSON_AddBoolToObject(call.answer, "ok", ret == 0);
	if (ret)
		cJSON_AddStringToObject(call.answer, "error", call.error);
	text = cJSON_PrintUnformatted(call.answer);
	cJSON_Delete(call.answer);
	cJSON_Delete(args);
	return text;
}

static void client_drop(struct control_client *c)
{
	struct control_client **p;

	for (p = &control.clients; *p; p = &(*p)->next) {
		if (*p != c)
			continue;
		*p = c->next;
		break;
	}
	loop_remove(&c->src);
	close(c->src.fd);
	free(c->out);
	free(c);
}

static int client_queue(struct control_client *c, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	char *out;

	if (!text || c->out_len + len + 1 > OUT_LIMIT)
		return -ENOMEM;
	out = realloc(c->out, c->out_len + len + 1);
	if (!out)
		return -ENOMEM;
	memcpy(out + c->out_len, text, len);
	out[c->out_len + len] = '\n';
	c->out = out;
	c->out_len += len + 1;
	return 0;
}

static int client_flush(struct control_client *c)
{
	ssize_t n;

	while (c->out_pos < c->out_len) {
		n = send(c->src.fd, c->out + c->out_pos, c->out_len - c->out_pos,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? loop_watch(&c->src, EPOLLIN | EPOLLOUT) : -errno;
		c->out_pos += (size_t)n;
	}
	c->out_pos = c->out_len = 0;
	return loop_watch(&c->src, EPOLLIN);
}

static int client_lines(struct control_client *c)
{
	char *nl, *text;
	size_t len;
	int ret;

	while ((nl = memchr(c->in, '\n', c->in_len))) {
		len = (size_t)(nl - c->in) + 1;
		*nl = 0;
		if (memchr(c->in, 0, len - 1))
			return -EPROTO;
		text = execute(c->in);
		ret = client_queue(c, text);
		free(text);
		if (ret)
			return ret;
		c->in_len -= len;
		memmove(c->in, c->in + len, c->in_len);
	}
	return c->in_len < sizeof(c->in) ? 0 : -EMSGSIZE;
}

static void client_ready(struct loop_source *src, uint32_t events)
{
	struct control_client *c =
		(struct control_client *)(void *)((char *)src -
						  offsetof(struct control_client, src));
	ssize_t n;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		n = recv(src->fd, c->in + c->in_len, sizeof(c->in) - c->in_len, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			client_drop(c);
			return;
		}
		if (n > 0)
			c->in_len += (size_t)n;
		if (client_lines(c)) {
			client_drop(c);
			return;
		}
	}
	if (client_flush(c))
		client_drop(c);
}

int emu_control_adopt(int fd)
{
	struct control_client *c = calloc(1, sizeof(*c));

	if (!c) {
		close(fd);
		return -ENOMEM;
	}
	c->src = (struct loop_source){ .fd = fd, .events = EPOLLIN, .ready = client_ready };
	if (loop_add(&c->src)) {
		close(fd);
		free(c);
		return -ENOMEM;
	}
	c->next = control.clients;
	control.clients = c;
	return 0;
}

static void control_ready(struct loop_source *src, uint32_t events)
{
	int fd = accept4(src->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		emu_control_adopt(fd);
}

int emu_control_open(const char *path, struct emu_bus *buses, unsigned int n)
{
	int fd;

	fd = emu_unix_listen(path, 0600);
	if (fd < 0)
		return fd;
	control.path = path;
	control.buses = buses;
	control.n = n;
	control.src = (struct loop_source){ .fd = fd, .events = EPOLLIN, .ready = control_ready };
	return loop_add(&control.src);
}

void emu_control_close(void)
{
	if (control.src.fd < 0)
		return;
	while (control.clients)
		client_drop(control.clients);
	loop_remove(&control.src);
	close(control.src.fd);
	unlink(control.path);
	control.src.fd = -1;
}
