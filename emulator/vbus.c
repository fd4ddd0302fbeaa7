// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Serves a bus to the kernel: /dev/i2c-vbus, whose frames i2c-vbus.h describes. */
#include <errno.h>
#include <fcntl.h>
#include <linux/i2c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "emu.h"
#include "i2c-vbus/i2c-vbus.h"

struct emu_vbus {
	struct loop_source src;
	struct emu_bus *bus;
	struct emu_request req;
	bool busy; /* req is submitted */
	uint32_t seq;
	struct ecc508a_emu_msg msgs[I2C_VBUS_MSG_MAX];
	uint8_t frame[I2C_VBUS_FRAME_MAX]; /* as read; the write messages point into it */
	uint8_t reads[I2C_VBUS_DATA_MAX];
	uint8_t answer[I2C_VBUS_FRAME_MAX];
};

static uint16_t wire_status(uint32_t status)
{
	switch (status) {
	case ECC508A_EMU_OK:
		return I2C_VBUS_OK;
	case ECC508A_EMU_NAK_ADDR:
		return I2C_VBUS_ADDR_NAK;
	case ECC508A_EMU_NAK_DATA:
		return I2C_VBUS_DATA_NAK;
	case ECC508A_EMU_ARB_LOST:
		return I2C_VBUS_ARB_LOST;
	case ECC508A_EMU_SCL_LOW:
		return I2C_VBUS_TIMEOUT;
	default:
		return I2C_VBUS_BUS_ERROR;
	}
}

static void vbus_answer(struct emu_vbus *v, int ret)
{
	struct i2c_vbus_reply *reply = (struct i2c_vbus_reply *)(void *)v->answer;
	struct i2c_vbus_result *result = (struct i2c_vbus_result *)(void *)(reply + 1);
	unsigned int i, n = v->req.n;
	uint8_t *data;

	/* The one that failed, if any, is the last one that counts. */
	if (ret >= 0 && (unsigned int)ret < n)
		n = (unsigned int)ret + 1;
	if (ret < 0) {
		n = 1;
		v->msgs[0].status = ECC508A_EMU_BUS_ERROR;
	}
	*reply = (struct i2c_vbus_reply){ .seq = v->seq, .num = (uint16_t)n };
	data = (uint8_t *)(result + n);
	for (i = 0; i < n; i++) {
		const struct ecc508a_emu_msg *m = &v->msgs[i];
		bool rd = m->flags & ECC508A_EMU_M_RD;

		result[i].status = wire_status(m->status);
		if (m->status == ECC508A_EMU_OK)
			result[i].count = (uint16_t)m->len;
		else
			result[i].count = rd ? 0 : (uint16_t)m->acked;
		if (rd) {
			memcpy(data, m->buf, result[i].count);
			data += result[i].count;
		}
	}
	/* ESTALE: the caller has given up in the meantime. */
	if (write(v->src.fd, v->answer, (size_t)(data - v->answer)) < 0 && errno != ESTALE)
		emu_say("bus %u: i2c-%u refused an answer: %s", v->bus->index, v->bus->adapter_nr,
			strerror(errno));
}

static void vbus_done(struct emu_request *req, int ret)
{
	struct emu_vbus *v =
		(struct emu_vbus *)(void *)((char *)req - offsetof(struct emu_vbus, req));

	v->busy = false;
	vbus_answer(v, ret);
}

/* The kernel is trusted, but a version skew should not be a wild pointer. */
static bool vbus_parse(struct emu_vbus *v, size_t len)
{
	const struct i2c_vbus_xfer *x = (const void *)v->frame;
	const struct i2c_vbus_msg *m = (const void *)(x + 1);
	size_t used = sizeof(*x), read_used = 0;
	uint8_t *data;
	unsigned int i;

	if (len < used || x->kind != I2C_VBUS_XFER || x->num < 1 || x->num > I2C_VBUS_MSG_MAX ||
	    x->frame_len != len)
		return false;
	used += x->num * sizeof(*m);
	if (used > len)
		return false;
	data = v->frame + used;
	for (i = 0; i < x->num; i++) {
		struct ecc508a_emu_msg *out = &v->msgs[i];

		*out = (struct ecc508a_emu_msg){ .addr = m[i].addr, .len = m[i].len };
		if (m[i].flags & I2C_M_IGNORE_NAK)
			out->flags |= ECC508A_EMU_M_IGNORE_NAK;
		if (i + 1u < x->num && !(m[i].flags & I2C_M_STOP))
			out->flags |= ECC508A_EMU_M_NOSTOP;
		if (m[i].flags & I2C_M_RD) {
			out->flags |= ECC508A_EMU_M_RD;
			out->buf = v->reads + read_used;
			read_used += m[i].len;
			if (read_used > sizeof(v->reads))
				return false;
		} else {
			out->buf = data;
			data += m[i].len;
			if (data > v->frame + len)
				return false;
		}
	}
	v->seq = x->seq;
	v->req = (struct emu_request){
		.msgs = v->msgs, .n = x->num, .speed = v->bus->speed, .owner = v, .done = vbus_done
	};
	return true;
}

