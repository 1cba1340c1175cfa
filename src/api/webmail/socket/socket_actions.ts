/** What a WebSocket can have done, by the name that it says. @module */
import type { Action } from "../action.ts";
import {
  createMailbox,
  deleteMailbox,
  listMailboxes,
  renameMailbox,
} from "../actions/mailboxes.ts";
import {
  copy,
  deleteMessage,
  fetch,
  flags,
  listMessages,
  move,
} from "../actions/messages.ts";
import { search } from "../actions/search.ts";
import { send } from "../actions/send.ts";

// deno-lint-ignore no-explicit-any
export const SOCKET_ACTIONS: ReadonlyMap<string, Action<any>> = new Map(
  Object.entries({
    list_mailboxes: listMailboxes,
    list_messages: listMessages,
    fetch,
    flags,
    delete: deleteMessage,
    send,
    search,
    create_mailbox: createMailbox,
    delete_mailbox: deleteMailbox,
    rename_mailbox: renameMailbox,
    copy,
    move,
  }),
);
