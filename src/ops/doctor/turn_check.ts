/** Calls: whether the TURN server relays, and at an address that others can use. @module */
import type { Finding } from "../../admin/doctor_control.ts";
import { isPublicAddress } from "../../dns/address_kind.ts";
import { type Check, fail, type LiveWorld, pass, skip, warn } from "./check.ts";

const ID = "turn";

async function turn(
  { live, context }: LiveWorld,
): Promise<readonly Finding[]> {
  const status = await live.turn.status();
  const wanted = context.listeners();
  if (wanted.turn.length + wanted.turn_tls.length === 0) {
    return [skip(
      ID,
      "The TURN server is off: clients use that of somebody else for calls",
    )];
  }
  if (!status.running) {
    return [fail(
      ID,
      "The TURN server does not run",
      "postern status; postern turn enable",
    )];
  }
  if (status.relay_addresses.length === 0 || status.server === null) {
    return [fail(
      ID,
      "No public address of this machine is known, so clients are not told of the TURN server",
      "postern settings set turn_relay_ip ADDRESS",
    )];
  }
  const { steps } = await live.turn.test();
  const failed = steps.find(({ ok }) => !ok);
  if (failed) {
    return [fail(
      ID,
      `${failed.name}: ${failed.detail}`,
      "postern turn test; a firewall may close UDP to this machine itself: nft list ruleset",
    )];
  }
  const hidden = status.relay_addresses.filter((one) => !isPublicAddress(one));
  if (hidden.length > 0) {
    return [warn(
      ID,
      `Calls are relayed at ${
        hidden.join(", ")
      }, which only this network reaches`,
      "postern settings set turn_relay_ip ADDRESS",
    )];
  }
  const [first, last] = status.relay_ports;
  return [pass(
    ID,
    `${status.server} relays at ${
      status.relay_addresses.join(", ")
    }; UDP ports ${first} to ${last} have to be open, see postern firewall print`,
  )];
}

export const TURN_CHECKS: readonly Check[] = [
  { ids: [ID], lookLive: turn },
];
