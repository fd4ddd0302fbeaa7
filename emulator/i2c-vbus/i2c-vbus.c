// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * I2C adapters whose slaves are a program: what tpm_vtpm_proxy is to TPMs.
 *
 * One open file of /dev/i2c-vbus is one adapter; i2c-vbus.h tells the
 * protocol. The I2C core serialises the transfers of an adapter, so there is
 * never more than one under way, and it moves through
 *
 *	IDLE -> QUEUED (caller waits) -> SENT (server has read it) -> DONE -> IDLE
 *
 * Everything of that is under vbus->lock. The lock is never held while user
 * memory is touched: a server must not be able to delay a caller beyond the
 * time-out by handing in a page that takes forever to fault in. The messages
 * belong to the caller, who is in vbus_xfer() while vbus->msgs is set.
 *
 * A server that dies leaves an adapter that answers ENODEV. It is taken apart
 * by a work item, because i2c_del_adapter() waits until the last /dev/i2c-N is
 * closed and a process must be able to exit whatever others do.
 */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/gpio/driver.h>
#include <linux/gpio/machine.h>
#include <linux/i2c.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/property.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "i2c-vbus.h"

#define VBUS_TIMEOUT_MS		1000
#define VBUS_NUDGE_MS		5000

/* Flags that change how a message goes over the wire (not who owns memory). */
#define VBUS_MANGLING_FLAGS	(I2C_M_IGNORE_NAK | I2C_M_REV_DIR_ADDR | I2C_M_NO_RD_ACK | \
				 I2C_M_STOP)
#define VBUS_FUNC_DEFAULT	(I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL | I2C_FUNC_PROTOCOL_MANGLING)
#define VBUS_FUNC_ALL		(VBUS_FUNC_DEFAULT | I2C_FUNC_NOSTART | I2C_FUNC_10BIT_ADDR)

enum vbus_state {
	VBUS_IDLE,
	VBUS_QUEUED,
	VBUS_SENT,
	VBUS_DONE,
};

struct vbus {
	struct mutex lock;		/* everything down to ret */
	wait_queue_head_t server_wait;	/* for QUEUED */
	wait_queue_head_t caller_wait;	/* for DONE or dead */
	enum vbus_state state;
	bool creating;			/* I2C_VBUS_NEW is under way */
	bool created;			/* the adapter exists */
	bool dead;			/* the server is gone */
	u32 seq;
	u64 start_ns;
	struct i2c_msg *msgs;		/* NULL: SDA was low for low_ns */
	int num;
	u32 low_ns;
	int ret;

	u32 func;
	unsigned long timeout;
	struct i2c_adapter adap;

	/* "clock-frequency"; see vbus_set_speed() */
	struct software_node swnode;
	struct property_entry with_speed[2];
	struct property_entry no_speed[1];

	/* the line that pulls SDA low; see vbus_wake_add() */
	struct vbus_wake *wake;

	struct work_struct reap;
	struct delayed_work nudge;
	struct task_struct *reaper;
};

static struct workqueue_struct *vbus_wq;

struct vbus_wake;
static struct miscdevice vbus_misc;

/* ---- the caller's side: somebody's i2c_transfer() ---- */

static u16 vbus_wire_flags(const struct vbus *vbus, const struct i2c_msg *msg)
{
	u16 flags = msg->flags & (I2C_M_RD | I2C_M_TEN);

	if (vbus->func & I2C_FUNC_PROTOCOL_MANGLING)
		flags |= msg->flags & VBUS_MANGLING_FLAGS;
	if (vbus->func & I2C_FUNC_NOSTART)
		flags |= msg->flags & I2C_M_NOSTART;
	return flags;
}

static int vbus_check_msgs(const struct vbus *vbus, const struct i2c_msg *msgs, int num)
{
	size_t total = 0;
	int i;

	if (num < 1 || num > I2C_VBUS_MSG_MAX)
		return -EOPNOTSUPP;
	for (i = 0; i < num; i++) {
		if (msgs[i].flags & I2C_M_RECV_LEN)
			return -EOPNOTSUPP;
		if ((msgs[i].flags & I2C_M_TEN) && !(vbus->func & I2C_FUNC_10BIT_ADDR))
			return -EOPNOTSUPP;
		if (!msgs[i].len && !(vbus->func & I2C_FUNC_SMBUS_QUICK))
			return -EOPNOTSUPP;
		total += msgs[i].len;
	}
	return total > I2C_VBUS_DATA_MAX ? -EOPNOTSUPP : 0;
}

