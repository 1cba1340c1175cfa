/** Every command by its name. @module */
import type { ImapCommand } from "./command.ts";
import { capability, check, id, logout, noop } from "./commands/any_state.ts";
import { append } from "./commands/append.ts";
import { copy, move, uidCopy, uidMove } from "./commands/copy.ts";
import { enable } from "./commands/enable.ts";
import { expunge, uidExpunge } from "./commands/expunge.ts";
import { fetch, uidFetch } from "./commands/fetch.ts";
import { idle } from "./commands/idle.ts";
import { list, lsub, namespace } from "./commands/list.ts";
import { authenticate, login } from "./commands/login.ts";
import {
  create,
  remove,
  rename,
  subscribe,
  unsubscribe,
} from "./commands/mailboxes.ts";
import { getMetadata, setMetadata } from "./commands/metadata.ts";
import { getQuota, getQuotaRoot, setQuota } from "./commands/quota.ts";
import { search, uidSearch } from "./commands/search.ts";
import { close, examine, select, unselect } from "./commands/select.ts";
import { status } from "./commands/status.ts";
import { store, uidStore } from "./commands/store.ts";
import { compress, startTls } from "./commands/transport.ts";
import type { ImapSession } from "./session.ts";

export const COMMANDS: ReadonlyMap<
  string,
  ImapCommand<unknown, ImapSession>
> = new Map<string, ImapCommand<unknown, ImapSession>>([
  ["APPEND", append],
  ["AUTHENTICATE", authenticate],
  ["CAPABILITY", capability],
  ["CHECK", check],
  ["CLOSE", close],
  ["COMPRESS", compress],
  ["COPY", copy],
  ["CREATE", create],
  ["DELETE", remove],
  ["ENABLE", enable],
  ["EXAMINE", examine],
  ["EXPUNGE", expunge],
  ["FETCH", fetch],
  ["GETMETADATA", getMetadata],
  ["GETQUOTA", getQuota],
  ["GETQUOTAROOT", getQuotaRoot],
  ["ID", id],
  ["IDLE", idle],
  ["LIST", list],
  ["LOGIN", login],
  ["LOGOUT", logout],
  ["LSUB", lsub],
  ["MOVE", move],
  ["NAMESPACE", namespace],
  ["NOOP", noop],
  ["RENAME", rename],
  ["SEARCH", search],
  ["SELECT", select],
  ["SETMETADATA", setMetadata],
  ["SETQUOTA", setQuota],
  ["STARTTLS", startTls],
  ["STATUS", status],
  ["STORE", store],
  ["SUBSCRIBE", subscribe],
  ["UID COPY", uidCopy],
  ["UID EXPUNGE", uidExpunge],
  ["UID FETCH", uidFetch],
  ["UID MOVE", uidMove],
  ["UID SEARCH", uidSearch],
  ["UID STORE", uidStore],
  ["UNSELECT", unselect],
  ["UNSUBSCRIBE", unsubscribe],
]);
