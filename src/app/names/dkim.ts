/** Keys that sign our mail, built from a configuration. @module */
import { join, resolve } from "node:path";
import type { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import type { Clock } from "../../base/clock.ts";
import type { Config } from "../../config/schema.ts";
import type { Dns } from "../../dns/answers.ts";
import { DkimKeys } from "../../federation/dkim/dkim_keys.ts";
import { DkimSigner } from "../../federation/dkim/dkim_signer.ts";
import { DKIM_COLLECTION, KEY_ROW } from "../../federation/dkim/key_rows.ts";
import { KeyWatch } from "../../federation/dkim/key_watch.ts";
import {
  type RsaEngine,
  Signatures,
} from "../../federation/dkim/signatures.ts";
import type { Signer } from "../../federation/signer.ts";
import { RecordSet } from "../../store/record_set.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Store } from "../../store/store.ts";

export interface Dkim {
  readonly keys: DkimKeys;
  readonly watch: KeyWatch;
  readonly signer: Signer;
  engine(): RsaEngine;
  close(): void;
}

export interface DkimParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly dns: Dns;
  readonly reported: ReportedConditions;
  config(): Config;
  reportBug(error: unknown): void;
}

/** Signatures that are made beside each other; two cores are all that most machines have. */
const MOST_AT_ONCE = 2;

/** Keys are not made yet: that is done when they are wanted first. */
export async function openDkim(parts: DkimParts): Promise<Dkim> {
  const { store, clock, reported, reportBug, config } = parts;
  const problems = new Map<"record" | "file" | "signing", string>();
  function tell(about: "record" | "file" | "signing", problem?: string): void {
    if (problem === undefined) problems.delete(about);
    else problems.set(about, problem);
    const [first] = problems.values();
    if (first === undefined) reported.clear("dkim_key_lost");
    else reported.report("dkim_key_lost", first);
  }
  const rows = await RecordSet.open({
    store,
    collection: DKIM_COLLECTION,
    schema: KEY_ROW,
    onUnreadable: (key) =>
      tell("record", `${key} cannot be read in the database`),
    reportBug,
  });
  const keys = new DkimKeys({
    rows,
    directory: join(config().server.stateDir, "dkim"),
    ...keyFileOf(config()),
    domains: namesOfAuthors(config()),
    settings: () => config().dkim,
    clock,
    lived: store.clock,
  });
  const signatures = new Signatures({
    atOnce: Math.min(MOST_AT_ONCE, navigator.hardwareConcurrency),
    onFault: reportBug,
  });
  return {
    keys,
    engine: () => signatures.engine(),
    watch: new KeyWatch({
      keys,
      dns: parts.dns,
      isEnabled: () =>
        config().dkim.enabled && parts.settings.get("federation_enabled"),
      onFiles: (problem) => tell("file", problem),
      onRecords(problem) {
        if (problem === undefined) return reported.clear("dkim_record");
        reported.report("dkim_record", problem);
      },
    }),
    signer: new DkimSigner({
      keys,
      signatures,
      settings: () => config().dkim,
      clock,
      onTrouble: (problem) => tell("signing", problem),
    }),
    close() {
      rows.close();
    },
  };
}

function keyFileOf({ server, dkim }: Config): { keyFile?: string } {
  if (dkim.keyFile === undefined) return {};
  return { keyFile: resolve(server.stateDir, dkim.keyFile) };
}

/** Names that our authors have, the primary domain first; an address has no keys in the DNS. */
export function namesOfAuthors({ server }: Config): string[] {
  const names = [
    server.domain,
    ...server.domains,
    ...Object.keys(server.domainAliases),
  ];
  return [...new Set(names)].filter((name) => !name.startsWith("["));
}
