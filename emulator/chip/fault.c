// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Faults, from a script or from a seed.
 *
 * Every place where something can go wrong reports an opportunity; a fault that matches it strikes.
 * A script names the place with filters (op=, dir=, byte=, chip=) and the occasion with nth=,
 * every= and times=, or a point in time with at=. Seeded faults draw one number per opportunity, so
 * the same traffic meets the same faults.
 */
#include <stdio.h>
#include <stdlib.h>

#include "chip.h"

enum kind {
	FK_NAK_ADDR,
	FK_NAK_DATA,
	FK_FLIP,
	FK_TRUNCATE,
	FK_BUS_ERROR,
	FK_ARB_LOST,
	FK_SCL_LOW,
	FK_LOST,
	FK_BUSY,
	FK_WATCHDOG,
	FK_NO_WAKE,
	FK_SPURIOUS,
	FK_STATUS,
	FK_DRIFT,
	FK_BROWN_OUT,
	FK_SELFTEST,
	FK_HEALTH,
	FK_KINDS,
};

/* Where a kind can strike; TIMED: it may be given a time instead. */
#define AT(point) (1U << (point))
#define TIMED	  (1U << 31)
static const struct {
	const char *name;
	unsigned int where;
} kinds[FK_KINDS] = {
	[FK_NAK_ADDR] = { "nak-addr", AT(AT_START) },
	[FK_NAK_DATA] = { "nak-data", AT(AT_BYTE_WR) },
	[FK_FLIP] = { "flip", AT(AT_BYTE_WR) | AT(AT_BYTE_RD) },
	[FK_TRUNCATE] = { "truncate", AT(AT_BYTE_RD) },
	[FK_BUS_ERROR] = { "bus-error", AT(AT_START) },
	[FK_ARB_LOST] = { "arb-lost", AT(AT_START) },
	[FK_SCL_LOW] = { "scl-low", AT(AT_START) },
	[FK_LOST] = { "lost-response", AT(AT_RESULT) },
	[FK_BUSY] = { "stuck-busy", AT(AT_RESULT) | TIMED },
	[FK_WATCHDOG] = { "watchdog", AT(AT_RESULT) | TIMED },
	[FK_NO_WAKE] = { "no-wake", AT(AT_WAKE) },
	[FK_SPURIOUS] = { "spurious-wake", AT(AT_FOREIGN) | TIMED },
	[FK_STATUS] = { "status", AT(AT_CMD) },
	[FK_DRIFT] = { "drift", AT(AT_CMD) | TIMED },
	[FK_BROWN_OUT] = { "brown-out", AT(AT_RESULT) | TIMED },
	[FK_SELFTEST] = { "selftest", AT(AT_CMD) | TIMED },
	[FK_HEALTH] = { "health", AT(AT_CMD) | TIMED },
};

struct fault {
	struct fault *next;
	enum kind kind;
	int chip, op, dir, byte; /* -1: any; dir 0 write, 1 read */
	uint64_t nth, every, times; /* 1-based; every 0: all from nth on; times 0: no limit */
	uint64_t seen, struck;
	uint64_t at; /* NEVER: by occasion */
	uint64_t value; /* value=, bit=, permille= */
	uint64_t duration; /* for= */
};

/* Something a fault started that goes on by itself: power that comes back. */
struct pending {
	struct pending *next;
	struct ecc508a_emu_chip *c;
	uint64_t at;
	bool power;
};

struct emu_faults {
	struct fault *list;
	struct pending *pending;
	uint64_t seed;
	unsigned int permille;
	uint64_t count;
};

static struct emu_faults *get(struct ecc508a_emu_bus *bus)
{
	if (!bus->faults)
		bus->faults = calloc(1, sizeof(*bus->faults));
	return bus->faults;
}