/* Read without the lock as a wait condition; decided again under it. */
static bool vbus_settled(struct vbus *vbus)
{
	return READ_ONCE(vbus->state) == VBUS_DONE || READ_ONCE(vbus->dead);
}

/* Hand one request to the server and wait for its answer; without messages SDA was low. */
static int vbus_submit(struct vbus *vbus, struct i2c_msg *msgs, int num, u32 low_ns)
{
	int ret;

	mutex_lock(&vbus->lock);
	if (vbus->dead) {
		mutex_unlock(&vbus->lock);
		return -ENODEV;
	}
	vbus->msgs = msgs;
	vbus->num = num;
	vbus->low_ns = low_ns;
	vbus->seq++;
	vbus->start_ns = ktime_get_ns();
	WRITE_ONCE(vbus->state, VBUS_QUEUED);
	mutex_unlock(&vbus->lock);
	wake_up_interruptible(&vbus->server_wait);

	/*
	 * Not interruptible: once the server has seen it the transfer happens,
	 * and a driver that is told otherwise would leave its chip half-way
	 * through a command. The time-out bounds the wait.
	 */
	wait_event_timeout(vbus->caller_wait, vbus_settled(vbus), vbus->timeout);

	mutex_lock(&vbus->lock);
	if (vbus->state == VBUS_DONE)
		ret = vbus->ret;
	else
		ret = vbus->dead ? -ENODEV : -ETIMEDOUT;
	WRITE_ONCE(vbus->state, VBUS_IDLE);
	vbus->msgs = NULL;
	vbus->num = 0;
	mutex_unlock(&vbus->lock);
	return ret;
}

static int vbus_xfer(struct i2c_adapter *adap, struct i2c_msg *msgs, int num)
{
	struct vbus *vbus = i2c_get_adapdata(adap);
	int ret = vbus_check_msgs(vbus, msgs, num);

	return ret ?: vbus_submit(vbus, msgs, num, 0);
}

static u32 vbus_functionality(struct i2c_adapter *adap)
{
	struct vbus *vbus = i2c_get_adapdata(adap);

	return vbus->func;
}

static const struct i2c_algorithm vbus_algorithm = {
	.master_xfer = vbus_xfer,
	.functionality = vbus_functionality,
};

/* ---- the server's side: read() and write() ---- */

/* The frame of the transfer under way. Called with the lock held. */
static void *vbus_build_frame(struct vbus *vbus, size_t *lenp)
{
	size_t len = sizeof(struct i2c_vbus_xfer) + vbus->num * sizeof(struct i2c_vbus_msg);
	struct i2c_vbus_xfer *head;
	struct i2c_vbus_msg *wire;
	u8 *data;
	int i;

	for (i = 0; i < vbus->num; i++)
		if (!(vbus->msgs[i].flags & I2C_M_RD))
			len += vbus->msgs[i].len;
	head = kvzalloc(len, GFP_KERNEL);
	if (!head)
		return NULL;

	head->seq = vbus->seq;
	head->num = vbus->num;
	head->kind = vbus->msgs ? I2C_VBUS_XFER : I2C_VBUS_SDA_LOW;
	head->frame_len = len;
	head->low_ns = vbus->low_ns;
	head->start_ns = vbus->start_ns;
	wire = (struct i2c_vbus_msg *)(head + 1);
	data = (u8 *)(wire + vbus->num);
	for (i = 0; i < vbus->num; i++) {
		const struct i2c_msg *msg = &vbus->msgs[i];

		wire[i].addr = msg->addr;
		wire[i].flags = vbus_wire_flags(vbus, msg);
		wire[i].len = msg->len;
		if (!(msg->flags & I2C_M_RD)) {
			memcpy(data, msg->buf, msg->len);
			data += msg->len;
		}
	}
	*lenp = len;
	return head;
}

