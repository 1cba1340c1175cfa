/** Who orders certificates for a server that runs, and what of it admins can have done. @module */
import type { CertificateAdmin } from "../../admin/certificate_admin.ts";
import type { Config } from "../../config/schema.ts";
import type { ConnectionSorter } from "../../net/connection_sorter.ts";
import type { Log } from "../../observe/log.ts";
import type { Renewers } from "../../tls/acme/renewers.ts";
import type { CertificateStore } from "../../tls/certificate_store.ts";
import { certificateSource } from "../certificates.ts";
import type { Relay } from "../relay.ts";
import type { ServiceListeners } from "../service_listeners.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";
import {
  type AuthorityParts,
  openRehearsal,
  openRenewers,
} from "./authority.ts";
import { certificateAdmin } from "./certificate_admin.ts";
import { type OwnSolvers, ownSolvers } from "./own_solvers.ts";

export interface OrderParts {
  readonly relay: Relay;
  readonly log: Log;
  readonly version: string;
  /** What is served; it takes up what was issued. */
  readonly certificates: CertificateStore;
  readonly listeners: ServiceListeners;
  /** With what settings say of certificates. */
  config(): Config;
  /** Of the port for HTTPS, once it is there. */
  sorter(): ConnectionSorter;
}

export interface Orders {
  readonly solvers: OwnSolvers;
  readonly renewers: Renewers;
  readonly operations: CertificateAdmin;
}

export function openOrders(parts: OrderParts): Orders {
  const { relay, log, version, certificates, listeners, config } = parts;
  const solvers = ownSolvers(listeners, () => parts.sorter());
  const authority: AuthorityParts = {
    ...relay,
    version,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    ownSolvers: solvers,
    config,
    onOutcome: ({ kind }) =>
      relay.journal.metrics.count("acme_attempts_total", kind),
    onIssued: async () => {
      await certificates.use(certificateSource(config()));
      log.operational({ event: "certificate", message: "obtained" });
    },
  };
  const renewers = openRenewers(authority);
  const operations = certificateAdmin({
    ...relay,
    renewers,
    config,
    served: certificates,
    alpn: solvers["tls-alpn-01"],
    rehearsal: (email) => openRehearsal(authority, email),
    // the port for HTTP does
    answering: (_listen, work) => work(),
  });
  return { solvers, renewers, operations };
}
