"""An FTPS server of pyftpdlib, as its configuration file (the only argument) says."""

import json
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import TLS_FTPHandler
from pyftpdlib.servers import FTPServer

with open(sys.argv[1], encoding="utf-8") as file:
    configuration = json.load(file)


class Handler(TLS_FTPHandler):
    authorizer = DummyAuthorizer()
    certfile = configuration["certificate"]
    tls_control_required = True
    tls_data_required = True
    passive_ports = range(configuration["passivePorts"][0], configuration["passivePorts"][1] + 1)
    use_gmt_times = "local-times" not in configuration["settings"]


if "no-epsv" in configuration["settings"]:
    names = set(TLS_FTPHandler.proto_cmds) - {"EPSV", "EPRT"}
    Handler.proto_cmds = {name: TLS_FTPHandler.proto_cmds[name] for name in names}

Handler.authorizer.add_user(
    configuration["user"], configuration["password"], configuration["root"], perm="elradfmwMT"
)
FTPServer(("127.0.0.1", configuration["port"]), Handler).serve_forever()