static ssize_t vbus_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	struct vbus *vbus = file->private_data;
	size_t len = 0;
	void *frame;
	int ret;
	u32 seq;

	mutex_lock(&vbus->lock);
	while (vbus->created && vbus->state != VBUS_QUEUED) {
		mutex_unlock(&vbus->lock);
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(vbus->server_wait,
					       READ_ONCE(vbus->state) == VBUS_QUEUED);
		if (ret)
			return ret;
		mutex_lock(&vbus->lock);
	}
	if (!vbus->created) {
		mutex_unlock(&vbus->lock);
		return -ENOTCONN;
	}
	frame = vbus_build_frame(vbus, &len);
	if (frame && size >= len)
		WRITE_ONCE(vbus->state, VBUS_SENT);
	seq = vbus->seq;
	mutex_unlock(&vbus->lock);

	if (!frame)
		return -ENOMEM;
	ret = size < len ? -EMSGSIZE : 0;
	if (!ret && copy_to_user(buf, frame, len)) {
		/* Not delivered: it waits for the next read(). */
		mutex_lock(&vbus->lock);
		if (vbus->state == VBUS_SENT && vbus->seq == seq)
			WRITE_ONCE(vbus->state, VBUS_QUEUED);
		mutex_unlock(&vbus->lock);
		ret = -EFAULT;
	}
	kvfree_sensitive(frame, len);
	return ret ? ret : len;
}

static int vbus_status_to_errno(u16 status)
{
	switch (status) {
	case I2C_VBUS_OK:
		return 0;
	case I2C_VBUS_ADDR_NAK:
		return -ENXIO;
	case I2C_VBUS_DATA_NAK:
	case I2C_VBUS_BUS_ERROR:
		return -EIO;
	case I2C_VBUS_ARB_LOST:
		return -EAGAIN;
	case I2C_VBUS_TIMEOUT:
		return -ETIMEDOUT;
	default:
		return -EINVAL;
	}
}

static bool vbus_ignored(const struct vbus *vbus, const struct i2c_msg *msg, u16 status)
{
	return (status == I2C_VBUS_ADDR_NAK || status == I2C_VBUS_DATA_NAK) &&
	       (vbus_wire_flags(vbus, msg) & I2C_M_IGNORE_NAK);
}

/*
 * Hold an answer against the transfer under way. Returns 0 and what the caller
 * of i2c_transfer() shall see in *outcome, or -EINVAL if it makes no sense.
 * Called with the lock held; changes nothing.
 */
static int vbus_check_reply(const struct vbus *vbus, const struct i2c_vbus_result *results,
			    int num, size_t data_len, int *outcome)
{
	size_t total = 0;
	int i;

	*outcome = num;
	if (!vbus->msgs)
		return num || data_len ? -EINVAL : 0;
	if (num < 1 || num > vbus->num)
		return -EINVAL;
	for (i = 0; i < num; i++) {
		const struct i2c_msg *msg = &vbus->msgs[i];
		u16 status = results[i].status, count = results[i].count;

		if (status > I2C_VBUS_BUS_ERROR || count > msg->len)
			return -EINVAL;
		if (msg->flags & I2C_M_RD) {
			if (status == I2C_VBUS_OK && count != msg->len)
				return -EINVAL;
			total += count;
		}
		if (status == I2C_VBUS_OK || vbus_ignored(vbus, msg, status))
			continue;
		if (i != num - 1)
			return -EINVAL;
		*outcome = vbus_status_to_errno(status);
	}
	if (*outcome >= 0 && num != vbus->num)
		return -EINVAL;
	return total == data_len ? 0 : -EINVAL;
}

/* Called with the lock held, after vbus_check_reply(). */
static void vbus_copy_results(struct vbus *vbus, const struct i2c_vbus_result *results, int num,
			      const u8 *data)
{
	int i;

	for (i = 0; i < num; i++) {
		struct i2c_msg *msg = &vbus->msgs[i];
		u16 count = results[i].count;

		if (!(msg->flags & I2C_M_RD))
			continue;
		memcpy(msg->buf, data, count);
		memset(msg->buf + count, 0xff, msg->len - count);
		data += count;
	}
}

