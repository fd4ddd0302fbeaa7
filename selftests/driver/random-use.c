// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * A user who does not know what he is doing: valid, doubtful and absurd requests in any order,
 * two threads with the same files.  He judges what can be judged without knowing what the
 * others do: only documented errors, nothing written where nothing belongs, no capability
 * where there is none.
 */
#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dev.h"

#define PAGE   4096
#define CANARY 0xa5

uint64_t prng_next(struct prng *p)
{
	uint64_t z = p->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

unsigned int prng_below(struct prng *p, unsigned int n)
{
	return (unsigned int)(prng_next(p) % n);
}

bool prng_percent(struct prng *p, unsigned int n)
{
	return prng_below(p, 100) < n;
}

static void prng_fill(struct prng *p, void *buf, size_t len)
{
	uint8_t *b = buf;

	while (len--)
		*b++ = (uint8_t)prng_next(p);
}

/* What an ioctl() may say: the header of the uapi, and ENOTTY for what it does not know */
static const int known_errors[] = {
	0,	  EINVAL,  EFAULT, EBADF,   EPERM,  ENODEV,  EAGAIN,   EINTR,	     ETIMEDOUT,
	EIO,	  EUCLEAN, EACCES, EBADMSG, ENOTTY, ENODATA, ENOKEY,   EKEYREJECTED, EREMOTEIO,
	EALREADY, ERANGE,  EBUSY,  ETIME,   ESTALE, ENOMEM,  ENOTCONN, EMSGSIZE,     EOPNOTSUPP,
};

static void complain(struct random_user *u, const char *what, unsigned long cmd, int err)
{
	if (__atomic_add_fetch(&u->shared->complaints, 1, __ATOMIC_RELAXED) > 20)
		return;
	printf("# process %u: request 0x%lx, %s: %s\n", u->process, cmd,
	       err >= 0 ? strerror(err) : "", what);
	fflush(stdout);
}

static int say(struct random_user *u, int fd, unsigned long cmd, void *arg)
{
	struct random_shared *s = u->shared;
	unsigned int i;
	int err;

	s->now[u->process][u->thread].cmd = (uint32_t)cmd;
	__atomic_store_n(&s->now[u->process][u->thread].began_ms, now_ms(), __ATOMIC_RELAXED);
	err = dev_ioctl(fd, cmd, arg);
	__atomic_store_n(&s->now[u->process][u->thread].began_ms, 0, __ATOMIC_RELAXED);
	/* who asks nobody has asked nothing */
	if (err != ENODEV)
		__atomic_add_fetch(&s->issued, 1, __ATOMIC_RELAXED);
	if (err < 256)
		__atomic_add_fetch(&s->done[err], 1, __ATOMIC_RELAXED);
	for (i = 0; i < sizeof(known_errors) / sizeof(known_errors[0]); i++)
		if (known_errors[i] == err)
			return err;
	/* a file that another thread has just closed is no file of this driver */
	complain(u, "an error that the uapi does not know", cmd, err);
	return err;
}

struct request {
	unsigned long cmd;
	unsigned int size;
	unsigned int slot, flags, len, buf; /* offsets; slot, flags 16 bits; 0: there is none */
	unsigned int data, data_len; /* what any bytes will do for */
	unsigned int point; /* a public key */
	uint16_t flags_known, len_max;
	bool len32, flags32, admin;
};

#define OFF(type, member) offsetof(struct ecc508a_##type, member)
#define HEAD(nr, type)	  .cmd = ECC508A_IOC_##nr, .size = sizeof(struct ecc508a_##type)
#define SLOT(type)	  .slot = OFF(type, slot), .flags = OFF(type, flags)
#define DATA(type, m)	  .data = OFF(type, m), .data_len = sizeof(((struct ecc508a_##type *)0)->m)

static const struct request requests[] = {
	{ HEAD(INFO, info), .flags = OFF(info, request), .flags_known = 1, .flags32 = true },
	{ HEAD(RANDOM, random), .flags = OFF(random, flags), .flags_known = 1, .flags32 = true,
	  .len = OFF(random, len), .len32 = true, .len_max = 300, .buf = OFF(random, buf) },
	{ HEAD(PUBKEY, pubkey), SLOT(pubkey), .flags_known = 1 },
	{ HEAD(GENKEY, pubkey), SLOT(pubkey), .admin = true },
	{ HEAD(SIGN, sign), SLOT(sign), DATA(sign, digest) },
	{ HEAD(VERIFY, verify), SLOT(verify), .flags_known = 1, DATA(verify, sig),
	  .point = OFF(verify, pubkey) },
	{ HEAD(ECDH, ecdh), SLOT(ecdh), .flags_known = 3, .point = OFF(ecdh, pubkey) },
	{ HEAD(READ, rw), SLOT(rw), .flags_known = 1, .len = OFF(rw, len), .len_max = 416,
	  .buf = OFF(rw, buf) },
	{ HEAD(WRITE, rw), SLOT(rw), .flags_known = 1, .len = OFF(rw, len), .len_max = 416,
	  .buf = OFF(rw, buf) },
	{ HEAD(LOCK, lock), SLOT(lock), .admin = true },
	{ HEAD(COUNTER, counter), .flags = OFF(counter, flags), .flags_known = 1 },
	{ HEAD(MAC, mac), SLOT(mac), .flags_known = 3, DATA(mac, challenge) },
	{ HEAD(HMAC, mac), SLOT(mac), .flags_known = 3, DATA(mac, challenge) },
	{ HEAD(CHECKMAC, checkmac), SLOT(checkmac), .flags_known = 1, DATA(checkmac, response) },
	{ HEAD(SHA, sha), SLOT(sha), .flags_known = 1, .len = OFF(sha, len), .len32 = true,
	  .len_max = 500, .buf = OFF(sha, buf) },
	{ HEAD(PRIVWRITE, privwrite), SLOT(privwrite), .flags_known = 1,
	  DATA(privwrite, private_key), .admin = true },
	{ HEAD(ATTEST, attest), SLOT(attest), .flags_known = 1, DATA(attest, num_in) },
	{ HEAD(DERIVEKEY, derivekey), SLOT(derivekey), .flags_known = 3, DATA(derivekey, input),
	  .admin = true },
	{ HEAD(UPDATEEXTRA, updateextra), SLOT(updateextra), .admin = true },
	{ HEAD(AES, aes), SLOT(aes), .flags_known = 1, .len = OFF(aes, len), .len_max = 256,
	  .buf = OFF(aes, buf) },
	{ HEAD(KDF, kdf), .slot = OFF(kdf, source), .flags = OFF(kdf, flags), .flags_known = 1,
	  .len = OFF(kdf, len), .len_max = 128, .buf = OFF(kdf, buf), DATA(kdf, tempkey) },
	{ HEAD(SECUREBOOT, secureboot), .flags = OFF(secureboot, flags), DATA(secureboot, digest) },
	{ HEAD(SELFTEST, selftest), .flags = OFF(selftest, tests), .flags_known = 0x3d,
	  .flags32 = true },
};

#define REQUESTS (sizeof(requests) / sizeof(requests[0]))

/* The base point of P-256 (FIPS 186-4, D.1.2.3): a public key like any other */
static const uint8_t base_point[64] = {
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63,
	0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1,
	0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f,
	0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57,
	0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

static const uint32_t edges[] = { 0,	1,	3,	4,	15,	16,	    17,
				  31,	32,	33,	36,	64,	72,	    127,
				  128,	148,	149,	256,	416,	417,	    4096,
				  4097, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x7fffffff, 0xffffffff };

static uint32_t edge(struct prng *p)
{
	return edges[prng_below(p, sizeof(edges) / sizeof(edges[0]))];
}

/* Private keys of the presets, places for data, or any */
static uint16_t any_slot(struct prng *p)
{
	static const uint8_t good[] = { 0, 0, 2, 3, 7, 1, 4, 8, 9, 11 };

	if (prng_percent(p, 70))
		return good[prng_below(p, sizeof(good))];
	if (prng_percent(p, 80))
		return (uint16_t)prng_below(p, 16);
	return (uint16_t)edge(p);
}

/*
 * A user pointer to @len bytes: mostly good, with a canary behind them if there is room; some
 * are nowhere, not writable, or run into a page that is not there.
 */
static uint64_t any_pointer(struct random_user *u, uint32_t len)
{
	struct prng *p = &u->prng;

	if (prng_percent(p, 85)) {
		if (len > PAGE / 2)
			return (uintptr_t)u->area;
		memset(u->area + PAGE / 2 + len % (PAGE / 2 - 16), CANARY, 16);
		return (uintptr_t)u->area + PAGE / 2;
	}
	switch (prng_below(p, 6)) {
	case 0:
		return 0;
	case 1:
		return (uintptr_t)u->area + PAGE;
	case 2:
		return (uintptr_t)u->area + PAGE - prng_below(p, 32);
	case 3:
		return (uintptr_t)u->readonly;
	case 4:
		return 0xffffffff81000000u + prng_next(p) % PAGE;
	default:
		return prng_next(p);
	}
}

static uint16_t crc16(const uint8_t *data, unsigned int len)
{
	unsigned int i, bit;
	uint16_t crc = 0;

	for (i = 0; i < len; i++) {
		for (bit = 1; bit < 256; bit <<= 1) {
			unsigned int top = crc >> 15;

			crc = (uint16_t)(crc << 1);
			if (top != !!(data[i] & bit))
				crc ^= 0x8005;
		}
	}
	return crc;
}

/* What the table cannot say */
static void special(struct random_user *u, const struct request *r, void *arg)
{
	struct prng *p = &u->prng;

	switch (r->cmd) {
	case ECC508A_IOC_READ:
	case ECC508A_IOC_WRITE: {
		struct ecc508a_rw *rw = arg;

		rw->zone = (uint16_t)prng_below(p, prng_percent(p, 90) ? 3 : 5);
		if (rw->zone != ECC508A_ZONE_DATA && prng_percent(p, 90))
			rw->slot = 0;
		rw->offset = (uint16_t)(prng_percent(p, 50) ? 0 : edge(p));
		if (rw->flags & ECC508A_RW_ENCRYPTED) {
			rw->key_slot = 4;
			prng_fill(p, rw->key, sizeof(rw->key));
		}
		break;
	}
	case ECC508A_IOC_LOCK: {
		struct ecc508a_lock *l = arg;

		l->what = (uint16_t)prng_below(p, prng_percent(p, 95) ? 3 : 6);
		if (l->what == ECC508A_LOCK_CONFIG)
			l->crc = crc16(u->config, sizeof(u->config));
		else if (l->what == ECC508A_LOCK_DATA)
			l->crc = (uint16_t)prng_next(p);
		if (l->what != ECC508A_LOCK_SLOT)
			l->slot = 0;
		break;
	}
	case ECC508A_IOC_COUNTER:
		((struct ecc508a_counter *)arg)->id = (uint16_t)prng_below(p, 2);
		break;
	case ECC508A_IOC_MAC:
	case ECC508A_IOC_HMAC: {
		struct ecc508a_mac *m = arg;

		if (m->flags & ECC508A_MAC_RANDOM)
			memset(m->challenge + 20, 0, 12);
		break;
	}
	case ECC508A_IOC_ATTEST: {
		struct ecc508a_attest *a = arg;

		a->key_slot = prng_percent(p, 70) ? 7 : any_slot(p);
		a->what = (uint16_t)prng_below(p, prng_percent(p, 95) ? 3 : 6);
		break;
	}
	case ECC508A_IOC_DERIVEKEY: {
		struct ecc508a_derivekey *d = arg;

		if (d->flags & ECC508A_DERIVEKEY_RANDOM)
			memset(d->input + 20, 0, 12);
		d->slot = prng_percent(p, 50) ? 5 : d->slot;
		break;
	}
	case ECC508A_IOC_UPDATEEXTRA: {
		struct ecc508a_updateextra *e = arg;

		/* Byte 85 of a 608 is its address: it is found no more */
		e->what = (uint16_t)(prng_percent(p, 10) ? prng_below(p, 4) : 2 * prng_below(p, 2));
		if (e->what != ECC508A_EXTRA_USE) {
			e->value = (uint16_t)prng_below(p, 258);
			e->slot = 0;
		}
		break;
	}
	case ECC508A_IOC_AES:
		((struct ecc508a_aes *)arg)->slot = prng_percent(p, 20) ? ECC508A_SLOT_TEMPKEY : 9;
		((struct ecc508a_aes *)arg)->len &= prng_percent(p, 80) ? 0xfff0 : 0xffff;
		break;
	case ECC508A_IOC_KDF: {
		struct ecc508a_kdf *k = arg;

		k->mode = (uint16_t)prng_below(p, 0x80);
		k->target = any_slot(p);
		k->details = (uint32_t)prng_next(p);
		if (!(k->flags & ECC508A_KDF_LOAD))
			memset(k->tempkey, 0, sizeof(k->tempkey));
		break;
	}
	case ECC508A_IOC_SECUREBOOT:
		((struct ecc508a_secureboot *)arg)->mode = (uint16_t)(5 + prng_below(p, 3));
		break;
	}
}

/* One or two things that are not as they should be */
static void spoil(struct prng *p, uint8_t *arg, unsigned int size)
{
	uint32_t value;

	switch (prng_below(p, 4)) {
	case 0:
		prng_fill(p, arg, size);
		break;
	case 1:
		arg[prng_below(p, size)] ^= (uint8_t)(1 << prng_below(p, 8));
		break;
	case 2:
		value = edge(p);
		memcpy(arg + 2 * prng_below(p, size / 2 - 1), &value, 2);
		break;
	default:
		memset(arg, prng_percent(p, 50) ? 0 : 0xff, size);
		break;
	}
}

static int any_file(struct random_user *u)
{
	switch (prng_below(&u->prng, 10)) {
	case 0:
		return u->files->ro;
	case 1:
	case 2:
		return u->files->nonblock;
	default:
		return u->files->rw;
	}
}

static void do_request(struct random_user *u)
{
	struct prng *p = &u->prng;
	const struct request *r = &requests[prng_below(p, REQUESTS)];
	uint8_t box[512 + 16];
	uint32_t len = 0, flags = 0;
	uint64_t pointer = 0;
	uint16_t slot;
	int err, i, fd = any_file(u);
	void *arg = box;
	bool spoilt;

	memset(box, 0, r->size);
	memset(box + r->size, CANARY, 16);
	if (r->slot) {
		slot = any_slot(p);
		memcpy(box + r->slot, &slot, 2);
	}
	if (r->flags) {
		if (r->flags_known && prng_percent(p, 40))
			flags = (uint32_t)prng_next(p) & r->flags_known;
		if (prng_percent(p, 3))
			flags = (uint32_t)prng_next(p);
		memcpy(box + r->flags, &flags, r->flags32 ? 4 : 2);
	}
	if (r->len) {
		len = prng_percent(p, 80) ? 1 + prng_below(p, r->len_max) : edge(p);
		if (!r->len32)
			len &= 0xffff;
		memcpy(box + r->len, &len, r->len32 ? 4 : 2);
	}
	if (r->buf) {
		pointer = any_pointer(u, len);
		memcpy(box + r->buf, &pointer, 8);
	}
	if (r->data)
		prng_fill(p, box + r->data, r->data_len);
	if (r->point)
		memcpy(box + r->point, base_point, 64);
	special(u, r, box);
	spoilt = prng_percent(p, 20);
	if (spoilt)
		spoil(p, box, r->size);
	if (prng_percent(p, 3)) {
		arg = (void *)(uintptr_t)any_pointer(u, r->size);
		spoilt = true;
	}
	err = say(u, fd, r->cmd, arg);
	for (i = 0; i < 16; i++)
		if (box[r->size + (unsigned int)i] != CANARY)
			complain(u, "wrote behind its argument", r->cmd, err);
	if (r->admin && !u->admin && !err)
		complain(u, "done without CAP_SYS_ADMIN", r->cmd, err);
	if (err == EPERM && u->admin)
		complain(u, "refused to the administrator", r->cmd, err);
	/* the length as it went in; other threads have areas of their own */
	if (!spoilt && pointer == (uintptr_t)u->area + PAGE / 2 && len < PAGE / 2 - 16)
		for (i = 0; i < 16; i++)
			if (u->area[PAGE / 2 + len + (unsigned int)i] != CANARY) {
				complain(u, "wrote behind its buffer", r->cmd, err);
				break;
			}
	if (!err && r->cmd == ECC508A_IOC_INFO && arg == box)
		memcpy(u->config, ((struct ecc508a_info *)arg)->config, sizeof(u->config));
	if (err == ETIME && prng_percent(p, 60))
		say(u, fd, ECC508A_IOC_SESSION_END, NULL);
}

static void do_unknown(struct random_user *u)
{
	struct prng *p = &u->prng;
	unsigned long cmd = (uint32_t)prng_next(p);

	switch (prng_below(p, 4)) {
	case 0:
		break;
	case 1:
		cmd = _IOC(cmd & 3, ECC508A_IOC_MAGIC, cmd >> 8 & 0xff, cmd >> 16 & 0xff);
		break;
	case 2:
		cmd = requests[prng_below(p, REQUESTS)].cmd ^ 1UL << prng_below(p, 32);
		break;
	default:
		cmd = requests[prng_below(p, REQUESTS)].cmd + (prng_below(p, 64) << 16);
		break;
	}
	prng_fill(p, u->area, 512);
	say(u, any_file(u), cmd, u->area);
}

/* Raw packets: what each command looks like, or something else */
static const struct {
	uint8_t opcode, p1;
	uint16_t p2, len;
} packets[] = {
	{ 0x30, 0x00, 0, 0 }, /* Info: revision, state */
	{ 0x30, 0x02, 0, 0 },	   { 0x16, 0x03, 0, 32 }, /* Nonce */
	{ 0x16, 0x00, 0, 20 },	   { 0x41, 0x80, 0, 0 }, /* Sign */
	{ 0x41, 0x00, 7, 0 },	   { 0x40, 0x00, 0, 0 }, /* GenKey: public key, create */
	{ 0x40, 0x04, 3, 0 },	   { 0x1b, 0x00, 0, 0 }, /* Random */
	{ 0x02, 0x80, 0, 0 }, /* Read */
	{ 0x02, 0x82, 8 << 3, 0 }, { 0x12, 0x82, 8 << 3, 32 }, /* Write */
	{ 0x12, 0x80, 0, 32 },	   { 0x15, 0x02, 4, 0 }, /* GenDig */
	{ 0x08, 0x01, 1, 0 }, /* MAC */
	{ 0x08, 0x00, 1, 32 },	   { 0x11, 0x04, 1, 0 }, /* HMAC */
	{ 0x28, 0x00, 1, 77 }, /* CheckMac */
	{ 0x47, 0x00, 0, 0 }, /* SHA: start, update, end */
	{ 0x47, 0x01, 64, 64 },	   { 0x47, 0x02, 3, 3 },
	{ 0x43, 0x00, 2, 64 }, /* ECDH */
	{ 0x45, 0x02, 4, 128 }, /* Verify */
	{ 0x24, 0x00, 0, 0 }, /* Counter */
	{ 0x24, 0x01, 1, 0 },	   { 0x17, 0x80, 0, 0 }, /* Lock: config, data, a slot */
	{ 0x17, 0x81, 0, 0 },	   { 0x17, 0x9a, 0, 0 },
	{ 0x46, 0x00, 0, 36 }, /* PrivWrite */
	{ 0x1c, 0x00, 5, 0 }, /* DeriveKey */
	{ 0x20, 0x00, 3, 0 }, /* UpdateExtra */
	{ 0x01, 0x07, 0, 0 }, /* Pause */
	{ 0x51, 0x00, 9, 16 }, /* AES */
	{ 0x56, 0x00, 0, 32 }, /* KDF */
	{ 0x77, 0x3d, 0, 0 }, /* SelfTest */
	{ 0x80, 0x05, 0, 96 }, /* SecureBoot */
};

static void do_exchange(struct random_user *u, int fd)
{
	struct prng *p = &u->prng;
	unsigned int i = prng_below(p, sizeof(packets) / sizeof(packets[0]));
	struct ecc508a_exchange x = {
		.opcode = packets[i].opcode,
		.param1 = packets[i].p1,
		.param2 = packets[i].p2,
		.tx_len = packets[i].len,
		.rx_len = (uint16_t)(prng_percent(p, 90) ? 151 : prng_below(p, 160)),
	};
	uint16_t room = x.rx_len;
	int err;

	prng_fill(p, u->area, 256);
	x.tx = (uintptr_t)u->area;
	x.rx = any_pointer(u, room);
	switch (prng_below(p, 12)) {
	case 0:
		x.opcode = (uint8_t)prng_next(p);
		break;
	case 1:
		x.param1 = (uint8_t)prng_next(p);
		break;
	case 2:
		x.param2 = any_slot(p);
		break;
	case 3:
		x.tx_len = (uint16_t)edge(p);
		break;
	case 4:
		x.tx = any_pointer(u, x.tx_len);
		break;
	}
	err = say(u, fd, ECC508A_IOC_EXCHANGE, &x);
	if (!err && x.rx_len > room)
		complain(u, "an answer longer than there is room", ECC508A_IOC_EXCHANGE, err);
}

static void do_session(struct random_user *u)
{
	struct prng *p = &u->prng;
	struct ecc508a_session s = { .timeout_ms = 1 + prng_below(p, 30) };
	int fd = prng_percent(p, 80) ? u->files->rw : any_file(u);
	unsigned int n = prng_below(p, 6);

	if (prng_percent(p, 10))
		s.timeout_ms = prng_percent(p, 50) ? 250 : 60001 + (uint32_t)prng_next(p) % PAGE;
	if (prng_percent(p, 5))
		s.reserved = (uint32_t)prng_next(p);
	say(u, fd, ECC508A_IOC_SESSION_BEGIN, &s);
	while (n--) {
		if (prng_percent(p, 80))
			do_exchange(u, fd);
		else
			do_request(u);
		if (prng_percent(p, 5))
			sleep_ms(prng_below(p, 40));
	}
	/* or let it run into its limit, or the file be closed */
	if (prng_percent(p, 75))
		say(u, fd, ECC508A_IOC_SESSION_END, NULL);
}

static void do_poll(struct random_user *u)
{
	struct prng *p = &u->prng;
	struct pollfd fds[2] = {
		{ .fd = u->files->rw, .events = (short)prng_next(p) },
		{ .fd = u->files->nonblock, .events = POLLIN },
	};

	poll(fds, 1 + prng_below(p, 2), (int)prng_below(p, 10));
}

/* Whatever can be read about the chip, while it comes and goes */
static void do_look(struct random_user *u)
{
	static const char *const names[] = {
		"/sys/class/ecc508a/ecc508a0/power_state",
		"/sys/class/ecc508a/ecc508a0/config_locked",
		"/sys/class/ecc508a/ecc508a0/statistics/commands",
		"/sys/class/ecc508a/ecc508a0/uevent",
		"/sys/kernel/debug/ecc508a/ecc508a0/config",
		"/sys/kernel/debug/ecc508a/ecc508a0/errors",
	};
	char buf[512];
	int fd = open(names[prng_below(&u->prng, sizeof(names) / sizeof(names[0]))],
		      O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
}

static void reopen(int *fd, int flags)
{
	int fresh = dev_open(flags), old = *fd;

	/* the number stays, so that the other thread never hits a stranger's file */
	if (fresh < 0)
		return;
	if (old < 0) {
		*fd = fresh;
		return;
	}
	dup3(fresh, old, O_CLOEXEC);
	close(fresh);
}

static void do_reopen(struct random_user *u)
{
	reopen(&u->files->rw, O_RDWR);
	reopen(&u->files->ro, O_RDONLY);
	reopen(&u->files->nonblock, O_RDWR | O_NONBLOCK);
}

void random_use(struct random_user *u)
{
	struct random_shared *s = u->shared;
	struct ecc508a_info info;
	uint32_t what;

	while (__atomic_load_n(&s->issued, __ATOMIC_RELAXED) < s->wanted) {
		what = prng_below(&u->prng, 100);
		if (what < 65)
			do_request(u);
		else if (what < 78)
			do_unknown(u);
		else if (what < 88)
			do_session(u);
		else if (what < 92)
			do_poll(u);
		else if (what < 96)
			do_look(u);
		else if (what < 98)
			do_reopen(u);
		else
			sleep_ms(prng_below(&u->prng, 5));
		/* gone: look whether it is back */
		memset(&info, 0, sizeof(info));
		if (ioctl(u->files->ro, ECC508A_IOC_INFO, &info) && errno == ENODEV) {
			sleep_ms(2);
			do_reopen(u);
		}
	}
}
