"""A Delta Chat core that has a device token, as on a phone.

Speaks JSON-RPC on standard input and output, as the core's own server does,
which cannot be told a token. DC_ACCOUNTS_PATH and DEVICE_TOKEN are its
environment; the package `deltachat` has the core, an older one than the
clients, which gives events one by one.
"""

import json
import os
import sys
import threading

from deltachat.capi import ffi, lib

BATCH = "get_next_event_batch"
SINGLE = "get_next_event"
batches = set()


def write_answers(rpc):
    while True:
        text = lib.dc_jsonrpc_next_response(rpc)
        if text == ffi.NULL:
            return
        answer = json.loads(ffi.string(text))
        lib.dc_str_unref(text)
        if answer.get("id") in batches:
            batches.remove(answer["id"])
            answer["result"] = [answer["result"]]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


accounts = lib.dc_accounts_new(os.environ["DC_ACCOUNTS_PATH"].encode(), 1)
token = os.environ["DEVICE_TOKEN"].encode()
lib.dc_accounts_set_push_device_token(accounts, token)
rpc = lib.dc_jsonrpc_init(accounts)
threading.Thread(target=write_answers, args=(rpc,), daemon=True).start()
for line in sys.stdin:
    request = json.loads(line)
    if request["method"] == BATCH:
        batches.add(request["id"])
        request["method"] = SINGLE
    lib.dc_jsonrpc_request(rpc, json.dumps(request).encode())