static ssize_t vbus_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	struct vbus *vbus = file->private_data;
	const struct i2c_vbus_result *results;
	const struct i2c_vbus_reply *reply;
	size_t head;
	int outcome;
	void *frame;
	int ret;

	if (size < sizeof(*reply) || size > I2C_VBUS_FRAME_MAX)
		return -EINVAL;
	frame = vmemdup_user(buf, size);
	if (IS_ERR(frame))
		return PTR_ERR(frame);

	reply = frame;
	results = (const struct i2c_vbus_result *)(reply + 1);
	head = sizeof(*reply) + (size_t)reply->num * sizeof(*results);
	ret = -EINVAL;
	if (reply->reserved || size < head)
		goto out;

	mutex_lock(&vbus->lock);
	if (!vbus->created) {
		ret = -ENOTCONN;
	} else if (vbus->state != VBUS_SENT || vbus->seq != reply->seq) {
		ret = -ESTALE;
	} else {
		ret = vbus_check_reply(vbus, results, reply->num, size - head, &outcome);
		if (!ret) {
			vbus_copy_results(vbus, results, reply->num, (const u8 *)frame + head);
			vbus->ret = outcome;
			WRITE_ONCE(vbus->state, VBUS_DONE);
		}
	}
	mutex_unlock(&vbus->lock);
	if (!ret)
		wake_up(&vbus->caller_wait);
out:
	kvfree_sensitive(frame, size);
	return ret ? ret : size;
}

static __poll_t vbus_poll(struct file *file, poll_table *wait)
{
	struct vbus *vbus = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &vbus->server_wait, wait);
	mutex_lock(&vbus->lock);
	if (!vbus->created)
		mask = EPOLLERR;
	else if (vbus->state == VBUS_QUEUED)
		mask = EPOLLIN | EPOLLRDNORM;
	else if (vbus->state == VBUS_SENT)
		mask = EPOLLOUT | EPOLLWRNORM;
	mutex_unlock(&vbus->lock);
	return mask;
}

/* ---- a GPIO that pulls SDA low, for boards that wake a slave in this way ---- */

#if IS_ENABLED(CONFIG_GPIOLIB)

struct vbus_wake {
	struct gpio_chip gc;
	struct vbus *vbus;
	u64 since_ns;			/* high since then; 0: low */
	char label[16], client[16];
	struct gpiod_lookup_table table; /* ends with an array */
};

/* Whoever drives the line has locked the bus, so there is no transfer under way. */
static int vbus_wake_set(struct gpio_chip *gc, unsigned int offset, int value)
{
	struct vbus_wake *wake = gpiochip_get_data(gc);
	u64 now = ktime_get_ns(), since = wake->since_ns;

	if (value) {
		wake->since_ns = since ?: now;
		return 0;
	}
	wake->since_ns = 0;
	if (!since)
		return 0;
	return vbus_submit(wake->vbus, NULL, 0, min_t(u64, now - since, U32_MAX));
}

static int vbus_wake_output(struct gpio_chip *gc, unsigned int offset, int value)
{
	return vbus_wake_set(gc, offset, value);
}

