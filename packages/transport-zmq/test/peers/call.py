"""A plain REQ peer: sends each request of a JSON list, prints each answer as a line of JSON."""
import json
import sys

import msgpack
import zmq

url, requests = sys.argv[1:]
socket = zmq.Context.instance().socket(zmq.REQ)
socket.setsockopt(zmq.RCVTIMEO, 10_000)
socket.setsockopt(zmq.LINGER, 0)
socket.connect(url)
for request in json.loads(requests):
    socket.send(msgpack.packb(request))
    print(json.dumps(msgpack.unpackb(socket.recv())), flush=True)