static void schedule(struct ecc508a_emu_chip *c, uint64_t at, bool power)
{
	struct pending *p = calloc(1, sizeof(*p)), **q;

	if (!p)
		return;
	p->c = c;
	p->at = at;
	p->power = power;
	for (q = &c->bus->faults->pending; *q && (*q)->at <= at; q = &(*q)->next)
		;
	p->next = *q;
	*q = p;
	emu_bus_touch(c->bus);
}

/* ------------------------------------------------------------------ what they do */

#define BROWN_OUT_NS (10 * NSEC_PER_MSEC)

/* At a point in time, to one chip. */
static void happen(const struct fault *f, struct ecc508a_emu_chip *c, uint64_t t)
{
	switch (f->kind) {
	case FK_BUSY:
		if (c->power == ECC508A_EMU_AWAKE || c->power == ECC508A_EMU_BUSY) {
			c->power = ECC508A_EMU_BUSY;
			c->t_start = t;
			c->t_done = f->duration ? t + f->duration : NEVER;
		}
		break;
	case FK_WATCHDOG:
		if (c->t_watchdog != NEVER)
			c->t_watchdog = t;
		break;
	case FK_SPURIOUS:
		if (c->power == ECC508A_EMU_SLEEP || c->power == ECC508A_EMU_IDLE)
			emu_power_wake(c, t);
		break;
	case FK_DRIFT:
		c->param[ECC508A_EMU_P_CLOCK_DRIFT] = f->value;
		break;
	case FK_BROWN_OUT:
		emu_power_off(c, t);
		schedule(c, t + (f->duration ? f->duration : BROWN_OUT_NS), true);
		break;
	case FK_SELFTEST:
		c->broken = (uint8_t)f->value;
		break;
	case FK_HEALTH:
		c->health = has(c, F_SELF_TEST);
		break;
	default:
		break;
	}
	emu_bus_touch(c->bus);
}

/* While a command executes: half of its time has gone when it strikes. */
static uint64_t halfway(const struct ecc508a_emu_chip *c)
{
	return c->t_start + (c->t_done == NEVER ? 0 : (c->t_done - c->t_start) / 2);
}

static enum emu_strike strike(struct ecc508a_emu_bus *bus, const struct fault *f,
			      struct emu_opportunity *o)
{
	switch (f->kind) {
	case FK_NAK_ADDR:
	case FK_NAK_DATA:
		return STRIKE_NAK;
	case FK_FLIP:
		*o->value ^= (uint8_t)(1 << (f->value & 7));
		return STRIKE_NONE;
	case FK_TRUNCATE:
		return STRIKE_TRUNCATE;
	case FK_BUS_ERROR:
		return STRIKE_BUS_ERROR;
	case FK_ARB_LOST:
		return STRIKE_ARB_LOST;
	case FK_SCL_LOW:
		return STRIKE_SCL_LOW;
	case FK_LOST:
		return STRIKE_LOST;
	case FK_BUSY:
		o->busy_ns = f->duration;
		return STRIKE_BUSY;
	case FK_WATCHDOG:
		o->c->t_watchdog = halfway(o->c);
		return STRIKE_NONE;
	case FK_NO_WAKE:
		return STRIKE_NO_WAKE;
	case FK_STATUS:
		*o->value = (uint8_t)f->value;
		return STRIKE_STATUS;
	case FK_BROWN_OUT:
		schedule(o->c, halfway(o->c), false);
		schedule(o->c, halfway(o->c) + (f->duration ? f->duration : BROWN_OUT_NS), true);
		return STRIKE_NONE;
	default:
		happen(f, o->c, bus->t);
		return STRIKE_NONE;
	}
}

static bool matches(struct fault *f, const struct emu_opportunity *o)
{
	if (f->at != NEVER || !(kinds[f->kind].where & AT(o->at)) ||
	    (f->times && f->struck >= f->times))
		return false;
	if ((f->op >= 0 && f->op != o->opcode) || (f->dir >= 0 && f->dir != o->read))
		return false;
	if (f->chip >= 0 && f->chip != emu_chip_index(o->c))
		return false;
	if (o->at == AT_BYTE_WR || o->at == AT_BYTE_RD) {
		unsigned int byte = f->byte < 0 ? 0 : (unsigned int)f->byte;

		if (byte != o->byte)
			return false;
	}
	if (o->at == AT_FOREIGN && o->c->power != ECC508A_EMU_SLEEP &&
	    o->c->power != ECC508A_EMU_IDLE)
		return false;
	f->seen++;
	if (f->seen < f->nth || (f->every && (f->seen - f->nth) % f->every))
		return false;
	f->struck++;
	return true;
}

