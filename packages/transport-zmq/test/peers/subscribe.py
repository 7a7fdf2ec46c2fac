"""A plain SUB peer: prints what comes for a prefix as lines of JSON, until a topic ends in ".end"."""
import json
import sys

import msgpack
import zmq

url, prefix = sys.argv[1:]
socket = zmq.Context.instance().socket(zmq.SUB)
socket.setsockopt(zmq.RCVTIMEO, 10_000)
socket.setsockopt_string(zmq.SUBSCRIBE, prefix)
socket.connect(url)
topic = ""
while not topic.endswith(".end"):
    first, value = socket.recv_multipart()
    topic = first.decode()
    print(json.dumps([topic, msgpack.unpackb(value)]), flush=True)
