// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The requests of uapi/linux/ecc508a.h: permission, arguments, one sequence, result.
 */
#include <linux/capability.h>
#include <linux/compiler.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ioctl.h"

/* Random bytes for one turn; a long request lets others in between */
#define RANDOM_TURN 256

/**
 * ecc508a_call_allow() - may this file do that?
 * @call: the request
 * @perm: its class
 *
 * The capability counts when the request is made: a descriptor that was passed on carries no
 * privilege with it.
 * Return: 0, -EBADF, -EPERM.
 */
int ecc508a_call_allow(const struct ecc508a_call *call, enum ecc508a_class_of_use perm)
{
	if (perm >= CLASS_W && !(call->filp->f_mode & FMODE_WRITE))
		return -EBADF;
	if (perm >= CLASS_A && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return 0;
}

int ecc508a_call_begin(struct ecc508a_call *call, unsigned int flags)
{
	if (call->filp->f_flags & O_NONBLOCK)
		flags |= ECC508A_USE_NONBLOCK;
	return ecc508a_use_begin(call->chip, call->file, flags);
}

int ecc508a_call_end(struct ecc508a_call *call, unsigned int flags, int err)
{
	const struct ecc_dev *eng = &call->chip->eng;

	if (call->result) {
		call->result->status = eng->status;
		call->result->opcode = eng->opcode;
		call->result->retries = eng->retries;
	}
	ecc508a_use_end(call->chip, call->file, flags, err);
	return err == -ENXIO ? -EIO : err; /* nobody answers: no such device is another thing */
}

static int do_info(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_info *info = arg;
	struct ecc508a_result result = info->result;
	u32 request = info->request;
	int ret;

	if (request & ~ECC508A_INFO_REFRESH)
		return -EINVAL;
	if (request & ECC508A_INFO_REFRESH) {
		ret = ecc508a_call_begin(call, 0);
		if (ret)
			return ret;
		ret = ecc508a_call_end(call, 0, ecc_refresh_config(&call->chip->eng));
		if (ret)
			return ret;
		result = info->result;
	}
	ret = ecc508a_chip_info(call->chip, info);
	info->result = result;
	info->request = request;
	return ret;
}

static int do_random(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_random *r = arg;
	bool fixed = r->flags & ECC508A_RANDOM_ALLOW_FIXED;
	u32 done, len;
	u8 *buf;
	int ret = 0;

	if ((r->flags & ~ECC508A_RANDOM_ALLOW_FIXED) || !r->len || r->len > ECC508A_RANDOM_MAX)
		return -EINVAL;
	buf = kmalloc(r->len, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	for (done = 0; done < r->len; done += len) {
		len = min_t(u32, r->len - done, RANDOM_TURN);
		if (done && signal_pending(current)) {
			ret = -ERESTARTSYS;
			break;
		}
		ret = ecc508a_call_begin(call, 0);
		if (ret)
			break;
		ret = ecc_random(&call->chip->eng, buf + done, len, fixed);
		ret = ecc508a_call_end(call, 0, ret);
		if (ret)
			break;
	}
	if (!ret && copy_to_user(u64_to_user_ptr(r->buf), buf, r->len))
		ret = -EFAULT;
	kfree_sensitive(buf);
	return ret;
}

static int do_pubkey(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_pubkey *p = arg;
	struct ecc_dev *eng = &call->chip->eng;
	int ret;

	if ((p->flags & ~ECC508A_PUBKEY_STORED) || p->reserved || p->slot >= ECC508A_SLOTS)
		return -EINVAL;
	if ((p->flags & ECC508A_PUBKEY_STORED) && p->slot < 8)
		return -EINVAL; /* too short for a public key */
	ret = ecc508a_call_begin(call, 0);
	if (ret)
		return ret;
	if (p->flags & ECC508A_PUBKEY_STORED)
		ret = ecc_pubkey_stored(eng, p->slot, p->pubkey);
	else
		ret = ecc_pubkey(eng, p->slot, p->pubkey);
	return ecc508a_call_end(call, 0, ret);
}

static int do_genkey(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_pubkey *p = arg;
	int ret;

	if (p->flags || p->reserved || p->slot >= ECC508A_SLOTS)
		return -EINVAL;
	ret = ecc508a_call_begin(call, 0);
	if (ret)
		return ret;
	return ecc508a_call_end(call, 0, ecc_genkey(&call->chip->eng, p->slot, p->pubkey));
}

static int do_sign(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_sign *s = arg;
	int ret;

	if (s->flags || s->reserved || s->slot >= ECC508A_SLOTS)
		return -EINVAL;
	ret = ecc508a_call_begin(call, 0);
	if (ret)
		return ret;
	return ecc508a_call_end(call, 0, ecc_sign(&call->chip->eng, s->slot, s->digest, s->sig));
}

static int do_verify(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_verify *v = arg;
	bool stored = v->flags & ECC508A_VERIFY_STORED;
	/* A stored key that verifies also authorises: not for the next user. */
	unsigned int flags = stored ? ECC508A_USE_FORGET : 0;
	struct ecc_dev *eng = &call->chip->eng;
	int ret;

	if ((v->flags & ~ECC508A_VERIFY_STORED) || v->reserved)
		return -EINVAL;
	if (stored ? v->slot >= ECC508A_SLOTS || memchr_inv(v->pubkey, 0, sizeof(v->pubkey)) :
		     v->slot)
		return -EINVAL;
	ret = ecc508a_call_begin(call, flags);
	if (ret)
		return ret;
	if (stored)
		ret = ecc_verify_stored(eng, v->slot, v->digest, v->sig);
	else
		ret = ecc_verify(eng, v->pubkey, v->digest, v->sig);
	return ecc508a_call_end(call, flags, ret);
}

static int do_ecdh(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_ecdh *e = arg;
	bool tempkey = e->slot == ECC508A_SLOT_TEMPKEY || (e->flags & ECC508A_ECDH_TO_TEMPKEY);
	unsigned int flags = 0;
	int ret, to = 0;

	switch (e->flags) {
	case 0:
		break;
	case ECC508A_ECDH_TO_SLOT:
		to = 1;
		break;
	case ECC508A_ECDH_TO_TEMPKEY:
		to = 2;
		break;
	default:
		return -EINVAL;
	}
	if (e->reserved || (e->slot >= ECC508A_SLOTS && e->slot != ECC508A_SLOT_TEMPKEY))
		return -EINVAL;
	/* TempKey means something only to the one who filled it and will use it. */
	if (tempkey) {
		if (call->chip->part == ECC_PART_508A)
			return -EOPNOTSUPP;
		flags = ECC508A_USE_SESSION;
	}
	ret = ecc508a_call_begin(call, flags);
	if (ret)
		return ret;
	memset(e->secret, 0, sizeof(e->secret));
	ret = ecc_ecdh(&call->chip->eng, e->slot, e->pubkey, to, e->secret);
	return ecc508a_call_end(call, flags, ret);
}

static int check_rw(const struct ecc508a_rw *rw)
{
	size_t size;

	switch (rw->zone) {
	case ECC508A_ZONE_CONFIG:
		size = ECC_CONFIG_SIZE;
		break;
	case ECC508A_ZONE_OTP:
		size = ECC_OTP_SIZE;
		break;
	case ECC508A_ZONE_DATA:
		size = ecc_slot_size(rw->slot);
		break;
	default:
		return -EINVAL;
	}
	if (rw->zone != ECC508A_ZONE_DATA && (rw->slot || rw->flags))
		return -EINVAL;
	if ((rw->flags & ~ECC508A_RW_ENCRYPTED) || rw->reserved)
		return -EINVAL;
	if (rw->flags & ECC508A_RW_ENCRYPTED ? rw->key_slot >= ECC508A_SLOTS :
					       rw->key_slot ||
					       memchr_inv(rw->key, 0, sizeof(rw->key)))
		return -EINVAL;
	if (!rw->len || rw->offset >= size || rw->len > size - rw->offset)
		return -EINVAL;
	return 0;
}

static int do_read(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_rw *rw = arg;
	bool encrypted = rw->flags & ECC508A_RW_ENCRYPTED;
	struct ecc_dev *eng = &call->chip->eng;
	u8 *buf;
	int ret;

	ret = check_rw(rw);
	if (!ret && encrypted)
		ret = ecc508a_call_allow(call, CLASS_W);
	if (ret)
		return ret;
	buf = kzalloc(rw->len, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	ret = ecc508a_call_begin(call, 0);
	if (ret)
		goto out;
	if (encrypted)
		ret = ecc_read_encrypted(eng, rw->slot, rw->offset, rw->key_slot, rw->key, buf,
					 rw->len);
	else
		ret = ecc_read(eng, rw->zone, rw->slot, rw->offset, buf, rw->len);
	ret = ecc508a_call_end(call, 0, ret);
	rw->done = ret ? 0 : rw->len;
	if (!ret && copy_to_user(u64_to_user_ptr(rw->buf), buf, rw->len))
		ret = -EFAULT;
out:
	kfree_sensitive(buf);
	return ret;
}

static int do_write(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_rw *rw = arg;
	struct ecc_dev *eng = &call->chip->eng;
	size_t done = 0;
	u8 *buf;
	int ret;

	ret = check_rw(rw);
	if (!ret && rw->zone == ECC508A_ZONE_CONFIG)
		ret = ecc508a_call_allow(call, CLASS_A);
	if (ret)
		return ret;
	buf = memdup_user(u64_to_user_ptr(rw->buf), rw->len);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	rw->done = 0;
	ret = ecc508a_call_begin(call, 0);
	if (ret)
		goto out;
	if (rw->flags & ECC508A_RW_ENCRYPTED)
		ret = ecc_write_encrypted(eng, rw->slot, rw->offset, rw->key_slot, rw->key, buf,
					  rw->len, &done);
	else
		ret = ecc_write(eng, rw->zone, rw->slot, rw->offset, buf, rw->len, &done);
	ret = ecc508a_call_end(call, 0, ret);
	rw->done = done;
out:
	kfree_sensitive(buf);
	return ret;
}

static int do_lock(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_lock *l = arg;
	int ret;

	if (l->what > ECC508A_LOCK_SLOT || l->flags || l->slot >= ECC508A_SLOTS)
		return -EINVAL;
	/* The chip checks no CRC for a slot: one that is given would be a misunderstanding. */
	if (l->what == ECC508A_LOCK_SLOT ? l->crc : l->slot)
		return -EINVAL;
	ret = ecc508a_call_begin(call, 0);
	if (ret)
		return ret;
	ret = ecc508a_call_end(call, 0, ecc_lock(&call->chip->eng, l->what, l->slot, l->crc));
	if (!ret)
		ecc508a_notify(call->chip, ECC508A_EVENT_LOCK);
	return ret;
}

static int do_counter(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_counter *c = arg;
	bool increment = c->flags & ECC508A_COUNTER_INCREMENT;
	int ret;

	if ((c->flags & ~ECC508A_COUNTER_INCREMENT) || c->id > 1)
		return -EINVAL;
	if (increment) {
		ret = ecc508a_call_allow(call, CLASS_W);
		if (ret)
			return ret;
	}
	ret = ecc508a_call_begin(call, 0);
	if (ret)
		return ret;
	return ecc508a_call_end(call, 0,
				ecc_counter(&call->chip->eng, c->id, increment, &c->value));
}

static int do_session_begin(struct ecc508a_call *call, void *arg)
{
	const struct ecc508a_session *s = arg;

	if (s->reserved)
		return -EINVAL;
	return ecc508a_session_begin(call->file, s->timeout_ms, call->filp->f_flags & O_NONBLOCK);
}

static int do_session_end(struct ecc508a_call *call, void *arg)
{
	if (!ecc508a_chip_alive(call->chip))
		return -ENODEV;
	return ecc508a_session_end(call->file);
}

static int do_exchange(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_exchange *x = arg;
	struct ecc_dev *eng = &call->chip->eng;
	struct ecc_cmd cmd = {
		.opcode = x->opcode,
		.p1 = x->param1,
		.p2 = x->param2,
		.len = x->tx_len,
	};
	u8 *buf, *rsp;
	size_t len = 0;
	int ret;

	if (x->flags || x->reserved || x->tx_len > ECC_CMD_DATA_MAX)
		return -EINVAL;
	buf = kzalloc(ECC_CMD_DATA_MAX + ECC_RSP_PAYLOAD_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	rsp = buf + ECC_CMD_DATA_MAX;
	if (copy_from_user(buf, u64_to_user_ptr(x->tx), x->tx_len)) {
		ret = -EFAULT;
		goto out;
	}
	cmd.data = buf;
	if (ecc_cmd_needs_admin(&cmd)) {
		ret = ecc508a_call_allow(call, CLASS_A);
		if (ret)
			goto out;
	}
	/* Better refused now than executed with nowhere to put the answer */
	if (ecc_cmd_rsp_len(call->chip->part, &cmd) > x->rx_len) {
		ret = -EMSGSIZE;
		goto out;
	}
	ret = ecc508a_call_begin(call, ECC508A_USE_SESSION);
	if (ret)
		goto out;
	ret = ecc_exec(eng, &cmd, rsp, ECC_RSP_PAYLOAD_MAX, &len);
	if (ecc_cmd_changes_state(&cmd))
		eng->config_valid = false;
	ret = ecc508a_call_end(call, ECC508A_USE_SESSION, ret);
	if (len > x->rx_len) {
		len = x->rx_len;
		ret = ret ?: -EMSGSIZE;
	}
	if (copy_to_user(u64_to_user_ptr(x->rx), rsp, len))
		ret = -EFAULT;
	x->rx_len = len;
out:
	kfree_sensitive(buf);
	return ret;
}

static const struct ecc508a_request requests[] = {
	[0x00] = REQUEST(ECC508A_IOC_INFO, struct ecc508a_info, CLASS_R, 0, do_info),
	[0x01] = REQUEST(ECC508A_IOC_RANDOM, struct ecc508a_random, CLASS_R, 0, do_random),
	[0x02] = REQUEST(ECC508A_IOC_PUBKEY, struct ecc508a_pubkey, CLASS_R, 0, do_pubkey),
	[0x03] = REQUEST(ECC508A_IOC_GENKEY, struct ecc508a_pubkey, CLASS_A, 0, do_genkey),
	[0x04] = REQUEST(ECC508A_IOC_SIGN, struct ecc508a_sign, CLASS_W, 0, do_sign),
	[0x05] = REQUEST(ECC508A_IOC_VERIFY, struct ecc508a_verify, CLASS_R, 0, do_verify),
	[0x06] = REQUEST(ECC508A_IOC_ECDH, struct ecc508a_ecdh, CLASS_W, 0, do_ecdh),
	[0x07] = REQUEST(ECC508A_IOC_READ, struct ecc508a_rw, CLASS_R, 0, do_read),
	[0x08] = REQUEST(ECC508A_IOC_WRITE, struct ecc508a_rw, CLASS_W, 0, do_write),
	[0x09] = REQUEST(ECC508A_IOC_LOCK, struct ecc508a_lock, CLASS_A, 0, do_lock),
	[0x0a] = REQUEST(ECC508A_IOC_COUNTER, struct ecc508a_counter, CLASS_R, 0, do_counter),
	[0x10] = { ECC508A_IOC_SESSION_BEGIN, 0, CLASS_W, false, do_session_begin },
	[0x11] = { ECC508A_IOC_SESSION_END, 0, CLASS_W, false, do_session_end },
	[0x12] = REQUEST(ECC508A_IOC_EXCHANGE, struct ecc508a_exchange, CLASS_W, 0, do_exchange),
};

static const struct ecc508a_request *find_request(unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);
	const struct ecc508a_request *req;

	if (nr < ARRAY_SIZE(requests))
		req = &requests[array_index_nospec(nr, ARRAY_SIZE(requests))];
	else
		req = ecc508a_request_ext(nr);
	return req && req->fn && req->cmd == cmd ? req : NULL;
}

long ecc508a_ioctl(struct file *filp, unsigned int cmd, unsigned long uarg)
{
	struct ecc508a_file *file = filp->private_data;
	struct ecc508a_call call = { .filp = filp, .file = file, .chip = file->chip };
	const struct ecc508a_request *req = find_request(cmd);
	size_t size = _IOC_SIZE(cmd);
	void __user *user = (void __user *)uarg;
	void *arg = NULL;
	int ret;

	if (!req)
		return -ENOTTY;
	if (!ecc508a_chip_alive(call.chip))
		return -ENODEV;
	ret = ecc508a_call_allow(&call, req->perm);
	if (ret)
		return ret;
	if (req->parts && !(req->parts & BIT(call.chip->part)))
		return -EOPNOTSUPP;
	if (size) {
		arg = memdup_user(user, size);
		if (IS_ERR(arg))
			return PTR_ERR(arg);
	}
	if (req->result) {
		call.result = arg;
		memset(call.result, 0, sizeof(*call.result));
		call.result->status = ECC508A_STATUS_NONE;
	}
	ret = req->fn(&call, arg);
	/* Also after a failure: the result names the command and the status of the chip. */
	if ((_IOC_DIR(cmd) & _IOC_READ) && copy_to_user(user, arg, size) && !ret)
		ret = -EFAULT;
	kfree_sensitive(arg);
	return ret;
}
