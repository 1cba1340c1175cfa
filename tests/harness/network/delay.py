"""Carries frames between two interfaces and keeps each for a time: a long link.

Usage: delay.py ONE OTHER MILLISECONDS. For kernels without netem.
"""

import collections
import select
import socket
import sys
import time

ETH_P_ALL = 3  # linux/if_ether.h
SOL_PACKET = 263  # packet(7)
PACKET_VNET_HDR = 15  # what checksums and sizes are yet to be done goes along
OUTGOING = 4
LARGEST = 65_535 + 14 + 10


def open_interface(name):
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    opened.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_000_000)
    opened.bind((name, ETH_P_ALL))
    opened.setblocking(False)
    return opened


def carry(one, other, seconds):
    waiting = collections.deque()  # in the order of their time
    opposite = {one: other, other: one}
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, where, frame = waiting.popleft()
            try:
                where.send(frame)
            except OSError:
                pass  # the link is down: a frame is lost, as on any wire
        limit = max(0.0, waiting[0][0] - now) if waiting else None
        for source in select.select([one, other], [], [], limit)[0]:
            try:
                while True:
                    frame, address = source.recvfrom(LARGEST)
                    if address[2] != OUTGOING:
                        due = time.monotonic() + seconds
                        waiting.append((due, opposite[source], frame))
            except OSError:
                pass  # nothing more, or the link is down


interfaces = [open_interface(name) for name in sys.argv[1:3]]
print("open", flush=True)
carry(*interfaces, int(sys.argv[3]) / 1000)
