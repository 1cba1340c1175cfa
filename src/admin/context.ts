/**
 * What admin operations work on. The CLI builds one over the database alone;
 * in the server it also holds the parts that run.
 *
 * Results are JSON as CLI and API show them: snake_case, null where nothing is
 * known, times in seconds since 1970 UTC.
 *
 * @module
 */
import type { AccountOperations } from "../accounts/operations.ts";
import type { InvitationNotes } from "../sharing/invitation_notes.ts";
import type { Clock, Timers } from "../base/clock.ts";
import type { AccountId } from "../base/ids.ts";
import type { Listeners } from "../config/listeners.ts";
import type { Random } from "../base/random.ts";
import type { NoticeSealer } from "../delivery/notices/sealer.ts";
import type { RuleBook } from "../federation/policy/rule_book.ts";
import type { FederationStatistics } from "../federation/statistics/statistics.ts";
import type { QueueOptions } from "../federation/queue/options.ts";
import type { DkimKeys } from "../federation/dkim/dkim_keys.ts";
import type { KeyWatch } from "../federation/dkim/key_watch.ts";
import type { RsaEngine } from "../federation/dkim/signatures.ts";
import type { PublishedNames } from "../federation/published/published_names.ts";
import type { Exchange } from "../federation/exchange/exchange.ts";
import type { Address } from "../mail/address.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type { Shares } from "../sharing/shares.ts";
import type { Settings } from "../settings/settings.ts";
import type { AccountOrigin } from "../store/accounts.ts";
import type { Store } from "../store/store.ts";
import type { AdminAccess } from "./access/admin_access.ts";
import type { AuditLog } from "./access/audit.ts";
import type { BackupControl } from "./backup_control.ts";
import type { BandwidthControl } from "./bandwidth_control.ts";
import type { AdminCaller } from "./access/caller.ts";
import type { CertificateAdmin } from "./certificate_admin.ts";
import type { DoctorControl } from "./doctor_control.ts";
import type { AdminEvents } from "./events.ts";
import type { Jobs } from "./jobs.ts";
import type { NoticeRecords } from "./notices/notice_records.ts";
import type { HistoryControl } from "./history_control.ts";
import type { LiveServer } from "./live_server.ts";
import type { OwnPages } from "./own_pages.ts";
import type { TaskControl } from "./task_control.ts";

export interface AdminContext {
  /** Who asks; absent: the command line. */
  readonly caller?: AdminCaller;
  /** Who may use the API. */
  readonly access: AdminAccess;
  /** For panels that are open. */
  readonly events: AdminEvents;
  readonly audit: AuditLog;
  /** Work that goes on after it was begun. */
  readonly jobs: Jobs;
  readonly notices: NoticeRecords;
  /** Encrypts them. */
  readonly sealer: Pick<NoticeSealer, "write">;
  readonly ownPages: OwnPages;
  readonly invitationNotes: InvitationNotes;
  /** By what surface accounts are made; kept with them. */
  readonly origin: Extract<AccountOrigin, "cli" | "admin">;
  readonly store: Store;
  readonly accounts: AccountOperations;
  readonly domains: LocalDomains;
  readonly settings: Settings;
  readonly tasks: TaskControl;
  readonly backups: BackupControl;
  readonly bandwidth: BandwidthControl;
  readonly history: HistoryControl;
  readonly federation: FederationAdmin;
  readonly dkim: DkimAdmin;
  readonly names: PublishedNames;
  readonly certificates: CertificateAdmin;
  readonly doctor: DoctorControl;
  readonly exchange: Exchange;
  readonly shares: Shares;
  readonly tunnels: TunnelAdmin;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** Mail has come to their INBOXes, and is committed: phones are woken. */
  arrived(accounts: readonly AccountId[]): void;
  /** The `dclogin:` link of an account, for this server as it is reached now. */
  loginLink(address: Address, password: string): string;
  /** Where each service listens by file and settings. */
  listeners(): Listeners;
  /** Where the web site is: `https://host[:port]`; undefined: nowhere. */
  publicUrl(): string | undefined;
  /** Where API and panel are, in the same form. */
  adminUrl(): string | undefined;
  /** Whether the file has API and panel answer at all (`admin.enabled`). */
  adminIsAnswered(): boolean;
  readonly stateDir: string;
  /** Absent when no server runs in this process. */
  readonly live?: LiveServer;
}

/** Where clients reach tunnels to us. */
export interface TunnelAdmin {
  /** `https://host[:port]`, or `http:` where no certificate is trusted; undefined: nowhere. */
  connectProxy(): string | undefined;
  /** `port` undefined: nowhere. `host` is without brackets, `name` for people. */
  shadowsocks(): {
    readonly host: string;
    readonly port?: number;
    readonly name: string;
  };
}

/** Keys that sign our mail. */
export interface DkimAdmin {
  readonly keys: DkimKeys;
  readonly watch: KeyWatch;
  engine(): RsaEngine;
}

/** What of federation there is without a server too. */
export interface FederationAdmin {
  readonly rules: RuleBook;
  readonly statistics: FederationStatistics;
  /** As they are now. */
  queueOptions(): QueueOptions;
}