static int vbus_wake_direction(struct gpio_chip *gc, unsigned int offset)
{
	return GPIO_LINE_DIRECTION_OUT;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
static void vbus_wake_set_void(struct gpio_chip *gc, unsigned int offset, int value)
{
	vbus_wake_set(gc, offset, value);
}
#endif

/* After the adapter is there, because its number names the client */
static int vbus_wake_add(struct vbus *vbus, u16 addr)
{
	struct vbus_wake *wake;
	int ret;

	if (!addr)
		return 0;
	wake = kzalloc(struct_size(wake, table.table, 2), GFP_KERNEL);
	if (!wake)
		return -ENOMEM;
	wake->vbus = vbus;
	snprintf(wake->label, sizeof(wake->label), "i2c-vbus-%d", vbus->adap.nr);
	snprintf(wake->client, sizeof(wake->client), "%d-%04x", vbus->adap.nr, addr);
	wake->gc.label = wake->label;
	wake->gc.parent = vbus_misc.this_device;
	wake->gc.owner = THIS_MODULE;
	wake->gc.base = -1;
	wake->gc.ngpio = 1;
	wake->gc.can_sleep = true;
	wake->gc.get_direction = vbus_wake_direction;
	wake->gc.direction_output = vbus_wake_output;
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
	wake->gc.set = vbus_wake_set_void;
#else
	wake->gc.set = vbus_wake_set;
#endif
	ret = gpiochip_add_data(&wake->gc, wake);
	if (ret) {
		kfree(wake);
		return ret;
	}
	wake->table.dev_id = wake->client;
	wake->table.table[0] = GPIO_LOOKUP(wake->label, 0, "wake", GPIO_ACTIVE_HIGH);
	gpiod_add_lookup_table(&wake->table);
	vbus->wake = wake;
	return 0;
}

static void vbus_wake_remove(struct vbus *vbus)
{
	struct vbus_wake *wake = vbus->wake;

	if (!wake)
		return;
	gpiod_remove_lookup_table(&wake->table);
	gpiochip_remove(&wake->gc);
	kfree(wake);
}

#else

static int vbus_wake_add(struct vbus *vbus, u16 addr)
{
	return addr ? -EOPNOTSUPP : 0;
}

static void vbus_wake_remove(struct vbus *vbus)
{
}

#endif

/* ---- life of an adapter ---- */

/*
 * A software node lives as long as the adapter's device, and drivers read its
 * properties at any time without a lock. So the arrays stay in place, a new
 * speed is one aligned store, and "no speed" is another array.
 */
static void vbus_set_speed(struct vbus *vbus, u32 hz)
{
	if (hz)
		WRITE_ONCE(vbus->with_speed[0].value.u32_data[0], hz);
	WRITE_ONCE(vbus->swnode.properties, hz ? vbus->with_speed : vbus->no_speed);
}

/*
 * i2c_del_adapter() may wait for hours for somebody who keeps /dev/i2c-N open.
 * Nothing is wrong then, but the hung task detector would print a stack trace
 * about a task that sleeps uninterruptibly without ever running. Let it run.
 */
static void vbus_nudge(struct work_struct *work)
{
	struct vbus *vbus = container_of(to_delayed_work(work), struct vbus, nudge);

	wake_up_process(vbus->reaper);
	schedule_delayed_work(&vbus->nudge, msecs_to_jiffies(VBUS_NUDGE_MS));
}

static void vbus_reap(struct work_struct *work)
{
	struct vbus *vbus = container_of(work, struct vbus, reap);

	vbus->reaper = current;
	schedule_delayed_work(&vbus->nudge, msecs_to_jiffies(VBUS_NUDGE_MS));
	i2c_del_adapter(&vbus->adap);
	cancel_delayed_work_sync(&vbus->nudge);
	vbus_wake_remove(vbus);
	software_node_unregister(&vbus->swnode);
	mutex_destroy(&vbus->lock);
	kfree(vbus);
}

/*
 * Called without the lock: whoever learns of the new adapter from within
 * i2c_add_adapter() may start a transfer on it (and gets a time-out).
 */
static int vbus_create(struct vbus *vbus, struct i2c_vbus_new *arg)
{
	struct i2c_adapter *adap = &vbus->adap;
	int ret;

	vbus->func = arg->functionality ?: VBUS_FUNC_DEFAULT;
	vbus->timeout = msecs_to_jiffies(arg->timeout_ms ?: VBUS_TIMEOUT_MS);
	vbus->with_speed[0] = PROPERTY_ENTRY_U32("clock-frequency", arg->bus_hz);
	vbus_set_speed(vbus, arg->bus_hz);

	adap->owner = THIS_MODULE;
	adap->algo = &vbus_algorithm;
	adap->dev.parent = vbus_misc.this_device;
	strscpy(adap->name, arg->name[0] ? arg->name : "i2c-vbus", sizeof(adap->name));
	i2c_set_adapdata(adap, vbus);

	ret = software_node_register(&vbus->swnode);
	if (ret)
		return ret;
	/* Before the adapter exists: a driver may probe on it at once. */
	adap->dev.fwnode = software_node_fwnode(&vbus->swnode);
	ret = i2c_add_adapter(adap);
	if (ret) {
		software_node_unregister(&vbus->swnode);
		memset(adap, 0, sizeof(*adap));
		return ret;
	}
	ret = vbus_wake_add(vbus, arg->wake_addr);
	if (ret) {
		i2c_del_adapter(adap);
		software_node_unregister(&vbus->swnode);
		memset(adap, 0, sizeof(*adap));
		return ret;
	}
	if (arg->flags & I2C_VBUS_NEW_NOFREEZE)
		current->flags |= PF_NOFREEZE;
	arg->adapter_nr = adap->nr;
	return 0;
}

static int vbus_ioctl_new(struct vbus *vbus, struct i2c_vbus_new __user *user)
{
	struct i2c_vbus_new arg;
	int ret = 0;

	if (copy_from_user(&arg, user, sizeof(arg)))
		return -EFAULT;
	if (arg.adapter_nr || memchr_inv(arg.reserved, 0, sizeof(arg.reserved)) ||
	    strnlen(arg.name, sizeof(arg.name)) == sizeof(arg.name) ||
	    arg.timeout_ms > I2C_VBUS_TIMEOUT_MAX_MS || arg.wake_addr > 0x7f ||
	    (arg.flags & ~I2C_VBUS_NEW_NOFREEZE))
		return -EINVAL;
	if (arg.functionality &&
	    ((arg.functionality & ~VBUS_FUNC_ALL) || !(arg.functionality & I2C_FUNC_I2C)))
		return -EINVAL;

	mutex_lock(&vbus->lock);
	if (vbus->created || vbus->creating)
		ret = -EBUSY;
	else
		vbus->creating = true;
	mutex_unlock(&vbus->lock);
	if (ret)
		return ret;

	ret = vbus_create(vbus, &arg);
	mutex_lock(&vbus->lock);
	vbus->created = !ret;
	vbus->creating = false;
	mutex_unlock(&vbus->lock);
	if (ret)
		return ret;
	return copy_to_user(user, &arg, sizeof(arg)) ? -EFAULT : 0;
}

static long vbus_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vbus *vbus = file->private_data;
	void __user *user = (void __user *)arg;
	int ret = 0;
	u32 hz;

	switch (cmd) {
	case I2C_VBUS_NEW:
		return vbus_ioctl_new(vbus, user);
	case I2C_VBUS_SET_SPEED:
		if (get_user(hz, (u32 __user *)user))
			return -EFAULT;
		mutex_lock(&vbus->lock);
		if (vbus->created)
			vbus_set_speed(vbus, hz);
		else
			ret = -ENOTCONN;
		mutex_unlock(&vbus->lock);
		return ret;
	default:
		return -ENOTTY;
	}
}

