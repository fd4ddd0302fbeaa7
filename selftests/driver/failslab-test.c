// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * No memory, and no user memory, at every place of every way into the driver.
 *
 * /proc/thread-self/fail-nth fails the first, second, third ... allocation (or copy to or from
 * user space) of one system call, until there is none left to fail; a stack filter has only
 * those counted that the driver is responsible for.  The call then says ENOMEM (EFAULT), the
 * chip works and sleeps; whoever runs this looks for leaks.
 *
 * Needs a kernel with failslab, fail_usercopy and the stack filter, and an emulated chip
 * (selftests/driver/failslab).
 */
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/ecc508a_netlink.h>

#include "../tap.h"
#include "dev.h"
#include "emu.h"

/* More allocations than any call has: something else is wrong then */
#define NTH_MAX 1000

static int fd = -1, nth_fd = -1;
static struct ecc508a_info info;
static uint8_t xy[64], digest[32], good_sig[64], key1[32], key4[32];

/* ---- which failures, and how many places there were ---- */

static unsigned int failures;

static bool put_file(const char *path, const char *text)
{
	int f = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = f >= 0 && write(f, text, strlen(text)) == (ssize_t)strlen(text);

	if (f >= 0)
		close(f);
	return ok;
}

static bool filter(const char *what, const char *start, const char *end)
{
	char path[128];
	bool ok;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/require-start", what);
	ok = put_file(path, start);
	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/require-end", what);
	return put_file(path, end) && ok;
}

/*
 * Count only calls on whose stack is the driver's text; of the other kinds, none: the transfers
 * of the driver's own fault injection are counted by fail-nth as well.
 */
static bool count_only(const char *what)
{
	static const char *const all[] = { "failslab", "fail_usercopy", "ecc508a/fail_transfer" };
	const char *start = getenv("ECC508A_TEXT_START"), *end = getenv("ECC508A_TEXT_END");
	bool ok = start && end;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		bool wanted = !strcmp(what, all[i]);

		ok = ok && filter(all[i], wanted ? start : "1", wanted ? end : "1");
	}
	return ok;
}

static void arm(unsigned int nth)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_fd, text, (size_t)n, 0) != n)
		TAP_COMPLAIN("cannot arm fail-nth");
}

/* Return: whether something was failed since arm() */
static bool disarm(void)
{
	int saved = errno;
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0)
		TAP_COMPLAIN("cannot read fail-nth");
	if (pwrite(nth_fd, "0", 1, 0) != 1)
		TAP_COMPLAIN("cannot disarm fail-nth");
	errno = saved;
	return !atoi(text);
}

/* ---- ioctls ---- */

struct operation {
	const char *name;
	/* 0, an errno, or -1 if the result is wrong; arms around its system call with nth */
	int (*fn)(unsigned int nth, bool *failed);
	/* Some of what it allocates is for nothing but to tell others: it may succeed without */
	bool may_succeed;
	bool no_usercopy; /* a kind of call that copies nothing in the driver */
	bool no_slab;
};

static int call(unsigned long cmd, void *arg, unsigned int nth, bool *failed)
{
	int ret;

	arm(nth);
	ret = dev_ioctl(fd, cmd, arg);
	*failed = disarm();
	return ret;
}

#define OP(name_) static int op_##name_(unsigned int nth, bool *failed)

OP(info)
{
	struct ecc508a_info i = { .request = ECC508A_INFO_REFRESH };
	int ret = call(ECC508A_IOC_INFO, &i, nth, failed);

	return ret ? ret : memcmp(i.serial, info.serial, 9) ? -1 : 0;
}

OP(random)
{
	uint8_t buf[600] = { 0 };
	struct ecc508a_random r = { .len = sizeof(buf), .buf = (uintptr_t)buf };
	int ret = call(ECC508A_IOC_RANDOM, &r, nth, failed);

	return ret ? ret : memcmp(buf, buf + 300, 300) ? 0 : -1;
}

OP(pubkey)
{
	struct ecc508a_pubkey p = { .slot = 0 };
	int ret = call(ECC508A_IOC_PUBKEY, &p, nth, failed);

	return ret ? ret : memcmp(p.pubkey, xy, 64) ? -1 : 0;
}

OP(genkey)
{
	struct ecc508a_pubkey p = { .slot = 3 };

	return call(ECC508A_IOC_GENKEY, &p, nth, failed);
}

