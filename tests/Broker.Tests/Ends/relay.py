# Joins stdio with a Unix socket: how sshd's forced command reaches the agent that the test plays.
import os
import socket
import sys
import threading

agent = socket.socket(socket.AF_UNIX)
agent.connect(sys.argv[1])


def to_agent():
    while chunk := os.read(0, 1 << 16):
        agent.sendall(chunk)
    agent.shutdown(socket.SHUT_WR)


threading.Thread(target=to_agent, daemon=True).start()
while chunk := agent.recv(1 << 16):
    while chunk:
        chunk = chunk[os.write(1, chunk):]
os._exit(0)