/* Somebody outside of the chip held SDA low: no transfer, and no time on the wire */
static void vbus_sda_low(struct emu_vbus *v, const struct i2c_vbus_xfer *x)
{
	v->seq = x->seq;
	v->req = (struct emu_request){ .n = 0 };
	emu_bus_advance(v->bus, 0);
	ecc508a_emu_bus_sda_low(v->bus->core, x->low_ns);
	emu_bus_kick(v->bus);
	vbus_answer(v, 0);
}

static void vbus_ready(struct loop_source *src, uint32_t events)
{
	struct emu_vbus *v =
		(struct emu_vbus *)(void *)((char *)src - offsetof(struct emu_vbus, src));
	ssize_t n;

	/*
	 * Busy: the caller gave up (its time-out is shorter than the wire time) and the next one
	 * is here already. It waits until the wire is free.
	 */
	if (v->busy || !(events & EPOLLIN))
		return;
	n = read(src->fd, v->frame, sizeof(v->frame));
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			emu_say("bus %u: reading from %s: %s", v->bus->index, I2C_VBUS_DEVICE,
				strerror(errno));
		return;
	}
	if ((size_t)n == sizeof(struct i2c_vbus_xfer)) {
		const struct i2c_vbus_xfer *x = (const void *)v->frame;

		if (x->kind == I2C_VBUS_SDA_LOW) {
			vbus_sda_low(v, x);
			return;
		}
	}
	if (!vbus_parse(v, (size_t)n)) {
		emu_say("bus %u: i2c-vbus.ko speaks another protocol; are module and program of "
			"one version?",
			v->bus->index);
		loop_stop();
		return;
	}
	v->busy = true;
	emu_bus_submit(v->bus, &v->req);
}

int emu_vbus_open(struct emu_bus *bus)
{
	struct i2c_vbus_new arg = { 0 };
	struct emu_vbus *v;
	int ret;

	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	v->bus = bus;
	v->src.ready = vbus_ready;
	v->src.events = EPOLLIN;
	v->src.fd = open(I2C_VBUS_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (v->src.fd < 0) {
		ret = -errno;
		emu_say("cannot open %s: %s%s", I2C_VBUS_DEVICE, strerror(errno),
			errno == ENOENT	  ? " (load the module first: modprobe i2c-vbus)"
			: errno == EACCES ? " (this needs root)"
					  : "");
		goto fail;
	}
	arg.bus_hz = bus->opt->speed_property ? bus->speed : 0;
	arg.timeout_ms = bus->opt->timeout_ms;
	arg.functionality = I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
	if (bus->opt->mangling)
		arg.functionality |= I2C_FUNC_PROTOCOL_MANGLING;
	if (!bus->opt->quick)
		arg.functionality &= ~(uint32_t)I2C_FUNC_SMBUS_QUICK;
	arg.wake_addr = bus->opt->wake_addr;
	if (bus->opt->nofreeze)
		arg.flags |= I2C_VBUS_NEW_NOFREEZE;
	snprintf(arg.name, sizeof(arg.name), "ecc508a-emu bus %u", bus->index);
	if (ioctl(v->src.fd, I2C_VBUS_NEW, &arg)) {
		ret = -errno;
		emu_say("cannot create an I2C adapter: %s", strerror(errno));
		goto fail_close;
	}
	bus->adapter_nr = arg.adapter_nr;
	ret = loop_add(&v->src);
	if (ret)
		goto fail_close;
	bus->vbus = v;
	return 0;

fail_close:
	close(v->src.fd);
fail:
	free(v);
	return ret;
}

int emu_vbus_set_speed(struct emu_bus *bus, uint32_t hz, bool property)
{
	uint32_t reported = property ? hz : 0;

	return ioctl(bus->vbus->src.fd, I2C_VBUS_SET_SPEED, &reported) ? -errno : 0;
}

void emu_vbus_close(struct emu_bus *bus)
{
	struct emu_vbus *v = bus->vbus;

	if (!v)
		return;
	bus->vbus = NULL;
	loop_remove(&v->src);
	close(v->src.fd);
	if (v->busy)
		emu_bus_withdraw(bus, &v->req);
	explicit_bzero(v, sizeof(*v));
	free(v);
}