OP(sign)
{
	struct ecc508a_sign s = { .slot = 0 };
	int ret;

	memcpy(s.digest, digest, 32);
	ret = call(ECC508A_IOC_SIGN, &s, nth, failed);
	return ret ? ret : ref_verify(xy, digest, s.sig) == 1 ? 0 : -1;
}

OP(verify)
{
	struct ecc508a_verify v = { .flags = 0 };

	memcpy(v.digest, digest, 32);
	memcpy(v.sig, good_sig, 64);
	memcpy(v.pubkey, xy, 64);
	return call(ECC508A_IOC_VERIFY, &v, nth, failed);
}

OP(ecdh)
{
	struct ecc508a_ecdh e = { .slot = 2 };

	memcpy(e.pubkey, xy, 64);
	return call(ECC508A_IOC_ECDH, &e, nth, failed);
}

OP(read)
{
	uint8_t buf[64];
	struct ecc508a_rw rw = {
		.zone = ECC508A_ZONE_DATA, .slot = 8, .len = sizeof(buf), .buf = (uintptr_t)buf
	};

	return call(ECC508A_IOC_READ, &rw, nth, failed);
}

OP(read_encrypted)
{
	uint8_t buf[32];
	struct ecc508a_rw rw = { .zone = ECC508A_ZONE_DATA,
				 .slot = 1,
				 .len = sizeof(buf),
				 .flags = ECC508A_RW_ENCRYPTED,
				 .key_slot = 4,
				 .buf = (uintptr_t)buf };
	int ret;

	memcpy(rw.key, key4, 32);
	ret = call(ECC508A_IOC_READ, &rw, nth, failed);
	return ret ? ret : memcmp(buf, key1, 32) ? -1 : 0;
}

OP(write)
{
	static const uint8_t buf[64] = { 1, 2, 3 };
	struct ecc508a_rw rw = {
		.zone = ECC508A_ZONE_DATA, .slot = 8, .len = sizeof(buf), .buf = (uintptr_t)buf
	};

	return call(ECC508A_IOC_WRITE, &rw, nth, failed);
}

OP(write_encrypted)
{
	struct ecc508a_rw rw = { .zone = ECC508A_ZONE_DATA,
				 .slot = 1,
				 .len = sizeof(key1),
				 .flags = ECC508A_RW_ENCRYPTED,
				 .key_slot = 4,
				 .buf = (uintptr_t)key1 };

	memcpy(rw.key, key4, 32);
	return call(ECC508A_IOC_WRITE, &rw, nth, failed);
}

static bool eeprom(const char *cmd)
{
	const char *dir = getenv("ECC508A_EMU_DIR");
	char request[256], answer[512];

	snprintf(request, sizeof(request), "{\"cmd\":\"%s\",\"file\":\"%s/eeprom\"}", cmd,
		 dir ? dir : "/tmp");
	return emu_call(request, answer, sizeof(answer));
}

OP(lock)
{
	struct ecc508a_lock l = { .what = ECC508A_LOCK_SLOT, .slot = 10 };

	if (!eeprom("load"))
		return -1;
	return call(ECC508A_IOC_LOCK, &l, nth, failed);
}

OP(counter)
{
	struct ecc508a_counter c = { .id = 1, .flags = ECC508A_COUNTER_INCREMENT };

	return call(ECC508A_IOC_COUNTER, &c, nth, failed);
}

OP(session)
{
	struct ecc508a_session s = { .timeout_ms = 30000 };
	int ret = call(ECC508A_IOC_SESSION_BEGIN, &s, nth, failed);

	if (!ret && dev_session_end(fd))
		return -1;
	return ret;
}

OP(session_end)
{
	int ret;

	if (dev_session(fd, 30000))
		return -1;
	ret = call(ECC508A_IOC_SESSION_END, NULL, nth, failed);
	if (ret)
		dev_session_end(fd);
	return ret;
}

/* Nonce, so that something goes in and something comes out */
OP(exchange)
{
	uint8_t tx[20] = { 0 }, rx[32] = { 0 };
	struct ecc508a_exchange x = { .opcode = 0x16,
				      .tx_len = sizeof(tx),
				      .rx_len = sizeof(rx),
				      .tx = (uintptr_t)tx,
				      .rx = (uintptr_t)rx };
	int ret;

	if (dev_session(fd, 30000))
		return -1;
	ret = call(ECC508A_IOC_EXCHANGE, &x, nth, failed);
	if (dev_session_end(fd))
		return -1;
	return ret ? ret : x.rx_len == 32 ? 0 : -1;
}

