/** The socket that the command line talks to. @module */
import { join } from "node:path";
import { callOperation } from "../../admin/operation_table.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { CONTROL_SOCKET_NAME } from "../../control/control_protocol.ts";
import { ControlSocket } from "../../control/control_socket.ts";
import { makeDirectory } from "../../files/owner.ts";
import type { Assembly } from "../assembly.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";
import { type OptionalService, ServiceFailure } from "./service.ts";

/** Without it the relay still serves: what the command line writes is noticed in the database. */
export function controlService(
  { admin, current, relay }: Assembly,
): OptionalService {
  const { server } = current.loaded.values;
  const directory = server.runtimeDir || server.stateDir;
  let socket: ControlSocket | undefined;
  return {
    name: "control",
    optional: true,
    condition: "control_socket",
    async start(onLost) {
      try {
        makeDirectory(directory, 0o750);
        socket = await ControlSocket.open({
          path: join(directory, CONTROL_SOCKET_NAME),
          clock: SYSTEM_CLOCK,
          timers: SYSTEM_TIMERS,
          reportBug: relay.reportBug,
          call: (name, input) => callOperation(admin, name, input),
          onLost,
        });
      } catch (error) {
        throw new ServiceFailure(`${directory}: ${reasonOf(error)}`);
      }
    },
    stop: () => socket?.close(),
  };
}