static int vbus_open(struct inode *inode, struct file *file)
{
	struct vbus *vbus = kzalloc(sizeof(*vbus), GFP_KERNEL);

	if (!vbus)
		return -ENOMEM;
	mutex_init(&vbus->lock);
	init_waitqueue_head(&vbus->server_wait);
	init_waitqueue_head(&vbus->caller_wait);
	INIT_WORK(&vbus->reap, vbus_reap);
	INIT_DELAYED_WORK(&vbus->nudge, vbus_nudge);
	file->private_data = vbus;
	return stream_open(inode, file);
}

static int vbus_release(struct inode *inode, struct file *file)
{
	struct vbus *vbus = file->private_data;

	if (!vbus->created) {
		mutex_destroy(&vbus->lock);
		kfree(vbus);
		return 0;
	}
	mutex_lock(&vbus->lock);
	WRITE_ONCE(vbus->dead, true);
	mutex_unlock(&vbus->lock);
	wake_up(&vbus->caller_wait);
	queue_work(vbus_wq, &vbus->reap);
	return 0;
}

static const struct file_operations vbus_fops = {
	.owner = THIS_MODULE,
	.open = vbus_open,
	.release = vbus_release,
	.read = vbus_read,
	.write = vbus_write,
	.poll = vbus_poll,
	.unlocked_ioctl = vbus_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice vbus_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "i2c-vbus",
	.fops = &vbus_fops,
	.mode = 0600,
};

static int __init vbus_init(void)
{
	int ret;

	vbus_wq = alloc_workqueue("i2c-vbus", WQ_UNBOUND, 0);
	if (!vbus_wq)
		return -ENOMEM;
	ret = misc_register(&vbus_misc);
	if (ret)
		destroy_workqueue(vbus_wq);
	return ret;
}

static void __exit vbus_exit(void)
{
	misc_deregister(&vbus_misc);
	/* Adapters whose last user is just leaving. */
	destroy_workqueue(vbus_wq);
}

module_init(vbus_init);
module_exit(vbus_exit);

MODULE_AUTHOR("The ecc508a authors");
MODULE_DESCRIPTION("I2C adapters with slaves in userspace");
MODULE_LICENSE("GPL");