OP(mac)
{
	struct ecc508a_mac m = { .slot = 1 };

	return call(ECC508A_IOC_MAC, &m, nth, failed);
}

OP(hmac)
{
	struct ecc508a_mac m = { .slot = 1 };

	return call(ECC508A_IOC_HMAC, &m, nth, failed);
}

OP(checkmac)
{
	struct ecc508a_checkmac c = { .slot = 1, .flags = ECC508A_CHECKMAC_KEY };

	memcpy(c.response, key1, 32);
	return call(ECC508A_IOC_CHECKMAC, &c, nth, failed);
}

OP(sha)
{
	uint8_t buf[100] = "abc", want[32];
	struct ecc508a_sha s = { .len = sizeof(buf), .buf = (uintptr_t)buf };
	int ret = call(ECC508A_IOC_SHA, &s, nth, failed);

	ref_sha256(buf, sizeof(buf), want);
	return ret ? ret : memcmp(s.digest, want, 32) ? -1 : 0;
}

OP(sha_hmac)
{
	uint8_t buf[100] = "abc";
	struct ecc508a_sha s = {
		.slot = 1, .flags = ECC508A_SHA_HMAC, .len = sizeof(buf), .buf = (uintptr_t)buf
	};

	return call(ECC508A_IOC_SHA, &s, nth, failed);
}

/* No slot of this configuration takes one: the chip refuses, again and again the same way */
OP(privwrite)
{
	struct ecc508a_privwrite p = { .slot = 2,
				       .flags = ECC508A_PRIVWRITE_ENCRYPTED,
				       .key_slot = 4 };

	p.private_key[31] = 1;
	memcpy(p.key, key4, 32);
	return call(ECC508A_IOC_PRIVWRITE, &p, nth, failed);
}

OP(attest)
{
	struct ecc508a_attest a = { .slot = 0, .key_slot = 7, .what = ECC508A_ATTEST_KEY };

	return call(ECC508A_IOC_ATTEST, &a, nth, failed);
}

OP(derivekey)
{
	struct ecc508a_derivekey d = { .slot = 5 };

	return call(ECC508A_IOC_DERIVEKEY, &d, nth, failed);
}

OP(updateextra)
{
	struct ecc508a_updateextra u = { .what = ECC508A_EXTRA_USER, .value = 0x5a };

	if (!eeprom("load"))
		return -1;
	return call(ECC508A_IOC_UPDATEEXTRA, &u, nth, failed);
}

OP(aes)
{
	uint8_t buf[64] = { 0 };
	struct ecc508a_aes a = { .slot = 9, .len = sizeof(buf), .buf = (uintptr_t)buf };

	return call(ECC508A_IOC_AES, &a, nth, failed);
}

OP(kdf)
{
	uint8_t seed[40] = { 1 };
	struct ecc508a_kdf k = { .mode = 0x10,
				 .flags = ECC508A_KDF_LOAD,
				 .len = sizeof(seed),
				 .details = (uint32_t)sizeof(seed) << 24 | 1,
				 .buf = (uintptr_t)seed };

	k.tempkey[0] = 1;
	return call(ECC508A_IOC_KDF, &k, nth, failed);
}

OP(secureboot)
{
	struct ecc508a_secureboot s = { .mode = 5 };

	memcpy(s.digest, digest, 32);
	memcpy(s.sig, good_sig, 64);
	return call(ECC508A_IOC_SECUREBOOT, &s, nth, failed);
}

OP(selftest)
{
	struct ecc508a_selftest t = { .tests = 0x20 };

	return call(ECC508A_IOC_SELFTEST, &t, nth, failed);
}

/* ---- opening, and what is not an ioctl ---- */

static int opened(const char *path, int flags, unsigned int nth, bool *failed)
{
	int f, ret;

	arm(nth);
	f = open(path, flags | O_CLOEXEC);
	ret = f < 0 ? errno : 0;
	*failed = disarm();
	if (f >= 0)
		close(f);
	return ret;
}

OP(open)
{
	return opened(dev_path(), O_RDWR, nth, failed);
}

static int read_once(const char *path, unsigned int nth, bool *failed)
{
	char buf[64];
	ssize_t n;
	int ret, f = open(path, O_RDONLY | O_CLOEXEC);

	if (f < 0)
		return errno;
	arm(nth);
	n = read(f, buf, sizeof(buf));
	ret = n < 0 ? errno : 0;
	*failed = disarm();
	close(f);
	return ret;
}