static void tell(struct ecc508a_emu_bus *bus, struct ecc508a_emu_chip *c, enum kind kind)
{
	bus->faults->count++;
	emu_trace(c, ECC508A_EMU_EV_FAULT, bus->t, 0, kinds[kind].name);
}

/* ------------------------------------------------------------------ random ones */

/* splitmix64 */
static uint64_t draw(struct emu_faults *fs)
{
	uint64_t z = fs->seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static enum emu_strike random_fault(struct ecc508a_emu_bus *bus, struct emu_opportunity *o)
{
	static const uint8_t status[] = { ST_ECC, ST_WATCHDOG, ST_IO, ST_SELFTEST, ST_HEALTH };
	struct fault f = { .times = 1 };
	uint64_t r = draw(bus->faults);
	/* a message has many bytes: let a byte be hit less often than an address */
	unsigned int odds = o->at == AT_BYTE_RD || o->at == AT_BYTE_WR ? 16000 : 1000;

	if (o->at == AT_FOREIGN || r % odds >= bus->faults->permille)
		return STRIKE_NONE;
	r = draw(bus->faults);
	f.value = r >> 8 & 7;
	switch (o->at) {
	case AT_START:
		f.kind = r % 8 ? FK_NAK_ADDR : FK_BUS_ERROR;
		break;
	case AT_BYTE_WR:
		f.kind = r % 4 ? FK_FLIP : FK_NAK_DATA;
		break;
	case AT_BYTE_RD:
		f.kind = r % 4 ? FK_FLIP : FK_TRUNCATE;
		break;
	case AT_CMD:
		f.kind = FK_STATUS;
		f.value = status[r % (has(o->c, F_SELF_TEST) ? 5 : 3)];
		break;
	case AT_RESULT:
		f.kind = r % 4 == 0   ? FK_WATCHDOG
			 : r % 4 == 1 ? FK_BROWN_OUT
			 : r % 4 == 2 ? FK_BUSY
				      : FK_LOST;
		f.duration = 200 * NSEC_PER_MSEC;
		break;
	default:
		f.kind = FK_NO_WAKE;
		break;
	}
	tell(bus, o->c, f.kind);
	return strike(bus, &f, o);
}

/* ------------------------------------------------------------------ entry points */

enum emu_strike emu_fault(struct ecc508a_emu_bus *bus, struct emu_opportunity *o)
{
	enum emu_strike s;

	for (struct fault *f = bus->faults->list; f; f = f->next) {
		if (!matches(f, o))
			continue;
		tell(bus, o->c, f->kind);
		s = strike(bus, f, o);
		if (s != STRIKE_NONE)
			return s;
	}
	return bus->faults->permille ? random_fault(bus, o) : STRIKE_NONE;
}

uint64_t emu_fault_deadline(const struct ecc508a_emu_bus *bus)
{
	uint64_t t = NEVER;

	if (!bus->faults)
		return NEVER;
	for (const struct fault *f = bus->faults->list; f; f = f->next)
		if (!f->struck && f->at < t)
			t = f->at;
	if (bus->faults->pending && bus->faults->pending->at < t)
		t = bus->faults->pending->at;
	return t;
}

void emu_fault_time(struct ecc508a_emu_bus *bus)
{
	uint64_t t = emu_fault_deadline(bus);
	struct pending *p = bus->faults->pending;

	if (p && p->at <= t) {
		bus->faults->pending = p->next;
		if (p->power)
			emu_power_on(p->c, p->at);
		else
			emu_power_off(p->c, p->at);
		free(p);
		return;
	}
	for (struct fault *f = bus->faults->list; f; f = f->next) {
		int i = 0;

		if (f->struck || f->at != t)
			continue;
		f->struck++;
		for (struct ecc508a_emu_chip *c = bus->chips; c; c = c->next, i++) {
			if (f->chip >= 0 && f->chip != i)
				continue;
			tell(bus, c, f->kind);
			happen(f, c, t);
		}
		return;
	}
}

/* A chip that goes away takes what was planned for it along. */
void emu_faults_forget(struct ecc508a_emu_chip *c)
{
	struct pending **q;

	if (!c->bus->faults)
		return;
	for (q = &c->bus->faults->pending; *q;) {
		struct pending *p = *q;

		if (p->c != c) {
			q = &p->next;
			continue;
		}
		*q = p->next;
		free(p);
	}
}

static void free_list(struct fault *f)
{
	while (f) {
		struct fault *next = f->next;

		free(f);
		f = next;
	}
}

void emu_faults_free(struct ecc508a_emu_bus *bus)
{
	if (!bus->faults)
		return;
	free_list(bus->faults->list);
	while (bus->faults->pending) {
		struct pending *p = bus->faults->pending;

		bus->faults->pending = p->next;
		free(p);
	}
	free(bus->faults);
	bus->faults = NULL;
}

void ecc508a_emu_bus_faults_clear(struct ecc508a_emu_bus *bus)
{
	uint64_t now = ecc508a_emu_bus_now(bus);

	if (!bus->faults)
		return;
	free_list(bus->faults->list);
	bus->faults->list = NULL;
	bus->faults->permille = 0;
	/* power that is away comes back when it was to */
	for (struct ecc508a_emu_chip *c = bus->chips; c; c = c->next) {
		if (c->power == ECC508A_EMU_BUSY && c->t_done == NEVER)
			c->t_done = now;
		c->health = false;
		c->broken = 0;
		c->param[ECC508A_EMU_P_CLOCK_DRIFT] = 1000;
	}
	emu_bus_touch(bus);
	emu_bus_sync(bus);
}

void ecc508a_emu_bus_fault_seed(struct ecc508a_emu_bus *bus, uint64_t seed, unsigned int permille)
{
	struct emu_faults *fs = get(bus);

	if (!fs)
		return;
	fs->seed = seed;
	fs->permille = permille > 1000 ? 1000 : permille;
}

uint64_t ecc508a_emu_bus_fault_count(const struct ecc508a_emu_bus *bus)
{
	return bus->faults ? bus->faults->count : 0;
}

/* ------------------------------------------------------------------ scripts */

static bool number(const char *s, uint64_t max, uint64_t *out)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*out = strtoull(s, &end, 0);
	return !errno && !*end && *out <= max;
}

