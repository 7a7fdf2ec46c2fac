"""The lesson's own way: REQ and REP with pickle, in Python. A half of a measurement: `pyzmq.py server|client [url]`."""
import json
import os
import resource
import socket
import sys
import time

import zmq

role, url = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
# Node's channel between parent and child: lines of JSON.
parent = socket.socket(fileno=int(os.environ["NODE_CHANNEL_FD"]))
parent.setblocking(True)
context = zmq.Context()


def say(answer):
    parent.sendall(json.dumps(answer).encode() + b"\n")


def cpu_us():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1_000_000


class Questions:
    def __init__(self):
        self.rest = b""

    def read(self):
        """The questions that have come; ends the process when the parent is gone."""
        chunk = parent.recv(65_536)
        if not chunk:
            os._exit(1)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        return [json.loads(line) for line in lines]


def serve():
    rep = context.socket(zmq.REP)
    port = rep.bind_to_random_port("tcp://127.0.0.1")
    say({"url": f"tcp://127.0.0.1:{port}"})
    questions, served = Questions(), 0
    poller = zmq.Poller()
    poller.register(rep, zmq.POLLIN)
    poller.register(parent, zmq.POLLIN)
    functions = {"changeName": lambda name: name}
    while True:
        ready = dict(poller.poll())
        if rep in ready:
            name, args, kwargs = rep.recv_pyobj()
            served += 1
            rep.send_pyobj([True, functions[name](*args, **kwargs)])
        if parent.fileno() in ready:
            for question in questions.read():
                if question["ask"] == "close":
                    os._exit(0)
                say({"cpuUs": cpu_us(), "served": served})


def call():
    req = context.socket(zmq.REQ)
    req.connect(url)
    questions = Questions()

    def change_name():
        req.send_pyobj(["changeName", ["Alex"], {}])
        if not req.poll(30_000):
            raise TimeoutError
        good, value = req.recv_pyobj()
        assert good and value == "Alex"

    change_name()
    say({"can": ["call", "oneAtATime"]})
    while True:
        for question in questions.read():
            if question["ask"] == "close":
                os._exit(0)
            if question["ask"] == "usage":
                say({})
                continue
            times, cpu, start = [], cpu_us(), time.perf_counter()
            for _ in range(question["units"]):
                began = time.perf_counter()
                change_name()
                times.append(time.perf_counter() - began)
            wall = time.perf_counter() - start
            p50 = sorted(times)[len(times) // 2]
            say({"cpuUs": cpu_us() - cpu, "wallMs": wall * 1_000, "p50Us": p50 * 1_000_000})


serve() if role == "server" else call()