OP(debugfs_config)
{
	return read_once("/sys/kernel/debug/ecc508a/ecc508a0/config", nth, failed);
}

OP(debugfs_errors)
{
	return read_once("/sys/kernel/debug/ecc508a/ecc508a0/errors", nth, failed);
}

OP(sysfs)
{
	return read_once("/sys/class/ecc508a/ecc508a0/serial", nth, failed);
}

/* unbind, then bind with failures: the driver core hands on what probe() said */
OP(bind)
{
	const char *name = getenv("ECC508A_CLIENT");
	int f, ret = 0;

	close(fd);
	if (!name || !put_file("/sys/bus/i2c/drivers/ecc508a/unbind", name))
		return -1;
	f = open("/sys/bus/i2c/drivers/ecc508a/bind", O_WRONLY | O_CLOEXEC);
	arm(nth);
	if (f < 0 || write(f, name, strlen(name)) < 0)
		ret = errno;
	*failed = disarm();
	close(f);
	if (ret && !access(dev_path(), F_OK))
		ret = -1;
	if (ret > 0 && !put_file("/sys/bus/i2c/drivers/ecc508a/bind", name))
		ret = -1;
	fd = dev_open(O_RDWR);
	return fd < 0 ? -1 : ret;
}

/* ---- keyrings ---- */

static uint8_t ref[86];
static long key;

static void make_ref(void)
{
	static const uint8_t head[] = { 0x30, 0x54, 2, 1, 1, 4, 9 };

	memcpy(ref, head, sizeof(head));
	memcpy(ref + 7, info.serial, 9);
	ref[16] = 2;
	ref[17] = 1;
	ref[18] = 0;
	ref[19] = 4;
	ref[20] = 65;
	ref[21] = 4;
	memcpy(ref + 22, xy, 64);
}

OP(add_key)
{
	long id;
	int ret;

	arm(nth);
	id = syscall(SYS_add_key, "asymmetric", "failslab", ref, sizeof(ref),
		     KEY_SPEC_PROCESS_KEYRING);
	ret = id < 0 ? errno : 0;
	*failed = disarm();
	if (!ret)
		key = id;
	return ret;
}

static int pkey(int what, void *third, void *fourth, unsigned int len, unsigned int nth,
		bool *failed)
{
	struct keyctl_pkey_params p = { .key_id = (int)key, .in_len = 32, .out_len = len };
	long ret;

	arm(nth);
	ret = syscall(SYS_keyctl, what, &p, "enc=raw hash=sha256", third, fourth);
	*failed = disarm();
	return ret < 0 ? errno : 0;
}

OP(pkey_sign)
{
	uint8_t sig[64];
	int ret = pkey(KEYCTL_PKEY_SIGN, digest, sig, sizeof(sig), nth, failed);

	return ret ? ret : ref_verify(xy, digest, sig) == 1 ? 0 : -1;
}

OP(pkey_verify)
{
	return pkey(KEYCTL_PKEY_VERIFY, digest, good_sig, sizeof(good_sig), nth, failed);
}

OP(pkey_query)
{
	struct keyctl_pkey_query q;
	long ret;

	memset(&q, 0, sizeof(q));
	arm(nth);
	ret = syscall(SYS_keyctl, KEYCTL_PKEY_QUERY, key, 0, "enc=raw hash=sha256", &q);
	*failed = disarm();
	if (ret < 0)
		return errno;
	return q.supported_ops == (KEYCTL_SUPPORTS_SIGN | KEYCTL_SUPPORTS_VERIFY) ? 0 : -1;
}

/* ---- the crypto API, by the example modules ---- */

static void hex(char *out, const uint8_t *in, size_t len)
{
	while (len--)
		out += sprintf(out, "%02x", *in++);
}

/* The text of the driver is on the stack while it serves the module's init function */
static int module(const char *name, const char *params, unsigned int nth, bool *failed)
{
	const char *dir = getenv("ECC508A_MODULES");
	char path[512];
	int f, ret;

	snprintf(path, sizeof(path), "%s/%s.ko", dir ? dir : "", name);
	f = open(path, O_RDONLY | O_CLOEXEC);
	if (f < 0)
		return -1;
	arm(nth);
	ret = syscall(SYS_finit_module, f, params, 0) ? errno : 0;
	*failed = disarm();
	close(f);
	if (!ret && syscall(SYS_delete_module, name, 0))
		return -1;
	return ret;
}

