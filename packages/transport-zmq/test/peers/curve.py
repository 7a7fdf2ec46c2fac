"""A plain peer behind CURVE: calls, then hears an event, printing lines of JSON; a key that is not allowed hears nothing."""
import json
import sys

import msgpack
import zmq

url, event_url, server_key, public_key, secret_key, timeout_ms = sys.argv[1:]


def connect(kind, where):
    socket = zmq.Context.instance().socket(kind)
    socket.curve_serverkey = server_key.encode()
    socket.curve_publickey = public_key.encode()
    socket.curve_secretkey = secret_key.encode()
    socket.setsockopt(zmq.RCVTIMEO, int(timeout_ms))
    socket.setsockopt(zmq.LINGER, 0)
    if kind == zmq.SUB:
        socket.setsockopt_string(zmq.SUBSCRIBE, "A")
    socket.connect(where)
    return socket


req = connect(zmq.REQ, url)
sub = connect(zmq.SUB, event_url)
try:
    # PUB sends nothing to who has not arrived yet: ask until the first is heard.
    while True:
        req.send(msgpack.packb(["Person.changeName", ["Alex"]]))
        print(json.dumps(msgpack.unpackb(req.recv())), flush=True)
        if sub.poll(10):
            topic, value = sub.recv_multipart()
            print(json.dumps([topic.decode(), msgpack.unpackb(value)]), flush=True)
            break
except zmq.Again:
    print(json.dumps("nobody answers"), flush=True)