/* 200us, 15ms, 3s; a bare number is milliseconds */
static bool duration(const char *s, uint64_t *out)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = { { "", NSEC_PER_MSEC },
		      { "ns", 1 },
		      { "us", NSEC_PER_USEC },
		      { "ms", NSEC_PER_MSEC },
		      { "s", NSEC_PER_SEC } };
	char *end;
	uint64_t n;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	n = strtoull(s, &end, 10);
	for (unsigned int i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) != 0)
			continue;
		if (errno || n > (1ULL << 62) / units[i].ns)
			return false;
		*out = n * units[i].ns;
		return true;
	}
	return false;
}

static bool set(struct fault *f, const char *key, const char *value)
{
	const struct emu_op *op;
	uint64_t n;

	if (strcmp(key, "at") == 0)
		return kinds[f->kind].where & TIMED && duration(value, &f->at);
	if (strcmp(key, "for") == 0)
		return duration(value, &f->duration);
	if (strcmp(key, "dir") == 0) {
		f->dir = strcmp(value, "read") == 0;
		return f->dir || strcmp(value, "write") == 0 || strcmp(value, "any") == 0
			       ? (f->dir = strcmp(value, "any") == 0 ? -1 : f->dir, true)
			       : false;
	}
	if (strcmp(key, "op") == 0) {
		op = emu_op_by_name(value);
		if (!op && !number(value, 255, &n))
			return false;
		f->op = op ? op->opcode : (int)n;
		return true;
	}
	if (strcmp(key, "chip") == 0 && number(value, 126, &n))
		return f->chip = (int)n, true;
	if (strcmp(key, "byte") == 0 && number(value, 65535, &n))
		return f->byte = (int)n, true;
	if (strcmp(key, "nth") == 0)
		return number(value, UINT64_MAX, &f->nth) && f->nth;
	if (strcmp(key, "every") == 0)
		return number(value, UINT64_MAX, &f->every) && f->every;
	if (strcmp(key, "times") == 0)
		return number(value, UINT64_MAX, &f->times);
	if (strcmp(key, "bit") == 0)
		return f->kind == FK_FLIP && number(value, 7, &f->value);
	if (strcmp(key, "permille") == 0)
		return f->kind == FK_DRIFT && number(value, 10000, &f->value) && f->value >= 100;
	if (strcmp(key, "value") == 0)
		return (f->kind == FK_STATUS || f->kind == FK_SELFTEST) &&
		       number(value, 255, &f->value);
	return false;
}