OP(akcipher)
{
	char params[512], der[173], transcript[65];

	hex(der, ref, sizeof(ref));
	hex(transcript, digest, sizeof(digest));
	snprintf(params, sizeof(params), "ref=%s transcript=%s", der, transcript);
	return module("ecc508a_example", params, nth, failed);
}

OP(kpp)
{
	char params[512], der[173], peer[129];
	uint8_t ref2[86];

	memcpy(ref2, ref, sizeof(ref2));
	ref2[18] = 2;
	if (dev_pubkey(fd, 2, ref2 + 22))
		return -1;
	hex(der, ref2, sizeof(ref2));
	hex(peer, xy, sizeof(xy));
	snprintf(params, sizeof(params), "ref=%s peer=%s", der, peer);
	return module("ecc508a_ecdh_example", params, nth, failed);
}

/* A key for this one exchange, in TempKey: 608 */
OP(kpp_ephemeral)
{
	char params[512], peer[129];

	hex(peer, xy, sizeof(xy));
	snprintf(params, sizeof(params), "peer=%s respond=1", peer);
	return module("ecc508a_ecdh_example", params, nth, failed);
}

/* ---- netlink ---- */

static int nl_fd = -1;
static uint16_t nl_family;

struct request {
	struct nlmsghdr n;
	struct genlmsghdr g;
	struct nlattr a;
	char payload[16];
};

/* Return: length of the first message of the answer, in @buf; 0 on error */
static size_t nl_answer(char *buf, size_t size)
{
	struct pollfd p = { .fd = nl_fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, 30000) != 1)
		return 0;
	n = recv(nl_fd, buf, size, 0);
	return n > 0 ? (size_t)n : 0;
}

static bool nl_open(void)
{
	struct request r = { .n = { .nlmsg_type = GENL_ID_CTRL, .nlmsg_flags = NLM_F_REQUEST },
			     .g = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
			     .a = { .nla_type = CTRL_ATTR_FAMILY_NAME } };
	char buf[8192];
	struct nlmsghdr *h = (struct nlmsghdr *)buf;
	size_t at, len;

	strcpy(r.payload, ECC508A_FAMILY_NAME);
	r.a.nla_len = (uint16_t)(NLA_HDRLEN + sizeof(ECC508A_FAMILY_NAME));
	r.n.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + NLA_ALIGN(r.a.nla_len);
	nl_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (nl_fd < 0 || send(nl_fd, &r, r.n.nlmsg_len, 0) < 0)
		return false;
	len = nl_answer(buf, sizeof(buf));
	if (!len || h->nlmsg_type == NLMSG_ERROR)
		return false;
	for (at = NLMSG_LENGTH(GENL_HDRLEN); at + NLA_HDRLEN <= h->nlmsg_len;) {
		struct nlattr *a = (struct nlattr *)(buf + at);

		if (a->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&nl_family, buf + at + NLA_HDRLEN, sizeof(nl_family));
		at += NLA_ALIGN(a->nla_len);
	}
	return nl_family;
}

/* Return: 0 if a chip was told of, an errno, -1 if neither */
static int nl_get(uint16_t flags, unsigned int nth, bool *failed)
{
	struct request r = { .n = { .nlmsg_type = nl_family,
				    .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags) },
			     .g = { .cmd = ECC508A_CMD_GET, .version = 1 },
			     .a = { .nla_type = ECC508A_A_CHIP_INDEX, .nla_len = NLA_HDRLEN + 4 } };
	char buf[8192];
	struct nlmsghdr *h = (struct nlmsghdr *)buf;
	bool chip = false;
	int err = 0;
	ssize_t sent;

	r.n.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + (flags ? 0 : NLA_ALIGN(r.a.nla_len));
	arm(nth);
	sent = send(nl_fd, &r, r.n.nlmsg_len, 0);
	err = sent < 0 ? errno : 0;
	*failed = disarm();
	if (err)
		return err;
	for (;;) {
		size_t left = nl_answer(buf, sizeof(buf));

		if (!left)
			return -1;
		for (h = (struct nlmsghdr *)buf; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) {
				memcpy(&err, NLMSG_DATA(h), sizeof(err));
				return err ? -err : chip ? 0 : -1;
			}
			chip = true;
			if (!(h->nlmsg_flags & NLM_F_MULTI))
				return 0;
		}
	}
}

