/**
 * What the panel reads of answers is what operations give: it may not import
 * their types, so the compiler holds each of its own shapes against them here.
 *
 * @module
 */
import type { AdminOutput } from "../../src/admin/operation_table.ts";
import type {
  Exchanger,
  FederationStatus,
  Override,
  Peer,
  ProbedRoute,
  QueueEntry,
  QueueStatus,
  RuleList,
} from "../../web/browser/panel/exchange/shapes.ts";
import type {
  AccountInfo,
  AccountPage,
  AccountStatus,
  Blocked,
  Invite,
  NewAccount,
  NewPassword,
  QuotaStatus,
  RegistrationStatus,
  Share,
} from "../../web/browser/panel/people/shapes.ts";
import type {
  HttpProxyStatus,
  SettingField,
  ShadowsocksStatus,
} from "../../web/browser/panel/setup/shapes.ts";
import type {
  BackupList,
  TaskOutcome,
  TaskShape,
} from "../../web/browser/panel/upkeep/shapes.ts";

type Reads<Shape, Answer extends Shape> = [Shape, Answer];

export type Held = [
  Reads<AccountInfo, AdminOutput<"accounts.info">>,
  Reads<AccountPage, AdminOutput<"accounts.list">>,
  Reads<AccountStatus, AdminOutput<"accounts.status">>,
  Reads<NewAccount, AdminOutput<"accounts.create_random">>,
  Reads<NewPassword, AdminOutput<"accounts.reset_password">>,
  Reads<BackupList, AdminOutput<"backup.list">>,
  Reads<Blocked, AdminOutput<"blocklist.list">["entries"][number]>,
  Reads<Override, AdminOutput<"endpoint_cache.list">["overrides"][number]>,
  Reads<ProbedRoute, AdminOutput<"endpoint_cache.test">>,
  Reads<Exchanger, AdminOutput<"exchangers.list">["exchangers"][number]>,
  Reads<RuleList, AdminOutput<"federation.rules">>,
  Reads<Peer | null, AdminOutput<"federation.server">["server"]>,
  Reads<FederationStatus, AdminOutput<"federation.status">>,
  Reads<HttpProxyStatus, AdminOutput<"http_proxy.status">>,
  Reads<QueueEntry, AdminOutput<"queue.list">["entries"][number]>,
  Reads<QueueStatus, AdminOutput<"queue.status">>,
  Reads<QuotaStatus, AdminOutput<"quota.status">>,
  Reads<RegistrationStatus, AdminOutput<"registration.status">>,
  Reads<Invite, AdminOutput<"registration_tokens.create">>,
  Reads<Invite, AdminOutput<"registration_tokens.list">["tokens"][number]>,
  Reads<SettingField, AdminOutput<"settings.schema">["settings"][number]>,
  Reads<ShadowsocksStatus, AdminOutput<"shadowsocks.status">>,
  Reads<Share, AdminOutput<"sharing.list">["shares"][number]>,
  Reads<TaskShape, AdminOutput<"tasks.list">["tasks"][number]>,
  Reads<TaskOutcome, AdminOutput<"tasks.run">>,
];