static void explain(char *err, size_t len, unsigned int line, const char *what, const char *word)
{
	if (err && len)
		snprintf(err, len, "line %u: %s '%s'", line, what, word);
}

/* One line, already cut off; NULL with *what set on error, NULL alone for an empty line. */
static struct fault *parse_line(char *line, const char **what, const char **word)
{
	char *save = NULL, *tok = strtok_r(line, " \t\r", &save), *eq;
	struct fault *f;

	if (!tok || *tok == '#')
		return NULL;
	*word = tok;
	f = calloc(1, sizeof(*f));
	if (!f) {
		*what = "no memory for";
		return NULL;
	}
	f->chip = f->op = f->dir = f->byte = -1;
	f->nth = f->times = 1;
	f->at = NEVER;
	for (f->kind = 0; f->kind < FK_KINDS && strcmp(tok, kinds[f->kind].name) != 0; f->kind++)
		;
	if (f->kind == FK_KINDS) {
		*what = "no such fault:";
		goto fail;
	}
	if (f->kind == FK_STATUS)
		f->value = ST_IO;
	if (f->kind == FK_DRIFT)
		f->value = 1000;
	while ((tok = strtok_r(NULL, " \t\r", &save)) && *tok != '#') {
		*word = tok;
		eq = strchr(tok, '=');
		if (!eq) {
			*what = "expected key=value, not";
			goto fail;
		}
		*eq = '\0';
		if (!set(f, tok, eq + 1)) {
			*eq = '=';
			*what = "not a key of this fault, or a bad value:";
			goto fail;
		}
	}
	return f;
fail:
	free(f);
	return NULL;
}

int ecc508a_emu_bus_faults(struct ecc508a_emu_bus *bus, const char *script, char *err,
			   size_t err_len)
{
	struct emu_faults *fs = get(bus);
	struct fault *first = NULL, **tail = &first;
	char *copy = strdup(script), *p = copy;
	int ret = fs && copy ? 0 : -ENOMEM;

	for (unsigned int line = 1; ret == 0 && p; line++) {
		const char *what = NULL, *word = "";
		char *nl = strchr(p, '\n');

		if (nl)
			*nl = '\0';
		*tail = parse_line(p, &what, &word);
		if (*tail)
			tail = &(*tail)->next;
		if (what) {
			explain(err, err_len, line, what, word);
			ret = -EINVAL;
		}
		p = nl ? nl + 1 : NULL;
	}
	free(copy);
	if (ret < 0) {
		free_list(first);
		return ret;
	}
	for (tail = &fs->list; *tail; tail = &(*tail)->next)
		;
	*tail = first;
	emu_bus_touch(bus);
	return 0;
}