OP(netlink_get)
{
	return nl_get(0, nth, failed);
}

OP(netlink_dump)
{
	return nl_get(NLM_F_DUMP, nth, failed);
}

/* ---- the loop ---- */

static bool works(void)
{
	uint8_t sig[64];

	return !dev_sign(fd, 0, digest, sig) && ref_verify(xy, digest, sig) == 1;
}

static bool sane(int ret)
{
	return ret >= 0 && ret != EINVAL && ret != ENOTTY && ret != EBADF && ret != EPERM &&
	       ret != EFAULT && ret != ENOMEM && ret != EOPNOTSUPP && ret != EIO;
}

/*
 * kmemleak remembers each allocation in one of its own, which comes right behind it, is counted
 * as well, and may fail without harm: the second, fourth ... place.
 */
static bool is_kmemleaks(unsigned int n)
{
	return n % 2 == 0 && !access("/sys/kernel/debug/kmemleak", F_OK);
}

/*
 * Fails every place of @op; @want is what it then says.  What the chip refused says so also
 * when the copy of the result fails.
 */
static void everywhere(const struct operation *op, int want)
{
	bool failed = false, fine;
	int ret, plain;
	unsigned int n;

	plain = op->fn(0, &failed);
	if (!sane(plain)) {
		TAP_COMPLAIN("%s: without a failure %d", op->name, plain);
		return;
	}
	for (n = 1; n < NTH_MAX; n++) {
		ret = op->fn(n, &failed);
		if (!failed)
			break;
		failures++;
		fine = op->may_succeed || plain || (want == ENOMEM && is_kmemleaks(n));
		if (ret != want && !(fine && ret == plain))
			TAP_COMPLAIN("%s: number %u failed, and it says %d", op->name, n, ret);
		if (!works())
			TAP_COMPLAIN("%s: number %u failed, and then the chip", op->name, n);
	}
	if (n == NTH_MAX)
		TAP_COMPLAIN("%s: no end of it", op->name);
	else if (ret != plain)
		TAP_COMPLAIN("%s: afterwards %d, not %d", op->name, ret, plain);
	if (n == 1 && !(want == ENOMEM ? op->no_slab : op->no_usercopy))
		TAP_COMPLAIN("%s: nothing to fail in it", op->name);
	if (!works() || !dev_asleep() || !emu_is_asleep())
		TAP_COMPLAIN("%s: the chip is not asleep", op->name);
}

static void all(const struct operation *ops, size_t count)
{
	size_t i;

	failures = 0;
	REQUIRE(count_only("failslab"));
	for (i = 0; i < count; i++)
		everywhere(&ops[i], ENOMEM);
	printf("# %u allocations failed\n", failures);
	failures = 0;
	REQUIRE(count_only("fail_usercopy"));
	for (i = 0; i < count; i++)
		everywhere(&ops[i], EFAULT);
	printf("# %u copies from or to the user failed\n", failures);
}

#define ALL(ops_) all(ops_, sizeof(ops_) / sizeof((ops_)[0]))

TEST(prepares)
{
	char nth[32];

	fd = dev_open(O_RDWR);
	CHECK(fd >= 0);
	CHECK(emu_connect());
	snprintf(nth, sizeof(nth), "/proc/thread-self/fail-nth");
	nth_fd = open(nth, O_RDWR | O_CLOEXEC);
	CHECK(nth_fd >= 0);
	fill_random(digest, sizeof(digest));
	fill_random(key1, sizeof(key1));
	fill_random(key4, sizeof(key4));
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_INFO, &info), 0);
	CHECK(nl_open());
}

/* A chip with the same keys that the tests of the rarer requests make */
TEST(prepares_the_chip)
{
	struct ecc508a_rw rw = { .zone = ECC508A_ZONE_DATA,
				 .slot = 1,
				 .len = 32,
				 .flags = ECC508A_RW_ENCRYPTED,
				 .key_slot = 4,
				 .buf = (uintptr_t)key1 };

	if (info.part == ECC508A_PART_508A) {
		CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 4, 0, key4, 32), 0);
		memcpy(rw.key, key4, 32);
		CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_WRITE, &rw), 0);
	}
	CHECK_EQ(dev_pubkey(fd, 0, xy), 0);
	CHECK_EQ(dev_sign(fd, 0, digest, good_sig), 0);
	make_ref();
	CHECK(eeprom("save"));
}

