// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "netwatch.h"

#include <errno.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/route.h>
#include <linux/rtnetlink.h>

static bool netwatch_is_default_route(struct nlmsghdr *hdr)
{
	struct rtnl_route *route = NULL;
	struct nl_addr *dst;
	bool hit = false;

	if (rtnl_route_parse(hdr, &route) < 0)
		return false;
	dst = rtnl_route_get_dst(route);
	/* The kernel fills the table "local" as well; nothing in it leads outside. */
	hit = rtnl_route_get_table(route) != RT_TABLE_LOCAL &&
	      rtnl_route_get_type(route) == RTN_UNICAST && (!dst || !nl_addr_get_prefixlen(dst));
	rtnl_route_put(route);
	return hit;
}

static bool netwatch_is_address(struct nlmsghdr *hdr)
{
	struct ifaddrmsg *ifa;

	if (!nlmsg_valid_hdr(hdr, sizeof(*ifa)))
		return false;
	ifa = nlmsg_data(hdr);
	return ifa->ifa_scope == RT_SCOPE_UNIVERSE;
}

static int netwatch_on_message(struct nl_msg *msg, void *arg)
{
	struct netwatch *w = arg;
	struct nlmsghdr *hdr = nlmsg_hdr(msg);

	if (hdr->nlmsg_type == RTM_NEWROUTE)
		w->hit |= netwatch_is_default_route(hdr);
	else if (hdr->nlmsg_type == RTM_NEWADDR)
		w->hit |= netwatch_is_address(hdr);
	return NL_OK;
}

int netwatch_open(struct netwatch *w)
{
	int err;

	w->hit = false;
	w->sock = nl_socket_alloc();
	if (!w->sock)
		return -ENOMEM;
	/* Notifications are not answers: their numbers follow no order of ours. */
	nl_socket_disable_seq_check(w->sock);
	nl_socket_modify_cb(w->sock, NL_CB_VALID, NL_CB_CUSTOM, netwatch_on_message, w);
	err = nl_connect(w->sock, NETLINK_ROUTE);
	if (!err)
		err = nl_socket_add_memberships(w->sock, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
						RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
						RTNLGRP_NONE);
	if (!err)
		err = nl_socket_set_nonblocking(w->sock);
	if (err) {
		netwatch_close(w);
		return -EIO;
	}
	return nl_socket_get_fd(w->sock);
}

bool netwatch_read(struct netwatch *w)
{
	w->hit = false;
	/* Overrun means that much happened: look at once. */
	if (nl_recvmsgs_default(w->sock) == -NLE_NOMEM)
		w->hit = true;
	return w->hit;
}

void netwatch_close(struct netwatch *w)
{
	nl_socket_free(w->sock);
	w->sock = NULL;
}
