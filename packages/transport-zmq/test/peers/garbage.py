"""Peers that send what no server expects; prints the answers to those that are requests at all."""
import json
import os
import sys

import msgpack
import zmq

url = sys.argv[1]
context = zmq.Context.instance()


def connect(kind):
    socket = context.socket(kind)
    socket.setsockopt(zmq.RCVTIMEO, 10_000)
    socket.setsockopt(zmq.LINGER, 1_000)
    socket.connect(url)
    return socket


# No request and no packet: dropped. A packet that is not ours: a connection of a session peer, closed by core.
dealer = connect(zmq.DEALER)
dealer.send_multipart([b"a", b"b", b"c"])
dealer.send_multipart([os.urandom(300)] * 20)

req = connect(zmq.REQ)
for parts in [[os.urandom(1_000)], [b"one", b"two"], [b""], [b"", b""], [b"x" * 100_000]]:
    req.send_multipart(parts)
    print(json.dumps(msgpack.unpackb(req.recv())), flush=True)

# With a request id in front of the empty part; the socket takes an answer only if the id comes back.
correlated = context.socket(zmq.REQ)
correlated.setsockopt(zmq.RCVTIMEO, 10_000)
correlated.setsockopt(zmq.LINGER, 0)
correlated.setsockopt(zmq.REQ_CORRELATE, 1)
correlated.connect(url)
correlated.send(msgpack.packb(["Adder.add", [20, 22]]))
print(json.dumps(msgpack.unpackb(correlated.recv())), flush=True)