static bool is_608(void)
{
	return info.part != ECC508A_PART_508A;
}

TEST(ioctls)
{
	static const struct operation ops[] = {
		{ .name = "info", .fn = op_info },
		{ .name = "random", .fn = op_random },
		{ .name = "pubkey", .fn = op_pubkey },
		{ .name = "genkey", .fn = op_genkey },
		{ .name = "sign", .fn = op_sign },
		{ .name = "verify", .fn = op_verify },
		{ .name = "ecdh", .fn = op_ecdh },
		{ .name = "read", .fn = op_read },
		{ .name = "read encrypted", .fn = op_read_encrypted },
		{ .name = "write", .fn = op_write },
		{ .name = "write encrypted", .fn = op_write_encrypted },
		{ .name = "counter", .fn = op_counter },
		{ .name = "session begin", .fn = op_session },
		{ .name = "session end",
		  .fn = op_session_end,
		  .no_slab = true,
		  .no_usercopy = true },
		{ .name = "exchange", .fn = op_exchange },
		{ .name = "mac", .fn = op_mac },
		{ .name = "hmac", .fn = op_hmac },
		{ .name = "checkmac", .fn = op_checkmac },
		{ .name = "sha", .fn = op_sha },
		{ .name = "sha with a key", .fn = op_sha_hmac },
		{ .name = "privwrite", .fn = op_privwrite },
		{ .name = "attest", .fn = op_attest },
		{ .name = "derivekey", .fn = op_derivekey },
		{ .name = "updateextra", .fn = op_updateextra },
		/* telling others that it is locked needs memory, too */
		{ .name = "lock", .fn = op_lock, .may_succeed = true },
	};
	static const struct operation ops608[] = {
		{ .name = "aes", .fn = op_aes },
		{ .name = "kdf", .fn = op_kdf },
		{ .name = "secureboot", .fn = op_secureboot },
		{ .name = "selftest", .fn = op_selftest },
	};

	if (is_608())
		ALL(ops608);
	else
		ALL(ops);
}

TEST(open_and_look)
{
	static const struct operation ops[] = {
		{ .name = "open", .fn = op_open, .no_usercopy = true },
		{ .name = "debugfs config",
		  .fn = op_debugfs_config,
		  .no_slab = true,
		  .no_usercopy = true },
		{ .name = "debugfs errors", .fn = op_debugfs_errors, .no_usercopy = true },
		{ .name = "sysfs", .fn = op_sysfs, .no_slab = true, .no_usercopy = true },
	};

	ALL(ops);
}

TEST(keys)
{
	static const struct operation ops[] = {
		{ .name = "add_key", .fn = op_add_key, .no_usercopy = true },
		{ .name = "pkey_query", .fn = op_pkey_query, .no_usercopy = true },
		{ .name = "pkey_sign", .fn = op_pkey_sign, .no_slab = true, .no_usercopy = true },
		{ .name = "pkey_verify",
		  .fn = op_pkey_verify,
		  .no_slab = true,
		  .no_usercopy = true },
	};

	if (!is_608())
		ALL(ops);
	if (key > 0)
		syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_PROCESS_KEYRING);
}

TEST(crypto)
{
	static const struct operation ops[] = {
		{ .name = "akcipher", .fn = op_akcipher, .no_slab = true, .no_usercopy = true },
		{ .name = "kpp", .fn = op_kpp, .no_slab = true, .no_usercopy = true },
	};
	static const struct operation ops608[] = {
		{ .name = "kpp, ephemeral", .fn = op_kpp_ephemeral, .no_usercopy = true },
	};

	if (is_608())
		ALL(ops608);
	else
		ALL(ops);
}

TEST(netlink)
{
	static const struct operation ops[] = {
		/* netlink tries to make the answer smaller, which may fail */
		{ .name = "get", .fn = op_netlink_get, .may_succeed = true, .no_usercopy = true },
		{ .name = "dump", .fn = op_netlink_dump, .may_succeed = true, .no_usercopy = true },
	};

	ALL(ops);
}

/* Names, links, uevents, notifications: a chip without some of these is one nevertheless */
TEST(probe)
{
	static const struct operation ops[] = {
		{ .name = "bind", .fn = op_bind, .may_succeed = true, .no_usercopy = true },
	};

	ALL(ops);
}

int main(void)
{
	return tap_run();
}
